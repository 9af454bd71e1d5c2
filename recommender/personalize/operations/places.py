"""Where files may come from, and go to: refused when a job is asked for, not only when it begins."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.personalize.desk import Desk
from recommender.personalize.places import check_location
from recommender.personalize.refusals import InvalidInputError


def check_source(desk: Desk, config: Mapping[str, str], member: str, field: str) -> None:
    """InvalidInputError for what is no place that may be read. config: what holds the place, as the member."""
    if not config.get(member):
        raise InvalidInputError(f"{field}.{member} must say where the files are, as s3://bucket/folder.")
    check_location(config[member], desk.settings)


def check_target(desk: Desk, config: Mapping[str, str], field: str) -> None:
    """InvalidInputError for what is no folder that may be written to. config: an S3DataConfig."""
    if "kmsKeyArn" in config:
        raise InvalidInputError(
            f"{field}.kmsKeyArn is not done here: let the bucket encrypt what is put there by default, and leave it out."
        )
    check_source(desk, config, "path", field)
