"""python -m bench [lists fold-in put … scale] [--data PATH]; `make bench` also installs the peers."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import asking, endpoint, fold_in, lists, load, peers, personalize, put, scale, search, skill, synthetic, turning
from bench.figures import Figure, MismatchError, say, table
from bench.machine import provenance

ALL = ("lists", "fold-in", "put", "endpoint", "skill", "search")
LONG = ("asking", "turning", "personalize", "load", "put-25m", "scale")


def main(arguments: list[str]) -> int:
    """Measures what is asked for; 1 if lists differ, however fast they were, or if the peers are not there."""
    asked = _parser().parse_args(arguments)
    names = asked.what or [*ALL, *(LONG if asked.long else [])]
    if "lists" in names and not peers.PYTHON.exists():
        sys.stderr.write(f"The programs to compare with are not installed: there is no {peers.PYTHON}. `make bench` installs them.\n")
        return 1
    for sentence in provenance():
        say(sentence)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as temporary:
        data = asked.data
        if data is None and {"asking", "turning", "personalize", "fold-in", "put", "endpoint"} & set(names):
            data = synthetic.write_data_set("100k", Path(temporary) / "synthetic-100k")
        rounds: dict[str, Callable[[], list[Figure]]] = {
            "lists": lambda: lists.measure(runs=3 if asked.quick else 5),
            "fold-in": lambda: fold_in.measure(data, times=200 if asked.quick else 1000),
            "put": lambda: put.measure(data, times=200 if asked.quick else 1000),
            "endpoint": lambda: endpoint.measure(data, rounds=3 if asked.quick else 15),
            "skill": lambda: skill.measure(Path(temporary), times=5 if asked.quick else 15, turns=500 if asked.quick else 2000),
            "search": lambda: search.measure(times=500 if asked.quick else 2000),
            "asking": lambda: asking.measure(data),
            "personalize": lambda: personalize.measure(data, rounds=3 if asked.quick else 15, events=100 if asked.quick else 300),
            "turning": lambda: turning.measure(data),
            "put-25m": lambda: put.measure(
                synthetic.write_data_set("25m", Path(temporary) / "put-25m"),
                times=200 if asked.quick else 1000,
                limit=put.LIMIT_OF_MILLIONS,
            ),
            "load": lambda: load.figures(synthetic.write_data_set("25m", Path(temporary) / "25m")),
            "scale": lambda: scale.measure(
                Path(temporary), many=100_000 if asked.quick else 1_000_000, reads=2_000 if asked.quick else 10_000
            ),
        }
        for name in names:
            say("")
            try:
                figures += rounds[name]()
            except MismatchError as error:
                sys.stderr.write(f"{name}: {error}\nNo time is told of what is not the same.\n")
                return 1
    say("\n" + table(figures))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures Matinee against its peers and limits.")
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        choices=[*ALL, *LONG, []],
        help=f"{', '.join(ALL)}, {' or '.join(LONG)}; all but the last six if none is named",
    )
    parser.add_argument(
        "--data",
        type=Path,
        help="the data set for asking, turning, personalize, fold-in, put and endpoint, such as ml-latest-small; made up if none is named",
    )
    parser.add_argument(
        "--long",
        action="store_true",
        help="asking, turning, personalize, load, put-25m and scale too: 25 million ratings, a million lists, some minutes each",
    )
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
