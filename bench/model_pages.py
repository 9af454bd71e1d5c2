"""The tables in docs/models: parameters from the recipes' defaults, figures from docs/models/figures.json, written between markers.

Everything else on the pages is prose, and stays. In a table of names, the last column is prose too: what is said there of a recipe or of a
parameter is kept as long as its name is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from recommender.models import recipes

FOLDER = Path(__file__).parents[1] / "docs" / "models"
FIGURES = FOLDER / "figures.json"
INDEX = FOLDER / "README.md"
SPLITS = {
    "ml-latest-small": ("newest", "newest-liked", "last", "rolling"),
    "ml-100k": ("newest", "rolling", "strangers", "folds"),
}
MAIN = {"strangers": "ndcg@100", "folds": "rmse"}  # else ndcg@10
OF_LISTS = ("ndcg@10", "mrr@25", "precision@10", "hit@10", "recall@25", "novelty@10", "diversity@10", "coverage")
MEASURES = (*OF_LISTS, "ndcg@5", "ndcg@25", "ndcg@100", "capped-recall@20", "capped-recall@50", "auc", "rmse", "mae")
PARTS = ("warm", "cold")
BESIDE = ("popular", "user-cosine")
NOT_YET = "Not measured yet; `make figures` does it."

# By data, split and recipe: date, matinee, seconds, and parts: by group of people ("" for all), then measure: mean, error, n.
Figures = dict[str, dict[str, dict[str, dict[str, Any]]]]


def read_figures() -> Figures:
    """What was measured; nothing where there is no file yet."""
    found: Figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    return found


def write_pages(figures: Figures) -> list[Path]:
    """Brings the tables of all pages that are there up to date; those that have changed."""
    changed = []
    for page in [INDEX, *(page_of(name) for name in recipes.RECIPES if page_of(name).exists())]:
        before = page.read_text()
        after = written(page, before, figures)
        if after != before:
            page.write_text(after)
            changed.append(page)
    return changed


def page_of(recipe: str) -> Path:
    return FOLDER / f"{recipe}.md"


def written(page: Path, text: str, figures: Figures) -> str:
    """The page's text with its tables as they should be."""
    if page == INDEX:
        text = between(text, "recipes", _recipes)
        return between(text, "measured", lambda _: _all_measured(figures))
    recipe = recipes.BY_NAME[page.stem]
    text = between(text, "parameters", lambda old: _parameters(recipe.defaults, old))
    return between(text, "measured", lambda _: _measured(recipe.name, figures))


def between(text: str, name: str, table: Callable[[str], str]) -> str:
    """The text with what `table` makes of what stood between the two markers of the name; ValueError where they are not there."""
    old = block(text, name)
    return text.replace(f"<!-- {name} -->\n{old}<", f"<!-- {name} -->\n{table(old).strip()}\n<", 1)


def block(text: str, name: str) -> str:
    """What stands between the two markers of the name; ValueError where they are not there."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- end of {name} -->", text, re.DOTALL)
    if not found:
        raise ValueError(f"There are no markers <!-- {name} --> and <!-- end of {name} -->.")
    return found[1]


def kept(old: str) -> dict[str, str]:
    """What the last column of a table says, by the name in its first."""
    rows = re.findall(r"^\| \[?`([^`]+)`.*\| (.*) \|$", old, re.MULTILINE)
    return dict(rows)


def _parameters(defaults: Mapping[str, float], old: str) -> str:
    meaning = kept(old)
    rows = [(f"`{name}`", f"{value:g}", meaning.get(name, "")) for name, value in defaults.items()]
    return _table(("parameter", "default", "meaning"), rows)


def _recipes(old: str) -> str:
    when = kept(old)
    rows = [(f"[`{name}`]({name}.md)", recipe.says, when.get(name, "")) for name, recipe in recipes.BY_NAME.items()]
    return _table(("recipe", "lists", "when"), rows)


def _measured(recipe: str, figures: Figures) -> str:
    """Two tables: the main measure of each split, beside BESIDE; and what else is known of its lists."""
    main, lists = [], []
    others = [name for name in BESIDE if name != recipe]
    for data, split, part in _rows(figures):
        own = _figures(figures, data, split, recipe, part)
        if not own:
            continue
        measure = MAIN.get(split, "ndcg@10")
        fitted = figures[data][split][recipe]["seconds"]
        beside = [told(_figures(figures, data, split, name, part).get(measure)) for name in others]
        main.append((data, _place(split, part), f"`{measure}`", f"{own[measure]['n']:,}", told(own[measure]), *beside, f"{fitted:.2g} s"))
        if split != "folds":
            lists.append((f"{data}, {_place(split, part)}", *(told(own.get(name), error=False) for name in OF_LISTS[1:])))
    if not main:
        return NOT_YET
    heads = ("data", "split", "measure", "people or folds", f"`{recipe}`", *(f"`{name}`" for name in others), "fitting")
    tables = [_table(heads, main)]
    if lists:
        tables.append(_table(("lists", *(f"`{name}`" for name in OF_LISTS[1:])), lists))
    return "\n\n".join(tables)


def _all_measured(figures: Figures) -> str:
    """For each data set a table: a row for each recipe, a column for each split's main measure, the best mean in bold."""
    tables = []
    for data, splits in SPLITS.items():
        places = [(split, part) for of_data, split, part in _rows(figures) if of_data == data]
        names = [name for name in recipes.RECIPES if any(_figures(figures, data, *place_of(name, at)) for at in places)]
        if not names:
            continue
        heads = [f"{_place(split, part)}, `{MAIN.get(split, 'ndcg@10')}`" for split, part in places]
        best = {at: _best([_mean(figures, data, name, at) for name in names], lowest=at[0] == "folds") for at in places}
        rows = []
        for name in names:
            cells = []
            for at in places:
                cell = told(_figures(figures, data, at[0], name, at[1]).get(MAIN.get(at[0], "ndcg@10")))
                cells.append(f"**{cell}**" if cell and _mean(figures, data, name, at) == best[at] else cell)
            rows.append((f"[`{name}`]({name}.md)", *cells))
        missing = [split for split in splits if split not in figures.get(data, {})]
        tables.append(f"**{data}**\n\n{_table(('recipe', *heads), rows)}")
        if missing:
            tables.append(f"Not measured yet: {', '.join(missing)}.")
    return "\n\n".join(tables) or NOT_YET


def place_of(recipe: str, at: tuple[str, str]) -> tuple[str, str, str]:
    return at[0], recipe, at[1]


def _rows(figures: Figures) -> list[tuple[str, str, str]]:
    """Data, split and group of people of all that was measured, in the order of SPLITS."""
    found = []
    for data, splits in SPLITS.items():
        for split in splits:
            parts = {part for cell in figures.get(data, {}).get(split, {}).values() for part in cell["parts"]}
            found += [(data, split, part) for part in ("", *PARTS) if part in parts]
    return found


def _figures(figures: Figures, data: str, split: str, recipe: str, part: str) -> dict[str, dict[str, float]]:
    """By measure; empty where it was not measured, or the main measure says nothing."""
    cell = figures.get(data, {}).get(split, {}).get(recipe, {})
    found: dict[str, dict[str, float]] = cell.get("parts", {}).get(part, {})
    return found if MAIN.get(split, "ndcg@10") in found else {}


def _mean(figures: Figures, data: str, recipe: str, at: tuple[str, str]) -> float | None:
    found = _figures(figures, data, at[0], recipe, at[1]).get(MAIN.get(at[0], "ndcg@10"))
    return found["mean"] if found else None


def _best(means: Sequence[float | None], *, lowest: bool) -> float | None:
    known = [mean for mean in means if mean is not None]
    return (min if lowest else max)(known) if len(known) > 1 else None


def _place(split: str, part: str) -> str:
    return f"{split}, {part}" if part else split


def told(figure: Mapping[str, float] | None, *, error: bool = True) -> str:
    """A figure as papers print it: no zero before the point, the standard error behind ±; empty where there is none."""
    if figure is None:
        return ""
    mean = f"{figure['mean']:.4f}".removeprefix("0")
    return f"{mean} ±{figure['error']:.4f}".replace("±0.", "±.") if error and figure["error"] else mean


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines).replace("| ---", "|---").replace("--- |", "---|")
