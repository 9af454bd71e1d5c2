"""The OpenAPI document: complete, and true."""

import json
import re

import pytest

from recommender.errors import NoModelError
from tests.webapp.fake_recommender import ADA, ADA_TOKEN

OPERATIONS = {
    ("get", "/api/v1/users/{user_id}/recommendations"): {"200", "304", "400", "401", "403", "404", "414", "500", "503"},
    ("put", "/api/v1/users/{user_id}/ratings/{movie_id}"): {"200", "400", "401", "403", "404", "413", "415", "500", "503"},
    ("delete", "/api/v1/users/{user_id}/ratings/{movie_id}"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/api/v1/users/{user_id}/ratings"): {"200", "400", "401", "403", "414", "500", "503"},
    ("get", "/api/v1/users/{user_id}/marks/{kind}"): {"200", "400", "401", "403", "414", "500", "503"},
    ("post", "/api/v1/users/{user_id}/movies"): {"200", "400", "401", "403", "409", "413", "415", "429", "500", "503"},
    ("get", "/api/v1/users/{user_id}/watchlist"): {"200", "400", "401", "403", "414", "500", "503"},
    ("put", "/api/v1/users/{user_id}/marks/{kind}/{movie_id}"): {"200", "400", "401", "403", "404", "500", "503"},
    ("delete", "/api/v1/users/{user_id}/marks/{kind}/{movie_id}"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/api/v1/movies"): {"200", "400", "401", "414", "500", "503"},
    ("get", "/api/v1/movies/well-liked"): {"200", "400", "401", "403", "404", "414", "500", "503"},
    ("get", "/api/v1/genres"): {"200", "400", "401", "500", "503"},
    ("get", "/api/v1/movies/{movie_id}"): {"200", "400", "401", "404", "500", "503"},
    ("get", "/api/v1/users/{user_id}/recommendations/{movie_id}/why"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/api/v1/movies/{movie_id}/similar"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/api/v1/echo"): {"200", "400", "401", "404", "500", "503"},
    ("post", "/api/v1/echo/link"): {"200", "400", "401", "404", "409", "413", "415", "429", "500", "503"},
    ("delete", "/api/v1/echo/link"): {"200", "400", "401", "500", "503"},
    ("get", "/healthz"): {"200", "500"},
    ("get", "/readyz"): {"200", "500", "503"},
}


@pytest.fixture
def document(client):
    answer = client.get("/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    return answer.get_json()


def operations(document):
    return {
        (method, path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in ("get", "put", "delete", "post", "patch")
    }


def test_every_route_and_every_status_is_described(document):
    assert document["openapi"] == "3.1.0"
    assert {name: set(operation["responses"]) for name, operation in operations(document).items()} == OPERATIONS


def test_every_route_of_the_api_is_in_the_document(app, document):
    described = {re.sub(r"[{}]", "|", path) for path in document["paths"]}
    served = {re.sub(r"[<>]", "|", rule.rule) for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1")}

    assert served <= described


def test_every_operation_has_a_name_a_summary_and_examples(document):
    names = []
    for operation in operations(document).values():
        names.append(operation["operationId"])
        assert operation["summary"].endswith(".")
        for status, response in operation["responses"].items():
            assert response["description"]
            for kind, content in response.get("content", {}).items():
                assert kind == ("text/html" if status == "414" else "application/json" if status == "200" else "application/problem+json")
                assert status == "414" or content["example"]
    assert len(set(names)) == len(names)


def test_the_body_of_a_rating_is_required_and_its_token_too(document):
    rate = document["paths"]["/api/v1/users/{user_id}/ratings/{movie_id}"]["put"]

    assert rate["requestBody"]["required"] is True
    assert rate["security"] == [{"bearer": []}]
    assert document["paths"]["/api/v1/users/{user_id}/recommendations"]["get"]["security"] == [{}, {"bearer": []}]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_reference_leads_somewhere(document):
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)):
        assert name in document["components"]["schemas"]


def fits(value, schema, schemas):
    """The first place where a value leaves its schema, or None; the small part of JSON Schema that the document uses."""
    if "$ref" in schema:
        return fits(value, schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "oneOf" in schema:
        return None if any(fits(value, one, schemas) is None for one in schema["oneOf"]) else f"{value!r} is none of {schema['oneOf']}"
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "null": type(None), "boolean": bool}
    wanted = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if (isinstance(value, bool) and wanted != ["boolean"]) or not any(isinstance(value, kinds[kind]) for kind in wanted):
        return f"{value!r} is not {wanted}"
    if isinstance(value, dict):
        if not set(schema["required"]) <= set(value) <= set(schema["properties"]):
            return f"{sorted(value)} are not {sorted(schema['properties'])}"
        return next(filter(None, (fits(value[name], schema["properties"][name], schemas) for name in value)), None)
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            return f"{len(value)} items"
        return next(filter(None, (fits(each, schema["items"], schemas) for each in value)), None)
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return f"{value} is out of range"
    if "enum" in schema and value not in schema["enum"]:
        return f"{value!r} is none of {schema['enum']}"
    return None


ANSWERS = [
    ("get", "/api/v1/users/{user_id}/recommendations", "/api/v1/users/580/recommendations?n=100"),
    ("get", "/api/v1/users/{user_id}/recommendations", f"/api/v1/users/{ADA}/recommendations"),
    ("get", "/api/v1/users/{user_id}/recommendations", "/api/v1/users/580/recommendations?explore=0.5&diversity=1"),
    ("get", "/api/v1/users/{user_id}/recommendations", "/api/v1/users/580/recommendations?explore=auto"),
    ("get", "/api/v1/users/{user_id}/recommendations", "/api/v1/users/580/recommendations?explore=2"),
    ("get", "/api/v1/users/{user_id}/recommendations", "/api/v1/users/ten/recommendations"),
    ("get", "/api/v1/users/{user_id}/recommendations", "/api/v1/users/9999/recommendations"),
    ("put", "/api/v1/users/{user_id}/ratings/{movie_id}", f"/api/v1/users/{ADA}/ratings/1"),
    ("put", "/api/v1/users/{user_id}/ratings/{movie_id}", "/api/v1/users/580/ratings/1"),
    ("put", "/api/v1/users/{user_id}/ratings/{movie_id}", "/api/v1/users/1000002/ratings/1"),
    ("delete", "/api/v1/users/{user_id}/ratings/{movie_id}", f"/api/v1/users/{ADA}/ratings/1"),
    ("get", "/api/v1/users/{user_id}/ratings", f"/api/v1/users/{ADA}/ratings"),
    ("get", "/api/v1/users/{user_id}/ratings", "/api/v1/users/580/ratings"),
    ("get", "/api/v1/users/{user_id}/ratings", "/api/v1/users/1000002/ratings"),
    ("get", "/api/v1/users/{user_id}/ratings", f"/api/v1/users/{ADA}/ratings?after=ten"),
    ("get", "/api/v1/users/{user_id}/marks/{kind}", f"/api/v1/users/{ADA}/marks/hidden"),
    ("get", "/api/v1/users/{user_id}/marks/{kind}", f"/api/v1/users/{ADA}/marks/loved"),
    ("get", "/api/v1/users/{user_id}/watchlist", f"/api/v1/users/{ADA}/watchlist"),
    ("put", "/api/v1/users/{user_id}/marks/{kind}/{movie_id}", f"/api/v1/users/{ADA}/marks/seen/1"),
    ("put", "/api/v1/users/{user_id}/marks/{kind}/{movie_id}", f"/api/v1/users/{ADA}/marks/loved/1"),
    ("put", "/api/v1/users/{user_id}/marks/{kind}/{movie_id}", f"/api/v1/users/{ADA}/marks/seen/999"),
    ("delete", "/api/v1/users/{user_id}/marks/{kind}/{movie_id}", f"/api/v1/users/{ADA}/marks/watchlist/1"),
    ("get", "/api/v1/users/{user_id}/recommendations/{movie_id}/why", f"/api/v1/users/{ADA}/recommendations/1/why"),
    ("get", "/api/v1/users/{user_id}/recommendations/{movie_id}/why", f"/api/v1/users/{ADA}/recommendations/999/why"),
    ("get", "/api/v1/movies/{movie_id}/similar", f"/api/v1/movies/1/similar?viewer={ADA}"),
    ("get", "/api/v1/movies/{movie_id}/similar", "/api/v1/movies/1/similar?viewer=1000002"),
    ("get", "/api/v1/movies/well-liked", "/api/v1/movies/well-liked?viewer=9999"),
    ("get", "/api/v1/movies", "/api/v1/movies?q=the"),
    ("get", "/api/v1/movies", "/api/v1/movies"),
    ("get", "/api/v1/movies/{movie_id}", "/api/v1/movies/1"),
    ("get", "/api/v1/movies/{movie_id}", "/api/v1/movies/140956"),
    ("get", "/api/v1/movies/{movie_id}/similar", "/api/v1/movies/1/similar"),
    ("get", "/api/v1/movies/well-liked", "/api/v1/movies/well-liked?from=1980&to=1999&without=Comedy"),
    ("get", "/api/v1/movies/well-liked", "/api/v1/movies/well-liked?from=ten"),
    ("get", "/api/v1/genres", "/api/v1/genres"),
    ("get", "/api/v1/genres", "/api/v1/genres?q=1"),
    ("get", "/healthz", "/healthz"),
    ("get", "/readyz", "/readyz"),
]


@pytest.mark.parametrize(("method", "path", "asked"), ANSWERS)
def test_answers_are_as_described(client, document, method, path, asked):
    answer = client.open(
        asked,
        method=method.upper(),
        json={"rating": 4.5} if method == "put" else None,
        headers={"Authorization": f"Bearer {ADA_TOKEN}"},
    )

    described = operations(document)[method, path]["responses"][str(answer.status_code)]["content"][answer.mimetype]
    assert fits(answer.get_json(), described["schema"], document["components"]["schemas"]) is None


def test_examples_are_as_described(document):
    schemas = document["components"]["schemas"]
    for operation in operations(document).values():
        for response in operation["responses"].values():
            for content in response.get("content", {}).values():
                if "example" in content:
                    assert fits(content["example"], content["schema"], schemas) is None


def test_the_document_names_the_genres_of_the_data_in_use(client, recommender, document):
    assert document["components"]["schemas"]["Genre"]["enum"] == list(recommender.genres())
    assert client.get("/openapi.json").get_json() == document

    recommender.fault = NoModelError("file:var/blobs")

    assert "enum" not in client.get("/openapi.json").get_json()["components"]["schemas"]["Genre"]


def test_a_document_that_has_not_changed_is_not_sent_again(client):
    tag = client.get("/openapi.json").headers["ETag"]

    assert client.get("/openapi.json", headers={"If-None-Match": tag}).status_code == 304


def test_every_schema_is_used(document):
    used = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))

    assert set(document["components"]["schemas"]) == used
