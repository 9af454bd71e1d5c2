"""The zip of the Echo's function: the same bytes each time, small, whole, and at work with nothing else of Python's packages beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.aws import skill_zip
from recommender.domain import UserId
from recommender.storage.profiles import open_profiles
from tests.contracts.places import tables
from tests.contracts.profiles.opinions import ALICE_TOKEN, a_list, rating
from tests.deploy.stack import ROOT, TEMPLATE, read

VIEWER = UserId(580)
HEAVY = {"boto3", "botocore", "numpy", "pandas", "requests", "urllib3", "flask", "apsw", "orjson", "scipy"}
LEFT_OUT = ("alexa_skill/simulator", "alexa_skill/model", "alexa_skill/skill-package", "webapp/", "recommender/models", "recommender/data/")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("zip") / "matinee-skill.zip"
    skill_zip.write(file)
    return file


@pytest.fixture(scope="module")
def unpacked(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(built) as packed:
        packed.extractall(folder)
    return folder


def test_the_same_sources_give_the_same_bytes_from_any_folder(built: Path, tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    program = f"import sys, pathlib; sys.path.insert(0, {str(ROOT)!r}); from deploy.aws import skill_zip; "
    program += f"skill_zip.write(pathlib.Path({str(tmp_path / 'again.zip')!r}))"
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary"), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}

    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, check=True, umask=0o077)

    assert (tmp_path / "again.zip").read_bytes() == built.read_bytes()


def test_it_is_small_and_holds_a_compiled_module_beside_each_source(built: Path) -> None:
    with zipfile.ZipFile(built) as packed:
        names = set(packed.namelist())

    assert built.stat().st_size <= 3_500_000
    sources = {name for name in names if name.endswith(".py")}
    compiled = {f"{Path(name).parent}/__pycache__/{Path(name).stem}.cpython-311.pyc".removeprefix("./") for name in sources}
    assert names == sources | compiled
    assert not [name for name in names if name.startswith(LEFT_OUT) or "dist-info" in name or name.endswith(".tar.gz")]


def test_a_compiled_module_is_never_compared_with_its_source_and_names_it_as_lambda_does(unpacked: Path) -> None:
    [compiled] = (unpacked / "alexa_skill" / "__pycache__").glob("on_lambda.*.pyc")
    text = compiled.read_bytes()

    assert text[4:8] == b"\x01\x00\x00\x00", "a hash that is not checked (PEP 552)"
    assert b"/var/task/alexa_skill/on_lambda.py" in text
    assert str(unpacked).encode() not in text


def test_it_is_made_for_the_python_that_the_template_names() -> None:
    function = read(TEMPLATE.read_text()).properties("SkillFunction")

    assert function["Runtime"] == skill_zip.RUNTIME
    module, _, name = function["Handler"].rpartition(".")
    assert (module, name) == (skill_zip.STARTS[0], "lambda_handler")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RUNTIME", "python3.99", "The function runs on python3.99 and this is python3"),
        ("PINS", "ask-sdk-core==0.1", "ask-sdk-core 1.19.0 is installed, and pins.txt says 0.1"),
        ("PINS", "nobody-knows-this==1", "nobody-knows-this 1 is not installed"),
        ("MOST_BYTES", 100_000, "more than 100,000"),
    ],
)
def test_another_python_another_version_and_too_many_bytes_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: object, said: str
) -> None:
    if name == "PINS":
        (tmp_path / "pins.txt").write_text(f"{value}\n")
        value = tmp_path / "pins.txt"
    monkeypatch.setattr(skill_zip, name, value)

    with pytest.raises(skill_zip.SkillZipError, match=said):
        skill_zip.write(tmp_path / "zip" / "skill.zip")

    assert list((tmp_path / "zip").glob("*")) == []


def test_what_it_takes_along_is_what_the_skill_pins_and_the_site_has() -> None:
    def pins(file: Path) -> set[str]:
        lines = [line.split("#")[0].strip() for line in file.read_text().splitlines()]
        return {line for line in lines if line}

    assert pins(skill_zip.PINS) <= pins(ROOT / "requirements.txt")


PROGRAM = """
import json, sys
sys.path[:] = [{folder!r}, *[place for place in sys.path if "site-packages" not in place]]
from alexa_skill.on_lambda import lambda_handler
print(json.dumps([lambda_handler(event, None) for event in json.loads(sys.stdin.read())]))
print(json.dumps(sorted(set(sys.modules) & {heavy!r})))
print(json.dumps([file for file in (getattr(module, "__file__", None) for module in list(sys.modules.values())) if file]))
"""


def _event(kind: str, locale: str = "en-US", **slots: str) -> dict[str, object]:
    request: dict[str, object] = {"type": kind, "locale": locale, "requestId": "r"}
    if slots:
        request["intent"] = {"name": "getID", "slots": {name: {"name": name, "value": value} for name, value in slots.items()}}
    return {"request": request, "session": {"new": True}}


@pytest.mark.parametrize("stand_in", ["moto_url", "ministack_url"])
def test_the_function_answers_from_its_folder_alone(
    request: pytest.FixtureRequest, amazon_environment: Callable[[str], None], unpacked: Path, stand_in: str, tmp_path: Path
) -> None:
    amazon_environment(request.getfixturevalue(stand_in))
    url = tables(tmp_path)
    profiles = open_profiles(url)
    profiles.keep_list(a_list(VIEWER, 0))
    alice = profiles.new_person(ALICE_TOKEN, shared=False, now=0)
    profiles.keep_list(a_list(alice, profiles.rate(rating(alice))))
    events = [
        _event("LaunchRequest"),
        *[_event("LaunchRequest", locale) for locale in ("en-GB", "en-CA", "en-AU", "en-IN")],
        _event("IntentRequest", ID=str(VIEWER), Amount="2"),
        _event("IntentRequest", ID=str(alice), Amount="2"),
        _event("SessionEndedRequest"),
    ]
    aws = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}

    program = PROGRAM.format(folder=str(unpacked), heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-S", "-s", "-B", "-c", program],
        input=json.dumps(events),
        cwd=tmp_path,
        env={**aws, "MATINEE_PROFILES_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    answers, heavy, files = map(json.loads, done.stdout.splitlines())
    said = [answer["response"].get("outputSpeech", {}).get("ssml", "") for answer in answers]
    assert all("Welcome to the movie recommendation system" in each for each in said[:5])
    assert "Heat" in said[5]
    assert "Ran" in said[5]
    assert "can't find your record" in said[6], "a private list is nobody's"
    assert answers[7]["response"] == {}
    assert heavy == []
    assert not [file for file in files if "site-packages" in file or str(ROOT) in file]
