"""How the skill answers requests with something wrong in them, counted: `python -m tests.alexa_skill.odd_requests --requests 100000`."""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
from collections import Counter
from collections.abc import Callable

from alexa_skill.guard import Guard, Json, clean
from alexa_skill.lambda_function import skill
from alexa_skill.simulator.lint import findings
from alexa_skill.speech import speech_for
from tests.alexa_skill.films_world import FilmsWorld
from tests.alexa_skill.mutations import mutated

SEED = 580
MOST_APOLOGIES = 0.01  # of all answers; and of exceptions, where nothing catches them
SILENT = "SessionEndedRequest"  # what the judge calls a request that nobody waits for an answer to
APOLOGY = speech_for("en-US").apology


def main() -> int:
    """0 when every answer was as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--planted", choices=("no-sieve", "broken-conversation"), help="a mistake that has to be seen")
    asked = parser.parse_args()
    logging.disable()
    counts = count(asked.requests, guard=planted(asked.planted))
    for what, n in sorted(counts.items()):
        print(f"{n:>9,}  {what}")
    wrong = faults(counts)
    print("\n".join(wrong) or "as it should be")
    if asked.planted:
        print("the planted mistake was seen" if wrong else "THE PLANTED MISTAKE WAS NOT SEEN")
        return 0 if wrong else 1
    return 1 if wrong else 0


def count(n: int, *, guard: Guard, seed: int = SEED) -> Counter[str]:
    """How n spoilt requests are answered, each with the catch-all and without it.

    Empty answers are counted apart: a request whose type is spoilt gets one.
    """
    rng, counts = random.Random(seed), Counter[str]()
    for request, _ in zip(mutated(rng), range(n), strict=False):
        counts["requests"] += 1
        counts["exceptions without the catch-all"] += _raises(guard, request)
        try:
            answer = guard.answer(request)
        except Exception:  # noqa: BLE001
            counts["exceptions"] += 1
            continue
        kind = _kind(answer)
        counts["invalid answers"] += bool(findings(answer, SILENT if kind == "empty answers" else "IntentRequest"))
        counts[kind] += 1
    return counts


def faults(counts: Counter[str]) -> list[str]:
    """What is not as it should be, a sentence each."""
    n, wrong = counts["requests"], []
    for what in ("exceptions", "invalid answers"):
        if counts[what]:
            wrong.append(f"{counts[what]} {what}")
    for what in ("apologies", "exceptions without the catch-all"):
        if counts[what] >= n * MOST_APOLOGIES:
            wrong.append(f"{counts[what]} {what} in {n} requests")
    if counts["spoken answers"] < n / 4:
        wrong.append(f"only {counts['spoken answers']} of {n} requests got speech")
    return wrong


def planted(mistake: str | None) -> Guard:
    """The skill, or one with a mistake in it."""
    guard = skill(FilmsWorld().within)
    if mistake == "broken-conversation":
        return Guard(_broken(guard.handler))
    if mistake == "no-sieve":
        return Unsieved(guard.handler)
    return guard


class Unsieved(Guard):
    """Hands requests on as they come."""

    def answer(self, event: object) -> Json:
        return self.handler(event)  # type: ignore[arg-type]


def _broken(handler: Callable[[Json], Json]) -> Callable[[Json], Json]:
    def broken(request: Json) -> Json:
        if "slots" in json.dumps(request):
            raise KeyError("Amount")
        return handler(request)

    return broken


def _raises(guard: Guard, request: Json) -> bool:
    try:
        sieved = clean(request)
        if sieved is not None:
            guard.handler(sieved)
    except Exception:  # noqa: BLE001
        return True
    return False


def _kind(answer: Json) -> str:
    speech = answer.get("response", {}).get("outputSpeech", {}).get("ssml", "")
    if not speech:
        return "empty answers"
    return "apologies" if APOLOGY in speech else "spoken answers"


if __name__ == "__main__":
    sys.exit(main())
