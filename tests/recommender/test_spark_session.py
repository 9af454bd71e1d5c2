"""What Spark needs is said when it is missing, and a master that cannot be is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.aws.stand_in import free_port
from recommender import spark_session
from recommender.errors import MissingExtraError, SparkError
from recommender.spark_session import java_version, session, what_is_missing


@pytest.mark.parametrize(
    "master", ["", "yarn", "local[two]", "local[2,3]", "spark://", "spark://host", "spark://host:port", "http://host:7077"]
)
def test_what_is_no_master_is_told_what_one_looks_like(master: str) -> None:
    with pytest.raises(SparkError, match=r"A master must look like local\[2\] or spark://host:7077, not "), session(master):
        pass


def test_a_master_that_does_not_answer_is_told_at_once() -> None:
    master = f"spark://127.0.0.1:{free_port()}"

    with pytest.raises(SparkError, match=f"No Spark master answers at {master} .*; start one, or name another"), session(master):
        pass


def java_that_says(folder: Path, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(folder))


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "25" 2025-09-16 LTS', 25),
        ('java version "1.8.0_451"', 8),
        ("nothing of the kind", None),
    ],
)
def test_the_version_of_java_is_found_in_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, version: int | None
) -> None:
    java_that_says(tmp_path, said, monkeypatch)

    assert java_version() == version


def test_what_is_missing_is_the_first_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_session.importlib.util, "find_spec", lambda name: None)
    assert what_is_missing() == "pyspark is not installed"
    with pytest.raises(MissingExtraError, match="Spark cannot be used here: pyspark is not installed; `make spark-tools` makes"), session():
        pass

    monkeypatch.setattr(spark_session.importlib.util, "find_spec", lambda name: name)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert what_is_missing() == "there is no Java"
    java_that_says(tmp_path, 'java version "1.8.0_451"', monkeypatch)
    assert what_is_missing() == "Java is 8, and Spark needs 17 or newer"
