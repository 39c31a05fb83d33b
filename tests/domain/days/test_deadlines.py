"""Deadlines of the law: which day counts, when it ends, and why."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.countries import countries
from domain.country import Country, Decree, OfficeHours, Source
from domain.days.deadlines import Deadline, Term, Unit, compute, is_past, pause
from domain.days.working_days import calendar_of

KZ = countries()["KZ"]
TR = countries()["TR"]
UZ = countries()["UZ"]
BY_LAW = Source(law="Decree of the tests", confirmed=True)


def kz_day(day: str, hour: int = 12) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour), tzinfo=ZoneInfo("Asia/Almaty"))


def due(term: Term, start: str, country: Country = KZ) -> str:
    return compute(term, date.fromisoformat(start), country)["due"]


# --- rule 1: the legal day --------------------------------------------------------------------------------


def test_the_legal_day_is_the_local_day_of_the_authority() -> None:
    """20:00 UTC on Monday is Tuesday in Kazakhstan: Tuesday is day 0, Wednesday the first day."""
    deadline = compute(Term(1, "working_days"), datetime(2026, 11, 23, 20, tzinfo=UTC), KZ)
    assert deadline["due"] == "2026-11-25"
    assert deadline["start"] == "2026-11-23T20:00:00.000000Z"


def test_the_day_ends_at_midnight_of_the_authority() -> None:
    deadline = compute(Term(1, "working_days"), date(2026, 11, 23), KZ)
    assert deadline["until"] == "2026-11-24T19:00:00.000000Z"
    assert not is_past(deadline, datetime(2026, 11, 24, 18, 59, 59, 999_999, tzinfo=UTC))
    assert is_past(deadline, datetime(2026, 11, 24, 19, tzinfo=UTC))


@pytest.mark.parametrize(
    ("code", "until"),
    [("TR", "21:00"), ("AZ", "20:00"), ("KZ", "19:00"), ("UZ", "19:00"), ("KG", "18:00")],
)
def test_midnight_differs_between_the_countries(code: str, until: str) -> None:
    deadline = compute(Term(1, "calendar_days"), date(2026, 11, 23), countries()[code])
    assert deadline["until"] == f"2026-11-24T{until}:00.000000Z"


def test_a_term_may_start_at_an_instant_of_any_zone() -> None:
    moment = datetime(2026, 11, 23, 20, tzinfo=UTC)
    elsewhere = moment.astimezone(ZoneInfo("America/New_York"))
    assert compute(Term(3, "working_days"), moment, KZ) == compute(Term(3, "working_days"), elsewhere, KZ)


# --- rules 2 and 3: working days --------------------------------------------------------------------------


def test_the_day_of_the_event_is_day_zero() -> None:
    assert due(Term(1, "working_days"), "2026-11-23") == "2026-11-24"


def test_saturday_and_sunday_do_not_count() -> None:
    assert due(Term(3, "working_days"), "2026-11-19") == "2026-11-24"


def test_holidays_do_not_count_and_are_named() -> None:
    """Fifteen working days from 2 March 2026 pass Women's Day and Nowruz."""
    deadline = compute(Term(15, "working_days"), date(2026, 3, 2), KZ)
    assert deadline["due"] == "2026-03-27"
    assert {"day": "2026-03-23", "why": "Nowruz Holiday"} in deadline["skipped"]
    assert {"day": "2026-03-09", "why": "International Women's Day (observed)"} in deadline["skipped"]
    assert {"day": "2026-03-07", "why": "Saturday"} in deadline["skipped"]


def test_a_decreed_saturday_is_a_working_day() -> None:
    """Uzbekistan works on Saturday 12 December 2026, for 31 December."""
    assert due(Term(1, "working_days"), "2026-12-11", UZ) == "2026-12-12"
    assert due(Term(1, "working_days"), "2026-12-30", UZ) == "2027-01-04"


def test_half_days_are_working_days() -> None:
    """28 October, the eve of Republic Day, is half a day in Türkiye."""
    assert due(Term(1, "working_days"), "2026-10-27", TR) == "2026-10-28"


def test_a_decree_of_ours_overrules_the_calendar() -> None:
    decreed = replace(
        KZ,
        overlay=(
            Decree(day=date(2026, 11, 24), working=False, source=BY_LAW),
            Decree(day=date(2026, 11, 28), working=True, source=BY_LAW),
        ),
    )
    deadline = compute(Term(4, "working_days"), date(2026, 11, 23), decreed)
    assert deadline["due"] == "2026-11-28"
    assert deadline["skipped"] == [{"day": "2026-11-24", "why": "Decree of the tests"}]
    assert deadline["calendar"] == "holidays-0.109+overlay-2"


def test_a_long_term_counts_its_weekends_and_lists_its_holidays() -> None:
    deadline = compute(Term(120, "working_days"), date(2026, 1, 12), KZ)
    assert deadline["weekend_days"] > 40
    assert {day["why"] for day in deadline["skipped"]}.isdisjoint({"Saturday", "Sunday"})
    assert {"day": "2026-05-01", "why": "Kazakhstan's People Solidarity Holiday"} in deadline["skipped"]


# --- rule 4: calendar days, months, years -----------------------------------------------------------------


def test_a_term_that_ends_on_a_day_off_ends_on_the_next_working_day() -> None:
    deadline = compute(Term(5, "calendar_days"), date(2026, 11, 23), KZ)
    assert (deadline["raw"], deadline["due"]) == ("2026-11-28", "2026-11-30")
    assert deadline["skipped"] == [
        {"day": "2026-11-28", "why": "Saturday"},
        {"day": "2026-11-29", "why": "Sunday"},
    ]


def test_days_off_inside_of_a_calendar_term_are_not_skipped() -> None:
    deadline = compute(Term(10, "calendar_days"), date(2026, 11, 23), KZ)
    assert (deadline["due"], deadline["skipped"]) == ("2026-12-03", [])


@pytest.mark.parametrize(
    ("term", "start", "raw"),
    [
        (Term(1, "months"), "2026-11-23", "2026-12-23"),
        (Term(1, "months"), "2026-01-31", "2026-02-28"),
        (Term(1, "months"), "2028-01-31", "2028-02-29"),
        (Term(13, "months"), "2026-12-31", "2028-01-31"),
        (Term(1, "years"), "2028-02-29", "2029-02-28"),
        (Term(3, "years"), "2026-11-23", "2029-11-23"),
    ],
)
def test_a_month_ends_on_the_same_day_number_or_on_its_last_day(term: Term, start: str, raw: str) -> None:
    assert compute(term, date.fromisoformat(start), KZ)["raw"] == raw


def test_a_retention_of_seventy_five_years_is_computed_beyond_the_calendar_and_says_so() -> None:
    deadline = compute(Term(75, "years"), date(2026, 11, 23), UZ)
    assert (deadline["raw"], deadline["due"]) == ("2101-11-23", "2101-11-23")
    assert deadline["provisional"]


def test_a_fact_before_the_calendar_is_provisional() -> None:
    """A birth of 1985 may be declared today; the calendar of Kazakhstan begins in 1991."""
    assert compute(Term(3, "working_days"), date(1985, 6, 3), KZ)["provisional"]


# --- rule 5: minutes --------------------------------------------------------------------------------------


def test_minutes_run_by_the_clock_where_no_office_hours_are_known() -> None:
    deadline = compute(Term(30, "minutes"), datetime(2026, 11, 28, 23, 45, 0, 5, tzinfo=UTC), UZ)
    assert deadline["until"] == "2026-11-29T00:15:00.000005Z"
    assert (deadline["due"], deadline["skipped"], deadline["estimated"]) == ("2026-11-29", [], False)


NINE_TO_SIX = OfficeHours(spans=((time(9), time(13)), (time(14), time(18))), source=BY_LAW)
OFFICE = replace(KZ, office_hours=NINE_TO_SIX)


@pytest.mark.parametrize(
    ("start", "until"),
    [
        (kz_day("2026-11-23", 10), "2026-11-23T05:30:00.000000Z"),  # 10:00 local: until 10:30
        (kz_day("2026-11-23", 13), "2026-11-23T09:30:00.000000Z"),  # the break: until 14:30
        (kz_day("2026-11-23", 18) - timedelta(minutes=20), "2026-11-24T04:10:00.000000Z"),  # until 9:10
        (kz_day("2026-11-20", 20), "2026-11-23T04:30:00.000000Z"),  # Friday night: Monday 9:30
    ],
)
def test_minutes_run_in_office_hours_where_they_are_known(start: datetime, until: str) -> None:
    assert compute(Term(30, "minutes"), start, OFFICE)["until"] == until


def test_office_hours_name_the_days_off_they_passed() -> None:
    deadline = compute(Term(30, "minutes"), kz_day("2026-11-20", 20), OFFICE)
    assert [day["why"] for day in deadline["skipped"]] == ["Saturday", "Sunday"]


def test_minutes_need_an_instant() -> None:
    with pytest.raises(ValueError, match="from an instant"):
        compute(Term(30, "minutes"), date(2026, 11, 23), UZ)


# --- rule 7: estimated and provisional --------------------------------------------------------------------


def test_a_deadline_around_a_holiday_that_depends_on_the_moon_is_estimated() -> None:
    """Eid al-Adha of 2026 is estimated for Kazakhstan: 27 May, or the day before or after."""
    assert compute(Term(2, "working_days"), date(2026, 5, 26), KZ)["estimated"]
    assert compute(Term(1, "working_days"), date(2026, 5, 25), KZ)["estimated"]
    assert compute(Term(1, "calendar_days"), date(2026, 5, 27), KZ)["estimated"]
    assert not compute(Term(1, "working_days"), date(2026, 5, 21), KZ)["estimated"]
    assert not compute(Term(30, "calendar_days"), date(2026, 5, 20), KZ)["estimated"]


def test_a_decree_makes_an_estimated_holiday_certain() -> None:
    decreed = replace(KZ, overlay=(Decree(day=date(2026, 5, 27), working=False, source=BY_LAW),))
    assert not compute(Term(2, "working_days"), date(2026, 5, 26), decreed)["estimated"]


def test_a_year_without_its_decree_is_provisional() -> None:
    assert not compute(Term(1, "working_days"), date(2026, 12, 29), KZ)["provisional"]
    assert compute(Term(5, "working_days"), date(2026, 12, 29), KZ)["provisional"]
    assert not compute(Term(5, "working_days"), date(2026, 12, 29), TR)["provisional"]


# --- rule 8: no time without a zone -----------------------------------------------------------------------


def test_a_time_without_a_zone_is_refused_everywhere() -> None:
    naive = datetime(2026, 11, 23, 12)  # noqa: DTZ001 - that is what is refused
    deadline = compute(Term(1, "working_days"), date(2026, 11, 23), KZ)
    with pytest.raises(ValueError, match="zone"):
        compute(Term(1, "working_days"), naive, KZ)
    with pytest.raises(ValueError, match="zone"):
        is_past(deadline, naive)
    with pytest.raises(ValueError, match="zone"):
        pause(deadline, naive, kz_day("2026-11-24"), KZ)


def test_a_deadline_beyond_the_calendar_is_an_error_that_says_so() -> None:
    with pytest.raises(ValueError, match="beyond the calendar"):
        compute(Term(9000, "years"), date(2026, 11, 23), KZ)
    with pytest.raises(ValueError, match="beyond the calendar"):
        compute(Term(1, "working_days"), date(9999, 12, 30), KZ)


def test_a_term_of_nothing_is_no_term() -> None:
    with pytest.raises(ValueError, match="at least"):
        Term(0, "working_days")


# --- rule 6: stops ----------------------------------------------------------------------------------------


def test_working_days_from_the_question_to_the_answer_do_not_count() -> None:
    """Ten working days from Monday; asked on Wednesday, answered on Friday: three days more."""
    deadline = compute(Term(10, "working_days"), date(2026, 11, 2), KZ)
    assert deadline["due"] == "2026-11-16"
    later = pause(deadline, kz_day("2026-11-04"), kz_day("2026-11-06"), KZ)
    assert later["due"] == "2026-11-19"
    assert later["stops"] == [
        {"question_at": "2026-11-04T07:00:00.000000Z", "answer_at": "2026-11-06T07:00:00.000000Z"}
    ]


def test_a_question_answered_on_the_same_day_stops_for_that_day() -> None:
    deadline = compute(Term(10, "working_days"), date(2026, 11, 2), KZ)
    assert pause(deadline, kz_day("2026-11-04", 9), kz_day("2026-11-04", 15), KZ)["due"] == "2026-11-17"


def test_a_day_in_two_stops_counts_for_one() -> None:
    deadline = compute(Term(10, "working_days"), date(2026, 11, 2), KZ)
    once = pause(deadline, kz_day("2026-11-04", 9), kz_day("2026-11-05", 10), KZ)
    twice = pause(once, kz_day("2026-11-05", 11), kz_day("2026-11-06", 10), KZ)
    assert (once["due"], twice["due"]) == ("2026-11-18", "2026-11-19")
    assert len(twice["stops"]) == 2


def test_a_stop_beyond_the_old_deadline_leaves_the_days_that_were_left() -> None:
    """Asked on the last day, answered a month later: that last day is still there."""
    deadline = compute(Term(10, "working_days"), date(2026, 11, 2), KZ)
    later = pause(deadline, kz_day("2026-11-16"), kz_day("2026-12-11"), KZ)
    assert later["due"] == "2026-12-14"
    assert later["weekend_days"] == deadline["weekend_days"] + 2


@pytest.mark.parametrize(
    ("question", "answer", "raw", "later"),
    [
        ("2026-11-10", "2026-11-12", "2026-12-05", "2026-12-07"),  # three days; 5 December is a Saturday
        ("2026-11-07", "2026-11-08", "2026-12-04", "2026-12-04"),  # calendar days: the weekend counts too
        ("2026-12-02", "2026-12-04", "2026-12-05", "2026-12-07"),  # on the last day
    ],
)
def test_a_term_in_months_is_longer_by_the_days_it_stood_still(
    question: str, answer: str, raw: str, later: str
) -> None:
    deadline = compute(Term(1, "months"), date(2026, 11, 2), KZ)
    assert deadline["due"] == "2026-12-02"
    paused = pause(deadline, kz_day(question), kz_day(answer), KZ)
    assert (paused["raw"], paused["due"]) == (raw, later)


def test_a_stop_on_the_days_that_a_weekend_gave_leaves_them() -> None:
    """The month ends on a Saturday, Monday is the last day; asked then, answered on Wednesday: Thursday."""
    deadline = compute(Term(1, "months"), date(2026, 10, 28), KZ)
    assert (deadline["raw"], deadline["due"]) == ("2026-11-28", "2026-11-30")
    assert pause(deadline, kz_day("2026-11-30"), kz_day("2026-12-02"), KZ)["due"] == "2026-12-03"


def test_minutes_stand_still_for_as_long_as_the_answer_takes() -> None:
    start = datetime(2026, 11, 23, 6, tzinfo=UTC)
    deadline = compute(Term(30, "minutes"), start, UZ)
    later = pause(deadline, start + timedelta(minutes=10), start + timedelta(hours=2), UZ)
    assert later["until"] == "2026-11-23T08:20:00.000000Z"


def test_minutes_of_an_office_that_is_closed_meanwhile_are_left() -> None:
    """Asked at 10:10 with 20 minutes left, answered at 20:00: they run from 9:00 the next day."""
    deadline = compute(Term(30, "minutes"), kz_day("2026-11-23", 10), OFFICE)
    later = pause(
        deadline, kz_day("2026-11-23", 10) + timedelta(minutes=10), kz_day("2026-11-23", 20), OFFICE
    )
    assert later["until"] == "2026-11-24T04:20:00.000000Z"


def test_what_had_run_out_before_the_question_stays_so() -> None:
    deadline = compute(Term(1, "working_days"), date(2026, 11, 2), KZ)
    assert pause(deadline, kz_day("2026-11-04"), kz_day("2026-11-06"), KZ) == deadline


def test_an_answer_before_its_question_is_refused() -> None:
    deadline = compute(Term(10, "working_days"), date(2026, 11, 2), KZ)
    with pytest.raises(ValueError, match="from a question to its answer"):
        pause(deadline, kz_day("2026-11-06"), kz_day("2026-11-04"), KZ)


def test_a_decree_between_makes_no_deadline_shorter() -> None:
    """A decree made the Saturday a working day after all: the citizen keeps Monday."""
    deadline = compute(Term(5, "calendar_days"), date(2026, 11, 23), KZ)
    decreed = replace(KZ, overlay=(Decree(day=date(2026, 11, 28), working=True, source=BY_LAW),))
    later = pause(deadline, kz_day("2026-11-23", 9), kz_day("2026-11-23", 10), decreed)
    assert later["due"] == deadline["due"]


def test_a_deadline_counted_with_two_calendars_names_both() -> None:
    deadline = compute(Term(10, "working_days"), date(2026, 11, 2), KZ)
    decreed = replace(KZ, overlay=(Decree(day=date(2026, 11, 17), working=False, source=BY_LAW),))
    later = pause(deadline, kz_day("2026-11-04"), kz_day("2026-11-04"), decreed)
    assert later["due"] == "2026-11-18"
    assert later["calendar"] == "holidays-0.109+overlay-0; holidays-0.109+overlay-1"
    assert {"day": "2026-11-17", "why": "Decree of the tests"} in later["skipped"]


# --- for all ----------------------------------------------------------------------------------------------

COUNTRIES = st.sampled_from(sorted(countries().values(), key=lambda country: country.code))
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
UNITS: st.SearchStrategy[Unit] = st.sampled_from(["working_days", "calendar_days", "months"])
TERMS = st.builds(Term, st.integers(1, 40), UNITS)
STOPS = st.lists(st.tuples(st.integers(0, 72 * 60), st.integers(0, 400 * 60)), max_size=4)


def nth_working_day(country: Country, day_zero: date, count: int, stopped: set[date]) -> date:
    """The slow oracle: asks the calendar of every day, one by one."""
    day = day_zero
    while count:
        day += timedelta(days=1)
        if calendar_of(country).day_off(day) is None and day not in stopped:
            count -= 1
    return day


def with_stops(
    deadline: Deadline, start: datetime, stops: list[tuple[int, int]], country: Country
) -> tuple[Deadline, set[date]]:
    """The deadline after stops of so many minutes, one after the other; and the local days they touched."""
    stopped: set[date] = set()
    zone = ZoneInfo(country.time_zone)
    at = start
    for wait, length in stops:
        question, answer = at + timedelta(minutes=wait), at + timedelta(minutes=wait + length)
        before, deadline = deadline, pause(deadline, question, answer, country)
        assert deadline["until"] >= before["until"]
        assert deadline["raw"] >= before["raw"]
        if len(deadline["stops"]) > len(before["stops"]):
            first, last = (moment.astimezone(zone).date() for moment in (question, answer))
            stopped |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
            assert date.fromisoformat(deadline["due"]) > max(last, start.astimezone(zone).date())
        at = answer
    return deadline, stopped


@given(COUNTRIES, STARTS, TERMS)
def test_a_due_day_is_never_a_day_off_nor_before_its_raw_day(
    country: Country, start: datetime, term: Term
) -> None:
    deadline = compute(term, start, country)
    assert calendar_of(country).day_off(date.fromisoformat(deadline["due"])) is None
    assert deadline["due"] >= deadline["raw"]
    assert not is_past(deadline, start)


@given(COUNTRIES, STARTS, st.integers(1, 60), STOPS)
def test_counted_working_days_are_those_of_a_slow_count(
    country: Country, start: datetime, count: int, stops: list[tuple[int, int]]
) -> None:
    day_zero = start.astimezone(ZoneInfo(country.time_zone)).date()
    counted = compute(Term(count, "working_days"), start, country)
    deadline, stopped = with_stops(counted, start, stops, country)
    assert deadline["due"] == nth_working_day(country, day_zero, count, stopped).isoformat()


@given(COUNTRIES, STARTS, TERMS, STOPS)
def test_a_stop_never_shortens_and_never_ends_on_a_day_off(
    country: Country, start: datetime, term: Term, stops: list[tuple[int, int]]
) -> None:
    deadline, _ = with_stops(compute(term, start, country), start, stops, country)
    assert calendar_of(country).day_off(date.fromisoformat(deadline["due"])) is None
    assert deadline["due"] >= deadline["raw"]


@given(STARTS, st.integers(1, 600), STOPS, st.sampled_from([UZ, OFFICE]))
def test_minutes_that_stood_still_are_never_lost(
    start: datetime, count: int, stops: list[tuple[int, int]], country: Country
) -> None:
    deadline = compute(Term(count, "minutes"), start, country)
    at = start
    for wait, length in stops:
        question, answer = at + timedelta(minutes=wait), at + timedelta(minutes=wait + length)
        later = pause(deadline, question, answer, country)
        assert later["until"] >= deadline["until"]
        if not is_past(deadline, question):
            assert not is_past(later, answer)
        deadline, at = later, answer
