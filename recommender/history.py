"""What was trained, refused and backed up before: small blobs that tell an operator whether things get better or worse."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from recommender.errors import StorageError
from recommender.storage.blobs import Blobs

log = logging.getLogger(__name__)

TRAININGS = "training-history.json"
REFUSALS = "refused-models.json"
COMPARISON = "compared-recipes.json"
BACKUP = "last-backup.json"
FORMAT = 1
MOST_KEPT = 200  # trainings
MOST_REFUSALS = 20
MOST_TRIES = 5  # while others write


@dataclass(frozen=True, slots=True)
class Quality:
    """NDCG@10 of the recipe's lists and of popular's on ratings that both had not seen. error: one standard error of ndcg."""

    ndcg: float
    error: float
    popular: float
    n_people: int


@dataclass(frozen=True, slots=True)
class Training:
    """A training that published a model.

    trained_at: seconds since 1970, UTC. seconds: of wall time, by stage. n_users: all who rated, n_people: those of them who are people
    of this site. quality: None where it was not measured; unmeasured says why.
    """

    version: str
    generation: int
    trained_at: float
    recipe: str
    data: str
    n_ratings: int
    n_users: int
    n_people: int
    n_lists: int
    seconds: Mapping[str, float]
    quality: Quality | None = None
    unmeasured: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A model that was made and not published. refused_at: seconds since 1970, UTC. says: why, in sentences for people."""

    refused_at: float
    recipe: str
    data: str
    n_ratings: int
    says: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A mean and its standard error, over n people."""

    mean: float
    error: float
    n: int


@dataclass(frozen=True, slots=True)
class Compared:
    """NDCG@10 of a recipe on the newest tenth, and on later visits of people known (warm) and new (cold); None where nobody was asked."""

    recipe: str
    newest: Measure | None
    warm: Measure | None
    cold: Measure | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the recipes do on the ratings at hand. compared_at: seconds since 1970, UTC. recipe: the one in force then. best: the best one.

    says: what was found, advice: what follows for whoever uses `recipe`, in sentences for people; empty for nothing. rows: the cheap first.
    is_quick: whether only recipes that cost little were tried.
    """

    compared_at: float
    data: str
    n_ratings: int
    recipe: str
    best: str
    says: str
    advice: str
    rows: tuple[Compared, ...]
    is_quick: bool = False


@dataclass(frozen=True, slots=True)
class Backup:
    """The last backup. taken_at: seconds since 1970, UTC. place: where it went, for people."""

    taken_at: float
    place: str


def trainings(blobs: Blobs) -> tuple[Training, ...]:
    """The trainings that are remembered, oldest first; what cannot be understood counts as none. StorageError."""
    blob = blobs.read(TRAININGS)
    return _decoded(blob.data) if blob else ()


def add(blobs: Blobs, training: Training) -> None:
    """Remember a training. A history that cannot be read or written costs nobody a model: the log says so, and that is all."""
    _change(blobs, lambda before: (*before, training))


def refusals(blobs: Blobs) -> tuple[Refusal, ...]:
    """The models that were refused, oldest first; what cannot be understood counts as none. StorageError."""
    blob = blobs.read(REFUSALS)
    if blob is None:
        return ()
    try:
        said = json.loads(blob.data)["refusals"]
        return tuple(Refusal(**{**one, "refused_at": _finite(one["refused_at"]), "n_ratings": int(one["n_ratings"])}) for one in said)
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        log.warning("refused models begin anew reason=%s", f"{REFUSALS} cannot be understood: {error}")
        return ()


def refuse(blobs: Blobs, refusal: Refusal) -> None:
    """Remember a refusal; as `add` does."""
    try:
        for _ in range(MOST_TRIES):
            blob = blobs.read(REFUSALS)
            kept = (*refusals(blobs), refusal)[-MOST_REFUSALS:]
            data = json.dumps({"format": FORMAT, "refusals": [asdict(one) for one in kept]}).encode()
            if blobs.compare_and_set(REFUSALS, data, expected=blob.tag if blob else None):
                return
    except StorageError as error:
        log.warning("refusal not remembered reason=%s", error)


def comparison(blobs: Blobs) -> Comparison | None:
    """The last comparison of recipes; None when there was none, or none that can be understood. StorageError."""
    blob = blobs.read(COMPARISON)
    if blob is None:
        return None
    try:
        said = json.loads(blob.data)["comparison"]
        rows = tuple(Compared(**{**row, **{name: _measure(row[name]) for name in ("newest", "warm", "cold")}}) for row in said["rows"])
        return Comparison(**{**said, "rows": rows})
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        log.warning("comparison of recipes not known reason=%s", f"{COMPARISON} cannot be understood: {error}")
        return None


def compared(blobs: Blobs, found: Comparison) -> None:
    """Remember a comparison in place of the one before; as `add` does."""
    try:
        blobs.write(COMPARISON, json.dumps({"format": FORMAT, "comparison": asdict(found)}).encode())
    except StorageError as error:
        log.warning("comparison not remembered reason=%s", error)


def last_backup(blobs: Blobs) -> Backup | None:
    """The last backup; None when none was ever taken. StorageError, also when what is said of it cannot be understood."""
    blob = blobs.read(BACKUP)
    if blob is None:
        return None
    try:
        said = json.loads(blob.data)
        return Backup(_finite(said["taken_at"]), str(said["place"]))
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        raise StorageError(f"{BACKUP} in {blobs.url} cannot be understood; the next backup writes it anew.") from error


def _change(blobs: Blobs, change: Callable[[tuple[Training, ...]], tuple[Training, ...]]) -> None:
    try:
        for _ in range(MOST_TRIES):
            blob = blobs.read(TRAININGS)
            kept = change(_decoded(blob.data) if blob else ())[-MOST_KEPT:]
            if blobs.compare_and_set(TRAININGS, _encoded(kept), expected=blob.tag if blob else None):
                return
    except StorageError as error:
        log.warning("training not remembered reason=%s", error)
        return
    log.warning("training not remembered reason=%s", "others go on writing")


def _decoded(data: bytes) -> tuple[Training, ...]:
    try:
        said = json.loads(data)
        if said["format"] != FORMAT:
            raise ValueError(f"its format is {said['format']!r}, this version reads {FORMAT}")
        return tuple(_training(training) for training in said["trainings"])
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        log.warning("training history begins anew reason=%s", f"{TRAININGS} cannot be understood: {error}")
        return ()


def _training(said: Mapping[str, Any]) -> Training:
    quality = said["quality"]
    numbers = {"trained_at": _finite(said["trained_at"]), "seconds": {stage: _finite(took) for stage, took in said["seconds"].items()}}
    counts = {name: int(said[name]) for name in ("generation", "n_ratings", "n_users", "n_people", "n_lists")}
    return Training(**{**said, **numbers, **counts, "quality": _quality(quality) if quality else None})


def _quality(said: Mapping[str, Any]) -> Quality:
    return Quality(_finite(said["ndcg"]), _finite(said["error"]), _finite(said["popular"]), int(said["n_people"]))


def _measure(said: Mapping[str, Any] | None) -> Measure | None:
    return Measure(_finite(said["mean"]), _finite(said["error"]), int(said["n"])) if said else None


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} is no such number")
    return number


def _encoded(trainings: tuple[Training, ...]) -> bytes:
    return json.dumps({"format": FORMAT, "trainings": [asdict(training) for training in trainings]}).encode()
