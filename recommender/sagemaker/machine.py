"""A factorisation machine with a weight and factors for each feature, as SageMaker's: it tells a score of any row of features.

Source: Rendle, "Factorization Machines" (ICDM 2010), equations 1 and 3.
"""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import InvalidInputError, ModelError
from recommender.models import files
from recommender.models.fm_sgd.losses import chance_of
from recommender.sagemaker.one_hot import Ids
from recommender.storage.disk import in_words

LIKELY = 0.5  # the score from which on the label is 1
_KIND = "matinee-factorisation-machine"
_DRAFT = ".unfinished"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing asked about: features by their keys, and what each of them is."""

    keys: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Machine:
    """base: shape (1,). weights: shape (n_features,). factors: shape (n_features, num_factors).

    is_classifier: whether a score is a probability, with a label beside it. ids: what the keys stand for, None where nobody has told.
    facts: how it came about, JSON values only.
    """

    base: Floats
    weights: Floats
    factors: NDArray[np.float32]
    is_classifier: bool
    ids: Ids | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n_features(self) -> int:
        return len(self.weights)

    def scores(self, rows: list[Row]) -> Floats:
        """Of each row the probability of the label 1, or the value of a regressor; every key must be below n_features."""
        of_row = np.repeat(np.arange(len(rows)), [len(row.keys) for row in rows])
        keys = np.array([key for row in rows for key in row.keys], dtype=np.int64)
        values = np.array([value for row in rows for value in row.values], dtype=np.float64)
        sums = self.base[0] + np.bincount(of_row, self.weights[keys] * values, minlength=len(rows))
        parts = self.factors[keys].astype(np.float64) * values[:, np.newaxis]
        together = np.zeros((len(rows), self.factors.shape[1]))
        np.add.at(together, of_row, parts)
        sums += (np.sum(together**2, axis=1) - np.bincount(of_row, np.sum(parts**2, axis=1), minlength=len(rows))) / 2
        return chance_of(sums) if self.is_classifier else np.asarray(sums)

    def row_of(self, user_id: int, movie_id: int) -> Row:
        """Who and what, by their numbers; InvalidInputError for one that the machine does not know."""
        if self.ids is None:
            raise InvalidInputError(
                "pairs", [user_id, movie_id], "asked of a model that was trained with the channel ids, or features be given instead"
            )
        who, what = self.ids.user_key(user_id), self.ids.movie_key(movie_id)
        if who is None:
            raise InvalidInputError("user_id", user_id, "somebody whom the model has learned from")
        if what is None:
            raise InvalidInputError("movie_id", movie_id, "a film of the data that the model was trained on")
        return Row((who, what), (1.0, 1.0))


def save(machine: Machine, folder: Path) -> None:
    """The machine's files into the folder, in place of those of an earlier one; the manifest comes last."""
    arrays: dict[str, NDArray[Any]] = {"base": machine.base, "weights": machine.weights, "factors": machine.factors}
    if machine.ids is not None:
        arrays |= {"user_ids": machine.ids.user_ids, "movie_ids": machine.ids.movie_ids}
    facts = {"kind": _KIND, "is_classifier": machine.is_classifier, **machine.facts}
    with in_words("written", folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=_DRAFT) as draft:
            files.save(Path(draft), arrays, facts)
            for name in (*(f"{name}.npy" for name in arrays), files.MANIFEST):
                (Path(draft) / name).replace(folder / name)


def load(place: Path) -> Machine:
    """The machine in a folder, or in a model.tar.gz as SageMaker packs it. ModelError for what is none, torn or damaged."""
    if place.is_dir():
        return _machine(place)
    with tempfile.TemporaryDirectory() as folder:
        try:
            with tarfile.open(place) as packed:
                packed.extractall(folder, filter="data")
        except (OSError, tarfile.TarError, EOFError) as error:
            raise ModelError(f"The model {place} is neither a folder nor a model.tar.gz that can be unpacked ({error}).") from error
        return _machine(Path(folder))


def _machine(folder: Path) -> Machine:
    saved = files.load(folder, sha256=files.manifest_digest(folder))
    arrays, facts = saved.arrays, dict(saved.facts)
    if facts.pop("kind", None) != _KIND:
        raise ModelError(f"The model in {folder} is none of `matinee sagemaker train`.")
    # A plain copy: whoever unpacked the files takes them away.
    base, weights, factors = (np.array(arrays[name]) for name in ("base", "weights", "factors"))
    ids = Ids(np.array(arrays["user_ids"]), np.array(arrays["movie_ids"])) if "user_ids" in arrays else None
    return Machine(base, weights, factors, bool(facts.pop("is_classifier")), ids, facts)
