"""The reader of list records says what the store itself says, and neither writes nor makes anything."""

from __future__ import annotations

import os
from dataclasses import astuple
from pathlib import Path

import apsw
import boto3
import pytest

from recommender.domain import ListRecord, UserId
from recommender.errors import SettingError, StorageError
from recommender.storage.profiles import Profiles
from recommender.storage.profiles.dynamodb_names import Tables
from recommender.storage.profiles.list_reader import ListReader, open_list_reader
from tests.contracts.profiles.opinions import BEYOND_ALL_NUMBERS, NEVER_GIVEN, VIEWER, a_list, rating


@pytest.fixture
def reader(url: str) -> ListReader:
    return open_list_reader(url)


def test_a_kept_list_is_read_as_the_store_reads_it(profiles: Profiles, reader: ListReader, alice: UserId) -> None:
    made = a_list(alice, profiles.rate(rating(alice)))
    assert profiles.keep_list(made)

    assert reader.record(alice) == profiles.list_of(alice) == made


def test_a_list_of_a_sample_viewer_is_read(profiles: Profiles, reader: ListReader) -> None:
    made = a_list(VIEWER, 0)
    assert profiles.keep_list(made)

    assert reader.record(VIEWER) == made


def test_a_rating_is_seen_at_once(profiles: Profiles, reader: ListReader, alice: UserId) -> None:
    assert profiles.keep_list(a_list(alice, profiles.rate(rating(alice)), generation=7))
    assert reader.record(alice) is not None

    rev = profiles.rate(rating(alice, stars=2.0))

    record = reader.record(alice)
    assert record == profiles.list_of(alice)
    assert record is not None
    assert (record.rev, record.movies, record.generation) == (rev, None, 7)


@pytest.mark.parametrize("nobody", [VIEWER, NEVER_GIVEN, BEYOND_ALL_NUMBERS, UserId(0), UserId(-5), UserId(10**40)])
def test_who_has_no_record_has_none(profiles: Profiles, reader: ListReader, nobody: UserId) -> None:
    assert reader.record(nobody) is None
    assert not reader.is_shared(nobody)


def test_a_record_of_somebody_who_has_left_is_void(profiles: Profiles, reader: ListReader, alice: UserId) -> None:
    assert profiles.keep_list(a_list(alice, profiles.rate(rating(alice))))
    profiles.share(alice, True)
    profiles.forget_person(alice)

    record = reader.record(alice)
    assert record == profiles.list_of(alice)
    assert record is not None
    assert (record.deleted, record.movies) == (True, None)
    assert not reader.is_shared(alice)


def test_a_list_is_shared_while_its_owner_says_so(profiles: Profiles, reader: ListReader, alice: UserId) -> None:
    assert not reader.is_shared(alice)

    profiles.share(alice, True)
    assert reader.is_shared(alice)

    profiles.share(alice, False)
    assert not reader.is_shared(alice)


@pytest.mark.parametrize("damage", ["another format", "no revision", "half a film"])
def test_a_record_that_is_damaged_or_of_another_format_is_refused_in_words(
    profiles: Profiles, reader: ListReader, url: str, damage: str
) -> None:
    assert profiles.keep_list(a_list(VIEWER, 0))
    _break(url, damage)

    with pytest.raises(StorageError, match="format 99" if damage == "another format" else "damaged"):
        reader.record(VIEWER)


def _break(url: str, damage: str) -> None:
    if url.startswith("dynamodb:"):
        changes = {
            "another format": {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": {"N": "99"}}},
            "no revision": {"UpdateExpression": "REMOVE rev"},
            "half a film": {"UpdateExpression": "REMOVE movies[0].title"},
        }
        boto3.client("dynamodb").update_item(TableName=url.rpartition("/")[2], Key={"userID": {"N": str(VIEWER)}}, **changes[damage])
        return
    if damage == "no revision":
        pytest.skip("SQLite keeps no record without one")
    changed = {
        "another format": "replace(movies, '\"v\":1', '\"v\":99')",
        "half a film": "replace(movies, '\"title\":', '\"name\":')",
    }
    connection = apsw.Connection(url.removeprefix("sqlite://"))
    connection.execute(f"UPDATE movie SET movies = {changed[damage]}")
    connection.close()


def test_a_table_that_is_not_there_is_missing_and_a_file_has_no_records(url: str, tmp_path: Path) -> None:
    if url.startswith("dynamodb:"):
        gone = open_list_reader("dynamodb://nothing-of-this-name")
        with pytest.raises(StorageError, match="The table nothing-of-this-name cannot be used: it is not there") as caught:
            gone.record(VIEWER)
        assert caught.value.kind == "missing"
        return
    new = tmp_path / "folder" / "new.sqlite3"
    reader = open_list_reader(f"sqlite://{new}")

    assert reader.record(VIEWER) is None
    assert not reader.is_shared(NEVER_GIVEN)
    assert not new.parent.exists()


def test_nothing_is_written(profiles: Profiles, reader: ListReader, url: str, alice: UserId) -> None:
    profiles.rate(rating(alice))
    before = _everything(profiles)

    for user_id in (alice, VIEWER, NEVER_GIVEN):
        reader.record(user_id)
        reader.is_shared(user_id)

    assert _everything(profiles) == before


def _everything(profiles: Profiles) -> tuple[object, ...]:
    with profiles.contents() as contents:
        records: list[ListRecord] = list(contents.records)
        return contents.marks, list(contents.accounts), list(contents.ratings), records


@pytest.mark.parametrize("url", ["", "movie", "dynamodb:movie", "dynamodb://a", "sqlite:", "redis://movie"])
def test_a_place_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match="MATINEE_PROFILES_URL"):
        open_list_reader(url)


def test_the_names_of_the_tables_are_those_of_the_store() -> None:
    assert astuple(Tables.of("movie")) == ("movie", "movie-ratings", "movie-accounts")
    assert "AWS_ENDPOINT_URL" not in os.environ
