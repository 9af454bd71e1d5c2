"""What was trained and backed up before: remembered, bounded, and no trouble to anybody when it is spoilt."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from recommender import history, training
from recommender.errors import StorageError
from recommender.history import (
    BACKUP,
    COMPARISON,
    MOST_KEPT,
    MOST_REFUSALS,
    REFUSALS,
    TRAININGS,
    Backup,
    Compared,
    Comparison,
    Measure,
    Quality,
    Refusal,
    Training,
)
from recommender.storage.blobs import Blobs
from tests.worlds import data_set_of, two_tastes

Train = Callable[..., training.Trained]
ONE = Training("v1", 1, 1_795_264_245.5, "user-cosine", "a small world", 560, 20, 2, 20, {"model": 0.1}, Quality(0.5, 0.1, 0.2, 20))

COMPARED = Comparison(
    1_795_264_245.5,
    "a small world",
    560,
    "user-cosine",
    "ease",
    "ease is best.",
    "Switch.",
    (
        Compared("popular", Measure(0.1, 0.01, 20), None, None, 0.2),
        Compared("ease", Measure(0.2, 0.01, 20), None, None, 1.0),
    ),
)


class Away(Blobs):
    """A place that nobody can reach."""

    url = "s3://away"

    def read(self, key: str) -> None:
        raise StorageError("nobody answers")

    def write(self, key: str, data: bytes) -> None:
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
    assert list(known.seconds) == ["snapshot", "matrix", "model", "intervals", "groups", "publication", "lists"]
    assert known.quality is None
    assert known.unmeasured == ""


def test_refusals_are_remembered_in_order_and_the_last_ones_are_kept(blobs: Blobs) -> None:
    for at in range(MOST_REFUSALS + 2):
        history.refuse(blobs, Refusal(float(at), "ease", "a small world", 560, "worse"))

    assert [refusal.refused_at for refusal in history.refusals(blobs)] == list(range(2, MOST_REFUSALS + 2))


@pytest.mark.parametrize("spoilt", [b"", b"{", b"[]", b'{"refusals": [{"refused_at": "NaN"}]}', b'{"refusals": 7}'])
def test_spoilt_refusals_begin_anew(blobs: Blobs, spoilt: bytes) -> None:
    blobs.write(REFUSALS, spoilt)
    assert history.refusals(blobs) == ()

    history.refuse(blobs, Refusal(1.0, "ease", "a small world", 560, "worse"))
    assert len(history.refusals(blobs)) == 1


def test_the_last_comparison_is_remembered(blobs: Blobs) -> None:
    assert history.comparison(blobs) is None
    history.compared(blobs, COMPARED)
    assert history.comparison(blobs) == COMPARED


@pytest.mark.parametrize("spoilt", [b"", b"{", b"[]", b'{"comparison": {}}', b'{"comparison": {"rows": [{"recipe": "ease"}]}}'])
def test_a_spoilt_comparison_is_none(blobs: Blobs, spoilt: bytes) -> None:
    blobs.write(COMPARISON, spoilt)
    assert history.comparison(blobs) is None


def test_what_cannot_be_remembered_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        history.refuse(Away(), Refusal(1.0, "ease", "a small world", 560, "worse"))
        history.compared(Away(), COMPARED)

    assert "refusal not remembered reason=nobody answers" in caplog.text
    assert "comparison not remembered reason=nobody answers" in caplog.text


def test_the_last_backup_is_read(blobs: Blobs) -> None:
    assert history.last_backup(blobs) is None

    blobs.write(BACKUP, json.dumps({"taken_at": 1_795_264_245, "place": "/mnt/backup", "files": 3}).encode())

    assert history.last_backup(blobs) == Backup(1_795_264_245.0, "/mnt/backup")


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"taken_at": "today", "place": "here"}', b'{"taken_at": NaN, "place": "here"}'])
def test_a_backup_that_is_told_in_riddles_is_no_backup(blobs: Blobs, data: bytes) -> None:
    blobs.write(BACKUP, data)

    with pytest.raises(StorageError, match=r"last-backup\.json in .* cannot be understood"):
        history.last_backup(blobs)
