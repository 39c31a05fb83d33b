"""The registry's own database in a SQLite file: what it received, its rows, its outbox, and what went wrong.

The port promises: everything inside ``writing`` is written together and durable when it ends, or not at all;
nobody else writes. Reading is free at any time, also for other processes.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, NamedTuple

from consumers.feed.position import Position
from infra.formats.canonical import decode, encode
from infra.runtime.sqlite_file import connect, create, transaction

_SCHEMA: Final = (
    """CREATE TABLE position (source TEXT PRIMARY KEY, count INTEGER NOT NULL, hash BLOB NOT NULL,
        last TEXT NOT NULL, log_index INTEGER NOT NULL, offset INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE streams (stream TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL,
        log_index INTEGER NOT NULL, PRIMARY KEY (stream, seq)) WITHOUT ROWID""",
    """CREATE TABLE keys (source TEXT NOT NULL, log_index INTEGER NOT NULL, jws TEXT NOT NULL,
        PRIMARY KEY (source, log_index)) WITHOUT ROWID""",
    """CREATE TABLE rows (entry TEXT PRIMARY KEY, register TEXT NOT NULL, reference TEXT NOT NULL UNIQUE,
        row BLOB NOT NULL, row_digest TEXT NOT NULL, events INTEGER NOT NULL) WITHOUT ROWID""",
    "CREATE TABLE counters (register TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE outbox (event TEXT PRIMARY KEY, authority TEXT NOT NULL, receipt TEXT NOT NULL,
        reference TEXT NOT NULL, status TEXT NOT NULL, code TEXT)""",
    "CREATE INDEX outbox_waiting ON outbox (status) WHERE status = 'waiting'",
    """CREATE TABLE parked (stream TEXT NOT NULL, seq INTEGER NOT NULL, event TEXT NOT NULL,
        jws TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (stream, seq, event)) WITHOUT ROWID""",
    """CREATE TABLE alarms (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, stream TEXT NOT NULL,
        seq INTEGER NOT NULL, detail TEXT NOT NULL, raised_at TEXT NOT NULL, over_at TEXT)""",
    "CREATE UNIQUE INDEX alarms_open ON alarms (kind, stream, seq) WHERE over_at IS NULL",
)


class Alarm(NamedTuple):
    """Something that must not be; ``over_at`` is None while it lasts."""

    kind: str
    stream: str
    seq: int
    detail: str
    over_at: str | None


class Receipt(NamedTuple):
    """A signed receipt on its way; ``reference`` is the disclosure that the registry keeps."""

    event: str
    authority: str
    receipt: str
    reference: str
    status: str
    code: str | None


class Database:
    """One connection, of one thread at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        create(path, _SCHEMA)
        self._connection = connect(path, "secure_delete = ON")

    def writing(self) -> AbstractContextManager[None]:
        """One transaction."""
        return transaction(self._connection)

    def close(self) -> None:
        """Give back the file."""
        self._connection.close()

    # what was received

    def position(self, source: str) -> Position:
        """How far the feed of this log is applied."""
        found = self._one(
            "SELECT count, hash, last, log_index, offset FROM position WHERE source = ?", source
        )
        return Position(*found) if found else Position()

    def move(self, source: str, to: Position) -> None:
        """Say how far it is applied."""
        values = (source, to.count, to.hash, to.last, to.log_index, to.offset)
        self._do("INSERT OR REPLACE INTO position VALUES (?, ?, ?, ?, ?, ?)", *values)

    def newest(self, stream: str) -> tuple[int, str, int]:
        """(seq, event hash, index in the log) of the newest event of a stream; (0, "", -1) where there is none."""
        asked = "SELECT seq, hash, log_index FROM streams WHERE stream = ? ORDER BY seq DESC LIMIT 1"
        return self._one(asked, stream) or (0, "", -1)

    def event_at(self, stream: str, seq: int) -> str | None:
        """The hash of an event that was received."""
        found = self._one("SELECT hash FROM streams WHERE stream = ? AND seq = ?", stream, seq)
        return found[0] if found else None

    def receive(self, stream: str, seq: int, event: str, log_index: int) -> None:
        """Remember an event."""
        self._do("INSERT INTO streams VALUES (?, ?, ?, ?)", stream, seq, event, log_index)

    def keys(self, source: str) -> list[tuple[int, str]]:
        """The events of the log's keys stream: (index, JWS), in order."""
        return self._all("SELECT log_index, jws FROM keys WHERE source = ? ORDER BY log_index", source)

    def add_key(self, source: str, log_index: int, jws: str) -> None:
        """Remember an event of the keys stream."""
        self._do("INSERT INTO keys VALUES (?, ?, ?)", source, log_index, jws)

    # rows and receipts

    def row(self, entry: str) -> tuple[dict[str, Any], str] | None:
        """(row, reference) of an entry."""
        found = self._one("SELECT row, reference FROM rows WHERE entry = ?", entry)
        return (decode(found[0]), found[1]) if found else None

    def rows(self) -> list[tuple[str, str, dict[str, Any], int]]:
        """(entry, reference, row, how many events were applied to it), by entry."""
        found = self._all("SELECT entry, reference, row, events FROM rows ORDER BY entry")
        return [(entry, reference, decode(row), events) for entry, reference, row, events in found]

    def next_reference(self, register: str) -> str:
        """The registry's own number for its next record."""
        self._do(
            "INSERT INTO counters VALUES (?, 1) ON CONFLICT (register) DO UPDATE SET last = last + 1",
            register,
        )
        number = self._one("SELECT last FROM counters WHERE register = ?", register)[0]
        return f"{register}-{number:08d}"

    def put_row(
        self, entry: str, register: str, reference: str, row: dict[str, Any], row_digest: str
    ) -> None:
        """Write the row of an entry, as an event left it."""
        self._do(
            "INSERT INTO rows VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (entry) DO UPDATE"
            " SET row = excluded.row, row_digest = excluded.row_digest, events = events + 1",
            *(entry, register, reference, encode(row), row_digest),
        )

    def add_receipt(self, event: str, authority: str, receipt: str, reference: str) -> None:
        """Put a receipt into the outbox."""
        values = (event, authority, receipt, reference)
        self._do("INSERT INTO outbox VALUES (?, ?, ?, ?, 'waiting', NULL)", *values)

    def receipts(self, *, waiting_only: bool = False, limit: int = -1) -> list[Receipt]:
        """The outbox, oldest first."""
        where = "WHERE status = 'waiting'" if waiting_only else ""
        found = self._all(f"SELECT * FROM outbox {where} ORDER BY rowid LIMIT ?", limit)  # noqa: S608 - our words
        return [Receipt(*row) for row in found]

    def sign_again(self, event: str, receipt: str) -> None:
        """Put another signature in the place of a receipt's."""
        self._do("UPDATE outbox SET receipt = ? WHERE event = ?", receipt, event)

    def answered(self, event: str, status: str, code: str | None) -> None:
        """What became of a receipt."""
        self._do("UPDATE outbox SET status = ?, code = ? WHERE event = ?", status, code, event)

    # what went wrong

    def is_parked(self, stream: str) -> bool:
        """Whether the stream is set aside."""
        return self._one("SELECT 1 FROM parked WHERE stream = ? LIMIT 1", stream) is not None

    def park(self, stream: str, seq: int, event: str, jws: str, why: str) -> None:
        """Set an event aside, and its stream with it."""
        self._do("INSERT OR IGNORE INTO parked VALUES (?, ?, ?, ?, ?)", stream, seq, event, jws, why)

    def parked(self) -> list[tuple[str, int, str]]:
        """(stream, seq, why) of every event that is set aside."""
        return self._all("SELECT stream, seq, why FROM parked ORDER BY stream, seq, event")

    def alarm(self, kind: str, stream: str, seq: int, detail: str, at: str) -> None:
        """Say that something must not be, once while it lasts."""
        self._do(
            "INSERT OR IGNORE INTO alarms (kind, stream, seq, detail, raised_at) VALUES (?, ?, ?, ?, ?)",
            *(kind, stream, seq, detail, at),
        )

    def is_over(self, kind: str, at: str) -> None:
        """Say that all of this kind have passed."""
        self._do("UPDATE alarms SET over_at = ? WHERE kind = ? AND over_at IS NULL", at, kind)

    def alarms(self) -> list[Alarm]:
        """Every alarm there ever was, oldest first."""
        found = self._all("SELECT kind, stream, seq, detail, over_at FROM alarms ORDER BY number")
        return [Alarm(*row) for row in found]

    def _do(self, statement: str, *values: object) -> None:
        self._connection.execute(statement, values)

    def _one(self, statement: str, *values: object) -> Any:
        return self._connection.execute(statement, values).fetchone()

    def _all(self, statement: str, *values: object) -> list[Any]:
        return self._connection.execute(statement, values).fetchall()
