"""The web server's configuration."""

import importlib
import os
import resource
import runpy
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace

import gunicorn
import pytest
from gunicorn.config import KNOWN_SETTINGS

from recommender import worker_folder

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "gunicorn.conf.py"
KNOWN = {setting.name for setting in KNOWN_SETTINGS}


@pytest.fixture
def configured(monkeypatch):
    """What the file sets in an environment."""
    monkeypatch.setattr(gunicorn, "SERVER", "gunicorn")

    def read(**environment):
        for name, value in environment.items():
            monkeypatch.setitem(os.environ, name, value)
        everything = runpy.run_path(str(CONFIGURATION))
        return {
            name: value
            for name, value in everything.items()
            if not name.startswith("_") and (name in KNOWN or not isinstance(value, ModuleType | FunctionType | type))
        }

    return read


def test_every_name_is_a_setting_of_gunicorn(configured):
    of_the_file_alone = {"Any", "OPEN_FILES", "OURS", "SHARED", "M_ARENA_MAX", "M_MMAP_THRESHOLD", "M_TRIM_THRESHOLD", "HEAP"}
    assert set(configured()) - KNOWN <= of_the_file_alone


def test_address_and_numbers_come_from_the_settings(configured):
    read = configured(MATINEE_HOST="::1", MATINEE_PORT="8123", MATINEE_WORKERS="3", MATINEE_THREADS="7")

    assert (read["bind"], read["workers"], read["threads"]) == ("[::1]:8123", 3, 7)
    assert configured(MATINEE_HOST="127.0.0.1")["bind"] == "127.0.0.1:8123"


def test_nobody_steers_the_server_through_a_file(configured):
    assert configured()["control_socket_disable"] is True


def test_each_worker_opens_its_stores_itself(configured):
    assert configured()["preload_app"] is False


@pytest.mark.parametrize(("limits", "wanted"), [((1024, 20_000), 8192), ((1024, 4096), 4096), ((10_000, -1), None), ((256, -1), 8192)])
def test_workers_may_open_the_files_of_many_models(configured, monkeypatch, limits, wanted):
    everything, said = configured(), []
    monkeypatch.setattr(resource, "getrlimit", lambda which: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda which, pair: said.append(pair))
    monkeypatch.setattr(worker_folder, "begin", lambda: None)
    monkeypatch.setattr(importlib, "import_module", lambda name: None)

    everything["on_starting"](None)

    assert said == ([] if wanted is None else [(wanted, limits[1])])


def test_what_workers_need_is_read_before_them_and_what_cannot_be_read_is_left_to_them(configured, monkeypatch):
    everything, read, warned = configured(), [], []

    def found(name: str) -> None:
        read.append(name)
        if name == "webapp":
            raise SyntaxError("half an upload")

    monkeypatch.setattr(importlib, "import_module", found)
    server = SimpleNamespace(log=SimpleNamespace(warning=lambda text, *given: warned.append(text % given)))
    everything["on_reload"](server)

    assert read == list(everything["SHARED"])
    assert warned == ["webapp is not shared by the workers: half an upload"]


def test_what_a_visitor_says_about_the_scheme_is_nothing_to_the_server(configured):
    assert (configured()["secure_scheme_headers"], configured()["forwarder_headers"]) == ({}, "")


def test_the_log_of_requests_holds_no_questions(configured):
    written = configured()["access_log_format"]

    for telling in ("%(q)s", "%(r)s", "%(f)s", "authorization"):
        assert telling not in written
