"""The table of who read what in one country: append-only, hash-chained, durable before the bytes leave.

The port promises: ``record`` returns when the reading is on the disk; many at once share one commit; the chain is
h(0) = 32 zero bytes, h(n) = SHA-256(h(n-1) || canonical bytes of the row without its hash).
"""

import queue
import sqlite3
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Final

from domain.access import Access
from infra.canonical import b64url, encode, from_b64url, sha256

BATCH: Final = 256
GENESIS: Final = b64url(bytes(32))
_FIELDS: Final = ("number", "at", "stream", "reader", "role", "authority", "purpose", "basis", "hash")
_SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS accesses (number INTEGER PRIMARY KEY, at TEXT NOT NULL, stream TEXT NOT NULL,"
    " reader TEXT NOT NULL, role TEXT NOT NULL, authority TEXT NOT NULL, purpose TEXT NOT NULL, basis TEXT NOT NULL,"
    " hash TEXT NOT NULL)",
    """CREATE TRIGGER IF NOT EXISTS accesses_are_never_changed BEFORE UPDATE ON accesses
        BEGIN SELECT RAISE(ABORT, 'an access is never changed'); END""",
    """CREATE TRIGGER IF NOT EXISTS accesses_are_never_deleted BEFORE DELETE ON accesses
        BEGIN SELECT RAISE(ABORT, 'an access is never deleted'); END""",
)


class Unavailable(Exception):
    """A reading cannot be recorded now: so it must not happen."""


class Accesses:
    """The accesses of one country."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with closing(self._connect()) as connection:
            for statement in _SCHEMA:
                connection.execute(statement)
        self._queue: queue.SimpleQueue[tuple[Mapping[str, str], Future[None]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="accesses", daemon=True)
        self._thread.start()

    def record(self, **reading: str) -> "Future[None]":
        """Record a reading (the members of ``Access`` without number and hash); done when it is durable."""
        future: Future[None] = Future()
        self._queue.put((reading, future))
        return future

    def since(self, count: int, limit: int) -> list[Access]:
        """The readings after the first ``count``."""
        with closing(self._connect()) as connection:
            found = connection.execute(
                "SELECT * FROM accesses WHERE number > ? ORDER BY number LIMIT ?", (count, limit)
            )
            return [Access(**dict(zip(_FIELDS, row, strict=True))) for row in found]

    def head(self) -> tuple[int, str]:
        """How many readings there are, and the hash of the last."""
        with closing(self._connect()) as connection:
            return _head(connection)

    def close(self) -> None:
        """Record what is queued, then stop."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        connection = self._connect()
        while (first := self._queue.get()) is not None:
            batch = [first]
            while len(batch) < BATCH and not self._queue.empty():
                more = self._queue.get()
                if more is None:
                    self._queue.put(None)
                    break
                batch.append(more)
            try:
                _append(connection, [reading for reading, _ in batch])
            except sqlite3.Error as error:
                for _, future in batch:
                    future.set_exception(Unavailable(f"readings cannot be recorded: {type(error).__name__}"))
            else:
                for _, future in batch:
                    future.set_result(None)
        connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=5, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")
        return connection


def chained(before: str, reading: Mapping[str, object]) -> str:
    """The hash of a row, after the hash of the one before."""
    row = {name: value for name, value in reading.items() if name != "hash"}
    return b64url(sha256(from_b64url(before) + encode(row)))


def first_break(readings: list[Access], before: str = GENESIS) -> int | None:
    """The number of the first row that does not continue the chain, or None."""
    for reading in readings:
        if chained(before, asdict(reading)) != reading.hash:
            return reading.number
        before = reading.hash
    return None


def _append(connection: sqlite3.Connection, readings: list[Mapping[str, str]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        number, head = _head(connection)
        for n, reading in enumerate(readings, start=number + 1):
            row = {"number": n, **reading}
            head = chained(head, row)
            row["hash"] = head
            connection.execute(
                "INSERT INTO accesses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                tuple(row[name] for name in _FIELDS),
            )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _head(connection: sqlite3.Connection) -> tuple[int, str]:
    row = connection.execute("SELECT number, hash FROM accesses ORDER BY number DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)
