"""Files as the sites write them: who wrote them, what each row says, and in which scale."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.data.exports import KINDS, MOST_ROWS, RATING, SEEN, WATCHLIST, Export, ExportRow, netflix, own, read_export
from recommender.data.exports.dates import DAY_FIRST, MONTH_FIRST, order_of, seconds_of
from recommender.data.exports.rows import LONGEST_CELL
from recommender.data.exports.scales import FIVE, HUNDRED, TEN, scale_of, stars_of
from recommender.errors import InvalidInputError

FIXTURES = Path(__file__).parent / "fixtures"


def fixture(name: str, **options: str) -> Export:
    path = FIXTURES / name
    return read_export(path.name, path.read_bytes(), **options)


def zip_of(files: Mapping[str, bytes | str], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def folder(name: str) -> dict[str, bytes]:
    return {str(path.relative_to(FIXTURES / name)): path.read_bytes() for path in sorted((FIXTURES / name).rglob("*")) if path.is_file()}


def said(export: Export) -> list[tuple[str, str, int | None, float | None]]:
    return [(row.kind, row.title, row.year, row.stars) for row in export.rows]


def day(year: int, month: int, of: int) -> int:
    return int(datetime(year, month, of, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("name", "site", "first", "n_rows", "n_skipped"),
    [
        ("letterboxd/ratings.csv", "Letterboxd", (RATING, "Casablanca", 1942, 5.0), 4, 0),
        ("letterboxd/diary.csv", "Letterboxd", (RATING, "Casablanca", 1942, 4.0), 3, 0),
        ("letterboxd/reviews.csv", "Letterboxd", (RATING, "Casablanca", 1942, 4.0), 2, 0),  # a review over two lines is one row
        ("letterboxd/watched.csv", "Letterboxd", (SEEN, "Casablanca", 1942, None), 3, 0),
        ("letterboxd/watchlist.csv", "Letterboxd", (WATCHLIST, "Alien", 1979, None), 2, 0),
        ("letterboxd/likes/films.csv", "Letterboxd", (SEEN, "Jaws", 1975, None), 1, 0),
        ("imdb-2025.csv", "IMDb", (RATING, "Alien", 1979, 4.5), 2, 2),
        ("imdb-2020.csv", "IMDb", (RATING, "Alien", 1979, 3.5), 1, 1),
        ("imdb-2014.csv", "IMDb", (RATING, "Alien", 1979, 4.0), 1, 1),
        ("imdb-watchlist.csv", "IMDb", (WATCHLIST, "Metropolis", 1927, None), 2, 0),
        ("movielens.csv", "MovieLens", (RATING, "Alien", 1979, 4.5), 3, 0),
        ("movielens-of-100.csv", "MovieLens", (RATING, "Alien", 1979, 4.5), 3, 0),
        ("trakt/ratings/ratings-movies.json", "Trakt", (RATING, "Alien", 1979, 4.5), 2, 0),
        ("trakt/watched/watched-movies.json", "Trakt", (SEEN, "Jaws", 1975, None), 1, 0),
        ("trakt/watched/watched-history-1.json", "Trakt", (SEEN, "Rear Window", 1954, None), 1, 1),
        ("trakt/lists/watchlist.json", "Trakt", (WATCHLIST, "Casablanca", 1942, None), 1, 1),
        ("netflix/NetflixViewingHistory.csv", "Netflix", (SEEN, "Alien", None, None), 3, 3),
        ("netflix/NetflixViewingHistory-de.csv", "Netflix", (SEEN, "Alien", None, None), 1, 1),
        ("netflix/ViewingActivity.csv", "Netflix", (SEEN, "Alien", None, None), 2, 3),
        ("netflix/Ratings.csv", "Netflix", (RATING, "Alien", None, 4.0), 4, 1),
        ("criticker.xml", "Criticker", (RATING, "Alien", 1979, 4.5), 2, 1),
        ("criticker.csv", "Criticker", (RATING, "Alien", 1979, 4.5), 2, 0),
        ("plain.csv", "a table of your own", (RATING, "Alien", 1979, 4.5), 4, 0),
        ("plain.json", "a table of your own", (RATING, "Alien", 1979, 4.5), 2, 0),
    ],
)
def test_each_site_is_known_by_its_files(
    name: str, site: str, first: tuple[str, str, int | None, float | None], n_rows: int, n_skipped: int
) -> None:
    export = fixture(name)

    assert (export.site, said(export)[0], len(export.rows), len(export.skipped)) == (site, first, n_rows, n_skipped)


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("letterboxd/ratings.csv", day(2023, 1, 4)),
        ("imdb-2025.csv", day(2024, 3, 15)),
        ("imdb-2014.csv", day(2014, 11, 1)),
        ("trakt/ratings/ratings-movies.json", day(2021, 3, 1) + 20 * 3600 + 15 * 60),
        ("netflix/NetflixViewingHistory.csv", day(2023, 10, 31)),
        ("netflix/NetflixViewingHistory-de.csv", day(2023, 10, 31)),
        ("criticker.xml", day(2009, 1, 5)),
        ("plain.csv", day(2020, 12, 31)),
        ("movielens.csv", None),
    ],
)
def test_each_site_has_its_own_dates(name: str, at: int | None) -> None:
    assert fixture(name).rows[0].at == at


@pytest.mark.parametrize("name", ["imdb-2025.csv", "imdb-2014.csv", "movielens.csv", "trakt/ratings/ratings-movies.json", "criticker.csv"])
def test_numbers_of_other_sites_are_kept(name: str) -> None:
    assert fixture(name).rows[0].imdb_id == 78748


def test_all_of_letterboxds_zip_is_read_but_lists_reviews_and_what_was_deleted() -> None:
    beside = {"lists/best.csv": "Letterboxd list export v7\n", "deleted/diary.csv": "x", "comments.csv": "x", "profile.csv": "x"}
    export = read_export("letterboxd-ann-2024-06-03.zip", zip_of(folder("letterboxd") | beside))

    assert export.files == ("watchlist.csv", "likes/films.csv", "watched.csv", "diary.csv", "ratings.csv")
    assert export.n_rows == 2 + 1 + 3 + 3 + 4
    assert "reviews.csv" in export.notes[0]


def test_all_of_trakts_zip_is_read() -> None:
    export = read_export("trakt.zip", zip_of(folder("trakt") | {"user/profile.json": "{}"}))

    assert export.site == "Trakt"
    assert (len(export.rows), len(export.skipped)) == (5, 2)


def test_a_netflix_account_is_told_apart_by_profile_with_every_row_accounted_for() -> None:
    export = read_export("netflix.zip", zip_of({f"CONTENT_INTERACTION/{name}": text for name, text in folder("netflix").items()}))
    of_ann = export.of_profile("Ann")

    assert export.profiles == ("Ann", "Ben")
    assert {row.profile for row in of_ann.rows} == {"Ann"}
    assert of_ann.n_rows == export.n_rows


def test_thumbs_are_stars() -> None:
    assert [row.stars for row in fixture("netflix/Ratings.csv").rows] == [4.0, 1.5, 5.0, 4.0]


@pytest.mark.parametrize(
    ("title", "episode"),
    [
        ("Dark: Season 1: Secrets", True),
        ("Dark: Staffel 1: Geheimnisse", True),
        ("Lupin: Partie 2: Chapitre 6", True),
        ("Sherlock: Series 4", False),  # could be a film; a part counts where something follows it
        ("Friends: Season 10", True),
        ("The Queen's Gambit: Limited Series: Openings", True),
        ("Money Heist: Part 1: Episode 1", True),
        ("Dune: Part Two", False),
        ("Kill Bill: Vol. 2", False),
        ("The Hunger Games: Mockingjay: Part 1", False),
        ("The Lord of the Rings: The Fellowship of the Ring", False),
        ("Mission: Impossible", False),
        ("Alien", False),
    ],
)
def test_episodes_are_told_from_films(title: str, episode: bool) -> None:
    assert netflix.is_episode(title) is episode


def test_the_scale_is_told_by_the_scores_and_said() -> None:
    assert fixture("movielens.csv").scales == (FIVE.says,)
    assert fixture("movielens-of-100.csv").scales == (HUNDRED.says,)
    assert [row.stars for row in fixture("movielens-of-100.csv").rows] == [4.5, 3.0, 5.0]


def test_the_person_knows_the_scale_better() -> None:
    assert fixture("movielens.csv", scale="10").rows[0].stars == 2.5
    with pytest.raises(InvalidInputError, match=r"scale must be one of 5, 10, 100, not 'seven'\."):
        fixture("movielens.csv", scale="seven")


@pytest.mark.parametrize(
    ("scores", "scale"),
    [
        (["1", "5", "4.5"], FIVE),
        (["1", "6"], TEN),
        (["9", "88", "12"], HUNDRED),
        (["4,5", "3"], FIVE),
        ([*["4"] * 40, "45"], FIVE),  # one damaged score of many does not shrink the others
        ([*["9"] * 40, "45"], TEN),
        ([], FIVE),
    ],
)
def test_a_scale_is_told_by_its_scores(scores: list[str], scale: object) -> None:
    assert scale_of(scores) is scale


@pytest.mark.parametrize(
    ("written", "stars"),
    [("4.5", 4.5), ("4,5", 4.5), ("★★★½", 3.5), ("★", 1.0), ("8/10", 4.0), ("85%", 4.5), ("0.5", 0.5), ("3 stars", 3.0), ("2.9", 3.0)],
)
def test_stars_are_written_in_many_ways(written: str, stars: float) -> None:
    assert stars_of(written, FIVE) == stars


@pytest.mark.parametrize("written", ["0", "101", "-3", "nan", "inf", "1e3", "=1+1", "☆☆☆☆☆", "5/7", "٣"])
def test_what_is_no_score_costs_its_row_alone(written: str) -> None:
    export = read_export("own.csv", f'Title,Year,Rating\nAlien,1979,4\nJaws,1975,"{written}"\n'.encode())

    assert said(export)[0] == (RATING, "Alien", 1979, 4.0)
    assert [(row.line, row.text) for row in export.skipped] == [(3, f'Jaws,1975,"{written}"')]


@pytest.mark.parametrize(
    ("dates", "order", "certain"),
    [
        (["3/4/21", "12/31/20"], MONTH_FIRST, True),
        (["3/4/21", "31/12/20"], DAY_FIRST, True),
        (["3.4.21"], DAY_FIRST, True),
        (["3/4/21"], MONTH_FIRST, False),
    ],
)
def test_the_order_of_day_and_month_is_told_by_the_others(dates: list[str], order: str, certain: bool) -> None:
    assert order_of(dates) == (order, certain)


@pytest.mark.parametrize(
    "written",
    [
        "2021-04-03", "2021/4/3", "2021. 4. 3.", "3 April 2021", "April 3, 2021", "3 avr. 2021", "3 de abril de 2021", "2021年4月3日",
        "4/3/21", "1617408000", "1617408000000", "2021-04-03T00:00:00Z", "2021-04-03 00:00:00 UTC", "2021-04-03T02:00:00+02:00",
    ],
)  # fmt: skip
def test_dates_are_written_in_many_ways(written: str) -> None:
    assert seconds_of(written) == day(2021, 4, 3)


@pytest.mark.parametrize("written", ["", "soon", "2021-13-45", "99/99/99", "0000-00-00", "9" * 50])
def test_what_is_no_date_loses_no_row(written: str) -> None:
    assert seconds_of(written) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_table_of_any_program_is_read(encoding: str, separator: str, newline: str) -> None:
    lines = [["Title", "Year", "Rating"], ["Amélie", "2001", "4.5"], ['"The Good, the Bad; the Ugly"', "1966", "3"]]
    content = newline.join(separator.join(line) for line in lines).encode(encoding)

    assert said(read_export("films.csv", content)) == [(RATING, "Amélie", 2001, 4.5), (RATING, "The Good, the Bad; the Ugly", 1966, 3.0)]


def test_a_spreadsheets_first_line_may_name_the_separator() -> None:
    assert said(read_export("a.csv", b"sep=;\r\nTitle;Year\r\nAlien;1979\r\n")) == [(SEEN, "Alien", 1979, None)]


def test_a_broken_row_costs_that_row_alone() -> None:
    text = 'Title,Year,Rating\nAlien,1979,5\n"Jaws,1975,4\nHeat,1995\nBrazil,1985,4,5,6\nUp,nineteen,4\nRan,1985,3\n'
    export = read_export("a.csv", text.encode())

    assert [row.title for row in export.rows] == ["Alien", "Ran"]
    assert [(row.line, row.reason.split()[0]) for row in export.skipped] == [(3, "A"), (4, "The"), (5, "The"), (6, "The")]


def test_a_formula_is_plain_text() -> None:
    row = fixture("letterboxd/ratings.csv").rows[3]

    assert (row.title, row.stars) == ('=HYPERLINK("x")', 0.5)


def test_a_cell_that_is_far_too_long_costs_its_row() -> None:
    export = read_export("a.csv", f"Title,Year\n{'a' * (LONGEST_CELL + 1)},1979\nAlien,1979\n".encode())

    assert [row.title for row in export.rows] == ["Alien"]
    assert len(export.skipped[0].text) <= 200


def test_no_more_than_so_many_rows_are_taken() -> None:
    head, row = "Title,Year\n", "Alien,1979\n"

    assert read_export("a.csv", (head + row * MOST_ROWS).encode()).n_rows == MOST_ROWS
    with pytest.raises(InvalidInputError, match=r"a\.csv must be of at most 100,000 rows; cut it in parts, not 'more than 100,000 rows'\."):
        read_export("a.csv", (head + row * (MOST_ROWS + 1)).encode())


def test_movielens_ratings_are_those_of_one_person() -> None:
    one = "user" + "Id,movieId,rating,timestamp\n1,1214,4.5,1617408000\n"
    row = read_export("ratings.csv", one.encode()).rows[0]

    assert (row.movie_id, row.movie_id_of, row.stars, row.at) == (1214, "movielens", 4.5, day(2021, 4, 3))
    with pytest.raises(InvalidInputError, match="must be the ratings of one person"):
        read_export("ratings.csv", (one + "2,1214,4.5,1617408000\n").encode())


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "a.csv must be a table, JSON or XML with films in it, not '0 bytes without a word'."),
        ("a.csv", b"hello\nworld\n", "a.csv must be a table whose first line names its columns, such as Title,Year,Rating, not 'hello'."),
        ("a.pdf", b"%PDF-1.7", "a.pdf must be a CSV, JSON or XML file, or a zip of them, not 'a PDF'."),
        ("a.html", b"<!DOCTYPE html><p>", "a.html must be the file that the site exports, not 'a web page'."),
        ("a.xml", b"<html><film/></html>", "a.xml must be the file that the site exports, not 'a web page'."),
        ("a.xml", b"<rss></rss>", "a.xml must be the XML of Criticker, which begins with <recentratings>, not '<rss>'."),
        ("a.json", b'{"a": 1}', "a.json must be JSON with a list of films, not '{\"a\": 1}'."),
        ("../../etc/a.csv", b"\x00\x01\x02\x03" * 9, "a.csv must be a text: CSV, JSON or XML, not 'a file of another kind'."),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_export(name, content)

    assert str(refused.value) == sentence


titles = st.text(st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"]), min_size=1, max_size=30)
own_rows = st.builds(
    lambda kind, title, year, stars, at, imdb_id, movie_id: ExportRow(
        "", 0, "", kind, title, year, imdb_id=imdb_id, movie_id=movie_id, stars=stars if kind == RATING else None, at=at
    ),
    st.sampled_from(KINDS), titles, st.none() | st.integers(1900, 2030), st.integers(1, 10).map(lambda half: half / 2),
    st.none() | st.integers(0, 2**33), st.none() | st.integers(1, 2**31 - 1), st.integers(1, 2**31 - 1),
)  # fmt: skip


@given(st.lists(own_rows, max_size=8))
def test_what_is_taken_out_comes_back(rows: list[ExportRow]) -> None:
    for name, text in (("matinee.csv", own.as_csv(rows)), ("matinee.json", own.as_json(rows))):
        if not rows and name.endswith("json"):
            continue
        export = read_export(name, text.encode())
        facts = [(row.kind, row.title, row.year, row.stars, row.at, row.imdb_id, row.movie_id) for row in export.rows]
        assert facts == [(row.kind, row.title, row.year, row.stars, row.at, row.imdb_id, row.movie_id) for row in rows]
        assert export.skipped == ()


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "'=1+1", "''=1+1", "'n Sync"])
def test_a_formula_goes_out_as_a_text_and_comes_back_as_it_was(title: str) -> None:
    row = ExportRow("", 0, "", SEEN, title, movie_id=1)
    out = own.as_csv([row])

    assert "\r\nseen,'" in out
    for name, text in (("m.csv", out), ("m.json", own.as_json([row]))):
        assert read_export(name, text.encode()).rows[0].title == title


def test_a_year_that_no_file_may_have_costs_the_year_and_not_the_row() -> None:
    row = ExportRow("", 0, "", SEEN, "Made up", year=9999, movie_id=1)

    assert [row.year for row in read_export("m.csv", own.as_csv([row]).encode()).rows] == [None]


def test_the_json_of_ours_is_json() -> None:
    assert json.loads(own.as_json([])) == {"matinee": 1, "entries": []}
    assert read_export("matinee.json", own.as_json([]).encode()).n_rows == 0
