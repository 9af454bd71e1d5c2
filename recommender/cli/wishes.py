"""Options by which a list departs from relevance, shared by commands that make lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from recommender.domain import AUTO, Dials, Wishes

Command = TypeVar("Command", bound=Callable[..., Any])


class Weight(click.ParamType[float | str]):
    """A share of places, 0 to 1, or "auto"."""

    name = "W"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | str:
        if value == AUTO:
            return AUTO
        try:
            weight = float(value)
        except ValueError:
            weight = -1.0
        if not 0 <= weight <= 1:
            self.fail(f"{value!r} is neither a number from 0 to 1 nor auto.", param, ctx)
        return weight


_OPTIONS = (
    click.option(
        "--explore",
        type=Weight(),
        default=0.0,
        help="The share of places for films to find something out by, 0 to 1; auto: by the breadth of what they have rated.",
    ),
    click.option(
        "--explore-days", type=click.IntRange(1), help="Explore only films whose first rating is at most so old.  [default: any age]"
    ),
    click.option("--diversity", type=click.FloatRange(0, 1), default=0.0, help="Films unlike each other: 0 to 1."),
    click.option("--popularity", type=click.FloatRange(-1, 1), default=0.0, help="From -1, little known, to 1, well known."),
    click.option("--recency", type=click.FloatRange(-1, 1), default=0.0, help="From -1, old films, to 1, new ones."),
)


def takes_wishes(command: Command) -> Command:
    """Gives the command the options; it gets them as `explore`, `explore_days` and the names of the dials."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def wishes_of(explore: float | str, explore_days: int | None, diversity: float, popularity: float, recency: float) -> Wishes:
    """What the options come to."""
    return Wishes(explore, explore_days, Dials(diversity, popularity, recency))
