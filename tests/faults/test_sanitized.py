"""The kernels under the sanitizers, in the short form; the long one is `make proof-kernels`."""

from __future__ import annotations

import pytest

from tests.faults import sanitized

SHORT = "random and (generic or vnni)"

pytestmark = [
    pytest.mark.kernels,
    pytest.mark.skipif(bool(sanitized.why_not("gcc")), reason=f"{sanitized.why_not('gcc')}"),
]


def test_kernels_read_and_write_what_is_theirs() -> None:
    assert " passed" in sanitized.prove("gcc", "-k", SHORT)


def test_mistakes_would_be_seen() -> None:
    sanitized.plant("gcc")
