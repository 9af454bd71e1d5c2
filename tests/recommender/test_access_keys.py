"""Access keys: worked out, listed, rotated and taken away."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.access_keys import ID, KEY, AccessKeys
from recommender.errors import InvalidInputError, StorageError
from recommender.storage.blobs.folder import FolderBlobs

SECRET = "the site's secret key"


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path)


def keys_of(blobs: FolderBlobs, at: float = 1000.0, secret: str = SECRET) -> AccessKeys:
    return AccessKeys(blobs, secret, now=lambda: at)


def test_a_key_is_found_by_every_worker_and_its_secret_is_kept_nowhere(blobs: FolderBlobs) -> None:
    made, secret = keys_of(blobs).add(("events", "runtime"), "the shop")
    assert ID.fullmatch(made.access_key_id)
    assert len(secret) == 40
    found = keys_of(blobs).find(made.access_key_id)
    assert found == made
    assert found.scopes == ("runtime", "events")
    assert keys_of(blobs).secret_of(made.access_key_id) == secret
    stored = blobs.read(KEY)
    assert stored is not None
    assert secret.encode() not in stored.data


def test_no_two_keys_share_a_secret_and_another_site_has_others(blobs: FolderBlobs) -> None:
    keys = keys_of(blobs)
    (one, secret_of_one), (other, secret_of_other) = keys.add(), keys.add()
    assert one.access_key_id != other.access_key_id
    assert secret_of_one != secret_of_other != keys_of(blobs, secret="another site's key").secret_of(other.access_key_id)


def test_there_is_no_key_before_one_is_made(blobs: FolderBlobs) -> None:
    assert keys_of(blobs).all() == []
    assert keys_of(blobs).find("MTNE" + "A" * 16) is None


def test_a_rotated_key_works_for_a_while_and_its_successor_on(blobs: FolderBlobs) -> None:
    old, _ = keys_of(blobs).add(("runtime",), "the shop")
    new, _ = keys_of(blobs, 2000.0).rotate(old.access_key_id, hours=1)
    assert (new.scopes, new.note, new.made, new.until) == (("runtime",), "the shop", 2000.0, None)
    assert keys_of(blobs, 5599.0).find(old.access_key_id) is not None
    assert keys_of(blobs, 5600.0).find(old.access_key_id) is None
    assert keys_of(blobs, 5600.0).find(new.access_key_id) == new


def test_rotating_never_makes_a_key_live_longer(blobs: FolderBlobs) -> None:
    old, _ = keys_of(blobs).add()
    keys_of(blobs).rotate(old.access_key_id, hours=1)
    keys_of(blobs).rotate(old.access_key_id, hours=24)
    assert {one.access_key_id: one.until for one in keys_of(blobs).all()}[old.access_key_id] == 4600.0


def test_a_removed_key_opens_nothing_any_more(blobs: FolderBlobs) -> None:
    keys = keys_of(blobs)
    made, _ = keys.add()
    assert keys.find(made.access_key_id) is not None
    keys.remove(made.access_key_id)
    assert keys.find(made.access_key_id) is None
    with pytest.raises(InvalidInputError, match="must be one that `matinee keys list` shows"):
        keys.remove(made.access_key_id)


@pytest.mark.parametrize(("scopes", "note"), [(("all",), ""), ((), ""), (("events",), "two\nlines"), (("events",), "x" * 101)])
def test_what_a_key_cannot_be_is_refused(scopes: tuple[str, ...], note: str, blobs: FolderBlobs) -> None:
    with pytest.raises(InvalidInputError):
        keys_of(blobs).add(scopes, note)
    assert keys_of(blobs).all() == []


def test_a_list_of_keys_that_nobody_can_read_opens_nothing(blobs: FolderBlobs) -> None:
    blobs.write(KEY, b"{")
    with pytest.raises(StorageError, match="cannot be understood"):
        keys_of(blobs).find("MTNE" + "A" * 16)
