"""Leaving: what goes, in what order, and what the receipt says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recommender import training
from recommender.domain import Asker, UserId
from recommender.errors import NotAllowedError, ReadOnlyError, StorageError
from recommender.serving import Recommender
from recommender.sign_in import SignIn
from recommender.storage.blobs import Blobs
from recommender.storage.blobs.folder import FolderBlobs
from recommender.storage.profiles import Profiles
from tests.worlds import data_set_of, two_tastes

Train = Callable[..., training.Trained]


def test_a_person_goes_with_ratings_and_files_and_the_next_model_knows_nothing_of_them(
    recommender: Recommender, profiles: Profiles, blobs: Blobs, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FolderBlobs, "seconds_between_looks", 0.0)
    data = data_set_of(two_tastes())
    user_id, token = recommender.new_person()
    for movie_id in (1, 2, 3):
        recommender.rate(user_id, movie_id, 4, asker=Asker(token))
    blobs.write(f"imports/{user_id}/one/draft.json", b"{}")
    blobs.write(f"imports/{user_id}0/one/draft.json", b"{}")  # of another number that begins alike
    train(data)

    n_users = recommender.in_use().n_users

    receipt = recommender.forget(user_id, asker=Asker(member=user_id))

    assert receipt.gone == {"person": 1, "rating": 3, "file": 1}
    assert receipt.model == recommender.in_use().model
    assert profiles.opinions(user_id).ratings == ()
    assert blobs.list("imports/") == [f"imports/{user_id}0/one/draft.json"]
    train(data)
    assert recommender.in_use().n_users == n_users - 1


def test_the_owner_takes_the_household_along(recommender: Recommender, profiles: Profiles) -> None:
    door = SignIn(profiles, "a secret of the site")
    anna = door.sign_up("Anna", "brazil heat alien", address="192.0.2.7")
    ben = door.add_member(anna.session, "Ben").user_id
    recommender.rate(ben, 1, 5, asker=Asker(member=ben))

    receipt = recommender.forget(anna.session.owner, asker=Asker(member=anna.session.owner))

    assert (receipt.gone["person"], receipt.gone["rating"], receipt.model) == (2, 1, "")
    assert list(profiles.people()) == []


def test_a_member_goes_alone(recommender: Recommender, profiles: Profiles) -> None:
    door = SignIn(profiles, "a secret of the site")
    anna = door.sign_up("Anna", "brazil heat alien", address="192.0.2.7")
    ben = door.add_member(anna.session, "Ben").user_id

    assert recommender.forget(ben, asker=Asker(member=ben)).gone["person"] == 1
    assert list(profiles.people()) == [anna.session.owner]


def test_what_broke_off_can_be_said_again(
    recommender: Recommender, profiles: Profiles, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, token = recommender.new_person()
    recommender.rate(user_id, 1, 4, asker=Asker(token))
    blobs.write(f"imports/{user_id}/one/draft.json", b"{}")
    with monkeypatch.context() as away:
        away.setattr(type(profiles), "forget_person", lambda *_: (_ for _ in ()).throw(StorageError("away")))
        with pytest.raises(StorageError):
            recommender.forget(user_id, asker=Asker(member=user_id))

    assert recommender.forget(user_id, asker=Asker(member=user_id)).gone == {"person": 1, "rating": 1}


def test_nobody_sends_another_away(recommender: Recommender) -> None:
    user_id, _ = recommender.new_person()

    with pytest.raises(NotAllowedError):
        recommender.forget(user_id, asker=Asker(member=UserId(user_id + 1)))
    with pytest.raises(ReadOnlyError):
        recommender.forget(3, asker=Asker(member=UserId(3)))
