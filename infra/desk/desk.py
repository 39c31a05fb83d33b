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
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from domain.commands import Command
from domain.lifecycle import needed
from domain.refusals import Refusal, Unready
from infra.desk.batch import Batch, End, NeedsTheLock, Outcome, Remembered, end_of
from infra.desk.committer import AGAIN, Asked, Committer, Decided, resolve
from infra.desk.sitting import Office, Sitting, Work
from infra.desk.streams import Streams
from infra.formats.canonical import from_b64url
from infra.keys.keyring import Keyring
from infra.log import event_store
from infra.log.event_store import Answer, Log, Reading, Row, Writer
from infra.runtime.clock import Clock, WrongClock
from infra.runtime.one_thread import OneThread
from infra.stores import vault
from infra.stores.vault import Vault

__all__ = ["Desk", "Outcome", "Remembered", "Sitting", "Work"]

BATCH: Final = 64
BEHIND_S: Final = 2
logger = logging.getLogger(__name__)


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
        self._office = Office(country, key_store, keyring)
        self._clock = clock
        self._streams = Streams(country, key_store)
        self._end: End | None = None  # of the log, with all that is on its way into it; None: not known
        self._reader = log.reader()
        self._committer = Committer(country, log, largest_batch, self._written, self._failed, self._put)
        self._thread: OneThread[Asked, Outcome] = OneThread(f"desk-{country}", self._carry_out, largest_batch)

    def ask(self, command: Command, remembered: Remembered | None = None) -> Future[Outcome]:
        """Have a command carried out; the future raises the Refusal."""
        ids = {
            key: self.keyring.ids.stream(key) for key in needed(command, None)
        }  # what a filing needs stands in it
        wanted = {command.stream: command.family, **{ids[key]: key.family for key in ids}}
        key = remembered.key if remembered else None
        return self._put(Asked(lambda sitting: sitting.carry_out(command, ids, remembered), wanted, key))

    def have(self, work: Work) -> Future[Outcome]:
        """Have any work done under the write lock (imports, keys, the clock)."""
        return self._put(Asked(work, {}, needs_lock=True))

    def try_again(self) -> None:
        """See whether a trouble is over: take a key, and write what means nothing."""

        def nothing(sitting: Sitting) -> Outcome:
            self.vault.take()
            sitting.writer.probe()
            return Outcome(stream="", version=0, state=None, index=sitting.size - 1, status=200)

        with suppress(Refusal):
            self.have(nothing).result()

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._thread.close()
        self._committer.close()
        self._reader.close()

    def _put(self, asked: Asked) -> Future[Outcome]:
        return self._thread.put(asked)

    def _carry_out(self, asked: Sequence[tuple[Asked, Future[Outcome]]]) -> None:
        if self._committer.is_broken:
            self._begin_anew()
        try:
            if not self._decided_ahead(asked):
                self._committer.drain()
                if self._committer.is_broken:  # what was on its way is lost, and all that we believe of it
                    self._begin_anew()
                self._decide_under_the_lock(asked)
        except (event_store.Unavailable, event_store.Conflict) as error:
            self._begin_anew()
            self._failed(str(error))
            for _, future in asked:
                future.set_exception(Unready(AGAIN))
        except BaseException as error:
            self._begin_anew()
            self._failed(type(error).__name__)
            raise

    def _decided_ahead(self, asked: Sequence[tuple[Asked, Future[Outcome]]]) -> bool:
        """Decide on top of what is being written; False where it takes the write lock."""
        if self._end is None or any(one.needs_lock for one, _ in asked):
            return False
        self._streams.trim()
        before = self._look(self._reader, asked, self._committer.answers())
        size = self._end.size
        if before.size > size or (before.size < size and self._committer.is_idle):
            return False  # somebody else appended, or what was on its way is lost
        batch = Batch(self._reader, self._streams, self._end, before.answers)
        try:
            results = self._results(batch, asked, before)
        except NeedsTheLock:
            batch.give_up()
            return False
        self._end = batch.end
        self._committer.put(Decided(batch, asked, results), is_last=self._thread.is_idle)
        return True

    def _decide_under_the_lock(self, asked: Sequence[tuple[Asked, Future[Outcome]]]) -> None:
        with self.log.writing() as writer:
            self._streams.trim()
            before = self._look(writer, asked, {})
            if self._end is None or before.size != self._end.size:
                self._end = self._catch_up(writer, before.size)
            batch = Batch(writer, self._streams, self._end, before.answers)
            results = self._results(batch, asked, before)
            batch.flush()
        self._end = batch.end
        self.newest = batch.end.size - 1
        self.trouble = batch.trouble
        self._destroy(batch.erased)
        for (_, future), result in zip(asked, results, strict=True):
            resolve(future, result)

    def _look(
        self, log: Reading, asked: Sequence[tuple[Asked, Future[Outcome]]], unwritten: Mapping[str, Answer]
    ) -> "_Before":
        """Read at once what the batch will load, and the answers that it will look for."""
        wanted = {stream: family for one, _ in asked for stream, family in one.wanted.items()}
        cold = self._streams.cold(wanted)
        keys = [one.key for one, _ in asked if one.key is not None]
        look = log.look(list(cold), [key for key in keys if key not in unwritten])
        answers = {key: unwritten.get(key) or look.answers.get(key) for key in keys}
        return _Before(look.size, cold, look.rows, answers)

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

    def _results(
        self, batch: Batch, asked: Sequence[tuple[Asked, Future[Outcome]]], before: "_Before"
    ) -> list[Outcome | Exception]:
        """Carry out one after the other; what is wrong with a stream is found by whoever needs it."""
        try:
            self._streams.load(before.cold, lambda _: before.rows)
        except Exception:
            logger.exception("not_prefetched", extra={"country": self.country})
        return [self._result(one.work, batch) for one, _ in asked]

    def _result(self, work: Work, batch: Batch) -> Outcome | Exception:
        """What the work led to, or why it led to nothing; only a log that cannot be used ends the batch."""
        sitting: Sitting | None = None
        try:
            sitting = Sitting(self._office, batch, self._now(batch))
            outcome = work(sitting)
        except (event_store.Unavailable, event_store.Conflict, NeedsTheLock):
            raise
        except Refusal as refusal:
            result: Exception = refusal
        except (vault.Unavailable, WrongClock) as error:
            batch.trouble = str(error)
            result = Unready(AGAIN)
        except Exception as error:  # one stream's trouble is not that of the others
            logger.exception("work_failed", extra={"country": self.country})
            result = error
        else:
            batch.settle(sitting.draft)
            return outcome
        if sitting is not None:
            sitting.give_up()
        return result

    def _now(self, batch: Batch) -> datetime:
        """The clock's time, never before the newest event's; WrongClock where it is too far behind."""
        now = self._clock()
        if not batch.end.time:
            return now
        newest = datetime.fromisoformat(batch.end.time)
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


class _Before(NamedTuple):
    """What a batch finds: the log's size, the events of streams that were not known, earlier answers by key."""

    size: int
    cold: Mapping[str, str]
    rows: list[Row]
    answers: Mapping[str, Answer | None]
