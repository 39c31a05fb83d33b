"""The table of who read what in one country: append-only, hash-chained, durable before the bytes leave.

The port promises:
- ``record`` is done when the reading is on the disk; many at once share one commit; every future is resolved;
- the chain is h(0) = 32 zero bytes, h(n) = SHA-256(h(n-1) || canonical bytes of the row without its hash);
- several processes may record into one table; no row is ever changed or deleted (triggers say so).

    Unavailable    a reading cannot be recorded now: so it must not happen
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, closing
from dataclasses import asdict, fields
from pathlib import Path
from typing import Final, TypeAlias

from domain.access import Access
from infra.formats.canonical import b64url, encode, from_b64url, sha256
from infra.runtime.one_thread import OneThread
from infra.runtime.sqlite_file import connect, create, said_as, transaction

BATCH: Final = 256
GENESIS: Final = b64url(bytes(32))
Reading: TypeAlias = Mapping[str, str]
_FIELDS: Final = tuple(f.name for f in fields(Access))
_SAID: Final = frozenset(_FIELDS) - {"number", "hash"}
_SCHEMA: Final = (
    """CREATE TABLE accesses ( number INTEGER PRIMARY KEY, at TEXT NOT NULL, stream TEXT NOT NULL, reader TEXT
    NOT NULL, role TEXT NOT NULL, authority TEXT NOT NULL, purpose TEXT NOT NULL, basis TEXT NOT NULL, concerned
    TEXT NOT NULL, hash TEXT NOT NULL)
    """,
    """CREATE TRIGGER accesses_are_never_changed BEFORE UPDATE ON accesses
        BEGIN SELECT RAISE(ABORT, 'an access is never changed'); END""",
    """CREATE TRIGGER accesses_are_never_deleted BEFORE DELETE ON accesses
        BEGIN SELECT RAISE(ABORT, 'an access is never deleted'); END""",
)
_COLUMNS: Final = ", ".join(_FIELDS)
_APPEND: Final = f"INSERT INTO accesses ({_COLUMNS}) VALUES ({', '.join('?' * len(_FIELDS))})"  # noqa: S608 - our names
_SINCE: Final = f"SELECT {_COLUMNS} FROM accesses WHERE number > ? ORDER BY number LIMIT ?"  # noqa: S608 - the same

_ALL: Final = f"SELECT {_COLUMNS} FROM accesses ORDER BY number"  # noqa: S608 - the same


class Unavailable(Exception):
    """A reading cannot be recorded now: so it must not happen."""


class Accesses:
    """The accesses of one country."""

    def __init__(self, path: Path) -> None:
        """Open the file, or create it; raises Unavailable."""
        with _plainly():
            create(path, _SCHEMA)
            self._writer, self._reader = connect(path), connect(path)
        self._reading = threading.Lock()
        self._thread: OneThread[Reading, None] = OneThread("accesses", self._append, BATCH)

    def record(self, **reading: str) -> Future[None]:
        """Record a reading (the members of ``Access`` without number and hash); done when it is durable.

        Raises TypeError for other members, NotCanonical for a text that cannot be hashed.
        """
        if reading.keys() != _SAID:
            raise TypeError(f"a reading has the members {', '.join(sorted(_SAID))}")
        encode(reading)
        return self._thread.put(reading)

    def since(self, count: int, limit: int) -> list[Access]:
        """The readings after the first ``count``."""
        with self._reading, _plainly():
            found = self._reader.execute(_SINCE, (count, limit)).fetchall()
        return [Access(**dict(zip(_FIELDS, row, strict=True))) for row in found]

    def head(self) -> tuple[int, str]:
        """How many readings there are, and the hash of the last."""
        with self._reading, _plainly():
            return _head(self._reader)

    def close(self) -> None:
        """Record what is queued, then give back the file."""
        self._thread.close()
        with self._reading:
            self._writer.close()
            self._reader.close()

    def _append(self, asked: Sequence[tuple[Reading, Future[None]]]) -> None:
        try:
            with _plainly():
                _append(self._writer, [reading for reading, _ in asked])
        except Unavailable as error:
            for _, future in asked:
                future.set_exception(error)
        else:
            for _, future in asked:
                future.set_result(None)


def readings_in(path: Path) -> Iterator[Access]:
    """Every row of a table, in the order of the numbers, read only and without the house; raises Unavailable."""
    with _plainly(), closing(_read_only(path)) as file:
        for row in file.execute(_ALL):
            yield Access(**dict(zip(_FIELDS, row, strict=True)))


def _read_only(path: Path) -> sqlite3.Connection:
    """In a folder that is not writable, its house must have closed it."""
    address = f"{path.resolve().as_uri()}?mode=ro"
    found = sqlite3.connect(address, uri=True)
    try:
        found.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        found.close()
        return sqlite3.connect(f"{address}&immutable=1", uri=True)
    return found


def chained(before: str, reading: Mapping[str, object]) -> str:
    """The hash of a row, after the hash of the one before."""
    row = {name: value for name, value in reading.items() if name != "hash"}
    return b64url(sha256(from_b64url(before) + encode(row)))


def first_break(readings: Sequence[Access], before: str = GENESIS) -> int | None:
    """The number of the first row that does not continue the chain, or None.

    ``before``: the hash of the row before the first; rows are numbered without gaps.
    """
    number = readings[0].number if readings and before != GENESIS else 1
    for n, reading in enumerate(readings, start=number):
        if reading.number != n or chained(before, asdict(reading)) != reading.hash:
            return n
        before = reading.hash
    return None


def _append(connection: sqlite3.Connection, readings: Sequence[Reading]) -> None:
    with transaction(connection):
        number, head = _head(connection)
        rows = []
        for n, reading in enumerate(readings, start=number + 1):
            row: dict[str, object] = {"number": n, **reading}
            head = row["hash"] = chained(head, row)
            rows.append(tuple(row[name] for name in _FIELDS))
        connection.executemany(_APPEND, rows)


def _head(connection: sqlite3.Connection) -> tuple[int, str]:
    row = connection.execute("SELECT number, hash FROM accesses ORDER BY number DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)


def _plainly() -> AbstractContextManager[None]:
    return said_as(Unavailable, "readings cannot be recorded")
