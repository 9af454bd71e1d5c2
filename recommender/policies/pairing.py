"""Actions and resources of one statement that cannot go together: this is how a bucket comes to be one that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from recommender.policies import arns, words
from recommender.policies.document import Document, Statement
from recommender.policies.finding import BAD, Finding

MANY = 12  # actions that a wildcard stands for; with more, some of them will do


def look(document: Document) -> Iterator[Finding]:
    """Statements of which an action finds none of its resources."""
    for statement in document.statements():
        if not statement.resources or "*" in statement.resources:
            continue
        for action in statement.actions:
            if wrong := _what_is_wrong(action, statement):
                yield Finding(BAD, "pairing", document.file, statement.label, *wrong)


def _what_is_wrong(action: str, statement: Statement) -> tuple[str, str] | None:
    prefix, _, name = action.partition(":")
    if not words.knows_actions_of(prefix):
        return None
    meant = words.actions_like(prefix, name)
    kinds = [words.kinds_of(prefix, each) for each in meant]
    if not meant or not all(kinds) or any(_finds(prefix.lower(), each, statement) for each in kinds):
        return None
    wanted = sorted(frozenset().union(*kinds))
    there = ", ".join(statement.resources[:2]) + (", ..." if len(statement.resources) > 2 else "")
    if wanted == ["none"]:
        return f"{action} knows no resource, so it grants nothing on {there}.", 'Give it a statement of its own with "Resource": "*".'
    return f"{action} is of {_spoken(prefix.lower(), wanted)}, and {there} is none.", _remedy(prefix.lower(), wanted, statement)


def _finds(prefix: str, kinds: frozenset[str], statement: Statement) -> bool:
    """Whether any resource of the statement may be of one of the kinds."""
    return any(_may_be(prefix, kind, resource) for kind in kinds for resource in statement.resources)


def _may_be(prefix: str, kind: str, resource: str) -> bool:
    arn = arns.parsed(resource)
    if arn is None or resource.startswith("${"):
        return True  # no ARN has its finding elsewhere
    if prefix == "sts" or prefix == "iam":
        return arn.service == "iam" and kind != "none" and (arn.kind in (kind, "") or "*" in arn.kind) and arn.resource != "root"
    if arn.service != prefix and not arns.is_to_fill_in(arn.service):
        return False
    if prefix == "s3":
        return _may_be_of_s3(kind, arn.resource)
    if kind == "none":
        return arn.resource == "*"
    return arn.resource == "*" or words.wildcard(arn.kind or arn.resource).fullmatch(kind) is not None


def _may_be_of_s3(kind: str, resource: str) -> bool:
    if resource.startswith("accesspoint"):
        return True
    if kind == "none":
        return resource == "*"
    bucket, slash, _ = resource.partition("/")
    is_wide = "*" in bucket  # a wildcard goes on over a /
    return bool(slash) or is_wide if kind == "object" else not slash or is_wide


def _spoken(prefix: str, kinds: list[str]) -> str:
    if prefix == "s3":
        return {"bucket": "the bucket itself", "object": "objects in a bucket"}.get(kinds[0], "something else")
    return " or ".join(f"a {kind.replace('-', ' ')}" for kind in kinds if kind != "none")


def _remedy(prefix: str, kinds: list[str], statement: Statement) -> str:
    if prefix == "s3":
        found = next((arn for resource in statement.resources if (arn := arns.parsed(resource)) and arn.service == "s3"), None)
        bucket = found.resource.split("/")[0] if found else "BUCKET"
        return f"Add arn:aws:s3:::{bucket}/*." if kinds[0] == "object" else f"Add arn:aws:s3:::{bucket}, without /*."
    service = "iam" if prefix == "sts" else prefix
    return (
        f"Name one: arn:aws:{service}:{'' if service == 'iam' else 'REGION'}:ACCOUNT:{kinds[0]}{':' if service == 'lambda' else '/'}NAME."
    )
