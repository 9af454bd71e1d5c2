"""Models in memory: which one answers while another comes."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from recommender.errors import ModelError
from recommender.personalize.answers.loaded import Models
from recommender.personalize.answers.serving import OutOfServiceError, Serving
from recommender.personalize.recipes import RECIPES
from recommender.personalize.trained import Trained
from tests.recommender.personalize.worlds import two_tastes

SERVING = Serving("campaign/films", "town", RECIPES["aws-user-personalization"], "old", "0")
OLD, NEW = two_tastes("user-cosine"), two_tastes("popular")


class Store:
    """Two models; reading the new one takes as long as it is told to, or fails."""

    def __init__(self) -> None:
        self.free, self.reads, self.is_torn = threading.Event(), list[str](), False

    def load(self, key: str, sha256: str) -> Trained:
        self.reads.append(key)
        if key == "old":
            return OLD
        self.free.wait(10)
        if self.is_torn:
            raise ModelError("It is torn.")
        return NEW


@pytest.fixture
def store() -> Store:
    return Store()


def test_the_one_before_answers_while_a_newer_one_takes_its_time_and_is_read_once(store: Store) -> None:
    models, newer = Models(store.load), replace(SERVING, model="new")
    assert models.of_serving(SERVING).trained is OLD
    began = time.monotonic()
    assert [models.of_serving(newer).trained for _ in range(5)] == [OLD] * 5
    assert time.monotonic() - began < 5
    store.free.set()
    for _ in range(500):
        if models.of_serving(newer).trained is NEW:
            break
        time.sleep(0.01)
    assert models.of_serving(newer).trained is NEW
    assert store.reads == ["old", "new"]


def test_a_newer_one_that_is_there_soon_answers_at_once(store: Store) -> None:
    models = Models(store.load)
    models.of_serving(SERVING)
    store.free.set()
    assert models.of_serving(replace(SERVING, model="new")).trained is NEW


def test_another_campaign_of_the_same_name_is_never_answered_by_the_one_before(store: Store) -> None:
    models = Models(store.load)
    models.of_serving(SERVING)
    threading.Timer(0.6, store.free.set).start()  # longer than anybody would wait for a newer version of the same campaign
    assert models.of_serving(replace(SERVING, model="new", made=5.0)).trained is NEW


def test_a_torn_one_is_said_to_be_and_not_read_again_for_a_while(store: Store) -> None:
    models, newer = Models(store.load), replace(SERVING, model="new")
    models.of_serving(SERVING)
    store.is_torn = True
    store.free.set()
    for _ in range(4):
        with pytest.raises(OutOfServiceError, match="It is torn"):
            models.of_serving(newer)
    assert store.reads == ["old", "new"]


def test_many_who_ask_at_once_read_a_model_once(store: Store) -> None:
    models, newer, found = Models(store.load), replace(SERVING, model="new"), list[Trained]()
    askers = [threading.Thread(target=lambda: found.append(models.of_serving(newer).trained)) for _ in range(8)]
    for asker in askers:
        asker.start()
    store.free.set()
    for asker in askers:
        asker.join()
    assert found == [NEW] * 8
    assert store.reads == ["new"]
