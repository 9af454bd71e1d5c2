"""The writing side of the SQLite profiles: one thread a process, which commits what is waiting as one group."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import apsw

from recommender.errors import StorageError
from recommender.storage.profiles.sqlite_file import connect, has_moved, in_words

Operation = Callable[[apsw.Connection], Any]
Result = TypeVar("Result")

LARGEST_GROUP = 512  # operations; a group holds the file's one write lock


class GroupWriter:
    """Waits for one sync of the disk where many are waiting: 64 writers share what would be 64 syncs.

    Every operation runs in a savepoint of its own, so one that is refused does not undo the others. All of a group are answered after its
    one COMMIT, and all of them fail if it does. The thread is started by the first operation.
    """

    def __init__(self, path: Path, *, synchronous: str = "FULL") -> None:
        self._path, self._synchronous = path, synchronous
        self._closed = False
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._changed = threading.Condition()  # guards the two below
        self._waiting: deque[tuple[Operation, Future[Any]]] = deque()
        self._thread: threading.Thread | None = None
        self._writing = threading.Lock()  # guards the connection
        self._connection: apsw.Connection | None = None

    def run(self, operation: Callable[[apsw.Connection], Result]) -> Result:
        """What the operation returned, once it is on the disk; what it raised, with nothing changed."""
        answer: Future[Result] = Future()
        with self._changed:
            if self._closed:
                raise StorageError(f"{self._path} has been closed.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name=f"writer of {self._path.name}", daemon=True)
                self._thread.start()
            self._waiting.append((operation, answer))
            self._changed.notify()
        return answer.result()

    def close(self) -> None:
        """Commit what is waiting, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()
        with self._writing:
            self._disconnect()

    def before_fork(self) -> None:
        """Let the group under way finish and leave no connection open: a child must not inherit one."""
        self._changed.acquire()
        self._writing.acquire()
        self._disconnect()

    def after_fork(self, *, in_child: bool) -> None:
        """Go on; a child starts with nothing, since what was waiting is the parent's to write."""
        self._writing.release()
        self._changed.release()
        if in_child:
            self._start_afresh()

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), LARGEST_GROUP))]
            with self._writing:
                self._write_group(group)

    def _write_group(self, group: list[tuple[Operation, Future[Any]]]) -> None:
        answers: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with in_words(self._path, "written"):
                connection = self._begin()
                answers.extend((answer, *self._try(connection, operation)) for operation, answer in group)
                connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001  whatever it is, this thread must live, and nobody may wait for ever
            self._give_up()
            answers = [(answer, None, error) for _, answer in group]
        for answer, result, refusal in answers:
            if refusal is None:
                answer.set_result(result)
            else:
                answer.set_exception(refusal)

    def _begin(self) -> apsw.Connection:
        if self._connection is not None and has_moved(self._connection):
            self._disconnect()
        if self._connection is None:
            self._connection = connect(self._path, synchronous=self._synchronous)
        self._connection.execute("BEGIN IMMEDIATE")
        return self._connection

    def _try(self, connection: apsw.Connection, operation: Operation) -> tuple[Any, BaseException | None]:
        """The result and no refusal, or the other way round. An error that ended the whole transaction is raised: it is the group's."""
        connection.execute("SAVEPOINT operation")
        try:
            result = operation(connection)
        except Exception as error:  # whoever asked for the operation gets it
            if not connection.in_transaction:
                raise
            connection.execute("ROLLBACK TO operation")
            connection.execute("RELEASE operation")
            return None, error
        connection.execute("RELEASE operation")
        return result, None

    def _give_up(self) -> None:
        """Undo the group; a connection that cannot even do that is replaced by the next group's."""
        with contextlib.suppress(apsw.Error):
            if self._connection is not None and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            return
        self._disconnect()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(apsw.Error):  # everything acknowledged is on the disk; closing adds nothing
                connection.close()
