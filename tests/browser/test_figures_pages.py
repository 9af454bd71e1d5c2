"""The pages that `matinee evaluate` and `compare` write, opened from the disk: on a phone and wide, in both themes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from recommender.evaluation.comparison import Comparison
from recommender.figures_page import comparison_page, report_page
from tests.browser.checks import HEIGHT, NARROWEST, WIDTHS, Watch, axe_violations, html_findings, sideways
from tests.recommender.test_figures_page import report


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("figures")
    lists, windows = report(), report("rolling")
    pages = {
        "lists": report_page(lists),
        "windows": report_page(windows),
        "stars": report_page(report("folds")),
        "comparison": comparison_page(Comparison(lists, "user-cosine", "user-cosine:damping=0")),
        "comparison-of-windows": comparison_page(Comparison(windows, "popular", "user-cosine")),
    }
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page)
    return sorted(folder.glob("*.html"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_they_are_legible_to_everybody(browser: Browser, files: list[Path], theme: Literal["light", "dark"]) -> None:
    found = []
    with browser.new_context(color_scheme=theme) as context:
        page = context.new_page()
        watch = Watch(page, "")
        for file in files:
            page.goto(file.as_uri())
            for width in (NARROWEST, *WIDTHS):
                page.set_viewport_size({"width": width, "height": HEIGHT})
                found += [f"{file.name} at {width} px: {finding}" for finding in sideways(page)]
            found += [f"{file.name}: {finding}" for finding in axe_violations(page)]
        found += watch.console_errors + watch.foreign_requests
    assert not found, "\n".join(found)


@pytest.mark.usefixtures("_everything_at_hand")
def test_their_markup_is_sound(files: list[Path], tmp_path: Path) -> None:
    found = html_findings(files, tmp_path / "report.json")

    assert not found, "\n".join(found)
