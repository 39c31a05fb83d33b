"""One country's log in a SQLite file, by the ``eventsourcing`` library's recorder; the only file that imports it.

The port promises:
- an append is one transaction, all or nothing, durable when it returns (write-ahead log, full sync);
- positions (``log_index``) are 0, 1, 2 … without gaps, given under the write lock; (stream, seq) is unique, so that a
  chain cannot fork; no row is ever updated or deleted (triggers say so);
- any number of processes may write: they wait for one another (at most ``PATIENCE_S``); readers never wait;
- a full disk or a lock that never comes raises Unavailable, and nothing was written.

    Unavailable    the log cannot be read or written now
    Conflict       somebody else appended to the stream first (cannot happen under the write lock)
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteDatastore,
)

from infra.envelope import Signed

PATIENCE_S: Final = 5
Row: TypeAlias = tuple[int, str, int, str, bytes]  # log_index, stream, seq, type, state
Answer: TypeAlias = tuple[bytes | None, int, str, int]  # HMAC of the body (None: erased), status, stream, version

_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS stored_events (
        log_index INTEGER PRIMARY KEY,
        originator_id TEXT NOT NULL,
        originator_version INTEGER NOT NULL,
        topic TEXT NOT NULL,
        state BLOB NOT NULL,
        UNIQUE (originator_id, originator_version))""",
    """CREATE TABLE IF NOT EXISTS answers (
        key TEXT PRIMARY KEY,
        body_mac BLOB,
        status INTEGER NOT NULL,
        stream TEXT NOT NULL,
        version INTEGER NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS answers_stream ON answers (stream)",
    """CREATE TRIGGER IF NOT EXISTS events_are_never_changed BEFORE UPDATE ON stored_events
        BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END""",
    """CREATE TRIGGER IF NOT EXISTS events_are_never_deleted BEFORE DELETE ON stored_events
        BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END""",
)
_COLUMNS: Final = "log_index, originator_id, originator_version, topic, state"


class Unavailable(Exception):
    """The log cannot be used at this moment (disk full, locked); nothing was written."""


class Conflict(Exception):
    """The stream has this version already."""


class Log(SQLiteApplicationRecorder):
    """A country's log: append signed events with their positions, read a stream, read on from a position."""

    def __init__(self, path: Path, *, synchronous: str = "FULL") -> None:
        """Open or create the file. ``synchronous`` is OFF in benchmarks on memory only."""
        self.path = path
        with _plainly():
            super().__init__(_Datastore(path, synchronous))
            with self.writing() as append:
                for statement in _SCHEMA:
                    append.connection.execute(statement)

    @contextmanager
    def writing(self) -> Iterator["Append"]:
        """The write lock, and a transaction that is committed when the block ends well."""
        with _plainly(), self.datastore.get_connection(commit=True) as held:
            connection: sqlite3.Connection = held._sqlite_conn  # noqa: SLF001 - the library has no BEGIN IMMEDIATE
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Append(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # SQLite itself rolls back on some errors
                    connection.execute("ROLLBACK")
                raise

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int]:
        """Append events that are signed already; their positions. The library's way in, for its own tools."""
        with self.writing() as append:
            first = append.size()
            append.insert(
                first,
                [
                    Signed(str(s.originator_id), s.originator_version, s.topic, s.state, "")
                    for s in stored_events
                ],
            )
            return range(first, first + len(stored_events))

    def size(self) -> int:
        """How many events the log holds: the next position."""
        return int(self._rows("SELECT coalesce(max(log_index), -1) + 1 FROM stored_events")[0][0])

    def stream(self, stream: str) -> list[Row]:
        """All events of a stream, oldest first."""
        found = f"SELECT {_COLUMNS} FROM stored_events WHERE originator_id = ? ORDER BY originator_version"
        return self._rows(found, stream)

    def since(self, index: int, limit: int) -> list[Row]:
        """Up to ``limit`` events from this position on."""
        found = f"SELECT {_COLUMNS} FROM stored_events WHERE log_index >= ? ORDER BY log_index LIMIT ?"
        return self._rows(found, index, limit)

    def holds(self, stream: str) -> bool:
        """Whether there is such a stream; a look into the index, whatever its length."""
        return bool(self._rows("SELECT 1 FROM stored_events WHERE originator_id = ? LIMIT 1", stream))

    def at(self, index: int) -> Row | None:
        """The event at this position."""
        found = self.since(index, 1)
        return found[0] if found and found[0][0] == index else None

    def answer(self, key: str) -> Answer | None:
        """What was answered under an idempotency key: HMAC of the body (None once erased), status, stream, version."""
        found = self._rows("SELECT body_mac, status, stream, version FROM answers WHERE key = ?", key)
        return found[0] if found else None

    def checkpoint(self) -> None:
        """Empty the write-ahead log, so that nothing deleted lingers in it; raises Unavailable while a reader holds it."""
        with _plainly(), self.datastore.get_connection(commit=True) as held:
            cursor = held._sqlite_conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # noqa: SLF001 - as above
            if cursor.fetchone()[0]:
                raise Unavailable("a reader still holds the write-ahead log")

    def pragma(self, name: str) -> object:
        """A setting of the live connection, such as ``synchronous`` (2 is FULL): for those who want to see it."""
        return self._rows(f"PRAGMA {name}")[0][0]

    def close(self) -> None:
        """Give back the file."""
        self.datastore.close()

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with _plainly(), self.datastore.get_connection(commit=False) as held:
            connection: sqlite3.Connection = held._sqlite_conn  # noqa: SLF001 - a read needs no transaction of its own
            return [tuple(row) for row in connection.execute(statement, values)]


class Append:
    """What may be done under the write lock."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def size(self) -> int:
        """The next position."""
        found = self.connection.execute("SELECT coalesce(max(log_index), -1) + 1 FROM stored_events")
        return int(found.fetchone()[0])

    def streams(self, streams: Sequence[str]) -> list[Row]:
        """All events of these streams, each stream's oldest first, under the lock."""
        marks = ", ".join("?" * len(streams))
        found = f"SELECT {_COLUMNS} FROM stored_events WHERE originator_id IN ({marks})"  # noqa: S608 - marks only
        ordered = f"{found} ORDER BY originator_id, originator_version"
        return [tuple(row) for row in self.connection.execute(ordered, streams)]

    def streams_since(self, index: int) -> list[str]:
        """The streams that got events from this position on."""
        found = "SELECT DISTINCT originator_id FROM stored_events WHERE log_index >= ?"
        return [row[0] for row in self.connection.execute(found, (index,))]

    def insert(self, first: int, events: Sequence[Signed]) -> None:
        """Append at positions ``first``, ``first + 1`` …; raises Conflict."""
        rows = [(n, s.stream, s.seq, s.type, s.state) for n, s in enumerate(events, start=first)]
        try:
            self.connection.executemany("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?)", rows)
        except sqlite3.IntegrityError as error:
            raise Conflict(str(error)) from error

    def answer_all(self, answers: Mapping[str, Answer]) -> None:
        """Keep the answers to idempotency keys, in the same transaction as what they answer."""
        rows = [(key, *answer) for key, answer in answers.items()]
        self.connection.executemany("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", rows)

    def answered(self, key: str) -> Answer | None:
        """As ``Log.answer``, under the lock."""
        found = self.connection.execute(
            "SELECT body_mac, status, stream, version FROM answers WHERE key = ?", (key,)
        )
        row = found.fetchone()
        return tuple(row) if row else None

    def forget_bodies(self, stream: str) -> None:
        """Delete what is kept of the bodies that this stream was asked with (its erasure)."""
        self.connection.execute("UPDATE answers SET body_mac = NULL WHERE stream = ?", (stream,))


class _Datastore(SQLiteDatastore):
    """The library's datastore, with our pragmas on each connection."""

    def __init__(self, path: Path, synchronous: str) -> None:
        super().__init__(str(path), lock_timeout=PATIENCE_S, originator_id_type="text")
        self.pool.close()
        self.pool = _Pool(path, synchronous)


class _Pool(SQLiteConnectionPool):
    def __init__(self, path: Path, synchronous: str) -> None:
        self._synchronous = synchronous
        super().__init__(db_name=str(path), lock_timeout=PATIENCE_S)

    def _create_connection(self) -> SQLiteConnection:
        made = super()._create_connection()
        for pragma in (f"synchronous = {self._synchronous}", "secure_delete = ON", "journal_size_limit = 0"):
            made._sqlite_conn.execute(f"PRAGMA {pragma}")  # noqa: SLF001 - the library offers no hook
        return made


@contextmanager
def _plainly() -> Iterator[None]:
    """Say SQLite's errors in the words of this port."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(str(error)) from error
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(f"the log cannot be used: {error}") from error
