"""The worker: each piece of work is done once and whole, whoever is killed meanwhile."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.errors import TrainingBusyError
from recommender.models import files
from recommender.personalize import arns
from recommender.personalize.jobs import report, tickets
from recommender.personalize.jobs.context import Context, LostTicketError
from recommender.personalize.jobs.sweep import Sweeper, folders, named
from recommender.personalize.jobs.worker import LOCK, Worker, rooms
from recommender.personalize.refusals import InvalidInputError, ResourceNotFoundError
from recommender.personalize.resources import ACTIVE, FAILED, IN_PROGRESS, PENDING, STOPPED, STOPPING, Registry, Resource
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs
from recommender.storage.lease import Lease
from tests.recommender.personalize.jobs.toy import PROGRAM, asked


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings(blobs_url=f"file://{tmp_path}/blobs", cache_folder=str(tmp_path / "cache"), traffic_folder=str(tmp_path / "traffic"))
    os.environ["MATINEE_BLOBS_URL"] = found.blobs_url
    os.environ["MATINEE_TRAFFIC_FOLDER"] = found.traffic_folder
    return found


@pytest.fixture
def registry(settings: Settings) -> Registry:
    return Registry(open_blobs(settings.blobs_url))


@pytest.fixture
def work(registry: Registry, settings: Settings) -> Callable[[], None]:
    """A worker that works until nothing is left."""
    return lambda: Worker(registry, settings, PROGRAM).run(until_idle=True)


def job(registry: Registry, key: str) -> Resource:
    return registry.read().by_key[key]


def test_what_waits_is_done_and_its_result_named(registry: Registry, settings: Settings, work: Callable[[], None]) -> None:
    key = asked(registry, "one", "publish")
    work()
    done = job(registry, key)
    assert (done.status, done.failure_reason) == (ACTIVE, "")
    part = done.inner["part"]
    folder = registry.blobs.local_copy(part["key"])
    assert folder is not None
    assert files.load(folder, sha256=part["sha256"]).arrays["numbers"].tolist() == [0, 1, 2]
    assert not registry.read().work
    assert done.inner["seconds"] >= 0
    assert "progress" not in done.inner
    assert not list(rooms(settings, registry).glob("*"))


def test_what_cannot_be_done_says_why(registry: Registry, work: Callable[[], None]) -> None:
    refused, broken = asked(registry, "refused", "refuse"), asked(registry, "broken", "break")
    work()
    assert (job(registry, refused).status, job(registry, refused).failure_reason) == (
        FAILED,
        "ratings.csv, row 3: TIMESTAMP must be a whole number, not 'soon'.",
    )
    assert job(registry, broken).failure_reason.startswith("Matinee made a mistake (KeyError: 'a mistake of ours')")


@pytest.mark.parametrize(
    ("does", "because"), [("die", "its process was ended by signal 9"), ("storage", "The bucket films cannot be used")]
)
def test_what_is_cut_off_three_times_fails_with_the_last_reason(
    registry: Registry, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch, does: str, because: str
) -> None:
    monkeypatch.setattr("recommender.personalize.jobs.worker.PAUSE_SECONDS", 0.01)
    key = asked(registry, "one", does)
    work()
    failed = job(registry, key)
    assert failed.status == FAILED
    assert failed.failure_reason.startswith(f"The work was cut off 3 times, the last time because {because}")
    assert not registry.read().work


def test_a_folder_that_nobody_came_to_name_goes_and_one_that_is_named_stays(
    registry: Registry, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommender.personalize.jobs.worker.PAUSE_SECONDS", 0.01)
    asked(registry, "dies", "die-published")
    key = asked(registry, "lives", "publish")
    work()
    part = job(registry, key).inner["part"]["key"]
    orphans = folders(registry) - named(registry.read())
    assert len(orphans) == 3
    assert set(Sweeper(registry, grace=0).sweep()) == orphans
    assert folders(registry) == {part}


def test_a_folder_is_not_swept_before_its_grace_is_over_nor_while_its_work_goes_on(settings: Settings, tmp_path: Path) -> None:
    clock = Clock()
    registry = Registry(open_blobs(settings.blobs_url), now=clock)
    taken = tickets.take(registry, asked(registry, "one", "publish"))
    assert taken is not None
    for ticket in (taken.ticket, "of-the-dead"):
        folder = tmp_path / ticket
        folder.mkdir()
        (folder / "file.npy").write_bytes(b"x")
        registry.blobs.publish(f"personalize/data/toy-{ticket}", folder)
    sweeper = Sweeper(registry, grace=60)
    assert sweeper.sweep() == []
    clock.now += 59
    assert sweeper.sweep() == []
    clock.now += 1
    assert sweeper.sweep() == ["personalize/data/toy-of-the-dead"]
    clock.now += 100
    assert sweeper.sweep() == []


def test_whoever_lost_the_ticket_changes_nothing(registry: Registry, settings: Settings, tmp_path: Path) -> None:
    key = asked(registry, "one", "publish")
    old, new = tickets.take(registry, key), tickets.take(registry, key)
    assert old is not None
    assert new is not None
    context = Context(registry, settings, key, "create", old.ticket, tmp_path)
    for late in (
        lambda: tickets.end(registry, key, old.ticket, lambda found, one: None),
        lambda: tickets.fail(registry, key, old.ticket, "late"),
        lambda: context.say_progress("late"),
        context.check,
    ):
        with pytest.raises(LostTicketError):
            late()
    tickets.give_back(registry, key, old.ticket, "late")
    assert (job(registry, key).status, registry.read().work[key].ticket) == (IN_PROGRESS, new.ticket)
    tickets.end(registry, key, new.ticket, lambda found, one: None)
    assert job(registry, key).status == ACTIVE


def test_work_of_a_worker_that_was_killed_is_begun_again_by_the_next(registry: Registry, work: Callable[[], None]) -> None:
    key = asked(registry, "one", "publish")
    tickets.take(registry, key)  # and then its worker was killed
    work()
    assert job(registry, key).status == ACTIVE


def test_a_worker_that_is_stopped_gives_back_what_it_was_at(registry: Registry, settings: Settings) -> None:
    key = asked(registry, "one", "sleep")
    looks = 0

    def is_over(seconds: float) -> bool:
        nonlocal looks
        looks += 1
        time.sleep(seconds)
        return looks == 3

    Worker(registry, settings, PROGRAM).run(is_over=is_over)
    work = registry.read().work[key]
    assert (work.attempts, work.ticket) == (0, "")


def test_a_job_that_is_deleted_ends_at_once(registry: Registry, settings: Settings) -> None:
    key = asked(registry, "one", "sleep")
    threading.Timer(0.7, lambda: registry.change(lambda found: found.remove(arns.arn_of(arns.IMPORT, "one")))).start()
    began = time.monotonic()
    Worker(registry, settings, PROGRAM).run(until_idle=True)
    assert time.monotonic() - began < 10
    assert key not in registry.read().by_key


def test_a_training_that_is_stopped_ends_at_once_and_says_so(registry: Registry, settings: Settings) -> None:
    one = Resource(arns.arn_of(arns.VERSION, "films", "0a1b"), PENDING, 1.0, 1.0, {"does": "sleep"})
    registry.change(lambda found: found.add(one, work=True))
    threading.Timer(0.7, lambda: report.stop(registry, "0a1b")).start()
    Worker(registry, settings, PROGRAM).run(until_idle=True)
    assert job(registry, one.key).status == STOPPED


def test_one_that_is_asked_to_stop_before_it_began_never_begins(registry: Registry, work: Callable[[], None]) -> None:
    key = asked(registry, "one", "publish")
    registry.change(lambda found: setattr(found.by_key[key], "status", STOPPING))
    work()
    assert job(registry, key).status == STOPPED
    assert not folders(registry)


def test_one_worker_works_for_a_store(registry: Registry, settings: Settings) -> None:
    with Lease(registry.blobs, LOCK, now=time.time, holder="Ada"), pytest.raises(TrainingBusyError, match="Ada"):
        Worker(registry, settings, PROGRAM).run(until_idle=True)


def test_jobs_are_told_with_their_state_time_and_reason(registry: Registry, settings: Settings, work: Callable[[], None]) -> None:
    asked(registry, "good", "publish")
    bad = asked(registry, "bad", "refuse")
    work()
    waiting = tickets.take(registry, asked(registry, "next", "publish"))
    assert waiting is not None
    Context(registry, settings, waiting.key, "create", waiting.ticket, Path()).say_progress("reading", 0.25)
    text = report.table(report.lines(registry.read(), now=registry.now()))
    assert "CREATE IN_PROGRESS (reading 25%)" in text
    assert "15 min" in text
    assert "    ratings.csv, row 3: TIMESTAMP must be a whole number" in text
    assert [line.key.rpartition("/")[2] for line in report.lines(registry.read(), now=registry.now())][-1] == "next"
    assert report.begin_again(registry, "bad") == bad
    assert (job(registry, bad).status, job(registry, bad).failure_reason) == (PENDING, "")
    with pytest.raises(InvalidInputError, match="only a job that failed or was stopped"):
        report.begin_again(registry, "good")
    with pytest.raises(ResourceNotFoundError):
        report.begin_again(registry, "nothing")
    report.stop(registry, "bad")
    assert job(registry, bad).failure_reason == "The operator stopped it."


def test_a_kind_that_is_not_known_fails_in_words(registry: Registry, settings: Settings, tmp_path: Path) -> None:
    from recommender.personalize.jobs import child

    key = asked(registry, "one", "publish", kind=arns.FILTER)
    taken = tickets.take(registry, key)
    assert taken is not None
    child.do(registry, replace(settings), key, taken.ticket, tmp_path)
    assert "cannot create a filter; update it" in job(registry, key).failure_reason


@pytest.mark.parametrize("set_to", ["", "3"])
def test_a_job_multiplies_on_one_thread_unless_somebody_says_otherwise(
    registry: Registry, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, set_to: str
) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    if set_to:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", set_to)
    asked(registry, "one", "publish")
    says = "import os, sys; open(sys.argv[-1] + '/../../said', 'w').write(os.environ['OPENBLAS_NUM_THREADS'])"
    Worker(registry, settings, [sys.executable, "-c", says]).run(until_idle=True)  # which never ends its work, and is given up
    assert (rooms(settings, registry).parent / "said").read_text() == (set_to or "1")


def test_where_nothing_changes_nothing_is_listed(
    registry: Registry, settings: Settings, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(registry, "one", "publish")
    work()
    monkeypatch.setattr("recommender.personalize.jobs.worker.SWEEP_SECONDS", 0.0)
    listed, looks = [], 0
    monkeypatch.setattr(Sweeper, "sweep", lambda sweeper: listed.append(1) or [])

    def is_over(seconds: float) -> bool:
        nonlocal looks
        looks += 1
        if looks == 5:
            asked(registry, "two", "refuse")
        return looks == 10

    Worker(registry, settings, PROGRAM).run(is_over=is_over)
    assert 2 <= len(listed) <= 5  # at the start, and when a job came, began and was given back
