"""What a file of lists looks like, whoever made them: one schema in three forms, looked at before it is written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isfinite

from recommender.errors import ModelError

PEOPLE, FILMS = "people", "films"
SUBJECTS = (PEOPLE, FILMS)  # whose lists: the films of every person, or the people of every film
ROWS, FLAT, NESTED = "rows", "flat", "nested"
FORMS = (ROWS, FLAT, NESTED)
ROW_HEAD = ("user_id", "movie_id", "rank", "score")
FLAT_HEAD = ("userId", "movieId", "predicted_rating")
DECIMALS = 4  # of predicted stars, as `matinee predict` writes them


@dataclass(frozen=True, slots=True)
class Listing:
    """One list, best first. owner: a person or a film; others: the films of the person, or the people of the film.

    scores: beside them, never rising. stars: the stars predicted for each pair, beside them; None where the recipe predicts none.
    """

    owner: int
    others: tuple[int, ...]
    scores: tuple[float, ...]
    stars: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """subject: whose lists, one of SUBJECTS. form: one of FORMS. n: how long a list may be. recipe: named when a list is refused.

    rows: CSV, ROW_HEAD, for films as well. flat: CSV, FLAT_HEAD, in the same order and without ranks. nested: one JSON object a line, with
    the owner and a column `recommendations`, a list. The last two are what Spark's `recommendForAllUsers` and `recommendForAllItems` give,
    before and after they are flattened.
    """

    subject: str
    form: str
    n: int
    recipe: str

    @property
    def needs_stars(self) -> bool:
        """Whether nothing can be written without predicted stars."""
        return self.form == FLAT

    @property
    def suffix(self) -> str:
        """What the name of such a file ends in."""
        return ".jsonl" if self.form == NESTED else ".csv"

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of what stands in a row."""
        owner = "userId" if self.subject == PEOPLE else "movieId"
        return {ROWS: ROW_HEAD, FLAT: FLAT_HEAD, NESTED: (owner, "recommendations")}[self.form]

    def head(self) -> str:
        """The first line of a file; none of a nested one."""
        return "" if self.form == NESTED else ",".join(self.columns) + "\n"

    def text(self, listings: Iterable[Listing]) -> str:
        """The lines of these lists, one after the other; ModelError for one that is no list."""
        text = io.StringIO()
        if self.form == NESTED:
            text.writelines(json.dumps(self._nested(self.checked(listing))) + "\n" for listing in listings)
        else:
            rows = csv.writer(text, lineterminator="\n")
            for listing in listings:
                rows.writerows(self._rows(self.checked(listing)))
        return text.getvalue()

    def checked(self, listing: Listing) -> Listing:
        """The list, if it is one: not too long, nothing twice, every number finite, best first; else ModelError."""
        whose = f"{'viewer' if self.subject == PEOPLE else 'film'} {listing.owner}"
        for numbers, what in ((listing.scores, "scores"), (listing.stars or (), "predicted stars")):
            if not all(map(isfinite, numbers)):
                raise ModelError(f"Among the {what} that {self.recipe} gives {whose} is one that is no number; nothing was written.")
        if any(earlier < later for earlier, later in zip(listing.scores, listing.scores[1:], strict=False)):
            raise ModelError(f"The list that {self.recipe} gives {whose} is not best first; nothing was written.")
        beside = {len(listing.others), len(listing.scores), len(listing.others if listing.stars is None else listing.stars)}
        if len(listing.others) > self.n or len(beside) > 1 or len(set(listing.others)) < len(listing.others):
            raise ModelError(
                f"The list that {self.recipe} gives {whose} has {len(listing.others)} entries that do not fit; nothing was written."
            )
        return listing

    def _rows(self, listing: Listing) -> Iterator[tuple[int | float, ...]]:
        for rank, other in enumerate(listing.others, start=1):
            pair = (listing.owner, other) if self.subject == PEOPLE else (other, listing.owner)
            yield (*pair, rank, listing.scores[rank - 1]) if self.form == ROWS else (*pair, round(_stars(listing)[rank - 1], DECIMALS))

    def _nested(self, listing: Listing) -> dict[str, object]:
        owner, other = ("userId", "movieId") if self.subject == PEOPLE else ("movieId", "userId")
        entries: list[dict[str, int | float]] = [
            {other: one, "score": score} for one, score in zip(listing.others, listing.scores, strict=True)
        ]
        for entry, stars in zip(entries, listing.stars or (), strict=False):
            entry["predicted_rating"] = round(stars, DECIMALS)
        return {owner: listing.owner, "recommendations": entries}


def _stars(listing: Listing) -> tuple[float, ...]:
    if listing.stars is None:
        raise ModelError("A flat file holds predicted stars, and none were predicted.")
    return listing.stars
