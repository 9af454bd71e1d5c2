"""`matinee recommend` and `matinee batch`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from recommender import batch as batch_ranking
from recommender.domain import Rating
from tests.recommender.cli.commands import NOBODY, Matinee, done, lines_of, new_person, refused, write_data_set
from tests.worlds import right_and_wrong, two_tastes


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
