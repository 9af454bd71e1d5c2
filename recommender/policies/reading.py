"""Files to policies: a policy as it is, or in whatever `aws` printed around it; everything else that tells of an account."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recommender.errors import DataError
from recommender.policies.document import IDENTITY, RESOURCE, TRUST, Document, Json
from recommender.policies.finding import BAD, Finding

LARGEST = 64 * 2**20  # bytes; the whole of an account's authorization details is some megabytes
OWNER = re.compile(r"(?:^|/)(?:(?:user|group|role)[-_](?P<owner>[\w+=,.@-]+)|(?P<user>[\w+=,.@-]+[-_]user))\.json$")
ENDINGS = (".json", ".csv", ".txt")

# What AWS takes at most, in characters without blanks.
MANAGED, INLINE_OF_USER, INLINE_OF_GROUP, INLINE_OF_ROLE, TRUSTS, BUCKETS = 6144, 2048, 5120, 10240, 2048, 20480


@dataclass(frozen=True, slots=True)
class Attached:
    """A managed policy on somebody: the user, group or role, empty if the file does not say. services: who may take the role on."""

    file: str
    owner: str
    policy: str
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """Something of the account that is no policy, such as Block Public Access. kind: which."""

    file: str
    kind: str
    body: Json


@dataclass(slots=True)
class Collection:
    """Everything that was read. findings: what could not be."""

    documents: list[Document] = field(default_factory=list)
    attached: list[Attached] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read(paths: Iterable[Path]) -> Collection:
    """Every file, and every .json, .csv and .txt file below a folder, in the order of their names. DataError for what is not there."""
    found = Collection()
    for path in paths:
        for file, name in _files(path):
            _read_file(file, name, found)
    return found


def read_documents(bodies: Iterable[tuple[str, str | Json]]) -> Collection:
    """The same of texts or JSON at hand, with the name to call each by."""
    found = Collection()
    for name, body in bodies:
        if isinstance(body, str):
            _read_text(body, name, found)
        else:
            _take(body, name, found)
    return found


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    if path.is_dir():
        inside = sorted(each for each in path.rglob("*") if each.suffix.lower() in ENDINGS and each.is_file())
        if not inside:
            raise DataError(f"There is no file that ends in .json in {path}; name one, or another folder.")
        yield from ((each, str(each.relative_to(path))) for each in inside)
    elif path.is_file():
        yield path, path.name
    else:
        raise DataError(f"{path} is not there; name a policy's file, or a folder of them.")


def _read_file(file: Path, name: str, found: Collection) -> None:
    if file.name.lower() in ("rootkey.csv", "rootkeys.csv"):
        found.facts.append(Fact(name, "root-key-file", None))  # its content is nobody's business, ours neither
        return
    if file.stat().st_size > LARGEST:
        raise DataError(f"{file} has {file.stat().st_size:,} bytes; {LARGEST:,} are read at most.")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        found.findings.append(Finding(BAD, "not-text", name, "", "It is no text in UTF-8.", "Save it as UTF-8."))
        return
    if file.suffix.lower() == ".csv" or text.startswith("user,arn,"):
        if text.startswith("user,arn,"):
            _take_rows(text, name, found)
        return
    if file.suffix.lower() == ".txt" and not text.lstrip().startswith(("{", "[")):
        return  # somebody's notes
    _read_text(text, name, found)


def _read_text(text: str, name: str, found: Collection) -> None:
    twice: list[str] = []

    def no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        twice.extend(sorted({key for key in keys if keys.count(key) > 1}))
        return dict(pairs)

    try:
        body = json.loads(text, object_pairs_hook=no_key_twice)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        remedy = "Commas stand between entries, none after the last; quotes are straight."
        found.findings.append(Finding(BAD, "no-json", name, "", f"It is no JSON: {error.msg} at {where}.", remedy))
        return
    except RecursionError:
        found.findings.append(Finding(BAD, "no-json", name, "", "It is nested too deeply.", "A policy has five levels."))
        return
    for key in twice:
        text_ = f"{key!r} stands twice in one object; AWS refuses that, or takes the last alone."
        found.findings.append(Finding(BAD, "key-twice", name, "", text_, "Make a list of it, or a second statement."))
    _take(body, name, found)


def _take(body: Json, name: str, found: Collection) -> None:
    """What the file is, by the words in it."""
    if not isinstance(body, dict):
        text = f"It is {'a list' if isinstance(body, list) else 'no object'}, and a policy is an object."
        found.findings.append(Finding(BAD, "no-policy", name, "", text, 'Write {"Version": "2012-10-17", "Statement": [...]}.'))
        return
    if {"UserDetailList", "RoleDetailList"} & set(body):
        _take_account(body, name, found)
    elif "PublicAccessBlockConfiguration" in body:
        found.facts.append(Fact(name, "public-access-block", body["PublicAccessBlockConfiguration"]))
    elif {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} & set(body):
        found.facts.append(Fact(name, "public-access-block", body))
    elif "SummaryMap" in body:
        found.facts.append(Fact(name, "account-summary", body["SummaryMap"]))
    elif "trailList" in body or "Trail" in body:
        found.facts.append(Fact(name, "trails", body["trailList"] if "trailList" in body else [body["Trail"]]))
    elif "IsLogging" in body:
        found.facts.append(Fact(name, "trail-status", body))
    elif "AttachedPolicies" in body:
        found.attached += [Attached(name, _owner(name), str(each.get("PolicyName"))) for each in _dicts(body["AttachedPolicies"])]
    elif {"UserId", "Account", "Arn"} <= set(body):
        found.facts.append(Fact(name, "caller", body))
    elif "Content" in body and "ReportFormat" in body:
        _take_report(body, name, found)
    elif (inside := _policy_inside(body, name)) is not None:
        found.documents.append(inside)
    else:
        found.documents.append(_document(body, name))


def _policy_inside(body: dict[str, Json], name: str) -> Document | None:
    """The policy within what a get- command printed."""
    if isinstance(body.get("PolicyVersion"), dict) and "Document" in body["PolicyVersion"]:
        return Document(name, IDENTITY, body["PolicyVersion"]["Document"])
    if "PolicyDocument" in body:
        most = INLINE_OF_USER if "UserName" in body else INLINE_OF_GROUP if "GroupName" in body else INLINE_OF_ROLE
        owner = str(body.get("RoleName") or body.get("UserName") or body.get("GroupName") or "")
        return Document(name, IDENTITY, body["PolicyDocument"], owner, most)
    role = body.get("Role")
    if isinstance(role, dict) and "AssumeRolePolicyDocument" in role:
        return Document(name, TRUST, role["AssumeRolePolicyDocument"], str(role.get("RoleName", "")), TRUSTS)
    if isinstance(body.get("Policy"), str):  # of aws s3api get-bucket-policy
        try:
            return Document(name, RESOURCE, json.loads(body["Policy"]), "", BUCKETS)
        except json.JSONDecodeError:
            return None
    return None


def _document(body: dict[str, Json], name: str) -> Document:
    kind = _kind(body, name)
    return Document(name, kind, body, _owner(name) if kind == IDENTITY else "", {TRUST: TRUSTS, RESOURCE: BUCKETS}.get(kind, MANAGED))


def _owner(name: str) -> str:
    """Whose it is, where the name of the file tells what its content does not: role-NAME.json, user-NAME.json, NAME-user.json."""
    found = OWNER.search(name)
    owner = (found["owner"] or found["user"]) if found else ""
    return "" if owner.lower() in ("policy", "policies") else owner


def _kind(body: dict[str, Json], name: str) -> str:
    """Told by its statements; where these leave it open, by its name."""
    statements = Document(name, IDENTITY, body).statements()
    actions = [action.lower() for statement in statements for action in statement.actions]
    named = f"{name} {body.get('Id', '')}".lower()
    has_principal = any({"Principal", "NotPrincipal"} & set(statement.raw) for statement in statements)
    has_resource = any({"Resource", "NotResource"} & set(statement.raw) for statement in statements)
    takes_on = bool(actions) and all(action.startswith("sts:") for action in actions)
    if (takes_on and has_principal) or re.search(r"trust|assume-?_?role-?_?policy", named):
        return TRUST
    if has_principal or re.search(r"bucket[-_ ]?(access[-_ ]?)?policy", named):
        return RESOURCE
    return TRUST if takes_on and not has_resource else IDENTITY


def _take_report(body: dict[str, Json], name: str, found: Collection) -> None:
    try:
        text = base64.b64decode(str(body["Content"]), validate=True).decode()
    except ValueError:  # of base64 and of UTF-8
        found.findings.append(
            Finding(BAD, "no-report", name, "", "Its Content is no base64.", "Print it again: aws iam get-credential-report.")
        )
        return
    _take_rows(text, name, found)


def _take_rows(text: str, name: str, found: Collection) -> None:
    try:
        found.facts.append(Fact(name, "credential-report", list(csv.DictReader(io.StringIO(text)))))
    except csv.Error as error:
        found.findings.append(
            Finding(BAD, "no-report", name, "", f"It is no CSV ({error}).", "Print it again: aws iam get-credential-report.")
        )


def _take_account(body: dict[str, Json], name: str, found: Collection) -> None:
    """Everybody and everything of `aws iam get-account-authorization-details`. Policies that AWS manages are judged by who has them."""
    for what, listing, inline, most in (
        ("user", "UserDetailList", "UserPolicyList", INLINE_OF_USER),
        ("group", "GroupDetailList", "GroupPolicyList", INLINE_OF_GROUP),
        ("role", "RoleDetailList", "RolePolicyList", INLINE_OF_ROLE),
    ):
        for one in _dicts(body.get(listing)):
            owner = str(one.get(f"{what.title()}Name", ""))
            if str(one.get("Path", "")).startswith("/aws-service-role/"):
                continue  # AWS's own, which nobody can change
            services: tuple[str, ...] = ()
            if "AssumeRolePolicyDocument" in one:
                trust = Document(f"{name}: trust of role {owner}", TRUST, _body(one["AssumeRolePolicyDocument"]), owner, TRUSTS)
                found.documents.append(trust)
                services = tuple(service for statement in trust.statements() for service in statement.services())
            for policy in _dicts(one.get(inline)):
                called = f"{name}: {policy.get('PolicyName')} of {what} {owner}"
                found.documents.append(Document(called, IDENTITY, _body(policy.get("PolicyDocument")), owner, most))
            for policy in _dicts(one.get("AttachedManagedPolicies")):
                found.attached.append(Attached(f"{name}: {what} {owner}", owner, str(policy.get("PolicyName")), services))
    for policy in _dicts(body.get("Policies")):
        if str(policy.get("Arn", "")).startswith("arn:aws:iam::aws:"):
            continue
        for version in _dicts(policy.get("PolicyVersionList")):
            if version.get("IsDefaultVersion"):
                called = f"{name}: policy {policy.get('PolicyName')}"
                owner = ",".join(_who_has(body, str(policy.get("PolicyName"))))
                found.documents.append(Document(called, IDENTITY, _body(version.get("Document")), owner, MANAGED))


def _who_has(body: dict[str, Json], policy: str) -> list[str]:
    """Users, groups and roles that a managed policy is attached to."""
    return [
        str(one.get(f"{what}Name"))
        for what in ("User", "Group", "Role")
        for one in _dicts(body.get(f"{what}DetailList"))
        if policy in [each.get("PolicyName") for each in _dicts(one.get("AttachedManagedPolicies"))]
    ]


def _dicts(value: Json) -> list[dict[str, Json]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _body(value: Json) -> Json:
    """A policy that some tools leave as text, and some with % for odd letters."""
    if not isinstance(value, str):
        return value
    from urllib.parse import unquote

    try:
        return json.loads(unquote(value) if value.lstrip().startswith("%") else value)
    except json.JSONDecodeError:
        return value
