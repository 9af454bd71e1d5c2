"""Two versions are held against each other by pair where both were asked the very same, and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest

from recommender import measured_people, versions
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.domain import FIRST_OWN_USER_ID, Rating
from recommender.evaluation.figures import LEAST_PEOPLE
from recommender.evaluation.judging import PerPerson, judge, paired
from recommender.evaluation.splits import Split, newest
from recommender.measured_people import PLACE, Answers
from recommender.models.popular import Popular
from recommender.models.user_cosine import UserCosine
from recommender.storage.blobs import Blobs
from recommender.versions import MAIN, MEASURES
from tests.recommender.test_history import Away
from tests.recommender.test_promotion import tastes_in_time
from tests.recommender.test_versions import ONE
from tests.worlds import data_set_of, rating

WORLD = tastes_in_time()
FILMS = data_set_of(WORLD, n_movies=60).catalogue


def measured(ratings: Iterable[Rating], recipe: type[Popular] | type[UserCosine]) -> tuple[PerPerson, Split]:
    split = newest(RatingTable.of(ratings))
    return judge(recipe.fit(RatingMatrix.of(split.train, FILMS.movie_ids)), split, FILMS), split


def answers(ratings: Iterable[Rating], recipe: type[Popular] | type[UserCosine]) -> Answers:
    return Answers.of(*measured(ratings, recipe))


def test_the_difference_is_the_paired_one() -> None:
    ours, theirs = measured(WORLD, UserCosine), measured(WORLD, Popular)

    found = Answers.of(*ours).over(Answers.of(*theirs))

    assert set(found) == set(MEASURES)
    for measure, gain in found.items():
        wanted = paired(ours[0], theirs[0], measure)
        assert gain.n == wanted.n == 60
        assert (gain.mean, gain.low, gain.high) == pytest.approx((wanted.mean, *wanted.interval()), abs=1e-6)


def test_the_figures_are_those_of_everybody_with_their_intervals() -> None:
    people, split = measured(WORLD, UserCosine)

    figure, found = people.figure(MAIN), Answers.of(people, split).figures[MAIN]

    assert (found.mean, found.low, found.high, found.n) == (figure.mean, *figure.interval(), 60)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, stars=4.5),
        lambda one: replace(one, rated_at=one.rated_at + 1),
        lambda one: replace(one, movie_id=60),
    ],
    ids=["other stars", "another time", "another film"],
)
@pytest.mark.parametrize("at", [0, -1], ids=["of what was told", "of what was to be found"])
def test_somebody_whose_ratings_changed_is_no_pair(change: Callable[[Rating], Rating], at: int) -> None:
    own = sorted((one for one in WORLD if one.user_id == 7), key=lambda one: one.rated_at)
    rest = [one for one in WORLD if one != own[at]]

    found = answers([*rest, change(own[at])], UserCosine).over(answers(WORLD, UserCosine))

    assert found[MAIN].n == 59


def test_the_order_of_ratings_in_the_data_is_no_difference() -> None:
    assert answers(WORLD[::-1], UserCosine).questions.tolist() == answers(WORLD, UserCosine).questions.tolist()


def test_with_too_few_in_both_nothing_is_said() -> None:
    few = [one for one in WORLD if one.user_id < LEAST_PEOPLE]

    assert answers(few, Popular).over(answers(WORLD, Popular)) == {}


def test_people_of_this_site_count_in_the_figures_and_are_not_kept() -> None:
    own = [rating(FIRST_OWN_USER_ID + 1, one.movie_id, one.stars, one.rated_at) for one in WORLD if one.user_id == 1]

    found = answers([*WORLD, *own], UserCosine)

    assert found.figures[MAIN].n == 61
    assert len(found.questions) == 60
    assert found.over(answers(WORLD, Popular))[MAIN].n == 60


def test_a_version_is_remembered_with_what_it_is_over_those_before(blobs: Blobs) -> None:
    ours, theirs = answers(WORLD, UserCosine), answers(WORLD, Popular)

    measured_people.remember(blobs, ONE, theirs)
    measured_people.remember(blobs, replace(ONE, version="not-measured"), None)
    measured_people.remember(blobs, replace(ONE, version="v3"), ours)

    last = versions.kept(blobs)[-1]
    assert list(last.over) == ["v1"]
    assert last.over["v1"][MAIN].mean == pytest.approx(ours.over(theirs)[MAIN].mean, abs=1e-5)
    assert last.over["v1"][MAIN].is_clear
    assert last.figures[MAIN].mean == pytest.approx(ours.figures[MAIN].mean, abs=1e-5)


def test_what_was_measured_of_versions_that_are_gone_is_taken_away(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "MOST_KEPT", 2)
    for number in range(4):
        measured_people.remember(blobs, replace(ONE, version=f"v{number}"), answers(WORLD, Popular))

    assert blobs.list(f"{PLACE}/") == [f"{PLACE}/v2", f"{PLACE}/v3"]


@pytest.mark.parametrize("spoilt", [b"", b"PK\x03\x04", np.zeros(3).tobytes()])
def test_figures_that_are_spoilt_are_no_pair_and_no_failure(blobs: Blobs, spoilt: bytes, caplog: pytest.LogCaptureFixture) -> None:
    measured_people.remember(blobs, ONE, answers(WORLD, Popular))
    blobs.write(f"{PLACE}/v1", spoilt)

    measured_people.remember(blobs, replace(ONE, version="v2"), answers(WORLD, UserCosine))

    assert versions.kept(blobs)[-1].over == {}
    assert "what was measured cannot be used version=v1" in caplog.text


def test_a_place_that_is_away_costs_no_training(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        measured_people.remember(Away(), ONE, answers(WORLD, Popular))

    assert "version not remembered reason=nobody answers" in caplog.text
