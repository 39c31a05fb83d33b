"""Read models: pure functions from recorded events to rows, one file each; they know the domain and nothing
else.

There are three kinds, and all can be thrown away and rebuilt:

- a ``View`` shows the state of a case, an entry, a mandate, a birth notice or an appointee: the stream is folded once,
  by the domain's own ``evolve``, and each view of that family says what its row is. The lifecycle is thus written once.
- a ``Tally`` counts events, or lists readings: each gives rows of its own, and those under one key are added up.
- a ``Turn`` keeps what an event changed, and no later state tells: its rows follow from the state before it and after
  it, and stay until the people of the stream are forgotten.

A row holds JSON values under the names of ``columns``, the key first. Files are found by being there.
``feed.py`` is neither: it says which recipient gets which event, and in which order.
"""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Literal, Protocol

from domain.appointee import Appointee
from domain.birth_notice import BirthNotice
from domain.case import Case
from domain.entry import Entry
from domain.events import Recorded
from domain.lookup_keys import Key
from domain.mandate import Mandate

Row = dict[str, Any]
ColumnType = Literal["text", "integer", "json", "state"]  # the state: of the view that keeps it, as it is


class Keyed(Protocol):
    """The ids that are derived under the secret of a country (formats.md, derived ids); the same for the same."""

    def human(self, known: tuple[str | int, ...]) -> str:
        """The keyed id of somebody, by what recognises them (``persons.key_of``)."""

    def stream(self, key: Key) -> str:
        """The id of what is found by the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is shown of each stream of a family; ``row(state)`` is its row, or None: not shown (any more).

    Where a stream has several, ``rows(state)`` are all of them, and the first two columns are the key; of ``keyed``
    some are ids that the country derives. ``looks_at``: the members of the state that its rows follow from; where none
    of them changed, nothing is shown anew (empty: always). ``follows``, of a case, in the same way: the events after
    which its rows may read otherwise.
    The view that ``keeps`` the state has it whole, as it is, in its column of that type: the fold goes on from there.
    """

    name: str
    family: str  # of domain/families.py
    columns: Mapping[str, ColumnType]
    row: Callable[[Any], Row | None] = lambda _state: None
    rows: Callable[[Any], list[Row]] | None = None
    keyed: Callable[[Any, Keyed], list[Row]] | None = None
    indexes: tuple[tuple[str, ...], ...] = ()
    keeps: type[Case | Entry | Appointee | Mandate | BirthNotice] | None = None
    looks_at: tuple[str, ...] = ()
    follows: frozenset[str] = frozenset()

    def is_as_before(self, stood: Any, state: Any) -> bool:
        """Whether nothing changed that it looks at: a fold keeps what it does not change as it is."""
        if self.follows:
            return all(step["what"] not in self.follows for step in state.timeline[len(stood.timeline) :])
        return bool(self.looks_at) and all(getattr(stood, n) is getattr(state, n) for n in self.looks_at)

    @property
    def is_several(self) -> bool:
        """Whether a stream may have several rows."""
        return self.rows is not None or self.keyed is not None

    def shown(self, state: Any, ids: Keyed | None = None) -> list[Row]:
        """All rows of the stream; TypeError without ``ids`` where some of them are ids that the country derives."""
        if self.keyed is not None:
            if ids is None:
                raise TypeError(f"{self.name} has derived ids")
            return self.keyed(state, ids)
        if self.rows is not None:
            return self.rows(state)
        row = self.row(state)
        return [] if row is None else [row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What is counted or listed: ``row(event)``, or None: it does not count. Of events public members only.

    Rows under one key are added up: their integer columns are sums, the others say the same in all of them.
    ``source``: the events of the log, or the table of accesses; of a reading there may be several ``rows``, and the
    first two columns are the key.
    """

    name: str
    columns: Mapping[str, ColumnType]
    row: Callable[[Any], Row | None] = lambda _event: None
    rows: Callable[[Any], list[Row]] | None = None
    source: Literal["log", "accesses"] = "log"
    families: frozenset[str] = frozenset()  # of the events of the log that it counts
    indexes: tuple[tuple[str, ...], ...] = ()
    sums: tuple[str, ...] = field(init=False)  # the columns that are added up

    def __post_init__(self) -> None:
        sums = tuple(name for name, kind in self.columns.items() if kind == "integer")
        object.__setattr__(self, "sums", sums)

    def shown(self, reading: Any) -> list[Row]:
        """All rows of a reading."""
        if self.rows is not None:
            return self.rows(reading)
        row = self.row(reading)
        return [] if row is None else [row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What some ``events`` of a family changed: ``rows(before, event, after, ids)``, the states around the event.

    The first two columns are the key. Nothing takes a row back but an erasure of its stream.
    """

    name: str
    family: str  # of domain/families.py
    events: frozenset[type]
    columns: Mapping[str, ColumnType]
    rows: Callable[[Any, Recorded, Any, Keyed], list[Row]]
    indexes: tuple[tuple[str, ...], ...] = ()


def add(tally: Tally, to: Row, row: Row) -> None:
    """Add a row to another one under the same key."""
    for name in tally.sums:
        to[name] += row[name]


def key_column(view: View | Tally | Turn) -> str:
    """The name of the key, of a view the stream's."""
    return next(iter(view.columns))


def key_columns(view: View | Tally | Turn) -> tuple[str, ...]:
    """The names of the columns under which a row is the only one."""
    several = view.is_several if isinstance(view, View) else view.rows is not None
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


@cache
def turns() -> tuple[Turn, ...]:
    """Every turn."""
    return tuple(v for v in _found() if isinstance(v, Turn))


def _found() -> list[Any]:
    modules = (import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__))
    return [module.PROJECTION for module in modules if hasattr(module, "PROJECTION")]
