"""Brings messages into the order of the feed, and whole appends together; verifies nothing.

A repeated message is known by its number. One that comes too early is held until those before it are there.
Events that were appended together are handed over together: a reader waits for what names it, and for nothing
else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from consumers.feed.message import Message
from infra.formats.signing import Malformed, Parsed, parse

MOST_HELD: Final = 10_000


@dataclass(slots=True)
class Taken:
    """A message in its turn; ``parsed`` is None where its text has not the form of a signed event."""

    message: Message
    parsed: Parsed | None

    @property
    def payload(self) -> dict[str, Any]:
        """What the event says, not verified yet."""
        return self.parsed.payload if self.parsed else {}


@dataclass(slots=True)
class Inbox:
    """What has arrived for ``recipient`` after ``count`` events, and is not handed over yet."""

    recipient: str
    count: int
    held: dict[int, Taken] = field(default_factory=dict)

    def put(self, message: Message) -> Message | None:
        """Take a message in; one whose number was handed over, or is held with another id, comes back."""
        if message.feedseq <= self.count:
            return message
        known = self.held.get(message.feedseq)
        if known is None:
            self.held[message.feedseq] = Taken(message, _parsed(message.jws))
            return None
        return message if known.message.id != message.id else None

    @property
    def is_full(self) -> bool:
        """So much is held that something before it must be missing."""
        return len(self.held) >= MOST_HELD

    @property
    def missing(self) -> int | None:
        """The first number that is not there, though a later one is."""
        number = self.count + 1
        while number in self.held:
            number += 1
        return number if any(held > number for held in self.held) else None

    def appends(self) -> Iterator[list[Taken]]:
        """Whole appends, in order, as far as they are there; what is handed over counts as received."""
        while append := self._next():
            self.count += len(append)
            for taken in append:
                del self.held[taken.message.feedseq]
            yield append

    def lead_of(self, payload: Mapping[str, Any]) -> tuple[str, int] | None:
        """The last event of the append, where both this event and that one are meant for the recipient."""
        match payload:
            case {"to": list(to), "lead": {"stream": str(stream), "seq": int(seq), "to": list(lead_to)}}:
                return (stream, seq) if self.recipient in to and self.recipient in lead_to else None
            case _:
                return None

    def _next(self) -> list[Taken]:
        append: list[Taken] = []
        lead: tuple[str, int] | None = None
        while (taken := self.held.get(self.count + 1 + len(append))) is not None:
            named = self.lead_of(taken.payload)
            if lead is not None and named != lead and taken.message.stream != lead[0]:
                return append  # it does not belong: the lead is missing
            append.append(taken)
            lead = named or lead
            if lead is None or lead == (taken.message.stream, taken.message.seq):
                return append
        return []


def _parsed(jws: str) -> Parsed | None:
    try:
        return parse(jws)
    except Malformed:
        return None
