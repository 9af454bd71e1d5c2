"""`matinee import`."""

from __future__ import annotations

import csv
import re
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from recommender.domain import SEEN, WATCHLIST, Opinions, UserId
from recommender.storage.profiles import open_profiles
from recommender.traffic import counted, months_counted
from tests.recommender.cli.commands import Matinee, done, refused

LETTERBOXD = """Date,Name,Year,Letterboxd URI,Rating
2024-01-02,Film 1,1901,https://boxd.it/a,5
2024-01-03,Film 2,1902,https://boxd.it/b,0.5
2024-01-04,No Such Film,1950,https://boxd.it/c,4
2024-01-05,Film 3,1903,https://boxd.it/d,seven
"""


@pytest.fixture
def trained(trained_before: Matinee) -> Matinee:
    return trained_before


@pytest.fixture
def person(trained: Matinee) -> str:
    """The number of somebody who has rated nothing."""
    found = re.search(r"^number +(\d+)", done(trained("profile", "new", "--shared")))
    assert found
    return found[1]


@pytest.fixture
def file() -> Path:
    path = Path("ratings.csv")
    path.write_text(LETTERBOXD)
    return path


def opinions_of(person: str) -> Opinions:
    profiles = open_profiles("sqlite:var/matinee.sqlite3")
    try:
        return profiles.opinions(UserId(int(person)))
    finally:
        profiles.close()


class TestImport:
    def test_every_row_is_accounted_for_and_nothing_is_written_at_first(self, trained: Matinee, person: str, file: Path) -> None:
        said = done(trained("import", file, "--user", person))

        assert "Letterboxd: 4 rows of ratings.csv." in said
        assert "Found 2, to be asked 0, not found 1, left out 1." in said
        assert "line 4: " in said
        assert "No Such Film" in said
        assert said.endswith(f"Nothing is written yet; --save writes 2 ratings for {person}.\n")
        assert "0 ratings" in done(trained("doctor"))

    def test_what_is_saved_makes_the_list_and_is_saved_once(self, trained: Matinee, person: str, file: Path) -> None:
        first = done(trained("import", file, "--user", person, "--save"))
        n_events = sum(sum(counted(Path("var/traffic"), month).events) for month in months_counted(Path("var/traffic")))
        assert n_events == 2, "what was written counts for the costs"
        again = done(trained("import", file, "--user", person, "--save"))

        assert f"\nWritten for {person}: 2 new, 0 with other stars, 0 as before." in first
        assert f"\nWritten for {person}: 0 new, 0 with other stars, 2 as before." in again
        assert "2 ratings" in done(trained("doctor"))
        assert '"basis": "personal"' in done(trained("recommend", person, "--json"))

    def test_other_stars_of_the_file_take_the_place_of_the_old_ones(self, trained: Matinee, person: str, file: Path) -> None:
        done(trained("import", file, "--user", person, "--save"))
        file.write_text(LETTERBOXD.replace("boxd.it/a,5", "boxd.it/a,3"))

        assert "0 new, 1 with other stars, 1 as before" in done(trained("import", file, "--user", person, "--save"))

    def test_the_report_has_every_row_and_no_formula(self, trained: Matinee, person: str, file: Path) -> None:
        file.write_text(LETTERBOXD + '2024-01-06,"=HYPERLINK(""http://example.com"")",1950,https://boxd.it/e,4\n')

        done(trained("import", file, "--user", person, "--report", "report.csv"))

        with Path("report.csv").open(newline="") as opened:
            rows = list(csv.DictReader(opened))
        assert [row["outcome"] for row in rows] == ["matched", "matched", "unknown", "unknown", "skipped"]
        assert rows[0]["movie_id"] == "1"
        assert rows[0]["title"] == "Film 1 (1901)"
        assert not [cell for row in rows for cell in row.values() if cell.startswith("=")]

    def test_films_seen_and_films_to_be_watched_are_marked_so(self, trained: Matinee, person: str) -> None:
        for name, kind, words in (("watched.csv", SEEN, "1 seen"), ("watchlist.csv", WATCHLIST, "1 to be watched")):
            film = 1 if kind == SEEN else 2
            Path(name).write_text(f"Date,Name,Year,Letterboxd URI\n2024-01-02,Film {film},{1900 + film},https://boxd.it/a\n")

            assert f"--save writes 0 ratings and 1 film {words.partition(' ')[2]} for {person}." in done(
                trained("import", name, "--user", person)
            )
            said = done(trained("import", name, "--user", person, "--save"))

            assert f"\nWritten for {person}: 0 new, 0 with other stars, 0 as before, {words}." in said
        assert [(mark.movie_id, mark.kind) for mark in opinions_of(person).marks] == [(1, SEEN), (2, WATCHLIST)]

    def test_an_import_is_taken_back(self, trained: Matinee, person: str, file: Path) -> None:
        said = done(trained("import", file, "--user", person, "--save"))
        undo = re.search(r"`matinee (undo-import) (\S+) --user (\d+)` takes it back", said)
        assert undo

        assert done(trained(undo[1], undo[2], "--user", undo[3])) == f"2 films of {person} as before.\n"
        assert opinions_of(person).ratings == ()
        assert "There is no such import" in refused(trained("undo-import", "1", "--user", person))

    def test_whoever_is_forgotten_leaves_nothing_of_an_import(self, trained: Matinee, person: str, file: Path) -> None:
        done(trained("import", file, "--user", person, "--save"))
        assert list(Path("var/blobs/imports").rglob("*"))

        done(trained("profile", "forget", person, "--yes"))

        assert not Path("var/blobs/imports").exists()

    def test_of_a_file_of_several_people_one_is_named(self, trained: Matinee, person: str) -> None:
        Path("Ratings.csv").write_text(
            "Profile Name,Title Name,Rating Type,Star Value,Thumbs Value,Event Utc Ts\nAda,Film 1,thumb,,2,2024-01-02 10:00:00\n"
            "Bob,Film 2,thumb,,2,2024-01-02 10:00:00\nBob,Film 3,thumb,,2,2024-01-02 10:00:00\n"
        )

        assert "Found 2, to be asked 0, not found 0, left out 1." in done(trained("import", "Ratings.csv", "--user", person))
        assert "Found 1, " in done(trained("import", "Ratings.csv", "--user", person, "--profile", "Ada"))
        assert "profile must be one of Ada, Bob" in refused(trained("import", "Ratings.csv", "--user", person, "--profile", "Eve"))

    def test_a_rating_keeps_its_date_but_none_of_days_to_come(self, trained: Matinee, person: str, file: Path) -> None:
        file.write_text(LETTERBOXD.replace("2024-01-03", "2099-01-03"))
        done(trained("import", file, "--user", person, "--save"))

        dated, of_the_future = opinions_of(person).ratings
        assert datetime.fromtimestamp(dated.rated_at, UTC).date() == date(2024, 1, 2)
        assert of_the_future.rated_at <= time.time()

    def test_numbers_of_movielens_count_only_among_its_own_films(self, trained: Matinee, person: str, file: Path) -> None:
        file.write_text("userId,movieId,rating,timestamp\n1,5,4.5,1700000000\n")

        assert "Found 0, to be asked 0, not found 1, left out 0." in done(trained("import", file, "--user", person))

    def test_a_film_that_is_asked_about_is_chosen(self, trained: Matinee, person: str, file: Path) -> None:
        file.write_text("Title,Year,Rating\nFilm 1,1903,4\n")
        said = done(trained("import", file, "--user", person))
        assert "to be asked 1" in said
        offered = re.search(r"line 2: .* → (\d+) ", said)
        assert offered

        saved = done(trained("import", file, "--user", person, "--choose", f"2={offered[1]}", "--save"))

        assert "1 new" in saved
        assert "must be LINE=MOVIE_ID" in refused(trained("import", file, "--user", person, "--choose", "3=1"))
        assert "to be asked 0" in done(trained("import", file, "--user", person))
        again = ("import", file, "--user", person, "--ask-again", "--choose", "2=30")
        assert "must be one of the films offered" in refused(trained(*again))

    @pytest.mark.parametrize(
        ("content", "says"),
        [(b"", "ratings.csv"), (b"\x00\x01\x02", "ratings.csv"), (b"<html><p>Not found</p></html>", "a web page"), (b"PK\x03\x04", "zip")],
    )
    def test_a_file_that_is_none_is_one_sentence(self, trained: Matinee, person: str, file: Path, content: bytes, says: str) -> None:
        file.write_bytes(content)

        assert says in refused(trained("import", file, "--user", person, "--save"))
        assert "0 ratings" in done(trained("doctor"))

    def test_only_people_of_this_site_have_files_taken_over(self, trained: Matinee, file: Path) -> None:
        assert "cannot be changed" in refused(trained("import", file, "--user", "3"))
        assert "There is no list for viewer 1000777" in refused(trained("import", file, "--user", "1000777"))


class TestExport:
    @pytest.mark.parametrize("form", ["json", "csv"])
    def test_what_is_written_is_taken_back_by_another(self, trained: Matinee, person: str, file: Path, form: str) -> None:
        done(trained("import", file, "--user", person, "--save"))
        done(trained("export", "--user", person, "--format", form, "--output", f"films.{form}"))
        another = re.search(r"^number +(\d+)", done(trained("profile", "new")))
        assert another

        done(trained("import", f"films.{form}", "--user", another[1], "--save"))

        stars_and_times = [[(r.movie_id, r.stars, r.rated_at) for r in opinions_of(one).ratings] for one in (person, another[1])]
        assert stars_and_times[0] == stars_and_times[1]
        assert len(stars_and_times[0]) == 2

    def test_it_goes_to_the_terminal_unless_told_otherwise(self, trained: Matinee, person: str, file: Path) -> None:
        done(trained("import", file, "--user", person, "--save"))

        assert '{"matinee_kind": "rating", "title": "Film 1", "year": 1901, "stars": 5.0, ' in done(trained("export", "--user", person))

    def test_only_people_of_this_site_have_something_to_take_out(self, trained: Matinee) -> None:
        assert "cannot be changed" in refused(trained("export", "--user", "3"))
        assert "There is no list for viewer 1000777" in refused(trained("export", "--user", "1000777"))
