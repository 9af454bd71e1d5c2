"""The defects that programs of this kind have shipped with: none of them here, and each would be seen.

Every check runs twice: on the product, where it must hold, and on a twin with the defect planted, where it must fail.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender import arranging, training
from recommender.data.movielens import DataSet
from recommender.domain import Asker, ListRecord, RecommendationList, UserId
from recommender.models import History
from recommender.models.kernels import plain
from recommender.models.kernels.fold_in import Overlap
from recommender.models.kernels.native import VARIABLE
from recommender.models.user_cosine import Neighbourhood, UserCosine
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs
from recommender.storage.profiles import open_profiles
from recommender.storage.profiles.sqlite import SqliteProfiles
from tests.worlds import data_set_of, matrix_of, rating, right_and_wrong, two_tastes

Site = Callable[[DataSet], Recommender]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A recommender trained on the data set, on stores of its own."""

    def opened(data: DataSet) -> Recommender:
        settings = Settings(profiles_url=f"sqlite://{tmp_path}/matinee.sqlite3", blobs_url=f"file://{tmp_path}/blobs")
        blobs, profiles = open_blobs(settings.blobs_url), open_profiles(settings.profiles_url)
        training.train(data, blobs, profiles, recipe="user-cosine", parameters={"n_neighbours": 5})
        return Recommender(settings, blobs, profiles)

    return opened


def ids(made: RecommendationList) -> list[int]:
    return [line.movie.movie_id for line in made.movies]


def check_taste(recommender: Recommender) -> None:
    """Everybody's first film is the one of their own taste; the one of the other taste comes last."""
    for user_id in range(1, 21):
        assert tuple(ids(recommender.list_for(user_id))) == right_and_wrong(user_id), user_id


def _nearest(model: UserCosine, likeness: NDArray[np.float64]) -> Neighbourhood:
    rows = plain.nearest(likeness, model.n_neighbours)
    return Neighbourhood(rows, likeness[rows])


class TestLists:
    def test_a_list_follows_the_persons_own_taste(self, site: Site) -> None:
        check_taste(site(data_set_of(two_tastes())))

    def test_films_alike_in_place_of_people_alike_would_be_seen(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        # The similarity of movies, read as if it were that of users.
        def of_movies(self: UserCosine, overlap: Overlap) -> Neighbourhood:
            dense = np.zeros((self.matrix.n_users, self.matrix.n_movies))
            for row in range(self.matrix.n_users):
                columns, half_stars = self.matrix.row(row)
                dense[row, columns] = half_stars
            norms = np.linalg.norm(dense, axis=0)
            alike = (dense.T @ dense) / np.outer(norms, norms)
            return _nearest(self, alike[overlap.own_row or 0, : self.matrix.n_users])

        monkeypatch.setattr(UserCosine, "nearest", of_movies)
        with pytest.raises(AssertionError):
            check_taste(site(data_set_of(two_tastes())))

    def test_distance_taken_for_similarity_would_be_seen(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        def by_distance(self: UserCosine, overlap: Overlap) -> Neighbourhood:
            likeness = plain.cosines(overlap.dots.astype(np.float64), self.matrix.squared_rows, overlap.own_squared)
            return _nearest(self, 1.0 - likeness)

        monkeypatch.setattr(UserCosine, "nearest", by_distance)
        with pytest.raises(AssertionError):
            check_taste(site(data_set_of(two_tastes())))

    def test_the_next_users_row_would_be_seen(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        original = History.of_row
        monkeypatch.setattr(History, "of_row", classmethod(lambda cls, matrix, row: original(matrix, (row + 1) % matrix.n_users)))
        with pytest.raises(AssertionError):
            check_taste(site(data_set_of(two_tastes())))

    def test_the_worst_film_first_would_be_seen(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        original = UserCosine.score_by
        monkeypatch.setattr(UserCosine, "score_by", lambda self, near: -original(self, near))
        with pytest.raises(AssertionError):
            check_taste(site(data_set_of(two_tastes())))

    def test_a_film_the_person_has_rated_never_appears(self, site: Site) -> None:
        check_unseen(site(data_set_of(two_tastes())))

    def test_a_rated_film_in_the_list_would_be_seen(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        original = arranging.full_top_k
        monkeypatch.setattr(
            arranging, "full_top_k", lambda scores, k, *, exclude, **rest: original(scores, k, exclude=np.zeros_like(exclude), **rest)
        )
        with pytest.raises(AssertionError):
            check_unseen(site(data_set_of(two_tastes())))


def check_unseen(recommender: Recommender) -> None:
    rated = {(r.user_id, r.movie_id) for r in two_tastes()}
    for user_id in range(1, 21):
        assert not [m for m in ids(recommender.list_for(user_id)) if (user_id, m) in rated]


class TestTheKeptList:
    def test_a_rating_takes_the_film_out_of_the_next_list(self, site: Site) -> None:
        check_invalidated(site(data_set_of(two_tastes())))

    def test_a_kept_list_that_outlives_a_rating_would_be_seen(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        recommender = site(data_set_of(two_tastes()))
        stale: dict[UserId, ListRecord] = {}
        original = SqliteProfiles.list_of

        def first_kept(self: SqliteProfiles, user_id: UserId) -> ListRecord | None:
            record = original(self, user_id)
            if record is not None and record.movies is not None:
                stale.setdefault(user_id, record)
            return stale.get(user_id, record)

        monkeypatch.setattr(SqliteProfiles, "list_of", first_kept)
        with pytest.raises(AssertionError):
            check_invalidated(recommender)

    @pytest.mark.parametrize("n", [1, 7, 10, 11, 20, 29])
    def test_the_first_answer_and_every_later_one_are_the_same(self, site: Site, n: int) -> None:
        ratings = [*two_tastes(), rating(100, 1, 5.0)]
        recommender = site(data_set_of(ratings))

        first, second = recommender.list_for(100, n), recommender.list_for(100, n)

        assert len(first.movies) == n
        assert ids(first) == ids(second)

    def test_lists_of_all_lengths_are_beginnings_of_one_list(self, site: Site) -> None:
        recommender = site(data_set_of([*two_tastes(), rating(100, 1, 5.0)]))
        longest = ids(recommender.list_for(100, 29))

        assert all(ids(recommender.list_for(100, n)) == longest[:n] for n in range(1, 29))


def check_invalidated(recommender: Recommender) -> None:
    user_id, token = recommender.new_person()
    recommender.rate(user_id, 1, 5.0, asker=Asker(token))
    best = ids(recommender.list_for(user_id, asker=Asker(token)))[0]
    recommender.rate(user_id, best, 5.0, asker=Asker(token))
    assert best not in ids(recommender.list_for(user_id, asker=Asker(token)))


class TestAFilmNobodyRated:
    """Two neighbours like the person; both gave film 4 four stars, one of them film 5 four stars; the other has not seen it."""

    MATRIX = matrix_of(
        [rating(u, m, 4.0) for u in (1, 2, 3) for m in (1, 2, 3)] + [rating(2, 4, 4.0), rating(3, 4, 4.0), rating(2, 5, 4.0)], n_movies=6
    )

    def check(self) -> None:
        model = UserCosine.fit(self.MATRIX, {"damping": 0.0})
        scores = model.score(History.of_row(self.MATRIX, 0))
        assert scores[3] == scores[4] == 4.0  # not 2.0, as if the other had given no stars
        assert np.isnan(scores[5])

    def test_a_missing_rating_is_not_a_rating_of_no_stars(self) -> None:
        self.check()

    def test_zeros_in_the_average_would_be_seen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        original = plain.weighted_sums

        def zeros_count(matrix: object, rows: object, weights: NDArray[np.float64], centre: int) -> object:
            votes, found = original(matrix, rows, weights, 0)  # type: ignore[arg-type]
            everybody = np.full_like(found, weights.sum())
            return votes - centre * everybody, everybody

        monkeypatch.setattr(plain, "weighted_sums", zeros_count)
        monkeypatch.setenv(VARIABLE, "plain")  # else the same is done in C
        with pytest.raises(AssertionError):
            self.check()


def test_nobody_is_a_neighbour_of_themselves() -> None:
    matrix = matrix_of(two_tastes())
    model = UserCosine.fit(matrix, {"n_neighbours": 19})
    for row in range(matrix.n_users):
        near: Neighbourhood = model.neighbours(History.of_row(matrix, row))
        assert row not in near.rows
