"""A store beside a plain dictionary: they agree whatever is done to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule, run_state_machine_as_test

from recommender.domain import (
    FILM_MARKS,
    FIRST_OWN_USER_ID,
    WATCHLIST,
    Change,
    FilmMark,
    ListRecord,
    MovieId,
    Opinions,
    Rating,
    UserId,
)
from recommender.errors import UnknownUserError
from recommender.storage.profiles import open_profiles
from tests.contracts.places import Place
from tests.contracts.profiles.opinions import VIEWER, a_list, rating


def test_the_store_and_a_plain_dictionary_agree_whatever_is_done_to_them(place: Place, tmp_path: Path) -> None:
    runs = iter(range(10**6))
    films = st.sets(st.integers(1, 3), max_size=3)
    marks = st.sets(st.tuples(st.integers(1, 3), st.sampled_from(FILM_MARKS)), max_size=6)

    class BesideADictionary(RuleBasedStateMachine):
        people = Bundle("people")
        gone = Bundle("gone")

        def __init__(self) -> None:
            super().__init__()
            self.profiles = open_profiles(place.empty(tmp_path / str(next(runs))), patient=True)
            self.ratings: dict[UserId, dict[int, Rating]] = {}
            self.marks: dict[UserId, dict[tuple[int, str], FilmMark]] = {}
            self.revs: dict[UserId, int] = {}
            self.lists: dict[UserId, ListRecord] = {}
            self.generations: dict[UserId, int] = {}
            self.cleared_by = 0

        @initialize(target=people)
        def the_first_person(self) -> UserId:
            return self.somebody_comes()

        @rule(target=people)
        def somebody_comes(self) -> UserId:
            number = self.profiles.new_person("digest", shared=False, now=0)
            assert number == FIRST_OWN_USER_ID + len(self.ratings)
            self.ratings[number], self.marks[number] = {}, {}
            return number

        @rule(who=consumes(people), target=gone)
        def somebody_leaves(self, who: UserId) -> UserId:
            self.profiles.forget_person(who)
            self.ratings[who], self.marks[who] = {}, {}
            self._void(who)
            return who

        @rule(who=gone, movie_id=st.integers(1, 3))
        def somebody_who_left_is_refused(self, who: UserId, movie_id: int) -> None:
            with pytest.raises(UnknownUserError):
                self.profiles.rate(rating(who, MovieId(movie_id)))

        @rule(who=people, movie_id=st.integers(1, 3), half_stars=st.integers(1, 10), rated_at=st.integers(0, 2**40))
        def somebody_rates(self, who: UserId, movie_id: int, half_stars: int, rated_at: int) -> None:
            put = Rating(who, MovieId(movie_id), half_stars / 2, rated_at)
            before = self.ratings[who].get(movie_id)
            self.ratings[who][movie_id] = before if before and before.stars == put.stars else put
            assert self.profiles.rate(put) == self._void(who)

        @rule(who=people, movie_id=st.integers(1, 3))
        def somebody_unrates(self, who: UserId, movie_id: int) -> None:
            self.ratings[who].pop(movie_id, None)
            assert self.profiles.unrate(who, movie_id) == self._void(who)

        @rule(who=people, put=marks, gone=marks, rated=films, unrated=films, at=st.integers(0, 2**40))
        def somebody_changes_many_things(
            self, who: UserId, put: set[tuple[int, str]], gone: set[tuple[int, str]], rated: set[int], unrated: set[int], at: int
        ) -> None:
            put, rated = put - gone, rated - unrated
            change = Change(
                tuple(Rating(who, MovieId(film), 2.5, at) for film in rated),
                tuple(MovieId(film) for film in unrated),
                tuple(FilmMark(who, MovieId(film), kind, at) for film, kind in put),
                tuple((MovieId(film), kind) for film, kind in gone),
            )
            for one in change.ratings:
                before = self.ratings[who].get(one.movie_id)
                self.ratings[who][one.movie_id] = before if before and before.stars == one.stars else one
            self.ratings[who] = {film: one for film, one in self.ratings[who].items() if film not in unrated}
            self.marks[who] = {(one.movie_id, one.kind): one for one in change.marks} | self.marks[who]
            self.marks[who] = {key: one for key, one in self.marks[who].items() if key not in gone}
            moves = bool(rated or unrated or {kind for _, kind in put | gone} - {WATCHLIST})
            assert self.profiles.change(who, change) == (self._void(who) if moves else self.revs.get(who, 0))

        @rule(who=st.one_of(people, gone, st.sampled_from([UserId(1), VIEWER])), behind=st.integers(-1, 1), generation=st.integers(0, 4))
        def a_builder_is_done(self, who: UserId, behind: int, generation: int) -> None:
            made = a_list(who, self.revs.get(who, 0) - behind, generation=generation, title=f"From {generation}")
            left = who >= FIRST_OWN_USER_ID and not self.profiles.has_person(who)
            too_old = generation < self.generations.get(who, self.cleared_by if who < FIRST_OWN_USER_ID else 0)
            keeps = behind == 0 and not left and not too_old
            assert self.profiles.keep_list(made) == keeps
            if keeps:
                self.lists[who], self.generations[who] = made, generation
                self.revs.setdefault(who, 0)

        @rule(generation=st.integers(0, 4))
        def the_sample_viewers_are_cleared(self, generation: int) -> None:
            self.profiles.clear_sample_lists(generation=generation)
            self.cleared_by = max(self.cleared_by, generation)
            for who in [who for who in self.revs if who < FIRST_OWN_USER_ID and self.generations[who] <= generation]:
                self.lists.pop(who, None)
                self.generations[who] = generation

        @invariant()
        def they_agree(self) -> None:
            for who in (*self.ratings, UserId(1), VIEWER):
                mine = tuple(one for _, one in sorted(self.ratings.get(who, {}).items()))
                marks = tuple(one for _, one in sorted(self.marks.get(who, {}).items()))
                assert self.profiles.opinions(who) == Opinions(who, self.revs.get(who, 0), mine, marks)
                record = self.profiles.list_of(who)
                assert (record is None) == (who not in self.revs)
                assert (record.movies if record else None) == (self.lists[who].movies if who in self.lists else None)
            ratings = [one for who in sorted(self.ratings) for _, one in sorted(self.ratings[who].items())]
            assert list(self.profiles.all_ratings()) == ratings
            marks = tuple(one for who in sorted(self.marks) for _, one in sorted(self.marks[who].items()))
            assert tuple(self.profiles.all_marks()) == marks
            n_people = sum(self.profiles.has_person(who) for who in self.ratings)
            assert self.profiles.counts() == {"people": n_people, "ratings": len(ratings), "marks": len(marks), "lists": len(self.lists)}

        def teardown(self) -> None:
            self.profiles.close()

        def _void(self, who: UserId) -> int:
            self.lists.pop(who, None)
            self.revs[who] = self.revs.get(who, 0) + 1
            return self.revs[who]

    few = settings(max_examples=place.tries(40), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(BesideADictionary, settings=few)
