"""The one way into a log: one thread and one queue for each, whole batches at once; how a command is decided
is not here.

The desk promises:
- what it answers is durable: a batch is one transaction, and nobody hears of it before it is committed;
- decisions are taken under the log's write lock, one after the other, on what the log holds then, also where
  other processes write into the same log;
- time never runs backwards in a log: a clock that is more than ``PATIENCE_S`` behind the newest event is
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
from typing import Final

from domain.commands import CaseCommand, EntryCommand, FileCase
from domain.decide import needs
from domain.procedure import Key
from domain.refusals import Refusal, Unready
from infra import envelope, event_store, vault
from infra.batch import Answered, Batch, Outcome
from infra.canonical import from_b64url
from infra.clock import Clock, WrongClock
from infra.event_store import Append, Log
from infra.keyring import Keyring
from infra.one_thread import OneThread
from infra.sitting import Office, Sitting, Work
from infra.streams import Streams
from infra.vault import Vault

__all__ = ["Answered", "Desk", "Outcome", "Sitting", "Work"]

BATCH: Final = 64
PATIENCE_S: Final = 2
Asked = tuple[Work, Mapping[str, str]]
logger = logging.getLogger(__name__)


class Desk:
    """The desk of one country. ``newest`` is the newest position that it knows of."""

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
        self._size = -1
        self._time = ""
        self._thread: OneThread[Asked, Outcome] = OneThread(f"desk-{country}", self._carry_out, largest_batch)

    def ask(self, command: CaseCommand | EntryCommand, answered: Answered | None = None) -> Future[Outcome]:
        """Have a command carried out; the future raises the Refusal."""
        if isinstance(command, EntryCommand):
            return self.have(lambda sitting: sitting.entry_command(command, answered))
        if isinstance(command, FileCase):
            ids = {key: self.key_id(key) for key in needs(command, None)}
            wanted = {command.case: "case", **{ids[key]: key.family for key in ids}}
            return self.have(lambda sitting: sitting.filing(command, ids, answered), wanted)
        return self.have(lambda sitting: sitting.case_command(command, answered), {command.case: "case"})

    def have(self, work: Work, wanted: Mapping[str, str] | None = None) -> Future[Outcome]:
        """Have any work done under the write lock (imports, keys, the clock).

        ``wanted`` (stream -> family) is what it will load for sure: a batch reads that at once.
        """
        return self._thread.put((work, wanted or {}))

    def id_of(self, *parts: str | int) -> str:
        """The id derived from these parts under the country's secret (formats.md, derived ids)."""
        return self._office.id_of(*parts)

    def key_id(self, key: Key) -> str:
        """The stream of a claim or an entry."""
        return self._office.key_id(key)

    def try_again(self) -> None:
        """See whether a trouble is over: take a key, and write what means nothing."""

        def nothing(sitting: Sitting) -> Outcome:
            self.vault.take()
            sitting.append.probe()
            return Outcome(stream="", version=0, state=None, index=sitting.size - 1, status=200)

        with suppress(Refusal):
            self.have(nothing).result()

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._thread.close()

    def _carry_out(self, asked: Sequence[tuple[Asked, Future[Outcome]]]) -> None:
        try:
            with self.log.writing() as append:
                batch = self._begin(append)
                self._prefetch(append, asked)
                results = [(future, self._result(work, batch)) for (work, _), future in asked]
                batch.flush()
        except (event_store.Unavailable, event_store.Conflict) as error:
            self._forget(str(error))
            for _, future in asked:
                future.set_exception(Unready(_AGAIN))
            return
        except BaseException as error:
            self._forget(type(error).__name__)
            raise
        self._size, self._time, self.newest = batch.size, batch.time, batch.size - 1
        self.trouble = batch.trouble
        self._destroy(batch.erased)
        for future, result in results:
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

    def _begin(self, append: Append) -> Batch:
        """What others appended since we looked is read anew."""
        self._streams.trim()
        size = append.size()
        if size != self._size:
            keys = self._office.id_of("keys", 1)
            known = 0 <= self._size < size
            touched = append.streams_since(self._size) if known else []
            if not known:
                self._streams.forget_all()
            self._streams.forget(*touched)
            if not known or keys in touched:
                self.keyring.reload()
            newest = append.at(size - 1)
            self._time = envelope.payload_of(envelope.split(newest[4])[0])["time"] if newest else ""
            self._size = size
        return Batch(append, self._streams, size, self._time)

    def _prefetch(self, append: Append, asked: Sequence[tuple[Asked, Future[Outcome]]]) -> None:
        """Read at once what the batch will load; what is wrong with a stream is found by whoever needs it."""
        wanted = {stream: family for (_, w), _ in asked for stream, family in w.items()}
        try:
            self._streams.load(wanted, append.streams)
        except (event_store.Unavailable, event_store.Conflict):
            raise
        except Exception:
            logger.exception("not_prefetched", extra={"country": self.country})

    def _result(self, work: Work, batch: Batch) -> Outcome | Exception:
        """What the work led to, or why it led to nothing; only a log that cannot be used ends the batch."""
        sitting: Sitting | None = None
        try:
            sitting = Sitting(self._office, batch, self._now(batch))
            outcome = work(sitting)
        except (event_store.Unavailable, event_store.Conflict):
            raise
        except Refusal as refusal:
            result: Exception = refusal
        except (vault.Unavailable, WrongClock) as error:
            batch.trouble = str(error)
            result = Unready(_AGAIN)
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
        if not batch.time:
            return now
        newest = datetime.fromisoformat(batch.time)
        if newest - now > timedelta(seconds=PATIENCE_S):
            raise WrongClock(f"the clock says {now.isoformat()}, before the newest event of this log")
        return max(now, newest)

    def _forget(self, why: str) -> None:
        """Nothing of the batch was written: forget what it made us believe."""
        self.trouble = why
        self._streams = Streams(self.country, self.vault)
        self._size = -1

    def _destroy(self, keys: Sequence[str]) -> None:
        """The erasures stand in the log: what fails here is done again by ``infra/runner.py``."""
        if not keys:
            return
        try:
            self.vault.destroy(map(from_b64url, keys))
            self.log.checkpoint()
        except Exception:  # what was asked is done and durable: nobody may hear otherwise
            logger.exception("erasure_continues", extra={"country": self.country})


_AGAIN = "The house cannot write now, and nothing was changed. Please send the same again in a moment."
