"""The document of resources: changed whole or not at all, by whoever comes."""

import threading
from pathlib import Path

import pytest

from recommender.errors import StorageError
from recommender.personalize import arns
from recommender.personalize.refusals import ResourceAlreadyExistsError, ResourceNotFoundError
from recommender.personalize.resources import ACTIVE, KEY, PENDING, Registry, Resource, Resources
from recommender.storage.blobs import open_blobs


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(open_blobs(f"file://{tmp_path}/blobs"), now=lambda: 1000.0)


def group(name: str) -> Resource:
    return Resource(arns.arn_of(arns.GROUP, name), ACTIVE, 1.0, 2.0, {"name": name})


def test_a_resource_is_read_as_it_was_added(registry: Registry) -> None:
    registry.change(lambda found: found.add(group("films"), work=True))
    read = registry.read()
    assert read.get(arns.arn_of(arns.GROUP, "films")) == group("films")
    assert [(work.key, work.what) for work in read.work.values()] == [("dataset-group/films", "create")]


def test_an_arn_of_another_account_and_region_finds_it(registry: Registry) -> None:
    registry.change(lambda found: found.add(group("films")))
    assert registry.read().get("arn:aws:personalize:eu-west-1:123456789012:dataset-group/films", arns.GROUP).body == {"name": "films"}


def test_a_resource_of_another_kind_is_none(registry: Registry) -> None:
    registry.change(lambda found: found.add(group("films")))
    with pytest.raises(ResourceNotFoundError):
        registry.read().get(arns.arn_of(arns.GROUP, "films"), arns.CAMPAIGN)


def test_the_same_name_twice_is_refused_and_changes_nothing(registry: Registry) -> None:
    registry.change(lambda found: found.add(group("films")))
    before = registry.blobs.read(KEY)
    with pytest.raises(ResourceAlreadyExistsError):
        registry.change(lambda found: found.add(group("films")))
    assert registry.blobs.read(KEY) == before


def test_a_solution_and_its_versions_are_of_two_kinds() -> None:
    assert arns.kind_of(arns.key_of(arns.arn_of(arns.SOLUTION, "s"))) == arns.SOLUTION
    assert arns.kind_of(arns.key_of(arns.arn_of(arns.VERSION, "s", "0a1b2c3d"))) == arns.VERSION
    assert arns.kind_of("nothing of ours") == ""


def test_many_who_add_at_once_all_succeed(registry: Registry) -> None:
    def add(number: int) -> None:
        registry.change(lambda found: found.add(group(f"g{number}")))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.body["name"] for one in registry.read().of(arns.GROUP)} == {f"g{number}" for number in range(12)}


def test_what_has_not_changed_is_not_read_anew_and_what_has_is(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry.blobs, "seconds_between_looks", 0.0)
    assert registry.recent() is registry.recent()
    registry.change(lambda found: found.add(group("films")))
    known = registry.recent()
    assert known.find(group("films").arn) is not None
    assert registry.recent() is known
    Registry(registry.blobs).change(lambda found: found.add(group("books")))
    assert registry.recent().find(group("books").arn) is not None
    registry.blobs.remove(KEY)
    assert registry.recent().by_key == {}


def test_removing_takes_the_work_along(registry: Registry) -> None:
    registry.change(lambda found: found.add(Resource(arns.arn_of(arns.GROUP, "films"), PENDING, 1.0, 1.0, {}), work=True))
    registry.change(lambda found: found.remove(arns.arn_of(arns.GROUP, "films")))
    assert not registry.read().by_key
    assert not registry.read().work


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"format": 2}', b'{"format": 1, "resources": [{"arn": 1}], "work": []}'])
def test_a_document_that_is_none_is_refused_in_words(registry: Registry, data: bytes) -> None:
    registry.blobs.write(KEY, data)
    with pytest.raises(StorageError, match=r"resources\.json"):
        registry.read()
    assert isinstance(Resources().by_key, dict)
