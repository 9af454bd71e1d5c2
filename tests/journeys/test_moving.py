"""Moving house and back in short form; `make proof-migrate` does it with ml-latest-small and 200 people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.moving import PLACES, prove
from tests.worlds import data_set_of, two_tastes


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_who_moves_away_and_back_finds_every_list_and_rating_byte_for_byte(
    place: Callable[[Path], tuple[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moto_url: str,
    amazon_environment: Callable[[str], None],
) -> None:
    monkeypatch.chdir(tmp_path)
    amazon_environment(moto_url)

    assert "byte for byte the same there and back" in prove(data_set_of(two_tastes()), 20, place, tmp_path)
