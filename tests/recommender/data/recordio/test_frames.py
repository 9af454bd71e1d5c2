"""RecordIO: what is framed is found again, and what is damaged is told with its record and its byte."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.data.recordio.frames import MAGIC, Frame, framed, frames
from recommender.errors import DataError

BODIES = st.lists(st.binary(max_size=40), max_size=6)


def found(data: bytes) -> list[Frame]:
    return list(frames(io.BytesIO(data), "train.protobuf"))


def refusal(data: bytes) -> str:
    with pytest.raises(DataError) as refused:
        found(data)
    return str(refused.value)


@given(BODIES)
def test_records_come_back_in_order_with_their_places(bodies: list[bytes]) -> None:
    data = b"".join(map(framed, bodies))

    assert [frame.body for frame in found(data)] == bodies
    assert [frame.number for frame in found(data)] == list(range(1, len(bodies) + 1))
    assert all(data[frame.at :].startswith(framed(frame.body)) for frame in found(data))
    assert len(data) % 4 == 0


def test_a_record_is_framed_as_published() -> None:
    assert framed(b"abcde") == bytes.fromhex("0a23d7ce 05000000") + b"abcde" + bytes(3)


@given(BODIES.filter(bool), st.data())
def test_a_file_that_was_cut_anywhere_but_between_records_is_refused(bodies: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(map(framed, bodies))
    ends = {0}
    for body in bodies:
        ends.add(max(ends) + len(framed(body)))
    cut = data.draw(st.sampled_from([at for at in range(len(whole)) if at not in ends]))

    number = sum(end <= cut for end in ends)
    at = max(end for end in ends if end <= cut)
    assert refusal(whole[:cut]).startswith(f"Record {number} of train.protobuf, at byte {at:,}, is cut off")


def test_each_refusal_says_what_was_met() -> None:
    two = framed(b"abcd") + framed(b"efgh")
    again = "give a file in RecordIO, or write it anew."

    assert refusal(two[:15]) == f"Record 2 of train.protobuf, at byte 12, is cut off in its head, of which 3 of 8 bytes are there; {again}"
    assert refusal(two[:22]) == f"Record 2 of train.protobuf, at byte 12, is cut off: 2 of 4 bytes are there; {again}"
    assert refusal(b"userId,movieId") == (
        f"Record 1 of train.protobuf, at byte 0, begins with 0x72657375 and not with RecordIO's 0xced7230a; {again}"
    )


def part(kind: int, body: bytes) -> bytes:
    return struct.pack("<II", MAGIC, kind << 29 | len(body)) + body + bytes(-len(body) % 4)


def test_a_record_that_was_taken_apart_at_the_magic_word_is_joined_by_it() -> None:
    magic = struct.pack("<I", MAGIC)
    data = framed(b"one") + part(1, b"abcd") + part(2, b"") + part(3, b"xy") + framed(b"two")

    assert [frame.body for frame in found(data)] == [b"one", b"abcd" + magic + magic + b"xy", b"two"]
    assert [frame.at for frame in found(data)] == [
        0,
        12,
        44,
    ]


def test_parts_that_do_not_belong_together_are_refused() -> None:
    assert "is marked as part 2 of a record, which does not belong here" in refusal(part(2, b"abcd"))
    assert "is marked as part 0 of a record" in refusal(part(1, b"abcd") + framed(b"whole"))
    assert refusal(framed(b"abcd") + part(1, b"abcd")).startswith("Record 2 of train.protobuf, at byte 12, lacks its last part")
