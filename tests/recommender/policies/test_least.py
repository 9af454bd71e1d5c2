"""The least-privilege set: nothing is wrong with it, nothing is missing in it, and it is the same each time."""

from __future__ import annotations

import json

import pytest

from recommender.errors import InvalidInputError
from recommender.policies import JOBS, Place, examine, preflight, read_documents
from recommender.policies.least import LEAST, PRESETS, least, preset

PLACES = [
    Place(),
    Place("films-of-matinee", "123456789012", "eu-west-1"),
    Place("films", "123456789012", "us-east-1", prefix="matinee/data"),
]


@pytest.mark.parametrize("place", PLACES, ids=["to be filled in", "a bucket", "a folder"])
class TestAnywhere:
    def test_the_doctor_finds_nothing_in_it(self, place: Place) -> None:
        assert [finding.line() for finding in examine(read_documents(least(place).items()))] == []

    @pytest.mark.parametrize("job", list(JOBS))
    def test_every_job_is_allowed(self, place: Place, job: str) -> None:
        answers = preflight(job, place, read_documents(least(place).items()))

        assert [answer.line() for answer in answers if not answer.decision.is_allowed] == []

    @pytest.mark.parametrize("lost", ["trust-of-AmazonPersonalize-ExecutionRole", "final_policy_v2", "bucket-policy"])
    def test_an_import_needs_each_of_three(self, place: Place, lost: str) -> None:
        collection = read_documents((name, text) for name, text in least(place).items() if name != f"{lost}.json")

        assert not all(answer.decision.is_allowed for answer in preflight("import", place, collection))

    def test_it_is_the_same_each_time(self, place: Place) -> None:
        assert least(place) == least(place)
        assert list(least(place)) == [f"{name}.json" for name in LEAST]


def test_the_papers_bucket_policy_is_printed_word_for_word() -> None:
    assert preset("fullstack", Place("films")) == {
        "Version": "2012-10-17",
        "Id": "PersonalizeS3BucketAccessPolicy",
        "Statement": [
            {
                "Sid": "PersonalizeS3BucketAccessPolicy",
                "Effect": "Allow",
                "Principal": {"Service": "personalize.amazonaws.com"},
                "Action": ["s3:*Object", "s3:ListBucket"],
                "Resource": ["arn:aws:s3:::films", "arn:aws:s3:::films/*"],
            }
        ],
    }


def test_hardened_is_the_same_with_both_conditions() -> None:
    place = Place("films", "123456789012", "us-east-1")
    hardened = preset("hardened", place)

    condition = hardened["Statement"][0].pop("Condition")

    assert hardened == preset("fullstack", place)
    assert condition == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:personalize:us-east-1:123456789012:*"},
    }
    assert examine(read_documents([("hardened.json", preset("hardened", place))])) == []


def test_the_trust_is_for_personalize_of_this_account_alone() -> None:
    assert preset("trust-of-AmazonPersonalize-ExecutionRole", Place("films", "123456789012", "us-east-1"))["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "personalize.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "123456789012"},
                "ArnLike": {"aws:SourceArn": "arn:aws:personalize:us-east-1:123456789012:*"},
            },
        }
    ]


def test_a_client_may_ask_one_campaign_and_nothing_else() -> None:
    assert preset("client", Place(account="123456789012", region="us-east-1", campaign="films"))["Statement"] == [
        {
            "Sid": "AskTheCampaign",
            "Effect": "Allow",
            "Action": "personalize:GetRecommendations",
            "Resource": "arn:aws:personalize:us-east-1:123456789012:campaign/films",
        }
    ]


def test_s3_v2_has_its_effect_and_each_action_what_it_acts_on() -> None:
    statements = preset("s3_v2", Place("films"))["Statement"]

    assert [(each["Effect"], each["Action"], each["Resource"]) for each in statements] == [
        ("Allow", "s3:GetBucketLocation", "arn:aws:s3:::films"),
        ("Allow", "s3:ListAllMyBuckets", "*"),
    ]


def test_no_policy_of_it_allows_what_opens_the_account() -> None:
    text = json.dumps(list(least(PLACES[1]).values()))

    for action in ("iam:Create", "iam:Put", "iam:Attach", "s3:DeleteBucket", '"Action": "*"'):
        assert action not in text


def test_a_preset_that_there_is_not_is_told_with_those_there_are() -> None:
    with pytest.raises(InvalidInputError, match=r"the preset must be one of fullstack, hardened, trust-of-.*, not 'full'\."):
        preset("full", Place())
    assert list(PRESETS)[:2] == ["fullstack", "hardened"]
