"""Whether a request would be allowed, and which statement says so: IAM's evaluation, offline, within one account.

What is denied anywhere is denied; else what an identity or a resource policy allows is allowed; else it is missing. Boundaries, service
control policies and session policies are not in the files, and so not looked at. Source: "Policy evaluation logic" in the IAM User Guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from recommender.policies import arns, conditions, words
from recommender.policies.document import IDENTITY, Document, Statement

ALLOWED, DENIED, MISSING = "allowed", "DENIED", "MISSING"


@dataclass(frozen=True, slots=True)
class Request:
    """principal: the ARN of a user or role, or a service such as personalize.amazonaws.com. context: keys in small letters."""

    principal: str
    action: str
    resource: str
    context: dict[str, str] = field(default_factory=dict)

    @property
    def is_by_a_service(self) -> bool:
        return not self.principal.startswith("arn:")


@dataclass(frozen=True, slots=True)
class Decision:
    """state: ALLOWED, DENIED or MISSING. by: the file and statement that says so, empty when nothing does.

    hint: what came nearest, and why it failed.
    """

    state: str
    by: str = ""
    hint: str = ""

    @property
    def is_allowed(self) -> bool:
        return self.state == ALLOWED


def decide(request: Request, documents: Iterable[Document]) -> Decision:
    """The decision over all policies that have a say. Identity policies are taken for the principal's, and say nothing of a service."""
    allowed = ""
    hints: list[tuple[int, str]] = []
    for document in documents:
        if document.kind == IDENTITY and request.is_by_a_service:
            continue
        for statement in document.statements():
            if not statement.allows and not statement.denies:
                continue
            place = f"{document.file}, {statement.label}"
            missed = _what_is_missed(request, document, statement)
            if missed is None:
                if statement.denies:
                    return Decision(DENIED, place)
                allowed = allowed or place
            elif statement.allows and (missed[0] != _OF_ANOTHER or request.is_by_a_service):
                hints.append((missed[0], f"{place} {missed[1]}"))
    if allowed:
        return Decision(ALLOWED, allowed)
    nearest = max((hint for hint in hints if hint[0]), default=(0, ""), key=lambda hint: hint[0])
    return Decision(MISSING, hint=nearest[1])


_OF_ANOTHER = 1  # how near a statement comes that names somebody else


def _what_is_missed(request: Request, document: Document, statement: Statement) -> tuple[int, str] | None:
    """None if the statement speaks of the request; else how near it came, from 0, and in words why it does not."""
    if not _has_action(request, statement):
        return 0, ""
    if document.kind != IDENTITY and not _has_principal(request, statement):
        names = ", ".join(name for _, name in statement.principals or ()) or "nobody"
        return _OF_ANOTHER, f"has the action, but for {names}"
    if not _has_resource(request, document, statement):
        there = ", ".join((*statement.resources[:2], *(f"all but {each}" for each in statement.not_resources[:2])))
        return 2, f"has the action, but on {there}"
    failed = conditions.first_that_fails(statement, request.context)
    if failed is not None:
        met = request.context.get(failed.key.lower())
        shown = f"it is {met}" if met is not None else "the request does not say"
        return 3, f"has it, but asks for {failed.key} {' or '.join(failed.values)}, and {shown}"
    return None


def _has_action(request: Request, statement: Statement) -> bool:
    action = request.action.lower()
    if statement.not_actions:
        return not any(words.wildcard(pattern.lower()).fullmatch(action) for pattern in statement.not_actions)
    return any(words.wildcard(pattern.lower()).fullmatch(action) for pattern in statement.actions)


def _has_resource(request: Request, document: Document, statement: Statement) -> bool:
    if not statement.resources and not statement.not_resources:
        return document.kind != IDENTITY and not {"Resource", "NotResource"} & set(statement.raw)  # a trust policy: the role itself
    patterns = [conditions.filled_in(each, request.context, document.version) for each in statement.resources or statement.not_resources]
    found = any(pattern is not None and words.wildcard(pattern).fullmatch(request.resource) for pattern in patterns)
    return found if statement.resources else not found


def _has_principal(request: Request, statement: Statement) -> bool:
    if statement.not_principals is not None:
        return not any(_is_named(request, kind, name, statement) for kind, name in statement.not_principals)
    return any(_is_named(request, kind, name, statement) for kind, name in statement.principals or ())


def _is_named(request: Request, kind: str, name: str, statement: Statement) -> bool:
    if name == "*":
        return kind == "AWS" or (kind == "Service" and request.is_by_a_service)
    if kind == "Service" or request.is_by_a_service:
        return kind == "Service" and name == request.principal
    arn = arns.parsed(request.principal)
    of_account = arn is not None and name in (arn.account, f"arn:{arn.partition}:iam::{arn.account}:root")
    # An account that is named lets its own policies decide: that allows nothing here, and denies all of it.
    return name == request.principal or (of_account and statement.denies)


def accounts_named(documents: Iterable[Document]) -> Iterator[str]:
    """Every account that the documents name, in the order met; for who has not said which is theirs."""
    seen: set[str] = set()
    for document in documents:
        for statement in document.statements():
            texts = [*statement.resources, *(name for _, name in statement.principals or ())]
            texts += [value for condition in statement.conditions for value in condition.values]
            for text in texts:
                arn = arns.parsed(text)
                account = arn.account if arn else text
                if arns.ACCOUNT.fullmatch(account) and account not in seen:
                    seen.add(account)
                    yield account
