"""The command line: what each command prints, writes, refuses and leaves alone."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from recommender import batch as batch_ranking
from recommender.cli import main
from recommender.domain import FIRST_OWN_USER_ID, Rating
from tests.worlds import GENRES, right_and_wrong, two_tastes

Matinee = Callable[..., Result]
NOBODY = FIRST_OWN_USER_ID + 98


def write_data_set(folder: Path, ratings: Iterable[Rating], n_movies: int = 30) -> Path:
    """A folder with ratings.csv and movies.csv, as anybody might bring one."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "ratings.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["userId", "movieId", "rating", "timestamp"])
        rows.writerows((r.user_id, r.movie_id, r.stars, r.rated_at) for r in ratings)
    with (folder / "movies.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["movieId", "title", "genres"])
        rows.writerows((k, f"Film {k} ({1900 + k})", GENRES[k % 3]) for k in range(1, n_movies + 1))
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The world of two tastes as a folder of files: viewers 1 to 20, films 1 to 30."""
    return write_data_set(tmp_path / "two tastes", two_tastes())


@pytest.fixture
def matinee(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Matinee:
    """Runs a command in an empty folder of its own, with nothing to download."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)

    def run(*arguments: object, typed: str = "", **settings: str) -> Result:
        environment = {"MATINEE_DOWNLOAD_URL": "", **{f"MATINEE_{name.upper()}": value for name, value in settings.items()}}
        return CliRunner().invoke(main, [str(a) for a in arguments], env=environment, input=typed)

    return run


@pytest.fixture
def trained(matinee: Matinee, data: Path) -> Matinee:
    """The same, once a model of two tastes is in force."""
    done(matinee("train", "--data", data, "--neighbours", 5))
    return matinee


def done(result: Result) -> str:
    """What was printed, if all went well."""
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(result: Result) -> str:
    """The one line of a refusal, if there was one."""
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr.removeprefix("Error: ").strip()


def lines_of(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def model_in_force() -> dict[str, Any]:
    return dict(json.loads(Path("var/blobs/current.json").read_text()))


def new_person(matinee: Matinee) -> tuple[int, str]:
    found = re.fullmatch(r"number  (\d+)\ntoken   ([\w-]{43})\n", done(matinee("profile", "new")))
    assert found
    return int(found[1]), found[2]


class TestTrain:
    def test_it_says_what_was_learned_and_how_long_it_took(self, matinee: Matinee, data: Path) -> None:
        result = matinee("train", "--data", data)

        assert done(result) == ""  # all of it is talk, and goes to standard error
        assert re.search(
            r"Trained user-cosine on two tastes: 560 ratings, 20 lists \(snapshot [\d.]+ s, model [\d.]+ s, publication [\d.]+ s, lists",
            result.stderr,
        )
        assert model_in_force()["generation"] == 1

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
        assert refused(matinee("train", "--data", data, "--recipe", "magic")).startswith(
            "recipe must be user-cosine or popular, not 'magic'"
        )

    def test_an_unknown_recipe_is_refused_before_data_are_looked_for(self, matinee: Matinee) -> None:
        assert refused(matinee("train", "--data", "nowhere", "--recipe", "magic")) == "recipe must be user-cosine or popular, not 'magic'."


def rate(user_id: int, token: str, movie_id: int) -> None:
    """Through the engine, in the folder the commands run in."""
    from recommender.serving import open_recommender
    from recommender.settings import Settings

    recommender = open_recommender(Settings())
    try:
        recommender.rate(user_id, movie_id, 5, token=token)
    finally:
        recommender.close()


class TestRecommend:
    def test_a_list_is_rank_match_stars_title_and_the_first_reason(self, trained: Matinee) -> None:
        result = trained("recommend", 3, "-n", 1)
        right, _ = right_and_wrong(3)

        film, reason = done(result).splitlines()
        assert re.fullmatch(rf"   1  [ \d]\d\d %  \d\.\d  Film {right} \({1900 + right}\)  \[{right}\]", film)
        assert reason.startswith(" " * 18)
        assert reason.strip().endswith(".")
        assert re.search(r"^1 films for viewer 3, personal; revision 0, model \d{8}T", result.stderr)

    def test_as_json_it_is_the_whole_list(self, trained: Matinee) -> None:
        told = json.loads(done(trained("recommend", 3, "--json")))

        assert [line["movie"]["movie_id"] for line in told["movies"]] == list(right_and_wrong(3))
        assert (told["user_id"], told["rev"], told["generation"], told["basis"]) == (3, 0, 1, "personal")

    def test_the_list_is_as_long_as_asked(self, trained: Matinee) -> None:
        user_id, token = new_person(trained)

        for n in (1, 10, 25):
            assert len(json.loads(done(trained("recommend", user_id, "-n", n, "--token", token, "--json")))["movies"]) == n

    def test_another_recipe_ranks_the_same_films(self, trained: Matinee) -> None:
        told = json.loads(done(trained("recommend", 3, "--recipe", "popular", "--json")))

        assert told["basis"] == "popular"
        assert sorted(line["movie"]["movie_id"] for line in told["movies"]) == sorted(right_and_wrong(3))

    @pytest.mark.parametrize("user_id", [21, 999_999, 10**30])
    def test_an_unknown_viewer_is_one_line_that_says_who_there_is(self, trained: Matinee, user_id: int) -> None:
        said = refused(trained("recommend", user_id))

        assert said.startswith(f"There is no list for viewer {user_id}")

    def test_a_private_list_and_no_list_are_told_alike_with_the_ways_in(self, trained: Matinee) -> None:
        user_id = int(done(trained("profile", "new")).split()[1])
        ways = "a private one opens to its token, or to everybody once it is shared."

        assert refused(trained("recommend", user_id)) == f"There is no list for viewer {user_id}; {ways}"
        assert refused(trained("recommend", NOBODY)) == f"There is no list for viewer {NOBODY}; {ways}"

    def test_which_numbers_there_are_is_said(self, trained: Matinee) -> None:
        assert refused(trained("recommend", 21)).endswith("the viewers of two tastes have numbers from 1 to 20.")

    @pytest.mark.parametrize("arguments", [["0"], ["--", "-3"], ["ten"], ["1.5"], ["3", "-n", "0"], ["3", "-n", "101"], [], ["1", "2"]])
    def test_what_cannot_be_meant_is_exit_code_2_with_the_allowed(self, trained: Matinee, arguments: list[str]) -> None:
        result = trained("recommend", *arguments)

        assert result.exit_code == 2
        assert result.stdout == ""
        assert "Error: " in result.stderr

    def test_a_private_list_takes_its_token(self, trained: Matinee) -> None:
        user_id, token = new_person(trained)

        assert "popular" in trained("recommend", user_id, "--token", token).stderr
        assert refused(trained("recommend", user_id)) == refused(trained("recommend", user_id, "--token", "guess"))

    def test_before_the_first_training_it_says_what_to_do(self, matinee: Matinee) -> None:
        assert refused(matinee("recommend", 3)) == "No trained model in file:var/blobs; run `matinee train`."


class TestBatch:
    def test_every_viewer_has_a_ranked_list_of_films_not_seen_best_first(self, matinee: Matinee, data: Path) -> None:
        assert done(matinee("batch", "--data", data, "--recipe", "user-cosine", "--neighbours", 5, "-n", 25, "--output", "lists.csv")) == ""

        head, *rows = lines_of(Path("lists.csv"))
        assert head == ["user_id", "movie_id", "rank", "score"]
        rated = {(r.user_id, r.movie_id) for r in two_tastes()}
        lists = {int(user): list(lines) for user, lines in groupby(rows, key=lambda row: row[0])}
        assert list(lists) == list(range(1, 21))
        for user_id, lines in lists.items():
            assert [int(movie) for _, movie, _, _ in lines] == list(right_and_wrong(user_id))
            assert [int(rank) for _, _, rank, _ in lines] == [1, 2]
            scores = [float(score) for *_, score in lines]
            assert scores == sorted(scores, reverse=True)
            assert not rated & {(user_id, int(movie)) for _, movie, _, _ in lines}

    def test_lists_are_no_longer_than_asked(self, matinee: Matinee, data: Path) -> None:
        done(matinee("batch", "--data", data, "--recipe", "popular", "-n", 1, "--output", "lists.csv"))

        assert [row[2] for row in lines_of(Path("lists.csv"))[1:]] == ["1"] * 20

    def test_the_running_store_is_neither_read_nor_written(self, matinee: Matinee, data: Path) -> None:
        done(
            matinee("batch", "--data", data, "--output", "lists.csv", profiles_url="sqlite:/dev/null/none", blobs_url="file:/dev/null/none")
        )

        assert [path.name for path in Path().iterdir()] == ["lists.csv"]

    def test_a_batch_that_fails_leaves_what_was_there(self, matinee: Matinee, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("lists.csv").write_text("yesterday's")
        original = batch_ranking.rank_everybody

        def breaks_off(*arguments: Any, **rest: Any) -> Iterable[object]:
            yield next(iter(original(*arguments, **rest)))
            raise KeyboardInterrupt

        monkeypatch.setattr(batch_ranking, "rank_everybody", breaks_off)
        assert matinee("batch", "--data", data, "--output", "lists.csv").exit_code == 130

        assert Path("lists.csv").read_text() == "yesterday's"
        assert [path.name for path in Path().iterdir()] == ["lists.csv"]

    def test_a_place_that_cannot_be_written_is_told_before_the_work(self, matinee: Matinee, data: Path) -> None:
        said = refused(matinee("batch", "--data", data, "--output", "nowhere/lists.csv"))

        assert said == "nowhere/lists.csv cannot be written: No such file or directory."

    def test_data_must_be_named(self, matinee: Matinee) -> None:
        assert refused(matinee("batch", "--output", "lists.csv")) == "No data set is named; give --data PATH or set MATINEE_DATA."
        assert list(Path().iterdir()) == []

    def test_the_data_of_the_settings_will_do(self, matinee: Matinee, data: Path) -> None:
        done(matinee("batch", "--output", "lists.csv", data=str(data)))

        assert len(lines_of(Path("lists.csv"))) == 41

    def test_damping_0_is_the_textbook_ranking(self, matinee: Matinee, tmp_path: Path) -> None:
        # Two people agree with 1 in everything; one of them gave film 4 five stars, both gave film 3 four.
        agree = [Rating(u, m, 4.0, 0) for u in (1, 2, 3) for m in (1, 2)]  # type: ignore[arg-type]
        data = write_data_set(tmp_path / "d", [*agree, *(Rating(u, 3, 4.0, 0) for u in (2, 3)), Rating(2, 4, 5.0, 0)], n_movies=4)  # type: ignore[arg-type]

        best = {}
        for damping in ("0", "50"):
            done(matinee("batch", "--data", data, "--damping", damping, "-n", 1, "--output", "lists.csv"))
            best[damping] = lines_of(Path("lists.csv"))[1]

        assert best["0"] == ["1", "4", "1", "5.0"]  # one vote, five stars, and the plain average of it
        assert best["50"][:3] == ["1", "3", "1"]

    def test_a_pipe_gets_the_lines(self, data: Path, tmp_path: Path) -> None:
        ran = subprocess.run(
            [Path(sys.executable).with_name("matinee"), "batch", "--data", data, "-n", "1", "--output", "/dev/stdout"],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )

        assert ran.returncode == 0, ran.stderr
        assert ran.stdout.startswith("user_id,movie_id,rank,score\n1,")
        assert ran.stdout.count("\n") == 21


class TestPredict:
    def predicted(self, matinee: Matinee, data: Path, pairs: str) -> list[list[str]]:
        Path("pairs.csv").write_text(pairs)
        done(matinee("predict", "--data", data, "--recipe", "user-cosine", "--pairs", "pairs.csv", "--output", "out.csv"))
        head, *rows = lines_of(Path("out.csv"))
        assert head == ["user_id", "movie_id", "prediction"]
        return rows

    def test_every_pair_gets_its_stars_in_the_order_given(self, matinee: Matinee, data: Path) -> None:
        (right, wrong), order = right_and_wrong(3), [(3, 0), (20, 0), (3, 1), (3, 0), (1, 1)]
        pairs = [(user, right_and_wrong(user)[i]) for user, i in order]

        rows = self.predicted(matinee, data, "user_id,movie_id,timestamp\n" + "".join(f"{u},{m},880000000\n" for u, m in pairs))

        assert [(int(u), int(m)) for u, m, _ in rows] == pairs
        stars = {(int(u), int(m)): float(s) for u, m, s in rows}
        assert stars[3, right] > 3.5 > 2.5 > stars[3, wrong]
        assert rows[0] == rows[3]

    def test_a_file_without_a_head_loses_no_line(self, matinee: Matinee, data: Path) -> None:
        with_head, without = self.predicted(matinee, data, "userId,movieId\n3,7\n4,7\n"), self.predicted(matinee, data, "3,7\n4,7")

        assert with_head == without
        assert len(without) == 2

    def test_strangers_and_unknown_films_get_stars_too(self, matinee: Matinee, data: Path) -> None:
        rows = self.predicted(matinee, data, "999,1\n3,999\n999,999\n" + f"{10**17},{10**17}\n")

        assert len(rows) == 4
        assert all(0.5 <= float(stars) <= 5 for *_, stars in rows)

    def test_no_pairs_make_a_file_with_a_head_alone(self, matinee: Matinee, data: Path) -> None:
        assert self.predicted(matinee, data, "user_id,movie_id\n\n") == []

    @pytest.mark.parametrize(
        ("pairs", "sentence"),
        [
            ("1,2\n3,x\n", "line 2 of pairs.csv must be user_id,movie_id in whole numbers from 1 up, not '3,x'."),
            ("1\n", "line 1 of pairs.csv must be user_id,movie_id in whole numbers from 1 up, not '1'."),
            ("-1,2\n", "line 1 of pairs.csv must be user_id,movie_id in whole numbers from 1 up, not '-1,2'."),
            ("movieId,userId\n1,2\n", "line 1 of pairs.csv must be user_id,movie_id in this order, not 'movieId,userId'."),
            ("item,user,time\n1,2,3\n", "line 1 of pairs.csv must be user_id,movie_id in this order, not 'item,user,time'."),
            ("user,movie\n0,2\n", "line 2 of pairs.csv must be user_id,movie_id in whole numbers from 1 up, not '0,2'."),
            ("user,movie\n1.5,2\n", "line 2 of pairs.csv must be user_id,movie_id in whole numbers from 1 up, not '1.5,2'."),
            (
                "1,2\n" + "9" * 30 + ",2\n",
                "line 2 of pairs.csv must be user_id,movie_id in whole numbers from 1 up, not '" + "9" * 30 + ",2'.",
            ),
        ],
    )
    def test_a_bad_line_is_named_with_what_would_be_right(self, matinee: Matinee, data: Path, pairs: str, sentence: str) -> None:
        Path("pairs.csv").write_text(pairs)

        assert refused(matinee("predict", "--data", data, "--pairs", "pairs.csv", "--output", "out.csv")) == sentence
        assert not Path("out.csv").exists()

    def test_a_file_that_is_no_text_is_refused(self, matinee: Matinee, data: Path) -> None:
        Path("pairs.csv").write_bytes(b"\xff\xfe\x00\x01" * 50)

        assert refused(matinee("predict", "--data", data, "--pairs", "pairs.csv", "--output", "out.csv")).startswith(
            "pairs.csv is no CSV ("
        )

    def test_a_file_that_is_not_there_is_exit_code_2(self, matinee: Matinee, data: Path) -> None:
        result = matinee("predict", "--data", data, "--pairs", "pairs.csv", "--output", "out.csv")

        assert result.exit_code == 2
        assert "'pairs.csv' does not exist" in result.stderr


class TestEvaluate:
    @pytest.mark.parametrize("split", ["newest", "newest-liked"])
    def test_lists_are_measured_beside_the_baseline(self, matinee: Matinee, data: Path, split: str) -> None:
        head, popular, own, provenance = done(matinee("evaluate", "--data", data, "--split", split)).splitlines()

        cutoffs = [f"{measure}@{k}" for measure in ("ndcg", "precision") for k in (5, 10, 25)]
        assert head.split() == [*cutoffs, "mrr@25", "hit@10", "coverage"]
        assert popular.split()[0] == "popular"
        assert own.split()[0] == "user-cosine"
        assert re.fullmatch(
            r"two tastes, 560 ratings; each person's newest tenth held out: \d+ ratings; ± is one standard error", provenance
        )

    def test_folds_measure_predicted_stars(self, matinee: Matinee, data: Path) -> None:
        told = json.loads(done(matinee("evaluate", "--data", data, "--split", "folds", "--json")))

        assert told["note"] == "5 random folds"
        assert told["recipes"]["user-cosine"]["rmse"]["n"] == 5
        assert told["recipes"]["user-cosine"]["rmse"]["mean"] < told["recipes"]["popular"]["rmse"]["mean"]

    def test_as_json_the_figures_come_with_their_provenance(self, matinee: Matinee, data: Path) -> None:
        told = json.loads(done(matinee("evaluate", "--data", data, "--json")))

        assert (told["data"], told["ratings"], told["split"]) == ("two tastes", 560, "newest")
        assert set(told["recipes"]) == {"popular", "user-cosine"}
        assert set(told["recipes"]["popular"]["ndcg@10"]) == {"mean", "error", "n"}

    def test_where_nobody_can_be_measured_there_is_no_figure(self, matinee: Matinee, tmp_path: Path) -> None:
        disliked = write_data_set(tmp_path / "d", [Rating(u, m, 2.0, m) for u in (1, 2) for m in (1, 2, 3)])  # type: ignore[arg-type]

        told = json.loads(
            done(matinee("evaluate", "--data", disliked, "--split", "newest-liked", "--json")),
            parse_constant=lambda word: pytest.fail(word),
        )

        assert told["recipes"]["popular"]["ndcg@10"] == {"mean": None, "error": None, "n": 0}

    def test_an_unknown_recipe_is_refused_before_the_work(self, matinee: Matinee) -> None:
        assert "not 'magic'" in refused(matinee("evaluate", "--data", "nowhere", "--recipe", "popular,magic"))

    def test_nothing_is_left_behind(self, matinee: Matinee, data: Path) -> None:
        done(matinee("evaluate", "--data", data))

        assert list(Path().iterdir()) == []

    @pytest.mark.data
    def test_on_real_ratings_lists_are_as_good_as_promised_and_better_than_popular(self, matinee: Matinee, ml_latest_small: Path) -> None:
        told = json.loads(done(matinee("evaluate", "--data", ml_latest_small, "--split", "newest", "--json")))["recipes"]

        assert told["user-cosine"]["ndcg@10"]["n"] == 610
        assert told["user-cosine"]["ndcg@10"]["mean"] >= 0.072
        assert told["user-cosine"]["ndcg@10"]["mean"] > told["popular"]["ndcg@10"]["mean"] + 2 * told["popular"]["ndcg@10"]["error"]

    @pytest.mark.data
    def test_on_the_official_folds_stars_are_predicted_as_well_as_promised(self, matinee: Matinee, ml_100k: Path) -> None:
        told = json.loads(done(matinee("evaluate", "--data", ml_100k, "--split", "folds", "--recipe", "user-cosine", "--json")))

        assert told["note"] == "5 official folds"
        assert told["recipes"]["user-cosine"]["rmse"]["mean"] <= 0.955


class TestProfiles:
    def test_a_new_person_gets_a_number_of_their_own_and_a_token_and_hears_how_to_rate(self, matinee: Matinee) -> None:
        result = matinee("profile", "new")

        assert re.fullmatch(rf"number  {FIRST_OWN_USER_ID}\ntoken   [\w-]{{43}}\n", done(result))
        assert f"curl -X PUT http://127.0.0.1:8000/api/v1/users/{FIRST_OWN_USER_ID}/ratings/MOVIE_ID" in result.stderr
        assert f"matinee recommend {FIRST_OWN_USER_ID} --token " in result.stderr

    def test_a_new_shared_number_comes_with_the_address_of_its_list(self, matinee: Matinee) -> None:
        said = matinee("profile", "new", "--shared").stderr

        assert said.endswith(f"http://127.0.0.1:8000/result/?user={FIRST_OWN_USER_ID}\n")

    def test_numbers_and_tokens_are_never_given_twice(self, matinee: Matinee) -> None:
        people = [new_person(matinee) for _ in range(3)]
        done(matinee("profile", "forget", people[2][0], "--yes"))
        people.append(new_person(matinee))

        assert len({number for number, _ in people}) == len({token for _, token in people}) == 4

    def test_a_list_is_shared_and_private_again(self, trained: Matinee) -> None:
        user_id, _ = new_person(trained)

        assert done(trained("profile", "share", user_id)) == f"The list of {user_id} is readable by whoever knows the number.\n"
        done(trained("recommend", user_id))
        assert done(trained("profile", "share", user_id, "--off")) == f"The list of {user_id} is private.\n"
        refused(trained("recommend", user_id))

    def test_a_person_may_be_shared_from_the_start(self, trained: Matinee) -> None:
        user_id = done(trained("profile", "new", "--shared")).split()[1]

        done(trained("recommend", user_id))

    def test_forgetting_asks_first_and_then_nothing_is_left(self, trained: Matinee) -> None:
        user_id, token = new_person(trained)
        rate(user_id, token, movie_id=1)

        assert trained("profile", "forget", user_id, typed="n\n").exit_code == 1
        assert "revision 1" in trained("recommend", user_id, "--token", token).stderr
        assert f"{user_id} is forgotten" in done(trained("profile", "forget", user_id, typed="y\n"))
        refused(trained("recommend", user_id, "--token", token))

    @pytest.mark.parametrize("command", [["forget", "--yes"], ["forget"], ["share"], ["share", "--off"]])
    def test_wrong_numbers_are_refused_in_words_before_anybody_is_asked(self, trained: Matinee, command: list[str]) -> None:
        sample, nobody = trained("profile", *command, 3), trained("profile", *command, NOBODY)

        assert refused(sample).startswith("Viewer 3 is a sample from the data set and cannot be changed;")
        assert refused(nobody) == f"There is no list for viewer {NOBODY}; the number was never given, or its person has left."


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


class TestDoctor:
    def test_all_is_well_after_a_training(self, trained: Matinee) -> None:
        said = done(trained("doctor")).splitlines()

        looked_at = "profiles blobs cache model training backup secret files writing disk clock versions account"
        assert [line.split()[:2] for line in said] == [["ok", what] for what in looked_at.split()]

    def test_what_is_not_well_is_exit_code_1_and_still_all_is_told(self, matinee: Matinee) -> None:
        result = matinee("doctor")

        assert result.exit_code == 1
        assert "BAD  model      No trained model in file:var/blobs; run `matinee train`." in result.stdout.splitlines()
        assert result.stdout.count("ok   ") == 12

    def test_a_note_is_no_failure(self, trained: Matinee) -> None:
        new_person(trained)

        assert "note backup     There has never been one" in done(trained("doctor"))

    def test_programs_get_json(self, matinee: Matinee) -> None:
        result = matinee("doctor", "--json")

        assert result.exit_code == 1
        found = {finding["what"]: finding for finding in json.loads(result.stdout)}
        assert found["model"] == {"what": "model", "state": "BAD", "text": "No trained model in file:var/blobs; run `matinee train`."}


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


class TestServe:
    def test_a_port_that_is_taken_is_said_before_any_work(self, matinee: Matinee) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            said = refused(matinee("serve", "--port", port))

        assert said.startswith(f"The site cannot listen on 127.0.0.1, port {port}: address already in use; choose another with --port")
        assert said.endswith("or stop what listens there.")
        assert list(Path().iterdir()) == []

    def test_an_address_that_is_not_ours_has_nobody_to_stop(self, matinee: Matinee) -> None:
        said = refused(matinee("serve", "--host", "192.0.2.1", "--port", 8000))

        assert said.endswith("choose another with --port or MATINEE_PORT.")

    def test_a_model_in_force_is_served_at_once_and_what_is_new_is_learned_beside(
        self, trained: Matinee, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[list[str]] = []
        served: list[list[str]] = []
        monkeypatch.setattr(subprocess, "Popen", lambda command, **_: started.append(command))
        monkeypatch.setattr(os, "execv", lambda program, command: served.append(command))
        rate(*new_person(trained), movie_id=1)

        result = trained("serve", "--port", free_port(), data=str(data))

        assert done(result) == ""
        assert "Matinee is at http://127.0.0.1:" in result.stderr
        assert "Trained" not in result.stderr
        assert [command[1:] for command in started] == [["train", "--if-needed", "--measure"]]
        assert [command[-1] for command in served] == ["webapp.wsgi:app"]

    def test_the_first_start_trains_before_it_serves(self, matinee: Matinee, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "execv", lambda program, command: None)
        monkeypatch.setattr(subprocess, "Popen", lambda command, **_: None)

        result = matinee("serve", "--port", free_port(), data=str(data))

        assert "Measured" not in result.stderr
        assert result.stderr.index("Trained user-cosine on two tastes") < result.stderr.index("Matinee is at")
        assert model_in_force()["generation"] == 1


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class TestEverywhere:
    def test_a_setting_that_does_not_exist_stops_every_command(self, matinee: Matinee) -> None:
        assert (
            refused(matinee("recommend", 3, profile_url="x"))
            == "There is no setting MATINEE_PROFILE_URL; did you mean MATINEE_PROFILES_URL?"
        )

    def test_help_needs_no_right_settings(self, matinee: Matinee) -> None:
        assert "Films recommended" in done(matinee("-h", port="none"))
        assert "Print the list" in done(matinee("recommend", "--help"))

    def test_what_a_command_does_is_told_in_one_whole_sentence(self, matinee: Matinee) -> None:
        for help_page in (done(matinee("-h")), done(matinee("profile", "-h"))):
            assert "..." not in help_page.partition("Commands:")[2]

    def test_whoever_has_read_enough_may_leave(self, data: Path, tmp_path: Path) -> None:
        command = f"{Path(sys.executable).with_name('matinee')} batch --data '{data}' --output /dev/stdout | true"

        ran = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, cwd=tmp_path, check=False)

        assert (ran.returncode, ran.stderr) == (0, "")


class TestOnAws:
    @pytest.fixture
    def name(self, moto_url: str, amazon_environment: Callable[[str], None]) -> str:
        """Of tables and a bucket that are not there, and that no other test takes."""
        amazon_environment(moto_url)
        return f"films-{uuid.uuid4().hex}"

    def test_the_stores_of_the_settings_are_made_where_they_are_not_there(self, matinee: Matinee, name: str) -> None:
        settings = {"profiles_url": f"dynamodb://{name}", "blobs_url": f"s3://{name}/matinee"}
        parts = [f"the table {name}", f"the table {name}-ratings", f"the table {name}-accounts", f"the bucket {name}"]

        assert done(matinee("create-stores", **settings)).splitlines() == [f"made   {part}" for part in parts]
        assert done(matinee("create-stores", **settings)).splitlines() == [f"there  {part}" for part in parts]

        backups = boto3.client("dynamodb").describe_continuous_backups(TableName=f"{name}-ratings")["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
        assert boto3.client("s3").get_bucket_versioning(Bucket=name)["Status"] == "Enabled"

    def test_a_table_that_is_gone_is_made_beside_the_others(self, matinee: Matinee, name: str) -> None:
        done(matinee("create-stores", profiles_url=f"dynamodb://{name}"))
        boto3.client("dynamodb").delete_table(TableName=f"{name}-ratings")

        assert done(matinee("create-stores", profiles_url=f"dynamodb://{name}")).splitlines()[:3] == [
            f"there  the table {name}",
            f"made   the table {name}-ratings",
            f"there  the table {name}-accounts",
        ]

    def test_files_need_nothing_made(self, matinee: Matinee) -> None:
        assert done(matinee("create-stores")).splitlines() == [
            "local  sqlite:var/matinee.sqlite3 needs nothing; it is made when it is first written to",
            "local  file:var/blobs needs nothing; it is made when it is first written to",
        ]
        assert not Path("var").exists()

    def test_an_address_that_is_none_is_refused_before_anything_is_made(self, matinee: Matinee) -> None:
        assert refused(matinee("create-stores", blobs_url="ftp://films")).startswith("MATINEE_BLOBS_URL must look like file:var/blobs")

    def test_data_put_into_a_bucket_are_told_and_learned_from(self, matinee: Matinee, data: Path, name: str) -> None:
        done(matinee("create-stores", blobs_url=f"s3://{name}"))
        place = f"s3://{name}/data/two tastes"

        lines = done(matinee("upload-data", data, place)).splitlines()

        sums = {file: hashlib.sha256((data / file).read_bytes()).hexdigest() for file in ("movies.csv", "ratings.csv")}
        rows = {"movies.csv": 31, "ratings.csv": 561}
        assert [line.split(maxsplit=4) for line in lines] == [
            [f"{(data / file).stat().st_size:,}", str(rows[file]), "rows", digest, f"{place}/{file}"] for file, digest in sums.items()
        ]

        result = matinee("train", "--data", place)
        done(result)
        assert "Trained user-cosine on two tastes: 560 ratings, 20 lists" in result.stderr

    def test_what_cannot_be_read_is_not_put(self, matinee: Matinee, data: Path, name: str) -> None:
        (data / "movies.csv").unlink()

        assert "has ratings.csv but no movies.csv" in refused(matinee("upload-data", data, f"s3://{name}/data"))

    def test_a_training_is_needed_when_the_data_in_the_bucket_have_changed(self, matinee: Matinee, data: Path, name: str) -> None:
        done(matinee("create-stores", blobs_url=f"s3://{name}"))
        place = f"s3://{name}/data/two tastes"
        done(matinee("upload-data", data, place))
        generations = []

        def train_if_needed() -> None:
            done(matinee("train", "--if-needed", data=place))
            generations.append(model_in_force()["generation"])

        train_if_needed()
        train_if_needed()
        done(matinee("upload-data", data, place))  # the same bytes
        train_if_needed()
        write_data_set(data, two_tastes(n_users=22))
        done(matinee("upload-data", data, place))
        train_if_needed()
        train_if_needed()

        assert generations == [1, 1, 1, 2, 2]

    def test_the_folds_of_a_data_set_in_a_bucket_are_found(self, matinee: Matinee, ml_100k: Path, name: str) -> None:
        done(matinee("create-stores", blobs_url=f"s3://{name}"))
        place = f"s3://{name}/data/ml-100k"
        done(matinee("upload-data", ml_100k, place))

        assert "5 official folds" in done(matinee("evaluate", "--data", place, "--split", "folds", "--recipe", "popular"))
