"""Data sets in the forms of MovieLens, from ml-100k to ml-32m, or one's own in the same form.

Sources: the README files that GroupLens puts beside each data set, https://grouplens.org/datasets/movielens/.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.data.film_rows import GenresOf, flagged_genres, listed_genres, read_links, read_movies, read_tags
from recommender.data.rating_rows import read_ratings
from recommender.data.ratings import RatingTable
from recommender.data.report import MOST_REFUSALS, Report, Tally, report_of
from recommender.data.source import WANTED, Source, open_source
from recommender.data.table import Form, Table, decoded, open_table
from recommender.errors import DataError

FEW_ROWS = 10  # of which any number may be bad, if one is good; of more, half must be good

CREDIT = (
    "MovieLens {name}, GroupLens, University of Minnesota (Harper and Konstan, 2015, https://doi.org/10.1145/2827872); "
    "not for commercial use without GroupLens's permission."
)
OWN_CREDIT = "Your own data."

_MOVIELENS = re.compile(r"(ml-(?:100k|1m|10m|20m|25m|32m|latest-small|latest))(?![a-z0-9])")
_GENRES_OF_100K = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
_ABOUT_100K = ("movieid", "title", "released", "onvideo", "imdburl")  # the columns of u.item before its genres


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """Ratings and films as read. name: "ml-latest-small", or the folder's. credit: who made it and on what terms, a sentence.

    Every rated film is in the catalogue; films without a rating are there too. report: the rows that were refused.
    """

    name: str
    credit: str
    ratings: RatingTable
    catalogue: Catalogue
    report: Report


@dataclass(frozen=True, slots=True)
class _Layout:
    """The files of a kind of data set, by name; links and tags only where they lie beside."""

    ratings: str
    movies: str
    ratings_form: Form
    movies_form: Form
    movielens_name: str = ""  # of the only data set that is written so


_CSV = _Layout(
    "ratings.csv",
    "movies.csv",
    Form(",", ("userid", "movieid", "rating"), ("timestamp",)),
    Form(",", ("movieid", "title"), ("genres",)),
)
_DAT = _Layout(
    "ratings.dat",
    "movies.dat",
    Form("::", ("userid", "movieid", "rating", "timestamp"), header=False),
    Form("::", ("movieid", "title", "genres"), header=False),
    "ml-1m",
)
_100K = _Layout(
    "u.data",
    "u.item",
    Form("\t", ("userid", "movieid", "rating", "timestamp"), header=False),
    Form("|", _ABOUT_100K, header=False),
    "ml-100k",
)
_LINKS = ("links.csv", Form(",", ("movieid",), ("imdbid", "tmdbid")))
_TAGS = ("tags.csv", Form(",", ("movieid", "tag")))
_GENRES_FILE = "u.genre"
_FOLDS = tuple((f"u{fold}.base", f"u{fold}.test") for fold in range(1, 6))

FILES = frozenset(  # every name that is read; whatever else lies beside is not
    [file for layout in (_CSV, _DAT, _100K) for file in (layout.ratings, layout.movies)]
    + [_LINKS[0], _TAGS[0], _GENRES_FILE, *(file for pair in _FOLDS for file in pair)]
)


def read_data_set(
    path: Path | str, *, progress: Callable[[int, int], None] | None = None, rows_read: Callable[[int], None] = lambda n: None
) -> DataSet:
    """The data set in a folder or zip; rows that cannot be used are left out and reported.

    progress: called with the bytes read so far and the bytes there are, a few times a second. rows_read: told how many ratings were.
    DataError, in one sentence with what to do: nothing is there, it is no data set, it is empty, cut or damaged, or most of its
    ratings or films cannot be used.
    """
    with open_source(Path(path)) as source:
        layout = _layout(source)
        files = [file for file in (layout.movies, layout.ratings, _LINKS[0], _TAGS[0], _GENRES_FILE) if file in source.sizes]
        advance = _advance(sum(source.sizes[file] for file in files), progress)
        tallies: list[Tally] = []

        movies = open_table(source, layout.movies, _movies_form(source, layout, advance), advance)
        tallies.append(Tally(layout.movies))
        films = read_movies(movies, _genres_of(movies, layout), tallies[-1])
        _refuse_mostly_bad(source, tallies[-1], "films")
        for (file, form), read in ((_LINKS, read_links), (_TAGS, read_tags)):
            if layout is _CSV and source.sizes.get(file):
                tallies.append(_tally(file, tallies))
                read(open_table(source, file, form, advance), films, tallies[-1])

        catalogue = Catalogue.of(films.values())
        tallies.append(_tally(layout.ratings, tallies))
        table = open_table(source, layout.ratings, layout.ratings_form, advance)
        ratings = read_ratings(table, catalogue.movie_ids, tallies[-1], rows_read=rows_read)
        _refuse_mostly_bad(source, tallies[-1], "ratings")
        return DataSet(source.name, _credit(source.name, layout), ratings, catalogue, report_of(tallies))


def official_folds(path: Path | str, movie_ids: NDArray[np.int32]) -> list[tuple[RatingTable, RatingTable]]:
    """The pairs of u1.base and u1.test to u5 that lie beside ml-100k's ratings; none where they are not all there.

    movie_ids: the films of the data set, ascending.
    """
    with open_source(Path(path)) as source:
        if not all(file in source.sizes for pair in _FOLDS for file in pair):
            return []
        advance = _advance(0, None)
        return [
            (
                read_ratings(open_table(source, base, _100K.ratings_form, advance), movie_ids, Tally(base, MOST_REFUSALS)),
                read_ratings(open_table(source, held_out, _100K.ratings_form, advance), movie_ids, Tally(held_out, MOST_REFUSALS)),
            )
            for base, held_out in _FOLDS
        ]


def _layout(source: Source) -> _Layout:
    for layout in (_CSV, _DAT, _100K):
        if layout.ratings in source.sizes:
            if layout.movies not in source.sizes:
                raise DataError(f"{source.path} has {layout.ratings} but no {layout.movies}; put the films' table beside the ratings.")
            return layout
    found = ", ".join(sorted(source.sizes)[:5]) or "no files"
    raise DataError(f"{source.path} has no ratings.csv, ratings.dat or u.data (found: {found}); {WANTED}.")


def _movies_form(source: Source, layout: _Layout, advance: Callable[[int], None]) -> Form:
    if layout is not _100K:
        return layout.movies_form
    return Form("|", (*_ABOUT_100K, *_flag_names(source, advance)), header=False)


def _flag_names(source: Source, advance: Callable[[int], None]) -> tuple[str, ...]:
    """The genres of ml-100k in the order of their columns: u.genre's, as "Action|1" a line, or as they are known to be."""
    if _GENRES_FILE not in source.sizes:
        return _GENRES_OF_100K
    lines = decoded(b"".join(block.data for block in source.blocks(_GENRES_FILE, advance))).splitlines()
    return tuple(line.split("|")[0].strip() for line in lines if line.strip()) or _GENRES_OF_100K


def _genres_of(movies: Table, layout: _Layout) -> GenresOf:
    if layout is not _100K:
        return listed_genres(movies)
    return flagged_genres(movies, list(movies.positions)[len(_ABOUT_100K) :])


def _tally(file: str, before: list[Tally]) -> Tally:
    return Tally(file, MOST_REFUSALS - sum(len(tally.refusals) for tally in before))


def _refuse_mostly_bad(source: Source, tally: Tally, what: str) -> None:
    file = tally.report()
    if not file.rows_read:
        raise DataError(f"{file.file} in {source.path} has no rows; fetch or export it again.")
    if not file.kept or (file.rows_read >= FEW_ROWS and file.refused > file.kept):
        first = f" (the first: {tally.refusals[0]})".replace(".)", ")") if tally.refusals else ""
        raise DataError(
            f"{file.refused:,} of {file.rows_read:,} {what} in {source.path / file.file} cannot be used{first}; "
            f"check that it is the right file, and export it again."
        )


def _credit(name: str, layout: _Layout) -> str:
    known = _MOVIELENS.match(name.lower())
    movielens_name = known[1] if known else layout.movielens_name
    return CREDIT.format(name=movielens_name) if movielens_name else OWN_CREDIT


def _advance(total: int, progress: Callable[[int, int], None] | None) -> Callable[[int], None]:
    done = 0

    def advance(n_bytes: int) -> None:
        nonlocal done
        done += n_bytes
        if progress is not None:
            progress(done, total)

    return advance
