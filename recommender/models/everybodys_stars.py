"""The stars that many people would give every film, at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from recommender.models import History, Model, PredictsStars
from recommender.models.user_cosine import UserCosine

Progress = Callable[[int, int], None]
Blocks = Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]


def stars_by_blocks(model: Model, rows: NDArray[np.int64], *, progress: Progress = lambda done, total: None) -> Blocks:
    """Blocks of these rows and the stars each of them would give every film, shape (rows in the block, n_movies).

    What `predict_many` says of each, to 1e-12 for the neighbours, whose sums are added up in another order here, and to the last bit for
    every other recipe. The model must predict stars.
    """
    if isinstance(model, UserCosine):
        from recommender.models.kernels.raters import Raters  # scipy is heavy

        yield from Raters(model).by_blocks(rows, progress)
        return
    assert isinstance(model, PredictsStars)  # noqa: S101  the caller asks for it
    films = np.arange(model.matrix.n_movies, dtype=np.int32)
    for done, row in enumerate(rows.tolist(), start=1):
        yield np.array([row]), model.predict_many(History.of_row(model.matrix, row), films)[np.newaxis]
        progress(done, len(rows))
