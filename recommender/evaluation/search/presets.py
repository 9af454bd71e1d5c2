"""Spaces with a name: our own, one for each recipe, and those of the papers under the names they gave their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from recommender.errors import InvalidInputError
from recommender.evaluation.search.methods import BAYES, GRID, RANDOM
from recommender.evaluation.search.space import LINEAR, LOG, Choice, Range, Space
from recommender.models import Parameters, recipes

AROUND = 4.0  # times as little and times as much as a recipe's own value is looked at where there is no preset
NOT_SEARCHED = ("seed", "most_", "least_", "longest_")  # what bounds work, or is chance, begins so


@dataclass(frozen=True, slots=True)
class Preset:
    """A space for a recipe. split, measure, method: what it was made for; a measure left out is the split's own.

    ours: what the recipe calls a parameter that the source calls otherwise, the likeliest name first.
    """

    name: str
    recipe: str
    says: str
    space: Space
    split: str = "newest"
    measure: str = ""
    method: str = RANDOM
    ours: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def for_recipe(self, known: Parameters) -> tuple[dict[str, Choice | Range], list[str]]:
        """The space in the recipe's own names, and the source's names of parameters that it does not have."""
        found: dict[str, Choice | Range] = {}
        missing = []
        for name, values in self.space.items():
            own = next((each for each in (name, *self.ours.get(name, ())) if each in known), None)
            if own is None:
                missing.append(name)
            else:
                found[own] = values
        return found, missing


def _whole(low: float, high: float, scale: str = LINEAR) -> Range:
    return Range(low, high, scale, whole=True)


_FM = Preset(
    "fm-paper",
    "fm-sgd",
    "the papers' tuning job: a factorisation machine that tells liked from not liked",
    {
        "feature_dim": Choice((2625,)),
        "mini_batch_size": _whole(50, 3000),
        "epochs": _whole(50, 500),
        "num_factors": Choice((64,)),
    },
    split="folds",
    measure="accuracy",
    method=BAYES,
)
_PRESETS = (
    Preset(
        "user-cosine",
        "user-cosine",
        "how many neighbours, and how little a few of them weigh",
        {"n_neighbours": _whole(10, 200, LOG), "damping": Range(2, 500, LOG)},
    ),
    Preset(
        "user-cosine-stars",
        "user-cosine",
        "the same for predicted stars",
        {"n_raters": _whole(10, 200, LOG), "rater_damping": Range(0.1, 10, LOG), "own_damping": Range(0.5, 50, LOG)},
        split="folds",
    ),
    Preset(
        "user-knn",
        "user-knn",
        "how many raters speak of a film, and of how many at least",
        {"n_neighbours": _whole(50, 200, LOG), "least_neighbours": _whole(1, 50, LOG)},
    ),
    Preset("popular", "popular", "how many votes make a film well liked", {"cut_off": Range(0.5, 0.99)}),
    Preset(
        "ease",
        "ease",
        "regularisation, and how much a long history and a high rating weigh",
        {"regularisation": Range(20, 2000, LOG), "user_damping": Range(0, 1), "liking": Range(0, 0.5)},
    ),
    Preset(
        "item-cosine",
        "item-cosine",
        "how many films alike, how little likeness among few weighs, and how much a high rating",
        {"n_neighbours": _whole(10, 300, LOG), "shrinkage": Range(1, 300, LOG), "liking": Range(0, 0.5)},
    ),
    Preset(
        "ordered",
        "ordered",
        "how fast films of before fade",
        {
            "recent_steps": Range(0.5, 5, LOG),
            "lasting_steps": Range(5, 80, LOG),
            "lasting_weight": Range(0, 1),
            "target_steps": Range(1, 10, LOG),
            "backward_weight": Range(0, 1),
            "regularisation": Range(30, 2000, LOG),
        },
    ),
    Preset(
        "session-knn",
        "session-knn",
        "how many neighbours, and how fast what was watched before and around fades",
        {
            "n_neighbours": _whole(20, 400, LOG),
            "recent_steps": Range(1, 10, LOG),
            "near_steps": Range(2, 20, LOG),
            "backward_weight": Range(0, 1),
            "popularity_damping": Range(0, 1),
        },
    ),
    Preset(
        "als",
        "als",
        "how many factors, what holds them back, and how much films not rated and high ratings weigh",
        {
            "n_factors": _whole(16, 128, LOG),
            "regularisation": Range(0.003, 0.1, LOG),
            "frequency": Range(0, 1),
            "unobserved": Range(0.05, 1, LOG),
            "liking": Range(0, 0.3),
        },
    ),
    Preset(
        "als-paper",
        "als",
        "the papers' grid for ALS, by cross-validated RMSE",
        {"rank": Choice((10, 50, 100, 150)), "reg_param": Choice((0.01, 0.05, 0.1, 0.15))},
        split="folds",
        method=GRID,
        ours={"rank": ("star_factors", "n_factors"), "reg_param": ("star_regularisation", "regularisation")},
    ),
    Preset(
        "spark-als",
        "spark-als",
        "how many factors, what holds them back, and how much surer a star makes",
        {"n_factors": _whole(8, 128, LOG), "regularisation": Range(0.01, 1, LOG), "alpha": Range(0.1, 40, LOG)},
    ),
    Preset(
        "spark-als-paper",
        "spark-als",
        "the same grid for Spark's own ALS",
        {"rank": Choice((10, 50, 100, 150)), "reg_param": Choice((0.01, 0.05, 0.1, 0.15)), "implicit_prefs": Choice((0,))},
        split="folds",
        method=GRID,
        ours={"rank": ("n_factors",), "reg_param": ("regularisation",), "implicit_prefs": ("implicit",)},
    ),
    _FM,
    Preset(
        "fm-sgd",
        "fm-sgd",
        "how many factors, what they cost, and how often it goes through all ratings",
        {
            "num_factors": _whole(4, 64, LOG),
            "epochs": _whole(10, 500, LOG),
            "linear_regularisation": Range(0.2, 10, LOG),
            "factors_regularisation": Range(1, 30, LOG),
        },
        split="folds",
        measure="accuracy",
    ),
    Preset(
        "classifier",
        "classifier",
        "how large the network is, how fast it learns, how much is left out meanwhile and how often people are looked at",
        {
            "n_factors": _whole(16, 64, LOG),
            "hidden_dimension": _whole(32, 128, LOG),
            "learning_rate": Range(0.002, 0.01, LOG),
            "dropout": Range(0, 0.5),
            "n_visits": _whole(2, 8, LOG),
        },
        measure="auc",
    ),
    Preset(
        "sequence",
        "sequence",
        "the three of Amazon's HRNN, in its ranges",
        {"recency_mask": Choice((0, 1)), "hidden_dimension": _whole(32, 256), "bptt": _whole(2, 32)},
    ),
)
BY_NAME = {preset.name: preset for preset in _PRESETS}
PRESETS = tuple(BY_NAME)


def known_preset(name: str) -> Preset:
    """The preset of that name, if its recipe is one of ours; else InvalidInputError."""
    if name not in BY_NAME:
        raise InvalidInputError("preset", name, f"{', '.join(PRESETS[:-1])} or {PRESETS[-1]}")
    preset = BY_NAME[name]
    if preset.recipe not in recipes.BY_NAME:
        raise InvalidInputError(
            "preset", name, f"one for an installed recipe ({', '.join(recipes.RECIPES)}); this one is for {preset.recipe}"
        )
    return preset


def for_recipe(recipe: str) -> Preset:
    """The preset of the recipe's own name, or one around its own values where there is none."""
    if recipe in BY_NAME:
        return BY_NAME[recipe]
    space = {
        name: _around(value) for name, value in recipes.BY_NAME[recipe].defaults.items() if value > 0 and not name.startswith(NOT_SEARCHED)
    }
    if not space:
        raise InvalidInputError("recipe", recipe, "one with parameters to search for, or give them with --space")
    return Preset(recipe, recipe, f"{AROUND:g} times less to {AROUND:g} times more than {recipe}'s own values", space)


def _around(value: float) -> Choice | Range:
    """Of a share of one no more than one."""
    if isinstance(value, int):
        return _whole(max(1, value // AROUND), value * AROUND, LOG)
    return Range(value / AROUND, min(value * AROUND, 1.0) if value <= 1 else value * AROUND, LOG)
