"""What a release was measured at: figures and spreads by measurement, as JSON in docs/performance, and the tables written from it.

`python -m bench WHAT … --keep` puts what it has measured in place of what was kept of it for this release, and writes the tables.
`python -m bench.kept` writes them without measuring anything.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.figures import Figure, Spread, table
from bench.growth import grown
from bench.model_pages import between

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "performance"
LOADS, README = FOLDER / "README.md", ROOT / "README.md"
# Whose promises stand in the README, in its order; what is not kept is left out.
IN_README = ("lists-25m", "per-film-25m", "fold-in-25m", "put-25m", "memory", "swap", "load", "publish", "endpoint", "page")
Kept = dict[str, dict[str, Any]]


def release() -> str:
    """The version that is measured."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def keep(measured: dict[str, tuple[list[Figure], list[Spread]]], provenance: list[str], folder: Path = FOLDER) -> None:
    """What was measured, by the name of the measurement, in place of what was kept under it for this release; the others stay."""
    file = folder / f"{release()}.json"
    kept: Kept = json.loads(file.read_text()) if file.exists() else {}
    for name, (figures, spreads) in measured.items():
        kept[name] = {
            "measured": provenance,
            "figures": [asdict(figure) for figure in figures],
            "spreads": [asdict(spread) for spread in spreads],
        }
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(dict(sorted(kept.items())), indent=1, ensure_ascii=False) + "\n")


def releases(folder: Path = FOLDER) -> dict[str, Kept]:
    """All that is kept, by release, the newest first."""
    files = sorted(folder.glob("*.json"), key=lambda file: [int(part) for part in file.stem.split(".")], reverse=True)
    return {file.stem: json.loads(file.read_text()) for file in files}


def in_readme(kept: Kept) -> str:
    """The promised figures of one release as a table, and with what they were measured."""
    shown = [name for name in IN_README if name in kept]
    figures = [figure for name in shown for each in kept[name]["figures"] if (figure := Figure(**each)).is_met is not None]
    if not figures:
        return "Nothing of it is kept for this release yet."
    machines = dict.fromkeys(", ".join(_day_and_machine(kept[name]["measured"])) for name in shown)
    return "\n".join([table(figures), "", *machines])


def loads(kept: dict[str, Kept]) -> str:
    """Milliseconds of everything that was measured many times, a line for each release, so that they can be compared; then the machines."""
    rows = ["| what | release | p50 | p95 | p99 | highest | times | measured |", "|---|---|---|---|---|---|---|---|"]
    found = [
        ((name, spread["what"]), version, spread, each["measured"])
        for version, names in kept.items()
        for name, each in names.items()
        for spread in each["spreads"]
    ]
    order = list(dict.fromkeys(what for what, *_ in found))
    for (name, what), version, spread, measured in sorted(found, key=lambda each: order.index(each[0])):
        figures = " | ".join(f"{spread[label]:.2f} ms" for label in ("p50", "p95", "p99", "highest"))
        rows.append(f"| `{name}`: {what} | {version} | {figures} | {spread['times']:,} | {_day_and_machine(measured)[0]} |")
    machines = dict.fromkeys(f"{version}: {_day_and_machine(measured)[1]}" for _, version, _, measured in found)
    return "\n".join([*rows, "", *machines])


def growths(kept: dict[str, Kept]) -> str:
    """How cost grew with the ratings, of the newest release of which that is kept."""
    for version, names in kept.items():
        if "growth" in names:
            told = grown([Figure(**each) for each in names["growth"]["figures"]])
            return f"Release {version}. {', '.join(_day_and_machine(names['growth']['measured']))}\n\n{told}"
    return "Nothing of it is kept yet."


def write() -> None:
    """All tables, from what is kept."""
    kept = releases()
    page = between(LOADS.read_text(), "loads", lambda _: loads(kept))
    LOADS.write_text(between(page, "growth", lambda _: growths(kept)))
    README.write_text(between(README.read_text(), "figures", lambda _: in_readme(kept.get(release(), {}))))


def _day_and_machine(provenance: list[str]) -> tuple[str, str]:
    """Of what `bench.machine` said of itself: the day, and the machine in words."""
    moment, _, machine = provenance[0].partition(", ")
    return " ".join(moment.split()[:3]), machine


if __name__ == "__main__":
    write()
