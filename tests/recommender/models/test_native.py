"""Which kernels in C there are, and what is said where they are not."""

from __future__ import annotations

import sys
from dataclasses import fields

import pytest

from recommender.models.kernels import native
from recommender.settings import Settings, variable


def absent(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """As on a machine where these could not be compiled."""
    for name in names:
        monkeypatch.setitem(sys.modules, f"{native.__name__}._{name}", None)


@pytest.mark.kernels
def test_all_are_built_here_and_the_installation_says_so() -> None:
    assert native.missing() == []
    assert native.says() == f"The kernels in C are built, and make use of {native.instructions()}."


@pytest.mark.kernels
@pytest.mark.parametrize("name", native.NAMES)
def test_each_makes_use_of_what_is_asked_for_or_of_what_there_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    built = native.kernel(name)
    assert built
    widest = built.instructions()

    for at, wanted in enumerate(native.INSTRUCTIONS):
        monkeypatch.setenv(native.VARIABLE, wanted)
        assert built.instructions() == min(at, widest)
    monkeypatch.setenv(native.VARIABLE, native.WIDEST)
    assert built.instructions() == widest


def test_where_none_was_built_it_is_said_with_what_would_help(monkeypatch: pytest.MonkeyPatch) -> None:
    absent(monkeypatch, *native.NAMES)

    assert native.instructions() is None
    assert native.says() == (
        "No kernel in C is built here (neighbours, fold_in, per_film missing): numpy and scipy do the work, to the same numbers, "
        "but slower. To build them, install a C compiler and the headers of Python (on Debian: apt-get install gcc libc6-dev python3-dev), "
        "and then Matinee again (in a clone: touch pyproject.toml && make env)."
    )


@pytest.mark.kernels
def test_one_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    absent(monkeypatch, "fold_in")

    assert native.missing() == ["fold_in"]
    assert native.says().startswith("Not all kernels in C are built here (fold_in missing): ")


def test_who_wants_none_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(native.VARIABLE, native.PLAIN)

    assert native.missing() == list(native.NAMES)
    assert native.says() == "MATINEE_KERNELS is plain: numpy and scipy do the work of the kernels in C, to the same numbers."


def test_the_setting_knows_their_words() -> None:
    (setting,) = (field for field in fields(Settings) if variable(field.name) == native.VARIABLE)

    assert setting.default == native.WIDEST
    assert setting.metadata["one_of"] == (native.WIDEST, native.PLAIN, *native.INSTRUCTIONS)
