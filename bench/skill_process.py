"""One process of a function on Lambda, as `bench.skill` starts it: `first MODULE` answers one request, `turns N` N of them.

It stands by itself: of ours it finds what lies in the folder of the function alone. Events come by standard input as JSON, and what is
printed is JSON too.
"""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module

STARTED = time.process_time()
WARM = 40  # turns before any is timed


def first(module: str) -> dict[str, object]:
    """cpu: seconds from the start of Python's own work to the first answer. peak: bytes of memory."""
    [event] = json.load(sys.stdin)
    said = import_module(module).lambda_handler(event, None)
    cpu = time.process_time() - STARTED
    return {"cpu": cpu, "peak": _peak(), "said": said["response"]["outputSpeech"]["ssml"]}


def turns(n: int) -> dict[str, object]:
    """cpu: seconds of each turn, over films that are at hand, so that no time of a store is in it."""
    from alexa_skill.lambda_function import skill
    from recommender.domain import Movie, MovieDetails, MovieId, Reason, RecommendedMovie

    movies = tuple([Movie(MovieId(at), f"Film {at} & Co", 1950 + at, ("Drama", "Crime")) for at in range(1, 11)])
    lines = tuple([RecommendedMovie(film, 5.0 - at / 10, 90, 4.0, (Reason("people", "Many liked it."),)) for at, film in enumerate(movies)])

    class AtHand:
        address = "https://films.example.com"

        def list_of(self, user_id: int) -> object:
            return lines

        def chosen(self, user_id: int | None, **asked: object) -> object:
            return lines

        def similar(self, movie_id: int, n: int = 10) -> object:
            return movies

        def details(self, movie_id: int) -> MovieDetails:
            return MovieDetails(movies[0], (), ("slow",), 40, 3.5, (4,) * 10)

        def named(self, title: str) -> Movie:
            return movies[0]

    asked, answer, attributes, cpu = json.load(sys.stdin), skill(lambda seconds: AtHand()).answer, {}, []  # type: ignore[arg-type,return-value,var-annotated]
    for at in range(n + WARM):
        event = asked[at % len(asked)]
        event["session"]["attributes"] = attributes
        began = time.process_time()
        made = answer(event)
        cpu.append(time.process_time() - began)
        attributes = made.get("sessionAttributes", {})
    return {"cpu": cpu[WARM:], "peak": _peak()}


def _peak() -> int:
    """Of this program alone: what getrusage tells begins with the memory of whoever started it."""
    with open("/proc/self/status") as status:  # noqa: PTH123  a Path would be memory of its own
        [line] = [line for line in status if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    sys.path[:0] = os.environ["FUNCTION_PATH"].split(os.pathsep)
    what, argument = sys.argv[1:]
    sys.stdout.write(json.dumps(first(argument) if what == "first" else turns(int(argument))))
