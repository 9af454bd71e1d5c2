"""What Amazon calls its actions, kinds of resources, regions, services and condition keys, and which word somebody may have meant."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

CLOSE = 0.8  # how alike a slip of the finger and the word that was meant are, of 1
ONE_SLIP = 0.87  # of words of eight letters and more that one letter, or two that changed places, tells apart

# The words of a policy, as AWS writes them: it takes no others, and none in other letters.
OF_A_POLICY = ("Version", "Id", "Statement")
OF_A_STATEMENT = (
    *("Sid", "Effect", "Principal", "NotPrincipal"),
    *("Action", "NotAction", "Resource", "NotResource", "Condition"),
)
OF_A_PRINCIPAL = ("AWS", "Service", "Federated", "CanonicalUser")

GLOBAL_KEYS = (
    *("aws:AssumedRoot", "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:ChatbotSourceArn", "aws:CurrentTime"),
    *("aws:Ec2InstanceSourcePrivateIPv4", "aws:Ec2InstanceSourceVpc", "aws:EpochTime", "aws:FederatedProvider", "aws:IsMcpServiceAction"),
    *("aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent", "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalIsAWSService"),
    *(
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgMasterAccountId",
        "aws:PrincipalOrgPaths",
        "aws:PrincipalServiceName",
        "aws:PrincipalServiceNamesList",
        "aws:PrincipalTag/",
    ),
    *("aws:PrincipalType", "aws:Referer", "aws:RequestedRegion", "aws:RequestTag/", "aws:ResourceAccount", "aws:ResourceOrgID"),
    *("aws:ResourceOrgPaths", "aws:ResourceTag/", "aws:SecureTransport", "aws:SignInSessionArn", "aws:SourceAccount", "aws:SourceArn"),
    *("aws:SourceIdentity", "aws:SourceIp", "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:SourceOwner", "aws:SourceVpc"),
    *("aws:SourceVpcArn", "aws:SourceVpce", "aws:TagKeys", "aws:TokenIssueTime", "aws:UserAgent", "aws:userid", "aws:username"),
    *("aws:ViaAWSService", "aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths", "aws:VpcSourceIp"),
)
# Of the services that Matinee and the documents meet. A key that ends in / goes on with a name of somebody's own.
KEYS = {
    "aws": GLOBAL_KEYS,
    "s3": (
        *(
            "s3:AccessGrantsInstanceArn",
            "s3:AccessGrantsLocationScope",
            "s3:AccessGrantScope",
            "s3:AccessPointNetworkOrigin",
            "s3:authType",
            "s3:BucketTag/",
        ),
        *(
            "s3:DataAccessPointAccount",
            "s3:DataAccessPointArn",
            "s3:delimiter",
            "s3:destinationRegion",
            "s3:isReplicationPauseRequest",
            "s3:x-amz-bucket-namespace",
            "s3:AccessPointTag/",
            "s3:ExistingJobOperation",
            "s3:ExistingJobPriority",
        ),
        *("s3:ExistingObjectTag/", "s3:if-match", "s3:if-none-match", "s3:InventoryAccessibleOptionalFields", "s3:locationconstraint"),
        *("s3:JobSuspendedCause", "s3:max-keys", "s3:object-lock-legal-hold", "s3:object-lock-mode"),
        *("s3:object-lock-remaining-retention-days", "s3:object-lock-retain-until-date", "s3:ObjectCreationOperation", "s3:prefix"),
        *("s3:RequestJobOperation", "s3:RequestJobPriority", "s3:RequestObjectTag/", "s3:RequestObjectTagKeys", "s3:ResourceAccount"),
        *("s3:signatureAge", "s3:signatureversion", "s3:TlsVersion", "s3:versionid", "s3:x-amz-acl", "s3:x-amz-content-sha256"),
        *("s3:x-amz-copy-source", "s3:x-amz-grant-full-control", "s3:x-amz-grant-read", "s3:x-amz-grant-read-acp"),
        *("s3:x-amz-grant-write", "s3:x-amz-grant-write-acp", "s3:x-amz-metadata-directive", "s3:x-amz-object-ownership"),
        *("s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"),
        *("s3:x-amz-server-side-encryption-customer-algorithm", "s3:x-amz-storage-class", "s3:x-amz-website-redirect-location"),
    ),
    "iam": (
        *("iam:AssociatedResourceArn", "iam:AWSServiceName", "iam:OrganizationsPolicyId", "iam:PassedToService"),
        *("iam:PermissionsBoundary", "iam:PolicyARN", "iam:ResourceTag/", "iam:RoleTemplateARN"),
    ),
    "sts": (
        *(
            "sts:AWSServiceName",
            "sts:DurationSeconds",
            "sts:ExternalId",
            "sts:IdentityTokenAudience",
            "sts:SigningAlgorithm",
            "sts:RequestContext/",
            "sts:RequestContextProviders",
        ),
        *("sts:RoleSessionName", "sts:SourceIdentity", "sts:TaskPolicyArn", "sts:TransitiveTagKeys"),
    ),
    "dynamodb": (
        *("dynamodb:Attributes", "dynamodb:EnclosingOperation", "dynamodb:FullTableScan", "dynamodb:LeadingKeys"),
        *("dynamodb:ReturnConsumedCapacity", "dynamodb:ReturnValues", "dynamodb:Select"),
    ),
    "cloudwatch": (
        *("cloudwatch:AlarmActions", "cloudwatch:HasAccessGrant", "cloudwatch:namespace", "cloudwatch:requestInsightRuleLogGroups"),
        "cloudwatch:requestManagedResourceARNs",
    ),
    "sns": ("sns:Endpoint", "sns:Protocol"),
    "lambda": (
        *("lambda:CodeSigningConfigArn", "lambda:EventSourceToken", "lambda:FunctionArn", "lambda:FunctionUrlAuthType"),
        *("lambda:InvokedViaFunctionUrl", "lambda:Layer", "lambda:Principal", "lambda:SecurityGroupIds", "lambda:SourceFunctionArn"),
        *("lambda:SubnetIds", "lambda:VpcIds"),
    ),
}

# Services that come to a role or a bucket by their own name, to tell slips in it.
PRINCIPALS = tuple(
    f"{name}.amazonaws.com"
    for name in (
        *("apigateway", "billingreports", "cloudformation", "cloudfront", "cloudtrail", "cloudwatch", "codebuild", "config"),
        *("delivery.logs", "dynamodb", "ec2", "ecs-tasks", "events", "firehose", "forecast", "glue", "lambda"),
        *("logdelivery.elasticloadbalancing", "logging.s3", "logs", "monitoring", "personalize", "rds", "s3", "sagemaker", "scheduler"),
        *("ses", "sns", "sqs", "ssm", "states"),
    )
)


@dataclass(frozen=True, slots=True)
class _Amazon:
    """kinds: prefix → action in small letters → (as Amazon writes it, kinds of resource it acts on).

    calls: prefix → call in small letters → actions that allow it.
    """

    kinds: dict[str, dict[str, tuple[str, frozenset[str]]]]
    calls: dict[str, dict[str, str]]
    regions: frozenset[str]
    services: frozenset[str]


@cache
def _amazon() -> _Amazon:
    kept = json.loads(Path(__file__).with_name("amazon.json").read_text(encoding="utf-8"))
    kinds: dict[str, dict[str, tuple[str, frozenset[str]]]] = {}
    for prefix, by_kind in kept["actions"].items():
        of_prefix = kinds.setdefault(prefix, {})
        for kind, names in by_kind.items():
            for name in names.split():
                of_prefix[name.lower()] = (name, of_prefix.get(name.lower(), (name, frozenset()))[1] | {kind})
    calls = {prefix: {call.lower(): actions for call, actions in named.items()} for prefix, named in kept["calls"].items()}
    return _Amazon(kinds, calls, frozenset(kept["regions"].split()), frozenset(kept["services"].split()))


def knows_actions_of(prefix: str) -> bool:
    """Whether every action of the service is known, so that others can be told from slips."""
    return prefix.lower() in _amazon().kinds


def actions_like(prefix: str, pattern: str) -> list[str]:
    """Every known action of the service that a name with * and ? stands for, in Amazon's letters and without the prefix."""
    return list(_actions_like(prefix.lower(), pattern.lower()))


@lru_cache(maxsize=4096)
def _actions_like(prefix: str, pattern: str) -> tuple[str, ...]:
    wanted = wildcard(pattern)
    return tuple(name for low, (name, _) in _amazon().kinds[prefix].items() if wanted.fullmatch(low))


def kinds_of(prefix: str, action: str) -> frozenset[str]:
    """Kinds of resource that an action is good for; "none" where it knows no resource, empty where nobody has looked."""
    found = _amazon().kinds.get(prefix.lower(), {}).get(action.lower())
    return frozenset() if found is None or "other" in found[1] else found[1]


def actions_behind(prefix: str, call: str) -> str:
    """The actions that allow a call which none is named after, with a blank between; empty for any other word."""
    return _amazon().calls.get(prefix.lower(), {}).get(call.lower(), "")


def is_region(text: str) -> bool:
    """Whether AWS has this region, or had it when botocore was written."""
    return text in _amazon().regions


def near_region(text: str) -> str:
    return near(text, _amazon().regions)


def is_service(prefix: str) -> bool:
    """Whether actions or ARNs begin with this word."""
    return prefix in _amazon().services or prefix in _amazon().kinds


def near_service(prefix: str) -> str:
    return near(prefix, [*_amazon().kinds, *sorted(_amazon().services)])


def near_action(prefix: str, action: str, *, close: float = CLOSE) -> str:
    return near(action, [name for name, _ in _amazon().kinds[prefix.lower()].values()], close=close)


def near(word: str, known: Iterable[str], *, close: float = CLOSE) -> str:
    """The known word that somebody may have meant, whatever its letters; empty if there is none. One of the same letters comes first.

    close: how alike they must be, of 1.
    """
    by_low = {each.lower(): each for each in sorted(known, reverse=True)}
    letters = sorted(word.lower())
    found = [each for each in by_low if sorted(each) == letters] or difflib.get_close_matches(word.lower(), list(by_low), 1, close)
    return by_low[found[0]] if found else ""


@lru_cache(maxsize=4096)
def wildcard(pattern: str) -> re.Pattern[str]:
    """A pattern of IAM, where * is any letters and ? is one, to be matched as a whole."""
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern), re.DOTALL)
