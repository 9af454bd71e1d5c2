"""Only one JSON object is a body, and everybody reads the same in it."""

import pytest

from webapp.personalize.bodies import parsed
from webapp.personalize.refusing import UnreadableError


def test_an_object_is_read_and_nothing_is_an_empty_one() -> None:
    assert parsed('{"name": "é", "emoji": "\\ud83c\\udfac", "n": 1.5}'.encode()) == {"name": "é", "emoji": "🎬", "n": 1.5}
    assert parsed(b"") == {}


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b"null",
        b'"films"',
        b"7",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"b": {"a": 1, "a": 1}}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"a": 1} {}',
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        parsed(data)
