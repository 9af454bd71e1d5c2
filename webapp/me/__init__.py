"""A person's own pages: their list, their films, and what they say of films."""

from __future__ import annotations

from flask import Flask

from webapp.me import said
from webapp.me.adding import adding
from webapp.me.events import events
from webapp.me.exporting import exporting
from webapp.me.feeds import feeds
from webapp.me.importing import importing
from webapp.me.insights import insights
from webapp.me.leaving import leaving
from webapp.me.pages import me
from webapp.me.saying import saying


def install(app: Flask) -> None:
    """Put the pages on the application, and give templates `just_said`."""
    app.add_template_global(said.just_said)
    app.register_blueprint(saying)
    app.register_blueprint(adding)
    app.register_blueprint(me)
    app.register_blueprint(insights)
    app.register_blueprint(leaving)
    app.register_blueprint(feeds)
    app.register_blueprint(events)
    app.register_blueprint(importing)
    app.register_blueprint(exporting)
