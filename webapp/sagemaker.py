"""The endpoint of a model, as SageMaker asks a container that serves: `/ping` and `/invocations`.

Source: "Custom Inference Code with Hosting Services" and, for `/execution-parameters`, "... with Batch Transform" of its developer guide.
"""

from __future__ import annotations

import os
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from recommender.errors import InvalidInputError
from recommender.sagemaker.bodies import FORMS, JSON, JSON_LINES, answer, rows_of
from recommender.sagemaker.machine import load

LARGEST_MIB = 6  # what InvokeEndpoint passes on; a batch transform names its own


def create_endpoint(model: str) -> Flask:
    """The application over the model in a folder, or in a model.tar.gz. ModelError for what is none."""
    app = Flask(__name__)
    machine = load(Path(model))
    largest = int(os.environ.get("SAGEMAKER_MAX_PAYLOAD_IN_MB") or LARGEST_MIB)
    app.config["MAX_CONTENT_LENGTH"] = largest << 20

    @app.get("/ping")
    def ping() -> Response:
        return Response(status=HTTPStatus.OK)

    @app.get("/execution-parameters")
    def execution_parameters() -> Response:
        return jsonify(MaxConcurrentTransforms=os.cpu_count() or 1, BatchStrategy="MULTI_RECORD", MaxPayloadInMB=LARGEST_MIB)

    @app.post("/invocations")
    def invocations() -> Response:
        form = request.mimetype or JSON
        if form not in FORMS:
            return _said(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content-Type must be {_any_of(FORMS)}, not {form!r}.")
        wanted = request.accept_mimetypes.best_match(FORMS) if request.accept_mimetypes else None
        if request.accept_mimetypes and wanted is None:
            return _said(HTTPStatus.NOT_ACCEPTABLE, f"Accept must be {_any_of(FORMS)}, not {str(request.accept_mimetypes)!r}.")
        if wanted is None or request.accept_mimetypes.best == "*/*":
            wanted = JSON_LINES if form == JSON_LINES else JSON
        rows = rows_of(request.get_data(cache=False), form, machine)
        return Response(answer(machine.scores(rows).tolist(), wanted, machine), mimetype=wanted)

    @app.errorhandler(InvalidInputError)
    def unusable(error: InvalidInputError) -> Response:
        return _said(HTTPStatus.BAD_REQUEST, str(error))

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return _said(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body must have at most {largest} MiB; send fewer instances at once.")
        return _said(error.code or HTTPStatus.INTERNAL_SERVER_ERROR, f"{error.description}")

    return app


def _said(status: int, sentence: str) -> Response:
    return Response(sentence + "\n", status=status, mimetype="text/plain")


def _any_of(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
