"""The read models of one country in a SQLite file, by SQLAlchemy Core: rows and position in one transaction.

The port promises:
- the rows and the position that they were folded to are written together, or not at all;
- a generation under construction stands beside the live one and takes its place in one transaction;
- what a batch deletes is overwritten (``secure_delete``), and ``scrub`` empties the write-ahead log.

    Unavailable    the read models cannot be read or written now
"""

import hashlib
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from infra.canonical import encode
from projections import Row, Tally, View, key_column, tallies, views

PATIENCE_S: Final = 5
MAX_KEYS: Final = 500  # bound variables of one statement
LOOK_S: Final = 0.002
_TYPES: Final[Mapping[str, Any]] = {"text": sa.Text, "integer": sa.Integer, "json": sa.LargeBinary}
NEXT: Final = "__next"  # the generation under construction


class Unavailable(Exception):
    """The read models cannot be used at this moment (disk full, locked); nothing was written."""


class Views:
    """The read models of a country. Writers wait for one another, readers never wait."""

    def __init__(self, path: Path) -> None:
        self._engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": PATIENCE_S})
        sa.event.listen(self._engine, "connect", _prepared)
        sa.event.listen(self._engine, "begin", _begin)
        self._tables = {"": _Generation(""), NEXT: _Generation(NEXT)}
        self._seen = 0
        self._looked_at = 0.0
        with _plainly():
            self._create("")

    @contextmanager
    def writing(self, suffix: str = "") -> Iterator["Batch"]:
        """One batch of a generation (``NEXT``: the one under construction), in one transaction."""
        with _plainly(), self._engine.execution_options(immediate=True).begin() as connection:
            yield Batch(connection, self._tables[suffix])

    def begin_rebuild(self) -> None:
        """Begin a new generation from nothing; what is left of an older attempt is thrown away."""
        with _plainly():
            self._tables[NEXT].metadata.drop_all(self._engine)
            self._create(NEXT)

    def switch(self, batch: "Batch") -> None:
        """Put the generation that ``batch`` writes in place of the live one, in the batch's transaction."""
        for name in _names():
            batch.connection.exec_driver_sql(f"DROP TABLE {name}")
            batch.connection.exec_driver_sql(f"ALTER TABLE {name}{NEXT} RENAME TO {name}")
        _index(batch.connection)

    def position(self, source: str = "log") -> int:
        """How many events (or accesses) of the source the live rows have seen."""
        return self._select(lambda batch: batch.position(source))

    def has_seen(self, index: int) -> bool:
        """Whether the live rows show the event at this position; however many ask, the file is asked now and then."""
        now = time.monotonic()
        if index >= self._seen and now - self._looked_at >= LOOK_S:
            self._looked_at = now
            self._seen = self.position()
        return index < self._seen

    def rows(self, view: str, where: Mapping[str, Any] | None = None, **page: Any) -> list[Row]:  # noqa: ANN401
        """Live rows, decoded: ``where`` equals, and ``page`` as ``Batch.rows``."""
        return self._select(lambda batch: batch.rows(view, where, **page))

    def one(self, view: str, key: str) -> Row | None:
        """The live row under this key."""
        return self._select(lambda batch: batch.load(view, [key]).get(key))

    def parked(self) -> dict[str, tuple[int, int, str]]:
        """The streams that are set aside: stream -> (seq, index, why)."""
        return self._select(lambda batch: batch.parked())

    def digests(self) -> dict[str, Any]:
        """SHA-256 over the canonical rows of each read model, with position and number of erasures; one moment."""
        return self._select(lambda batch: batch.digests())

    def scrub(self) -> None:
        """Leave no deleted bytes in the write-ahead log; raises Unavailable while a reader holds it."""
        with _plainly(), self._engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            if raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise Unavailable("a reader still holds the write-ahead log")

    def close(self) -> None:
        """Give back the file."""
        self._engine.dispose()

    def _select(self, what: Any) -> Any:  # noqa: ANN401 - whatever the question gives
        with _plainly(), self._engine.begin() as connection:
            return what(Batch(connection, self._tables[""]))

    def _create(self, suffix: str) -> None:
        with self._engine.execution_options(immediate=True).begin() as connection:
            self._tables[suffix].metadata.create_all(connection)
            if not suffix:
                _index(connection)


class Batch:
    """One transaction on one generation of the read models."""

    def __init__(self, connection: sa.Connection, generation: "_Generation") -> None:
        self.connection = connection
        self._generation = generation

    def position(self, source: str = "log") -> int:
        """How many events of the source these rows have seen."""
        found = self.connection.exec_driver_sql(
            f"SELECT position FROM positions{self._generation.suffix} WHERE source = ?", (source,)
        ).scalar()
        return int(found) if found is not None else 0

    def move_to(self, position: int, *, erasures: int = 0, source: str = "log") -> None:
        """Say how far these rows have seen; ``erasures`` are added to the count."""
        self.connection.exec_driver_sql(
            f"INSERT INTO positions{self._generation.suffix} (source, position, erasures) VALUES (?, ?, ?)"
            " ON CONFLICT (source) DO UPDATE SET position = excluded.position, erasures = erasures + excluded.erasures",
            (source, position, erasures),
        )

    def load(self, view: str, keys: Sequence[str]) -> dict[str, Row]:
        """The rows under these keys, decoded."""
        table = self._generation.tables[view]
        found: dict[str, Row] = {}
        for n in range(0, len(keys), MAX_KEYS):
            chunk = keys[n : n + MAX_KEYS]
            marks = ",".join("?" * len(chunk))
            rows = self.connection.exec_driver_sql(
                f"{table.select} WHERE {table.key} IN ({marks})", tuple(chunk)
            )
            for row in rows:
                found[row[0]] = table.decode(row)
        return found

    def rows(
        self,
        view: str,
        where: Mapping[str, Any] | None = None,
        *,
        any_of: Mapping[str, Any] | None = None,
        order: Sequence[str] = (),
        after: Sequence[Any] = (),
        up_to: Mapping[str, Any] | None = None,
        limit: int = 100,
        is_descending: bool = False,
    ) -> list[Row]:
        """Rows by equality (``where`` all of, ``any_of`` one of), ordered, strictly after the cursor ``after``."""
        table = self._generation.tables[view]
        conditions, values = [], []
        for column, value in (where or {}).items():
            conditions.append(f"{table.column(column)} = ?")
            values.append(value)
        if any_of:
            conditions.append("(" + " OR ".join(f"{table.column(c)} = ?" for c in any_of) + ")")
            values += any_of.values()
        for column, value in (up_to or {}).items():
            conditions.append(f"{table.column(column)} <= ?")
            values.append(value)
        columns = [table.column(c) for c in order] or [table.key]
        if after:
            sign = "<" if is_descending else ">"
            conditions.append(f"({', '.join(columns)}) {sign} ({', '.join('?' * len(after))})")
            values += after
        clause = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        direction = " DESC" if is_descending else ""
        ordered = ", ".join(f"{c}{direction}" for c in columns)
        found = self.connection.exec_driver_sql(
            f"{table.select}{clause} ORDER BY {ordered} LIMIT ?", (*values, limit)
        )
        return [table.decode(row) for row in found]

    def write(self, view: str, rows: Iterable[Row]) -> None:
        """Put these rows in the place of those with their keys."""
        table = self._generation.tables[view]
        encoded = [table.encode(row) for row in rows]
        if encoded:
            self.connection.exec_driver_sql(table.upsert, encoded)

    def delete(self, view: str, keys: Iterable[str]) -> None:
        """Drop the rows under these keys."""
        table = self._generation.tables[view]
        gone = [(key,) for key in keys]
        if gone:
            self.connection.exec_driver_sql(f"DELETE FROM {table.name} WHERE {table.key} = ?", gone)

    def park(self, stream: str, seq: int, index: int, why: str) -> None:
        """Set a poisoned stream aside, from this event on; ``why`` holds no personal value."""
        self.connection.exec_driver_sql(
            f"INSERT OR IGNORE INTO parked{self._generation.suffix} VALUES (?, ?, ?, ?)",
            (stream, seq, index, why),
        )

    def parked(self) -> dict[str, tuple[int, int, str]]:
        """The streams that are set aside: stream -> (seq, index, why)."""
        found = self.connection.exec_driver_sql(f"SELECT * FROM parked{self._generation.suffix}")
        return {row[0]: (row[1], row[2], row[3]) for row in found}

    def digests(self) -> dict[str, Any]:
        """See ``Views.digests``."""
        found = self.connection.exec_driver_sql(f"SELECT * FROM positions{self._generation.suffix}").all()
        positions = {source: (position, erasures) for source, position, erasures in found}
        position, erasures = positions.get("log", (0, 0))
        return {
            "position": position,
            "erasures": erasures,
            "accesses": positions.get("accesses", (0, 0))[0],
            "views": {name: self._digest(name) for name in sorted(self._generation.tables)},
        }

    def _digest(self, view: str) -> str:
        table = self._generation.tables[view]
        digest = hashlib.sha256()
        for row in self.connection.exec_driver_sql(f"{table.select} ORDER BY {table.key}"):
            digest.update(encode(table.decode(row)) + b"\n")
        return digest.hexdigest()


class _Table:
    """One read model's table in one generation, and how its rows are written and read."""

    def __init__(self, view: View | Tally, suffix: str) -> None:
        self.name = view.name + suffix
        self.key = f'"{key_column(view)}"'
        self._columns = tuple(view.columns)
        self._json = tuple(n for n, kind in enumerate(view.columns.values()) if kind == "json")
        names = ", ".join(f'"{c}"' for c in self._columns)
        sets = ", ".join(f'"{c}" = excluded."{c}"' for c in self._columns[1:])
        marks = ", ".join("?" * len(self._columns))
        self.select = f"SELECT {names} FROM {self.name}"
        self.upsert = f"INSERT INTO {self.name} ({names}) VALUES ({marks}) ON CONFLICT ({self.key}) DO UPDATE SET {sets}"

    def column(self, name: str) -> str:
        """The name in quotes, if it is a column: names never come from outside into a statement."""
        if name not in self._columns:
            raise KeyError(name)
        return f'"{name}"'

    def encode(self, row: Row) -> tuple[Any, ...]:
        values = [row[c] for c in self._columns]
        for n in self._json:
            values[n] = encode(values[n])
        return tuple(values)

    def decode(self, row: Any) -> Row:  # noqa: ANN401 - a row of the engine
        values = list(row)
        for n in self._json:
            values[n] = orjson.loads(values[n])
        return dict(zip(self._columns, values, strict=True))


class _Generation:
    """All tables of one generation."""

    def __init__(self, suffix: str) -> None:
        self.suffix = suffix
        self.metadata = sa.MetaData()
        self.tables = {view.name: _Table(view, suffix) for view in (*views(), *tallies())}
        for view in (*views(), *tallies()):
            columns = [
                sa.Column(name, _TYPES[kind], primary_key=n == 0)
                for n, (name, kind) in enumerate(view.columns.items())
            ]
            sa.Table(view.name + suffix, self.metadata, *columns, sqlite_with_rowid=False)
        sa.Table(
            "positions" + suffix,
            self.metadata,
            sa.Column("source", sa.Text, primary_key=True),
            sa.Column("position", sa.Integer, nullable=False),
            sa.Column("erasures", sa.Integer, nullable=False),
        )
        sa.Table(
            "parked" + suffix,
            self.metadata,
            sa.Column("stream", sa.Text, primary_key=True),
            sa.Column("seq", sa.Integer, nullable=False),
            sa.Column("log_index", sa.Integer, nullable=False),
            sa.Column("why", sa.Text, nullable=False),
        )


def _names() -> tuple[str, ...]:
    return (*(v.name for v in (*views(), *tallies())), "positions", "parked")


def _index(connection: sa.Connection) -> None:
    """Indexes are made after a generation took its place: they cost less on whole tables."""
    for view in (*views(), *tallies()):
        for columns in view.indexes:
            name = "_".join((view.name, *columns))
            names = ", ".join(f'"{c}"' for c in columns)
            connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS {name} ON {view.name} ({names})")


def _prepared(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: IMMEDIATE where we write
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    is_write = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


@contextmanager
def _plainly() -> Iterator[None]:
    """Say the engine's errors in the words of this port; never with the values of a statement."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise Unavailable(f"the read models cannot be used: {type(error).__name__}") from None
