"""One batch of events becomes rows: streams are folded in memory, and every row that is touched is written
once.

An event that cannot be read or folded parks its stream: it is shown as parked, its later events wait, other
streams go on. Only what cannot be written or read at all (disk, key store) ends the batch.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, Final, NamedTuple

from domain.events import PersonalDataErased, Recorded, family_of
from domain.families import FAMILIES
from domain.lookup_keys import Key
from infra.formats.codec import NAMES
from infra.log.reading import Row as LogRow
from infra.read_models.opening import Opened
from infra.read_models.transaction import Transaction, Unavailable
from projections import Keyed, Tally, Turn, View, add, key_column, key_columns, tallies, turns
from projections import Row as ViewRow
from projections import views as all_views

logger = logging.getLogger(__name__)
_UNKNOWN: Final = object()  # how a stream stood of which no event was folded
_ERASURE: Final = f".{PersonalDataErased.__name__}.v1"


class Before(NamedTuple):
    """What stands in the rows of the streams that go on: family -> stream -> state; and which streams are parked."""

    states: Mapping[str, dict[str, Any]]
    parked: frozenset[str]


def told_to(rows: Sequence[LogRow]) -> list[LogRow]:
    """Those of which a read model shows something: of claims, of keys and of heads nothing is kept, or opened."""
    untold = _untold()
    return [row for row in rows if row[3] not in untold]


def recall(transaction: Transaction, opened: Sequence[Opened]) -> Before:
    """Load what these events are folded on, all at once: one by one takes a third of the time of a fold."""
    begun = {one.stream for one in opened if one.seq == 1}
    later = {
        one.stream: one.event.type for one in opened if one.event is not None and one.stream not in begun
    }
    states: dict[str, dict[str, Any]] = {view.family: {} for view in all_views()}
    for view in all_views():
        if view.keeps:
            on = [stream for stream, name in later.items() if family_of(name) == view.family]
            for stream, kept in transaction.load(view.name, on).items():
                states[view.family][stream] = kept["state"]
    return Before(states, frozenset(transaction.parked()))


def fold(before: Before, opened: Sequence[Opened], country: str, ids: Keyed) -> "Folded":
    """Fold the events that come next in their streams; ``ids`` are the country's."""
    folded = Folded(before, country, ids)
    for one in opened:
        folded.take(one)
    return folded


class Folded:
    """The states and rows that one batch touches, in memory until they are written; and the erasures among its
    events.

    Whoever knows that no event of another stream is missing moves the position.
    """

    def __init__(self, before: Before, country: str, ids: Keyed) -> None:
        self.erased: list[PersonalDataErased] = []
        self._country = country
        self._ids = _Remembered(ids)
        self._parked = set(before.parked)
        self._to_park: list[tuple[str, int, int, str]] = []
        self._states = before.states
        self._stood: dict[
            str, Any
        ] = {}  # the states that streams had before this batch; None: there was none
        self._counted: dict[str, dict[str, ViewRow]] = {tally.name: {} for tally in tallies()}
        self._turned: dict[str, list[ViewRow]] = {turn.name: [] for turn in turns()}
        self._forgotten: list[str] = []  # streams of which people are erased
        self._shown_by: dict[str, tuple[list[ViewRow], list[str]]] = {}  # by view, what is to be written
        self._unshown: list[tuple[View, str, Exception]] = []

    def take(self, one: Opened) -> None:
        """Fold one event; a poisoned one parks its stream.

        An erasure holds nothing personal, and is read even so: whatever rows a parked stream has are dropped.
        """
        if one.stream in self._parked:
            if one.event is not None and isinstance(one.event.event, PersonalDataErased):
                self._forget(one.stream, one.event.event)
                self._states[one.event.family][one.stream] = None
            elif str(one.type).endswith(_ERASURE):
                where = {"country": self._country, "stream": one.stream}
                logger.error("erasure_unreadable", extra=where, exc_info=one.error)
        elif one.event is None:
            self._park(one, one.error)
        else:
            try:
                self._fold(one.event)
            except (Unavailable, MemoryError):
                raise
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one stream is its trouble alone
                self._park(one, error)

    def write(self, transaction: Transaction) -> None:
        """Write every row that was touched, once."""
        if not self._shown_by:
            self.show()
        for parked in self._to_park:
            transaction.park(*parked)
        for view, stream, error in self._unshown:
            self._park_unwritable(transaction, view, stream, error)
        for view in all_views():
            self._write(transaction, view, *self._shown_by[view.name])
        for name, turned in self._turned.items():
            transaction.delete(name, self._forgotten)
            transaction.write(name, turned)
        for name, rows in self._counted.items():
            transaction.write(name, rows.values())

    def show(self) -> None:
        """Work out every row that ``write`` writes; whoever shares the file does so before it is theirs alone."""
        self._unshown.clear()
        for view in all_views():
            self._shown_by[view.name] = self._rows_of(view, self._states[view.family])

    def _rows_of(self, view: View, states: Mapping[str, Any]) -> tuple[list[ViewRow], list[str]]:
        """The rows to write, and the streams whose rows have to go first."""
        shown: list[ViewRow] = []
        gone: list[str] = []
        for stream, state in states.items():
            try:
                rows, is_gone = self._shown(view, stream, state)
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 - what cannot be shown of one stream is its trouble alone
                self._unshown.append((view, stream, error))
                continue
            shown += rows
            gone += [stream] if is_gone else []
        return shown, gone

    def _write(
        self, transaction: Transaction, view: View, shown: Sequence[ViewRow], gone: Sequence[str]
    ) -> None:
        transaction.delete(view.name, gone)
        try:
            transaction.write(view.name, shown)
        except (Unavailable, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - one row that cannot be written is one stream's trouble
            self._write_singly(transaction, view, shown)

    def _shown(self, view: View, stream: str, state: Any) -> tuple[list[ViewRow], bool]:
        """The rows to write of a stream, and whether all that are there have to go first."""
        stood = self._stood.get(stream, _UNKNOWN)
        is_known = state is not None and stood is not None and stood is not _UNKNOWN
        if is_known and view.is_as_before(stood, state):
            return [], False
        rows = view.shown(state, self._ids) if state is not None else []
        if stood is None:
            return rows, False  # it began in this batch: nothing of it is there
        if view.is_several and stood is not _UNKNOWN:
            return _changed(view, view.shown(stood, self._ids), rows)
        return rows, view.is_several or not rows

    def _write_singly(self, transaction: Transaction, view: View, rows: Sequence[ViewRow]) -> None:
        for row in rows:
            try:
                transaction.write(view.name, [row])
            except (Unavailable, MemoryError):
                raise
            except Exception as error:  # noqa: BLE001 - said in the line of the log
                self._park_unwritable(transaction, view, str(row[key_column(view)]), error)

    def _park_unwritable(self, transaction: Transaction, view: View, stream: str, error: Exception) -> None:
        """What a state shows cannot be said or written: the stream's rows stay as they are, and others go on."""
        where = {"country": self._country, "stream": stream}
        logger.error("row_unwritable", extra=where, exc_info=error)
        transaction.park(stream, 0, -1, f"{type(error).__name__} in a row of {view.name}")

    def _fold(self, recorded: Recorded) -> None:
        name = recorded.family
        states = self._states.get(name)
        if states is not None:
            family = FAMILIES[name]
            stood = states.get(recorded.stream, family.empty)
            self._stood.setdefault(recorded.stream, stood)
            state = family.evolve(stood, recorded)
            for turn in _turns().get((name, type(recorded.event)), ()):
                self._turned[turn.name] += turn.rows(stood, recorded, state, self._ids)
            states[recorded.stream] = state
        for tally in _log_tallies():
            row = tally.row(recorded)
            if row is not None:
                rows, key = self._counted[tally.name], row[key_column(tally)]
                if key in rows:
                    add(tally, rows[key], row)
                else:
                    rows[key] = row
        if isinstance(recorded.event, PersonalDataErased):
            self._forget(recorded.stream, recorded.event)

    def _forget(self, stream: str, erased: PersonalDataErased) -> None:
        """What turns kept of the stream goes, whoever of it is forgotten."""
        self.erased.append(erased)
        self._forgotten.append(stream)
        for turn in turns():
            key = key_column(turn)
            self._turned[turn.name] = [row for row in self._turned[turn.name] if row[key] != stream]

    def _park(self, one: Opened, error: Exception | None) -> None:
        why = f"{type(error).__name__} in {one.type}"
        self._to_park.append((one.stream, one.seq, one.position, why))
        self._parked.add(one.stream)
        where = {"country": self._country, "stream": one.stream, "seq": one.seq}
        logger.error("stream_parked", extra=where, exc_info=error)


def _changed(view: View, before: list[ViewRow], rows: list[ViewRow]) -> tuple[list[ViewRow], bool]:
    """Those that are new or read anew: fifty parties are not written again because one of them consented. All, and
    True, where one has gone.
    """
    if rows == before:
        return [], False
    keys = key_columns(view)
    stood = {tuple(row[name] for name in keys): row for row in before}
    stand = {tuple(row[name] for name in keys): row for row in rows}
    if stood.keys() - stand.keys():
        return rows, True
    return [row for key, row in stand.items() if stood.get(key) != row], False


class _Remembered:
    """The country's ids, each derived once in a batch: a case and its entry name the same car and the same people."""

    def __init__(self, ids: Keyed) -> None:
        self._ids = ids
        self._humans: dict[tuple[str | int, ...], str] = {}
        self._streams: dict[Key, str] = {}

    def human(self, known: tuple[str | int, ...]) -> str:
        found = self._humans.get(known)
        if found is None:
            found = self._humans[known] = self._ids.human(known)
        return found

    def stream(self, key: Key) -> str:
        found = self._streams.get(key)
        if found is None:
            found = self._streams[key] = self._ids.stream(key)
        return found


@cache
def _turns() -> Mapping[tuple[str, type], tuple[Turn, ...]]:
    """By the family and the event that they follow."""
    followed = {(turn.family, event) for turn in turns() for event in turn.events}
    return {
        each: tuple(turn for turn in turns() if turn.family == each[0] and each[1] in turn.events)
        for each in followed
    }


@cache
def _untold() -> frozenset[str]:
    """The names of the events in families that no view, turn or tally follows."""
    kept = (view.family for view in all_views()), (turn.family for turn in turns())
    followed = frozenset(chain(*kept, *(tally.families for tally in _log_tallies())))
    return frozenset(name for name in NAMES if family_of(name) not in followed)


@cache
def _log_tallies() -> tuple[Tally, ...]:
    return tuple(tally for tally in tallies() if tally.source == "log")
