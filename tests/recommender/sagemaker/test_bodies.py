"""What an endpoint is asked, in every form, and what it answers."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.data.recordio.frames import framed, frames
from recommender.data.recordio.record import Record, Tensor, decoded, encoded
from recommender.errors import InvalidInputError
from recommender.sagemaker.bodies import JSON, JSON_LINES, RECORDIO, answer, rows_of
from recommender.sagemaker.machine import Machine, Row
from recommender.sagemaker.one_hot import Ids

MACHINE = Machine(
    np.zeros(1), np.zeros(5), np.zeros((5, 2), np.float32), is_classifier=True, ids=Ids(np.array([7, 9]), np.array([10, 20, 40]))
)
ASKED = Row((1, 3), (1.0, 1.0))
FEATURES = {"keys": [1, 3], "shape": [5], "values": [1, 1.0]}


def recordio(*tensors: Tensor) -> bytes:
    return b"".join(framed(encoded(Record({"values": tensor}))) for tensor in tensors)


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (json.dumps({"instances": [{"data": {"features": FEATURES}}]}).encode(), JSON),
        (json.dumps({"instances": [{"configuration": {}, "data": {"features": {**FEATURES, "shape": []}}}]}).encode(), JSON),
        (json.dumps({"instances": [{"features": [0, 1, 0, 1, 0]}]}).encode(), JSON),
        (json.dumps({"instances": [{"data": {"features": {"values": [0, 1, 0, 1, 0]}}}]}).encode(), JSON),
        (json.dumps({"pairs": [{"user_id": 9, "movie_id": 20}]}).encode(), JSON),
        (json.dumps({"data": {"features": FEATURES}}).encode() + b"\n\n", JSON_LINES),
        (json.dumps({"user_id": 9, "movie_id": 20}).encode(), JSON_LINES),
        (recordio(Tensor([1, 1], [1, 3], [5])), RECORDIO),
        (recordio(Tensor([0, 1, 0, 1, 0])), RECORDIO),
    ],
)
def test_the_same_is_asked_in_every_form(body: bytes, form: str) -> None:
    assert rows_of(body, form, MACHINE) == [ASKED]


def test_several_are_asked_at_once_in_order() -> None:
    lines = b'{"user_id": 7, "movie_id": 40}\n{"features": [0, 0, 0, 0, 2]}\n'

    assert rows_of(lines, JSON_LINES, MACHINE) == [Row((0, 4), (1.0, 1.0)), Row((4,), (2.0,))]
    assert rows_of(b'{"instances": []}', JSON, MACHINE) == []


def instance(**features: object) -> bytes:
    return json.dumps({"instances": [{"data": {"features": {**FEATURES, **features}}}]}).encode()


@pytest.mark.parametrize(
    ("body", "form", "told"),
    [
        (b"{", JSON, "The body must be JSON, not '{'."),
        (b"\xff\xfe", JSON, "The body must be JSON, not '��'."),
        (b"[1]", JSON, 'The body must be {"instances": [{"data": {"features": {"keys": […], "shape": [n], "values": […]}}}]} or {"pairs"'),
        (b'{"instances": {}}', JSON, 'The body must be {"instances"'),
        (b'{"instances": [7]}', JSON, 'instances[0] must be an instance such as {"data": {"features":'),
        (b'{"instances": [{"data": {}}]}', JSON, "instances[0] must be an instance such as"),
        (instance(keys="1,3"), JSON, "instances[0] must be an instance such as"),
        (instance(keys=[1, 5]), JSON, "keys of instances[0] must be whole numbers from 0 to 4, not 5."),
        (instance(keys=[-1, 3]), JSON, "keys of instances[0] must be whole numbers from 0 to 4, not -1."),
        (instance(keys=[1.0, 3]), JSON, "keys of instances[0] must be whole numbers from 0 to 4, not 1.0."),
        (instance(keys=[True, 3]), JSON, "keys of instances[0] must be whole numbers from 0 to 4, not True."),
        (instance(keys=[1]), JSON, "keys of instances[0] must be as many as there are values, 2, not '1 of them'."),
        (instance(shape=[6]), JSON, "shape of instances[0] must be [5], the model's feature_dim, not [6]."),
        (instance(values=[1, "one"]), JSON, "values of instances[0] must be numbers from -1e+09 to 1e+09, not [1, 'one']."),
        (instance(values=[1, float("nan")]), JSON, "values of instances[0] must be numbers from -1e+09 to 1e+09, not [1, nan]."),
        (instance(keys=[]), JSON, "values of instances[0] must be 5, the model's feature_dim, where there are no keys, not '2 of them'."),
        (b'{"pairs": [{"user_id": 9}]}', JSON, 'pairs[0] must be a pair such as {"user_id": 196, "movie_id": 242}, not {\'user_id\': 9}.'),
        (b'{"pairs": [{"user_id": "9", "movie_id": 20}]}', JSON, "pairs[0] must be a pair"),
        (b'{"pairs": [{"user_id": 9, "movie_id": 99999999999999}]}', JSON, "pairs[0] must be a pair"),
        (b'{"pairs": [{"user_id": 8, "movie_id": 20}]}', JSON, "user_id must be somebody whom the model has learned from, not 8."),
        (b'{"features": [0, 0, 0, 0, 2]}\nx', JSON_LINES, "Line 2 must be JSON, not 'x'."),
        (b"abcdefgh", RECORDIO, "The body must be records in RecordIO and protobuf, not "),
        (recordio(Tensor([1, 1], [1, 5], [5])), RECORDIO, "keys of Record 1 of the body must be whole numbers from 0 to 4, not 5."),
        (framed(b""), RECORDIO, "Record 1 of the body must be one with the feature values"),
        (recordio(Tensor([1], [2], [5]))[:-1], RECORDIO, "The body must be records in RecordIO"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(body: bytes, form: str, told: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        rows_of(body, form, MACHINE)

    assert str(refused.value).startswith(told)


def test_answers_have_a_label_from_one_half_on() -> None:
    assert json.loads(answer([0.5, 0.4999], JSON, MACHINE)) == {
        "predictions": [{"score": 0.5, "predicted_label": 1.0}, {"score": 0.4999, "predicted_label": 0.0}]
    }
    assert answer([0.75], JSON_LINES, MACHINE) == b'{"score": 0.75, "predicted_label": 1.0}\n'
    (frame,) = frames(io.BytesIO(answer([0.75], RECORDIO, MACHINE)), "the answer")
    label = decoded(frame, "the answer").label
    assert {name: tuple(tensor.values) for name, tensor in label.items()} == {"score": (0.75,), "predicted_label": (1.0,)}


def test_a_regressor_has_no_labels() -> None:
    stars = Machine(MACHINE.base, MACHINE.weights, MACHINE.factors, is_classifier=False)

    assert json.loads(answer([3.25], JSON, stars)) == {"predictions": [{"score": 3.25}]}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["instances", "pairs", "data", "features", "keys", "values", "shape", "user_id", "movie_id"]), inner
        )
    ),
    max_leaves=12,
)
_FEATURES = st.fixed_dictionaries(
    {"values": st.lists(st.floats() | st.integers(-2, 2) | st.just(10**400), max_size=5)},
    optional={"keys": st.lists(st.integers(-1, 5), max_size=5), "shape": st.lists(st.integers(4, 6), max_size=2)},
)


@given(
    st.one_of(
        _JSON.map(lambda said: (json.dumps(said).encode(), JSON)),
        _FEATURES.map(lambda features: (json.dumps({"instances": [{"features": features}]}).encode(), JSON)),
        st.lists(_JSON, max_size=3).map(lambda said: ("\n".join(map(json.dumps, said)).encode(), JSON_LINES)),
        st.binary(max_size=60).map(lambda said: (said, JSON)),
        st.binary(max_size=60).map(lambda said: (framed(said), RECORDIO)),
    )
)
def test_whatever_is_asked_is_answered_in_numbers_or_refused_in_words(asked: tuple[bytes, str]) -> None:
    machine = replace(MACHINE, weights=np.arange(5.0), factors=np.full((5, 2), 3, np.float32), is_classifier=False)
    try:
        rows = rows_of(*asked, machine)
    except InvalidInputError as error:
        assert str(error).endswith(".")  # noqa: PT017  some are answered
        return
    scores = machine.scores(rows)
    assert np.isfinite(scores).all()
    assert len(json.loads(answer(scores.tolist(), JSON, machine))["predictions"]) == len(rows)
