"""Names of things on AWS, taken apart, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from recommender.errors import InvalidInputError
from recommender.policies import buckets, words

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")
ACCOUNT = re.compile(r"\d{12}")
# What is still to be filled in: ACCOUNT, BUCKET-NAME, <region>, ${AWS::AccountId}, ${aws:username}, {{name}}, ?, *.
TO_FILL_IN = re.compile(r"[A-Z][A-Z_-]*[A-Z]|<[^<>]+>|\$?\{+[^{}]+\}+|[?*]+")
VARIABLE = re.compile(r"\$\{[^}]*\}")
# In S3 and IAM names are the same in all regions, and in S3 in all accounts.
NO_REGION = {"iam", "s3", "cloudfront", "route53", "organizations"}
WANT_ACCOUNT = {"personalize", "iam", "lambda", "dynamodb", "sagemaker", "sns", "sqs", "logs", "kms", "sts"}
KINDS = {
    "iam": (
        *("access-report", "group", "instance-profile", "mfa", "oidc-provider", "policy", "role", "root", "saml-provider"),
        *("server-certificate", "sms-mfa", "user"),
    ),
    "sts": ("assumed-role", "federated-user", "self"),
    "personalize": (
        *("algorithm", "batch-inference-job", "batch-segment-job", "campaign", "data-deletion-job", "data-insights-job", "dataset"),
        *("dataset-export-job", "dataset-group", "dataset-import-job", "event-tracker", "feature-transformation", "filter"),
        *("metric-attribution", "recipe", "recommender", "schema", "solution"),
    ),
    "dynamodb": ("global-table", "table"),
    "lambda": ("capacity-provider", "code-signing-config", "event-source-mapping", "function", "layer"),
    "logs": ("anomaly-detector", "delivery", "delivery-destination", "delivery-source", "destination", "log-group"),
}
AMAZONS_OWN = ("recipe/", "algorithm/", "feature-transformation/")  # of Personalize, and of no account

Mistake = tuple[str, str]  # what is wrong, and what would be right


@dataclass(frozen=True, slots=True)
class Arn:
    """arn:partition:service:region:account:resource."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @property
    def kind(self) -> str:
        """The word before the first / or : of the resource, such as campaign; empty if there is none."""
        found = re.match(r"([A-Za-z*?-]+)[/:]", self.resource)
        return found[1] if found else ""


def parsed(text: str) -> Arn | None:
    """The parts of an ARN; None for what is none. Variables in it count as words."""
    whole = VARIABLE.sub(lambda found: found[0].replace(":", "_").replace("/", "_"), text)
    parts = whole.split(":", 5)
    return Arn(*parts[1:]) if len(parts) == 6 and parts[0] == "arn" else None


def checked(text: str, service: str, *kinds: str) -> str:
    """The ARN, if it is one of the service and of one of the kinds; InvalidInputError in one sentence otherwise.

    To be asked before AWS is: what it answers to a wrong one tells neither which nor why.
    """
    arn = parsed(text)
    expected = f"the ARN of a {' or '.join(kind.replace('-', ' ') for kind in kinds)}: arn:aws:{service}:…:{kinds[0]}/NAME"
    for _, remedy in mistakes(text):
        raise InvalidInputError("the ARN", text, f"{expected} ({remedy.rstrip('.')})")
    if arn is None or arn.service != service or arn.kind not in kinds:
        raise InvalidInputError("the ARN", text, expected)
    return text


def is_to_fill_in(text: str) -> bool:
    """Whether this stands for something: a wildcard, a variable, or a word that somebody will replace."""
    return bool(TO_FILL_IN.fullmatch(text))


def mistakes(text: str) -> Iterator[Mistake]:
    """What is wrong with the ARN of a resource or principal. * by itself is for the caller to judge."""
    arn = parsed(text)
    if arn is None:
        yield (f"{text!r} is no ARN.", "It must have six parts: arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE.")
        return
    if arn.partition not in PARTITIONS and not is_to_fill_in(arn.partition):
        yield (f"{text!r} has the partition {arn.partition!r}.", "Write arn:aws: at its beginning.")
    yield from _of_service(arn, text)
    yield from _of_region(arn, text)
    yield from _of_account(arn, text)
    yield from _of_kind(arn, text)
    if not arn.resource:
        yield (f"{text!r} names no resource.", "Something must follow the fifth colon.")
    elif arn.service == "s3" and not arn.region and not arn.account and not arn.resource.startswith("accesspoint"):
        yield from _of_bucket(arn, text)


def _of_service(arn: Arn, text: str) -> Iterator[Mistake]:
    if is_to_fill_in(arn.service) or words.is_service(arn.service):
        return
    if meant := words.near_service(arn.service):
        yield (f"{text!r} is of a service {arn.service!r} that AWS does not have.", f"Did you mean {meant}?")
    elif not arn.service:
        yield (f"{text!r} names no service.", "Write it after the second colon, such as arn:aws:s3:::BUCKET.")


def _of_region(arn: Arn, text: str) -> Iterator[Mistake]:
    if arn.service in NO_REGION:
        if arn.region and "*" not in arn.region and not _is_access_point(arn):
            yield (f"{text!r} has a region, and {arn.service} has none in its ARNs.", f"Leave {arn.region!r} out, and keep the colons.")
    elif arn.region and not is_to_fill_in(arn.region) and "*" not in arn.region and not words.is_region(arn.region):
        meant = words.near_region(arn.region)
        yield (
            f"{text!r} has the region {arn.region!r}, which AWS does not have.",
            f"Did you mean {meant}?" if meant else "Name a region of AWS.",
        )
    elif not arn.region and arn.service == "personalize" and not arn.resource.startswith(AMAZONS_OWN):
        yield (f"{text!r} has no region.", "Write it after the third colon: arn:aws:personalize:REGION:ACCOUNT:….")


def _of_account(arn: Arn, text: str) -> Iterator[Mistake]:
    if arn.account:
        if arn.service == "s3" and not _is_access_point(arn) and arn.account != "*":
            yield (f"{text!r} has an account, and buckets have none in their ARNs.", "Write arn:aws:s3:::BUCKET.")
        elif not ACCOUNT.fullmatch(arn.account) and arn.account != "aws" and not is_to_fill_in(arn.account) and "*" not in arn.account:
            length = f"{len(arn.account)} digits" if arn.account.isdigit() else "something other than digits"
            yield (f"{text!r} has an account of {length}.", "An account has 12 digits.")
    elif arn.service in WANT_ACCOUNT and not arn.resource.endswith("*") and not arn.resource.startswith(AMAZONS_OWN):
        yield (f"{text!r} has no account.", "Write its 12 digits after the fourth colon.")


def _of_kind(arn: Arn, text: str) -> Iterator[Mistake]:
    """A slip in the word before the name: :ole/ for :role/."""
    known = KINDS.get(arn.service, ())
    kind = arn.kind or (arn.resource if arn.service == "iam" else "")
    if kind and known and kind not in known and not is_to_fill_in(kind) and (meant := words.near(kind, known)):
        yield (f"{text!r} is of a kind {kind!r} that {arn.service} does not have.", f"Did you mean {meant}?")


def _is_access_point(arn: Arn) -> bool:
    return arn.service == "s3" and bool(re.match(r"(accesspoint|access-grants|storage-lens|job|async-request)", arn.resource))


def _of_bucket(arn: Arn, text: str) -> Iterator[Mistake]:
    bucket = VARIABLE.sub("*", arn.resource).split("/", 1)[0]
    if not bucket:
        yield (f"{text!r} has a / where the bucket's name begins.", "Write arn:aws:s3:::BUCKET or arn:aws:s3:::BUCKET/*.")
    elif "*" in bucket or "?" in bucket or is_to_fill_in(bucket) or bucket.startswith(buckets.DEMONSTRATION):
        return
    elif wrong := buckets.what_is_wrong_with(bucket):
        yield (f"{text!r}: no bucket can have this name.", f"The name of a bucket must be {wrong}.")
