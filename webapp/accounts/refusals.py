"""What a form of accounts says when it is refused: a sentence beside the form, which keeps what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, make_response, render_template

from recommender.errors import InvalidInputError, NotAllowedError, RecommenderError, StorageError, TooManyTriesError
from webapp.error_handlers import RETRY_AFTER, status_of

AWAY = "Matinee cannot reach its accounts right now, so nothing was changed for certain and nobody gets in. Try again in a few seconds."


@dataclass(frozen=True, slots=True)
class Refusal:
    """field: the name of the input that is wrong; empty where it is no single one. retry_after: seconds; 0 where waiting does not help."""

    status: int
    message: str
    field: str = ""
    retry_after: int = 0


def refusal(error: RecommenderError) -> Refusal:
    """The refusal for an error that was raised on purpose; an error that nobody can do anything about is raised again."""
    status = status_of(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        raise error
    if isinstance(error, StorageError):
        return Refusal(status, AWAY, retry_after=RETRY_AFTER)
    if isinstance(error, NotAllowedError):
        return Refusal(status, f"That is not the token of number {error.user_id}.", "token")
    message = str(error)[:1].upper() + str(error)[1:]
    field = error.field if isinstance(error, InvalidInputError) else ""
    return Refusal(status, message, field, error.retry_after if isinstance(error, TooManyTriesError) else 0)


def form_page(template: str, refused: Refusal | None = None, **values: object) -> Response:
    """A page with forms, which nobody keeps; with what was refused, if anything was."""
    answer = make_response(render_template(template, refused=refused, **values), refused.status if refused else HTTPStatus.OK)
    answer.headers["Cache-Control"] = "no-store"
    if refused and refused.retry_after:
        answer.headers["Retry-After"] = str(refused.retry_after)
    return answer
