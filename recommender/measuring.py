"""How good the lists of the model in force are: measured when nobody waits, and remembered beside its training."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass

from recommender import history, publication, snapshots
from recommender.evaluation import splits
from recommender.evaluation.figures import Figure
from recommender.evaluation.quality import list_quality
from recommender.history import Quality, Training
from recommender.models import Parameters
from recommender.models.popular import Popular
from recommender.storage.blobs import Blobs

log = logging.getLogger(__name__)

MOST_RATINGS = 1_100_000  # ml-1m is among them; beyond, the machine that serves would be busy for minutes
MEASURE = "ndcg@10"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What made the model in force, from which snapshot."""

    name: str
    parameters: Parameters
    snapshot: str


def measure(blobs: Blobs, progress: Progress) -> Training | None:
    """Measure the model in force, if it stands in the history and was not measured; its training as it is remembered now.

    Each person's newest tenth is held out, and the recipe and `popular` are fitted anew without it, as `matinee evaluate` does.
    None when there was nothing to do.
    """
    pointer, _ = publication.read_pointer(blobs)
    due = next((known for known in history.trainings(blobs) if pointer and known.version == pointer.version and _is_due(known)), None)
    if pointer is None or due is None:
        return None
    quality, why_not = None, ""
    if due.n_ratings > MOST_RATINGS:
        why_not = f"{due.n_ratings:,} ratings; quality is measured up to {MOST_RATINGS:,}"
    else:
        published = publication.load(blobs, pointer)
        made = Recipe(published.model.recipe, published.model.parameters, published.facts["snapshot"])
        quality = _quality(made, blobs, progress)
        if quality is None:
            why_not = "not even two people have ratings enough to hold some out"
    history.measured(blobs, due.version, quality, why_not)
    if quality:
        log.info("measured recipe=%s model=%s ndcg10=%.4f popular=%.4f", due.recipe, due.version, quality.ndcg, quality.popular)
    return next((known for known in history.trainings(blobs) if known.version == due.version), None)


def _is_due(training: Training) -> bool:
    return training.quality is None and not training.unmeasured


def _quality(made: Recipe, blobs: Blobs, progress: Progress) -> Quality | None:
    snapshot = snapshots.read(made.snapshot, blobs)
    split = splits.newest(snapshot.ratings)

    def of(recipe: str) -> Figure:
        def told(done: int, total: int) -> None:
            progress(f"measuring {recipe}", done, total)

        return list_quality(split, snapshot.catalogue, recipe, made.parameters, told)[MEASURE]

    ours = of(made.name)
    popular = ours if made.name == Popular.recipe else of(Popular.recipe)
    return None if math.isnan(ours.error) else Quality(round(ours.mean, 5), round(ours.error, 5), round(popular.mean, 5), ours.n)
