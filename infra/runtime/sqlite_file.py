"""What the house's SQLite files share: a file is made whole or not at all, and its write lock is waited for
fairly.

Nothing here knows what stands in a file. SQLite's own waiting sleeps longer each time that it finds the lock
taken, up to a tenth of a second: beside a writer that is always busy it may wait in vain, so here it is asked
again each millisecond.
"""

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from infra.runtime import whole_file

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
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction with the write lock, committed when the block ends well."""
    connection.execute("BEGIN IMMEDIATE")
    with to_its_end(connection):
        yield


@contextmanager
def _waiting(connection: sqlite3.Connection, milliseconds: int) -> Iterator[None]:
    """SQLite's own waiting on this connection, for a while."""
    before = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout = {milliseconds}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before}")
