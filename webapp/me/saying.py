"""What a person says of a film, sent by a form: stars, and seen, hidden, wanted or set aside; each with its way back.

A browser without scripts is sent back to the page it was on; a script gets the same in JSON.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from recommender.domain import ASIDE, FILM_MARKS, HIDDEN, SEEN, WATCHLIST, Movie, Rated
from webapp import inputs
from webapp.accounts import asker, signed_in, the_visitor
from webapp.engine import engine
from webapp.me.said import Said, say
from webapp.metrics import tally
from webapp.own_path import HOME, own_path
from webapp.wording import stars_in_words

ON, OFF = "on", "off"

saying = Blueprint("saying", __name__)

_PUT = {
    SEEN: "You have seen {title}.",
    HIDDEN: "{title} is hidden from your lists.",
    WATCHLIST: "{title} is on your watchlist.",
    ASIDE: "Your rating of {title} is set aside: your list is made as if it had never been given.",
}
_TAKEN_AWAY = {
    SEEN: "{title} is not marked as seen any more.",
    HIDDEN: "{title} may come up again.",
    WATCHLIST: "{title} is off your watchlist.",
    ASIDE: "Your rating of {title} counts again.",
}


@saying.post("/film/<int:movie_id>/rate")
@signed_in
def rate(movie_id: int) -> ResponseReturnValue:
    """Stars for the film, or none at all where `rating` is empty."""
    sent = inputs.one(request.form, "rating")
    person = _person()
    before = engine().film_for(person, movie_id, asker=asker()).said
    if sent:
        stars = inputs.stars(sent)
        rated = engine().rate(person, movie_id, stars, asker=asker())
        tally().said()
        text = f"{before.movie.title}: {stars_in_words(stars)} saved."
    else:
        rated = engine().unrate(person, movie_id, asker=asker())
        text = f"Your rating of {before.movie.title} is taken back."
    undo = "" if before.stars is None else f"{before.stars:g}"
    return _answer(rated, before.movie, Said(text, request.path, {"rating": undo}))


@saying.post("/film/<int:movie_id>/mark")
@signed_in
def mark(movie_id: int) -> ResponseReturnValue:
    """One of the marks, put or taken away."""
    kind = inputs.one_of(inputs.one(request.form, "kind"), FILM_MARKS, "kind")
    turn = inputs.one_of(inputs.one(request.form, "turn"), (ON, OFF), "turn")
    person = _person()
    movie = engine().movie(movie_id).movie
    if turn == ON:
        rated, words, back = engine().mark(person, movie_id, kind, asker=asker()), _PUT, OFF
        tally().said()
    else:
        rated, words, back = engine().unmark(person, movie_id, kind, asker=asker()), _TAKEN_AWAY, ON
    return _answer(rated, movie, Said(words[kind].format(title=movie.title), request.path, {"kind": kind, "turn": back}))


def _person() -> int:
    return the_visitor().user_id


def _answer(rated: Rated, movie: Movie, said: Said) -> ResponseReturnValue:
    if rated.list:
        tally().list_shown(rated.list)
    if request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html") == "application/json":
        return jsonify(text=said.text, undo={"path": said.path, "fields": said.fields}, rev=rated.rev)
    say(said)
    following = own_path(request.form.get("next"))
    film = url_for("pages.film", movie_id=movie.movie_id)
    return redirect(film if following == HOME and not request.form.get("next") else following, HTTPStatus.SEE_OTHER)
