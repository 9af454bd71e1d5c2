"""Every page and every state it can be in; the tests go through all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

import pytest

from tests.browser.site import Site

BABYLON_5 = 40697  # in ml-latest-small, and without a year there
UNKNOWN_VIEWER = 999_999  # below the numbers of own people, above those of every data set in the tests


@dataclass(frozen=True, slots=True)
class State:
    """path: with the names of Facts in braces. says: words this state must show."""

    name: str
    path: str
    status: int = 200
    says: str = ""

    def __str__(self) -> str:
        return self.name

    def at(self, facts: Facts) -> str:
        """The path on a site where these facts hold; the test is skipped where the data have no such case."""
        names = {field.name: getattr(facts, field.name) for field in fields(facts)}
        for name, value in names.items():
            if value is None and f"{{{name}}}" in self.path:
                pytest.skip(f"the data in use have no {name.replace('_', ' ')}")
        return self.path.format_map(names)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the data in use offer to try. newcomer: somebody who has rated nothing and lets others see the list."""

    viewer: int
    newcomer: int
    film: str
    film_without_year: str | None


STATES = [
    State("home", "/"),
    State("form", "/movies/"),
    State("form with what was typed", "/movies/?user=ten&amount=0"),
    State("form with genres chosen", "/movies/?user={viewer}&amount=10&with=Comedy&without=Drama"),
    State("result", "/result/?user={viewer}&amount=10"),
    State("result with genres chosen", "/result/?user={viewer}&amount=10&with=Comedy&without=Drama"),
    State("result that leaves no film", "/result/?user={viewer}&amount=10&with=Comedy&without=Comedy"),
    State("result of one film", "/result/?user={viewer}&amount=1"),
    State("result of fifty films", "/result/?user={viewer}&amount=50"),
    State("form with dials turned", "/movies/?user={viewer}&amount=10&explore=0.3&popularity=-0.5"),
    State("result that explores", "/result/?user={viewer}&amount=10&explore=0.5&diversity=0.3&popularity=-0.2", says="To try"),
    State("result that explores by itself", "/result/?user={viewer}&amount=10&explore=auto", says="By the breadth of the ratings"),
    State("explore 2", "/result/?user={viewer}&amount=10&explore=2", 400, "explore"),
    State("user 0", "/result/?user=0&amount=10", 400, "user id"),
    State("user -3", "/result/?user=-3&amount=10", 400, "user id"),
    State("user ten", "/result/?user=ten&amount=10", 400, "user id"),
    State("user 10⁹", "/result/?user=1000000000&amount=10", 404, "1000000000"),
    State("unknown user", f"/result/?user={UNKNOWN_VIEWER}&amount=10", 404, str(UNKNOWN_VIEWER)),
    State("amount 0", "/result/?user={viewer}&amount=0", 400, "amount"),
    State("amount -3", "/result/?user={viewer}&amount=-3", 400, "amount"),
    State("amount ten", "/result/?user={viewer}&amount=ten", 400, "amount"),
    State("amount 10⁹", "/result/?user={viewer}&amount=1000000000", 400, "amount"),
    State("unknown genre", "/result/?user={viewer}&amount=10&with=Nonsense", 400, "Nonsense"),
    State("list that is the same for everyone", "/result/?user={newcomer}&amount=10", says="the same for everyone"),
    State("film", "{film}"),
    State("film without a year", "{film_without_year}"),
    State("unknown film", "/film/999999999", 404),
    State("sum", "/why/1?user={viewer}"),
    State("sum of somebody else", "/why/1?user={newcomer}", 401),
    State("search with hits", "/search/?q=the"),
    State("search without hits", "/search/?q=zzxxyyqq"),
    State("search for nothing", "/search/?q="),
    State("start", "/start/", says="until the list is yours"),
    State("about", "/about/"),
    State("no such page", "/nowhere", 404),
    State("operator's door", "/operator/", says="Behind the screen"),
    State("sign up", "/sign-up/", says="A programme of your own"),
    State("sign in", "/sign-in/?next=/me/", says="Your seat, please"),
    State("Echo page", "/echo/", says="An Echo to type to"),
    State("API documents", "/api/docs", says="/api/v1/movies/{movie_id}/similar"),
]


def facts_of(site: Site) -> Facts:
    """Look at the site as a visitor would, and make a newcomer whose list others may see."""
    _, home = site.get("/")
    newcomer = re.search(r"\b1\d{6,}\b", site.matinee("profile", "new", "--shared"))
    assert newcomer, "matinee profile new printed no number"
    film = _first(r'href="(/[a-z]+/\d+[^"]*)"', home)
    film_without_year = re.sub(r"\d+", str(BABYLON_5), film)
    return Facts(
        viewer=int(_first(r"/result/\?user=(\d+)", home)),
        newcomer=int(newcomer[0]),
        film=film,
        film_without_year=film_without_year if site.get(film_without_year)[0] == 200 else None,
    )


def _first(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found, f"no {pattern} on the page"
    return found[1]
