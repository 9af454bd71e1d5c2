"""Whether another recipe would serve the ratings at hand better: measured when nobody waits, and remembered."""

from __future__ import annotations

import logging
from collections.abc import Callable

from recommender import history, publication, snapshots
from recommender.choosing import CANDIDATES, QUICK_CANDIDATES, QUICK_SECONDS, SECONDS, Choice, Progress, advice, choose
from recommender.evaluation.figures import Figure
from recommender.history import Compared, Comparison, Measure
from recommender.promotion import some_people
from recommender.storage.blobs import Blobs

log = logging.getLogger(__name__)

GROWN = 1.1  # times as many ratings as were compared by: then it is worth comparing again


def compare(
    blobs: Blobs,
    progress: Progress,
    *,
    clock: Callable[[], float],
    now: Callable[[], float],
    seconds: float = SECONDS,
    is_quick: bool = False,
) -> Comparison | None:
    """Compare the recipe in force with the others on its own ratings; what was found, as it is remembered now.

    is_quick: with those alone that cost little, in QUICK_SECONDS. None when there was nothing to do: no model, or the same ratings but for
    a few were compared before, at least as thoroughly, with the same recipe in force.
    """
    pointer, _ = publication.read_pointer(blobs)
    if pointer is None:
        return None
    published = publication.load(blobs, pointer)
    known, n_ratings = history.comparison(blobs), published.matrix.n_ratings
    if (
        known
        and (known.recipe, known.data) == (published.model.recipe, published.facts["data"])
        and n_ratings < known.n_ratings * GROWN
        and (is_quick or not known.is_quick)
    ):
        return None
    snapshot = snapshots.read(published.facts["snapshot"], blobs)
    choice = choose(
        some_people(snapshot.ratings),
        snapshot.catalogue,
        candidates=QUICK_CANDIDATES if is_quick else CANDIDATES,
        seconds=QUICK_SECONDS if is_quick else seconds,
        clock=clock,
        progress=progress,
    )
    found = remembered(choice, published.model.recipe, published.facts["data"], n_ratings, now=now(), is_quick=is_quick)
    history.compared(blobs, found)
    log.info("compared recipe=%s best=%s recipes=%d", found.recipe, found.best, len(found.rows))
    return found


def remembered(choice: Choice, recipe: str, data: str, n_ratings: int, *, now: float, is_quick: bool = False) -> Comparison:
    """A choice as the history keeps it. recipe: the one in force."""
    rows = tuple(
        Compared(one.recipe, _measure(one.newest), _measure(one.warm), _measure(one.cold), round(one.seconds, 1))
        for one in choice.measured.values()
    )
    return Comparison(now, data, n_ratings, recipe, choice.recipe, choice.says, advice(choice, recipe), rows, is_quick)


def _measure(figure: Figure) -> Measure | None:
    """None where nobody could be asked, or only one."""
    return Measure(round(figure.mean, 5), round(figure.error, 5), figure.n) if figure.n > 1 else None
