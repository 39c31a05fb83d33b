"""One batch of events becomes rows: streams are folded in memory, and every row that is touched is written
once.

An event that cannot be read or folded parks its stream: it is shown as parked, its later events wait, other
streams go on. Only what cannot be written or read at all (disk, key store) ends the batch.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from domain import case, entry
from domain.events import PersonalDataErased, Recorded
from infra import vault, views
from infra.envelope import KeyOf, boxes_of, read
from infra.event_store import Row
from infra.vault import Box, Vault
from infra.views import Batch
from projections import Row as ViewRow
from projections import Tally, View, key_column, tallies
from projections import views as all_views

logger = logging.getLogger(__name__)
_EVOLVE: Final[Mapping[str, Callable[[Any, Recorded], Any]]] = {"case": case.evolve, "entry": entry.evolve}


def fold(batch: Batch, rows: Sequence[Row], country: str, key_store: Vault) -> list[PersonalDataErased]:
    """Fold the next rows of the log into the batch's generation; the erasures among them.

    The key store is asked once: what is destroyed meanwhile is seen by the next batch.
    """
    if not rows:
        return []
    boxes = [_boxes(row) for row in rows]
    keys = key_store.get_all({box.key_id for found in boxes for box in found or ()})
    work = _Work(batch, country, keys.get)
    work.recall(rows)
    for row, found in zip(rows, boxes, strict=True):
        work.take(row, found)
    work.write()
    batch.move_to(rows[-1][0] + 1, erasures=len(work.erased))
    return work.erased


@dataclass(slots=True)
class _Work:
    """The states and rows that one batch touches, in memory until they are written."""

    batch: Batch
    country: str
    key_of: KeyOf
    states: dict[str, dict[str, Any]] = field(default_factory=lambda: {family: {} for family in _EVOLVE})
    counted: dict[str, dict[str, Any]] = field(default_factory=lambda: {t.name: {} for t in tallies()})
    erased: list[PersonalDataErased] = field(default_factory=list)
    parked: dict[str, tuple[int, int, str]] = field(default_factory=dict)

    def recall(self, rows: Sequence[Row]) -> None:
        """Load the states of the streams that go on in this batch, all at once: one by one takes a third of
        the time.
        """
        self.parked = self.batch.parked()
        begun = {row[1] for row in rows if row[2] == 1}
        later = {(row[1], row[3].partition(".")[0]) for row in rows if row[1] not in begun}
        for view in all_views():
            if view.keeps:
                on = [stream for stream, family in later if family == view.family]
                for stream, kept in self.batch.load(view.name, sorted(on)).items():
                    self.states[view.family][stream] = view.keeps(**kept["state"])

    def take(self, row: Row, boxes: Sequence[Box] | None) -> None:
        """Fold one event; a poisoned one parks its stream."""
        stream, seq, name = row[1], row[2], row[3]
        if stream in self.parked:
            if name.endswith(f".{PersonalDataErased.__name__}.v1"):
                self._erase_parked(row)
            return
        try:
            self._fold(read(row, self.country, self.key_of, boxes))
        except (vault.Unavailable, views.Unavailable, MemoryError):
            raise
        except Exception as error:  # whatever is wrong with one stream is that stream's trouble alone
            self._park(row, error)
            logger.exception("stream_parked", extra={"country": self.country, "stream": stream, "seq": seq})

    def write(self) -> None:
        """Write every row that the batch touched, once."""
        for view in all_views():
            self._write(view, self.states[view.family])
        for name, rows in self.counted.items():
            self.batch.write(name, [row for row in rows.values() if row is not None])

    def _write(self, view: View, states: Mapping[str, Any]) -> None:
        shown, hidden = [], []
        for stream, state in states.items():
            row = view.row(state) if state is not None else None
            if row is None:
                hidden.append(stream)
            else:
                shown.append(row)
        try:
            self.batch.write(view.name, shown)
        except (views.Unavailable, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - one row that cannot be written is one stream's trouble
            self._write_singly(view, shown)
        self.batch.delete(view.name, hidden)

    def _write_singly(self, view: View, rows: Sequence[ViewRow]) -> None:
        for row in rows:
            try:
                self.batch.write(view.name, [row])
            except (views.Unavailable, MemoryError):
                raise
            except Exception as error:
                stream = str(row[key_column(view)])
                logger.exception("row_unwritable", extra={"country": self.country, "stream": stream})
                self.batch.park(stream, 0, -1, f"{type(error).__name__} in a row of {view.name}")

    def _fold(self, recorded: Recorded) -> None:
        family = recorded.type.partition(".")[0]
        if family in _EVOLVE:
            states = self.states[family]
            states[recorded.stream] = _EVOLVE[family](states.get(recorded.stream), recorded)
        for tally in _log_tallies():
            key = tally.key(recorded)
            if key is not None:
                rows = self.counted[tally.name]
                if key not in rows:
                    rows[key] = self.batch.load(tally.name, [key]).get(key)
                rows[key] = tally.project(rows[key], recorded)
        if isinstance(recorded.event, PersonalDataErased):
            self.erased.append(recorded.event)

    def _park(self, row: Row, error: Exception) -> None:
        index, stream, seq, name, _ = row
        why = f"{type(error).__name__} in {name}"
        self.batch.park(stream, seq, index, why)
        self.parked[stream] = (seq, index, why)

    def _erase_parked(self, row: Row) -> None:
        """An erasure holds nothing personal and is read even so; whatever rows the stream has are dropped."""
        try:
            recorded = read(row, self.country, self.key_of)
        except (vault.Unavailable, MemoryError):
            raise
        except Exception:
            logger.exception("erasure_unreadable", extra={"country": self.country, "stream": row[1]})
            return
        if isinstance(recorded.event, PersonalDataErased):
            self.erased.append(recorded.event)
            self.states[recorded.type.partition(".")[0]][recorded.stream] = None


@cache
def _log_tallies() -> tuple[Tally, ...]:
    return tuple(tally for tally in tallies() if tally.source == "log")


def _boxes(row: Row) -> Sequence[Box] | None:
    try:
        return boxes_of(row[4])
    except vault.Unreadable:  # its stream is parked when it is read
        return None
