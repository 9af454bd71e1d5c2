"""How much films are spoken of elsewhere, read from a table."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.signal import read_signal
from recommender.domain import Movie, MovieId
from recommender.errors import DataError
from recommender.first_data import first_data
from recommender.settings import Settings
from tests.worlds import data_set_of, rating

FILMS = np.array([1, 5, 9], dtype=np.int32)


def written(folder: Path, text: str) -> Path:
    path = folder / "signal.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_films_take_their_weights_and_others_none(tmp_path: Path) -> None:
    path = written(tmp_path, "movie_id,weight\n9,12.5\n1,3\n77,1000\n\n")

    assert read_signal(path, FILMS).tolist() == [3, 0, 12.5]


def test_a_table_as_a_spreadsheet_writes_it_is_read_too(tmp_path: Path) -> None:
    path = written(tmp_path, '\ufeffmovie_id,weight\r\n"5","1"\r\n')

    assert read_signal(path, FILMS).tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The first line of PATH must be movie_id,weight, not ''."),
        ("film,weight\n1,2\n", "The first line of PATH must be movie_id,weight, not 'film,weight'."),
        ("movie_id,weight\nAlien,2\n", "Line 2 of PATH names film 'Alien'; a film must be named by its number."),
        ("movie_id,weight\n1,2\n5,-1\n", "Line 3 of PATH weighs film 5 '-1'; a weight must be a number from 0 up."),
        ("movie_id,weight\n1,nan\n", "Line 2 of PATH weighs film 1 'nan'; a weight must be a number from 0 up."),
        ("movie_id,weight\n1,inf\n", "Line 2 of PATH weighs film 1 'inf'; a weight must be a number from 0 up."),
        ("movie_id,weight\n1,2\n1,3\n", "Line 3 of PATH names film 1 again; a film may stand once."),
        ("movie_id,weight\n1\n", "Line 2 of PATH has 1 fields; each must have two, movie_id and weight."),
        ("movie_id,weight\n2,1\n", "PATH names none of the films of the data set; its film numbers must be those of movies.csv."),
        ("movie_id,weight\n", "PATH names none of the films of the data set; its film numbers must be those of movies.csv."),
    ],
)
def test_what_is_no_signal_is_refused_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(DataError, match=re.escape(sentence.replace("PATH", str(path)))):
        read_signal(path, FILMS)


def test_a_signal_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot be read \(No such file or directory\); set MATINEE_SIGNAL to a CSV, or to nothing"):
        read_signal(tmp_path / "none.csv", FILMS)


def test_the_setting_gives_the_films_their_signal(tmp_path: Path) -> None:
    settings = Settings(download_url="", signal=str(written(tmp_path, "movie_id,weight\n1,2\n")))

    data = first_data(settings, folder=tmp_path, say=lambda _: None, progress=lambda *_: None)

    assert data.catalogue.signal is not None
    assert data.catalogue.signal.sum() == 2


def test_without_the_setting_there_is_none(tmp_path: Path) -> None:
    data = first_data(Settings(download_url=""), folder=tmp_path, say=lambda _: None, progress=lambda *_: None)

    assert data.catalogue.signal is None


def test_films_keep_their_signal_when_others_join_and_when_they_are_saved() -> None:
    films = data_set_of([rating(1, 3, 5.0)]).catalogue.with_signal(np.array([1.0, 2.0, 3.0]))

    more = films.and_also([CatalogueEntry(Movie(MovieId(0), "Earlier", 1999, ())), CatalogueEntry(Movie(MovieId(8), "Later", 2001, ()))])

    assert more.signal is not None
    assert more.signal.tolist() == [0, 1, 2, 3, 0]
    assert Catalogue.from_arrays(more.arrays()).signal is not None


def test_a_signal_of_other_films_is_refused() -> None:
    films = data_set_of([rating(1, 3, 5.0)]).catalogue
    with pytest.raises(DataError, match="not of one number"):
        Catalogue.from_arrays({**films.arrays(), "signal": np.zeros(2)})
