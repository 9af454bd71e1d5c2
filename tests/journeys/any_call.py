"""Every call that the API's document allows, and many that it does not: schemathesis with all its checks against a real site.

python -m tests.journeys.any_call --calls 200        the site as it is: no failures
python -m tests.journeys.any_call --calls 100 --planted "an undocumented status"     mistakes that must be found

The calls bring a person's token, and most of them are about that person and films that there are, so that writes are reached; the rest is
about nobody's numbers. Which calls were answered how is counted at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.browser.site import Site, running_site
from tests.faults.planting import sitecustomize

ROOT = Path(__file__).parents[2]
SCHEMATHESIS = ROOT / ".api-venv" / "bin" / "st"
SEED = 580
REFUSALS = (400, 401, 403, 404, 405, 406, 409, 413, 414, 415)  # schemathesis' own list lacks 413 and 414, which the document names
WRITES = ("PUT", "DELETE")
# Mistakes in the site, which the checks must find.
PLANTED = {
    "an undocumented status": """
from recommender.errors import UnknownMovieError
from recommender.serving import Recommender
search = Recommender.search
def picky(self, query, n=20):
    if len(query) > 20:
        raise UnknownMovieError(1)
    return search(self, query, n)
Recommender.search = picky
""",
    "a broken promise of the form": """
from dataclasses import replace
from recommender.serving import Recommender
movie = Recommender.movie
def dateless(self, movie_id):
    found = movie(self, movie_id)
    return replace(found, movie=replace(found.movie, year=str(found.movie.year)))
Recommender.movie = dateless
""",
    "an error that nobody caught": """
from recommender.serving import Recommender
unmark = Recommender.unmark
def broken(self, user_id, movie_id, kind, **named):
    return unmark(self, user_id, movie_id, kind, **named) if kind != 'aside' else 1 / 0
Recommender.unmark = broken
""",
    "no token asked for": """
from recommender.access import Access
Access._owns = lambda self, user_id, asker, scope: True
""",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """exit_code: schemathesis' own, 0 without failures. said: what it printed. answered: calls by method and class of status."""

    exit_code: int
    said: str
    answered: Mapping[tuple[str, str], int]

    @property
    def n_writes(self) -> int:
        """Changes that were taken."""
        return sum(n for (method, status), n in self.answered.items() if method in WRITES and status == "2xx")

    @property
    def n_errors(self) -> int:
        """Answers that say that the site is at fault."""
        return sum(n for (_, status), n in self.answered.items() if status == "5xx")

    def __str__(self) -> str:
        counts = ", ".join(f"{n} {method} {status}" for (method, status), n in sorted(self.answered.items()))
        return f"{self.said}\nanswered: {counts}; {self.n_writes} changes taken, {self.n_errors} errors of the site"


def prove(n_calls: int, *, planted: str = "", phases: str = "", seed: int = SEED) -> Verdict:
    """Make at most so many calls of each operation in each phase, and count what came of them. phases: of schemathesis; empty for all."""
    with tempfile.TemporaryDirectory() as name:
        var = Path(name)
        (var / "planted").mkdir()
        (var / "planted" / "sitecustomize.py").write_text(sitecustomize(PLANTED[planted]) if planted else "")
        with running_site(var, None, cloud={"PYTHONPATH": str(var / "planted")} if planted else None, retrain_after="1000000") as site:
            said = _called(site, var, n_calls, phases, seed)
        lines = re.findall(r"method=(\w+) route=\S+ status=(\d)", (var / "serve.log").read_text())
    return Verdict(said.returncode, said.stdout, Counter((method, f"{status}xx") for method, status in lines))


def _called(site: Site, folder: Path, n_calls: int, phases: str, seed: int) -> subprocess.CompletedProcess[str]:
    number, token = re.findall(r"^\w+ +(\S+)$", site.matinee("profile", "new"), re.MULTILINE)
    with urllib.request.urlopen(f"{site.address}/api/v1/movies/well-liked?n=50", timeout=30) as answer:
        films = [film["movie_id"] for film in json.load(answer)["items"]]
    configuration = folder / "schemathesis.toml"
    configuration.write_text(
        f'hooks = "any_call_hooks"\nheaders = {{ Authorization = "Bearer {token}" }}\n'
        f"[checks.negative_data_rejection]\nexpected-statuses = {list(REFUSALS)}\n"
    )
    command = [SCHEMATHESIS, "--config-file", configuration, "run", f"{site.address}/openapi.json", "--checks", "all"]
    command += ["--max-examples", str(n_calls), "--seed", str(seed), "--warnings", "off", *(["--phases", phases] if phases else [])]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(Path(__file__).parent),
        "PERSON": number,
        "FILMS": json.dumps(films),
        "NO_COLOR": "1",
    }
    return subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(description="Calls the API in every way that its document allows, and in others.")
    parser.add_argument("--calls", type=int, default=100, help="of each operation in each phase, at most")
    parser.add_argument("--planted", choices=list(PLANTED), default="", help="plant a mistake, which must be found")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    verdict = prove(asked.calls, planted=asked.planted, seed=asked.seed)
    print(verdict)
    holds = verdict.exit_code == 1 if asked.planted else verdict.exit_code == 0 and verdict.n_writes > 0 and not verdict.n_errors
    print("as it should be" if holds else "NOT as it should be")
    sys.exit(not holds)


if __name__ == "__main__":
    main()
