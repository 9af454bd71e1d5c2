"""What is allowed that nobody needs, and what is denied to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from recommender.policies import arns, words
from recommender.policies.document import IDENTITY, RESOURCE, TRUST, Document, Statement
from recommender.policies.finding import BAD, RISK, Finding
from recommender.policies.reading import Attached

LEAST = "`matinee doctor iam --write FOLDER` writes the least that will do."
# Managed policies of AWS → why they are too much for anybody here, and what would do.
TOO_MUCH = {
    "AdministratorAccess": ("may do everything in the account, delete it and pay for it included", "cli-user.json"),
    "PowerUserAccess": ("may do everything in the account but give rights away", "cli-user.json"),
    "IAMFullAccess": ("may make itself administrator", "IAMpolicy.json"),
    "AmazonS3FullAccess": ("may read and delete every object of every bucket", "final_policy_v2.json"),
    "AmazonS3ReadOnlyAccess": ("may read every object of every bucket", "final_policy_v2.json"),
    "AmazonSageMakerFullAccess": ("may use all of SageMaker, and every bucket that has its name in it", "final_policy_v2.json"),
}
PERSONALIZE_ALL = "AmazonPersonalizeFullAccess"
RUNNERS = {"lambda.amazonaws.com", "ec2.amazonaws.com", "ecs-tasks.amazonaws.com"}  # whatever asks for lists runs there
RESTRICTING = {  # keys by which a bucket that names everybody is open to some alone
    *("aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceip", "aws:vpcsourceip"),
    *("aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:userid", "aws:sourceorgid"),
    *("s3:dataaccesspointaccount", "s3:dataaccesspointarn", "aws:principalservicename", "kms:calleraccount", "sts:externalid"),
    *("aws:sourceorgpaths", "aws:vpceaccount", "aws:vpceorgid"),
}


def look(document: Document) -> Iterator[Finding]:
    """Every statement of the document by itself."""
    for statement in document.statements():
        for gravity, kind, text, remedy in _of_statement(document, statement):
            yield Finding(gravity, kind, document.file, statement.label, text, remedy)


def look_at_attached(attached: Attached) -> Iterator[Finding]:
    """A managed policy by its name, which says what it allows."""
    who = attached.owner or "whoever has it"
    if attached.policy == PERSONALIZE_ALL:
        if "personalize.amazonaws.com" in attached.services:
            why = "is for people, and opens buckets with personalize in their name alone: this role has to read one bucket"
            yield _attached(attached, f"{PERSONALIZE_ALL} {why}.", f"Put final_policy_v2.json in its place; {LEAST}")
        elif set(attached.services) & RUNNERS:
            why = f"lets {who} delete every campaign, where it only asks for recommendations"
            yield _attached(attached, f"{PERSONALIZE_ALL} {why}.", f"Put client.json in its place; {LEAST}")
        else:
            why = f"lets {who} delete every data set and campaign, and pass any role to Personalize"
            yield _attached(attached, f"{PERSONALIZE_ALL} {why}.", f"Put cli-user.json, or client.json for readers, in its place; {LEAST}")
    elif found := TOO_MUCH.get(attached.policy):
        yield _attached(attached, f"{attached.policy}: {who} {found[0]}.", f"Put {found[1]} in its place; {LEAST}")


def _attached(attached: Attached, text: str, remedy: str) -> Finding:
    return Finding(RISK, "managed-policy", attached.file, "", text, remedy)


Said = tuple[str, str, str, str]


def _of_statement(document: Document, statement: Statement) -> Iterator[Said]:
    if statement.denies:
        yield from _of_deny(document, statement)
    if not statement.allows:
        return
    if statement.not_actions:
        text = f"It allows everything but {', '.join(statement.not_actions[:3])}, what AWS adds tomorrow included."
        yield (RISK, "not-action", text, "Name what is allowed by Action.")
    if statement.not_resources:
        text = f"It allows everything but {', '.join(statement.not_resources[:2])}, what is made tomorrow included."
        yield (RISK, "not-resource", text, "Name what is allowed by Resource.")
    if statement.not_principals is not None:
        yield (RISK, "not-principal", "It allows everybody in the world but those of NotPrincipal.", "Name who is allowed by Principal.")
    if statement.is_for_anybody and not statement.condition_keys() & RESTRICTING:
        consequence = "take on this role" if document.kind == TRUST else "do this"
        text = f"Principal is *, so anybody in the world may {consequence}."
        yield (
            RISK,
            "anybody",
            text,
            "Name an account, a role or a service, or ask for aws:SourceAccount or aws:PrincipalOrgID in Condition.",
        )
    if document.kind == IDENTITY:
        yield from _of_identity(statement)
    elif document.kind == RESOURCE:
        yield from _of_resource_policy(statement)


def _of_identity(statement: Statement) -> Iterator[Said]:
    if not _is_everything(statement.resources):
        if _is_any_bucket(statement.resources):
            yield from _of_any_bucket(statement)
        return
    restricted = bool(statement.conditions)
    if "*" in statement.actions or "*:*" in statement.actions:
        yield (
            RISK,
            "everything",
            "It allows everything on everything, as AdministratorAccess does.",
            f"Name actions and resources; {LEAST}",
        )
        return
    for action in statement.actions:
        prefix, _, name = action.lower().partition(":")
        if name == "*" and not restricted:
            yield (RISK, "whole-service", f"{action} on * allows all of {prefix} on everything.", f"Name actions and resources; {LEAST}")
        elif prefix == "iam" and _covers(action, "iam:PassRole") and not restricted:
            text = f"{action} on * hands any role of the account to any service."
            yield (RISK, "pass-any-role", text, "Name the role, and ask for iam:PassedToService in Condition.")
        elif prefix == "sts" and _covers(action, "sts:AssumeRole") and not restricted:
            yield (RISK, "any-role", f"{action} on * takes on any role that lets it.", "Name the role's ARN.")
    if not restricted:
        yield from _of_any_bucket(statement)


def _of_any_bucket(statement: Statement) -> Iterator[Said]:
    """Reading and writing objects wherever they lie; what asks for names of buckets may stand on *."""
    touching = [action for action in statement.actions if not action.endswith(":*") and any(_covers(action, each) for each in _TOUCHING)]
    if "s3:*" in (action.lower() for action in statement.actions) and not _is_everything(statement.resources):
        touching.append("s3:*")
    if touching:
        text = f"{', '.join(touching[:3])} on {statement.resources[0]} is of every bucket of the account, and of others that let it."
        yield (RISK, "any-bucket", text, f"Name the bucket: arn:aws:s3:::BUCKET/*; {LEAST}")


_TOUCHING = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")


def _of_resource_policy(statement: Statement) -> Iterator[Said]:
    everything = [action for action in statement.actions if action in ("*", "s3:*", "S3:*")]
    if everything and (statement.services() or statement.is_for_anybody):
        who = ", ".join(statement.services()) or "everybody"
        text = f"{everything[0]} lets {who} delete the bucket and rewrite its policy."
        yield (RISK, "whole-service", text, "Name s3:GetObject and s3:ListBucket, and s3:PutObject where it writes.")


def _of_deny(document: Document, statement: Statement) -> Iterator[Said]:
    wide = [
        action for action in statement.actions if action == "*" or action.lower() in ("s3:*", "sts:*", "sts:assumerole", "personalize:*")
    ]
    everybody = document.kind == IDENTITY or statement.is_for_anybody
    if not wide or not everybody or statement.not_resources:
        return
    if document.kind == IDENTITY and not (_is_everything(statement.resources) or _is_any_bucket(statement.resources)):
        return
    if not statement.conditions:
        text = f"It denies {wide[0]} to everybody, and no Allow outweighs a Deny."
        yield (BAD, "shuts-everything", text, "Say in Condition when, or leave it out.")
        return
    for condition in statement.conditions:
        if condition.key.lower() == "aws:securetransport" and condition.operator.startswith("Bool") and condition.values == ("true",):
            text = "It denies every request that comes encrypted, which are all."
            yield (BAD, "shuts-everything", text, 'Write "aws:SecureTransport": "false".')


def _is_everything(resources: tuple[str, ...]) -> bool:
    return "*" in resources or any(resource in ("arn:aws:*", "arn:aws:*:*:*:*") for resource in resources)


def _is_any_bucket(resources: tuple[str, ...]) -> bool:
    """Whether a resource names objects of all buckets."""
    found = [arn.resource for resource in resources if (arn := arns.parsed(resource)) and arn.service == "s3"]
    return any(resource in ("*", "*/*") for resource in found)


def _covers(pattern: str, action: str) -> bool:
    return bool(words.wildcard(pattern.lower()).fullmatch(action.lower()))
