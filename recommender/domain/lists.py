"""Lists, why a film is in one, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from recommender.domain.films import Movie, UserId
from recommender.domain.opinions import OwnFilm

LIST_LENGTH = 10  # movies kept in a list record; longer lists are computed live
LONGEST_LIST = 100  # movies anybody may ask for at once


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a film is in a list, in one true sentence a person can read or hear.

    kind: "people" (those most alike), "films" (the person's own ratings that led here) or "everyone" (how it is liked in general).
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Dials:
    """How a list departs from relevance alone; all at 0 is relevance.

    diversity: 0 to 1, more films unlike each other. popularity: -1 (little known) to 1 (well known). recency: -1 (old) to 1 (new).
    """

    diversity: float = 0.0
    popularity: float = 0.0
    recency: float = 0.0


AUTO = "auto"  # instead of a weight to explore by: what the breadth of the person's own ratings says


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked of a list beside its length and kind of film. With none of it a list is the order of relevance.

    explore: the share of places for films that are shown to find something out, 0 to 1, or AUTO. explore_days: at most how old a film may
    be for that, by its first rating, at the latest of all ratings; None for any age.
    """

    explore: float | str = 0.0
    explore_days: int | None = None
    dials: Dials = field(default_factory=Dials)

    @property
    def are_none(self) -> bool:
        """Whether the list is the order of relevance."""
        return self.explore == 0 and self.dials == Dials()


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class Explored:
    """What a film that the list would not have shown is shown to find out.

    kind: "film" (few have rated it) or "genre" (the person has rated nothing, or hardly anything, of that genre). text: the same in words
    that stand alone. amount: what was added to the model's score to bring the film to its place.
    """

    kind: str
    text: str
    amount: float


@dataclass(frozen=True, slots=True)
class RecommendedMovie:
    """One line of a list.

    score: the model's number, which compares within one list only and never rises from one line to the next.
    match: 0 to 100, the same score as a share of what could be reached; falls with it. None where a list is the same for everyone.
    predicted_stars: the stars this person would probably give, 0.5 to 5.0; a detail, not the order. None when nothing can be said.
    likely_stars: from and to: four of five ratings lie between them. None where that is not known.
    explored: what the film is there to find out; None for one that is there by relevance. Its amount is in the score, not in the match.
    Dials order a list by more than the score, so that it may rise in such a list.
    """

    movie: Movie
    score: float
    match: int | None = None
    predicted_stars: float | None = None
    reasons: tuple[Reason, ...] = ()
    explored: Explored | None = None
    likely_stars: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of a film's score, in the score's own unit, of either sign.

    kind: base, own (a rating of the person's), neighbour (somebody of like taste, without a name), popularity, content, exploration or
    remainder (what a model that is no sum cannot deal out). text: the same as a sentence. movie: the own film that it comes from.
    """

    kind: str
    amount: float
    text: str
    movie: Movie | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one film's score for one person is made of. The parts add up to the score to 1e-6.

    score: None where the model cannot tell; there are no parts then. parts: the base first, then the largest amounts.
    """

    user_id: UserId
    movie: Movie
    rev: int
    model: str
    generation: int
    recipe: str
    score: float | None
    parts: tuple[ScorePart, ...]


PERSONAL = "personal"  # a list made from the person's own ratings
POPULAR = "popular"  # well-liked films, the same for everyone


@dataclass(frozen=True, slots=True)
class ListRecord:
    """A person's kept list: the one record that every surface reads.

    movies: best first, at most LIST_LENGTH; None when there is no current list, as after every change until it is built again.
    rev: counts what changed this person's list; 0 before anything did.
    generation: the publication that the list was made by. model: the version of its arrays. built_at: seconds since 1970, UTC.
    basis: PERSONAL or POPULAR. deleted: whether the person has left; movies is None then, for good.
    """

    user_id: UserId
    rev: int
    movies: tuple[RecommendedMovie, ...] | None = None
    generation: int = 0
    model: str = ""
    built_at: float = 0.0
    basis: str = PERSONAL
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """What a person's list is made from: lists of the same person that are made from the same are the same."""

    rev: int
    generation: int


@dataclass(frozen=True, slots=True)
class FilmForPerson:
    """A film as one person has it. likely_stars: as in RecommendedMovie.

    said: what they say of it; without stars and marks where that is nothing. predicted_stars: what the model would have guessed without
    their stars for it; None where it cannot tell.
    """

    said: OwnFilm
    predicted_stars: float | None
    likely_stars: tuple[float, float] | None = None


RECORD = "record"  # read from the person's list record, or just put there
LIVE = "live"  # computed for this question by the model in use, from the ratings as they are
ALONE = "alone"  # computed by the model in use without the store of ratings, which is out of reach
WELL_LIKED = "well-liked"  # the same for everyone, because the person's own ratings are out of reach


@dataclass(frozen=True, slots=True)
class RecommendationList:
    """A list as handed to a page, a program or a terminal: a kept record, or computed live where more or other films were asked for.

    rev, model, generation, built_at, basis: as in ListRecord. movies: best first; shorter than asked only when no more films are left.
    source: RECORD, LIVE, ALONE or WELL_LIKED. trouble: what is wrong with the store, in a word that can be counted (`StorageError.kind`);
    empty while all is well. notice: the same as a true sentence for the person who reads the list; empty while all is well.
    explore: the weight that was explored by, 0 to 1; what "auto" came to, where that was asked for.
    """

    user_id: UserId
    rev: int
    model: str
    generation: int
    built_at: float
    basis: str
    movies: tuple[RecommendedMovie, ...]
    source: str = RECORD
    trouble: str = ""
    notice: str = ""
    explore: float = 0.0


@dataclass(frozen=True, slots=True)
class Rated:
    """The answer to a rating: acknowledged, with the new list, or None where the list could not be built in time."""

    rev: int
    list: RecommendationList | None
