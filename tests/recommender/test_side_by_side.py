"""Any two versions side by side: what differs, what was measured of both, and what each would show a viewer."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from recommender import publication, training, versions
from recommender.domain import FIRST_OWN_USER_ID
from recommender.errors import InvalidInputError, RefusedModelError
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.side_by_side import IN_FORCE, KEPT, SideBySide, Versions
from recommender.storage.blobs import Blobs, open_blobs
from recommender.storage.profiles import Profiles, open_profiles
from recommender.versions import MAIN, MEASURES, VERSIONS
from tests.recommender.test_promotion import tastes_in_time, train
from tests.worlds import data_set_of

WORLD = data_set_of(tastes_in_time(), n_movies=60)


@pytest.fixture(scope="module")
def trained_twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The var folder of a site whose second version asks five neighbours instead of twenty."""
    var = tmp_path_factory.mktemp("trained-twice")
    blobs, profiles = open_blobs(f"file://{var / 'blobs'}"), open_profiles(f"sqlite://{var / 'matinee.sqlite3'}")
    train(WORLD, blobs, profiles, n_neighbours=20)
    train(WORLD, blobs, profiles, n_neighbours=5)
    profiles.close()
    return var


@pytest.fixture
def var(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder of this test's own; trained twice for those who ask for that."""
    folder = tmp_path / "var"
    if "twice" in request.fixturenames:
        shutil.copytree(request.getfixturevalue("trained_twice"), folder)
    return folder


@pytest.fixture
def twice(blobs: Blobs, profiles: Profiles, var_settings: Settings) -> Recommender:
    return Recommender(var_settings, blobs, profiles)


def compared(recommender: Recommender, viewer: int | None = None) -> SideBySide:
    newest, before = (each.version.version for each in recommender.versions.known()[:2])
    return recommender.versions.side_by_side(before, newest, viewer)


def test_the_versions_are_named_newest_first_with_where_they_stand(twice: Recommender, blobs: Blobs, profiles: Profiles) -> None:
    assert [each.standing for each in twice.versions.known()] == [IN_FORCE, KEPT]

    train(WORLD, blobs, profiles, n_neighbours=6)
    later = Recommender(twice.settings, blobs, profiles).versions.known()

    assert [each.standing for each in later] == [IN_FORCE, KEPT, ""]
    assert [each.version.parameters["n_neighbours"] for each in later] == [6, 5, 20]


def test_after_a_roll_back_the_other_is_in_force(twice: Recommender, blobs: Blobs, profiles: Profiles) -> None:
    training.roll_back(blobs, profiles)

    known = Recommender(twice.settings, blobs, profiles).versions.known()

    assert [each.standing for each in known] == [KEPT, IN_FORCE]


def test_the_parameters_that_differ_come_first(twice: Recommender) -> None:
    first, *rest = compared(twice).parameters

    assert (first.name, first.one, first.other, first.differs) == ("n_neighbours", 20, 5, True)
    assert rest
    assert not any(parameter.differs for parameter in rest)


def test_every_measure_stands_there_with_its_paired_difference(twice: Recommender) -> None:
    rows = compared(twice).rows

    assert [row.measure for row in rows] == list(MEASURES)
    assert rows[0].measure == MAIN
    assert [row.measure for row in rows if not row.has_better] == ["novelty@10", "diversity@10", "popularity@10"]
    for row in rows:
        assert row.one
        assert row.other
        assert row.difference
        assert row.difference.n == 60
        assert row.difference.mean == pytest.approx(row.other.mean - row.one.mean, abs=2e-5)


def test_the_lists_are_those_that_each_version_shows(twice: Recommender, blobs: Blobs, profiles: Profiles) -> None:
    lists = compared(twice, viewer=3).lists
    shown_now = [line.movie for line in twice.list_for(3).movies]
    training.roll_back(blobs, profiles)
    shown_before = [line.movie for line in Recommender(twice.settings, blobs, profiles).list_for(3).movies]

    assert [line.movie for line in lists.other] == shown_now
    assert [line.movie for line in lists.one] == shown_before
    for line in lists.other:
        assert line.elsewhere == (shown_before.index(line.movie) + 1 if line.movie in shown_before else None)
    assert lists.n_shared == len(set(shown_now) & set(shown_before))


def test_without_a_viewer_named_it_is_the_first_of_the_data_where_none_is_a_sample(twice: Recommender) -> None:
    assert twice.sample_viewers() == ()

    assert compared(twice).lists.viewer == 1


def test_a_refused_model_is_compared_and_makes_no_lists(blobs: Blobs, profiles: Profiles, var_settings: Settings) -> None:
    train(WORLD, blobs, profiles)
    with pytest.raises(RefusedModelError):
        train(WORLD, blobs, profiles, recipe="popular")

    made = compared(Recommender(var_settings, blobs, profiles))

    assert made.other.version.is_refused
    assert made.other.version.recipe == "popular"
    gain = made.rows[0].difference
    assert gain
    assert gain.is_clear
    assert gain.mean < 0
    assert made.lists.other == ()
    assert made.lists.says == f"No lists. {made.other.version.version} was refused, and its model not kept."


def test_a_model_published_without_the_gate_is_measured_when_the_next_is_held_against_it(
    blobs: Blobs, profiles: Profiles, var_settings: Settings
) -> None:
    training.train(WORLD, blobs, profiles, recipe="user-cosine", parameters={"n_neighbours": 5})
    assert not versions.kept(blobs)[0].figures
    with pytest.raises(RefusedModelError):
        train(WORLD, blobs, profiles, recipe="popular")

    made = compared(Recommender(var_settings, blobs, profiles))

    assert made.one.standing == IN_FORCE
    gain = made.rows[0].difference
    assert made.rows[0].one
    assert gain
    assert gain.is_clear
    assert gain.mean < 0


@pytest.mark.parametrize("viewer", [FIRST_OWN_USER_ID, 61, 0, -1])
def test_nobody_but_a_viewer_of_the_data_is_looked_up(twice: Recommender, viewer: int) -> None:
    lists = compared(twice, viewer).lists

    assert (lists.one, lists.other) == ((), ())
    assert lists.says == (
        f"No lists. {viewer} is no viewer of a small world in both versions; its viewers have numbers from 1 to 60, "
        "and what is made for people of this site is theirs."
    )


def test_a_person_of_this_site_who_is_in_the_data_is_not_looked_up(twice: Recommender, blobs: Blobs, profiles: Profiles) -> None:
    user_id, _ = twice.new_person()
    for one in tastes_in_time()[:20]:
        profiles.rate(replace(one, user_id=user_id))
    for neighbours in (6, 7):
        training.train(WORLD, blobs, profiles, recipe="user-cosine", parameters={"n_neighbours": neighbours})

    made = compared(Recommender(twice.settings, blobs, profiles), user_id)

    assert made.other.version.n_users == 61
    assert made.lists.other == ()


def test_closed_sample_viewers_stay_closed(twice: Recommender, blobs: Blobs, profiles: Profiles) -> None:
    closed = Recommender(replace(twice.settings, sample_viewers=False), blobs, profiles)

    assert compared(closed, 3).lists.says.startswith("The lists of the data set’s viewers are closed here")


def test_models_from_before_versions_were_remembered_are_told_by_what_they_hold(twice: Recommender, blobs: Blobs) -> None:
    remembered = versions.kept(blobs)
    blobs.remove(VERSIONS)

    made = compared(twice, 3)

    for found, known in ((made.one.version, remembered[0]), (made.other.version, remembered[1])):
        assert replace(found, trained_at=0) == replace(known, trained_at=0, figures={}, over={})
    assert made.rows == ()
    assert len(made.lists.other) == 10


def test_a_version_whose_model_is_gone_is_told_in_words(twice: Recommender, blobs: Blobs, profiles: Profiles) -> None:
    gone = twice.versions.known()[1].version.version
    train(WORLD, blobs, profiles, n_neighbours=6)
    later = Recommender(twice.settings, blobs, profiles).versions

    made = later.side_by_side(gone, later.known()[0].version.version)

    assert made.lists.says == f"No lists. The model of {gone} is gone: the last two are kept."
    assert made.rows[0].difference


def test_a_torn_model_leaves_the_figures_to_be_seen(twice: Recommender, blobs: Blobs) -> None:
    pointer, _ = publication.read_pointer(blobs)
    assert pointer
    assert pointer.previous
    blobs.remove(f"models/{pointer.previous.version}")

    made = compared(Recommender(twice.settings, blobs, twice._profiles), 3)

    assert made.lists.says.startswith(f"No lists. The model {pointer.previous.version} is not in ")
    assert made.rows


def test_a_name_that_nobody_knows_is_refused_in_words(twice: Recommender) -> None:
    known = twice.versions.known()[0].version.version

    with pytest.raises(InvalidInputError, match=r"^version must be one that is remembered: .*, not 'v0'\.$"):
        twice.versions.side_by_side(known, "v0")


def test_the_model_before_is_mapped_once(twice: Recommender, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    load = publication.load
    monkeypatch.setattr(publication, "load", lambda blobs, pointer: loaded.append(pointer.version) or load(blobs, pointer))
    asked: Versions = twice.versions
    twice.in_use()
    loaded.clear()
    for _ in range(3):
        compared(twice, 3)

    assert loaded == [asked.known()[1].version.version]
