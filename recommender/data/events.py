"""Ratings as events, as Amazon Personalize takes them in: who did what with which film and when, by the rules of the papers.

Sources of the presets: lakehead from Badola et al. (Lakehead University), fullstack from the text of FullStack Labs' article, constant
from the HRNN project on ml-100k. The article's own code forgets its filter and writes every rating as "watch"; the text is taken, not
the code. The paper of lakehead takes out ratings "below 2" and clicks those "above 2": a rating of exactly 2 is taken out here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TextIO

import numpy as np
from numpy.typing import NDArray

from recommender.data.ratings import RatingTable
from recommender.errors import InvalidInputError

USER, ITEM, TIME, KIND = COLUMNS = ("USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE")
AT_ONCE = 100_000  # events turned into text together
QUOTING: dict[str, Literal[0, 1, 2]] = {
    "minimal": csv.QUOTE_MINIMAL,
    "nonnumeric": csv.QUOTE_NONNUMERIC,
    "all": csv.QUOTE_ALL,
}  # as Python's csv and pandas mean them


@dataclass(frozen=True, slots=True)
class Rule:
    """kind: the event that a rating of more stars than `over` is taken for."""

    kind: str
    over: float


@dataclass(frozen=True, slots=True)
class Preset:
    """rules: each makes an event of its own of a rating; without any that fits, a rating is dropped. columns: in the order of the file.

    by_time: whether events are sorted by their time, ascending; else they stay in the order of the ratings.
    """

    rules: tuple[Rule, ...]
    columns: tuple[str, ...] = COLUMNS
    by_time: bool = True

    def kinds(self, stars: float) -> tuple[str, ...]:
        """The events of one rating, in the order of the rules."""
        return tuple(rule.kind for rule in self.rules if stars > rule.over)


OWN = "own"
PRESETS = {
    "lakehead": Preset((Rule("click", 2.0), Rule("watch", 3.0))),
    "fullstack": Preset((Rule("click", 1.0), Rule("watch", 3.0))),
    "constant": Preset((Rule("Watch", 0.0),), (USER, ITEM, KIND, TIME), by_time=False),
}
NAMES = (*PRESETS, OWN)


def preset(name: str, *, click_over: float | None = None, watch_over: float | None = None) -> Preset:
    """The preset of this name. click_over, watch_over: the stars of `own`, None for no such event; at least one of them.

    InvalidInputError for another name, for stars that `own` alone takes, and for `own` without any.
    """
    chosen = [Rule(kind, over) for kind, over in (("click", click_over), ("watch", watch_over)) if over is not None]
    if name in PRESETS:
        if chosen:
            raise InvalidInputError("preset", name, f"{OWN} where stars are given for click or watch")
        return PRESETS[name]
    if name != OWN:
        raise InvalidInputError("preset", name, f"{', '.join(NAMES[:-1])} or {NAMES[-1]}")
    if not chosen:
        raise InvalidInputError("click_over or watch_over", None, f"a number of stars for the preset {OWN}")
    return Preset(tuple(chosen))


@dataclass(frozen=True, slots=True)
class Events:
    """One entry per event in every array, shape (n_events,). kind_of: the place of the event's kind among `kinds`.

    timestamps: seconds since 1970, UTC; 0 where the data name no time.
    """

    user_ids: NDArray[np.int32]
    item_ids: NDArray[np.int32]
    timestamps: NDArray[np.int64]
    kind_of: NDArray[np.int64]
    kinds: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.user_ids)


def events_of(ratings: RatingTable, rules: Preset) -> Events:
    """The events of all ratings: those of the first rule, then those of the next, each in the order of the ratings; then by time, if the
    preset says so, where events of the same second keep that order, so that a click comes before its watch."""
    found = [np.flatnonzero(ratings.half_stars > 2 * rule.over) for rule in rules.rules]
    entries = np.concatenate(found)
    kind_of = np.repeat(np.arange(len(found)), [len(part) for part in found])
    if rules.by_time:
        order = np.argsort(ratings.rated_at[entries], kind="stable")
        entries, kind_of = entries[order], kind_of[order]
    kinds = tuple(rule.kind for rule in rules.rules)
    return Events(ratings.user_ids[entries], ratings.movie_ids[entries], ratings.rated_at[entries], kind_of, kinds)


def write_events(events: Events, rules: Preset, file: TextIO, *, quoting: str = "minimal") -> None:
    """The CSV that pandas writes of the same table with index=False, float_format="%.0f" and this quoting, to the byte.

    Ids count as text, which quoting="nonnumeric" puts between quotes as it does the head; Amazon wants the head without. file: opened with
    newline="".
    """
    rows = csv.writer(file, lineterminator="\n", quoting=QUOTING[quoting])
    rows.writerow(rules.columns)
    rows.writerows(_rows(events, rules.columns))


def _rows(events: Events, columns: tuple[str, ...]) -> Iterator[tuple[str | int, ...]]:
    for first in range(0, len(events), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        cells = {
            USER: map(str, events.user_ids[some].tolist()),
            ITEM: map(str, events.item_ids[some].tolist()),
            TIME: events.timestamps[some].tolist(),
            KIND: (events.kinds[kind] for kind in events.kind_of[some].tolist()),
        }
        yield from zip(*(cells[column] for column in columns), strict=True)
