"""Terms with a peculiarity: not moved off a day off, run backwards from an end, started anew by an answer."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.about import About
from domain.commands import ProvideInformation
from domain.countries import countries
from domain.country import Source
from domain.days.deadlines import Term, answered, before, compute, pause
from domain.decisions import review
from domain.decisions.situation import Situation
from domain.events import InformationProvided
from domain.needs import needed
from tests.domain.acts import IN_HAND, answer, ask, later
from tests.domain.story import a_sale
from tests.domain.story import given as given_story

KG = countries()["KG"]
TR = countries()["TR"]
LAW = Source("Law of the tests", confirmed=True)


@pytest.mark.parametrize(
    ("count", "unit", "since", "due"),
    [
        (280, "calendar_days", date(2026, 3, 1), "2026-12-06"),  # KZ: the presumed father; a Sunday
        (300, "calendar_days", date(2026, 3, 1), "2026-12-26"),  # TR, KG: a Saturday
        (10, "months", date(2026, 3, 15), "2027-01-15"),  # AZ
        (30, "calendar_days", date(2026, 3, 6), "2026-04-05"),  # KG: an inspection is good to a Sunday
        (60, "calendar_days", date(2026, 3, 18), "2026-05-17"),  # KG: a status for 60 days, then for 360
        (360, "calendar_days", date(2026, 5, 17), "2027-05-12"),
    ],
)
def test_a_presumption_and_a_validity_end_on_their_day(count: int, unit: Any, since: date, due: str) -> None:
    """Neither moved off a day off, nor in doubt because of a decree."""
    found = compute(Term(count, unit, LAW, is_moved=False), since, KG)
    assert (found["due"], found["raw"], found["skipped"]) == (due, due, [])
    assert found["rule"] == f"{count} {unit}, not moved"
    assert not found["estimated"]
    assert not found["provisional"]


def test_what_is_not_moved_is_not_moved_by_a_stop_either() -> None:
    """Two days of standing still: from Monday to a Wednesday that is none for anybody else."""
    term = Term(30, "calendar_days", LAW, is_moved=False)
    asked, told = datetime(2026, 3, 10, 4, tzinfo=UTC), datetime(2026, 3, 15, 4, tzinfo=UTC)
    paused = pause(compute(term, date(2026, 3, 6), KG), asked, told, KG)
    assert paused["due"] == "2026-04-11"  # six days later: a Saturday
    assert not paused["provisional"]


@pytest.mark.parametrize("unit", ["minutes", "working_days"])
def test_a_term_in_working_time_has_nothing_to_be_moved_off(unit: Any) -> None:
    with pytest.raises(ValueError, match="never ends on a day off"):
        Term(3, unit, LAW, is_moved=False)
    with pytest.raises(ValueError, match="runs backwards"):
        before(Term(3, unit, LAW), date(2026, 8, 31))


@pytest.mark.parametrize(
    ("count", "unit", "end", "day"),
    [
        (60, "calendar_days", date(2026, 8, 31), date(2026, 7, 2)),  # KZ: from here an extension can be asked
        (30, "calendar_days", date(2026, 8, 31), date(2026, 8, 1)),  # and to here: a Saturday
        (60, "calendar_days", date(2026, 9, 30), date(2026, 8, 1)),  # TR
        (30, "calendar_days", date(2026, 10, 15), date(2026, 9, 15)),  # AZ
        (60, "calendar_days", date(2027, 3, 10), date(2027, 1, 9)),  # TR: 60 days before the passport's end
        (1, "months", date(2026, 3, 31), date(2026, 2, 28)),
        (2, "years", date(2028, 2, 29), date(2026, 2, 28)),
    ],
)
def test_a_limit_that_runs_backwards_is_not_moved(count: int, unit: Any, end: date, day: date) -> None:
    assert before(Term(count, unit, LAW), end) == day


def test_nothing_is_before_the_calendar() -> None:
    with pytest.raises(ValueError, match="before the calendar"):
        before(Term(3000, "years", LAW), date(2026, 8, 31))
    with pytest.raises(ValueError, match="before the calendar"):
        before(Term(9_999_999, "calendar_days", LAW), date(2026, 8, 31))


ANEW = Term(30, "calendar_days", LAW, after_answer="starts_anew")  # TR: a work permit


def test_a_term_starts_anew_when_the_papers_that_were_asked_are_there() -> None:
    """TR: complete on 1 April: 4 May. Papers uploaded on 20 April: thirty days from then."""
    complete, asked = datetime(2026, 4, 1, 9, tzinfo=UTC), datetime(2026, 4, 15, 9, tzinfo=UTC)
    told = datetime(2026, 4, 20, 9, tzinfo=UTC)
    first = compute(ANEW, complete, TR)
    assert (first["raw"], first["due"]) == ("2026-05-01", "2026-05-04")
    anew = answered(ANEW, first, asked, told, TR)
    assert (anew["due"], anew["start"]) == ("2026-05-20", "2026-04-20T09:00:00.000000Z")
    assert [stop["question_at"] for stop in anew["stops"]] == ["2026-04-15T09:00:00.000000Z"]
    assert answered(replace(ANEW, after_answer="runs_on"), first, asked, told, TR)["due"] < anew["due"]
    again = answered(ANEW, anew, told + timedelta(days=1), told + timedelta(days=3), TR)
    assert again["due"] == "2026-05-25"  # raw 23 May, a Saturday
    assert len(again["stops"]) == 2


def test_what_had_run_out_does_not_start_anew() -> None:
    """An authority that is late does not mend it by a question (rules.md 6)."""
    first = compute(ANEW, datetime(2026, 4, 1, 9, tzinfo=UTC), TR)
    late = datetime(2026, 5, 5, 9, tzinfo=UTC)
    assert answered(ANEW, first, late, late + timedelta(days=5), TR) == first


@given(
    st.integers(0, 150).map(lambda days: datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=days)),
    st.integers(0, 40),
    st.integers(0, 40),
    st.sampled_from(["calendar_days", "working_days", "months"]),
)
def test_to_start_anew_never_shortens(began: datetime, asked: int, more: int, unit: Any) -> None:
    term = Term(2, unit, LAW, after_answer="starts_anew")
    question = began + timedelta(days=asked)
    answer = question + timedelta(days=more)
    first = compute(term, began, TR)
    ran_on = pause(first, question, answer, TR)
    assert answered(term, first, question, answer, TR)["until"] >= ran_on["until"] >= first["until"]


@pytest.mark.parametrize(("after_answer", "due"), [("runs_on", "2026-12-04"), ("starts_anew", "2026-12-07")])
def test_what_the_citizen_answers_moves_the_decision_as_the_law_says(after_answer: Any, due: str) -> None:
    """A sale is decided in three working days: one has gone when it is asked, on Wednesday; answered a week later."""
    story = given_story(a_sale(), *IN_HAND, later(days=2), ask(), later(days=7))
    command = answer()(story)
    assert isinstance(command, ProvideInformation)
    decide = replace(story.terms.times.decide, after_answer=after_answer)
    terms = replace(story.terms, times=replace(story.terms.times, decide=decide))
    about = About(story.offer, terms, story.now.request, datetime.fromisoformat(story.now.filed_at), story.at)
    nothing = dict.fromkeys(needed(command, about, story.now))
    situation = Situation(command, story.at, story.now, about=about, beside=nothing)
    ((_, provided),) = review.answer(command, situation).events
    assert isinstance(provided, InformationProvided)
    assert provided.decision_due is not None
    assert provided.decision_due["due"] == due


def test_an_outside_investigation_stops_the_clock_as_a_question_does() -> None:
    """TR: a birth told by mouth on 1 June; the health directorate looks from the 3rd to 20 July, nobody is asked."""
    five_days = compute(Term(5, "working_days", LAW), date(2026, 6, 1), TR)
    assert five_days["due"] == "2026-06-08"
    began, ended = datetime(2026, 6, 3, 8, tzinfo=UTC), datetime(2026, 7, 20, 12, tzinfo=UTC)
    assert pause(five_days, began, ended, TR)["due"] == "2026-07-24"  # one day had gone, four are left
