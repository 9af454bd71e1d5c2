"""A batch job's files: JSON lines in, and for every line one out, `NAME.out` for `NAME`.

A line that cannot be answered has an error in its own place, as at Amazon, and the job goes on; files are put whole, once all of them are
made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from recommender.errors import RecommenderError
from recommender.personalize.jobs.context import Context
from recommender.personalize.places import JSON, SourceFile, files_at, put
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import Resource

LONGEST_LINE = 1 << 20  # bytes
OUT = ".out"
SHOWN = 200  # characters of a line that is no JSON

Json = Mapping[str, Any]
Answer = Callable[[Json], Json]


def sources(context: Context, resource: Resource) -> list[SourceFile]:
    """The files of a job's input; errors as of `files_at`."""
    fetched = context.room / "fetched"
    fetched.mkdir()
    return files_at(_input(resource), context.settings, fetched, role=resource.body.get("roleArn", ""), endings=JSON)


def every_line(files: Iterable[SourceFile]) -> Iterator[Json]:
    """Every line that is an object, in order."""
    for file in files:
        with file.opened(lambda n: None) as lines:
            for line in _lines(lines):
                said = _read(line) if len(line) <= LONGEST_LINE else None
                if isinstance(said, dict):
                    yield said


def answered(context: Context, resource: Resource, files: Sequence[SourceFile], answer: Answer) -> dict[str, int]:
    """Every line of every file of the job's input, with its answer, in its output; how many lines there were, and how many had an error.

    answer: the output of one line; what it refuses by a RecommenderError is that line's error. InvalidInputError where there is no line.
    """
    made = context.room / "made"
    made.mkdir()
    counts, names = {"lines": 0, "errors": 0}, list[str]()
    for place, file in enumerate(files):
        context.say_progress(f"answering {_name(file)}", place / len(files))
        names.append(_name(file) + OUT)
        with file.opened(lambda n: None) as lines, (made / names[-1]).open("wb") as out:
            _answer_all(context, file, lines, out, answer, counts)
    if not counts["lines"]:
        raise InvalidInputError(f'There is no line in {_input(resource)}; each must be an object such as {{"userId": "1"}}.')
    context.check()
    context.say_progress("writing")
    for name in names:
        put(
            resource.body["jobOutput"]["s3DataDestination"]["path"],
            name,
            made / name,
            context.settings,
            role=resource.body.get("roleArn", ""),
        )
    return counts


def _answer_all(context: Context, file: SourceFile, lines: BinaryIO, out: BinaryIO, answer: Answer, counts: dict[str, int]) -> None:
    done = 0
    for line in _lines(lines):
        done += len(line)
        if not line.strip():
            continue
        counts["lines"] += 1
        told = answer_of(line, answer)
        counts["errors"] += told["error"] is not None
        out.write(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n")
        context.say_progress(f"answering {_name(file)}", min(1.0, done / max(file.n_bytes, 1)))


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines, of which those that are too long end after LONGEST_LINE + 1 bytes."""
    while line := file.readline(LONGEST_LINE + 1):
        yield line
        while line and not line.endswith(b"\n") and len(line) > LONGEST_LINE:
            line = file.readline(LONGEST_LINE + 1)


def answer_of(line: bytes, answer: Answer) -> dict[str, Any]:
    """What is written for one line."""
    said: Any = line[:SHOWN].decode("utf-8", "replace").rstrip("\r\n")
    try:
        if len(line) > LONGEST_LINE:
            raise InvalidInputError(f"A line must have at most {LONGEST_LINE:,} bytes.")
        said = _read(line) or said
        return {"input": said, "output": answer(_object(said)), "error": None}
    except RecommenderError as error:
        return {"input": said, "output": None, "error": str(error)}


def _read(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _object(said: Any) -> Json:
    if not isinstance(said, dict):
        raise InvalidInputError('A line must be a JSON object such as {"userId": "1"}.')
    return said


def text(said: Json, name: str) -> str:
    """A text that a line must have; InvalidInputError."""
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidInputError(f"{name} must be a text, not {json.dumps(value, ensure_ascii=False)[:60]}.")
    return value


def texts(said: Json, name: str, most: int) -> list[str]:
    """A list of texts, so many at most; InvalidInputError."""
    value = said.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value) or len(value) > most:
        raise InvalidInputError(f"{name} must be a list of 1 to {most} texts, not {json.dumps(value, ensure_ascii=False)[:60]}.")
    return value


def filter_values(said: Json) -> Mapping[str, str]:
    """What a line gives for the placeholders of a filter; InvalidInputError."""
    value = said.get("filterValues") or {}
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise InvalidInputError(f"filterValues must be an object of texts, not {json.dumps(value, ensure_ascii=False)[:60]}.")
    return value


def _input(resource: Resource) -> str:
    return str(resource.body["jobInput"]["s3DataSource"]["path"])


def _name(file: SourceFile) -> str:
    return Path(file.name).name
