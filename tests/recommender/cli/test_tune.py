"""`matinee tune` and `matinee jobs`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from recommender.evaluation.search import measures
from tests.recommender.cli.commands import Matinee, done, refused

TRIALS = Path("trials.jsonl")


def trials_of(path: Path) -> list[dict[str, Any]]:
    """Every trial of a file but for how long it took."""
    return [{**json.loads(line), "seconds": None} for line in path.read_text().splitlines()[1:]]


class TestTune:
    def test_all_trials_are_shown_best_first_and_the_best_in_words(self, matinee: Matinee, data: Path) -> None:
        Path("space.json").write_text('{"n_neighbours": [2, 5, 0], "damping": [50]}')

        result = matinee("tune", "--data", data, "--space", "space.json", "--method", "grid", "--output", TRIALS)

        head, first, second, third, *words = done(result).splitlines()
        assert head.split() == ["place", "trial", "people", "ndcg@10", "seconds", "n_neighbours"]
        assert first.split()[:3] == ["1", "1", "100%"]
        assert first.split()[-1] == "5"
        assert second.split()[-1] == "2"
        assert third.split()[:4] == ["-", "2", "100%", "failed"]
        assert words[0] == "trial 2 failed: n_neighbours must be a whole number from 1 to 8192, not 0.0."
        assert words[1].startswith(
            "2 trials completed, 1 failed: user-cosine by grid on two tastes; each person's newest tenth held out of"
        )
        assert "Best is trial 1: n_neighbours=5 damping=50." in words
        assert "`matinee train --parameters trials.jsonl` takes the best." in result.stderr

    def test_as_json_it_is_the_search_all_trials_and_the_best(self, matinee: Matinee, data: Path) -> None:
        told = json.loads(done(matinee("tune", "--data", data, "--recipe", "popular", "--trials", 3, "--json")))

        assert (told["recipe"], told["measure"], told["search"]["method"]) == ("popular", "ndcg@10", "random")
        assert [trial["number"] for trial in told["trials"]][:1] == [told["best"]["number"]]
        assert len(told["trials"]) == 3
        assert Path("var/tuning/popular.jsonl").exists()

    def test_the_same_seed_finds_the_same(self, matinee: Matinee, data: Path) -> None:
        for name, seed in (("one", 3), ("two", 3), ("other", 4)):
            done(matinee("tune", "--data", data, "--trials", 4, "--seed", seed, "--output", f"{name}.jsonl"))

        assert trials_of(Path("one.jsonl")) == trials_of(Path("two.jsonl"))
        assert trials_of(Path("one.jsonl")) != trials_of(Path("other.jsonl"))

    def test_predicted_stars_are_cross_validated_within_the_first_fold(self, matinee: Matinee, data: Path) -> None:
        told = json.loads(done(matinee("tune", "--data", data, "--preset", "user-cosine-stars", "--trials", 2, "--folds", 2, "--json")))

        assert told["measure"] == "rmse"
        assert told["says"].startswith("2 of 5 folds of what the first fold learns from: ")
        means = [trial["figure"]["mean"] for trial in told["trials"]]
        assert means == sorted(means)

    def test_a_search_that_was_killed_goes_on_to_the_same_end(self, matinee: Matinee, data: Path) -> None:
        command = [Path(sys.executable).with_name("matinee"), "tune", "--data", data, "--method", "bayes", "--trials", "25", "--output"]
        done(matinee(*command[1:], "whole.jsonl"))
        running = subprocess.Popen([*command, TRIALS], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not TRIALS.exists() or TRIALS.read_bytes().count(b"\n") < 4:
            assert running.poll() is None
            time.sleep(0.002)
        running.send_signal(signal.SIGKILL)
        running.wait()
        n_kept = len(trials_of(TRIALS))
        with TRIALS.open("ab") as file:
            file.write(b'{"number": 9')  # a line that was cut off

        assert json.loads(done(matinee("jobs", ".", "--json")))[1]["status"] == "Stopped"
        done(matinee("tune", "--resume", TRIALS))

        assert 3 <= n_kept < 25
        assert trials_of(TRIALS) == trials_of(Path("whole.jsonl"))

    def test_a_stop_says_how_to_go_on(self, matinee: Matinee, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        original, n_tried = measures.figure_of, 0

        def stops(*arguments: Any) -> Any:
            nonlocal n_tried
            n_tried += 1
            if n_tried == 3:
                raise KeyboardInterrupt
            return original(*arguments)

        monkeypatch.setattr("recommender.tuning.search.figure_of", stops)
        stopped = matinee("tune", "--data", data, "--trials", 5, "--output", TRIALS)

        assert stopped.exit_code == 130
        assert "2 trials are kept; `matinee tune --resume trials.jsonl` goes on." in stopped.stderr
        done(matinee("tune", "--resume", TRIALS))
        assert len(trials_of(TRIALS)) == 5

    def test_a_search_does_not_go_on_with_other_data(self, matinee: Matinee, data: Path, tmp_path: Path) -> None:
        done(matinee("tune", "--data", data, "--trials", 2, "--output", TRIALS))
        ratings = (data / "ratings.csv").read_text().splitlines(keepends=True)
        (data / "ratings.csv").write_text("".join(ratings[:-1]))

        assert "is a search on two tastes with 560 ratings, and two tastes is other data" in refused(matinee("tune", "--resume", TRIALS))

    def test_only_the_data_can_be_named_anew_when_going_on(self, matinee: Matinee, data: Path) -> None:
        done(matinee("tune", "--data", data, "--trials", 2, "--output", TRIALS))

        result = matinee("tune", "--resume", TRIALS, "--trials", 3)

        assert result.exit_code == 2
        assert "--resume goes on with what stands in its file" in result.stderr

    def test_a_search_is_begun_as_another_was(self, matinee: Matinee, data: Path) -> None:
        Path("space.json").write_text('{"n_neighbours": {"from": 2, "to": 19}}')
        done(matinee("tune", "--data", data, "--space", "space.json", "--trials", 3, "--measure", "recall@10", "--output", TRIALS))

        done(matinee("tune", "--like", TRIALS, "--output", "same.jsonl"))
        done(matinee("tune", "--like", TRIALS, "--output", "other.jsonl", "--seed", 1, "--trials", 4))

        assert trials_of(Path("same.jsonl")) == trials_of(TRIALS)
        assert trials_of(Path("other.jsonl"))[1:3] != trials_of(TRIALS)[1:]
        assert len(trials_of(Path("other.jsonl"))) == 4
        heads = [json.loads(path.read_text().splitlines()[0]) for path in (TRIALS, Path("other.jsonl"))]
        differs = {name for name, value in heads[0].items() if heads[1][name] != value}
        assert differs == {"search", "started_at"}
        assert {name for name, value in heads[0]["search"].items() if heads[1]["search"][name] != value} == {"seed", "n_trials"}

    def test_what_is_searched_for_is_not_said_twice(self, matinee: Matinee, data: Path) -> None:
        done(matinee("tune", "--data", data, "--recipe", "popular", "--trials", 1, "--output", TRIALS))

        assert "--like takes what is searched for" in matinee("tune", "--like", TRIALS, "--recipe", "popular").stderr
        assert "is there already" in refused(matinee("tune", "--like", TRIALS, "--output", TRIALS))

    def test_when_every_trial_fails_it_says_why(self, matinee: Matinee, data: Path) -> None:
        Path("space.json").write_text('{"n_neighbours": [0]}')

        result = matinee("tune", "--data", data, "--space", "space.json", "--method", "grid", "--output", TRIALS)

        assert result.exit_code == 1
        assert "All 1 trials failed: n_neighbours must be a whole number from 1 to 8192, not 0.0." in result.stderr
        assert "failed" in done(matinee("jobs", "."))

    def test_the_papers_job_runs_here_as_well(self, matinee: Matinee, data: Path) -> None:
        result = matinee("tune", "--data", data, "--preset", "fm-paper", "--trials", 2, "--folds", 1, "--json")

        told = json.loads(done(result))
        assert "fm-sgd has nothing that corresponds to feature_dim of fm-paper" in result.stderr
        assert (told["recipe"], told["measure"]) == ("fm-sgd", "accuracy")
        for trial in told["trials"]:
            assert trial["parameters"].keys() == {"mini_batch_size", "epochs", "num_factors"}
            assert 50 <= trial["parameters"]["epochs"] <= 500
            assert 0 < trial["figure"]["mean"] < 1
        assert told["best"] == told["trials"][0]

    def test_the_papers_job_is_printed_for_amazon(self, matinee: Matinee) -> None:
        job = json.loads(done(matinee("tune", "--preset", "fm-paper", "--show-job")))

        assert job["HyperParameterTuningJobConfig"]["ResourceLimits"] == {"MaxNumberOfTrainingJobs": 30, "MaxParallelTrainingJobs": 1}

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["--preset", "luck"], "preset must be user-cosine, "),
            (
                ["--preset", "popular", "--recipe", "user-cosine"],
                "recipe must be popular, which the preset popular is for, not 'user-cosine'.",
            ),
            (["--recipe", "magic"], "not 'magic'."),
            (["--space", "nowhere.json"], "nowhere.json cannot be read as JSON"),
            (["--space", "broken.json"], "broken.json cannot be read as JSON"),
            (["--space", "foreign.json"], "parameter must be one of user-cosine's: "),
            (["--measure", "rmse", "--data", "DATA"], "measure must be for the split newest one of "),
        ],
    )
    def test_what_cannot_be_searched_is_one_line(self, matinee: Matinee, data: Path, arguments: list[str], told: str) -> None:
        Path("broken.json").write_text("{")
        Path("foreign.json").write_text('{"temperature": [1]}')

        assert told in refused(matinee("tune", *(str(data) if each == "DATA" else each for each in arguments)))
        assert not Path("var").exists()

    def test_a_preset_and_a_space_are_one_too_many(self, matinee: Matinee) -> None:
        Path("space.json").write_text('{"cut_off": [0.5]}')

        assert matinee("tune", "--preset", "popular", "--space", "space.json").exit_code == 2


class TestJobs:
    def test_where_none_was_begun_it_says_so(self, matinee: Matinee) -> None:
        result = matinee("jobs")

        assert done(result) == ""
        assert "There is no search in var/tuning; `matinee tune` begins one." in result.stderr

    def test_each_search_is_a_line_with_what_became_of_it(self, matinee: Matinee, data: Path) -> None:
        done(matinee("tune", "--data", data, "--recipe", "popular", "--trials", 2))

        head, line, best = done(matinee("jobs")).splitlines()
        assert best.startswith("popular.jsonl: best with cut_off=0.")
        assert head.split() == ["file", "search", "status", "completed", "failed", "of", "began", "seconds", "best"]
        assert line.split()[:6] == ["popular.jsonl", "popular", "by", "random", "on", "two"]
        assert " Completed " in line
