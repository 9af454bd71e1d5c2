"""/start/: GET shows the next film and the list, POST takes an answer and leads back to it."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recommender.domain import Movie, RecommendationList, UserId
from recommender.errors import InvalidInputError
from webapp import inputs
from webapp.accounts import asker, signed_in, visitor
from webapp.engine import engine
from webapp.me.pages import FEW_RATINGS
from webapp.metrics import tally
from webapp.start import interview
from webapp.start.interview import STRANGER, UNSEEN, Answer, Interview

start = Blueprint("start", __name__, url_prefix="/start")


@start.get("/")
def page() -> ResponseReturnValue:
    """The film to say something of, and the list as it is by now."""
    person = _person()
    said = interview.current(person)
    made = _list(said)
    tally().list_shown(made)
    last = said.answers[-1] if said.answers else None
    left = interview.current(STRANGER).given if person != STRANGER else ()
    return render_template(
        "start.html",
        film=None if said.is_full or left else _next(said),
        made=made,
        new={line.movie.movie_id for line in made.movies} - set(said.shown) if said.shown else set(),
        n_stars=_n_stars(said),
        few=FEW_RATINGS,
        last=last,
        last_movie=engine().movie(last.movie_id).movie if last else None,
        left=left,
        is_full=said.is_full,
        max_answers=interview.MOST_ANSWERS,
    )


@start.post("/")
def answer() -> ResponseReturnValue:
    """One answer: a person's is kept as any of theirs, a stranger's in their cookie."""
    movie_id = inputs.movie_id(inputs.one(request.form, "film"))
    given = interview.read(inputs.one(request.form, "rating"), inputs.one(request.form, "answer"), movie_id)
    engine().movie(movie_id)  # a film that there is
    said = interview.current(_person())
    if said.is_full and given.kind != UNSEEN:
        raise InvalidInputError("answer", given.words, f"no more than {interview.MOST_ANSWERS} before you sign up to keep them")
    shown = [line.movie.movie_id for line in _list(said).movies]
    if said.person != STRANGER:
        _keep(said.person, given)
    interview.keep(said.with_answer(given, shown))
    return _back()


@start.post("/undo")
def undo() -> ResponseReturnValue:
    """As it was before the last answer; nothing, where there was none."""
    said = interview.current(_person())
    if said.answers:
        last = said.answers[-1]
        if said.person != STRANGER:
            _take_back(said.person, last)
        interview.keep(said.without_last())
    return _back()


@start.post("/keep")
@signed_in
def keep() -> ResponseReturnValue:
    """What was answered in this browser by a stranger becomes the person's; what they have said of a film themselves stays."""
    person, left = _person(), interview.current(STRANGER)
    if inputs.one(request.form, "turn") != "off":
        own = {film.movie.movie_id for film in engine().ratings_of(person, asker=asker()).films}
        for given in left.given:
            if given.movie_id not in own:
                _keep(person, given)
    interview.forget()
    return _back()


def _person() -> UserId:
    known = visitor()
    return known.user_id if known else STRANGER


def _list(said: Interview) -> RecommendationList:
    if said.person == STRANGER:
        return engine().list_for_stranger(said.opinions())
    return engine().list_for(said.person, asker=asker())


def _next(said: Interview) -> Movie | None:
    if said.person == STRANGER:
        found = engine().next_to_ask_stranger(said.opinions(), skipped=said.unseen)
    else:
        found = engine().next_to_ask(said.person, skipped=said.unseen, asker=asker())
    return found[0] if found else None


def _n_stars(said: Interview) -> int:
    return said.n_stars if said.person == STRANGER else len(engine().ratings_of(said.person, asker=asker()).rated)


def _keep(person: UserId, given: Answer) -> None:
    if given.stars is not None:
        engine().rate(person, given.movie_id, given.stars, asker=asker())
        tally().said()
    elif given.kind != UNSEEN:
        engine().mark(person, given.movie_id, given.kind, asker=asker())
        tally().said()


def _take_back(person: UserId, given: Answer) -> None:
    if given.stars is not None:
        engine().unrate(person, given.movie_id, asker=asker())
    elif given.kind != UNSEEN:
        engine().unmark(person, given.movie_id, given.kind, asker=asker())


def _back() -> ResponseReturnValue:
    return redirect(url_for("start.page"), HTTPStatus.SEE_OTHER)
