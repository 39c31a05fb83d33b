"""What writes the batches of a desk, one after the other, while the desk decides the next ones on top of them.

It promises:
- a batch is written whole, at exactly the positions that it was decided for, and after those that it stands on;
- nobody hears of a batch, refusals included, before it and what it stands on are durable;
- where a batch was not written, none that stands on it is, until the desk says that it begins anew (``mend``):
  what was asked is carried out once more where somebody else had appended first, and fails as Unready where the
  log could not be written (as RuntimeError where that broke off in a way that nobody foresaw).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, Final, NamedTuple

from domain.refusals import Unready
from infra.desk.append import Append
from infra.desk.batch import Batch
from infra.log import event_store
from infra.log.event_store import Answer, Log
from infra.runtime.one_thread import OneThread

DEPTH: Final = 4  # batches that may be on their way before the desk waits
logger = logging.getLogger(__name__)


class Work(NamedTuple):
    """What a desk is to do, as one append.

    ``wanted`` (stream -> family) is what it will load for sure, ``key`` the idempotency key that it will look
    for; ``needs_lock``: its batch is decided under the write lock.
    """

    carry_out: Callable[[Append], Any]
    wanted: Mapping[str, str]
    key: str | None = None
    needs_lock: bool = False


class Decided(NamedTuple):
    """A batch that is decided, and what each who asked is to hear: what the work returned, or why it did not."""

    batch: Batch
    works: Sequence[tuple[Work, "Future[Any]"]]
    results: Sequence[Any]


class Committer:
    """``written`` hears of each batch that is durable, ``failed`` why one could not be written; ``again`` carries
    out once more what was asked.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - whom it serves
        self,
        country: str,
        log: Log,
        largest: int,
        written: Callable[[Batch], None],
        failed: Callable[[str], None],
        again: Callable[[Work], "Future[Any]"],
    ) -> None:
        self.is_broken = False  # nothing is written before ``mend``
        self._log = log
        self._written = written
        self._failed = failed
        self._again = again
        self._fail: Callable[[Work, Future[Any]], None] = _unready
        self._open: list[tuple[Future[None], Decided]] = []  # the desk's thread alone looks at it
        name = f"desk-{country}-writes"
        together = min(DEPTH, largest)  # batches in one transaction: one where a batch is one command
        self._thread: OneThread[Decided, None] = OneThread(name, self._commit, together)

    def put(self, decided: Decided, *, is_last: bool) -> None:
        """Have the batch written; waits where too many are on their way.

        ``is_last``: the desk has nothing else to do. Where nothing is on its way either, it is written at once,
        in the desk's thread: waking another one takes longer than is won.
        """
        if is_last and all(future.done() for future, _ in self._open):
            self._commit([(decided, Future())])
            return
        self._open.append((self._thread.put(decided), decided))
        if len(self._open) > DEPTH:
            self._open[0][0].exception()

    def answers(self) -> dict[str, Answer]:
        """The answers, by idempotency key, that may not be in the log yet: what is looked up after is."""
        self._open = [(future, decided) for future, decided in self._open if not future.done()]
        return {key: kept for _, decided in self._open for key, kept in decided.batch.answers.items()}

    @property
    def is_idle(self) -> bool:
        """Whether everything is written that was on its way at the last look at ``answers``."""
        return not self._open

    def drain(self) -> None:
        """Wait until nothing is on its way."""
        for future, _ in self._open:
            future.exception()
        self._open = []

    def mend(self) -> None:
        """The desk knows that what was on its way is lost, and begins anew."""
        self.drain()
        self.is_broken = False

    def close(self) -> None:
        """Write what is on its way, then stop."""
        self._thread.close()

    def _commit(self, several: Sequence[tuple[Decided, "Future[None]"]]) -> None:
        """All of them in one transaction: each begins where the one before it ends."""
        if not self.is_broken:
            rows = [row for decided, _ in several for row in decided.batch.rows]
            answers = {key: kept for decided, _ in several for key, kept in decided.batch.answers.items()}
            try:
                self._log.append(several[0][0].batch.first, rows, answers)
            except event_store.Conflict:
                self.is_broken, self._fail = True, self._once_more
            except event_store.Unavailable as error:
                self.is_broken, self._fail = True, _unready
                self._failed(str(error))
            except BaseException as error:  # who waits hears of it, and the desk begins anew
                logger.exception("batch_failed")
                self.is_broken, self._fail = True, _broken_off
                self._failed(type(error).__name__)
        for decided, future in several:
            if not self.is_broken:
                self._written(decided.batch)
                for (_, asker), result in zip(decided.works, decided.results, strict=True):
                    resolve(asker, result)
            else:
                for work, asker in decided.works:
                    self._fail(work, asker)
            future.set_result(None)

    def _once_more(self, work: Work, asker: "Future[Any]") -> None:
        self._again(work).add_done_callback(partial(_pass_on, asker))


def resolve(asker: "Future[Any]", result: Any) -> None:
    """Say what the work led to; whatever the asker does with it keeps nobody else waiting."""
    try:
        if isinstance(result, BaseException):
            asker.set_exception(result)
        else:
            asker.set_result(result)
    except BaseException:
        logger.exception("asker_failed")


def _pass_on(asker: "Future[Any]", answered: "Future[Any]") -> None:
    resolve(asker, answered.exception() or answered.result())


def _unready(_: Work, asker: "Future[Any]") -> None:
    resolve(asker, Unready())


def _broken_off(_: Work, asker: "Future[Any]") -> None:
    resolve(asker, RuntimeError("This broke off, and what became of it is not known here."))
