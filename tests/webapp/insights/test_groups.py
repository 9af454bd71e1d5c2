"""The group of viewers that somebody is nearest to, as the page tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from recommender import training
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs
from recommender.storage.profiles import open_profiles
from recommender.taste_profile import TasteProfile
from tests.webapp.accounts.conftest import Browser
from tests.webapp.insights.test_insights import ALICE, HERSELF, words
from tests.worlds import data_set_of, two_tastes

WHOLE_BAR = 'match-bar-part" d="M0 0h100v4H0z"'


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of two tastes of sixty viewers."""
    folder = tmp_path_factory.mktemp("sixty")
    blobs, profiles = open_blobs(f"file://{folder / 'blobs'}"), open_profiles(f"sqlite://{folder / 'at-training.sqlite3'}")
    data = data_set_of(two_tastes(n_users=60))
    training.train(data, blobs, profiles, recipe="user-cosine", parameters={"n_neighbours": 5}, source="a small world")
    profiles.close()
    return folder


@pytest.fixture
def recommender(trained: Path, var_settings: Settings) -> Iterator[Recommender]:
    profiles = open_profiles(var_settings.profiles_url)
    recommender = Recommender(var_settings, open_blobs(f"file://{trained / 'blobs'}"), profiles)
    yield recommender
    recommender.close()


def rate(recommender: Recommender, n: int) -> TasteProfile:
    """The first films, as somebody who loves odd ones."""
    for film in range(1, n + 1):
        recommender.rate(ALICE, film, 5 if film % 2 else 1, asker=HERSELF)
    return recommender.taste_profile(ALICE, asker=HERSELF)


def groups_on(page: str) -> str:
    """What the section on groups is drawn with."""
    return page.partition('aria-labelledby="groups"')[2].partition("</section>")[0]


def test_the_nearest_group_is_named_by_its_films_with_how_alike_it_is(alice: Browser, recommender: Recommender) -> None:
    first = rate(recommender, 10).groups[0]

    section = groups_on(alice.get("/me/taste/").text)
    text = words(section)

    assert "Viewers fall into three groups" in text
    sentence = text.partition("You are ")[2].partition(f"{round(first.likeness * 100)} alike")[0]
    for movie in first.typical:
        assert sentence.count(movie.title) == 2  # in the sentence, and at the bar
    assert section.count('<svg class="match-bar"') == 3
    assert section.count(WHOLE_BAR) == section.partition(WHOLE_BAR)[0].count('class="nearest"') == 1


def test_films_typical_of_it_and_new_to_the_person_follow_with_their_posters(alice: Browser, recommender: Recommender) -> None:
    profile = rate(recommender, 10)

    shelf = groups_on(alice.get("/me/taste/").text).partition('id="group-films"')[2]

    assert profile.group_films
    assert re.findall(r'href="/films?/(\d+)', shelf) == [str(movie.movie_id) for movie in profile.group_films]
    assert shelf.count('class="poster') == len(profile.group_films)


def test_between_two_groups_both_are_named(alice: Browser, recommender: Recommender, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = rate(recommender, 10)
    first, second, third = profile.groups
    for likeness, sentence in ((0.9, "You are between two of them: those of"), (0.89, "You are nearest to those of")):
        close = (replace(first, likeness=1.0), replace(second, likeness=likeness), third)
        monkeypatch.setattr(recommender, "taste_profile", lambda *_, close=close, **__: replace(profile, groups=close))

        assert sentence in words(groups_on(alice.get("/me/taste/").text))


def test_whoever_has_rated_what_no_group_has_is_near_to_none(
    alice: Browser, recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = rate(recommender, 10)
    far = tuple(replace(group, likeness=0.0) for group in profile.groups)
    monkeypatch.setattr(recommender, "taste_profile", lambda *_, **__: replace(profile, groups=far))

    section = groups_on(alice.get("/me/taste/").text)

    assert "You are near to none of them yet" in section
    assert 'class="nearest"' not in section
    assert 'id="group-films"' not in section


def test_with_four_ratings_nothing_is_said_of_groups(alice: Browser, recommender: Recommender) -> None:
    rate(recommender, 4)

    assert 'id="groups"' not in alice.get("/me/taste/").text
