"""Of those that follow a data folder one is active; whatever becomes of it, the logs are followed."""

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from infra.house import CountryHouse, House
from infra.operations.follow import follow, tick_once
from tests.infra.past import past
from tests.town.caller import until
from tests.town.fixtures import Furnished, copied
from tests.town.served import PROGRAM


@pytest.fixture
def house(furnished: Furnished, tmp_path: Path) -> Iterator[House]:
    """A house that nobody follows."""
    found = House(copied(furnished("KZ", "TR"), tmp_path))
    yield found
    found.close()


@contextmanager
def following(house: House, *words: str, **more: int) -> Iterator["subprocess.Popen[bytes]"]:
    """``tamga follow`` on the same data."""
    environment = os.environ | {"TAMGA_DATA": str(house.settings.data), "TAMGA_LOG_LEVEL": "ERROR"}
    command = [sys.executable, str(PROGRAM), "follow", *words]
    with subprocess.Popen(command, env=environment, **more) as process:  # type: ignore[call-overload]  # stdin
        try:
            yield process
        finally:
            process.kill()


def read(house: House) -> None:
    """An officer reads something in Kazakhstan: something new for a follower."""
    said = {"role": "officer", "authority": "kz-vehicle-registration", "purpose": "test", "basis": "test"}
    kz(house).accesses.record(
        at="2026-11-23T09:00:00Z", stream="case", reader="o", concerned="somebody", **said
    ).result()


def kz(house: House) -> CountryHouse:
    return house.countries["KZ"]


def readings(house: House) -> int:
    return kz(house).read_models.position("accesses")


def test_a_second_follower_waits_and_takes_over_when_the_first_is_killed(house: House) -> None:
    """SIGKILL: nothing is said, and nothing is left behind that would keep the other one waiting."""
    with following(house) as first:
        read(house)
        until(lambda: readings(house) == 1, "the first follower")
        with following(house) as second:
            read(house)
            until(lambda: readings(house) == 2, "the first follower, still")
            first.send_signal(signal.SIGSTOP)
            read(house)
            assert not second.poll()
            first.kill()
            until(lambda: readings(house) == 3, "the second follower")


def test_each_country_has_a_follower_where_processes_keep_different_ones(house: House) -> None:
    """Kazakhstan's is served here, Türkiye's by another process on the same folder."""
    alone = house.settings.model_copy(update={"countries": "KZ"})
    stop = threading.Event()
    with closing(House(alone)) as first:
        thread = threading.Thread(target=follow, args=(first, stop))
        thread.start()
        try:
            until(lambda: is_followed(house, "KZ"), "Kazakhstan's follower")
            assert not is_followed(house, "TR")
            with following(house):
                until(lambda: is_followed(house, "TR"), "Türkiye's follower")
        finally:
            stop.set()
            thread.join()


def is_followed(house: House, code: str) -> bool:
    country = house.countries[code]
    return country.read_models.position() == country.feed.position() == country.log.size() > 0


def test_a_follower_ends_in_order_when_it_is_asked_and_leaves_the_readings_in_the_log(house: House) -> None:
    """rules.md 28: the head of the table of accesses goes into the log at shutdown."""
    with following(house) as process:
        read(house)
        until(lambda: readings(house) == 1, "the follower")
        process.terminate()
        assert process.wait(30) == 0
    assert kz(house).log.newest(kz(house).ids.access()) is not None


def test_a_follower_that_was_started_by_a_server_ends_with_it(house: House) -> None:
    with following(house, "--with-parent", stdin=subprocess.PIPE) as process:
        read(house)
        until(lambda: readings(house) == 1, "the follower")
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == 0


def test_what_fails_is_tried_again_until_it_works(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A table of the read models is away for a while."""
    stop = threading.Event()
    thread = threading.Thread(target=follow, args=(house, stop))
    with (
        caplog.at_level(logging.ERROR),
        closing(sqlite3.connect(kz(house).folder / "read_models.sqlite", isolation_level=None)) as door,
    ):
        thread.start()
        try:
            until(lambda: kz(house).read_models.position() == kz(house).log.size(), "the follower")
            door.execute("ALTER TABLE accesses RENAME TO elsewhere")
            read(house)
            until(lambda: "follower_failed" in caplog.messages, "a failure")
            assert readings(house) == 0
            door.execute("ALTER TABLE elsewhere RENAME TO accesses")
            until(lambda: readings(house) == 1, "the follower again")
        finally:
            stop.set()
            thread.join()


# --- the clock, once ----------------------------------------------------------------------------------------


def test_the_clock_finds_what_is_due_where_nobody_followed_the_log(tmp_path: Path) -> None:
    """A sale for which nobody paid in a year; the read models have never heard of it."""
    with past(tmp_path) as made:
        made.at("2028-06-01T09:00:00+00:00")
        assert made.country().read_models.position() == 0
        done = tick_once(made.house)["KZ"]
        assert done is not None
        assert done > 0
        assert "case.CaseLapsed.v1" in [row[3] for row in made.country().log.stream(made.cases["waiting"])]


def test_the_clock_does_nothing_where_the_read_models_cannot_be_caught_up_and_says_so(house: House) -> None:
    with closing(sqlite3.connect(kz(house).read_models.path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        found = tick_once(house)
    assert found["KZ"] is None
    assert found["TR"] is not None
