"""Flask's hello world, as its documentation opens."""

from types import SimpleNamespace

from flask import Flask

app = Flask(__name__)
app.extensions["recommender"] = SimpleNamespace(check=lambda: None)  # which the configuration of gunicorn asks for when a worker starts


@app.route("/")
def hello_world() -> str:
    """The page."""
    return "<p>Hello, World!</p>"
