"""The built-in sample: its facts hold together, its viewers have tastes one can recognise, and it is the same everywhere."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.data.ratings import RatingTable
from recommender.data.sample import CREDIT, N_VIEWERS, NAME, SEED, sample_data_set
from recommender.data.sample.films import SampleFilm, sample_films, shelves_of
from recommender.data.sample.viewers import (
    COLD,
    FEWEST_PICKED,
    LIKED,
    LOVED,
    MOST_PICKED,
    simulated_ratings,
    simulated_tastes,
)

GENRES = frozenset(
    """
    Action Adventure Animation Children Comedy Crime Documentary Drama Fantasy Film-Noir
    Horror Musical Mystery Romance Sci-Fi Thriller War Western
    """.split()  # noqa: SIM905 -- reads as the list of words it is
)
JANUARY_2024, JANUARY_2026 = 1_704_067_200, 1_767_225_600


@dataclass(frozen=True)
class World:
    """The sample with what it keeps to itself. feelings: of viewers about films, shape (n_viewers, n_films)."""

    films: tuple[SampleFilm, ...]
    tastes: NDArray[np.int64]
    feelings: NDArray[np.int64]
    ratings: RatingTable


def made_with(seed: int) -> World:
    films = sample_films()
    rng = np.random.Generator(np.random.PCG64(seed))
    tastes = simulated_tastes(films, N_VIEWERS, rng)
    place = {shelf: i for i, shelf in enumerate(shelves_of(films))}
    feelings = np.stack([tastes[:, [place[shelf] for shelf in film.shelves]].max(axis=1) for film in films], axis=1)
    return World(films, tastes, feelings, simulated_ratings(films, tastes, rng))


@pytest.fixture(scope="module")
def world() -> World:
    return made_with(SEED)


@pytest.fixture(scope="module")
def lists(world: World) -> NDArray[np.intp]:
    return neighbours_lists(stars_of(world.ratings, len(world.films)))


def stars_of(ratings: RatingTable, n_films: int) -> NDArray[np.float64]:
    """Viewers by films; 0 where there is no rating."""
    stars = np.zeros((N_VIEWERS, n_films))
    stars[ratings.user_ids - 1, ratings.movie_ids - 1] = ratings.half_stars / 2
    return stars


def neighbours_lists(stars: NDArray[np.float64], n_neighbours: int = 40, damping: float = 50, b: float = 2.5) -> NDArray[np.intp]:
    """Columns of the ten best films for each viewer: b + sum of sim (r - b) over sum of sim + damping, written out plainly."""
    unit = stars / np.linalg.norm(stars, axis=1, keepdims=True)
    similarity = unit @ unit.T
    np.fill_diagonal(similarity, -1)
    made = np.empty((len(stars), 10), dtype=np.intp)
    for viewer, own in enumerate(similarity):
        nearest = np.argsort(-own, kind="stable")[:n_neighbours]
        weights = own[nearest][:, None] * (stars[nearest] > 0)
        score = b + (weights * (stars[nearest] - b)).sum(axis=0) / (weights.sum(axis=0) + damping)
        made[viewer] = best(score, seen=stars[viewer] > 0)
    return made


def best(score: NDArray[np.float64], seen: NDArray[np.bool_]) -> NDArray[np.intp]:
    return np.argsort(np.where(seen, np.inf, -score), kind="stable")[:10]


def ndcg(lists: NDArray[np.intp], held_out: RatingTable) -> float:
    discounts = 1 / np.log2(np.arange(2, 12))
    gains = []
    for viewer, columns in enumerate(lists):
        relevant = held_out.movie_ids[held_out.user_ids == viewer + 1] - 1
        gains.append(discounts[np.isin(columns, relevant)].sum() / discounts[: len(relevant)].sum())
    return float(np.mean(gains))


class TestFilms:
    def test_they_are_numbered_from_one_without_a_gap(self, world: World) -> None:
        assert [film.entry.movie.movie_id for film in world.films] == list(range(1, len(world.films) + 1))

    def test_there_are_some_hundreds_from_eleven_decades(self, world: World) -> None:
        assert 400 <= len(world.films) <= 999
        assert {film.entry.movie.year // 10 * 10 for film in world.films if film.entry.movie.year} == set(range(1920, 2030, 10))

    def test_each_has_a_year_that_the_viewers_can_have_seen(self, world: World) -> None:
        assert all(film.entry.movie.year and 1920 <= film.entry.movie.year <= 2023 for film in world.films)

    def test_each_has_one_to_four_known_genres_in_order(self, world: World) -> None:
        for film in world.films:
            genres = film.entry.movie.genres
            assert 1 <= len(genres) <= 4, film
            assert set(genres) <= GENRES, film
            assert list(genres) == sorted(set(genres)), film

    def test_every_genre_has_its_films(self, world: World) -> None:
        for genre in GENRES:
            assert sum(genre in film.entry.movie.genres for film in world.films) >= 20, genre

    def test_no_title_stands_there_twice_with_its_year(self, world: World) -> None:
        titles = {(film.entry.movie.title.casefold(), film.entry.movie.year) for film in world.films}
        assert len(titles) == len(world.films)

    def test_titles_are_clean(self, world: World) -> None:
        for film in world.films:
            for title in (film.entry.movie.title, *film.entry.also_known_as):
                assert title == " ".join(title.split()) != ""
                assert not title.endswith((", The", ", A", ")")), title
            assert film.entry.movie.title not in film.entry.also_known_as

    def test_none_is_linked_since_a_wrong_link_is_worse_than_none(self, world: World) -> None:
        assert all(film.entry.movie.imdb_id is None and film.entry.movie.tmdb_id is None for film in world.films)

    def test_each_stands_on_one_or_two_shelves_which_are_its_tags(self, world: World) -> None:
        for film in world.films:
            assert len(set(film.shelves)) == len(film.shelves) <= 2
            assert film.entry.tags == film.shelves

    def test_each_shelf_is_wide_enough_to_recommend_from(self, world: World) -> None:
        for shelf in shelves_of(world.films):
            assert sum(shelf in film.shelves for film in world.films) >= 15, shelf

    def test_what_is_guessed_of_them_stays_on_its_scale(self, world: World) -> None:
        assert all(2 <= film.known <= 9 and 4 <= film.liked <= 9 for film in world.films)


class TestViewers:
    def test_they_are_numbered_from_one_so_that_580_is_there(self, world: World) -> None:
        assert N_VIEWERS >= 580
        assert np.array_equal(np.unique(world.ratings.user_ids), np.arange(1, N_VIEWERS + 1))

    def test_each_rates_a_film_once(self, world: World) -> None:
        pairs = set(zip(world.ratings.user_ids.tolist(), world.ratings.movie_ids.tolist(), strict=True))
        assert len(pairs) == len(world.ratings)

    def test_each_has_rated_enough_and_not_everything(self, world: World) -> None:
        ratings_each = np.bincount(world.ratings.user_ids)[1:]
        assert ratings_each.min() >= FEWEST_PICKED
        assert ratings_each.max() <= MOST_PICKED
        assert 45 <= np.median(ratings_each) <= 70

    def test_every_film_has_been_rated_by_some(self, world: World) -> None:
        raters = np.bincount(world.ratings.movie_ids, minlength=len(world.films) + 1)[1:]
        assert raters.min() >= 8

    def test_well_known_films_have_more_raters(self, world: World) -> None:
        raters = np.bincount(world.ratings.movie_ids)[1:]
        known = np.array([film.known for film in world.films])
        assert raters[known >= 8].mean() > 2 * raters[known <= 4].mean()

    def test_each_loves_two_or_three_shelves_and_is_cold_to_some(self, world: World) -> None:
        assert set(np.unique((world.tastes == LOVED).sum(axis=1))) == {2, 3}
        assert set(np.unique((world.tastes == LIKED).sum(axis=1))) == {1, 2}
        assert (world.tastes == COLD).any(axis=1).all()

    def test_every_shelf_has_its_lovers(self, world: World) -> None:
        assert (world.tastes == LOVED).sum(axis=0).min() >= 20

    def test_stars_span_the_scale_around_a_generous_mean(self, world: World) -> None:
        assert set(np.unique(world.ratings.half_stars)) == set(range(1, 11))
        assert 3.5 <= world.ratings.half_stars.mean() / 2 <= 4

    def test_their_means_and_spreads_differ(self, world: World) -> None:
        stars = [world.ratings.half_stars[world.ratings.user_ids == viewer] / 2 for viewer in range(1, N_VIEWERS + 1)]
        assert np.std([own.mean() for own in stars]) > 0.25
        assert np.percentile([own.std() for own in stars], 95) > 1.5 * np.percentile([own.std() for own in stars], 5)

    def test_loved_films_get_more_stars_than_those_one_is_cold_to(self, world: World) -> None:
        feelings = world.feelings[world.ratings.user_ids - 1, world.ratings.movie_ids - 1]
        mean = [world.ratings.half_stars[feelings == feeling].mean() / 2 for feeling in range(COLD, LOVED + 1)]
        assert all(dearer > colder + 0.4 for colder, dearer in pairwise(mean))

    def test_they_rated_by_the_evening_after_every_film_was_out(self, world: World) -> None:
        times = world.ratings.rated_at
        assert JANUARY_2024 <= times.min() < times.max() < JANUARY_2026
        hours = times % 86_400 // 3600
        assert 19 <= hours.min() <= hours.max() < 22
        evenings = [len(np.unique(times[world.ratings.user_ids == viewer] // 86_400)) for viewer in range(1, N_VIEWERS + 1)]
        assert 1 <= min(evenings) < max(evenings) <= 8

    def test_ratings_stand_by_viewer_and_then_by_time(self, world: World) -> None:
        order = np.lexsort((world.ratings.rated_at, world.ratings.user_ids))
        assert np.array_equal(order, np.arange(len(world.ratings)))


class TestListsFromIt:
    """With 40 neighbours: 85 % of the films listed are of a loved shelf, of all unseen films 7 %; NDCG@10 .20, of popularity .03."""

    def test_most_of_a_list_is_of_the_loved_shelves(self, world: World, lists: NDArray[np.intp]) -> None:
        loved = world.feelings == LOVED
        unseen = stars_of(world.ratings, len(world.films)) == 0
        chance = (loved & unseen).sum() / unseen.sum()
        share = np.take_along_axis(loved, lists, axis=1).mean(axis=1)
        assert share.mean() > 0.8 > 10 * chance
        assert (share >= 0.5).mean() > 0.85

    def test_lovers_of_each_shelf_find_it_in_their_lists(self, world: World, lists: NDArray[np.intp]) -> None:
        for column, shelf in enumerate(shelves_of(world.films)):
            on_shelf = np.array([shelf in film.shelves for film in world.films])
            lovers = world.tastes[:, column] == LOVED
            share_of_lovers, share_of_others = on_shelf[lists[lovers]].mean(), on_shelf[lists[~lovers]].mean()
            assert share_of_lovers > 3 * share_of_others, shelf
            assert share_of_lovers > 2 * on_shelf.mean(), shelf

    def test_films_that_leave_one_cold_hardly_appear(self, world: World, lists: NDArray[np.intp]) -> None:
        cold = world.feelings == COLD
        assert np.take_along_axis(cold, lists, axis=1).mean() < 0.1 * cold.mean()

    def test_no_two_viewers_have_the_same_list(self, lists: NDArray[np.intp]) -> None:
        assert len({tuple(columns) for columns in lists}) == N_VIEWERS
        assert len(np.unique(lists)) > 500  # films that are in some list

    def test_they_foresee_what_viewers_watch_next_better_than_popularity(self, world: World) -> None:
        ratings_each = np.bincount(world.ratings.user_ids)
        place = np.arange(len(world.ratings)) - np.searchsorted(world.ratings.user_ids, world.ratings.user_ids)
        newest = place >= ratings_each[world.ratings.user_ids] * 9 // 10
        train, held_out = world.ratings.where(~newest), world.ratings.where(newest)
        stars = stars_of(train, len(world.films))
        raters = (stars > 0).sum(axis=0).astype(np.float64)
        popular = np.stack([best(raters, seen=own > 0) for own in stars])
        assert ndcg(neighbours_lists(stars), held_out) > max(0.18, 4 * ndcg(popular, held_out))


class TestSameEverywhere:
    def test_ratings_are_these_to_the_bit(self, world: World) -> None:
        digest = hashlib.sha256()
        for column, kind in zip(
            (world.ratings.user_ids, world.ratings.movie_ids, world.ratings.half_stars, world.ratings.rated_at),
            ("<i4", "<i4", "u1", "<i8"),
            strict=True,
        ):
            digest.update(column.astype(kind).tobytes())
        assert digest.hexdigest() == "3198e4b10dedc256e870acd05c216b81819a8dc2817a6c4ceb94513120117e0d"

    def test_the_same_seed_gives_the_same_and_another_another(self, world: World) -> None:
        again, other = made_with(SEED), made_with(SEED + 1)
        assert np.array_equal(again.ratings.half_stars, world.ratings.half_stars)
        assert np.array_equal(again.ratings.rated_at, world.ratings.rated_at)
        assert not np.array_equal(other.tastes, world.tastes)

    def test_global_randomness_is_not_touched(self) -> None:
        before = np.random.get_state()[1].copy()  # noqa: NPY002 -- the global generator is what is looked at
        made_with(7)
        assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


class TestDataSet:
    def test_it_says_what_it_is_and_that_its_ratings_are_made_up(self) -> None:
        made = sample_data_set()
        assert (made.name, made.credit) == (NAME, CREDIT)
        assert "built-in sample" in made.credit
        assert "made up" in made.credit

    def test_nothing_in_it_is_refused(self) -> None:
        report = sample_data_set().report
        assert (report.refused, report.sentences()) == (0, ())

    def test_its_ratings_are_those_of_the_simulation(self, world: World) -> None:
        made = sample_data_set().ratings
        for name in RatingTable.__dataclass_fields__:
            assert np.array_equal(getattr(made, name), getattr(world.ratings, name))
            assert getattr(made, name).dtype == getattr(RatingTable.of([]), name).dtype

    def test_every_film_of_the_catalogue_is_rated_and_the_other_way_round(self) -> None:
        made = sample_data_set()
        assert np.array_equal(np.unique(made.ratings.movie_ids), made.catalogue.movie_ids)

    @pytest.mark.parametrize(
        ("words", "title", "year"),
        [
            ("amelie", "Amélie", 2001),
            ("seven samurai", "Seven Samurai", 1954),
            ("se7en", "Seven", 1995),
            ("road warrior", "Mad Max 2", 1981),
            ("wizard of oz", "The Wizard of Oz", 1939),
        ],
    )
    def test_its_films_are_found_by_what_people_call_them(self, words: str, title: str, year: int) -> None:
        catalogue = sample_data_set().catalogue
        found = catalogue.movie(catalogue.search(words, 1)[0])
        assert (found.title, found.year) == (title, year)

    def test_a_film_has_its_shelves_as_tags(self) -> None:
        catalogue = sample_data_set().catalogue
        assert catalogue.tags(catalogue.search("nosferatu", 1)[0]) == ("horror", "silent films")

    def test_it_is_made_in_a_moment(self) -> None:
        fastest = np.inf
        for _ in range(3):
            start = time.perf_counter()
            sample_data_set()
            fastest = min(fastest, time.perf_counter() - start)
        assert fastest < 0.5
