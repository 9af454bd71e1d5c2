"""The page itself: the room as it is now, its pictures, and the keys that open it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from flask import Response, current_app, request
from markupsafe import Markup

from recommender.access_keys import AccessKey, open_access_keys
from recommender.errors import StorageError
from recommender.personalize import acts, arns, asks, overview
from recommender.personalize.acts import ACTS, REMOVE, RETRY, STOP
from recommender.personalize.desk import Desk
from recommender.personalize.live import Live
from recommender.personalize.overview import CampaignLine
from recommender.personalize.resources import Registry, Resources
from webapp.engine import engine
from webapp.operator.pages import page
from webapp.operator.personalize.pictures import bars, lists_by_day, timeline
from webapp.operator.personalize.room import WORDS, room
from webapp.personalize.control import desk
from webapp.wording import counted

MOST_OVER = 8  # jobs that are over and stand on the page without being asked for
MOST_COUNTED = 500  # users whose events are counted
DONE = {STOP: "was stopped", RETRY: "begins again", REMOVE: "is deleted"}


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked of a campaign. picture: of its days; None where nobody asked."""

    line: CampaignLine
    picture: Markup | None


def looked() -> Response:
    """The page; where the document cannot be read, one that says so."""
    try:
        found = desk().registry.read()
    except StorageError as error:
        return page("operator_personalize.html", room=None, trouble=str(error))
    now = desk().registry.now()
    made = room(found, now=now)
    over = [job for job in made.over if job not in made.failed_lately]
    shown = over if "all" in request.args else over[:MOST_OVER]
    return page(
        "operator_personalize.html",
        room=made,
        timeline=timeline((*made.open_jobs, *made.over), now=now),
        bars=bars,
        possible=lambda resource: acts.possible(resource, has_work=resource.key in found.work),
        by_key=found.by_key,
        shown=shown,
        n_hidden=len(over) - len(shown),
        keys=_keys(now),
        asked={} if desk().registry.blobs.is_far else _asked(desk().registry),
        schedule={line.key: line for line in overview.solutions(desk().registry)},
        events={group.name: _events(desk(), group.name) for group in made.groups if group.trackers},
        now=now,
        just_done=_just_done(found),
        endpoint=request.host_url + "personalize",
    )


def _just_done(found: Resources) -> str:
    """What was just done, in a sentence, while the document agrees."""
    act, key = request.args.get("done", ""), request.args.get("of", "")
    if act not in ACTS or not arns.kind_of(key) or (act == REMOVE) == (key in found.by_key):
        return ""
    words = WORDS[arns.kind_of(key)]
    return f"{words[:1].upper()}{words[1:]} {key.partition('/')[2]} {DONE[act]}."


def _events(at: Desk, group: str) -> str:
    """How many clients have put into a group one by one, in words; nothing where it would take long to count them."""
    if at.registry.blobs.is_far:
        return ""
    counts = [len(events) for _, events in islice(Live(at.registry.blobs).everybody(group), MOST_COUNTED)]
    more = "more than " if len(counts) == MOST_COUNTED else ""
    return f"{more}{counted(sum(counts), 'event')} of {counted(len(counts), 'user')}"


def _asked(registry: Registry) -> dict[str, Asking]:
    """How campaigns and recommenders are asked, by their keys. Each is a few files, which far away would take long to read."""
    found = {}
    for line in overview.campaigns(registry):
        by_day = asks.by_day(registry.blobs, line.key, now=registry.now(), days=overview.DAYS) if line.asked else []
        found[line.key] = Asking(line, lists_by_day([day.asked for day in by_day], [day.ahead for day in by_day]) if by_day else None)
    return found


def _keys(now: float) -> tuple[AccessKey, ...] | str:
    """Those that open something; a sentence where they cannot be read."""
    try:
        keys = open_access_keys(engine().settings, str(current_app.secret_key)).all()
    except StorageError as error:
        return str(error)
    return tuple(key for key in keys if key.is_good(now))
