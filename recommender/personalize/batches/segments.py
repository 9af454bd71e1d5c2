"""The batch segment job: the users who will most likely take part in an item, or in items of given attributes.

A score compares within one user's items alone; so users are ordered by the share of their own scores that falls to what is asked for: how
far that stands out among all that they have not taken part in.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from recommender.errors import RecommenderError
from recommender.listings.films import STANDING, values_of
from recommender.personalize.answers.loaded import Loaded
from recommender.personalize.batches.inference import Job, job_of
from recommender.personalize.batches.lines import Json, answered, every_line, filter_values, sources, text
from recommender.personalize.filters import Asking, read_filter, users_let_through
from recommender.personalize.filters.values import read_values
from recommender.personalize.jobs.context import Commit, Context
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import Resource, Resources
from recommender.personalize.trained import FORGOTTEN

ATTRIBUTES = "itemAttributes"
MOST_QUESTIONS = 500  # different items or attributes of one job, as at Amazon for items
MOST_CELLS = 100_000_000  # of questions and users, of which a number each is kept


class Segments:
    """The questions of a job, each with a number for every user, worked out for all questions together when the first is answered."""

    def __init__(self, job: Job, questions: Sequence[str], context: Context | None = None) -> None:
        self._job, self._context = job, context
        self._places = {question: place for place, question in enumerate(questions)}
        self._shares: NDArray[np.float32] | None = None
        self._masks: NDArray[np.bool_] | None = None

    def users(self, question: str, said: Json) -> list[str]:
        """Who is asked for, most likely first; of equals the user that comes first in the data."""
        trained = self._job.loaded.trained
        if self._shares is None:
            self._shares = self._worked_out()
        shares = self._shares[self._places[question]]
        through = shares > -np.inf
        values = filter_values(said)
        if self._job.wanted is not None:
            through &= users_let_through(self._job.wanted, read_values(values, self._job.wanted), trained)[trained.matrix.user_ids - 1]
        elif values:
            raise InvalidInputError("filterValues are for a filter, and the job has none: give it a filterArn.")
        through &= ~trained.is_forgotten[trained.matrix.user_ids - 1]
        rows = np.flatnonzero(through)
        best = rows[np.argsort(-shares[rows], kind="stable")]
        names = map(trained.users.text, (trained.matrix.user_ids[best] - 1).tolist())
        return list(islice((name for name in names if not name.startswith(FORGOTTEN)), self._job.n))

    def _worked_out(self) -> NDArray[np.float32]:
        """Shape (questions, users with a history); -inf where somebody has taken part in all of it."""
        trained = self._job.loaded.trained
        masks = np.array([_mask(self._job.loaded, question) for question in self._places])
        found = np.full((len(masks), trained.matrix.n_users), -np.inf, dtype=np.float32)
        for rows, values in values_of(trained.model, np.arange(trained.matrix.n_users), order=STANDING, progress=self._say):
            for row, standing in zip(rows.tolist(), values, strict=True):
                raised = np.exp(standing - standing.max(initial=-np.inf)) if len(standing) else standing
                shares = masks @ raised / raised.sum()
                found[:, row] = np.where(shares > 0, shares, -np.inf)
        return found

    def _say(self, done: int, total: int) -> None:
        if self._context is not None:
            self._context.say_progress("looking at users", done / max(total, 1))


def run(context: Context, resource: Resource) -> Commit:
    """Answer every line."""
    found = context.check()
    job = job_of(context, found, resource)
    files, questions = sources(context, resource), dict[str, None]()
    # Twice over the lines: all questions are known before users are looked at, once for all of them.
    for said in every_line(files):
        with suppress(RecommenderError):  # said of that line, when it is answered
            questions[question_of(job, said)] = None
        if len(questions) > _most(job):
            raise InvalidInputError(f"The input asks for more than {_most(job)} different segments; ask for fewer in one job.")
    segments = Segments(job, list(questions), context)
    counts = answered(context, resource, files, partial(answer, job, segments))

    def commit(now: Resources, one: Resource) -> None:
        one.inner |= counts

    return commit


def answer(job: Job, segments: Segments, said: Json) -> Json:
    """The output of one line."""
    return {"usersList": segments.users(question_of(job, said), said)}


def question_of(job: Job, said: Json) -> str:
    """What a line asks for, as one text; InvalidInputError where nobody could tell."""
    if ATTRIBUTES in job.recipe.wants:
        question = json.dumps([ATTRIBUTES, text(said, ATTRIBUTES)])
    else:
        question = json.dumps(["itemId", text(said, "itemId")])
    _mask(job.loaded, question)
    return question


def _mask(loaded: Loaded, question: str) -> NDArray[np.bool_]:
    kind, said = json.loads(question)
    if kind == ATTRIBUTES:
        wanted = read_filter(f"INCLUDE ItemID WHERE {said}")
        if any(dataset != "Items" for dataset, _ in wanted.fields) or wanted.placeholders:
            raise InvalidInputError(f'{ATTRIBUTES} must ask for fields of items, such as ITEMS.GENRES = "Comedy", not {said[:60]!r}.')
        return loaded.masks.let_through(wanted, {}, Asking())
    position = loaded.trained.items.position(said)
    if position is None:
        raise InvalidInputError(f"There is no item {said!r} in what was trained.")
    found = np.zeros(len(loaded.trained.items), dtype=np.bool_)
    found[position] = True
    return found


def _most(job: Job) -> int:
    return max(1, min(MOST_QUESTIONS, MOST_CELLS // max(job.loaded.trained.matrix.n_users, 1)))
