"""Errors, shown where the person is: a page with a way back, or problem+json for programs.

What was raised on purpose keeps its own sentence. What nobody expected is logged once with its traceback and shown as a
number to ask about.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, render_template, request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from markupsafe import escape
from werkzeug.exceptions import BadRequest, HTTPException

from recommender import errors
from webapp import own_path
from webapp.metrics import REQUEST_ID, tally

log = logging.getLogger(__name__)

STATUS: dict[type[errors.RecommenderError], int] = {
    errors.InvalidInputError: 400,
    errors.PersonalizeError: 400,
    errors.NotAllowedError: 401,
    errors.ReadOnlyError: 403,
    errors.WrongSignInError: 401,
    errors.WrongPinError: 403,
    errors.OwnerOnlyError: 403,
    errors.ScopeError: 403,
    errors.WrongCodeError: 404,
    errors.NotLinkedError: 404,
    errors.NameTakenError: 409,
    errors.AlreadyThereError: 409,
    errors.LastWayInError: 409,
    errors.FullHouseError: 409,
    errors.TooManyTriesError: 429,
    errors.UnknownUserError: 404,
    errors.UnknownMovieError: 404,
    errors.UnknownImportError: 404,
    errors.DataError: 500,
    errors.SettingError: 500,
    errors.ModelError: 503,
    errors.NoModelError: 503,
    errors.RefusedModelError: 503,
    errors.TrainingBusyError: 503,
    errors.MissingExtraError: 503,
    errors.SparkError: 503,
    errors.StorageError: 503,
}
RETRY_AFTER = 10  # seconds; a store or a model is back by then, or somebody has to look
CHALLENGE = 'Bearer realm="Matinee"'
FORM_OF = {"/result/": "/movies/"}  # the page that asks the question which the other one answers
PROGRAMS = ("/api/", "/alexa", "/personalize", "/healthz", "/readyz", "/openapi.json", "/metrics")  # paths that only programs ask for

SENTENCES = {
    400: "The request could not be understood.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "What was sent is too large.",
    414: "The address is too long.",
    415: "The body must be JSON, sent as Content-Type: application/json.",
    429: "That was a lot at once. Wait a little and try again.",
    431: "The request's headers are too large.",
    500: "Something went wrong on our side. It has been written down under the number {request_id}.",
    503: "Matinee cannot reach its films or ratings right now. Try again in a few seconds.",
}
TITLES = {
    400: "That does not fit",
    401: "A token is needed",
    403: "Not yours to change",
    404: "Not found",
    405: "Not this way",
    409: "Not as things are",
    413: "Too large",
    415: "Not JSON",
    429: "Too many requests",
    500: "Our mistake",
    503: "Not ready",
}
TITLES_OF_KINDS = {"urn:matinee:forged": "Not sent from here", "urn:matinee:not-signed-in": "Sign in first"}
NOT_WRITTEN = (
    "Matinee cannot reach its ratings right now, so it is not certain that yours was kept. Send it again in a few seconds: "
    "the same rating sent twice is one rating."
)
# These texts speak of paths and addresses inside; they go to the log, the visitor gets the sentence above.
TALKS_OF_THE_INSIDE = (errors.StorageError, errors.ModelError)


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, ready to be shown. field, value, expected: None unless something sent was refused."""

    status: int
    kind: str
    message: str
    field: str | None = None
    value: object = None
    expected: str | None = None

    @property
    def title(self) -> str:
        return TITLES_OF_KINDS.get(self.kind) or TITLES.get(self.status, HTTPStatus(self.status).phrase)


def install(app: Flask) -> None:
    """Answer every error of the app from here."""
    app.register_error_handler(errors.RecommenderError, answer_own_error)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(ParseException, answer_no_body)
    app.register_error_handler(Exception, answer_surprise)


def request_id() -> str:
    """The number of this request, to find it again in the log."""
    return str(request.environ[REQUEST_ID])


def status_of(error: errors.RecommenderError) -> int:
    """The status that goes with it."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def answer_own_error(error: errors.RecommenderError) -> Response:
    """What was raised on purpose, with its own sentence and the status of the table."""
    status = status_of(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return answer_surprise(error)
    message = str(error)
    if isinstance(error, errors.StorageError) and request.method not in ("GET", "HEAD"):
        tally().write_refused(error.kind)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        log.warning("not served request_id=%s path=%r reason=%s", request_id(), request.path, error)
        if isinstance(error, TALKS_OF_THE_INSIDE):
            message = SENTENCES[503] if request.method in ("GET", "HEAD") else NOT_WRITTEN
    problem = Problem(
        status,
        _kind(type(error)),
        message,
        getattr(error, "field", None),
        getattr(error, "value", None),
        getattr(error, "expected", None),
    )
    response = show(problem)
    if status == HTTPStatus.UNAUTHORIZED:
        sent = "Authorization" in request.headers
        response.headers["WWW-Authenticate"] = CHALLENGE + (', error="invalid_token"' if sent else "")
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    if isinstance(error, errors.TooManyTriesError):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def answer_http_error(error: HTTPException) -> Response:
    """An address, method or body that Flask refuses; its headers (Allow, Retry-After) stay."""
    status = error.code or 500
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return _show_surprise()
    response = show(Problem(status, "about:blank", SENTENCES.get(status) or error.description or HTTPStatus(status).phrase))
    for name, value in error.get_response().headers.items():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def answer_no_body(error: ParseException) -> Response:
    """A body in pieces that are none: the web server finds that only when somebody reads it."""
    return answer_http_error(BadRequest())


def answer_surprise(error: Exception) -> Response:
    """What nobody expected: the traceback goes to the log once, nothing of the inside to the visitor."""
    path = "/feed/…" if request.path.startswith("/feed/") else request.path  # what follows is a secret of somebody's
    log.error("failed request_id=%s method=%s path=%r", request_id(), request.method, path, exc_info=error)
    return _show_surprise()


def _show_surprise() -> Response:
    return show(Problem(500, "about:blank", SENTENCES[500].format(request_id=request_id())))


def _kind(error: type[errors.RecommenderError]) -> str:
    words = re.findall("[A-Z][a-z]+", error.__name__.removesuffix("Error"))
    return "urn:matinee:" + "-".join(words).lower()


def show(problem: Problem) -> Response:
    """The problem as whoever asks can read it."""
    response = _problem_json(problem) if is_asked_by_a_program() else _page(problem)
    response.headers["Cache-Control"] = "no-store"
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        response.headers["X-Request-Id"] = request_id()
    return response


def is_asked_by_a_program() -> bool:
    """Whether an error is to be told in JSON."""
    accepted = request.accept_mimetypes
    if request.path.startswith(PROGRAMS) and request.path != "/api/docs":
        return True
    return accepted.best_match(["text/html", "application/problem+json"], default="text/html") == "application/problem+json"


def _problem_json(problem: Problem) -> Response:
    body = {
        "type": problem.kind,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.message,
        "instance": request.path,
    }
    if problem.field is not None:
        body["field"] = problem.field
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        body["request_id"] = request_id()
    return Response(json.dumps(body), problem.status, content_type="application/problem+json")


def _page(problem: Problem) -> Response:
    try:
        body = render_template(
            "error.html",
            status=problem.status,
            title=problem.title,
            message=problem.message,
            field=problem.field,
            value=problem.value,
            expected=problem.expected,
            back_url=_back_url(),
            request_id=request_id(),
        )
    except Exception:  # the page about an error must not fail because the frame around it does
        log.exception("error page failed request_id=%s path=%r", request_id(), request.path)
        body = _plain_page(problem)
    return Response(body, problem.status, content_type="text/html; charset=utf-8")


def _plain_page(problem: Problem) -> str:
    title = escape(problem.title)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} · Matinee</title></head><body>'
        f'<h1>{title}</h1><p>{escape(problem.message)}</p><p><a href="{escape(_back_url())}">Go back</a></p></body></html>'
    )


def _back_url() -> str:
    """The form with what was typed, the page of ours that the visitor came from, or Home."""
    if request.path in FORM_OF:
        return FORM_OF[request.path] + (f"?{query}" if (query := request.query_string.decode("ascii", "replace")) else "")
    came_from = own_path.came_from()
    # A page that failed leads nowhere by a link to itself; what a form on it sent may be tried once more.
    return "/" if request.method in ("GET", "HEAD") and came_from.partition("?")[0] == request.path else came_from
