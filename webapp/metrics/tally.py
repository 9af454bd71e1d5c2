"""What one worker counts: requests, lists and writes that were refused, for programs by kind and for people by the minute."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram

from recommender.domain import ALONE, LIVE, RECORD, WELL_LIKED, RecommendationList
from recommender.traffic import Traffic
from webapp.metrics.minutes import Ring

SOURCES = (RECORD, LIVE, ALONE, WELL_LIKED)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
NO_ROUTE = "none"  # of an address where nothing is: what was asked for is anybody's word
OTHER = "other"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Tally:
    """Counting is cheap: a few words of memory that no other process writes, some microseconds in all for a request.

    Labels are words of ours alone: routes as they are written in the code, never what somebody asked for.
    """

    def __init__(self, folder: Path | None, traffic: Traffic) -> None:
        """folder: shared with the other workers; None where this process works alone, and counts for itself. traffic: what is kept."""
        self.traffic = traffic
        self.registry = CollectorRegistry()
        self.ring = Ring(folder)
        self._requests = Counter(
            "matinee_requests",
            "Requests answered, by route, method and class of status.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "matinee_request_seconds", "Time to answer inside the worker.", ["route"], buckets=SECONDS, registry=self.registry
        )
        self._lists_by_source = Counter("matinee_lists", "Lists shown, by where they came from.", ["source"], registry=self.registry)
        self._lists = {source: self._lists_by_source.labels(source) for source in SOURCES}
        self._fallbacks = Counter(
            "matinee_fallbacks", "Lists made without the store, by what was wrong with it.", ["reason"], registry=self.registry
        )
        self._refused = Counter(
            "matinee_refused_writes", "Writes that the store did not take, by what was wrong with it.", ["reason"], registry=self.registry
        )
        self._by_skill = Counter(
            "matinee_skill_requests", "Requests of the API that brought the skill's key, by route.", ["route"], registry=self.registry
        )
        self._alexa = Counter("matinee_alexa_requests", "Requests to /alexa, by what became of them.", ["outcome"], registry=self.registry)
        # Finding a counter by its labels costs more than counting.
        self._of_a_request: dict[tuple[str, str, str], tuple[Counter, Histogram]] = {}

    def request(self, route: str, method: str, status: str, seconds: float) -> None:
        """A request was answered. status: as in the status line, "200 OK"."""
        kind = (route, method, status[0])
        known = self._of_a_request.get(kind)
        if known is None:
            named = method if method in METHODS else OTHER
            known = self._requests.labels(route, named, f"{status[0]}xx"), self._seconds.labels(route)
            if named is not OTHER:
                self._of_a_request[kind] = known
        known[0].inc()
        known[1].observe(seconds)
        self.ring.request(seconds, failed=status[0] == "5")

    def list_shown(self, made: RecommendationList) -> None:
        """A list went to a page or a program."""
        (self._lists.get(made.source) or self._lists_by_source.labels(made.source)).inc()
        self.ring.add("lists")
        self.asked()
        if made.trouble:
            self._fallbacks.labels(made.trouble).inc()
            self.ring.add("fallbacks")

    def asked(self, n: int = 1) -> None:
        """So many lists were asked for, each of which Amazon Personalize would have been asked for."""
        self.traffic.add("requests", n)

    def said(self, n: int = 1) -> None:
        """People said something of so many films, which Amazon Personalize would have been sent as events."""
        self.traffic.add("events", n)

    def asked_by_skill(self, route: str) -> None:
        """The skill asked, and showed its key."""
        self._by_skill.labels(route).inc()

    def alexa(self, outcome: str) -> None:
        """A request to the skill over HTTPS. outcome: a word of ours, as in `webapp.alexa`."""
        self._alexa.labels(outcome).inc()

    def write_refused(self, reason: str) -> None:
        """A write that the store did not take. reason: as StorageError.kind."""
        self._refused.labels(reason).inc()
        self.ring.add("refused")
