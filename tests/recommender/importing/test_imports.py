"""A person's file is looked at, saved once however often it is said, and taken back as if it had never been."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recommender.domain import (
    ASIDE,
    HIDDEN,
    SEEN,
    STRANGER,
    WATCHLIST,
    Change,
    FilmMark,
    Movie,
    MovieId,
    Opinions,
    Rating,
    UserId,
)
from recommender.errors import InvalidInputError, NotAllowedError, StorageError, TooManyTriesError, UnknownImportError, UnknownUserError
from recommender.importing import BEGUN, DONE, DRAFT_SECONDS, FILES_AN_HOUR, UNDONE, Imports, Receipt, forget_imports
from recommender.importing.kept import MOST_DRAFTS, MOST_RECEIPTS, Kept
from recommender.serving import Recommender
from recommender.storage.blobs import Blob, Blobs
from recommender.storage.blobs.folder import FolderBlobs
from recommender.storage.profiles import Profiles
from tests.recommender.importing.conftest import NOW, Clock
from tests.recommender.importing.files import LETTERBOXD, RATINGS, WATCHED, new_person, taken_over, themself, zip_of


def said(opinions: Opinions) -> tuple[dict[int, float], set[tuple[int, str]]]:
    return {r.movie_id: r.stars for r in opinions.ratings}, {(m.movie_id, m.kind) for m in opinions.marks}


def everything(opinions: Opinions) -> tuple[tuple[Rating, ...], frozenset[FilmMark]]:
    return opinions.ratings, frozenset(opinions.marks)


def movies_of(recommender: Recommender, user_id: int) -> list[tuple[int, float]]:
    made = recommender.list_for(user_id, asker=themself(user_id))
    return [(line.movie.movie_id, line.score) for line in made.movies]


class TestLooking:
    def test_every_row_is_accounted_for_and_nothing_is_written(self, imports: Imports, profiles: Profiles, person: UserId) -> None:
        draft = imports.begin(person, "letterboxd.zip", LETTERBOXD, asker=themself(person))

        counts = draft.found.matching.counts()
        assert counts == {"matched": 7, "asked": 1, "unknown": 1, "skipped": 1}
        assert sum(counts.values()) == draft.found.export.n_rows == 10
        assert imports.effect(draft).counts == {"new": 2, SEEN: 1, WATCHLIST: 1}
        assert everything(profiles.opinions(person)) == ((), frozenset())
        assert profiles.opinions(person).rev == 0

    def test_any_worker_goes_on_with_it(
        self, imports: Imports, another_worker: Callable[[Blobs], Imports], blobs: Blobs, person: UserId
    ) -> None:
        draft = imports.begin(person, "letterboxd.zip", LETTERBOXD, asker=themself(person))

        other = another_worker(blobs)

        assert other.draft(person, draft.import_id, asker=themself(person)) == draft
        assert other.drafts(person, asker=themself(person)) == (draft.begun,)

    def test_a_draft_is_gone_after_a_day_with_the_file_of_whoever_never_came_back(
        self, imports: Imports, blobs: Blobs, profiles: Profiles, person: UserId, clock: Clock
    ) -> None:
        draft = imports.begin(person, "letterboxd.zip", LETTERBOXD, asker=themself(person))
        clock.now += DRAFT_SECONDS

        with pytest.raises(UnknownImportError):
            imports.draft(person, draft.import_id, asker=themself(person))
        another = new_person(profiles)
        imports.begin(another, "letterboxd.zip", LETTERBOXD, asker=themself(another))
        assert blobs.list(f"import-drafts/{person}/") == []

    def test_only_the_newest_drafts_are_kept(self, imports: Imports, person: UserId, clock: Clock) -> None:
        begun = []
        for _ in range(MOST_DRAFTS + 1):
            clock.now += 1
            begun.append(imports.begin(person, "r.csv", RATINGS.encode(), asker=themself(person)).import_id)

        kept = [draft.import_id for draft in imports.drafts(person, asker=themself(person))]
        assert kept == begun[:0:-1]

    def test_a_film_is_asked_about_once_however_many_rows_name_it(self, imports: Imports, person: UserId) -> None:
        rows = "2024-01-02,Film 7,1903,https://boxd.it/f\n"
        content = zip_of({"watched.csv": WATCHED, "diary.csv": f"Date,Name,Year,Letterboxd URI,Rating\n{rows.strip()},4\n"})
        draft = imports.begin(person, "l.zip", content, asker=themself(person))

        (question,) = draft.questions
        assert len(question.places) == 2
        assert question.candidates[0] == 7

    def test_the_scores_are_read_again_on_another_scale(self, imports: Imports, person: UserId) -> None:
        draft = imports.begin(person, "films.csv", b"Title,Year,Rating\nFilm 1,1901,4\nFilm 2,1902,5\n", asker=themself(person))
        again = imports.read_again(person, draft.import_id, scale="10", asker=themself(person))

        assert again.import_id == draft.import_id
        assert [film.stars for film in draft.found.films()] == [4, 5]
        assert [film.stars for film in again.found.films()] == [2, 2.5]
        assert imports.draft(person, draft.import_id, asker=themself(person)) == again
        with pytest.raises(InvalidInputError):
            imports.read_again(person, draft.import_id, scale="7", asker=themself(person))

    def test_of_a_file_of_several_people_one_is_taken(self, imports: Imports, person: UserId) -> None:
        content = b"Profile Name,Title Name,Rating Type,Star Value,Thumbs Value,Event Utc Ts\n" + b"".join(
            b"%s,Film %d,thumb,,2,2024-01-02 10:00:00\n" % (name, number) for name, number in [(b"Ada", 1), (b"Bob", 2), (b"Bob", 3)]
        )
        draft = imports.begin(person, "Ratings.csv", content, asker=themself(person))
        again = imports.read_again(person, draft.import_id, profile="Ada", asker=themself(person))

        assert [film.movie_id for film in draft.found.films()] == [2, 3]
        assert "These are the rows of Bob; the file is also of Ada." in draft.found.export.notes
        assert [film.movie_id for film in again.found.films()] == [1]
        assert again.found.export.n_rows == draft.found.export.n_rows == 3
        with pytest.raises(InvalidInputError, match="Ada, Bob"):
            imports.read_again(person, draft.import_id, profile="Eve", asker=themself(person))

    def test_a_file_that_cannot_be_read_leaves_nothing(self, imports: Imports, blobs: Blobs, person: UserId) -> None:
        with pytest.raises(InvalidInputError):
            imports.begin(person, "x.csv", b"\0\1\2", asker=themself(person))

        assert blobs.list("import") == []

    def test_too_many_files_are_too_many(self, imports: Imports, person: UserId) -> None:
        for _ in range(FILES_AN_HOUR):
            imports.begin(person, "r.csv", RATINGS.encode(), asker=themself(person))

        with pytest.raises(TooManyTriesError):
            imports.begin(person, "r.csv", RATINGS.encode(), asker=themself(person))

    def test_films_that_people_have_added_are_found_too(self, imports: Imports, profiles: Profiles, person: UserId) -> None:
        added = profiles.add_film(Movie(MovieId(0), "Nobody Knew", 2020, (), 777), "", by=person, now=1).movie
        twin = profiles.add_film(Movie(MovieId(0), "Film 9", 1910), "", by=person, now=2).movie
        rows = (
            "rating,Nobody Knew,2020,4,,",
            "rating,Whatever,1990,4,777,",
            "rating,Film 9,1909,4,,",
            f"seen,Film 9,1910,,,{twin.movie_id}",
        )
        content = "\n".join(["matinee_kind,title,year,stars,imdb_id,movie_id", *rows]).encode()
        draft = imports.begin(person, "m.csv", content, asker=themself(person))

        assert [match.candidates for match in draft.found.matching.matches] == [
            (added.movie_id,),
            (added.movie_id,),
            (9,),
            (twin.movie_id,),
        ]
        assert imports.movies()(added.movie_id) == added
        assert imports.movies()(added.movie_id + 100) is None
        assert "Nobody Knew (2020)" in imports.report(person, draft.import_id, asker=themself(person))

    def test_films_that_people_added_are_read_a_few_times_however_many_rows_name_them(
        self, imports: Imports, profiles: Profiles, person: UserId, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(20):
            profiles.add_film(Movie(MovieId(0), f"Nobody Knew {number}", 2020), "", by=person, now=NOW)
        content = "\n".join(["Title,Year,Rating10", *(f"Nobody Knew {number},2020,8" for number in range(20))] * 5).encode()
        reads, read = [], profiles.added_films
        monkeypatch.setattr(profiles, "added_films", lambda: reads.append(1) or read())

        draft = imports.begin(person, "m.csv", content, asker=themself(person))
        imports.report(person, draft.import_id, asker=themself(person))
        imports.save(person, draft.import_id, asker=themself(person))

        assert len(profiles.opinions(person).ratings) == 20
        assert len(reads) < 6


class TestSaving:
    def test_ratings_marks_and_times_are_those_of_the_file(self, imports: Imports, profiles: Profiles, person: UserId) -> None:
        receipt = taken_over(imports, person, "letterboxd.zip", LETTERBOXD)

        assert said(profiles.opinions(person)) == ({1: 5.0, 2: 0.5}, {(5, SEEN), (9, WATCHLIST)})
        assert [rating.rated_at for rating in profiles.opinions(person).ratings] == [1_704_153_600, 1_704_240_000]
        assert (receipt.state, receipt.rev, receipt.n_films, receipt.n_rows) == (DONE, profiles.opinions(person).rev, 4, 10)
        assert imports.receipts(person, asker=themself(person)) == (receipt,)
        assert imports.drafts(person, asker=themself(person)) == ()

    def test_what_was_chosen_is_saved_and_asks_no_more(self, imports: Imports, profiles: Profiles, person: UserId) -> None:
        draft = imports.begin(person, "letterboxd.zip", LETTERBOXD, asker=themself(person))
        imports.choose(person, draft.import_id, {1: 7}, asker=themself(person))
        imports.save(person, draft.import_id, asker=themself(person))

        assert (7, SEEN) in said(profiles.opinions(person))[1]
        again = imports.begin(person, "watched.csv", WATCHED.encode(), asker=themself(person))
        assert again.questions == ()
        assert imports.effect(again).films == ()

    def test_none_of_them_is_remembered_too(self, imports: Imports, profiles: Profiles, person: UserId) -> None:
        draft = imports.begin(person, "watched.csv", WATCHED.encode(), asker=themself(person))
        imports.choose(person, draft.import_id, {1: None}, asker=themself(person))
        imports.save(person, draft.import_id, asker=themself(person))

        assert imports.begin(person, "watched.csv", WATCHED.encode(), asker=themself(person)).questions == ()
        another = new_person(profiles)
        assert len(imports.begin(another, "watched.csv", WATCHED.encode(), asker=themself(another)).questions) == 1

    def test_only_what_was_asked_and_offered_can_be_chosen(self, imports: Imports, person: UserId) -> None:
        draft = imports.begin(person, "watched.csv", WATCHED.encode(), asker=themself(person))

        for choices in ({2: 7}, {1: 30}, {0: None}):
            with pytest.raises(InvalidInputError):
                imports.choose(person, draft.import_id, choices, asker=themself(person))

    def test_said_twice_it_is_saved_once(self, imports: Imports, profiles: Profiles, person: UserId) -> None:
        draft = imports.begin(person, "letterboxd.zip", LETTERBOXD, asker=themself(person))
        first = imports.save(person, draft.import_id, asker=themself(person))
        before = profiles.opinions(person)

        assert imports.save(person, draft.import_id, asker=themself(person)) == first
        assert profiles.opinions(person) == before

    def test_the_same_file_sent_again_changes_nothing(self, imports: Imports, profiles: Profiles, person: UserId) -> None:
        taken_over(imports, person, "letterboxd.zip", LETTERBOXD)
        before = profiles.opinions(person)
        receipt = taken_over(imports, person, "letterboxd.zip", LETTERBOXD)

        assert profiles.opinions(person) == before
        assert (receipt.n_films, receipt.counts) == (0, {"same": 2})

    def test_what_is_known_here_says_more_than_a_film_seen_or_wished_for(
        self, imports: Imports, profiles: Profiles, person: UserId
    ) -> None:
        profiles.change(
            person,
            Change(ratings=(Rating(person, MovieId(5), 3.0, 7),), marks=(FilmMark(person, MovieId(9), HIDDEN, 7),)),
        )

        taken_over(imports, person, "letterboxd.zip", LETTERBOXD)

        assert said(profiles.opinions(person)) == ({1: 5.0, 2: 0.5, 5: 3.0}, {(9, HIDDEN)})

    @pytest.mark.parametrize("dies_at", range(1, 6))  # films, report, receipt begun, receipt done, draft taken away
    def test_a_death_in_the_middle_is_healed_by_saying_it_again(
        self, imports: Imports, another_worker: Callable[[Blobs], Imports], profiles: Profiles, blobs: Blobs, person: UserId, dies_at: int
    ) -> None:
        """At every write of saving in turn."""
        whole = new_person(profiles)
        taken_over(imports, whole, "letterboxd.zip", LETTERBOXD)
        mortal = Mortal(blobs)
        imports = another_worker(mortal)
        draft = imports.begin(person, "letterboxd.zip", LETTERBOXD, asker=themself(person))
        mortal.lives = dies_at
        with pytest.raises(DiedError):
            imports.save(person, draft.import_id, asker=themself(person))
        mortal.lives = 10**6

        receipt = imports.save(person, draft.import_id, asker=themself(person))

        assert said(profiles.opinions(person)) == said(profiles.opinions(whole))
        assert receipt.state == DONE
        assert len(imports.receipts(person, asker=themself(person))) == 1
        undone = imports.undo(person, draft.import_id, asker=themself(person))
        assert undone.stayed == ()
        assert everything(profiles.opinions(person)) == ((), frozenset())

    def test_what_the_person_rated_after_a_death_in_the_middle_stays(
        self, imports: Imports, profiles: Profiles, blobs: Blobs, person: UserId
    ) -> None:
        receipt = taken_over(imports, person, "ratings.csv", RATINGS.encode())
        imports.undo(person, receipt.import_id, asker=themself(person))
        as_begun(blobs, receipt)
        profiles.rate(Rating(person, MovieId(1), 2.0, 999))

        imports.save(person, receipt.import_id, asker=themself(person))
        assert said(profiles.opinions(person))[0] == {1: 2.0, 2: 0.5}
        assert imports.undo(person, receipt.import_id, asker=themself(person)).stayed == (1,)
        assert said(profiles.opinions(person))[0] == {1: 2.0}

    def test_whoever_leaves_meanwhile_leaves_nothing(self, imports: Imports, profiles: Profiles, blobs: Blobs, person: UserId) -> None:
        draft = imports.begin(person, "letterboxd.zip", LETTERBOXD, asker=themself(person))
        profiles.forget_person(person)

        with pytest.raises(UnknownUserError):
            imports.save(person, draft.import_id, asker=themself(person))
        assert blobs.list("import") == []

    def test_too_many_receipts_give_way(self, imports: Imports, person: UserId, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("recommender.importing.kept.MOST_RECEIPTS", 2)
        saved = []
        for _ in range(3):
            clock.now += 1
            saved.append(taken_over(imports, person, "ratings.csv", RATINGS.encode()))

        assert [one.import_id for one in imports.receipts(person, asker=themself(person))] == [saved[2].import_id, saved[1].import_id]
        assert MOST_RECEIPTS > 2


class TestUndoing:
    @pytest.mark.parametrize("seed", range(6))
    def test_after_import_and_undo_ratings_and_list_are_as_before_and_rev_has_grown(
        self, recommender: Recommender, imports: Imports, profiles: Profiles, person: UserId, seed: int
    ) -> None:
        rng = np.random.default_rng(seed)
        for movie_id in rng.permutation(30)[:12] + 1:
            stars = float(rng.integers(1, 11)) / 2
            profiles.rate(Rating(person, MovieId(int(movie_id)), stars, int(rng.integers(1, 10**9))))
        marks = tuple(
            FilmMark(person, MovieId(int(movie_id)), kind, int(rng.integers(1, 10**9)))
            for kind in (SEEN, HIDDEN, WATCHLIST, ASIDE)
            for movie_id in rng.permutation(30)[:3] + 1
        )
        profiles.change(person, Change(marks=marks))
        before, list_before = profiles.opinions(person), movies_of(recommender, person)
        rows = [f"2024-01-0{rng.integers(1, 9)},Film {k},{1900 + k},x,{rng.integers(1, 11) / 2}" for k in rng.permutation(30)[:15] + 1]
        watched = [f"2024-01-02,Film {k},{1900 + k},x" for k in rng.permutation(30)[:15] + 1]
        head = "Date,Name,Year,Letterboxd URI"
        content = zip_of(
            {
                "ratings.csv": "\n".join([f"{head},Rating", *rows]),
                "watched.csv": "\n".join([head, *watched]),
                "watchlist.csv": "\n".join([head, *watched[5:], *(row.rpartition(",")[0] for row in rows[5:])]),
            }
        )

        receipt = taken_over(imports, person, "letterboxd.zip", content)
        assert everything(profiles.opinions(person)) != everything(before)
        undone = imports.undo(person, receipt.import_id, asker=themself(person))

        after = profiles.opinions(person)
        assert everything(after) == everything(before)
        assert movies_of(recommender, person) == list_before
        assert after.rev > receipt.rev > before.rev
        assert (undone.stayed, undone.receipt.state) == ((), UNDONE)

    def test_what_the_person_has_changed_since_stays_and_is_told(self, imports: Imports, profiles: Profiles, person: UserId) -> None:
        receipt = taken_over(imports, person, "letterboxd.zip", LETTERBOXD)
        profiles.rate(Rating(person, MovieId(1), 3.0, int(NOW) + 5))
        profiles.unrate(person, 2)
        profiles.change(person, Change(unmarked=((MovieId(5), SEEN),)))

        undone = imports.undo(person, receipt.import_id, asker=themself(person))

        assert said(profiles.opinions(person)) == ({1: 3.0}, set())
        assert undone.stayed == (1,)
        assert undone.receipt.n_stayed == 1

    def test_a_film_seen_by_the_import_and_rated_since_keeps_its_rating(self, imports: Imports, profiles: Profiles, person: UserId) -> None:
        receipt = taken_over(imports, person, "watched.csv", WATCHED.encode())
        profiles.rate(Rating(person, MovieId(5), 4.0, int(NOW)))

        imports.undo(person, receipt.import_id, asker=themself(person))

        assert said(profiles.opinions(person)) == ({5: 4.0}, set())

    def test_undone_twice_is_undone_once(self, imports: Imports, profiles: Profiles, person: UserId) -> None:
        receipt = taken_over(imports, person, "letterboxd.zip", LETTERBOXD)
        first = imports.undo(person, receipt.import_id, asker=themself(person))
        taken_over(imports, person, "letterboxd.zip", LETTERBOXD)
        before = profiles.opinions(person)

        again = imports.undo(person, receipt.import_id, asker=themself(person))

        assert profiles.opinions(person) == before
        assert again.receipt == first.receipt
        assert imports.save(person, receipt.import_id, asker=themself(person)).state == UNDONE

    def test_two_imports_are_undone_in_any_order(self, imports: Imports, profiles: Profiles, person: UserId) -> None:
        first = taken_over(imports, person, "ratings.csv", RATINGS.encode())
        second = taken_over(imports, person, "ratings.csv", RATINGS.replace("a,5", "a,4").encode())

        assert imports.undo(person, first.import_id, asker=themself(person)).stayed == (1,)
        assert said(profiles.opinions(person))[0] == {1: 4.0}
        imports.undo(person, second.import_id, asker=themself(person))
        assert said(profiles.opinions(person))[0] == {1: 5.0}

    def test_a_worker_that_saves_too_late_does_not_bring_back_what_was_undone(
        self, imports: Imports, another_worker: Callable[[Blobs], Imports], profiles: Profiles, blobs: Blobs, person: UserId
    ) -> None:
        """It has read that the import is only begun, and sleeps; meanwhile another saves it and the person takes it back."""
        draft = imports.begin(person, "letterboxd.zip", LETTERBOXD, asker=themself(person))

        class Meanwhile(FolderBlobs):
            is_over = False

            def read(self, key: str) -> Blob | None:
                if "/films-" in key and not self.is_over:
                    self.is_over = True
                    imports.save(person, draft.import_id, asker=themself(person))
                    imports.undo(person, draft.import_id, asker=themself(person))
                return super().read(key)

        slow = another_worker(Meanwhile(blobs.url.removeprefix("file://")))

        assert slow.save(person, draft.import_id, asker=themself(person)).state == UNDONE
        assert everything(profiles.opinions(person)) == ((), frozenset())


class TestReport:
    def test_it_has_every_row_with_what_was_done(self, imports: Imports, person: UserId) -> None:
        draft = imports.begin(person, "letterboxd.zip", LETTERBOXD, asker=themself(person))
        imports.choose(person, draft.import_id, {1: 7}, asker=themself(person))
        before = imports.report(person, draft.import_id, asker=themself(person))
        imports.save(person, draft.import_id, asker=themself(person))
        after = imports.report(person, draft.import_id, asker=themself(person))

        rows = list(csv.DictReader(io.StringIO(after)))
        assert before == after
        assert len(rows) == 10
        assert {(row["file"], row["line"]): row["done"] for row in rows} == {
            ("watchlist.csv", "2"): "nothing: another row of the same film counts",
            ("watchlist.csv", "3"): "put on the watchlist",
            ("watchlist.csv", "4"): "nothing: another row of the same film counts",
            ("watched.csv", "2"): "nothing: another row of the same film counts",
            ("watched.csv", "3"): "marked as seen",
            ("watched.csv", "4"): "marked as seen",
            ("ratings.csv", "2"): "rated 5",
            ("ratings.csv", "3"): "rated 0.5",
            ("ratings.csv", "4"): "nothing",
            ("ratings.csv", "5"): "nothing",
        }
        chosen = next(row for row in rows if row["outcome"] == "asked")
        assert (chosen["why"], chosen["title"]) == ("You chose this film.", "Film 7 (1907)")

    def test_no_cell_of_it_is_a_formula(self, imports: Imports, person: UserId) -> None:
        content = b'Title,Year,Rating\n"=HYPERLINK(""http://example.com"")",1999,4\n@SUM(A1),2000,3\n-1,2000,x\n'
        draft = imports.begin(person, "=evil.csv", content, asker=themself(person))

        rows = list(csv.reader(io.StringIO(imports.report(person, draft.import_id, asker=themself(person)))))

        assert len(rows) == 4
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


class TestSafety:
    @pytest.mark.parametrize(
        "call",
        [
            lambda imports, user, draft, asker: imports.begin(user, "r.csv", RATINGS.encode(), asker=asker),
            lambda imports, user, draft, asker: imports.draft(user, draft, asker=asker),
            lambda imports, user, draft, asker: imports.drafts(user, asker=asker),
            lambda imports, user, draft, asker: imports.choose(user, draft, {}, asker=asker),
            lambda imports, user, draft, asker: imports.drop(user, draft, asker=asker),
            lambda imports, user, draft, asker: imports.save(user, draft, asker=asker),
            lambda imports, user, draft, asker: imports.undo(user, draft, asker=asker),
            lambda imports, user, draft, asker: imports.receipts(user, asker=asker),
            lambda imports, user, draft, asker: imports.report(user, draft, asker=asker),
            lambda imports, user, draft, asker: imports.read_again(user, draft, asker=asker),
        ],
    )  # fmt: skip
    def test_nobody_touches_what_is_somebody_elses(
        self, imports: Imports, profiles: Profiles, person: UserId, call: Callable[..., Any]
    ) -> None:
        draft = imports.begin(person, "letterboxd.zip", LETTERBOXD, asker=themself(person))
        another = new_person(profiles)

        for asker in (STRANGER, themself(another)):
            with pytest.raises(NotAllowedError):
                call(imports, person, draft.import_id, asker)

    @pytest.mark.parametrize("import_id", ["", "x", "..", "../1000002/1795000000-0123456789abcdef", "1795000000-0123456789abcdeF"])
    def test_an_id_is_never_a_path(self, imports: Imports, person: UserId, import_id: str) -> None:
        for call in (imports.draft, imports.save, imports.undo, imports.report, imports.receipt):
            with pytest.raises(UnknownImportError):
                call(person, import_id, asker=themself(person))

    def test_the_draft_of_another_is_not_found_under_ones_own_number(self, imports: Imports, profiles: Profiles, person: UserId) -> None:
        draft = imports.begin(person, "letterboxd.zip", LETTERBOXD, asker=themself(person))
        another = new_person(profiles)

        with pytest.raises(UnknownImportError):
            imports.save(another, draft.import_id, asker=themself(another))

    def test_whoever_is_forgotten_leaves_no_file_receipt_or_choice(
        self, imports: Imports, profiles: Profiles, blobs: Blobs, person: UserId
    ) -> None:
        another = new_person(profiles)
        for one in (person, another):
            draft = imports.begin(one, "letterboxd.zip", LETTERBOXD, asker=themself(one))
            imports.choose(one, draft.import_id, {1: 7}, asker=themself(one))
            imports.save(one, draft.import_id, asker=themself(one))
            imports.begin(one, "letterboxd.zip", LETTERBOXD, asker=themself(one))

        n_brought = forget_imports(blobs, person)

        assert n_brought == 2, "one saved, one looked at"
        assert forget_imports(blobs, person) == 0
        assert [key for key in blobs.list("import") if f"/{person}/" in key] == []
        assert len(imports.receipts(another, asker=themself(another))) == len(imports.drafts(another, asker=themself(another))) == 1

    def test_what_was_kept_and_cannot_be_understood_is_said(self, imports: Imports, blobs: Blobs, person: UserId) -> None:
        draft = imports.begin(person, "letterboxd.zip", LETTERBOXD, asker=themself(person))
        blobs.write(f"import-drafts/{person}/{draft.import_id}/draft", b"\x1f\x8b not gzip")

        with pytest.raises(StorageError, match="cannot be understood"):
            imports.draft(person, draft.import_id, asker=themself(person))
        assert imports.drafts(person, asker=themself(person)) == (draft.begun,), "a list reads no rows"


class DiedError(Exception):
    """The process was killed."""


class Mortal(FolderBlobs):
    """Blobs of a process that dies at one of its writes."""

    def __init__(self, blobs: Blobs) -> None:
        super().__init__(blobs.url.removeprefix("file://"))
        self._blobs, self.lives = blobs, 10**6

    def write(self, key: str, data: bytes) -> None:
        self._live()
        self._blobs.write(key, data)

    def create(self, key: str, data: bytes) -> bool:
        self._live()
        return self._blobs.create(key, data)

    def compare_and_set(self, key: str, data: bytes, *, expected: str | None) -> bool:
        self._live()
        return self._blobs.compare_and_set(key, data, expected=expected)

    def remove(self, prefix: str) -> None:
        self._live()
        self._blobs.remove(prefix)

    def _live(self) -> None:
        self.lives -= 1
        if self.lives == 0:
            raise DiedError


def as_begun(blobs: Blobs, receipt: Receipt) -> None:
    """As after a death just before anything was put."""
    kept = Kept(blobs)
    now = kept.receipt(receipt.user_id, receipt.import_id)
    assert now is not None
    assert kept.move_receipt(replace(now, state=BEGUN), was=now.state)
