"""Restated deadlines: a decree made a day off, and who has a time that runs has it longer; nobody has it shorter."""

from datetime import date
from fractions import Fraction
from typing import Any, Final

import pytest

from domain import events as e
from domain.case import Case
from domain.days.deadlines import Deadline, Term, is_past
from domain.fees import Fee, FeePart
from domain.refusals import Clash, NotAllowed
from domain.terms import Consultation, Investigation
from projections import deadlines, notices
from tests.domain.acts import (
    APPEALED,
    COMPLETE,
    CONSENTED,
    FILED,
    IN_HAND,
    OFFICER,
    PRESUMED,
    PROPOSED,
    REFUSED,
    RETURNED,
    SERVED,
    after,
    amend,
    answer,
    appeal,
    approve,
    ask,
    ask_for_opinion,
    assign,
    consent,
    decide_appeal,
    end_appeal_term,
    extend,
    give_opinion,
    lapse,
    later,
    pay,
    pay_back,
    presume,
    restate,
    revoke,
    serve,
    take_back,
    until,
)
from tests.domain.decrees import decree
from tests.domain.made_up import LAW, a_story_of, made_up
from tests.domain.story import Act, Story, a_sale, folded, given, text
from tests.domain.test_payments import FEE

Patch = pytest.MonkeyPatch
TODAY: Final = "holidays-0.109+overlay-1"


def days_of(story: Story) -> list[tuple[str, str]]:
    """What followed from the last act: which times, and their new days."""
    events = [r.event for r in story.last]
    return [(event.which, event.due["due"]) for event in events if isinstance(event, e.DeadlineRestated)]


def told(story: Story) -> list[tuple[str, str, str]]:
    """Whom a restated day was told to, as what, and which day."""
    rows = notices.PROJECTION.shown(story.now)
    people = {person: party for party, person in story.now.persons.items()}
    return [(people[r["person"]], r["what"], r["until"]) for r in rows if r["what"].endswith("_restated")]


def noticed(story: Story, what: str) -> list[tuple[str, str]]:
    """Whom this was told, and which day."""
    rows = notices.PROJECTION.shown(story.now)
    people = {person: party for party, person in story.now.persons.items()}
    return [(people[row["person"]], row["until"]) for row in rows if row["what"] == what]


def day(found: Deadline | None) -> str:
    assert found is not None
    return found["due"]


# --- of people ----------------------------------------------------------------------------------------------


def test_a_day_off_gives_a_day_more_to_pay_and_to_consent(monkeypatch: Patch) -> None:
    story = given(a_sale(), *FILED)
    decree(monkeypatch, "2026-12-01")
    story.when(restate()).then("DeadlineRestated", "DeadlineRestated")
    assert days_of(story) == [("pay", "2026-12-08"), ("consent", "2026-12-08")]
    fee = story.now.fee
    assert fee is not None
    assert (day(fee["due"]), day(fee["lapses"]), day(story.now.consent_until)) == (
        "2026-12-08",
        "2026-12-10",
        "2026-12-08",
    )
    assert [fee["due"] and fee["due"]["calendar"], fee["lapses"] and fee["lapses"]["calendar"]] == [TODAY] * 2
    assert told(story) == [("p1", "pay_restated", "2026-12-08"), ("p2", "consent_restated", "2026-12-08")]
    story.when(restate()).then()


def test_the_calendar_that_it_was_computed_with_restates_nothing() -> None:
    given(a_sale(), *FILED).when(restate()).then()


def test_no_day_becomes_earlier(monkeypatch: Patch) -> None:
    """A Saturday is worked, and everything would end a day before: nothing is said."""
    story = given(a_sale(), *IN_HAND)
    before = story.now
    decree(monkeypatch, working=["2026-11-28"])
    story.when(restate()).then()
    assert story.now == before


def test_nothing_is_restated_that_nobody_waits_for(monkeypatch: Patch) -> None:
    """Who consented has consented, and what is paid is paid: the time to decide alone is longer."""
    story = given(a_sale(), *COMPLETE)
    decree(monkeypatch, "2026-11-25")
    story.when(restate()).then("DeadlineRestated")
    assert days_of(story) == [("decide", "2026-11-27")]
    assert told(story) == [("p1", "decide_restated", "2026-11-27"), ("p2", "decide_restated", "2026-11-27")]


def test_a_question_waits_longer_for_its_answer(monkeypatch: Patch) -> None:
    story = given(a_sale(), *RETURNED)
    decree(monkeypatch, "2026-12-01")
    story.when(restate()).then("DeadlineRestated")
    assert days_of(story) == [("answer", "2026-12-08")]
    assert day(story.now.questions[0]["answer_until"]) == "2026-12-08"
    assert story.the(e.DeadlineRestated).of == story.now.questions[0]["of"]
    assert told(story) == [("p1", "answer_restated", "2026-12-08")]


def test_each_party_that_was_served_has_its_own_time_to_appeal(monkeypatch: Patch) -> None:
    """The seller opened it on the 23rd of November, the buyer on the 24th: the first day is decreed off alone."""
    story = given(a_sale(), *SERVED, later(days=1), serve("p2"))
    decree(monkeypatch, "2027-02-23")
    story.when(restate()).then("DeadlineRestated")
    restated = story.the(e.DeadlineRestated)
    assert (restated.which, restated.party, restated.due["due"]) == ("appeal", "p1", "2027-02-24")
    assert {p: day(s["appeal_until"]) for p, s in story.now.served.items()} == {
        "p1": "2027-02-24",
        "p2": "2027-02-24",
    }
    assert told(story) == [("p1", "appeal_restated", "2027-02-24")]


def test_a_fiction_of_the_law_that_is_not_moved_stays_where_it_is(monkeypatch: Patch) -> None:
    story = given(a_sale(), *REFUSED)
    assert story.now.ending is not None
    decree(monkeypatch, day(story.now.ending["served_after"]))
    story.when(restate()).then()


def test_where_the_fiction_counts_working_days_who_has_not_opened_it_has_longer(monkeypatch: Patch) -> None:
    law = made_up(monkeypatch, times={"served": Term(5, "working_days", LAW)})
    story = given(a_story_of(law), *REFUSED)
    decree(monkeypatch, "2026-11-26")
    story.when(restate()).then("DeadlineRestated")
    assert days_of(story) == [("served", "2026-12-01")]
    assert {who for who, _, _ in told(story)} == {"p1", "p2"}
    given(story, until("2026-12-01")).when(presume()).then()
    given(story, until("2026-12-02")).when(presume()).then("DecisionServed", "DecisionServed")


def test_nobody_is_presumed_served_on_a_day_that_a_decree_has_moved(monkeypatch: Patch) -> None:
    law = made_up(monkeypatch, times={"served": Term(5, "working_days", LAW)})
    story = given(a_story_of(law), *REFUSED, until("2026-12-01"))
    decree(monkeypatch, "2026-11-30")
    story.when(presume()).then("DeadlineRestated")
    assert days_of(story) == [("served", "2026-12-01")]
    given(story, until("2026-12-02")).when(presume()).then("DecisionServed", "DecisionServed")


def test_a_fee_before_the_entry_has_its_own_time(monkeypatch: Patch) -> None:
    fee = Fee(parts=(FeePart(name="issue", units=Fraction(5_000_00)),), source=LAW)
    times = {"pay_entry": Term(10, "working_days", LAW)}
    law = made_up(monkeypatch, times=times, entry_fee=fee)
    story = given(a_story_of(law), *PROPOSED, approve())
    decree(monkeypatch, "2026-12-01")
    story.when(restate()).then("DeadlineRestated")
    assert days_of(story) == [("pay_entry", "2026-12-08")]
    assert story.now.entry_fee is not None
    assert day(story.now.entry_fee["lapses"]) == "2026-12-10"
    assert story.now.fee is not None
    assert day(story.now.fee["due"]) == "2026-12-07"


# --- what has run out, and what has not ---------------------------------------------------------------------


def to_pay(case: Case) -> Any:
    return case.fee["lapses"] if case.fee else None


def test_what_lapsed_before_the_decree_stays_lapsed(monkeypatch: Patch) -> None:
    story = given(a_sale(), *CONSENTED, after(to_pay), lapse())
    before = story.now.fee
    decree(monkeypatch, "2026-12-09")
    story.when(restate()).then()
    assert (story.now.stage, story.now.fee) == ("lapsed", before)


@pytest.mark.parametrize("act", [lapse(), restate()], ids=["lapse", "restate"])
def test_nothing_lapses_on_a_day_that_a_decree_has_moved(monkeypatch: Patch, act: Act) -> None:
    """The clock comes late, and the decree with it: the time ends as the calendar of today has it."""
    story = given(a_sale(), *CONSENTED, after(to_pay))
    decree(monkeypatch, "2026-12-09")
    story.when(act).then("DeadlineRestated")
    assert story.now.stage == "filed"
    given(story, later(hours=23)).when(lapse()).then()
    given(story, later(hours=1), lapse())
    assert story.now.stage == "lapsed"


@pytest.mark.parametrize("act", [lapse(), restate()], ids=["lapse", "restate"])
def test_what_is_over_by_both_calendars_lapses_as_it_would_have(monkeypatch: Patch, act: Act) -> None:
    story = given(a_sale(), *CONSENTED, after(to_pay), later(days=3))
    decree(monkeypatch, "2026-12-09")
    story.when(act)
    given(story, lapse())
    assert story.now.stage == "lapsed"
    assert story.now.restated == []


def test_only_the_wait_for_the_treasury_became_longer_and_nobody_is_told(monkeypatch: Patch) -> None:
    story = given(a_sale(), *CONSENTED)
    decree(monkeypatch, "2026-12-08")
    story.when(restate()).then("DeadlineRestated")
    fee = story.now.fee
    assert fee is not None
    assert (day(fee["due"]), day(fee["lapses"])) == ("2026-12-07", "2026-12-10")
    assert told(story) == []


def test_a_time_to_appeal_that_is_over_stays_over(monkeypatch: Patch) -> None:
    """Whoever was told that it is too late is not told otherwise; the other party's still runs."""
    story = given(a_sale(), *SERVED, later(days=5), serve("p2"), until("2027-02-24"))
    decree(monkeypatch, "2027-02-23")
    story.when(restate()).then()
    story.when(appeal()).then_refused(Clash, "appeal_term_over")


def test_an_appeal_taken_back_leaves_the_time_as_the_decree_has_it(monkeypatch: Patch) -> None:
    story = given(a_sale(), *APPEALED)
    decree(monkeypatch, "2027-02-23")
    story.when(restate()).then("DeadlineRestated")
    given(story, take_back(), until("2027-02-24"), appeal(reason="It was paid, I say."))
    assert story.now.stage == "appealed"


def test_the_term_ends_for_all_when_the_last_restated_day_is_over(monkeypatch: Patch) -> None:
    story = given(a_sale(), *REFUSED, *PRESUMED)
    decree(monkeypatch, "2027-03-01")
    given(story, restate(), until("2027-03-02")).when(end_appeal_term()).then()
    story.when(until("2027-03-03")).when(end_appeal_term())
    assert story.names[-1] == "AppealTermEnded"


# --- of the authority ---------------------------------------------------------------------------------------


def test_an_authority_that_is_late_stays_late(monkeypatch: Patch) -> None:
    story = given(a_sale(), *IN_HAND, until("2026-11-27"))
    decree(monkeypatch, "2026-11-25")
    story.when(restate()).then()
    assert day(story.now.decision_due) == "2026-11-26"


def test_whoever_decides_an_appeal_has_the_days_off_too(monkeypatch: Patch) -> None:
    story = given(a_sale(), *APPEALED)
    decree(monkeypatch, "2026-12-01")
    story.when(restate()).then("DeadlineRestated")
    assert days_of(story) == [("appeal_decision", "2026-12-23")]
    assert day(story.now.appeals[0]["decide_until"]) == "2026-12-23"
    assert {what for _, what, _ in told(story)} == {"appeal_decision_restated"}


def test_another_authority_has_longer_for_its_opinion_and_nobody_is_told(monkeypatch: Patch) -> None:
    asked = Consultation("kz-police", LAW, Term(5, "working_days", LAW))
    story = given(a_story_of(made_up(monkeypatch, opinions=(asked,))), *IN_HAND, ask_for_opinion())
    decree(monkeypatch, "2026-11-30")
    story.when(restate()).then("DeadlineRestated")
    assert days_of(story) == [("opinion", "2026-12-01")]
    assert day(story.now.opinions[0]["answer_until"]) == "2026-12-01"
    assert told(story) == []


def test_a_time_that_stands_still_is_counted_on_by_the_calendar_of_the_answer(monkeypatch: Patch) -> None:
    """Asked on the 24th with all three days left, answered on the 30th; the 25th was decreed off meanwhile: three
    working days are left still, not two.
    """
    story = given(a_sale(), *IN_HAND, later(days=1), ask())
    decree(monkeypatch, "2026-11-25")
    story.when(restate()).then("DeadlineRestated")
    assert days_of(story) == [("answer", "2026-12-09")]
    given(story, until("2026-11-30"), answer())
    assert day(story.now.decision_due) == "2026-12-03"


def test_a_stop_for_an_investigation_is_counted_on_the_same_way(monkeypatch: Patch) -> None:
    police = Consultation("kz-police", LAW)
    law = made_up(monkeypatch, opinions=(police,), investigations=(Investigation("background", LAW),))
    story = given(a_story_of(law), *IN_HAND, later(days=1), ask_for_opinion(investigation="background"))
    decree(monkeypatch, "2026-11-25")
    given(story, until("2026-11-30"), give_opinion())
    assert day(story.now.decision_due) == "2026-12-03"


def test_a_stop_for_a_consent_that_was_taken_back_too(monkeypatch: Patch) -> None:
    story = given(a_sale(), *IN_HAND, later(days=1), revoke())
    decree(monkeypatch, "2026-11-25")
    given(story, until("2026-11-30"), consent())
    assert day(story.now.decision_due) == "2026-12-03"


def test_what_stood_still_is_restated_with_its_stops(monkeypatch: Patch) -> None:
    """Answered on the 25th, due on the 30th; the 27th is decreed off then: the 1st of December."""
    story = given(a_sale(), *IN_HAND, later(days=1), ask(), later(days=1), answer())
    assert day(story.now.decision_due) == "2026-11-30"
    decree(monkeypatch, "2026-11-27")
    story.when(restate()).then("DeadlineRestated")
    restated = story.the(e.DeadlineRestated)
    assert (restated.due["due"], len(restated.due["stops"])) == ("2026-12-01", 1)


ON_THE_WAY: Final = {"before": "2026-11-25", "after": "2026-12-02"}


@pytest.mark.parametrize("off", ON_THE_WAY.values(), ids=ON_THE_WAY)
def test_what_was_prolonged_moves_for_a_day_off_before_and_after_its_old_end(
    monkeypatch: Patch, off: str
) -> None:
    """Due on the 26th, and ten working days more: the 10th of December. A day more, wherever it lies."""
    story = given(a_sale(), *IN_HAND, extend())
    decree(monkeypatch, off)
    story.when(restate()).then("DeadlineRestated")
    assert days_of(story) == [("decide", "2026-12-11")]
    story.when(restate()).then()


@pytest.mark.parametrize(("off", "due"), [("2026-11-24", "2026-12-15"), ("2026-12-02", "2026-12-17")])
def test_what_was_prolonged_and_stood_still_keeps_its_stops(monkeypatch: Patch, off: str, due: str) -> None:
    """Asked on the 24th, answered on the 26th: three working days more, the 15th; a day off within is none more.

    The 16th is Independence Day.
    """
    story = given(a_sale(), *IN_HAND, extend(), later(days=1), ask(), later(days=2), answer())
    assert day(story.now.decision_due) == "2026-12-15"
    decree(monkeypatch, off)
    given(story, restate())
    assert day(story.now.decision_due) == due


def test_a_stop_before_it_was_prolonged_is_counted_once(monkeypatch: Patch) -> None:
    """Stood still on the 24th: due on the 27th, prolonged to the 11th of December; a day off more: the 14th."""
    story = given(a_sale(), *IN_HAND, later(days=1), ask(), answer(), extend())
    assert day(story.now.decision_due) == "2026-12-11"
    decree(monkeypatch, "2026-12-02")
    given(story, restate())
    assert day(story.now.decision_due) == "2026-12-14"


def test_it_is_prolonged_from_the_day_that_today_s_calendar_gives(monkeypatch: Patch) -> None:
    story = given(a_sale(), *IN_HAND)
    decree(monkeypatch, "2026-11-25")
    given(story, extend())
    assert day(story.now.decision_due) == "2026-12-11"


# --- the rest of the house ----------------------------------------------------------------------------------


def test_nobody_asks_for_it_but_the_clock() -> None:
    given(a_sale(), *FILED).when(restate(OFFICER)).then_refused(NotAllowed, "only_the_clock")


def test_a_replay_shows_the_days_of_the_events_whatever_the_calendar_says(monkeypatch: Patch) -> None:
    story = given(a_sale(), *FILED)
    with pytest.MonkeyPatch.context() as decreed:
        decree(decreed, "2026-12-01")
        given(story, restate())
    assert folded(story.log, story.case_id) == story.now
    decree(monkeypatch, "2026-12-01", "2026-12-02", "2026-12-03")
    assert folded(story.log, story.case_id) == story.now
    assert day(story.now.consent_until) == "2026-12-08"


def test_a_second_decree_restates_it_again(monkeypatch: Patch) -> None:
    story = given(a_sale(), *CONSENTED)
    decree(monkeypatch, "2026-12-01")
    given(story, restate())
    decree(monkeypatch, "2026-12-02")
    story.when(restate()).then("DeadlineRestated")
    assert days_of(story) == [("pay", "2026-12-09")]
    assert told(story) == [("p1", "pay_restated", "2026-12-08"), ("p1", "pay_restated", "2026-12-09")]


def test_the_read_model_says_by_which_calendars_what_runs_was_computed(monkeypatch: Patch) -> None:
    """What is not later stands by the older one; what stands still is looked at when it runs on."""

    def calendars(*acts: Act) -> Any:
        row = deadlines.PROJECTION.row(given(story, *acts).now)
        assert row is not None
        assert row["version"] == story.now.version
        return row["calendar"]

    story = given(a_sale(), *FILED)
    assert calendars() == "holidays-0.109+overlay-0"
    decree(monkeypatch, "2026-12-01")
    assert calendars(restate()) == TODAY
    assert calendars(consent(), pay(), later(days=1), assign(), ask()) == TODAY
    story = given(a_sale(), *APPEALED)
    decree(monkeypatch, "2026-12-02")
    assert calendars() == TODAY
    assert calendars(restate()) == f"{TODAY}; holidays-0.109+overlay-2"


def test_a_consent_after_a_decree_completes_the_case_as_ever(monkeypatch: Patch) -> None:
    story = given(a_sale(), *FILED, pay())
    decree(monkeypatch, "2026-11-25")
    given(story, restate()).when(consent()).then("ConsentGiven", "DecisionTermStarted")
    assert day(story.now.decision_due) == "2026-11-27"
    assert date.fromisoformat(day(story.now.consent_until)) == date(2026, 12, 8)


# --- while the case had lapsed ------------------------------------------------------------------------------

# The buyer's yes, taken back on the 2nd of December: a new one until the 17th, as the 16th is Independence Day.
THOUGHT_AGAIN: Final = (*CONSENTED, until("2026-12-02"), revoke(), after(to_pay), lapse())
IN_TIME: Final = "2026-12-07T18:59:00Z"


def test_the_days_while_it_had_lapsed_do_not_count_against_who_has_to_consent() -> None:
    """Lapsed on the 10th, with five working days left after it; paid in time, as the treasury says on the 28th."""
    story = given(a_sale(), *THOUGHT_AGAIN)
    assert day(story.now.consent_until) == "2026-12-17"
    given(story, until("2026-12-28")).when(pay(paid_at=IN_TIME))
    story.then("ClaimTaken", "FeePaid", "LapseSetAside", "DeadlineRestated")
    assert days_of(story) == [("consent", day(story.now.consent_until))]
    assert [stop["answer_at"] for stop in story.the(e.DeadlineRestated).due["stops"]] == [text(story.at)]
    assert told(story) == []
    assert noticed(story, "consent_stood_still") == [("p2", day(story.now.consent_until))]
    story.when(lapse()).then()
    story.when(consent()).then("ConsentGiven", "DecisionTermStarted")


def test_what_was_over_before_the_lapse_stays_over() -> None:
    """The clock came late: the time to consent had ended by itself, and whoever pays in time says no yes for others."""
    story = given(a_sale(), *THOUGHT_AGAIN[:-2], until("2026-12-18"), lapse(), until("2026-12-28"))
    assert story.now.decided is not None
    assert story.now.decided["reason"] == "unpaid"
    story.when(pay(paid_at=IN_TIME)).then("ClaimTaken", "FeePaid", "LapseSetAside")
    story.when(consent()).then_refused(Clash, "time_is_over")


def test_who_had_a_question_to_answer_has_the_days_of_the_lapse_for_it(monkeypatch: Patch) -> None:
    """A lapse for want of the answer was set aside when the fee had gone back: both times ran anew, side by side."""
    story = given(
        a_story_of(made_up(monkeypatch, times={"answer": Term(20, "working_days", LAW)})), *RETURNED
    )
    given(story, after(lambda c: c.questions[-1]["answer_until"]), lapse(), pay_back(FEE), appeal())
    given(story, decide_appeal())
    in_time = text(story.at)
    given(story, after(to_pay), lapse(), later(days=30))
    story.when(pay(paid_at=in_time, payment="payment-2"))
    story.then("ClaimTaken", "FeePaid", "LapseSetAside", "DeadlineRestated", "DecisionTermStarted")
    until_then = day(story.now.questions[-1]["answer_until"])
    assert days_of(story) == [("answer", until_then)]
    assert story.the(e.DeadlineRestated).of == story.now.questions[-1]["of"]
    assert noticed(story, "answer_stood_still") == [("p1", until_then)]
    story.when(answer()).then("InformationProvided")


def test_another_authority_is_not_late_by_the_days_of_a_lapse(monkeypatch: Patch) -> None:
    asked = Consultation("kz-police", LAW, Term(30, "working_days", LAW))
    story = a_story_of(made_up(monkeypatch, opinions=(asked,)))
    story.request["new_plates"] = False
    given(story, *IN_HAND, ask_for_opinion(), ask(), amend(new_plates=True), consent())
    in_time = text(story.at)
    given(story, after(to_pay), lapse(), later(days=60))
    story.when(pay(paid_at=in_time, payment="payment-2"))
    assert days_of(story) == [("opinion", day(story.now.opinions[0]["answer_until"]))]
    answer_until = story.now.opinions[0]["answer_until"]
    assert answer_until is not None
    assert not is_past(answer_until, story.at)


def test_a_decree_moves_what_ran_on_and_is_told_as_a_decree(monkeypatch: Patch) -> None:
    story = given(a_sale(), *THOUGHT_AGAIN, until("2026-12-28"), pay(paid_at=IN_TIME), later(hours=1))
    decree(monkeypatch, day(story.now.consent_until))
    story.when(restate())
    assert ("consent", day(story.now.consent_until)) in days_of(story)
    assert noticed(story, "consent_restated") == [("p2", day(story.now.consent_until))]
