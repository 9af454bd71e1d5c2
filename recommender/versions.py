"""Versions that were published or refused: what each was made by and from, and what was measured, so that any two can be compared."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from recommender.errors import StorageError
from recommender.storage.blobs import Blobs

log = logging.getLogger(__name__)

VERSIONS = "known-versions.json"
FORMAT = 1
MOST_KEPT = 20  # three weeks of nightly trainings
MOST_TRIES = 5  # while others write
MAIN = "ndcg@10"  # the one measure that decides
# What is kept of the gate's measures; of the last three more is neither good nor bad.
NEITHER_IS_BETTER = ("novelty@10", "diversity@10", "popularity@10")
MEASURES = (MAIN, "precision@10", "recall@10", "hit@10", "mrr@25", "auc", *NEITHER_IS_BETTER)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over n people, and from where to where its 95 % interval reaches."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def is_clear(self) -> bool:
        """Of a difference: whether its interval leaves out zero."""
        return self.low > 0 or self.high < 0

    def reversed(self) -> Estimate:
        """The same difference, seen from the other side."""
        return Estimate(-self.mean, -self.high, -self.low, self.n)


@dataclass(frozen=True, slots=True)
class Version:
    """A model that was published, or refused by the gate. trained_at: seconds since 1970, UTC. n_users: all who had rated.

    figures: by measure of MEASURES, over everybody who was asked; empty where nothing was measured. over: by an earlier version, how much
    this one is better by each measure, paired over those whom the gate asked the very same of both; without those that share too few.
    """

    version: str
    trained_at: float
    recipe: str
    parameters: Mapping[str, float]
    data: str
    n_ratings: int
    n_users: int
    n_films: int
    is_refused: bool = False
    figures: Mapping[str, Estimate] = field(default_factory=dict)
    over: Mapping[str, Mapping[str, Estimate]] = field(default_factory=dict)


def kept(blobs: Blobs) -> tuple[Version, ...]:
    """The versions that are remembered, oldest first; what cannot be understood counts as none. StorageError."""
    blob = blobs.read(VERSIONS)
    return _decoded(blob.data) if blob else ()


def keep(blobs: Blobs, version: Version) -> tuple[Version, ...]:
    """Remember a version; those remembered now, oldest first. Of the same that is refused time and again the last stays.

    One that cannot be written costs nobody a model: the log says so, and that is all.
    """
    try:
        for _ in range(MOST_TRIES):
            blob = blobs.read(VERSIONS)
            before = _decoded(blob.data) if blob else ()
            others = (one for one in before if one.version != version.version and not _refused_again(one, version))
            now = tuple(sorted((*others, version), key=lambda one: one.trained_at))[-MOST_KEPT:]
            names = {one.version for one in now}
            now = tuple(replace(one, over={name: rows for name, rows in one.over.items() if name in names}) for one in now)
            if blobs.compare_and_set(VERSIONS, _encoded(now), expected=blob.tag if blob else None):
                return now
    except StorageError as error:
        log.warning("version not remembered reason=%s", error)
        return ()
    log.warning("version not remembered reason=%s", "others go on writing")
    return ()


def difference(one: Version, other: Version, measure: str = MAIN) -> Estimate | None:
    """By how much `other` is better than `one`; None where they were not measured on the same people, or on too few of them."""
    if found := other.over.get(one.version, {}).get(measure):
        return found
    found = one.over.get(other.version, {}).get(measure)
    return found.reversed() if found else None


def _refused_again(one: Version, version: Version) -> bool:
    """Whether the same was refused before: a server that trains by itself tries with every rating that comes."""
    alike = (one.recipe, one.parameters, one.data) == (version.recipe, version.parameters, version.data)
    return one.is_refused and version.is_refused and alike


def _decoded(data: bytes) -> tuple[Version, ...]:
    try:
        said = json.loads(data)
        if said["format"] != FORMAT:
            raise ValueError(f"its format is {said['format']!r}, this version reads {FORMAT}")
        return tuple(_version(one) for one in said["versions"])
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        log.warning("known versions begin anew reason=%s", f"{VERSIONS} cannot be understood: {error}")
        return ()


def _version(said: Mapping[str, Any]) -> Version:
    numbers = {
        "trained_at": float(said["trained_at"]),
        "parameters": {str(name): float(value) for name, value in said["parameters"].items()},
        **{name: int(said[name]) for name in ("n_ratings", "n_users", "n_films")},
        "is_refused": bool(said["is_refused"]),
    }
    over = {str(name): _estimates(rows) for name, rows in said["over"].items()}
    return Version(**{**said, **numbers, "figures": _estimates(said["figures"]), "over": over})


def _estimates(said: Mapping[str, Any]) -> dict[str, Estimate]:
    found = {}
    for measure, (mean, low, high, n) in said.items():
        found[str(measure)] = Estimate(float(mean), float(low), float(high), int(n))
    return found


def _encoded(versions: tuple[Version, ...]) -> bytes:
    return json.dumps({"format": FORMAT, "versions": [_said(one) for one in versions]}).encode()


def _said(version: Version) -> dict[str, Any]:
    over = {name: _numbers(rows) for name, rows in version.over.items()}
    return {**asdict(replace(version, figures={}, over={})), "figures": _numbers(version.figures), "over": over}


def _numbers(estimates: Mapping[str, Estimate]) -> dict[str, list[float]]:
    return {measure: [round(one.mean, 5), round(one.low, 5), round(one.high, 5), one.n] for measure, one in estimates.items()}
