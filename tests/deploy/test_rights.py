"""What the stores really ask of AWS is what the template's roles allow: every call of theirs, recorded on stand-ins."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from recommender.connection import KeptConnection
from recommender.domain import OPENED, READ, SEEN, WATCHLIST, Change, FilmMark, ListRecord, Movie, MovieId, Rating, UserId
from recommender.events import Events
from recommender.importing import Kept, forget_imports, new_id
from recommender.sign_in import SignIn, forget
from recommender.storage import bucket_data
from recommender.storage.blobs.s3 import S3Blobs
from recommender.storage.profiles.dynamodb import DynamoProfiles
from recommender.storage.profiles.dynamodb_tables import create_tables
from recommender.storage.profiles.list_reader import open_list_reader
from tests.deploy.rights import Asked, is_allowed, on_stand_ins, table_of

NOW = 1_780_000_000
SAMPLE_VIEWER, STRANGER = 7, 8
HEAT, ALIEN = MovieId(6), MovieId(1214)


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Asked]]:
    """Everything asked of DynamoDB and S3 once the tables and the bucket are there."""
    with on_stand_ins(monkeypatch, "BUCKET") as calls:
        create_tables("movie")
        calls.clear()
        yield calls


def _a_list(user_id: int, rev: int) -> ListRecord:
    return ListRecord(user_id, rev, (), generation=1, model="m", built_at=NOW, basis="ratings")


def _everything_the_site_does(profiles: DynamoProfiles, blobs: S3Blobs) -> None:
    somebody = profiles.new_person("0" * 64, shared=False, now=NOW)
    profiles.has_person(somebody)
    profiles.token_fits(somebody, "0" * 64)
    profiles.is_shared(somebody)
    profiles.share(somebody, True)
    profiles.rate(Rating(somebody, HEAT, 4.5, NOW))
    profiles.rate(Rating(somebody, ALIEN, 4.0, NOW))
    profiles.unrate(somebody, ALIEN)
    profiles.change(somebody, Change(marks=(FilmMark(somebody, ALIEN, SEEN, NOW),)))
    many = tuple(FilmMark(somebody, MovieId(number), WATCHLIST, NOW) for number in range(1, 9))
    profiles.change(somebody, Change(unrated=(ALIEN,), marks=many, unmarked=((ALIEN, SEEN),)))
    added = profiles.add_film(Movie(MovieId(0), "Home Video"), "", by=somebody, now=NOW)
    profiles.add_film(Movie(MovieId(0), "Gone"), "", by=somebody, now=NOW)
    profiles.remove_film(added.movie.movie_id)
    list(profiles.added_films())
    profiles.opinions(somebody)
    profiles.keep_list(_a_list(somebody, 5))
    profiles.keep_list(_a_list(SAMPLE_VIEWER, 0))
    profiles.list_of(STRANGER)
    profiles.highest_generation()
    door = SignIn(profiles, "secret", now=lambda: NOW)
    alice = door.sign_up("Alice", "brazil heat alien", address="192.0.2.7")
    door.add_member(alice.session, "Zoe")
    door.new_token(alice.session, "Kodi", (READ,))
    door.use_code(door.new_code(alice.session), "echo")
    door.session(alice.token)
    door.sign_out(door.sign_in("Alice", "brazil heat alien", address="192.0.2.7").token)
    forget(profiles, alice.household.owner)
    profiles.forget_person(somebody)
    blobs.read("current.json")
    blobs.list("models/")
    blobs.local_copy("models/one")
    kept, brought = Kept(blobs), new_id(NOW)
    kept.put_choices(somebody, brought, {})
    kept.drafts(somebody)
    kept.sweep(2 * NOW)
    kept.add_fixes(somebody, {"heat": HEAT})
    kept.receipts(somebody)
    blobs.create(f"imports/{somebody}/{brought}/receipt", b"{}")
    forget_imports(blobs, somebody)
    events = Events(blobs)
    events.note(somebody, OPENED, movie_id=HEAT)
    events.forget(somebody)


def _everything_a_training_does(profiles: DynamoProfiles, blobs: S3Blobs, folder: Path) -> None:
    profiles.keep_lists([_a_list(SAMPLE_VIEWER, 0), _a_list(STRANGER, 0)])
    profiles.entries.count("counter", most=9, expires_at=NOW)
    profiles.entries.sweep(NOW, most=9)
    profiles.clear_sample_lists(generation=2)
    profiles.highest_generation()
    list(profiles.all_ratings())
    list(profiles.all_marks())
    list(profiles.added_films())
    list(profiles.people())
    profiles.counts()
    profiles.opinions(SAMPLE_VIEWER)
    profiles.list_of(SAMPLE_VIEWER)
    blobs.create("training-lock.json", b"{}")
    blobs.write("training-lock.json", b"{}")
    (folder / "scores.npy").write_bytes(bytes(9_000_000))  # large enough to go up in parts
    blobs.publish("models/one", folder)
    blobs.local_copy("models/one")
    pointer = blobs.read("current.json")
    blobs.compare_and_set("current.json", b"{}", expected=pointer.tag if pointer else None)
    blobs.list("models/")
    blobs.remove("models/one")


def _everything_a_move_does() -> None:
    """Out of tables with people, ratings and lists, into new ones of another name, as a backup and a move read and write."""
    create_tables("other")
    other = DynamoProfiles("other")
    somebody = other.new_person("0" * 64, shared=False, now=NOW)
    other.rate(Rating(somebody, HEAT, 4.5, NOW))
    other.keep_list(_a_list(somebody, 1))
    old = DynamoProfiles("movie")
    with other.contents() as contents:
        old.adopt(contents)
    old.check()
    with old.contents() as contents:
        assert len(list(contents.records)) == 1


def test_the_site_may_do_all_that_it_does(recorded, tmp_path):
    _everything_the_site_does(DynamoProfiles("movie"), S3Blobs("BUCKET", "matinee", cache_folder=tmp_path))

    assert len(recorded) > 12
    assert [asked for asked in sorted(recorded) if not is_allowed(asked, "web")] == []


def test_a_training_may_do_all_that_it_does_and_the_site_may_not(recorded, tmp_path):
    (tmp_path / "folder").mkdir()
    _everything_a_training_does(DynamoProfiles("movie"), S3Blobs("BUCKET", "matinee", cache_folder=tmp_path), tmp_path / "folder")

    assert [asked for asked in sorted(recorded) if not is_allowed(asked, "trainer")] == []
    assert {asked.action for asked in recorded if not is_allowed(asked, "web")} == {"dynamodb:Scan", "s3:PutObject", "s3:DeleteObject"}


def test_a_training_may_copy_the_data_and_the_site_may_not(recorded, tmp_path, monkeypatch):
    monkeypatch.setattr(bucket_data, "BUCKET", re.compile("BUCKET"))  # no name that a bucket may have
    for key in ("data/ml-tiny/ratings.csv", "data/ml-tiny.zip"):
        boto3.client("s3").put_object(Bucket="BUCKET", Key=key, Body=b"userId,movieId,rating")
    recorded.clear()

    for place in ("s3://BUCKET/data/ml-tiny", "s3://BUCKET/data/ml-tiny.zip"):
        bucket_data.copied(place, tmp_path, {"ratings.csv"}, progress=lambda done, total: None)

    assert {asked.action for asked in recorded} == {"s3:GetObject", "s3:ListBucket"}
    assert [asked for asked in sorted(recorded) if not is_allowed(asked, "trainer")] == []
    assert [asked for asked in sorted(recorded) if is_allowed(asked, "web")] == []


def test_a_backup_and_a_move_may_do_all_that_they_do_with_the_trainers_role(recorded):
    _everything_a_move_does()

    of_ours = [asked for asked in sorted(recorded) if "/other" not in asked.resource]
    assert {"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:DeleteItem"} <= {asked.action for asked in of_ours}
    assert [asked for asked in of_ours if not is_allowed(asked, "trainer")] == []


def test_the_echos_function_may_do_all_that_it_does(moto_url, amazon_environment, monkeypatch):
    amazon_environment(moto_url)
    recorded = set()
    really = KeptConnection.ask

    def recording(connection: KeptConnection, method: str, path: str, headers: dict[str, str], body: bytes, **how: float) -> Any:
        operation = headers["x-amz-target"].rpartition(".")[2]
        recorded.add(Asked(f"dynamodb:{operation}", table_of(json.loads(body))))
        return really(connection, method, path, headers, body, **how)

    monkeypatch.setattr(KeptConnection, "ask", recording)
    create_tables("movie")
    reader = open_list_reader("dynamodb://movie")
    reader.record(UserId(SAMPLE_VIEWER))
    reader.is_shared(UserId(STRANGER))

    assert recorded == {
        Asked("dynamodb:GetItem", f"arn:aws:dynamodb:REGION:ACCOUNT:table/{table}") for table in ("movie", "movie-accounts")
    }
    assert [asked for asked in sorted(recorded) if not is_allowed(asked, "skill")] == []


@pytest.mark.parametrize(
    "asked",
    [
        Asked("dynamodb:Scan", "arn:aws:dynamodb:REGION:ACCOUNT:table/movie"),
        Asked("dynamodb:DeleteItem", "arn:aws:dynamodb:REGION:ACCOUNT:table/movie"),
        Asked("s3:PutObject", "arn:aws:s3:::BUCKET/matinee/current.json"),
        Asked("s3:GetObject", "arn:aws:s3:::BUCKET/data/ratings.csv"),
        Asked("s3:ListBucket", "arn:aws:s3:::BUCKET", "data/"),
    ],
    ids=lambda asked: f"{asked.action} {asked.prefix or asked.resource.rpartition(':')[2]}",
)
def test_the_site_may_not(asked):
    assert not is_allowed(asked, "web")
