"""What the README tells people to type, typed: its ``sh run`` blocks in one shell, beside a site of its own."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.site import running_site
from tests.worlds import two_tastes

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
RUNNABLE = re.findall(r"^```sh run\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?:\]\(|srcset=\"|src=\")([^)\"#]+)")


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README speaks to the API with curl, and there is none here")
def test_the_readmes_commands_do_what_it_says(tmp_path: Path) -> None:
    assert len(RUNNABLE) == 4
    var = tmp_path / "var"
    var.mkdir()
    data = tmp_path / "ml-latest-small"  # where a folder of the name is, it is not downloaded
    data.mkdir()
    (data / "ratings.csv").write_text(
        "userId,movieId,rating,timestamp\n" + "".join(f"{r.user_id},{r.movie_id},{r.stars},{r.rated_at}\n" for r in two_tastes())
    )
    (data / "movies.csv").write_text("movieId,title,genres\n" + "".join(f"{k},Film {k} ({1900 + k}),Drama\n" for k in range(1, 31)))

    with running_site(var, None) as site:
        script = "\necho === \n".join(RUNNABLE).replace("http://127.0.0.1:8000", site.address)
        environment = {**site.environment, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    assert ran.returncode == 0, ran.stderr
    lists, api, people, files = ran.stdout.split("===")
    assert "[" in lists.splitlines()[0]
    assert re.search(r"^number  100000\d$", lists, re.MULTILINE)
    told = _json_values(api)
    assert len(told) == 4
    assert [answer["rev"] for answer in told[1:]] == [1, 1, 2]
    assert "is readable by whoever knows the number" in people
    assert "is forgotten" in people
    assert "ndcg@10" in files
    assert len((tmp_path / "lists.csv").read_text().splitlines()) == 41
    stars = list(csv.DictReader(io.StringIO((tmp_path / "stars.csv").read_text())))
    assert [(row["user_id"], row["movie_id"]) for row in stars] == [("1", "2"), ("1", "30")]


def _json_values(text: str) -> list[dict[str, object]]:
    """JSON texts that follow each other."""
    found, decoder, rest = [], json.JSONDecoder(), text.strip()
    while rest:
        value, end = decoder.raw_decode(rest)
        found.append(value)
        rest = rest[end:].strip()
    return found


@pytest.mark.parametrize("document", sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]), ids=lambda path: path.name)
def test_what_a_document_links_to_is_there(document: Path) -> None:
    for target in LINK.findall(document.read_text()):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_the_tests_that_the_documents_name_are_there() -> None:
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    for document in (ROOT / "docs").rglob("*.md"):
        for name in re.findall(r"`(test_\w+)`", document.read_text()):
            assert f"def {name}(" in tests, f"{document.name} names {name}"


def test_a_decision_fits_on_a_page_and_has_its_four_parts() -> None:
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        text = page.read_text()
        assert re.match(rf"# {int(page.name[:4])}\. \S", text), page.name
        assert len(text.splitlines()) <= 30, page.name
        for part in ("Context", "Decision", "Instead of", "Cost"):
            assert f"**{part}.**" in text, f"{page.name} has no {part}"
