"""The same over S3 and DynamoDB, where a change is many writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from recommender import training
from recommender.domain import HIDDEN, SEEN, WATCHLIST, Change, FilmMark, MovieId, Rating
from recommender.importing import forget_imports
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import create_blobs, open_blobs
from recommender.storage.profiles import create_profiles, open_profiles
from tests.recommender.importing.conftest import NOW
from tests.recommender.importing.files import LETTERBOXD, new_person, taken_over, themself
from tests.worlds import data_set_of, two_tastes


@pytest.fixture
def on_aws(
    moto_url: str, amazon_environment: Callable[[str], None], var_settings: Settings, tmp_path: Path
) -> Iterator[tuple[Recommender, Settings]]:
    amazon_environment(moto_url)
    settings = replace(
        var_settings, profiles_url="dynamodb://imports", blobs_url="s3://imports/matinee", cache_folder=str(tmp_path / "cache")
    )
    create_blobs(settings.blobs_url)
    create_profiles(settings.profiles_url)
    blobs = open_blobs(settings.blobs_url, cache_folder=settings.cache_folder, patient=True)
    profiles = open_profiles(settings.profiles_url, patient=True)
    data = data_set_of(two_tastes())
    training.train(data, blobs, profiles, recipe="user-cosine", parameters={"n_neighbours": 5}, source=data.name)
    yield Recommender(settings, blobs, profiles, now=lambda: NOW), settings
    profiles.close()


def test_an_import_is_saved_and_taken_back_there_too(on_aws: tuple[Recommender, Settings]) -> None:
    recommender, settings = on_aws
    blobs, profiles = (
        open_blobs(settings.blobs_url, cache_folder=settings.cache_folder, patient=True),
        open_profiles(settings.profiles_url, patient=True),
    )
    person = new_person(profiles)
    marks = tuple(FilmMark(person, MovieId(k), kind, 70 + k) for k, kind in ((3, HIDDEN), (5, WATCHLIST), (6, SEEN)))
    profiles.change(person, Change((Rating(person, MovieId(1), 2.5, 77), Rating(person, MovieId(4), 4.0, 78)), marks=marks))
    before, list_before = profiles.opinions(person), recommender.list_for(person, asker=themself(person)).movies

    receipt = taken_over(recommender.imports, person, "letterboxd.zip", LETTERBOXD)
    assert {r.movie_id: r.stars for r in profiles.opinions(person).ratings} == {1: 5.0, 2: 0.5, 4: 4.0}
    recommender.imports.undo(person, receipt.import_id, asker=themself(person))

    after = profiles.opinions(person)
    assert (after.ratings, set(after.marks)) == (before.ratings, set(before.marks))
    assert after.rev > receipt.rev > before.rev
    assert recommender.list_for(person, asker=themself(person)).movies == list_before
    assert len(recommender.imports.receipts(person, asker=themself(person))) == 1
    forget_imports(blobs, person)
    assert blobs.list(f"imports/{person}/") == blobs.list("import-drafts/") == []
    profiles.close()
