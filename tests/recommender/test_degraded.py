"""While the store of ratings and lists is out of reach: a list all the same, and a true word about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recommender import training
from recommender.domain import ALONE, LIVE, POPULAR, RECORD, WELL_LIKED, Asker, ListRecord, Opinions, Rating, UserId
from recommender.errors import InvalidInputError, StorageError, UnknownUserError
from recommender.serving import WITHOUT_RATINGS, WITHOUT_RECORD, Recommender
from recommender.settings import Settings
from recommender.storage.blobs import Blobs
from recommender.storage.blobs.folder import FolderBlobs
from recommender.storage.profiles.sqlite import SqliteProfiles
from tests.worlds import data_set_of, two_tastes

Train = Callable[..., training.Trained]


class Frail(SqliteProfiles):
    """A store that keeps its promises until it is told to fail in its reads or its writes."""

    reads_fail = writes_fail = False

    def list_of(self, user_id: UserId) -> ListRecord | None:
        self._fail_if(self.reads_fail)
        return super().list_of(user_id)

    def opinions(self, user_id: UserId) -> Opinions:
        self._fail_if(self.reads_fail)
        return super().opinions(user_id)

    def is_shared(self, user_id: UserId) -> bool:
        self._fail_if(self.reads_fail)
        return super().is_shared(user_id)

    def token_fits(self, user_id: UserId, token_digest: str) -> bool:
        self._fail_if(self.reads_fail)
        return super().token_fits(user_id, token_digest)

    def keep_list(self, made: ListRecord) -> bool:
        self._fail_if(self.writes_fail)
        return super().keep_list(made)

    def rate(self, rating: Rating) -> int:
        self._fail_if(self.writes_fail)
        return super().rate(rating)

    def _fail_if(self, fails: bool) -> None:
        if fails:
            raise StorageError("The table movie cannot be used: it does not answer in time.", kind="slow")


@pytest.fixture
def profiles(var: Path) -> Frail:
    return Frail(var / "matinee.sqlite3")


@pytest.fixture
def recommender(var_settings: Settings, blobs: Blobs, profiles: Frail, train: Train) -> Recommender:
    train(data_set_of(two_tastes()))
    return Recommender(var_settings, blobs, profiles)


def test_a_sample_viewer_is_shown_the_very_list_of_the_record(recommender: Recommender, profiles: Frail) -> None:
    before = recommender.list_for(3)
    profiles.reads_fail = profiles.writes_fail = True

    during = recommender.list_for(3)

    assert (during.movies, during.basis, during.generation) == (before.movies, before.basis, before.generation)
    assert (during.source, during.trouble, during.notice) == (ALONE, "slow", WITHOUT_RECORD)
    assert (before.source, before.trouble, before.notice) == (RECORD, "", "")


def test_length_and_genres_hold_as_always(recommender: Recommender, profiles: Frail) -> None:
    genre = recommender.genres()[0]
    before = recommender.list_for(3, 25, with_genres=[genre])
    profiles.reads_fail = True

    assert recommender.list_for(3, 25, with_genres=[genre]).movies == before.movies
    assert len(recommender.list_for(3, 2).movies) == 2


@pytest.mark.parametrize("who", ["with the token", "without", "with another", "a number nobody has"])
def test_of_a_person_nothing_is_shown_to_anybody(
    recommender: Recommender, profiles: Frail, train: Train, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose token it is cannot be asked, and the model knows what the person rated: everybody gets the same."""
    user_id, token = recommender.new_person()
    recommender.rate(user_id, 1, 5, asker=Asker(token))
    train(data_set_of(two_tastes()))
    monkeypatch.setattr(FolderBlobs, "seconds_between_looks", 0.0)
    assert recommender.in_use().generation == 2, "the model that holds the person's ratings"
    private = recommender.list_for(user_id, asker=Asker(token))
    profiles.reads_fail = True

    given = {"with the token": token, "with another": "another"}.get(who)
    during = recommender.list_for(user_id + 7 if who == "a number nobody has" else user_id, asker=Asker(given))

    assert during.movies == recommender.list_for(user_id + 8).movies
    assert during.movies != private.movies
    assert (during.basis, during.source, during.trouble, during.notice) == (POPULAR, WELL_LIKED, "slow", WITHOUT_RATINGS)


def test_it_is_over_as_soon_as_the_store_is_back(recommender: Recommender, profiles: Frail) -> None:
    user_id, token = recommender.new_person()
    recommender.rate(user_id, 1, 5, asker=Asker(token))
    before = recommender.list_for(user_id, asker=Asker(token))
    profiles.reads_fail = True
    recommender.list_for(user_id, asker=Asker(token))
    profiles.reads_fail = False

    assert recommender.list_for(user_id, asker=Asker(token)) == before
    with pytest.raises(UnknownUserError):
        recommender.list_for(user_id)


def test_a_right_list_that_cannot_be_kept_is_shown_without_a_word(recommender: Recommender, profiles: Frail) -> None:
    user_id, token = recommender.new_person()
    recommender.rate(user_id, 1, 5, asker=Asker(token))
    profiles.unrate(user_id, 1)
    profiles.writes_fail = True

    during = recommender.list_for(user_id, asker=Asker(token))
    assert during.movies
    assert not during.notice
    profiles.writes_fail = False
    assert replace(recommender.list_for(user_id, asker=Asker(token)), built_at=during.built_at) == during


def test_writes_are_refused_and_change_nothing(recommender: Recommender, profiles: Frail) -> None:
    user_id, token = recommender.new_person()
    profiles.writes_fail = True

    with pytest.raises(StorageError, match="does not answer in time"):
        recommender.rate(user_id, 1, 5, asker=Asker(token))

    assert profiles.opinions(user_id) == Opinions(user_id, 0, ())


def test_mistakes_are_told_as_always(recommender: Recommender, profiles: Frail) -> None:
    profiles.reads_fail = True

    with pytest.raises(UnknownUserError):
        recommender.list_for(9999)
    with pytest.raises(InvalidInputError):
        recommender.list_for(3, with_genres=["Nonsense"])


def test_a_longer_list_is_live_and_says_so(recommender: Recommender) -> None:
    assert recommender.list_for(3, 11).source == LIVE
