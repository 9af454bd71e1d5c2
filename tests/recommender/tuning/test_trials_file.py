"""A search in a file outlives kills, torn lines and other writers, and is never gone on with on a misunderstanding."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import isnan, nan
from pathlib import Path

import pytest

from recommender.errors import DataError
from recommender.evaluation.figures import Figure
from recommender.evaluation.search.methods import HALVING, METHODS, Search
from recommender.evaluation.search.outcomes import Candidate, Outcome
from recommender.evaluation.search.space import Choice, Range
from recommender.tuning.trials_file import Head, TrialsFile, is_being_written, new_file, old_file, read_trials


def head_of(method: str = "random", n_trials: int = 12) -> Head:
    space = {"n_neighbours": Range(1, 100, "log", whole=True), "damping": Choice((5, 50, 0.1 + 0.2))}
    search = Search(method, space, n_trials, 7, n_people=500, lower_is_better=False, own={"n_neighbours": 40, "damping": 50.0})
    return Head("user-cosine", search, "user-cosine", "ml-100k", "ml-100k", 100_000, "ab" * 32, "newest", 5, "newest tenth", "ndcg@10", 1.5)


def worth(candidate: Candidate) -> Outcome:
    if candidate.number % 4 == 3:
        return Outcome(candidate, None, "It broke.", 0.25)
    return Outcome(candidate, Figure(sum(candidate.parameters.values()) / 3, nan if candidate.number == 0 else 0.1 / 3, 10), "", 1 / 3)


def go_on(file: TrialsFile, most: int = 1000) -> None:
    while len(file.trials.outcomes) < most and (candidate := file.trials.head.search.next(file.trials.outcomes)):
        file.add(worth(candidate))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "trials.jsonl"


@pytest.fixture
def begun(path: Path) -> Path:
    with new_file(path, head_of()) as file:
        go_on(file, most=5)
    return path


@pytest.mark.parametrize("method", METHODS)
def test_what_was_written_is_read_to_the_last_bit(path: Path, method: str) -> None:
    head = head_of(method)
    with new_file(path, head) as file:
        go_on(file)
        written = file.trials

    read = read_trials(path)

    assert read.head == head
    assert list(read.head.search.space) == list(head.search.space)
    assert read.is_complete
    assert isnan(read.outcomes[0].figure.error) if read.outcomes[0].figure else False
    assert read.outcomes[1:] == written.outcomes[1:]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("cut", [0, 1, 40])
def test_a_search_cut_off_anywhere_ends_as_an_unbroken_one(path: Path, tmp_path: Path, method: str, cut: int) -> None:
    with new_file(path, head_of(method)) as file:
        go_on(file)
    unbroken = path.read_bytes()
    lines = unbroken.splitlines(keepends=True)
    for n in range(1, len(lines)):
        path.write_bytes(b"".join(lines[:n]) + lines[n][:cut])  # as a kill leaves it
        with old_file(path) as file:
            assert len(file.trials.outcomes) == n - 1
            go_on(file)
        assert path.read_bytes() == unbroken


def test_each_outcome_is_there_before_the_next_is_tried(path: Path) -> None:
    with new_file(path, head_of()) as file:
        for n in range(3):
            assert len(read_trials(path).outcomes) == n
            go_on(file, most=n + 1)


def test_a_search_is_never_overwritten(begun: Path) -> None:
    before = begun.read_bytes()

    with (
        pytest.raises(
            DataError, match=r"is there already; go on with it by `matinee tune --resume .*trials\.jsonl`, or name another file\."
        ),
        new_file(begun, head_of()),
    ):
        pass

    assert begun.read_bytes() == before


def test_a_kill_before_the_first_line_leaves_nothing_in_the_way(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"")

    with new_file(path, head_of()) as file:
        go_on(file, most=1)

    assert len(read_trials(path).outcomes) == 1


def test_one_at_a_time_writes(begun: Path) -> None:
    with old_file(begun):
        assert is_being_written(begun)
        with pytest.raises(DataError, match="Another search is writing to"), old_file(begun):
            pass
    assert not is_being_written(begun)


def line(n: int, **changed: object) -> Callable[[list[bytes]], list[bytes]]:
    def change(lines: list[bytes]) -> list[bytes]:
        lines[n] = json.dumps({**json.loads(lines[n]), **changed}).encode()
        return lines

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda lines: [], "holds no search; name a file that `matinee tune` has written"),
        (lambda lines: [b"{}", *lines[1:]], "holds no search; name a file"),
        (lambda lines: [b"user_id,movie_id", *lines[1:]], "holds no search; name a file"),
        (lambda lines: lines[1:], "holds no search; name a file"),
        (line(0, matinee_search=2), "was written by another version of Matinee; search anew"),
        (line(0, recipe="magic"), "is a search for magic, a recipe that is not here"),
        (line(0, search={"method": "luck"}), "holds no search; name a file"),
        (lambda lines: [*lines[:2], b"[]", *lines[3:]], "Line 3 of .* is no trial; take it and what follows away"),
        (lambda lines: [*lines[:2], *lines[3:]], "Line 3 of .* is not the trial that comes next; take it and what follows away"),
        (line(2, share=0.5), "Line 3 of .* is not the trial that comes next"),
        (line(2, figure=None), "Line 3 of .* is no trial"),
        (line(2, parameters={"n_neighbours": 3, "damping": 5}), "Line 3 of .* is not the trial that comes next"),
    ],
)
def test_what_is_no_search_is_told(begun: Path, change: Callable[[list[bytes]], list[bytes]], told: str) -> None:
    begun.write_bytes(b"".join(each + b"\n" for each in change(begun.read_bytes().splitlines())))

    with pytest.raises(DataError, match=told):
        read_trials(begun)


def test_halving_goes_on_with_those_that_were_best(path: Path) -> None:
    with new_file(path, head_of(HALVING, n_trials=9)) as file:
        go_on(file)

    last = read_trials(path).outcomes[-1].candidate
    assert last.share == 1
