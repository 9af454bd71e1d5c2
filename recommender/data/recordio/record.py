"""The message `aialgs.data.Record`: features and labels by name, each a tensor of numbers, as bytes of protobuf and back.

Source: record.proto in "Common data formats for training" of SageMaker's developer guide; the bytes are those of "Encoding" in the
documents of Protocol Buffers. Written are tensors of float32; read are float64 and int32 as well, packed or not, and what a later version
may add is passed over, as protobuf does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from recommender.data.recordio.frames import Frame
from recommender.errors import DataError

CONTENT_TYPE = "application/x-recordio-protobuf"  # of such records in RecordIO
VALUES = "values"  # the name of the only feature, and of the only label, of a record to learn from

_FEATURES, _LABEL = 1, 2  # fields of Record
_KEY, _VALUE = 1, 2  # of an entry of a map
_FLOAT32, _FLOAT64, _INT32, _BYTES = 2, 3, 7, 9  # of Value
_NUMBERS, _KEYS, _SHAPE = 1, 2, 3  # of a tensor
_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5  # how a field is written
_LONGEST_VARINT = 10  # bytes
_WIDTHS = {_EIGHT: 8, _FOUR: 4}


@dataclass(frozen=True, slots=True)
class Tensor:
    """Numbers. keys: their places in a sparse one; empty in a dense one, whose places are 0, 1, 2, …. shape: may be left out of that."""

    values: Sequence[float]
    keys: Sequence[int] = ()
    shape: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One thing to learn from, to be asked about, or one answer."""

    features: Mapping[str, Tensor] = field(default_factory=dict)
    label: Mapping[str, Tensor] = field(default_factory=dict)


def encoded(record: Record) -> bytes:
    """The message, every tensor as float32."""
    return b"".join(
        _delimited(number, _delimited(_KEY, name.encode()) + _delimited(_VALUE, _delimited(_FLOAT32, _encoded_tensor(tensor))))
        for number, tensors in ((_FEATURES, record.features), (_LABEL, record.label))
        for name, tensor in tensors.items()
    )


def decoded(frame: Frame, name: str) -> Record:
    """The message in a frame of the file called so; DataError, with record and byte, for what is none."""
    try:
        return _record(frame.body)
    except _ForeignError as error:
        raise DataError(
            f"Record {frame.number} of {name}, at byte {frame.at:,}, is no record of SageMaker's: {error}; write the file anew."
        ) from None


class _ForeignError(ValueError):
    """Bytes that are no such message, and why."""


def _delimited(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH) + _varint(len(data)) + data


def _encoded_tensor(tensor: Tensor) -> bytes:
    packed = (
        (_NUMBERS, struct.pack(f"<{len(tensor.values)}f", *tensor.values)),
        (_KEYS, b"".join(map(_varint, tensor.keys))),
        (_SHAPE, b"".join(map(_varint, tensor.shape))),
    )
    return b"".join(_delimited(number, data) for number, data in packed if data)


def _varint(number: int) -> bytes:
    """Seven bits a byte, lowest first; the upper bit says that more follow."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _record(data: bytes) -> Record:
    features: dict[str, Tensor] = {}
    label: dict[str, Tensor] = {}
    for number, value in _fields(data):
        if number in (_FEATURES, _LABEL):
            name, tensor = _entry(_bytes(value))
            (features if number == _FEATURES else label)[name] = tensor
    return Record(features, label)


def _entry(data: bytes) -> tuple[str, Tensor]:
    name, tensor = "", Tensor(())
    for number, value in _fields(data):
        if number == _KEY:
            try:
                name = _bytes(value).decode()
            except UnicodeDecodeError:
                raise _ForeignError("a name in it is not UTF-8") from None
        elif number == _VALUE:
            tensor = _value(_bytes(value))
    return name, tensor


def _value(data: bytes) -> Tensor:
    tensor = Tensor(())
    for number, value in _fields(data):
        if number in (_FLOAT32, _FLOAT64, _INT32):
            tensor = _tensor(_bytes(value), number)
        elif number == _BYTES:
            raise _ForeignError("it holds bytes where numbers are wanted")
    return tensor


def _tensor(data: bytes, kind: int) -> Tensor:
    values: list[float] = []
    places: dict[int, list[int]] = {_KEYS: [], _SHAPE: []}
    for number, value in _fields(data):
        if number == _NUMBERS:
            values += _numbers(value, kind)
        elif number in places:
            places[number] += _varints(value) if isinstance(value, bytes) else [value]
    if places[_KEYS] and len(places[_KEYS]) != len(values):
        raise _ForeignError(f"it has {len(places[_KEYS])} keys for {len(values)} values")
    return Tensor(values, places[_KEYS], places[_SHAPE])


def _numbers(value: bytes | int, kind: int) -> Sequence[float]:
    if kind == _INT32:
        return [_signed(each) for each in (_varints(value) if isinstance(value, bytes) else [value])]
    letter, width = ("f", 4) if kind == _FLOAT32 else ("d", 8)
    data = _bytes(value)
    if len(data) % width:
        raise _ForeignError(f"its numbers have {len(data)} bytes, which is no multiple of {width}")
    return struct.unpack(f"<{len(data) // width}{letter}", data)


def _signed(number: int) -> int:
    """An int32, which protobuf writes in 64 bits where it is negative."""
    low = number & 0xFFFFFFFF
    return low - (1 << 32) if low >> 31 else low


def _bytes(value: bytes | int) -> bytes:
    if not isinstance(value, bytes):
        raise _ForeignError("a whole number stands where something else is wanted")
    return value


def _varints(data: bytes) -> list[int]:
    found, at = [], 0
    while at < len(data):
        number, at = _read_varint(data, at)
        found.append(number)
    return found


def _fields(data: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Number and value of every field: a number where it is written as one, else bytes."""
    at = 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        number, how = tag >> 3, tag & 7
        if not number:
            raise _ForeignError("it has a field without a number")
        if how == _VARINT:
            value, at = _read_varint(data, at)
            yield number, value
            continue
        if how != _LENGTH and how not in _WIDTHS:
            raise _ForeignError(f"field {number} is written in the way {how}, which nobody uses")
        length, at = _read_varint(data, at) if how == _LENGTH else (_WIDTHS[how], at)
        if at + length > len(data):
            raise _ForeignError(f"field {number} has {length:,} bytes, of which {len(data) - at:,} are there")
        yield number, data[at : at + length]
        at += length


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number that begins there, and where the next thing begins."""
    if at < len(data) and data[at] < 0x80:  # most are of one byte
        return data[at], at + 1
    number = 0
    for place, byte in enumerate(data[at : at + _LONGEST_VARINT]):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            if number >> 64:
                break
            return number, at + place + 1
    raise _ForeignError("a number in it does not end, or is longer than 64 bits")
