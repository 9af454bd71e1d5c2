"""`matinee train` and `matinee rollback`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from recommender.traffic import counted, months_counted
from tests.recommender.cli.commands import Matinee, done, model_in_force, new_person, rate, refused, write_data_set
from tests.recommender.test_promotion import tastes_in_time
from tests.worlds import two_tastes


class TestTrain:
    def test_it_says_what_was_learned_and_how_long_it_took(self, matinee: Matinee, data: Path) -> None:
        result = matinee("train", "--data", data)

        assert done(result) == ""  # all of it is talk, and goes to standard error
        assert re.search(
            r"Trained user-cosine on two tastes: 560 ratings, 20 lists "
            r"\(snapshot [\d.]+ s, matrix [\d.]+ s, gate [\d.]+ s, model [\d.]+ s, "
            r"intervals [\d.]+ s, groups [\d.]+ s, publication [\d.]+ s, lists",
            result.stderr,
        )
        assert "Lists: 20 written, 0 unchanged, 0 left as they are because something newer is there." in result.stderr
        assert model_in_force()["generation"] == 1

    def test_the_default_recipe_is_held_against_what_costs_little_and_a_better_one_is_named(self, matinee: Matinee, tmp_path: Path) -> None:
        data = write_data_set(tmp_path / "in time", tastes_in_time())

        first, again = matinee("train", "--data", data, "--anyway"), matinee("train", "--data", data, "--anyway")

        done(first)
        assert re.search(r"\w+ makes better lists of .* `matinee train --recipe [\w-]+` switches\.", first.stderr)
        assert "makes better lists" not in again.stderr, "it is said once for the same ratings"

    def test_a_second_training_is_a_new_generation(self, trained: Matinee, data: Path) -> None:
        done(trained("train", "--data", data))

        assert model_in_force()["generation"] == 2

    def test_without_data_it_learns_from_the_sample_and_says_so(self, matinee: Matinee) -> None:
        result = matinee("train")

        done(result)
        assert "Using the built-in sample: real films, simulated viewers." in result.stderr
        assert "on the built-in sample" in result.stderr

    def test_if_needed_does_nothing_when_there_is_nothing_new(self, trained: Matinee, data: Path) -> None:
        assert trained("train", "--if-needed", "--data", data).output == ""
        assert model_in_force()["generation"] == 1

    @pytest.mark.parametrize("news", ["a rating", "other data", "another recipe"])
    def test_if_needed_learns_what_is_new(self, trained: Matinee, data: Path, tmp_path: Path, news: str) -> None:
        arguments: list[object] = ["--data", data]
        match news:
            case "a rating":
                rate(*new_person(trained), movie_id=1)
            case "other data":
                arguments = ["--data", write_data_set(tmp_path / "more", two_tastes())]
            case _:
                arguments += ["--recipe", "popular"]

        done(trained("train", "--if-needed", *arguments))

        assert model_in_force()["generation"] == 2

    def test_bad_rows_are_told_and_the_rest_is_learned(self, matinee: Matinee, data: Path) -> None:
        with (data / "ratings.csv").open("a") as file:
            file.write("7,7,eleven,0\n")

        result = matinee("train", "--data", data)

        assert "560 ratings" in result.stderr
        assert "ratings.csv" in result.stderr
        assert "'eleven'" in result.stderr

    def test_data_that_are_not_there_are_refused_and_the_model_stays(self, trained: Matinee) -> None:
        said = refused(trained("train", "--data", "nowhere"))

        assert said == "There is nothing at nowhere; give a MovieLens folder or zip, or a folder with ratings.csv and movies.csv."
        assert model_in_force()["generation"] == 1

    def test_an_unknown_recipe_is_refused(self, matinee: Matinee, data: Path) -> None:
        assert re.fullmatch(
            r"recipe must be user-cosine, .* or \S+, not 'magic'\.", refused(matinee("train", "--data", data, "--recipe", "magic"))
        )

    def test_an_unknown_recipe_is_refused_before_data_are_looked_for(self, matinee: Matinee) -> None:
        assert refused(matinee("train", "--data", "nowhere", "--recipe", "magic")).endswith(", not 'magic'.")


class TestMeasure:
    def test_a_training_is_measured_when_asked_for_and_once(self, matinee: Matinee, data: Path) -> None:
        first = matinee("train", "--measure", data=str(data))
        second = matinee("train", "--if-needed", "--measure", data=str(data))

        assert re.search(
            r"^Measured user-cosine: NDCG@10 [01]\.\d{4} ±0\.\d{4}, popular 0\.\d{4}, 20 people\.$", first.stderr, re.MULTILINE
        )
        assert done(second) == ""
        assert second.stderr == ""

    def test_the_log_of_a_training_is_json_when_that_is_asked_for(self, matinee: Matinee, data: Path) -> None:
        result = matinee("--verbose", "train", data=str(data), log_format="json")

        events = [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]
        assert [event["recipe"] for event in events if event["event"] == "trained"] == ["user-cosine"]


class TestRollback:
    def test_the_model_before_is_in_force_again(self, trained: Matinee, data: Path) -> None:
        first = model_in_force()["version"]
        done(trained("train", "--data", data))

        assert done(trained("rollback")) == f"Model {first} is in force again, as generation 3.\n"
        assert model_in_force()["version"] == first

    def test_there_is_nothing_before_the_first(self, trained: Matinee) -> None:
        assert refused(trained("rollback")).startswith("There is no model before ")

    def test_before_any_training_it_says_what_to_do(self, matinee: Matinee) -> None:
        assert refused(matinee("rollback")) == "No trained model in file:var/blobs; run `matinee train`."


def test_a_training_is_remembered_for_the_costs_a_refused_one_too_and_none_that_was_not_needed(matinee: Matinee, tmp_path: Path) -> None:
    data = write_data_set(tmp_path / "in time", tastes_in_time())

    def n_trainings() -> int:
        folder = Path("var/traffic")
        return sum(sum(counted(folder, month).trainings) for month in months_counted(folder))

    done(matinee("train", "--data", data, "--recipe", "ordered"))
    assert n_trainings() == 1
    done(matinee("train", "--data", data, "--recipe", "ordered", "--if-needed"))
    assert n_trainings() == 1
    assert matinee("train", "--data", data, "--recipe", "popular").exit_code == 1
    assert n_trainings() == 2
