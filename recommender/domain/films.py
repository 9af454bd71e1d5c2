"""Films, and the numbers by which they and people are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

UserId = NewType("UserId", int)  # as in the data set, or from FIRST_OWN_USER_ID for own people
MovieId = NewType("MovieId", int)  # as the data set writes it; never an index
FIRST_ADDED_MOVIE_ID = MovieId(1_000_000_001)  # data sets number their films below, films that people add start here


@dataclass(frozen=True, slots=True)
class Movie:
    """What is known of a film. year: None when the data names none. imdb_id, tmdb_id: None when unlinked.

    title is the one shown ("The Matrix"), without its year. imdb_id is the number of the IMDb page (tt0133093 is 133093).
    """

    movie_id: MovieId
    title: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    imdb_id: int | None = None
    tmdb_id: int | None = None


@dataclass(frozen=True, slots=True)
class AddedFilm:
    """A film that the data lack and a person added. movie.movie_id is from FIRST_ADDED_MOVIE_ID up.

    link: where it can be read about, https alone; empty for none. added_by: who added it first. added_at: seconds since 1970, UTC.
    """

    movie: Movie
    link: str
    added_by: UserId
    added_at: int


@dataclass(frozen=True, slots=True)
class MovieDetails:
    """A film with what the data in use say of it.

    also_known_as: other forms of the title. tags: viewers' own words, most used first. histogram: how many ratings of 0.5, 1.0 … 5.0 stars,
    ten counts. mean_stars: None when nobody has rated it. link: where it can be read about, https; empty for none.
    """

    movie: Movie
    also_known_as: tuple[str, ...]
    tags: tuple[str, ...]
    n_ratings: int
    mean_stars: float | None
    histogram: tuple[int, ...]
    link: str = ""


@dataclass(frozen=True, slots=True)
class SimilarMovie:
    """A film liked by the same people. likeness: 0 to 1, higher is more alike; n_both: how many rated both."""

    movie: Movie
    likeness: float
    n_both: int
