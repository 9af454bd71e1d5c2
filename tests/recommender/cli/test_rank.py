"""`matinee recommend`."""

from __future__ import annotations

import json
import re

import pytest

from tests.recommender.cli.commands import NOBODY, Matinee, done, new_person, refused
from tests.worlds import right_and_wrong


@pytest.fixture
def trained(trained_before: Matinee) -> Matinee:
    return trained_before


class TestRecommend:
    def test_a_list_is_rank_match_stars_title_and_the_first_reason(self, trained: Matinee) -> None:
        result = trained("recommend", 3, "-n", 1)
        right, _ = right_and_wrong(3)

        film, reason = done(result).splitlines()
        assert re.fullmatch(rf"   1  [ \d]\d\d %  \d\.\d(  \d\.\d to \d\.\d)?  Film {right} \({1900 + right}\)  \[{right}\]", film)
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
