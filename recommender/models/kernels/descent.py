"""Stochastic gradient descent on a factorisation, many ratings at a time and yet as if one after the other.

A step for a rating touches its person and its film alone. So the ratings are dealt into sets in which nobody and no film occurs twice: the
steps of a set do not meet, and taking them together is taking them one by one, in any order. Source of the idea: Gemulla, Nijkamp,
Haas and Sismanis, Large-Scale Matrix Factorization with Distributed Stochastic Gradient Descent, KDD 2011; the strata there
are blocks of the matrix, the sets here are as fine as can be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Sets:
    """Ratings in sets without a meeting. starts: shape (n_sets + 1,); set s are the entries starts[s]:starts[s + 1] of the others.

    rows, columns: of the person and the film. surprises: stars less what every prediction starts from.
    """

    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    columns: NDArray[np.integer]
    surprises: Floats


def without_meetings(rows: NDArray[np.int32], columns: NDArray[np.integer], surprises: Floats, *, rng: np.random.Generator) -> Sets:
    """The ratings in sets: each, in a random order, goes into the first where neither its person nor its film is yet.

    There are less than twice as many sets as the most that one person or film has ratings, in practice hardly more than those.
    """
    order = rng.permutation(len(rows))
    of_person, of_film, found = _taken(rows), _taken(columns), np.empty(len(rows), dtype=np.int64)
    for at, row, column in zip(order.tolist(), rows[order].tolist(), columns[order].tolist(), strict=True):
        taken = of_person[row] | of_film[column]
        free = ~taken & (taken + 1)  # its lowest bit that is 0
        of_person[row] |= free
        of_film[column] |= free
        found[at] = free.bit_length() - 1
    by_set = np.argsort(found, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(found))]).astype(np.int64)
    return Sets(starts, rows[by_set], columns[by_set], surprises[by_set])


def _taken(places: NDArray[np.integer]) -> list[int]:
    """For each person or film a bit for each set that holds a rating of theirs; Python's integers are as long as they must be."""
    return [0] * (int(places.max()) + 1 if len(places) else 0)


def descend(sets: Sets, people: Floats, films: Floats, *, learning_rate: float, regularisation: float, order: NDArray[np.integer]) -> None:
    """One step for each rating, set by set in the order given; people and films are changed in place.

    people, films: shape (n, 1 + n_factors), the bias, then the factors. For the error e of a rating: b_u += γ·(e − λ·b_u), the same for
    b_i, p_u += γ·(e·q_i − λ·p_u) and q_i += γ·(e·p_u − λ·q_i), with the p_u of before the step (Koren et al. 2009, "Learning algorithms").
    """
    kept = films.dtype.type(1 - learning_rate * regularisation)
    for one in order.tolist():
        span = slice(sets.starts[one], sets.starts[one + 1])
        rows, columns = sets.rows[span], sets.columns[span]
        person, film = people[rows], films[columns]
        errors = sets.surprises[span] - person[:, 0] - film[:, 0] - np.einsum("ij,ij->i", person[:, 1:], film[:, 1:])
        steps = (films.dtype.type(learning_rate) * errors)[:, np.newaxis]
        towards_film, towards_person = film * steps, person * steps
        towards_film[:, 0] = towards_person[:, 0] = steps[:, 0]
        people[rows] = person * kept + towards_film
        films[columns] = film * kept + towards_person
