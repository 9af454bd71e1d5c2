"""What every place for blobs owes."""

from __future__ import annotations

import multiprocessing
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.errors import InvalidInputError, StorageError
from recommender.storage.blobs import Blobs, open_blobs
from tests.contracts.neighbours import count_up, side_by_side, take, write_in_turns
from tests.contracts.places import BLOBS, Place, stood_in_for

FROM_ABOVE = ["/", "/etc/passwd", "/a", ".", "..", "../a", "a/../b", "a/./b", "a//b", "a/"]
ODD_LETTERS = ["", "a b", "a\\b", "ä", "٣", "a\n", "a\0", "~lock", "a/~b"]


@pytest.fixture(params=list(BLOBS.values()), ids=list(BLOBS))
def place(request: pytest.FixtureRequest) -> Place:
    return stood_in_for(request.param, request)


@pytest.fixture
def blobs(url: str, tmp_path: Path) -> Blobs:
    return open_blobs(url, cache_folder=tmp_path / "cache", patient=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a trainer has made: two files, one of them deeper."""
    folder = tmp_path / "made"
    (folder / "arrays").mkdir(parents=True)
    (folder / "manifest.json").write_bytes(b"{}")
    (folder / "arrays" / "similar.npy").write_bytes(bytes(range(256)) * 40)
    return folder


def text(blobs: Blobs, key: str) -> bytes | None:
    there = blobs.read(key)
    return there.data if there else None


# One blob


def test_an_empty_place_holds_nothing(blobs: Blobs) -> None:
    assert blobs.read("models/current.json") is None
    assert blobs.list("") == []
    assert blobs.list("models/") == []
    assert blobs.local_copy("models/v1") is None


@pytest.mark.parametrize("key", ["a", "a.b-c_D9", ".hidden", "...", "deep/er/and/deeper/still.json", "-"])
def test_what_was_written_is_read(blobs: Blobs, key: str) -> None:
    blobs.write(key, b"one")

    assert text(blobs, key) == b"one"
    assert blobs.list("") == [key]


def test_a_blob_may_be_empty_or_large(blobs: Blobs) -> None:
    large = bytes(range(256)) * 20_000
    blobs.write("empty", b"")
    blobs.write("large", large)

    assert text(blobs, "empty") == b""
    assert text(blobs, "large") == large


def test_writing_again_takes_the_place_of_what_was_there(blobs: Blobs) -> None:
    blobs.write("a", b"a longer first text")
    blobs.write("a", b"short")

    assert text(blobs, "a") == b"short"


def test_the_tag_changes_whenever_the_bytes_do(blobs: Blobs) -> None:
    tags = []
    for data in (b"one", b"two", b""):
        blobs.write("a", data)
        there = blobs.read("a")
        assert there is not None
        tags.append(there.tag)

    assert len(set(tags)) == 3


def test_a_folder_is_not_a_blob(blobs: Blobs) -> None:
    blobs.write("a/b", b"one")

    assert blobs.read("a") is None
    assert blobs.read("a/b/c") is None


@pytest.mark.parametrize("key", FROM_ABOVE + ODD_LETTERS)
def test_a_key_outside_the_alphabet_is_refused_by_everything(blobs: Blobs, folder: Path, key: str) -> None:
    for attempt in (
        lambda: blobs.read(key),
        lambda: blobs.write(key, b""),
        lambda: blobs.create(key, b""),
        lambda: blobs.compare_and_set(key, b"", expected=None),
        lambda: blobs.compare_and_remove(key, expected="tag"),
        lambda: blobs.publish(key, folder),
        lambda: blobs.local_copy(key),
        lambda: blobs.remove(key),
    ):
        with pytest.raises(InvalidInputError, match=r"blob key must be a relative path of letters, digits and \._- joined by /, not"):
            attempt()
    assert blobs.list("") == []


def test_the_refused_key_is_named(blobs: Blobs) -> None:
    with pytest.raises(InvalidInputError, match=r"not '\.\./secret'\.$"):
        blobs.read("../secret")


# Create, compare and set


def test_only_the_first_creates(blobs: Blobs) -> None:
    assert blobs.create("a", b"first")
    assert not blobs.create("a", b"second")
    assert text(blobs, "a") == b"first"


def test_a_blob_is_set_only_if_it_is_still_what_was_read(blobs: Blobs) -> None:
    blobs.write("a", b"one")
    one = blobs.read("a")
    assert one is not None

    assert blobs.compare_and_set("a", b"two", expected=one.tag)
    assert not blobs.compare_and_set("a", b"three", expected=one.tag)
    assert text(blobs, "a") == b"two"


def test_expecting_nothing_succeeds_only_where_there_is_nothing(blobs: Blobs) -> None:
    assert blobs.compare_and_set("a", b"one", expected=None)
    assert not blobs.compare_and_set("a", b"two", expected=None)
    assert text(blobs, "a") == b"one"


def test_expecting_something_fails_where_there_is_nothing(blobs: Blobs) -> None:
    blobs.write("a", b"one")
    one = blobs.read("a")
    assert one is not None
    blobs.remove("a")

    assert not blobs.compare_and_set("a", b"two", expected=one.tag)
    assert blobs.read("a") is None


@pytest.mark.races
@pytest.mark.parametrize("round_", range(3))
def test_of_threads_that_create_at_once_one_succeeds(blobs: Blobs, round_: int) -> None:
    succeeded: list[bytes] = []
    ready = threading.Barrier(8)

    def create(name: bytes) -> None:
        ready.wait()
        if blobs.create("a", name):
            succeeded.append(name)

    threads = [threading.Thread(target=create, args=(b"%d" % number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert succeeded == [text(blobs, "a")]


@pytest.mark.races
def test_of_processes_that_create_at_once_one_succeeds(blobs: Blobs, url: str) -> None:
    assert sorted(side_by_side(take, *[(url, "a", name) for name in ("one", "two", "three")])) == [False, False, True]


@pytest.mark.races
def test_processes_that_count_by_compare_and_set_lose_no_count(blobs: Blobs, url: str) -> None:
    n_lost = side_by_side(count_up, *[(url, "count", 100)] * 3)

    assert text(blobs, "count") == b"300"
    assert sum(n_lost) > 0, "they never met, so nothing was tried"


@pytest.mark.races
def test_readers_in_other_processes_see_whole_blobs_only(blobs: Blobs, url: str) -> None:
    writer = multiprocessing.get_context("spawn").Process(target=write_in_turns, args=(url, "a", 60))
    writer.start()

    seen: set[bytes] = set()
    while writer.is_alive():
        data = text(blobs, "a")
        if data is not None:
            assert data == data[:1] * 1_000_000
            seen.add(data[:1])
        assert blobs.list("") in ([], ["a"])
    writer.join()

    assert seen == {b"a", b"b"}


# List


def test_keys_are_listed_in_order_by_the_beginning_of_their_text(blobs: Blobs) -> None:
    for key in ("models/v10/a", "models/v1/b", "models/v1/a", "models.json", "data/x"):
        blobs.write(key, b"")

    assert blobs.list("") == ["data/x", "models.json", "models/v1/a", "models/v1/b", "models/v10/a"]
    assert blobs.list("models/") == ["models/v1/a", "models/v1/b", "models/v10/a"]
    assert blobs.list("models/v1") == ["models/v1/a", "models/v1/b", "models/v10/a"]
    assert blobs.list("models/v1/") == ["models/v1/a", "models/v1/b"]
    assert blobs.list("mod") == ["models.json", "models/v1/a", "models/v1/b", "models/v10/a"]
    assert blobs.list("models/v1/a") == ["models/v1/a"]
    assert blobs.list("nothing/") == []


@pytest.mark.parametrize("prefix", ["/", "../", "a/../", "ä", "~", "a//"])
def test_a_prefix_outside_the_alphabet_is_refused(blobs: Blobs, prefix: str) -> None:
    with pytest.raises(InvalidInputError):
        blobs.list(prefix)


# Publish


def test_a_published_folder_can_be_listed_read_and_mapped(blobs: Blobs, folder: Path) -> None:
    blobs.publish("models/v1", folder)

    assert blobs.list("models/") == ["models/v1/arrays/similar.npy", "models/v1/manifest.json"]
    assert text(blobs, "models/v1/manifest.json") == b"{}"
    here = blobs.local_copy("models/v1")
    assert here is not None
    assert (here / "arrays" / "similar.npy").read_bytes() == bytes(range(256)) * 40
    assert blobs.local_copy("models/v2") is None


def test_what_is_published_never_changes(blobs: Blobs, folder: Path, tmp_path: Path) -> None:
    blobs.publish("models/v1", folder)
    other = tmp_path / "other"
    other.mkdir()
    (other / "manifest.json").write_bytes(b"other")

    with pytest.raises(StorageError, match="models/v1 is published already"):
        blobs.publish("models/v1", other)

    assert text(blobs, "models/v1/manifest.json") == b"{}"
    assert (other / "manifest.json").read_bytes() == b"other"


def test_a_folder_with_a_name_outside_the_alphabet_is_not_published_at_all(blobs: Blobs, folder: Path) -> None:
    (folder / "a name").write_bytes(b"")

    with pytest.raises(InvalidInputError, match="a name"):
        blobs.publish("models/v1", folder)

    assert blobs.list("") == []


def test_an_empty_folder_is_not_published(blobs: Blobs, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()

    with pytest.raises(StorageError, match=r"there is no file in it\."):
        blobs.publish("models/v1", tmp_path / "made")


def test_a_folder_that_is_not_there_is_not_published(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        blobs.publish("models/v1", tmp_path / "never made")


def test_only_plain_files_are_published(blobs: Blobs, folder: Path) -> None:
    (folder / "link").symlink_to("/etc/hostname")

    with pytest.raises(StorageError, match=r"it is not a plain file\."):
        blobs.publish("models/v1", folder)


# Remove


def test_a_blob_taken_away_is_gone_and_its_key_free(blobs: Blobs) -> None:
    blobs.write("a/b", b"one")
    blobs.write("a/c", b"two")
    blobs.remove("a/b")

    assert blobs.list("") == ["a/c"]
    assert blobs.create("a/b", b"anew")


def test_taking_away_what_is_not_there_is_fine(blobs: Blobs) -> None:
    blobs.remove("a/b")
    blobs.write("a/c", b"one")
    blobs.remove("a/b")

    assert blobs.list("") == ["a/c"]


def test_a_blob_is_taken_away_only_if_it_is_still_what_was_read(blobs: Blobs) -> None:
    blobs.write("a/b", b"one")
    one = blobs.read("a/b")
    blobs.write("a/b", b"two")
    two = blobs.read("a/b")
    assert one is not None
    assert two is not None

    assert not blobs.compare_and_remove("a/b", expected=one.tag)
    assert text(blobs, "a/b") == b"two"
    assert blobs.compare_and_remove("a/b", expected=two.tag)
    assert blobs.list("") == []
    assert blobs.compare_and_remove("a/b", expected=two.tag)
    assert blobs.create("a/b", b"anew")


@pytest.mark.races
def test_what_is_put_while_a_blob_is_taken_away_is_not_lost(blobs: Blobs) -> None:
    put = list[bytes]()

    def add() -> None:
        for number in range(20):
            while True:
                there = blobs.read("a")
                data = (there.data if there else b"") + b"%d " % number
                if blobs.compare_and_set("a", data, expected=there.tag if there else None):
                    break

    adding = threading.Thread(target=add)
    adding.start()
    while adding.is_alive() or blobs.read("a") is not None:
        there = blobs.read("a")
        if there is not None and blobs.compare_and_remove("a", expected=there.tag):
            put += there.data.split()
    adding.join()

    assert put == [b"%d" % number for number in range(20)]


def test_a_published_folder_taken_away_is_gone_whole_and_its_neighbour_stays(blobs: Blobs, folder: Path) -> None:
    blobs.write("models/v10", b"neighbour")
    blobs.publish("models/v1", folder)
    blobs.remove("models/v1")

    assert blobs.list("") == ["models/v10"]
    assert blobs.local_copy("models/v1") is None


def test_a_prefix_whose_last_blob_was_taken_away_can_be_published(blobs: Blobs, folder: Path) -> None:
    blobs.write("models/v1/deep/note", b"")
    blobs.remove("models/v1/deep/note")

    assert blobs.local_copy("models/v1") is None
    blobs.publish("models/v1", folder)


def test_a_file_held_open_stays_readable_when_it_is_taken_away(blobs: Blobs, folder: Path) -> None:
    blobs.publish("models/v1", folder)
    here = blobs.local_copy("models/v1")
    assert here is not None

    with (here / "manifest.json").open("rb") as held:
        blobs.remove("models/v1")
        assert held.read() == b"{}"


# Against a twin that is a plain dictionary

KEYS = st.sampled_from(["a", "b/c", "b/d", "b.e"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["write", "create", "set", "set stale", "remove", "remove stale", "remove seen"]), KEYS, st.binary(max_size=3)
    ),
    max_size=20,
)


def test_the_place_and_a_plain_dictionary_agree_whatever_is_done_to_them(place: Place, tmp_path: Path) -> None:
    runs = iter(range(10**6))

    @settings(max_examples=place.tries(60), deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def they_agree(steps: list[tuple[str, str, bytes]]) -> None:
        blobs, twin = open_blobs(place.empty(tmp_path / str(next(runs)))), dict[str, bytes]()
        for step, key, data in steps:
            there = blobs.read(key)
            match step:
                case "write":
                    blobs.write(key, data)
                    twin[key] = data
                case "create":
                    assert blobs.create(key, data) == (key not in twin)
                    twin.setdefault(key, data)
                case "set":
                    assert blobs.compare_and_set(key, data, expected=there.tag if there else None)
                    twin[key] = data
                case "set stale":
                    assert not blobs.compare_and_set(key, data, expected="no such tag")
                case "remove stale":
                    assert blobs.compare_and_remove(key, expected="no such tag") == (key not in twin)
                case "remove seen" if there is not None:
                    assert blobs.compare_and_remove(key, expected=there.tag)
                    del twin[key]
                case _:
                    blobs.remove(key)
                    twin.pop(key, None)
            assert {key: text(blobs, key) for key in blobs.list("")} == twin
            assert blobs.list("b/") == sorted(key for key in twin if key.startswith("b/"))

    they_agree()
