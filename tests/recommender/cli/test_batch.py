"""`matinee batch`."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import boto3
import pytest

from recommender.domain import Rating
from recommender.listings import people
from recommender.storage.part_files import MANIFEST
from tests.recommender.cli.commands import Matinee, done, lines_of, refused, write_data_set
from tests.worlds import right_and_wrong, two_tastes


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
        original = people.rank_rows

        def breaks_off(*arguments: Any, **rest: Any) -> Iterable[object]:
            yield next(iter(original(*arguments, **rest)))
            raise KeyboardInterrupt

        monkeypatch.setattr(people, "rank_rows", breaks_off)
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

    def test_people_for_every_film_stand_in_the_same_columns(self, matinee: Matinee, data: Path) -> None:
        done(matinee("batch", "--data", data, "--neighbours", 5, "--for", "films", "-n", 3, "--output", "people.csv"))

        head, *rows = lines_of(Path("people.csv"))
        assert head == ["user_id", "movie_id", "rank", "score"]
        rated = {(r.user_id, r.movie_id) for r in two_tastes()}
        lists = {int(movie): list(lines) for movie, lines in groupby(rows, key=lambda row: row[1])}
        assert sum(map(len, lists.values())) == 20 * 30 - len(rated)
        for movie_id, lines in lists.items():
            scores = [float(score) for *_, score in lines]
            assert scores == sorted(scores, reverse=True)
            assert not rated & {(int(user), movie_id) for user, *_ in lines}
            right = [user for user in range(1, 21) if right_and_wrong(user)[0] == movie_id]
            assert not right or int(lines[0][0]) in right

    def test_how_people_are_ordered_is_asked_of_films_alone(self, matinee: Matinee, data: Path) -> None:
        result = matinee("batch", "--data", data, "--by", "standing", "--output", "lists.csv")

        assert result.exit_code == 2
        assert "--by is for --for films" in result.stderr

    def test_the_two_forms_of_spark_are_nested_and_flat(self, matinee: Matinee, data: Path) -> None:
        for form in ("nested", "flat"):
            done(matinee("batch", "--data", data, "-n", 2, "--form", form, "--output", f"lists.{form}"))

        nested = [json.loads(line) for line in Path("lists.nested").read_text().splitlines()]
        assert [one["userId"] for one in nested] == list(range(1, 21))
        assert {entry["movieId"] for entry in nested[2]["recommendations"]} == set(right_and_wrong(3))
        with Path("lists.flat").open(newline="") as file:
            flat = [(int(row["userId"]), int(row["movieId"]), float(row["predicted_rating"])) for row in csv.DictReader(file)]
        assert flat == [(one["userId"], e["movieId"], e["predicted_rating"]) for one in nested for e in one["recommendations"]]

    def test_a_folder_gets_several_files_and_a_manifest(self, matinee: Matinee, data: Path) -> None:
        done(matinee("batch", "--data", data, "--output", "lists.csv"))
        done(matinee("batch", "--data", data, "--parts", 3, "--output", "lists/"))

        told = json.loads((Path("lists") / MANIFEST).read_text())
        assert {key: told[key] for key in ("data", "recipe", "lists_of", "form")} == {
            "data": "two tastes",
            "recipe": "user-cosine",
            "lists_of": "people",
            "form": "rows",
        }
        parts = [lines_of(Path("lists") / one["name"]) for one in told["files"]]
        assert [len(part) - 1 for part in parts] == [one["n_rows"] for one in told["files"]]
        assert len(parts) == 3
        assert [parts[0][0], *(row for part in parts for row in part[1:])] == lines_of(Path("lists.csv"))
        assert all(part[0] == told["columns"] for part in parts)

    def test_a_batch_into_a_folder_that_fails_leaves_what_was_there(
        self, matinee: Matinee, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done(matinee("batch", "--data", data, "--output", "lists/"))
        before = {path.name: path.read_bytes() for path in Path("lists").iterdir()}
        original = people.rank_rows

        def breaks_off(*arguments: Any, **rest: Any) -> Iterable[object]:
            yield next(iter(original(*arguments, **rest)))
            raise KeyboardInterrupt

        monkeypatch.setattr(people, "rank_rows", breaks_off)
        assert matinee("batch", "--data", data, "--recipe", "popular", "--output", "lists/").exit_code == 130

        assert {path.name: path.read_bytes() for path in Path("lists").iterdir()} == before
        assert [path.name for path in Path().iterdir()] == ["lists"]

    def test_lists_come_from_a_bucket_and_go_into_one(
        self, matinee: Matinee, data: Path, moto_url: str, amazon_environment: Callable[[str], None]
    ) -> None:
        amazon_environment(moto_url)
        bucket = f"lists-{uuid.uuid4().hex}"
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=bucket)
        done(matinee("upload-data", data, f"s3://{bucket}/data"))
        done(matinee("batch", "--data", data, "--output", "lists.csv"))

        done(matinee("batch", "--data", f"s3://{bucket}/data", "--output", f"s3://{bucket}/out/lists.csv"))
        done(matinee("batch", "--data", f"s3://{bucket}/data", "--output", f"s3://{bucket}/out/lists/"))

        here = Path("lists.csv").read_bytes()
        assert s3.get_object(Bucket=bucket, Key="out/lists.csv")["Body"].read() == here
        told = json.loads(s3.get_object(Bucket=bucket, Key=f"out/lists/{MANIFEST}")["Body"].read())
        (part,) = told["files"]
        assert s3.get_object(Bucket=bucket, Key=f"out/lists/{part['name']}")["Body"].read() == here

    def test_a_bucket_that_is_not_there_is_told_before_the_work(
        self, matinee: Matinee, moto_url: str, amazon_environment: Callable[[str], None]
    ) -> None:
        amazon_environment(moto_url)
        for output in ("s3://nobodys-bucket/lists.csv", "s3://nobodys-bucket/lists/"):
            assert "nobodys-bucket" in refused(matinee("batch", "--data", "nowhere", "--output", output))

    @pytest.mark.data
    def test_of_real_ratings_every_viewer_and_every_film_has_its_list(self, matinee: Matinee, ml_100k: Path) -> None:
        done(matinee("batch", "--data", ml_100k, "-n", 5, "--form", "flat", "--output", "lists.csv"))
        done(matinee("batch", "--data", ml_100k, "-n", 5, "--form", "flat", "--for", "films", "--by", "standing", "--output", "people.csv"))

        viewers = Counter(int(row[0]) for row in lines_of(Path("lists.csv"))[1:])
        films = Counter(int(row[1]) for row in lines_of(Path("people.csv"))[1:])
        assert (len(viewers), set(viewers.values())) == (943, {5})
        assert (len(films), set(films.values())) == (1682, {5})
