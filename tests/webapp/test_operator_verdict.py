"""Is everything well: each thing that can be wrong is found, and named with what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recommender.domain import InUse
from recommender.errors import ModelError, NoModelError, StorageError
from recommender.history import Backup, Quality, Refusal
from tests.webapp.fake_recommender import TRAINING, FakeRecommender
from webapp.metrics.minutes import BOUNDS, Minute, Worker
from webapp.metrics.standing import Standing
from webapp.operator.report import Report, Totals
from webapp.operator.verdict import BAD, LOOK, WELL, Check, in_bytes, in_days, in_time, verdict

NOW = 1_795_264_245.5
IN_USE: InUse = replace(FakeRecommender().in_use(), trained_at=NOW - 3600)
REFUSED = Refusal(NOW - 600, "ease", "a small world", 560, "ease makes worse lists.")
STANDING = Standing(IN_USE, None, (TRAINING,), Backup(NOW - 7200, "/mnt/backup"))
GIB = 1024**3


def minute(requests: int = 100, *, took: float = 0.002, **counts: int) -> Minute:
    made = Minute(0, requests=requests, **counts)
    made.took[next(place for place, bound in enumerate(BOUNDS) if took <= bound)] = requests
    return made


WELL_REPORT = Report(
    at=NOW,
    minutes=(),
    hour=minute(600),
    lately=minute(100, lists=50),
    totals=Totals((), {}, {}, {}),
    standing=STANDING,
    free={"ratings": 30 * GIB, "models": 30 * GIB},
    workers=(Worker(7, 0, True, ()), Worker(8, 0, True, ())),
    n_workers_wanted=2,
)


def standing(**changes: object) -> Report:
    return replace(WELL_REPORT, standing=replace(STANDING, **changes))


def measured(*ndcg: float, popular: float = 0.04, error: float = 0.005) -> Report:
    return standing(trainings=tuple(replace(TRAINING, quality=Quality(each, error, popular, 610)) for each in ndcg))


def checks(report: Report) -> dict[str, Check]:
    return {check.what: check for check in verdict(report).checks}


def test_all_is_well():
    found = verdict(WELL_REPORT)

    assert (found.level, found.sentence) == (WELL, "All is well")
    assert {check.level for check in found.checks} == {WELL}


@pytest.mark.parametrize(
    ("report", "what", "level", "said"),
    [
        (replace(WELL_REPORT, lately=minute(1000, errors=1)), "Answers", LOOK, "1 of the last ten minutes' 1,000 requests failed"),
        (replace(WELL_REPORT, lately=minute(100, errors=1)), "Answers", BAD, "request_id"),
        (replace(WELL_REPORT, hour=minute(600, errors=2)), "Answers", WELL, "2 failed earlier in this hour"),
        (replace(WELL_REPORT, lately=minute(100, took=2.0)), "Speed", LOOK, "took at most 2.0 s"),
        (replace(WELL_REPORT, lately=minute(100, took=8.0)), "Speed", BAD, "took at most"),
        (replace(WELL_REPORT, lately=minute(19, took=8.0)), "Speed", WELL, "took at most"),  # too few to say much
        (replace(WELL_REPORT, lately=minute(0)), "Speed", WELL, "Nobody has asked"),
        (replace(WELL_REPORT, lately=minute(lists=50, fallbacks=24)), "Lists", LOOK, "24 of 50 lists were made without the store"),
        (replace(WELL_REPORT, lately=minute(lists=50, fallbacks=25)), "Lists", BAD, "25 of 50 lists"),
        (replace(WELL_REPORT, lately=minute(lists=50, refused=1)), "Ratings", BAD, "1 rating could not be written"),
        (standing(in_use=NoModelError("file:var/blobs")), "Model", BAD, "run `matinee train`"),
        (standing(in_use=ModelError("it is torn")), "Model", BAD, "No model can be used: it is torn"),
        (standing(trouble="it is torn"), "Model", BAD, "user-cosine-4f2a91c0 serves instead: it is torn"),
        (standing(in_use=replace(IN_USE, trained_at=NOW - 31 * 86400)), "Model", LOOK, "31 days old"),
        (standing(trainings=StorageError("away")), "Quality", LOOK, "cannot be read: away"),
        (standing(trainings=()), "Quality", WELL, "No training was measured yet"),
        (standing(refusal=REFUSED), "Quality", LOOK, "ease makes worse lists. `matinee train --anyway` would publish it."),
        (measured(0.039), "Quality", LOOK, "below the 0.0400 of popular"),
        (measured(0.08, 0.069), "Quality", LOOK, "fell from 0.0800 to 0.0690"),
        (measured(0.08, 0.071), "Quality", WELL, "NDCG@10 is 0.0710"),  # within two standard errors
        (standing(backup=None), "Backup", LOOK, "never backed up"),
        (standing(backup=Backup(NOW - 9 * 86400, "/mnt")), "Backup", LOOK, "9 days old"),
        (standing(backup=StorageError("away")), "Backup", LOOK, "cannot be told: away"),
        (replace(WELL_REPORT, free={"ratings": 100 * 1024**2, "models": GIB}), "Disk", BAD, "100 MB are free for ratings; make room"),
        (replace(WELL_REPORT, free={"here": 900 * 1024**2}), "Disk", LOOK, "900 MB are free; make room"),
        (replace(WELL_REPORT, n_workers_wanted=3), "Workers", LOOK, "2 of 3 workers"),
    ],
)
def test_what_is_wrong_is_found_and_named(report: Report, what: str, level: str, said: str):
    found = checks(report)

    assert found[what].level == level
    assert said in found[what].text
    assert [check.what for check in found.values() if check.level != WELL] == ([what] if level != WELL else [])


def test_another_recipe_or_other_data_are_no_decline():
    better = replace(TRAINING, quality=Quality(0.2, 0.005, 0.04, 610), data="other data")

    assert checks(standing(trainings=(better, TRAINING)))["Quality"].level == WELL


def test_the_worst_comes_first_and_names_the_verdict():
    found = verdict(replace(WELL_REPORT, lately=minute(1000, errors=1), standing=replace(STANDING, trouble="torn", backup=None)))

    assert [check.what for check in found.checks][:3] == ["Model", "Answers", "Backup"]
    assert (found.level, found.sentence) == (BAD, "Something is wrong")
    assert verdict(standing(backup=None, trainings=StorageError("away"))).sentence == "Two things want a look"
    assert verdict(replace(standing(trouble="torn"), free={"here": 0})).sentence == "Two things are wrong"


@pytest.mark.parametrize(
    ("seconds", "written"), [(0.00042, "0.4 ms"), (0.0052, "5.2 ms"), (0.0123, "12 ms"), (0.999, "999 ms"), (1.26, "1.3 s"), (12, "12.0 s")]
)
def test_times_have_the_digits_that_mean_something(seconds: float, written: str):
    assert in_time(seconds) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (-3, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7200, "2 hours"),
        (86400, "24 hours"),
        (172_800, "2 days"),
    ],
)
def test_ages_are_in_whole_words(seconds: float, written: str):
    assert in_days(seconds) == written


@pytest.mark.parametrize(("number", "written"), [(0, "0 MB"), (200 * 1024**2, "200 MB"), (73.2 * GIB, "73.2 GB")])
def test_room_is_in_words(number: float, written: str):
    assert in_bytes(number) == written
