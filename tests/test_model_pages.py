"""The pages about the recipes say what the recipes are, and what was measured."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bench import model_figures
from bench.model_pages import (
    BESIDE,
    FIGURES,
    INDEX,
    MAIN,
    NOT_YET,
    SPLITS,
    Figures,
    between,
    block,
    kept,
    page_of,
    read_figures,
    told,
    written,
)
from recommender.models import recipes

PAGES = [INDEX, *(page_of(name) for name in recipes.RECIPES)]
HEADINGS = ("Formula", "Parameters", "Cost", "When it wins, and when it loses", "How its reasons add up", "Measured")


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_recipe_has_a_page_that_says_all_of_it(name: str) -> None:
    text = page_of(name).read_text()

    assert text.startswith(f"# `{name}`\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == list(HEADINGS)
    for said in ("**Source.**", "**Wins**", "**Loses**"):
        assert said in text, f"{name} does not say its {said}"


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_parameter_is_explained(name: str) -> None:
    meanings = kept(block(page_of(name).read_text(), "parameters"))

    for parameter in recipes.BY_NAME[name].defaults:
        assert meanings.get(parameter), f"docs/models/{name}.md does not say what {parameter} means"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_of_a_page_are_those_that_would_be_written(page: Any) -> None:
    assert page.read_text() == written(page, page.read_text(), read_figures()), "make figures ARGS=--pages writes them"


def test_the_index_says_when_to_use_each_recipe() -> None:
    when = kept(block(INDEX.read_text(), "recipes"))

    assert [name for name in recipes.RECIPES if not when.get(name)] == []


def test_no_page_is_left_of_a_recipe_that_is_no_more() -> None:
    assert {page.stem for page in INDEX.parent.glob("*.md")} == {INDEX.stem, *recipes.RECIPES}


def test_the_file_of_figures_is_as_the_measuring_writes_it() -> None:
    assert FIGURES.read_text() == model_figures.as_text(read_figures())


def test_a_default_that_changes_or_comes_is_seen() -> None:
    page = page_of("popular")
    other = page.read_text().replace("| 0.9 |", "| 0.8 |")

    assert other != page.read_text()
    assert written(page, other, read_figures()) == page.read_text()


def test_what_a_page_says_of_a_parameter_is_kept() -> None:
    page = page_of("popular")
    other = re.sub(r"(\| `cut_off` \| 0.9 \|).*\|", r"\1 something else |", page.read_text())

    assert "| `cut_off` | 0.9 | something else |" in written(page, other, read_figures())


def test_a_page_without_its_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="no markers <!-- measured -->"):
        between("# A page\n", "measured", lambda old: old)


def _evaluated(recipe: str, mean: float) -> dict[str, Any]:
    figure = {"mean": mean, "error": 0.012345678, "n": 65}
    nobody = {"mean": None, "error": None, "n": 0}
    of_measure = {"ndcg@10": figure, "mrr@25": nobody, "rewards@25": figure}
    return {"date": "2026-11-29", "matinee": "0.1.0", "seconds": {recipe: 1.25}, "recipes": {recipe: of_measure}, "groups": {}}


def test_figures_stand_on_the_page_beside_those_of_popular_and_user_cosine() -> None:
    figures: Figures = {}
    for recipe, mean in (("popular", 0.11), ("user-cosine", 0.17), ("timely", 0.262)):
        model_figures.keep(figures, "ml-latest-small", "newest", recipe, _evaluated(recipe, mean))

    page = written(page_of("timely"), page_of("timely").read_text(), figures)
    index = written(INDEX, INDEX.read_text(), figures)

    assert "| ml-latest-small | newest | `ndcg@10` | 65 | .2620 ±.0123 | .1100 ±.0123 | .1700 ±.0123 | 1.2 s |" in page
    assert "| [`timely`](timely.md) | **.2620 ±.0123** |" in index
    assert "| [`popular`](popular.md) | .1100 ±.0123 |" in index
    assert "Not measured yet: newest-liked, last, rolling." in index


def test_known_and_new_people_are_told_apart() -> None:
    told_of = _evaluated("recent", 0.3)
    told_of["groups"] = {"warm": told_of["recipes"], "cold": _evaluated("recent", 0.4)["recipes"], "under 20 ratings": told_of["recipes"]}
    figures: Figures = {}
    model_figures.keep(figures, "ml-100k", "rolling", "recent", told_of)

    page = written(page_of("recent"), page_of("recent").read_text(), figures)

    assert list(figures["ml-100k"]["rolling"]["recent"]["parts"]) == ["warm", "cold"]
    assert "| ml-100k | rolling, warm | `ndcg@10` | 65 | .3000 ±.0123 |" in page
    assert "| ml-100k | rolling, cold | `ndcg@10` | 65 | .4000 ±.0123 |" in page


def test_of_predicted_stars_the_lowest_error_is_the_best() -> None:
    figures: Figures = {}
    for recipe, mean in (("popular", 1.07), ("fm", 0.87)):
        told_of = _evaluated(recipe, mean)
        told_of["recipes"][recipe] = {"rmse": told_of["recipes"][recipe]["ndcg@10"]}
        model_figures.keep(figures, "ml-100k", "folds", recipe, told_of)

    assert "| [`fm`](fm.md) | **.8700 ±.0123** |" in written(INDEX, INDEX.read_text(), figures)


def test_a_recipe_that_was_not_measured_says_so() -> None:
    assert NOT_YET in written(page_of("ease"), page_of("ease").read_text(), {})


def test_a_figure_is_told_as_papers_print_it() -> None:
    assert told({"mean": 0.0436, "error": 0.0042, "n": 610}) == ".0436 ±.0042"
    assert told({"mean": 1.0713, "error": 0.0071, "n": 5}) == "1.0713 ±.0071"
    assert told({"mean": 0.5, "error": 0.0, "n": 5}) == ".5000"
    assert told(None) == ""


def test_predicted_stars_are_asked_only_of_recipes_that_predict_them() -> None:
    predicting = [name for name in ("user-cosine", "popular", "recent", "timely") if model_figures.predicts_stars(name)]

    assert predicting == ["user-cosine", "popular"]


def test_every_split_that_is_measured_has_a_main_measure_of_the_evaluation() -> None:
    assert set(MAIN) <= {split for splits in SPLITS.values() for split in splits}
    assert set(BESIDE) <= set(recipes.RECIPES)
