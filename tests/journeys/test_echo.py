"""The Echo and the site over one store: Table I said to both drivers, and one list on every surface a moment after a rating."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from alexa_skill.titles import spoken
from recommender.domain import Movie, MovieId
from tests.browser.site import Site, running_site
from tests.stand_ins import environment_for

ROOT = Path(__file__).parents[2]
ECHO = Path(sys.executable).with_name("matinee-echo")
VIRTUAL_ALEXA = ROOT / "node_modules" / "virtual-alexa"
MODEL = ROOT / "alexa_skill" / "skill-package" / "interactionModels" / "custom" / "en-US.json"
VIEWER, NOBODY = 580, 9999  # a viewer of the built-in sample, and a number that nobody has
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]

SENTENCES = (
    "open movie",
    "request movies",
    f"my id is {VIEWER} and i want three movies",
    f"my id is {NOBODY} and i want three movies",
    f"my id is {VIEWER} and i want twenty five movies",
    "stop",
)


@pytest.fixture(scope="module", params=["SQLite", "DynamoDB"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site on the built-in sample, whose address the skill knows."""
    var = tmp_path_factory.mktemp("echo")
    if request.param == "SQLite":
        with running_site(var, None) as site:
            yield _known_to_the_skill(site)
        return
    cloud = environment_for(request.getfixturevalue("ministack_url"))
    table = "movie-of-the-echo"
    create = [Path(sys.executable).with_name("matinee"), "create-stores"]
    settings = {"MATINEE_PROFILES_URL": f"dynamodb://{table}", "MATINEE_BLOBS_URL": f"file://{var / 'blobs'}"}
    subprocess.run(create, env={"PATH": os.environ["PATH"], **cloud, **settings}, cwd=var, check=True, capture_output=True)
    with running_site(var, None, cloud=cloud, profiles_url=f"dynamodb://{table}") as site:
        yield _known_to_the_skill(site)


def _known_to_the_skill(site: Site) -> Site:
    site.environment["MATINEE_SITE_URL"] = site.address
    return site


def list_of(site: Site, user_id: int, n: int) -> list[Movie]:
    """The films of the API's JSON, in its order."""
    with urllib.request.urlopen(f"{site.address}/api/v1/users/{user_id}/recommendations?n={n}", timeout=30) as answer:
        return [Movie(MovieId(item["movie_id"]), item["title"], item["year"]) for item in json.load(answer)["items"]]


def said_list(films: list[Movie]) -> str:
    """Table I's list in words."""
    named = [f"the {ORDINALS[place]} one is {spoken(film)}" for place, film in enumerate(films)]
    return f"I would like to recommend you the following movies. T{', '.join(named[:-1])[1:]}, and {named[-1]}. That's it. Enjoy yourself."


def table_one(site: Site) -> list[str]:
    """What has to be heard to each of SENTENCES; what stands behind it is a question that keeps the session open."""
    return [
        "Welcome to the movie recommendation system. what can I do for you?",
        "Ok cool. Please tell me your ID and how many movies do you want?",
        said_list(list_of(site, VIEWER, 3)),
        "Thanks for using, but sorry, I can't find your record in the database, please visit our website first.",
        "Thanks for using, but sorry, you could just get 10 movies at most from Echo, please visit our website for more. "
        + said_list(list_of(site, VIEWER, 10)),
        "Thank you for using the movie skill. See you next time!",
    ]


def echo(site: Site, *sentences: str) -> list[dict[str, Any]]:
    """What `matinee-echo` hears to each."""
    said = [part for sentence in sentences for part in ("--say", sentence)]
    done = subprocess.run([ECHO, "--json", *said], env=site.environment, capture_output=True, text=True, timeout=60, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@contextmanager
def listening_echo(site: Site) -> Iterator[str]:
    """The handler behind plain HTTP; its address."""
    with subprocess.Popen(
        [ECHO, "--listen", "0"], env=site.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            assert server.stdout
            found = next(address for line in server.stdout if (address := re.search(r"POST requests to (http://\S+)", line)))
            yield found[1]
        finally:
            server.terminate()


def test_table_one_is_heard_word_for_word(site: Site) -> None:
    heard = echo(site, *SENTENCES)

    for exchange, right in zip(heard, table_one(site), strict=True):
        assert exchange["speech"].startswith(right)
        assert exchange["findings"] == []
    assert [exchange["ends"] for exchange in heard] == [False] * 5 + [True]
    assert heard[0]["speech"] == table_one(site)[0]
    assert heard[1]["speech"] == table_one(site)[1]
    assert heard[5]["speech"] == table_one(site)[5]


@pytest.mark.skipif(not (VIRTUAL_ALEXA.exists() and shutil.which("node")), reason="no virtual-alexa; run `make browser-tools`")
def test_table_one_is_heard_word_for_word_through_a_driver_of_others(site: Site) -> None:
    with listening_echo(site) as url:
        done = subprocess.run(
            ["node", ROOT / "tests" / "alexa_skill" / "virtual_alexa.js", url, MODEL, *SENTENCES],
            env={"PATH": os.environ["PATH"], "NODE_PATH": str(ROOT / "node_modules")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == 0, done.stderr
    heard = [json.loads(line) for line in done.stdout.splitlines()]
    for exchange, right in zip(heard, table_one(site), strict=True):
        assert exchange["speech"].startswith(right)
    assert [exchange["ends"] for exchange in heard] == [False] * 5 + [True]


def test_after_a_rating_api_page_command_line_and_echo_say_the_same_films(site: Site) -> None:
    number, token = re.findall(r"^\w+ +(\S+)$", site.matinee("profile", "new", "--shared"), re.MULTILINE)
    before: list[Movie] = []
    for movie_id, stars in ((1, 5), (2, 4.5), (3, 1), (4, 5)):
        url = f"{site.address}/api/v1/users/{number}/ratings/{movie_id}"
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        rate = urllib.request.Request(url, json.dumps({"rating": stars}).encode(), headers, method="PUT")
        with urllib.request.urlopen(rate, timeout=30):
            rated_at = time.monotonic()

        films = list_of(site, int(number), 10)
        known_to_all_within = time.monotonic() - rated_at
        heard = echo(site, "open movie", f"my id is {number} and i want ten movies")[1]
        printed = json.loads(site.matinee("recommend", number, "--json"))

        assert [line["movie"]["movie_id"] for line in printed["movies"]] == [film.movie_id for film in films]
        assert heard["speech"].startswith(said_list(films))
        assert heard["milliseconds"] + known_to_all_within * 1000 < 1000
        page = site.get(f"/result/?user={number}&amount=10")[1]
        places = [page.index(f'href="/film/{film.movie_id}') for film in films]
        assert places == sorted(places)
        assert films != before
        before = films
