"""Who is at the other end: sessions in a cookie, forms that only this site can have sent, and the pages of signing in."""

from __future__ import annotations

from flask import Flask, Response

from webapp.accounts import door, forgery, visitors
from webapp.accounts.forgery import takes
from webapp.accounts.visitors import Visitor, asker, forget_visitor, signed_in, the_visitor, visitor
from webapp.accounts.ways_in import accounts
from webapp.own_path import is_page

__all__ = ["Visitor", "asker", "forget_visitor", "install", "signed_in", "takes", "the_visitor", "visitor"]


def install(app: Flask) -> None:
    """Look at every form that is sent, keep the pages of who is signed in to themselves, and give templates `visitor` and `csrf_field`."""
    door.install(app)
    app.before_request(forgery.refuse_forged)
    app.after_request(_keep_to_themselves)
    app.context_processor(visitors.words)
    app.add_template_global(forgery.csrf_field)
    app.add_template_global(is_page)
    app.register_blueprint(accounts)


def _keep_to_themselves(response: Response) -> Response:
    """Nothing of somebody's own page stays behind, in their browser or on the way to it, to be seen after they have signed out."""
    if visitors.was_asked() and response.mimetype == "text/html":
        response.vary.add("Cookie")
        if visitor() is not None:
            response.headers["Cache-Control"] = "private, no-store"
    return response
