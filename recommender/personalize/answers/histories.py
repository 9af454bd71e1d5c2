"""What is known of whoever asks: what was learned from, and what they did since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender.models import History
from recommender.personalize.liking import DONE, HIGHEST, LEAST, MOST, RATINGS, Happened, Rule, Weighed, counted, liked
from recommender.personalize.live import LiveEvent
from recommender.personalize.trained import Trained


@dataclass(frozen=True, slots=True)
class Known:
    """user: their position, None for somebody the training did not know. events: those put that the training did not know.

    history: what the model is to go by; is_as_trained: whether that is what it learned, so that lists made ahead hold.
    """

    user: int | None
    events: tuple[LiveEvent, ...]
    history: History
    is_as_trained: bool


def known_of(trained: Trained, user: int | None, events: Sequence[LiveEvent]) -> Known:
    """Of a user by position, and everything that was put of them."""
    learned = trained.history(user)
    if not events:
        return Known(user, (), learned, True)
    here = set[tuple[int, str, int]]() if user is None else _learned_events(trained, user)
    positions = {item: trained.items.position(item) for item in {event.item_id for event in events} if item is not None}
    new = tuple(event for event in events if (positions.get(event.item_id or ""), event.kind, int(event.sent_at)) not in here)
    of_items = [(event, at) for event in new if (at := positions.get(event.item_id or "")) is not None]
    history = _with(trained, user, learned, of_items)
    return Known(user, new, history, history is learned)


def rule_of(facts: Mapping[str, Any]) -> Rule:
    """Which events count, as the training has written it down; all of them where it has not."""
    said = facts.get("rule") or {}
    weights = {kind: Weighed(float(one["weight"]), _least(one.get("least"))) for kind, one in (said.get("weights") or {}).items()}
    return Rule(str(said.get("kind") or ""), said.get("any_case") is True, _least(said.get("least")), weights)


def _least(said: float | None) -> float:
    return float("nan") if said is None else float(said)


def _learned_events(trained: Trained, user: int) -> set[tuple[int, str, int]]:
    """Item, type and second: what makes events one in a training too."""
    found = trained.interactions
    of, names = found.of(user), (*found.kinds, "")  # -1, none, is the last
    kinds = [names[kind] for kind in found.kind_of[of].tolist()]
    return set(zip(found.columns[of].tolist(), kinds, found.times[of].tolist(), strict=True))


def _with(trained: Trained, user: int | None, learned: History, events: Sequence[tuple[LiveEvent, int]]) -> History:
    """A rating put since decides; what else was done adds to what was learned, unless that was a rating."""
    if not events:
        return learned
    names = list(dict.fromkeys(event.kind for event, _ in events))
    happened = Happened(
        np.zeros(len(events), dtype=np.int64),
        np.array([at for _, at in events], dtype=np.int64),
        np.array([names.index(event.kind) for event, _ in events], dtype=np.int64),
        np.array([np.nan if event.value is None else event.value for event, _ in events], dtype=np.float64),
        np.array([int(event.sent_at) for event, _ in events], dtype=np.int64),
        names,
    )
    rule = rule_of(trained.facts)
    here = counted(happened, rule)
    new = liked(here, rule)
    if not len(new.items):
        return learned
    stars = dict(zip(learned.columns.tolist(), learned.half_stars.tolist(), strict=True))
    times = dict(zip(learned.columns.tolist(), learned.rated_at.tolist(), strict=True))
    rates = np.array([name.casefold() in RATINGS for name in names])[here.kinds]
    rated_now = set(here.items[rates & (here.values >= LEAST) & (here.values <= MOST)].tolist())
    rated_before = set[int]() if user is None else _rated_before(trained, user, rule)
    for column, half_stars, at in zip(new.items.tolist(), new.half_stars.tolist(), new.times.tolist(), strict=True):
        if column in stars and column not in rated_now:
            half_stars = stars[column] if column in rated_before else min(HIGHEST, stars[column] + max(half_stars - DONE, 0))
        stars[column] = half_stars
        times[column] = max(at, times.get(column, 0))
    columns = np.array(sorted(stars), dtype=np.int32)
    return History(
        columns,
        np.array([stars[column] for column in columns.tolist()], dtype=np.uint8),
        np.array([times[column] for column in columns.tolist()], dtype=np.int64),
        own_row=None if user is None else trained.matrix.row_of(user + 1),
    )


def _rated_before(trained: Trained, user: int, rule: Rule) -> set[int]:
    """Items of which the user's stars were learned, as far as can be told: what a rating was worth is not kept, so that all count."""
    names = trained.interactions.kinds
    kinds = np.array([kind.casefold() in RATINGS for kind in names] + [False]) & (rule.weight_of(names) > 0)
    of = trained.interactions.of(user)
    return set(trained.interactions.columns[of][kinds[trained.interactions.kind_of[of]]].tolist())
