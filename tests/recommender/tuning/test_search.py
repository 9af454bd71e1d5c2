"""One trial after the other: failures are kept with their reason, and the best is the best."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from recommender.evaluation.search.inner import inner_plan
from recommender.evaluation.search.methods import GRID, HALVING, Search
from recommender.evaluation.search.space import Choice, Space
from recommender.models import recipes
from recommender.tuning import search as tuning
from recommender.tuning.jobs import jobs_in
from recommender.tuning.search import Ground, best_of, digest_of, ranking_of, search, sentences
from recommender.tuning.trials_file import Head, Trials, new_file, old_file
from tests.worlds import data_set_of, two_tastes

DATA = data_set_of(two_tastes())
GROUND = Ground(inner_plan("newest", DATA.ratings), DATA.catalogue)


def head_of(space: Space, method: str = GRID, measure: str = "ndcg@10") -> Head:
    made = Search(method, space, 9, 0, n_people=20, lower_is_better=measure == "rmse", own=recipes.BY_NAME["user-cosine"].defaults)
    return Head("user-cosine", made, "p", "here", "two tastes", len(DATA.ratings), digest_of(DATA.ratings), "newest", 5, "so", measure, 0.0)


def searched(path: Path, space: Space, **rest: Any) -> Trials:
    clock = count(0.0, 0.5)
    with new_file(path, head_of(space, **rest)) as file:
        return search(file, GROUND, clock=lambda: next(clock))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trials.jsonl"


def test_the_best_is_found_and_told(path: Path) -> None:
    # Two neighbours have rated nothing that one has not.
    trials = searched(path, {"n_neighbours": Choice((2, 5)), "damping": Choice((50,))})

    best = best_of(trials)
    assert best is not None
    assert best.figure is not None
    assert best.candidate.parameters == {"n_neighbours": 5, "damping": 50}
    assert [outcome.seconds for outcome in trials.outcomes] == [0.5, 0.5]
    told = " ".join(sentences(trials))
    assert "2 trials completed, 0 failed" in told
    assert "Best is trial 1: n_neighbours=5 damping=50." in told


def test_a_trial_that_fails_is_kept_with_its_reason_and_the_search_goes_on(path: Path) -> None:
    trials = searched(path, {"n_neighbours": Choice((0, 5)), "damping": Choice((50,))})

    failed, good = trials.outcomes
    assert failed.figure is None
    assert failed.reason == "n_neighbours must be a whole number from 1 to 8192, not 0.0."
    assert good.figure is not None
    assert ranking_of(trials) == [good, failed]


@pytest.mark.parametrize("error", [ValueError("no"), ZeroDivisionError("no"), MemoryError("no")])
def test_a_model_that_breaks_is_a_failure_too(path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def breaks(*_: object) -> None:
        raise error

    monkeypatch.setattr(tuning, "figure_of", breaks)
    trials = searched(path, {"n_neighbours": Choice((5,))})

    assert [outcome.reason for outcome in trials.outcomes] == ["no"]
    assert best_of(trials) is None


def test_a_search_that_is_stopped_goes_on_where_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space: Space = {"n_neighbours": Choice((1, 2, 3, 5)), "damping": Choice((50,))}
    whole = searched(path.with_name("whole.jsonl"), space)
    original, calls = tuning.figure_of, count()

    def stops(*arguments: Any) -> Any:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return original(*arguments)

    monkeypatch.setattr(tuning, "figure_of", stops)
    with pytest.raises(KeyboardInterrupt):
        searched(path, space)
    with old_file(path) as file:
        assert len(file.trials.outcomes) == 2
        resumed = search(file, GROUND, clock=iter([0.0, 0.5] * 4).__next__)

    assert resumed.outcomes == whole.outcomes


def test_halving_tries_on_the_people_it_says(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.evaluation.search.methods.LEAST_PEOPLE", 2)
    trials = searched(path, {"n_neighbours": Choice(tuple(range(1, 10)))}, method=HALVING)

    n_people = [outcome.figure.n for outcome in trials.outcomes if outcome.figure]
    assert n_people == [2] * 9 + [7] * 3 + [20]


def test_other_ratings_have_another_digest() -> None:
    assert digest_of(DATA.ratings) == digest_of(data_set_of(two_tastes()).ratings)
    assert digest_of(DATA.ratings) != digest_of(data_set_of(two_tastes()[1:]).ratings)


class TestJobs:
    def test_searches_are_listed_with_what_became_of_them(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        searched(tmp_path / "done.jsonl", {"n_neighbours": Choice((5, 0))})
        searched(tmp_path / "lost.jsonl", {"n_neighbours": Choice((0,))})
        (tmp_path / "cut.jsonl").write_bytes((tmp_path / "done.jsonl").read_bytes().splitlines(keepends=True)[0])
        (tmp_path / "foreign.jsonl").write_text("{}\n")

        told = {job.path.stem: job.told() for job in jobs_in(tmp_path)}

        assert {name: job["status"] for name, job in told.items()} == {
            "done": "Completed",
            "lost": "Failed",
            "cut": "Stopped",
            "foreign": "Unreadable",
        }
        done = told["done"]
        assert (done["completed"], done["failed"], done["trials"], done["began"], done["seconds"]) == (1, 1, 2, 0.0, 1.0)
        assert done["parameters"] == {"n_neighbours": 5}
        assert list(done["reasons"].values()) == [1]
        assert next(iter(told["lost"]["reasons"])).startswith("n_neighbours must be")
        assert list(told)[-1] == "foreign"

    def test_one_that_is_being_searched_is_running(self, tmp_path: Path) -> None:
        with new_file(tmp_path / "now.jsonl", head_of({"n_neighbours": Choice((5,))})):
            assert [job.status for job in jobs_in(tmp_path)] == ["Running"]

    def test_where_there_is_no_folder_there_are_none(self, tmp_path: Path) -> None:
        assert jobs_in(tmp_path / "nowhere") == []
