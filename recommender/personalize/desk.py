"""What every operation is given: the document of resources, and the settings of the site."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.personalize.resources import Registry
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs


@dataclass(frozen=True, slots=True)
class Desk:
    """Where operations are asked for. What is large lies in `registry.blobs`."""

    registry: Registry
    settings: Settings


def open_desk(settings: Settings) -> Desk:
    """Over the blobs that the settings name."""
    return Desk(Registry(open_blobs(settings.blobs_url, cache_folder=settings.cache_folder)), settings)
