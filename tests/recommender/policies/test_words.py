"""Amazon's words are those of the botocore that is installed."""

from __future__ import annotations

from recommender.policies import words
from tests.recommender.policies import amazons_words


def test_the_words_are_those_of_botocores_models() -> None:
    assert amazons_words.FILE.read_text() == amazons_words.text(), "run `python -m tests.recommender.policies.amazons_words`"


def test_a_call_that_no_action_is_named_after_is_told_with_what_allows_it() -> None:
    assert words.actions_behind("s3", "ListObjectsV2") == "ListBucket"
    assert words.actions_like("s3", "ListObjectsV2") == []


def test_every_action_behind_a_call_is_one() -> None:
    for prefix, calls in amazons_words.CALLS.items():
        for call, actions in calls.items():
            for action in actions.split():
                assert words.actions_like(prefix, action) == [action], f"{prefix}:{call} is said to be allowed by {action}"


def test_a_wildcard_stands_for_actions_whatever_their_letters() -> None:
    assert words.actions_like("S3", "getobjectt*") == ["GetObjectTagging", "GetObjectTorrent"]


def test_what_acts_on_what() -> None:
    assert words.kinds_of("s3", "GetObject") == {"object"}
    assert words.kinds_of("s3", "listbucket") == {"bucket"}
    assert words.kinds_of("personalize", "ListCampaigns") == {"none"}
    assert words.kinds_of("personalize", "GetRecommendations") == {"campaign", "recommender"}
    assert words.kinds_of("personalize", "PutEvents") == set()  # which nobody has looked at
