"""One transaction on one generation of the read models: their rows, how far they have seen, the parked streams.

Unavailable    the read models cannot be read or written now
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from infra.formats.canonical import encode
from infra.read_models.tables import Generation, Table, indexes
from projections import Row

MAX_KEYS: Final = 500  # bound variables of one statement
NEXT: Final = "__next"  # the generation under construction
BUILDER: Final = "builder"  # a source whose position is the number of who builds the generation


Where: TypeAlias = Mapping[Any, Any]  # by a column, or by several in a tuple


_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_HOW_TO_MEND: Final = (
    "the file is damaged: stop, delete read_models.sqlite of the country, with what has that name and -wal or -shm"
    " behind it, and start again: it is folded anew from the log"
)


class Unavailable(Exception):
    """The read models cannot be used at this moment (disk full, locked); nothing was written."""


class Transaction:
    """One transaction on one generation of the read models."""

    def __init__(self, connection: sqlite3.Connection, generation: Generation) -> None:
        self.connection = connection
        self._generation = generation

    def create(self) -> None:
        """Make the tables of the generation, empty; the live one's old tables go, whatever they are."""
        for name in self._tables():
            self._rows(f"DROP TABLE {name}")
        for statement in self._generation.schema:
            self._rows(statement)
        if not self._is_next():
            for statement in indexes():
                self._rows(statement)

    def positions(self) -> dict[str, int]:
        """How many events of each source these rows have seen; a source that is missing: none."""
        return dict(self._rows(f"SELECT source, position FROM {self._generation.positions}"))

    def position(self, source: str = "log") -> int:
        """How many events of the source these rows have seen."""
        found = self._rows(f"SELECT position FROM {self._generation.positions} WHERE source = ?", source)
        return int(found[0][0]) if found else 0

    def erasures(self) -> int:
        """How many erasures these rows have seen."""
        found = self._rows(f"SELECT erasures FROM {self._generation.positions} WHERE source = 'log'")
        return int(found[0][0]) if found else 0

    def move_to(self, position: int, *, erasures: int = 0, source: str = "log") -> None:
        """Say how far these rows have seen; ``erasures`` are added to the count."""
        self._rows(
            f"INSERT INTO {self._generation.positions} (source, position, erasures) VALUES (?, ?, ?)"
            " ON CONFLICT (source) DO UPDATE SET"
            " position = excluded.position, erasures = erasures + excluded.erasures",
            source,
            position,
            erasures,
        )

    def is_built_by(self, builder: int) -> bool:
        """Whether the generation is there, and it is this builder's."""
        return bool(self._tables()) and self.position(BUILDER) == builder

    def is_beside_another(self) -> bool:
        """Whether the other generation is in the file too."""
        return bool(self._tables(of_other=True))

    def drop_other(self) -> None:
        """Delete the other generation; what was in it is in the file until that is scrubbed."""
        for name in self._tables(of_other=True):
            self._rows(f"DROP TABLE {name}")

    def load(self, view: str, keys: Sequence[str]) -> dict[str, Row]:
        """The rows under these keys, decoded."""
        table = self._generation.tables[view]
        found: dict[str, Row] = {}
        for n in range(0, len(keys), MAX_KEYS):
            chunk = keys[n : n + MAX_KEYS]
            marks = ",".join("?" * len(chunk))
            rows = self._rows(f"{table.select} WHERE {table.key} IN ({marks})", *chunk)
            found |= zip((row[0] for row in rows), _decoded(table, rows), strict=True)
        return found

    def rows(  # noqa: PLR0913 - the members of a page
        self,
        view: str,
        where: Where | None = None,
        *,
        order: Sequence[str] = (),
        after: Sequence[Any] = (),
        up_to: Mapping[str, Any] | None = None,
        not_up_to: Mapping[str, Any] | None = None,
        unlike: Mapping[str, Any] | None = None,
        limit: int = 100,
        is_descending: bool = False,
    ) -> list[Row]:
        """Rows by equality (``where``), ordered, strictly after the cursor
        ``after``.

        A list in ``where`` is "one of these", MAX_KEYS of them at most; None is nothing; under several columns stand
        values for all of them. ``not_up_to`` is what ``up_to`` leaves out: a greater value, or none; ``unlike`` is
        another value, and not none.
        """
        table = self._generation.tables[view]
        conditions, values = _conditions(table, where, up_to, not_up_to, unlike)
        columns = [table.column(c) for c in order] or [table.key]
        if after:
            sign = "<" if is_descending else ">"
            conditions.append(f"({', '.join(columns)}) {sign} ({', '.join('?' * len(after))})")
            values += after
        clause = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        direction = " DESC" if is_descending else ""
        ordered = ", ".join(f"{c}{direction}" for c in columns)
        found = self._rows(f"{table.select}{clause} ORDER BY {ordered} LIMIT ?", *values, limit)
        return _decoded(table, found)

    def counts(
        self,
        view: str,
        by: str,
        where: Where | None = None,
        *,
        up_to: Mapping[str, Any] | None = None,
    ) -> dict[Any, int]:
        """How many rows have each value of a column; the conditions as in ``rows``."""
        table = self._generation.tables[view]
        conditions, values = _conditions(table, where, up_to)
        clause = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        column = table.column(by)
        statement = f"SELECT {column}, count(*) FROM {table.name}{clause} GROUP BY {column}"
        return dict(self._rows(statement, *values))

    def distinct(self, view: str, columns: Sequence[str], where: Where) -> list[tuple[Any, ...]]:
        """What stands in these columns, each once; the conditions as in ``rows``."""
        table = self._generation.tables[view]
        conditions, values = _conditions(table, where)
        asked = ", ".join(table.column(each) for each in columns)
        return self._rows(
            f"SELECT DISTINCT {asked} FROM {table.name} WHERE {' AND '.join(conditions)}", *values
        )

    def write(self, view: str, rows: Iterable[Row]) -> None:
        """Put these rows in the place of those with their keys; those of a tally are added to them."""
        table = self._generation.tables[view]
        encoded = [table.encode(row) for row in rows]
        if encoded:
            self._many(table.upsert, encoded)

    def delete(self, view: str, keys: Iterable[str]) -> None:
        """Drop the rows under these keys, of a view with several rows a stream all of each stream."""
        table = self._generation.tables[view]
        gone = [(key,) for key in keys]
        if gone:
            self._many(f"DELETE FROM {table.name} WHERE {table.key} = ?", gone)

    def park(self, stream: str, seq: int, index: int, why: str) -> None:
        """Set a poisoned stream aside, from this event on; ``why`` holds no personal value."""
        put = f"INSERT OR IGNORE INTO {self._generation.parked} VALUES (?, ?, ?, ?)"
        self._rows(put, stream, seq, index, why)

    def parked(self) -> dict[str, tuple[int, int, str]]:
        """The streams that are set aside: stream -> (seq, index, why)."""
        found = self._rows(f"SELECT * FROM {self._generation.parked}")
        return {row[0]: (row[1], row[2], row[3]) for row in found}

    def digests(self) -> dict[str, Any]:
        """See ``ReadModels.digests``."""
        return {
            "position": self.position(),
            "erasures": self.erasures(),
            "accesses": self.position("accesses"),
            "read_models": {name: self._digest(name) for name in sorted(self._generation.tables)},
        }

    def _digest(self, view: str) -> str:
        table = self._generation.tables[view]
        digest = hashlib.sha256()
        try:
            for row in self.connection.execute(f"{table.select} ORDER BY {table.keys}"):
                digest.update(encode(table.plain(row)) + b"\n")
        except sqlite3.Error as error:
            raise unavailable(error) from None
        return digest.hexdigest()

    def _is_next(self) -> bool:
        return self._generation.parked.endswith(NEXT)

    def _tables(self, *, of_other: bool = False) -> list[str]:
        found = self._rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [row[0] for row in found if row[0].endswith(NEXT) == (self._is_next() != of_other)]

    def _rows(self, statement: str, *values: object) -> list[Any]:
        try:  # a context manager would take as long as the statement
            return self.connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise unavailable(error) from None

    def _many(self, statement: str, values: Sequence[tuple[Any, ...]]) -> None:
        try:
            self.connection.executemany(statement, values)
        except sqlite3.Error as error:
            raise unavailable(error) from None


def _conditions(
    table: Table,
    where: Where | None = None,
    up_to: Mapping[str, Any] | None = None,
    not_up_to: Mapping[str, Any] | None = None,
    unlike: Mapping[str, Any] | None = None,
) -> tuple[list[str], list[Any]]:
    """The conditions of a statement, and the values in them."""
    conditions, values = [], list[Any]()
    for column, value in (where or {}).items():
        if isinstance(column, tuple):
            names, marks = ", ".join(map(table.column, column)), f"({', '.join('?' * len(column))})"
            conditions.append(f"({names}) IN (VALUES {', '.join([marks] * len(value))})" if value else "0")
            values += [each for several in value for each in several]
            continue
        if value is None:
            conditions.append(f"{table.column(column)} IS NULL")
            continue
        one_of = value if isinstance(value, list) else [value]
        conditions.append(f"{table.column(column)} IN ({', '.join('?' * len(one_of))})")
        values += one_of
    for column, value in (up_to or {}).items():
        conditions.append(f"{table.column(column)} <= ?")
        values.append(value)
    for column, value in (not_up_to or {}).items():
        name = table.column(column)
        conditions.append(f"({name} > ? OR {name} IS NULL)")
        values.append(value)
    for column, value in (unlike or {}).items():
        conditions.append(f"{table.column(column)} <> ?")
        values.append(value)
    return conditions, values


def _decoded(table: Table, rows: Iterable[Any]) -> list[Row]:
    """The rows as they were stored; a value that nothing here wrote is damage like any other."""
    try:
        return [table.decode(row) for row in rows]
    except (TypeError, ValueError) as error:
        what = f"a row of {table.name} cannot be read ({type(error).__name__})"
        raise Unavailable(f"{what}; {_HOW_TO_MEND}") from None


def unavailable(error: Exception) -> Unavailable:
    """The error in the words of this port; never with the values of a statement."""
    what = f"the read models cannot be used: {type(error).__name__}"
    is_damaged = isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED
    return Unavailable(f"{what}; {_HOW_TO_MEND}" if is_damaged else what)
