"""A person's own file: read, its films found, and written once the person has said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recommender.data.exports import RATING, Export, read_export
from recommender.data.matching import MatchedFilm, Matcher, Matching
from recommender.domain import Change, MovieId, Rating, UserId
from recommender.publication import Published
from recommender.storage.profiles import Profiles


@dataclass(frozen=True, slots=True)
class Found:
    """A file and what its rows mean here; nothing of it is written."""

    export: Export
    matching: Matching

    def ratings(self, choices: Mapping[int, MovieId | None] | None = None) -> tuple[MatchedFilm, ...]:
        """The films that would be rated, ascending id, each once. choices: for rows asked about, by their place in the matches."""
        return tuple(film for film in self.matching.films(choices) if film.kind == RATING and film.stars is not None)


@dataclass(frozen=True, slots=True)
class Saved:
    """What an import did. rev: the revision after it. n_new, n_changed, n_same: films that had no rating, other stars, the same stars."""

    rev: int
    n_new: int
    n_changed: int
    n_same: int


def find_films(name: str, content: bytes, published: Published, *, scale: str = "") -> Found:
    """The file's rows and the films of the data in use that they mean. name, scale and InvalidInputError as in `read_export`."""
    export = read_export(name, content, scale=scale)
    of_movielens = "MovieLens" in published.facts["credit"]
    matcher = Matcher(published.catalogue, popularity=published.matrix.raters, numbers_are_movielens=of_movielens)
    return Found(export, matcher.match_all(export))


def save(found: Found, user_id: UserId, profiles: Profiles, *, now: float, choices: Mapping[int, MovieId | None] | None = None) -> Saved:
    """Put the ratings of the file in one step; the same file put again adds nothing.

    A film that the file gives other stars than the person did takes those of the file. now: when a rating without a date was given,
    and the latest that one may claim; seconds since 1970, UTC. UnknownUserError for a number that is nobody's.
    """
    there = {rating.movie_id: rating.stars for rating in profiles.opinions(user_id).ratings}
    ratings = [
        Rating(user_id, film.movie_id, float(film.stars or 0), min(int(now if film.at is None else film.at), int(now)))
        for film in found.ratings(choices)
    ]
    n_new = sum(rating.movie_id not in there for rating in ratings)
    n_same = sum(there.get(rating.movie_id) == rating.stars for rating in ratings)
    rev = profiles.change(user_id, Change(tuple(ratings)))
    return Saved(rev, n_new, len(ratings) - n_new - n_same, n_same)
