"""python -m bench [WHAT …] [--long] [--quick] [--data PATH]; `make bench` also installs the peers. What there is stands in rounds.py."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench import kept, peers
from bench.figures import SPREADS, Figure, MismatchError, Spread, say, table
from bench.machine import provenance
from bench.rounds import ROUNDS, Given, chosen, described


def main(arguments: list[str]) -> int:
    """Measures what is asked for; 1 if lists differ, however fast they were, or if the peers are not there."""
    asked = _parser().parse_args(arguments)
    rounds = chosen(asked.what, long=asked.long)
    if any(each.peers for each in rounds) and not peers.PYTHON.exists():
        sys.stderr.write(f"The programs to compare with are not installed: there is no {peers.PYTHON}. `make bench` installs them.\n")
        return 1
    for sentence in (measured_on := provenance()):
        say(sentence)
    measured: dict[str, tuple[list[Figure], list[Spread]]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        given = Given(Path(temporary), asked.quick, asked.data)
        for each in rounds:
            say("")
            try:
                SPREADS.clear()
                measured[each.name] = each.measure(given), list(SPREADS)
                if asked.keep:
                    kept.keep({each.name: measured[each.name]}, measured_on)
            except MismatchError as error:
                sys.stderr.write(f"{each.name}: {error}\nNo time is told of what is not the same.\n")
                return 1
    say("\n" + table([figure for figures, _ in measured.values() for figure in figures]))
    if asked.keep:
        kept.write()
        say(f"Kept for release {kept.release()} in docs/performance, and written into its page and the README.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measures Matinee against its peers and limits.",
        epilog=f"What can be measured; all but the long ones if nothing is named:\n{described()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "what", nargs="*", metavar="WHAT", choices=[*(each.name for each in ROUNDS), []], help="one or several of those below"
    )
    parser.add_argument(
        "--data", type=Path, help="a data set, such as ml-latest-small, for what is not about a size; made up if none is named"
    )
    parser.add_argument("--long", action="store_true", help="the long ones too: 25 million ratings, a million lists, some minutes each")
    parser.add_argument("--keep", action="store_true", help="keep what is measured for this release, and write it into the README")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
