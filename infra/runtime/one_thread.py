"""One thread that carries out what is put before it, in batches; it knows nothing of what that is.

It promises: every future is resolved, whatever the work raises and whenever the thread is closed (where the
work ends well, it resolved them, or handed them on to whoever will); what was
put before ``close`` is carried out, what comes after it is refused (Unready); a future that was cancelled
while it waited is passed over.
"""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

from domain.refusals import Unready

Item = TypeVar("Item")
Answer = TypeVar("Answer")
logger = logging.getLogger(__name__)


class OneThread(Generic[Item, Answer]):
    """``carry_out`` gets up to ``largest`` items with their futures at once, to resolve or to hand on."""

    def __init__(
        self, name: str, carry_out: Callable[[Sequence[tuple[Item, Future[Answer]]]], None], largest: int
    ) -> None:
        self._carry_out = carry_out
        self._largest = largest
        self._queue: queue.SimpleQueue[tuple[Item, Future[Answer]] | None] = queue.SimpleQueue()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, item: Item) -> "Future[Answer]":
        """Have the item carried out."""
        future: Future[Answer] = Future()
        self._queue.put((item, future))
        if self._is_closed:
            self._refuse_the_rest()
        return future

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits for the thread."""
        return self._queue.empty()

    def close(self) -> None:
        """Finish what is queued, then stop. May be called again."""
        self._queue.put(None)
        self._thread.join()
        self._is_closed = True
        self._refuse_the_rest()  # what was put in between: whoever puts from here on sees that it is closed

    def _run(self) -> None:
        is_open = True
        while is_open:
            batch, is_open = self._next()
            wanted = [(item, future) for item, future in batch if future.set_running_or_notify_cancel()]
            if not wanted:
                continue
            try:
                self._carry_out(wanted)
            except BaseException:  # the thread lives on, and nobody waits for ever
                logger.exception("batch_failed")
                for _, future in wanted:
                    if not future.done():
                        future.set_exception(RuntimeError(_FAILED))

    def _next(self) -> tuple[list[tuple[Item, Future[Answer]]], bool]:
        """What is queued, waiting for the first; and whether there is more to come."""
        batch: list[tuple[Item, Future[Answer]]] = []
        while len(batch) < self._largest:
            try:
                asked = self._queue.get(block=not batch)
            except queue.Empty:
                break
            if asked is None:
                return batch, False
            batch.append(asked)
        return batch, True

    def _refuse_the_rest(self) -> None:
        while True:
            try:
                asked = self._queue.get_nowait()
            except queue.Empty:
                return
            if asked is not None and asked[1].set_running_or_notify_cancel():
                asked[1].set_exception(Unready("closing"))


_FAILED = "This broke off, and what became of it is not known here."
