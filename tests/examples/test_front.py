"""The front before a campaign: what a page of an allowed origin gets, by Python and by Node.js alike."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FRONT = ROOT / "examples" / "personalize" / "front"
SDK = ROOT / "node_modules" / "@aws-sdk" / "client-personalize-runtime"
CAMPAIGN = "arn:aws:personalize:us-east-1:000000000000:campaign/films"
PAGE = "https://films.example.com"
Ask = Callable[..., dict[str, Any]]


class Campaign(BaseHTTPRequestHandler):
    """A campaign that knows user 7 and refuses everybody else, as Personalize's runtime answers."""

    asked: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append({"path": self.path, **sent})
        known = sent["userId"] == "7"
        body = {"itemList": [{"itemId": "318", "score": 0.5}, {"itemId": "50"}]} if known else {"message": "inside knowledge"}
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        if not known:
            self.send_header("x-amzn-errortype", "ResourceNotFoundException")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def campaign() -> Iterator[str]:
    Campaign.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Campaign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/personalize"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["python", "node"])
def ask(request: pytest.FixtureRequest, campaign: str, tmp_path: Path) -> Ask:
    """Calls the function with an event, in an environment as Lambda's."""
    environment = {
        "PATH": os.environ["PATH"],
        "CAMPAIGN_ARN": CAMPAIGN,
        "ORIGINS": f"https://other.example.com,{PAGE}",
        "PERSONALIZE_ENDPOINT_URL": campaign,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if request.param == "node" and not (SDK.exists() and shutil.which("node")):
        pytest.skip("no client of the AWS SDK for JavaScript; run `make browser-tools`")
    of = _python if request.param == "python" else _node(tmp_path)

    def call(asked: dict[str, str] | None, origin: str = PAGE, **also: str) -> dict[str, Any]:
        answer = of({"headers": {"Origin": origin} if origin else None, "queryStringParameters": asked}, environment | also)
        return {**answer, "body": json.loads(answer["body"])}

    return call


def _python(event: dict[str, Any], environment: dict[str, str]) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("front_handler", FRONT / "python" / "handler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        spec.loader.exec_module(module)
        answer: dict[str, Any] = module.handler(event, None)
        return answer


def _node(folder: Path) -> Callable[[dict[str, Any], dict[str, str]], dict[str, Any]]:
    (folder / "index.mjs").write_text((FRONT / "node" / "index.mjs").read_text())
    (folder / "node_modules").symlink_to(SDK.parents[1].resolve())
    code = (
        "import { handler } from './index.mjs'; import { readFileSync } from 'node:fs';"
        "console.log(JSON.stringify(await handler(JSON.parse(readFileSync(0)))))"
    )

    def call(event: dict[str, Any], environment: dict[str, str]) -> dict[str, Any]:
        command = ["node", "--input-type=module", "-e", code]
        done = subprocess.run(command, input=json.dumps(event), env=environment, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    return call


def test_a_list_comes_with_leave_for_the_page_that_asks(ask: Ask) -> None:
    answer = ask({"user": "7", "n": "2"})

    assert answer["statusCode"] == 200
    assert answer["body"] == {"user": "7", "items": [{"id": "318", "score": 0.5}, {"id": "50", "score": None}]}
    assert answer["headers"]["Access-Control-Allow-Origin"] == PAGE
    assert Campaign.asked == [{"path": "/personalize/recommendations", "campaignArn": CAMPAIGN, "userId": "7", "numResults": 2}]


@pytest.mark.parametrize("origin", ["https://evil.example.com", "https://films.example.com.evil.example", "null", ""])
def test_other_origins_get_no_leave(ask: Ask, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in ask({"user": "7"}, origin)["headers"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (None, "user must be the id of a person"),
        ({"user": ""}, "user must be the id of a person"),
        ({"user": "7" * 257}, "user must be the id of a person"),
        ({"user": "7", "n": "0"}, "n must be a whole number from 1 to 500, not '0'."),
        ({"user": "7", "n": "501"}, "n must be a whole number from 1 to 500, not '501'."),
        ({"user": "7", "n": "ten"}, "n must be a whole number from 1 to 500, not 'ten'."),
        ({"user": "7", "n": "٣"}, "n must be a whole number from 1 to 500"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence_and_not_passed_on(ask: Ask, asked: dict[str, str] | None, says: str) -> None:
    answer = ask(asked)

    assert answer["statusCode"] == 400
    assert says in answer["body"]["message"]
    assert Campaign.asked == []


def test_what_the_campaign_refuses_is_told_without_its_inside(ask: Ask) -> None:
    answer = ask({"user": "8"})

    assert answer["statusCode"] == 502
    assert "inside" not in json.dumps(answer["body"])


def test_nobody_there_is_said_in_time(ask: Ask) -> None:
    assert ask({"user": "7"}, PERSONALIZE_ENDPOINT_URL="http://127.0.0.1:9")["statusCode"] == 504


def test_the_function_may_ask_one_campaign_and_nothing_else() -> None:
    class Loader(yaml.SafeLoader):
        """CloudFormation's own tags, as what they say."""

    Loader.add_multi_constructor(
        "!", lambda loader, tag, node: {tag: loader.construct_scalar(node)} if isinstance(node, yaml.ScalarNode) else tag
    )
    template = yaml.load((FRONT / "template.yaml").read_text(), Loader)

    (policy,) = template["Resources"]["Recommendations"]["Properties"]["Policies"]

    assert [(one["Effect"], one["Action"], one["Resource"]) for one in policy["Statement"]] == [
        ("Allow", "personalize:GetRecommendations", {"Ref": "CampaignArn"})
    ]
