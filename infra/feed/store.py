"""The feeds of one country's log in a SQLite file: who receives which event as which number; holds no events.

The port promises:
- the rows and the position in the log that they were made up to are written together, or not at all;
- the rows are a function of the log: thrown away and made again, they are the same;
- any number of processes may follow and read; followers wait for one another.

    Unavailable    the feed cannot be read or written now
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from infra.feed.reading import Events, rows_at, time_of
from infra.formats.chain import GENESIS, head_after
from infra.formats.envelope import split
from infra.log.event_store import Log
from infra.runtime.sqlite_file import connect, create, said_as, transaction
from projections.feed import deliveries

# What a power cut takes is made again from the log: the disk is waited for every 40 MB only.
_SELDOM: Final = ("synchronous = NORMAL", "wal_autocheckpoint = 10000")
_SCHEMA: Final = (
    "CREATE TABLE position (one INTEGER PRIMARY KEY CHECK (one = 1), log_index INTEGER, keys INTEGER)",
    "CREATE TABLE feeds (recipient TEXT PRIMARY KEY, count INTEGER, head BLOB) WITHOUT ROWID",
    """CREATE TABLE deliveries (
        recipient TEXT, feedseq INTEGER, log_index INTEGER, hash BLOB,
        PRIMARY KEY (recipient, feedseq)) WITHOUT ROWID""",
    "CREATE INDEX deliveries_hash ON deliveries (hash)",
    "CREATE TABLE relayed (recipient TEXT PRIMARY KEY, count INTEGER, head BLOB, keys INTEGER) WITHOUT ROWID",
    "CREATE TABLE trouble (one INTEGER PRIMARY KEY CHECK (one = 1), why TEXT)",
)


class Unavailable(Exception):
    """The feed cannot be read or written at this moment; nothing was changed."""


class Delivery(NamedTuple):
    """The ``feedseq``-th event of a recipient, as the log holds it: its hash (raw), its compact JWS."""

    feedseq: int
    hash: bytes
    log_index: int
    stream: str
    seq: int
    type: str
    time: str
    jws: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a feed stands: ``hash`` is h(``count``); ``keys``: how many events of keys the log had then."""

    count: int
    hash: bytes
    keys: int


class FeedStore:
    """The feeds of one log. May be used by several threads."""

    def __init__(self, path: Path) -> None:
        self._writer, self._reader = threading.Lock(), threading.Lock()
        with _plainly():
            create(path, _SCHEMA)
            self._write, self._read = connect(path, *_SELDOM), connect(path, *_SELDOM)

    def follow(self, log: Log) -> int:
        """Deliver the next events of the log; how many it took, 0 when there is nothing new."""
        return self.deliver(log)[0]

    def deliver(self, log: Log) -> tuple[int, dict[str, list[Delivery]]]:
        """As ``follow``, and what each recipient was delivered: who publishes need not read it again."""
        if self.position() >= log.size():
            return 0, {}
        with self._writing() as connection:
            return _deliver(connection, log)

    def position(self) -> int:
        """How many events of the log are delivered."""
        with self._reading() as connection:
            return _position(connection)[0]

    def counts(self) -> dict[str, int]:
        """How many events each recipient has been delivered."""
        with self._reading() as connection:
            return dict(connection.execute("SELECT recipient, count FROM feeds").fetchall())

    def standing(self, recipient: str) -> Standing:
        """How far this recipient's feed goes, at one moment."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT count, head, keys FROM feeds, position WHERE recipient = ?", (recipient,)
            ).fetchone()
        return Standing(*found) if found else Standing(0, GENESIS, 0)

    def since(self, log: Log, recipient: str, feedseq: int, limit: int) -> list[Delivery]:
        """Up to ``limit`` deliveries after this number, with their events."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT feedseq, log_index, hash FROM deliveries WHERE recipient = ? AND feedseq > ?"
                " ORDER BY feedseq LIMIT ?",
                (recipient, feedseq, limit),
            ).fetchall()
        rows = rows_at(log, [index for _, index, _ in found])
        return [
            Delivery(number, event_hash, *row[:4], time_of(jws := split(row[4])[0]), jws)
            for (number, _, event_hash), row in zip(found, rows, strict=True)
        ]

    def number_of(self, recipient: str, event_hash: bytes) -> int | None:
        """The ``feedseq`` of an event for this recipient, or None: it did not receive it."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT feedseq FROM deliveries WHERE hash = ? AND recipient = ?", (event_hash, recipient)
            ).fetchone()
        return found[0] if found else None

    def index_of(self, event_hash: bytes) -> int | None:
        """The position in the log of an event, or None: it is not in this log (or not delivered yet)."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT log_index FROM deliveries WHERE hash = ? LIMIT 1", (event_hash,)
            ).fetchone()
        return found[0] if found else None

    def relayed(self) -> dict[str, Standing]:
        """What Kafka has for certain, recipient by recipient."""
        with self._reading() as connection:
            found = connection.execute("SELECT * FROM relayed")
            return {recipient: Standing(count, head, keys) for recipient, count, head, keys in found}

    def move_relay(self, positions: Mapping[str, Standing]) -> None:
        """Say what Kafka has for certain, of these recipients."""
        values = [(recipient, *astuple(position)) for recipient, position in positions.items()]
        with self._writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO relayed VALUES (?, ?, ?, ?)", values)

    def relay_behind(self) -> int | None:
        """How many deliveries Kafka has not got, or None: there is no relay here."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT sum(f.count - coalesce(r.count, 0)) FROM feeds f"
                " LEFT JOIN relayed r USING (recipient)"
                " WHERE (SELECT count(*) FROM relayed) + (SELECT count(*) FROM trouble) > 0"
            ).fetchone()
        behind: int | None = found[0]
        return behind

    def relay_trouble(self) -> str | None:
        """Why the relay does not get on, or None."""
        with self._reading() as connection:
            found = connection.execute("SELECT why FROM trouble").fetchone()
        return found[0] if found else None

    def say_trouble(self, why: str | None) -> None:
        """Say why the relay does not get on (None: it does), for all processes."""
        with self._writing() as connection:
            connection.execute("DELETE FROM trouble")
            if why is not None:
                connection.execute("INSERT INTO trouble VALUES (1, ?)", (why,))

    def forget(self) -> None:
        """Throw the deliveries away, to be made again; what Kafka has stays known."""
        with self._writing() as connection:
            for table in ("position", "feeds", "deliveries"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the line above

    def close(self) -> None:
        """Give back the file."""
        self._write.close()
        self._read.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._reader, _plainly():
            yield self._read

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._writer, _plainly(), transaction(self._write):
            yield self._write


def _deliver(connection: sqlite3.Connection, log: Log) -> tuple[int, dict[str, list[Delivery]]]:
    """Write the deliveries of the log's next whole appends, and the position behind them."""
    position, keys = _position(connection)
    feeds: dict[str, tuple[int, bytes]] = {
        recipient: (count, head) for recipient, count, head in connection.execute("SELECT * FROM feeds")
    }
    made: dict[str, list[Delivery]] = {}
    events = Events(log)
    taken = 0
    for append in events.next(position):
        taken += len(append)
        for recipient, event in deliveries(append, events.earlier):
            count, head = feeds.get(recipient, (0, GENESIS))
            feeds[recipient] = (count + 1, head_after(head, event.hash))
            index, stream, seq, event_hash, *_ = event
            more = events.more[index]
            made.setdefault(recipient, []).append(Delivery(count + 1, event_hash, index, stream, seq, *more))
    keys += sum(events.more[n][0].startswith("keys.") for n in range(position, position + taken))
    rows = [(recipient, d.feedseq, d.log_index, d.hash) for recipient in made for d in made[recipient]]
    connection.executemany("INSERT INTO deliveries VALUES (?, ?, ?, ?)", rows)
    heads = [(recipient, *feed) for recipient, feed in feeds.items()]
    connection.executemany("INSERT OR REPLACE INTO feeds VALUES (?, ?, ?)", heads)
    connection.execute("INSERT OR REPLACE INTO position VALUES (1, ?, ?)", (position + taken, keys))
    return taken, made


def _position(connection: sqlite3.Connection) -> tuple[int, int]:
    found: Any = connection.execute("SELECT log_index, keys FROM position").fetchone()
    return found or (0, 0)


def _plainly() -> AbstractContextManager[None]:
    return said_as(Unavailable, "the feed cannot be used")
