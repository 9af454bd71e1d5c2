"""The API, version 1: lists, ratings and films for programs, with its OpenAPI document and a page to try it."""

from __future__ import annotations

from inspect import unwrap

from flask import Flask
from flask_smorest import Api, Blueprint

from webapp.api import contract
from webapp.api.documents import documents
from webapp.api.echo import echo
from webapp.api.films import films
from webapp.api.lists import lists
from webapp.api.own_films import own_films
from webapp.api.ratings import ratings
from webapp.api.skill_key import check_skill_key


class QuietApi(Api):  # type: ignore[misc]  # flask-smorest brings no types
    """flask-smorest without its own error answers: those of the whole application hold here too."""

    DEFAULT_ERROR_RESPONSE_NAME = None  # every route names its refusals

    def _register_error_handlers(self) -> None:
        pass


def install(app: Flask, *others: Blueprint, skill_key: str = "") -> None:
    """Put the API's routes on the application, and the others that its document should describe.

    skill_key: that of the site's skill; where there is none, no request is asked for it, and none pays for the look.
    """
    api = QuietApi(app, spec_kwargs={"title": contract.TITLE, "version": contract.VERSION, "openapi_version": "3.1.0"} | contract.ABOUT)
    contract.describe_shared(api.spec.components)
    for blueprint in (lists, ratings, own_films, films, echo, *others):
        api.register_blueprint(blueprint)
    for blueprint in (lists, ratings, own_films, films, echo) if skill_key else ():
        app.before_request_funcs.setdefault(blueprint.name, []).append(check_skill_key)
    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = unwrap(view)  # the wrappers carry the documentation, and nothing while serving
    app.extensions["lists_written"] = {}
    app.extensions["openapi"] = api.spec
    app.register_blueprint(documents)
