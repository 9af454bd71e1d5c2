"""The API as a program meets it: what it answers, and every refusal in its whole sentence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from recommender.errors import NoModelError, StorageError
from tests.webapp.fake_recommender import ADA, ADA_TOKEN, BOB, NOBODY

ADAS = {"Authorization": f"Bearer {ADA_TOKEN}"}
LIST = "/api/v1/users/580/recommendations"
ADAS_LIST = f"/api/v1/users/{ADA}/recommendations"
ADAS_RATING = f"/api/v1/users/{ADA}/ratings/1199"


def refusal(answer):
    """What a refusal says, without what it repeats of the request."""
    assert answer.mimetype == "application/problem+json"
    body = answer.get_json()
    assert (body["status"], body["instance"]) == (answer.status_code, answer.request.path)
    return answer.status_code, body.get("field"), body["detail"]


def test_a_list_is_told_whole(client):
    answer = client.get(f"{LIST}?n=2")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    body = answer.get_json()
    assert body == {
        "user_id": 580,
        "rev": 0,
        "model": "user-cosine-4f2a91c0",
        "generation": 3,
        "built_at": "2026-11-21T12:30:45Z",
        "basis": "personal",
        "notice": None,
        "explore": 0.0,
        "items": [
            {
                "rank": 1,
                "movie_id": 318,
                "title": "The Shawshank Redemption",
                "year": 1994,
                "genres": ["Crime", "Drama"],
                "imdb_id": 111161,
                "tmdb_id": 278,
                "score": 4.6,
                "match": 97,
                "predicted_stars": 4.5,
                "likely_stars": None,
                "reasons": [
                    {"kind": "people", "text": "Three of the people most like you gave it 5 stars."},
                    {"kind": "everyone", "text": "It is liked by nearly all who rated it."},
                ],
                "explored": None,
            },
            body["items"][1],
        ],
    }
    assert body["items"][1]["rank"] == 2


def test_a_list_is_ten_films_unless_told_otherwise(client):
    assert len(client.get(LIST).get_json()["items"]) == 10
    assert client.get(LIST).data == client.get(f"{LIST}?n=10").data


def test_a_film_without_year_links_and_genres_says_null(client):
    lines = client.get("/api/v1/users/11/recommendations?n=1").get_json()["items"]

    assert (lines[0]["title"], lines[0]["year"], lines[0]["imdb_id"], lines[0]["tmdb_id"], lines[0]["genres"]) == (
        "A Film <b>& its</b> 'Quotes'",
        None,
        None,
        None,
        [],
    )


@pytest.mark.parametrize(
    "query", ["with=Sci-Fi,Drama&without=Action", "with=Sci-Fi&with=Drama&without=Action", "without=Action&with=Drama,Sci-Fi,Drama"]
)
def test_genres_choose_the_films(client, query):
    lines = client.get(f"{LIST}?n=100&{query}").get_json()["items"]

    assert lines
    for line in lines:
        assert {"Sci-Fi", "Drama"} & set(line["genres"])
        assert "Action" not in line["genres"]


@pytest.mark.parametrize(
    ("query", "years"),
    [("from=1990&to=1999", range(1990, 2000)), ("from=1999", range(1999, 10_000)), ("to=1979", range(1980)), ("from=1985&to=1985", [1985])],
)
@pytest.mark.parametrize("path", [LIST, "/api/v1/movies/well-liked"])
def test_years_choose_the_films_and_leave_out_those_without_one(client, path, query, years):
    lines = client.get(f"{path}?n=100&{query}").get_json()["items"]

    everything = client.get(f"{path}?n=100").get_json()["items"]
    assert [line["movie_id"] for line in lines] == [line["movie_id"] for line in everything if line["year"] in years]
    assert lines
    assert None in [line["year"] for line in everything]


def test_well_liked_films_are_lines_of_a_list_that_is_the_same_for_everyone(client):
    answer = client.get("/api/v1/movies/well-liked?n=2&with=Drama,Crime&without=Comedy&from=1972")

    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.get_json()["items"][1] == {
        "rank": 2,
        "movie_id": 318,
        "title": "The Shawshank Redemption",
        "year": 1994,
        "genres": ["Crime", "Drama"],
        "imdb_id": 111161,
        "tmdb_id": 278,
        "score": 4.5,
        "match": None,
        "predicted_stars": None,
        "likely_stars": None,
        "reasons": [{"kind": "everyone", "text": "It is liked by nearly all who rated it."}],
        "explored": None,
    }
    assert len(client.get("/api/v1/movies/well-liked").get_json()["items"]) == 12


def test_the_genres_of_the_data_in_use_can_be_asked_for(client, recommender):
    answer = client.get("/api/v1/genres")

    assert answer.get_json() == {"items": list(recommender.genres())}
    assert answer.headers["Cache-Control"] == "public, max-age=60"


def test_a_private_list_is_there_for_its_token_alone(client):
    strangers = client.get(f"/api/v1/users/{NOBODY}/recommendations")
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic QWRhOngK"}, {"Authorization": "Bearer"}):
        answer = client.get(ADAS_LIST, headers=headers)
        assert answer.status_code == 404
        assert answer.text == strangers.text.replace(str(NOBODY), str(ADA))

    assert client.get(ADAS_LIST, headers=ADAS).get_json()["user_id"] == ADA
    assert client.get(ADAS_LIST, headers={"authorization": f"bearer {ADA_TOKEN}"}).status_code == 200
    assert client.get(f"/api/v1/users/{BOB}/recommendations").status_code == 200


def test_a_list_that_still_holds_is_not_sent_again(client):
    first = client.get(LIST)
    again = client.get(LIST, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert client.get(LIST, headers={"If-None-Match": '"another", ' + first.headers["ETag"]}).status_code == 304
    assert client.get(LIST, headers={"If-None-Match": '"another"'}).status_code == 200
    assert client.get(LIST, headers={"If-None-Match": "nonsense"}).status_code == 200


def test_a_rating_a_model_a_publication_and_another_question_change_the_tag(client, recommender):
    def tag(path=ADAS_LIST):
        return client.get(path, headers=ADAS).headers["ETag"]

    tags = [tag(), tag(f"{ADAS_LIST}?n=9"), tag(f"{ADAS_LIST}?with=Drama"), tag(f"{ADAS_LIST}?without=Drama"), tag(LIST)]
    tags += [tag(f"{ADAS_LIST}?from=1980"), tag(f"{ADAS_LIST}?to=1980"), tag(f"{ADAS_LIST}?from=1980&to=1980")]
    client.put(ADAS_RATING, json={"rating": 5}, headers=ADAS)
    tags.append(tag())
    recommender.generation += 1
    tags.append(tag())
    recommender.model = "popular-99"
    tags.append(tag())

    assert len(set(tags)) == len(tags)
    assert tag(f"{ADAS_LIST}?n=10") == tag()


def test_a_list_written_before_is_not_given_for_another(client):
    first, other = client.get(ADAS_LIST, headers=ADAS), client.get(LIST)
    client.put(ADAS_RATING, json={"rating": 5}, headers=ADAS)
    rated = client.get(ADAS_LIST, headers=ADAS)

    assert client.get(ADAS_LIST).status_code == 404
    assert client.get(LIST).data == other.data
    assert rated.get_json()["rev"] == first.get_json()["rev"] + 1
    assert 1199 not in [line["movie_id"] for line in rated.get_json()["items"]]
    assert client.get(ADAS_LIST, headers=ADAS).data == rated.data


def test_many_lists_are_told_from_each_other(client):
    for user_id in [*range(1, 600), *range(1, 50)]:  # more than are kept
        assert client.get(f"/api/v1/users/{user_id}/recommendations?n=3").get_json()["user_id"] == user_id


def test_a_tag_does_not_open_a_private_list(client):
    tag = client.get(ADAS_LIST, headers=ADAS).headers["ETag"]

    assert client.get(ADAS_LIST, headers={"If-None-Match": tag}).status_code == 404


def test_a_rating_is_answered_with_the_list_that_follows(client):
    before = client.get(ADAS_LIST, headers=ADAS).get_json()

    answer = client.put(ADAS_RATING, json={"rating": 4.5}, headers=ADAS)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    body = answer.get_json()
    assert body["rev"] == before["rev"] + 1
    assert body["list"] == client.get(ADAS_LIST, headers=ADAS).get_json()
    assert 1199 in [line["movie_id"] for line in before["items"]]
    assert 1199 not in [line["movie_id"] for line in body["list"]["items"]]


def test_a_rating_taken_back_lets_the_film_return(client, recommender):
    client.put(ADAS_RATING, json={"rating": 4.5}, headers=ADAS)

    answer = client.delete(ADAS_RATING, headers=ADAS)

    assert answer.get_json()["rev"] == 2
    assert recommender.stars == {}
    assert client.delete(ADAS_RATING, headers=ADAS).status_code == 200


def test_a_rating_holds_where_the_list_could_not_be_made(client, recommender):
    recommender.cannot_build = True

    assert client.put(ADAS_RATING, json={"rating": 4}, headers=ADAS).get_json() == {"rev": 1, "list": None}
    assert recommender.stars == {(ADA, 1199): 4.0}


def test_a_body_in_json_of_a_named_charset_is_taken(client):
    sent = client.put(ADAS_RATING, data=b'{"rating": 3}', content_type="application/json; charset=utf-8", headers=ADAS)

    assert sent.status_code == 200


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_a_body_that_is_not_json_is_refused(client, recommender, content_type):
    sent = client.put(ADAS_RATING, data=b'{"rating": 3}', content_type=content_type, headers=ADAS)

    assert refusal(sent) == (415, None, "The body must be JSON, sent as Content-Type: application/json.")
    assert recommender.stars == {}


def test_a_body_too_large_is_refused(client, recommender):
    sent = client.put(ADAS_RATING, data=b'{"rating": 3}' + b" " * 1024, content_type="application/json", headers=ADAS)

    assert refusal(sent) == (413, None, "What was sent is too large.")
    assert recommender.stars == {}


WHOLE = "must be a whole number from 1 to 9007199254740992, not"
AMOUNT = "n must be a whole number from 1 to 100, not"
BODY = 'body must be a JSON object like {"rating": 4.5}, not'
HALVES = "rating must be a number from 0.5 to 5 in half steps, not"


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ('{"rating": "4"}', "rating", f"{HALVES} '4'."),
        ('{"rating": true}', "rating", f"{HALVES} True."),
        ('{"rating": null}', "rating", f"{HALVES} None."),
        ('{"rating": 0}', "rating", f"{HALVES} 0."),
        ('{"rating": 4.3}', "rating", f"{HALVES} 4.3."),
        ('{"rating": NaN}', "body", f"""{BODY} '{{"rating": NaN}}'."""),
        ('{"rating": 4, "by": 1}', "body", f"{BODY} {{'rating': 4, 'by': 1}}."),
        ('{"ratng": 4}', "body", f"{BODY} {{'ratng': 4}}."),
        ("[]", "body", f"{BODY} []."),
        ("", "body", f"{BODY} ''."),
    ],
)
def test_a_body_that_is_no_rating_is_refused(client, recommender, body, field, sentence):
    sent = client.put(ADAS_RATING, data=body, content_type="application/json", headers=ADAS)

    assert refusal(sent) == (400, field, sentence)
    assert recommender.stars == {}


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize(
    ("path", "headers", "status", "sentence"),
    [
        (
            ADAS_RATING,
            {},
            401,
            f"The ratings of {ADA} are their owner's alone: sign in, or bring a bearer token from the site's settings "
            "or from `matinee profile new`.",
        ),
        (
            ADAS_RATING,
            {"Authorization": "Bearer token-of-bob"},
            401,
            f"The ratings of {ADA} are their owner's alone: sign in, or bring a bearer token from the site's settings "
            "or from `matinee profile new`.",
        ),
        (
            "/api/v1/users/580/ratings/1199",
            ADAS,
            403,
            "Viewer 580 is a sample from the data set and cannot be changed; `matinee profile new` makes a number of your own.",
        ),
        (f"/api/v1/users/{ADA}/ratings/999", ADAS, 404, "There is no film 999 in the data in use."),
    ],
)
def test_a_rating_that_may_not_be_written_is_refused(client, recommender, method, path, headers, status, sentence):
    sent = client.open(path, method=method, json={"rating": 4} if method == "PUT" else None, headers=headers)

    assert refusal(sent) == (status, None, sentence)
    assert ("WWW-Authenticate" in sent.headers) == (status == 401)
    assert recommender.stars == {}


def test_films_are_found_by_the_words_of_their_title(client):
    answer = client.get("/api/v1/movies?q=amélie")

    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.get_json() == {
        "query": "amélie",
        "items": [{"movie_id": 4973, "title": "Amélie", "year": 2001, "genres": ["Comedy", "Romance"], "imdb_id": 211915, "tmdb_id": 194}],
    }
    assert client.get("/api/v1/movies?q=nothing like it").get_json()["items"] == []
    assert len(client.get("/api/v1/movies?q=the&n=2").get_json()["items"]) == 2


def test_a_film_is_told_with_what_people_say_of_it(client):
    assert client.get("/api/v1/movies/1199").get_json() == {
        "movie_id": 1199,
        "title": "Brazil",
        "year": 1985,
        "genres": ["Fantasy", "Sci-Fi"],
        "imdb_id": 88846,
        "tmdb_id": 68,
        "also_known_as": ["Another Title"],
        "tags": ["dreamlike", "dark"],
        "n_ratings": 59,
        "mean_stars": 4.1,
        "histogram": [1, 0, 1, 2, 3, 6, 10, 16, 8, 12],
    }
    assert client.get("/api/v1/movies/140956").get_json()["mean_stars"] is None


def test_films_liked_by_the_same_people_come_most_alike_first(client):
    body = client.get("/api/v1/movies/1199/similar?n=3").get_json()

    assert body["movie_id"] == 1199
    assert [line["likeness"] for line in body["items"]] == pytest.approx([0.9, 0.85, 0.8])
    assert 1199 not in [line["movie_id"] for line in body["items"]]
    assert len(client.get("/api/v1/movies/1199/similar").get_json()["items"]) == 11  # twelve were asked for, eleven others are there


NUMBERS = ["ten", "٣", "1.5", "-3", "0", "1e3", "+5", "1" * 30, "%20", "5%00", "null"]
MET = {"%20": " ", "5%00": "5\x00"}
PATHS = [
    ("GET", "/api/v1/users/{}/recommendations", "user_id"),
    ("PUT", "/api/v1/users/{}/ratings/1199", "user_id"),
    ("DELETE", "/api/v1/users/{}/ratings/1199", "user_id"),
    ("PUT", f"/api/v1/users/{ADA}/ratings/{{}}", "movie_id"),
    ("DELETE", f"/api/v1/users/{ADA}/ratings/{{}}", "movie_id"),
    ("GET", "/api/v1/movies/{}", "movie_id"),
    ("GET", "/api/v1/movies/{}/similar", "movie_id"),
]


@pytest.mark.parametrize(("method", "path", "field"), PATHS)
def test_a_number_in_a_path_that_is_none_is_refused(client, method, path, field):
    body = {"rating": 4} if method == "PUT" else None

    said = {text: refusal(client.open(path.format(text), method=method, json=body, headers=ADAS)) for text in NUMBERS}

    assert said == {text: (400, field, f"{field} {WHOLE} {MET.get(text, text)!r}.") for text in NUMBERS}


@pytest.mark.parametrize(
    "path", [f"{LIST}?n=", "/api/v1/movies?q=the&n=", "/api/v1/movies/well-liked?n=", "/api/v1/movies/1199/similar?n="]
)
def test_an_amount_that_is_none_is_refused(client, path):
    texts = ["%2B5" if text == "+5" else text for text in ("", *NUMBERS, "101", "1000000000")]  # a bare plus is a space in a query
    met = {"%2B5": "+5", **MET}

    said = {text: refusal(client.get(path + text)) for text in texts}

    assert said == {text: (400, "n", f"{AMOUNT} {met.get(text, text)!r}.") for text in texts}


@pytest.mark.parametrize(
    ("path", "field", "sentence"),
    [
        (f"{LIST}?n=1&n=2", "n", "n must be given once, not '1, 2'."),
        (
            f"{LIST}?amount=5",
            "query parameter",
            "query parameter must be n or with or without or from or to or explore or diversity or popularity or recency, not 'amount'.",
        ),
        (
            f"{LIST}?with=Sci",
            "genre",
            "genre must be one of Action, Adventure, Animation, Children, Comedy, Crime, Drama, Fantasy, Mystery, Romance, Sci-Fi, "
            "Thriller, not 'Sci'.",
        ),
        (f"{LIST}?with={'x' * 41}", "with", f"with must be a genre's name of at most 40 characters, not '{'x' * 41}'."),
        (f"{LIST}?without=%01", "without", r"without must be a genre's name of at most 40 characters, not '\x01'."),
        (f"{LIST}?from=ten", "from", "from must be a whole number from 1 to 9999, not 'ten'."),
        (f"{LIST}?to=", "to", "to must be a whole number from 1 to 9999, not ''."),
        (f"{LIST}?to=10000", "to", "to must be a whole number from 1 to 9999, not '10000'."),
        (f"{LIST}?from=1980&from=1990", "from", "from must be given once, not '1980, 1990'."),
        (f"{LIST}?from=1990&to=1980", "from", "from must be no later than 1980, the year it goes to, not 1990."),
        ("/api/v1/movies/well-liked?from=1990&to=1980", "from", "from must be no later than 1980, the year it goes to, not 1990."),
        (
            "/api/v1/movies/well-liked?q=a",
            "query parameter",
            "query parameter must be n or with or without or from or to or viewer, not 'q'.",
        ),
        ("/api/v1/genres?n=2", "query parameter", "query parameter must be left out, not 'n'."),
        ("/api/v1/movies", "q", "q must be some words of a title, at most 200 characters, not None."),
        ("/api/v1/movies?q=%20", "q", "q must be some words of a title, at most 200 characters, not ' '."),
        ("/api/v1/movies?q=a&q=b", "q", "q must be given once, not 'a, b'."),
        ("/api/v1/movies?q=a&page=2", "query parameter", "query parameter must be q or n, not 'page'."),
        ("/api/v1/movies/1199?n=2", "query parameter", "query parameter must be left out, not 'n'."),
        ("/api/v1/movies/1199/similar?m=2", "query parameter", "query parameter must be n or viewer, not 'm'."),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(client, path, field, sentence):
    assert refusal(client.get(path)) == (400, field, sentence)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/api/v1/users/9999/recommendations", "There is no list for viewer 9999; viewers of this data are numbered 1 to 610."),
        (f"/api/v1/users/{NOBODY}/recommendations", f"There is no list for viewer {NOBODY}."),
        ("/api/v1/movies/999", "There is no film 999 in the data in use."),
        ("/api/v1/movies/999/similar", "There is no film 999 in the data in use."),
        ("/api/v1/users//recommendations", "There is nothing at this address."),
        ("/api/v2/users/580/recommendations", "There is nothing at this address."),
    ],
)
def test_what_is_not_there_is_not_found(client, path, sentence):
    assert refusal(client.get(path)) == (404, None, sentence)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", LIST), ("PUT", ADAS_RATING), ("DELETE", ADAS_RATING), ("GET", "/api/v1/movies?q=a"), ("GET", "/api/v1/movies/1")],
)
def test_a_site_that_is_not_ready_says_so(client, recommender, method, path):
    recommender.fault = NoModelError("file:var/blobs")

    sent = client.open(path, method=method, json={"rating": 4} if method == "PUT" else None, headers=ADAS)

    assert refusal(sent) == (503, None, "No trained model in file:var/blobs; run `matinee train`.")
    assert sent.headers["Retry-After"] == "10"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (LIST, "GET HEAD OPTIONS"),
        (ADAS_RATING, "DELETE OPTIONS PUT"),
        ("/api/v1/movies", "GET HEAD OPTIONS"),
        ("/api/v1/movies/1199", "GET HEAD OPTIONS"),
        ("/api/v1/movies/1199/similar", "GET HEAD OPTIONS"),
        ("/healthz", "GET HEAD OPTIONS"),
        ("/readyz", "GET HEAD OPTIONS"),
        ("/openapi.json", "GET HEAD OPTIONS"),
    ],
)
def test_options_and_refused_methods_name_the_same_methods(client, path, methods):
    for method in ("OPTIONS", "TRACE", "POST"):
        answer = client.open(path, method=method)
        assert answer.status_code == (200 if method == "OPTIONS" else 405)
        assert sorted(answer.headers["Allow"].split(", ")) == methods.split()


def test_head_says_what_get_would_without_the_body(client):
    head, get = client.head(LIST), client.get(LIST)

    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(get.data))
    assert head.headers["ETag"] == get.headers["ETag"]


def test_a_site_that_lives_and_is_ready_says_so(client):
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json() == {"status": "ready"}


def test_a_site_that_cannot_answer_still_lives_but_is_not_ready(client, recommender):
    recommender.fault = StorageError("/srv/matinee.sqlite3 is gone")

    assert client.get("/healthz").status_code == 200
    assert refusal(client.get("/readyz")) == (
        503,
        None,
        "Matinee cannot reach its films or ratings right now. Try again in a few seconds.",
    )


def test_a_worker_loads_nothing_that_only_training_and_the_skill_need():
    program = (
        "import json, sys\n"
        "from tests.webapp.fake_recommender import FakeRecommender\n"
        "from webapp import create_app\n"
        f"answer = create_app(FakeRecommender()).test_client().get({LIST!r})\n"
        "assert answer.status_code == 200\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)

    heavy = {"pandas", "scipy", "boto3", "botocore", "matplotlib", "requests", "cryptography", "ask_sdk_core", "alexa_skill", "torch"}
    assert heavy & {name.partition(".")[0] for name in json.loads(done.stdout)} == set()
