"""`matinee sweep`, and the wishes of `matinee recommend`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.recommender.cli.commands import Matinee, done, new_person, rate, refused, write_data_set
from tests.worlds import rating, two_tastes

DAY = 86_400


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The world of two tastes, with thirty films that nobody has rated."""
    return write_data_set(tmp_path / "two tastes", two_tastes(), n_movies=60)


class TestSweep:
    def test_a_table_of_films_and_genres_for_each_weight_is_headed_by_user_weight_and_time(self, trained: Matinee) -> None:
        told = done(trained("sweep", "--user", 3, "--weights", "0, 0.5,auto"))

        heads = re.findall(r"^User 3, exploration weight (\S+|auto = \S+), training time \d+\.\d\d s$", told, re.MULTILINE)
        assert heads[:2] == ["0", "0.5"]
        assert re.fullmatch(r"auto = 0\.\d+", heads[2])
        assert len(re.findall(r"^  Recommendation Movie +Genres +Tests$", told, re.MULTILINE)) == 3
        assert len(re.findall(r"^  Film \d+ \(19\d\d\) +(?:Comedy|Drama|Horror)", told, re.MULTILINE)) == 15
        assert told.count("A film that nobody has rated yet.") == 2 + told.split("auto =")[1].count("nobody")
        assert re.search(r"^Share of 10 films .* mean over 20 viewers, user-cosine\n   0.0  0\.000\n", told, re.MULTILINE)

    def test_as_json_it_is_the_same(self, trained: Matinee) -> None:
        told = json.loads(done(trained("sweep", "--user", 3, "--weights", "0,0.5", "-n", 4, "--json")))

        assert (told["user_id"], told["recipe"], told["n_viewers"]) == (3, "user-cosine", 20)
        assert told["training_seconds"] >= 0
        assert [step["weight"] for step in told["weights"]] == [0, 0.5]
        assert [len(step["films"]) for step in told["weights"]] == [4, 4]
        assert [sum(film["tests"] is not None for film in step["films"]) for step in told["weights"]] == [0, 2]

    def test_the_list_at_0_is_that_of_recommend(self, trained: Matinee) -> None:
        swept = json.loads(done(trained("sweep", "--user", 3, "--weights", "0", "-n", 10, "--json")))["weights"][0]
        listed = json.loads(done(trained("recommend", 3, "--json")))

        assert [film["movie_id"] for film in swept["films"]] == [line["movie"]["movie_id"] for line in listed["movies"]]

    def test_data_can_be_named_instead_and_nothing_is_written(self, matinee: Matinee, data: Path) -> None:
        told = json.loads(done(matinee("sweep", "--user", 3, "--data", data, "--recipe", "popular", "--json")))

        assert (told["recipe"], len(told["weights"])) == ("popular", 6)
        assert list(Path().iterdir()) == []

    def test_old_ratings_can_be_left_out(self, matinee: Matinee, tmp_path: Path) -> None:
        old, new = ([rating(user, film, 4, day * DAY) for user in (1, 2) for film in films] for day, films in ((10, (1, 2)), (50, (3,))))
        data = write_data_set(tmp_path / "d", [*old, *new, rating(1, 5, 4, 50 * DAY)], n_movies=5)

        seen = {}
        for days in (40, 39):
            told = json.loads(
                done(
                    matinee(
                        *("sweep", "--user", 2, "--data", data, "--weights", "0", "--json"),
                        *("--interaction-max-age-days", days),
                    )
                )
            )
            seen[days] = {1, 2, 3, 4, 5} - {film["movie_id"] for film in told["weights"][0]["films"]}

        assert seen == {40: {1, 2, 3}, 39: {3}}

    def test_another_recipe_over_the_ratings_in_force(self, trained: Matinee) -> None:
        assert json.loads(done(trained("sweep", "--user", 3, "--recipe", "popular", "--json")))["recipe"] == "popular"

    @pytest.mark.parametrize("weights", ["2", "-0.1", "0.1,much", "", "nan"])
    def test_what_is_no_weight_is_refused(self, trained: Matinee, weights: str) -> None:
        result = trained("sweep", "--user", 3, f"--weights={weights}")

        assert result.exit_code == 2
        assert "is neither a number from 0 to 1 nor auto." in result.stderr

    def test_a_person_of_this_site_is_not_swept(self, trained: Matinee) -> None:
        user_id, token = new_person(trained)
        rate(user_id, token, 1)

        assert refused(trained("sweep", "--user", user_id)).startswith(f"There is no list for viewer {user_id}")
        assert refused(trained("sweep", "--user", 21)).startswith("There is no list for viewer 21")

    def test_before_the_first_training_it_says_what_to_do(self, matinee: Matinee) -> None:
        assert refused(matinee("sweep", "--user", 3)) == "No trained model in file:var/blobs; run `matinee train`."


class TestWishes:
    def test_a_list_that_explores_says_what_each_film_tests(self, trained: Matinee) -> None:
        result = trained("recommend", 3, "--explore", "0.5")

        told = done(result)
        assert len(re.findall(r"^ {18}To try: A film that nobody has rated yet\.$", told, re.MULTILINE)) == 5
        assert "10 films for viewer 3, personal, explored by 0.5; revision 0" in result.stderr

    def test_auto_shows_the_weight_that_it_came_to(self, trained: Matinee) -> None:
        told = json.loads(done(trained("recommend", 3, "--explore", "auto", "--json")))

        assert 0 < told["explore"] <= 0.6
        assert sum(line["explored"] is not None for line in told["movies"]) == int(told["explore"] * 10)

    def test_dials_turn_the_list(self, trained: Matinee) -> None:
        years = {}
        for recency in (-1, 1):
            told = json.loads(done(trained("recommend", 3, "--recency", recency, "--json")))
            years[recency] = [line["movie"]["year"] for line in told["movies"]]

        assert years[-1] == sorted(years[-1])
        assert years[1] == sorted(years[1], reverse=True)
        for option in ("--diversity", "--popularity"):
            assert len(json.loads(done(trained("recommend", 3, option, 0.5, "--json")))["movies"]) == 10

    def test_a_list_with_wishes_is_not_kept(self, trained: Matinee) -> None:
        before = done(trained("recommend", 3))
        done(trained("recommend", 3, "--explore", 0.9, "--diversity", 1))

        assert done(trained("recommend", 3)) == before

    @pytest.mark.parametrize(
        "option", ["--explore=2", "--explore=much", "--diversity=-0.1", "--popularity=1.1", "--recency=x", "--explore-days=0"]
    )
    def test_what_cannot_be_wished_for_is_refused(self, trained: Matinee, option: str) -> None:
        assert trained("recommend", 3, option).exit_code == 2
