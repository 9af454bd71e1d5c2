"""Settings: read from MATINEE_ variables, and nothing is guessed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from recommender.errors import SettingError
from recommender.settings import Settings, meaning, read_settings, variable


def test_an_empty_environment_gives_the_defaults() -> None:
    assert read_settings({}) == Settings()


def test_variables_of_others_are_none_of_our_business() -> None:
    assert read_settings({"PATH": "/bin", "FLASK_DEBUG": "1", "matinee_port": "x", "XMATINEE_PORT": "x"}) == Settings()


def test_each_setting_has_a_variable_and_a_meaning() -> None:
    texts = {"recipe": "popular", "log_format": "json", "kernels": "plain"}
    environment = {
        variable(f.name): {bool: str(not f.default).lower(), int: "7", str: texts.get(f.name, f"some {f.name}")}[type(f.default)]
        for f in fields(Settings)
    }

    read = read_settings(environment)

    for field in fields(Settings):
        assert getattr(read, field.name) != field.default, f"{variable(field.name)} changes nothing"
        assert meaning(field.name)
        assert not meaning(field.name).endswith(".")


@pytest.mark.parametrize(
    ("wrong", "likely"),
    [
        ("MATINEE_PROFILE_URL", "MATINEE_PROFILES_URL"),
        ("MATINEE_BLOB_URL", "MATINEE_BLOBS_URL"),
        ("MATINEE_DATASET", "MATINEE_DATA"),
        ("MATINEE_THREAD", "MATINEE_THREADS"),
        ("MATINEE_Port", "MATINEE_PORT"),
        ("MATINEE_SAMPLE_VIEWER", "MATINEE_SAMPLE_VIEWERS"),
        ("MATINEE_SECRET", "MATINEE_SECRET_KEY"),
    ],
)
def test_an_unknown_name_is_refused_with_the_likely_one(wrong: str, likely: str) -> None:
    with pytest.raises(SettingError) as refused:
        read_settings({wrong: "x"})

    assert str(refused.value) == f"There is no setting {wrong}; did you mean {likely}?"


@pytest.mark.parametrize("name", ["MATINEE_", "MATINEE_QQQQQQ", "MATINEE_é"])
def test_even_a_name_like_no_other_is_answered(name: str) -> None:
    with pytest.raises(SettingError, match=f"There is no setting {name}; did you mean MATINEE_"):
        read_settings({name: ""})


@pytest.mark.parametrize("text", ["1", "0", "yes", "no", "True", "FALSE", "", " true", "on"])
def test_yes_and_no_are_true_and_false_alone(text: str) -> None:
    with pytest.raises(SettingError) as refused:
        read_settings({"MATINEE_SAMPLE_VIEWERS": text})

    assert str(refused.value) == f"MATINEE_SAMPLE_VIEWERS must be true or false, not {text!r}."


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False)])
def test_true_and_false_are_read(text: str, value: bool) -> None:
    assert read_settings({"MATINEE_SAMPLE_VIEWERS": text}).sample_viewers is value


@pytest.mark.parametrize("text", ["0", "-1", "8000.0", "", " 80", "٣", "²", "1e3", "ten", "0x50"])
def test_numbers_are_whole_and_from_1_up(text: str) -> None:
    with pytest.raises(SettingError) as refused:
        read_settings({"MATINEE_WORKERS": text})

    assert str(refused.value) == f"MATINEE_WORKERS must be a whole number from 1 up, not {text!r}."


@pytest.mark.parametrize("text", ["65536", "8000000", "9" * 5000])
def test_a_port_is_one_that_there_can_be(text: str) -> None:
    with pytest.raises(SettingError, match="MATINEE_PORT must be a whole number from 1 to 65535, not '"):
        read_settings({"MATINEE_PORT": text})


def test_settings_do_not_change_once_read() -> None:
    settings = read_settings({"MATINEE_PORT": "8123"})

    with pytest.raises(FrozenInstanceError):
        settings.port = 8000  # type: ignore[misc]
    assert settings.port == 8123


def test_a_form_of_the_log_is_one_that_there_is() -> None:
    with pytest.raises(SettingError) as refused:
        read_settings({"MATINEE_LOG_FORMAT": "xml"})

    assert str(refused.value) == "MATINEE_LOG_FORMAT must be text or json, not 'xml'."
