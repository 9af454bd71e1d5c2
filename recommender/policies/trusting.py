"""Who is named: principals that are none, and services that anybody could send (the confused deputy)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recommender.policies import arns, words
from recommender.policies.document import IDENTITY, RESOURCE, TRUST, Condition, Document, Statement
from recommender.policies.finding import BAD, RISK, Finding

PERSONALIZE = "personalize.amazonaws.com"
SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)")
# These come to a bucket with a role, never by their own name.
BY_ROLE = {f"{name}.amazonaws.com" for name in ("lambda", "ec2", "ecs-tasks", "sagemaker", "glue", "states", "apigateway", "codebuild")}
DOMAIN = ".amazonaws.com"
SAFEGUARDS = ("aws:SourceAccount", "aws:SourceArn")
ORGANISATION = {"aws:sourceorgid", "aws:sourceorgpaths", "aws:principalorgid"}

Said = tuple[str, str, str, str]


def look(document: Document, account: str) -> Iterator[Finding]:
    """Every statement that names somebody. account: whose policies these are, empty if nobody says."""
    statements = document.statements()
    if document.kind == IDENTITY:
        for statement in statements:
            for gravity, kind, text, remedy in _of_handing_on(statement):
                yield Finding(gravity, kind, document.file, statement.label, text, remedy)
        return
    for statement in statements:
        for gravity, kind, text, remedy in [*_of_principals(document, statement), *_of_deputies(document, statement, account)]:
            yield Finding(gravity, kind, document.file, statement.label, text, remedy)
    yield from _whose_name_says_personalize(document, statements)


def _of_principals(document: Document, statement: Statement) -> Iterator[Said]:
    for element in ("Principal", "NotPrincipal"):
        raw = statement.raw.get(element)
        if raw is None:
            continue
        if isinstance(raw, str):
            if raw != "*":
                yield (BAD, "principal", f"{element} is {raw!r}.", _as_principal(raw))
        elif not isinstance(raw, dict) or not raw:
            yield (BAD, "no-principal", f"{element} is empty or no object.", f'Write {{"Service": "{PERSONALIZE}"}}.')
        else:
            for kind, names in raw.items():
                if kind not in words.OF_A_PRINCIPAL:
                    meant = words.near(kind, words.OF_A_PRINCIPAL)
                    remedy = f"Write {meant}." if meant else f"Known are {', '.join(words.OF_A_PRINCIPAL)}."
                    yield (BAD, "principal", f"{element} has a kind {kind!r}.", remedy)
                elif not names or names == [""]:
                    yield (BAD, "no-principal", f"{element} names no {kind}.", "Name one.")
    for kind, name in (*(statement.principals or ()), *(statement.not_principals or ())):
        yield from _of_name(document, kind, name)
    if any(name == "*" for _, name in statement.not_principals or ()):
        yield (BAD, "not-principal", "NotPrincipal is *, so it speaks of nobody.", "Write Principal.")


def _as_principal(name: str) -> str:
    return f'Write {{"{"Service" if SERVICE.fullmatch(name) else "AWS"}": "{name}"}}.'


def _of_name(document: Document, kind: str, name: str) -> Iterator[Said]:
    if kind == "Service":
        yield from _of_service(document, name)
    elif kind == "Federated" and name.startswith("arn:"):
        for text, remedy in arns.mistakes(name):
            yield (BAD, "principal", text, remedy)
    elif kind == "AWS" and name != "*":
        if SERVICE.fullmatch(name):
            yield (BAD, "principal", f"{name} stands as an account, and it is a service.", f'Write {{"Service": "{name}"}}.')
        elif name.startswith("arn:"):
            for text, remedy in arns.mistakes(name):
                yield (BAD, "principal", text, remedy)
            arn = arns.parsed(name)
            if arn and "*" in arn.resource:
                yield (
                    BAD,
                    "principal",
                    f"{name!r} has a wildcard, and AWS takes none there.",
                    "Name each, or ask for aws:PrincipalArn in Condition.",
                )
        elif name.isdigit() and not arns.ACCOUNT.fullmatch(name):
            yield (BAD, "principal", f"{name!r} has {len(name)} digits.", "An account has 12.")
        elif not name.isdigit() and not arns.is_to_fill_in(name) and not re.fullmatch(r"A(ID|RO)A[A-Z0-9]{12,}", name):
            yield (BAD, "principal", f"{name!r} is neither an account nor the ARN of somebody.", "Write arn:aws:iam::ACCOUNT:role/NAME.")


def _of_handing_on(statement: Statement) -> Iterator[Said]:
    """The services that a role may be handed to, which iam:PassRole asks for by name."""
    handed = [value for condition in statement.conditions if condition.key.lower() == "iam:passedtoservice" for value in condition.values]
    for name in handed:
        if "*" not in name and (wrong := _what_is_wrong_with_service(name)):
            yield (BAD, "principal", f"iam:PassedToService: {wrong[0]}", wrong[1])
    of_personalize = any("personalize" in resource.lower() for resource in statement.resources)
    if handed and of_personalize and not any(re.match(r"personali|\*", name) for name in handed):
        text = f"It hands a role that is called after Personalize to {', '.join(handed)}."
        yield (BAD, "principal", text, f"Write {PERSONALIZE}, or name the role that was meant.")


def _of_service(document: Document, name: str) -> Iterator[Said]:
    if name == "*":
        yield (RISK, "anybody", "Principal is every service of AWS, of all accounts.", "Name the service.")
    elif name.startswith("arn:") or arns.ACCOUNT.fullmatch(name):
        yield (BAD, "principal", f"{name!r} stands as a service.", f'Write {{"AWS": "{name}"}}.')
    elif wrong := _what_is_wrong_with_service(name):
        yield (BAD, "principal", *wrong)
    elif document.kind == RESOURCE and name in BY_ROLE and _is_of_s3(document):
        text = f"{name} never comes to a bucket by itself: it takes on a role."
        yield (BAD, "principal", text, "Name the role: arn:aws:iam::ACCOUNT:role/NAME, or the service that was meant.")


def _what_is_wrong_with_service(name: str) -> tuple[str, str] | None:
    if name in words.PRINCIPALS:
        return None
    if re.fullmatch(r"personali[sz]e\.[a-z0-9.-]+", name):
        return f"{name!r} is not how Personalize calls itself.", f"Write {PERSONALIZE}."
    is_one = bool(SERVICE.fullmatch(name))
    stem = name.removesuffix(DOMAIN)
    meant = words.near(name, words.PRINCIPALS) if not is_one else words.near(stem, [each.removesuffix(DOMAIN) for each in words.PRINCIPALS])
    if meant and not (is_one and (words.is_service(stem) or "." in stem)):
        meant = meant.removesuffix(DOMAIN) + DOMAIN
        return f"{name!r} is no service of AWS.", f"Did you mean {meant}?"
    if not is_one and not arns.is_to_fill_in(name):
        return f"{name!r} is no service of AWS.", f"A service is called such as {PERSONALIZE}."
    return None


def _is_of_s3(document: Document) -> bool:
    return any(resource.startswith("arn:aws:s3:::") for statement in document.statements() for resource in statement.resources)


def _of_deputies(document: Document, statement: Statement, account: str) -> Iterator[Said]:
    """A service comes for whoever sends it: the policy must say from which account, and for which of its things."""
    if not statement.allows:
        return
    services = statement.services()
    keys = statement.condition_keys()
    if PERSONALIZE in services:
        missing = [key for key in SAFEGUARDS if key.lower() not in keys]
        if missing and not keys & ORGANISATION:
            what = "take on this role" if document.kind == TRUST else "come to this bucket"
            text = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing, so Personalize may {what} for any account."
            yield (RISK, "confused-deputy", text, _condition(missing, account))
    elif document.kind == RESOURCE and services and not keys & ({key.lower() for key in SAFEGUARDS} | ORGANISATION):
        text = f"{', '.join(services)} may come for any account."
        yield (RISK, "confused-deputy", text, _condition(["aws:SourceAccount"], account))
    for condition in statement.conditions:
        if condition.key.lower() in ("aws:sourceaccount", "aws:sourcearn"):
            yield from _of_safeguard(condition, services, account)
    yield from _that_contradict(statement)


def _condition(keys: list[str], account: str) -> str:
    account = account or "ACCOUNT"
    parts = {
        "aws:SourceAccount": f'"StringEquals": {{"aws:SourceAccount": "{account}"}}',
        "aws:SourceArn": f'"ArnLike": {{"aws:SourceArn": "arn:aws:personalize:REGION:{account}:*"}}',
    }
    return f'Add "Condition": {{{", ".join(parts[key] for key in keys)}}}.'


def _of_safeguard(condition: Condition, services: list[str], account: str) -> Iterator[Said]:
    operator = condition.operator.removeprefix("ForAnyValue:")
    if "Not" in operator or operator in ("Null", "Bool"):
        text = f"{condition.operator} of {condition.key} keeps out nobody that it should."
        yield (BAD, "safeguard", text, "Take StringEquals for aws:SourceAccount, and ArnLike for aws:SourceArn.")
        return
    if operator.endswith("IfExists") or operator.startswith("ForAllValues:"):
        yield (RISK, "safeguard", f"{condition.operator} of {condition.key} lets in whoever does not say.", "Leave IfExists out.")
    for value in condition.values:
        if value.strip("*?") == "" or value == "arn:aws:*":
            yield (RISK, "safeguard", f"{condition.key} may be anything by {value!r}.", "Name the account.")
            continue
        arn = arns.parsed(value)
        if condition.key.lower() == "aws:sourceaccount":
            if account and arns.ACCOUNT.fullmatch(value) and value != account:
                yield (BAD, "other-account", f"aws:SourceAccount is {value}, and the account is {account}.", f"Write {account}.")
        elif arn is not None and services == [PERSONALIZE]:
            if arn.service != "personalize" and not arns.is_to_fill_in(arn.service):
                text = f"aws:SourceArn is of {arn.service}, and Personalize comes for things of its own."
                yield (BAD, "safeguard", text, f"Write arn:aws:personalize:REGION:{account or 'ACCOUNT'}:*.")
            elif arn.account.strip("*?") == "":
                yield (RISK, "safeguard", f"aws:SourceArn {value!r} is of any account.", "Name the account after the fourth colon.")
            elif account and arns.ACCOUNT.fullmatch(arn.account) and arn.account != account:
                yield (
                    BAD,
                    "other-account",
                    f"aws:SourceArn is of account {arn.account}, and the account is {account}.",
                    f"Write {account}.",
                )


def _that_contradict(statement: Statement) -> Iterator[Said]:
    """aws:SourceAccount of one account beside aws:SourceArn of another never hold together."""
    accounts: dict[str, set[str]] = {}
    for condition in statement.conditions:
        key = condition.key.lower()
        if key == "aws:sourceaccount":
            accounts.setdefault(key, set()).update(condition.values)
        elif key == "aws:sourcearn":
            found = {arn.account for value in condition.values if (arn := arns.parsed(value))}
            accounts.setdefault(key, set()).update(each for each in found if arns.ACCOUNT.fullmatch(each))
    named = {each for each in accounts.get("aws:sourceaccount", ()) if arns.ACCOUNT.fullmatch(each)}
    of_things = accounts.get("aws:sourcearn", set())
    if named and of_things and not named & of_things:
        both = f"aws:SourceAccount is {', '.join(sorted(named))}, and aws:SourceArn of {', '.join(sorted(of_things))}"
        text = f"{both}: they never hold together."
        yield (BAD, "other-account", text, "Write the same account in both.")


def _whose_name_says_personalize(document: Document, statements: list[Statement]) -> Iterator[Finding]:
    """AmazonPersonalize-ExecutionRole that somebody else takes on: the mistake of a hand that copied another role."""
    names = f"{document.file} {document.owner}".lower()
    services = [service for statement in statements for service in statement.services()]
    if document.kind != TRUST or "personalize" not in names or not services:
        return
    if not any("personali" in service for service in services):
        text = f"It is called after Personalize, and {', '.join(services)} takes it on."
        yield Finding(BAD, "principal", document.file, "", text, f'Write {{"Service": "{PERSONALIZE}"}}.')
