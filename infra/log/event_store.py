"""One country's log in a SQLite file, by the ``eventsourcing`` library's recorder; the only file that imports
it.

The port promises:
- an append is one transaction, all or nothing, durable when it returns (write-ahead log, full sync);
- positions (``log_index``) are 0, 1, 2 … without gaps, and each is given once: whoever comes second gets
  Conflict; (stream, seq) is unique, so that a chain cannot fork; no row is ever updated or deleted (triggers
  say so);
- any number of threads and processes may write: they wait for one another (at most ``PATIENCE_S``); readers
  never wait;
- a full disk or a lock that never comes raises Unavailable, and nothing was written.

    Unavailable    the log cannot be read or written now
    Conflict       somebody else appended first (cannot happen under the write lock)
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Final

from eventsourcing.domain import EventSourcingError
from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteDatastore,
)

from infra.formats.envelope import Signed
from infra.log.reading import (
    EVENTS,
    Answer,
    Conflict,
    Connected,
    Look,
    Reader,
    Reading,
    Row,
    Unavailable,
    plainly,
    said,
)
from infra.runtime.sqlite_file import create, empty_log, write

__all__ = ["Answer", "Conflict", "Log", "Look", "Reader", "Reading", "Row", "Unavailable", "Writer"]

PATIENCE_S: Final = 5
MOST_AT_ONCE: Final = 5_000  # rows in one statement: six values each, of which SQLite takes 32,766
ROOM: Final = 256 * 1024  # bytes that a disk must have for a log to be in order again
_CHECKPOINT: Final = "wal_autocheckpoint = 4000"  # pages: 16 MB of log between two checkpoints
_NOT_BY_SQLITE: Final = (
    "PRAGMA busy_timeout = 0"  # the write lock is waited for fairly (infra/runtime/sqlite_file.py)
)

# A body is forgotten by writing zeros of the same length over its HMAC. Rows of answers are only appended, in
# the order of their numbers, and never change their size: so SQLite never moves one, and leaves no copy in
# unused space.
_SCHEMA: Final = (
    """CREATE TABLE stored_events (
        log_index INTEGER PRIMARY KEY,
        originator_id TEXT NOT NULL,
        originator_version INTEGER NOT NULL,
        topic TEXT NOT NULL,
        state BLOB NOT NULL,
        UNIQUE (originator_id, originator_version))""",
    """CREATE TABLE answers (
        number INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        body_mac BLOB NOT NULL,
        stream TEXT NOT NULL,
        version INTEGER NOT NULL)""",
    # A filing is answered under the name of its case, which the key finds.
    "CREATE INDEX answers_stream ON answers (stream) WHERE stream <> key",
    "CREATE TABLE room (filler BLOB)",
    """CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON stored_events
        BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END""",
    """CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON stored_events
        BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END""",
)

# Events and answers go in by one statement, which sees to the positions. Ahead of the lock it is a transaction by
# itself, and gives up the interpreter's lock once, where BEGIN, INSERT, INSERT and COMMIT would each wait for it.
_AT_THE_END: Final = """CASE NEW.number WHEN (SELECT coalesce(max(log_index), -1) + 1 FROM main.stored_events)
    THEN NEW.{} ELSE RAISE(ABORT, 'this is not the next position') END"""
_APPENDED: Final = (
    """CREATE TEMP VIEW appended (number, stream, version, name, bytes, is_answer) AS
        SELECT NULL, NULL, NULL, NULL, NULL, NULL""",
    f"""CREATE TEMP TRIGGER event_is_kept INSTEAD OF INSERT ON appended WHEN NOT NEW.is_answer BEGIN
        INSERT INTO stored_events
            VALUES ({_AT_THE_END.format("number")}, NEW.stream, NEW.version, NEW.name, NEW.bytes);
        END""",  # noqa: S608 - here and below: constants
    f"""CREATE TEMP TRIGGER answer_is_kept INSTEAD OF INSERT ON appended WHEN NEW.is_answer BEGIN
        INSERT INTO answers (key, body_mac, stream, version)
            VALUES (NEW.name, NEW.bytes, NEW.stream, {_AT_THE_END.format("version")});
        END""",  # noqa: S608
)
_MARKS: Final = "(?, ?, ?, ?, ?, ?)"


class Log(Reading, SQLiteApplicationRecorder):
    """A country's log: append signed events with their positions, read a stream, read on from a position."""

    def __init__(self, path: Path, *, synchronous: str = "FULL", patience_s: float = PATIENCE_S) -> None:
        """Open or create the file. ``synchronous`` is OFF in benchmarks on memory only."""
        self.path = path
        self._patience_s = patience_s
        with _plainly():
            create(path, _SCHEMA)
            pool = _Pool(path, synchronous)
            super().__init__(_Datastore(path, pool))
            self._pool = pool
            self._connection = pool.plain_connection()
            self._connection.execute(_NOT_BY_SQLITE)
            for statement in _APPENDED:
                self._connection.execute(statement)
        self._writing = threading.Lock()

    @contextmanager
    def writing(self) -> Iterator["Writer"]:
        """The write lock, and a transaction that is committed when the block ends well."""
        with self._alone() as connection:
            with _plainly():
                write(connection, self._patience_s, "BEGIN IMMEDIATE")
            try:
                yield Writer(connection)
                with _plainly():
                    connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # SQLite itself rolls back on some errors
                    with _plainly():
                        connection.execute("ROLLBACK")
                raise

    def append(self, first: int, events: Sequence[Signed], answers: Mapping[str, Answer]) -> None:
        """One transaction at exactly these positions; raises Conflict unless the first is the next one, also where
        there are only answers.
        """
        rows = _appended(first, events, answers)
        if len(rows) > MOST_AT_ONCE:
            with self.writing() as writer:
                writer.append(first, events, answers)
        elif rows:
            statement = f"INSERT INTO appended VALUES {', '.join([_MARKS] * len(rows))}"  # noqa: S608 - marks only
            self._be_alone()
            try:  # as `_plainly`, for each batch
                write(self._connection, self._patience_s, statement, [*chain.from_iterable(rows)])
            except (sqlite3.Error, OSError) as error:
                raise said(error) from error
            finally:
                self._writing.release()

    def reader(self) -> "Reader":
        """A connection that only reads, for one thread; to be closed by whoever asked for it."""
        with _plainly():
            return Reader(self._pool.plain_connection())

    def checkpoint(self) -> None:
        """Leave nothing in the write-ahead log that was overwritten; raises Unavailable while a reader holds
        it.
        """
        with self._alone() as connection, _plainly():
            is_empty = empty_log(connection)
        if not is_empty:
            raise Unavailable("a reader still holds the write-ahead log")

    def pragma(self, name: str) -> object:
        """A setting of the connection that writes, such as ``synchronous`` (2 is FULL): for those who want to
        see it.
        """
        with _plainly():
            return self._connection.execute(f"PRAGMA {name}").fetchone()[0]

    def close(self) -> None:
        """Give back the file."""
        with self._writing:
            self._connection.close()
        self.datastore.close()

    # The library's own ways in and out, for its tools: they number what they call notifications from 1.

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int]:
        """Append events that are signed already; their notification ids."""
        signed = [
            Signed(str(s.originator_id), s.originator_version, s.topic, s.state, "") for s in stored_events
        ]
        with self.writing() as writer:
            first = writer.size()
            writer.append(first, signed, {})
        return range(first + 1, first + 1 + len(signed))

    def max_notification_id(self) -> int:
        return self.size()

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        first = (start or 1) - 1 + (not inclusive_of_start)
        last = self.size() if stop is None else stop
        marks = ", ".join("?" * len(topics))
        asked = f"log_index BETWEEN ? AND ? {f'AND topic IN ({marks})' if topics else ''} ORDER BY 1 LIMIT ?"
        found = self._rows(EVENTS + asked, first, last - 1, *topics, limit)
        return [
            Notification(originator_id=stream, originator_version=seq, topic=name, state=state, id=index + 1)
            for index, stream, seq, name, state in found
        ]

    @contextmanager
    def _alone(self) -> Iterator[sqlite3.Connection]:
        """The connection that writes: one thread of this process at a time."""
        self._be_alone()
        try:
            yield self._connection
        finally:
            self._writing.release()

    def _be_alone(self) -> None:
        if not self._writing.acquire(timeout=self._patience_s):
            raise Unavailable("another thread writes into the log")

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with _plainly(), self.datastore.get_connection(commit=False) as held:
            connection: sqlite3.Connection = held._sqlite_conn  # noqa: SLF001 - a read needs no transaction of its own
            return [tuple(row) for row in connection.execute(statement, values)]


class Writer(Connected):
    """What may be done under the write lock; it reads what it wrote itself, too."""

    def streams_since(self, index: int) -> list[str]:
        """The streams that got events from this position on."""
        found = "SELECT DISTINCT originator_id FROM stored_events WHERE log_index >= ?"
        return [row[0] for row in self._rows(found, index)]

    def append(self, first: int, events: Sequence[Signed], answers: Mapping[str, Answer]) -> None:
        """As ``Log.append`` does it, as part of this transaction."""
        rows = _appended(first, events, answers)
        with plainly():
            self._connection.executemany(f"INSERT INTO appended VALUES {_MARKS}", rows)  # noqa: S608 - marks only

    def forget_bodies(self, stream: str) -> None:
        """Overwrite what is kept of the bodies that this stream was asked with (its erasure)."""
        for asked in ("stream = ? AND stream <> key", "stream = key AND key = ?"):
            self._rows(f"UPDATE answers SET body_mac = zeroblob(length(body_mac)) WHERE {asked}", stream)  # noqa: S608 - constants

    def begin_part(self) -> None:
        """From here on, ``undo_part`` can take back what is written."""
        self._rows("SAVEPOINT part")

    def undo_part(self) -> None:
        """Take back what was written since ``begin_part``; the rest of the transaction stays."""
        self._rows("ROLLBACK TO part")

    def probe(self) -> None:
        """Write as much as a batch may need, and take it back: at the commit it shows whether there is room."""
        self._rows("INSERT INTO room VALUES (zeroblob(?))", ROOM)
        self._rows("DELETE FROM room")


def _appended(
    first: int, events: Sequence[Signed], answers: Mapping[str, Answer]
) -> list[tuple[object, ...]]:
    """Rows for the view ``appended``."""
    end = first + len(events)
    rows: list[tuple[object, ...]] = [
        (n, s.stream, s.seq, s.type, s.state, 0) for n, s in enumerate(events, start=first)
    ]
    rows += [(end, stream, version, key, mac, 1) for key, (mac, stream, version) in answers.items()]
    return rows


class _Datastore(SQLiteDatastore):
    """The library's datastore, on our pool."""

    def __init__(self, path: Path, pool: "_Pool") -> None:
        super().__init__(str(path), lock_timeout=PATIENCE_S, originator_id_type="text")
        self.pool.close()
        self.pool = pool


class _Pool(SQLiteConnectionPool):
    """The library's pool, with our pragmas on each connection."""

    def __init__(self, path: Path, synchronous: str) -> None:
        self._synchronous = synchronous
        super().__init__(db_name=str(path), lock_timeout=PATIENCE_S)

    def plain_connection(self) -> sqlite3.Connection:
        """A connection of its own, outside of the pool."""
        made = self._create_connection()._sqlite_conn  # noqa: SLF001 - the library hides it
        made.row_factory = None
        return made

    def _create_connection(self) -> SQLiteConnection:
        made = super()._create_connection()
        for pragma in (f"synchronous = {self._synchronous}", "secure_delete = ON", _CHECKPOINT):
            made._sqlite_conn.execute(f"PRAGMA {pragma}")  # noqa: SLF001 - the library offers no hook
        return made


@contextmanager
def _plainly() -> Iterator[None]:
    """Say the library's errors in the words of this port, too."""
    try:
        with plainly():
            yield
    except EventSourcingError as error:
        raise Unavailable(f"the log cannot be used: {error}") from error
