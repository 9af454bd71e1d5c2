"""One person's lists over several weights of exploration, and what the weights come to over many people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.arranging import checked
from recommender.domain import LIST_LENGTH, RecommendedMovie, UserId, Wishes, is_own_person
from recommender.errors import UnknownUserError
from recommender.lists import Taste, make_wished
from recommender.models import History
from recommender.publication import Published

N_VIEWERS = 50  # evenly spread over the viewers of the data


@dataclass(frozen=True, slots=True)
class Step:
    """One weight. asked: as it was asked for, a number or "auto"; weight: what it came to.

    unknown_share: over the viewers looked at, the mean share of a list of LIST_LENGTH films that have genres, and none in which the viewer
    has rated anything.
    """

    asked: float | str
    weight: float
    movies: tuple[RecommendedMovie, ...]
    unknown_share: float


@dataclass(frozen=True, slots=True)
class Sweep:
    """The steps of one person. n_viewers: how many the shares are means over."""

    user_id: UserId
    recipe: str
    n_viewers: int
    steps: tuple[Step, ...]


def sweep(user_id: int, published: Published, weights: Sequence[float | str], n: int, *, days: int | None = None) -> Sweep:
    """Lists of n films for a viewer of the data, one for each weight. days: at most how old a film may be to be explored.

    InvalidInputError for what is no weight. UnknownUserError for whoever is not in the data, and for a person of this site, whose list
    is theirs.
    """
    row = None if is_own_person(user_id) else published.matrix.row_of(user_id)
    if row is None:
        raise UnknownUserError(user_id)
    viewers = _viewers(published)
    steps = []
    for weight in weights:
        wishes = checked(Wishes(weight, days))
        made = make_wished(UserId(user_id), _taste(published, row), published, n, wishes)
        share = float(np.mean([_unknown_share(published, viewer, wishes) for viewer in viewers]))
        steps.append(Step(weight, made.explore, made.movies, share))
    return Sweep(UserId(user_id), published.model.recipe, len(viewers), tuple(steps))


def _viewers(published: Published) -> list[int]:
    """Rows of N_VIEWERS viewers, all where there are fewer; people of this site are none of them."""
    matrix = published.matrix
    n_viewers = sum(not is_own_person(user_id) for user_id in matrix.user_ids.tolist())
    rows: list[int] = np.unique(np.linspace(0, n_viewers - 1, min(N_VIEWERS, n_viewers)).round().astype(np.int64)).tolist()
    return rows


def _taste(published: Published, row: int) -> Taste:
    return Taste.of_history(History.of_row(published.matrix, row))


def _unknown_share(published: Published, row: int, wishes: Wishes) -> float:
    taste = _taste(published, row)
    made = make_wished(UserId(int(published.matrix.user_ids[row])), taste, published, LIST_LENGTH, wishes)
    columns = published.matrix.columns_of(np.array([line.movie.movie_id for line in made.movies], dtype=np.int64))
    genres = published.genres[1]
    known, its = genres[taste.history.columns].any(axis=0), genres[columns]
    return float((its.any(axis=1) & ~(its & known).any(axis=1)).mean()) if len(columns) else 0.0
