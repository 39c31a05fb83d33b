"""After a decree: the clock finds what runs by another calendar, looks at each once, and says what is later, once."""

import logging
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain import commands as c
from infra.desk.desk import Desk, Outcome
from infra.formats.envelope import payload_of, split
from infra.house import CountryHouse
from infra.operations import rounds
from infra.operations.restating import LOOK_EVERY, Restating
from infra.operations.ticking import Ticker
from tests.domain.decrees import decree
from tests.infra.one_country import OFFICE, OneCountry
from tests.infra.read_models.test_follower import poison


class Counting:
    """A desk that counts what it is asked."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.asked: list[str] = []

    def ask(self, command: c.CaseCommand) -> Future[Outcome]:
        self.asked.append(command.case)
        return self._desk.ask(command)


def counted(country: OneCountry) -> tuple[Restating, Counting]:
    """A process that looks at the country, and what it asks."""
    desk = Counting(country.desk)
    house: CountryHouse = replace(country.country, desk=desk)  # type: ignore[arg-type]  # as much of one as is asked
    return Restating(house), desk


def restated(country: OneCountry) -> list[dict[str, Any]]:
    """What the log says of it."""
    rows = [row for row in country.log.since(0, 10_000) if row[3] == "case.DeadlineRestated.v1"]
    return [{"case": row[1], **payload_of(split(row[4])[0])["data"]} for row in rows]


def filed(country: OneCountry, *numbers: int) -> None:
    country.register(*numbers)
    for n in numbers:
        country.file(n)
    country.follow()


def test_what_was_filed_before_a_decree_is_restated_at_the_next_start(
    kazakhstan: OneCountry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes on one folder, the second with a day off more; what is filed then is computed with it."""
    filed(kazakhstan, 1)
    assert Ticker(kazakhstan.country, kazakhstan.clock).tick() == 0
    decree(monkeypatch, "2026-12-01")
    again = OneCountry(kazakhstan.place, at=kazakhstan.at + timedelta(hours=1))
    try:
        filed(again, 2)
        assert Ticker(again.country, again.clock).tick() == 1
        assert [(r["case"], r["which"], r["due"]["due"]) for r in restated(again)] == [
            (again.case("1"), "pay", "2026-12-08"),
            (again.case("1"), "consent", "2026-12-08"),
        ]
        again.follow()
        assert Ticker(again.country, again.clock).tick() == 0
        assert len(restated(again)) == 2
    finally:
        again.close()


def test_a_case_is_looked_at_once_and_again_when_it_changed(
    kazakhstan: OneCountry, monkeypatch: pytest.MonkeyPatch
) -> None:
    kazakhstan.register(1, 2)
    seen, _ = kazakhstan.file(1), kazakhstan.file(2)
    kazakhstan.follow()
    process, desk = counted(kazakhstan)
    assert (process.look(kazakhstan.at), desk.asked) == (0, [])
    decree(monkeypatch, "2027-05-05")  # after everything that runs
    assert process.look(kazakhstan.at) == 0
    assert sorted(desk.asked) == sorted((kazakhstan.case("1"), kazakhstan.case("2")))
    for _ in range(3):
        kazakhstan.at += LOOK_EVERY
        assert process.look(kazakhstan.at) == 0
    assert len(desk.asked) == 2
    kazakhstan.pay(seen)
    kazakhstan.follow()
    process.look(kazakhstan.at)
    assert len(desk.asked) == 2
    kazakhstan.at += LOOK_EVERY
    process.look(kazakhstan.at)
    assert desk.asked[2:] == [kazakhstan.case("1")]


def test_it_looks_at_every_page(kazakhstan: OneCountry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "PAGE", 3)
    filed(kazakhstan, *range(7))
    process, _ = counted(kazakhstan)
    decree(monkeypatch, "2026-12-01")
    assert process.look(kazakhstan.at) == 7
    assert len(restated(kazakhstan)) == 14


def test_it_looks_once_the_read_models_show_what_was_there(
    kazakhstan: OneCountry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the start they may be folded anew; what is written meanwhile keeps nobody waiting."""
    kazakhstan.register(1)
    kazakhstan.file(1)
    decree(monkeypatch, "2026-12-01")
    process, desk = counted(kazakhstan)
    assert (process.look(kazakhstan.at), desk.asked) == (0, [])
    kazakhstan.follow()
    kazakhstan.register(2)
    assert process.look(kazakhstan.at) == 1


def test_a_process_that_was_killed_after_it_had_asked_leaves_nothing_to_do_twice(
    kazakhstan: OneCountry, monkeypatch: pytest.MonkeyPatch
) -> None:
    kazakhstan.register(1)
    seen = kazakhstan.file(1)
    kazakhstan.follow()
    decree(monkeypatch, "2026-12-01")
    assert not kazakhstan.do(c.RestateDeadlines, seen, None).is_repeat
    assert kazakhstan.do(c.RestateDeadlines, seen, None).is_repeat
    kazakhstan.follow()
    process, desk = counted(kazakhstan)
    assert (process.look(kazakhstan.at), desk.asked) == (0, [])
    assert len(restated(kazakhstan)) == 2


def test_a_case_that_cannot_be_read_keeps_no_other_waiting(
    kazakhstan: OneCountry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    filed(kazakhstan, 1, 2)
    poison(kazakhstan, kazakhstan.case("1"), 2)
    kazakhstan.close()
    decree(monkeypatch, "2026-12-01")
    again = OneCountry(kazakhstan.place, at=kazakhstan.at)
    try:
        with caplog.at_level(logging.CRITICAL + 1):
            assert Restating(again.country).look(again.at) == 1
        assert {r["case"] for r in restated(again)} == {again.case("2")}
    finally:
        again.close()


def test_nothing_lapses_at_the_start_with_a_new_calendar_that_it_gives_time(
    kazakhstan: OneCountry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The house stood still over the last day, and the clock asks for the lapse before it has looked."""
    kazakhstan.register(1)
    asked = kazakhstan.do(
        c.RequestInformation, kazakhstan.in_review(1), f"{OFFICE}-officer-1", question="When?", items=()
    )
    kazakhstan.follow()
    until = asked.state.questions[0]["answer_until"]
    decree(monkeypatch, until["due"])
    kazakhstan.at = kazakhstan.at.fromisoformat(until["until"])
    outcome = kazakhstan.do(c.LapseCase, asked, None)
    assert (outcome.state.stage, outcome.is_repeat) == ("returned", False)
    assert [r["which"] for r in restated(kazakhstan)] == ["answer"]
