"""Which films are shown to find something out, on which places, and what that is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from recommender.errors import InvalidInputError
from recommender.ranking.exploration import (
    FILM,
    GENRE,
    Films,
    Placed,
    Probes,
    age_days,
    breadth,
    checked_age,
    checked_weight,
    explored_places,
    feedback,
    filled,
    probes_for,
    weight_of,
    young,
)

DAY = 86_400
N_MOVIES = 200
weights = st.floats(0, 1)
no_draws = np.zeros(N_MOVIES)


def probes_of(by_film: list[int], by_genre: list[int]) -> Probes:
    n = max([*by_film, *by_genre, 0]) + 1
    zeros = np.zeros(n, dtype=np.int64)
    return Probes(np.array(by_film, dtype=np.intp), np.array(by_genre, dtype=np.intp), np.zeros(n, dtype=np.intp), zeros, zeros)


def columns_of(made: list[Placed]) -> list[int]:
    return [one.column for one in made]


class TestPlaces:
    @given(weights, st.integers(0, 100))
    def test_the_weight_is_the_share_of_the_places(self, weight: float, n: int) -> None:
        n_explored = int(explored_places(weight, n).sum())

        assert weight * n - 1 < n_explored <= weight * n + 1e-6

    @pytest.mark.parametrize("tenth", range(11))
    def test_tenths_of_ten_places_are_exact(self, tenth: int) -> None:
        assert explored_places(tenth / 10, 10).sum() == tenth

    @given(weights, st.integers(0, 50), st.integers(0, 50))
    def test_a_longer_list_begins_with_the_places_of_a_shorter_one(self, weight: float, n: int, more: int) -> None:
        assert explored_places(weight, n + more)[:n].tolist() == explored_places(weight, n).tolist()

    @given(st.floats(0, 0.999), st.integers(1, 100))
    def test_the_best_film_stays_first_below_weight_1(self, weight: float, n: int) -> None:
        assert not explored_places(weight, n)[0]

    @pytest.mark.parametrize("weight", [-0.01, 1.01, float("nan"), float("inf"), "much"])
    def test_what_is_no_weight_is_refused(self, weight: float | str) -> None:
        with pytest.raises(InvalidInputError, match="explore must be a number from 0 to 1, or auto"):
            checked_weight(weight)


class TestFilled:
    probes = probes_of(list(range(100, 130)), list(range(150, 180)))
    relevant = np.arange(60)

    def test_at_weight_0_it_is_the_order_of_relevance(self) -> None:
        made = filled(self.relevant, 10, 0.0, self.probes)

        assert columns_of(made) == list(range(10))
        assert all(one.probe is None for one in made)

    def test_relevance_keeps_its_order_between_the_probes(self) -> None:
        made = filled(self.relevant, 10, 0.3, self.probes)

        assert columns_of(made) == [0, 1, 2, 100, 3, 4, 150, 5, 6, 101]
        assert [one.instead_of for one in made if one.probe] == [3, 5, 7]

    def test_the_larger_the_weight_the_larger_the_part_of_the_genres(self) -> None:
        kinds = {w: [one.probe.kind for one in filled(self.relevant, 10, w, self.probes) if one.probe] for w in (0.1, 0.3, 0.7, 0.9, 1.0)}

        assert {w: (found.count(FILM), found.count(GENRE)) for w, found in kinds.items()} == {
            0.1: (1, 0),
            0.3: (2, 1),
            0.7: (2, 5),
            0.9: (1, 8),
            1.0: (0, 10),
        }

    @given(weights, st.integers(0, 60), st.integers(0, 40), st.data())
    def test_a_list_is_full_repeats_nothing_and_begins_as_a_shorter_one(
        self, weight: float, n: int, more: int, data: st.DataObject
    ) -> None:
        order = data.draw(st.permutations(range(60)))
        by_film, by_genre = data.draw(st.permutations(range(50))), data.draw(st.permutations(range(50, 90)))
        probes = probes_of(by_film[:20], by_genre[:20])

        short, long = (filled(np.array(order), length, weight, probes) for length in (min(n, 60), min(n + more, 60)))

        assert len(long) == len({one.column for one in long}) == min(n + more, 60)
        assert long[: len(short)] == short
        assert sum(one.probe is not None for one in long) <= explored_places(weight, len(long)).sum()

    @given(weights, st.permutations(range(30)))
    def test_a_probe_is_nothing_that_relevance_would_have_shown(self, weight: float, order: list[int]) -> None:
        made = filled(np.array(order), 30, weight, probes_of(list(range(0, 30, 2)), list(range(1, 30, 2))), ordinary=5)

        for place, one in enumerate(made, start=1):
            if one.probe:
                assert order.index(one.column) >= max(place, 5)
                assert one.instead_of is not None
                assert order.index(one.instead_of) < order.index(one.column)

    def test_where_one_kind_runs_out_the_other_takes_its_places_and_then_relevance(self) -> None:
        films_only = filled(self.relevant, 10, 1.0, probes_of([100, 101], []))

        assert columns_of(films_only) == [100, 101, *range(8)]
        assert columns_of(filled(self.relevant, 4, 1.0, probes_of([], []))) == [0, 1, 2, 3]

    def test_where_few_films_are_left_the_list_is_short(self) -> None:
        assert columns_of(filled(np.arange(3), 10, 0.5, probes_of([], []))) == [0, 1, 2]


GENRES = ("Comedy", "Drama", "Horror", "Western")
COMEDY, DRAMA, HORROR, WESTERN = range(4)


def films_of(*films: tuple[int, float, tuple[int, ...]]) -> Films:
    """Each film: how many have rated it, their mean, its genres."""
    genres = np.zeros((len(films), len(GENRES)), dtype=bool)
    for column, (_, _, its) in enumerate(films):
        genres[column, list(its)] = True
    raters = np.array([n for n, _, _ in films], dtype=np.int64)
    return Films(raters, np.array([mean if n else np.nan for n, mean, _ in films]), genres)


class Calm(np.random.Generator):
    """Chance that never strikes."""

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(0))

    def standard_normal(self, size: int) -> NDArray[np.float64]:  # type: ignore[override]
        return np.zeros(size)


def found(films: Films, rated: list[int], stars: list[float] | None = None, rng: np.random.Generator | None = None) -> Probes:
    half_stars = np.array([round(2 * s) for s in stars or [4.0] * len(rated)], dtype=np.uint8)
    allowed = np.ones(len(films.raters), dtype=bool)
    allowed[rated] = False
    return probes_for(films, np.array(rated, dtype=np.int32), half_stars, allowed=allowed, rng=rng or Calm())


class TestProbes:
    def test_a_film_of_no_genre_rated_comes_before_one_of_which_one_is_new(self) -> None:
        films = films_of((90, 3.0, (COMEDY,)), (90, 4.5, (COMEDY, HORROR)), (90, 3.0, (HORROR,)), (90, 5.0, (COMEDY,)))

        probes = found(films, [0])

        assert probes.by_genre.tolist() == [2, 1]
        assert (probes.of(2, GENRE).genre, probes.of(2, GENRE).n) == (HORROR, 0)

    def test_every_film_of_no_genre_rated_comes_before_any_of_which_one_is_new(self) -> None:
        films = films_of((90, 3.0, (COMEDY,)), (90, 4.0, (HORROR,)), (90, 3.5, (HORROR,)), (90, 4.5, (COMEDY, WESTERN)))

        assert found(films, [0]).by_genre.tolist() == [1, 2, 3]

    def test_the_best_of_every_new_genre_comes_before_the_second_of_any(self) -> None:
        films = films_of(
            (90, 3.0, (COMEDY,)),
            (90, 4.6, (HORROR,)),
            (90, 4.4, (HORROR,)),
            (90, 3.5, (WESTERN,)),
            (90, 3.0, (WESTERN,)),
            (90, 4.2, (HORROR,)),
        )

        assert found(films, [0]).by_genre.tolist() == [1, 3, 2, 4, 5]

    def test_a_genre_is_tried_by_a_film_that_is_known_and_liked(self) -> None:
        films = films_of((90, 3.0, (COMEDY,)), (1, 5.0, (HORROR,)), (90, 4.2, (HORROR,)), (0, 0.0, (HORROR,)))

        assert found(films, [0]).by_genre.tolist() == [2, 1, 3]

    def test_a_genre_hardly_rated_is_tried_last_and_only_in_a_long_history(self) -> None:
        comedies = [(90, 3.0, (COMEDY,))] * 60
        films = films_of(*comedies, (90, 4.0, (WESTERN,)), (90, 4.0, (WESTERN,)), (90, 3.0, (HORROR,)))

        assert found(films, [*range(60), 60]).by_genre.tolist() == [62, 61]
        assert found(films, [*range(60), 60]).of(61, GENRE).n == 1
        assert found(films, [0, 60]).by_genre.tolist() == [62]  # one in two is not hardly

    def test_a_film_few_have_rated_is_tried_within_genres_that_are_known(self) -> None:
        films = films_of((90, 3.0, (COMEDY,)), (3, 4.0, (COMEDY,)), (24, 3.0, (COMEDY,)), (25, 5.0, (COMEDY,)), (3, 4.0, (HORROR,)))

        probes = found(films, [0])

        assert probes.by_film.tolist() == [1, 2]
        assert (probes.of(1, FILM).n, probes.of(1, FILM).genre) == (3, -1)

    def test_of_films_few_have_rated_those_of_liked_genres_come_first(self) -> None:
        films = films_of((90, 3.0, (COMEDY,)), (90, 3.0, (DRAMA,)), (1, 3.0, (DRAMA,)), (1, 3.0, (COMEDY,)))

        assert found(films, [0, 1], [5.0, 1.0]).by_film.tolist() == [3, 2]
        assert found(films, [0, 1], [1.0, 5.0]).by_film.tolist() == [2, 3]

    def test_to_somebody_who_has_rated_nothing_no_genre_is_new(self) -> None:
        films = films_of((1, 3.0, (COMEDY,)), (1, 4.0, (HORROR,)))

        probes = found(films, [])

        assert probes.by_genre.tolist() == []
        assert probes.by_film.tolist() == [1, 0]

    def test_films_without_genres_test_none(self) -> None:
        films = films_of((90, 3.0, (COMEDY,)), (1, 3.0, ()), (90, 3.0, ()))

        probes = found(films, [0])

        assert (probes.by_genre.tolist(), probes.by_film.tolist()) == ([], [1])

    def test_without_any_rating_in_the_data_there_is_an_order_all_the_same(self) -> None:
        assert found(films_of((0, 0.0, (COMEDY,)), (0, 0.0, (HORROR,))), []).by_film.tolist() == [0, 1]

    def test_the_same_chance_gives_the_same_films_and_another_chance_others(self) -> None:
        films = films_of(*[(2, 3.0, (COMEDY,))] * 50)

        first, again, other = (found(films, [0], rng=np.random.default_rng(seed)).by_film.tolist() for seed in (1, 1, 2))

        assert first == again
        assert first != other

    def test_every_film_of_equal_promise_gets_its_turn(self) -> None:
        films = films_of(*[(2, 3.0, (COMEDY,))] * 20)

        first = {int(found(films, [0], rng=np.random.default_rng((1, rev))).by_film[0]) for rev in range(300)}

        assert first == set(range(1, 20))

    def test_what_may_not_be_shown_is_never_a_probe(self, rng: np.random.Generator) -> None:
        films = films_of(*[(int(n), 3.0, (int(n) % 4,)) for n in rng.integers(0, 60, 100)])
        allowed = rng.random(100) < 0.5

        probes = probes_for(films, np.array([0, 1]), np.array([8, 2]), allowed=allowed, rng=rng)

        shown = [*probes.by_film.tolist(), *probes.by_genre.tolist()]
        assert len(shown) == len(set(shown))
        assert allowed[shown].all()


class TestFeedback:
    def test_without_impressions_nothing_is_added(self) -> None:
        assert feedback(np.array([0]), np.array([0])).tolist() == [0.0]

    @given(st.integers(0, 1000), st.data())
    def test_every_time_ignored_lowers_and_every_click_raises(self, shown: int, data: st.DataObject) -> None:
        clicked = data.draw(st.integers(0, shown))
        before, ignored, clicked_again = feedback(np.array([shown, shown + 1, shown + 1]), np.array([clicked, clicked, clicked + 1]))

        assert ignored < before < clicked_again

    def test_more_clicks_than_impressions_are_a_mistake(self) -> None:
        with pytest.raises(InvalidInputError, match="clicked"):
            feedback(np.array([1]), np.array([2]))

    @pytest.mark.parametrize("kind", [FILM, GENRE])
    def test_a_film_ignored_falls_and_one_clicked_rises_among_the_probes(self, kind: str, rng: np.random.Generator) -> None:
        genre = COMEDY if kind == FILM else HORROR
        films = films_of((90, 3.0, (COMEDY,)), *[(3, 3.0, (genre,))] * 30)
        seed = int(rng.integers(1000))

        def place_of(column: int, shown: int, clicked: int) -> int:
            counts = np.zeros((2, 31), dtype=np.int64)
            counts[:, column] = shown, clicked
            found = probes_for(
                films,
                np.array([0]),
                np.array([8]),
                allowed=np.arange(31) > 0,
                rng=np.random.default_rng(seed),
                lift=feedback(counts[0], counts[1]),
            )
            return (found.by_film if kind == FILM else found.by_genre).tolist().index(column)

        for column in range(1, 31):
            falling = [place_of(column, k, 0) for k in (0, 1, 3, 10, 100)]
            assert falling == sorted(falling)
            assert place_of(column, 100, 0) >= 28
            assert place_of(column, 3, 3) <= falling[0]
        assert place_of(15, 20, 20) == 0


class TestBreadth:
    def test_one_genre_is_0_and_all_alike_is_1(self) -> None:
        assert breadth(np.array([[True, False, False]] * 5)) == 0
        assert breadth(np.eye(3, dtype=bool)) == pytest.approx(1)
        assert breadth(np.zeros((0, 3), dtype=bool)) == 0
        assert breadth(np.ones((4, 1), dtype=bool)) == 0

    def test_a_film_of_two_genres_counts_half_in_each(self) -> None:
        assert breadth(np.array([[True, True, False, False]])) == pytest.approx(1 / 3)  # two genres' worth, of one to four

    def test_a_second_genre_makes_it_broader_the_more_of_it_there_is(self) -> None:
        found = [breadth(np.array([[True, False]] * 10 + [[False, True]] * n)) for n in range(11)]

        assert found == sorted(found)

    def test_auto_is_in_hundredths_and_never_beyond_the_broadest(self) -> None:
        assert [weight_of(broad) for broad in (0, 0.5, 0.53, 1)] == [0, 0.3, 0.32, 0.6]


class TestAge:
    def test_age_is_reckoned_from_the_latest_of_all_ratings_by_the_first_of_the_film(self) -> None:
        latest = 100 * DAY

        assert age_days(np.array([100 * DAY, 70 * DAY, 40 * DAY, 0]), latest).tolist() == [0, 30, 60, 0]

    def test_a_known_creation_counts_before_the_ratings(self) -> None:
        ages = age_days(np.array([90 * DAY, 90 * DAY]), 100 * DAY, created=np.array([10 * DAY, 0]))

        assert ages.tolist() == [90, 10]

    def test_a_film_created_after_the_latest_rating_is_new(self) -> None:
        assert age_days(np.array([0]), 10 * DAY, created=np.array([20 * DAY])).tolist() == [0]

    def test_those_of_60_days_hold_those_of_30(self, rng: np.random.Generator) -> None:
        ages = rng.uniform(0, 100, 500)
        of_30, of_60 = young(ages, 30), young(ages, 60)

        assert of_30.sum() < of_60.sum()
        assert of_60[of_30].all()
        assert young(ages, None).all()

    def test_a_film_of_just_the_cut_off_is_still_explored(self) -> None:
        assert young(np.array([30.0, 30.1]), 30).tolist() == [True, False]

    @pytest.mark.parametrize("days", [0, -1])
    def test_a_cut_off_is_at_least_a_day(self, days: int) -> None:
        with pytest.raises(InvalidInputError, match="explore days must be a whole number from 1 up"):
            checked_age(days)
