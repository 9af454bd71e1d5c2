"""The names that a bucket may have."""

from __future__ import annotations

import re

from recommender.errors import InvalidInputError

DEMONSTRATION = "amzn-s3-demo-"  # how AWS's own examples call buckets


def what_is_wrong_with(name: str) -> str:
    """What the name of a bucket must be and this one is not; empty if AWS takes it.

    Source: "General purpose bucket naming rules" of Amazon S3's guide. Whether somebody else has the name, AWS alone knows.
    """
    if not 3 <= len(name) <= 63:
        return "3 to 63 characters long"
    if re.search(r"[A-Z]", name):
        return "without capitals"
    if re.search(r"\s", name):
        return "without spaces"
    if not re.fullmatch(r"[a-z0-9.-]+", name):
        return "of small letters, digits, points and dashes alone"
    if not re.fullmatch(r"[a-z0-9].*[a-z0-9]", name):
        return "begun and ended by a small letter or a digit"
    if ".." in name:
        return "without two points in a row"
    if re.fullmatch(r"\d+\.\d+\.\d+\.\d+", name):
        return "something other than an IP address"
    if name.startswith(("xn--", "sthree-", DEMONSTRATION)):
        return "begun by something other than xn--, sthree- or amzn-s3-demo-, which AWS keeps"
    if name.endswith(("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")):
        return "ended by something other than -s3alias, --ol-s3, .mrap, --x-s3 or --table-s3, which AWS keeps"
    return ""


def checked(name: str) -> str:
    """The name, if a bucket may have it; InvalidInputError in one sentence otherwise."""
    if wrong := what_is_wrong_with(name):
        raise InvalidInputError("the name of a bucket", name, wrong)
    return name
