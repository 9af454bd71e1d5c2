"""A site on a stand-in for Amazon whose weather can be changed, and the mistakes that can be planted in it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3

from deploy.aws.stand_in import free_port
from recommender.storage.profiles import Profiles, open_profiles
from recommender.storage.profiles.dynamodb_tables import create_tables
from tests import stand_ins
from tests.faults.flaky_amazon import FlakyAmazon, flaky_amazon
from tests.faults.planting import sitecustomize
from tests.faults.visitors import Client

REPOSITORY = Path(__file__).parents[2]
MATINEE, GUNICORN = (Path(sys.executable).with_name(name) for name in ("matinee", "gunicorn"))
UP_WITHIN = 60  # seconds, on a machine that is busy with other things

PLANTED = {
    "a breaker that never opens": """
from recommender.storage.amazon import breaker
breaker.FAULTS_IN_A_ROW = 10**9
""",
    "no fallback": """
from recommender.serving import Recommender
def refuse(self, user_id, n, barred, published, trouble):
    raise trouble
Recommender._without_store = refuse
""",
    "a fallback that does not say so": """
from dataclasses import replace
from recommender.serving import Recommender
silent = Recommender._without_store
Recommender._without_store = lambda self, *rest: replace(silent(self, *rest), notice="")
""",
    "a fallback that shows the person": """
from recommender import serving
seen, well_liked = {}, serving.Recommender._without_store
def remember(record, n, first=serving._first):
    made = seen[record.user_id] = first(record, n)
    return made
serving._first = remember
def shown(self, user_id, *rest):
    made = well_liked(self, user_id, *rest)
    return serving.replace(made, movies=seen[user_id].movies) if user_id in seen and user_id > 1_000_000 else made
serving.Recommender._without_store = shown
""",
    "ratings acknowledged that are not kept": """
from recommender.storage.profiles.dynamodb import DynamoProfiles
DynamoProfiles.rate = lambda self, rating: self._void(rating.user_id)
""",
}


@dataclass
class Site:
    """A gunicorn with a cache folder of its own, and its store as one gets at it without the proxy."""

    folder: Path
    port: int
    environment: dict[str, str]
    amazon: FlakyAmazon
    profiles: Profiles
    server: subprocess.Popen[bytes] | None = None

    def serve(self, planted: str = "") -> None:
        """Start the server, with this mistake in it, and wait until it answers."""
        (self.folder / "planted" / "sitecustomize.py").write_text(sitecustomize(PLANTED[planted]) if planted else "")
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen(
                [GUNICORN, "--config", str(REPOSITORY / "deploy" / "gunicorn.conf.py"), "webapp.wsgi:app"],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + UP_WITHIN
        while time.monotonic() < end:
            assert self.server.poll() is None, f"the server did not come up: {self.last_words()}"
            with contextlib.suppress(OSError), contextlib.closing(Client(self.port)) as client:
                if client.ask("GET", "/readyz")[0] == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"the server did not come up in {UP_WITHIN} s: {self.last_words()}")

    def workers(self) -> list[int]:
        """The processes that serve."""
        assert self.server is not None
        return [int(pid) for pid in Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split()]

    def stop(self) -> None:
        if self.server:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait()
            self.server = None

    def last_words(self) -> str:
        """The end of what all the processes said."""
        return (self.folder / "log").read_text(errors="replace")[-20_000:]


@contextmanager
def site(data: str = "") -> Iterator[Site]:
    """A trained site that does not serve yet, on a stand-in behind the proxy."""
    with (
        tempfile.TemporaryDirectory() as name,
        contextlib.ExitStack() as things,
    ):
        folder = Path(name)
        (folder / "planted").mkdir()
        (folder / "stand-in").mkdir()
        url = things.enter_context(stand_ins.ministack(folder / "stand-in"))
        amazon = things.enter_context(flaky_amazon(url))
        port = free_port()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": f"{folder / 'planted'}:{REPOSITORY}",
            "MATINEE_DATA": data,
            "MATINEE_DOWNLOAD_URL": "",
            "MATINEE_PROFILES_URL": "dynamodb://movie",
            "MATINEE_BLOBS_URL": "s3://films/matinee",
            "MATINEE_CACHE_FOLDER": str(folder / "cache"),
            "MATINEE_SECRET_FILE": str(folder / "secret"),
            "MATINEE_TRAFFIC_FOLDER": str(folder / "traffic"),
            "MATINEE_PORT": str(port),
        } | amazon.environment
        with _environment(stand_ins.environment_for(url)):
            boto3.client("s3").create_bucket(Bucket="films")
            create_tables("movie")
            profiles = open_profiles("dynamodb://movie", patient=True)
            profiles.check()  # its client is made now, and keeps what the environment says
            train = [MATINEE, "train", "--if-needed", "--anyway"]  # without measuring the model or comparing recipes
            ran = subprocess.run(train, cwd=folder, env=environment, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, ran.stderr
        house = Site(folder, port, environment, amazon, profiles)
        try:
            yield house
        finally:
            house.stop()
            profiles.close()


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
