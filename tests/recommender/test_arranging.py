"""Lists that explore and lists turned by dials, on many viewers: what rises, what falls, what adds up, what stays."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender import lists
from recommender.arranging import arrange, checked, weight_for
from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import DataSet, read_data_set
from recommender.data.sample import sample_data_set
from recommender.domain import AUTO, LIST_LENGTH, NO_WISHES, Dials, UserId, Wishes
from recommender.errors import InvalidInputError
from recommender.evaluation.metrics import diversity
from recommender.explaining import explain
from recommender.lists import Made, Taste
from recommender.models import History, recipes
from recommender.publication import Published
from tests.every_recipe import FITTED
from tests.worlds import data_set_of, rating, two_tastes

VIEWERS = 50


class World:
    """A data set with a model over it, and fifty of its viewers, evenly spread."""

    def __init__(self, data: DataSet, recipe: str = "user-cosine") -> None:
        matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)
        self.published = Published(1, "v", recipes.fit(recipe, matrix, data.catalogue), data.catalogue, {})
        self.rows = np.unique(np.linspace(0, matrix.n_users - 1, VIEWERS).round().astype(int)).tolist()
        self._scores: dict[int, NDArray[np.float64]] = {}
        self._genres = np.stack([data.catalogue.genre_mask([genre]) for genre in data.catalogue.genres()], axis=1)

    def taste(self, row: int, rev: int = 0) -> Taste:
        return Taste.of_history(History.of_row(self.published.matrix, row), rev)

    def user(self, row: int) -> UserId:
        return UserId(int(self.published.matrix.user_ids[row]))

    def list_of(self, row: int, wishes: Wishes, n: int = LIST_LENGTH, rev: int = 0) -> Made:
        return lists.make_wished(self.user(row), self.taste(row, rev), self.published, n, wishes)

    def columns(self, row: int, wishes: Wishes, n: int = LIST_LENGTH) -> list[int]:
        """The same list as columns alone, which is quicker."""
        history, model = self.taste(row).history, self.published.model
        if row not in self._scores:
            self._scores[row] = model.score(history)
        exclude = np.zeros(self.published.matrix.n_movies, dtype=bool)
        exclude[history.columns] = True
        seed = (self.user(row), 0)
        return arrange(
            self._scores[row], history, self.published, n, exclude=exclude, neutral=model.neutral, wishes=wishes, seed=seed
        ).columns.tolist()

    def unknown_share(self, wishes: Wishes) -> float:
        """The mean share of films in whose genres, of those the data name, the viewer has rated nothing."""
        shares = []
        for row in self.rows:
            known = self._genres[self.taste(row).history.columns].any(axis=0)
            its = self._genres[self.columns(row, wishes)]
            shares.append(float((its.any(axis=1) & ~(its & known).any(axis=1)).mean()))
        return float(np.mean(shares))

    def variety(self, dial: float) -> float:
        return float(np.mean([diversity(self.columns(row, Wishes(dials=Dials(dial))), self._genres, 10) for row in self.rows]))

    def mean_raters(self, dial: float) -> float:
        raters = self.published.matrix.raters
        return float(np.mean([raters[self.columns(row, Wishes(dials=Dials(popularity=dial)))].mean() for row in self.rows]))

    def mean_year(self, dial: float) -> float:
        years = self.published.catalogue.years
        return float(np.mean([years[self.columns(row, Wishes(dials=Dials(recency=dial)))].mean() for row in self.rows]))


@pytest.fixture(scope="module")
def sample() -> World:
    return World(sample_data_set())


@pytest.fixture(scope="module")
def real(ml_latest_small: Path) -> World:
    return World(read_data_set(ml_latest_small))


@pytest.fixture(scope="module", params=["sample", "real"])
def world(request: pytest.FixtureRequest) -> World:
    """The built-in sample, and real ratings where they are at hand."""
    found: World = request.getfixturevalue(request.param)
    return found


def rises(figures: Sequence[float]) -> bool:
    return all(later > before for before, later in pairwise(figures))


class TestExploring:
    @pytest.mark.parametrize("wishes", [NO_WISHES, Wishes(0.0, explore_days=30), Wishes(0)], ids=str)
    def test_at_weight_0_the_list_is_the_order_of_relevance(self, world: World, wishes: Wishes) -> None:
        for row in world.rows[::10]:
            taste = world.taste(row)
            assert world.list_of(row, wishes) == lists.make(taste.history, world.published, LIST_LENGTH)

    def test_the_share_of_films_without_a_genre_known_rises_with_the_weight(self, real: World) -> None:
        shares = [real.unknown_share(Wishes(weight)) for weight in (0.1, 0.7, 0.9)]

        assert rises(shares), shares
        assert shares[0] <= 0.1
        assert shares[2] >= 0.5

    def test_as_many_films_are_explored_as_the_weight_says_and_each_says_what_for(self, world: World) -> None:
        for row in world.rows[::15]:
            for tenths in (1, 3, 7, 9, 10):
                made = world.list_of(row, Wishes(tenths / 10))
                explored = [line.explored for line in made.movies if line.explored]
                assert len(made.movies) == LIST_LENGTH
                assert (len(explored), made.explore) == (tenths, tenths / 10)
                assert all(one.text.startswith(("A film ", "A genre ")) and one.text.endswith(".") for one in explored)

    def test_what_a_label_says_is_true(self, world: World) -> None:
        matrix, catalogue = world.published.matrix, world.published.catalogue
        for row in world.rows[::3]:
            own = matrix.row(row)[0]
            for line in world.list_of(row, Wishes(0.7)).movies:
                if not line.explored:
                    continue
                column = matrix.column_of(line.movie.movie_id)
                if line.explored.kind == "film":
                    assert matrix.raters[column] < 25
                else:
                    genre = line.explored.text.rstrip(".").split(": ")[1]
                    assert genre in line.movie.genres
                    n_own = int(catalogue.genre_mask([genre])[own].sum())
                    assert n_own == 0 if "have not rated" in line.explored.text else 0 < n_own < 5

    def test_no_film_is_explored_that_the_list_has_anyhow(self, world: World) -> None:
        for row in world.rows[::5]:
            ordinary = {line.movie.movie_id for line in world.list_of(row, NO_WISHES).movies}
            assert not ordinary & {line.movie.movie_id for line in world.list_of(row, Wishes(0.6)).movies if line.explored}

    def test_the_same_person_revision_and_weight_have_the_same_list(self, world: World) -> None:
        row = world.rows[7]

        assert world.list_of(row, Wishes(0.5)) == world.list_of(row, Wishes(0.5))
        assert len({world.list_of(row, Wishes(0.5), rev=rev) for rev in range(5)}) == 5

    def test_a_longer_list_begins_with_the_shorter(self, world: World) -> None:
        for wishes in (Wishes(0.3), Wishes(0.9), Wishes(0.3, None, Dials(0.4, -0.3, 0.1))):
            for row in world.rows[::25]:
                long = world.list_of(row, wishes, 60).movies
                assert all(world.list_of(row, wishes, n).movies == long[:n] for n in (1, 5, 10, 30))

    def test_scores_still_never_rise_down_the_list(self, world: World) -> None:
        for row in world.rows[::5]:
            scores = [line.score for line in world.list_of(row, Wishes(0.5), 40).movies]
            assert scores == sorted(scores, reverse=True)

    def test_the_parts_with_what_exploration_adds_are_the_score_shown(self, world: World) -> None:
        wishes = Wishes(0.6)
        for row in world.rows[::25]:
            for line in world.list_of(row, wishes).movies:
                column = int(world.published.matrix.column_of(line.movie.movie_id) or 0)
                why = explain(world.user(row), world.taste(row), world.published, column, wishes)
                assert why.score == line.score
                assert sum(part.amount for part in why.parts) == pytest.approx(line.score, abs=1e-6)
                added = [part.amount for part in why.parts if part.kind == "exploration"]
                assert added == ([line.explored.amount] if line.explored else [])
                assert all(amount >= 0 for amount in added)

    def test_auto_goes_by_the_breadth_of_the_history_and_is_told(self, world: World) -> None:
        weights = [weight_for(world.taste(row).history, world.published, Wishes(AUTO)) for row in world.rows]

        assert 0 < min(weights) < max(weights) <= 0.6
        assert [world.list_of(row, Wishes(AUTO)).explore for row in world.rows[:3]] == weights[:3]

    def test_a_later_cut_off_explores_among_more_films(self, real: World) -> None:
        """On ml-latest-small 100 films were first rated in the last 30 days, 148 in the last 60."""
        shown = {days: set[int]() for days in (30, 60)}
        for days, films in shown.items():
            for row in real.rows[::5]:
                films |= {line.movie.movie_id for line in real.list_of(row, Wishes(1.0, days)).movies if line.explored}
        first = real.published.matrix.first_rated
        for days, films in shown.items():
            ages = (real.published.matrix.latest - first[real.published.matrix.columns_of(np.array(sorted(films)))]) / 86_400
            assert ((ages <= days) | (ages > 10_000)).all()  # a film that nobody has rated is new
        assert len(shown[60]) > len(shown[30])

    def test_who_has_rated_nothing_can_explore_films_few_have_rated(self, world: World) -> None:
        nobody = Taste.of_history(History.of_nobody())

        made = lists.make_wished(UserId(1_000_001), nobody, world.published, LIST_LENGTH, Wishes(0.5))

        assert {line.explored.kind for line in made.movies if line.explored} == {"film"}
        assert lists.make_wished(UserId(1_000_001), nobody, world.published, LIST_LENGTH, Wishes(AUTO)).explore == 0

    def test_what_the_model_speaks_against_is_not_explored(self, world: World) -> None:
        for row in world.rows[::10]:
            scores = world.published.model.score(world.taste(row).history)
            made = world.list_of(row, Wishes(1.0))
            explored = [world.published.matrix.column_of(line.movie.movie_id) for line in made.movies if line.explored]
            assert explored
            assert not np.any(scores[explored] < world.published.model.neutral)

    def test_films_left_out_are_not_explored(self, world: World) -> None:
        barred = ~world.published.catalogue.genre_mask(["Comedy"])
        for row in world.rows[::10]:
            made = lists.make_wished(world.user(row), world.taste(row), world.published, 10, Wishes(0.9), barred=barred)
            assert all("Comedy" in line.movie.genres for line in made.movies)

    def test_a_world_with_few_films_left_has_a_short_list(self) -> None:
        world = World(data_set_of([rating(u, m, 4.0) for u in (1, 2, 3) for m in range(1, 8) if u != m], n_movies=9))

        made = world.list_of(0, Wishes(0.5))

        assert sorted(line.movie.movie_id for line in made.movies) == [1, 8, 9]


class TestDials:
    def test_variety_rises_with_its_dial(self, world: World) -> None:
        figures = [world.variety(dial) for dial in (0, 0.2, 0.5, 0.8, 1)]

        assert rises(figures), figures

    def test_popularity_rises_with_its_dial_from_end_to_end(self, world: World) -> None:
        figures = [world.mean_raters(dial) for dial in (-1, -0.5, -0.2, 0, 0.2, 0.5, 1)]

        assert rises(figures), figures

    def test_films_get_newer_with_their_dial(self, world: World) -> None:
        figures = [world.mean_year(dial) for dial in (-1, -0.5, 0, 0.5, 1)]

        assert rises(figures), figures

    def test_what_is_turned_is_still_of_what_fits_best(self, world: World) -> None:
        for row in world.rows[::10]:
            best = set(world.columns(row, NO_WISHES, 300))
            for dials in (Dials(1), Dials(popularity=-1), Dials(recency=1)):
                assert set(world.columns(row, Wishes(dials=dials))) <= best

    @pytest.mark.parametrize("recipe", FITTED)
    def test_every_recipe_can_be_turned_and_explored_and_its_sums_hold(self, recipe: str) -> None:
        world = World(data_set_of(two_tastes(), n_movies=60), recipe)
        for wishes in (Wishes(0.3), Wishes(0.3, None, Dials(0.2, -0.3, 0.1))):
            made = world.list_of(3, wishes)

            assert len(made.movies) == LIST_LENGTH
            assert sum(line.explored is not None for line in made.movies) == 3
            for line in made.movies:
                column = int(world.published.matrix.column_of(line.movie.movie_id) or 0)
                why = explain(world.user(3), world.taste(3), world.published, column, wishes)
                assert sum(part.amount for part in why.parts) == pytest.approx(why.score or 0, abs=1e-6)
                assert why.score in (None, line.score)


@pytest.mark.parametrize(
    "wishes",
    [Wishes(1.5), Wishes(-0.1), Wishes("all"), Wishes(0.3, 0), Wishes(dials=Dials(2)), Wishes(dials=Dials(popularity=-2))],
    ids=str,
)
def test_what_cannot_be_wished_for_is_refused(wishes: Wishes) -> None:
    with pytest.raises(InvalidInputError):
        checked(wishes)
