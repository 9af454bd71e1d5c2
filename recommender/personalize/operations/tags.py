"""Tags of resources: words that their owners put on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recommender.personalize.desk import Desk
from recommender.personalize.operations.kinds import Json
from recommender.personalize.refusals import InvalidInputError, TooManyTagKeysError, TooManyTagsError
from recommender.personalize.resources import Resources

MOST_TAGS = 50


def checked_tags(there: Mapping[str, str], given: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Those that there are with those that are given; TooManyTagsError, InvalidInputError."""
    keys = [tag["tagKey"] for tag in given]
    for key in keys:
        if key.lower().startswith("aws:"):
            raise InvalidInputError(f"A tag's key must not begin with aws:, which is Amazon's own, as {key!r} does.")
        if keys.count(key) > 1:
            raise InvalidInputError(f"The tag {key!r} is given {keys.count(key)} times; give it once.")
    found = {**there, **{tag["tagKey"]: tag["tagValue"] for tag in given}}
    if len(found) > MOST_TAGS:
        raise TooManyTagsError(f"A resource may have {MOST_TAGS} tags, not {len(found)}.")
    return found


def tag(desk: Desk, sent: Json) -> Json:
    """TagResource."""

    def step(found: Resources) -> None:
        one = found.get(sent["resourceArn"])
        one.tags = checked_tags(one.tags, sent["tags"])

    desk.registry.change(step)
    return {}


def untag(desk: Desk, sent: Json) -> Json:
    """UntagResource: keys that it has not are no mistake."""
    keys = set(sent["tagKeys"])
    if len(keys) > MOST_TAGS:
        raise TooManyTagKeysError(f"A resource has at most {MOST_TAGS} tags, so no {len(keys)} of them can be taken away.")

    def step(found: Resources) -> None:
        one = found.get(sent["resourceArn"])
        one.tags = {key: value for key, value in one.tags.items() if key not in keys}

    desk.registry.change(step)
    return {}


def list_tags(desk: Desk, sent: Json) -> Json:
    """ListTagsForResource."""
    one = desk.registry.read().get(sent["resourceArn"])
    return {"tags": [{"tagKey": key, "tagValue": value} for key, value in one.tags.items()]}


OPERATIONS = {"TagResource": tag, "UntagResource": untag, "ListTagsForResource": list_tags}
