"""A list made from kept sums is the list of a process that has kept nothing, whatever the person did, and whatever was published."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from recommender import lists, training
from recommender.domain import HIDDEN, SEEN, Asker, Change, MovieId, Rating, UserId
from recommender.models import History
from recommender.models.kernels.fold_in import Given
from recommender.models.kernels.native import VARIABLE
from recommender.publication import load, read_pointer
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import Blobs
from recommender.storage.profiles import Profiles
from tests.worlds import data_set_of, random_ratings, two_tastes

Train = Callable[..., training.Trained]
N_MOVIES = 60


@pytest.fixture(params=["compiled where it is built", "plain"])
def recommender(
    request: pytest.FixtureRequest,
    var_settings: Settings,
    blobs: Blobs,
    profiles: Profiles,
    train: Train,
    rng: np.random.Generator,
    monkeypatch: pytest.MonkeyPatch,
) -> Recommender:
    if request.param == "plain":
        monkeypatch.setenv(VARIABLE, "plain")
    train(data_set_of(random_ratings(rng, n_users=50, n_movies=N_MOVIES), n_movies=N_MOVIES))
    return Recommender(var_settings, blobs, profiles)


def anew(user_id: int, blobs: Blobs, profiles: Profiles) -> object:
    """What the person's list is to whoever has kept nothing."""
    pointer, _ = read_pointer(blobs)
    assert pointer is not None
    made = lists.made_for(UserId(user_id), load(blobs, pointer), profiles, now=lambda: 0.0)
    return made.rev, made.generation, made.movies


def test_lists_of_two_people_at_work_are_those_of_a_fresh_process_through_two_publications(
    recommender: Recommender, blobs: Blobs, profiles: Profiles, train: Train, rng: np.random.Generator
) -> None:
    people = [recommender.new_person() for _ in range(2)]
    worlds = [data_set_of(two_tastes(), n_movies=N_MOVIES), data_set_of(random_ratings(rng, n_users=70), n_movies=N_MOVIES)]
    for turn in range(90):
        (person, token), film = people[int(rng.integers(0, 2))], int(rng.integers(1, N_MOVIES + 1))
        asker = Asker(token)
        match int(rng.integers(0, 7)):
            case 0:
                recommender.unrate(person, film, asker=asker)
            case 1:
                recommender.mark(person, film, str(rng.choice([SEEN, HIDDEN])), asker=asker)
            case 2:  # an import puts many at once
                films = (rng.permutation(N_MOVIES)[:20] + 1).tolist()
                profiles.change(person, Change(ratings=tuple(Rating(person, MovieId(one), 4.0, turn) for one in films)))
            case _:
                recommender.rate(person, film, int(rng.integers(1, 11)) / 2, asker=asker)
        if turn in (30, 60):
            train(worlds.pop())
            recommender._in_force._looked_at = float("-inf")

        made = recommender.list_for(person, asker=asker)

        assert (made.rev, made.generation, made.movies) == anew(person, blobs, profiles)
    kept = recommender._in_force.published().kept_sums
    assert kept is not None
    assert len(kept) == 2


def test_requests_of_one_person_at_once_end_in_the_list_of_a_fresh_process(
    recommender: Recommender, blobs: Blobs, profiles: Profiles
) -> None:
    person, token = recommender.new_person()

    def rate(turn: int) -> None:
        recommender.rate(person, turn % 25 + 1, turn % 10 / 2 + 0.5, asker=Asker(token))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(rate, range(80)))

    made = recommender.list_for(person, asker=Asker(token))
    assert (made.rev, made.generation, made.movies) == anew(person, blobs, profiles)


def test_sums_that_are_wrong_would_be_seen(recommender: Recommender, blobs: Blobs, profiles: Profiles) -> None:
    person, token = recommender.new_person()
    for film in range(1, 20):
        recommender.rate(person, film, film % 10 / 2 + 0.5, asker=Asker(token))
    kept = recommender._in_force.published().kept_sums
    assert kept is not None
    taken = kept._taken(person)
    assert taken is not None
    kept._fold.bring(taken.dots, Given.nothing(), Given(np.array([40, 41], np.int32), np.array([10, 10], np.uint8)))
    kept._put(person, taken)

    made = recommender.rate(person, 20, 3.0, asker=Asker(token)).list

    assert made is not None
    assert (made.rev, made.generation, made.movies) != anew(person, blobs, profiles)


def test_of_sample_viewers_and_strangers_nothing_is_kept(recommender: Recommender) -> None:
    recommender.list_for(3)
    recommender.list_for(4, 25)

    kept = recommender._in_force.published().kept_sums

    assert kept is not None
    assert len(kept) == 0


def test_kept_sums_leave_the_own_row_out(recommender: Recommender) -> None:
    published = recommender._in_force.published()
    history = History.of_row(published.matrix, 7)

    kept = [lists.make(history, published, 10, at_work=UserId(8)).movies for _ in range(2)]

    assert kept == [lists.make(history, published, 10).movies] * 2
