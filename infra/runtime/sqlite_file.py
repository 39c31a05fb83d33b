"""How the house's SQLite files are made, opened and written; what stands in them is known to their stores only.

It promises:
- a file is made whole or not at all;
- what a transaction wrote is on the disk when the block ends well, and nothing of it is there when it does not
  (a store that can make its rows anew may wait for the disk less often: it says so where it connects);
- any number of processes may read and write: readers never wait where there is a write-ahead log, and writers
  wait for one another, fairly;
- a connection is of one thread at a time, whichever that is: stores keep one to read and one to write, each
  with a lock of its own.

SQLite's own waiting sleeps longer each time that it finds the lock taken, up to a tenth of a second: beside a
writer that is always busy it may wait in vain, so here it is asked again each millisecond.

What goes wrong is sqlite3's own error, or the system's: ``said_as`` says it in the words of a store.
"""

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from infra.runtime import whole_file

PATIENCE_S: Final = 5.0  # for a lock that somebody else holds
_LOOK_S: Final = 0.001
_BRIEFLY_MS: Final = 200


def create(path: Path, schema: Iterable[str]) -> None:
    """Make the file, with a write-ahead log, where there is none; of several processes one file wins."""
    if path.exists():
        return
    with whole_file.making(path) as draft:
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            for statement in schema:  # first, so that nothing of it stands in a log beside the file
                connection.execute(statement)
            connection.execute("PRAGMA journal_mode = WAL")
        with suppress(FileExistsError):
            os.link(draft, path)


def connect(path: Path, *pragmas: str) -> sqlite3.Connection:
    """A connection that commits by itself outside of a transaction, and waits for the disk with each commit."""
    connection = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("synchronous = FULL", *pragmas):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


class Connections:
    """Connections to one file, as many as threads ask at a time; each is kept for whoever asks next."""

    def __init__(self, path: Path, *pragmas: str) -> None:
        """Of the file that is there; each as ``connect`` makes it."""
        self._path = path
        self._pragmas = pragmas
        self._free: list[sqlite3.Connection] = []

    @contextmanager
    def one(self) -> Iterator[sqlite3.Connection]:
        """A connection that nobody else has meanwhile; whoever begins a transaction on it ends it."""
        try:
            connection = self._free.pop()
        except IndexError:
            connection = connect(self._path, *self._pragmas)
        try:
            yield connection
        finally:
            if connection.in_transaction:  # whoever had it could not end it: nobody goes on with that
                connection.close()
            else:
                self._free.append(connection)

    def close(self) -> None:
        """Give back those that nobody has."""
        while self._free:
            self._free.pop().close()


@contextmanager
def transaction(connection: sqlite3.Connection, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """A transaction with the write lock, committed when the block ends well."""
    begin_write(connection, patience_s)
    with to_its_end(connection):
        yield


@contextmanager
def said_as(unavailable: type[Exception], what: str) -> Iterator[None]:
    """Raise SQLite's errors and the system's as this one, which says what cannot be done, and why."""
    try:
        yield
    except sqlite3.Error as error:
        raise unavailable(f"{what}: {error}") from error
    except OSError as error:  # without the path that its text names
        raise unavailable(f"{what}: {error.strerror}") from error


def begin_write(connection: sqlite3.Connection, patience_s: float) -> None:
    """Begin a transaction with the write lock; sqlite3.OperationalError where it does not come in time."""
    with _waiting(connection, 0):
        write(connection, patience_s, "BEGIN IMMEDIATE")


def write(
    connection: sqlite3.Connection, patience_s: float, statement: str, values: Sequence[object] = ()
) -> None:
    """Execute what takes the write lock, on a connection that does not wait itself (``busy_timeout`` 0);
    sqlite3.OperationalError where it does not come in time.
    """
    until = time.monotonic() + patience_s
    while True:
        try:
            connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_LOOK_S)
        else:
            return


def empty_log(connection: sqlite3.Connection) -> bool:
    """Write all of the write-ahead log into the file, and leave nothing in it; False while a reader holds it.

    Nobody can write meanwhile, so readers are waited for briefly, and the caller tries again.
    """
    with _waiting(connection, _BRIEFLY_MS):
        return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]


@contextmanager
def to_its_end(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit the transaction that has begun when the block ends well, else take it back."""
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite itself rolls back on some errors
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _waiting(connection: sqlite3.Connection, milliseconds: int) -> Iterator[None]:
    """SQLite's own waiting on this connection, for a while."""
    before = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout = {milliseconds}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before}")
