"""Parameters come from a search or from a file that somebody wrote, and what is neither is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recommender.errors import DataError, InvalidInputError
from recommender.evaluation.figures import Figure
from recommender.evaluation.search.methods import HALVING, Search
from recommender.evaluation.search.outcomes import Outcome
from recommender.evaluation.search.space import Range
from recommender.tuning.parameters import read_parameters
from recommender.tuning.trials_file import Head, new_file


def searched(path: Path, *, most: int = 1000, method: str = HALVING, fails: bool = False) -> Path:
    """A search in which a higher damping is better, as far as that many trials."""
    search = Search(method, {"damping": Range(1, 100)}, 9, 0, n_people=900, lower_is_better=False)
    with new_file(path, Head("user-cosine", search, "p", "here", "d", 5, "ab", "newest", 5, "so", "ndcg@10", 0.0)) as file:
        while len(file.trials.outcomes) < most and (candidate := search.next(file.trials.outcomes)):
            # On few people everything looks better than it is.
            mean = candidate.parameters["damping"] / 100 + (1 - candidate.share)
            file.add(Outcome(candidate, None if fails else Figure(mean, 0.1, 9), "It broke." if fails else ""))
    return path


def test_the_best_of_a_search_is_the_best_on_the_most_people(tmp_path: Path) -> None:
    chosen = read_parameters(searched(tmp_path / "t.jsonl"))

    tried = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()[1:]]
    assert chosen.recipe == "user-cosine"
    assert chosen.parameters == tried[-1]["parameters"]
    assert chosen.says == f"Parameters of trial 12 of {tmp_path / 't.jsonl'}, ndcg@10 {tried[-1]['figure']['mean']:.4f} on validation."


def test_a_search_that_has_not_ended_gives_the_best_so_far_and_says_so(tmp_path: Path) -> None:
    chosen = read_parameters(searched(tmp_path / "t.jsonl", most=4))

    assert chosen.parameters["damping"] > 0
    assert f"the search has not ended, `matinee tune --resume {tmp_path / 't.jsonl'}` goes on with it." in chosen.says


@pytest.mark.parametrize(("most", "fails"), [(0, False), (3, True)])
def test_a_search_without_a_good_trial_has_no_best(tmp_path: Path, most: int, fails: bool) -> None:
    with pytest.raises(DataError, match=r"No trial of .* has come to a good end; go on with `matinee tune --resume "):
        read_parameters(searched(tmp_path / "t.jsonl", most=most, fails=fails))


def test_parameters_that_somebody_wrote_down_will_do(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"recipe": "user-cosine", "parameters": {"damping": 80}}')

    chosen = read_parameters(tmp_path / "p.json")

    assert (chosen.recipe, chosen.parameters, chosen.says) == ("user-cosine", {"damping": 80.0}, "")


@pytest.mark.parametrize(
    ("written", "error", "told"),
    [
        ({}, DataError, "is neither a search nor parameters such as"),
        ({"recipe": "popular"}, DataError, "is neither a search nor parameters such as"),
        ([], DataError, "holds no search"),
        ({"recipe": "magic", "parameters": {}}, InvalidInputError, "recipe must be .*, not 'magic'"),
        (
            {"recipe": "popular", "parameters": {"damping": 1}},
            InvalidInputError,
            "parameter must be one of popular's: cut_off, spoken_of, not 'damping'",
        ),
        ({"recipe": "popular", "parameters": {"cut_off": "high"}}, InvalidInputError, "parameter cut_off must be a number, not 'high'"),
        ({"recipe": "popular", "parameters": {"cut_off": True}}, InvalidInputError, "parameter cut_off must be a number, not True"),
    ],
)
def test_what_holds_no_parameters_is_told(tmp_path: Path, written: Any, error: type[Exception], told: str) -> None:
    (tmp_path / "p.json").write_text(json.dumps(written))

    with pytest.raises(error, match=told):
        read_parameters(tmp_path / "p.json")
