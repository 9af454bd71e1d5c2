"""/me/import/: a file of another site is sent, looked at, saved and taken back; each step may be another worker's."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from recommender.domain import ASIDE, HIDDEN, SEEN, WATCHLIST, MovieId
from recommender.errors import InvalidInputError, RecommenderError, UnknownImportError
from recommender.importing import (
    CHANGED,
    MOST_BYTES,
    NEW,
    SAME,
    UNDONE,
    Draft,
    Imports,
    Receipt,
)
from webapp import inputs
from webapp.accounts import asker, signed_in, takes, the_visitor, visitor
from webapp.accounts.refusals import Refusal, form_page, refusal
from webapp.engine import engine
from webapp.error_handlers import answer_http_error
from webapp.me.said import Said, say
from webapp.metrics import tally
from webapp.wording import counted, listed

FORM_AROUND_IT = 64 * 1024  # bytes of a form beside the file in it
QUESTIONS_A_PAGE = 20
ROWS_SHOWN = 20  # as they were read
ROWS_TOLD = 50  # not found, or left out; the report has them all
TOO_LARGE = f"A file may have {MOST_BYTES >> 20} MiB, and this one is larger. Put it in a zip, or send its parts one by one."
KINDS = {SEEN: "seen", WATCHLIST: "for the watchlist", HIDDEN: "hidden", ASIDE: "set aside"}

importing = Blueprint("importing", __name__, url_prefix="/me/import")


@importing.get("/")
@signed_in
def begin() -> ResponseReturnValue:
    """What can be sent, what is under way, and what was saved before."""
    return _begin_page()


@importing.post("/")
@signed_in
@takes(MOST_BYTES + FORM_AROUND_IT)
def send() -> ResponseReturnValue:
    """The file read and looked at, on a page of its own; or the form again, with what was wrong."""
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            return _begin_page(Refusal(HTTPStatus.BAD_REQUEST, "Choose the file first, then send it.", "file"))
        draft = _imports().begin(the_visitor().user_id, sent.filename, sent.stream.read(MOST_BYTES + 1), asker=asker())
    except InvalidInputError as error:  # begins with the name of the file, which stays as it is written
        return _begin_page(Refusal(HTTPStatus.BAD_REQUEST, str(error), "file"))
    except RecommenderError as error:
        return _begin_page(refusal(error))
    return _to(draft.import_id)


@importing.get("/<import_id>/")
@signed_in
def look(import_id: str) -> ResponseReturnValue:
    """The file as it was read, before it is saved; afterwards its receipt."""
    try:
        receipt = _imports().receipt(the_visitor().user_id, import_id, asker=asker())
    except UnknownImportError:
        return _review_page(_imports().draft(the_visitor().user_id, import_id, asker=asker()))
    return render_template("import_receipt.html", receipt=receipt, is_undone=receipt.state == UNDONE, did=saved_in_words(receipt))


@importing.post("/<import_id>/")
@signed_in
def go_on(import_id: str) -> ResponseReturnValue:
    """Answers kept, and then what the button says: another page of questions, or saving."""
    user_id = the_visitor().user_id
    try:
        if choices := _choices(request.form):
            _imports().choose(user_id, import_id, choices, asker=asker())
        if request.form.get("do") == "save":
            is_new = not _is_saved(user_id, import_id)
            receipt = _imports().save(user_id, import_id, asker=asker())  # the page that follows says what it did
            tally().said(receipt.n_films if is_new else 0)
            return _to(import_id)
    except InvalidInputError as error:
        return _review_page(_imports().draft(user_id, import_id, asker=asker()), refusal(error))
    page = request.form.get("page", "1")
    return _to(import_id, page=inputs.whole_number(page, "page", 1_000_000), _anchor="questions")


@importing.post("/<import_id>/again")
@signed_in
def read_again(import_id: str) -> ResponseReturnValue:
    """The same file with its scores, its person or its answers read otherwise."""
    scale, profile, anew = (request.form.get(name, "") for name in ("scale", "profile", "anew"))
    try:
        _imports().read_again(the_visitor().user_id, import_id, scale=scale, profile=profile, anew=bool(anew), asker=asker())
    except InvalidInputError as error:
        return _review_page(_imports().draft(the_visitor().user_id, import_id, asker=asker()), refusal(error))
    return _to(import_id)


@importing.post("/<import_id>/drop")
@signed_in
def drop(import_id: str) -> ResponseReturnValue:
    """The file is put away, and nothing was written."""
    _imports().drop(the_visitor().user_id, import_id, asker=asker())
    say(Said("The file is put away, and nothing of it was written."))
    return redirect(url_for("importing.begin"), HTTPStatus.SEE_OTHER)


@importing.post("/<import_id>/undo")
@signed_in
def undo(import_id: str) -> ResponseReturnValue:
    """Everything as it was before the import, but for what was changed since."""
    _imports().undo(the_visitor().user_id, import_id, asker=asker())
    return _to(import_id)


@importing.get("/<import_id>/report.csv")
@signed_in
def report(import_id: str) -> ResponseReturnValue:
    """What became of every row."""
    text = _imports().report(the_visitor().user_id, import_id, asker=asker())
    answer = Response(text.encode("utf-8-sig", "replace"), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="import-report.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@importing.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """In words beside the form, where it was a file."""
    if request.endpoint != "importing.send" or visitor() is None:
        return answer_http_error(error)
    return _begin_page(Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE, "file"))


def saved_in_words(receipt: Receipt) -> str:
    """What an import did, such as "400 new ratings, 8 with other stars and 30 films seen"."""
    return in_words(receipt.counts) or "nothing that was not here already"


def in_words(counts: Mapping[str, int]) -> str:
    """What changes; empty where nothing does."""
    parts = []
    if counts.get(NEW):
        parts.append(counted(counts[NEW], "new rating"))
    if counts.get(CHANGED):
        parts.append(f"{counted(counts[CHANGED], 'rating')} with other stars")
    parts += [f"{counted(counts[kind], 'film')} {words}" for kind, words in KINDS.items() if counts.get(kind)]
    return listed(parts)


def _begin_page(refused: Refusal | None = None) -> ResponseReturnValue:
    user_id = the_visitor().user_id
    drafts, receipts = _imports().drafts(user_id, asker=asker()), _imports().receipts(user_id, asker=asker())
    return form_page("import.html", refused, drafts=drafts, receipts=receipts, saved_in_words=saved_in_words, undone=UNDONE)


def _review_page(draft: Draft, refused: Refusal | None = None) -> ResponseReturnValue:
    asked = draft.questions
    pages = max(1, -(-len(asked) // QUESTIONS_A_PAGE))
    page = min(inputs.whole_number(inputs.one(request.args, "page") or "1", "page", 1_000_000), pages)
    effect, matching = _imports().effect(draft), draft.found.matching
    n_ratings = sum(effect.counts.get(kind, 0) for kind in (NEW, CHANGED))
    more = "more film" if n_ratings else "film"
    n_marks = sum(effect.counts.get(kind, 0) for kind in KINDS)
    return form_page(
        "import_review.html",
        refused,
        draft=draft,
        export=draft.found.export,
        counts=matching.counts(),
        first=_first_rows(draft),
        unknown=[match for match in matching.matches if match.outcome == "unknown"][:ROWS_TOLD],
        skipped=matching.skipped[:ROWS_TOLD],
        rows_told=ROWS_TOLD,
        questions=asked[(page - 1) * QUESTIONS_A_PAGE : page * QUESTIONS_A_PAGE],
        n_open=len(asked) - len(draft.choices),
        page=page,
        pages=pages,
        movie=_imports().movies(),
        save=listed([counted(n, what) for n, what in ((n_ratings, "rating"), (n_marks, more)) if n]),
        will=in_words(effect.counts),
        n_same=effect.counts.get(SAME, 0),
    )


def _first_rows(draft: Draft) -> list[tuple[object, MovieId | None]]:
    """Some rows as they were read, ratings first, with the film that each means."""
    matches = sorted(enumerate(draft.found.matching.matches), key=lambda one: one[1].row.stars is None)
    return [(match.row, match.film(place, draft.by_place)) for place, match in matches[:ROWS_SHOWN]]


def _choices(form: Mapping[str, str]) -> dict[int, int | None]:
    """The answers among what was sent: q7=1199, or q7=0 for none of the films; a question left open sends nothing."""
    choices: dict[int, int | None] = {}
    for name, value in form.items():
        if name.startswith("q") and value:
            number = inputs.whole_number(name[1:], "question", 1_000_000)
            choices[number] = None if value == "0" else inputs.movie_id(value, "film")
    return choices


def _to(import_id: str, **values: object) -> ResponseReturnValue:
    return redirect(url_for("importing.look", import_id=import_id, **values), HTTPStatus.SEE_OTHER)  # type: ignore[arg-type]


def _is_saved(user_id: int, import_id: str) -> bool:
    try:
        return bool(_imports().receipt(user_id, import_id, asker=asker()))
    except UnknownImportError:
        return False


def _imports() -> Imports:
    return engine().imports
