"""The account of AWS that is used: whether its keys are the right kind."""

from __future__ import annotations

import os

from recommender.doctor.finding import OK, Said, of_all
from recommender.doctor.places import services
from recommender.settings import Settings

LONG_LIVED = "AKIA"  # how the name of a key without an end begins


def look(settings: Settings) -> Said:
    """Off without AWS, and not asked where something stands in for AWS."""
    used = services(settings)
    if not used:
        return OK, "off: nothing lies on AWS"
    if any(name.startswith("AWS_ENDPOINT_URL") for name in os.environ):
        return OK, "not asked: AWS_ENDPOINT_URL names another place than AWS"
    from recommender.storage.amazon.identity import who_we_are

    identity = who_we_are()
    return of_all(warnings(identity.arn, identity.key), f"{identity.arn}, with keys that end by themselves")


def warnings(arn: str, key: str) -> list[str]:
    """What is unwise about who we are. arn: as AWS names us. key: the name of our access key."""
    notes = []
    if arn.endswith(":root"):
        notes.append("These are the root keys of the account, which may do everything; make a role for Matinee, and delete them.")
    if key.startswith(LONG_LIVED):
        notes.append(f"The key {key[:4]}…{key[-4:]} has no end; a role of the machine, or `aws sso login`, gives keys that do.")
    return notes
