"""Places of a list that do not go to relevance: to what is to be found out about, and to what is promoted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.models import History
from recommender.personalize.answers.loaded import Loaded
from recommender.personalize.answers.relevance import Scored
from recommender.personalize.answers.shown import Followed
from recommender.ranking.exploration import explored_places, feedback, filled, probes_for, young

EXPLORATION, PROMOTED, POPULAR = "Exploration", "Promoted item", "Popular item"  # Amazon's reasons


@dataclass(frozen=True, slots=True)
class Placed:
    """One place of a list. reason: one of Amazon's, empty for relevance. promotion: its name, empty for none."""

    column: int
    reason: str = ""
    promotion: str = ""


def explored(
    loaded: Loaded,
    relevant: NDArray[np.integer],
    n: int,
    weight: float,
    cut_off: float,
    history: History,
    of: Scored,
    allowed: NDArray[np.bool_],
    user_id: str,
    followed: Followed | None,
) -> list[Placed]:
    """The list with the share `weight` of its places given to items worth finding out about; at weight 0 exactly the relevant ones.

    cut_off: days; older items are not tried out. What is tried out follows from who asks and what they have done, and from what became of
    items that were tried out before: those that were passed over fall, those followed up rise.
    """
    if weight <= 0:
        return [Placed(column) for column in relevant[:n].tolist()]
    may_be = allowed & ~of.out & young(loaded.ages, max(1, round(cut_off)))
    known = np.where(np.isnan(of.scores), of.neutral, of.scores)
    if may_be.any():  # what the model speaks against, below neutral and below half of the rest, need not be found out
        may_be &= known >= min(of.neutral, float(np.median(known[may_be])))
    digest = hashlib.sha256(f"{user_id}\n{len(history)}\n{int(history.rated_at.max(initial=0))}".encode("utf-8", "surrogatepass")).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8]))
    probes = probes_for(
        loaded.films,
        history.columns,
        history.half_stars,
        allowed=may_be,
        rng=rng,
        lift=None if followed is None else lift_of(loaded, followed),
    )
    return [Placed(one.column, EXPLORATION if one.probe else "") for one in filled(relevant, n, weight, probes)]


def lift_of(loaded: Loaded, followed: Followed) -> NDArray[np.float64] | None:
    """Stars that each item has won or lost by what became of it when it was tried out; None where none was."""
    if not followed.explored_shown:
        return None
    shown, clicked = (np.zeros(len(loaded.trained.items), dtype=np.int64) for _ in range(2))
    for item, n in followed.explored_shown.items():
        column = loaded.trained.items.position(item)
        if column is not None:
            shown[column], clicked[column] = n, followed.explored_clicked[item]
    return feedback(shown, clicked)


def promoted(placed: list[Placed], best: list[int], name: str, percent: int, n: int) -> list[Placed]:
    """The list with so many per cent of its n places, evenly spread, given to promoted items; fewer where there are fewer.

    best: columns that the promotion's filter lets through, best first. What is on the list anyway keeps its order and is told as promoted.
    """
    quota = int(percent * n / 100 + 0.5)
    chosen = best[:quota]
    rest = iter([one for one in placed if one.column not in set(chosen)])
    waiting, made = iter(chosen), list[Placed]()
    share = quota / n if n else 0.0
    for is_promoted in explored_places(share, n).tolist():
        column = next(waiting, None) if is_promoted else None
        if column is not None:
            made.append(Placed(column, PROMOTED, name))
            continue
        one = next(rest, None)
        if one is None:
            break
        made.append(one)
    made += [Placed(column, PROMOTED, name) for column in waiting][: n - len(made)]
    return made


def named(placed: Placed, reasons: Mapping[int, str]) -> Placed:
    """The same with a reason, where it has none and there is one for its column."""
    return replace(placed, reason=reasons[placed.column]) if not placed.reason and placed.column in reasons else placed
