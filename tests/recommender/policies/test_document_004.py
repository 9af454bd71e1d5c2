"""The policies with which one of the papers fought for days: what the doctor would have said at once."""

from __future__ import annotations

from pathlib import Path

from recommender.policies import Place, examine, preflight, read
from recommender.policies.deciding import MISSING

FOLDER = Path(__file__).with_name("document_004")
PLACE = Place("my-movie-recommender-data", "123456789012", "us-east-1")

# gravity, kind, where. Of the five policies two are well: IAMpolicy and sts.
GOLDEN = [
    ("BAD", "no-effect", "s3_v2.json, statement 1"),
    ("RISK", "confused-deputy", "bucket-policy.json, statement 1 (PersonalizeS3BucketAccessPolicy)"),
    ("RISK", "whole-service", "final_policy_v2.json, statement 1 (WideAccess)"),
    ("RISK", "whole-service", "final_policy_v2.json, statement 1 (WideAccess)"),
    ("RISK", "confused-deputy", "trust-of-AmazonPersonalize-ExecutionRole.json, statement 1"),
    ("RISK", "managed-policy", "attached/role-AmazonPersonalize-ExecutionRole.json"),
    ("RISK", "managed-policy", "attached/role-AmazonPersonalize-ExecutionRole.json"),
    ("RISK", "managed-policy", "attached/user-adham.json"),
    ("RISK", "managed-policy", "attached/user-adham.json"),
    ("RISK", "managed-policy", "attached/user-adham.json"),
]


def test_what_cost_its_authors_days_is_named() -> None:
    found = examine(read([FOLDER]), account="123456789012")

    assert [(finding.gravity, finding.kind, finding.place) for finding in found] == GOLDEN


def test_the_two_that_mattered_are_told_with_the_remedy() -> None:
    lines = [finding.line() for finding in examine(read([FOLDER]), account="123456789012")]

    assert lines[0] == 'BAD  s3_v2.json, statement 1: It has no Effect, so AWS refuses the whole policy. Write "Effect": "Allow".'
    assert lines[1] == (
        "RISK bucket-policy.json, statement 1 (PersonalizeS3BucketAccessPolicy): aws:SourceAccount and aws:SourceArn are missing, so "
        'Personalize may come to this bucket for any account. Add "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}, '
        '"ArnLike": {"aws:SourceArn": "arn:aws:personalize:REGION:123456789012:*"}}.'
    )


def test_each_managed_policy_is_named_with_what_it_opens() -> None:
    texts = [finding.text for finding in examine(read([FOLDER])) if finding.kind == "managed-policy" and "adham" in finding.file]

    assert texts == [
        "AdministratorAccess: adham may do everything in the account, delete it and pay for it included.",
        "AmazonPersonalizeFullAccess lets adham delete every data set and campaign, and pass any role to Personalize.",
        "AmazonS3ReadOnlyAccess: adham may read every object of every bucket.",
    ]


def test_the_import_works_by_the_widened_role_alone() -> None:
    assert [answer.decision.is_allowed for answer in preflight("import", PLACE, read([FOLDER]))] == [True] * 5


def test_before_the_role_was_widened_the_import_would_have_been_refused_for_the_buckets_name() -> None:
    collection = read([FOLDER])
    collection.documents = [document for document in collection.documents if document.file != "final_policy_v2.json"]
    collection.attached = [each for each in collection.attached if each.policy == "AmazonPersonalizeFullAccess"]

    answers = preflight("import", PLACE, collection)

    of_role = [answer.decision for answer in answers if not answer.need.request.is_by_a_service]
    assert [decision.state for decision in of_role] == [MISSING, MISSING]
    assert "on arn:aws:s3:::*Personalize*, arn:aws:s3:::*personalize*" in of_role[1].hint
