"""What a desk decides at once, as it fills: what its appends signed and answered; it decides nothing.

A batch is decided ahead of the write lock, and then only reads; or it is decided under the lock, where it has a
``writer``. What can only be done under the lock raises NeedsTheLock ahead of it: the batch is given up, and decided
once more under the lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from domain.events import ActorMember
from domain.representation import NOTHING, Shown
from infra.desk.streams import Stream, Streams
from infra.formats import envelope
from infra.formats.canonical import from_b64url, sha256
from infra.formats.chain import GENESIS, head_after
from infra.log.event_store import Answer, Reading, Row, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """Under what a command is sent: the derived name of the caller's key, and the HMAC of the body."""

    name: str
    body_mac: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command led to: the stream it was asked of, at its version.

    ``is_repeat``: it was so already, by this idempotency key or by the same act before. ``actor``: as whom it was
    asked; None where it was answered under the key before, and nobody looked. ``found``: what registers and mandates
    say of a party that asked.
    """

    stream: str
    version: int
    state: Any
    is_repeat: bool = False
    actor: ActorMember | None = None
    found: Shown = NOTHING


class End(NamedTuple):
    """Where a log ends: the next position, the newest event's moment, the chain over everything before."""

    size: int
    at: datetime | None
    chain: bytes

    def after(self, at: datetime, event_hash: bytes) -> "End":
        """Where it ends with one more event (its raw hash)."""
        return End(self.size + 1, at, head_after(self.chain, event_hash))


EMPTY: Final = End(0, None, GENESIS)


def end_of(newest: Row | None) -> End:
    """Where a log ends, by its newest event alone."""
    if newest is None:
        return EMPTY
    jws, _ = envelope.split(newest[4])
    payload = envelope.payload_of(jws)
    before = End(newest[0], None, from_b64url(payload["chain"]))
    return before.after(datetime.fromisoformat(payload["time"]), sha256(jws))


class NeedsTheLock(Exception):
    """What was asked can only be decided under the write lock."""


class Batch:
    """What its appends signed and answered so far; ``end`` is where the log ends with that.

    ``looked`` has what was answered before, under the keys that were looked for; None: nothing was.
    """

    def __init__(self, log: Reading, streams: Streams, end: End, looked: Mapping[str, Answer | None]) -> None:
        self.log = log
        self.streams = streams
        self.end = end
        self.rows: list[envelope.Signed] = []  # what is to be written, up to the end
        self.moved: list[tuple[str, Stream | None]] = []  # for each row, the stream as it was known before
        self.answers: dict[str, Answer] = {}
        self.erased: list[str] = []  # the keys that fall when the batch is committed
        self.trouble: str | None = None  # why some work of it could not be done
        self._looked = looked

    @property
    def writer(self) -> Writer:
        """The log under its write lock; raises NeedsTheLock."""
        if not isinstance(self.log, Writer):
            raise NeedsTheLock
        return self.log

    @property
    def first(self) -> int:
        """The position of the first of the rows that are to be written."""
        return self.end.size - len(self.rows)

    def add(self, signed: envelope.Signed, end: End, stream: Stream) -> None:
        """One event more: where the log ends with it, and its stream after it."""
        self.rows.append(signed)
        self.moved.append((stream.id, self.streams.keep(stream)))
        self.end = end

    def back_to(self, end: End) -> None:
        """Nothing is signed from there on: the streams are again as they were known."""
        for _ in range(min(len(self.rows), self.end.size - end.size)):
            self.rows.pop()
            stream_id, stream = self.moved.pop()
            if stream is None:
                self.streams.forget(stream_id)
            else:
                self.streams.keep(stream)
        self.end = end

    def flush(self, end: End | None = None) -> None:
        """Write what was signed up to there, and the answers: once for all, as each statement gives up the
        interpreter's lock.
        """
        count = (end or self.end).size - self.first
        self.writer.append(self.first, self.rows[:count], self.answers)
        self.rows, self.moved, self.answers = self.rows[count:], self.moved[count:], {}

    def answered(self, key: str) -> Answer | None:
        """What was answered under an idempotency key, in this batch or before."""
        if key in self.answers:
            return self.answers[key]
        return self._looked[key] if key in self._looked else self.log.answer(key)

    def erase(self, stream: str, keys: Sequence[str]) -> None:
        """The keys fall, and what was answered about the stream: until then an HMAC of the body is kept."""
        self.flush()
        self.writer.forget_bodies(stream)
        self.erased += keys
