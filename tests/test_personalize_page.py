"""The page says of every operation of Amazon's models what becomes of it here."""

from __future__ import annotations

from bench.personalize_page import ALWAYS_REFUSED, PAGE, REMARKS, answered, count_of_working, written
from webapp.personalize.shapes import CONTROL, EVENTS, RUNTIME, service

ALL = {operation: name for name in (CONTROL, RUNTIME, EVENTS) for operation in service(name).operations}


def test_the_table_is_the_one_that_would_be_written() -> None:
    assert PAGE.read_text() == written(PAGE.read_text()), "python -m bench.personalize_page writes it"


def test_every_operation_stands_in_it_once() -> None:
    text = PAGE.read_text()

    assert len(ALL) == 79
    assert [operation for operation in ALL if text.count(f"| `{operation}` |") != 1] == []


def test_what_is_said_of_operations_is_said_of_some_that_there_are() -> None:
    assert set(REMARKS) | set(ALWAYS_REFUSED) <= set(ALL)


def test_at_least_sixty_of_the_control_plane_work() -> None:
    working, of_all = count_of_working()[CONTROL]

    assert (working >= 60, of_all) == (True, 71)


def test_an_operation_that_is_not_there_says_so() -> None:
    assert (
        answered(RUNTIME, "GetRecommendations")[0] == "works" or "UnknownOperationException" in answered(RUNTIME, "GetRecommendations")[0]
    )
