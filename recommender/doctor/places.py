"""Where on this machine, or away from it, a site keeps things."""

from __future__ import annotations

from pathlib import Path

from recommender.settings import Settings
from recommender.storage.blobs import Blobs, open_blobs


def path_of(url: str) -> Path | None:
    """The file or folder that a URL names; None where it lies on AWS."""
    scheme, _, rest = url.partition(":")
    return Path(rest).absolute() if scheme in ("sqlite", "file") and rest else None


def services(settings: Settings) -> tuple[str, ...]:
    """The services of AWS in use."""
    schemes = {url.partition(":")[0] for url in (settings.profiles_url, settings.blobs_url)}
    return tuple(name for name in ("dynamodb", "s3") if name in schemes)


def kind(url: str) -> str:
    """The first words about a store."""
    return "embedded" if path_of(url) else "on AWS"


def folders(settings: Settings) -> dict[str, Path]:
    """Every folder of this machine that must be written to, under its name for people."""
    found = {"secret": Path(settings.secret_file).absolute().parent}
    if profiles := path_of(settings.profiles_url):
        found["profiles"] = profiles.parent
    if blobs := path_of(settings.blobs_url):
        found["blobs"] = blobs
    else:
        found["cache"] = Path(settings.cache_folder).absolute()
    return found


def nearest(path: Path) -> Path:
    """The path, or of what is above it the first that is there."""
    return next(each for each in (path, *path.parents) if each.exists())


def blobs_of(settings: Settings) -> Blobs:
    return open_blobs(settings.blobs_url, cache_folder=settings.cache_folder)
