"""What an import changes of a person's films, film by film: said beforehand, put once however often it is said, and taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from recommender.data.exports import MATINEE, RATING
from recommender.data.matching import MatchedFilm
from recommender.domain import HIDDEN, SEEN, WATCHLIST, Change, FilmMark, MovieId, Opinions, Rating, UserId

Given = tuple[float, int]  # stars, and when they were given in seconds since 1970, UTC

NEW, CHANGED, SAME = "new", "changed", "same"  # a rating where there was none, with other stars, with the same


@dataclass(frozen=True, slots=True)
class FilmChange:
    """One film. before: the rating there was, None for none. after: the one that is put; None where ratings stay as they are.

    marks: the kinds that were not there and are put, each with its time.
    """

    movie_id: MovieId
    before: Given | None
    after: Given | None
    marks: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What an import would change. films: those alone that change, ascending.

    counts: how many ratings are NEW, CHANGED and SAME, and how many marks of each kind are put.
    """

    films: tuple[FilmChange, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


def effect_of(films: Iterable[MatchedFilm], opinions: Opinions, *, now: float) -> Effect:
    """What writing these would change. films: by film, each kind once. now: the time of what has none, and the latest there may be.

    A film rated here takes the stars of the file; with equal stars it stays as it is. Another site's file does not mark as seen what is
    rated here, nor as wished for what is rated, seen or hidden.
    """
    given, marked = _given(opinions), {(mark.movie_id, mark.kind) for mark in opinions.marks}
    changes, counts = [], Counter[str]()
    for movie_id, group in groupby(films, key=lambda film: film.movie_id):
        before = given.get(movie_id)
        after: Given | None = None
        marks = []
        for film in group:
            at = max(0, min(int(now) if film.at is None else film.at, int(now)))
            if film.kind == RATING and film.stars is not None:
                same = before is not None and before[0] == film.stars
                counts[SAME if same else CHANGED if before else NEW] += 1
                after = None if same else (float(film.stars), at)
            elif (movie_id, film.kind) not in marked and (film.row.movie_id_of == MATINEE or not _says_nothing(film, before, marked)):
                counts[film.kind] += 1
                marks.append((film.kind, at))
        if after or marks:
            changes.append(FilmChange(movie_id, before, after, tuple(marks)))
    return Effect(tuple(changes), dict(counts))


def still_to_put(films: Iterable[FilmChange], opinions: Opinions) -> Change:
    """What of it is not there yet. A film that the person has rated since stays as they said."""
    user_id, given, times = opinions.user_id, _given(opinions), _times(opinions)
    ratings, marks = [], []
    for film in films:
        if film.after is not None and given.get(film.movie_id) == film.before:
            ratings.append(Rating(user_id, film.movie_id, *film.after))
        marks += [FilmMark(user_id, film.movie_id, kind, at) for kind, at in film.marks if (film.movie_id, kind) not in times]
    return Change(ratings=tuple(ratings), marks=tuple(marks))


def taken_back(films: Iterable[FilmChange], opinions: Opinions) -> tuple[Change, tuple[MovieId, ...]]:
    """What brings these films back to what they were before, and those that stay because the person has changed them since."""
    user_id: UserId = opinions.user_id
    given, times = _given(opinions), _times(opinions)
    ratings, unrated, unmarked, stayed = [], [], [], []
    for film in films:
        is_now = given.get(film.movie_id)
        if film.after is not None and is_now == film.after:
            if film.before is None:
                unrated.append(film.movie_id)
            else:
                ratings.append(Rating(user_id, film.movie_id, *film.before))
        was_marked_anew = False
        for kind, at in film.marks:
            if times.get((film.movie_id, kind)) == at:
                unmarked.append((film.movie_id, kind))
            else:
                was_marked_anew |= (film.movie_id, kind) in times
        if was_marked_anew or (film.after is not None and is_now not in (film.after, film.before)):
            stayed.append(film.movie_id)
    return Change(ratings=tuple(ratings), unrated=tuple(unrated), unmarked=tuple(unmarked)), tuple(stayed)


def _says_nothing(film: MatchedFilm, before: Given | None, marked: set[tuple[MovieId, str]]) -> bool:
    if film.kind == SEEN:
        return before is not None
    return film.kind == WATCHLIST and (before is not None or not marked.isdisjoint({(film.movie_id, SEEN), (film.movie_id, HIDDEN)}))


def _given(opinions: Opinions) -> dict[MovieId, Given]:
    return {rating.movie_id: (rating.stars, rating.rated_at) for rating in opinions.ratings}


def _times(opinions: Opinions) -> dict[tuple[MovieId, str], int]:
    return {(mark.movie_id, mark.kind): mark.marked_at for mark in opinions.marks}
