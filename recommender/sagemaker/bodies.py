"""What an endpoint is asked and what it answers, in the forms of SageMaker's factorisation machine.

Source: "Common Data Formats for Inference" and "Factorization Machines Response Formats" of SageMaker's developer guide. Beside them stand
pairs of our own, by the numbers of people and films: {"pairs": [{"user_id": 196, "movie_id": 242}]}, or one a line.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

from recommender.data.recordio.frames import framed, frames
from recommender.data.recordio.record import CONTENT_TYPE, VALUES, Record, Tensor, decoded, encoded
from recommender.errors import DataError, InvalidInputError
from recommender.sagemaker.machine import LIKELY, Machine, Row

JSON, JSON_LINES, RECORDIO = "application/json", "application/jsonlines", CONTENT_TYPE
FORMS = (JSON, JSON_LINES, RECORDIO)
_LARGEST = 1e9  # of a value; squares of larger ones are no numbers soon
_INSTANCE = '{"data": {"features": {"keys": […], "shape": [n], "values": […]}}}'


def rows_of(body: bytes, form: str, machine: Machine) -> list[Row]:
    """What is asked, one of FORMS; InvalidInputError, in a sentence with the place, for what the machine cannot take."""
    return _READERS[form](body, machine)


def answer(scores: list[float], form: str, machine: Machine) -> bytes:
    """The scores, each with its label where the machine is a classifier; one of FORMS."""
    told = [{"score": score, **({"predicted_label": float(score >= LIKELY)} if machine.is_classifier else {})} for score in scores]
    if form == JSON:
        return json.dumps({"predictions": told}).encode()
    if form == JSON_LINES:
        return b"".join(json.dumps(each).encode() + b"\n" for each in told)
    return b"".join(framed(encoded(Record(label={name: Tensor((value,)) for name, value in each.items()}))) for each in told)


def _of_json(body: bytes, machine: Machine) -> list[Row]:
    said = _parsed(body, "The body")
    for name, read in (("instances", _instance), ("pairs", _pair)):
        if isinstance(said, dict) and isinstance(said.get(name), list):
            return [read(each, f"{name}[{at}]", machine) for at, each in enumerate(said[name])]
    raise InvalidInputError("The body", _shown(said), f'{{"instances": [{_INSTANCE}]}} or {{"pairs": [{{"user_id": 1, "movie_id": 2}}]}}')


def _of_lines(body: bytes, machine: Machine) -> list[Row]:
    rows = []
    for number, line in enumerate(body.splitlines(), start=1):
        if line.strip():
            said = _parsed(line, f"Line {number}")
            rows.append((_pair if isinstance(said, dict) and "user_id" in said else _instance)(said, f"Line {number}", machine))
    return rows


def _of_recordio(body: bytes, machine: Machine) -> list[Row]:
    rows = []
    try:
        for frame in frames(io.BytesIO(body), "the body"):
            tensor = decoded(frame, "the body").features.get(VALUES)
            if tensor is None:
                raise InvalidInputError(f"Record {frame.number} of the body", "without it", f"one with the feature {VALUES}")
            rows.append(_row(tensor.keys, tensor.values, tensor.shape, f"Record {frame.number} of the body", machine))
    except DataError as error:
        raise InvalidInputError("The body", str(error), "records in RecordIO and protobuf") from error
    return rows


_READERS: Mapping[str, Callable[[bytes, Machine], list[Row]]] = {JSON: _of_json, JSON_LINES: _of_lines, RECORDIO: _of_recordio}


def _instance(said: Any, where: str, machine: Machine) -> Row:
    """The features of {"data": {"features": …}} or {"features": …}: an object with keys, or all numbers in a row."""
    inside = said.get("data", said) if isinstance(said, dict) else None
    features = inside.get("features") if isinstance(inside, dict) else None
    if isinstance(features, dict) and isinstance(features.get("values"), list):
        features = {"keys": [], "shape": [], **features}
    elif isinstance(features, list):
        features = {"keys": [], "shape": [], "values": features}
    else:
        raise InvalidInputError(where, _shown(said), f"an instance such as {_INSTANCE}")
    if not isinstance(features["keys"], list) or not isinstance(features["shape"], list):
        raise InvalidInputError(where, _shown(said), f"an instance such as {_INSTANCE}")
    return _row(features["keys"], features["values"], features["shape"], where, machine)


def _row(keys: Any, values: Any, shape: Any, where: str, machine: Machine) -> Row:
    n = machine.n_features
    if not all(isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST for value in values):
        raise InvalidInputError(f"values of {where}", _shown(values), f"numbers from -{_LARGEST:g} to {_LARGEST:g}")
    if list(shape) not in ([], [n]):
        raise InvalidInputError(f"shape of {where}", list(shape), f"[{n}], the model's feature_dim")
    if not keys:
        if len(values) != n:
            raise InvalidInputError(
                f"values of {where}", f"{len(values)} of them", f"{n}, the model's feature_dim, where there are no keys"
            )
        keys = [at for at, value in enumerate(values) if value]
        return Row(tuple(keys), tuple(float(values[at]) for at in keys))
    if len(keys) != len(values):
        raise InvalidInputError(f"keys of {where}", f"{len(keys)} of them", f"as many as there are values, {len(values)}")
    for key in keys:
        if isinstance(key, bool) or not isinstance(key, int) or not 0 <= key < n:
            raise InvalidInputError(f"keys of {where}", key, f"whole numbers from 0 to {n - 1}")
    return Row(tuple(keys), tuple(map(float, values)))


def _pair(said: Any, where: str, machine: Machine) -> Row:
    ids = [said.get(name) if isinstance(said, dict) else None for name in ("user_id", "movie_id")]
    if any(isinstance(each, bool) or not isinstance(each, int) or abs(each) >= 1 << 31 for each in ids):
        raise InvalidInputError(where, _shown(said), 'a pair such as {"user_id": 196, "movie_id": 242}')
    user_id, movie_id = ids
    return machine.row_of(user_id, movie_id)  # type: ignore[arg-type]  # both are whole numbers


def _parsed(text: bytes, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInputError(where, text[:40].decode(errors="replace"), "JSON") from None


def _shown(said: Any) -> Any:
    """Short enough to be repeated."""
    text = json.dumps(said)
    return said if len(text) <= 60 else text[:57] + "..."
