"""How films turned out that were something new to somebody when they rated them: the gain and the regret of trying things.

New means what exploring means by it: a film that few have rated, or one of a genre that the person had not rated until then, or hardly.
Whether Matinee showed the film is not known, since nobody keeps what was shown; so what people found by themselves counts as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.domain import Movie
from recommender.models import History
from recommender.publication import Published
from recommender.ranking.exploration import FEW_RATERS, FILM, GENRE, tested_genres

FEWEST_BEFORE = 10  # ratings, since to begin with everything is new
MOST_NAMED = 5  # on either side


@dataclass(frozen=True, slots=True)
class Venture:
    """A film that was something new. kind: FILM or GENRE. genre: the one that it tried, empty for FILM.

    n: how many of that genre the person had rated by then, or how many others have rated the film. more: stars above what the person
    usually gives.
    """

    movie: Movie
    stars: float
    kind: str
    genre: str
    n: int
    more: float


@dataclass(frozen=True, slots=True)
class Ventures:
    """usual_stars: the person's mean over the n_usual films that were nothing new. mean_stars: that over the n films that were.

    n_better, gain: how many of these got more than usual, and by how many stars together; n_worse, regret: how many less, and by how many.
    better, worse: the furthest from usual first.
    """

    n: int
    mean_stars: float
    n_usual: int
    usual_stars: float
    n_better: int
    gain: float
    n_worse: int
    regret: float
    better: tuple[Venture, ...]
    worse: tuple[Venture, ...]


def ventures(history: History, published: Published) -> Ventures | None:
    """Of the ratings in a history; None where nothing in it was new, or nothing was not. Of ratings that nobody knows the time of none was.

    The first FEWEST_BEFORE are where the person comes from, whatever they are.
    """
    found = _found(history, published)
    if not found or len(found) == len(history):
        return None
    stars = history.half_stars / 2
    new = np.zeros(len(history), dtype=np.bool_)
    new[list(found)] = True
    usual = float(stars[~new].mean())
    made = [
        Venture(published.catalogue.movie(int(history.columns[at])), float(stars[at]), kind, genre, n, float(stars[at]) - usual)
        for at, (kind, genre, n) in found.items()
    ]
    better = sorted((one for one in made if one.more > 0), key=lambda one: (-one.more, one.movie.movie_id))
    worse = sorted((one for one in made if one.more < 0), key=lambda one: (one.more, one.movie.movie_id))
    return Ventures(
        n=len(made),
        mean_stars=float(stars[new].mean()),
        n_usual=int((~new).sum()),
        usual_stars=usual,
        n_better=len(better),
        gain=sum(one.more for one in better),
        n_worse=len(worse),
        regret=-sum(one.more for one in worse),
        better=tuple(better[:MOST_NAMED]),
        worse=tuple(worse[:MOST_NAMED]),
    )


def _found(history: History, published: Published) -> dict[int, tuple[str, str, int]]:
    """Places in the history, each with kind, genre and n of what was new, in the order of time."""
    names, genres = published.genres
    raters = published.matrix.raters[history.columns].astype(np.int64)
    if history.own_row is not None:
        raters = raters - np.isin(history.columns, published.matrix.row(history.own_row)[0])
    n_own = np.zeros(len(names), dtype=np.int64)
    found, rated_at = {}, history.rated_at
    for n_before, at in enumerate(history.in_order().tolist()):
        film = genres[history.columns[at]]
        if n_before >= FEWEST_BEFORE and rated_at[at] > 0:
            tested, order = tested_genres(film[np.newaxis], n_own, n_before)
            if order[0]:
                found[at] = (GENRE, names[tested[0]], int(n_own[tested[0]]))
            elif raters[at] < FEW_RATERS:
                found[at] = (FILM, "", int(raters[at]))
        n_own += film
    return found
