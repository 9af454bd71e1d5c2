"""The rules of the house: what is written about Matinee is true of it, and what is committed belongs to it alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import fields
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from recommender.cli import main
from recommender.settings import Settings, meaning, variable

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
# In pieces, since this file is searched as well.
REGISTRIES = [".".join(parts) for parts in [("registry", "npmjs"), ("pypi", "org"), ("pythonhosted", "org"), ("deb", "debian", "org")]]
PLACES_OF_A_MACHINE = re.compile(r"/wor[k]/|/hom[e]/[a-z]|/roo[t]/")
HEADER_OF_RATINGS = "user" + "Id,movieId,rating,timestamp"


def test_the_readme_lists_every_setting_with_its_default_and_meaning() -> None:
    table = "\n".join(f"| `{variable(field.name)}` | {_written(field.default)} | {meaning(field.name)} |" for field in fields(Settings))
    in_readme = "\n".join(line for line in README.read_text().splitlines() if line.startswith("| `MATINEE_"))

    assert in_readme == table, f"the README's table should be\n{table}"


def _written(default: object) -> str:
    if default == "":
        return "empty"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def test_make_alone_prints_every_target_with_a_sentence() -> None:
    declared = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert declared

    printed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    for target in declared[1].split():
        assert re.search(rf"^  make {target} +[A-Z].*\.$", printed, re.MULTILINE), f"make {target} says nothing of itself"


def test_every_make_target_that_the_documents_name_is_there() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in _documents():
        # In code alone: prose may make anything.
        named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", document.read_text(), re.MULTILINE))
        assert named <= targets, f"{document.name} names make {', make '.join(named - targets)}"


def _documents() -> list[Path]:
    return [README, *(ROOT / "docs").rglob("*.md")]


def _commands(group: click.Group, path: str = "matinee") -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name, command in group.commands.items():
        found += _commands(command, f"{path} {name}") if isinstance(command, click.Group) else [(f"{path} {name}", command)]
    return found


@pytest.mark.parametrize(("name", "command"), _commands(main), ids=[name for name, _ in _commands(main)])
def test_every_command_explains_itself_and_stands_in_the_documents(name: str, command: click.Command) -> None:
    assert command.help, f"{name} has no help"
    for option in command.params:
        assert isinstance(option, click.Argument) or option.help, f"{name} {option.opts[0]} has no help"
    assert any(name in document.read_text() for document in _documents()), f"{name} stands in no document"


def test_data_flows_down() -> None:
    done = subprocess.run([Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@cache
def _pins(name: str) -> dict[str, str]:
    """Package → version, of a requirements file and of those that it includes."""
    pins: dict[str, str] = {}
    for line in (ROOT / name).read_text().splitlines():
        if included := re.match(r"-r (.+)", line):
            pins |= _pins(included[1])
        elif line and not line.startswith("#"):
            package, exact, rest = line.partition("==")
            assert exact, f"{name}: {line} is no exact pin"
            pins[canonicalize_name(package)] = rest.split("#")[0].strip()
    return pins


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_everything_that_a_pinned_package_needs_is_pinned_too_and_installed_as_pinned(name: str) -> None:
    pins = _pins(name)
    for package, pinned in pins.items():
        try:
            assert version(package) == pinned, f"{package} {version(package)} is installed; {name} says {pinned}"
        except PackageNotFoundError:
            pytest.fail(f"{package} of {name} is not installed")
        for line in requires(package) or []:
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                assert canonicalize_name(need.name) in pins, f"{package} needs {need.name}, which {name} does not pin"


def test_what_an_extra_adds_to_the_environment_is_pinned_as_it_is_there() -> None:
    here = _pins("requirements-dev.txt")

    added = _pins("requirements-neural.txt")

    assert {package: pin for package, pin in added.items() if here.get(package, pin) != pin} == {}


@cache
def _committed() -> dict[str, str]:
    """Name → text of every text file that git keeps, binary files left out."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout, so nobody can say what is committed")
    texts = {}
    for name in listed.stdout.split("\0"):
        try:
            texts[name] = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
    return texts


def test_nothing_committed_names_a_package_registry_or_a_place_on_one_machine() -> None:
    here = str(ROOT.parent) + "/"
    for name, text in _committed().items():
        for number, line in enumerate(text.splitlines(), 1):
            assert not any(registry in line for registry in REGISTRIES), f"{name}:{number} names a package registry"
            assert not PLACES_OF_A_MACHINE.search(line), f"{name}:{number} names a place on one machine"
            assert len(here) < 5 or here not in line, f"{name}:{number} names the folder of this clone"


def test_the_lock_of_the_javascript_tools_holds_sums_and_no_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_no_ratings_of_others_are_committed() -> None:
    for name, text in _committed().items():
        assert not text.startswith(HEADER_OF_RATINGS), f"{name} looks like a MovieLens file, which may not be passed on"
        assert Path(name).name not in ("u.data", "u.item", "ratings.dat"), f"{name} looks like a MovieLens file, which may not be passed on"
