"""API Gateway's question to a list: GET /recommendations?user=586&n=10, answered by a campaign of Personalize or of Matinee.

CAMPAIGN_ARN: the campaign. ORIGINS: the pages that may ask from a browser, with commas between. PERSONALIZE_ENDPOINT_URL: Matinee's, as
https://films.example.com/personalize; empty or absent: Amazon's. The client is made once for all requests of a warm function.
"""

from __future__ import annotations

import json
import os
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

MOST = 500
_runtime: Any = None


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The answer for API Gateway's proxy integration."""
    origin = next((value for name, value in (event.get("headers") or {}).items() if name.lower() == "origin"), "")
    asked = event.get("queryStringParameters") or {}
    user, n = asked.get("user", ""), asked.get("n", "10")
    if not 0 < len(user) <= 256:
        return answer(400, {"message": "user must be the id of a person, of 1 to 256 characters."}, origin)
    if not (n.isascii() and n.isdigit() and len(n) < 4 and 1 <= int(n) <= MOST):
        return answer(400, {"message": f"n must be a whole number from 1 to {MOST}, not {n[:20]!r}."}, origin)
    try:
        found = runtime().get_recommendations(campaignArn=os.environ["CAMPAIGN_ARN"], userId=user, numResults=int(n))
    except ClientError as error:
        print(json.dumps({"refused": error.response["Error"]["Code"], "says": error.response["Error"]["Message"]}))
        return answer(502, {"message": "The list could not be had; the function's log says why."}, origin)
    except BotoCoreError as error:
        print(json.dumps({"unreachable": str(error)}))
        return answer(504, {"message": "Nobody answered in time; try again in a few seconds."}, origin)
    return answer(200, {"user": user, "items": [{"id": one["itemId"], "score": one.get("score")} for one in found["itemList"]]}, origin)


def runtime() -> Any:
    """The client, made when it is first needed; it gives up long before API Gateway does."""
    global _runtime
    if _runtime is None:
        patience = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2})
        url = os.environ.get("PERSONALIZE_ENDPOINT_URL") or None
        _runtime = boto3.client("personalize-runtime", endpoint_url=url, config=patience)
    return _runtime


def answer(status: int, body: dict[str, Any], origin: str) -> dict[str, Any]:
    """JSON that a page of an allowed origin may read, and no other."""
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", "Vary": "Origin"}
    if origin and origin in os.environ.get("ORIGINS", "").split(","):
        headers["Access-Control-Allow-Origin"] = origin
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
