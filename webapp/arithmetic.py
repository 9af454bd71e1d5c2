"""The page that takes one film's score apart: every part with its amount, down to the sum that the list goes by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from recommender.domain import Explanation, Movie, ScorePart
from webapp import charts, dials, inputs
from webapp.accounts import asker, visitor
from webapp.engine import engine

NAMED = 15  # parts in lines of their own; the smaller ones are added up

arithmetic = Blueprint("arithmetic", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sum. movie: the own film that it comes from. is_base: whether every film has the same."""

    text: str
    amount: float
    movie: Movie | None = None
    is_base: bool = False


@arithmetic.get("/why/<int:movie_id>")
def why(movie_id: int) -> str:
    viewer = inputs.user_id(inputs.one(request.args, "user", "user id"))
    made = engine().why(viewer, movie_id, wishes=inputs.wishes(request.args), asker=asker())
    known = visitor()
    return render_template(
        "why.html",
        why=made,
        lines=lines(made),
        most=max((abs(line.amount) for line in lines(made) if not line.is_base), default=0.0),
        is_mine=known is not None and known.user_id == viewer,
        amount_bar=charts.amount_bar,
        typed=dials.typed(request.args),
    )


def lines(made: Explanation) -> tuple[Line, ...]:
    """The parts as they are shown: alike ones of one kind in one line, the smallest together in the last; the sum stays what it is."""
    alike: dict[tuple[str, int | None], list[ScorePart]] = {}
    for part in made.parts:
        alike.setdefault((part.text, part.movie.movie_id if part.movie else None), []).append(part)
    found = [
        Line(_counted(parts), sum(part.amount for part in parts), parts[0].movie, is_base=parts[0].kind == "base")
        for parts in alike.values()
    ]
    base = [line for line in found if line.is_base]
    rest = sorted((line for line in found if not line.is_base), key=lambda line: -abs(line.amount))
    named, small = rest[:NAMED], rest[NAMED:]
    if small:
        named.append(Line(f"The other {len(small):,} together.", sum(line.amount for line in small)))
    return (*base, *named)


def _counted(parts: Sequence[ScorePart]) -> str:
    text = parts[0].text
    if len(parts) == 1 or not text.startswith("Somebody of like taste"):
        return text
    return text.replace("Somebody", f"{len(parts):,} people", 1)
