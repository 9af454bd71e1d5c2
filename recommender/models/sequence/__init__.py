"""What is watched next, by a recurrent neural network that reads the films in the order in which they were rated.

Source: Hidasi et al., "Session-based recommendations with recurrent neural networks" (ICLR 2016), a GRU over films; of Amazon
Personalize's recipe HRNN, which is named after Quadrana et al., "Personalizing session-based recommendations with hierarchical
recurrent neural networks" (RecSys 2017), it takes the three parameters. Differences: one network over the whole history, which is told
of each pause, in place of a second one over sessions; all films compete at every step, not a sample; what comes next are the next few
films, the nearer the more; and films go in and out by the same vectors, which begin as those of who has rated what.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Arrays, History, Parameters
from recommender.models.factorised import refuse_unfit, without_taken_back
from recommender.models.item_linear import MOST_LIKING, kept_films
from recommender.models.parts import OWN, REMAINDER, Part, Parts
from recommender.models.sequence.network import Network
from recommender.models.walks import Walk

DEFAULTS: Parameters = {
    "recency_mask": 1,
    "hidden_dimension": 64,
    "bptt": 32,
    "n_factors": 64,
    "n_epochs": 8,
    "learning_rate": 0.003,
    "dropout": 0.3,
    "target_steps": 3.0,
    "liking": 0.2,
    "half_life_days": 730.0,
    "longest_history": 100,
    "least_raters": 5,
    "most_films": 10_000,
    "most_ratings": 1_000_000,
    "seed": 0,
}
_LIMITS = {
    "recency_mask": (0, 1),
    "hidden_dimension": (1, 1024),
    "bptt": (1, 10_000),
    "n_factors": (1, 1024),
    "n_epochs": (0, 1000),
    "learning_rate": (1e-6, 1.0),
    "dropout": (0.0, 0.9),
    "target_steps": (0.05, 100.0),
    "liking": (0.0, MOST_LIKING),
    "half_life_days": (1.0, 1e6),
    "longest_history": (1, 10_000),
    "least_raters": (1, 10**9),
    "most_films": (1, 100_000),
    "most_ratings": (1, 2**53),
    "seed": (0, 2**31),
}
NAMED = 20  # of the newest ratings, what each of them does to a score is told; of older ones only what all of them do


@dataclass(frozen=True)
class Sequence:
    """Fitted by PyTorch, in use without. recency_mask: whether it looks at what everybody watched lately.

    hidden_dimension: of the network's memory. bptt: over how many steps an error is carried back to what caused it. longest_history: how
    many of the newest ratings are read.
    """

    matrix: RatingMatrix
    parameters: Parameters
    columns: NDArray[np.int32]  # of the films that can be scored, ascending
    network: Network

    recipe = "sequence"
    is_personal = True
    neutral = 0.0  # as likely next as any film

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters | None = None) -> Sequence:
        """The model over the matrix; parameters left out take DEFAULTS. MissingExtraError where there is no PyTorch."""
        from recommender.models.sequence.learning import learn  # only whoever trains needs it

        chosen = {**DEFAULTS, **(parameters or {})}
        refuse_unfit(chosen, _LIMITS)
        columns = kept_films(matrix, chosen)
        return cls(matrix, chosen, columns, learn(matrix, columns, chosen))

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays) -> Sequence:
        """The model of what `arrays` gave; KeyError where one is missing."""
        return cls(matrix, parameters, arrays["columns"], Network.from_arrays(arrays))

    def arrays(self) -> Arrays:
        """The films and the weights."""
        return {"columns": self.columns, **self.network.arrays()}

    def score(self, history: History) -> NDArray[np.float64]:
        """The logarithm of how many times likelier than a film drawn at random each film is the next one; NaN for films of few raters."""
        scores = np.full(self.matrix.n_movies, np.nan)
        scores[self.columns] = self.network.scores([self._read(history)])[0]
        return without_taken_back(scores, history, self.matrix)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """What the score would lose without each of the NAMED newest ratings, largest first, and the remainder.

        The network is no sum: a rating works through those before and after it. What only all of them together do, and where a film
        starts without any, is the remainder, which no rating can be named for.
        """
        read, scores = self._read(history), self.score(history)[columns]
        last = np.arange(max(0, len(read) - NAMED), len(read))
        without = np.full((len(last), self.matrix.n_movies), np.nan)
        if len(last):
            others = [read.at(np.flatnonzero(np.arange(len(read)) != place)) for place in last.tolist()]
            without[:, self.columns] = self.network.scores(others, shared=int(last[0]))
        found: list[Parts] = []
        for score, left in zip(scores.tolist(), without[:, columns].T, strict=True):
            if score != score:
                found.append(())
                continue
            lost = score - left
            order = np.argsort(-np.abs(lost), kind="stable")
            own = [Part(OWN, float(lost[at]), column=self._column(read, int(last[at]))) for at in order]
            found.append((*own, Part(REMAINDER, score - float(sum(part.amount for part in own)))))
        return found

    def _read(self, history: History) -> Walk:
        """The newest ratings of films that the network knows, with places among them in the stead of columns."""
        walk = Walk.of(history)
        return known(walk, self.columns).at(slice(-int(self.parameters["longest_history"]), None))

    def _column(self, read: Walk, place: int) -> int:
        return int(self.columns[read.columns[place]])


def known(walk: Walk, columns: NDArray[np.int32]) -> Walk:
    """The part of the walk that leads over these films, with their places among them in the stead of columns."""
    if not len(columns):
        return walk.at(slice(0))
    places = np.minimum(np.searchsorted(columns, walk.columns), len(columns) - 1)
    here = np.flatnonzero(columns[places] == walk.columns)
    return Walk(places[here].astype(np.int32), walk.half_stars[here], walk.rated_at[here])
