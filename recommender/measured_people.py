"""What the gate measured of a version person by person, kept so that a later version that is asked the same can be held against it by pair.

A question is a person, everything told of them, and everything to be found. Somebody who has rated since is another question, and no pair.
"""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender import versions
from recommender.data.ratings import RatingTable
from recommender.domain import FIRST_OWN_USER_ID
from recommender.errors import StorageError
from recommender.evaluation.figures import LEAST_PEOPLE, Figure, mean_of
from recommender.evaluation.judging import PerPerson
from recommender.evaluation.splits import Split
from recommender.storage.blobs import Blobs
from recommender.versions import MEASURES, Estimate, Version

log = logging.getLogger(__name__)

PLACE = "measured"
QUESTIONS = "questions"


@dataclass(frozen=True, slots=True)
class Answers:
    """What each question was worth. questions: shape (n,), ascending, each once. values: by measure, beside them, NaN for nothing said.

    They are those of the data set's viewers alone: of people of this site nothing is kept that would outlast them. figures: by measure,
    over everybody who was asked; empty where answers were read back.
    """

    questions: NDArray[np.uint64]
    values: Mapping[str, NDArray[np.float32]]
    figures: Mapping[str, Estimate] = field(default_factory=dict)

    @classmethod
    def of(cls, people: PerPerson, split: Split) -> Answers:
        """Those of everybody who was judged on the split; of each person there is one."""
        asked = _questions(split)
        viewers = people.where(people.user_ids < FIRST_OWN_USER_ID)
        questions = np.array([asked[user_id] for user_id in viewers.user_ids.tolist()], dtype=np.uint64)
        order = np.argsort(questions, kind="stable")
        values = {measure: viewers.values[measure][order].astype(np.float32) for measure in MEASURES}
        return cls(questions[order], values, _estimates({measure: people.figure(measure) for measure in MEASURES}, 2))

    def over(self, other: Answers) -> dict[str, Estimate]:
        """By how much these are more than the others', over the questions that both were asked; empty where these are too few."""
        _, ours, theirs = np.intersect1d(self.questions, other.questions, assume_unique=True, return_indices=True)
        gains = {
            measure: mean_of(column[ours].astype(np.float64) - other.values[measure][theirs])
            for measure, column in self.values.items()
            if measure in other.values
        }
        return _estimates(gains, LEAST_PEOPLE)


def remember(blobs: Blobs, version: Version, answers: Answers | None) -> None:
    """Remember a version that was published or refused, with what was measured of it and how it does against those before.

    answers: None where nothing was measured. As with the history, what cannot be kept is a warning and no failure.
    """
    try:
        if answers is None:
            versions.keep(blobs, version)
            return
        before = {one.version: _read(blobs, one.version) for one in versions.kept(blobs) if one.figures and one.version != version.version}
        over = {name: rows for name, theirs in before.items() if theirs and (rows := answers.over(theirs))}
        _write(blobs, version.version, answers)
        now = versions.keep(blobs, replace(version, figures=answers.figures, over=over))
        for name in {key.partition("/")[2] for key in blobs.list(f"{PLACE}/")} - {one.version for one in now} if now else ():
            blobs.remove(f"{PLACE}/{name}")
    except StorageError as error:
        log.warning("version not remembered reason=%s", error)


def make_up_for(blobs: Blobs, version: str, answers: Answers) -> None:
    """What was measured of a version that had been published without, now that the gate has held another against it."""
    try:
        known = next((one for one in versions.kept(blobs) if one.version == version and not one.figures), None)
    except StorageError as error:
        log.warning("version not remembered reason=%s", error)
        return
    if known is not None:
        remember(blobs, known, answers)


def _read(blobs: Blobs, version: str) -> Answers | None:
    """None for what is gone, or cannot be understood."""
    blob = blobs.read(f"{PLACE}/{version}")
    if blob is None:
        return None
    try:
        with np.load(io.BytesIO(blob.data), allow_pickle=False) as arrays:
            values = {name: arrays[name] for name in arrays.files if name != QUESTIONS}
            return Answers(arrays[QUESTIONS], values)
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        log.warning("what was measured cannot be used version=%s reason=%s", version, error)
        return None


def _write(blobs: Blobs, version: str, answers: Answers) -> None:
    file = io.BytesIO()
    arrays: dict[str, NDArray[Any]] = {QUESTIONS: answers.questions, **answers.values}
    np.savez(file, allow_pickle=False, **arrays)
    blobs.write(f"{PLACE}/{version}", file.getvalue())


def _estimates(figures: Mapping[str, Figure], fewest: int) -> dict[str, Estimate]:
    return {measure: Estimate(one.mean, *one.interval(), one.n) for measure, one in figures.items() if one.n >= fewest}


def _questions(split: Split) -> dict[int, int]:
    """A digest of each person of the split with their ratings on either side, whatever order they stand in."""
    tables = [split.train, split.held_out, *([split.told] if split.told is not None else [])]
    user_ids = np.concatenate([table.user_ids for table in tables])
    digests = np.concatenate([_digests(table, side) for side, table in enumerate(tables)])
    order = np.argsort(user_ids, kind="stable")
    people, starts = np.unique(user_ids[order], return_index=True)
    sums = np.add.reduceat(digests[order], starts) if len(order) else digests
    return dict(zip(people.tolist(), sums.tolist(), strict=True))


def _digests(table: RatingTable, side: int) -> NDArray[np.uint64]:
    """64 bits of each rating, in which any difference changes about half of them."""
    found = np.full(len(table), side, dtype=np.uint64)
    for part in (table.user_ids, table.movie_ids, table.half_stars, table.rated_at):
        found = _mixed(found ^ np.asarray(part).astype(np.int64).view(np.uint64))
    return found


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Source: the finaliser of SplitMix64 (Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014)."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)))
