"""Would this person like this film? A neural network answers with a probability, from what is known of both.

Source: the two towers and the sampled negatives of Covington, Adams and Sargin, "Deep neural networks for YouTube recommendations" (RecSys
2016), with a layer beside them that sees both sides at once, as in He et al., "Neural collaborative filtering" (WWW 2017), for yes or
no. Differences: nobody has a number, a person is what their ratings say (`person.py`); films drawn as "no" are half drawn by how
much they are rated, which is reckoned back; and a film that was watched and not liked is a "no" as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.models import Arrays, History, Parameters
from recommender.models.classifier.network import Network
from recommender.models.factorised import refuse_unfit, without_taken_back
from recommender.models.parts import OWN, REMAINDER, Part, Parts
from recommender.models.walks import Walk

DEFAULTS: Parameters = {
    "liked_stars": 3.5,
    "disliked_share": 0.2,
    "n_factors": 32,
    "hidden_dimension": 64,
    "n_epochs": 12,
    "n_visits": 4,
    "learning_rate": 0.005,
    "dropout": 0.2,
    "n_ahead": 20,
    "n_drawn": 1024,
    "longest_history": 500,
    "most_ratings": 1_000_000,
    "seed": 0,
}
_LIMITS = {
    "liked_stars": (0.5, 5.0),
    "disliked_share": (0.0, 1.0),
    "n_factors": (1, 1024),
    "hidden_dimension": (1, 1024),
    "n_epochs": (0, 1000),
    "n_visits": (1, 1000),
    "learning_rate": (1e-6, 1.0),
    "dropout": (0.0, 0.9),
    "n_ahead": (1, 10_000),
    "n_drawn": (2, 1_000_000),
    "longest_history": (1, 100_000),
    "most_ratings": (1, 2**53),
    "seed": (0, 2**31),
}
NAMED = 30  # of the newest ratings, what each of them does to a score is told; of older ones only what all of them do


@dataclass(frozen=True)
class Classifier:
    """Fitted by PyTorch, in use without. liked_stars: from so many on a film was liked.

    disliked_share: of all that is learned of "no", how much is of films watched and not liked; the rest is of films drawn.
    """

    matrix: RatingMatrix
    parameters: Parameters
    network: Network

    recipe = "classifier"
    is_personal = True
    neutral = 0.5  # as likely as not

    @classmethod
    def fit(cls, matrix: RatingMatrix, films: Catalogue, parameters: Parameters | None = None) -> Classifier:
        """The model over the matrix and its films; parameters left out take DEFAULTS. MissingExtraError where there is no PyTorch."""
        from recommender.models.classifier.learning import learn  # only whoever trains needs it

        chosen = {**DEFAULTS, **(parameters or {})}
        refuse_unfit(chosen, _LIMITS)
        return cls(matrix, chosen, learn(matrix, films, chosen))

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays) -> Classifier:
        """The model of what `arrays` gave; KeyError where one is missing."""
        return cls(matrix, parameters, Network.from_arrays(arrays))

    def arrays(self) -> Arrays:
        """The weights, and what is known of the films."""
        return self.network.arrays()

    def score(self, history: History) -> NDArray[np.float64]:
        """p(yes), the probability that the person would like each film, in [0, 1].

        At even odds: of a film that somebody with this history has liked next and one that they have not, drawn in even shares. So one half
        says nothing, and it is no share of all films, of which nobody likes so many.
        """
        return without_taken_back(self.network.chances([self._read(history)])[0], history, self.matrix)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """What the probability would lose without each of the NAMED newest ratings, largest first, and the remainder.

        The network is no sum: what only several ratings together do, and what is so for anybody, is the remainder.
        """
        read, scores = self._read(history), self.score(history)[columns]
        named = np.arange(max(0, len(read) - NAMED), len(read))
        without = self.network.chances([read.at(np.flatnonzero(np.arange(len(read)) != place)) for place in named.tolist()], columns)
        found: list[Parts] = []
        for score, others in zip(scores.tolist(), without.T, strict=True):
            if score != score:
                found.append(())
                continue
            lost = score - others
            order = np.argsort(-np.abs(lost), kind="stable")
            own = [Part(OWN, float(lost[at]), column=int(read.columns[named[at]])) for at in order]
            found.append((*own, Part(REMAINDER, score - float(sum(part.amount for part in own)))))
        return found

    def _read(self, history: History) -> Walk:
        return Walk.of(history).at(slice(-int(self.parameters["longest_history"]), None))
