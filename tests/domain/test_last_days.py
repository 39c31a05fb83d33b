"""The edge of each time: the last microsecond of the last day in the country's zone, and the first of the next one.

Where the clock has not come yet, a time is over all the same (rules.md 1, 4, 36).
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.case import Case
from domain.days.deadlines import Term
from domain.refusals import Clash
from tests.domain.acts import (
    CONSENTED,
    FILED,
    IN_HAND,
    REFUSED,
    RETURNED,
    UNPAID,
    amend,
    answer,
    appeal,
    ask_for_opinion,
    consent,
    decline,
    extend,
    give_opinion,
    lapse,
    later,
    pay,
    presume,
    revoke,
    serve,
    waive,
    withdraw,
)
from tests.domain.made_up import LAW, a_story_of, made_up
from tests.domain.story import Act, Story, a_sale, given, text
from tests.domain.test_payments import FEE

MIDNIGHT = "T19:00:00.000000Z"  # in Almaty
Day = Callable[[Case], Any]


def consent_until(case: Case) -> Any:
    return case.consent_until


def answer_until(case: Case) -> Any:
    assert case.open_question is not None
    return case.open_question["answer_until"]


def fee_due(case: Case) -> Any:
    assert case.fee is not None
    return case.fee["due"]


def fee_lapses(case: Case) -> Any:
    assert case.fee is not None
    return case.fee["lapses"]


def decision_due(case: Case) -> Any:
    return case.decision_due


def opinion_until(case: Case) -> Any:
    return case.opinions[-1]["answer_until"]


def served_after(case: Case) -> Any:
    assert case.ending is not None
    return case.ending["served_after"]


def appeal_until(case: Case) -> Any:
    return case.served["p1"]["appeal_until"]


def last_moment(of: Day) -> Act:
    return _moment(of, -1)


def next_day(of: Day) -> Act:
    return _moment(of, 0)


def _moment(of: Day, microseconds: int) -> Act:
    def act(story: Story) -> None:
        until = of(story.now)["until"]
        assert until.endswith(MIDNIGHT)
        story.at = datetime.fromisoformat(until) + timedelta(microseconds=microseconds)

    return act


# What is asked, after which acts, and whose last day it is.
IN_TIME: dict[str, tuple[tuple[Act, ...], Day, Act]] = {
    "a consent": (FILED, consent_until, consent()),
    "an answer": (RETURNED, answer_until, answer()),
    "an amendment before a consent": (FILED, consent_until, amend(new_plates=False)),
    "an amendment in place of an answer": (RETURNED, answer_until, amend(new_plates=False)),
    "an amendment before the money": (CONSENTED, fee_due, amend(new_plates=False)),
    "a second thought before the money": (CONSENTED, fee_due, revoke()),
}


@pytest.mark.parametrize("what", IN_TIME)
def test_until_the_last_moment_of_its_last_day_it_is_taken(what: str) -> None:
    before, day, act = IN_TIME[what]
    given(a_sale(), *before, last_moment(day), act, lapse())


@pytest.mark.parametrize("what", IN_TIME)
def test_from_the_first_moment_of_the_next_day_it_is_refused_though_the_clock_has_not_come(what: str) -> None:
    """It says which day has passed; then the clock ends the case, and nothing else has changed: for want of money it
    waits for what is on its way, and gives nobody new times (rules.md 36).
    """
    before, day, act = IN_TIME[what]
    story = given(a_sale(), *before, next_day(day))
    story.when(act).then_refused(Clash, "time_is_over")
    assert story.refusal is not None
    assert story.refusal.values == {"until": date.fromisoformat(day(story.now)["due"])}
    given(story, *([next_day(fee_lapses)] if day is fee_due else []), lapse())
    assert story.now.stage == "lapsed"


def test_the_same_consent_or_answer_again_gets_its_answer_also_when_its_time_is_over() -> None:
    """What was done in time is not done again: only the answer was lost on the way (rules.md 21)."""
    given(a_sale(), *FILED, last_moment(consent_until), consent(), later(days=1)).when(consent()).then()
    given(a_sale(), *RETURNED, last_moment(answer_until), answer(), later(days=1)).when(answer()).then()


@pytest.mark.parametrize("act", [decline(), withdraw()])
def test_what_ends_the_case_is_taken_after_the_last_day_too(act: Act) -> None:
    """It would end by itself: whoever says no gets nothing by it that they should not have."""
    story = given(a_sale(), *FILED, next_day(consent_until), act)
    assert story.now.stage == "withdrawn"


@pytest.mark.parametrize(
    ("before", "day"), [(FILED, consent_until), (CONSENTED, fee_lapses), (RETURNED, answer_until)]
)
def test_the_clock_ends_nothing_on_the_last_day(before: tuple[Act, ...], day: Day) -> None:
    story = given(a_sale(), *before, last_moment(day)).when(lapse()).then()
    given(story, next_day(day), lapse())
    assert story.now.stage == "lapsed"


# --- money --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("microseconds", "stage"), [(-1, "in_review"), (0, "lapsed")])
def test_what_was_paid_in_the_last_moment_of_the_day_was_paid_in_time(microseconds: int, stage: str) -> None:
    """Told after the case has lapsed: by when it was paid, not by when it was told."""
    story = given(a_sale(), *UNPAID)
    paid_at = datetime.fromisoformat(fee_due(story.now)["until"]) + timedelta(microseconds=microseconds)
    given(story, pay(paid_at=text(paid_at)))
    assert story.now.stage == stage


def told(story: Story, *acts: Act) -> tuple[str, int, int]:
    given(story, *acts)
    return story.now.stage, story.now.kept, story.now.to_go_back


@pytest.mark.parametrize("late", [(0, 1), (0,), (1,), ()])
def test_it_does_not_matter_whether_money_is_told_before_the_lapse_or_after_it(late: tuple[int, ...]) -> None:
    """In two parts, of which some were paid after the last day: those are late either way (rules.md 18)."""
    story = given(a_sale(), *CONSENTED)
    due = datetime.fromisoformat(fee_due(story.now)["until"])
    paid = [text(due + timedelta(minutes=1 if n in late else -1)) for n in (0, 1)]
    parts = (pay(10_000_00, "one", paid_at=paid[0]), pay(FEE - 10_000_00, "two", paid_at=paid[1]))
    for one, other in (parts, parts[::-1]):
        before = told(
            given(a_sale(), *CONSENTED), next_day(fee_due), one, other, next_day(fee_lapses), lapse()
        )
        between = told(
            given(a_sale(), *CONSENTED), next_day(fee_due), one, next_day(fee_lapses), lapse(), other
        )
        after = told(given(a_sale(), *UNPAID), one, other)
        assert before == between == after == (("lapsed", 0, FEE) if late else ("in_review", FEE, 0))


# --- offices ------------------------------------------------------------------------------------------------


def test_an_authority_prolongs_its_time_until_the_last_moment_and_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    law = made_up(monkeypatch, times={"extend": Term(3, "working_days", LAW)})
    given(a_story_of(law), *IN_HAND, last_moment(decision_due), extend())
    story = given(a_story_of(law), *IN_HAND, next_day(decision_due))
    story.when(extend()).then_refused(Clash, "deadline_over")


@pytest.mark.parametrize("when", [last_moment, next_day])
def test_an_opinion_is_heard_whenever_it_comes(when: Callable[[Day], Act]) -> None:
    """It binds nobody, and nothing ends for want of it: after its day the officer need not wait for it."""
    story = given(a_sale(), *IN_HAND, ask_for_opinion(), when(opinion_until))
    story.when(give_opinion()).then("OpinionGiven")


# --- appeals ------------------------------------------------------------------------------------------------


def test_an_appeal_comes_in_the_last_moment_or_too_late() -> None:
    opened = (*REFUSED, serve())
    given(a_sale(), *opened, last_moment(appeal_until), appeal())
    story = given(a_sale(), *opened, next_day(appeal_until))
    story.when(appeal()).then_refused(Clash, "appeal_term_over")


def test_what_the_law_takes_as_read_gives_no_time_anew_to_who_opens_it_later() -> None:
    """Also before the clock has said so: the day that counts is the law's, and not that of the opening."""
    by_the_clock = given(a_sale(), *REFUSED, next_day(served_after), presume())
    counted = appeal_until(by_the_clock.now)
    opened = given(a_sale(), *REFUSED, next_day(served_after), later(days=9), serve())
    assert (opened.now.served["p1"]["how"], appeal_until(opened.now)) == ("presumed", counted)
    in_time = given(a_sale(), *REFUSED, last_moment(served_after), serve())
    assert in_time.now.served["p1"]["how"] == "opened"
    assert appeal_until(in_time.now)["start"] == text(in_time.at)


def test_who_never_opened_it_appeals_as_long_as_the_law_takes_it_as_read_and_no_longer() -> None:
    """The clock has not come at all."""
    until = appeal_until(given(a_sale(), *REFUSED, next_day(served_after), presume()).now)
    given(a_sale(), *REFUSED, last_moment(lambda _: until), appeal())
    story = given(a_sale(), *REFUSED, next_day(lambda _: until))
    story.when(appeal()).then_refused(Clash, "appeal_term_over")
    story.when(serve())
    story.when(appeal()).then_refused(Clash, "appeal_term_over")


def test_who_lets_go_after_the_last_day_does_what_the_clock_does() -> None:
    story = given(a_sale(), *REFUSED, serve(), next_day(appeal_until), waive())
    assert [claim.holder for claim in story.claims.values()] == [None]
