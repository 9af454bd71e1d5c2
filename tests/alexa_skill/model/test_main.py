"""`python -m alexa_skill.model`: a package of one's own."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alexa_skill.model.__main__ import main
from alexa_skill.model.lint.values import LARGEST
from alexa_skill.model.slot_types.titles import COLUMNS

MOST_TITLES = 5000  # that `matinee titles` writes by itself


def build(titles: Path, output: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["--titles", str(titles), "--output", str(output), *options])


def write_titles(path: Path, *titles: str) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows((number, title, 1990, 5, "") for number, title in enumerate(titles, 100))
    return path


def test_a_catalogue_of_ones_own_with_a_name_and_an_address(tmp_path: Path) -> None:
    titles = write_titles(tmp_path / "titles.csv", "Heat", "The Matrix")

    result = build(titles, tmp_path / "skill", "--invocation-name", "matinee movies", "--endpoint", "https://films.example.com/alexa")

    assert result.exit_code == 0, result.output
    package = tmp_path / "skill" / "skill-package"
    model = json.loads((package / "interactionModels" / "custom" / "en-IN.json").read_text())["interactionModel"]["languageModel"]
    assert model["invocationName"] == "matinee movies"
    assert [(value["id"], value["name"]["value"]) for value in model["types"][-1]["values"]] == [("100", "Heat"), ("101", "The Matrix")]
    manifest = json.loads((package / "skill.json").read_text())["manifest"]
    assert manifest["apis"]["custom"]["endpoint"] == {"uri": "https://films.example.com/alexa", "sslCertificateType": "Trusted"}
    assert manifest["publishingInformation"]["locales"]["en-GB"]["examplePhrases"][0] == "Alexa, open matinee movies"
    assert (package / "assets" / "images" / "icon-512.png").is_file()
    assert (tmp_path / "skill" / "ask-resources.json").is_file()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--invocation-name", "matinee"), "is one word; Amazon publishes names of two or more"),
        (("--invocation-name", "alexa movies"), "must not contain alexa"),
        (("--endpoint", "http://films.example.com/alexa"), "is neither the ARN of a function on Lambda nor an https address"),
    ],
)
def test_nothing_is_written_while_anything_is_wrong(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    result = build(write_titles(tmp_path / "titles.csv", "Heat"), tmp_path / "skill", *options)

    assert result.exit_code == 1
    assert said in result.stderr
    assert not (tmp_path / "skill").exists()


def test_without_titles_it_says_who_writes_them(tmp_path: Path) -> None:
    result = build(tmp_path / "none.csv", tmp_path / "skill")

    assert result.exit_code == 1
    assert "`matinee titles` writes such a file" in result.stderr


def test_as_many_films_as_are_written_by_default_keep_amazons_limits(tmp_path: Path) -> None:
    # As long as real ones are on the whole, and each with three synonyms, which one in three has.
    titles = write_titles(tmp_path / "titles.csv", *(f"The Long Title {n}" for n in range(MOST_TITLES)))

    result = build(titles, tmp_path / "skill")

    assert result.exit_code == 0, result.output
    model = json.loads((tmp_path / "skill" / "skill-package" / "interactionModels" / "custom" / "en-US.json").read_text())
    assert len(json.dumps(model).encode()) <= LARGEST
