"""The reference registry: receives its country's feed, verifies it, applies it, answers with signed receipts.

All that is made of a piece of the feed is written in one transaction with the position: killed at any moment,
it goes on where it was, and nothing is applied twice. What does not hold is never applied: it raises an
alarm, its stream is parked, and the rest goes on.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from consumers.feed.checks import Checks, Event, Wrong, count_of
from consumers.feed.house_client import Away, HouseClient
from consumers.feed.inbox import Inbox, Taken
from consumers.feed.message import Message
from consumers.feed.position import Position
from consumers.feed.sources import Piece, Source
from consumers.registry import entries
from consumers.registry.database import Database
from consumers.registry.receipts import Outbox, SealsOf, digest_of
from infra.formats.canonical import b64url, sha256
from infra.formats.chain import head_after
from infra.runtime.clock import Clock, written

DISCLOSED_AT_ONCE: Final = 100
MOST_HEADS: Final = 1_000
_PASSING: Final = frozenset({"feedseq_gap", "missing_tail"})  # over when what was missing comes
logger = logging.getLogger(__name__)


class Feed(NamedTuple):
    """What is read: the country's own log, by its origin; ``root`` is its root certificate, from outside."""

    country: str
    log: str
    root: bytes


class Registers(NamedTuple):
    """Which registers are kept here: register -> authority; and what each authority acts with."""

    authorities: Mapping[str, str]
    houses: Mapping[str, HouseClient]
    seals: SealsOf


class Registry:
    """The registry of a country. For one thread."""

    def __init__(
        self, feed: Feed, database: Database, source: Source, registers: Registers, clock: Clock
    ) -> None:
        self.feed = feed
        self.database = database
        self._source = source
        self._registers = registers
        self._clock = clock
        self._outbox = Outbox(feed.log, feed.country, database, registers.houses, registers.seals)
        self._begin()

    def step(self, wait_s: float) -> bool:
        """Read, apply and answer once, waiting so long for a message; whether there is nothing left to do.

        Raises Away, Declined or NoSeal: nothing of this step was applied, and the next begins anew.
        """
        piece = self._source.read(self._position, wait_s)
        if piece.messages or piece.malformed or (piece.is_end and self._is_end_news()):
            self._take(piece)
        answered = self._outbox.send(self._checks, self._position)
        return piece.is_end and not answered and self._outbox.is_empty

    def _begin(self) -> None:
        """From what the database holds: at first, and after a step that failed."""
        country, log, root = self.feed
        self._position = self._stored = self.database.position(log)
        self._checks = Checks(log, country, country, root, self.database)
        self._inbox = Inbox(country, self._position.count)
        self._heads: dict[int, Message] = {}
        self._lasting = {alarm.kind for alarm in self.database.alarms() if alarm.over_at is None}
        self._source.rewind()

    def _take(self, piece: Piece) -> None:
        try:
            with self.database.writing():
                self._receive(piece)
                events = [event for append in self._inbox.appends() for event in self._append(append)]
                if piece.is_end or self._inbox.is_full:
                    self._judge_end()
                self._apply(events)
                self._move(piece)
        except BaseException:
            self._begin()
            raise
        if self._inbox.is_full:
            self._begin()
            raise Away("so much was received that something before it must be missing")

    # receiving

    def _receive(self, piece: Piece) -> None:
        """Messages of another log are of a house that was there before this one: nobody's business here."""
        for malformed in piece.malformed:
            if malformed.source in {"", self.feed.log}:
                self._alarm("malformed", None, str(malformed))
        for message in piece.messages:
            if message.source != self.feed.log:
                continue
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
            self._alarm(wrong.kind, None, str(wrong))
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
                self._set_aside(event, Wrong("effects", what))
            return []
        return found

    def _verified(self, taken: Taken) -> Event | None:
        message = taken.message
        event = None
        if self.database.is_parked(message.stream):
            self._park(message, "its stream is set aside")
        else:
            try:
                event = self._checks.event(taken)
                self.database.receive(event.stream, event.seq, event.id, event.log_index)
                self._check_place(event)
            except Wrong as wrong:
                self._set_aside(message, wrong)
        digest = sha256(message.jws.encode("ascii"))
        self._position = Position(
            message.feedseq,
            head_after(self._position.hash, digest),
            b64url(digest),
            max(self._position.log_index, message.logindex),
            self._position.offset,
        )
        if (head := self._heads.pop(message.feedseq, None)) is not None:
            self._check_head(head)
        return event

    def _is_whole(self, append: list[Taken], found: list[Event]) -> bool:
        """Whether all events hold, and the effects that the last one signed are those that came with it."""
        if len(found) < len(append):
            return False
        last = found[-1]
        leads = {event.id: self._inbox.lead_of(event.payload) for event in found}
        effects = {event for event, lead in leads.items() if lead is not None}
        if any(leads[event] != (last.stream, last.seq) for event in effects):
            return False
        stated = last.payload.get("effects", {}) if self.feed.country in last.to else {}
        return effects == {event for event, to in stated.items() if self.feed.country in to}

    def _check_place(self, event: Event) -> None:
        """Once the feed has left the log, nothing after it fits: that is said once, where it shows first."""
        if "chain" in self._lasting:
            return
        try:
            self._checks.place(event, self._position)
        except Wrong as wrong:
            self._alarm(wrong.kind, event, str(wrong))

    def _check_head(self, message: Message) -> None:
        try:
            self._checks.head(message, self._position)
        except Wrong as wrong:
            self._alarm(wrong.kind, None, str(wrong), self._position.count)

    def _shortage(self) -> tuple[str, int, str] | None:
        """What is missing, if there is nothing more: (alarm, after which event, what was found)."""
        if (missing := self._inbox.missing) is not None:
            return "feedseq_gap", missing, f"event {missing} of the feed is missing"
        if self._inbox.held:
            return "missing_tail", self._inbox.count, "the last events of an append are missing"
        if self._heads:
            what = f"the feed's head counts {max(self._heads)} events, and {self._position.count} are there"
            return "missing_tail", self._position.count, what
        return None

    def _is_end_news(self) -> bool:
        """Whether what is missing now is not what was missing before."""
        found = self._shortage()
        return ({found[0]} if found else set()) != self._lasting & _PASSING

    def _judge_end(self) -> None:
        """There is nothing more now: what is not there is missing; what was missing, and came, is no alarm now."""
        found = self._shortage()
        kind = found[0] if found else None
        for over in (self._lasting & _PASSING) - {kind}:
            self.database.is_over(over, written(self._clock()))
            self._lasting.remove(over)
        if found is not None:
            self._alarm(found[0], None, found[2], found[1])

    # applying

    def _apply(self, events: list[Event]) -> None:
        disclosed = self._disclosed(events)
        spoiled: set[str] = set()
        for event in events:
            if event.stream in spoiled:
                self._park(event, "its stream is set aside")
                continue
            try:
                self._apply_one(event, disclosed.get(event.id))
            except Wrong as wrong:
                spoiled.add(event.stream)
                self._set_aside(event, wrong)
            except (
                KeyError,
                TypeError,
                AttributeError,
            ) as error:  # well signed, and yet not what it is called
                spoiled.add(event.stream)
                self._set_aside(
                    event, Wrong("content", f"it has not the form of its type: {type(error).__name__}")
                )

    def _apply_one(self, event: Event, disclosed: Mapping[str, Any] | None) -> None:
        """An event of an entry changes its row; other events change nothing here."""
        register = entries.register_of(event)
        if not event.type.startswith("entry.") or (register and register not in self._registers.authorities):
            return
        row, reference = self.database.row(event.stream) or (None, "")
        entries.must_be_signed_by_its_office(self.feed.country, row, event)
        personal = entries.opened(event, disclosed) if event.type in entries.CONTENT else {}
        entries.must_fit_the_row(self.feed.country, row, event, personal)
        changed = entries.after(row, event, personal)
        if changed is None or changed == row:
            return
        reference = reference or self.database.next_reference(changed["register"])
        self.database.put_row(event.stream, changed["register"], reference, changed, digest_of(changed))
        if register and "lead" in event.payload:  # a case waits for it
            authority = self._registers.authorities[register]
            seal = self._outbox.seal(authority, self._checks, self._position)
            self._outbox.add(event, changed, reference, written(self._clock()), seal)

    def _disclosed(self, events: list[Event]) -> dict[str, Mapping[str, Any]]:
        """What the house discloses of the events that need it, asked with each registry's own credentials."""
        asked: dict[str, list[str]] = {}
        for event in events:
            authority = self._registers.authorities.get(entries.register_of(event) or "")
            if authority is not None and entries.has_personal_members(event):
                asked.setdefault(authority, []).append(event.id)
        found: dict[str, Mapping[str, Any]] = {}
        for authority, hashes in asked.items():
            for n in range(0, len(hashes), DISCLOSED_AT_ONCE):
                some = hashes[n : n + DISCLOSED_AT_ONCE]
                for answer in self._registers.houses[authority].disclosures(self.feed.country, some):
                    found[answer["event"]] = answer
        return found

    def _move(self, piece: Piece) -> None:
        """Kafka goes on at the first message that is not applied yet."""
        if piece.offset is not None:
            held = [t.message.offset for t in self._inbox.held.values() if t.message.offset is not None]
            self._position = replace(self._position, offset=min([*held, piece.offset]))
        if self._position != self._stored:
            self.database.move(self.feed.log, self._position)
            self._stored = self._position

    # alarms

    def _set_aside(self, event: Event | Message, wrong: Wrong) -> None:
        self._alarm(wrong.kind, event, str(wrong))
        self._park(event, str(wrong))

    def _park(self, event: Event | Message, why: str) -> None:
        self.database.park(event.stream, event.seq, event.id, event.jws, why)

    def _alarm(self, kind: str, about: Event | Message | None, detail: str, number: int = 0) -> None:
        """``number``: where it is about the feed, and not about one event."""
        stream, seq = (about.stream, about.seq) if about else ("", number)
        self.database.alarm(kind, stream, seq, detail, written(self._clock()))
        if kind not in self._lasting & _PASSING:
            where = {"country": self.feed.country, "reason": kind, "stream": stream, "seq": seq}
            logger.error("registry_alarm", extra=where)
        self._lasting.add(kind)
