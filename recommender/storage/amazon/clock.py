"""How far this machine's clock is from that of AWS."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime

from botocore.exceptions import BotoCoreError

from recommender.errors import StorageError
from recommender.storage.amazon.clients import QUICK, Clients

TIMEOUT_SECONDS = 3.0


def seconds_ahead(service: str) -> float:
    """Ours minus the service's, by the Date of any answer, to within a second; negative when ours is behind.

    The question is not signed: a clock that is far off would have a signature refused, and no right is needed to ask.
    """
    try:
        url = Clients(service, QUICK).client().meta.endpoint_url
        before = time.time()
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  boto3's
                said = answer.headers["Date"]
        except urllib.error.HTTPError as refusal:  # an answer too
            said = refusal.headers["Date"]
        now = (before + time.time()) / 2
        return now - parsedate_to_datetime(said).timestamp()
    except (OSError, BotoCoreError, TypeError, ValueError) as error:
        raise StorageError(f"{service} does not tell the time ({error}); see whether it can be reached.", kind="unreachable") from error
