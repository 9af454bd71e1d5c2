"""The site and the API: HTTP and HTML over one Recommender."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from recommender.serving import Recommender
from recommender.site_secret import site_secret
from webapp import accounts, api, delivery, error_handlers, headers, kept, me, metrics, personalize, settings, start
from webapp.alexa import alexa
from webapp.alexa.echo import echo_page
from webapp.api import straight
from webapp.arithmetic import arithmetic
from webapp.health import health
from webapp.metrics.exposition import exposition
from webapp.operator.comparing import comparing
from webapp.operator.costing import costing
from webapp.operator.pages import operator
from webapp.operator.personalize.pages import room_pages
from webapp.pages import pages
from webapp.sessions import LazySessions, of_this_site
from webapp.uploads import RequestInMemory

LARGEST_BODY = 64 * 1024  # bytes; what needs more says so in its own view


def create_app(recommender: Recommender) -> Flask:
    """The application over the recommender handed in, found by views through `webapp.engine.engine()`."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=site_secret(recommender.settings),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME=of_this_site("session", recommender.settings),
    )
    app.extensions["recommender"] = recommender
    app.session_interface = LazySessions()
    app.request_class = RequestInMemory
    straight.install(app)
    headers.install(app)
    kept.install(app)
    delivery.install(app)
    accounts.install(app)
    error_handlers.install(app)
    api.install(app, health, skill_key=recommender.settings.skill_key)
    app.register_blueprint(pages)
    app.register_blueprint(arithmetic)
    me.install(app)
    settings.install(app)
    start.install(app)
    app.register_blueprint(exposition)
    app.register_blueprint(operator)
    app.register_blueprint(comparing)
    app.register_blueprint(costing)
    app.register_blueprint(room_pages)
    app.register_blueprint(alexa)
    app.register_blueprint(echo_page)
    personalize.install(app, recommender.settings)
    metrics.install(app, traffic_folder=recommender.settings.traffic_folder, is_behind_proxy=recommender.settings.behind_proxy)
    if recommender.settings.behind_proxy:
        _trust_the_server_in_front(app)
    return app


def _trust_the_server_in_front(app: Flask) -> None:
    """It says who asks, under which name and by which scheme; whoever reaches the app without it could say anything."""
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]  # Flask's documented place for it
    app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_NAME="__Host-session")
