"""People's ratings and everybody's lists: whether they can be read."""

from __future__ import annotations

from recommender.doctor.finding import OK, Said
from recommender.doctor.places import kind
from recommender.settings import Settings
from recommender.storage.profiles import open_profiles


def look(settings: Settings) -> Said:
    """What is kept, counted."""
    profiles = open_profiles(settings.profiles_url)
    try:
        profiles.check()
        counts = profiles.counts()
    finally:
        profiles.close()
    url = settings.profiles_url
    return OK, f"{kind(url)}, {url}: {counts['people']:,} people, {counts['ratings']:,} ratings, {counts['lists']:,} lists"
