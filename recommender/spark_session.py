"""A session of Apache Spark: what it needs, said when it is missing, and how it is opened. pyspark is an optional extra.

Nothing here is looked at before somebody asks for Spark.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.errors import MissingExtraError, SparkError

if TYPE_CHECKING:
    from pyspark import SparkContext

PYSPARK = "pyspark"  # what a recipe that Spark fits says that it needs
LEAST_JAVA = 17
HERE = "local[2]"  # the master where none is named: two threads of this machine
FAILURES_ALLOWED = 4  # of one task, as in a cluster; in a single process Spark allows none unless it is told
REMEDY = "`make spark-tools` makes an environment with it, and apt-get install openjdk-17-jre-headless brings Java"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
CONNECT_SECONDS = 5
# A thread's stack in Java: Spark's ALS hands on a chain of all its rounds, and with 1 MB Java ends itself at some ten of them.
JAVA_OPTIONS = "-Xss16m"
LONGEST_WORDS = 300  # characters
CLUSTER = re.compile(r"spark://([\w.-]+|\[[0-9a-f:]+\]):(\d{1,5})")
LOCAL = re.compile(r"local(?:\[(\d+|\*)\])?")
# What executors must know of this process: where AWS is, how many threads a product takes.
HANDED_ON = re.compile(r"AWS_\w+|(OPENBLAS|OMP|MKL)_NUM_THREADS")


def what_is_missing() -> str | None:
    """What Spark lacks here, in a few words; None when it can run."""
    if importlib.util.find_spec(PYSPARK) is None:
        return "pyspark is not installed"
    version = java_version()
    if version is None:
        return "there is no Java"
    return f"Java is {version}, and Spark needs {LEAST_JAVA} or newer" if version < LEAST_JAVA else None


def java_version() -> int | None:
    """The major version of the Java that Spark would take; None where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if java is None:
        return None
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else None


@contextlib.contextmanager
def session(master: str = HERE, *, name: str = "matinee") -> Iterator[SparkContext]:
    """A session, ended with the context; the one of this process where there is one already, which goes on.

    master: local[N], or spark://HOST:PORT of a standalone cluster, whose machines need this environment at the same place: the same Python,
    with Matinee in it. Where nothing is said here, spark-defaults.conf in SPARK_CONF_DIR holds.
    MissingExtraError where something is missing; SparkError, in a sentence, where the master cannot be reached or Spark not be started.
    """
    _refuse_unreachable(master)
    if missing := what_is_missing():
        raise MissingExtraError("Spark", missing, REMEDY)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, which is not used with it
        from py4j.protocol import Py4JError
        from pyspark import SparkConf, SparkContext

        if SparkContext._active_spark_context is not None:
            yield SparkContext.getOrCreate()
            return
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # what executors run
        configuration = SparkConf().setAppName(name).setMaster(_master(master)).setAll(_configuration(master).items())
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "spark.log"
            try:
                with _errors_into(log):
                    made = SparkContext(conf=configuration)
            except (Py4JError, RuntimeError, OSError) as error:
                raise SparkError(f"Spark could not be started on {master}: {_last_words(log, error)}") from error
    try:
        yield made
    finally:
        made.stop()


def cause_of(error: Exception) -> str:
    """Why Spark gave up, in one line: the last of the executor's own words, which is what the error was."""
    told = [line.strip() for line in str(error).splitlines() if "Error" in line or "Exception" in line]
    ours = [line for line in told if line.startswith("recommender.")]
    return (ours or told or [str(error)])[-1][:LONGEST_WORDS]


def _master(master: str) -> str:
    """As Spark takes it. In one process a task that fails is tried again as in a cluster."""
    found = LOCAL.fullmatch(master)
    return f"local[{found[1] or 1},{FAILURES_ALLOWED}]" if found else master


def _refuse_unreachable(master: str) -> None:
    """SparkError for what is no master, and at once for one that nobody answers at, which Spark would try for a minute."""
    if LOCAL.fullmatch(master):
        return
    address = CLUSTER.fullmatch(master)
    if not address:
        raise SparkError(f"A master must look like local[2] or spark://host:7077, not {master!r}.")
    try:
        socket.create_connection((address[1], int(address[2])), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        raise SparkError(f"No Spark master answers at {master} ({error.strerror or error}); start one, or name another.") from error


def _configuration(master: str) -> dict[str, str]:
    address = CLUSTER.fullmatch(master)
    found = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.driver.defaultJavaOptions": JAVA_OPTIONS,
        "spark.executor.defaultJavaOptions": JAVA_OPTIONS,
    }
    if not address or address[1] in LOOPBACK:
        found |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return found | {f"spark.executorEnv.{key}": value for key, value in os.environ.items() if HANDED_ON.fullmatch(key)}


@contextlib.contextmanager
def _errors_into(log: Path) -> Iterator[None]:
    """What is started meanwhile writes its standard error to the file as long as it runs: Java says much that nobody asked for."""
    sys.stderr.flush()
    before = os.dup(2)
    with log.open("wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)


def _last_words(log: Path, error: Exception) -> str:
    """Why, in one line: what Java said of an error last, else what Python did."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    told = [line for line in lines if "ERROR" in line or "Exception" in line]
    return (told[-1] if told else str(error).partition("\n")[0])[:LONGEST_WORDS]
