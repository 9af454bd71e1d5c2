"""An import that is undone has not been, whatever the person said before and whatever the file said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender import training
from recommender.domain import FILM_MARKS, Asker, Change, FilmMark, MovieId, Opinions, Rating, UserId
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs
from tests.webapp.fake_recommender import UnsyncedProfiles
from tests.worlds import data_set_of, two_tastes

NOW = 1_780_000_000
FILM, TIME, STARS = st.integers(1, 30), st.integers(0, NOW), st.integers(1, 10).map(lambda halves: halves / 2)
SAID = st.tuples(
    st.dictionaries(FILM, st.tuples(STARS, TIME), max_size=20),
    st.dictionaries(st.tuples(FILM, st.sampled_from(FILM_MARKS)), TIME, max_size=20),
)
EXAMPLES = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    folder: Path = tmp_path_factory.mktemp("along")
    blobs, profiles = open_blobs(f"file://{folder / 'blobs'}"), UnsyncedProfiles(folder / "people.sqlite3")
    training.train(data_set_of(two_tastes()), blobs, profiles, recipe="user-cosine", parameters={"n_neighbours": 5}, source="two tastes")
    yield Recommender(Settings(secret_key="a key for tests alone, not a secret"), blobs, profiles, now=lambda: NOW)
    profiles.close()


Said = tuple[dict[int, tuple[float, int]], dict[tuple[int, str], int]]


def somebody(site: Recommender, said: Said = ({}, {})) -> tuple[UserId, Asker]:
    user_id, _ = site.new_person()
    ratings = tuple(Rating(user_id, MovieId(film), stars, at) for film, (stars, at) in said[0].items())
    marks = tuple(FilmMark(user_id, MovieId(film), kind, at) for (film, kind), at in said[1].items())
    site._profiles.change(user_id, Change(ratings=ratings, marks=marks))
    return user_id, Asker(member=user_id)


def words(opinions: Opinions) -> tuple[dict[int, tuple[float, int]], dict[tuple[int, str], int]]:
    ratings = {rating.movie_id: (rating.stars, rating.rated_at) for rating in opinions.ratings}
    return ratings, {(mark.movie_id, mark.kind): mark.marked_at for mark in opinions.marks}  # type: ignore[return-value]


@EXAMPLES
@given(before=SAID, brought=SAID)
def test_an_import_that_is_undone_has_not_been(site: Recommender, before: Said, brought: Said) -> None:
    other, others = somebody(site, brought)
    user_id, asker = somebody(site, before)
    if not (brought[0] or brought[1]):
        return
    file = site.exports.take_out(other, "csv", asker=others)

    draft = site.imports.begin(user_id, file.name, file.content, asker=asker)
    site.imports.save(user_id, draft.import_id, asker=asker)
    both = words(site._profiles.opinions(user_id))
    undone = site.imports.undo(user_id, draft.import_id, asker=asker)

    assert both[0].keys() == before[0].keys() | brought[0].keys()
    assert both[1] == {**brought[1], **before[1]}
    assert words(site._profiles.opinions(user_id)) == before
    assert undone.stayed == ()
