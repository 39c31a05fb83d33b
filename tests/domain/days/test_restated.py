"""A deadline by the calendar of today: computed again from its own basis, and never an earlier one (rules.md 7)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.countries import countries
from domain.days.deadlines import Deadline, Term, compute, pause, restated
from tests.domain.days.test_deadlines import OFFICE, STARTS, STOPS, TERMS, kz_day, nth_working_day, with_stops
from tests.domain.decrees import with_decrees

KZ = countries()["KZ"]
TEN = Term(10, "working_days")


def test_by_the_same_calendar_it_stands_as_it_is() -> None:
    deadline = compute(TEN, kz_day("2026-11-02"), KZ)
    assert restated(deadline, KZ) is deadline


def test_a_day_that_was_decreed_off_does_not_count_and_is_named() -> None:
    deadline = compute(TEN, kz_day("2026-11-02"), KZ)
    later = restated(deadline, with_decrees(KZ, ["2026-11-10"]))
    assert (deadline["due"], later["due"]) == ("2026-11-16", "2026-11-17")
    assert {"day": "2026-11-10", "why": "Decree of the tests"} in later["skipped"]
    assert (later["start"], later["rule"]) == (deadline["start"], deadline["rule"])
    assert later["calendar"] == "holidays-0.109+overlay-1"


def test_a_day_that_was_decreed_a_working_day_makes_nothing_earlier() -> None:
    deadline = compute(TEN, kz_day("2026-11-02"), KZ)
    assert restated(deadline, with_decrees(KZ, working=["2026-11-07"])) is deadline
    moved = with_decrees(KZ, ["2026-11-10"], ["2026-11-14"])  # a Saturday for it
    assert restated(deadline, moved) is deadline


def test_a_decree_elsewhere_in_the_year_leaves_it_as_it_stands() -> None:
    deadline = compute(TEN, kz_day("2026-11-02"), KZ)
    assert restated(deadline, with_decrees(KZ, ["2026-12-14"])) is deadline


def test_a_term_in_calendar_days_moves_where_its_last_day_is_off_now() -> None:
    """The fifth day is a Saturday, and it ends on Monday; that Monday is decreed off: Tuesday."""
    deadline = compute(Term(5, "calendar_days"), date(2026, 11, 23), KZ)
    later = restated(deadline, with_decrees(KZ, ["2026-11-30"]))
    assert (deadline["due"], later["due"], later["raw"]) == ("2026-11-30", "2026-12-01", "2026-11-28")


def test_what_is_not_moved_off_a_day_off_is_not_moved_by_a_decree() -> None:
    deadline = compute(Term(5, "calendar_days", is_moved=False), date(2026, 11, 23), KZ)
    assert restated(deadline, with_decrees(KZ, [deadline["due"]])) is deadline


def test_minutes_of_an_office_that_is_closed_by_decree_run_on_the_next_day() -> None:
    deadline = compute(Term(60, "minutes"), kz_day("2026-11-23", 17) + timedelta(minutes=30), OFFICE)
    later = restated(deadline, with_decrees(OFFICE, ["2026-11-24"]))
    assert (deadline["due"], later["due"]) == ("2026-11-24", "2026-11-25")


def test_its_stops_stand_still_as_they_did() -> None:
    """Three days stood still; one more is off now: the 20th instead of the 19th."""
    stopped = pause(compute(TEN, kz_day("2026-11-02"), KZ), kz_day("2026-11-04"), kz_day("2026-11-06"), KZ)
    later = restated(stopped, with_decrees(KZ, ["2026-11-12"]))
    assert (stopped["due"], later["due"]) == ("2026-11-19", "2026-11-20")
    assert later["stops"] == stopped["stops"]


def test_a_day_decreed_off_within_a_stop_did_not_count_before_either() -> None:
    stopped = pause(compute(TEN, kz_day("2026-11-02"), KZ), kz_day("2026-11-04"), kz_day("2026-11-06"), KZ)
    assert restated(stopped, with_decrees(KZ, ["2026-11-05"])) is stopped


def test_what_started_anew_counts_no_stop_from_before_its_start() -> None:
    anew: Deadline = {
        **compute(TEN, kz_day("2026-11-06"), KZ),
        "stops": [{"question_at": "2026-11-04T07:00:00.000000Z", "answer_at": "2026-11-06T07:00:00.000000Z"}],
    }
    later = restated(anew, with_decrees(KZ, ["2026-11-12"]))
    assert (anew["due"], later["due"]) == ("2026-11-20", "2026-11-23")
    assert later["stops"] == anew["stops"]


def test_a_question_before_the_day_from_which_a_prolonged_term_runs_stands_still_just_so() -> None:
    """Ten days more from Thursday on, asked on Tuesday, answered on that Thursday: three working days stood still."""
    prolonged = compute(TEN, date(2026, 11, 26), KZ)
    later = pause(prolonged, kz_day("2026-11-24"), kz_day("2026-11-26"), KZ)
    assert (prolonged["due"], later["due"]) == ("2026-12-10", "2026-12-15")


@pytest.mark.parametrize("unit", ["calendar_days", "months"])
def test_calendar_days_before_that_day_stand_still_too(unit: str) -> None:
    prolonged = compute(Term(1, unit), date(2026, 11, 26), KZ)  # type: ignore[arg-type]  # one of the units
    later = pause(prolonged, kz_day("2026-11-24"), kz_day("2026-11-25"), KZ)
    assert date.fromisoformat(later["raw"]) - date.fromisoformat(prolonged["raw"]) == timedelta(days=2)


# --- for all ----------------------------------------------------------------------------------------------

OFFSETS = st.sets(st.integers(0, 90), max_size=12)


@given(STARTS, TERMS, STOPS, OFFSETS, OFFSETS)
def test_no_decree_makes_a_deadline_earlier_and_twice_is_once(
    start: datetime, term: Term, stops: list[tuple[int, int]], off: set[int], working: set[int]
) -> None:
    deadline, _ = with_stops(compute(term, start, KZ), start, stops, KZ)
    first = start.astimezone(UTC).date()
    days = [[(first + timedelta(days=n)).isoformat() for n in sorted(of)] for of in (off, working - off)]
    decreed = with_decrees(KZ, *days)
    later = restated(deadline, decreed)
    assert later["until"] >= deadline["until"]
    assert later["stops"] == deadline["stops"]
    assert later is deadline or later["until"] > deadline["until"]
    assert restated(later, decreed) in (later, deadline)
    assert restated(later, decreed)["until"] == later["until"]


@given(STARTS, st.integers(1, 40), STOPS, OFFSETS)
def test_working_days_by_the_calendar_of_today_are_those_of_a_slow_count(
    start: datetime, count: int, stops: list[tuple[int, int]], off: set[int]
) -> None:
    """Whatever was decreed off, and wherever the term stood still."""
    deadline, stopped = with_stops(compute(Term(count, "working_days"), start, KZ), start, stops, KZ)
    day_zero = start.astimezone(ZoneInfo(KZ.time_zone)).date()
    decreed = with_decrees(KZ, [(day_zero + timedelta(days=n)).isoformat() for n in sorted(off)])
    expected = nth_working_day(decreed, day_zero, count, stopped).isoformat()
    assert restated(deadline, decreed)["due"] == expected
