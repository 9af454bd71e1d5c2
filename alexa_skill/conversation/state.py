"""What is remembered from one turn to the next: a few kilobytes in the session, which the Echo hands back."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from recommender.domain import FILM_MARKS, LIST_LENGTH, Movie, MovieId, RecommendedMovie

FORMAT = 1
EVERYONE = "everyone"  # the kind of reason that has nothing to do with who asks
LONGEST_LISTING = LIST_LENGTH
LONGEST_TEXT = 300  # characters of a title or a reason that is remembered
LONGEST_SPEECH = 3000  # characters that can be repeated
MOST_GENRES = 10  # of a film that are remembered
HIGHEST_NUMBER = 2**53
MOST_STARS = 5

MINE, ONE_BY_ONE, SAVED = "list", "one by one", "watchlist"  # listings that are more than heard: one's own, and what is proposed or kept

# What was asked last, so that a yes, a no or a bare number can be understood
WHAT_TO_DO = ""
ID_AND_AMOUNT, ID, AMOUNT = "both", "id", "amount"
WHICH_ONE = "which"  # of the films just named to tell about, or none
WHICH_WHY, WHICH_LIKE = "which why", "which like"  # of them to explain, or to find others like
ABOUT_IT, WHY_IT, LIKE_IT = "about", "why", "like"  # whether to tell that of the film in focus
MORE = "more"  # whether to go on with the listing
POPULAR = "popular"  # whether to name films that everybody likes instead
SURPRISED = "surprised"  # whether to tell about the film that chance picked
ANOTHER = "another"  # whether to pick another film by chance
AGAIN = "again"  # whether to try once more what could not be done
HOW_ABOUT = "how about"  # whether to tell about the film that is proposed, one by one
NEW_LIST = "new list"  # whether to read the list of whom the Echo speaks for
CODE = "code"  # the six digits that the site shows
UNLINK = "unlink"  # whether to forget whom the Echo speaks for
STARS = "stars"  # how many the film in focus gets
WHICH_SAID, WHICH_YEAR = "which said", "which year"  # of which film, of which of the candidates that is said which is pending
QUESTIONS = (
    WHAT_TO_DO,
    ID_AND_AMOUNT,
    ID,
    AMOUNT,
    WHICH_ONE,
    WHICH_WHY,
    WHICH_LIKE,
    ABOUT_IT,
    WHY_IT,
    LIKE_IT,
    MORE,
    POPULAR,
    SURPRISED,
    ANOTHER,
    AGAIN,
    HOW_ABOUT,
    NEW_LIST,
    CODE,
    UNLINK,
    STARS,
    WHICH_SAID,
    WHICH_YEAR,
)
MOST_CANDIDATES = 4  # films of one title that are told apart by their years
MOST_PASSED = 50
STARS_GIVEN = "stars"  # what was said of a film, beside the kinds of marks


@dataclass(frozen=True, slots=True)
class Heard:
    """A film of the listing that is being talked about, so that it can be talked about without reading it again.

    reason: what it has to do with this person, in one sentence; empty where nothing is known of that. stars: those this person would
    probably give.
    """

    movie_id: int
    title: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    reason: str = ""
    stars: float | None = None

    @classmethod
    def of(cls, film: RecommendedMovie | Movie) -> Heard:
        movie = film if isinstance(film, Movie) else film.movie
        reasons = film.reasons if isinstance(film, RecommendedMovie) else ()
        reason = reasons[0].text if reasons and reasons[0].kind != EVERYONE else ""
        stars = film.predicted_stars if isinstance(film, RecommendedMovie) else None
        texts = (movie.title[:LONGEST_TEXT], movie.year, tuple(movie.genres[:MOST_GENRES]), reason[:LONGEST_TEXT])
        return cls(movie.movie_id, *texts, stars)

    @property
    def movie(self) -> Movie:
        return Movie(MovieId(self.movie_id), self.title, self.year, self.genres)


@dataclass(frozen=True, slots=True)
class State:
    """user: the number that was spoken; 0 for none. amount: how many films were asked for before the number was known; 0 for none.
    usual: how many were read out at last of this person's list; 0 for none.

    asked: one of QUESTIONS. films: the listing being talked about, best first; listing: what it is, as in "list", or "genre:Comedy".
    start, end: which of them were just named. focus: the film being talked about, of the listing or not. said: the last speech.
    missed: turns in a row that were not understood. strangers: numbers in this session that have no list. again: what could
    not be done, for AGAIN: the intent, the question it answered, and each slot's name with its text, id and known name.

    pending: what is said of a film while it is not clear of which: the intent, and the stars or 0. candidates: films of one title that it
    may be. undo: what was said last of a film: its number and title, STARS_GIVEN or the kind of the mark, and what was there before: stars,
    0 for none, or 1 for a mark. passed: films that were proposed one by one and not taken.
    """

    user: int = 0
    amount: int = 0
    asked: str = WHAT_TO_DO
    films: tuple[Heard, ...] = ()
    listing: str = ""
    start: int = 0
    end: int = 0
    focus: Heard | None = None
    said: str = ""
    missed: int = 0
    strangers: int = 0
    again: tuple[str, str, tuple[tuple[str, str, str, str], ...]] | None = None
    usual: int = 0
    pending: tuple[str, float] = ("", 0)
    candidates: tuple[Heard, ...] = ()
    undo: tuple[int, str, str, float] | None = None
    passed: tuple[int, ...] = ()


_AT_FIRST = State()
_NAMES = tuple(field.name for field in fields(State))


def to_attributes(state: State) -> dict[str, Any]:
    """The state as the session's attributes: JSON, and nothing that is as it was at the beginning."""
    # No asdict: it copies every film through and through, which was a third of a turn.
    changed: dict[str, Any] = {name: value for name in _NAMES if (value := getattr(state, name)) != getattr(_AT_FIRST, name)}
    if state.films:
        changed["films"] = [_kept(film) for film in state.films]
    if state.focus:
        changed["focus"] = _kept(state.focus)
    if state.candidates:
        changed["candidates"] = [_kept(film) for film in state.candidates]
    return {"v": FORMAT, **changed}


def from_attributes(attributes: object) -> State:
    """The state again; a new one where this is none, since whatever stands there comes from outside."""
    try:
        return _read(attributes)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
        return State()


def _read(attributes: Any) -> State:
    if attributes["v"] != FORMAT:
        raise ValueError(attributes["v"])
    said = {name: attributes[name] for name in _NAMES if name in attributes}
    if "films" in said:
        said["films"] = tuple([_heard(*each) for each in said["films"][:LONGEST_LISTING]])
    if said.get("focus") is not None:
        said["focus"] = _heard(*said["focus"])
    if "candidates" in said:
        said["candidates"] = tuple([_heard(*each) for each in said["candidates"][:MOST_CANDIDATES]])
    if "pending" in said:
        intent, stars = said["pending"]
        said["pending"] = (_text(intent), _stars(stars))
    if said.get("undo") is not None:
        number, title, what, before = said["undo"]
        if what not in (STARS_GIVEN, *FILM_MARKS):
            raise ValueError(what)
        said["undo"] = (_whole(number), _text(title), what, _stars(before))
    if "passed" in said:
        said["passed"] = tuple([_whole(each) for each in said["passed"][-MOST_PASSED:]])
    if said.get("again") is not None:
        intent, question, slots = said["again"]
        if question not in QUESTIONS:
            raise ValueError(question)
        said["again"] = (_text(intent), question, tuple([(_text(a), _text(b), _text(c), _text(d)) for a, b, c, d in slots[:8]]))
    state = State(**said)
    if state.asked not in QUESTIONS:
        raise ValueError(state.asked)
    for number in (state.user, state.amount, state.usual, state.start, state.end, state.missed, state.strangers):
        _whole(number)
    _text(state.listing)
    if _text(state.said, LONGEST_SPEECH)[-1:] not in ("", "?"):
        raise ValueError("what is said while the session stays open is a question")
    if not state.start <= state.end <= len(state.films):
        raise ValueError("the places do not fit the listing")
    return state


def _kept(film: Heard) -> list[Any]:
    return [film.movie_id, film.title, film.year, list(film.genres), film.reason, film.stars]


def _heard(movie_id: Any, title: Any, year: Any, genres: Any, reason: Any, stars: Any) -> Heard:
    kept_year = None if year is None else _whole(year)
    kept_stars = None if stars is None else float(stars)
    return Heard(
        _whole(movie_id), _text(title), kept_year, tuple([_text(genre) for genre in genres[:MOST_GENRES]]), _text(reason), kept_stars
    )


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= HIGHEST_NUMBER:
        raise ValueError(value)
    return value


def _stars(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_STARS:
        raise ValueError(value)
    return value


def _text(value: Any, longest: int = LONGEST_TEXT) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(value)
    value.encode()  # raises for halves of characters, which nothing can carry on
    return value
