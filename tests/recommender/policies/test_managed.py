"""The policies that AWS manages itself: whatever they open, hardly one of them is broken, so hardly one may be called so."""

from __future__ import annotations

import json

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from recommender.policies import BAD, examine
from recommender.policies.document import IDENTITY, Document
from recommender.policies.managed import document_of
from recommender.policies.reading import Collection

MANAGED = {name: policy["Document"] for name, policy in json.loads(aws_managed_policies_data).items()}
UNLIMITED = 10**9  # characters: AWS keeps to no limit of its own there


def test_of_the_policies_that_aws_manages_not_one_in_a_hundred_is_called_broken() -> None:
    some = sorted(MANAGED)[::4]

    broken = []
    for name in some:
        documents = [Document(name, IDENTITY, MANAGED[name], most_characters=UNLIMITED)]
        broken += [finding.line() for finding in examine(Collection(documents=documents)) if finding.gravity == BAD]

    assert len(some) > 300
    assert len(broken) <= len(some) / 100, broken


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("AdministratorAccess", "everything"),
        ("AmazonS3FullAccess", "whole-service"),
        ("AmazonS3ReadOnlyAccess", "any-bucket"),
        ("AmazonPersonalizeFullAccess", "whole-service"),
        ("IAMFullAccess", "whole-service"),
        ("PowerUserAccess", "not-action"),
    ],
)
def test_those_that_are_told_by_their_name_are_told_by_their_text_too(name: str, kind: str) -> None:
    found = examine(Collection(documents=[Document(name, IDENTITY, MANAGED[name])]))

    assert kind in {finding.kind for finding in found}


@pytest.mark.parametrize("name", ["AdministratorAccess", "AmazonS3FullAccess", "AmazonS3ReadOnlyAccess", "AmazonPersonalizeFullAccess"])
def test_what_the_evaluator_takes_them_for_is_what_they_are(name: str) -> None:
    ours = document_of(name, "")
    assert ours is not None

    theirs = Document(name, IDENTITY, MANAGED[name])
    asked = {"s3", "personalize", "iam", "*"}
    for statement in theirs.statements():
        for action in statement.actions:
            if action.split(":")[0] in asked:
                same = [each for each in ours.statements() if action in each.actions and set(each.resources) == set(statement.resources)]
                assert same, f"{action} on {statement.resources}"
                assert same[0].conditions == statement.conditions
