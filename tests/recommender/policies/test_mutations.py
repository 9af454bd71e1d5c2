"""Good policies cause no alarm; 50 that were made bad, one mistake each, cause one."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from recommender.policies import Place, examine, read_documents
from recommender.policies.least import least
from tests.deploy.stack import POLICIES
from tests.recommender.policies.mutations import MUTATIONS, mutated, with_a_slip

HERE = Path(__file__).parent
PLACE = Place("amzn-s3-demo-bucket", "123456789012", "us-east-1")


def _good() -> dict[str, Any]:
    """Name of a file → policy: such as AWS's guides show, those of the stack, and the least-privilege set."""
    files = [*sorted((HERE / "good").glob("*.json")), *sorted(POLICIES.glob("*.json"))]
    return {file.name: json.loads(file.read_text()) for file in files} | {name: json.loads(text) for name, text in least(PLACE).items()}


def _found(name: str, text: str) -> list[str]:
    return [finding.line() for finding in examine(read_documents([(name, text)]))]


def test_47_good_policies_cause_no_alarm() -> None:
    alarms = {name: found for name, body in _good().items() if (found := _found(name, json.dumps(body)))}

    assert len(_good()) == 47
    assert alarms == {}


@pytest.mark.parametrize("seed", range(10))
def test_at_least_48_of_50_mutated_policies_are_caught(seed: int) -> None:
    drawn = list(mutated(_good(), 50, seed))

    missed = [f"{kind} in {name}: {text[:2000]}" for kind, name, text in drawn if not _found(name, text)]

    assert len(drawn) == len(MUTATIONS) == 50
    assert len(missed) <= 2, f"{50 - len(missed)} of 50 caught; missed {missed}"


def test_of_2000_slips_of_the_finger_19_in_20_are_caught() -> None:
    """Wherever they fall: what is left are names of one's own, such as a table's, of which nobody knows how they are written."""
    rng = random.Random(7)
    texts = {name: json.dumps(body) for name, body in sorted(_good().items())}
    drawn = [(name, slipped) for name in [*texts] * 60 if (slipped := with_a_slip(texts[name], rng)) is not None][:2000]

    n_caught = sum(bool(_found(name, slipped)) for name, slipped in drawn)

    assert len(drawn) == 2000
    assert n_caught >= 1900, f"{n_caught} of 2000 caught"
