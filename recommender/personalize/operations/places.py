"""Where files may come from, and go to."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.personalize.desk import Desk
from recommender.personalize.refusals import InvalidInputError


def check_source(desk: Desk, url: str | None, field: str) -> None:
    """InvalidInputError for what is no place that may be read."""
    if not url:
        raise InvalidInputError(f"{field} must say where the files are, as s3://bucket/folder.")
    if not url.startswith(("s3://", "file://")):
        raise InvalidInputError(f"{field} must begin with s3:// or file://, unlike {url[:100]!r}.")


def check_target(desk: Desk, config: Mapping[str, str], field: str) -> None:
    """InvalidInputError for what is no folder that may be written to. config: an S3DataConfig."""
    if not config["path"].endswith("/"):
        raise InvalidInputError(f"{field}.path must be a folder and end with /, unlike {config['path'][:100]!r}.")
    check_source(desk, config["path"], f"{field}.path")
