"""A new model takes its place only if it is not worse than the one in force and better than popular, on ratings that neither has seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recommender import history, promotion, publication, training
from recommender.data.movielens import DataSet, read_data_set
from recommender.domain import Rating
from recommender.errors import RefusedModelError
from recommender.storage.blobs import Blobs
from recommender.storage.profiles import Profiles
from tests.worlds import data_set_of, random_ratings, rating, two_tastes

FEW = {"n_neighbours": 5}


def published(blobs: Blobs) -> str:
    pointer, _ = publication.read_pointer(blobs)
    return publication.load(blobs, pointer).model.recipe if pointer else "nothing"


def train(data: DataSet, blobs: Blobs, profiles: Profiles, recipe: str = "user-cosine", **parameters: float) -> training.Trained:
    return training.train(data, blobs, profiles, recipe=recipe, parameters={**FEW, **parameters}, source=data.name, judged=True)


def tastes_in_time() -> list[Rating]:
    """Two tastes of sixty people, each of whom has rated the films that are popular with everybody first and those of their taste last."""
    everybody = [rating(user_id, movie_id, 3.0, rated_at=movie_id) for user_id in range(1, 61) for movie_id in range(1, 11)]
    own = [
        rating(user_id, movie_id, 5.0, rated_at=100 + (movie_id * 7 + user_id) % 40)
        for user_id in range(1, 61)
        for movie_id in (range(11, 31) if user_id <= 30 else range(31, 51))
        if (movie_id + user_id) % 7
    ]
    return everybody + own


def test_a_good_model_is_published_with_its_quality(blobs: Blobs, profiles: Profiles) -> None:
    trained = train(data_set_of(tastes_in_time(), n_movies=60), blobs, profiles)

    (known,) = history.trainings(blobs)
    assert (published(blobs), trained.says) == ("user-cosine", "")
    assert known.quality is not None
    assert known.quality.ndcg > known.quality.popular + 2 * known.quality.error
    assert known.quality.n_people == 60


def test_a_worse_model_is_refused_and_the_one_in_force_stays(blobs: Blobs, profiles: Profiles) -> None:
    data = data_set_of(tastes_in_time(), n_movies=60)
    before = train(data, blobs, profiles).pointer

    with pytest.raises(RefusedModelError, match=r"popular makes worse lists than the user-cosine in force: NDCG@10 0\.\d+ against 0\.\d+"):
        train(data, blobs, profiles, recipe="popular")

    assert publication.read_pointer(blobs)[0] == before
    (refusal,) = history.refusals(blobs)
    assert (refusal.recipe, refusal.data) == ("popular", data.name)
    assert len(history.trainings(blobs)) == 1


def test_ratings_gone_bad_are_refused(blobs: Blobs, profiles: Profiles, rng: np.random.Generator) -> None:
    """The newest tenth is as before, and what would be learned from is not."""
    good = tastes_in_time()
    train(data_set_of(good, n_movies=60), blobs, profiles)
    newest = {user_id: sorted(r.rated_at for r in good if r.user_id == user_id)[-4] for user_id in range(1, 61)}
    late = [r for r in good if r.rated_at > newest[r.user_id]]
    taken = {(r.user_id, r.movie_id) for r in late}
    free = [(u, m) for u in range(1, 61) for m in range(1, 61) if (u, m) not in taken]
    chosen = rng.permutation(len(free))[: len(good) - len(late)]
    bad = [rating(*free[at], stars=float(rng.integers(1, 11)) / 2, rated_at=int(rng.integers(0, 50))) for at in chosen.tolist()]

    with pytest.raises(RefusedModelError, match=r"^Not published: user-cosine"):
        train(data_set_of([*bad, *late], n_movies=60), blobs, profiles)


def test_the_same_method_on_a_few_ratings_more_is_never_worse(blobs: Blobs, profiles: Profiles) -> None:
    good = tastes_in_time()
    train(data_set_of(good, n_movies=60), blobs, profiles)
    train(data_set_of([*good, rating(1, 51, 4.0, rated_at=500)], n_movies=60), blobs, profiles)

    assert len(history.trainings(blobs)) == 2


def test_on_noise_popular_is_as_good_and_serves(blobs: Blobs, profiles: Profiles, rng: np.random.Generator) -> None:
    noise = data_set_of(random_ratings(rng, n_users=100), n_movies=60)
    for _ in range(2):  # the second time popular is in force already
        trained = train(noise, blobs, profiles)

        assert published(blobs) == trained.recipe == "popular"
        assert "user-cosine is not better than popular on these ratings" in trained.says
        assert trained.says.endswith("popular is as good.")
    assert not training.is_needed(noise.name, blobs, profiles, recipe="user-cosine")


def test_of_one_person_nobody_can_tell_and_that_is_said(blobs: Blobs, profiles: Profiles, rng: np.random.Generator) -> None:
    alone = data_set_of(random_ratings(rng, n_users=1), n_movies=60)

    trained = train(alone, blobs, profiles)

    assert trained.says == ("One person has ratings enough to measure with; as far as anybody can tell popular is as good as user-cosine.")
    (known,) = history.trainings(blobs)
    assert (known.quality, known.unmeasured) == (None, "one person has ratings enough to hold some out")


def test_other_data_are_not_held_against_the_model_of_before(blobs: Blobs, profiles: Profiles) -> None:
    train(data_set_of(tastes_in_time(), n_movies=60), blobs, profiles)

    train(data_set_of(two_tastes(), n_movies=30, name="another world"), blobs, profiles, recipe="popular")

    assert published(blobs) == "popular"


def test_a_model_that_is_not_judged_is_published_whatever_it_is(blobs: Blobs, profiles: Profiles) -> None:
    data = data_set_of(tastes_in_time(), n_movies=60)
    train(data, blobs, profiles)

    training.train(data, blobs, profiles, recipe="popular", source=data.name)

    assert published(blobs) == "popular"


def test_of_very_many_ratings_some_people_are_looked_at_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    ratings = data_set_of(tastes_in_time(), n_movies=60).ratings
    monkeypatch.setattr(promotion, "MOST_RATINGS", len(ratings) // 2)

    some, again = promotion.some_people(ratings), promotion.some_people(ratings)

    assert len(ratings) // 3 < len(some) <= len(ratings) // 2
    np.testing.assert_array_equal(some.user_ids, again.user_ids)
    for user_id in np.unique(some.user_ids):
        assert np.count_nonzero(some.user_ids == user_id) == np.count_nonzero(ratings.user_ids == user_id)


def test_the_textbook_ranking_is_refused_on_real_ratings(blobs: Blobs, profiles: Profiles, ml_100k: Path) -> None:
    data = read_data_set(ml_100k)
    training.train(data, blobs, profiles, recipe="user-cosine", source=data.name, judged=True)

    with pytest.raises(RefusedModelError, match="worse lists"):
        training.train(data, blobs, profiles, recipe="user-cosine", parameters={"damping": 0.0}, source=data.name, judged=True)
