"""`matinee predict` and `matinee evaluate`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from recommender.domain import Rating
from tests.recommender.cli.commands import Matinee, done, lines_of, refused, write_data_set
from tests.worlds import right_and_wrong


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
