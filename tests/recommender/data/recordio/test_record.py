"""Records against Google's own protobuf and against bytes worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.data.recordio.frames import Frame
from recommender.data.recordio.record import Record, Tensor, decoded, encoded
from recommender.errors import DataError
from tests.recommender.data.recordio.published import published_record

Published = published_record()

_FLOATS = st.floats(width=32, allow_nan=False)
_KEYS = st.integers(0, 2**64 - 1)


@st.composite
def tensors(draw: Any) -> Tensor:
    values = draw(st.lists(_FLOATS, max_size=6))
    keys = draw(st.lists(_KEYS, min_size=len(values), max_size=len(values))) if draw(st.booleans()) else []
    return Tensor(values, keys, draw(st.lists(_KEYS, max_size=3)))


_NAMED = st.dictionaries(st.text(max_size=8).filter(lambda text: not any(0xD800 <= ord(c) < 0xE000 for c in text)), tensors(), max_size=3)
RECORDS = st.builds(Record, _NAMED, _NAMED)


def plain(record: Record) -> dict[str, dict[str, tuple[list[float], list[int], list[int]]]]:
    return {
        side: {name: (list(tensor.values), list(tensor.keys), list(tensor.shape)) for name, tensor in tensors_.items()}
        for side, tensors_ in (("features", record.features), ("label", record.label))
    }


def read(data: bytes) -> Record:
    return decoded(Frame(1, 0, data), "a file")


def told_by_google(message: Any) -> dict[str, dict[str, tuple[list[float], list[int], list[int]]]]:
    return {
        side: {
            name: (list(value.float32_tensor.values), list(value.float32_tensor.keys), list(value.float32_tensor.shape))
            for name, value in getattr(message, side).items()
        }
        for side in ("features", "label")
    }


@given(RECORDS)
def test_what_is_written_is_read_again(record: Record) -> None:
    assert plain(read(encoded(record))) == plain(record)


@given(RECORDS)
def test_google_reads_what_we_write(record: Record) -> None:
    assert told_by_google(Published.FromString(encoded(record))) == plain(record)


@given(RECORDS)
def test_we_read_what_google_writes(record: Record) -> None:
    message = Published(uid="a rating", metadata="{}", configuration="{}")
    for side, named in (("features", record.features), ("label", record.label)):
        for name, tensor in named.items():
            of_google = getattr(message, side)[name].float32_tensor
            of_google.SetInParent()
            for field in ("values", "keys", "shape"):
                getattr(of_google, field).extend(getattr(tensor, field))

    assert plain(read(message.SerializeToString())) == plain(record)


@pytest.mark.parametrize(("kind", "values"), [("float64_tensor", [0.1, -2.5e300]), ("int32_tensor", [0, 7, -1, 2**31 - 1, -(2**31)])])
def test_other_numbers_than_float32_are_read(kind: str, values: list[float]) -> None:
    message = Published()
    getattr(message.features["values"], kind).values.extend(values)
    getattr(message.features["values"], kind).keys.extend(range(len(values)))

    assert list(read(message.SerializeToString()).features["values"].values) == values


@given(RECORDS, st.data())
def test_damaged_bytes_are_refused_in_words_if_they_are_not_read(record: Record, data: st.DataObject) -> None:
    whole = bytearray(encoded(record))
    if not whole:
        return
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    damaged = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        read(damaged)
    except DataError as error:
        assert str(error).startswith("Record 1 of a file, at byte 0, is no record of SageMaker's: ")  # noqa: PT017  many are read


def test_a_rating_of_the_paper_is_the_bytes_of_the_published_encoding() -> None:
    # Two float32 of 1.0 are 00 00 80 3f each; 943 is 0xaf 0x07 and 2625 is 0xc1 0x14, seven bits a byte, the lowest first.
    record = Record({"values": Tensor([1.0, 1.0], [0, 943], [2625])}, {"values": Tensor([1.0])})
    tensor = "0a08 0000803f 0000803f" + "1203 00 af07" + "1a02 c114"  # field 1, 8 bytes; field 2, 3 bytes; field 3, 2 bytes
    features = "0a1f" + "0a06 76616c756573" + "1215" + "1213" + tensor  # the entry: "values", a Value with field 2, 19 bytes
    label = "1212" + "0a06 76616c756573" + "1208" + "1206" + "0a04 0000803f"

    assert encoded(record) == bytes.fromhex(features + label)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("0a05 0a", "field 1 has 5 bytes, of which 1 are there"),
        ("00", "it has a field without a number"),
        ("0b", "field 1 is written in the way 3, which nobody uses"),
        ("08 01", "a whole number stands where something else is wanted"),
        ("ffffffffffffffffffffff01", "a number in it does not end, or is longer than 64 bits"),
        ("0a03 0a01 ff", "a name in it is not UTF-8"),
        ("0a09 1207 1205 0a03 000080", "its numbers have 3 bytes, which is no multiple of 4"),
        ("0a04 1202 4a00", "it holds bytes where numbers are wanted"),
    ],
)
def test_what_is_no_record_is_refused_with_its_number_and_byte(data: str, why: str) -> None:
    with pytest.raises(DataError) as refused:
        decoded(Frame(7, 448, bytes.fromhex(data)), "train.protobuf")

    assert str(refused.value) == f"Record 7 of train.protobuf, at byte 448, is no record of SageMaker's: {why}; write the file anew."


def test_keys_and_values_that_do_not_match_are_refused() -> None:
    with pytest.raises(DataError, match="it has 2 keys for 1 values"):
        read(encoded(Record({"values": Tensor([1.0], [3, 4], [9])})))


def test_numbers_that_are_not_packed_are_read() -> None:
    # Field 1 twice, four bytes each (tag 0d); field 2 twice, a varint each (tag 10); field 3 once (tag 18).
    tensor = bytes.fromhex("0d 0000803f 0d 00000040 10 05 10 ac02 18 8008")
    value = b"\x12" + bytes([len(tensor)]) + tensor
    entry = b"\x0a\x01v\x12" + bytes([len(value)]) + value

    assert plain(read(b"\x0a" + bytes([len(entry)]) + entry))["features"] == {"v": ([1.0, 2.0], [5, 300], [1024])}
