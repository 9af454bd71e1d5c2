"""What is packed when Matinee is installed, and that it is installed without a compiler too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from recommender.models.kernels import native

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NATIVE = "recommender/models/kernels/native"
PACKED = ("recommender", "webapp", "alexa_skill", "deploy", "pyproject.toml", "README.md", "requirements.txt")
NOT_PACKED = shutil.ignore_patterns("__pycache__", "*.so", "build")
BACKEND = "import sys; from setuptools import build_meta; getattr(build_meta, sys.argv[1])(sys.argv[2])"


def packed(tmp_path: Path, what: str, **environment: str) -> Path:
    """What setuptools makes of a copy of the sources, without a network."""
    (wanted,) = PROJECT["build-system"]["requires"]
    if wanted != f"setuptools=={metadata.version('setuptools')}":
        pytest.skip(f"this needs {wanted}; make env-dev installs it")
    sources = tmp_path / "sources"
    for name in PACKED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, sources / name, ignore=NOT_PACKED)
        else:
            shutil.copy(ROOT / name, sources / name)
    folder = tmp_path / "packed"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", BACKEND, what, folder],
        cwd=sources,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (made,) = folder.iterdir()
    return made


def test_every_kernel_is_built_by_the_same_rules_and_may_be_missing() -> None:
    headers = {f"{NATIVE}/{file.name}" for file in (ROOT / NATIVE).glob("*.h")}
    built = {module["name"].rpartition("._")[2]: module for module in PROJECT["tool"]["setuptools"]["ext-modules"]}

    assert set(built) == set(native.NAMES) == {file.stem[1:] for file in (ROOT / NATIVE).glob("_*.c")}
    for name, module in built.items():
        assert module["sources"] == [f"{NATIVE}/_{name}.c"]
        assert set(module["depends"]) == headers, "else it is not built again when a header changes"
        assert module["optional"] is True
        assert {"-std=c11", "-ffp-contract=off"} <= set(module["extra-compile-args"])
        assert not [flag for flag in module["extra-compile-args"] if flag.startswith(("-march", "-mtune", "-ffast", "-Ofast"))]


def test_the_sources_of_kernels_are_in_what_is_handed_on(tmp_path: Path) -> None:
    with tarfile.open(packed(tmp_path, "build_sdist")) as handed_on:
        files = {name.partition("/")[2] for name in handed_on.getnames()}

    assert {f"{NATIVE}/{file.name}" for file in (ROOT / NATIVE).glob("*.[ch]")} <= files


def test_without_a_compiler_all_but_the_kernels_is_installed(tmp_path: Path) -> None:
    wheel = zipfile.ZipFile(packed(tmp_path, "build_wheel", CC="/bin/false"))
    files = set(wheel.namelist())

    assert not [name for name in files if name.endswith(".so")]
    assert {f"{NATIVE}/__init__.py", "webapp/static/css/matinee.css", "recommender/cli/__init__.py", "deploy/install.sh"} <= files


@pytest.mark.kernels
def test_with_a_compiler_the_wheel_has_every_kernel(tmp_path: Path) -> None:
    wheel = zipfile.ZipFile(packed(tmp_path, "build_wheel"))

    built = [name for name in wheel.namelist() if name.endswith(".so")]

    assert sorted(name.partition(".")[0] for name in built) == sorted(f"{NATIVE}/_{name}" for name in native.NAMES)
