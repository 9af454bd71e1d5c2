"""The site on this machine, so that the Echo without Amazon can do all it can do beside `matinee serve` with nothing set."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import MutableMapping

from recommender.settings import read_settings

WAITS = 0.5  # seconds
SETTING = "MATINEE_SITE_URL"


def use_site_nearby(environment: MutableMapping[str, str]) -> str:
    """Where no site is named, name the one that answers at this machine's own address; a sentence on what will be asked.

    An empty setting means none, and is left as it is. SettingError for settings that are wrong.
    """
    settings = read_settings(environment)
    if SETTING in environment:
        return (
            f"What needs more than a list is asked of {settings.site_url}."
            if settings.site_url
            else "No site is asked: lists are all it has."
        )
    url = f"http://{settings.host}:{settings.port}"
    if not _is_ours(url):
        return (
            f"No site is asked, since none answers at {url}: lists are all it has. `matinee serve` starts one, and {SETTING} names another."
        )
    environment[SETTING] = url
    return f"What needs more than a list is asked of the site at {url}."


def _is_ours(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=WAITS) as answer:  # noqa: S310  this machine's own address
            return bool(json.loads(answer.read(1000)) == {"status": "ok"})
    except (OSError, ValueError, RecursionError):
        return False
