"""python -m bench.model_figures [--data NAME] [--split NAME] [--recipe A,B]: measures the recipes and writes docs/models anew.

Each recipe goes through each split in a `matinee evaluate` of its own, and what came of it is in docs/models/figures.json as soon as it is
there: a run that was stopped has lost one recipe, and a later one of a single recipe changes its figures alone. `--pages` measures
nothing and writes the tables of the pages from the file.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.figures import say
from bench.model_pages import FIGURES, MEASURES, PARTS, SPLITS, Figures, read_figures, write_pages
from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.domain import Movie, MovieId
from recommender.models import PredictsStars, recipes

MATINEE = Path(sys.executable).with_name("matinee")


def main(arguments: Sequence[str]) -> int:
    """Measures what is asked for, and writes the pages; 1 if an evaluation fails."""
    asked = _parser().parse_args(arguments)
    figures = read_figures()
    for data in [] if asked.pages else asked.data or list(SPLITS):
        for split in asked.split or SPLITS[data]:
            for recipe in asked.recipe or trainable():
                if split == "folds" and not predicts_stars(recipe):
                    continue
                say(f"{data}, {split}, {recipe}")
                done = subprocess.run(_evaluation(data, split, recipe), stdout=subprocess.PIPE, text=True, check=False)
                if done.returncode:
                    return 1
                keep(figures, data, split, recipe, json.loads(done.stdout))
                FIGURES.write_text(as_text(figures))
    for page in write_pages(figures):
        say(f"{page} is new.")
    return 0


def trainable() -> list[str]:
    """The recipes that can be fitted here; says which cannot."""
    missing = {recipe: recipes.what_is_missing(recipe) for recipe in recipes.RECIPES}
    for recipe, what in missing.items():
        if what:
            say(f"{recipe} is left out: {what}")
    return [recipe for recipe, what in missing.items() if not what]


def keep(figures: Figures, data: str, split: str, recipe: str, told: dict[str, Any]) -> None:
    """Put what `matinee evaluate --json` told of the recipe in its place, in place of what was there."""
    groups = told["groups"]
    of_parts = {part: groups[part][recipe] for part in PARTS if part in groups} or {"": told["recipes"][recipe]}
    of_data = figures.setdefault(data, {})
    of_data.setdefault(split, {})[recipe] = {
        "date": told["date"],
        "matinee": told["matinee"],
        "seconds": told["seconds"][recipe],
        "parts": {part: _kept(of_measure) for part, of_measure in of_parts.items()},
    }


def predicts_stars(recipe: str) -> bool:
    """Whether its models do: tried on the smallest data there are."""
    one = np.array([1], dtype=np.int32)
    ratings = RatingTable(one, one, np.array([8], dtype=np.uint8), np.array([1], dtype=np.int64))
    films = Catalogue.of([CatalogueEntry(Movie(MovieId(1), "Heat", 1995))])
    return isinstance(recipes.fit(recipe, RatingMatrix.of(ratings, films.movie_ids), films), PredictsStars)


def as_text(figures: Figures) -> str:
    """In one order, whoever was measured first, and with a line for each measure, so that a change is seen where it is."""
    ordered = {
        data: {
            split: {recipe: figures[data][split][recipe] for recipe in recipes.RECIPES if recipe in figures[data][split]}
            for split in SPLITS[data]
            if split in figures[data]
        }
        for data in SPLITS
        if data in figures
    }
    return json.dumps(ordered, indent=1) + "\n"


def _kept(of_measure: dict[str, dict[str, float | None]]) -> dict[str, dict[str, float]]:
    found = {}
    for measure in MEASURES:
        figure = of_measure.get(measure)
        if figure and figure["n"] and figure["mean"] is not None and math.isfinite(figure["mean"]):
            found[measure] = {"mean": round(figure["mean"], 5), "error": round(figure["error"] or 0.0, 5), "n": int(figure["n"])}
    return found


def _evaluation(data: str, split: str, recipe: str) -> list[str]:
    folder = os.environ.get("MATINEE_TEST_DATA", "")
    place = str(Path(folder) / data) if folder else data
    return [str(MATINEE), "evaluate", "--data", place, "--split", split, "--recipe", recipe, "--json"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make figures", description=__doc__)
    splits = sorted({split for of_data in SPLITS.values() for split in of_data})
    parser.add_argument("--data", action="append", choices=list(SPLITS), help="one data set; may be given twice")
    parser.add_argument("--split", action="append", choices=splits, help="one split; may be given several times")
    parser.add_argument("--recipe", type=lambda names: [recipes.known_recipe(name) for name in names.split(",")], help="some recipes")
    parser.add_argument("--pages", action="store_true", help="measure nothing, write the pages")
    return parser


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
