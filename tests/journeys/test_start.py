"""From a blank browser to a list of one's own: scripted viewers who answer as they did in the data, over the real server."""

from __future__ import annotations

import csv
import http.cookiejar
import re
import statistics
import time
import urllib.parse
import urllib.request
from collections import defaultdict
from pathlib import Path

import pytest

from tests.browser.site import Site, running_site

N_VIEWERS = 20
ANSWERS = 5  # of each viewer
PAUSE = 3.0  # seconds in which a person looks at a film and chooses
BLANK_TO_PERSONAL = 45.0  # seconds, for the viewer in the middle
LIST_FOLLOWS = 0.1  # seconds from an answer to the page with the new list

Stars = dict[int, str]  # as a form sends them


class Viewer:
    """A browser of their own; the answers are those of the data."""

    def __init__(self, site: Site, stars: Stars) -> None:
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)
        self._opener.addheaders = [("Sec-Fetch-Site", "same-origin"), ("Accept", "text/html")]
        self._address, self._stars = f"{site.address}/start/", stars
        self.page = self._fetch()

    def answer(self) -> tuple[bool, float]:
        """Whether it was stars, and the seconds until the next page was there."""
        film = int(_first(r'name="film" value="(\d+)"', self.page))
        said = {"rating": self._stars[film]} if film in self._stars else {"answer": "unseen"}
        start = time.perf_counter()
        self.page = self._fetch({"film": str(film), **said})
        return film in self._stars, time.perf_counter() - start

    @property
    def films(self) -> list[str]:
        """The list beside the question."""
        return re.findall(r'href="/film/(\d+)"><span class="so-far-place"', self.page)

    @property
    def is_personal(self) -> bool:
        return "Your list by now" in self.page

    def _fetch(self, form: dict[str, str] | None = None) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        with self._opener.open(self._address, data, timeout=30) as answer:
            return str(answer.read().decode())


def _first(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found, f"no {pattern} on the page"
    return found[1]


@pytest.mark.data
def test_a_blank_browser_has_a_list_of_its_own_after_three_answers_that_follows_each(ml_latest_small: Path, var: Path) -> None:
    by_viewer: dict[int, Stars] = defaultdict(dict)
    with (ml_latest_small / "ratings.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            by_viewer[int(row["userId"])][int(row["movieId"])] = row["rating"]
    viewers = [by_viewer[number] for number in range(30, 30 * (N_VIEWERS + 1), 30)]
    seconds: list[float] = []
    questions: list[int] = []
    unchanged = 0
    with running_site(var, ml_latest_small) as site:
        for stars in viewers:
            viewer, answers, asked = Viewer(site, stars), 0, 0
            while answers < min(ANSWERS, len(stars)) and asked < 60:
                before = viewer.films
                is_answer, took = viewer.answer()
                seconds.append(took)
                asked += 1
                answers += is_answer
                unchanged += is_answer and viewer.films == before
                if is_answer and answers == 3:
                    questions.append(asked)
                assert viewer.is_personal == (answers > 0)

    seconds.sort()
    print(f"answer → new page: p50 {seconds[len(seconds) // 2] * 1000:.0f} ms, p95 {seconds[int(len(seconds) * 0.95)] * 1000:.0f} ms")
    print(f"questions to three answers: {sorted(questions)}; lists that an answer did not change: {unchanged}")
    assert unchanged == 0
    assert len(questions) >= N_VIEWERS * 0.9
    assert statistics.median(questions) * PAUSE <= BLANK_TO_PERSONAL
    assert statistics.median(seconds) <= LIST_FOLLOWS  # p95 is this too where nothing else is at work
