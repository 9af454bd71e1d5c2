"""The page of the API: it says all that the document says, and its examples answer."""

import contextlib
import io
import json
import re
import shlex
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from recommender.domain import Movie, MovieId, RecommendedMovie
from recommender.errors import NoModelError, StorageError
from recommender.settings import Settings
from tests.webapp.fake_recommender import ADA, ADA_TOKEN, MOVIES, FakeRecommender
from webapp import create_app

METHODS = ("get", "put", "delete", "post", "patch")


class Reader(HTMLParser):
    """text: what is read, by the id of the nearest section; samples: code to copy, by its label; links and ids as they stand."""

    def __init__(self, page):
        super().__init__()
        self.text, self.samples, self.links, self.ids = {}, {}, [], []
        self._sections, self._sample = [""], None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "section":
            self._sections.append(given.get("id") or given["aria-labelledby"])
        if tag == "pre":
            assert given["tabindex"] == "0"
            assert given["aria-label"] not in self.samples or given["aria-label"] == "curl with a tag"
            self._sample = given["aria-label"]
            self.samples[self._sample] = ""
        self.links += [given[name] for name in ("href", "src") if name in given]
        self.ids += [given["id"]] if "id" in given else []

    def handle_endtag(self, tag):
        if tag == "section":
            self._sections.pop()
        if tag == "pre":
            self._sample = None
        if tag in ("th", "td"):
            self.handle_data(" ")

    def handle_data(self, data):
        section = self._sections[-1]
        self.text[section] = self.text.get(section, "") + data
        if self._sample:
            self.samples[self._sample] += data


@pytest.fixture
def page(client):
    answer = client.get("/api/docs")
    assert answer.status_code == 200
    return Reader(answer.text)


def operations(client):
    for path, item in client.get("/openapi.json").get_json()["paths"].items():
        for method in item:
            if method in METHODS:
                yield method.upper(), path, item[method]


def by_anybody(client):
    """Those that are not for the site's own skill alone."""
    return [each for each in operations(client) if {"skill": []} not in each[2].get("security", [])]


def shown(text):
    """A sentence of the document as it is read on the page."""
    return text.replace("`", "")


def asked(curl):
    """Method, path, headers and body of a curl command, as a shell with $TOKEN would give them to curl."""
    shell = shlex.shlex(curl.replace("\\\n", "").replace("$TOKEN", ADA_TOKEN), posix=True, punctuation_chars=True)
    shell.whitespace_split = True
    words = list(shell)
    assert words.pop(0) == "curl"
    method, headers, body, address = "GET", {}, None, ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = words.pop(0)
        else:
            assert not address, f"{word} is cut off by the shell"
            address = word
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc) == ("http", "localhost")
    return {"method": method, "path": parts.path, "query_string": parts.query, "headers": headers, "data": body}


def test_every_path_and_every_status_stands_on_the_page(client, page):
    for method, path, operation in operations(client):
        text = page.text[f"route-{operation['operationId']}"]
        assert f"{method} {path}" in text
        assert shown(operation["summary"]) in text
        assert shown(operation.get("description", "")) in text
        for parameter in operation.get("parameters", []):
            assert parameter["name"] in text
            assert shown(parameter["description"]) in text
        said = re.findall(r"\n\s*(\d{3}) ", text[text.index("Answers") :])
        assert said == sorted(operation["responses"])
        for response in operation["responses"].values():
            assert shown(response["description"]) in text
            for name, header in response.get("headers", {}).items():
                assert f"Header {name}: {header['description']}" in text


def test_every_example_of_the_document_stands_on_the_page(client, page):
    for method, path, operation in operations(client):
        for status, response in operation["responses"].items():
            for content in response.get("content", {}).values():
                if "example" in content:
                    assert json.loads(page.samples[f"{status} from {method} {path}"]) == content["example"]
        if "requestBody" in operation:
            assert (
                json.loads(page.samples[f"Body for {method} {path}"]) == operation["requestBody"]["content"]["application/json"]["example"]
            )


def test_every_part_of_an_answer_is_explained(client, page):
    for name, schema in client.get("/openapi.json").get_json()["components"]["schemas"].items():
        assert f"part-{name}" in page.ids
        for field, value in schema.get("properties", {}).items():
            assert field in page.text["parts"]
            assert shown(value.get("description", "")) in page.text["parts"]


def test_every_kind_of_refusal_is_told_once(client, page):
    kinds = {
        (content["example"]["status"], content["example"]["type"])
        for _, _, operation in operations(client)
        for response in operation["responses"].values()
        for kind, content in response.get("content", {}).items()
        if kind == "application/problem+json"
    }
    told = re.findall(r"(\d{3}) [\w ]+(about:blank|urn:matinee:[a-z-]+) ", page.text["errors"])

    assert sorted((int(status), kind) for status, kind in told) == sorted(kinds)


def test_limits_are_told_in_words(page):
    text = re.sub(r"\s+", " ", page.text["route-recommend"])

    assert "n in the query, optional whole number, 1 to 100; 10 unless told otherwise How many films. Such as 3" in text
    assert "user_id in the path, required whole number, 1 to 2⁵³ A viewer's number. Such as 580" in text
    assert "with in the query, optional list of at most 40, each Genre Only films of at least one of these genres." in text
    assert "rating required number, 0.5 to 5, in steps of 0.5 0.5 to 5 in half steps." in re.sub(r"\s+", " ", page.text["route-rate"])
    parts = re.sub(r"\s+", " ", page.text["parts"])
    assert "histogram list of 10, each whole number, 0 or more How many" in parts
    assert "list List or null The new list" in parts
    assert "request_id not always there text The number" in parts
    assert "A genre of the data in use. It is one of Action, Adventure, Animation, Children, Comedy, Crime," in parts
    assert "basis one of personal, popular Made from" in parts


def test_every_call_in_curl_answers_200(client, page):
    answered = []
    for method, path, operation in by_anybody(client):
        answer = client.open(**asked(page.samples[f"curl for {method} {path}"]))
        assert answer.status_code == 200, answer.text
        answered.append(operation["operationId"])
        if operation["operationId"] in ("recommend", "search", "similar", "wellLiked"):
            assert 1 <= len(answer.get_json()["items"]) <= 3

    names = "addFilm alive film genres mark marks rate ratings ready recommend search similar unmark unrate watchlist wellLiked why"
    assert sorted(answered) == names.split()


def test_every_call_in_python_prints_the_answer_of_the_one_in_curl(client, page, monkeypatch):
    def urlopen(asked_for):
        request = asked_for if hasattr(asked_for, "get_method") else urllib.request.Request(asked_for)
        parts = urlsplit(request.full_url)
        answer = client.open(
            parts.path, method=request.get_method(), query_string=parts.query, headers=dict(request.header_items()), data=request.data
        )
        return contextlib.closing(io.BytesIO(answer.data))

    import urllib.request

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    monkeypatch.setenv("TOKEN", ADA_TOKEN)
    for method, path, _ in by_anybody(client):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(page.samples[f"Python for {method} {path}"], {})
        by_curl = client.open(**asked(page.samples[f"curl for {method} {path}"])).get_json()
        said = eval(printed.getvalue())
        is_counted = method != "GET" and "rev" in said  # the second call is one more change
        assert said["rev"] == by_curl["rev"] - 1 if is_counted else {**said, "rev": 0} == {**by_curl, "rev": 0}


def test_calls_of_the_skill_carry_its_key_and_who_speaks_and_open_nothing_here(client, page):
    calls = [asked(page.samples[f"curl for {method} {path}"]) for method, path, _ in operations(client) if path.startswith("/api/v1/echo")]

    assert len(calls) == 3
    for call in calls:
        assert {"Matinee-Skill-Key", "Matinee-Echo", "Matinee-Echo-Person"} <= call["headers"].keys()
        assert client.open(**call).status_code == 401
    assert not any(link.startswith("/api/v1/echo") for link in page.links)


def test_calls_with_a_token_name_the_number_it_was_made_for(page):
    rate = asked(page.samples["curl for PUT /api/v1/users/{user_id}/ratings/{movie_id}"])

    assert rate["path"] == f"/api/v1/users/{ADA}/ratings/1"
    assert rate["headers"] == {"Authorization": f"Bearer {ADA_TOKEN}", "Content-Type": "application/json"}
    assert "Authorization" not in page.samples["curl for GET /api/v1/users/{user_id}/recommendations"]


def test_the_tag_that_a_list_came_with_fits_the_call_that_sends_it_back(client, page):
    call = asked(page.samples["curl with a tag"])
    assert client.open(**call).status_code == 200

    call["headers"]["If-None-Match"] = client.get(call["path"], query_string=call["query_string"]).headers["ETag"]

    assert client.open(**call).status_code == 304


def test_every_link_leads_somewhere_on_this_host(client, page):
    assert len(page.ids) == len(set(page.ids))
    opened = [link for link in page.links if re.match("/(api/v1|healthz|readyz)", link)]
    assert len(opened) == 9
    for link in set(page.links):
        if link.startswith("#"):
            assert link[1:] in page.ids
        else:
            assert re.match("/(?!/)", link), f"{link} leads to another host"
            with client.get(link) as answer:
                assert answer.status_code == 200, link


def test_the_page_needs_no_script_and_no_style_of_its_own(client):
    text = client.get("/api/docs").text

    assert text.count("<script") == 2  # those of every page
    assert "style=" not in text
    assert not re.search(r"\son\w+=", text)
    assert text.count("<main") == 1
    assert text.count("<h1") == 1


def test_the_address_is_the_one_that_was_asked_for(client):
    page = Reader(client.get("/api/docs", base_url="https://films.example:8443").text)

    assert "https://films.example:8443" in page.text["start"]
    assert page.samples["curl for GET /healthz"] == "curl https://films.example:8443/healthz"


def test_where_viewers_cannot_be_looked_up_the_examples_carry_a_token():
    client = create_app(FakeRecommender(Settings(secret_key="a key for tests alone", sample_viewers=False))).test_client()
    page = Reader(client.get("/api/docs").text)

    call = asked(page.samples["curl for GET /api/v1/users/{user_id}/recommendations"])

    assert call["path"] == f"/api/v1/users/{ADA}/recommendations"
    assert client.open(**call).status_code == 200
    assert not any("/recommendations" in link for link in page.links)


def test_without_viewers_worth_showing_the_lowest_number_is_the_example(client, recommender, monkeypatch):
    monkeypatch.setattr(recommender, "sample_viewers", lambda: ())

    call = asked(Reader(client.get("/api/docs").text).samples["curl for GET /api/v1/users/{user_id}/recommendations"])

    assert call["path"] == "/api/v1/users/1/recommendations"


@pytest.mark.parametrize("title", ["A Film <b>& its</b> 'Quotes' $(touch x)", "Amélie: 100 % `pure`", "ニキータ", "x" * 300])
def test_a_film_of_any_title_makes_an_example(client, recommender, monkeypatch, title):
    liked = RecommendedMovie(Movie(MovieId(1), title, 1999, ()), 4.0, None, None, ())
    monkeypatch.setattr(recommender, "well_liked", lambda n: (liked,))

    call = asked(Reader(client.get("/api/docs").text).samples["curl for GET /api/v1/movies"])

    assert client.open(**call).get_json()["query"] == title[:200]


@pytest.mark.parametrize("fault", [NoModelError("file:var/blobs"), StorageError("/srv/matinee.sqlite3 is gone")])
def test_the_page_is_there_before_the_first_training_too(client, recommender, fault):
    recommender.fault = fault

    page = Reader(client.get("/api/docs").text)

    assert "GET /api/v1/movies/{movie_id}" in page.text["route-film"]
    assert "sqlite3" not in str(page.text)


def test_examples_are_of_films_there_are(page):
    assert asked(page.samples["curl for GET /api/v1/movies/{movie_id}"])["path"] == f"/api/v1/movies/{next(iter(MOVIES))}"
