"""The one way into a log: one thread and one queue for each, whole batches at once; how a command is decided
is not here.

The desk promises:
- what it answers is durable: a batch is written whole, in one transaction, and nobody hears of it before;
- decisions are taken one after the other, on what the log holds then, also where other processes write into
  the same log. As long as nobody else does, a batch of commands is decided while the ones before it are being
  written (``infra/desk/committer.py``), for exactly the positions that follow theirs: if somebody else took one of
  these meanwhile, nothing is written, and all is decided anew under the write lock. There goes also what only
  the lock allows: an erasure, and any work that is no command;
- time never runs backwards in a log: a clock that is more than ``BEHIND_S`` behind the newest event is
  refused;
- work that is refused or fails changes nothing and spoils nothing of its batch; a batch that cannot be
  written fails as a whole, as Unready;
- every future is resolved.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from domain.about import about_of
from domain.commands import Command
from domain.needs import needed
from domain.refusals import Refusal, Unready
from infra.desk.append import Append
from infra.desk.batch import Batch, End, IdempotencyKey, NeedsTheLock, Outcome, end_of
from infra.desk.committer import Committer, Decided, Work, resolve
from infra.desk.streams import Streams
from infra.formats.canonical import from_b64url
from infra.keys.keyring import Keyring
from infra.log import event_store
from infra.log.event_store import Answer, Log, Look, Reading, Writer
from infra.runtime.chance import random_id
from infra.runtime.clock import Clock, WrongClock
from infra.runtime.one_thread import OneThread
from infra.stores import vault
from infra.stores.vault import Vault

__all__ = ["Append", "Desk", "IdempotencyKey", "Outcome", "new_cause"]

T = TypeVar("T")
BATCH: Final = 64
BEHIND_S: Final = 2
logger = logging.getLogger(__name__)


def new_cause() -> str:
    """The cause of what somebody or the clock asks now: ``cmd:<uuid>``."""
    return f"cmd:{random_id()}"


class Desk:
    """The desk of one country. ``newest`` is the newest position that it knows to be on the disk."""

    def __init__(  # noqa: PLR0913 - the parts of a desk
        self,
        country: str,
        log: Log,
        key_store: Vault,
        keyring: Keyring,
        clock: Clock,
        *,
        largest_batch: int = BATCH,
    ) -> None:
        self.country = country
        self.log = log
        self.vault = key_store
        self.keyring = keyring
        self.newest = log.size() - 1
        self.trouble: str | None = None  # why the desk cannot write, for those who ask
        self._clock = clock
        self._streams = Streams(country, key_store)
        self._end: End | None = None  # of the log, with all that is on its way into it; None: not known
        self._reader = log.reader()
        self._committer = Committer(country, log, largest_batch, self._written, self._failed, self._put)
        self._thread: OneThread[Work, Any] = OneThread(f"desk-{country}", self._carry_out, largest_batch)

    def ask(self, command: Command, sent_under: IdempotencyKey | None = None) -> Future[Outcome]:
        """Have a command carried out, under an idempotency key once; the future raises the Refusal."""
        # What a filing needs stands in it; of other commands it is known when the case is.
        about = about_of(command, self._clock(), None)
        ids = {key: self.keyring.ids.stream(key) for key in needed(command, about, None)}
        wanted = {command.stream: command.family, **{ids[key]: key.family for key in ids}}
        key = sent_under.name if sent_under else None
        return self._put(Work(lambda append: append.carry_out(command, ids, sent_under, about), wanted, key))

    def have(self, work: Callable[[Append], T]) -> Future[T]:
        """Have any work done under the write lock (imports, keys, the clock); the future has what it returned."""
        return self._put(Work(work, {}, needs_lock=True))

    def was_asked(self, sent_under: IdempotencyKey) -> bool:
        """Whether there is an answer under this key already, so that nothing has to be prepared for another one."""
        return self.log.answer(sent_under.name) is not None

    def try_again(self) -> None:
        """See whether a trouble is over: take a key, and write what means nothing."""

        def nothing(append: Append) -> None:
            self.vault.take()
            append.flush().probe()

        with suppress(Refusal):
            self.have(nothing).result()

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._thread.close()
        self._committer.close()
        self._reader.close()

    def _put(self, work: Work) -> Future[Any]:
        return self._thread.put(work)

    def _carry_out(self, works: Sequence[tuple[Work, Future[Any]]]) -> None:
        if self._committer.is_broken:
            self._begin_anew()
        try:
            if not self._decided_ahead(works):
                self._committer.drain()
                if self._committer.is_broken:  # what was on its way is lost, and all that we believe of it
                    self._begin_anew()
                self._decide_under_the_lock(works)
        except (event_store.Unavailable, event_store.Conflict) as error:
            self._begin_anew()
            self._failed(str(error))
            for _, future in works:
                future.set_exception(Unready())
        except BaseException as error:
            self._begin_anew()
            self._failed(type(error).__name__)
            raise

    def _decided_ahead(self, works: Sequence[tuple[Work, Future[Any]]]) -> bool:
        """Decide on top of what is being written; False where it takes the write lock."""
        if self._end is None or any(one.needs_lock for one, _ in works):
            return False
        self._streams.trim()
        before = self._end
        look = self._look(self._reader, works, self._committer.answers())
        if look.size > before.size or (look.size < before.size and self._committer.is_idle):
            return False  # somebody else appended, or what was on its way is lost
        batch = Batch(self._reader, self._streams, before, look.answers)
        try:
            results = [self._result(one.carry_out, batch) for one, _ in works]
        except NeedsTheLock:
            batch.back_to(before)
            return False
        self._end = batch.end
        self._committer.put(Decided(batch, works, results), is_last=self._thread.is_idle)
        return True

    def _decide_under_the_lock(self, works: Sequence[tuple[Work, Future[Any]]]) -> None:
        with self.log.writing() as writer:
            self._streams.trim()
            size = writer.size()
            if self._end is None or size != self._end.size:
                self._end = self._catch_up(writer, size)
            look = self._look(writer, works, {})
            batch = Batch(writer, self._streams, self._end, look.answers)
            results = [self._result(one.carry_out, batch) for one, _ in works]
            batch.flush()
        self._end = batch.end
        self.newest = batch.end.size - 1
        self.trouble = batch.trouble
        self._destroy(batch.erased)
        for (_, future), result in zip(works, results, strict=True):
            resolve(future, result)

    def _look(
        self, log: Reading, works: Sequence[tuple[Work, Future[Any]]], unwritten: Mapping[str, Answer]
    ) -> Look:
        """Read at once what the batch will load, and the answers that it will look for."""
        wanted = {stream: family for one, _ in works for stream, family in one.wanted.items()}
        cold = self._streams.cold(wanted)
        look = log.look(list(cold), [one.key for one, _ in works if one.key is not None])
        try:
            self._streams.load(cold, lambda _: look.rows)
        except Exception:  # what is wrong with a stream is found by whoever needs it
            logger.exception("not_prefetched", extra={"country": self.country})
        return Look(look.size, look.rows, {**look.answers, **unwritten}) if unwritten else look

    def _catch_up(self, writer: Writer, size: int) -> End:
        """What others appended since we looked is read anew: where the log ends, by its newest event."""
        keys = self.keyring.ids.keys()
        known = self._end if self._end is not None and self._end.size < size else None
        touched = writer.streams_since(known.size) if known else []
        if not known:
            self._streams.forget_all()
        self._streams.forget(*touched)
        if not known or keys in touched:
            self.keyring.reload()
        return end_of(writer.at(size - 1))

    def _result(self, work: Callable[[Append], Any], batch: Batch) -> Any:
        """What the work returned, or why it did not; only a log that cannot be used ends the batch."""
        append: Append | None = None
        try:
            append = Append(batch, self.keyring, self._now(batch))
            said = work(append)
        except (event_store.Unavailable, event_store.Conflict, NeedsTheLock):
            raise
        except Refusal as refusal:
            result: Exception = refusal
        except (vault.Unavailable, WrongClock) as error:
            batch.trouble = str(error)
            result = Unready()
        except Exception as error:  # one stream's trouble is not that of the others
            logger.exception("work_failed", extra={"country": self.country})
            result = error
        else:
            append.settle()
            return said
        if append is not None:
            append.give_up()
        return result

    def _now(self, batch: Batch) -> datetime:
        """The clock's time, never before the newest event's; WrongClock where it is too far behind."""
        now, newest = self._clock(), batch.end.at
        if newest is None:
            return now
        if newest - now > timedelta(seconds=BEHIND_S):
            raise WrongClock(f"the clock says {now.isoformat()}, before the newest event of this log")
        return max(now, newest)

    def _written(self, batch: Batch) -> None:
        """A batch that was decided ahead is durable; one that wrote nothing does not show that the trouble is over."""
        self.newest = batch.end.size - 1
        if batch.rows or batch.trouble:
            self.trouble = batch.trouble

    def _failed(self, why: str) -> None:
        """A batch could not be written."""
        self.trouble = why

    def _begin_anew(self) -> None:
        """Something was not written: forget what it made us believe."""
        self._committer.mend()
        self._streams = Streams(self.country, self.vault)
        self._end = None

    def _destroy(self, keys: Sequence[str]) -> None:
        """The erasures stand in the log: what fails here is done again by ``infra/read_models/follower.py``."""
        if not keys:
            return
        try:
            self.vault.destroy(map(from_b64url, keys))
            self.log.checkpoint()
        except Exception:  # what was asked is done and durable: nobody may hear otherwise
            logger.exception("erasure_continues", extra={"country": self.country})
