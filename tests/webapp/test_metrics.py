"""/metrics: what is counted, in words of ours alone, for those who may read it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.middleware.proxy_fix import ProxyFix

from recommender import operator_key
from recommender.errors import ModelError, NoModelError, StorageError
from recommender.settings import Settings
from tests.webapp.fake_recommender import ADA, ADA_TOKEN, BUILT_AT, FakeRecommender
from webapp import create_app

Labels = tuple[tuple[str, str], ...]


@pytest.fixture
def recommender(tmp_path: Path) -> FakeRecommender:
    return FakeRecommender(Settings(secret_key="a key for tests alone, not a secret", operator_file=str(tmp_path / "operator")))


@pytest.fixture
def key(recommender: FakeRecommender) -> str:
    return operator_key.make(Path(recommender.settings.operator_file))


def parsed(text: str) -> dict[str, dict[Labels, float]]:
    """Every sample, by name and labels; the parser of Prometheus' own client refuses what is not in its form."""
    found: dict[str, dict[Labels, float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = tuple(sorted(sample.labels.items()))
            assert labels not in found.get(sample.name, {}), f"{sample.name} {labels} stands twice"
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def read(client: FlaskClient) -> dict[str, dict[Labels, float]]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert answer.headers["Cache-Control"] == "no-store"
    return parsed(answer.text)


def requests(client: FlaskClient) -> dict[tuple[str, str, str], float]:
    counted = read(client)["matinee_requests_total"]
    return {(dict(labels)["route"], dict(labels)["method"], dict(labels)["status"]): count for labels, count in counted.items()}


def test_requests_are_counted_by_route_method_and_class_of_status(client):
    for path in ("/result/?user=580&amount=10", "/result/?user=7", "/result/?user=0", "/film/1199", "/film/999"):
        client.get(path)
    client.put(f"/api/v1/users/{ADA}/ratings/1199", json={"rating": 4.5}, headers={"Authorization": f"Bearer {ADA_TOKEN}"})

    assert requests(client) == {
        ("/result/", "GET", "2xx"): 2,
        ("/result/", "GET", "4xx"): 1,
        ("/film/<int:movie_id>", "GET", "2xx"): 1,
        ("/film/<int:movie_id>", "GET", "4xx"): 1,
        ("/api/v1/users/<user_id>/ratings/<movie_id>", "PUT", "2xx"): 1,
    }


def test_what_anybody_may_write_into_an_address_is_no_label(client):
    for path in ("/nowhere", "/secret-title", "/film/Brazil"):
        client.get(path)
    for method in ("BREW", "COFFEE"):
        client.open("/about/", method=method)

    assert requests(client) == {("none", "GET", "4xx"): 3, ("none", "other", "4xx"): 2}


def test_labels_tell_nothing_of_people_films_or_stars(client):
    client.get("/result/?user=580&amount=10")
    client.get("/search/?q=Brazil")
    client.get(f"/api/v1/users/{ADA}/recommendations", headers={"Authorization": f"Bearer {ADA_TOKEN}"})

    # Names and labels alone: the sum of some seconds may have any digits in it.
    told = [line.rpartition(" ")[0] for line in client.get("/metrics").text.splitlines()]

    assert any('route="/search/"' in line for line in told)
    for telling in ("580", str(ADA), "Brazil", ADA_TOKEN, "1199"):
        assert not [line for line in told if telling in line]


def test_the_time_of_requests_is_a_histogram_by_route(client):
    for _ in range(3):
        client.get("/about/")

    counted = read(client)
    buckets = {dict(labels)["le"]: count for labels, count in counted["matinee_request_seconds_bucket"].items()}
    assert list(buckets) == ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "+Inf"]
    assert buckets["+Inf"] == counted["matinee_request_seconds_count"][("route", "/about/"),] == 3
    assert list(buckets.values()) == sorted(buckets.values())


def test_lists_are_counted_by_source_and_what_was_wrong(client, recommender):
    client.get("/result/?user=580&amount=10")
    recommender.away = "throttled"
    client.get("/api/v1/users/580/recommendations")
    client.get("/result/?user=7")

    counted = read(client)
    assert counted["matinee_lists_total"] == {
        (("source", "record"),): 1,
        (("source", "live"),): 0,
        (("source", "alone"),): 2,
        (("source", "well-liked"),): 0,
    }
    assert counted["matinee_fallbacks_total"] == {(("reason", "throttled"),): 2}


def test_writes_that_the_store_did_not_take_are_counted_by_reason(client, recommender):
    recommender.fault = StorageError("the table is away", kind="unreachable")
    for method in (client.put, client.delete):
        method(f"/api/v1/users/{ADA}/ratings/1199", json={"rating": 4.5}, headers={"Authorization": f"Bearer {ADA_TOKEN}"})
    client.get("/film/1199")  # no write
    recommender.fault = None

    assert read(client)["matinee_refused_writes_total"] == {(("reason", "unreachable"),): 2}


def test_what_is_in_use_is_told(client, recommender):
    counted = {name: samples for name, samples in read(client).items() if not name.endswith(("_total", "_created"))}

    assert counted["matinee_model_generation"] == {(): 3}
    assert counted["matinee_model_trained_timestamp_seconds"] == {(): BUILT_AT}
    assert counted["matinee_model_is_published"] == {(): 1}
    assert counted["matinee_training_timestamp_seconds"] == {(): BUILT_AT}
    assert counted["matinee_training_ndcg10"] == {(("recipe", "user-cosine"),): 0.0753, (("recipe", "popular"),): 0.0436}
    assert counted["matinee_backup_timestamp_seconds"] == {(): BUILT_AT}
    assert set(counted["matinee_disk_free_bytes"]) == {(("of", "models"),), (("of", "ratings"),)}
    assert counted["matinee_workers"] == counted["matinee_workers_wanted"] == {(): 1}
    assert counted["matinee_build_info"]


def test_a_refused_model_a_backup_never_taken_and_a_first_training_are_zeros(client, recommender):
    recommender.refused, recommender.backup, recommender.remembered = "it is torn", None, ()

    counted = read(client)
    assert counted["matinee_model_is_published"] == {(): 0}
    assert counted["matinee_backup_timestamp_seconds"] == {(): 0}
    assert counted["matinee_training_timestamp_seconds"] == {(): 0}
    assert "matinee_training_ndcg10" not in counted


@pytest.mark.parametrize("fault", [StorageError("away"), ModelError("torn"), NoModelError("file:var/blobs")], ids=["store", "torn", "none"])
def test_counts_are_there_while_the_stores_are_not(client, recommender, fault):
    recommender.fault = fault

    counted = read(client)

    assert counted["matinee_model_generation"] == {(): 0}
    assert counted["matinee_model_is_published"] == {(): 0}
    assert "matinee_backup_timestamp_seconds" not in counted


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 404),
        ("", {}, 404),  # a socket of this machine, behind which anybody may stand
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 404),
        ("127.0.0.1", {"X-Real-IP": "192.0.2.7"}, 404),
        ("127.0.0.1", {"Via": "1.1 nginx"}, 404),
        ("192.0.2.7", {"Authorization": "Bearer wrong"}, 401),
        ("192.0.2.7", {"Authorization": "Basic wrong"}, 404),
    ],
)
def test_only_this_machine_reads_without_a_key(client, key, address, headers, status):
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})

    assert answer.status_code == status
    if status != 200:
        assert "matinee_" not in answer.text
        assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("client_of_nginx", "more", "status"),
    [("127.0.0.1", {}, 200), ("192.0.2.7", {}, 404), ("192.0.2.7, 127.0.0.1", {}, 404), ("127.0.0.1", {"Via": "1.1 tunnel"}, 404)],
)
def test_behind_a_server_in_front_its_word_counts(recommender, client_of_nginx, more, status):
    app = create_app(recommender)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)
    headers = {"X-Forwarded-For": client_of_nginx, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "films.example"} | more

    assert app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": ""}).status_code == status


def test_the_operators_key_reads_from_anywhere(client, key):
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {key}", "X-Forwarded-For": "192.0.2.7"})

    assert answer.status_code == 200


def test_a_wrong_key_is_told_so(client, key):
    answer = client.get("/metrics", headers={"Authorization": "Bearer wrong", "X-Forwarded-For": "192.0.2.7"})

    assert answer.get_json()["detail"] == "This is not the operator's key; `matinee operator key` makes a new one."
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_without_a_key_no_bearer_opens_anything(client):
    assert client.get("/metrics", headers={"Authorization": "Bearer ", "X-Forwarded-For": "1.2.3.4"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer x", "X-Forwarded-For": "1.2.3.4"}).status_code == 401


def test_where_everything_is_kept_elsewhere_the_disk_here_is_told(tmp_path):
    settings = Settings(secret_key="a key for tests alone, not a secret", profiles_url="dynamodb://movie", blobs_url="s3://films/matinee")
    client = create_app(FakeRecommender(settings)).test_client()

    assert set(read(client)["matinee_disk_free_bytes"]) == {(("of", "here"),)}


@pytest.mark.parametrize(
    ("behind_proxy", "sent", "is_taken"),
    [(True, "0" * 31 + "a", True), (True, "<script>", False), (True, "0" * 31 + "A", False), (False, "0" * 31 + "a", False)],
)
def test_the_number_of_the_server_in_front_is_taken_where_it_is_believed(recommender, behind_proxy, sent, is_taken):
    app = create_app(FakeRecommender(replace(recommender.settings, behind_proxy=behind_proxy)))
    app.add_url_rule("/boom", "boom", lambda: 1 / 0)

    answer = app.test_client().get("/boom", headers={"X-Request-Id": sent})

    assert (answer.headers["X-Request-Id"] == sent) is is_taken


def test_each_request_has_a_number_and_an_error_tells_it(app: Flask, recommender, caplog):
    app.add_url_rule("/boom", "boom", lambda: 1 / 0)

    answer = app.test_client().get("/boom")

    number = answer.headers["X-Request-Id"]
    assert len(number) == 12
    assert f"request_id={number}" in caplog.text
