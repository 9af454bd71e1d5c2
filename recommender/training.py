"""From data to a published model and everybody's lists: what happens while nobody waits."""

from __future__ import annotations

import itertools
import logging
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from recommender import history, lists, measured_people, promotion, publication, showcase, snapshots
from recommender.choosing import AUTO, SECONDS, choose, trainable_or_auto
from recommender.comparing import GROWN, remembered
from recommender.data import sample
from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import DataSet
from recommender.data.ratings import RatingTable
from recommender.domain import FIRST_OWN_USER_ID, ListRecord, Publishing, UserId
from recommender.errors import ModelError, RefusedModelError, StorageError
from recommender.evaluation.calibration import calibrated
from recommender.history import Quality, Refusal, Training
from recommender.lists import Taste
from recommender.models import History, Model, Parameters, PredictsStars, recipes
from recommender.models.intervals import StarIntervals
from recommender.models.taste_groups import TasteGroups
from recommender.models.user_cosine import UserCosine
from recommender.promotion import Verdict
from recommender.publication import LOCK, Pointer, Published
from recommender.settings import LISTS_AHEAD
from recommender.snapshots import Snapshot
from recommender.storage.blobs import Blobs
from recommender.storage.lease import Lease
from recommender.storage.profiles import Profiles
from recommender.versions import Version

log = logging.getLogger(__name__)

PEOPLE_ASKED = 300  # to find how far predicted stars may be trusted
MOST_GROUPS = 6  # of like taste
FEWEST_IN_A_GROUP = 20  # people on average
MOST_GROUPED = 300_000  # ratings that the groups are found in
MOST_TRIES = 5  # for the list of somebody who goes on rating
SWEPT_AT_ONCE = 500  # sessions, codes and counters that have expired: some ten milliseconds in which raters wait
MOST_SWEEPS = 1_000


class Progress(Protocol):
    """Where a person waits: told what is under way, how much of it is done, and how much there is; 0 where it cannot be counted."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


def silent(stage: str, done: int, total: int) -> None:
    """Nobody waits."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a training. recipe: the one published. seconds: of wall time, by stage. says: what the gate says; mostly nothing."""

    pointer: Pointer
    recipe: str
    n_ratings: int
    lists: Publishing
    seconds: dict[str, float]
    says: str = ""
    quality: Quality | None = None

    @property
    def n_lists(self) -> int:
        """Lists that are as this training made them."""
        return self.lists.kept


def train(
    data: DataSet,
    blobs: Blobs,
    profiles: Profiles,
    *,
    recipe: str,
    parameters: Parameters | None = None,
    source: str = "",
    source_tag: str = "",
    judged: bool = False,
    seconds: float = SECONDS,
    lists_ahead: int = LISTS_AHEAD,
    progress: Progress = silent,
    now: Callable[[], float] = time.time,
) -> Trained:
    """Snapshot, fit, publish, rewrite the lists; one trainer at a time.

    recipe: one of RECIPES, or AUTO for the best of them on these ratings. seconds: that finding it may take.
    judged: whether `promotion.judged` is asked first; RefusedModelError when it says no, and then nothing has changed.
    lists_ahead: up to how many sample viewers have their lists made here; of more, everybody's is made at its first look.

    source, source_tag: where the data were said to be, and what changes with them there; kept so that `is_needed` knows when they are
    others.
    The model is fitted from the snapshot alone. A death at any point leaves a whole model in force, the old or the new one.
    TrainingBusyError while somebody else trains; MissingExtraError for a recipe of an extra that is not here; DataError as in
    `snapshots.take`.
    """
    trainable_or_auto(recipe)
    with Lease(blobs, LOCK, now=now) as lease:
        watch = _Stopwatch(progress)
        watch.begin("snapshot")
        snapshot = snapshots.take(data, blobs, profiles, now=now())
        del data  # as large as all that follows, where the caller has let go of it too
        watch.begin("matrix")
        matrix = RatingMatrix.of(snapshot.ratings, snapshot.catalogue.movie_ids)
        chosen = recipe
        if recipe == AUTO:
            watch.begin("choice")
            chosen = _chosen(snapshot, blobs, seconds, progress, now)
            lease.renew()
        verdict = Verdict(chosen)
        if judged:
            watch.begin("gate")
            verdict = _judged(chosen, parameters or {}, snapshot, blobs, progress, now)
            lease.renew()
        watch.begin("model")
        model = recipes.fit(verdict.publishes, matrix, snapshot.catalogue, parameters)
        watch.begin("intervals")
        intervals = _intervals(model, snapshot, parameters)
        watch.begin("groups")
        groups = _groups(snapshot)
        lease.renew()
        watch.begin("publication")
        facts = {"source": source, "source_tag": source_tag, "asked": recipe}
        pointer = _publish(model, intervals, groups, snapshot, facts, blobs, profiles, lists_ahead, now=now())
        watch.begin("lists")
        published_lists = _rewrite_lists(publication.load(blobs, pointer), profiles, lists_ahead, progress, now)
        watch.end()
        lease.renew()
        publication.remove_unused(blobs)
        snapshots.remove_all_but(snapshot.name, blobs)
        remembered = _remembered(pointer, model, snapshot, published_lists.kept, watch.seconds, now=now())
        history.add(blobs, replace(remembered, quality=verdict.quality, unmeasured=verdict.unmeasured))
        measured_people.remember(blobs, _version(remembered, model), verdict.answers)
    _sweep(profiles, now)
    log.info(
        "trained recipe=%s ratings=%d users=%d lists=%d written=%d refused=%d seconds=%.1f",
        model.recipe,
        matrix.n_ratings,
        matrix.n_users,
        published_lists.kept,
        published_lists.written,
        published_lists.refused,
        watch.total,
    )
    return Trained(pointer, model.recipe, matrix.n_ratings, published_lists, watch.seconds, verdict.says, verdict.quality)


def roll_back(
    blobs: Blobs,
    profiles: Profiles,
    *,
    lists_ahead: int = LISTS_AHEAD,
    progress: Progress = silent,
    now: Callable[[], float] = time.time,
) -> Pointer:
    """Put the model before in force again, as a new generation, and rewrite the lists by it. lists_ahead: as in `train`."""
    with Lease(blobs, LOCK, now=now):
        pointer = publication.roll_back(blobs)
        profiles.clear_sample_lists(generation=pointer.generation)
        _rewrite_lists(publication.load(blobs, pointer), profiles, lists_ahead, progress, now)
    return pointer


def is_needed(
    source: str, blobs: Blobs, profiles: Profiles, *, recipe: str = "", parameters: Parameters | None = None, source_tag: str = ""
) -> bool:
    """Whether a training would change anything: no usable model, other data, another recipe or parameters, or ratings that came since.

    source: where the data are now; empty for whatever is in use. recipe: the one asked for; empty for the one in use. parameters: those
    asked for. source_tag: what changes with the data there; empty where nobody can tell.
    """
    facts = _facts_in_force(blobs)
    if not _is_of(facts, source, recipe) or source_tag not in ("", facts.get("source_tag")):
        return True
    if facts["recipe"] == recipe and any(facts["parameters"].get(name, value) != value for name, value in (parameters or {}).items()):
        return True
    return bool(facts["own_ratings"] != snapshots.own_ratings_digest(profiles))


def is_usable(source: str, recipe: str, blobs: Blobs) -> bool:
    """Whether a whole model of these data by this recipe is in force, never mind the ratings that came since."""
    return _is_of(_facts_in_force(blobs), source, recipe)


def _facts_in_force(blobs: Blobs) -> Mapping[str, Any]:
    """The facts of the model in force; empty when there is none that can be used."""
    in_force = _in_force(blobs)
    return in_force.facts if in_force else {}


def _is_of(facts: Mapping[str, Any], source: str, recipe: str) -> bool:
    return bool(facts) and source in ("", facts["source"]) and recipe in ("", facts["asked"])


def _chosen(snapshot: Snapshot, blobs: Blobs, seconds: float, progress: Progress, now: Callable[[], float]) -> str:
    """The best recipe for these ratings; remembered, since the same ratings but for a few need not be measured again."""
    data, n_ratings = snapshot.facts["data"], len(snapshot.ratings)
    known = history.comparison(blobs)
    is_known = known and not known.is_quick and known.data == data and n_ratings < known.n_ratings * GROWN
    if known and is_known and known.best in recipes.RECIPES:
        return known.best
    ratings = promotion.some_people(snapshot.ratings)
    choice = choose(ratings, snapshot.catalogue, seconds=seconds, clock=time.monotonic, progress=progress)
    history.compared(blobs, remembered(choice, choice.recipe, data, n_ratings, now=now()))
    return choice.recipe


def _judged(recipe: str, parameters: Parameters, snapshot: Snapshot, blobs: Blobs, progress: Progress, now: Callable[[], float]) -> Verdict:
    """What may be published; RefusedModelError for nothing, which the history remembers."""
    in_force = _in_force(blobs)
    if in_force is not None and in_force.facts.get("data") != snapshot.facts["data"]:
        in_force = None  # other films: its lists cannot be held against these
    verdict = promotion.judged(recipe, parameters, snapshot, in_force, progress=progress)
    if verdict.says:
        log.info("judged recipe=%s publishes=%s reason=%s", recipe, verdict.publishes, verdict.says)
    if in_force is not None and verdict.before is not None:
        measured_people.make_up_for(blobs, in_force.version, verdict.before)
    if not verdict.publishes:
        refused = _refused_version(recipe, parameters, snapshot, now=now())
        history.refuse(blobs, Refusal(refused.trained_at, recipe, refused.data, refused.n_ratings, verdict.says))
        measured_people.remember(blobs, refused, verdict.answers)
        raise RefusedModelError(verdict.says)
    return verdict


def _in_force(blobs: Blobs) -> Published | None:
    """The model in force; None when there is none that can be used."""
    try:
        pointer, _ = publication.read_pointer(blobs)
        return publication.load(blobs, pointer) if pointer else None
    except ModelError:
        return None


def _intervals(model: Model, snapshot: Snapshot, parameters: Parameters | None) -> StarIntervals:
    """How far the stars may be trusted that this model's lists show, by whatever predicts them.

    Found on the viewers of the data set, where there are any, so that no trace of a rating taken back is left in it.
    """

    def fit(matrix: RatingMatrix) -> Model:
        own = isinstance(model, PredictsStars) and model.is_personal
        return recipes.fit(model.recipe, matrix, snapshot.catalogue, parameters) if own else UserCosine.fit(matrix)

    ratings = _viewers_ratings(promotion.some_people(snapshot.ratings))
    return calibrated(ratings, snapshot.catalogue, fit, rng=np.random.default_rng(0), n_people=PEOPLE_ASKED)


def _groups(snapshot: Snapshot) -> TasteGroups | None:
    """The viewers of the data set in groups of like taste, as the intervals are found on them; None where they are too few for two."""
    ratings = promotion.some_people(_viewers_ratings(snapshot.ratings), MOST_GROUPED)
    matrix = RatingMatrix.of(ratings, snapshot.catalogue.movie_ids)
    n_groups = min(MOST_GROUPS, matrix.n_users // FEWEST_IN_A_GROUP)
    return TasteGroups.of(matrix, n_groups, rng=np.random.default_rng(0)) if n_groups > 1 else None


def _viewers_ratings(ratings: RatingTable) -> RatingTable:
    """Those of the data set's viewers, where there are any; else all."""
    of_data = ratings.user_ids < FIRST_OWN_USER_ID
    return ratings.where(of_data) if of_data.any() and not of_data.all() else ratings


def _publish(
    model: Model,
    intervals: StarIntervals,
    groups: TasteGroups | None,
    snapshot: Snapshot,
    source: Mapping[str, str],
    blobs: Blobs,
    profiles: Profiles,
    lists_ahead: int,
    *,
    now: float,
) -> Pointer:
    viewers = _viewers(model.matrix)
    facts = {
        **{name: snapshot.facts[name] for name in ("data", "credit", "own_ratings")},
        "snapshot": snapshot.name,
        **source,
        "is_builtin": snapshot.facts["data"] == sample.NAME,
        "trained_at": now,
        "lowest_user_id": int(viewers[0]) if len(viewers) else 0,
        "highest_user_id": int(viewers[-1]) if len(viewers) else 0,
        "sample_viewers": showcase.sample_viewers(model.matrix, snapshot.catalogue),
    }
    clear = len(viewers) > lists_ahead or _leaves_lists_behind(_in_force(blobs), snapshot.facts["data"], viewers)

    def clear_sample_lists(generation: int) -> None:
        if clear:
            profiles.clear_sample_lists(generation=generation)

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "model"
        folder.mkdir()
        digest = publication.write_version(folder, model, snapshot.catalogue, facts, intervals, groups)
        version, above = snapshots.version_name(now, digest), profiles.highest_generation()
        return publication.put_in_force(blobs, version, folder, digest, above=above, before=clear_sample_lists)


def _leaves_lists_behind(in_force: Published | None, data: str, viewers: NDArray[np.int32]) -> bool:
    """Whether there may be lists of other data, or of viewers who are gone, that no new list takes the place of."""
    return in_force is None or in_force.facts.get("data") != data or bool(np.setdiff1d(_viewers(in_force.matrix), viewers).size)


def _viewers(matrix: RatingMatrix) -> NDArray[np.int32]:
    return matrix.user_ids[matrix.user_ids < FIRST_OWN_USER_ID]


def _remembered(pointer: Pointer, model: Model, snapshot: Snapshot, n_lists: int, seconds: Mapping[str, float], *, now: float) -> Training:
    matrix = model.matrix
    return Training(
        version=pointer.version,
        generation=pointer.generation,
        trained_at=now,
        recipe=model.recipe,
        data=snapshot.facts["data"],
        n_ratings=matrix.n_ratings,
        n_users=matrix.n_users,
        n_people=int((matrix.user_ids >= FIRST_OWN_USER_ID).sum()),
        n_lists=n_lists,
        seconds={stage: round(took, 3) for stage, took in seconds.items()},
    )


def _version(training: Training, model: Model) -> Version:
    return Version(
        version=training.version,
        trained_at=training.trained_at,
        recipe=training.recipe,
        parameters=dict(model.parameters),
        data=training.data,
        n_ratings=training.n_ratings,
        n_users=training.n_users,
        n_films=model.matrix.n_movies,
    )


def _refused_version(recipe: str, parameters: Parameters, snapshot: Snapshot, *, now: float) -> Version:
    return Version(
        version=snapshot.name,
        trained_at=now,
        recipe=recipe,
        parameters={**recipes.BY_NAME[recipe].defaults, **parameters},
        data=snapshot.facts["data"],
        n_ratings=len(snapshot.ratings),
        n_users=len(np.unique(snapshot.ratings.user_ids)),
        n_films=len(snapshot.catalogue),
        is_refused=True,
    )


def _sweep(profiles: Profiles, now: Callable[[], float]) -> None:
    """Take away what has expired of the accounts; nothing waits for it, and what is left goes the next time."""
    try:
        for _ in range(MOST_SWEEPS):
            if profiles.entries.sweep(int(now()), most=SWEPT_AT_ONCE) < SWEPT_AT_ONCE:
                return
    except StorageError as trouble:
        log.warning("not swept kind=%s reason=%s", trouble.kind, trouble)


def _rewrite_lists(published: Published, profiles: Profiles, lists_ahead: int, progress: Progress, now: Callable[[], float]) -> Publishing:
    """Publish the list of every sample viewer, where they are no more than lists_ahead, and write that of every own person."""
    viewers, people = _viewers(published.matrix), list(profiles.people())
    ahead = viewers if len(viewers) <= lists_ahead else viewers[:0]
    total, done = len(ahead) + len(people), itertools.count(1)

    def told(made: ListRecord) -> ListRecord:
        progress("lists", next(done), total)
        return made

    found = Publishing()
    if len(ahead):
        sample = (told(_of_viewer(row, published, now)) for row in range(len(ahead)))
        found = profiles.publish_lists(sample, generation=published.generation, model=published.version)
    n_kept = profiles.keep_lists(told(lists.made_for(user_id, published, profiles, now=now)) for user_id in people)
    n_caught_up = sum(_caught_up(user_id, published, profiles, now) for user_id in list(profiles.people()))
    return found.and_also(Publishing(n_kept + n_caught_up, 0, len(people) - n_kept))


def _of_viewer(row: int, published: Published, now: Callable[[], float]) -> ListRecord:
    # Nobody can write to a sample viewer, so its revision stays 0.
    matrix = published.matrix
    return lists.record_of(UserId(int(matrix.user_ids[row])), Taste.of_history(History.of_row(matrix, row)), published, now=now())


def _caught_up(user_id: UserId, published: Published, profiles: Profiles, now: Callable[[], float]) -> bool:
    """Whether the person's list had to be made once more: they rated just then, by a worker that still held the model before."""
    for _ in range(MOST_TRIES):
        record = profiles.list_of(user_id)
        if record is None or record.generation >= published.generation:
            return False
        _, kept = lists.build(user_id, published, profiles, now=now)
        if kept:
            return True
    return False


@dataclass
class _Stopwatch:
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    _under_way: str = ""
    _began: float = 0.0

    def begin(self, name: str) -> None:
        """The stage before is over, and this one is under way."""
        self.end()
        self.progress(name, 0, 0)
        self._under_way, self._began = name, time.monotonic()

    def end(self) -> None:
        """The stage under way is over: its seconds stand under its name."""
        if self._under_way:
            self.seconds[self._under_way] = time.monotonic() - self._began
            self._under_way = ""

    @property
    def total(self) -> float:
        return sum(self.seconds.values())
