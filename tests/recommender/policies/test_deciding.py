"""Who may do what: IAM's rules, each by policies whose answer is known without computing it."""

from __future__ import annotations

from typing import Any

import pytest

from recommender.policies.deciding import ALLOWED, DENIED, MISSING, Decision, Request, decide
from recommender.policies.document import IDENTITY, RESOURCE, TRUST, Document

ROLE = "arn:aws:iam::123456789012:role/reader"
OBJECT = "arn:aws:s3:::films/ratings.csv"
READ = Request(ROLE, "s3:GetObject", OBJECT, {"aws:securetransport": "true"})
BY_SERVICE = Request("personalize.amazonaws.com", "s3:GetObject", OBJECT, {"aws:sourceaccount": "123456789012"})


def _policy(kind: str, *statements: dict[str, Any], version: str = "2012-10-17") -> Document:
    return Document("p.json", kind, {"Version": version, "Statement": list(statements)})


def _allow(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::films/*", **elements}


def _deny(**elements: Any) -> dict[str, Any]:
    return _allow(**elements) | {"Effect": "Deny"}


class TestSides:
    def test_nothing_said_is_missing(self) -> None:
        assert decide(READ, []) == Decision(MISSING)

    def test_an_identity_policy_allows(self) -> None:
        assert decide(READ, [_policy(IDENTITY, _allow(Sid="Films"))]) == Decision(ALLOWED, "p.json, statement 1 (Films)")

    def test_a_bucket_policy_that_names_the_role_allows_by_itself(self) -> None:
        assert decide(READ, [_policy(RESOURCE, _allow(Principal={"AWS": ROLE}))]).state == ALLOWED

    def test_a_bucket_policy_that_names_the_account_leaves_it_to_the_accounts_own_policies(self) -> None:
        for account in ("123456789012", "arn:aws:iam::123456789012:root"):
            assert decide(READ, [_policy(RESOURCE, _allow(Principal={"AWS": account}))]).state == MISSING

    def test_a_deny_to_the_account_is_a_deny_to_each_of_it(self) -> None:
        documents = [_policy(IDENTITY, _allow()), _policy(RESOURCE, _deny(Principal={"AWS": "123456789012"}))]

        assert decide(READ, documents).state == DENIED

    def test_a_deny_outweighs_every_allow_wherever_it_stands(self) -> None:
        documents = [_policy(IDENTITY, _allow()), _policy(RESOURCE, _allow(Principal="*"), _deny(Sid="No", Principal="*"))]

        for order in (documents, documents[::-1]):
            assert decide(READ, order) == Decision(DENIED, "p.json, statement 2 (No)")

    def test_identity_policies_say_nothing_of_a_service(self) -> None:
        assert decide(BY_SERVICE, [_policy(IDENTITY, _allow())]).state == MISSING

    def test_a_service_is_not_another(self) -> None:
        assert decide(BY_SERVICE, [_policy(RESOURCE, _allow(Principal={"Service": "lambda.amazonaws.com"}))]).state == MISSING
        assert decide(BY_SERVICE, [_policy(RESOURCE, _allow(Principal={"Service": "personalize.amazonaws.com"}))]).state == ALLOWED

    def test_everybody_but_one(self) -> None:
        other = _allow(NotPrincipal={"AWS": "arn:aws:iam::123456789012:role/other"})

        assert decide(READ, [_policy(RESOURCE, other)]).state == ALLOWED
        assert decide(READ, [_policy(RESOURCE, _allow(NotPrincipal={"AWS": ROLE}))]).state == MISSING

    def test_a_trust_policy_has_no_resource(self) -> None:
        trust = _policy(TRUST, {"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"})

        assert decide(Request("personalize.amazonaws.com", "sts:AssumeRole", ROLE), [trust]).state == ALLOWED

    def test_a_statement_without_an_effect_says_nothing(self) -> None:
        statement = _allow()
        del statement["Effect"]

        assert decide(READ, [_policy(IDENTITY, statement)]).state == MISSING


@pytest.mark.parametrize(
    ("elements", "state"),
    [
        ({"Action": "s3:Get*"}, ALLOWED),
        ({"Action": "S3:GETOBJECT"}, ALLOWED),  # letters are told apart in resources alone
        ({"Action": ["s3:PutObject", "s3:GetObject?"]}, MISSING),  # ? is one letter, not none
        ({"Action": "*"}, ALLOWED),
        ({"Resource": "arn:aws:s3:::films"}, MISSING),  # the bucket is none of its objects
        ({"Resource": "arn:aws:s3:::Films/*"}, MISSING),
        ({"Resource": "arn:aws:s3:::film*"}, ALLOWED),  # * goes on over a /
        ({"Resource": "arn:aws:s3:::films/${aws:username}/*"}, MISSING),  # nobody says who it is
    ],
)
def test_actions_and_resources_match_as_patterns(elements: dict[str, Any], state: str) -> None:
    assert decide(READ, [_policy(IDENTITY, _allow(**elements))]).state == state


def test_what_is_not_named_is_what_not_action_allows() -> None:
    statement = {"Effect": "Allow", "NotAction": "s3:Put*", "NotResource": "arn:aws:s3:::other/*"}

    assert decide(READ, [_policy(IDENTITY, statement)]).state == ALLOWED
    assert decide(READ, [_policy(IDENTITY, statement | {"NotAction": "s3:Get*"})]).state == MISSING
    assert decide(READ, [_policy(IDENTITY, statement | {"NotResource": "arn:aws:s3:::films/*"})]).state == MISSING


def test_variables_are_filled_in_by_policies_of_2012_alone() -> None:
    request = Request(ROLE, "s3:GetObject", "arn:aws:s3:::films/ann/x", {"aws:username": "ann"})
    statement = _allow(Resource="arn:aws:s3:::films/${aws:username}/*")

    assert decide(request, [_policy(IDENTITY, statement)]).state == ALLOWED
    assert decide(request, [_policy(IDENTITY, statement, version="2008-10-17")]).state == MISSING


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"StringEquals": {"aws:SourceAccount": "1"}}, True),
        ({"StringEquals": {"AWS:sourceaccount": ["2", "1"]}}, True),  # one of the values, and keys in any letters
        ({"StringEquals": {"aws:SourceAccount": "1*"}}, False),  # no pattern there
        ({"StringLike": {"aws:SourceAccount": "1*"}}, True),
        ({"StringNotEquals": {"aws:SourceAccount": ["2", "3"]}}, True),
        ({"StringNotEquals": {"aws:SourceAccount": ["1", "3"]}}, False),
        ({"StringEquals": {"aws:SourceAccount": "1", "aws:SourceVpce": "v"}}, False),  # all keys must hold
        ({"StringEquals": {"aws:SourceAccount": "1"}, "Bool": {"aws:SecureTransport": True}}, True),
        ({"StringEquals": {"aws:SourceVpce": "v"}}, False),  # what is not there is not equal
        ({"StringEqualsIfExists": {"aws:SourceVpce": "v"}}, True),
        ({"StringNotEquals": {"aws:SourceVpce": "v"}}, True),
        ({"Null": {"aws:SourceVpce": "true"}}, True),
        ({"Null": {"aws:SourceAccount": "true"}}, False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}, True),  # none there, all of them
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:personalize:us-east-1:1:*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:personalize:*:1:*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:personalize:*"}}, False),  # part by part
        ({"ArnNotLike": {"aws:SourceArn": "arn:aws:s3:*:*:*"}}, True),
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, True),
        ({"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, False),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}}, True),
        ({"NumericGreaterThanEquals": {"aws:MultiFactorAuthAge": 300}}, False),
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, False),
    ],
)
def test_conditions_hold_as_iam_has_them(condition: dict[str, Any], holds: bool) -> None:
    context = {
        "aws:sourceaccount": "1",
        "aws:securetransport": "true",
        "aws:sourcearn": "arn:aws:personalize:us-east-1:1:dataset-import-job/films",
        "aws:sourceip": "192.0.2.7",
        "aws:multifactorauthage": "120",
        "aws:currenttime": "2026-11-29T20:00:00Z",
    }
    request = Request(ROLE, "s3:GetObject", OBJECT, context)

    assert decide(request, [_policy(IDENTITY, _allow(Condition=condition))]).is_allowed == holds


def test_the_nearest_statement_says_why_it_does_not_allow() -> None:
    on_bucket = _policy(IDENTITY, _allow(Action="s3:PutObject"), _allow(Resource="arn:aws:s3:::films"))
    of_another = _policy(
        RESOURCE, _allow(Principal={"Service": "personalize.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": "9"}})
    )

    assert decide(READ, [on_bucket]).hint == "p.json, statement 2 has the action, but on arn:aws:s3:::films"
    assert decide(BY_SERVICE, [of_another]).hint == ("p.json, statement 1 has it, but asks for aws:SourceAccount 9, and it is 123456789012")
