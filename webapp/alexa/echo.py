"""/echo/: an Echo to type to, for developers: the interaction model and the handler of the skill, without Amazon."""

from __future__ import annotations

import json
import uuid
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, make_response, render_template, request

from recommender.errors import RecommenderError
from webapp.accounts.door import way_to_door
from webapp.alexa.kept import ForgedError, Kept, Turn, read, written
from webapp.engine import engine
from webapp.inputs import BLANKS
from webapp.metrics import tally

if TYPE_CHECKING:
    from alexa_skill.simulator import Echo, Exchange

LOCALE = "en-US"
LONGEST_UTTERANCE = 200  # characters
TOO_LONG = f"Nobody says that much in one breath: please say it in at most {LONGEST_UTTERANCE} characters."
FORGED = "That conversation cannot be gone on with: it is not as this site wrote it, or older than a day. Here is a new one."
WHILE_OPEN = (
    "my id is {viewer} and i want three movies",
    "tell me about the second one",
    "why this one",
    "more like this",
    "comedies from the nineties",
    "something funny",
    "surprise me",
    "what is popular",
    "link my profile",
    "i have seen the second one, four stars",
    "one by one",
    "next",
    "help",
    "stop",
)

echo_page = Blueprint("echo", __name__, url_prefix="/echo")


@echo_page.get("/")
def begin() -> Response:
    """A new conversation."""
    return _page(_echo(Kept()), Kept())


@echo_page.post("/")
def go_on() -> Response:
    """One more thing said, or a silence. What was said before comes with the form, and nothing is kept here."""
    try:
        kept = read(request.form.get("kept", ""))
    except ForgedError:
        return _page(_echo(Kept()), Kept(), notice=FORGED, status=400)
    echo = _echo(kept)
    said = (request.form.get("tap") or request.form.get("say", "")).strip(BLANKS)
    if len(said) > LONGEST_UTTERANCE:
        return _page(echo, kept, notice=TOO_LONG, typed=said, status=400)
    was_open = echo.is_open
    made = echo.say(said) if said else echo.wait()
    return _page(echo, kept.with_turn(echo.state(), Turn.of(made, was_open=was_open)), made=made)


def _echo(kept: Kept) -> Echo:
    """The device as it was left. The interaction model is read once, the skill made once, when somebody first comes here."""
    from alexa_skill.simulator import Echo, InteractionModel
    from webapp.alexa.skill import skill_over

    if "echo" not in current_app.extensions:
        models = Path(str(files("alexa_skill"))) / "skill-package" / "interactionModels" / "custom"
        current_app.extensions["echo"] = (
            InteractionModel.load(models / f"{LOCALE}.json"),
            skill_over(engine(), way_to_door(), tally=tally()).answer,
        )
    model, answer = current_app.extensions["echo"]
    # Whoever goes on with a conversation has the same Echo, so that it can be linked; its id is as hard to guess as the seed.
    seed = kept.echo.get("seed") or uuid.uuid4().hex
    echo = Echo(answer, model, locale=LOCALE, seed=seed, user_id=f"amzn1.ask.account.TYPED.{seed}")
    echo.restore(kept.echo)
    return echo


def _page(echo: Echo, kept: Kept, *, made: Exchange | None = None, notice: str = "", typed: str = "", status: int = 200) -> Response:
    page = render_template(
        "echo.html",
        turns=kept.turns,
        kept=written(kept),
        is_open=echo.is_open,
        opening=f"open {' '.join(echo.invocation)}",
        suggestions=_suggestions(echo),
        raw=_raw(made) if made and made.request else None,
        milliseconds=made.milliseconds if made else 0.0,
        notice=notice,
        typed=typed,
        longest=LONGEST_UTTERANCE,
    )
    return make_response(page, status, {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"})


def _suggestions(echo: Echo) -> tuple[str, ...]:
    if not echo.is_open:
        return (f"open {' '.join(echo.invocation)}",)
    try:
        viewers = engine().sample_viewers()
    except RecommenderError:
        viewers = ()  # the skill says in its own words what is wrong
    return tuple(words.format(viewer=viewers[0].user_id) if viewers else words for words in WHILE_OPEN if viewers or "{" not in words)


def _raw(made: Exchange) -> tuple[tuple[str, str], ...]:
    """What went to the skill and what came back, as JSON for people."""
    return tuple(
        (title, json.dumps(value, indent=2, ensure_ascii=True)) for title, value in (("Request", made.request), ("Answer", made.response))
    )
