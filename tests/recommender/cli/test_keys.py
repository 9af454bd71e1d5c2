"""`matinee keys …`."""

from __future__ import annotations

import json

from tests.recommender.cli.commands import Matinee, done, refused


def test_a_key_is_printed_once_as_json_and_listed_without_its_secret(matinee: Matinee) -> None:
    made = json.loads(done(matinee("keys", "add", "--scope", "runtime", "--scope", "events", "--note", "the shop")))
    assert set(made) == {"access_key_id", "secret_access_key"}
    listed = done(matinee("keys", "list"))
    assert made["access_key_id"] in listed
    assert "runtime,events" in listed
    assert "the shop" in listed
    assert made["secret_access_key"] not in listed + done(matinee("keys", "list", "--json"))


def test_a_key_is_rotated_and_removed(matinee: Matinee) -> None:
    old = json.loads(done(matinee("keys", "add")))["access_key_id"]
    new = json.loads(done(matinee("keys", "rotate", old, "--hours", 2)))["access_key_id"]
    listed = {one["access_key_id"]: one for one in json.loads(done(matinee("keys", "list", "--json")))}
    assert set(listed) == {old, new}
    assert listed[old]["until"]
    assert not listed[new]["until"]
    assert listed[new]["scopes"] == ["control", "runtime", "events"]
    done(matinee("keys", "remove", old))
    assert "keys list" in refused(matinee("keys", "remove", old))
    assert "hours must be a number from 0 to 8760" in refused(matinee("keys", "rotate", new, "--hours", -1))


def test_without_keys_it_says_how_to_make_one(matinee: Matinee) -> None:
    assert "`matinee keys add` makes one" in matinee("keys", "list").output
