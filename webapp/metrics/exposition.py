"""/metrics: counts of all workers and what is in use, in Prometheus' text form."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from flask import Blueprint, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from recommender.domain import InUse
from recommender.errors import RecommenderError
from recommender.history import Training
from recommender.worker_folder import n_servers, shared
from webapp.api.tokens import asker
from webapp.engine import engine
from webapp.metrics import tally
from webapp.metrics.minutes import Worker, workers_in
from webapp.metrics.standing import Standing, free_bytes, standing
from webapp.operator.keyhole import key_fits

log = logging.getLogger(__name__)

FROM_THE_SERVER_IN_FRONT = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO")
FROM_AFAR = ("HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
LOOPBACK = ("127.0.0.1", "::1")
WRONG_KEY = "This is not the operator's key; `matinee operator key` makes a new one."

exposition = Blueprint("exposition", __name__)


@exposition.get("/metrics")
def metrics() -> Response:
    """For programs on this machine, and for whoever has the operator's key; for everybody else there is nothing here.

    A wrong key is told so: whoever sends one knows that there is something, and a watching program should not search in the dark.
    """
    if not _is_local():
        sent = asker().token
        if sent is None:
            abort(404)
        if not key_fits(sent):
            raise Unauthorized(WRONG_KEY, www_authenticate=WWWAuthenticate("bearer", {"realm": "Matinee", "error": "invalid_token"}))
    return Response(exposed(), content_type=CONTENT_TYPE_LATEST, headers=[("Cache-Control", "no-store")])


def exposed() -> bytes:
    """Everything that is counted and measured, as text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Fixed(counts()))
    registry.register(Fixed(_gauges(standing(engine()), workers())))
    return generate_latest(registry)


def counts() -> list[Metric]:
    """The counters of all workers together, those that have died included."""
    folder = shared()
    if folder is None:
        return list(tally().registry.collect())
    return list(MultiProcessCollector.merge(_whole(folder.glob("*.db"))))  # type: ignore[no-untyped-call]


def workers() -> list[Worker]:
    """The processes that count."""
    folder = shared()
    return [tally().ring.as_worker()] if folder is None else workers_in(folder)


def workers_wanted() -> int:
    """How many there should be, of all servers that count together: one, where this process works alone."""
    return engine().settings.workers * n_servers() if shared() else 1


class Fixed(Collector):
    """Metrics that are there already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _is_local() -> bool:
    """Whether a program of this machine asks: by itself, or through the server in front where that is believed (MATINEE_BEHIND_PROXY)."""
    environ = request.environ
    is_believed = "werkzeug.proxy_fix.orig" in environ and "," not in environ.get("HTTP_X_FORWARDED_FOR", "")
    told = FROM_AFAR if is_believed else FROM_AFAR + FROM_THE_SERVER_IN_FRONT
    return environ.get("REMOTE_ADDR") in LOOPBACK and not any(header in environ for header in told)


def _whole(files: Iterable[Path]) -> list[str]:
    """The files that can be read: one that a worker was killed over while it was made says nothing, and must not spoil the others."""
    readable = []
    for file in files:
        try:
            list(MultiProcessCollector.merge([str(file)]))  # type: ignore[no-untyped-call]
        except Exception as error:  # noqa: BLE001  whatever a torn file makes of the library's reader
            log.warning("counts left out file=%s reason=%r", file.name, error)
            continue
        readable.append(str(file))
    return readable


def _gauges(now: Standing, workers: list[Worker]) -> Iterable[Metric]:
    def gauge(name: str, text: str, value: float) -> Metric:
        return GaugeMetricFamily(f"matinee_{name}", text, value=value)

    in_use, trainings, backup = now.in_use, now.trainings, now.backup
    generation, trained_at = (in_use.generation, in_use.trained_at) if isinstance(in_use, InUse) else (0, 0)
    yield gauge("model_generation", "The publication that lists are made by; 0 without a model.", generation)
    yield gauge("model_trained_timestamp_seconds", "When the model in use was trained; 0 without one.", trained_at)
    yield gauge(
        "model_is_published", "1 while the model in use is the one published last, 0 while that is refused or absent.", now.is_published
    )
    if isinstance(trainings, tuple):
        yield gauge("training_timestamp_seconds", "When a training last succeeded; 0 if none is known.", last_trained(trainings))
        yield from _quality(trainings)
    if not isinstance(backup, RecommenderError):
        yield gauge("backup_timestamp_seconds", "When the last backup was taken; 0 if none ever was.", backup.taken_at if backup else 0)
    disk = GaugeMetricFamily("matinee_disk_free_bytes", "Room on the disk of what is kept here.", labels=["of"])
    for name, free in free_bytes(engine().settings).items():
        disk.add_metric([name], free)
    yield disk
    alive = [worker for worker in workers if worker.is_alive]
    yield gauge("workers", "Web workers that are alive.", len(alive))
    yield gauge("workers_wanted", "Web workers that the settings ask for.", workers_wanted())
    yield gauge("start_time_seconds", "When the oldest worker that is alive began.", min((w.started_at for w in alive), default=0))
    yield InfoMetricFamily("matinee_build", "The version that answers.", value={"version": software_version()})


def last_trained(trainings: tuple[Training, ...]) -> float:
    """Seconds since 1970; 0 without any."""
    return trainings[-1].trained_at if trainings else 0


def _quality(trainings: tuple[Training, ...]) -> Iterable[Metric]:
    last = next((training for training in reversed(trainings) if training.quality), None)
    if last and last.quality:
        ndcg = GaugeMetricFamily("matinee_training_ndcg10", "NDCG@10 of the training measured last, beside popular.", labels=["recipe"])
        for recipe, value in {"popular": last.quality.popular, last.recipe: last.quality.ndcg}.items():
            ndcg.add_metric([recipe], value)
        yield ndcg


def software_version() -> str:
    """The version of Matinee, as it is installed."""
    try:
        return version("matinee")
    except PackageNotFoundError:
        return "unknown"
