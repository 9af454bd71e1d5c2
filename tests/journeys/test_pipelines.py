"""The documents' pipelines run unchanged but for the endpoint, by the clients that people have.

Short form: two pipelines, each by another client than Matinee's own tests use; `make proof-pipelines` runs all of them by all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from recommender.ranking.exploration import explored_places
from tests.conftest import TEST_DATA
from tests.journeys import pipelines
from tests.journeys.pipelines import CLI, CLIENTS, TODAY, TWO_YEARS_AGO, Site

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def data() -> Path:
    """Real ratings, or none of this can be told."""
    folder = Path(TEST_DATA) / "ml-latest-small"
    if not TEST_DATA or not folder.exists():
        pytest.skip("needs ml-latest-small in MATINEE_TEST_DATA")
    return folder


@pytest.fixture(scope="module")
def at(moto_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of these tests' own."""
    with pipelines.site(moto_url, tmp_path_factory.mktemp("site")) as site:
        yield site


def other_clients(config: pytest.Config) -> None:
    if not (CLIENTS / "aws").exists():
        if config.getoption("--require-clients"):
            pytest.fail("--require-clients was given, but there is no .clients-venv; run `make client-tools`", pytrace=False)
        pytest.skip("no .clients-venv; run `make client-tools`")


def test_document_002_prints_its_list_of_user_586(at: Site, data: Path, request: pytest.FixtureRequest) -> None:
    other_clients(request.config)
    printed, _ = pipelines.run("fullstack", TWO_YEARS_AGO, at, data)

    assert "Before create the solution version" in printed
    assert "Recommendations for user:  586\nRecommendations size: 25\n" in printed
    titles = re.findall(r"^\d+ +(.+)$", printed.partition("OriginalRecs")[2].partition("\nstep")[0], re.MULTILINE)
    assert len(set(titles)) == 25
    assert {f"precision_at_{k}" for k in (5, 10, 25)} <= set(re.findall(r'"(\w+)":', printed))


@pytest.mark.slow
def test_document_000_explores_more_the_larger_the_weight(at: Site, data: Path) -> None:
    printed, _ = pipelines.run("lakehead", TODAY, at, data)

    lists = dict(
        re.findall(r"^User 580, exploration weight ([\d.]+), training.*\nRecommendation Movie +Genres\n((?:.+\n)+)", printed, re.MULTILINE)
    )
    assert list(lists) == ["0.1", "0.3", "0.6", "0.7", "0.9"]
    shown = {weight: [line[:60].strip() for line in text.splitlines()[:5]] for weight, text in lists.items()}
    same = [len(set(shown["0.1"]) & set(shown[weight])) for weight in shown]
    assert same[0] == 5
    assert same[-1] < same[0], f"nothing explored: {shown}"
    assert all(earlier >= later for earlier, later in pairwise(same)), f"more weight, less explored: {shown}"


def test_document_004_chooses_its_recipe_by_the_aws_cli(at: Site, data: Path, request: pytest.FixtureRequest) -> None:
    other_clients(request.config)
    printed, _ = pipelines.run("hrnn", CLI, at, data)

    assert re.search(r"^Trained: arn:aws:personalize:::recipe/aws-[a-z-]+$", printed, re.MULTILINE)
    for user in ("22", "6", "122"):
        rows = re.search(rf"^User {user}:\n((?:.+\n?){{10}})", printed, re.MULTILINE)
        assert rows, f"no list of user {user} in\n{printed}"
        scores = [float(row.split("\t")[1]) for row in rows[1].splitlines()[:10]]
        if "user-personalization" in printed:  # which explores by 0.3 where nothing is said: a film there was not placed by its score
            scores = [score for score, is_explored in zip(scores, explored_places(0.3, 10), strict=True) if not is_explored]
        assert scores == sorted(scores, reverse=True)


@pytest.mark.slow
@pytest.mark.parametrize("client", [TODAY, CLI])
def test_document_004_needs_no_bucket(at: Site, data: Path, request: pytest.FixtureRequest, client: str) -> None:
    if client == CLI:
        other_clients(request.config)
    printed, _ = pipelines.run("hrnn", client, at, data, in_folder=True)

    assert (at.folder / "personalize_interactions_fixed.csv").exists()
    assert re.search(r"^(Trained|The recipe chosen): arn:aws:personalize:::recipe/aws-[a-z-]+$", printed, re.MULTILINE)
