"""Folds a log into its read models: batch by batch, each with its rows and its position in one transaction.

An event that cannot be read or folded parks its stream: it is shown, later events of that stream wait, others go on.
A rebuild folds the same log into a generation beside the live one, and switches.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from domain import case, entry
from domain.case import Case
from domain.entry import Entry
from domain.events import PersonalDataErased, Recorded
from infra.canonical import from_b64url
from infra.envelope import read
from infra.event_store import Log, Row
from infra import vault
from infra.accesses import Accesses
from infra.vault import Vault
from infra.views import NEXT, Batch, Unavailable, Views
from projections import tallies, views

BATCH: Final = 500
REBUILD_BATCH: Final = 4_000
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Fold:
    """How the streams of a family are folded, and which view keeps their state."""

    evolve: Callable[[Any, Recorded], Any]
    state: type
    kept_by: str


_FOLDS: Final[Mapping[str, _Fold]] = {
    "case": _Fold(case.evolve, Case, "case_status"),
    "entry": _Fold(entry.evolve, Entry, "registers"),
}


class Runner:
    """Keeps the read models of one country up with its log."""

    def __init__(
        self, country: str, log: Log, key_store: Vault, read_models: Views, accesses: Accesses
    ) -> None:
        self._country = country
        self._log = log
        self._vault = key_store
        self._views = read_models
        self._accesses = accesses
        self._to_scrub = True  # a stop may have come between an erasure and its scrubbing

    def step(self) -> int:
        """Fold the next batch; how many events it had, 0 when the read models are up with the log."""
        if not self._to_scrub and self._is_idle():
            return 0
        with self._views.writing() as batch:
            found = self._log.since(batch.position(), BATCH)
            erased = self._fold(batch, found) if found else []
            readings = self._count_accesses(batch, BATCH)
        if erased:
            self._vault.destroy(from_b64url(key) for event in erased for key in event.keys)
            self._to_scrub = True
        if self._to_scrub and not found:
            self._views.scrub()
            self._log.checkpoint()
            self._to_scrub = False
        return len(found) + readings

    def rebuild(self, progress: Callable[[int, int], None] = lambda _done, _all: None) -> int:
        """Fold the whole log into a new generation and switch to it; how many events it read."""
        self._views.begin_rebuild()
        done = 0
        while True:
            with self._views.writing(NEXT) as batch:
                found = self._log.since(batch.position(), REBUILD_BATCH)
                self._fold(batch, found)
                done += len(found)
                if len(found) < REBUILD_BATCH:
                    # Nobody else writes to the read models now: the last events, and the switch, in one transaction.
                    while self._count_accesses(batch, REBUILD_BATCH):
                        pass
                    self._views.switch(batch)
                    break
            progress(done, self._log.size())
        self._views.scrub()
        return done

    def _is_idle(self) -> bool:
        """Nothing is new: looked at without the write lock, some fifty times a second."""
        return self._log.size() == self._views.position() and self._accesses.head()[0] == self._views.position("accesses")

    def _count_accesses(self, batch: Batch, limit: int) -> int:
        """The table of accesses has a position of its own; a reading is a row, never changed."""
        position = batch.position("accesses")
        found = self._accesses.since(position, limit)
        for tally in tallies():
            if tally.source == "accesses":
                rows = (tally.project(None, reading) for reading in found)
                batch.write(tally.name, [row for row in rows if row is not None])
        if found:
            batch.move_to(position + len(found), source="accesses")
        return len(found)

    def _fold(self, batch: Batch, found: list[Row]) -> list[PersonalDataErased]:
        work = _Work(batch, self._country, _cached(self._vault.get))
        work.recall(found)
        for row in found:
            work.take(row)
        work.write()
        if found:
            batch.move_to(found[-1][0] + 1, erasures=len(work.erased))
        return work.erased


@dataclass(slots=True)
class _Work:
    """The states and rows that one batch touches, in memory until they are written once."""

    batch: Batch
    country: str
    key_of: Callable[[bytes], bytes | None]
    states: dict[str, dict[str, Any]] = field(default_factory=lambda: {family: {} for family in _FOLDS})
    counted: dict[str, dict[str, Any]] = field(default_factory=lambda: {t.name: {} for t in tallies()})
    erased: list[PersonalDataErased] = field(default_factory=list)
    _parked: dict[str, tuple[int, int, str]] | None = None

    def recall(self, found: list[Row]) -> None:
        """Load the states of the streams that go on in this batch, all at once: one by one takes a third of the time."""
        begun = {row[1] for row in found if row[2] == 1}
        for family, fold in _FOLDS.items():
            on = {row[1] for row in found if row[1] not in begun and row[3].startswith(family)}
            for stream, kept in self.batch.load(fold.kept_by, sorted(on)).items():
                self.states[family][stream] = fold.state(**kept["state"])

    def take(self, row: Row) -> None:
        """Fold one event; a poisoned one parks its stream."""
        index, stream, seq, _, _ = row
        if self._parked is None:
            self._parked = self.batch.parked()
        if stream in self._parked:
            return
        try:
            recorded = read(row, self.country, self.key_of)
            self._fold(recorded)
        except (vault.Unavailable, Unavailable):
            raise
        except Exception as error:  # whatever is wrong with one stream is that stream's trouble alone
            why = f"{type(error).__name__} in {row[3]}"
            self.batch.park(stream, seq, index, why)
            self._parked[stream] = (seq, index, why)
            logger.exception("stream_parked", extra={"country": self.country, "stream": stream, "seq": seq})

    def write(self) -> None:
        """Write every row that the batch touched, once."""
        for view in views():
            touched = self.states[view.family]
            rows = {stream: view.row(state) for stream, state in touched.items() if state is not None}
            self.batch.write(view.name, [row for row in rows.values() if row is not None])
            self.batch.delete(view.name, [stream for stream, row in rows.items() if row is None])
        for name, rows in self.counted.items():
            self.batch.write(name, [row for row in rows.values() if row is not None])

    def _fold(self, recorded: Recorded) -> None:
        fold = _FOLDS.get(recorded.type.partition(".")[0])
        if fold is not None:
            states = self.states[recorded.type.partition(".")[0]]
            states[recorded.stream] = fold.evolve(states.get(recorded.stream), recorded)
        for tally in tallies():
            key = tally.key(recorded) if tally.source == "log" else None
            if key is not None:
                rows = self.counted[tally.name]
                if key not in rows:
                    rows[key] = self.batch.load(tally.name, [key]).get(key)
                rows[key] = tally.project(rows[key], recorded)
        if isinstance(recorded.event, PersonalDataErased):
            self.erased.append(recorded.event)


def _cached(key_of: Callable[[bytes], bytes | None]) -> Callable[[bytes], bytes | None]:
    """Ask the key store once a batch for each key: what is destroyed meanwhile is seen by the next batch."""
    known: dict[bytes, bytes | None] = {}

    def get(key_id: bytes) -> bytes | None:
        if key_id not in known:
            known[key_id] = key_of(key_id)
        return known[key_id]

    return get
