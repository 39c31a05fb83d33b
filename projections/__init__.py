"""Read models: pure functions from recorded events to rows, one file each; they know the domain and nothing
else.

There are two kinds, and both can be thrown away and rebuilt:

- a ``View`` shows the state of a case or an entry: the stream is folded once, by the domain's own ``evolve``,
  and each view of that family says what its row is. The lifecycle is thus written once.
- a ``Tally`` counts: each event gives a row of its own, and the rows under one key are added up.

A row holds JSON values under the names of ``columns``, the key first. Files are found by being there.
``feed.py`` is neither: it says which recipient gets which event, and in which order.
"""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Literal

from domain.case import Case
from domain.entry import Entry

Row = dict[str, Any]
ColumnType = Literal["text", "integer", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is shown of each stream of a family; ``row(state)`` is its row, or None: not shown (any more).

    Where a stream has several, ``rows(state)`` are all of them, and the first two columns are the key.
    ``looks_at``: the members of the state that its rows follow from; where none of them changed, nothing is shown anew
    (empty: always).
    The view that ``keeps`` the state has all of it in the column ``state``, as the members of this type: the
    fold goes on from there.
    """

    name: str
    family: str  # of domain/families.py
    columns: Mapping[str, ColumnType]
    row: Callable[[Any], Row | None] = lambda _state: None
    rows: Callable[[Any], list[Row]] | None = None
    indexes: tuple[tuple[str, ...], ...] = ()
    keeps: type[Case | Entry] | None = None
    looks_at: tuple[str, ...] = ()

    def is_as_before(self, stood: Any, state: Any) -> bool:
        """Whether nothing changed that it looks at: a fold keeps what it does not change as it is."""
        return bool(self.looks_at) and all(getattr(stood, n) is getattr(state, n) for n in self.looks_at)

    def shown(self, state: Any) -> list[Row]:
        """All rows of the stream."""
        if self.rows is not None:
            return self.rows(state)
        row = self.row(state)
        return [] if row is None else [row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What is counted: ``row(event)``, or None: it does not count. Public members only.

    Rows under one key are added up: their integer columns are sums, the others say the same in all of them.
    ``source``: the events of the log, or the table of accesses.
    """

    name: str
    columns: Mapping[str, ColumnType]
    row: Callable[[Any], Row | None]
    source: Literal["log", "accesses"] = "log"
    indexes: tuple[tuple[str, ...], ...] = ()
    sums: tuple[str, ...] = field(init=False)  # the columns that are added up

    def __post_init__(self) -> None:
        sums = tuple(name for name, kind in self.columns.items() if kind == "integer")
        object.__setattr__(self, "sums", sums)


def added(tally: Tally, one: Row, other: Row) -> Row:
    """The sum of two rows under one key."""
    return other | {name: one[name] + other[name] for name in tally.sums}


def key_column(view: View | Tally) -> str:
    """The name of the key, of a view the stream's."""
    return next(iter(view.columns))


def key_columns(view: View | Tally) -> tuple[str, ...]:
    """The names of the columns under which a row is the only one."""
    several = isinstance(view, View) and view.rows is not None
    return tuple(view.columns)[: 2 if several else 1]


@cache
def views() -> tuple[View, ...]:
    """Every view; those that keep the state of a family come first."""
    found = [v for v in _found() if isinstance(v, View)]
    return tuple(sorted(found, key=lambda v: (v.family, v.keeps is None, v.name)))


@cache
def tallies() -> tuple[Tally, ...]:
    """Every tally."""
    return tuple(v for v in _found() if isinstance(v, Tally))


def _found() -> list[Any]:
    modules = (import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__))
    return [module.PROJECTION for module in modules if hasattr(module, "PROJECTION")]
