"""`matinee-echo`: what is typed is answered, by this process or by an address, and refusals are one sentence."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from alexa_skill.simulator import command
from alexa_skill.simulator.echo import Answer
from alexa_skill.simulator.listening import HOST, LONGEST_REQUEST, server
from alexa_skill.simulator.over_http import NoAnswerError, answer_at
from tests.alexa_skill.simulator.small import MODEL, Skill, farewell, said


@pytest.fixture
def model_file(tmp_path: Path) -> str:
    file = tmp_path / "model.json"
    file.write_text(json.dumps(MODEL))
    return str(file)


@pytest.fixture
def skill(monkeypatch: pytest.MonkeyPatch) -> Skill:
    """Answers instead of the handler of this process."""
    made = Skill(said(), farewell())
    monkeypatch.setattr(command, "own_handler", lambda: made)
    return made


@contextmanager
def listening(answer: Answer) -> Iterator[int]:
    with server(answer, 0) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield made.server_port
        finally:
            made.shutdown()
            thread.join()


def test_a_script_says_its_sentences_and_shows_the_answers(skill: Skill, model_file: str) -> None:
    run = CliRunner().invoke(command.main, ["--model", model_file, "--say", "open film club", "--say", "stop"])

    assert run.exit_code == 0
    assert run.stdout.splitlines() == [
        "  You:   open film club",
        "  Echo:  Hello. What now?",
        "  You:   stop",
        "  Echo:  Goodbye.",
    ]


def test_silence_can_be_said(skill: Skill, model_file: str) -> None:
    run = CliRunner().invoke(command.main, ["--model", model_file, "--say", "open film club", "--say", "(silence)"])

    assert "You can say stop. What shall it be?" in run.stdout


def test_the_echo_and_the_voice_may_be_anybodys(skill: Skill, model_file: str) -> None:
    whose = ["--account", "amzn1.ask.account.HERS", "--person", "amzn1.ask.person.HIS"]
    run = CliRunner().invoke(command.main, ["--model", model_file, *whose, "--json", "--say", "open film club"])

    system = json.loads(run.stdout)["request"]["context"]["System"]
    assert (system["user"]["userId"], system["person"]["personId"]) == (whose[1], whose[3])


def test_exchanges_are_printed_as_json(skill: Skill, model_file: str) -> None:
    run = CliRunner().invoke(command.main, ["--model", model_file, "--json", "--say", "ask film club for a comedy"])

    (made,) = map(json.loads, run.stdout.splitlines())
    assert (made["intent"], made["slots"], made["ends"], made["findings"]) == ("Order", {"Kind": "comedy = Comedy"}, False, [])
    assert made["request"]["request"]["type"] == "IntentRequest"
    assert made["response"]["version"] == "1.0"


def test_details_show_intent_slots_and_session(skill: Skill, model_file: str) -> None:
    run = CliRunner().invoke(command.main, ["--model", model_file, "--details", "--say", "ask film club for a comedy"])

    assert "Order  Kind: comedy = Comedy" in run.stdout
    assert "after silence: You can say stop." in run.stdout
    assert "session open" in run.stdout


def test_findings_are_shown(model_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "own_handler", lambda: Skill(said("Here you are.")))

    run = CliRunner().invoke(command.main, ["--model", model_file, "--say", "open film club"])

    assert "! The session stays open, but the speech does not end with a question." in run.stdout


@pytest.mark.parametrize("last", ["open film club\nstop\nopen film club\n", "open film club\n"])
def test_a_conversation_ends_at_stop_or_at_the_end_of_the_input(skill: Skill, model_file: str, last: str) -> None:
    run = CliRunner().invoke(command.main, ["--model", model_file], input=last)

    assert run.exit_code == 0
    assert len(skill.asked) == last.split("stop")[0].count("open") + last.count("stop")
    assert "open film club" in run.stderr  # what to type first


def test_a_missing_model_is_one_sentence(skill: Skill) -> None:
    run = CliRunner().invoke(command.main, ["--model", "nowhere.json", "--say", "hello"])

    assert run.exit_code == 1
    assert run.stderr == "Error: No interaction model can be read from nowhere.json: No such file or directory.\n"


def test_a_wrong_setting_is_one_sentence(model_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alexa_skill.lambda_function import own_skill

    own_skill.cache_clear()
    monkeypatch.setenv("MATINEE_PORTS", "1")

    run = CliRunner().invoke(command.main, ["--model", model_file, "--say", "open film club"])

    assert run.exit_code == 1
    assert run.stderr == "Error: There is no setting MATINEE_PORTS; did you mean MATINEE_PORT?\n"
    assert CliRunner().invoke(command.main, ["--listen", "0"]).stderr == run.stderr, "before anything listens"


def test_a_handler_at_an_address_is_asked(model_file: str) -> None:
    with listening(Skill()) as port:
        run = CliRunner().invoke(command.main, ["--model", model_file, "--url", f"http://{HOST}:{port}/", "--say", "open film club"])

    assert "Hello. What now?" in run.stdout


def test_an_address_without_a_handler_is_one_sentence(model_file: str) -> None:
    with listening(Skill()) as port:
        nowhere = f"http://{HOST}:{port}/elsewhere"
        refused = CliRunner().invoke(command.main, ["--model", model_file, "--url", nowhere, "--say", "open film club"])
    gone = CliRunner().invoke(command.main, ["--model", model_file, "--url", f"http://{HOST}:{port}/", "--say", "open film club"])

    assert refused.stderr == f"Error: The handler at {nowhere} gave no answer: it says 404 Not Found.\n"
    assert gone.exit_code == 1
    assert "gave no answer" in gone.stderr
    assert "refused" in gone.stderr


@pytest.mark.parametrize("url", ["file:///etc/hostname", "http://[::1", "http://films..example", f"http://{'x' * 64}.example"])
def test_an_address_that_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(NoAnswerError, match=r"begins with http|that is no address"):
        answer_at(url)


@pytest.mark.parametrize("said_", [b"no HTTP at all\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 5_000, b"HTTP/1.1 200 OK\r\n\r\n\xff"])
def test_a_handler_that_answers_with_anything_is_one_sentence(model_file: str, said_: bytes) -> None:
    def answer(listener: socket.socket) -> None:
        talking, _ = listener.accept()
        with talking:
            talking.recv(65_536)
            talking.sendall(said_)

    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        url = f"http://{HOST}:{listener.getsockname()[1]}/"
        run = CliRunner().invoke(command.main, ["--model", model_file, "--url", url, "--say", "open film club"])
        thread.join()

    assert run.exit_code == 1
    assert run.stderr.startswith(f"Error: The handler at {url} gave no answer: ")
    assert run.stderr.count("\n") == 1


def test_a_port_in_use_is_one_sentence(skill: Skill) -> None:
    with listening(skill) as port:
        run = CliRunner().invoke(command.main, ["--listen", str(port)])

    assert run.exit_code == 1
    assert run.stderr.endswith(f"Error: Port {port} of {HOST} cannot be used: Address already in use.\n")


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("POST", "/", {}, b"{}", 200),
        ("GET", "/", {}, b"", 405),
        ("POST", "/other", {}, b"{}", 404),
        ("POST", "/", {}, b"not json", 400),
        ("POST", "/", {}, b"[" * 5_000, 400),
        ("POST", "/", {}, b" " * (LONGEST_REQUEST + 1), 413),
        ("POST", "/", {"Content-Length": "many"}, b"", 411),
        ("POST", "/", {"Origin": "https://elsewhere.example"}, b"{}", 403),
        ("POST", "/", {"Host": "elsewhere.example"}, b"{}", 403),
    ],
)
def test_tools_on_this_machine_are_answered_and_nobody_else(
    method: str, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    with listening(Skill()) as port:
        connection = http.client.HTTPConnection(HOST, port, timeout=5)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        answered = json.loads(response.read())
        connection.close()

    assert response.status == status
    assert ("response" in answered) == (status == 200)
    assert ("error" in answered) == (status != 200)


def test_a_tool_hears_what_is_wrong_with_the_handler_at_an_address() -> None:
    with socket.create_server((HOST, 0)) as nobody:
        url = f"http://{HOST}:{nobody.getsockname()[1]}/"
    with listening(answer_at(url)) as port:
        connection = http.client.HTTPConnection(HOST, port, timeout=5)
        connection.request("POST", "/", b"{}")
        response = connection.getresponse()
        answered = json.loads(response.read())
        connection.close()

    assert (response.status, answered["error"]) == (502, f"The handler at {url} gave no answer: [Errno 111] Connection refused.")


@pytest.mark.parametrize(
    "host", ["localhost.evil.example:1", "evil.example@127.0.0.1:1", "127.0.0.1.evil.example:1", "[::1]:1", "0.0.0.0:1", "", "127.0.0.1"]
)
def test_a_name_that_somebody_else_gave_this_machine_is_refused(host: str) -> None:
    with listening(Skill()) as port:
        connection = http.client.HTTPConnection(HOST, port, timeout=5)
        connection.request("POST", "/", b"{}", {"Host": host})
        assert connection.getresponse().status == 403
        connection.close()


def test_it_listens_on_this_machine_alone() -> None:
    with server(Skill(), 0) as made:
        assert made.server_address[0] == "127.0.0.1"


def test_help_says_that_signatures_are_not_looked_at() -> None:
    text = " ".join(CliRunner().invoke(command.main, ["--help"]).stdout.split())

    assert "Signatures are not looked at, because nothing from outside this machine is heard." in text
    assert "[default: en-US]" in text
