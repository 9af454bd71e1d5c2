"""What a person sees in a terminal while something is under way."""

from __future__ import annotations

import io
import sys

import pytest

from recommender.terminal import Bars


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, screen: io.StringIO) -> str:
    """What stands on the screen after two stages that can be counted and one that cannot between them."""
    monkeypatch.setattr(sys, "stderr", screen)
    with Bars() as bars:
        bars("reading", 0, 100)
        bars.rows_read(25_000_095)
        bars("reading", 50, 100)
        assert bars._bar is not None
        bars._bar.refresh()
        bars("snapshot", 0, 0)
        bars("lists", 1, 4)
    return screen.getvalue()


def test_a_terminal_shows_rows_a_share_and_the_name_of_what_cannot_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    told = shown(monkeypatch, _Terminal())

    assert "25,000,095 rows" in told
    assert "50%" in told
    assert "snapshot …" in told
    assert "lists" in told


def test_what_is_no_terminal_stays_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, io.StringIO()) == ""
