"""Batches are decided while the ones before them are being written: nobody hears of what is not durable."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import pytest

from domain.about import about_of
from domain.commands import EraseCase, GiveConsent, WithdrawCase
from domain.needs import needed
from domain.refusals import Clash, Refusal, Unready
from infra.desk.committer import Committer, Decided
from infra.desk.desk import Append, Outcome
from tests.infra.one_country import OneCountry, is_chained


class Decisions:
    """Says when a batch was decided and is on its way into the log; the desk always has more to do."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._decided, self._draining = threading.Semaphore(0), threading.Semaphore(0)
        put, drain = Committer.put, Committer.drain

        def noticed(committer: Committer, decided: Decided, **_: bool) -> None:
            put(committer, decided, is_last=False)
            self._decided.release()

        def waiting(committer: Committer) -> None:
            self._draining.release()
            drain(committer)

        monkeypatch.setattr(Committer, "put", noticed)
        monkeypatch.setattr(Committer, "drain", waiting)

    def wait_for_one(self) -> None:
        assert self._decided.acquire(timeout=20)

    def wait_for_the_lock(self) -> None:
        """Until the desk waits for what is on its way, to decide under the write lock."""
        assert self._draining.acquire(timeout=20)

    @contextmanager
    def held(self, country: OneCountry) -> Iterator[None]:
        """Nothing that is on its way arrives before the end of the block; others may write."""
        go_on = threading.Event()
        append = country.log.append

        def later(*what: Any) -> None:
            assert go_on.wait(20)
            append(*what)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(country.log, "append", later)
            while self._draining.acquire(blocking=False):
                pass
            try:
                yield
            finally:
                go_on.set()


@pytest.fixture
def decisions(monkeypatch: pytest.MonkeyPatch) -> Decisions:
    return Decisions(monkeypatch)


@pytest.fixture
def country(kazakhstan: OneCountry) -> OneCountry:
    """With cars, and a desk that knows its log."""
    kazakhstan.register(*range(1, 8))
    return kazakhstan


@contextmanager
def somebody_files(beside: OneCountry, n: int) -> Iterator["Future[Outcome]"]:
    """Another process holds the write lock, and files when the block ends."""
    has_lock, go_on = threading.Event(), threading.Event()
    command = beside.filing(n, key="theirs")
    ids = {
        key: beside.country.ids.stream(key)
        for key in needed(command, about_of(command, beside.at, None), None)
    }

    def work(append: Append) -> Outcome:
        has_lock.set()
        assert go_on.wait(20)
        return append.carry_out(command, ids)

    filed = beside.desk.have(work)
    assert has_lock.wait(20)
    yield filed
    go_on.set()


def test_what_somebody_else_appended_meanwhile_is_seen_and_all_is_decided_anew(
    country: OneCountry, decisions: Decisions
) -> None:
    """Both sell the same car: whoever is written first has it; what was decided on top of the loser lives."""
    beside = OneCountry(country.place, at=country.at)
    with somebody_files(beside, 1) as theirs:
        mine = country.desk.ask(country.filing(1, key="mine"))
        decisions.wait_for_one()
        on_top = country.desk.ask(country.filing(2))
        decisions.wait_for_one()
        assert not mine.done()
    assert theirs.result().version == 2
    assert isinstance(mine.exception(), Clash)
    assert on_top.result().version == 2
    assert is_chained(country.log)
    beside.close()


def test_what_was_signed_ahead_is_signed_anew_where_another_process_came_first(
    country: OneCountry, decisions: Decisions
) -> None:
    """Three filings of this desk lose their places to one of another: they sign the places that they get."""
    beside = OneCountry(country.place, at=country.at)
    begun = country.log.size()
    with somebody_files(beside, 1) as theirs:
        signed = []
        for n in (2, 3, 4):
            signed.append(country.desk.ask(country.filing(n)))
            decisions.wait_for_one()
    assert [future.result().version for future in (theirs, *signed)] == [2] * 4
    assert [row[1] for row in country.log.since(begun, 3)].count(theirs.result().stream) == 2
    beside.consent(beside.file(5))
    country.file(6)
    assert is_chained(country.log)
    beside.close()


def test_what_takes_the_write_lock_believes_nothing_of_what_was_lost(
    country: OneCountry, decisions: Decisions
) -> None:
    """A consent loses its place to another process, while a payment for the same case waits for the lock."""
    filed = country.file(1)
    decisions.wait_for_one()
    beside = OneCountry(country.place, at=country.at)
    give = country.command(GiveConsent, filed, "kz-citizen-2", of=filed.state.request_hash)
    with decisions.held(country):
        consent = country.desk.ask(give)
        decisions.wait_for_one()
        beside.file(2)
        withdrawal = country.desk.ask(country.command(WithdrawCase, filed, "kz-citizen-1"))
        decisions.wait_for_the_lock()
    assert withdrawal.result().version == 3
    assert isinstance(consent.exception(), Refusal)
    assert [row[2] for row in country.log.stream(filed.stream)] == [1, 2, 3]
    assert is_chained(country.log)
    beside.close()


def test_a_refusal_is_not_said_before_what_it_stands_on_is_durable(
    country: OneCountry, decisions: Decisions
) -> None:
    """The first sale never came to be: so nobody hears that the car is being sold."""
    country.log.pragma(f"max_page_count = {country.log.pragma('page_count')}")
    with country.log.writing():
        filed = [country.desk.ask(country.filing(n)) for n in range(1, 8)]
        decisions.wait_for_one()
        refused = country.desk.ask(country.filing(1, key="again"))
        assert not refused.done()
    assert all(isinstance(future.exception(), Unready) for future in [*filed, refused])
    assert country.desk.trouble
    country.log.pragma("max_page_count = 1000000")
    assert country.desk.ask(country.filing(1, key="again")).result().version == 2
    assert is_chained(country.log)


def test_a_repeat_gets_the_answer_that_is_still_being_written(
    country: OneCountry, decisions: Decisions
) -> None:
    with country.log.writing():
        first = country.desk.ask(country.filing(1, key="key"), country.under("key"))
        decisions.wait_for_one()
        repeat = country.desk.ask(country.filing(1, key="key"), country.under("key"))
        decisions.wait_for_one()
        assert not first.done()
        assert not repeat.done()
    assert (first.result().is_repeat, repeat.result().is_repeat) == (False, True)
    assert first.result().stream == repeat.result().stream
    assert len(country.log.stream(first.result().stream)) == 2


def test_the_desk_goes_only_so_far_ahead_and_all_is_written_in_its_order(country: OneCountry) -> None:
    before = country.log.size()
    with country.log.writing():
        filed = [country.desk.ask(country.filing(n)) for n in range(1, 8)]
        assert not any(future.done() for future in filed)
    outcomes = [future.result() for future in filed]
    filed_here = {o.stream for o in outcomes}
    written = dict.fromkeys(row[1] for row in country.log.since(before, 100) if row[1] in filed_here)
    assert list(written) == [o.stream for o in outcomes]
    assert is_chained(country.log)


def test_what_takes_the_write_lock_takes_its_whole_batch_there(country: OneCountry) -> None:
    """An erasure overwrites what was answered: that is not done ahead."""
    withdrawn = country.withdrawn(1)
    country.later(days=5000)
    go_on = country.hold()
    filed = country.desk.ask(country.filing(2, key="key"), country.under("key"))
    erased = country.desk.ask(
        country.command(EraseCase, withdrawn, "kz-data-protection-officer", basis="Over.")
    )
    later = country.desk.ask(country.filing(3))
    go_on()
    assert [future.result().version for future in (filed, later)] == [2, 2]
    assert erased.result().state.erased == ["buyer", "case", "seller"]
    assert country.desk.ask(country.filing(2, key="key"), country.under("key")).result().is_repeat
    assert is_chained(country.log)


def test_a_write_that_breaks_off_leaves_nobody_waiting_and_the_next_one_works(
    country: OneCountry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patch, caplog.at_level("CRITICAL"):
        patch.setattr(country.log, "append", broken)
        with pytest.raises(RuntimeError, match="broke off"):
            country.desk.ask(country.filing(1)).result()
    assert country.desk.ask(country.filing(1, key="again")).result().version == 2


def test_a_desk_that_closes_has_written_what_it_decided(country: OneCountry) -> None:
    filed = [country.desk.ask(country.filing(n)) for n in range(1, 8)]
    country.desk.close()
    assert all(len(country.log.stream(future.result().stream)) == 2 for future in filed)


def test_an_asker_who_breaks_off_keeps_nobody_else_waiting(country: OneCountry) -> None:
    def leave(_: "Future[Outcome]") -> None:
        raise SystemExit

    with country.log.writing():
        filed = [country.desk.ask(country.filing(n)) for n in range(1, 5)]
        filed[0].add_done_callback(leave)
    assert [future.result(20).version for future in filed] == [2] * 4
