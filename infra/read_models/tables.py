"""The tables of the read models: how a view, a turn or a tally becomes one, and how its rows are written and read; no
queries.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, get_args, get_type_hints, is_typeddict

import orjson

from projections import Row, Tally, Turn, View, key_column, key_columns, tallies, turns, views

_TYPES: Final[Mapping[str, str]] = {"text": "TEXT", "integer": "INTEGER", "json": "BLOB", "state": "BLOB"}

_POSITIONS: Final = {"source": "text", "position": "integer", "erasures": "integer"}
_PARKED: Final = {"stream": "text", "seq": "integer", "log_index": "integer", "why": "text"}


class Table:
    """One read model's table in one generation; names never come from outside into a statement."""

    def __init__(self, view: View | Tally | Turn, suffix: str) -> None:
        self.name = view.name + suffix
        self.key = f'"{key_column(view)}"'
        self.keys = _quoted(key_columns(view))
        self._columns = tuple(view.columns)
        kinds = tuple(view.columns.values())
        self._states = tuple(n for n, kind in enumerate(kinds) if kind == "state")
        self._json = tuple(n for n, kind in enumerate(kinds) if kind == "json")
        self.schema = _schema(self.name, view.columns, keys=len(key_columns(view)))
        self._kept: Any = view.keeps if isinstance(view, View) else None
        names = _quoted(self._columns)
        sums = view.sums if isinstance(view, Tally) else ()
        sets = ", ".join(
            f'"{c}" = "{c}" + excluded."{c}"' if c in sums else f'"{c}" = excluded."{c}"'
            for c in self._columns[1:]
        )
        marks = ", ".join("?" * len(self._columns))
        self.select = f"SELECT {names} FROM {self.name}"
        put = f"INSERT INTO {self.name} ({names}) VALUES ({marks})"
        self.upsert = f"{put} ON CONFLICT ({self.keys}) DO UPDATE SET {sets}"

    def column(self, name: str) -> str:
        """The name in quotes, if it is a column; else KeyError."""
        if name not in self._columns:
            raise KeyError(name)
        return f'"{name}"'

    def encode(self, row: Row) -> tuple[Any, ...]:
        """The values of a row as they are stored."""
        values = [row[c] for c in self._columns]
        for n in self._json:
            values[n] = orjson.dumps(values[n])
        for n in self._states:
            values[n] = orjson.dumps(tuple(values[n]))
        return tuple(values)

    def decode(self, row: Any) -> Row:
        """The row that was stored."""
        values = self._loaded(row)
        for n in self._states:
            values[n] = self._kept(*values[n])
        return dict(zip(self._columns, values, strict=True))

    def plain(self, row: Any) -> Row:
        """The row that was stored, in JSON values: of a state its members in their order."""
        return dict(zip(self._columns, self._loaded(row), strict=True))

    def _loaded(self, row: Any) -> list[Any]:
        values = list(row)
        for n in (*self._json, *self._states):
            values[n] = orjson.loads(values[n])
        return values


class Generation:
    """All tables of one generation, with the positions that they were folded to and the streams that are
    parked.
    """

    def __init__(self, suffix: str) -> None:
        self.positions = "positions" + suffix
        self.parked = "parked" + suffix
        self.tables = {view.name: Table(view, suffix) for view in _all()}
        self.names = (*(table.name for table in self.tables.values()), self.positions, self.parked)
        self.schema = (
            *(table.schema for table in self.tables.values()),
            _schema(self.positions, _POSITIONS, keys=1),
            _schema(self.parked, _PARKED, keys=1),
        )


def indexes() -> tuple[str, ...]:
    """The statements for the live generation's indexes: they cost less on tables that are filled already."""
    return tuple(
        f"CREATE INDEX {'_'.join((view.name, *columns))} ON {view.name} ({_quoted(columns)})"
        for view in _all()
        for columns in view.indexes
    )


def shape(generation: Generation) -> int:
    """A number for the shape of tables and states: where a file has another, it is of another version."""
    kept = [f"{view.name}.{name}" for view in views() if view.keeps for name in members(view.keeps)]
    return zlib.crc32("\n".join((*generation.schema, *indexes(), *kept)).encode()) & 0x7FFFFFFF


def members(state: Any) -> Iterator[str]:
    """The names in a state, and in whatever of it has names of its own."""
    for name, kind in get_type_hints(state).items():
        yield name
        yield from (f"{name}.{inner}" for part in _parts(kind) for inner in members(part))


def _parts(kind: Any) -> Iterator[Any]:
    if is_typeddict(kind):
        yield kind
    for inner in get_args(kind):
        yield from _parts(inner)


def _schema(name: str, columns: Mapping[str, str], *, keys: int) -> str:
    """The statement that makes a table, of which the first columns are the key. A row stands within its key, but a
    long one beside it: there it is written in a third of the time.
    """
    shown = ", ".join(
        f'"{column}" {_TYPES[kind]}{" NOT NULL" if n < keys else ""}'
        for n, (column, kind) in enumerate(columns.items())
    )
    within = "" if "state" in columns.values() else " WITHOUT ROWID"
    return f"CREATE TABLE {name} ({shown}, PRIMARY KEY ({_quoted(tuple(columns)[:keys])})){within}"


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _all() -> tuple[View | Tally | Turn, ...]:
    return (*views(), *turns(), *tallies())
