"""A solution version as it was trained: a model whose rows and columns are Amazon's texts, and what its lists are filtered by."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.errors import ModelError
from recommender.models import History, Model, files, recipes
from recommender.personalize.columns import Columns, Ids
from recommender.storage.blobs import Blobs

FORMAT = 1
FORGOTTEN = "\0"  # no id of a client may hold it
_PREFIXES = ("matrix-", "catalogue-", "model-")


@dataclass(frozen=True)
class Interactions:
    """Every interaction that was learned from, by user: those of position u are starts[u]:starts[u + 1] of the other arrays, oldest first.

    columns: of the item. kind_of: position among `kinds` (EVENT_TYPE), -1 for none. times: seconds since 1970, UTC.
    """

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    kind_of: NDArray[np.int32]
    times: NDArray[np.int64]
    kinds: tuple[str, ...]

    def of(self, user: int) -> slice:
        """Where those of a user lie."""
        return slice(int(self.starts[user]), int(self.starts[user + 1]))


@dataclass(frozen=True)
class Trained:
    """What a campaign answers from.

    users: everybody known, with interactions or without; the matrix calls position u user u + 1. items: every item known, in the order of
    the model's columns, and the matrix calls column c movie c + 1. user_fields, item_fields: what is known of each, a row per position.
    ready: the columns of the lists made ahead, by relevance alone, shape (n_users, n), -1 behind a list that is shorter; what a user has
    taken part in is not in them. facts: what was trained from what, JSON values.
    ready_scores: beside ready, each item's share of all scores for its user, by `answers.relevance.shares_of`; None where there are none.
    """

    model: Model
    catalogue: Catalogue
    users: Ids
    items: Ids
    interactions: Interactions
    user_fields: Columns
    item_fields: Columns
    ready: NDArray[np.int32]
    facts: Mapping[str, Any]
    ready_scores: NDArray[np.float32] | None = None

    @property
    def matrix(self) -> RatingMatrix:
        return self.model.matrix

    @property
    def is_forgotten(self) -> NDArray[np.bool_]:
        """True for users that were deleted since, shape (n_users,): nobody may be told of them."""
        found = np.zeros(len(self.users), dtype=np.bool_)
        found[self.users.beginning_with(FORGOTTEN)] = True
        return found

    def history(self, user: int | None) -> History:
        """What the model has learned of a user by position; that of nobody for None and for who has no interactions."""
        row = None if user is None else self.matrix.row_of(user + 1)
        return History.of_nobody() if row is None else History.of_row(self.matrix, row)


def save(folder: Path, trained: Trained) -> str:
    """Write it into the empty folder; the manifest's SHA-256, to be named by the resource."""
    model = trained.model
    arrays = {
        **{f"matrix-{name}": array for name, array in model.matrix.arrays().items()},
        **{f"catalogue-{name}": array for name, array in trained.catalogue.arrays().items()},
        **{f"model-{name}": array for name, array in model.arrays().items()},
        **trained.users.arrays(),
        **trained.items.arrays(),
        **trained.user_fields.arrays("user-field-"),
        **trained.item_fields.arrays("item-field-"),
        "interaction_starts": trained.interactions.starts,
        "interaction_columns": trained.interactions.columns,
        "interaction_kinds": trained.interactions.kind_of,
        "interaction_times": trained.interactions.times,
        "ready": trained.ready,
        **({} if trained.ready_scores is None else {"ready_scores": trained.ready_scores}),
    }
    facts = {
        "format": FORMAT,
        "recipe": model.recipe,
        "parameters": dict(model.parameters),
        "kinds": list(trained.interactions.kinds),
        "user_fields": list(trained.user_fields.names),
        "item_fields": list(trained.item_fields.names),
        "said": dict(trained.facts),
    }
    return files.save(folder, arrays, facts)


def save_without_names(folder: Path, blobs: Blobs, named: Mapping[str, str], users: Set[str]) -> str | None:
    """Write the version into the empty folder as it is, but that these users are not found in it any more; the manifest's SHA-256.

    What was learned of them stays, under a name that nobody has: it begins with FORGOTTEN. named: its key and sha256. None, and nothing
    written, where it knows none of them. ModelError when it is absent or torn.
    """
    source = blobs.local_copy(named["key"])
    if source is None:
        raise ModelError(f"The solution version {named['key']} is not in {blobs.url}; train it again.")
    saved = files.load(source, sha256=named["sha256"])
    known = Ids(saved.arrays, "users")
    texts = known.texts(range(len(known)))
    kept = [f"{FORGOTTEN}{position}" if text in users else text for position, text in enumerate(texts)]
    if kept == texts:
        return None
    return files.save(folder, {**saved.arrays, **Ids.of(kept, "users").arrays()}, saved.facts)


def load(blobs: Blobs, prefix: str, sha256: str) -> Trained:
    """The version under the prefix, checked file by file and memory-mapped; ModelError when it is absent, torn, or of another format.

    A file is read for its checksum by whoever is first on this machine to load the version, and not again while nobody has touched it.
    """
    folder = blobs.local_copy(prefix)
    if folder is None:
        raise ModelError(f"The solution version {prefix} is not in {blobs.url}; train it again.")
    saved = files.load(folder, sha256=sha256, remembers=True)
    arrays, facts = saved.arrays, saved.facts
    if facts.get("format") != FORMAT:
        raise ModelError(f"The solution version {prefix} has format {facts.get('format')!r}, this version reads {FORMAT}; train it again.")
    try:
        parts = {prefix: {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)} for prefix in _PREFIXES}
        matrix = RatingMatrix.from_arrays(parts["matrix-"])
        catalogue = Catalogue.from_arrays(parts["catalogue-"])
        model = recipes.restore(facts["recipe"], matrix, catalogue, facts["parameters"], parts["model-"])
        users, items = Ids(arrays, "users"), Ids(arrays, "items")
        return Trained(
            model,
            catalogue,
            users,
            items,
            Interactions(
                arrays["interaction_starts"],
                arrays["interaction_columns"],
                arrays["interaction_kinds"],
                arrays["interaction_times"],
                tuple(facts["kinds"]),
            ),
            Columns.from_arrays(arrays, "user-field-", facts["user_fields"], len(users)),
            Columns.from_arrays(arrays, "item-field-", facts["item_fields"], len(items)),
            arrays["ready"],
            facts["said"],
            arrays.get("ready_scores"),
        )
    except KeyError as missing:
        raise ModelError(f"The solution version {prefix} lacks {missing}; train it again.") from missing
