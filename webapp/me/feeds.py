"""/me/feeds/: secret addresses of one's lists, made, shown once and revoked; and what stands behind them."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from recommender.domain import FEED, Asker
from recommender.errors import RecommenderError
from webapp.accounts import signed_in, the_visitor
from webapp.accounts.door import door
from webapp.accounts.refusals import Refusal, form_page, refusal
from webapp.engine import engine
from webapp.me.feed import FORMATS
from webapp.me.said import Said, say

LISTS = {"list": "My list", "watchlist": "My watchlist"}

feeds = Blueprint("feeds", __name__)


@feeds.get("/me/feeds/")
@signed_in
def addresses() -> ResponseReturnValue:
    """The addresses there are, by name: what they are is told once, when they are made."""
    return _page()


@feeds.post("/me/feeds/")
@signed_in
def new() -> ResponseReturnValue:
    """A new address; the page shows it now and never again."""
    try:
        token, text = door().new_token(the_visitor().session, request.form.get("name", ""), (FEED,))
    except RecommenderError as error:
        return _page(refusal(error), typed=request.form.get("name", ""))
    return _page(made={"name": token.name, "token": text})


@feeds.post("/me/feeds/revoke")
@signed_in
def revoke() -> ResponseReturnValue:
    """From now on nobody reads by that address."""
    was_there = door().revoke_token(the_visitor().session, request.form.get("digest", ""))
    say(Said("That address opens nothing any more." if was_there else "There was no such address."))
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": url_for("feeds.addresses")})


@feeds.get("/feed/<token>/<name>.<kind>")
def feed(token: str, name: str, kind: str) -> ResponseReturnValue:
    """What a reader fetches; an address that was revoked is one that never was."""
    if name not in LISTS or kind not in FORMATS or (person := engine().whose_feed(token)) is None:
        abort(HTTPStatus.NOT_FOUND)
    them = Asker(member=person)
    made = engine().list_for(person, asker=them)
    lines = made.movies if name == "list" else engine().watchlist(person, asker=them)
    write, kind_of_media, _ = FORMATS[kind]
    answer = Response(write(f"{LISTS[name]}, by Matinee", request.host_url, made.built_at, lines), content_type=kind_of_media)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.add_etag()
    return answer.make_conditional(request)


def _page(refused: Refusal | None = None, *, typed: str = "", made: dict[str, str] | None = None) -> ResponseReturnValue:
    known = [token for token in door().tokens(the_visitor().session) if FEED in token.scopes and token.member == the_visitor().user_id]
    kinds = {kind: words for kind, (_, _, words) in FORMATS.items()}
    return form_page("feeds.html", refused, known=known, typed=typed, made=made, lists=LISTS, kinds=kinds)
