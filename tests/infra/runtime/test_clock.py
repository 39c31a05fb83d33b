"""The clock of development stands or runs from an instant in a file; a time without zone is none."""

import os
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from infra.runtime.clock import WrongClock, clock_of, written

INSTANT = datetime(2026, 11, 23, 10, tzinfo=UTC)
FIVE_EAST = timezone(timedelta(hours=5))


def test_without_a_file_it_is_the_systems_time_in_utc() -> None:
    before = datetime.now(UTC)
    now = clock_of(None)()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_an_instant_stands_until_the_file_says_another(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = clock_of(file)
    file.write_text("2026-11-23T10:00:00Z\n")
    assert clock() == clock() == INSTANT
    file.write_text("2027-01-01T05:00:00+05:00")
    assert clock() == datetime(2027, 1, 1, tzinfo=UTC)
    assert clock().tzinfo is UTC


def test_after_an_at_sign_time_runs_on_from_when_the_file_was_written(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("@2026-11-23T10:00:00Z")
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    os.utime(file, (an_hour_ago.timestamp(),) * 2)
    first = clock_of(file)()
    second = clock_of(file)()
    assert INSTANT + timedelta(hours=1) <= first <= second < INSTANT + timedelta(hours=1, minutes=1)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-11-23", "2026-11-23T10:00:00", "@2026-11-23T10:00", "2026-13-01T00:00:00Z", "@"],
)
def test_what_is_no_instant_with_a_zone_is_refused(tmp_path: Path, text: str) -> None:
    """A time without zone is refused everywhere."""
    file = tmp_path / "clock"
    file.write_text(text)
    with pytest.raises(WrongClock, match=r"for instance|such as"):
        clock_of(file)()


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "@9999-12-31T23:59:59Z"])
def test_a_year_in_which_no_term_of_the_law_ends_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "clock"
    file.write_text(text)
    with pytest.raises(WrongClock, match="year"):
        clock_of(file)()


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongClock, match="cannot be read"):
        clock_of(tmp_path / "nowhere")()


def test_who_looks_while_the_file_is_written_anew_waits_for_the_rest(tmp_path: Path) -> None:
    """To write a file anew empties it first; nobody sees the time in between."""
    file = tmp_path / "clock"
    file.write_text("2026-11-23T10:00:00Z")
    clock, over = clock_of(file), threading.Event()

    def rewrite() -> None:
        while not over.wait(0.001):
            file.write_text("2026-11-23T10:00:00Z")

    writing = threading.Thread(target=rewrite)
    writing.start()
    try:
        assert {clock() for _ in range(300)} == {INSTANT}
    finally:
        over.set()
        writing.join()


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (INSTANT, "2026-11-23T10:00:00.000000Z"),
        (INSTANT + timedelta(microseconds=500), "2026-11-23T10:00:00.000500Z"),
        (datetime(2026, 11, 23, 15, tzinfo=FIVE_EAST), "2026-11-23T10:00:00.000000Z"),
    ],
)
def test_a_moment_is_written_in_utc_with_all_six_digits(moment: datetime, text: str) -> None:
    """So that moments sort as their texts do, and no zero is lost from what is signed."""
    assert written(moment) == text
