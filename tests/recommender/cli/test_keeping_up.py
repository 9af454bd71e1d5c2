"""A server that trains by itself: real processes, in a folder of their own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recommender.domain import Asker
from recommender.serving import open_recommender
from recommender.settings import read_settings
from tests.browser.site import Site, running_site
from tests.recommender.cli.commands import Matinee, refused

MATINEE = Path(sys.executable).with_name("matinee")
SOON = 60.0  # seconds, on a machine that is busy with other things


def wait_for(what: Callable[[], bool], seconds: float = SOON) -> bool:
    """Whether it came about in time."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def generation(var: Path) -> int:
    return int(json.loads((var / "blobs" / "current.json").read_text())["generation"])


def rate_some(site: Site, n: int) -> None:
    """A new person, and so many ratings by them."""
    recommender = open_recommender(read_settings({k: v for k, v in site.environment.items() if k.startswith("MATINEE_")}))
    try:
        number, token = recommender.new_person()
        for film in recommender.well_liked(n):
            recommender.rate(number, film.movie.movie_id, 4, asker=Asker(token))
    finally:
        recommender.close()


def children(pid: int) -> dict[int, str]:
    """Processes that it started, and their command lines."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with contextlib.suppress(OSError):
            found[int(child)] = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def is_there(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be asked for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc, which Linux has")
def test_a_server_learns_by_itself_once_enough_is_new_and_what_learns_ends_with_it(tmp_path: Path) -> None:
    with running_site(tmp_path, None, retrain_after="5") as site:
        assert generation(tmp_path) == 1
        (beside,) = [pid for pid, command in children(site.pid).items() if "--keep-up" in command]
        assert os.getpriority(os.PRIO_PROCESS, beside) == 10
        said = Path(f"/dev/shm/matinee-{os.getuid()}-{site.pid}/next-training.json")
        assert wait_for(lambda: said.exists() and not json.loads(said.read_text())["is_training"])

        rate_some(site, 4)
        assert wait_for(lambda: json.loads(said.read_text())["n_new"] == 4)
        assert generation(tmp_path) == 1
        rate_some(site, 1)

        assert wait_for(lambda: generation(tmp_path) == 2)
        assert site.get("/readyz")[0] == 200
        os.kill(site.pid, signal.SIGKILL)  # as nobody can prepare for
        assert wait_for(lambda: not is_there(beside))


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a folder without a model, in which a training takes minutes: data that never end."""
    os.mkfifo(tmp_path / "ratings.csv")
    (tmp_path / "movies.csv").write_text("movieId,title,genres\n1,Heat (1995),Crime\n")
    # Tests that a shell has begun in the background ignore SIGINT, and so would whatever they start.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "MATINEE_DATA": str(tmp_path), "MATINEE_DOWNLOAD_URL": ""}
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("end", ["input", "SIGTERM", "SIGINT"])
def test_a_training_under_way_ends_with_what_keeps_up(end: str, slow: dict[str, str], tmp_path: Path) -> None:
    with subprocess.Popen(
        [MATINEE, "train", "--keep-up"], env=slow, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as keeps_up:
        assert keeps_up.stdin
        assert keeps_up.stderr
        assert wait_for(lambda: any("--if-needed" in command for command in children(keeps_up.pid).values()))
        (trainer,) = children(keeps_up.pid)
        assert os.getpriority(os.PRIO_PROCESS, trainer) == 10
        time.sleep(0.5)  # the trainer is at its data, or on its way there

        if end == "input":
            keeps_up.stdin.close()
        else:
            keeps_up.send_signal(signal.Signals[end])

        assert keeps_up.wait(SOON) == 0
        assert not is_there(trainer)
        assert "Traceback" not in keeps_up.stderr.read()


def test_what_keeps_up_trains_by_the_settings_alone(matinee: Matinee) -> None:
    result = matinee("train", "--keep-up", "--recipe", "popular")

    assert result.exit_code == 2
    assert "--keep-up trains by the settings alone; set MATINEE_DATA, MATINEE_RECIPE and MATINEE_PARAMETERS." in result.stderr


@pytest.mark.parametrize("setting", ["retrain_after", "retrain_hours"])
def test_never_is_no_number_of_ratings_or_hours(setting: str, matinee: Matinee) -> None:
    assert f"MATINEE_{setting.upper()} must be a whole number from 1" in refused(matinee("train", "--keep-up", **{setting: "0"}))
