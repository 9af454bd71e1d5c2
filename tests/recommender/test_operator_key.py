"""The operator's key: shown once, kept as a digest, replaced by the next."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from recommender import operator_key
from recommender.cli import main
from recommender.errors import SettingError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "operator"


def test_the_key_fits_and_no_other_does(file: Path) -> None:
    key = operator_key.make(file)
    kept = operator_key.digest(file)

    assert kept is not None
    assert operator_key.fits(key, kept)
    for other in ("", key[:-1], key + "x", kept, "ключ", "\ud800"):
        assert not operator_key.fits(other, kept)


def test_the_file_holds_a_digest_for_its_owner_alone_and_nothing_else_is_left(file: Path) -> None:
    key = operator_key.make(file)

    assert key not in file.read_text()
    assert len(key) >= 43  # 256 bits
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_a_new_key_takes_the_place_of_the_one_before(file: Path) -> None:
    before = operator_key.make(file)
    operator_key.make(file)

    assert not operator_key.fits(before, operator_key.digest(file) or "")


def test_without_a_key_there_is_no_digest(file: Path) -> None:
    assert operator_key.digest(file) is None


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda file: file.chmod(0o644), "is open to others; run `chmod 600"),
        (lambda file: file.write_text("hello"), "holds no digest of a key; run `matinee operator key`"),
        (lambda file: file.write_bytes(b"\xff\xfe"), "it is no text"),
    ],
    ids=["readable by others", "no digest", "no text"],
)
def test_a_file_that_cannot_be_trusted_is_refused_in_words(file: Path, spoil, said: str) -> None:
    operator_key.make(file)
    spoil(file)

    with pytest.raises(SettingError, match=said):
        operator_key.digest(file)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingError, match=r"cannot be kept in .*/file/operator: .*MATINEE_OPERATOR_FILE"):
        operator_key.make(tmp_path / "file" / "operator")


def test_the_command_prints_the_key_alone_and_says_what_it_is_for(file: Path) -> None:
    ran = CliRunner().invoke(main, ["operator", "key"], env={"MATINEE_OPERATOR_FILE": str(file)})

    assert ran.exit_code == 0, ran.output
    key = ran.stdout.strip()
    assert operator_key.fits(key, operator_key.digest(file) or "")
    assert "shown once" in ran.stderr
    assert "/operator/" in ran.stderr
