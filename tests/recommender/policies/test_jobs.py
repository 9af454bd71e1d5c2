"""What a job would be refused for, in the sentence that its failureReason has."""

from __future__ import annotations

import pytest

from recommender.errors import InvalidInputError
from recommender.policies import Place, read_documents, refusal
from recommender.policies.jobs import needs
from recommender.policies.least import PRESETS, least
from recommender.policies.reading import Collection

PLACE = Place("films", "123456789012", "us-east-1", key="data/interactions.csv")


def _policies(**changed: object) -> Collection:
    three = {name: PRESETS[name](PLACE) for name in ("trust-of-AmazonPersonalize-ExecutionRole", "final_policy_v2", "bucket-policy")}
    return read_documents((f"{name}.json", body) for name, body in (three | changed).items() if body is not None)


def test_nothing_is_refused_by_the_least_that_will_do() -> None:
    for job in ("import", "export", "batch"):
        assert refusal(job, PLACE, _policies()) == ""


def test_without_any_policy_nobody_takes_on_the_role() -> None:
    assert refusal("import", PLACE, Collection()) == (
        "Access denied: no trust policy lets personalize.amazonaws.com do sts:AssumeRole on "
        "arn:aws:iam::123456789012:role/AmazonPersonalize-ExecutionRole."
    )


def test_a_role_that_may_read_the_bucket_and_none_of_its_objects() -> None:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::films"}]}

    assert refusal("import", PLACE, _policies(final_policy_v2=policy)) == (
        "Access denied: no identity policy lets AmazonPersonalize-ExecutionRole do s3:GetObject on "
        "arn:aws:s3:::films/data/interactions.csv; final_policy_v2.json, statement 1 has the action, but on arn:aws:s3:::films."
    )


def test_a_bucket_policy_for_another_account() -> None:
    other = PRESETS["bucket-policy"](Place("films", "999999999999", "us-east-1"))

    assert refusal("import", PLACE, _policies(**{"bucket-policy": other})) == (
        "Access denied: no resource policy lets personalize.amazonaws.com do s3:ListBucket on arn:aws:s3:::films; bucket-policy.json, "
        "statement 2 (PersonalizeLists) has it, but asks for aws:SourceAccount 999999999999, and it is 123456789012."
    )


def test_a_deny_is_named() -> None:
    shut = PRESETS["bucket-policy"](PLACE)
    shut["Statement"].append(
        {"Sid": "Shut", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::films/data/*"}
    )

    assert refusal("import", PLACE, _policies(**{"bucket-policy": shut})) == (
        "Access denied: AmazonPersonalize-ExecutionRole may not s3:GetObject on arn:aws:s3:::films/data/interactions.csv, since "
        "bucket-policy.json, statement 4 (Shut) denies it."
    )


def test_a_batch_job_wants_to_write_as_well() -> None:
    reading = PRESETS["final_policy_v2"](PLACE)
    reading["Statement"][0]["Action"] = "s3:GetObject"

    assert refusal("import", PLACE, _policies(final_policy_v2=reading)) == ""
    assert "do s3:PutObject on arn:aws:s3:::films/data/interactions.csv" in refusal("batch", PLACE, _policies(final_policy_v2=reading))


def test_a_listing_is_held_to_its_prefix() -> None:
    held = PRESETS["final_policy_v2"](PLACE)
    held["Statement"][1]["Condition"] = {"StringLike": {"s3:prefix": "other/*"}}

    assert "asks for s3:prefix other/*, and it is data/interactions.csv" in refusal("import", PLACE, _policies(final_policy_v2=held))


def test_what_belongs_to_somebody_else_says_nothing_of_the_role() -> None:
    body = {"RoleName": "another", "PolicyName": "p", "PolicyDocument": PRESETS["final_policy_v2"](PLACE)}

    assert "do s3:ListBucket on arn:aws:s3:::films." in refusal("import", PLACE, _policies(final_policy_v2=body))
    body["RoleName"] = "AmazonPersonalize-ExecutionRole"
    assert refusal("import", PLACE, _policies(final_policy_v2=body)) == ""


def test_a_job_that_there_is_not() -> None:
    with pytest.raises(InvalidInputError, match=r"the job must be one of import, export, batch, client, lambda, not 'train'\."):
        needs("train", PLACE)


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (Place("My_Bucket"), "the name of a bucket must be without capitals, not 'My_Bucket'."),
        (Place("films", "1234"), "the account must be 12 digits, not '1234'."),
        (Place("films", region="us-esat-1"), "the region must be one of AWS (Did you mean us-east-1?), not 'us-esat-1'."),
    ],
)
def test_a_place_that_cannot_be_is_refused_in_a_sentence(place: Place, sentence: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        place.checked()

    assert str(refused.value) == sentence


def test_the_whole_set_together_allows_the_import() -> None:
    assert refusal("import", PLACE, read_documents(least(PLACE).items())) == ""
