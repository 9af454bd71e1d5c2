"""The engine of `matinee batch --engine spark`: tasks of neighbouring spans, done by executors, in waves.

A task depends on the model and on its spans alone, so that Spark may do it again: when an executor dies, its tasks go to others, and
what they put once more is the same to the last bit. Between waves nothing is kept but what has come back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from recommender.data.catalogue import Catalogue
from recommender.errors import SparkError
from recommender.listings import films as audiences
from recommender.listings.films import Audience
from recommender.listings.job import Job, Progress, Rows, lines, put
from recommender.models import Model
from recommender.on_spark.shipping import Shipment, packed, unpacked
from recommender.spark_session import cause_of
from recommender.storage.part_files import PartFile, PartFiles

if TYPE_CHECKING:
    from pyspark import SparkContext

TASKS_FOR_EACH_CORE = 4  # so that a core that is slower, or gone, is made up for by the others
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Cluster:
    """Executors that have the model within reach. n_cores: of all of them."""

    spark: SparkContext
    shipment: Shipment
    n_movies: int
    n_cores: int
    progress: Progress

    @property
    def n_at_least(self) -> int:
        """Some for each core."""
        return TASKS_FOR_EACH_CORE * self.n_cores

    def texts(self, job: Job, spans: Sequence[Rows]) -> Iterator[str]:
        """Span by span; those of a wave are held by the driver."""
        for texts in self._waves(spans, partial(_texts, self.shipment, job)):
            yield from texts

    def put(self, job: Job, spans: Sequence[Rows], place: PartFiles) -> Iterator[PartFile]:
        """Each span put by the executor that has worked it out; nothing but names, sizes and sums comes back."""
        for parts in self._waves(spans, partial(_put, self.shipment, job, place)):
            yield from parts

    def audience(self, job: Job, spans: Sequence[Rows]) -> Audience:
        """That of each task, joined by the driver."""
        whole = Audience(self.n_movies, job.schema.n)
        for audience in self._waves(spans, partial(_audience, self.shipment, job)):
            whole.join(audience)
        return whole

    def _waves(self, spans: Sequence[Rows], work: Callable[[list[tuple[int, Rows]]], Found]) -> Iterator[Found]:
        """What the work gives for each task, in order."""
        tasks = _tasks(spans, self.n_at_least)
        n_people, done = sum(map(len, spans)), 0
        dealt_out = self.spark.parallelize(tasks, len(tasks))
        waiting = iter(range(len(tasks)))
        while wave := list(islice(waiting, 2 * self.n_cores)):
            yield from self._run(dealt_out, partial(_each, work), wave)
            done += sum(len(rows) for number in wave for _, rows in tasks[number])
            self.progress(done, n_people)

    def _run(self, dealt_out: Any, work: Callable[[Iterable[Any]], list[Found]], wave: list[int]) -> list[Found]:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            found: list[Found] = self.spark.runJob(dealt_out, work, wave)
        except (Py4JError, PySparkException) as error:
            raise SparkError(f"Spark gave up on a part of the work, after some tries: {cause_of(error)}") from error
        return found


@contextmanager
def cluster(spark: SparkContext, model: Model, films: Catalogue, progress: Progress) -> Iterator[Cluster]:
    """The executors of a session, once the model is on its way to them."""
    with packed(model, films) as (file, shipment):
        spark.addFile(str(file))
        yield Cluster(spark, shipment, model.matrix.n_movies, max(1, spark.defaultParallelism), progress)


def _tasks(spans: Sequence[Rows], most: int) -> list[list[tuple[int, Rows]]]:
    """The spans with their numbers, neighbours together, in as many tasks as there are spans, or `most`."""
    return [[(int(number), spans[number]) for number in group] for group in np.array_split(np.arange(len(spans)), min(most, len(spans)))]


# What executors run: functions of a module, which they import like anybody else.


def _each(work: Callable[[list[tuple[int, Rows]]], Found], tasks: Iterable[list[tuple[int, Rows]]]) -> list[Found]:
    return [work(task) for task in tasks]


def _texts(shipment: Shipment, job: Job, task: list[tuple[int, Rows]]) -> list[str]:
    return list(lines(unpacked(shipment), job, [rows for _, rows in task]))


def _put(shipment: Shipment, job: Job, place: PartFiles, task: list[tuple[int, Rows]]) -> list[PartFile]:
    texts = lines(unpacked(shipment), job, [rows for _, rows in task])
    return [put(job, place, number, text) for (number, _), text in zip(task, texts, strict=True)]


def _audience(shipment: Shipment, job: Job, task: list[tuple[int, Rows]]) -> Audience:
    return audiences.audience_of(unpacked(shipment), np.concatenate([rows for _, rows in task]), job.schema.n, order=job.order)
