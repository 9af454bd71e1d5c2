"""Keeps SQLite connections out of forks: a child that inherits one would share its file locks and could corrupt the file."""

from __future__ import annotations

import functools
import os
import threading
import weakref
from typing import Protocol


class Forkable(Protocol):
    """Something that can let go of its connections and open them again when it needs them."""

    def before_fork(self) -> None:
        """Finish what is under way, close every connection and begin nothing."""

    def after_fork(self, *, in_child: bool) -> None:
        """Go on; in the child with nothing of what the parent's threads were about to do."""


class _Watch:
    """Everything that must be told. Threads that fork at the same time take turns."""

    def __init__(self) -> None:
        self.watched: weakref.WeakSet[Forkable] = weakref.WeakSet()
        self._told: list[Forkable] = []
        self._turn = threading.Lock()
        os.register_at_fork(
            before=self._before,
            after_in_parent=lambda: self._after(in_child=False),
            after_in_child=lambda: self._after(in_child=True),
        )

    def _before(self) -> None:
        self._turn.acquire()
        self._told = list(self.watched)
        for one in self._told:
            one.before_fork()

    def _after(self, *, in_child: bool) -> None:
        for one in self._told:
            one.after_fork(in_child=in_child)
        self._told = []
        self._turn.release()


@functools.cache
def _watch() -> _Watch:
    return _Watch()


def tell_of_forks(one: Forkable) -> None:
    """From now on, for as long as it lives."""
    _watch().watched.add(one)
