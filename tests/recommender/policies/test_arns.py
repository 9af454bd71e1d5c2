"""ARNs are looked at before AWS is asked, which tells neither which is wrong nor why."""

from __future__ import annotations

import pytest

from recommender.errors import InvalidInputError
from recommender.policies import arns


def test_what_is_one_is_taken() -> None:
    campaign = "arn:aws:personalize:us-east-1:123456789012:campaign/movie-recommender-campaign"

    assert arns.checked(campaign, "personalize", "campaign", "recommender") == campaign
    assert arns.checked("arn:aws:personalize:::recipe/aws-user-personalization", "personalize", "recipe")
    assert arns.checked("arn:aws:iam::123456789012:role/service-role/AmazonPersonalize-ExecutionRole", "iam", "role")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("movie-recommender-campaign", "It must have six parts: arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE"),
        ("arn:aws:personalize:us-esat-1:123456789012:campaign/c", "Did you mean us-east-1?"),
        ("arn:aws:personalize:us-east-1:12345678901:campaign/c", "An account has 12 digits"),
        ("arn:aws:personalize:us-east-1::campaign/c", "Write its 12 digits after the fourth colon"),
        ("arn:aws:personalize:us-east-1:123456789012:campain/c", "Did you mean campaign?"),
        ("arn:aws:personalise:us-east-1:123456789012:campaign/c", "Did you mean personalize?"),
    ],
)
def test_what_is_none_is_told_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        arns.checked(text, "personalize", "campaign")

    assert refused.value.expected == f"the ARN of a campaign: arn:aws:personalize:…:campaign/NAME ({why})"


def test_the_arn_of_something_else_is_told_too() -> None:
    with pytest.raises(
        InvalidInputError, match=r"the ARN must be the ARN of a campaign: arn:aws:personalize:…:campaign/NAME, not 'arn:aws:pers"
    ):
        arns.checked("arn:aws:personalize:us-east-1:123456789012:solution/s", "personalize", "campaign")
