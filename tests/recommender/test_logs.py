"""The log: one line an event, the same facts as words and as JSON."""

from __future__ import annotations

import json
import logging
import logging.config
import sys
from collections.abc import Mapping

import pytest
from gunicorn.glogging import SafeAtoms

from recommender import logs
from recommender.logs import Lines

ACCESS = (
    "request request_id=%({matinee.request_id}e)s method=%(m)s route=%({matinee.route}e)s status=%(s)s ms=%({matinee.ms}e)s bytes=%(B)s"
)


def record(text: str, *arguments: object, name: str = "recommender.training", level: int = logging.INFO) -> logging.LogRecord:
    made = logging.LogRecord(name, level, "", 0, text, arguments, None)
    made.created, made.process = 1_795_264_245.5, 7
    return made


def as_json(made: logging.LogRecord) -> dict[str, object]:
    line = Lines("json").format(made)
    assert "\n" not in line
    said: dict[str, object] = json.loads(line)
    return said


def test_an_event_and_its_facts_are_fields() -> None:
    made = record("trained recipe=%s ratings=%d seconds=%.1f", "user-cosine", 100_836, 3.26)

    assert as_json(made) == {
        "time": "2026-11-21T12:30:45.500Z",
        "level": "info",
        "event": "trained",
        "recipe": "user-cosine",
        "ratings": 100_836,
        "seconds": 3.3,
        "process": 7,
    }
    assert Lines().format(made) == (
        "time=2026-11-21T12:30:45.500Z level=info event=trained recipe=user-cosine ratings=100836 seconds=3.3 process=7"
    )


@pytest.mark.parametrize(
    ("text", "arguments", "facts"),
    [
        ("not served request_id=%s path=%r reason=%s", ("f00d", "/x y", "gone"), {"event": "not served", "path": "/x y", "reason": "gone"}),
        ("model refused: %s", ("it is torn",), {"event": "model refused: it is torn"}),
        ("Booting worker with pid: %s", (7,), {"event": "Booting worker with pid: 7"}),
        ("half of it is done", (), {"event": "half of it is done"}),
        ("100 % done", (), {"event": "100 % done"}),
        ("a=%s", (1,), {"event": "a=1"}),
    ],
)
def test_words_before_the_facts_are_the_event(text: str, arguments: tuple[object, ...], facts: Mapping[str, object]) -> None:
    said = as_json(record(text, *arguments))

    assert {name: said[name] for name in facts} == facts


def test_a_value_with_spaces_quotes_and_lines_stays_on_its_line() -> None:
    line = Lines().format(record("not kept file=%s reason=%s", "a b", 'the "disk"\nis full'))

    assert r'file="a b" reason="the \"disk\"\nis full"' in line
    assert "\n" not in line


def test_a_request_is_told_by_the_web_servers_own_atoms() -> None:
    atoms = {
        "{matinee.request_id}e": "f00d",
        "m": "GET",
        "{matinee.route}e": "/film/<int:movie_id>",
        "s": "200",
        "{matinee.ms}e": "3.2",
        "B": 15,
    }

    said = as_json(record(ACCESS, atoms, name="gunicorn.access"))

    assert said["event"] == "request"
    assert (said["request_id"], said["method"], said["route"]) == ("f00d", "GET", "/film/<int:movie_id>")
    assert (said["status"], said["ms"], said["bytes"]) == (200, 3.2, 15)


@pytest.mark.parametrize(("route", "status", "is_worth_it"), [("/me/rev", "200", False), ("/me/rev", "503", True), ("/me/", "200", True)])
def test_what_open_pages_ask_again_and_again_fills_no_log_while_it_goes_well(route: str, status: str, is_worth_it: bool) -> None:
    asked = record(ACCESS, SafeAtoms({"{matinee.route}e": route, "s": status}), name="gunicorn.access")

    assert logs.WorthALine().filter(asked) is is_worth_it


def test_what_is_not_known_of_a_request_is_null_and_no_word() -> None:
    atoms = {"{matinee.request_id}e": "-", "m": "GET", "{matinee.route}e": "-", "s": "400", "{matinee.ms}e": "-", "B": None}

    assert as_json(record(ACCESS, atoms))["route"] is None
    assert "route=" not in Lines().format(record(ACCESS, atoms))


def test_a_traceback_is_a_field_or_stands_below() -> None:
    made = record("failed request_id=%s", "f00d", level=logging.ERROR)
    try:
        raise ZeroDivisionError("seven by nothing")
    except ZeroDivisionError:
        made.exc_info = sys.exc_info()

    assert "seven by nothing" in str(as_json(made)["traceback"])
    first, *below = Lines().format(made).splitlines()
    assert first.endswith("event=failed request_id=f00d process=7")
    assert below[-1] == "ZeroDivisionError: seven by nothing"


def test_questions_are_cut_off_what_the_web_server_could_not_read() -> None:
    said = as_json(record("Invalid request from ip=1.2.3.4: Invalid HTTP Version: 'GET /search/?q=secret'", name="gunicorn.error"))

    assert "secret" not in str(said)
    assert "/search/?…" in str(said["event"])


@pytest.mark.parametrize("form", logs.FORMATS)
def test_the_configuration_is_one_that_python_takes(form: str, capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        logging.config.dictConfig(logs.configuration(form))
        logging.getLogger("recommender.anything").info("trained recipe=%s", "popular")
        logging.getLogger("gunicorn.access").info(ACCESS, SafeAtoms({"{matinee.request_id}e": "f00d"}))
    finally:
        root.handlers[:], root.level = before
        for name in ("gunicorn.access", "gunicorn.error"):
            logging.getLogger(name).handlers.clear()

    shown = capfd.readouterr()
    assert "popular" in shown.err
    assert "f00d" in shown.out
