"""What was trained and backed up before: remembered, bounded, and no trouble to anybody when it is spoilt."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlparse

import pytest

from recommender import history, measuring, training
from recommender.errors import ModelError, StorageError
from recommender.history import BACKUP, MOST_KEPT, TRAININGS, Backup, Quality, Training
from recommender.storage.blobs import Blobs
from tests.worlds import data_set_of, rating, two_tastes

Train = Callable[..., training.Trained]
ONE = Training("v1", 1, 1_795_264_245.5, "user-cosine", "a small world", 560, 20, 2, 20, {"model": 0.1}, Quality(0.5, 0.1, 0.2, 20))


class Away(Blobs):
    """A place that nobody can reach."""

    url = "s3://away"

    def read(self, key: str) -> None:
        raise StorageError("nobody answers")


def test_trainings_are_remembered_in_order(blobs: Blobs) -> None:
    history.add(blobs, ONE)
    history.add(blobs, replace(ONE, version="v2", quality=None, unmeasured="too many"))

    assert history.trainings(blobs) == (ONE, replace(ONE, version="v2", quality=None, unmeasured="too many"))


def test_only_the_last_are_kept(blobs: Blobs) -> None:
    for number in range(MOST_KEPT + 3):
        history.add(blobs, replace(ONE, generation=number))

    kept = history.trainings(blobs)
    assert (len(kept), kept[0].generation, kept[-1].generation) == (MOST_KEPT, 3, MOST_KEPT + 2)


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{", b"\xff", b'{"format": 2, "trainings": []}', b'{"format": 1, "trainings": [{}]}', b'{"format": 1, "trainings": [7]}'],
)
def test_a_spoilt_history_begins_anew_and_says_so(blobs: Blobs, caplog: pytest.LogCaptureFixture, data: bytes) -> None:
    blobs.write(TRAININGS, data)

    with caplog.at_level(logging.WARNING):
        history.add(blobs, ONE)

    assert history.trainings(blobs) == (ONE,)
    assert "training history begins anew reason=training-history.json cannot be understood" in caplog.text


def test_a_history_out_of_reach_stops_no_training(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        history.add(Away(), ONE)

    assert "training not remembered reason=nobody answers" in caplog.text


def test_a_training_by_somebody_else_at_the_same_moment_is_not_lost(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    read, others = blobs.read, [replace(ONE, version="theirs")]

    def read_and_be_overtaken(key: str):
        found = read(key)
        if others:
            history.add(blobs, others.pop())
        return found

    monkeypatch.setattr(blobs, "read", read_and_be_overtaken)
    history.add(blobs, replace(ONE, version="ours"))

    assert [known.version for known in history.trainings(blobs)] == ["theirs", "ours"]


def test_a_training_tells_what_it_did(blobs: Blobs, train: Train) -> None:
    trained = train(data_set_of(two_tastes()))

    (known,) = history.trainings(blobs)
    assert (known.version, known.generation) == (trained.pointer.version, 1)
    assert (known.recipe, known.data) == ("user-cosine", "a small world")
    assert (known.n_ratings, known.n_users, known.n_people, known.n_lists) == (560, 20, 0, 20)
    assert list(known.seconds) == ["snapshot", "model", "publication", "lists"]
    assert known.quality is None
    assert known.unmeasured == ""


def test_what_is_measured_is_what_evaluation_says(blobs: Blobs, train: Train, ml_100k: Path) -> None:
    from recommender.data.movielens import read_data_set
    from recommender.evaluation import quality, splits

    data = read_data_set(ml_100k)
    train(data)
    measured = measuring.measure(blobs, training.silent)

    assert measured is not None
    assert measured.quality is not None
    split = splits.newest(data.ratings)
    figures = {
        recipe: quality.list_quality(split, data.catalogue, recipe, {"n_neighbours": 5}, lambda done, total: None)["ndcg@10"]
        for recipe in ("user-cosine", "popular")
    }
    assert measured.quality.ndcg == pytest.approx(figures["user-cosine"].mean, abs=1e-5)
    assert measured.quality.popular == pytest.approx(figures["popular"].mean, abs=1e-5)
    assert measured.quality.n_people == figures["popular"].n
    assert history.trainings(blobs)[-1] == measured


def test_a_model_is_measured_once(blobs: Blobs, train: Train) -> None:
    assert measuring.measure(blobs, training.silent) is None
    train(data_set_of(two_tastes()))

    assert measuring.measure(blobs, training.silent) is not None
    assert measuring.measure(blobs, training.silent) is None


def test_popular_is_measured_against_itself(blobs: Blobs, train: Train) -> None:
    train(data_set_of(two_tastes()), recipe="popular")
    measured = measuring.measure(blobs, training.silent)

    assert measured is not None
    assert measured.quality is not None
    assert measured.quality.ndcg == measured.quality.popular


def test_many_ratings_are_not_measured_and_the_history_says_why(blobs: Blobs, train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "MOST_RATINGS", 559)
    train(data_set_of(two_tastes()))

    measured = measuring.measure(blobs, training.silent)

    assert measured is not None
    assert (measured.quality, measured.unmeasured) == (None, "560 ratings; quality is measured up to 559")


def test_nobody_to_measure_is_said(blobs: Blobs, train: Train) -> None:
    train(data_set_of([rating(1, 1, 0.5), rating(2, 2, 1.0)]))

    measured = measuring.measure(blobs, training.silent)

    assert measured is not None
    assert measured.unmeasured == "not even two people have ratings enough to hold some out"


def test_a_snapshot_that_was_changed_is_not_measured(blobs: Blobs, train: Train) -> None:
    train(data_set_of(two_tastes()))
    (snapshot,) = (Path(urlparse(blobs.url).path) / "snapshots").iterdir()
    with (snapshot / "manifest.json").open("a") as manifest:
        manifest.write(" ")

    with pytest.raises(ModelError, match="is not the one that was taken"):
        measuring.measure(blobs, training.silent)


def test_the_last_backup_is_read(blobs: Blobs) -> None:
    assert history.last_backup(blobs) is None

    blobs.write(BACKUP, json.dumps({"taken_at": 1_795_264_245, "place": "/mnt/backup", "files": 3}).encode())

    assert history.last_backup(blobs) == Backup(1_795_264_245.0, "/mnt/backup")


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"taken_at": "today", "place": "here"}', b'{"taken_at": NaN, "place": "here"}'])
def test_a_backup_that_is_told_in_riddles_is_no_backup(blobs: Blobs, data: bytes) -> None:
    blobs.write(BACKUP, data)

    with pytest.raises(StorageError, match=r"last-backup\.json in .* cannot be understood"):
        history.last_backup(blobs)
