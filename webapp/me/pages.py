"""/me/: the list that is theirs, and every film they have said anything of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from recommender.domain import ASIDE, HIDDEN, LIST_LENGTH, SEEN, OwnFilm, OwnFilms
from webapp import dials, inputs
from webapp.accounts import asker, signed_in, the_visitor
from webapp.engine import engine
from webapp.metrics import tally

A_PAGE = 48  # films
RATED = "rated"
SHELVES = (RATED, SEEN, HIDDEN, ASIDE)
FEW_RATINGS = 3  # from here on a list is personal enough to be called so

me = Blueprint("me", __name__, url_prefix="/me")

Order = Callable[[OwnFilm], Any]
_BY_TITLE: Order = lambda film: (film.movie.title.casefold(), film.movie.year or 0)  # noqa: E731  one of a table
_ORDERS: dict[str, tuple[str, Order]] = {
    "newest": ("Latest first", lambda film: (-(film.rated_at or max(film.marks.values(), default=0)), film.movie.movie_id)),
    "best": ("Most stars", lambda film: (-(film.stars or 0), _BY_TITLE(film))),
    "worst": ("Fewest stars", lambda film: (film.stars or 6, _BY_TITLE(film))),
    "title": ("Title", _BY_TITLE),
    "year": ("Year of the film", lambda film: (-(film.movie.year or 0), _BY_TITLE(film))),
}


@me.get("/")
@signed_in
def my_list() -> ResponseReturnValue:
    """The list, as the API and the Echo have it."""
    amount = inputs.amount(inputs.one(request.args, "amount"))
    wishes = inputs.wishes(request.args)
    made = engine().list_for(the_visitor().user_id, amount, wishes=wishes, asker=asker())
    tally().list_shown(made)
    shown = {"made": made, "amount": amount, "own": _own(), "wishes": wishes, "typed": dials.typed(request.args)}
    return render_template("my_list.html", **shown, few=FEW_RATINGS, default=LIST_LENGTH)


@me.get("/ratings/")
@signed_in
def ratings() -> ResponseReturnValue:
    """Films rated, seen, hidden or set aside; in an order, a page at a time, by the words of a title."""
    args = request.args
    shelf = inputs.one_of(inputs.one(args, "shelf") or RATED, SHELVES, "shelf")
    order = inputs.one_of(inputs.one(args, "order") or "newest", tuple(_ORDERS), "order")
    words = (inputs.one(args, "title") or "").strip()
    page = inputs.whole_number(inputs.one(args, "page") or "1", "page", 1_000_000)
    own = _own()
    found = [film for film in _on(shelf, own) if words.casefold() in film.movie.title.casefold()]
    found.sort(key=_ORDERS[order][1])
    return render_template(
        "my_films.html",
        own=own,
        shelf=shelf,
        counts={name: len(_on(name, own)) for name in SHELVES},
        order=order,
        orders={name: label for name, (label, _) in _ORDERS.items()},
        words=words,
        found=found[(page - 1) * A_PAGE : page * A_PAGE],
        n_found=len(found),
        page=page,
        pages=max(1, -(-len(found) // A_PAGE)),
    )


@me.get("/watchlist/")
@signed_in
def watchlist() -> ResponseReturnValue:
    """What they want to see, best for them first, a page at a time; beyond the last one, the last."""
    page = inputs.whole_number(inputs.one(request.args, "page") or "1", "page", 1_000_000)
    wanted = engine().watchlist(the_visitor().user_id, asker=asker())
    pages = max(1, -(-len(wanted) // A_PAGE))
    page = min(page, pages)
    first = (page - 1) * A_PAGE
    return render_template("my_watchlist.html", wanted=wanted[first : first + A_PAGE], first=first, page=page, pages=pages, own=_own())


@me.get("/rev")
@signed_in
def rev() -> ResponseReturnValue:
    """What the list is made from now: what a page that is open asks every two seconds, so it costs the session and one read."""
    made_from = engine().made_from(the_visitor().user_id, asker=asker())
    answer = jsonify(rev=made_from.rev, generation=made_from.generation)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _own() -> OwnFilms:
    return engine().ratings_of(the_visitor().user_id, asker=asker())


def _on(shelf: str, own: OwnFilms) -> Sequence[OwnFilm]:
    if shelf == RATED:
        return own.rated
    return [film for film in own.marked(shelf) if shelf != SEEN or film.stars is None]
