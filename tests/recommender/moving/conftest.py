"""A house that somebody has lived in, and the commands that carry it elsewhere."""

from __future__ import annotations

import shutil
from dataclasses import fields, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recommender import training
from recommender.cli import main
from recommender.domain import HIDDEN, WATCHLIST, Asker, Change, FilmMark, Household, Member, Movie, MovieId, Session
from recommender.serving import Recommender
from recommender.settings import Settings, variable
from recommender.storage.accounts.kept import Accounts
from recommender.storage.blobs import open_blobs
from recommender.storage.profiles import open_profiles
from tests.recommender.moving.life import ALICE, BOB, CAROL, Matinee
from tests.worlds import data_set_of, two_tastes


@pytest.fixture(scope="session")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The var folder of a house with two models, and with Alice, who signs in, Bob, whose list is void, and Carol, who has left."""
    var = tmp_path_factory.mktemp("lived-in")
    settings = Settings(profiles_url=f"sqlite://{var / 'matinee.sqlite3'}", blobs_url=f"file://{var / 'blobs'}")
    blobs, profiles = open_blobs(settings.blobs_url), open_profiles(settings.profiles_url)
    for _ in range(2):
        training.train(data_set_of(two_tastes()), blobs, profiles, recipe="user-cosine", parameters={"n_neighbours": 5})
    recommender = Recommender(settings, blobs, profiles)
    for number in range(3):
        user_id, token = recommender.new_person(shared=number == 0)
        for movie_id in range(1, 8, 2):
            recommender.rate(user_id, movie_id, 4.5, asker=Asker(token))
    profiles.unrate(BOB, 1)
    profiles.change(ALICE, Change(marks=(FilmMark(ALICE, MovieId(2), WATCHLIST, 0),)))
    profiles.change(BOB, Change(marks=(FilmMark(BOB, MovieId(2), HIDDEN, 0),)))
    for who, title in ((ALICE, "Home Video"), (CAROL, "Who Knows")):
        profiles.add_film(Movie(MovieId(0), title, 2026, ("Drama",)), "https://example.org", by=who, now=0)
    profiles.forget_person(CAROL)
    accounts = Accounts(profiles.entries)
    assert accounts.begin(Household(ALICE, "Alice", "a hash", 0, (Member(ALICE, "Alice"),)))
    assert accounts.new_session(Session("digest", ALICE, ALICE, 0, 0, 2_000_000_000), 0)
    recommender.close()
    return var


@pytest.fixture
def var(tmp_path: Path, lived_in: Path) -> Path:
    """A var folder of this test's own, lived in."""
    return Path(shutil.copytree(lived_in, tmp_path / "var"))


@pytest.fixture
def house(var_settings: Settings) -> Settings:
    """The settings of the house that was lived in."""
    return var_settings


@pytest.fixture
def elsewhere(tmp_path: Path, house: Settings) -> Settings:
    """Where nothing is yet."""
    there = tmp_path / "elsewhere"
    return replace(house, profiles_url=f"sqlite://{there / 'people.sqlite3'}", blobs_url=f"file://{there / 'blobs'}")


@pytest.fixture
def matinee(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Matinee:
    """Runs a command with settings, in a folder of its own."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    def run(settings: Settings, *arguments: object, typed: str = "") -> Result:
        given = {variable(f.name): str(getattr(settings, f.name)) for f in fields(settings) if getattr(settings, f.name) != f.default}
        return CliRunner().invoke(main, [str(each) for each in arguments], env=given, input=typed)

    return run
