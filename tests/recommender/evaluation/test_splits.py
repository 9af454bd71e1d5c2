"""What is held out is the newest, is never learned from, and is the same in every run."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.data.catalogue import Catalogue
from recommender.data.ratings import RatingTable
from recommender.errors import InvalidInputError
from recommender.evaluation.plans import NAMES, plan
from recommender.evaluation.quality import list_quality, star_quality
from recommender.evaluation.splits import N_GROUPS, Split, folds, last, newest, newest_share, rolling, strangers
from tests.worlds import data_set_of, random_ratings, rating, two_tastes


def test_the_newest_tenth_rounded_up_is_held_out_and_nothing_older_is_left_behind(rng: np.random.Generator) -> None:
    table = RatingTable.of(random_ratings(rng))
    late = newest_share(table, 0.1)
    for user_id in np.unique(table.user_ids):
        theirs = table.user_ids == user_id
        assert np.count_nonzero(late & theirs) == np.ceil(np.count_nonzero(theirs) * 0.1)
        if (theirs & ~late).any():
            assert table.rated_at[theirs & ~late].max() <= table.rated_at[theirs & late].min()


def test_in_the_same_second_the_higher_movie_id_counts_as_newer() -> None:
    table = RatingTable.of([rating(1, movie_id, 4.0, rated_at=7) for movie_id in (3, 1, 2)])

    assert newest(table).held_out.movie_ids.tolist() == [3]


def test_under_two_stars_is_no_interaction() -> None:
    table = RatingTable.of([rating(1, 1, 4.0, 1), rating(1, 2, 2.0, 2), rating(1, 3, 1.5, 3)])
    split = newest(table)

    assert split.train.movie_ids.tolist() == [1]
    assert split.held_out.movie_ids.tolist() == [2]


def test_only_what_is_liked_counts_as_found_where_asked() -> None:
    table = RatingTable.of([rating(1, m, 3.0 if m % 2 else 3.5, m) for m in range(1, 21)])
    split = newest(table, liked_only=True)

    assert len(split.train) == 18
    assert split.held_out.movie_ids.tolist() == [20]


def test_every_rating_is_held_out_in_exactly_one_fold(rng: np.random.Generator) -> None:
    table = RatingTable.of(random_ratings(rng))
    made = list(folds(table, rng=rng))

    pairs = [(int(u), int(m)) for split in made for u, m in zip(split.held_out.user_ids, split.held_out.movie_ids, strict=True)]
    assert sorted(pairs) == sorted(zip(table.user_ids.tolist(), table.movie_ids.tolist(), strict=True))


def test_the_last_rating_of_each_is_held_out_whatever_its_stars(rng: np.random.Generator) -> None:
    table = RatingTable.of(random_ratings(rng))
    split = last(table)

    assert split.held_out.user_ids.tolist() == np.unique(table.user_ids).tolist()
    for user_id, movie_id, at in zip(split.held_out.user_ids, split.held_out.movie_ids, split.held_out.rated_at, strict=True):
        theirs = split.train.where(split.train.user_ids == user_id)
        assert not np.any((theirs.rated_at > at) | ((theirs.rated_at == at) & (theirs.movie_ids > movie_id)))


class TestStrangers:
    @pytest.fixture
    def made(self, rng: np.random.Generator) -> list[Split]:
        return list(strangers(RatingTable.of(random_ratings(rng, n_users=60, share=0.6)), rng=rng))

    def test_everybody_is_a_stranger_once(self, made: list[Split]) -> None:
        judged = [user_id for split in made for user_id in np.unique(told_of(split).user_ids).tolist()]

        assert len(made) == N_GROUPS
        assert len(judged) == len(set(judged)) > 50
        for split in made:
            assert not np.isin(told_of(split).user_ids, split.train.user_ids).any()

    def test_a_fifth_of_their_loved_films_rounded_down_is_held_out(self, made: list[Split]) -> None:
        for split in made:
            for user_id in np.unique(told_of(split).user_ids):
                told, out = (np.count_nonzero(side.user_ids == user_id) for side in (told_of(split), split.held_out))
                assert out == int((told + out) * 0.2)

    def test_nothing_has_a_time(self, made: list[Split]) -> None:
        for split in made:
            for side in (split.train, told_of(split), split.held_out):
                assert not side.rated_at.any()

    def test_only_what_is_loved_and_known_to_others_counts(self, made: list[Split]) -> None:
        for split in made:
            for side in (split.train, told_of(split), split.held_out):
                assert side.half_stars.min() >= 8
            assert np.isin(split.held_out.movie_ids, split.train.movie_ids).all()

    def test_a_film_that_nobody_else_has_rated_is_neither_told_nor_to_be_found(self, rng: np.random.Generator) -> None:
        ratings = [*random_ratings(rng, n_users=30, share=0.6), *(rating(u, 100 + u, 5.0) for u in range(1, 31))]

        for split in strangers(RatingTable.of(ratings), rng=rng):
            assert told_of(split).movie_ids.max() <= 60
            assert np.isin(told_of(split).movie_ids, split.train.movie_ids).all()


def told_of(split: Split) -> RatingTable:
    assert split.told is not None
    return split.told


class TestRolling:
    """Ratings trickle in for a thousand seconds; some people come once, some come back."""

    @pytest.fixture
    def table(self, rng: np.random.Generator) -> RatingTable:
        ratings = [
            rating(user_id, int(movie_id), float(rng.integers(2, 11)) / 2, rated_at=int(user_id * 10 + visit + at))
            for user_id in range(1, 81)
            for visit in ((0, 300) if user_id % 3 == 0 else (0,))
            for at, movie_id in enumerate(rng.permutation(np.arange(1, 31) + (30 if visit else 0))[:16])
        ]
        return RatingTable.of(ratings)

    def test_nothing_of_now_or_later_is_learned_from(self, table: RatingTable) -> None:
        made = list(rolling(table))

        assert len(made) == 5
        for split in made:
            shown = np.concatenate([told_of(split).rated_at, split.held_out.rated_at])
            assert split.at is not None
            assert split.train.rated_at.max() < split.at <= shown.min()
            assert len(split.train) == np.count_nonzero((table.rated_at < split.at) & (table.half_stars >= 4))
        assert sum(len(told_of(split)) for split in made) > 100

    def test_new_people_tell_their_first_ten_and_are_judged_by_what_is_later(self, table: RatingTable) -> None:
        for split in rolling(table):
            told = told_of(split)
            _, counts = np.unique(told.user_ids, return_counts=True)
            assert counts.max(initial=0) <= 10
            for user_id in np.unique(told.user_ids):
                later = split.held_out.rated_at[split.held_out.user_ids == user_id]
                assert not len(later) or told.rated_at[told.user_ids == user_id].max() < later.min()

    def test_people_with_a_history_are_judged_by_all_of_their_window(self, table: RatingTable) -> None:
        split = next(rolling(table, first=7))
        known = np.isin(split.held_out.user_ids, split.train.user_ids)

        assert 0 < np.count_nonzero(known) < len(known)
        assert not np.isin(told_of(split).user_ids, split.train.user_ids).any()

    def test_windows_to_choose_by_end_where_those_reported_begin(self, table: RatingTable) -> None:
        tuning, reported = plan("rolling", table, validation=True).splits, plan("rolling", table).splits

        assert len(tuning) == 3
        assert max(split.held_out.rated_at.max() for split in tuning) < min(split.held_out.rated_at.min() for split in reported)

    def test_of_the_same_second_as_the_tenth_nobody_can_say_which_came_first(self) -> None:
        early = [rating(u, m, 4.0, u) for u in range(1, 21) for m in range(1, 10)]
        new = [rating(99, m, 4.0, 1000 + (m >= 8) + (m >= 15)) for m in range(1, 20)]
        split = next(rolling(RatingTable.of(early + new), first=9))

        assert told_of(split).where(told_of(split).user_ids == 99).movie_ids.tolist() == list(range(1, 11))
        assert split.held_out.where(split.held_out.user_ids == 99).movie_ids.tolist() == list(range(15, 20))


@pytest.mark.parametrize("name", ["newest", "newest-liked", "last", "strangers"])
def test_parameters_are_chosen_without_a_look_at_what_is_reported(name: str, rng: np.random.Generator) -> None:
    table = RatingTable.of(random_ratings(rng, share=0.6))
    reported = [split.held_out for split in plan(name, table).splits]

    for split in plan(name, table, validation=True).splits:
        for side in (split.train, split.held_out, *([] if split.told is None else [split.told])):
            assert len(side)
            assert not any(side.has_pairs_of(held_out).any() for held_out in reported)


def test_parameters_of_folds_are_chosen_within_what_each_learns_from(rng: np.random.Generator) -> None:
    table = RatingTable.of(random_ratings(rng))

    for inner, outer in zip(plan("folds", table, validation=True).splits, plan("folds", table).splits, strict=True):
        assert len(inner.train) + len(inner.held_out) == len(outer.train)
        assert not inner.train.has_pairs_of(outer.held_out).any()


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_is_the_same_in_every_run_and_says_what_it_does(name: str, rng: np.random.Generator) -> None:
    table = RatingTable.of(random_ratings(rng, share=0.6))
    one, other = plan(name, table), plan(name, table)

    assert one.says == other.says
    for first, second in zip(one.splits, other.splits, strict=True):
        assert first.held_out.pairs().tolist() == second.held_out.pairs().tolist()


def test_fewer_people_are_judged_by_a_model_that_has_learned_from_all(rng: np.random.Generator) -> None:
    whole = plan("newest", RatingTable.of(random_ratings(rng)))
    few = whole.of_people(7)

    assert few.splits[0].train is whole.splits[0].train
    assert len(np.unique(few.splits[0].held_out.user_ids)) == 7
    assert few.says.endswith("7 of 40 people judged, drawn at random")
    assert few.splits[0].held_out.pairs().tolist() == whole.of_people(7).splits[0].held_out.pairs().tolist()
    assert whole.of_people(40) is whole


def test_an_unknown_split_is_refused_by_name() -> None:
    with pytest.raises(InvalidInputError, match="split must be newest, newest-liked, last, rolling, strangers or folds, not 'tomorrow'"):
        plan("tomorrow", RatingTable.of([]))


def test_the_right_film_of_two_tastes_is_found_first() -> None:
    table = RatingTable.of([*two_tastes(), *(rating(u, m, 5.0, 99) for u, m in _left_out())])
    split = newest_only(table)

    figures = list_quality(split, films_to(30), "user-cosine", {"n_neighbours": 5}, lambda done, total: None)

    assert figures["hit@10"].mean == figures["mrr@25"].mean == 1.0


def newest_only(table: RatingTable) -> Split:
    late = table.rated_at == 99
    return Split(table.where(~late), table.where(late))


def _left_out() -> list[tuple[int, int]]:
    from tests.worlds import right_and_wrong

    return [(user_id, right_and_wrong(user_id)[0]) for user_id in range(1, 21)]


def test_stars_that_everybody_gives_are_predicted_exactly() -> None:
    table = RatingTable.of([rating(u, m, 3.0) for u in range(1, 9) for m in range(1, 9)])

    figures = star_quality(folds(table, rng=np.random.default_rng(1)), films_to(8), "user-cosine", {})

    assert figures["rmse"].mean == figures["mae"].mean == 0.0


def films_to(n: int) -> Catalogue:
    return data_set_of([], n_movies=n).catalogue
