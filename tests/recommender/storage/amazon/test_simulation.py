"""What AWS is asked about somebody, held against botocore's model of IAM, and what becomes of its answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from recommender.errors import InvalidInputError, StorageError
from recommender.policies.deciding import Request
from recommender.storage.amazon.simulation import simulate

ROLE = "arn:aws:iam::123456789012:role/reader"
READ = Request(ROLE, "s3:GetObject", "arn:aws:s3:::films/a.csv", {"aws:securetransport": "true", "aws:principalarn": ROLE, "s3:prefix": ""})


@pytest.fixture
def iam() -> Any:
    return boto3.client("iam", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")


@pytest.fixture
def stub(iam: Any) -> Iterator[Stubber]:
    with Stubber(iam) as stub:
        yield stub
        stub.assert_no_pending_responses()


def _answer(decision: str, *policies: str) -> dict[str, Any]:
    result = {"EvalActionName": "s3:GetObject", "EvalResourceName": "arn:aws:s3:::films/a.csv", "EvalDecision": decision}
    return {
        "EvaluationResults": [result | {"MatchedStatements": [{"SourcePolicyId": policy} for policy in policies]}],
        "IsTruncated": False,
    }


def test_aws_is_asked_for_each_request_and_its_answers_are_told(iam: Any, stub: Stubber) -> None:
    asked = {
        "PolicySourceArn": ROLE,
        "ActionNames": ["s3:GetObject"],
        "ResourceArns": ["arn:aws:s3:::films/a.csv"],
        "ContextEntries": [{"ContextKeyName": "aws:securetransport", "ContextKeyValues": ["true"], "ContextKeyType": "boolean"}],
    }
    stub.add_response("simulate_principal_policy", _answer("allowed", "final_policy_v2"), asked)
    stub.add_response("simulate_principal_policy", _answer("explicitDeny", "shut"), asked | {"ActionNames": ["s3:PutObject"]})
    stub.add_response("simulate_principal_policy", _answer("implicitDeny"), asked | {"ActionNames": ["s3:DeleteObject"]})
    requests = [READ, *(Request(ROLE, action, READ.resource, READ.context) for action in ("s3:PutObject", "s3:DeleteObject"))]

    said = simulate(ROLE, requests, client=iam)

    assert [each.line() for each in said] == [
        "allowed  s3:GetObject  arn:aws:s3:::films/a.csv  final_policy_v2",
        "DENIED   s3:PutObject  arn:aws:s3:::films/a.csv  shut",
        "MISSING  s3:DeleteObject  arn:aws:s3:::films/a.csv  no policy says so",
    ]
    assert [each.is_allowed for each in said] == [True, False, False]


def test_who_may_not_ask_hears_what_is_needed(iam: Any, stub: Stubber) -> None:
    stub.add_client_error("simulate_principal_policy", "AccessDenied", "User is not authorized", 403, expected_params=None)

    with pytest.raises(StorageError) as refused:
        simulate(ROLE, [READ], client=iam)

    assert str(refused.value) == (
        f"AWS would not say what {ROLE} may (AccessDenied: User is not authorized); whoever asks needs iam:SimulatePrincipalPolicy."
    )


@pytest.mark.parametrize("principal", ["adham", "arn:aws:iam::123456789012:root"])
def test_nobody_but_a_user_or_role_can_be_asked_about(principal: str) -> None:
    with pytest.raises(InvalidInputError, match=r"the principal to confirm must be the ARN of a user, group or role"):
        simulate(principal, [READ])


def test_without_keys_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    iam = boto3.session.Session().client("iam", region_name="us-east-1")

    with pytest.raises(StorageError) as refused:
        simulate(ROLE, [READ], client=iam)

    assert str(refused.value) == (
        f"AWS cannot be asked what {ROLE} may: Unable to locate credentials. Without --confirm, nothing is asked of it."
    )
