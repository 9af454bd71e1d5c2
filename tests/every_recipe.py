"""The recipes as parameters of tests."""

from __future__ import annotations

import pytest

from recommender import neural_extra
from recommender.models import recipes


def _marks(name: str) -> list[pytest.MarkDecorator]:
    if neural_extra.TORCH in recipes.BY_NAME[name].needs:
        return [pytest.mark.neural]
    missing = recipes.what_is_missing(name)
    return [pytest.mark.skipif(missing is not None, reason=f"{name} cannot be fitted here: {missing}")]


# All of them; the tests of those that learn by an extra are skipped where that is not installed.
FITTED = [pytest.param(name, marks=_marks(name)) for name in recipes.RECIPES]
