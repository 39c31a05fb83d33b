"""The reference registry: receives its country's feed, verifies it, applies it, answers with signed receipts.

Everything that is made of a piece of the feed is written in one transaction with the position: killed at any moment,
it goes on where it was, and nothing is applied twice. What does not hold is never applied: it raises an alarm, its
stream is parked, and the rest goes on.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from consumers.registry import entries
from consumers.registry.checks import Checks, Event, Wrong, count_of
from consumers.registry.database import Database, Position
from consumers.registry.house_client import HouseClient
from consumers.registry.inbox import Inbox, Taken
from consumers.registry.message import Message
from consumers.registry.receipts import Outbox, SealsOf, digest_of
from consumers.registry.sources import Piece, Source
from infra.canonical import sha256
from infra.clock import Clock, written
from projections.feed import head_after

DISCLOSED_AT_ONCE: Final = 100
MOST_HEADS: Final = 1_000
_PASSING: Final = ("feedseq_gap", "missing_tail")  # alarms that are over when what was missing comes
logger = logging.getLogger(__name__)


class Registers(NamedTuple):
    """Which registers a country's registries keep: register -> authority; and what each authority acts with."""

    authorities: Mapping[str, str]
    houses: Mapping[str, HouseClient]
    seals: SealsOf


class Registry:
    """Reads the feed of ``country`` from its own log. For one thread."""

    def __init__(  # noqa: PLR0913 - what a registry consists of
        self,
        country: str,
        log: str,
        root: bytes,
        database: Database,
        source: Source,
        registers: Registers,
        clock: Clock,
    ) -> None:
        """``root``: the country's root certificate (DER), from outside of the feed."""
        self.country = country
        self.database = database
        self._log = log
        self._root = root
        self._source = source
        self._registers = registers
        self._clock = clock
        self._outbox = Outbox(log, country, database, registers.houses, registers.seals)
        self._begin()

    def step(self, wait_s: float) -> bool:
        """Read, apply and answer once, waiting so long for the next message; whether everything there is is done.

        Raises Away, Declined or NoSeal: nothing of this step was applied, and the next begins anew.
        """
        piece = self._source.read(self._position, wait_s)
        if piece.messages or piece.malformed or self._is_something_wrong(piece):
            self._take(piece)
        self._outbox.send(self._checks, self._position)
        return piece.is_end and self._outbox.is_empty

    def _begin(self) -> None:
        """From what the database holds: at first, and after a step that failed."""
        self._position = self.database.position(self._log)
        self._checks = Checks(self._log, self.country, self.country, self._root, self.database)
        self._inbox = Inbox(self.country, self._position.count)
        self._heads: dict[int, Message] = {}
        self._lasting = {alarm.kind for alarm in self.database.alarms() if alarm.over_at is None}
        self._source.rewind()

    def _take(self, piece: Piece) -> None:
        try:
            with self.database.writing():
                self._receive(piece)
                events = [event for append in self._inbox.appends() for event in self._append(append)]
                if piece.is_end:
                    self._judge_end()
                self._apply(events)
                self._move(piece)
        except BaseException:
            self._begin()
            raise
        if self._inbox.is_full:
            self._begin()

    # receiving

    def _receive(self, piece: Piece) -> None:
        for why in piece.malformed:
            self._alarm("malformed", "", 0, why)
        for message in piece.messages:
            if message.source != self._log:
                continue  # of a house that was there before this one
            if message.is_head:
                self._receive_head(message)
            elif (known := self._inbox.put(message)) is not None:
                try:
                    self._checks.repeated(known)
                except Wrong as wrong:
                    self._set_aside(known, wrong)

    def _receive_head(self, message: Message) -> None:
        try:
            count = count_of(message)
        except Wrong as wrong:
            self._alarm(wrong.kind, "", 0, str(wrong))
            return
        if count == self._position.count:
            self._check_head(message)
        elif count > self._position.count and len(self._heads) < MOST_HEADS:
            self._heads[count] = message

    def _append(self, append: list[Taken]) -> list[Event]:
        """The events of a whole append, if all of them hold; half of a decision is never applied."""
        found = [event for taken in append if (event := self._verified(taken)) is not None]
        if not self._is_whole(append, found):
            for event in found:
                what = "an event that was appended with it is missing, or does not hold"
                self._park(event.stream, event.seq, event.hash, event.jws, what)
                self._alarm("effects", event.stream, event.seq, what)
            return []
        return found

    def _verified(self, taken: Taken) -> Event | None:
        message = taken.message
        event = None
        if self.database.is_parked(message.subject):
            self._park(message.subject, message.seq, message.id, message.jws, "its stream is set aside")
        else:
            try:
                event = self._checks.event(taken)
                self.database.receive(event.stream, event.seq, event.hash)
            except Wrong as wrong:
                self._set_aside(message, wrong)
        digest = sha256(message.jws.encode("ascii"))
        self._position = Position(
            message.feedseq,
            head_after(self._position.hash, digest),
            message.id,
            message.logindex,
            self._position.offset,
        )
        if (head := self._heads.pop(message.feedseq, None)) is not None:
            self._check_head(head)
        return event

    def _is_whole(self, append: list[Taken], found: list[Event]) -> bool:
        """Whether the effects that the lead signed, of those that are meant for us, are what came with it."""
        if len(append) == len(found) == 1 and "effects" not in found[0].payload:
            return self._inbox.lead_of(append[0].payload) is None
        if not found or found[-1].hash != append[-1].message.id:
            return False
        lead = found[-1]
        if self.country not in lead.to:
            return True
        effects = lead.payload.get("effects", {})
        expected = {event for event, to in effects.items() if self.country in to}
        return expected == {event.hash for event in found if "lead" in event.payload}

    def _check_head(self, message: Message) -> None:
        try:
            self._checks.head(message, self._position)
        except Wrong as wrong:
            self._alarm(wrong.kind, "", self._position.count, str(wrong))

    def _is_something_wrong(self, piece: Piece) -> bool:
        """Whether the end of the feed is not where it should be; or was not, until now."""
        is_short = bool(self._heads) or bool(self._inbox.held)
        return piece.is_end and is_short != bool(self._lasting & {*_PASSING, "effects_cut"})

    def _judge_end(self) -> None:
        """There is nothing more now: what is not there is missing."""
        if (missing := self._inbox.missing) is not None:
            self._alarm("feedseq_gap", "", missing, f"event {missing} of the feed is missing")
        elif self._inbox.held:
            self._alarm("missing_tail", "", self._inbox.count, "the last events of an append are missing")
        elif self._heads:
            most = max(self._heads)
            what = f"the feed's head counts {most} events, and {self._position.count} are there"
            self._alarm("missing_tail", "", self._position.count, what)
        else:
            for kind in self._lasting & set(_PASSING):
                self.database.is_over(kind, written(self._clock()))
            self._lasting -= set(_PASSING)

    # applying

    def _apply(self, events: list[Event]) -> None:
        disclosed = self._disclosed(events)
        for event in events:
            if not event.type.startswith("entry.") or self.database.is_parked(event.stream):
                continue
            try:
                self._apply_one(event, disclosed.get(event.hash))
            except Wrong as wrong:
                self._alarm(wrong.kind, event.stream, event.seq, str(wrong))
                self._park(event.stream, event.seq, event.hash, event.jws, str(wrong))

    def _apply_one(self, event: Event, disclosed: Mapping[str, object] | None) -> None:
        register = entries.register_of(event)
        if register is not None and register not in self._registers.authorities:
            return  # another registry's
        row, reference = self.database.row(event.stream) or (None, "")
        personal = {} if register is None else entries.opened(event, disclosed)
        changed = entries.after(row, event, personal)
        if changed is None or changed == row:
            return
        reference = reference or self.database.next_reference(changed["register"])
        self.database.put_row(event.stream, changed["register"], reference, changed, digest_of(changed))
        if register is not None and "lead" in event.payload:  # a case waits for it
            authority = self._registers.authorities[register]
            seal = self._outbox.seal(authority, self._checks, self._position)
            self._outbox.add(event, authority, changed, reference, written(self._clock()), seal)

    def _disclosed(self, events: list[Event]) -> dict[str, Mapping[str, object]]:
        """What the house discloses of the events that need it, asked with each registry's own credentials."""
        asked: dict[str, list[str]] = {}
        for event in events:
            register = entries.register_of(event)
            if register in self._registers.authorities and entries.has_personal_members(event):
                asked.setdefault(self._registers.authorities[register], []).append(event.hash)
        found = {}
        for authority, hashes in asked.items():
            for n in range(0, len(hashes), DISCLOSED_AT_ONCE):
                some = hashes[n : n + DISCLOSED_AT_ONCE]
                for answer in self._registers.houses[authority].disclosures(self.country, some):
                    found[answer["event"]] = answer
        return found

    def _move(self, piece: Piece) -> None:
        """Kafka goes on at the first message that is not applied yet."""
        if piece.offset is not None:
            held = [t.message.offset for t in self._inbox.held.values() if t.message.offset is not None]
            self._position = replace(self._position, offset=min([*held, piece.offset]))
        self.database.move(self._log, self._position)

    # alarms

    def _set_aside(self, message: Message, wrong: Wrong) -> None:
        self._alarm(wrong.kind, message.subject, message.seq, str(wrong))
        self._park(message.subject, message.seq, message.id, message.jws, str(wrong))

    def _park(self, stream: str, seq: int, event: str, jws: str, why: str) -> None:
        self.database.park(stream, seq, event, jws, why)

    def _alarm(self, kind: str, stream: str, seq: int, detail: str) -> None:
        self.database.alarm(kind, stream, seq, detail, written(self._clock()))
        if kind not in self._lasting or kind not in _PASSING:
            logger.error("registry_alarm", extra={"country": self.country, "reason": kind, "stream": stream, "seq": seq})
        self._lasting.add(kind)
