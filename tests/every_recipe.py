"""The recipes as parameters of tests."""

from __future__ import annotations

import pytest

from recommender.models import recipes

# All of them; the tests of those that learn by an extra are skipped where that is not installed.
FITTED = [pytest.param(name, marks=pytest.mark.neural) if recipe.needs else name for name, recipe in recipes.BY_NAME.items()]
