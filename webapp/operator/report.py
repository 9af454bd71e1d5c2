"""Everything on the operator's page, read once: the last hour, totals by route, lists, models, trainings, machine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prometheus_client.core import Metric

from recommender import retraining
from recommender.retraining import Outlook
from recommender.serving import Recommender
from webapp.metrics import exposition, minutes
from webapp.metrics.minutes import Minute, Worker
from webapp.metrics.standing import Standing, free_bytes, standing

# Milliseconds that a column of the distribution reaches to: every second bound of the minutes. What takes longer is in one more.
STEPS = ("1", "2", "4", "8", "16", "32", "64", "128", "256", "512", "1024")
FIRST_STEP = 4  # the place of 1 ms among the bounds


@dataclass
class Route:
    """What was asked of one route since the server started. p50, p99: seconds; None where nothing was timed."""

    route: str
    requests: int = 0
    refused: int = 0
    failed: int = 0
    p50: float | None = None
    p99: float | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """Since the server started, over all workers."""

    routes: tuple[Route, ...]
    lists: dict[str, int]
    fallbacks: dict[str, int]
    refused: dict[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """at: when it was made. minutes: sixty, oldest first. hour: all together, lately: the last ten. free: bytes, by what they are for.

    next_training: None where no process of this server sees to it.
    """

    at: float
    minutes: tuple[Minute, ...]
    hour: Minute
    lately: Minute
    totals: Totals
    standing: Standing
    free: dict[str, int]
    workers: tuple[Worker, ...]
    n_workers_wanted: int
    next_training: Outlook | None = None

    @property
    def n_alive(self) -> int:
        return sum(worker.is_alive for worker in self.workers)


def report(recommender: Recommender, *, now: float) -> Report:
    """How the site is and was, over all its workers."""
    workers = exposition.workers()
    hour = tuple(minutes.last_hour(workers, now=now))
    recent = [worker for worker in workers if worker.is_alive or worker.requests(since=hour[0].at)]
    return Report(
        at=now,
        minutes=hour,
        hour=minutes.together(hour),
        lately=minutes.together(hour[-10:]),
        totals=totals(exposition.counts()),
        standing=standing(recommender),
        free=free_bytes(recommender.settings),
        workers=tuple(recent),
        n_workers_wanted=exposition.workers_wanted(),
        next_training=retraining.outlook(now=now),
    )


def totals(metrics: Iterable[Metric]) -> Totals:
    """The counters by the names that people know; routes by how often they were asked."""
    routes: dict[str, Route] = {}
    counted: dict[str, dict[str, int]] = {"matinee_lists": {}, "matinee_fallbacks": {}, "matinee_refused_writes": {}}
    buckets: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for metric in metrics:
        for sample in metric.samples:
            if sample.name == "matinee_requests_total":
                route = routes.setdefault(sample.labels["route"], Route(sample.labels["route"]))
                route.requests += int(sample.value)
                route.refused += int(sample.value) if sample.labels["status"] == "4xx" else 0
                route.failed += int(sample.value) if sample.labels["status"] == "5xx" else 0
            elif sample.name == "matinee_request_seconds_bucket":
                buckets[sample.labels["route"]].append((float(sample.labels["le"]), sample.value))
            elif sample.name.removesuffix("_total") in counted:
                (label,) = sample.labels.values()
                counted[sample.name.removesuffix("_total")][label] = int(sample.value)
    for name, route in routes.items():
        route.p50, route.p99 = (_percentile(sorted(buckets[name]), share) for share in (0.5, 0.99))
    by_use = sorted(routes.values(), key=lambda route: (-route.requests, route.route))
    return Totals(tuple(by_use), *counted.values())


def distribution(took: Sequence[int]) -> list[tuple[str, int]]:
    """How many requests took up to so many milliseconds, and longer than the column before; the last column is "more"."""
    ends = [FIRST_STEP + 1 + 2 * step for step in range(len(STEPS))]
    starts = [0, *ends]
    counts = [sum(took[start:end]) for start, end in zip(starts, [*ends, len(took)], strict=True)]
    return list(zip([*STEPS, "more"], counts, strict=True))


def _percentile(buckets: Sequence[tuple[float, float]], share: float) -> float | None:
    """Seconds, by a straight line inside the bucket; the last finite bound for what lies beyond. buckets: bound, and how many up to it."""
    wanted = share * buckets[-1][1] if buckets else 0
    if not wanted:
        return None
    lower, below = 0.0, 0.0
    for bound, count in buckets:
        if count >= wanted:
            return lower if bound == float("inf") else lower + (bound - lower) * (wanted - below) / (count - below)
        lower, below = bound, count
    raise AssertionError
