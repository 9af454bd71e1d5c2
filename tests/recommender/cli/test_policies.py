"""`matinee doctor iam` and `matinee policy print`."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.recommender.cli.commands import Matinee, done, refused

PAPERS = Path(__file__).parents[1] / "policies" / "document_004"


class TestDoctorIam:
    def test_it_finds_what_cost_days_and_is_exit_code_1(self, matinee: Matinee) -> None:
        result = matinee("doctor", "iam", PAPERS)

        assert result.exit_code == 1
        lines = result.stdout.splitlines()
        assert lines[0] == 'BAD  s3_v2.json, statement 1: It has no Effect, so AWS refuses the whole policy. Write "Effect": "Allow".'
        assert [line.split()[0] for line in lines] == ["BAD"] + ["RISK"] * 9

    def test_the_page_shows_what_it_prints(self, matinee: Matinee) -> None:
        shown = (Path(__file__).parents[3] / "docs" / "policies.md").read_text().split("```\n")[2].replace("\n     ", " ")
        printed = matinee("doctor", "iam", PAPERS, "--bucket", "my-movie-recommender-data").stdout.splitlines()

        begun = [line.partition("…")[0] for line in shown.splitlines() if line.strip("…")]
        assert len(begun) > 5
        assert [line for line in begun if not any(each.startswith(line) for each in printed)] == []

    def test_what_it_writes_is_well_by_itself(self, matinee: Matinee) -> None:
        place = ("--bucket", "films", "--account", "123456789012", "--region", "us-east-1")

        told = matinee("doctor", "iam", "--write", "policies", *place)

        assert done(told) == ""
        assert len(told.stderr.splitlines()) == len(list(Path("policies").iterdir())) == 12
        assert done(matinee("doctor", "iam", "policies", "--account", "123456789012")) == "ok   12 policies read, nothing to mend.\n"
        said = done(matinee("doctor", "iam", "policies", *place, "--for", "import", "--for", "batch", "--for", "client"))
        assert [line.split()[0] for line in said.splitlines() if line.count("  ") > 2] == ["allowed"] * (5 + 7 + 1)

    def test_it_writes_the_same_twice_and_overwrites_nothing_else(self, matinee: Matinee) -> None:
        done(matinee("doctor", "iam", "--write", "policies"))
        before = {file: file.read_bytes() for file in Path("policies").iterdir()}
        done(matinee("doctor", "iam", "--write", "policies"))
        assert {file: file.read_bytes() for file in Path("policies").iterdir()} == before

        assert refused(matinee("doctor", "iam", "--write", "policies", "--bucket", "films")) == (
            "the folder of --write must be one where final_policy_v2.json is not there yet or says the same, not 'policies'."
        )
        assert {file: file.read_bytes() for file in Path("policies").iterdir()} == before

    def test_a_job_that_would_be_refused_is_exit_code_1_though_no_policy_is_bad(self, matinee: Matinee) -> None:
        done(matinee("doctor", "iam", "--write", "policies", "--bucket", "films", "--account", "123456789012", "--region", "us-east-1"))

        result = matinee("doctor", "iam", "policies", "--bucket", "other-films")

        assert result.exit_code == 1
        assert "ok   12 policies read, nothing to mend." in result.stdout
        assert (
            "MISSING  AmazonPersonalize-ExecutionRole  s3:GetObject  arn:aws:s3:::other-films/interactions.csv  "
            "final_policy_v2.json, statement 1 (DataSetsAndLists) has the action, but on arn:aws:s3:::films/*"
        ) in result.stdout.splitlines()

    def test_programs_get_json(self, matinee: Matinee) -> None:
        result = matinee("doctor", "iam", PAPERS, "--bucket", "my-movie-recommender-data", "--json")

        said = json.loads(result.stdout)
        assert result.exit_code == 1
        assert said["counts"] == {"BAD": 1, "RISK": 9, "note": 0}
        assert said["findings"][0]["kind"] == "no-effect"
        assert [answer["state"] for answer in said["jobs"]["import"]] == ["allowed"] * 5

    def test_it_wants_something_to_read(self, matinee: Matinee) -> None:
        assert refused(matinee("doctor", "iam")) == (
            "FILES must be policies as JSON or a folder of them (or --write FOLDER, or --confirm ARN), not 'nothing'."
        )
        assert refused(matinee("doctor", "iam", "nowhere.json")) == "nowhere.json is not there; name a policy's file, or a folder of them."

    def test_a_bucket_that_cannot_be_is_refused(self, matinee: Matinee) -> None:
        said = refused(matinee("doctor", "iam", PAPERS, "--bucket", "My Films"))

        assert said == "the name of a bucket must be without capitals, not 'My Films'."

    def test_confirming_wants_somebody(self, matinee: Matinee) -> None:
        said = refused(matinee("doctor", "iam", "--confirm", "arn:aws:iam::123456789012:root"))

        assert said.startswith("the principal to confirm must be the ARN of a user, group or role, and not of root")


class _Iam(BaseHTTPRequestHandler):
    """As much of IAM as is asked: whoever reads may, whoever writes may not."""

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        decision = "allowed" if asked["ActionNames.member.1"] != ["s3:PutObject"] else "implicitDeny"
        body = (
            '<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult>'
            "<IsTruncated>false</IsTruncated><EvaluationResults><member>"
            f"<EvalActionName>{asked['ActionNames.member.1'][0]}</EvalActionName><EvalDecision>{decision}</EvalDecision>"
            "</member></EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
        ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return monkeypatch


class TestConfirm:
    ROLE = "arn:aws:iam::123456789012:role/AmazonPersonalize-ExecutionRole"

    def test_aws_is_asked_over_the_network_and_its_no_is_exit_code_1(self, matinee: Matinee, keys: pytest.MonkeyPatch) -> None:
        with ThreadingHTTPServer(("127.0.0.1", 0), _Iam) as iam:
            threading.Thread(target=iam.serve_forever, daemon=True).start()
            keys.setenv("AWS_ENDPOINT_URL_IAM", f"http://127.0.0.1:{iam.server_port}")
            reads = matinee("doctor", "iam", "--confirm", self.ROLE, "--bucket", "films")
            writes = matinee("doctor", "iam", "--confirm", self.ROLE, "--bucket", "films", "--for", "export")
            iam.shutdown()

        assert done(reads).splitlines() == [
            "",
            "AWS says:",
            "allowed  s3:ListBucket  arn:aws:s3:::films  no policy named",
            "allowed  s3:GetObject  arn:aws:s3:::films/interactions.csv  no policy named",
        ]
        assert writes.exit_code == 1
        assert "MISSING  s3:PutObject  arn:aws:s3:::films/interactions.csv  no policy says so" in writes.stdout.splitlines()

    def test_without_a_network_one_sentence_says_so(self, matinee: Matinee, keys: pytest.MonkeyPatch) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and nobody listens
            keys.setenv("AWS_ENDPOINT_URL_IAM", f"http://127.0.0.1:{taken.getsockname()[1]}")
            said = refused(matinee("doctor", "iam", "--confirm", self.ROLE))

        assert said.startswith(f"AWS cannot be asked what {self.ROLE} may: Could not connect to the endpoint URL")
        assert said.endswith("Without --confirm, nothing is asked of it.")


class TestPolicyPrint:
    def test_the_papers_policy_is_printed(self, matinee: Matinee) -> None:
        body = json.loads(done(matinee("policy", "print", "--preset", "fullstack", "--bucket", "films")))

        assert body["Id"] == body["Statement"][0]["Sid"] == "PersonalizeS3BucketAccessPolicy"
        assert "Condition" not in body["Statement"][0]

    @pytest.mark.parametrize("preset", ["hardened", "client", "trust-of-AmazonPersonalize-ExecutionRole"])
    def test_what_is_printed_is_well(self, matinee: Matinee, preset: str) -> None:
        Path("p.json").write_text(done(matinee("policy", "print", "--preset", preset)))

        assert done(matinee("doctor", "iam", "p.json")) == "ok   1 policy read, nothing to mend.\n"

    def test_a_preset_that_there_is_not_is_a_wrong_use(self, matinee: Matinee) -> None:
        assert matinee("policy", "print", "--preset", "full").exit_code == 2
