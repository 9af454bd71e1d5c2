"""`matinee predict` and `matinee evaluate`."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from recommender.domain import Rating
from tests.recommender.cli.commands import Matinee, done, lines_of, refused, write_data_set
from tests.worlds import right_and_wrong, two_tastes


class TestPredict:
    def predicted(self, matinee: Matinee, data: Path, pairs: str, *options: str) -> list[list[str]]:
        Path("pairs.csv").write_text(pairs)
        done(matinee("predict", "--data", data, "--recipe", "user-cosine", "--pairs", "pairs.csv", "--output", "out.csv", *options))
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

    def test_of_whom_or_what_nothing_is_known_there_is_nan_or_no_row_where_that_is_asked_for(self, matinee: Matinee, data: Path) -> None:
        write_data_set(data, two_tastes(), n_movies=31)
        pairs = f"3,7\n999,7\n3,999\n3,31\n4,7\n{10**17},{10**17}\n"

        guessed, told, kept = (self.predicted(matinee, data, pairs, "--cold-start", how) for how in ("guess", "nan", "drop"))

        assert guessed == self.predicted(matinee, data, pairs)
        assert [stars for *_, stars in told] == [guessed[0][2], "NaN", "NaN", "NaN", guessed[4][2], "NaN"]
        assert kept == [guessed[0], guessed[4]]

    def test_how_probably_a_film_is_liked_is_told_with_its_label(self, matinee: Matinee, data: Path) -> None:
        Path("fm.json").write_text('{"recipe": "fm-sgd", "parameters": {"epochs": 100, "factors_regularisation": 1}}')
        asked = [(user, film) for user in (3, 15) for film in right_and_wrong(user)]
        Path("pairs.csv").write_text("".join(f"{user},{film}\n" for user, film in (*asked, (999, 1))))
        options = ("--data", data, "--parameters", "fm.json", "--pairs", "pairs.csv", "--output", "out.csv", "--what", "likings")

        done(matinee("predict", *options, "--cold-start", "nan"))

        head, *rows, cold = lines_of(Path("out.csv"))
        assert head == ["user_id", "movie_id", "score", "label"]
        assert [(int(user), int(film)) for user, film, *_ in rows] == asked
        assert [label for *_, label in rows] == ["1", "0", "1", "0"]
        assert all((float(score) >= 0.5) == (label == "1") and 0 < float(score) < 1 for *_, score, label in rows)
        assert cold == ["999", "1", "NaN", "NaN"]

    def test_a_recipe_that_tells_no_probabilities_is_refused(self, matinee: Matinee, data: Path) -> None:
        Path("pairs.csv").write_text("3,7\n")
        options = ("--data", data, "--recipe", "popular", "--pairs", "pairs.csv", "--output", "out.csv", "--what", "likings")

        assert refused(matinee("predict", *options)) == (
            "recipe must be one that tells how probably a film is liked, such as fm or fm-sgd, not 'popular'."
        )
        assert not Path("out.csv").exists()

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
    @pytest.mark.parametrize("split", ["newest", "newest-liked", "last", "strangers"])
    def test_lists_are_measured_beside_the_baseline(self, matinee: Matinee, data: Path, split: str) -> None:
        table, by_history, training, words = done(matinee("evaluate", "--data", data, "--split", split)).split("\n\n")

        head, *rows = table.splitlines()
        assert head.split() == ["popular", "user-cosine"]
        assert {
            "ndcg@10",
            "mrr@25",
            "hit@10",
            "precision@25",
            "recall@50",
            "aws-ndcg@10",
            "auc",
            "novelty@10",
            "diversity@10",
            "coverage",
        } <= {row.split()[0] for row in rows}
        assert "ratings" in by_history
        assert training.splitlines()[1].startswith("seconds")
        sentence, provenance = words.splitlines()
        assert "user-cosine" in sentence
        assert re.fullmatch(r"two tastes, 560 ratings; each person.* held out: \d+ ratings.*; ± is one standard error", provenance)

    def test_known_and_new_people_are_measured_apart(self, matinee: Matinee, data: Path, tmp_path: Path) -> None:
        people = [Rating(u, m, 4.0, 100 * u + m) for u in range(1, 21) for m in range(1, 21)]  # type: ignore[arg-type]
        back = [Rating(u, m, 4.0, 5000 + m) for u in range(1, 11) for m in range(21, 31)]  # type: ignore[arg-type]
        told = json.loads(
            done(matinee("evaluate", "--data", write_data_set(tmp_path / "d", people + back), "--split", "rolling", "--json"))
        )

        assert {"warm", "cold"} <= set(told["groups"])
        assert told["groups"]["cold"]["user-cosine"]["ndcg@10"]["n"] > 0
        printed = done(matinee("evaluate", "--data", tmp_path / "d", "--split", "rolling"))
        assert [block.split()[0] for block in printed.split("\n\n")[:2]] == ["warm", "cold"]

    def test_rolling_needs_times(self, matinee: Matinee, tmp_path: Path) -> None:
        timeless = write_data_set(tmp_path / "d", [Rating(u, m, 4.0, 0) for u in (1, 2) for m in (1, 2, 3)])  # type: ignore[arg-type]

        assert "no before and after" in refused(matinee("evaluate", "--data", timeless, "--split", "rolling"))

    def test_popular_is_measured_even_where_nobody_asks(self, matinee: Matinee, data: Path) -> None:
        told = json.loads(done(matinee("evaluate", "--data", data, "--recipe", "user-cosine:damping=0,n_neighbours=5", "--json")))

        assert set(told["recipes"]) == {"popular", "user-cosine:damping=0,n_neighbours=5"}
        assert set(told["better_than_popular"]["all"]) == {"user-cosine:damping=0,n_neighbours=5"}
        assert set(told["seconds"]) == set(told["amazon"]) == set(told["recipes"])

    def test_amazons_keys_stand_beside_ours(self, matinee: Matinee, tmp_path: Path) -> None:
        data = write_data_set(tmp_path / "two tastes", two_tastes(), n_movies=50)  # of which twenty nobody has rated
        told = json.loads(done(matinee("evaluate", "--data", data, "--json")))

        gains = [f"{measure}_at_{k}" for measure in ("normalized_discounted_cumulative_gain", "precision") for k in (5, 10, 25)]
        assert set(told["amazon"]["popular"]) == {
            "coverage", "mean_reciprocal_rank_at_25", *gains, "average_rewards_at_k", "training_seconds",
        }  # fmt: skip
        assert told["amazon"]["popular"]["coverage"] == told["recipes"]["popular"]["catalogue_coverage"]["mean"]
        ours, theirs = told["recipes"]["user-cosine"], told["amazon"]["user-cosine"]
        assert theirs["normalized_discounted_cumulative_gain_at_10"] == ours["aws-ndcg@10"]["mean"] >= ours["ndcg@10"]["mean"]

    def test_validation_looks_at_nothing_that_is_reported(self, matinee: Matinee, data: Path) -> None:
        told = json.loads(done(matinee("evaluate", "--data", data, "--validation", "--json")))

        assert told["validation"] is True
        assert "of what the split learns from" in told["note"]

    def test_folds_measure_predicted_stars(self, matinee: Matinee, data: Path) -> None:
        told = json.loads(done(matinee("evaluate", "--data", data, "--split", "folds", "--json")))

        assert told["note"] == "5 random folds"
        assert told["recipes"]["user-cosine"]["rmse"]["n"] == 5
        assert told["recipes"]["user-cosine"]["rmse"]["mean"] < told["recipes"]["popular"]["rmse"]["mean"]

    def test_as_json_the_figures_come_with_their_provenance(self, matinee: Matinee, data: Path) -> None:
        told = json.loads(done(matinee("evaluate", "--data", data, "--json")))

        assert (told["data"], told["ratings"], told["people"], told["split"]) == ("two tastes", 560, 20, "newest")
        assert told["command"] == f"matinee evaluate --data {shlex.quote(str(data))}"
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", told["date"])
        assert set(told["recipes"]) == {"popular", "user-cosine"}
        assert set(told["recipes"]["popular"]["ndcg@10"]) == {"mean", "error", "n"}

    def test_where_nobody_can_be_measured_there_is_no_figure(self, matinee: Matinee, tmp_path: Path) -> None:
        disliked = write_data_set(tmp_path / "d", [Rating(u, m, 2.0, m) for u in (1, 2) for m in (1, 2, 3)])  # type: ignore[arg-type]

        told = json.loads(
            done(matinee("evaluate", "--data", disliked, "--split", "newest-liked", "--json")),
            parse_constant=lambda word: pytest.fail(word),
        )

        assert told["recipes"]["popular"]["ndcg@10"] == {"mean": None, "error": None, "n": 0}

    def test_fewer_people_can_be_judged(self, matinee: Matinee, data: Path) -> None:
        told = json.loads(done(matinee("evaluate", "--data", data, "--people", "8", "--json")))

        assert told["recipes"]["popular"]["ndcg@10"]["n"] == 8
        assert told["seed"] == 0

    def test_a_page_is_written_beside_what_is_printed(self, matinee: Matinee, data: Path) -> None:
        result = matinee("evaluate", "--data", data, "--html", "page.html", "--json")

        sentence = json.loads(done(result))["sentences"][0]
        assert sentence in Path("page.html").read_text()
        assert "Written: page.html" in result.stderr

    def test_a_page_that_cannot_be_written_is_refused_before_the_work(self, matinee: Matinee) -> None:
        assert refused(matinee("evaluate", "--data", "nowhere", "--html", "no/such/folder/page.html")) == (
            "no/such/folder/page.html cannot be written: No such file or directory."
        )

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
