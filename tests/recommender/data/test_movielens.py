"""Data sets in every form they come in, and what is said of the bad ones."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recommender.data import rating_rows, source
from recommender.data.movielens import DataSet, read_data_set
from recommender.domain import Movie, MovieId
from recommender.errors import DataError

MOVIES = "movieId,title,genres\n1,Toy Story (1995),Comedy\n2,Heat (1995),Crime\n"
HEAD = "userId,movieId,rating,timestamp\n"

Make = Callable[..., Path]


def rows_of(data: DataSet) -> list[tuple[int, int, float, int]]:
    ratings = data.ratings
    return [
        (int(user), int(movie), half / 2, int(at))
        for user, movie, half, at in zip(ratings.user_ids, ratings.movie_ids, ratings.half_stars.tolist(), ratings.rated_at, strict=True)
    ]


def films_of(data: DataSet) -> list[Movie]:
    return [data.catalogue.movie(column) for column in range(len(data.catalogue))]


# The forms


def test_a_folder_of_ratings_and_films_is_read(folder_of: Make) -> None:
    data = read_data_set(folder_of())

    assert rows_of(data) == [(1, 1, 4.0, 964982703), (1, 2, 0.5, 964981247), (2, 1, 5.0, 964982224), (2, 5, 3.5, 964983815)]
    assert films_of(data) == [
        Movie(MovieId(1), "Toy Story", 1995, ("Adventure", "Comedy")),
        Movie(MovieId(2), "The Matrix", 1999, ("Action", "Sci-Fi")),
        Movie(MovieId(5), "Babylon 5"),
    ]
    assert data.catalogue.also_known_as(1) == ("Matrix, The",)
    assert (data.name, data.credit) == ("films", "Your own data.")
    assert (data.report.rows_read, data.report.kept, data.report.refused) == (7, 7, 0)
    assert data.report.sentences() == ()
    assert [str(a.dtype) for a in (data.ratings.user_ids, data.ratings.movie_ids, data.ratings.half_stars, data.ratings.rated_at)] == [
        "int32",
        "int32",
        "uint8",
        "int64",
    ]


@pytest.mark.parametrize(
    "ratings",
    [
        "userId,movieId,rating\n1,2,4\n",
        "user_id,movie_id,rating\n1,2,4.0\n",
        "rating,movieId,userId\n4,2,1\n",
        "\ufeffuserId,movieId,rating\n1,2,4\n",
        "userId,movieId,rating\r\n1,2,4\r\n",
        "userId,movieId,rating\n1,2,4",
        "userId,movieId,rating\n1,2,4\n\n  \n",
        '"userId","movieId","rating"\n"1","2","4.0"\n',
        'comment,userId,movieId,rating\n"good, fine",1,2,4\n',
        "userId,movieId,rating,mood\n1,2,4,fine\n",
        "USERID, MovieID, Rating\n 1 , 2 , 4.00 \n",
        "userId,movieId,rating\n01,002,4.\n",
        "userId,movieId,rating,timestamp\n1.0,2.0,4.0,0.0\n",
    ],
)
def test_ones_own_ratings_may_be_written_in_many_ways(folder_of: Make, ratings: str) -> None:
    data = read_data_set(folder_of({"movies.csv": MOVIES, "ratings.csv": ratings}))

    assert rows_of(data) == [(1, 2, 4.0, 0)]
    assert data.report.refused == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_titles_come_in_utf_8_or_latin_1(folder_of: Make, encoding: str) -> None:
    films = "title,movieId\nCité des enfants perdus, La (1995),1\n".replace("Cité", '"Cité').replace("(1995)", '(1995)"')
    data = read_data_set(folder_of({"movies.csv": films.encode(encoding), "ratings.csv": HEAD + "1,1,4.0,5\n"}))

    assert films_of(data) == [Movie(MovieId(1), "La Cité des enfants perdus", 1995)]


def test_the_form_of_ml_1m_is_read(folder_of: Make) -> None:
    folder = folder_of(
        {
            "movies.csv": None,
            "ratings.csv": None,
            "movies.dat": "1::Toy Story (1995)::Animation|Children's\n73::Misérables, Les (1995)::Drama\n".encode("latin-1"),
            "ratings.dat": "1::73::5::978300760\n2::1::3::978302109\n",
        },
        name="ml-1m",
    )
    data = read_data_set(folder)

    assert rows_of(data) == [(1, 73, 5.0, 978300760), (2, 1, 3.0, 978302109)]
    assert films_of(data)[1] == Movie(MovieId(73), "Les Misérables", 1995, ("Drama",))
    assert "MovieLens ml-1m, GroupLens" in data.credit


@pytest.mark.parametrize("genres", ["unknown|0\nAction|1\nWar|2\n\n", None])
def test_the_form_of_ml_100k_is_read(folder_of: Make, genres: str | None) -> None:
    flags = {"Action": "0|1|0" if genres else "0|1" + "|0" * 17, "unknown": "1|0|0" if genres else "1" + "|0" * 18}
    folder = folder_of(
        {
            "movies.csv": None,
            "ratings.csv": None,
            "u.genre": genres,
            "u.item": f"1|Señor, El (1995)|01-Jan-1995||http://us.imdb.com/M/title|{flags['Action']}\n267|unknown||||{flags['unknown']}\n".encode(
                "latin-1"
            ),
            "u.data": "196\t1\t3\t881250949\n186\t267\t5\t891717742\n",
        }
    )
    data = read_data_set(folder)

    assert rows_of(data) == [(196, 1, 3.0, 881250949), (186, 267, 5.0, 891717742)]
    assert films_of(data) == [Movie(MovieId(1), "El Señor", 1995, ("Action",)), Movie(MovieId(267), "unknown")]
    assert "MovieLens ml-100k" in data.credit


def test_links_and_tags_are_put_to_the_films(folder_of: Make) -> None:
    tags = ["funny"] * 3 + ["Pixar", "pixar", "pixar"] + [f"tag {letter}" for letter in "lkjihgfedcba"]
    folder = folder_of(
        {
            "links.csv": "movieId,imdbId,tmdbId\n1,0114709,862\n2,tt0133093,\n5,,\n",
            "tags.csv": 'userId,movieId,tag,timestamp\n2,2,"red pill, blue pill",1\n'
            + "".join(f"{i},1,{t},1\n" for i, t in enumerate(tags)),
        }
    )
    data = read_data_set(folder)

    assert [(film.imdb_id, film.tmdb_id) for film in films_of(data)] == [(114709, 862), (133093, None), (None, None)]
    assert data.catalogue.tags(0) == ("funny", "pixar", *(f"tag {letter}" for letter in "abcdefgh"))
    assert data.catalogue.tags(1) == ("red pill, blue pill",)
    assert data.catalogue.tags(2) == ()


@pytest.mark.parametrize("top", ["", "ml-latest-small/", "a/b/"])
def test_a_zip_is_read_like_its_folder(zip_of: Make, top: str) -> None:
    path = zip_of(
        {f"{top}README.txt": "x", "__MACOSX/ratings.csv": "x", f"{top}movies.csv": MOVIES, f"{top}ratings.csv": HEAD + "1,2,4.0,5\n"}
    )
    data = read_data_set(path)

    assert rows_of(data) == [(1, 2, 4.0, 5)]
    assert data.name == {"": "films", "ml-latest-small/": "ml-latest-small", "a/b/": "b"}[top]
    assert data.credit.startswith("MovieLens ml-latest-small") == (top == "ml-latest-small/")


@pytest.mark.parametrize(
    ("name", "known"),
    [("ml-25m", "ml-25m"), ("ml-32m", "ml-32m"), ("ML-20M", "ml-20m"), ("ml-latest", "ml-latest"), ("ml-latest2", ""), ("mine", "")],
)
def test_movielens_is_credited_by_the_folders_name(folder_of: Make, name: str, known: str) -> None:
    credit = read_data_set(folder_of(name=name)).credit

    assert credit == "Your own data." if not known else credit.startswith(f"MovieLens {known}, GroupLens")


def test_progress_is_told_up_to_the_last_byte(folder_of: Make) -> None:
    folder = folder_of({"links.csv": "movieId,imdbId,tmdbId\n1,0114709,862\n", "notes.txt": "not read"})
    heard: list[tuple[int, int]] = []

    read_data_set(folder, progress=lambda done, total: heard.append((done, total)))

    total = sum(file.stat().st_size for file in folder.glob("*.csv"))
    assert heard[-1] == (total, total)
    assert heard == sorted(heard)


def test_the_rows_read_are_told_and_columns_grow_past_their_first_room(folder_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(user_id, 1, 2.5, user_id * 7) for user_id in range(1, 400)]
    folder = folder_of({"ratings.csv": "userId,movieId,rating,timestamp\n" + "".join(f"{u},{m},{s},{t}\n" for u, m, s, t in rows)})
    monkeypatch.setattr(source, "BLOCK", 300)
    monkeypatch.setattr(rating_rows, "FIRST_ROOM", 2)
    heard: list[int] = []

    ratings = read_data_set(folder, rows_read=heard.append).ratings

    assert heard == sorted(heard)
    assert len(heard) > 10
    assert heard[-1] == len(ratings) == 399
    assert ratings.user_ids.tolist() == [user_id for user_id, *_ in rows]
    assert ratings.rated_at.tolist() == [rated_at for *_, rated_at in rows]


# Bad rows


@pytest.mark.parametrize(
    ("row", "reason", "value"),
    [
        ("x,1,4.0,5", rating_rows.USER, "x"),
        ("0,1,4.0,5", rating_rows.USER, "0"),
        ("-7,1,4.0,5", rating_rows.USER, "-7"),
        ("1000001,1,4.0,5", rating_rows.USER, "1000001"),
        ("1.5,1,4.0,5", rating_rows.USER, "1.5"),
        ("3,.,4.0,5", rating_rows.MOVIE, "."),
        ("٣,1,4.0,5", rating_rows.USER, "٣"),
        ("9" * 5000 + ",1,4.0,5", rating_rows.USER, "9" * 77 + "..."),
        (",1,4.0,5", rating_rows.USER, ""),
        ("3,Heat,4.0,5", rating_rows.MOVIE, "Heat"),
        ("3,0,4.0,5", rating_rows.MOVIE, "0"),
        ("3,2147483648,4.0,5", rating_rows.MOVIE, "2147483648"),
        ("3,3,4.0,5", rating_rows.UNKNOWN, "3"),
        ("3,1,0,5", rating_rows.STARS, "0"),
        ("3,1,5.5,5", rating_rows.STARS, "5.5"),
        ("3,1,3.7,5", rating_rows.STARS, "3.7"),
        ("3,1,-1,5", rating_rows.STARS, "-1"),
        ("3,1,four,5", rating_rows.STARS, "four"),
        ("3,1,nan,5", rating_rows.STARS, "nan"),
        ("3,1,4e0,5", rating_rows.STARS, "4e0"),
        ("3,1,,5", rating_rows.STARS, ""),
        ("3,1,4.0,now", rating_rows.TIME, "now"),
        ("3,1,4.0,-5", rating_rows.TIME, "-5"),
        ("3,1,4.0,", rating_rows.TIME, ""),
        ("3,1,4.0,99999999999999999999", rating_rows.TIME, "99999999999999999999"),
        ("3,1,4.0", "a row must have 4 fields", "3: 3,1,4.0"),
        ("3,1,4.0,5,6", "a row must have 4 fields", "5: 3,1,4.0,5,6"),
        ("3", "a row must have 4 fields", "1: 3"),
        ('3,"1,4.0,5', "every quote must be closed on its line", '3,"1,4.0,5'),
        ("3,1\0,4.0,5", "a row must not hold NUL bytes", "3,1\0,4.0,5"),
        ("3,1,4.0\r3,1,4.0,5", "a row must have 4 fields", "6: 3,1,4.0\r3,1,4.0,5"),
        ("1,2,3.0,9", rating_rows.TWICE, "viewer 1 and film 2 again"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_bad_row_is_told_with_file_line_and_reason_and_the_rest_is_kept(folder_of: Make, row: str, reason: str, value: str) -> None:
    data = read_data_set(folder_of({"movies.csv": MOVIES, "ratings.csv": f"{HEAD}1,2,4.0,5\n{row}\n2,1,0.5,6\n"}))

    assert rows_of(data) == [(1, 2, 4.0, 5), (2, 1, 0.5, 6)]
    [refusal] = data.report.refusals
    assert (refusal.file, refusal.line, refusal.reason, refusal.value) == ("ratings.csv", 3, reason, value)
    ratings = data.report.files[-1]
    assert (ratings.rows_read, ratings.kept, ratings.refused, dict(ratings.by_reason)) == (3, 2, 1, {reason: 1})


def test_a_row_of_bytes_that_are_no_text_is_refused(folder_of: Make) -> None:
    data = read_data_set(folder_of({"ratings.csv": HEAD.encode() + b"1,2,4.0,5\n\xff\xfe\x80,1,4.0,5\n2,1,0.5,6\n"}))

    assert [(refusal.line, refusal.reason) for refusal in data.report.refusals] == [(3, rating_rows.USER)]


@pytest.mark.parametrize(
    ("row", "reason", "value"),
    [
        ("x,Casino (1995),Crime", rating_rows.MOVIE, "x"),
        ("1,Again (1995),Crime", "a film may stand once, and the first row stays", "1 again"),
        ("3,,Crime", "the film must have a title", ""),
        ("3,Casino, again (1995),Crime", "a row must have 3 fields", "4: 3,Casino, again (1995),Crime"),
    ],
)
def test_a_bad_film_is_told_the_same_way(folder_of: Make, row: str, reason: str, value: str) -> None:
    data = read_data_set(folder_of({"movies.csv": f"{MOVIES}{row}\n4,Casino (1995),Crime\n", "ratings.csv": HEAD + "1,1,4.0,5\n"}))

    assert [film.movie_id for film in films_of(data)] == [1, 2, 4]
    assert [(r.file, r.line, r.reason, r.value) for r in data.report.refusals] == [("movies.csv", 4, reason, value)]


def test_bad_links_and_tags_are_told_and_never_stop_the_run(folder_of: Make) -> None:
    folder = folder_of(
        {"links.csv": "movieId,imdbId,tmdbId\n1,x,862\n9,1,1\n", "tags.csv": "userId,movieId,tag,timestamp\n1,9,funny,1\n1,1, ,1\n"}
    )

    refusals = [str(refusal) for refusal in read_data_set(folder).report.refusals]

    assert refusals == [
        "links.csv, line 2: the IMDb number must be a whole number from 1 up, not 'x'.",
        "links.csv, line 3: the film must be in the films' table, not '9'.",
        "tags.csv, line 2: the film must be in the films' table, not '9'.",
        "tags.csv, line 3: the tag must not be empty, not ''.",
    ]


def test_the_first_rating_of_a_film_stays_wherever_the_others_stand(folder_of: Make) -> None:
    data = read_data_set(
        folder_of({"movies.csv": MOVIES, "ratings.csv": f"{HEAD}2,1,1.0,5\n1,2,2.0,5\n2,1,3.0,5\nx\n1,1,4.0,5\n2,1,5.0,5\n"})
    )

    assert rows_of(data) == [(2, 1, 1.0, 5), (1, 2, 2.0, 5), (1, 1, 4.0, 5)]
    assert [(r.line, r.value) for r in data.report.refusals] == [
        (4, "viewer 2 and film 1 again"),
        (5, "1: x"),
        (7, "viewer 2 and film 1 again"),
    ]


def test_only_the_first_thousand_refusals_are_kept_and_all_are_counted(folder_of: Make) -> None:
    bad = "".join(f"{user},99,4.0,5\n" for user in range(1, 2001))
    good = "".join(f"{user},1,4.0,5\n" for user in range(1, 3001))
    report = read_data_set(folder_of({"ratings.csv": HEAD + bad + good})).report

    assert len(report.refusals) == 1000
    assert report.files[-1].refused == 2000
    assert report.sentences(most=1) == (
        "ratings.csv: 3,000 of 5,000 rows kept, 2,000 refused.",
        "  2,000 because the film must be in the films' table.",
        "  ratings.csv, line 2: the film must be in the films' table, not '99'.",
    )


@pytest.mark.parametrize("highest", [40, 20_000_000, 2**31 - 1])
def test_a_rating_of_a_film_that_is_not_there_is_refused_wherever_its_number_lies(folder_of: Make, highest: int) -> None:
    films, others = (1, 30, highest), (2, highest - 1, min(highest + 1, 31), min(10 * highest, 2**31 - 2))
    movies = "movieId,title\n" + "".join(f"{film},Film {film}\n" for film in films)
    ratings = "".join(f"{user},{film},4.0,5\n" for user in range(1, 200) for film in films)

    data = read_data_set(folder_of({"movies.csv": movies, "ratings.csv": HEAD + ratings + "".join(f"7,{film},4.0,5\n" for film in others)}))

    assert rows_of(data) == [(user, film, 4.0, 5) for user in range(1, 200) for film in films]
    assert [refusal.value for refusal in data.report.refusals] == [str(film) for film in others]


@pytest.mark.parametrize("block", [7, 64, 1000, 1 << 24])
def test_the_size_of_a_block_changes_nothing(
    folder_of: Make, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator, block: int
) -> None:
    lines = [f"{u},{m},{h / 2},{t}" for u, m, h, t in zip(*rng.integers(1, [[400], [51], [11], [9999]], (4, 2000)), strict=True)]
    bad = set(rng.choice(2000, 40, replace=False).tolist())
    lines = [f"{line},oops" if at in bad else line for at, line in enumerate(lines)]
    movies = "movieId,title\n" + "".join(f"{movie},Film {movie}\n" for movie in range(1, 51))
    folder = folder_of({"movies.csv": movies, "ratings.csv": HEAD + "\n".join(lines)})
    expected = _plainly(lines)
    monkeypatch.setattr(source, "BLOCK", block)

    data = read_data_set(folder)

    assert [(user, movie, int(stars * 2)) for user, movie, stars, _ in rows_of(data)] == expected
    assert {r.line - 2 for r in data.report.refusals if r.reason != rating_rows.TWICE} == bad


def _plainly(lines: list[str]) -> list[tuple[int, int, int]]:
    kept: dict[tuple[int, int], int] = {}
    for line in lines:
        if "oops" not in line:
            user, movie, stars, _ = line.split(",")
            kept.setdefault((int(user), int(movie)), int(float(stars) * 2))
    return [(user, movie, half) for (user, movie), half in kept.items()]


def test_a_very_long_line_among_many_short_ones_is_refused_alone(folder_of: Make) -> None:
    short = "".join(f"{user},1,4.0,5\n" for user in range(1, 601))

    report = read_data_set(folder_of({"ratings.csv": f"{HEAD}{short}{'9' * 500_000}\n601,1,4.0,5\n"})).report

    assert (report.files[-1].kept, report.files[-1].refused) == (601, 1)


# The stops


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"ratings.csv": None}, r"films has no ratings\.csv, ratings\.dat or u\.data \(found: movies\.csv\); give a MovieLens folder"),
        ({"movies.csv": None}, r"films has ratings\.csv but no movies\.csv; put the films' table beside the ratings\."),
        ({"ratings.csv": ""}, r"ratings\.csv in .*films is empty; fetch or export it again\."),
        ({"ratings.csv": "\n\n  \n"}, r"ratings\.csv in .*films is empty"),
        ({"movies.csv": ""}, r"movies\.csv in .*films is empty"),
        ({"ratings.csv": HEAD}, r"ratings\.csv in .*films has no rows; fetch or export it again\."),
        ({"movies.csv": "movieId,title,genres\n\n"}, r"movies\.csv in .*films has no rows"),
        (
            {"ratings.csv": "userId;movieId;rating\n1;1;4\n"},
            r"lacks the columns userId, movieId and rating in its first line, which reads 'userId;movieId;rating'; name them there\.",
        ),
        ({"ratings.csv": "1,1,4.0,5\n1,2,4.0,5\n"}, r"lacks the columns userId, movieId and rating .* '1, 1, 4"),
        ({"movies.csv": "movieId,name\n1,x\n"}, r"movies\.csv in .* lacks the column title in its first line, which reads 'movieId, name'"),
        ({"ratings.csv": b"\x1f\x8b\x08\x00" + b"x" * 99}, r"ratings\.csv in .*films is not text but a binary file; give a text table"),
        ({"ratings.csv": (HEAD + "1,1,4.0,5\n").encode("utf-16")}, r"not text but a binary file"),
        ({"ratings.csv": b"\0\1" * 4000}, r"not text but a binary file"),
        ({"ratings.csv": HEAD + "x,1,4.0,5\n"}, r"1 of 1 ratings in .*ratings\.csv cannot be used \(the first: .*, line 2: the user id"),
        (
            {"ratings.csv": HEAD + "1,1,4.0,5\n" * 4 + "1,2,4.0,5\n" * 4 + "2,1,9,5\n" * 2},
            r"8 of 10 ratings in .* cannot be used .*; check that it is the right file, and export it again\.",
        ),
        ({"movies.csv": "movieId,title\nx,a\n"}, r"1 of 1 films in .*movies\.csv cannot be used"),
        ({"ratings.csv": HEAD + "9" * (3 << 20)}, r"has a line of more than 1 MiB, so it is no table"),
        ({"links.csv": "a,b\n1,2\n"}, r"links\.csv in .*films lacks the column movieId"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_stops_with_one_sentence(
    folder_of: Make, monkeypatch: pytest.MonkeyPatch, files: dict[str, str | bytes | None], sentence: str
) -> None:
    monkeypatch.setattr(source, "BLOCK", 1 << 20)
    with pytest.raises(DataError, match=sentence) as stop:
        read_data_set(folder_of(files))

    assert "\n" not in str(stop.value)
    assert str(stop.value).endswith(".")


def test_half_of_the_rows_may_be_bad_and_no_more(folder_of: Make) -> None:
    half = HEAD + "".join(f"{user},1,4.0,5\n{user},9,4.0,5\n" for user in range(1, 6))

    assert len(read_data_set(folder_of({"ratings.csv": half})).ratings) == 5
    with pytest.raises(DataError, match="6 of 11 ratings"):
        read_data_set(folder_of({"ratings.csv": half + "6,9,4.0,5\n"}, name="worse"))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("absent", None, r"There is nothing at .*absent; give a MovieLens folder or zip, or a folder with ratings\.csv and movies\.csv\."),
        ("ratings.csv", b"userId", r"ratings\.csv is neither a folder nor a zip; give a MovieLens folder"),
        ("films.zip", b"", r"films\.zip is cut or no zip at all \(File is not a zip file\); fetch it again\."),
        ("films.zip", b"<html>Not found</html>", r"films\.zip is cut or no zip at all"),
    ],
)
def test_a_path_to_no_data_set_is_told(tmp_path: Path, name: str, content: bytes | None, sentence: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(DataError, match=sentence):
        read_data_set(tmp_path / name)


def test_an_empty_folder_or_zip_is_told(tmp_path: Path, zip_of: Make) -> None:
    for path in (tmp_path, zip_of({})):
        with pytest.raises(DataError, match=r"has no ratings\.csv, ratings\.dat or u\.data"):
            read_data_set(path)


def test_a_file_that_may_not_be_read_is_told(folder_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of()
    whole = Path.open

    def guarded(path: Path, *args: object, **kwargs: object) -> object:
        if path.name == "ratings.csv":
            raise PermissionError(13, "Permission denied")
        return whole(path, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", guarded)  # root may read anything, whatever the mode says

    with pytest.raises(DataError, match=r"ratings\.csv in .*films may not be read by you; change its permissions\."):
        read_data_set(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_folder_that_may_not_be_read_is_told(folder_of: Make) -> None:
    folder = folder_of()
    folder.chmod(0)

    with pytest.raises(DataError, match="may not be read by you"):
        read_data_set(folder)
    folder.chmod(0o700)


def test_a_zip_cut_or_damaged_anywhere_is_refused_in_words_or_read_whole(zip_of: Make, tmp_path: Path, rng: np.random.Generator) -> None:
    ratings = HEAD + "".join(f"{user},{1 + user % 2},4.0,{int(rng.integers(10**9))}\n" for user in range(1, 400))
    whole = zip_of({"movies.csv": MOVIES, "ratings.csv": ratings}).read_bytes()
    damaged = tmp_path / "damaged.zip"
    for _ in range(300):
        at = int(rng.integers(len(whole)))
        damaged.write_bytes(whole[:at] if rng.random() < 0.4 else whole[:at] + bytes([int(rng.integers(256))]) + whole[at + 1 :])
        said = ""
        try:
            said = f"{len(read_data_set(damaged).ratings)} ratings."
        except DataError as stop:
            said = str(stop)
        assert said == "399 ratings." or (str(damaged) in said and said.endswith(".")), said


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("movies.csv", MOVIES)
        archive.writestr("ratings.csv", HEAD + "\n" * (2 << 20))

    monkeypatch.setattr(source, "HARMLESS", 1 << 20)
    with pytest.raises(DataError, match=r"would unpack to \d+ times its size, which no ratings do"):
        read_data_set(path)
    monkeypatch.setattr(source, "MOST_UNPACKED", 1 << 20)
    with pytest.raises(DataError, match=r"would unpack to 0\.0 GiB, and 8 are allowed; unpack it yourself and give the folder\."):
        read_data_set(path)


def test_a_zip_with_a_password_is_told(zip_of: Make) -> None:
    path = zip_of({"movies.csv": MOVIES, "ratings.csv": HEAD + "1,1,4.0,5\n"})
    packed = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), bytes(packed)):
            packed[found.start() + flags] |= 1  # the bit that says "encrypted"
    path.write_bytes(packed)

    with pytest.raises(DataError, match=r"cannot be unpacked \(.*password.*\); unpack it yourself and give the folder\."):
        read_data_set(path)


# Damage at random


def test_damage_never_costs_a_row_that_it_did_not_touch(folder_of: Make, rng: np.random.Generator) -> None:
    """2,000 files with up to three bytes changed, put in or taken out below the header."""
    movies = "movieId,title\n" + "".join(f"{movie},Film {movie}\n" for movie in range(1, 41))
    lines = [
        f"{user},{movie},{half / 2},{1000 + user}" for user in range(1, 9) for movie, half in ((user, 7), (user + 9, 10), (user + 20, 1))
    ]
    good = (HEAD + "\n".join(lines) + "\n").encode()
    folder = folder_of({"movies.csv": movies})
    for round_number in range(2000):
        damaged = bytearray(good)
        for _ in range(int(rng.integers(1, 4))):
            at = int(rng.integers(len(HEAD), len(damaged)))
            new = bytes(
                rng.choice([0, 10, 13, 34, 44, 45, 46, 48, 57, 195, 255, int(rng.integers(256))], int(rng.integers(0, 3))).astype(np.uint8)
            )
            damaged[at : at + int(rng.integers(0, 3))] = new
        (folder / "ratings.csv").write_bytes(damaged)

        data = read_data_set(folder)

        left = bytes(damaged)[len(HEAD) :].split(b"\n")
        file = data.report.files[-1]
        assert file.kept == len(data.ratings)
        assert file.kept + file.refused == file.rows_read == sum(bool(line.strip()) for line in left), round_number
        untouched = [line for line in lines if line.encode() in left]
        kept = {(user, movie) for user, movie, _, _ in rows_of(data)}
        assert {(int(line.split(",")[0]), int(line.split(",")[1])) for line in untouched} <= kept, round_number


def test_clean_blocks_and_single_rows_are_read_alike(folder_of: Make, rng: np.random.Generator) -> None:
    """A row that the fast way takes is taken by the careful way, with the same numbers; the quote in another row forces that."""
    pieces = ["0", "1", "5", ".", "00", ",", "3", "9", ".5", "12"]
    folder = folder_of({"movies.csv": "movieId,title\n" + "".join(f"{movie},Film\n" for movie in range(1, 20))})
    for _ in range(300):
        row = ",".join("".join(rng.choice(pieces, int(rng.integers(1, 4)))) for _ in range(4))
        outcomes = []
        for forced in ("", '"900001",7,4.0,5\n'):
            (folder / "ratings.csv").write_text(f"{HEAD}900000,7,4.0,5\n{row}\n{forced}")
            outcomes.append([rating for rating in rows_of(read_data_set(folder)) if rating[0] < 900000])
        assert outcomes[0] == outcomes[1], row


# Real data


@pytest.mark.data
def test_movielens_latest_small_is_read_whole(ml_latest_small: Path) -> None:
    data = read_data_set(ml_latest_small)

    assert (len(data.ratings), len(data.catalogue), len(np.unique(data.ratings.user_ids))) == (100_836, 9_742, 610)
    assert {file.file: file.rows_read for file in data.report.files} == {
        "movies.csv": 9_742,
        "links.csv": 9_742,
        "tags.csv": 3_683,
        "ratings.csv": 100_836,
    }
    assert data.report.refused == 0
    assert data.credit.startswith("MovieLens ml-latest-small, GroupLens")
    column = data.catalogue.column_of(2571)
    assert column is not None
    assert data.catalogue.movie(column) == Movie(MovieId(2571), "The Matrix", 1999, ("Action", "Sci-Fi", "Thriller"), 133093, 603)


@pytest.mark.data
def test_movielens_100k_is_read_whole(ml_100k: Path) -> None:
    data = read_data_set(ml_100k)

    assert (len(data.ratings), len(data.catalogue), len(np.unique(data.ratings.user_ids))) == (100_000, 1_682, 943)
    assert data.report.refused == 0
    assert len(data.catalogue.genres()) == 18


@pytest.mark.data
def test_ratings_and_films_alone_are_enough(ml_latest_small: Path, tmp_path: Path) -> None:
    for file in ("ratings.csv", "movies.csv"):
        shutil.copy(ml_latest_small / file, tmp_path)

    assert len(read_data_set(tmp_path).ratings) == 100_836
