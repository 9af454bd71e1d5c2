"""Errors, shown where the person is: a page with a way back, or problem+json for programs."""

import logging

import pytest
from werkzeug.exceptions import TooManyRequests

from recommender import errors
from recommender.errors import RecommenderError
from webapp.error_handlers import RETRY_AFTER, SENTENCES, STATUS, TITLES

RAISED = [
    (
        errors.InvalidInputError("amount", "ten", "a whole number from 1 to 100"),
        400,
        "amount must be a whole number from 1 to 100, not 'ten'.",
    ),
    (
        errors.NotAllowedError(7),
        401,
        "The ratings of 7 are their owner's alone: sign in, or bring a bearer token from the site's settings "
        "or from `matinee profile new`.",
    ),
    (
        errors.ReadOnlyError(7),
        403,
        "Viewer 7 is a sample from the data set and cannot be changed; `matinee profile new` makes a number of your own.",
    ),
    (errors.UnknownUserError(9999), 404, "There is no list for viewer 9999."),
    (errors.UnknownMovieError(9999), 404, "There is no film 9999 in the data in use."),
    (errors.NoModelError("file:var/blobs"), 503, "No trained model in file:var/blobs; run `matinee train`."),
    (
        errors.TrainingBusyError("pid 7", 3.2),
        503,
        "pid 7 has held the training lock for 3 seconds; wait for it or stop it, then try again.",
    ),
    (errors.StorageError("/srv/matinee.sqlite3: disk I/O error"), 503, SENTENCES[503]),
    (errors.ModelError("/srv/blobs/7/rows.npy is torn"), 503, SENTENCES[503]),
]
SURPRISES = [
    ZeroDivisionError("division by zero in /srv/matinee"),
    errors.DataError("/srv/matinee/ratings.csv is empty"),
    errors.SettingError("MATINEE_SECRET_KEY is too short"),
    errors.RecommenderError("/srv/matinee: something of no class of its own"),
]


def names(errors_raised):
    return [type(error).__name__ for error in errors_raised]


@pytest.fixture
def boom(app):
    """Views that raise what the test puts in, one for people and one for programs."""
    raised = []

    def view():
        raise raised[-1]

    for path in ("/boom", "/api/boom"):
        app.add_url_rule(path, path.strip("/").replace("/", "-"), view)
    return raised.append


def test_every_error_has_a_status_and_every_status_a_title():
    engines = {kind for kind in RecommenderError.__subclasses__() if kind.__module__ == errors.__name__}
    assert set(STATUS) == engines  # what is below one of these is answered as it is
    assert set(STATUS.values()) <= set(TITLES)


@pytest.mark.parametrize(("error", "status", "sentence"), RAISED, ids=names(row[0] for row in RAISED))
def test_a_program_gets_the_sentence_as_problem_json(client, boom, error, status, sentence):
    boom(error)

    answer = client.get("/api/boom")

    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    body = answer.get_json()
    assert (body["status"], body["title"], body["detail"], body["instance"]) == (status, TITLES[status], sentence, "/api/boom")
    assert body["type"].startswith("urn:matinee:")
    assert body.get("field") == getattr(error, "field", None)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("error", "status", "sentence"), RAISED, ids=names(row[0] for row in RAISED))
def test_a_person_gets_the_sentence_on_a_page(client, boom, error, status, sentence):
    boom(error)

    answer = client.get("/boom", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert sentence[1:].replace("'", "&#39;") in answer.text  # on a page it begins with a capital
    assert 'href="/' in answer.text


def test_a_program_that_asks_for_problem_json_gets_it_from_a_page_too(client, boom):
    boom(errors.UnknownUserError(5))

    answer = client.get("/boom", headers={"Accept": "application/problem+json"})

    assert answer.get_json() == {
        "type": "urn:matinee:unknown-user",
        "title": "Not found",
        "status": 404,
        "detail": "There is no list for viewer 5.",
        "instance": "/boom",
    }


@pytest.mark.parametrize("path", ["/boom", "/api/boom"])
@pytest.mark.parametrize("error", SURPRISES, ids=names(SURPRISES))
def test_a_surprise_is_logged_once_with_its_traceback_and_shows_nothing_of_the_inside(client, boom, caplog, path, error):
    boom(error)

    with caplog.at_level(logging.INFO):
        answer = client.get(path)

    assert answer.status_code == 500
    number = answer.headers["X-Request-Id"]
    assert f"It has been written down under the number {number}." in answer.text
    for inside in ("srv", type(error).__name__, "Traceback", "SECRET", "division"):
        assert inside not in answer.text
    logged = [record.getMessage() for record in caplog.records if record.exc_info and record.exc_info[1] is error]
    assert len(logged) == 1
    assert number in logged[0]


@pytest.mark.parametrize("path", ["/boom", "/api/boom"])
def test_a_store_that_is_gone_says_when_to_come_back_and_keeps_its_address_to_the_log(client, boom, caplog, path):
    boom(errors.StorageError("/srv/matinee.sqlite3: disk I/O error"))

    answer = client.get(path)

    assert answer.headers["Retry-After"] == str(RETRY_AFTER)
    assert "srv" not in answer.text
    assert "/srv/matinee.sqlite3: disk I/O error" in caplog.text
    assert answer.headers["X-Request-Id"] in caplog.text


@pytest.mark.parametrize(
    ("sent", "challenge"),
    [({}, 'Bearer realm="Matinee"'), ({"Authorization": "Bearer wrong"}, 'Bearer realm="Matinee", error="invalid_token"')],
)
def test_a_missing_token_is_told_from_a_wrong_one(client, boom, sent, challenge):
    boom(errors.NotAllowedError(7))

    assert client.get("/api/boom", headers=sent).headers["WWW-Authenticate"] == challenge


@pytest.mark.parametrize(("path", "mimetype"), [("/nowhere", "text/html"), ("/api/v1/nowhere", "application/problem+json")])
def test_an_address_with_nothing_at_it_is_not_found(client, path, mimetype):
    answer = client.get(path)

    assert (answer.status_code, answer.mimetype) == (404, mimetype)
    assert "There is nothing at this address." in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_a_method_that_is_not_taken_is_told_which_are(client, method):
    answer = client.open("/api/v1/movies/1199", method=method)

    assert answer.status_code == 405
    assert answer.get_json()["detail"] == "This address does not take that method."
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_wait_a_little_keeps_its_retry_after(client, boom):
    boom(TooManyRequests(retry_after=7))

    answer = client.get("/api/boom")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.get_json()["detail"] == "That was a lot at once. Wait a little and try again."


def test_what_is_too_large_is_refused_before_it_is_read(client, app):
    app.add_url_rule("/api/echo", "echo", lambda: __import__("flask").request.get_data(), methods=["POST"])

    answer = client.post("/api/echo", data=b"x" * (64 * 1024 + 1))

    assert answer.status_code == 413
    assert answer.get_json()["detail"] == "What was sent is too large."


def test_a_frame_that_fails_does_not_hide_the_error(app, client, recommender, boom, caplog):
    def broken():
        raise errors.NoModelError("file:var/blobs")

    app.context_processor(broken)
    boom(errors.UnknownUserError(5))

    answer = client.get("/boom")

    assert answer.status_code == 404
    assert "There is no list for viewer 5." in answer.text
    assert "error page failed" in caplog.text


def test_what_was_typed_cannot_become_markup(client, boom):
    boom(errors.InvalidInputError("amount", "<script>alert(1)</script>", "a number"))

    assert "<script>alert" not in client.get("/boom").text


def test_a_forged_line_cannot_get_into_the_log(client, boom, caplog):
    client.get("/boom%0Afailed request_id=0")
    boom(errors.StorageError("gone"))
    client.get("/boom?x=%0A")

    assert all("\n" not in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    ("path", "referrer", "back"),
    [
        ("/boom", None, "/"),
        ("/boom", "http://[::1", "/"),
        ("/boom", "http://localhost/about/?x=1&y=2", "/about/?x=1&amp;y=2"),
        ("/boom", "http://localhost/boom", "/"),  # not back to the error
        ("/boom", "https://elsewhere.example/about/", "/"),
        ("/boom", "javascript:alert(1)", "/"),
        ("/boom", "http://localhost//elsewhere.example/", "/"),
        ("/result/?user=ten&amount=10", None, "/movies/?user=ten&amp;amount=10"),  # the form, with what was typed
    ],
)
def test_the_way_back_stays_on_this_site(app, client, boom, path, referrer, back):
    boom(errors.InvalidInputError("user id", "ten", "a number"))
    if "result" not in {rule.rule.strip("/") for rule in app.url_map.iter_rules()}:
        app.add_url_rule("/result/", "a-result", app.view_functions["boom"])

    answer = client.get(path, headers={"Referer": referrer} if referrer else {})

    assert f'href="{back}"' in answer.text
    assert "elsewhere" not in answer.text
