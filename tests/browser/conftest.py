"""One site and one Chromium for all tests of pages; where there is no browser they are skipped, or fail if `--require-browser` says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import checks
from tests.browser.checks import Theme
from tests.browser.chromium import chromium, what_is_missing
from tests.browser.site import Site, SiteError, running_site
from tests.browser.states import Facts, facts_of

expect.set_options(timeout=20_000)  # milliseconds: what is looked for comes in the end, also on a machine that is busy with other things


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def _everything_at_hand(request: pytest.FixtureRequest) -> None:
    if missing := what_is_missing():
        if request.config.getoption("--require-browser"):
            pytest.fail(f"--require-browser was given, but there is {missing}")
        pytest.skip(f"there is {missing}")


@pytest.fixture(scope="session")
def site(_everything_at_hand: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The real site on ml-latest-small where the tests have it, else on the built-in sample."""
    folder = os.environ.get("MATINEE_TEST_DATA", "")
    data = Path(folder) / "ml-latest-small" if folder else None
    try:
        with running_site(tmp_path_factory.mktemp("site"), data if data and data.is_dir() else None) as site:
            yield site
    except SiteError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def facts(site: Site) -> Facts:
    """What to try on this site."""
    return facts_of(site)


@pytest.fixture(scope="module")
def browser(_everything_at_hand: None) -> Iterator[Browser]:
    """A Chromium for this file's tests; Playwright's event loop ends with it, before tests elsewhere want one of their own."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def looks(request: pytest.FixtureRequest) -> Callable[[int], list[tuple[Theme, int]]]:
    """Of a page's number among its like: how it is looked at. With `--long` in both themes on both widths, else crosswise."""
    return partial(checks.looks, all_of_them=request.config.getoption("--long"))
