"""What the pipelines share."""

from __future__ import annotations

import importlib.util
import sys
import time
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

STEPS = Path(__file__).parents[2] / "examples" / "personalize" / "steps.py"


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, loaded from its file as the scripts beside it do."""
    spec = importlib.util.spec_from_file_location("steps", STEPS)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "steps", module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("takes", "late", "asked"), [(0.5, 0.2, 5), (40, 3, 90), (3600, 20.1, 300)])
def test_what_is_done_is_noticed_soon_and_asked_for_seldom(
    steps: ModuleType, monkeypatch: pytest.MonkeyPatch, takes: float, late: float, asked: int
) -> None:
    clock, times = [1000.0], count(1)

    def describe() -> dict[str, Any]:
        return {"status": "ACTIVE" if clock[0] - 1000 >= takes else "CREATE IN_PROGRESS", "asked": next(times)}

    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    found = steps.wait_until_active(describe)

    assert clock[0] - 1000 - takes <= late
    assert found["asked"] <= asked


def test_what_has_failed_says_why(steps: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"^CREATE FAILED: row 3 is damaged$"):
        steps.wait_until_active(lambda: {"status": "CREATE FAILED", "failureReason": "row 3 is damaged"})
