"""Follows a log with its read models: batch by batch, each with its rows and its position in one transaction.

A rebuild folds the same log into a generation beside the live one, and switches. Here, too, an erasure is
carried to its end: keys that the log says are destroyed are, whoever was killed in between; then the files
are scrubbed.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Final

from domain.events import PersonalDataErased
from infra.formats.canonical import from_b64url
from infra.formats.ids import Ids
from infra.log import event_store
from infra.log.event_store import Log, Row
from infra.read_models import store
from infra.read_models.folding import fold, recall, told_to
from infra.read_models.opening import open_all
from infra.read_models.rebuilding import PartFolder, Range
from infra.read_models.store import NEXT, ReadModels, Transaction
from infra.runtime.crew import Crew, processes_for
from infra.stores import vault
from infra.stores.accesses import Accesses
from infra.stores.evidence import EvidenceStore
from infra.stores.vault import Vault
from projections import tallies

BATCH: Final = 500
TOGETHER: Final = 10_000  # events of a rebuild in one transaction: the more, the fewer times a row is written
_SCRUB_AGAIN_S: Final = 1.0
_SCRUB_SHARE: Final = 20  # scrubbing writes the whole file anew: it takes a twentieth of the time at most
logger = logging.getLogger(__name__)


class Follower:
    """Keeps the read models of one country up with its log."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a log's follower touches
        self,
        country: str,
        ids: Ids,
        log: Log,
        key_store: Vault,
        read_models: ReadModels,
        accesses: Accesses,
        evidence: EvidenceStore,
    ) -> None:
        self._country = country
        self._ids = ids
        self._log = log
        self._vault = key_store
        self._read_models = read_models
        self._accesses = accesses
        self._evidence = evidence
        self._seen = (-1, -1)  # positions in the log and in the table of accesses, after the last step
        self._to_scrub = True  # a stop may have come between an erasure and its scrubbing
        self._scrub_at = 0.0

    def step(self) -> int:
        """Fold the next batch; how many events and readings it had: 0 where all is up with the log."""
        newest = self._newest()
        if newest == self._seen:
            self._look_after_scrubbing()
            return 0
        with self._read_models.writing() as transaction:
            positions = transaction.positions()
            position, counted = positions.get("log", 0), positions.get("accesses", 0)
            found = self._log.since(position, BATCH)
            erased = self._fold(transaction, found)
            readings = self._count_accesses(transaction, counted, BATCH) if counted != newest[1] else 0
        self._seen = (found[-1][0] + 1 if found else position, counted + readings)
        self._to_scrub = self._to_scrub or bool(erased)
        if len(found) < BATCH:  # up with the log, however much is appended all the time
            self._look_after_scrubbing()
        return len(found) + readings

    def rebuild(
        self, progress: Callable[[int, int], None] = lambda _done, _all: None, processes: int | None = None
    ) -> int:
        """Fold the whole log into a new generation and switch to it; the position that it came to.

        ``processes`` fold a part each; None: as many as there are cores, where the log is large. Raises Unready
        while another process does the same, and ChildProcessError where one of ours died.
        """
        with self._read_models.rebuilding() as builder, closing(self._log.reader()) as log:
            done = log.size()
            if processes is None:
                processes = processes_for(done)
            self._fold_parts(builder, done, processes, progress)
            is_switched = False
            while not is_switched:
                with self._read_models.writing(NEXT) as transaction:
                    rows = log.since(done, TOGETHER)
                    self._fold(transaction, rows)
                    done = transaction.position()
                    counted = self._count_accesses(transaction, transaction.position("accesses"), TOGETHER)
                    is_switched = len(rows) < TOGETHER and counted < TOGETHER
                    if is_switched:  # nobody else writes to the read models now: the last events go with it
                        self._read_models.switch(transaction)
                progress(done, max(done, log.size()))
        self._scrub()
        return done

    def _fold_parts(
        self, builder: int, size: int, processes: int, progress: Callable[[int, int], None]
    ) -> None:
        """Fold the first so many events, each part by a process of its own."""
        make = partial(
            PartFolder,
            self._country,
            self._ids,
            self._log.path,
            self._vault.key_store,
            self._read_models.path,
            builder,
        )
        erasures = 0
        with Crew(make, processes) as crew:
            for n, erased in enumerate(crew.carry_out_all(_ranges(size, processes)), start=1):
                self._destroy(erased)
                erasures += len(erased)
                progress(min(n * TOGETHER, size), size)
        with self._read_models.helping(builder) as transaction:
            transaction.move_to(size, erasures=erasures)

    def _fold(self, transaction: Transaction, rows: Sequence[Row]) -> list[PersonalDataErased]:
        """Fold the events that come next, and move on behind them."""
        if not rows:
            return []
        opened = open_all(told_to(rows), self._country, self._vault)
        folded = fold(recall(transaction, opened), opened, self._country, self._ids)
        folded.write(transaction)
        self._destroy(folded.erased)  # before the position moves on: who is killed here comes by again
        transaction.move_to(rows[-1][0] + 1, erasures=len(folded.erased))
        return folded.erased

    def _newest(self) -> tuple[int, int]:
        """What there is to be seen of log and accesses: looked at fifty times a second, without the read
        models.
        """
        return self._log.size(), self._accesses.head()[0]

    def _count_accesses(self, transaction: Transaction, position: int, limit: int) -> int:
        """The table of accesses has a position of its own; a reading is a row, never changed."""
        found = self._accesses.since(position, limit)
        for tally in tallies():
            if tally.source == "accesses":
                transaction.write(tally.name, [row for reading in found for row in tally.shown(reading)])
        if found:
            transaction.move_to(position + len(found), source="accesses")
        return len(found)

    def _destroy(self, erased: Iterable[PersonalDataErased]) -> None:
        """What the log says is destroyed: keys, and the evidence under them. Doing it again does nothing."""
        named = {from_b64url(key) for event in erased for key in event.keys}
        living = [key for key in named if self._vault.get(key) is not None]
        if living:
            try:
                self._vault.destroy(living)
            except vault.Unavailable:
                # Overwritten, but a reader holds the write-ahead log that shows them: the scrubbing comes
                # back to it.
                if any(self._vault.get(key) is not None for key in living):
                    raise
        self._evidence.forget(named)

    def _look_after_scrubbing(self) -> None:
        """Also what another process erased, or left behind, is seen in a second."""
        if time.monotonic() < self._scrub_at:
            return
        if self._to_scrub or not self._read_models.is_scrubbed():
            self._scrub()
        else:
            self._scrub_at = time.monotonic() + _SCRUB_AGAIN_S

    def _scrub(self) -> None:
        """Leave nothing of what is erased in any file; what a reader holds back is tried again."""
        began = time.monotonic()
        try:
            if not self._read_models.is_scrubbed():
                self._read_models.scrub()
            self._log.checkpoint()
            self._vault.destroy(())
        except (event_store.Unavailable, vault.Unavailable, store.Unavailable):
            logger.warning("scrubbing_continues", extra={"country": self._country})
            self._to_scrub = True
        else:
            self._to_scrub = False
        now = time.monotonic()
        self._scrub_at = now + max(_SCRUB_AGAIN_S, _SCRUB_SHARE * (now - began))


def _ranges(size: int, parts: int) -> Iterator[Range]:
    """The ranges of all parts, as a crew of so many processes takes them: each part's falls to one, in order."""
    parts = max(parts, 1)
    for first in range(0, size, TOGETHER * parts):
        for part in range(parts):
            yield Range(first, min(first + TOGETHER * parts, size), part, parts)
