"""Whether AWS would take a policy at all, and read in it what its author meant."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

from recommender.policies import arns, conditions, words
from recommender.policies.document import IDENTITY, RESOURCE, TRUST, Document, Json, Statement
from recommender.policies.finding import BAD, NOTE, Finding

SETTLED = ("personalize", "s3", "iam", "sts", "dynamodb")  # of other services there are new actions every week
UNHEARD = ("unheard-action", "unheard-key", "unheard-service")
VERSIONS = ("2012-10-17", "2008-10-17")
SID = re.compile(r"[A-Za-z0-9]*")  # in identity and trust policies; a bucket's takes blanks and more


def look(document: Document) -> Iterator[Finding]:
    """Every slip of form in the document and its statements."""
    body = document.body
    if not isinstance(body, dict):
        yield _of(document, BAD, "no-policy", "It is no object.", 'Write {"Version": "2012-10-17", "Statement": [...]}.')
        return
    yield from _unknown_words(document, "", body, words.OF_A_POLICY)
    yield from _of_version(document)
    yield from _of_size(document)
    listed = body.get("Statement")
    if "Statement" not in body:
        if "Effect" in body or "Action" in body:
            text, remedy = "A statement stands alone.", 'Put it into {"Version": "2012-10-17", "Statement": [...]}.'
        else:
            text, remedy = "It has no Statement, so it is no policy.", 'Write "Statement": [...].'
        yield _of(document, BAD, "no-statement", text, remedy)
    elif listed == [] or not isinstance(listed, list | dict):
        yield _of(document, BAD, "no-statement", "Statement holds no statements.", "Write a list of objects.")
    elif isinstance(listed, list):
        for number, each in enumerate(listed, start=1):
            if not isinstance(each, dict):
                yield _of(document, BAD, "no-object", f"Statement {number} is no object.", 'Write {"Effect": ..., "Action": ..., ...}.')
    statements = document.statements()
    for sid, times in Counter(statement.sid for statement in statements if statement.sid).items():
        if times > 1:
            text = f"{times} statements are called {sid!r}, and AWS refuses that."
            yield _of(document, BAD, "sid-twice", text, "Give each Sid once, or none.")
    for statement in statements:
        yield from _of_statement(document, statement)


def _of(document: Document, gravity: str, kind: str, text: str, remedy: str, statement: str = "") -> Finding:
    return Finding(gravity, kind, document.file, statement, text, remedy)


def _unknown_words(document: Document, where: str, raw: dict[str, Json], known: tuple[str, ...]) -> Iterator[Finding]:
    for word in raw:
        if word in known:
            continue
        meant = words.near(word, known)
        text = f"It has an element {word!r}, which AWS does not know{' in these letters' if meant.lower() == word.lower() else ''}."
        remedy = f"Write {meant}." if meant else f"Leave it out; known are {', '.join(known)}."
        yield _of(document, BAD, "unknown-element", text, remedy, where)


def _of_version(document: Document) -> Iterator[Finding]:
    body = document.body
    has_variables = "${" in json.dumps(body.get("Statement", ""))
    if "Version" not in body:
        gravity, consequence = (BAD, "so its ${...} stand for themselves") if has_variables else (NOTE, "the rules of 2008")
        text = f"It has no Version, which means 2008-10-17: {consequence}."
        yield _of(document, gravity, "no-version", text, 'Write "Version": "2012-10-17".')
    elif body["Version"] not in VERSIONS:
        text = f"Version is {body['Version']!r}, which is no version of the policy language."
        yield _of(document, BAD, "version", text, 'Write "2012-10-17"; it is no date of yours.')
    elif body["Version"] == "2008-10-17" and has_variables:
        text = "Version is 2008-10-17, where ${...} stands for itself, so what it names never matches."
        yield _of(document, BAD, "old-version", text, 'Write "Version": "2012-10-17".')


def _of_size(document: Document) -> Iterator[Finding]:
    length = len(re.sub(r"\s", "", json.dumps(document.body, ensure_ascii=False)))
    if length > document.most_characters:
        text = (
            f"It has {length:,} characters without blanks, and as {'an ' if document.kind == IDENTITY else 'a '}{document.kind} AWS takes"
        )
        yield _of(document, BAD, "size", f"{text} {document.most_characters:,}.", "Split it, or write wildcards for what belongs together.")


def _of_statement(document: Document, statement: Statement) -> Iterator[Finding]:
    for gravity, kind, text, remedy in [*_shapes(document, statement)]:
        yield _of(document, gravity, kind, text, remedy, statement.label)
    yield from _unknown_words(document, statement.label, statement.raw, words.OF_A_STATEMENT)
    named = (*statement.resources, *statement.not_resources, *(value for each in statement.conditions for value in each.values))
    of_variables = conditions.mistakes_in_variables(named)
    for kind, text, remedy in [*_of_actions(statement), *_of_resources(statement), *conditions.mistakes(statement), *of_variables]:
        yield _of(document, NOTE if kind in UNHEARD else BAD, kind, text, remedy, statement.label)


def _shapes(document: Document, statement: Statement) -> Iterator[tuple[str, str, str, str]]:
    raw = statement.raw
    if "Effect" not in raw:
        yield (BAD, "no-effect", "It has no Effect, so AWS refuses the whole policy.", 'Write "Effect": "Allow".')
    elif raw["Effect"] not in ("Allow", "Deny"):
        yield (BAD, "effect", f"Effect is {raw['Effect']!r}.", "It must be Allow or Deny, in these letters.")
    for plain in ("Action", "Resource", "Principal"):
        if plain in raw and f"Not{plain}" in raw:
            yield (BAD, "both", f"It has {plain} and Not{plain}.", "Leave one out.")
    yield from _lists(document, statement)
    if "Sid" in raw and not isinstance(raw["Sid"], str):
        yield (BAD, "sid", f"Sid is {raw['Sid']!r}.", "It must be text.")
    elif document.kind != RESOURCE and not SID.fullmatch(statement.sid):
        yield (BAD, "sid", f"Sid {statement.sid!r} has more than letters and digits.", "AWS takes A-Z, a-z and 0-9 there.")


def _lists(document: Document, statement: Statement) -> Iterator[tuple[str, str, str, str]]:
    raw = statement.raw
    wanted = {"Action"} | ({"Resource"} if document.kind != TRUST else set()) | ({"Principal"} if document.kind != IDENTITY else set())
    examples = {"Action": '"s3:GetObject"', "Resource": '"arn:aws:s3:::BUCKET/*"', "Principal": '{"Service": "personalize.amazonaws.com"}'}
    for element in ("Action", "Resource", "Principal"):
        there = [name for name in (element, f"Not{element}") if name in raw]
        if not there:
            if element in wanted:
                text = f"It has no {element}, and a{'n' if document.kind == IDENTITY else ''} {document.kind} must name one."
                yield (BAD, f"no-{element.lower()}", text, f'Write "{element}": {examples[element]}.')
        elif element == "Principal" and document.kind == IDENTITY:
            yield (BAD, "principal", "It has a Principal, and an identity policy speaks of whom it is attached to.", "Leave Principal out.")
        elif element == "Resource" and document.kind == TRUST:
            yield (BAD, "resource", "It has a Resource, and a trust policy speaks of the role that it belongs to.", "Leave Resource out.")
        elif element != "Principal" and not _is_filled(raw[there[0]]):
            yield (BAD, f"no-{element.lower()}", f"{there[0]} is empty or no text.", f'Write "{there[0]}": {examples[element]}.')


def _is_filled(value: Json) -> bool:
    several = value if isinstance(value, list) else [value]
    return bool(several) and all(isinstance(each, str) and each.strip() for each in several)


def _of_actions(statement: Statement) -> Iterator[tuple[str, str, str]]:
    for action in filter(str.strip, (*statement.actions, *statement.not_actions)):
        if action == "*":
            continue
        prefix, colon, name = action.partition(":")
        if not colon or not name:
            yield ("action", f"{action!r} is no action.", "An action has a service and a name, such as s3:GetObject.")
        elif "*" in prefix or "?" in prefix:
            yield ("action", f"{action!r} has a wildcard in its service.", "Name the service; wildcards may follow the colon.")
        elif words.knows_actions_of(prefix):
            if not words.actions_like(prefix, name):
                kind = "no-such-action" if _is_sure(prefix, name) else "unheard-action"
                yield (kind, f"{action} stands for no action of {prefix.lower()}, so it grants nothing.", _meant(prefix, name))
        elif not words.is_service(prefix.lower()):
            meant = words.near_service(prefix)
            remedy = f"Did you mean {meant}:{name}?" if meant else "An action begins with its service, such as s3:GetObject."
            yield ("no-such-service" if meant else "unheard-service", f"{action}: AWS has no service {prefix!r}.", remedy)


def _is_sure(prefix: str, name: str) -> bool:
    """Whether the action is a mistake, and not one that AWS has added since botocore was written."""
    is_slip = bool(words.near_action(prefix, name, close=words.ONE_SLIP) or words.actions_behind(prefix, name))
    return is_slip or prefix.lower() in SETTLED or "*" in name


def _meant(prefix: str, name: str) -> str:
    if behind := words.actions_behind(prefix, name):
        return f"{name} is a call; what allows it is {' and '.join(f'{prefix.lower()}:{each}' for each in behind.split())}."
    if meant := words.near_action(prefix, name.strip("*?")):
        return f"Did you mean {prefix.lower()}:{meant}?"
    return f"Look it up in AWS's list of {prefix.lower()}'s actions."


def _of_resources(statement: Statement) -> Iterator[tuple[str, str, str]]:
    for resource in filter(str.strip, (*statement.resources, *statement.not_resources)):
        if resource != "*" and not resource.startswith("${"):
            for text, remedy in arns.mistakes(resource):
                yield ("arn", text, remedy)
