"""An answer has its time, whatever the one who is asked does with it."""

from __future__ import annotations

import threading
import time

import pytest

from alexa_skill.deadline import Deadline
from alexa_skill.films import OutOfReachError


def test_what_comes_in_time_is_given() -> None:
    assert Deadline(5).within(lambda: "Heat") == "Heat"
    assert Deadline(5).within(lambda: None) is None


def test_what_is_raised_in_time_is_raised() -> None:
    with pytest.raises(KeyError, match="Heat"):
        Deadline(5).within(lambda: {}["Heat"])


def test_what_never_comes_is_not_waited_for() -> None:
    start, goes_on = time.monotonic(), threading.Event()

    with pytest.raises(OutOfReachError):
        Deadline(0.1).within(lambda: goes_on.wait(20))

    assert time.monotonic() - start < 10
    goes_on.set()


def test_what_never_comes_holds_up_no_process_that_ends() -> None:
    goes_on, before = threading.Event(), {*threading.enumerate()}

    with pytest.raises(OutOfReachError):
        Deadline(0.05).within(lambda: goes_on.wait(20))

    (left,) = {*threading.enumerate()} - before
    assert left.daemon
    goes_on.set()


def test_nothing_is_asked_when_time_is_over() -> None:
    asked: list[int] = []

    with pytest.raises(OutOfReachError):
        Deadline(0).within(lambda: asked.append(1))

    assert asked == []


def test_several_questions_share_the_time() -> None:
    deadline, goes_on = Deadline(1), threading.Event()
    deadline.within(lambda: time.sleep(0.5))

    assert deadline.left < 0.5
    with pytest.raises(OutOfReachError):
        deadline.within(lambda: goes_on.wait(20))
    goes_on.set()
