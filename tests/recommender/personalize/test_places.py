"""Places of files: buckets, and folders that nobody gets out of."""

from __future__ import annotations

import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import boto3
import pytest

from recommender.errors import SettingError, StorageError
from recommender.personalize.places import check_location, files_at, put
from recommender.personalize.refusals import InvalidInputError
from recommender.settings import Settings
from tests import stand_ins


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The only one that is allowed, with a file in it; another one lies beside it."""
    allowed = tmp_path / "allowed"
    for each in (allowed, tmp_path / "allowed-not"):
        each.mkdir()
        (each / "films.csv").write_text("ITEM_ID,YEAR\n")
    return allowed


@pytest.fixture
def settings(folder: Path) -> Settings:
    return Settings(import_folders=f"/nowhere-at-all:{folder}")


@pytest.fixture
def room(tmp_path: Path) -> Path:
    made = tmp_path / "room"
    made.mkdir()
    return made


def contents(url: str, settings: Settings, room: Path) -> list[tuple[str, bytes]]:
    found = []
    for one in files_at(url, settings, room):
        with one.opened(lambda n_bytes: None) as file:
            found.append((one.name.rpartition("/")[2], file.read()))
    return found


def test_a_file_and_a_folder_below_an_allowed_one_are_read(folder: Path, settings: Settings, room: Path) -> None:
    (folder / "b.CSV").write_text("b")
    (folder / "notes.txt").write_text("none of ours")
    (folder / "_SUCCESS").write_text("")
    (folder / "deeper").mkdir()
    for url in (f"file://{folder}", f"file://{folder}/", f"file://{folder}/deeper/.."):
        check_location(url, settings)
        assert contents(url, settings, room) == [("b.CSV", b"b"), ("films.csv", b"ITEM_ID,YEAR\n")]
    assert contents(f"file://{folder}/films.csv", settings, room) == [("films.csv", b"ITEM_ID,YEAR\n")]
    (folder / "a film.csv").write_text("x")
    assert contents(f"file://{folder}/a%20film.csv", settings, room) == [("a film.csv", b"x")]


@pytest.mark.parametrize(
    "tail",
    [
        "../allowed-not/films.csv",
        "..%2fallowed-not/films.csv",
        "%2e%2e/allowed-not/films.csv",
        "deeper/../../allowed-not/films.csv",
        "../allowed-not",
        "..",
        "link.csv",
        "linked/films.csv",
        "circle",
        "films.csv\0",
    ],
)
def test_nobody_gets_out_of_the_folder(folder: Path, settings: Settings, room: Path, tail: str) -> None:
    (folder / "deeper").mkdir()
    (folder / "link.csv").symlink_to(folder.parent / "allowed-not" / "films.csv")
    (folder / "linked").symlink_to(folder.parent / "allowed-not")
    (folder / "circle").symlink_to(folder / "circle")
    for ask in (lambda url: check_location(url, settings), lambda url: contents(url, settings, room)):
        with pytest.raises((InvalidInputError, StorageError)) as refused:
            ask(f"file://{folder}/{tail}")
        assert "ITEM_ID" not in str(refused.value)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "file://etc/passwd", "file://", "file:///", "file://localhost/etc/passwd"])
def test_no_other_file_of_this_machine_is_read(settings: Settings, url: str) -> None:
    with pytest.raises(InvalidInputError, match=r"lies below none of the folders|must be an absolute path"):
        check_location(url, settings)


def test_a_folder_beside_with_the_same_beginning_is_another(folder: Path, settings: Settings) -> None:
    with pytest.raises(InvalidInputError, match="lies below none"):
        check_location(f"file://{folder}-not/films.csv", settings)


def test_a_link_in_a_listed_folder_does_not_lead_out(folder: Path, settings: Settings, room: Path) -> None:
    (folder / "link.csv").symlink_to("/etc/passwd")
    with pytest.raises(InvalidInputError, match="lies below none"):
        contents(f"file://{folder}", settings, room)


def test_a_file_that_becomes_a_link_after_the_check_is_not_followed(folder: Path, settings: Settings, room: Path) -> None:
    [found] = files_at(f"file://{folder}/films.csv", settings, room)
    (folder / "films.csv").unlink()
    (folder / "films.csv").symlink_to("/etc/passwd")
    with pytest.raises(StorageError, match="cannot be read"), found.opened(lambda n_bytes: None):
        pass


def test_a_file_that_grows_while_it_is_read_is_read_again_later(folder: Path, settings: Settings, room: Path) -> None:
    [found] = files_at(f"file://{folder}/films.csv", settings, room)

    def read() -> None:
        with found.opened(lambda n_bytes: None) as file, (folder / "films.csv").open("ab") as more:
            file.read()
            more.write(b"half a ro")

    with pytest.raises(StorageError, match="was changed while it was read") as raised:
        read()
    assert raised.value.kind == "conflict"


def test_a_pipe_is_no_file(folder: Path, settings: Settings, room: Path) -> None:
    os.mkfifo(folder / "pipe.csv")
    with pytest.raises(InvalidInputError, match="is no file that can be read"):
        contents(f"file://{folder}/pipe.csv", settings, room)


def test_without_folders_no_file_is_read() -> None:
    with pytest.raises(InvalidInputError, match="the operator names folders in MATINEE_IMPORT_FOLDERS"):
        check_location("file:///tmp/films.csv", Settings())
    with pytest.raises(SettingError, match="must be absolute folders"):
        check_location("file:///tmp/films.csv", Settings(import_folders="var/imports"))


@pytest.mark.parametrize(
    "url", ["", "films.csv", "https://films/x.csv", "s3:/films/x", "s3://F/x.csv", "s3://a/x", f"s3://films/{'x' * 1025}"]
)
def test_what_is_no_location_is_refused(settings: Settings, url: str) -> None:
    with pytest.raises(InvalidInputError, match=r"must be like s3://bucket/folder/file\.csv"):
        check_location(url, settings)


def test_what_is_not_there_is_told(folder: Path, settings: Settings, room: Path) -> None:
    with pytest.raises(StorageError, match="file name too long"):
        files_at(f"file://{folder}/{'x' * 5000}", settings, room)
    with pytest.raises(InvalidInputError, match=r"There is no file file://.*/none\.csv"):
        files_at(f"file://{folder}/none.csv", settings, room)
    (folder / "films.csv").rename(folder / "films.parquet")
    with pytest.raises(InvalidInputError, match=r"no CSV file in .*; there is films\.parquet"):
        files_at(f"file://{folder}", settings, room)


def test_a_file_is_put_whole_below_an_allowed_folder(folder: Path, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "made").write_bytes(b"rows")
    assert put(f"file://{folder}/out/deep", "rows.csv", tmp_path / "made", settings) == f"file://{folder}/out/deep/rows.csv"
    assert (folder / "out/deep/rows.csv").read_bytes() == b"rows"
    assert [one.name for one in (folder / "out/deep").iterdir()] == ["rows.csv"]
    with pytest.raises(InvalidInputError):
        put(f"file://{folder}/../allowed-not", "rows.csv", tmp_path / "made", settings)


def test_a_bucket_gives_an_object_or_the_first_level_below_a_prefix(moto_url: str, room: Path, tmp_path: Path) -> None:
    os.environ.update(stand_ins.environment_for(moto_url))
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="places")
    for key in ("in/a.csv", "in/b.csv", "in/b.csv.bak", "in/deep/c.csv", "in.csv", "in/_SUCCESS"):
        s3.put_object(Bucket="places", Key=key, Body=key.encode())
    settings = Settings()
    assert contents("s3://places/in/a.csv", settings, room) == [("a.csv", b"in/a.csv")]
    for url in ("s3://places/in", "s3://places/in/"):
        assert contents(url, settings, room) == [("a.csv", b"in/a.csv"), ("b.csv", b"in/b.csv")]
    assert contents("s3://places", settings, room) == [("in.csv", b"in.csv")]
    assert not list(room.iterdir())
    with pytest.raises(InvalidInputError, match=r"no object s3://places/none\.csv and no CSV file below it; there is nothing at all"):
        files_at("s3://places/none.csv", settings, room)
    with pytest.raises(StorageError, match="There is no bucket places-not"):
        files_at("s3://places-not/a.csv", settings, room)
    (tmp_path / "made").write_bytes(b"rows")
    assert put("s3://places/out/", "rows.csv", tmp_path / "made", settings) == "s3://places/out/rows.csv"
    assert s3.get_object(Bucket="places", Key="out/rows.csv")["Body"].read() == b"rows"


def test_where_access_is_denied_the_policy_that_is_missing_is_named(room: Path) -> None:
    class Denies(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
            self.send_response(403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name there
            pass

    server = HTTPServer(("127.0.0.1", 0), Denies)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        os.environ.update(stand_ins.environment_for(f"http://127.0.0.1:{server.server_port}"))
        with pytest.raises(StorageError) as denied:
            files_at("s3://films/in.csv", Settings(), room, role="arn:aws:iam::123456789012:role/PersonalizeRole")
    finally:
        server.shutdown()
        server.server_close()
    assert denied.value.kind == "denied"
    for part in (
        "s3:ListBucket or s3:GetObject on arn:aws:s3:::films is not allowed",
        '"Action": ["s3:ListBucket", "s3:GetObject"], "Resource": ["arn:aws:s3:::films", "arn:aws:s3:::films/*"]',
        "arn:aws:iam::123456789012:role/PersonalizeRole needs it",
        "`matinee doctor iam --bucket films --for import --write policies` writes all that is needed.",
    ):
        assert part in str(denied.value)
