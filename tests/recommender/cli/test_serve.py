"""`matinee serve`."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from deploy.aws.stand_in import free_port
from recommender import worker_folder
from tests.recommender.cli.commands import Matinee, done, model_in_force, new_person, rate, refused


class TestServe:
    @pytest.fixture(autouse=True)
    def no_folder_of_workers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(worker_folder, "begin", lambda: None)

    def test_a_port_that_is_taken_is_said_before_any_work(self, matinee: Matinee) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            said = refused(matinee("serve", "--port", port))

        assert said.startswith(f"The site cannot listen on 127.0.0.1, port {port}: address already in use; choose another with --port")
        assert said.endswith("or stop what listens there.")
        assert list(Path().iterdir()) == []

    def test_an_address_that_is_not_ours_has_nobody_to_stop(self, matinee: Matinee) -> None:
        said = refused(matinee("serve", "--host", "192.0.2.1", "--port", 8000))

        assert said.endswith("choose another with --port or MATINEE_PORT.")

    def test_a_model_in_force_is_served_at_once_and_what_is_new_is_learned_beside(
        self, trained: Matinee, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[list[str]] = []
        served: list[list[str]] = []
        monkeypatch.setattr(subprocess, "Popen", lambda command, **_: started.append(command))
        monkeypatch.setattr(os, "execv", lambda program, command: served.append(command))
        rate(*new_person(trained), movie_id=1)

        result = trained("serve", "--port", free_port(), data=str(data))

        assert done(result) == ""
        assert "Matinee is at http://127.0.0.1:" in result.stderr
        assert "Trained" not in result.stderr
        assert [command[1:] for command in started] == [["train", "--keep-up"], ["personalize", "work", "--until-input-ends"]]
        assert [command[-1] for command in served] == ["webapp.wsgi:app"]

    def test_the_first_start_trains_before_it_serves(self, matinee: Matinee, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "execv", lambda program, command: None)
        monkeypatch.setattr(subprocess, "Popen", lambda command, **_: None)

        result = matinee("serve", "--port", free_port(), data=str(data))

        assert "The best of" not in result.stderr  # recipes are compared when nobody waits
        assert result.stderr.index("Trained user-cosine on two tastes") < result.stderr.index("Matinee is at")
        assert model_in_force()["generation"] == 1
