"""Whoever waits for an answer gets one, whatever happens to the work, the thread or the house."""

import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager

import pytest

from domain.refusals import Unready
from infra.runtime.one_thread import OneThread

Asked = Sequence[tuple[int, Future[int]]]


@contextmanager
def at_work(largest: int = 8) -> Iterator[tuple[OneThread[int, int], list[list[int]], threading.Event]]:
    """A thread that doubles, the batches that it got, and the gate before which it waits with the first."""
    batches: list[list[int]] = []
    gate = threading.Event()

    def double(asked: Asked) -> None:
        gate.wait(5)
        batches.append([item for item, _ in asked])
        for item, future in asked:
            if item < 0:
                raise ValueError("less than nothing")
            future.set_result(2 * item)

    thread = OneThread("at work", double, largest)
    try:
        yield thread, batches, gate
    finally:
        gate.set()
        thread.close()


def test_what_waits_is_carried_out_together_and_no_more_than_asked() -> None:
    with at_work(largest=3) as (thread, batches, gate):
        futures = [thread.put(0)]
        while not futures[0].running():
            pass
        futures += [thread.put(n) for n in range(1, 6)]
        gate.set()
        assert [future.result(5) for future in futures] == [0, 2, 4, 6, 8, 10]
        assert batches == [[0], [1, 2, 3], [4, 5]]


def test_work_that_breaks_is_answered_and_the_thread_lives_on(caplog: pytest.LogCaptureFixture) -> None:
    """Those before it in its batch keep their answers; it, and those behind it, hear that it failed."""
    with at_work() as (thread, _, gate), caplog.at_level(logging.CRITICAL + 1):
        first = thread.put(0)
        while not first.running():
            pass
        before, broken, behind = (thread.put(n) for n in (1, -1, 2))
        gate.set()
        assert before.result(5) == 2
        for future in (broken, behind):
            with pytest.raises(RuntimeError):
                future.result(5)
        assert thread.put(3).result(5) == 6


def test_a_future_that_was_cancelled_while_it_waited_is_passed_over() -> None:
    with at_work() as (thread, batches, gate):
        first = thread.put(0)
        while not first.running():
            pass
        second, third = thread.put(1), thread.put(2)
        assert second.cancel()
        gate.set()
        assert third.result(5) == 4
        assert batches == [[0], [2]]


def test_what_was_put_before_it_closes_is_carried_out_and_what_comes_later_refused() -> None:
    with at_work() as (thread, _, gate):
        futures = [thread.put(n) for n in range(20)]
        gate.set()
        thread.close()
        assert [future.result(0) for future in futures] == [2 * n for n in range(20)]
        with pytest.raises(Unready):
            thread.put(1).result(5)
        thread.close()


def test_whoever_puts_while_it_closes_is_answered_too() -> None:
    """Either way: carried out, or refused."""
    for _ in range(50):
        with at_work() as (thread, _, gate):
            gate.set()
            closing = threading.Thread(target=thread.close)
            closing.start()
            futures = [thread.put(n) for n in range(50)]
            closing.join()
            for n, future in enumerate(futures):
                try:
                    assert future.result(5) == 2 * n
                except Unready:
                    continue
