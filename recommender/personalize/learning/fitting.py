"""From a world and parameters to what a campaign answers from: the model, and the lists that are made ahead."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.batch import rank_rows
from recommender.models import Model, Parameters, recipes
from recommender.personalize.amazon_recipe import USER_PERSONALIZATION, AmazonRecipe
from recommender.personalize.answers.relevance import shares_of
from recommender.personalize.learning.world import World
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.trained import Trained

LEAST_INTERACTIONS, LEAST_USERS, LEAST_EACH = 1000, 25, 2  # Amazon's: events that count, and users with two or more
MOST_AHEAD = 500  # items of a list made ahead, as many as one request may ask for
MOST_CELLS = 50_000_000  # of all lists made ahead together: 200 MB
SECONDS_AHEAD = 300.0  # after which no further list is made ahead: whoever has none is ranked when they ask
LEARNED = frozenset({"ordered"})  # recipes whose arrays are learned; all others of ours count, and are made anew as soon as folded in

Said = Callable[[float], None]


def refuse_too_little(world: World) -> None:
    """InvalidInputError where Amazon would not train either."""
    if world.n_counted < LEAST_INTERACTIONS:
        raise InvalidInputError(
            f"The data set group has {world.n_counted:,} different interactions that count by what the solution says of events; "
            f"at least {LEAST_INTERACTIONS:,} are needed."
        )
    active = int(np.count_nonzero(np.diff(world.interactions.starts) >= LEAST_EACH))
    if active < LEAST_USERS:
        raise InvalidInputError(
            f"The data set group has {active} users with {LEAST_EACH} interactions or more each; at least {LEAST_USERS} are needed."
        )


def fitted(
    world: World,
    recipe: AmazonRecipe,
    parameters: Parameters,
    facts: Mapping[str, Any],
    *,
    busiest: Sequence[str] = (),
    said: Said = lambda share: None,
    clock: Callable[[], float] = time.monotonic,
) -> Trained:
    """Learned anew. busiest: users who ask most, the busiest first; their lists are made first."""
    model = recipes.fit(recipe.ours, world.matrix(), world.catalogue, parameters)
    return _trained(world, recipe, model, facts, busiest, said, clock)


def folded_in(
    before: Trained,
    world: World,
    recipe: AmazonRecipe,
    facts: Mapping[str, Any],
    *,
    busiest: Sequence[str] = (),
    said: Said = lambda share: None,
    clock: Callable[[], float] = time.monotonic,
) -> Trained:
    """With what was learned before, for the events, users and items of now. The world's items must begin with those of before.

    What `before` has learned stays; what only counts is counted anew. Items that it does not know are listed behind those that it does,
    and tried out by exploring.
    """
    matrix, model = world.matrix(), before.model
    if model.recipe in LEARNED:
        after = recipes.restore(model.recipe, matrix, world.catalogue, model.parameters, model.arrays())
    else:
        after = recipes.fit(model.recipe, matrix, world.catalogue, model.parameters)
    return _trained(world, recipe, after, facts, busiest, said, clock)


def _trained(
    world: World,
    recipe: AmazonRecipe,
    model: Model,
    facts: Mapping[str, Any],
    busiest: Sequence[str],
    said: Said,
    clock: Callable[[], float],
) -> Trained:
    ready, shares = _none(len(world.users), 0)
    if recipe.kind == USER_PERSONALIZATION:
        first = [user for user in map(world.users.position, busiest) if user is not None]
        ready, shares = made_ahead(model, len(world.users), first=first, said=said, clock=clock)
    counts = {
        "users": len(world.users),
        "items": len(world.items),
        "interactions": len(world.interactions.times),
        "counted": world.n_counted,
    }
    return Trained(
        model,
        world.catalogue,
        world.users,
        world.items,
        world.interactions,
        world.user_fields,
        world.item_fields,
        ready,
        {**facts, "counts": counts, "ahead": int(np.count_nonzero(ready[:, 0] >= 0)) if ready.shape[1] else 0},
        shares,
    )


def made_ahead(
    model: Model,
    n_users: int,
    *,
    first: Sequence[int] = (),
    said: Said = lambda share: None,
    clock: Callable[[], float] = time.monotonic,
    seconds: float = SECONDS_AHEAD,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The lists of users with a history, shape (n_users, n), -1 behind each, and what `Trained` calls ready_scores.

    first: users whose lists are made first, by position; then comes whoever did something last, while there is time.
    """
    matrix = model.matrix
    n = int(min(MOST_AHEAD, matrix.n_movies, max(25, MOST_CELLS // max(n_users, 1))))
    (ready, shares), until = _none(n_users, n), clock() + seconds
    newest = np.maximum.reduceat(matrix.rated_at, matrix.row_starts[:-1]) if matrix.n_users else np.zeros(0, dtype=np.int64)
    order = np.argsort(-newest, kind="stable")
    rows = np.array([row for row in (matrix.row_of(user + 1) for user in first) if row is not None], dtype=order.dtype)
    order = np.concatenate([rows, order[~np.isin(order, rows)]])
    for ranked in rank_rows(model, order, n, everything=True, progress=lambda done, total: said(done / total)):
        user, many = int(matrix.user_ids[ranked.row]) - 1, len(ranked.columns)
        ready[user, :many] = ranked.columns
        if ranked.everything is not None:
            shares[user, :many] = shares_of(ranked.everything, model.neutral)[ranked.columns]
        if clock() > until:
            break
    return ready, shares


def _none(n_users: int, n: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    return np.full((n_users, n), -1, dtype=np.int32), np.full((n_users, n), np.nan, dtype=np.float32)
