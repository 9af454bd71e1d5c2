"""Two published versions side by side: what each is made by and from, what was measured of both, and the lists they make for one viewer."""

from __future__ import annotations

from dataclasses import dataclass

from recommender import lists, publication, versions
from recommender.domain import LIST_LENGTH, Movie, UserId, is_own_person
from recommender.errors import InvalidInputError, ModelError
from recommender.models import History
from recommender.publication import InForce, Pointer, Published
from recommender.storage.blobs import Blobs
from recommender.versions import MEASURES, NEITHER_IS_BETTER, Estimate, Version

IN_FORCE, KEPT = "in force", "kept"
CLOSED = "The lists of the data set’s viewers are closed here (MATINEE_SAMPLE_VIEWERS)."
NOBODY = "There is no viewer to show lists for: these data have people of this site alone, and what is made for them is theirs."


@dataclass(frozen=True, slots=True)
class Known:
    """A version that can be chosen. standing: IN_FORCE; KEPT for the other one whose model is there; "" where there is none."""

    version: Version
    standing: str

    @property
    def has_model(self) -> bool:
        """Whether lists can be made by it."""
        return bool(self.standing)


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a parameter is in each; None where that recipe has none of this name."""

    name: str
    one: float | None
    other: float | None

    @property
    def differs(self) -> bool:
        return self.one != self.other


@dataclass(frozen=True, slots=True)
class Row:
    """One measure. one, other: None where it was not measured. difference: of other over one, paired; None where there are no pairs.

    has_better: whether more of it is better; of novelty, for one, it is not said.
    """

    measure: str
    one: Estimate | None
    other: Estimate | None
    difference: Estimate | None
    has_better: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A film of a list. place: from 1. elsewhere: its place in the other list; None where it is not in it."""

    movie: Movie
    place: int
    elsewhere: int | None


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of both for a viewer of the data set. one, other: best first; both empty where they could not be made, and says why."""

    viewer: int | None
    one: tuple[Line, ...] = ()
    other: tuple[Line, ...] = ()
    says: str = ""

    @property
    def n_shared(self) -> int:
        """Films that are in both."""
        return sum(line.elsewhere is not None for line in self.other)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """All of it. rows: the measure that decides first."""

    one: Known
    other: Known
    parameters: tuple[Parameter, ...]
    rows: tuple[Row, ...]
    lists: Lists


class Versions:
    """The versions of one site. One per process, shared by its threads: the model before is mapped when it is first asked for."""

    def __init__(self, blobs: Blobs, in_force: InForce, *, sample_viewers: bool) -> None:
        """sample_viewers: whether the viewers of the data set can be looked up."""
        self._blobs, self._in_force, self._sample_viewers = blobs, in_force, sample_viewers
        self._before: Published | None = None

    def known(self) -> tuple[Known, ...]:
        """Newest first: those remembered, and the two whose models are kept, remembered or not. NoModelError, StorageError."""
        standing = {self._in_force.published().version: IN_FORCE}
        if before := self._pointer_before():
            standing.setdefault(before.version, KEPT)
        remembered = {one.version: one for one in versions.kept(self._blobs)}
        for name in standing.keys() - remembered.keys():
            try:
                remembered[name] = _version(self._model(name))
            except ModelError:
                standing.pop(name)  # not to be used: no roll-back would bring it
        found = sorted(remembered.values(), key=lambda one: (one.trained_at, one.version), reverse=True)
        return tuple(Known(one, standing.get(one.version, "")) for one in found)

    def side_by_side(self, one: str, other: str, viewer: int | None = None) -> SideBySide:
        """The two named. viewer: of the data set; None for one of the sample viewers. InvalidInputError for a name that is not known."""
        known = {each.version.version: each for each in self.known()}
        for name in (one, other):
            if name not in known:
                raise InvalidInputError("version", name, f"one that is remembered: {', '.join(known)}")
        first, second = known[one], known[other]
        parameters, rows = _parameters(first.version, second.version), _rows(first.version, second.version)
        return SideBySide(first, second, parameters, rows, self._lists(first, second, viewer))

    def _lists(self, one: Known, other: Known, viewer: int | None) -> Lists:
        if not self._sample_viewers:
            return Lists(viewer, says=CLOSED)
        if without := next((each for each in (one, other) if not each.has_model), None):
            return Lists(viewer, says=f"No lists. {_without_model(without)}")
        try:
            first, second = (self._model(each.version.version) for each in (one, other))
        except ModelError as error:
            return Lists(viewer, says=f"No lists. {error}")
        if viewer is None:
            viewer = _first_viewer(second)
        if viewer is None:
            return Lists(None, says=NOBODY)
        found = [_list(viewer, published) for published in (first, second)]
        if found[0] is None or found[1] is None:
            return Lists(viewer, says=_not_there(viewer, second))
        films, others = found[0], found[1]
        return Lists(viewer, _lines(films, others), _lines(others, films))

    def _model(self, version: str) -> Published:
        """The model of the version in force or of the one before; ModelError when it is gone."""
        published = self._in_force.published()
        if published.version == version:
            return published
        if self._before is None or self._before.version != version:
            before = self._pointer_before()
            if before is None or before.version != version:
                raise ModelError(f"The model {version} is not kept any more.")
            self._before = publication.load(self._blobs, before)
        return self._before

    def _pointer_before(self) -> Pointer | None:
        """Of the two that the pointer names, the one that this process does not serve by."""
        pointer, _ = publication.read_pointer(self._blobs)
        ours = self._in_force.published().version
        named = (pointer, pointer.previous) if pointer else ()
        return next((one for one in named if one and one.version != ours), None)


def _version(published: Published) -> Version:
    """Of a model that was published before versions were remembered."""
    facts, matrix = published.facts, published.matrix
    return Version(
        version=published.version,
        trained_at=float(facts["trained_at"]),
        recipe=published.model.recipe,
        parameters=dict(published.model.parameters),
        data=facts["data"],
        n_ratings=matrix.n_ratings,
        n_users=matrix.n_users,
        n_films=matrix.n_movies,
    )


def _parameters(one: Version, other: Version) -> tuple[Parameter, ...]:
    """Those that differ first, by name."""
    names = {*one.parameters, *other.parameters}
    found = [Parameter(name, one.parameters.get(name), other.parameters.get(name)) for name in sorted(names)]
    return tuple(sorted(found, key=lambda parameter: not parameter.differs))


def _rows(one: Version, other: Version) -> tuple[Row, ...]:
    """Of every measure that either has."""
    return tuple(
        Row(
            measure,
            one.figures.get(measure),
            other.figures.get(measure),
            versions.difference(one, other, measure),
            has_better=measure not in NEITHER_IS_BETTER,
        )
        for measure in MEASURES
        if measure in one.figures or measure in other.figures
    )


def _first_viewer(published: Published) -> int | None:
    """The first of the sample viewers, else of all that the data have."""
    shown = [int(each["user_id"]) for each in published.facts["sample_viewers"]] or [published.facts["lowest_user_id"]]
    return shown[0] or None


def _list(viewer: int, published: Published) -> tuple[Movie, ...] | None:
    """What the version would show a viewer of its own data; None for somebody whom it does not know, and for people of this site."""
    row = None if is_own_person(UserId(viewer)) else published.matrix.row_of(viewer)
    if row is None:
        return None
    made = lists.make(History.of_row(published.matrix, row), published, LIST_LENGTH)
    return tuple(line.movie for line in made.movies)


def _without_model(known: Known) -> str:
    if known.version.is_refused:
        return f"{known.version.version} was refused, and its model not kept."
    return f"The model of {known.version.version} is gone: the last two are kept."


def _not_there(viewer: int, published: Published) -> str:
    facts = published.facts
    return (
        f"No lists. {viewer} is no viewer of {facts['data']} in both versions; its viewers have numbers from {facts['lowest_user_id']} to "
        f"{facts['highest_user_id']}, and what is made for people of this site is theirs."
    )


def _lines(films: tuple[Movie, ...], others: tuple[Movie, ...]) -> tuple[Line, ...]:
    places = {movie.movie_id: place for place, movie in enumerate(others, start=1)}
    return tuple(Line(movie, place, places.get(movie.movie_id)) for place, movie in enumerate(films, start=1))
