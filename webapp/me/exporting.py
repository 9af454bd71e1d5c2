"""/me/export/: everything of one's own, as files to take along."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from recommender.exporting import FORMS
from webapp.accounts import asker, signed_in, the_visitor
from webapp.engine import engine

exporting = Blueprint("exporting", __name__, url_prefix="/me/export")


@exporting.get("/")
@signed_in
def choose() -> ResponseReturnValue:
    """The files there are."""
    return render_template("export.html", forms=FORMS)


@exporting.get("/<form>")
@signed_in
def take_out(form: str) -> ResponseReturnValue:
    """One of them, to be saved."""
    if form not in FORMS:
        abort(404)
    known = the_visitor()
    taken = engine().exports.take_out(known.user_id, form, asker=asker())
    answer = Response(taken.content, content_type=f"{taken.kind}; charset=utf-8" if taken.kind.startswith("text/") else taken.kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{taken.name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
