"""Programs of others on the same task, each in the environment of requirements-bench.txt and in a process of its own."""

from __future__ import annotations

from pathlib import Path

PYTHON = Path(__file__).parents[2] / ".bench-venv" / "bin" / "python"
