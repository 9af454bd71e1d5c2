"""The log: one line an event, as key=value or as a JSON object, with the same keys in both."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

POLLED = "/me/rev"  # the route that open pages poll
FORMATS = ("text", "json")
LEVELS = {number: logging.getLevelName(number).lower() for number in (10, 20, 30, 40, 50)}
WHOLE, DECIMALS = {"status", "bytes"}, {"ms"}  # numbers that the web server hands over as text
# "trained recipe=%s seconds=%.1f" and, of the web server, "request method=%(m)s": the words are the event, the rest its facts.
EVENT = re.compile(r"([^=%]+?)((?: \w+=%(?:\([^)]+\))?[-#0 +]*\d*(?:\.\d+)?[a-z])*)")
FACT = re.compile(r"(\w+)=(%(?:\(([^)]+)\))?([-#0 +]*\d*(?:\.\d+)?[a-z]))")
QUESTION = re.compile(r"\?[^\s'\"]+")  # in what the web server says of a request that it could not read
is_plain = re.compile(r"[^\s\"=\\]+").fullmatch
to_json = json.JSONEncoder(ensure_ascii=False).encode  # made once: json.dumps makes one for every line


class Lines(logging.Formatter):
    """Every record as one line; in JSON a traceback is one of its fields, in text it follows on lines of its own."""

    def __init__(self, form: str = "text") -> None:
        super().__init__()
        self._as_json = form == "json"

    def format(self, record: logging.LogRecord) -> str:
        facts = {
            "time": _time(record.created),
            "level": LEVELS.get(record.levelno, record.levelname),
            **facts_of(record),
            "process": record.process,
        }
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        if self._as_json:
            return to_json(facts | ({"traceback": trace} if trace else {}))
        line = " ".join(f"{name}={_word(value)}" for name, value in facts.items() if value is not None)
        return f"{line}\n{trace}" if trace else line


class WorthALine(logging.Filter):
    """Leaves out what every open page asks every two seconds, as long as it is answered well."""

    def filter(self, record: logging.LogRecord) -> bool:
        facts = record.args
        return not (isinstance(facts, Mapping) and facts["{matinee.route}e"] == POLLED and str(facts["s"]).startswith("2"))


def configuration(form: str, *, level: str = "INFO") -> dict[str, Any]:
    """For `logging.config.dictConfig`, in a form of FORMATS: requests go to standard output, everything else to standard error."""

    def handler(stream: str) -> dict[str, Any]:
        return {"class": "logging.StreamHandler", "formatter": "lines", "stream": f"ext://sys.{stream}"}

    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "recommender.logs.Lines", "form": form}},
        "filters": {"worth a line": {"()": "recommender.logs.WorthALine"}},
        "handlers": {"requests": {**handler("stdout"), "filters": ["worth a line"]}, "events": handler("stderr")},
        "root": {"level": level, "handlers": ["events"]},
        "loggers": {
            "gunicorn.access": {"level": "INFO", "handlers": ["requests"], "propagate": False},
            "gunicorn.error": {"level": "INFO", "handlers": ["events"], "propagate": False},
        },
    }


def facts_of(record: logging.LogRecord) -> dict[str, object]:
    """The event and its facts by name; None for one that is not known."""
    event, facts = _template(str(record.msg))
    given = record.args
    if isinstance(given, Mapping):
        return {"event": event, **{name: _value(name, form, given[key]) for name, form, key in facts}}
    if facts and isinstance(given, tuple) and len(given) == len(facts):
        return {"event": event, **{name: _value(name, form, value) for (name, form, _), value in zip(facts, given, strict=True)}}
    said = record.getMessage()
    return {"event": QUESTION.sub("?…", said) if record.name.startswith("gunicorn") else said}


@lru_cache(maxsize=256)
def _template(text: str) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """The words, and for each fact its name, its form and its key among the arguments."""
    fits = EVENT.fullmatch(text)
    if fits is None:
        return text, ()
    return fits[1], tuple((name, f"%{form}", key) for name, _, key, form in FACT.findall(fits[2]))


def _value(name: str, form: str, value: object) -> object:
    if isinstance(value, float):
        return float(form % value) if form[-1] in "fge" else value
    if value is None or isinstance(value, int):
        return value
    text = str(value)
    if text == "-":
        return None
    return float(text) if name in DECIMALS else int(text) if name in WHOLE and text.isdecimal() else text


def _time(seconds: float) -> str:
    whole, milliseconds = divmod(int(seconds * 1000), 1000)
    return f"{_second(whole)}.{milliseconds:03d}Z"


@lru_cache(maxsize=8)
def _second(whole: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))


def _word(value: object) -> str:
    text = str(value)
    return text if is_plain(text) else to_json(text)
