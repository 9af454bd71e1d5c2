"""`matinee titles`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from recommender.cli.titles import COLUMNS
from tests.recommender.cli.commands import Matinee, done, lines_of, refused
from tests.worlds import two_tastes


class TestTitles:
    def test_those_of_the_model_in_force_best_known_first(self, trained: Matinee) -> None:
        assert done(trained("titles", "--output", "titles.csv")) == ""

        head, *rows = lines_of(Path("titles.csv"))
        rated = Counter(rating.movie_id for rating in two_tastes())
        assert tuple(head) == COLUMNS
        assert [(int(number), title, int(year), int(n)) for number, title, year, n, _ in rows] == [
            (number, f"Film {number}", 1900 + number, rated[number])
            for number in sorted(range(1, 31), key=lambda each: (-rated[each], each))
        ]

    def test_those_of_a_data_set_need_no_model(self, matinee: Matinee, data: Path) -> None:
        done(matinee("titles", "--data", data, "--most", 3, "--output", "titles.csv"))

        assert len(lines_of(Path("titles.csv"))) == 1 + 3

    def test_those_of_the_sample_with_their_other_titles_one_a_line(self, matinee: Matinee) -> None:
        done(matinee("titles", "--sample", "--output", "titles.csv"))

        rows = lines_of(Path("titles.csv"))
        assert len(rows) == 1 + 745
        assert next(row for row in rows if row[1] == "Mad Max 2")[-1] == "The Road Warrior"
        known = [int(row[3]) for row in rows[1:]]
        assert known == sorted(known, reverse=True)

    def test_before_the_first_training_it_says_what_to_do(self, matinee: Matinee) -> None:
        assert refused(matinee("titles", "--output", "titles.csv")) == "No trained model in file:var/blobs; run `matinee train`."
        assert not Path("titles.csv").exists()

    def test_one_data_set_at_a_time(self, matinee: Matinee, data: Path) -> None:
        said = refused(matinee("titles", "--sample", "--data", data, "--output", "titles.csv"))

        assert said.startswith("--data must be left out beside --sample")
