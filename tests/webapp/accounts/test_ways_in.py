"""Signing up, in and out: what the browser gets, what it keeps, and what somebody sees who may not come in."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from recommender.errors import StorageError
from recommender.sign_in import SESSION_SECONDS, SignIn
from tests.webapp.accounts.conftest import PASSWORD, Browser
from tests.webapp.conftest import a_browser
from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app

OVER_TLS = "https://films.example"


def another(app: Flask) -> Browser:
    """Somebody else's browser."""
    return Browser(a_browser(app))


def said(page: str) -> str:
    """What the form says is wrong."""
    found = re.search(r'<p class="notice wrong" id="wrong" role="alert" tabindex="-1" autofocus>(.*?)</p>', page)
    return html.unescape(found[1]) if found else ""


def test_signing_up_takes_a_name_and_a_password_and_leads_to_the_first_films(browser):
    answer = browser.sign_up("Alice")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/start/")
    assert browser.is_in
    assert "<bdi>Alice</bdi>" in browser.get("/").text


def test_signing_out_ends_it_for_the_browser_and_for_its_cookie(alice):
    stolen = alice.client.get_cookie("matinee").value

    answer = alice.sign_out()

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert not alice.is_in
    alice.client.set_cookie("matinee", stolen)
    assert not alice.is_in


def test_signing_in_again_leads_to_where_they_wanted(alice):
    alice.sign_out()

    answer = alice.sign_in(following="/movies/%3Fuser=7")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/movies/?user=7")
    assert alice.is_in


def test_the_cookie_says_nothing_is_out_of_reach_of_scripts_and_of_other_sites(browser):
    cookie = browser.sign_up("Alice").headers["Set-Cookie"]

    name, *flags = cookie.split("; ")
    assert re.fullmatch(r"matinee=[\w-]{43}", name)
    assert {"HttpOnly", "Path=/", "SameSite=Lax", f"Max-Age={SESSION_SECONDS}"} <= set(flags)
    assert not any(flag.startswith(("Domain", "Secure")) for flag in flags)


def test_over_tls_the_cookie_is_bound_to_this_host(client):
    form = {"name": "Alice", "password": PASSWORD}

    cookie = client.post("/sign-up/", data=form, base_url=OVER_TLS).headers["Set-Cookie"]

    assert cookie.startswith("__Host-matinee=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    client.set_cookie("matinee", cookie.partition("=")[2].partition(";")[0], domain="films.example")
    client.delete_cookie("__Host-matinee", domain="films.example")
    assert "Sign out" not in client.get("/about/", base_url=OVER_TLS).text, "a cookie without the prefix can be set by a neighbouring host"


def test_every_sign_in_is_a_new_session_and_the_one_before_is_over(alice):
    before = alice.client.get_cookie("matinee").value
    alice.client.delete_cookie("matinee")
    fields = {"name": "Alice", "password": PASSWORD}
    alice.client.set_cookie("matinee", "chosen-by-somebody-else")

    assert alice.client.post("/sign-in/", data=fields).status_code == 303

    now = alice.client.get_cookie("matinee").value
    assert now not in (before, "chosen-by-somebody-else")
    alice.client.set_cookie("matinee", "chosen-by-somebody-else")
    assert not alice.is_in


def test_a_browser_that_changes_hands_leaves_no_session_behind(app, alice):
    hers = alice.client.get_cookie("matinee").value

    alice.client.post("/sign-up/", data={"name": "Bob", "password": PASSWORD, "csrf": alice.csrf})

    assert "<bdi>Bob</bdi>" in alice.get("/").text
    other = another(app)
    other.client.set_cookie("matinee", hers)
    assert not other.is_in


@pytest.mark.parametrize(
    ("fields", "status", "sentence", "field"),
    [
        ({"name": "A"}, 400, "Name must be 2 to 40 letters, digits and signs, not 'A'.", "name"),
        ({"password": "short"}, 400, "The password must be of 8 to 200 characters.", "password"),
        ({"password": "password1"}, 400, "The password must be none of those that are guessed first; three or four words", "password"),
        ({"number": "ten", "token": "x"}, 400, "Number must be a whole number from 1 to", "number"),
        ({"number": "1000000", "token": "x"}, 401, "That is not the token of number 1000000.", "token"),
        ({"number": "", "token": "x"}, 400, "Number must be a whole number from 1 to", "number"),
        ({"name": "alice"}, 409, "Somebody signs in as alice already; choose another name.", ""),
    ],
)
def test_a_form_that_cannot_be_taken_says_why_and_keeps_what_was_typed_but_secrets(app, alice, fields, status, sentence, field):
    form = {"name": "Bob", "password": "a secret of mine", "number": "", "token": "", **fields}

    answer = another(app).sign_up(**form)

    assert answer.status_code == status
    assert said(answer.text).startswith(sentence)
    assert f'name="name" type="text" value="{form["name"]}"' in answer.text
    assert form["password"] not in answer.text
    assert "<title>Error: " in answer.text
    invalid = re.findall(r'name="(\w+)"[^>]*aria-describedby="[^"]*\bwrong"[^>]*aria-invalid="true"', answer.text)
    assert invalid == ([field] if field else [])
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_whoever_has_a_number_and_its_token_takes_them_along(recommender, browser):
    number = recommender.people.new_person("ab" * 32, shared=False, now=1)
    recommender.people.token_fits = lambda user_id, digest: user_id == number  # whatever hashes to it

    answer = browser.sign_up(number=str(number), token="the bearer token")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert browser.is_in


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(app, alice):
    unknown, wrong = (another(app).sign_in(name, "not her password") for name in ("Nobody", "Alice"))

    assert unknown.status_code == wrong.status_code == 401
    assert said(unknown.text) == said(wrong.text) == "This name and this password do not belong together."
    pages = [re.sub('data-passkey="[^"]*"', "", answer.text) for answer in (unknown, wrong)]
    assert pages[0].replace("Nobody", "Alice") == pages[1]


def test_tries_are_counted_over_all_workers(app, alice, recommender):
    other_worker = create_app(recommender)
    answers = [another(one).sign_in("Alice", "guess") for one in [app, other_worker] * 5 + [other_worker]]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert said(answers[-1].text).startswith("That was too often in a short time; try again in ")
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 900
    assert another(app).sign_in("Alice", PASSWORD).status_code == 429, "the right password is no way around the limit"


def test_addresses_of_one_ipv6_network_are_one_address(app, alice):
    for last in range(10):
        browser = another(app)
        browser.client.environ_base["REMOTE_ADDR"] = f"2001:db8:1:2:{last}::7"
        assert browser.sign_in("Alice", "guess").status_code == 401
    browser.client.environ_base["REMOTE_ADDR"] = "2001:db8:1:2:ffff::9"
    assert browser.sign_in("Alice", "guess").status_code == 429
    browser.client.environ_base["REMOTE_ADDR"] = "2001:db8:1:3::9"
    assert browser.sign_in("Alice", "guess").status_code == 401


def test_addresses_of_ipv4_are_many_also_on_a_socket_for_both_kinds(app, alice):
    for _ in range(10):
        browser = another(app)
        browser.client.environ_base["REMOTE_ADDR"] = "::ffff:192.0.2.7"
        assert browser.sign_in("Alice", "guess").status_code == 401
    browser.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert browser.sign_in("Alice", "guess").status_code == 429
    browser.client.environ_base["REMOTE_ADDR"] = "::ffff:203.0.113.9"
    assert browser.sign_in("Alice", "guess").status_code == 401


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "/%09/evil.example",
    "/\t/evil.example/",
    "javascript:alert(1)",
    "evil.example",
    "/nowhere/",
    "/sign-out/",
    "/static/js/matinee.js",
    "/search/?q=" + "x" * 2000,
]


@pytest.mark.parametrize("following", ELSEWHERE)
def test_signing_in_leads_to_pages_of_this_site_alone(alice, following):
    alice.sign_out()

    page = alice.client.get("/sign-in/", query_string={"next": following})
    answer = alice.client.post("/sign-in/", data={"name": "Alice", "password": PASSWORD, "next": following})

    assert 'name="next"' not in page.text
    assert answer.headers["Location"] == "/"
    assert alice.client.get("/sign-in/", query_string={"next": following}).headers["Location"] == "/", "nor is who is in already"


NAMES = ["<b>A&B</b>", '"><img src=x onerror=alert(1)>', "'Al' {{7*7}}", "</title><script>", "Ali\N{COMBINING CEDILLA}ce \N{CLAPPER BOARD}"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_text_wherever_it_stands(app, browser, name):
    assert browser.sign_up(name).status_code == 303
    pages = [browser.get("/").text, another(app).sign_in(name, "wrong").text, another(app).sign_up(name).text]

    assert all(str(html.escape(name, quote=False)) in page.replace("&#34;", '"').replace("&#39;", "'") for page in pages)
    assert all(tag not in page for page in pages for tag in ("<b>A", "<img src=x", "</title><script>", "'Al' 49"))


def test_nobody_gets_in_while_the_store_is_away_and_pages_stay_as_a_strangers(recommender: FakeRecommender, app, alice, monkeypatch):
    def away(*_: object, **__: object) -> None:
        raise StorageError("/srv/people.sqlite3: disk I/O error", kind="unreachable")

    for asked in ("session", "sign_in", "sign_up", "sign_out"):
        monkeypatch.setattr(SignIn, asked, away)

    page = alice.get("/about/")
    assert page.status_code == 200
    assert "nobody is signed in and this page is a stranger’s" in page.text
    assert "Alice" not in page.text
    assert "nobody is signed in and" not in another(app).get("/about/").text, "strangers need not know"
    for answer in (alice.sign_in(), another(app).sign_up("Bob")):
        assert answer.status_code == 503
        assert said(answer.text).startswith("Matinee cannot reach its accounts right now")
        assert answer.headers["Retry-After"] == "10"
        assert "disk I/O" not in answer.text
        assert "Set-Cookie" not in answer.headers
    monkeypatch.undo()
    assert alice.is_in, "it comes back by itself"


def test_whoever_signs_out_while_the_store_is_away_is_forgotten_by_the_browser(alice, monkeypatch):
    def away(*_: object) -> None:
        raise StorageError("gone")

    monkeypatch.setattr(SignIn, "sign_out", away)

    answer = alice.sign_out()

    assert answer.status_code == 503
    assert said(answer.text).startswith("This browser has forgotten you.")
    assert not alice.is_in


def test_a_browser_that_sends_no_cookie_costs_the_store_nothing(client, monkeypatch):
    monkeypatch.setattr(FakeRecommender, "sign_in", lambda *_: pytest.fail("the store was asked"))

    assert client.get("/").status_code == 200
    client.set_cookie("theme", "dark")
    assert client.get("/").status_code == 200
