"""How a country's log is read, in any of its shapes: the rows of events, and the answers beside them.

Unavailable    the log cannot be read or written now
Conflict       somebody else appended there first
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple, Self, TypeAlias

Row: TypeAlias = tuple[int, str, int, str, bytes]  # log_index, stream, seq, type, state
Answer: TypeAlias = tuple[bytes | None, str, int]  # HMAC of the body (None: erased), stream, version
_EVENT: Final = "log_index, originator_id, originator_version, topic, state"
EVENTS: Final = f"SELECT {_EVENT} FROM stored_events WHERE "  # noqa: S608 - here and below: constants
_ANSWER: Final = "CASE body_mac WHEN zeroblob(length(body_mac)) THEN NULL ELSE body_mac END, stream, version"
# A stream's id is random or derived under a secret, in hexadecimal digits; any other falls to some part, too.
_DIGITS: Final = 3
_PART: Final = f"substr(originator_id, -{_DIGITS})"
_SIZE: Final = "coalesce(max(log_index), -1) + 1"
_IS_SIZE, _IS_EVENT, _IS_ANSWER = range(3)  # what a row of a look is


class Unavailable(Exception):
    """The log cannot be used at this moment (disk full, locked, closed); nothing was written."""


class Conflict(Exception):
    """The position, the stream's version or the answer's key is taken already; nothing was written."""


class Look(NamedTuple):
    """What a log holds at one moment, of what was looked for."""

    size: int
    rows: list[Row]  # each stream's oldest first
    answers: Mapping[str, Answer | None]  # by idempotency key


class Reading(ABC):
    """How a log is read; raises Unavailable."""

    def look(self, streams: Sequence[str], keys: Sequence[str]) -> Look:
        """The size, the events of these streams and the answers to these idempotency keys, in one statement."""
        size, rows = 0, []
        answered: dict[str, Answer | None] = dict.fromkeys(keys)
        for what, *row in self._rows(_look(len(streams), len(keys)), *streams, *keys):
            if what == _IS_SIZE:
                size = row[0]
            elif what == _IS_EVENT:
                rows.append(tuple(row))
            else:
                answered[row[3]] = tuple(row[:3])
        rows.sort(key=itemgetter(1, 2))
        return Look(size, rows, answered)

    def size(self) -> int:
        """How many events the log holds: the next position."""
        return int(self._rows(f"SELECT {_SIZE} FROM stored_events")[0][0])  # noqa: S608

    def stream(self, stream: str) -> list[Row]:
        """All events of a stream, oldest first."""
        return self.streams([stream])

    def streams(self, streams: Sequence[str]) -> list[Row]:
        """All events of these streams, each stream's oldest first."""
        marks = ", ".join("?" * len(streams))
        ordered = f"originator_id IN ({marks}) ORDER BY originator_id, originator_version"
        return self._rows(EVENTS + ordered, *streams)

    def since(self, index: int, limit: int) -> list[Row]:
        """Up to ``limit`` events from this position on."""
        return self._rows(EVENTS + "log_index >= ? ORDER BY log_index LIMIT ?", index, limit)

    def part(self, first: int, end: int, part: int, parts: int) -> list[Row]:
        """The events from ``first`` up to, not including, ``end``, of every stream that falls to this part."""
        where, values = ["log_index >= ? AND log_index < ?"], [first, end, *_bounds(part, parts)]
        where += [f"{_PART} >= ?"] if part else []
        where += [f"{_PART} < ?"] if part + 1 < parts else []
        return self._rows(f"{EVENTS}{' AND '.join(where)} ORDER BY log_index", *values)

    def at(self, index: int) -> Row | None:
        """The event at this position."""
        found = self._rows(EVENTS + "log_index = ?", index)
        return found[0] if found else None

    def newest(self, stream: str) -> Row | None:
        """The last event of a stream."""
        found = self._rows(
            EVENTS + "originator_id = ? ORDER BY originator_version DESC LIMIT 1",
            stream,
        )
        return found[0] if found else None

    def holds(self, stream: str) -> bool:
        """Whether there is such a stream; a look into the index, whatever its length."""
        return bool(self._rows("SELECT 1 FROM stored_events WHERE originator_id = ? LIMIT 1", stream))

    def answer(self, key: str) -> Answer | None:
        """What was answered under an idempotency key."""
        found = self._rows(f"SELECT {_ANSWER} FROM answers WHERE key = ?", key)  # noqa: S608
        return found[0] if found else None

    @abstractmethod
    def _rows(self, statement: str, *values: object) -> list[Any]: ...


def _bounds(part: int, parts: int) -> list[str]:
    """With which last digits the ids of the part begin, and of the next; nothing comes before the first part, or after
    the last.
    """
    first = [16**_DIGITS * n // parts for n in (part, part + 1)]
    return [f"{n:0{_DIGITS}x}" for n in first if 0 < n < 16**_DIGITS]


@lru_cache(maxsize=1024)  # of the numbers of streams and keys that a batch looks for
def _look(streams: int, keys: int) -> str:
    """The statement of a look: the size, and what is there of so many streams and keys."""
    asked = [f"SELECT {_IS_SIZE}, {_SIZE}, NULL, NULL, NULL, NULL FROM stored_events"]  # noqa: S608
    if streams:
        found = f"originator_id IN ({', '.join('?' * streams)})"
        asked.append(f"SELECT {_IS_EVENT}, {_EVENT} FROM stored_events WHERE {found}")  # noqa: S608
    if keys:
        found = f"key IN ({', '.join('?' * keys)})"
        asked.append(f"SELECT {_IS_ANSWER}, {_ANSWER}, key, NULL FROM answers WHERE {found}")  # noqa: S608
    return " UNION ALL ".join(asked)


class Connected(Reading):
    """A log as it is read on one connection, by one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _rows(self, statement: str, *values: object) -> list[Any]:
        try:  # as `plainly`, for a look of each batch
            return self._connection.execute(statement, values).fetchall()
        except (sqlite3.Error, OSError) as error:
            raise said(error) from error


class Reader(Connected):
    """A log as one thread reads it."""

    @classmethod
    def of(cls, path: Path) -> Self:
        """Of a log's file, without the house; raises Unavailable."""
        with plainly():
            return cls(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True))

    def close(self) -> None:
        """Give back the connection."""
        self._connection.close()


@contextmanager
def plainly() -> Iterator[None]:
    """Say SQLite's errors in the words of this port."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise said(error) from error


def said(error: Exception) -> Conflict | Unavailable:
    """What SQLite or the system says, in the words of this port."""
    if isinstance(error, sqlite3.IntegrityError):
        return Conflict(str(error))
    return Unavailable(f"the log cannot be used: {error}")
