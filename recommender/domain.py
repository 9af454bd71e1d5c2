"""The product's words: what travels between the rooms, with nothing but the standard library."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

UserId = NewType("UserId", int)  # as in the data set, or from FIRST_OWN_USER_ID for own people
MovieId = NewType("MovieId", int)  # as the data set writes it; never an index

FIRST_OWN_USER_ID = UserId(1_000_001)  # data sets number their viewers below, own people start here
FIRST_ADDED_MOVIE_ID = MovieId(1_000_000_001)  # data sets number their films below, films that people add start here
LIST_LENGTH = 10  # movies kept in a list record; longer lists are computed live
LONGEST_LIST = 100  # movies anybody may ask for at once


def is_own_person(user_id: int) -> bool:
    """Whether the number belongs to a person of this site; else it is a sample viewer of a data set."""
    return user_id >= FIRST_OWN_USER_ID


@dataclass(frozen=True, slots=True)
class Movie:
    """What is known of a film. year: None when the data names none. imdb_id, tmdb_id: None when unlinked.

    title is the one shown ("The Matrix"), without its year. imdb_id is the number of the IMDb page (tt0133093 is 133093).
    """

    movie_id: MovieId
    title: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    imdb_id: int | None = None
    tmdb_id: int | None = None


@dataclass(frozen=True, slots=True)
class AddedFilm:
    """A film that the data lack and a person added. movie.movie_id is from FIRST_ADDED_MOVIE_ID up.

    link: where it can be read about, https alone; empty for none. added_by: who added it first. added_at: seconds since 1970, UTC.
    """

    movie: Movie
    link: str
    added_by: UserId
    added_at: int


@dataclass(frozen=True, slots=True)
class Rating:
    """One opinion. stars: 0.5 to 5.0 in half steps. rated_at: seconds since 1970, UTC."""

    user_id: UserId
    movie_id: MovieId
    stars: float
    rated_at: int


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
class Asker:
    """Who asks. token: a bearer token, a number's own or an API token; None without one.

    member: the number that somebody is known to speak for already, by a browser's session or a linked Echo; None where nobody is.
    """

    token: str | None = field(default=None, repr=False)
    member: UserId | None = None


STRANGER = Asker()


@dataclass(frozen=True, slots=True)
class Account:
    """A person who has not left. token_digest: SHA-256 of the bearer token, in hex. created_at: seconds since 1970, UTC.

    shared: whether anyone who knows the number may read the list.
    """

    user_id: UserId
    token_digest: str
    shared: bool
    created_at: int


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """What a person's list is made from: lists of the same person that are made from the same are the same."""

    rev: int
    generation: int


@dataclass(frozen=True, slots=True)
class Activity:
    """How much own people have done so far. n_changes: their revisions added up, n_ratings: what is kept of them now."""

    n_changes: int
    n_ratings: int

    def since(self, before: Activity) -> int:
        """At least how many ratings have changed since: an import moves a revision once, and other stars for a film add no rating."""
        return max(abs(self.n_changes - before.n_changes), abs(self.n_ratings - before.n_ratings))


@dataclass(frozen=True, slots=True)
class Marks:
    """What a store remembers beside people, ratings and lists.

    last_user_id: the highest number ever given; FIRST_OWN_USER_ID - 1 where none was. cleared_by: the publication that last cleared the
    sample viewers' lists; 0 where none did. highest_generation: of any record or clearing. last_movie_id: the highest number ever given to
    an added film.
    """

    last_user_id: int
    cleared_by: int
    highest_generation: int
    last_movie_id: int = FIRST_ADDED_MOVIE_ID - 1


SEEN, HIDDEN, WATCHLIST, ASIDE = "seen", "hidden", "watchlist", "aside"
FILM_MARKS = (SEEN, HIDDEN, WATCHLIST, ASIDE)  # what a person may say of a film beside stars


@dataclass(frozen=True, slots=True)
class FilmMark:
    """What a person says of a film beside stars. marked_at: seconds since 1970, UTC.

    kind: SEEN (without stars), HIDDEN (not interested: never shown to this person), WATCHLIST (to be seen), or ASIDE (a rating that the
    list is made without). One film may have several, each once.
    """

    user_id: UserId
    movie_id: MovieId
    kind: str
    marked_at: int


@dataclass(frozen=True, slots=True)
class Change:
    """What one person changes in one step: ratings and marks put, and those taken away, where there are any.

    unmarked: film and kind. A film that is in both `ratings` and `unrated`, or a mark in both, is a mistake.
    """

    ratings: tuple[Rating, ...] = ()
    unrated: tuple[MovieId, ...] = ()
    marks: tuple[FilmMark, ...] = ()
    unmarked: tuple[tuple[MovieId, str], ...] = ()

    @property
    def moves_the_list(self) -> bool:
        """Whether anything but the watchlist changes, which a list is not made of."""
        kinds = {mark.kind for mark in self.marks} | {kind for _, kind in self.unmarked}
        return bool(self.ratings or self.unrated or kinds - {WATCHLIST})


@dataclass(frozen=True, slots=True)
class Opinions:
    """Everything that makes a person's list, and their watchlist, read in one transaction. rev: the revision it belongs to.

    ratings: ascending movie id, one per film. marks: by film and kind.
    """

    user_id: UserId
    rev: int
    ratings: tuple[Rating, ...] = field(default=())
    marks: tuple[FilmMark, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class OwnFilm:
    """A film that a person has rated or marked.

    stars: None without a rating. rated_at: seconds since 1970, UTC; 0 without one. marks: when each kind was put. is_known: whether the
    data in use have the film; what is not known has only its number for a title, and counts again when it comes back.
    """

    movie: Movie
    stars: float | None = None
    rated_at: int = 0
    marks: Mapping[str, int] = field(default_factory=dict)
    is_known: bool = True

    @property
    def is_seen(self) -> bool:
        """Whether they have seen it, by what they say."""
        return self.stars is not None or SEEN in self.marks


@dataclass(frozen=True, slots=True)
class OwnFilms:
    """Everything a person says of films. films: ascending movie id."""

    user_id: UserId
    rev: int
    films: tuple[OwnFilm, ...]

    @property
    def rated(self) -> tuple[OwnFilm, ...]:
        """Those with stars."""
        return tuple(film for film in self.films if film.stars is not None)

    def marked(self, kind: str) -> tuple[OwnFilm, ...]:
        """Those with a mark of the kind, marked last first."""
        found = [film for film in self.films if kind in film.marks]
        return tuple(sorted(found, key=lambda film: film.marks[kind], reverse=True))

    def of(self, movie_id: int) -> OwnFilm | None:
        """What they say of one film; None for nothing."""
        at = bisect_left(self.films, movie_id, key=lambda film: film.movie.movie_id)
        return self.films[at] if at < len(self.films) and self.films[at].movie.movie_id == movie_id else None


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


@dataclass(frozen=True, slots=True)
class MovieDetails:
    """A film with what the data in use say of it.

    also_known_as: other forms of the title. tags: viewers' own words, most used first. histogram: how many ratings of 0.5, 1.0 … 5.0 stars,
    ten counts. mean_stars: None when nobody has rated it. link: where it can be read about, https; empty for none.
    """

    movie: Movie
    also_known_as: tuple[str, ...]
    tags: tuple[str, ...]
    n_ratings: int
    mean_stars: float | None
    histogram: tuple[int, ...]
    link: str = ""


@dataclass(frozen=True, slots=True)
class SimilarMovie:
    """A film liked by the same people. likeness: 0 to 1, higher is more alike; n_both: how many rated both."""

    movie: Movie
    likeness: float
    n_both: int


@dataclass(frozen=True, slots=True)
class SampleViewer:
    """A viewer of the data set to try the site with. taste: a few words, such as "Horror and Thriller"."""

    user_id: UserId
    n_ratings: int
    taste: str


@dataclass(frozen=True, slots=True)
class InUse:
    """What the lists come from, for people to read.

    data: name of the data set. credit: who made it and on what terms. is_builtin: whether it is the built-in sample with simulated viewers.
    lowest_user_id, highest_user_id: the range in which viewers of the data set are numbered. trained_at: seconds since 1970, UTC.
    """

    data: str
    credit: str
    is_builtin: bool
    n_ratings: int
    n_users: int
    n_movies: int
    lowest_user_id: int
    highest_user_id: int
    recipe: str
    model: str
    generation: int
    trained_at: float


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key pair of which the private half never leaves its owner's device. credential_id, public_key: in base64url.

    sign_count: how often it says that it was used; 0 for those that do not count. name: the owner's word for it.
    """

    credential_id: str
    public_key: str = field(repr=False)
    sign_count: int
    name: str
    made_at: int


OPENED, SEARCHED = "opened", "searched"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a person did who asked for it to be noted. at: seconds since 1970, UTC.

    kind: OPENED, with the film, or SEARCHED, with the words.
    """

    kind: str
    at: int
    movie_id: MovieId | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One of a household: a number with ratings and a list of its own. pin_hash: argon2id of the PIN; empty where none is asked.

    keeps_events: whether films opened and searches made are noted for them; only for who asked for it.
    """

    user_id: UserId
    name: str
    pin_hash: str = field(default="", repr=False)
    keeps_events: bool = False


@dataclass(frozen=True, slots=True)
class Household:
    """Who signs in together. owner: the number that the sign-in belongs to, the first of the members. name: to sign in with, as written.

    password_hash: argon2id; empty where passkeys alone open. made_at: seconds since 1970, UTC.
    """

    owner: UserId
    name: str
    password_hash: str = field(repr=False)
    made_at: int
    members: tuple[Member, ...]
    passkeys: tuple[Passkey, ...] = ()

    def member(self, user_id: int) -> Member | None:
        """The member with this number."""
        return next((one for one in self.members if one.user_id == user_id), None)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in. digest: SHA-256 of its token, in hex, by which it can be ended. Times: seconds since 1970, UTC.

    member: whose films are shown in it. last_seen: to the hour.
    """

    digest: str
    owner: UserId
    member: UserId
    made_at: int
    last_seen: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What went when somebody left. gone: how many of each kind of thing.

    left_at, backed_up_at: seconds since 1970, UTC; None where no backup is known. model: the version that still holds their ratings, until
    the next training; empty where none does.
    """

    user_id: UserId
    left_at: int
    gone: Mapping[str, int]
    model: str
    backed_up_at: float | None


READ, WRITE, EXPORT, FEED = "read", "write", "export", "feed"
SCOPES = (READ, WRITE, EXPORT, FEED)  # what an API token may be good for; FEED: the list and the watchlist, by an address that holds it


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's way in. digest: SHA-256 of the token, in hex, by which it can be revoked. Times: seconds since 1970, UTC.

    member: whose ratings and list it opens. scopes: some of SCOPES. last_used: to the hour; 0 before. expires_at: 0 for never.
    """

    digest: str
    owner: UserId
    member: UserId
    name: str
    scopes: tuple[str, ...]
    made_at: int
    last_used: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class EchoLink:
    """An Echo, or a person whom one recognises, that speaks for a member. digest: of Amazon's id."""

    digest: str
    owner: UserId
    member: UserId
    made_at: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether something may be done once more. left: how often after this. retry_after: seconds to wait; 0 where it may be done now."""

    left: int
    retry_after: int

    @property
    def is_allowed(self) -> bool:
        """Whether it may be done now."""
        return not self.retry_after
