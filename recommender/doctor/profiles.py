"""People's ratings and everybody's lists: whether they can be read."""

from __future__ import annotations

from recommender.doctor.finding import OK, Said
from recommender.doctor.places import kind
from recommender.settings import Settings
from recommender.storage.profiles import open_profiles

SINGULARS = ("person", "rating", "mark", "list")  # of what a store counts, in its order


def look(settings: Settings) -> Said:
    """What is kept, counted."""
    profiles = open_profiles(settings.profiles_url)
    try:
        profiles.check()
        counts = profiles.counts()
    finally:
        profiles.close()
    url = settings.profiles_url
    held = ", ".join(f"{n:,} {singular if n == 1 else what}" for (what, n), singular in zip(counts.items(), SINGULARS, strict=True))
    return OK, f"{kind(url)}, {url}: {held}"
