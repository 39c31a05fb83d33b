"""A log's SQLite file as a verifier reads it: read only, without the house and its libraries, in any state.

Nothing is taken for granted: not the order of the rows, not that (stream, version) is unique, not the types
of the columns. The file may be a copy, or a live log that grows meanwhile: the house never changes a row.

    Unreadable    it is no log, or its pages are broken; the message says why
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from infra.formats.canonical import loose_b64url

Row: TypeAlias = tuple[
    int, Any, Any, Any, Any
]  # log_index, stream, seq, type, state: of any type in a forged file

SEALED: Final = b"\x01"  # the first byte after the JWS, where something is sealed
_ROWS: Final = "SELECT log_index, originator_id, originator_version, topic, state FROM stored_events"
_COUNTED: Final = "SELECT count(*) AS n FROM stored_events GROUP BY originator_id, originator_version"
_TWICE: Final = (
    "SELECT max(log_index), originator_id, originator_version FROM stored_events"
    " GROUP BY originator_id, originator_version HAVING count(*) > 1 ORDER BY 1 LIMIT 100"
)


def jws_of(row: Row) -> bytes:
    """The compact JWS of a row, without what is sealed; empty where there are no bytes."""
    return row[4].partition(SEALED)[0] if type(row[4]) is bytes else b""


def said_by(row: Row) -> dict[str, Any]:
    """What a row says, as far as it says anything: it is, was or will be verified in its own place."""
    try:
        found = orjson.loads(loose_b64url(jws_of(row).split(b".")[1]))
    except (ValueError, IndexError):
        return {}
    return found if type(found) is dict else {}


class Unreadable(Exception):
    """The file cannot be read as a log."""


class Extent(NamedTuple):
    """The first and last positions; by the index of versions, how many rows, and the most of one version."""

    first: int
    last: int
    rows: int
    most: int


class LogFile:
    """One connection to the file; of one thread."""

    def __init__(self, path: Path) -> None:
        """Open it; raises Unreadable. In a folder that is not writable, its house must have closed it."""
        self.path = path
        with _plainly():
            address = path.resolve().as_uri()
            self._connection = sqlite3.connect(f"{address}?mode=ro", uri=True)
            try:
                self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            except sqlite3.OperationalError:
                # No shared memory can be made beside it: nobody writes, then.
                self._connection.close()
                self._connection = sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True)
            except BaseException:
                self._connection.close()
                raise

    def extent(self) -> Extent | None:
        """Where the rows begin and end, and how many there are, at one moment; None: there are none."""
        ends = "SELECT min(log_index), max(log_index) FROM stored_events"
        counted = f"SELECT sum(n), max(n) FROM ({_COUNTED})"  # noqa: S608 - a text of this file
        with _plainly():
            self._connection.execute("BEGIN")
            try:
                first, last = self._connection.execute(ends).fetchone()
                rows, most = self._connection.execute(counted).fetchone()
            finally:
                self._connection.execute("COMMIT")
        return None if first is None else Extent(first, last, rows, most)

    def disagreement(self) -> str | None:
        """Where the pages of the file do not agree with each other, an index with its rows above all; None: nowhere.

        Rows are read by their positions here, and by the index in the house: what the index hides is not seen there.
        """
        with _plainly():
            found = str(self._connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
        return None if found == "ok" else found

    def twice(self) -> list[tuple[int, str, int]]:
        """Versions that stand in the log more than once: (last position, stream, version), at most 100."""
        with _plainly():
            return [tuple(row) for row in self._connection.execute(_TWICE)]

    def rows(self, first: int, end: int) -> Iterator[Row]:
        """The rows at positions from ``first`` up to, not including, ``end``, in order."""
        asked = f"{_ROWS} WHERE log_index >= ? AND log_index < ? ORDER BY log_index"
        with _plainly():
            yield from self._connection.execute(asked, (first, end))

    def before(self, index: int) -> Row | None:
        """The last row below a position."""
        return self._one(f"{_ROWS} WHERE log_index < ? ORDER BY log_index DESC LIMIT 1", index)

    def from_(self, index: int, skip: int = 0) -> Row | None:
        """The first row at or above a position, or the one that comes so many rows later."""
        return self._one(f"{_ROWS} WHERE log_index >= ? ORDER BY log_index LIMIT 1 OFFSET ?", index, skip)

    def stream(self, stream: str) -> list[Row]:
        """The rows of a stream, by version."""
        return self._all(f"{_ROWS} WHERE originator_id = ? ORDER BY originator_version, log_index", stream)

    def of_type(self, name: str) -> list[Row]:
        """The rows that say they are of this type, in the order of the log; the whole log is looked through."""
        return self._all(f"{_ROWS} WHERE topic = ? ORDER BY log_index", name)

    def of_family(self, prefix: str) -> list[Row]:
        """The same of all types that begin so: a word and a point."""
        until = f"{prefix[:-1]}/"  # the character that follows the point
        return self._all(f"{_ROWS} WHERE topic >= ? AND topic < ? ORDER BY log_index", prefix, until)

    def version(self, stream: str, seq: int) -> Row | None:
        """The first row that says it is this version of the stream."""
        asked = f"{_ROWS} WHERE originator_id = ? AND originator_version = ? ORDER BY log_index LIMIT 1"
        return self._one(asked, stream, seq)

    def newest_below(self, stream: str, seq: int) -> Row | None:
        """The row of the stream's highest version below this one."""
        below = "originator_id = ? AND originator_version < ? ORDER BY originator_version DESC LIMIT 1"
        return self._one(f"{_ROWS} WHERE {below}", stream, seq)

    def be_lenient(self) -> None:
        """From here on text that is not UTF-8 is read with replacements, and not an error; this is slower."""
        self._connection.text_factory = lambda raw: raw.decode("utf-8", "replace")

    def close(self) -> None:
        """Give back the file."""
        self._connection.close()

    def _one(self, statement: str, *values: object) -> Row | None:
        found = self._all(statement, *values)
        return found[0] if found else None

    def _all(self, statement: str, *values: object) -> list[Row]:
        with _plainly():
            return self._connection.execute(statement, values).fetchall()


@contextmanager
def _plainly() -> Iterator[None]:
    """Say SQLite's errors in the words of this port."""
    try:
        yield
    except (sqlite3.Error, OSError, OverflowError, UnicodeDecodeError) as error:
        raise Unreadable(str(error)) from error
