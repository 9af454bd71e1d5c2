"""Lists at the moments when a model changes hands, or did not get all the way: what is read follows the model in force."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

from recommender import lists, publication, training
from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.movielens import DataSet
from recommender.domain import Asker, ListRecord, Movie, MovieId, Publishing, UserId
from recommender.errors import DataError, TrainingBusyError
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import Blobs
from recommender.storage.blobs.folder import FolderBlobs
from recommender.storage.profiles import Profiles
from tests.worlds import data_set_of, rating, two_tastes

Train = Callable[..., training.Trained]
Person = tuple[UserId, str]

SAME = data_set_of(two_tastes())
OTHER = data_set_of([*(r for r in two_tastes() if r.movie_id > 10), rating(1, 99, 5.0)], name="another world")


class KilledError(Exception):
    """Stands for the death of a process."""


@contextmanager
def dying_at(monkeypatch: pytest.MonkeyPatch, place: object, name: str) -> Iterator[None]:
    """What is done inside dies where it would call that name."""

    def die(*_: object, **__: object) -> None:
        raise KilledError

    with monkeypatch.context() as deadly:
        deadly.setattr(place, name, die)
        with pytest.raises(KilledError):
            yield


@pytest.fixture
def person(recommender: Recommender) -> Person:
    """Somebody with one rating, of a film that both worlds hold."""
    user_id, token = recommender.new_person()
    recommender.rate(user_id, 11, 5, asker=Asker(token))
    return user_id, token


@pytest.fixture
def restarted(var_settings: Settings, blobs: Blobs, profiles: Profiles) -> Callable[[], Recommender]:
    return lambda: Recommender(var_settings, blobs, profiles)


def assert_all_by_the_model_in_use(recommender: Recommender, person: Person) -> None:
    user_id, token = person
    model = recommender.in_use().model
    assert recommender.list_for(3).model == model
    assert recommender.list_for(user_id, asker=Asker(token)).model == model
    assert recommender.list_for(user_id, 25, asker=Asker(token)).model == model


def lose_the_blobs(blobs: Blobs) -> None:
    shutil.rmtree(urlparse(blobs.url).path)


def lose_the_models(blobs: Blobs) -> None:
    shutil.rmtree(Path(urlparse(blobs.url).path) / "models")


def garble_the_pointer(blobs: Blobs) -> None:
    blobs.write(publication.POINTER, b"{")


@pytest.mark.parametrize("data", [SAME, OTHER], ids=["same data", "other data"])
@pytest.mark.parametrize("damage", [lose_the_blobs, lose_the_models, garble_the_pointer])
def test_training_heals_a_lost_model_for_whoever_has_a_list_by_it(
    person: Person, blobs: Blobs, train: Train, restarted: Callable[[], Recommender], damage: Callable[[Blobs], None], data: DataSet
) -> None:
    before = train(SAME).pointer
    damage(blobs)

    after = train(data).pointer

    assert after.generation > before.generation
    assert_all_by_the_model_in_use(restarted(), person)


def test_films_are_told_apart_by_the_model_before_where_the_one_in_force_is_torn(person: Person, blobs: Blobs, train: Train) -> None:
    torn = train(SAME).pointer.version
    shutil.rmtree(Path(urlparse(blobs.url).path) / "models" / torn)
    films = Catalogue.of(CatalogueEntry(Movie(MovieId(k), f"Another {k}")) for k in range(1, 31))

    with pytest.raises(DataError, match="11 is 'Film 11' now and would be 'Another 11'"):
        train(replace(SAME, name="elsewhere", catalogue=films))


def test_a_trainer_killed_before_the_lists_leaves_none_by_the_old_model(
    person: Person, train: Train, restarted: Callable[[], Recommender], monkeypatch: pytest.MonkeyPatch
) -> None:
    with dying_at(monkeypatch, training, "_rewrite_lists"):
        train(OTHER)

    assert_all_by_the_model_in_use(restarted(), person)


def test_a_roll_back_killed_before_the_lists_leaves_none_by_the_newer_model(
    person: Person, blobs: Blobs, profiles: Profiles, train: Train, restarted: Callable[[], Recommender], monkeypatch: pytest.MonkeyPatch
) -> None:
    train(OTHER)
    with dying_at(monkeypatch, type(profiles), "clear_sample_lists"):
        training.roll_back(blobs, profiles)

    assert restarted().in_use().data == SAME.name
    assert_all_by_the_model_in_use(restarted(), person)


def test_a_list_cleared_for_a_publication_that_never_came_is_made_once_per_look(
    recommender: Recommender, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dying_at(monkeypatch, publication, "_encoded"):  # the last step before the pointer moves
        train(OTHER)
    built: list[UserId] = []
    make = lists.made_for

    def counted(user_id: UserId, *args: Any, **more: Any) -> Any:
        built.append(user_id)
        return make(user_id, *args, **more)

    monkeypatch.setattr(lists, "made_for", counted)

    assert recommender.list_for(3).movies
    assert built == [3]


def test_whoever_rates_by_an_old_worker_while_lists_are_rewritten_is_not_left_behind(
    person: Person, recommender: Recommender, profiles: Profiles, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, token = person
    made_by = lists.record_of

    def rates_meanwhile(of: UserId, *args: Any, **more: Any) -> Any:
        made = made_by(of, *args, **more)
        if (of, made.generation) == (user_id, 2):
            monkeypatch.setattr(lists, "record_of", made_by)
            answer = recommender.rate(user_id, 13, 5, asker=Asker(token))
            assert answer.list is not None
            assert answer.list.generation == 1  # the worker has not looked at the pointer yet
        return made

    monkeypatch.setattr(FolderBlobs, "seconds_between_looks", 1e9)
    monkeypatch.setattr(lists, "record_of", rates_meanwhile)
    train(OTHER)

    record = profiles.list_of(user_id)
    assert record is not None
    assert (record.rev, record.generation) == (2, 2)
    assert record.movies


def test_a_trainer_that_lost_its_lease_publishes_nothing(blobs: Blobs, train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    before = train(SAME).pointer
    fit = training.recipes.fit

    def sleeps_too_long(*args: Any) -> Any:
        held = blobs.read(publication.LOCK)
        assert held is not None
        taken = {"holder": "Somebody else", "since": time.time(), "until": time.time() + 60, "ticket": "other"}
        assert blobs.compare_and_set(publication.LOCK, json.dumps(taken).encode(), expected=held.tag)
        return fit(*args)

    monkeypatch.setattr(training.recipes, "fit", sleeps_too_long)
    with pytest.raises(TrainingBusyError, match="Somebody else"):
        train(SAME)

    assert publication.read_pointer(blobs)[0] == before


def test_where_viewers_are_too_many_to_write_ahead_none_keeps_a_list_by_the_old_model(
    recommender: Recommender, profiles: Profiles, train: Train
) -> None:
    assert recommender.list_for(3).generation == 1

    train(SAME, lists_ahead=19)

    record = profiles.list_of(UserId(3))
    assert record is not None
    assert record.movies is None


def test_a_list_that_stays_the_same_is_not_written_again_and_is_by_the_new_model(recommender: Recommender, train: Train) -> None:
    before = recommender.list_for(3)

    trained = train(SAME)

    assert trained.lists == Publishing(written=0, unchanged=20)
    after = recommender.list_for(3)
    assert (after.movies, after.built_at) == (before.movies, before.built_at)
    assert (after.generation, after.model) == (before.generation + 1, trained.pointer.version)


def test_only_the_lists_that_changed_are_written(
    recommender: Recommender, profiles: Profiles, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = lists.record_of

    def shorter_for_three(user_id: UserId, *args: Any, **more: Any) -> ListRecord:
        made = make(user_id, *args, **more)
        return replace(made, movies=made.movies[:1]) if user_id == 3 and made.movies else made

    monkeypatch.setattr(lists, "record_of", shorter_for_three)

    trained = train(SAME)

    assert trained.lists == Publishing(written=1, unchanged=19)
    assert len(recommender.list_for(3).movies) == 1
    records = [profiles.list_of(UserId(user_id)) for user_id in range(1, 21)]
    assert {record.generation for record in records if record} == {trained.pointer.generation}


def test_nobody_who_left_the_data_keeps_a_list_that_no_publication_looked_at(
    recommender: Recommender, profiles: Profiles, train: Train
) -> None:
    assert recommender.list_for(20).movies

    train(data_set_of(r for r in two_tastes() if r.user_id < 20))

    record = profiles.list_of(UserId(20))
    assert record is not None
    assert record.movies is None


def test_a_trainer_killed_among_the_lists_leaves_the_rest_to_the_next(
    person: Person, train: Train, restarted: Callable[[], Recommender], monkeypatch: pytest.MonkeyPatch
) -> None:
    with dying_at(monkeypatch, training, "_of_viewer"):
        train(SAME)
    assert_all_by_the_model_in_use(restarted(), person)

    trained = train(SAME)

    assert trained.lists.written >= 19  # all but the one that was looked at meanwhile, and the person's own
    assert_all_by_the_model_in_use(restarted(), person)


def test_a_rating_of_a_film_that_the_data_in_use_lack_waits_for_data_that_have_it(
    recommender: Recommender, train: Train, restarted: Callable[[], Recommender]
) -> None:
    (user_id, token), (other_id, other_token) = recommender.new_person(), recommender.new_person()
    recommender.rate(user_id, 1, 5, asker=Asker(token))
    recommender.rate(user_id, 26, 5, asker=Asker(token))
    recommender.rate(other_id, 1, 5, asker=Asker(other_token))
    fewer = data_set_of((r for r in two_tastes() if r.movie_id <= 20), name="fewer films")

    train(fewer)
    without = restarted()
    mine = without.list_for(user_id, asker=Asker(token))
    assert without.in_use().n_ratings == len(fewer.ratings) + 2
    assert mine.movies == without.list_for(other_id, asker=Asker(other_token)).movies

    train(SAME)
    assert 26 not in [line.movie.movie_id for line in restarted().list_for(user_id, 100, asker=Asker(token)).movies]
