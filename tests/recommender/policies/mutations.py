"""Good policies made bad: one mistake each, of a kind that people make, drawn by a seed."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

Body = dict[str, Any]
Mutation = Callable[[Body, random.Random], str | None]


def mutated(policies: dict[str, Body], n: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """n times (kind of mistake, name of the policy, its text), every kind in turn, each in a policy that can have it."""
    rng = random.Random(seed)
    kinds = list(MUTATIONS)
    rng.shuffle(kinds)
    for number in range(n):
        kind = kinds[number % len(kinds)]
        names = sorted(policies)
        rng.shuffle(names)
        for name in names:
            text = MUTATIONS[kind](copy.deepcopy(policies[name]), rng)
            if text is not None:
                yield kind, name, text
                break
        else:
            raise AssertionError(f"no policy can have {kind}")


def _statements(body: Body) -> list[Body]:
    return body["Statement"]


def _several(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _one(body: Body, rng: random.Random, wanted: Callable[[Body], bool]) -> Body | None:
    found = [statement for statement in _statements(body) if wanted(statement)]
    return rng.choice(found) if found else None


def _has(statement: Body, beginning: str, element: str = "Action") -> bool:
    return any(each.startswith(beginning) for each in _several(statement.get(element)))


def _without(element: str) -> Mutation:
    def mutation(body: Body, rng: random.Random) -> str | None:
        statement = _one(body, rng, lambda each: element in each)
        if statement is None:
            return None
        del statement[element]
        return json.dumps(body)

    return mutation


def _with(element: str, change: Callable[[Any, random.Random], Any], *, when: Callable[[Body], bool] = lambda each: True) -> Mutation:
    def mutation(body: Body, rng: random.Random) -> str | None:
        statement = _one(body, rng, lambda each: element in each and when(each))
        if statement is None:
            return None
        before = json.dumps(statement[element])
        statement[element] = change(statement[element], rng)
        return json.dumps(body) if json.dumps(statement[element]) != before else None

    return mutation


def _renamed(element: str, *names: str) -> Mutation:
    def mutation(body: Body, rng: random.Random) -> str | None:
        statement = _one(body, rng, lambda each: element in each)
        if statement is None:
            return None
        statement[rng.choice(names)] = statement.pop(element)
        return json.dumps(body)

    return mutation


def _text(change: Callable[[str, random.Random], str | None]) -> Mutation:
    """A slip in the file itself."""
    return lambda body, rng: change(json.dumps(body, indent=2), rng)


def _in_text(old: str, *new: str) -> Mutation:
    return _text(lambda text, rng: text.replace(old, rng.choice(new), 1) if old in text else None)


def _misspelt_action(value: Any, rng: random.Random) -> Any:
    """Two letters swapped in an action of a service whose actions are known."""
    actions = _several(value)
    known = [each for each in actions if each.split(":")[0] in ("s3", "personalize", "dynamodb", "iam", "sts") and "*" not in each]
    if not known:
        return value
    chosen = rng.choice(known)
    prefix, _, name = chosen.partition(":")
    places = [place for place in range(1, len(name) - 1) if name[place].lower() != name[place + 1].lower()]
    place = rng.choice(places)
    slip = f"{prefix}:{name[:place]}{name[place + 1]}{name[place]}{name[place + 2 :]}"
    return [slip if each == chosen else each for each in actions]


def _objects_only(statement: Body) -> bool:
    resources = _several(statement.get("Resource"))
    return _has(statement, "s3:GetObject") and bool(resources) and all("/" in each for each in resources)


def _bucket_only(statement: Body) -> bool:
    resources = _several(statement.get("Resource"))
    return _has(statement, "s3:ListBucket") and bool(resources) and all(each.startswith("arn:") and "/" not in each for each in resources)


def _of_personalize(statement: Body) -> bool:
    return "personalize.amazonaws.com" in json.dumps(statement.get("Principal", "")) and "Condition" in statement


def _lost_condition(key: str) -> Mutation:
    def change(value: Any, _rng: random.Random) -> Any:
        kept = {operator: {each: of for each, of in keys.items() if each != key} for operator, keys in value.items()}
        return {operator: keys for operator, keys in kept.items() if keys}

    return _with("Condition", change, when=_of_personalize)


def _renamed_key(old: str, *new: str) -> Mutation:
    def change(value: Any, rng: random.Random) -> Any:
        return {op: {(rng.choice(new) if key == old else key): of for key, of in keys.items()} for op, keys in value.items()}

    return _with("Condition", change)


def _renamed_operator(old: str, *new: str) -> Mutation:
    return _with("Condition", lambda value, rng: {(rng.choice(new) if name == old else name): keys for name, keys in value.items()})


def _same_sids(body: Body, rng: random.Random) -> str | None:
    statements = _statements(body)
    if len(statements) < 2:
        return None
    for statement in rng.sample(statements, 2):
        statement["Sid"] = "Films"
    return json.dumps(body)


def _of_version(value: str | None) -> Mutation:
    def mutation(body: Body, _rng: random.Random) -> str:
        body.pop("Version")
        if value is not None:
            body["Version"] = value
        return json.dumps(body)

    return mutation


def _old_version_with_variables(body: Body, _rng: random.Random) -> str | None:
    body["Version"] = "2008-10-17"
    return json.dumps(body) if "${" in json.dumps(body) else None


def _allowing_identity(statement: Body) -> bool:
    return statement["Effect"] == "Allow" and "Principal" not in statement and "Condition" not in statement and "Resource" in statement


def _everything(body: Body, rng: random.Random) -> str | None:
    statement = _one(body, rng, _allowing_identity)
    if statement is None:
        return None
    statement.update(Action=rng.choice(["*", ["*"]]), Resource="*")
    return json.dumps(body)


def _all_of_s3(body: Body, rng: random.Random) -> str | None:
    statement = _one(body, rng, lambda each: _allowing_identity(each) and _has(each, "s3:"))
    if statement is None:
        return None
    statement.update(Action="s3:*", Resource=rng.choice(["*", "arn:aws:s3:::*"]))
    return json.dumps(body)


def _not_action(body: Body, rng: random.Random) -> str | None:
    statement = _one(body, rng, lambda each: each["Effect"] == "Allow" and "Action" in each and "Principal" not in each)
    if statement is None:
        return None
    statement["NotAction"] = statement.pop("Action")
    return json.dumps(body)


def _shut(body: Body, _rng: random.Random) -> str | None:
    if not any("Principal" in statement and _has(statement, "s3:") for statement in _statements(body)):
        return None
    _statements(body).append({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::amzn-s3-demo-bucket/*"})
    return json.dumps(body)


def _too_long(body: Body, _rng: random.Random) -> str | None:
    statement = next((each for each in _statements(body) if _has(each, "arn:aws:s3", "Resource") and "Principal" not in each), None)
    if statement is None:
        return None
    statement["Resource"] = [f"arn:aws:s3:::amzn-s3-demo-bucket/films/of/{number:04}/*" for number in range(200)]
    statement["Action"] = "s3:GetObject"
    return json.dumps(body)


def _trailing_comma(text: str, _rng: random.Random) -> str:
    return text.replace("\n    }\n  ]", "\n    },\n  ]")


def _digit_lost(text: str, _rng: random.Random) -> str | None:
    return text.replace("123456789012", "12345678901") if "123456789012" in text else None


MUTATIONS: dict[str, Mutation] = {
    "the Effect is missing": _without("Effect"),
    "the Effect is in small letters": _with("Effect", lambda value, _: value.lower()),
    "the Effect is another word": _with("Effect", lambda _, rng: rng.choice(["Permit", "Alow", "ALLOW", "Denied"])),
    "an element in small letters": _renamed("Resource", "resource"),
    "an element in the plural": _renamed("Action", "Actions", "actions"),
    "the Principal in the plural": _renamed("Principal", "Principals", "Principle"),
    "the Condition in the plural": _renamed("Condition", "Conditions"),
    "the Version is missing": _of_version(None),
    "the Version is today's": _of_version("2026-11-29"),
    "the old Version with variables": _old_version_with_variables,
    "the Action is missing": _without("Action"),
    "the Action is an empty list": _with("Action", lambda _, __: []),
    "the Resource is missing": _without("Resource"),
    "the Resource is empty": _with("Resource", lambda _, rng: rng.choice(["", []])),
    "a letter swapped in an action": _with("Action", _misspelt_action),
    "a call for an action": _in_text('"s3:ListBucket"', '"s3:ListObjectsV2"', '"s3:ListObjects"', '"s3:HeadBucket"'),
    "a British service": _in_text('"personalize:', '"personalise:'),
    "an action without its service": _in_text('"s3:GetObject"', '"GetObject"', '"s3.GetObject"'),
    "objects asked of the bucket": _with(
        "Resource", lambda value, _: [each.split("/")[0] for each in _several(value)], when=lambda each: _objects_only(each)
    ),
    "the bucket asked of its objects": _with("Resource", lambda value, _: [f"{each}/*" for each in _several(value)], when=_bucket_only),
    "aws:SourceAccount is lost": _lost_condition("aws:SourceAccount"),
    "aws:SourceArn is lost": _lost_condition("aws:SourceArn"),
    "aws:SourceArn is of S3": _in_text(
        '"aws:SourceArn": "arn:aws:personalize:us-east-1:123456789012:*"', '"aws:SourceArn": "arn:aws:s3:::amzn-s3-demo-bucket"'
    ),
    "both conditions are lost": _with("Condition", lambda _, __: {}, when=_of_personalize),
    "the wrong service is trusted": _in_text('"personalize.amazonaws.com"', '"lambda.amazonaws.com"', '"sagemaker.amazonaws.com"'),
    "a service that is none": _in_text('"personalize.amazonaws.com"', '"personalise.amazonaws.com"', '"personalize.aws.amazon.com"'),
    "a service as an account": _with(
        "Principal",
        lambda value, _: {"AWS": value["Service"]},
        when=lambda each: isinstance(each["Principal"], dict) and "Service" in each["Principal"],
    ),
    "anybody": _with(
        "Principal", lambda _, rng: rng.choice(["*", {"AWS": "*"}]), when=lambda each: each["Effect"] == "Allow" and "Condition" not in each
    ),
    "everybody but one": _renamed("Principal", "NotPrincipal"),
    "an account of eleven digits": _text(_digit_lost),
    "a region that is none": _in_text(":us-east-1:", ":us-esat-1:", ":us-east1:", ":us_east_1:"),
    "a region in a bucket's ARN": _in_text("arn:aws:s3:::", "arn:aws:s3:us-east-1::", "arn:aws:s3:us-east-1:123456789012:"),
    "a colon lost in an ARN": _in_text("arn:aws:s3:::", "arn:aws:s3::", "aws:s3:::", "arn:s3:::"),
    "a bucket's address for its ARN": _in_text("arn:aws:s3:::", "s3://"),
    "a bucket in capitals": _in_text("arn:aws:s3:::amzn-s3-demo-bucket", "arn:aws:s3:::Films-of-Matinee", "arn:aws:s3:::films of matinee"),
    "everything on everything": _everything,
    "all of S3 on every bucket": _all_of_s3,
    "all but what is named": _not_action,
    "an operator that is none": _renamed_operator("StringEquals", "StringEqual", "StringsEquals", "Equals", "stringequals_"),
    "a key that is none": _renamed_key("aws:SourceAccount", "aws:SourceAcount", "SourceAccount", "aws:source-account"),
    "a pattern taken as text": _with(
        "Condition",
        lambda value, _: {("StringEquals" if name == "ArnLike" else name): keys for name, keys in value.items()},
        when=lambda each: any("*" in json.dumps(keys) for name, keys in each["Condition"].items() if name == "ArnLike"),
    ),
    "a Sid twice": _same_sids,
    "a Sid with a blank": _with("Sid", lambda value, _: f"{value[:3]} of mine!", when=lambda each: "Principal" not in each),
    "everybody shut out": _shut,
    "too long": _too_long,
    "a comma too many": _text(_trailing_comma),
    "curly quotes": _in_text('"Statement"', "“Statement”"),
    "no Statement": _in_text('"Statement"', '"Statements"', '"statement"'),
    "an Allow that stands twice": _in_text('"Effect": "Allow",', '"Effect": "Allow", "Effect": "Deny",'),
    "an unencrypted world alone": _in_text('"aws:SecureTransport": "false"', '"aws:SecureTransport": "true"'),
}


def with_a_slip(text: str, rng: random.Random) -> str | None:
    """One letter lost, doubled or changed places with the next, somewhere between quotes; None where there is nothing to slip on.

    Sids and Ids are left alone, which may be anything.
    """
    words = [
        found
        for found in re.finditer(r'"([^"]+)"', text)
        if not re.search(r'"(Sid|Id)": $', text[max(0, found.start() - 7) : found.start()])
    ]
    found = rng.choice(words)
    word = found[1]
    place = rng.randrange(len(word))
    if not word[place].isalpha():
        return None
    slipped = rng.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
        ]
    )
    return text[: found.start(1)] + slipped + text[found.end(1) :] if slipped != word else None
