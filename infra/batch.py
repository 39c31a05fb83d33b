"""One transaction of a log, as it fills: what its sittings settled, and what came of it; it decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from infra import envelope, event_store
from infra.event_store import Append
from infra.streams import Stream, Streams


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
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


@dataclass(slots=True)
class Draft:
    """What one piece of work signed and answered, before it is settled."""

    time: str
    signed: list[envelope.Signed] = field(default_factory=list)
    touched: dict[str, Stream] = field(default_factory=dict)  # the streams after what was signed
    erased: dict[str, Sequence[str]] = field(default_factory=dict)  # stream -> keys that its erasure names
    answer: tuple[Answered, Outcome] | None = None


class Batch:
    """What its sittings settled so far. ``size``: the next position; ``time``: the newest event's."""

    def __init__(self, append: Append, streams: Streams, size: int, time: str) -> None:
        self.append = append
        self.streams = streams
        self.size = size
        self.time = time
        self.erased: list[str] = []  # the keys that fall when the batch is committed
        self.trouble: str | None = None  # why some work of it could not be done
        self._rows: list[envelope.Signed] = []
        self._answers: dict[str, event_store.Answer] = {}

    def settle(self, draft: Draft) -> None:
        """What was signed and answered is part of the batch."""
        if draft.signed:
            self._rows += draft.signed
            self.size += len(draft.signed)
            self.time = draft.time
            for stream in draft.touched.values():
                self.streams.keep(stream)
        for stream_id, keys in draft.erased.items():
            self._forget_answers(stream_id)
            self.erased += keys
        if draft.answer is not None:
            answered, outcome = draft.answer
            kept = (answered.body_mac, answered.status, outcome.stream, outcome.version)
            self._answers[answered.key] = kept

    def flush(self) -> None:
        """Write what is settled: once for all, as each statement gives up the interpreter's lock."""
        if self._rows:
            self.append.insert(self.size - len(self._rows), self._rows)
        if self._answers:
            self.append.answer_all(self._answers)
        self._rows, self._answers = [], {}

    def answered(self, key: str) -> event_store.Answer | None:
        """What was answered under an idempotency key, in this batch or before."""
        return self._answers.get(key) or self.append.answer(key)

    def _forget_answers(self, stream: str) -> None:
        """Of a stored answer an HMAC of the body is kept, until the erasure of what it was about."""
        self.flush()
        self.append.forget_bodies(stream)
