"""The API in every way that its document allows, in the short form; the long one is `make proof-api`."""

from __future__ import annotations

import os

import pytest

from tests.journeys import any_call


@pytest.fixture(autouse=True)
def _everything_at_hand() -> None:
    if not any_call.SCHEMATHESIS.exists():
        missing = "no schemathesis in .api-venv; run `make api-tools`"
        if os.environ.get("CI"):
            pytest.fail(f"CI is set, but there is {missing}")
        pytest.skip(f"there is {missing}")


def test_every_kind_of_call_is_answered_as_the_document_says_and_writes_are_reached() -> None:
    verdict = any_call.prove(1, phases="examples,coverage")

    assert verdict.exit_code == 0, verdict
    assert verdict.n_errors == 0, verdict
    assert verdict.n_writes > 20, verdict
