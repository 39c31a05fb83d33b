"""What a desk decides at once, as it fills: what its sittings settled, and what came of it; it decides nothing.

A batch is decided ahead of the write lock, and then only reads; or it is decided under the lock, where it has a
``writer``. What can only be done under the lock raises NeedsTheLock ahead of it: the batch is given up, and decided
once more under the lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from infra.desk.streams import Stream, Streams
from infra.formats import envelope
from infra.formats.canonical import from_b64url, sha256
from infra.log.event_store import Answer, Reading, Row, Writer
from projections.feed import GENESIS, head_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An idempotency key on its way in: the derived key, the HMAC of the body, the status to remember."""

    key: str
    body_mac: bytes
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command led to: the stream it was asked of, at its version; ``index``: the log's newest then.

    ``is_repeat``: it was so already, by this idempotency key or by the same act before.
    """

    stream: str
    version: int
    state: Any
    index: int
    status: int
    is_repeat: bool = False


class End(NamedTuple):
    """Where a log ends: the next position, the newest event's time, the chain over everything before."""

    size: int
    time: str
    chain: bytes

    def after(self, time: str, event_hash: bytes) -> "End":
        """Where it ends with one more event (its raw hash)."""
        return End(self.size + 1, time, head_after(self.chain, event_hash))


EMPTY: Final = End(0, "", GENESIS)


def end_of(newest: Row | None) -> End:
    """Where a log ends, by its newest event alone."""
    if newest is None:
        return EMPTY
    jws, _ = envelope.split(newest[4])
    payload = envelope.payload_of(jws)
    before = End(newest[0], "", from_b64url(payload["chain"]))
    return before.after(payload["time"], sha256(jws))


@dataclass(slots=True)
class Draft:
    """What one piece of work signed and answered, before it is settled; ``end`` is the log's, with that."""

    time: str
    end: End
    signed: list[envelope.Signed] = field(default_factory=list)
    touched: dict[str, Stream] = field(default_factory=dict)  # the streams after what was signed
    erased: dict[str, Sequence[str]] = field(default_factory=dict)  # stream -> keys that its erasure names
    answer: tuple[Remembered, Outcome] | None = None


class NeedsTheLock(Exception):
    """What was asked can only be decided under the write lock."""


class Batch:
    """What its sittings settled so far; ``end`` is where the log ends with that.

    ``looked`` has what was answered before, under the keys that were looked for; None: nothing was.
    """

    def __init__(self, log: Reading, streams: Streams, end: End, looked: Mapping[str, Answer | None]) -> None:
        self.log = log
        self.streams = streams
        self.end = end
        self.rows: list[envelope.Signed] = []  # what is to be written
        self.answers: dict[str, Answer] = {}
        self._before: dict[str, Stream | None] = {}  # the streams that it moved on, as they were known
        self.erased: list[str] = []  # the keys that fall when the batch is committed
        self.trouble: str | None = None  # why some work of it could not be done
        self._looked = looked

    @property
    def writer(self) -> Writer:
        """The log under its write lock; raises NeedsTheLock."""
        if not isinstance(self.log, Writer):
            raise NeedsTheLock
        return self.log

    def settle(self, draft: Draft) -> None:
        """What was signed and answered is part of the batch."""
        if draft.signed:
            self.rows += draft.signed
            self.end = draft.end
            for stream in draft.touched.values():
                self._before.setdefault(stream.id, self.streams.keep(stream))
        for stream_id, keys in draft.erased.items():
            self._forget_answers(stream_id)
            self.erased += keys
        if draft.answer is not None:
            answered, outcome = draft.answer
            kept = (answered.body_mac, answered.status, outcome.stream, outcome.version)
            self.answers[answered.key] = kept

    @property
    def first(self) -> int:
        """The position of the first of the rows that are to be written."""
        return self.end.size - len(self.rows)

    def give_up(self) -> None:
        """Nothing of it will be written: the streams are again as they were known."""
        for stream_id, stream in self._before.items():
            if stream is None:
                self.streams.forget(stream_id)
            else:
                self.streams.keep(stream)

    def flush(self) -> None:
        """Write what is settled: once for all, as each statement gives up the interpreter's lock."""
        if self.rows:
            self.writer.insert(self.first, self.rows)
        if self.answers:
            self.writer.answer_all(self.answers)
        self.rows, self.answers = [], {}

    def answered(self, key: str) -> Answer | None:
        """What was answered under an idempotency key, in this batch or before."""
        if key in self.answers:
            return self.answers[key]
        return self._looked[key] if key in self._looked else self.log.answer(key)

    def _forget_answers(self, stream: str) -> None:
        """Of a stored answer an HMAC of the body is kept, until the erasure of what it was about."""
        self.flush()
        self.writer.forget_bodies(stream)
