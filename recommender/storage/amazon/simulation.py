"""What AWS itself says that somebody may: iam:SimulatePrincipalPolicy, which changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recommender.errors import InvalidInputError, StorageError

if TYPE_CHECKING:
    from recommender.policies.deciding import Request

# Context that is asked for as something else than text.
TYPES = {"aws:securetransport": "boolean", "aws:principalisawsservice": "boolean"}


@dataclass(frozen=True, slots=True)
class Simulated:
    """decision: allowed, explicitDeny or implicitDeny, as AWS calls them. by: the policies that say so."""

    action: str
    resource: str
    decision: str
    by: tuple[str, ...]

    @property
    def is_allowed(self) -> bool:
        return self.decision == "allowed"

    def line(self) -> str:
        """For people: state, action, resource, and by what."""
        state = {"allowed": "allowed", "explicitDeny": "DENIED"}.get(self.decision, "MISSING")
        nobody = "no policy named" if self.is_allowed else "no policy says so"
        return f"{state:<7}  {self.action}  {self.resource}  {', '.join(self.by) or nobody}"


def simulate(principal: str, requests: Iterable[Request], *, client: Any = None) -> list[Simulated]:
    """AWS's answer to each request as if the principal had made it, in their order.

    Bucket policies are not asked: what somebody may who is named in one is for the offline evaluator. StorageError in one sentence without
    keys, a network or the right to ask.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    if not principal.startswith("arn:") or principal.endswith(":root"):
        raise InvalidInputError(
            "the principal to confirm", principal, "the ARN of a user, group or role, and not of root, whom nothing holds back"
        )
    try:
        iam = client or _client()
        return [_asked(iam, principal, request) for request in requests]
    except ClientError as error:
        told = error.response.get("Error", {})
        text = f"AWS would not say what {principal} may ({told.get('Code')}: {told.get('Message')})"
        raise StorageError(f"{text}; whoever asks needs iam:SimulatePrincipalPolicy.") from error
    except BotoCoreError as error:
        said = str(error).rstrip(".")
        raise StorageError(f"AWS cannot be asked what {principal} may: {said}. Without --confirm, nothing is asked of it.") from error


def _client() -> Any:
    from recommender.storage.amazon.clients import PATIENT, Clients

    return Clients("iam", PATIENT).client()


def _asked(iam: Any, principal: str, request: Request) -> Simulated:
    answer = iam.simulate_principal_policy(
        PolicySourceArn=principal,
        ActionNames=[request.action],
        ResourceArns=[request.resource],
        ContextEntries=[
            {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": TYPES.get(key, "string")}
            for key, value in sorted(request.context.items())
            if value and not key.startswith("aws:principal")  # AWS knows the principal itself
        ],
    )
    result = answer["EvaluationResults"][0]
    by = tuple(dict.fromkeys(str(each["SourcePolicyId"]) for each in result.get("MatchedStatements", []) if each.get("SourcePolicyId")))
    return Simulated(request.action, request.resource, result["EvalDecision"], by)
