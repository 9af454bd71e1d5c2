"""Each mistake by itself: what is said of it, and that its neighbour which is none is left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from recommender.policies import examine, read_documents

ACCOUNT = "123456789012"
NAMES = ["my-movie-data", "my-moive-data", "my-movie-data-2", "ratings-2025", "ratings-2026", "films-12", "films-21", "films-*", "film-*"]
GOOD = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::films/*"}
TO_PERSONALIZE = GOOD | {
    "Principal": {"Service": "personalize.amazonaws.com"},
    "Condition": {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:personalize:us-east-1:{ACCOUNT}:*"},
    },
}


def _said(*statements: dict[str, Any], name: str = "p.json", **top: Any) -> list[str]:
    """kind: text, of everything that is found; account is ours."""
    body = {"Version": "2012-10-17", "Statement": list(statements)} | top
    return [f"{each.gravity} {each.kind}: {each.text} {each.remedy}" for each in examine(read_documents([(name, body)]), account=ACCOUNT)]


def _one(*statements: dict[str, Any], **more: Any) -> str:
    found = _said(*statements, **more)
    assert len(found) == 1, found
    return found[0]


def test_a_good_one_is_left_alone() -> None:
    assert _said(GOOD) == []
    assert _said(TO_PERSONALIZE) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            GOOD | {"Action": "s3:GetObjects"},
            "BAD no-such-action: s3:GetObjects stands for no action of s3, so it grants nothing. Did you mean s3:GetObject?",
        ),
        (
            GOOD | {"Action": "s3:Fetch*"},
            "BAD no-such-action: s3:Fetch* stands for no action of s3, so it grants nothing. Look it up in AWS's list of s3's actions.",
        ),
        (
            GOOD | {"Action": "s3:ListObjectsV2"},
            "BAD no-such-action: s3:ListObjectsV2 stands for no action of s3, so it grants nothing. ListObjectsV2 is a call; "
            "what allows it is s3:ListBucket.",
        ),
        (
            GOOD | {"Action": "personalise:GetRecommendations"},
            "BAD no-such-service: personalise:GetRecommendations: AWS has no service 'personalise'. Did you mean "
            "personalize:GetRecommendations?",
        ),
        (
            GOOD | {"Resource": "arn:aws:s3:::films"},
            "BAD pairing: s3:GetObject is of objects in a bucket, and arn:aws:s3:::films is none. Add arn:aws:s3:::films/*.",
        ),
        (
            GOOD | {"Action": "s3:ListBucket"},
            "BAD pairing: s3:ListBucket is of the bucket itself, and arn:aws:s3:::films/* is none. Add arn:aws:s3:::films, without /*.",
        ),
        (
            GOOD | {"Action": "s3:ListAllMyBuckets", "Resource": "arn:aws:s3:::films"},
            "BAD pairing: s3:ListAllMyBuckets knows no resource, so it grants nothing on arn:aws:s3:::films. Give it a "
            'statement of its own with "Resource": "*".',
        ),
        (
            GOOD | {"Action": "personalize:GetRecommendations", "Resource": f"arn:aws:personalize:us-east-1:{ACCOUNT}:dataset-group/films"},
            "BAD pairing: personalize:GetRecommendations is of a campaign or a recommender, and "
            f"arn:aws:personalize:us-east-1:{ACCOUNT}:dataset-group/films is none. Name one: "
            f"arn:aws:personalize:REGION:ACCOUNT:campaign/NAME.",
        ),
        (
            GOOD | {"Condition": {"StringEqual": {"aws:SourceAccount": ACCOUNT}}},
            "BAD operator: Condition has no operator 'StringEqual'. Did you mean StringEquals?",
        ),
        (
            GOOD | {"Condition": {"StringEquals": {"aws:SourceAcount": ACCOUNT}}},
            "BAD condition-key: Condition asks for a key 'aws:SourceAcount', which nobody has heard of; what is never there never holds. "
            "Did you mean aws:SourceAccount?",
        ),
        (
            GOOD | {"Condition": {"StringEquals": {"SourceArn": "arn:aws:s3:::films"}}},
            "BAD condition-key: Condition asks for a key 'SourceArn'. Did you mean aws:SourceArn?",
        ),
        (
            GOOD | {"Condition": {"StringEquals": {"s3:prefix": "data/*"}}},
            "BAD wildcard-as-text: StringEquals takes the * in 'data/*' for a letter, so it never holds. Write StringLike.",
        ),
        (
            GOOD | {"Condition": {"Bool": {"aws:SecureTransport": "yes"}}},
            "BAD condition-value: Bool of aws:SecureTransport is 'yes'. It must be true or false.",
        ),
        (
            GOOD | {"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2"}}},
            "BAD condition-value: IpAddress of aws:SourceIp is '192.0.2'. It must be a network such as 203.0.113.0/24.",
        ),
        (GOOD | {"Sid": "my films"}, "BAD sid: Sid 'my films' has more than letters and digits. AWS takes A-Z, a-z and 0-9 there."),
        (
            GOOD | {"Action": "*", "Resource": "*"},
            "RISK everything: It allows everything on everything, as AdministratorAccess does. Name actions and resources; "
            "`matinee doctor iam --write FOLDER` writes the least that will do.",
        ),
        (
            GOOD | {"Action": "iam:PassRole", "Resource": "*"},
            "RISK pass-any-role: iam:PassRole on * hands any role of the account to any service. Name the role, and ask for "
            "iam:PassedToService in Condition.",
        ),
        (
            GOOD | {"Action": "sts:AssumeRole", "Resource": "*"},
            "RISK any-role: sts:AssumeRole on * takes on any role that lets it. Name the role's ARN.",
        ),
        (
            GOOD | {"Resource": "arn:aws:s3:::*"},
            "RISK any-bucket: s3:GetObject on arn:aws:s3:::* is of every bucket of the account, and of others that let it. Name "
            "the bucket: "
            "arn:aws:s3:::BUCKET/*; `matinee doctor iam --write FOLDER` writes the least that will do.",
        ),
        (
            {"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::films/*"},
            "RISK not-action: It allows everything but iam:*, what AWS adds tomorrow included. Name what is allowed by Action.",
        ),
        (
            GOOD | {"Effect": "Deny", "Action": "*", "Resource": "*"},
            "BAD shuts-everything: It denies * to everybody, and no Allow outweighs a Deny. Say in Condition when, or leave it out.",
        ),
        (
            GOOD | {"Resource": f"arn:aws:dynamodb:us-esat-1:{ACCOUNT}:table/x", "Action": "dynamodb:GetItem"},
            f"BAD arn: 'arn:aws:dynamodb:us-esat-1:{ACCOUNT}:table/x' has the region 'us-esat-1', which AWS does not have. Did "
            f"you mean us-east-1?",
        ),
        (
            GOOD | {"Resource": "arn:aws:dynamodb:us-east-1:1234:table/x", "Action": "dynamodb:GetItem"},
            "BAD arn: 'arn:aws:dynamodb:us-east-1:1234:table/x' has an account of 4 digits. An account has 12 digits.",
        ),
        (
            GOOD | {"Resource": "arn:aws:s3:::My Films/*"},
            "BAD arn: 'arn:aws:s3:::My Films/*': no bucket can have this name. The name of a bucket must be without capitals.",
        ),
        (
            GOOD | {"Resource": "arn:aws:dynamodb:us-east-1:999999999999:table/x", "Action": "dynamodb:GetItem"},
            f"note other-account: arn:aws:dynamodb:us-east-1:999999999999:table/x is of account 999999999999, and the account "
            f"is {ACCOUNT}. "
            f"Write {ACCOUNT} if it was copied.",
        ),
    ],
)
def test_a_mistake_is_told_with_its_remedy(statement: dict[str, Any], said: str) -> None:
    assert _one(statement) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Principal": "*", "Condition": {}}, "RISK anybody: Principal is *, so anybody in the world may do this."),
        (
            {"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
            "RISK anybody: Principal is *, so anybody in the world",
        ),
        (
            {"Principal": {"Service": "personalize.amazon.com"}},
            "BAD principal: 'personalize.amazon.com' is not how Personalize calls itself. Write personalize.amazonaws.com.",
        ),
        (
            {"Principal": {"AWS": "personalize.amazonaws.com"}, "Condition": {}},
            "BAD principal: personalize.amazonaws.com stands as an account, and it is a service.",
        ),
        (
            {"Principal": {"Service": "lambda.amazonaws.com"}},
            "BAD principal: lambda.amazonaws.com never comes to a bucket by itself: it takes on a role.",
        ),
        ({"Principal": {"AWS": "12345"}, "Condition": {}}, "BAD principal: '12345' has 5 digits. An account has 12."),
        ({"Principal": {}}, "BAD no-principal: Principal is empty or no object."),
        ({"Action": "s3:*"}, "RISK whole-service: s3:* lets personalize.amazonaws.com delete the bucket and rewrite its policy."),
        (
            {"Condition": {}},
            "RISK confused-deputy: aws:SourceAccount and aws:SourceArn are missing, so Personalize may come to this bucket for "
            "any account.",
        ),
        (
            {"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}},
            "RISK confused-deputy: aws:SourceArn is missing, so Personalize may come to this bucket for any account.",
        ),
        (
            {
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": "999999999999"},
                    "ArnLike": {"aws:SourceArn": "arn:aws:personalize:*:999999999999:*"},
                }
            },
            f"BAD other-account: aws:SourceAccount is 999999999999, and the account is {ACCOUNT}.",
        ),
        (
            {"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": "arn:aws:s3:::films"}}},
            "BAD safeguard: aws:SourceArn is of s3, and Personalize comes for things of its own.",
        ),
        (
            {
                "Condition": {
                    "StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT},
                    "ArnLike": {"aws:SourceArn": f"arn:aws:personalize:*:{ACCOUNT}:*"},
                }
            },
            "RISK safeguard: StringEqualsIfExists of aws:SourceAccount lets in whoever does not say.",
        ),
        (
            {"Condition": {"StringLike": {"aws:SourceAccount": "*"}, "ArnLike": {"aws:SourceArn": f"arn:aws:personalize:*:{ACCOUNT}:*"}}},
            "RISK safeguard: aws:SourceAccount may be anything by '*'.",
        ),
    ],
)
def test_who_is_let_in_is_looked_at(change: dict[str, Any], said: str) -> None:
    found = _said(TO_PERSONALIZE | change)

    assert said in " | ".join(found)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            GOOD | {"Resource": "arn:aws:s3:::films/${aws:usernam}/*"},
            "BAD variable: ${...} names a key 'aws:usernam', which nobody has heard of; what is never there never holds. Did "
            "you mean aws:username?",
        ),
        (
            GOOD | {"Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::{ACCOUNT}:rol/reader"},
            f"BAD arn: 'arn:aws:iam::{ACCOUNT}:rol/reader' is of a kind 'rol' that iam does not have. Did you mean role?",
        ),
        (
            GOOD | {"Condition": {"StringEquals": {"aws:RequestedRegion": "eu-wset-1"}}},
            "BAD region: aws:RequestedRegion is 'eu-wset-1', which AWS does not have. Did you mean eu-west-1?",
        ),
        (
            GOOD | {"Action": "lambda:FoldPaper", "Resource": "*"},
            "note unheard-action: lambda:FoldPaper stands for no action of lambda, so it grants nothing. Look it up in AWS's "
            "list of lambda's actions.",
        ),
        (
            GOOD | {"Action": "3:GetObject"},
            "note unheard-service: 3:GetObject: AWS has no service '3'. An action begins with its service, such as s3:GetObject.",
        ),
        (
            GOOD
            | {
                "Action": "iam:PassRole",
                "Resource": f"arn:aws:iam::{ACCOUNT}:role/films",
                "Condition": {"StringEquals": {"iam:PassedToService": "personalise.amazonaws.com"}},
            },
            "BAD principal: iam:PassedToService: 'personalise.amazonaws.com' is not how Personalize calls itself. Write "
            "personalize.amazonaws.com.",
        ),
        (
            GOOD
            | {
                "Action": "iam:PassRole",
                "Resource": f"arn:aws:iam::{ACCOUNT}:role/AmazonPersonalize-ExecutionRole",
                "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
            },
            "BAD principal: It hands a role that is called after Personalize to lambda.amazonaws.com. "
            "Write personalize.amazonaws.com, or name the role that was meant.",
        ),
    ],
)
def test_what_slips_of_the_finger_leave_is_told(statement: dict[str, Any], said: str) -> None:
    assert _said(statement)[:1] == [said]


def test_two_buckets_that_are_one_slip_apart_are_told_once() -> None:
    documents = [("a.json", {"Version": "2012-10-17", "Statement": [GOOD | {"Resource": f"arn:aws:s3:::{name}/*"}]}) for name in NAMES]
    found = [each.line() for each in examine(read_documents((f"{number}.json", body) for number, (_, body) in enumerate(documents)))]

    assert found == [
        "note 1.json, statement 1: The bucket my-moive-data is called almost as my-movie-data of 0.json. Write my-movie-data if "
        "that was meant."
    ]


def test_accounts_that_contradict_each_other_let_nobody_in() -> None:
    condition = {
        "StringEquals": {"aws:SourceAccount": "111122223333"},
        "ArnLike": {"aws:SourceArn": "arn:aws:personalize:us-east-1:444455556666:*"},
    }

    body = {"Version": "2012-10-17", "Statement": [TO_PERSONALIZE | {"Condition": condition}]}
    found = [each.text for each in examine(read_documents([("p.json", body)]))]

    assert found == ["aws:SourceAccount is 111122223333, and aws:SourceArn of 444455556666: they never hold together."]


def test_a_trust_that_is_called_after_personalize_and_trusts_another() -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}

    assert _one(statement, name="trust-of-AmazonPersonalize-ExecutionRole.json").startswith(
        "BAD principal: It is called after Personalize, and sagemaker"
    )
    assert _said(statement, name="trust-of-AmazonSageMaker-ExecutionRole.json") == []


def test_what_cannot_stand_in_a_kind_of_policy() -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole", "Resource": "*"}
    assert "Leave Resource out." in _one(trust, name="trust.json")

    inline = {"RoleName": "r", "PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [GOOD | {"Principal": "*"}]}}
    assert "Leave Principal out." in [each.remedy for each in examine(read_documents([("p.json", inline)]))]


def test_the_version_matters_where_there_are_variables() -> None:
    own = GOOD | {"Resource": "arn:aws:s3:::films/${aws:username}/*"}

    assert _said(own) == []
    assert _one(own, Version="2008-10-17").startswith("BAD old-version")
    assert _said(GOOD, Version="2008-10-17") == []
    assert _one(GOOD, Version="2026-11-29").startswith("BAD version")


def test_size_is_held_to_what_the_kind_may_have() -> None:
    many = GOOD | {"Resource": [f"arn:aws:s3:::films/{number:036}/*" for number in range(150)]}

    assert _one(many).startswith("BAD size: It has 9,")
    inline = {"RoleName": "r", "PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [many]}}
    assert examine(read_documents([("p.json", inline)])) == []  # 10,240 in a role


def test_the_worst_comes_first_and_each_once() -> None:
    found = examine(
        read_documents(
            [("a.json", {"Statement": [GOOD]}), ("b.json", {"Version": "2012-10-17", "Statement": [{**GOOD, "Effect": "allow"}]})]
        )
    )

    assert [(each.gravity, each.file) for each in found] == [("BAD", "b.json"), ("note", "a.json")]


@pytest.mark.parametrize(
    "odd", [[], None, 7, "text", True, {}, {"Statement": None}, {"Statement": [7, None]}, {"Statement": {"Action": {"a": 1}}}]
)
def test_whatever_json_there_is_gets_an_answer(odd: Any) -> None:
    assert examine(read_documents([("odd.json", json.dumps(odd))])) != []
