"""After the end: it is served, appealed against, decided anew by others; what it held passes on or is let go."""

from typing import Any

import pytest

from domain import events as e
from domain.awaited import awaited
from domain.case import Stage
from domain.decision import LEAD
from domain.lifecycle import fits
from domain.refusals import Clash, Invalid, NotAllowed, Stale, Unknown, WrongStage
from domain.visibility import shown
from projections import refunds, work_queue
from tests.domain.acts import (
    APPEALABLE,
    APPEALED,
    APPROVED,
    COMPLETE,
    COMPLETED,
    CONSENTED,
    FILED,
    FINAL,
    IN_HAND,
    OFFICER,
    PRESUMED,
    REFUSED,
    RETURNED,
    SECOND,
    SERVED,
    SUPERVISOR,
    UNPAID,
    WITHDRAWN,
    acknowledge,
    after,
    answer,
    appeal,
    approve,
    ask,
    asked_by,
    assign,
    bring,
    consent,
    decide_appeal,
    end_appeal_term,
    extend,
    file,
    lapse,
    later,
    not_needed,
    office,
    pay,
    pay_back,
    presume,
    propose,
    refuse,
    serve,
    stranger,
    take_back,
    until,
    waive,
)
from tests.domain.made_up import a_story_of, made_up
from tests.domain.story import Act, Story, a_birth, a_sale, given, in_the_way
from tests.domain.test_payments import FEE
from tests.examples import person

THIRD = office("officer", "officer-3")
APPEALS = office("appeal_officer", authority="kz-interior-ministry")


def test_what_is_brought_with_an_appeal_is_evidence_of_the_case() -> None:
    """So it is read, kept, and erased like all of it."""
    brought = [bring("letter", 7)]
    story = given(a_sale(), *REFUSED, serve()).when(appeal(evidence=brought)).then("AppealLodged")
    assert story.now.evidence == brought


# --- served ---------------------------------------------------------------------------------------------------


def test_the_time_to_appeal_runs_from_the_day_on_which_the_party_opened_it() -> None:
    """23.11. refused, opened on the 25th: three months later (rules.md 2, 19)."""
    story = given(a_sale(), *REFUSED, until("2026-11-25")).when(serve()).then("DecisionServed")
    served = story.the(e.DecisionServed)
    assert (served.party, served.how, served.appeal_until["due"]) == ("p1", "opened", "2027-02-25")
    assert story.now.unserved == ["p2"]
    story.when(serve()).then()
    given(story, until("2026-11-27")).when(serve("p2")).then("DecisionServed")
    assert story.now.appeal_until is not None
    assert story.now.appeal_until["due"] == "2027-03-01"  # the 27th of February is a Saturday


def test_who_never_opens_it_is_presumed_to_have_read_it() -> None:
    story = given(a_sale(), *REFUSED, until("2026-11-25"), serve())
    story.when(presume()).then()
    given(story, after(lambda c: c.ending["served_after"] if c.ending else None))
    story.when(presume()).then("DecisionServed")
    served = story.the(e.DecisionServed)
    assert (served.party, served.how, served.appeal_until["due"]) == ("p2", "presumed", "2027-03-01")
    story.when(presume()).then()


def test_nobody_presumes_but_the_clock_and_strangers_open_nothing() -> None:
    given(a_sale(), *REFUSED, later(days=30)).when(presume(OFFICER)).then_refused(NotAllowed)
    given(a_sale(), *REFUSED).when(asked_by(stranger, serve())).then_refused(Unknown)
    given(a_sale(), *REFUSED).when(asked_by(OFFICER, serve())).then_refused(NotAllowed)


@pytest.mark.parametrize("stage", [FILED, COMPLETE, APPROVED, WITHDRAWN])
def test_what_has_not_ended_so_is_not_served(stage: tuple[Act, ...]) -> None:
    given(a_sale(), *stage).when(serve()).then_refused(WrongStage)
    given(a_sale(), *stage, later(days=400)).when(presume()).then()


def test_an_older_decision_is_not_opened() -> None:
    given(a_sale(), *REFUSED).when(serve(of="hash-of-another")).then_refused(Clash, "serves_old_decision")


# --- appealed -------------------------------------------------------------------------------------------------


def test_where_both_lost_on_the_same_day_who_appeals_again_is_not_told_that_the_time_is_over() -> None:
    story = given(a_sale(), *COMPLETED, appeal(), appeal("p2"), decide_appeal("upheld"))
    assert story.now.is_appeal_term_over
    for party in ("p1", "p2"):
        story.when(appeal(party, reason="Again.")).then_refused(Clash, "appeal_decided")


@pytest.mark.parametrize(
    ("stage", "ended"), [(REFUSED, "refused"), (UNPAID, "lapsed"), (COMPLETED, "completed")]
)
def test_a_refusal_a_lapse_and_what_is_completed_can_be_appealed_against(
    stage: tuple[Act, ...], ended: str
) -> None:
    story = given(a_sale(), *stage).when(appeal("p2")).then("AppealLodged")
    lodged = story.the(e.AppealLodged)
    assert (lodged.party, lodged.authority) == ("p2", "kz-interior-ministry")
    assert lodged.decide_until is not None
    assert story.now.stage == "appealed"
    story.when(appeal("p2")).then()
    given(story, later(days=900)).when(end_appeal_term()).then()
    story.when(decide_appeal("upheld")).then(*_upheld(ended))
    assert (story.now.stage, story.now.is_appeal_term_over) == (ended, True)
    story.when(appeal("p2", reason="Again.")).then_refused(Clash, "appeal_decided")


def test_a_lost_appeal_of_one_takes_nothing_from_the_other() -> None:
    """The seller has not even opened the refusal: what was held is kept, and their own time runs (rules.md 19)."""
    story = given(a_sale(), *REFUSED, appeal("p2")).when(decide_appeal("upheld")).then("AppealDecided")
    assert (story.now.stage, story.now.is_appeal_term_over) == ("refused", False)
    assert all(claim.people for claim in story.claims.values())
    assert "LodgeAppeal" not in fits(story.now, ["p2"], at=story.at)
    story.when(appeal("p2", reason="Again.")).then_refused(Clash, "appeal_decided")
    given(story, later(days=2), serve())
    assert "LodgeAppeal" in fits(story.now, ["p1"], at=story.at)
    story.when(appeal()).then("AppealLodged")
    again = given(story, later(days=1))
    again.when(decide_appeal("upheld", reason="Not for you either.")).then(*_upheld("refused"))


def a_refused_birth(**more: Any) -> Story:
    """Told by the mother's sister; nobody's consent is asked, and the child has no number."""
    sister = {"applicant": person("TR", 600), "relation": "relative"}
    told = {**sister, "parents_cannot_because": "The mother is in hospital.", **more}
    story = given(a_birth(**told), file(), assign(), refuse("not_proven"))
    assert story.now.consents_asked == []
    assert [*story.now.parties.values()] == ["applicant", "mother", "father", "child"]
    return story


def test_who_was_not_asked_for_consent_has_an_appeal_of_their_own_all_the_same() -> None:
    """The mother loses nothing by an appeal of who told the birth, nor by their last day (rules.md 19)."""
    story = given(a_refused_birth(), serve(), appeal())
    story.when(decide_appeal("upheld")).then("AppealDecided")
    assert {"ServeDecision", "LodgeAppeal"} <= {*fits(story.now, ["p2"], at=story.at)}
    given(story, after(lambda c: c.served["p1"]["appeal_until"])).when(end_appeal_term()).then()
    story.when(presume()).then("DecisionServed", "DecisionServed", "DecisionServed")
    assert {*story.now.served} == {"p1", "p2", "p3", "p4"}
    story.when(end_appeal_term()).then()
    story.when(appeal("p2")).then("AppealLodged")


def test_a_child_for_whom_nobody_speaks_makes_no_time_endless() -> None:
    """The law takes it as read by the child, too, and a paper at the counter speaks for it until its day is over."""
    story = given(a_refused_birth(), serve(), serve("p2"), serve("p3"))
    assert story.now.persons.get("p4") is None
    assert (story.now.unserved, story.now.appeal_until) == (["p4"], None)
    given(story, *PRESUMED)
    assert story.now.appeal_until == story.now.served["p4"]["appeal_until"]
    given(story, after(lambda c: c.appeal_until))
    story.when(end_appeal_term()).then("ClaimReleased", "AppealTermEnded")


def test_nobody_is_awaited_for_whom_nobody_is_known_and_no_human_twice() -> None:
    def told(story: Story) -> list[tuple[str, str]]:
        return [(each.who, each.what) for each in awaited(story.now) if each.what in ("opening", "appeal")]

    both = ("opening", "appeal")
    each = [(who, what) for who in ("p1", "p2", "p3") for what in both]
    assert told(a_refused_birth()) == each
    mother = a_birth().request["mother"]
    assert told(a_refused_birth(applicant=mother)) == [("p1", what) for what in both] + each[4:]


def test_one_human_who_is_several_parties_is_heard_once() -> None:
    story = given(a_refused_birth(applicant=a_birth().request["mother"]), serve(), appeal(party="p1"))
    given(story, decide_appeal("upheld"))
    assert "LodgeAppeal" not in fits(story.now, ["p1", "p2"], at=story.at)
    story.when(appeal(reason="As the mother.", party="p2")).then_refused(Clash, "appeal_decided")
    given(story, serve("p3"), appeal("p3"), *PRESUMED, after(lambda c: c.served["p4"]["appeal_until"]))
    story.when(decide_appeal("upheld", reason="Nor for the father.")).then(
        "ClaimReleased", "AppealDecided", "AppealTermEnded"
    )


def test_what_was_closed_when_one_party_alone_was_served_stays_closed() -> None:
    """Older logs: only who was asked for consent was waited for."""
    story = given(a_refused_birth(), serve(), after(lambda c: c.served["p1"]["appeal_until"]))
    until = story.now.served["p1"]["appeal_until"]
    story.happened((LEAD, e.AppealTermEnded()))
    assert (story.now.unserved, story.now.appeal_until) == ([], until)
    assert "ServeDecision" not in fits(story.now)
    for act in (presume(), end_appeal_term()):
        story.when(act).then()
    story.when(appeal("p2")).then_refused(Clash, "appeal_term_over")


def test_when_the_others_time_runs_out_after_a_lost_appeal_what_was_held_is_free() -> None:
    story = given(a_sale(), *REFUSED, serve(), serve("p2"), appeal("p2"), decide_appeal("upheld"))
    given(story, after(lambda c: c.served["p1"]["appeal_until"]))
    assert "LodgeAppeal" not in fits(story.now, ["p1"], at=story.at)
    story.when(end_appeal_term()).then("ClaimReleased", "AppealTermEnded")
    story.when(serve("p2")).then()


def test_who_lost_is_told_of_the_court_and_of_no_day_that_is_over() -> None:
    story = given(a_birth(), file(), assign(), refuse("not_proven"), serve(), appeal(party="p1"))
    court = office("appeal_officer", authority=story.terms.appeals.authority)
    given(story, decide_appeal("upheld", by=court))
    seen = shown(story.now, "p1", at=story.at)
    told = [(each["who"], each["what"], each["office"]) for each in seen["next"] if each["what"] == "court"]
    assert told == [("you", "court", "tr-court")]
    assert seen["appeal_until"] is None


def test_what_is_over_for_one_party_is_told_to_the_other_alone() -> None:
    """The seller opened it on the first day, the buyer never did."""
    story = given(a_sale(), *REFUSED, serve())
    given(story, after(lambda c: c.served["p1"]["appeal_until"]))
    for party, may in (("p1", False), ("p2", True)):
        assert ("LodgeAppeal" in fits(story.now, [party], at=story.at)) == may
        waits = {each.who for each in awaited(story.now, at=story.at) if each.what == "appeal"}
        assert (party in waits) == may
    story.when(appeal()).then_refused(Clash, "appeal_term_over")
    story.when(appeal("p2")).then("AppealLodged")


def _upheld(ended: str) -> tuple[str, ...]:
    freed = () if ended == "completed" else ("ClaimReleased",)
    return (*freed, "AppealDecided", "AppealTermEnded")


def test_an_appeal_is_against_what_ended_the_case_and_taken_back_by_its_own_name() -> None:
    given(a_sale(), *SERVED).when(appeal(of="hash-of-another")).then_refused(Clash, "appeals_old_decision")
    given(a_sale(), *APPEALED).when(take_back(of="hash-of-nothing")).then_refused(Clash, "no_such_appeal")


def test_an_appeal_after_its_time_comes_too_late() -> None:
    story = given(a_sale(), *REFUSED, *APPEALABLE).when(appeal()).then_refused(Clash, "appeal_term_over")
    given(story, end_appeal_term()).when(appeal()).then_refused(Clash, "appeal_term_over")


def test_set_aside_the_case_is_in_review_for_others_with_the_full_time() -> None:
    story = given(a_sale(), *APPEALED, until("2026-12-09")).when(decide_appeal())
    story.then("ClaimTaken", "AppealDecided", "DecisionTermStarted")
    assert (story.now.stage, story.now.officer, story.now.proposal) == ("in_review", None, None)
    assert story.now.decided is None
    assert story.now.decision_due is not None
    assert story.now.decision_due["due"] == "2026-12-14"
    assert [claim.people for claim in story.claims.values()] == [()]
    story.when(assign(OFFICER)).then_refused(NotAllowed, "judged_before")
    story.when(assign(SUPERVISOR, to=OFFICER)).then_refused(NotAllowed, "judged_before")
    given(story, assign(SECOND), propose(SECOND))
    story.when(approve(OFFICER)).then_refused(NotAllowed, "judged_before")
    story.when(approve(THIRD)).then("EntryChanged", "ClaimReleased", "CaseApproved")


def test_the_same_decision_twice_is_ignored_and_it_is_judged_as_it_was_seen() -> None:
    story = given(a_sale(), *APPEALED)
    story.when(decide_appeal(seen=story.now.version - 1)).then_refused(Stale)
    given(story, decide_appeal()).when(decide_appeal(seen=1)).then()


def test_who_judged_it_decides_no_appeal_in_whatever_role() -> None:
    """The officer who refused is an officer of the appeals too, by another login: the same human (rules.md 20)."""
    as_before = office(
        "appeal_officer", "login-2", authority="kz-interior-ministry", person="human-officer-1"
    )
    given(a_sale(), *APPEALED).when(decide_appeal(by=as_before)).then_refused(NotAllowed, "judged_before")


def test_who_set_a_decision_aside_takes_no_new_one_but_on_another_appeal() -> None:
    """By whichever of their offices: the human counts (rules.md 19, 20)."""
    judge = office("appeal_officer", authority="kz-interior-ministry", person="human-judge")
    story = given(a_sale(), *APPEALED, decide_appeal(by=judge))
    as_officer = office("officer", "officer-9", person="human-judge")
    story.when(assign(as_officer)).then_refused(NotAllowed, "judged_before")
    story.when(assign(SUPERVISOR, to=as_officer)).then_refused(NotAllowed, "judged_before")
    given(story, assign(SECOND), refuse("tax_unpaid", by=SECOND), appeal())
    story.when(decide_appeal("upheld", by=judge)).then("AppealDecided")


def test_who_is_a_party_decides_no_appeal() -> None:
    story = given(a_sale(), *APPEALED)
    party = office("appeal_officer", authority="kz-interior-ministry", person=story.request["person_p2"])
    story.when(decide_appeal(by=party)).then_refused(NotAllowed, "party_to_this_case")


def test_appeals_are_decided_by_the_authority_that_the_law_names() -> None:
    other = office("appeal_officer", authority="kz-other")
    given(a_sale(), *APPEALED).when(decide_appeal(by=other)).then_refused(Unknown)
    given(a_sale(), *APPEALED).when(decide_appeal(by=SUPERVISOR)).then_refused(NotAllowed)
    given(a_sale(), *REFUSED).when(decide_appeal()).then_refused(Unknown)


def test_a_refusal_is_not_annulled() -> None:
    given(a_sale(), *APPEALED).when(decide_appeal("annulled")).then_refused(
        Invalid, "outcome_does_not_fit", "/outcome"
    )
    given(a_sale(), *COMPLETED, appeal()).when(decide_appeal("set_aside")).then_refused(Invalid)


def test_an_appeal_that_is_taken_back_leaves_everything_as_it_was() -> None:
    story = given(a_sale(), *APPEALED)
    story.when(take_back("p2")).then_refused(NotAllowed)
    story.when(take_back()).then("AppealTakenBack")
    assert story.now.stage == "refused"
    story.when(take_back()).then()
    story.when(appeal(reason="I thought again.")).then("AppealLodged")


def test_two_parties_appeal_and_both_are_decided_at_once() -> None:
    story = given(a_sale(), *APPEALED).when(appeal("p2", reason="I bought it.")).then("AppealLodged")
    given(story, decide_appeal())
    assert [a["outcome"] for a in story.now.appeals] == ["set_aside", "set_aside"]
    assert (story.now.open_appeals, story.now.stage) == ([], "in_review")


def test_an_appeal_that_is_taken_back_leaves_the_other_partys_to_be_decided() -> None:
    story = given(a_sale(), *APPEALED, appeal("p2", reason="I bought it."))
    given(story, take_back("p1", of=story.now.appeals[0]["of"]))
    assert story.now.stage == "appealed"
    given(story, decide_appeal())
    assert [a["outcome"] for a in story.now.appeals] == [None, "set_aside"]


@pytest.mark.parametrize(
    ("stage", "stands"),
    [
        (UNPAID, "filed"),
        ((*FILED, pay(), after(lambda c: c.consent_until), lapse()), "filed"),
        (
            (
                *RETURNED,
                after(lambda c: c.open_question["answer_until"] if c.open_question else None),
                lapse(),
                pay_back(FEE),
            ),
            "filed",
        ),
    ],
)
def test_a_lapse_that_is_set_aside_gives_the_time_anew(stage: tuple[Act, ...], stands: str) -> None:
    """What was paid and went back is to be paid again."""
    story = given(a_sale(), *stage, appeal(), later(days=3), decide_appeal())
    assert story.now.stage == stands
    story.when(lapse()).then()
    given(story, *([consent()] if not story.now.has_consents else []))
    given(story, *([pay(payment="payment-2")] if not story.now.is_paid else []))
    assert story.now.stage == ("returned" if story.now.open_question else "in_review")
    if story.now.open_question:
        given(story, answer())
    assert story.now.stage == "in_review"


@pytest.mark.parametrize(("answered_on", "due"), [("2027-02-01", "2027-02-04"), ("2027-02-03", "2027-02-08")])
def test_the_time_that_runs_anew_stood_still_for_nothing_before_it_began(answered_on: str, due: str) -> None:
    """Asked in November, set aside on the 1st of February: three working days, and those that the answer took since."""
    asked = after(lambda c: c.open_question["answer_until"] if c.open_question else None)
    story = given(a_sale(), *RETURNED, asked, lapse(), appeal(), until("2027-02-01"), decide_appeal())
    assert story.now.decision_due is not None
    assert (story.now.stage, story.now.decision_due["due"]) == ("returned", "2027-02-04")
    assert story.now.stands_still_since == story.now.decision_due["start"]
    given(story, until(answered_on), answer())
    assert story.now.decision_due["due"] == due


def test_where_another_has_the_car_by_then_the_case_waits_and_cannot_be_approved_as_it_is() -> None:
    story = given(a_sale(), *REFUSED, waive(), appeal())
    (key,) = story.claims
    story.happened((key, e.ClaimTaken(kind=key.kind, holder="case-2")))
    given(story, decide_appeal())
    assert (story.now.stage, story.now.claims_lost_at is None) == ("in_review", False)
    assert in_the_way(story) == ["claims_lost:vehicle_sale"]
    given(story, assign(SECOND), propose(SECOND)).when(approve(THIRD)).then_refused(Clash, "claims_lost")
    story.happened((key, e.ClaimReleased(kind=key.kind, holder="case-2")))
    assert in_the_way(story) == []
    story.when(approve(THIRD)).then("EntryChanged", "ClaimReleased", "CaseApproved")


# --- what is held ---------------------------------------------------------------------------------------------


def test_who_was_refused_may_let_go_of_the_car_for_others() -> None:
    story = given(a_sale(), *REFUSED).when(waive()).then("ClaimReleased", "ClaimWaived")
    assert [claim.holder for claim in story.claims.values()] == [None]
    story.when(waive()).then()
    given(story, *FINAL)
    given(a_sale(), *COMPLETED).when(waive()).then_refused(WrongStage)


def test_what_a_newer_case_has_taken_over_is_not_let_go_by_the_older() -> None:
    story = given(a_sale(), *REFUSED)
    (key,) = story.claims
    story.happened((key, e.ClaimTaken(kind=key.kind, holder="case-2")))
    story.when(waive()).then("ClaimWaived")
    assert story.claims[key].holder == "case-2"
    assert "WaiveClaim" not in fits(story.now)
    story.when(waive()).then()


# --- who opens it ---------------------------------------------------------------------------------------------


def test_one_human_who_is_several_parties_has_opened_it_for_all_of_them() -> None:
    mother = a_birth().request["mother"]
    refused = (file(), assign(OFFICER), refuse("not_proven"))
    story = given(a_birth(applicant=mother), *refused)
    mine = [party for party, human in story.now.persons.items() if human == story.now.persons["p1"]]
    assert len(mine) == 2
    given(a_birth(applicant=mother), *refused).when(serve(party=mine[1])).then("DecisionServed")
    story.when(serve()).then("DecisionServed", "DecisionServed")
    assert {*mine} == {*story.now.served}
    story.when(serve()).then()


# --- money in time --------------------------------------------------------------------------------------------

IN_TIME = "2026-12-07T18:59:00Z"


def test_who_paid_in_time_has_paid_in_time_whenever_the_treasury_says_so() -> None:
    """The day ends at 19:00 UTC; paid a minute before it, told two days after the lapse (rules.md 36)."""
    story = given(a_sale(), *UNPAID, later(days=2))
    assert story.now.fee is not None
    assert story.now.fee["due"] is not None
    assert story.now.fee["due"]["until"] == "2026-12-07T19:00:00.000000Z"
    story.when(pay(paid_at=IN_TIME))
    story.then("ClaimTaken", "FeePaid", "LapseSetAside", "DecisionTermStarted")
    assert (story.now.stage, story.now.refunds) == ("in_review", {})
    assert [claim.people for claim in story.claims.values()] == [()]


def test_who_paid_a_minute_too_late_or_too_little_gets_it_back() -> None:
    late = given(a_sale(), *UNPAID, later(days=2)).when(pay(paid_at="2026-12-07T19:00:00Z"))
    late.then("FeePaid", "RefundDue")
    assert late.the(e.RefundDue).reason == "late"
    little = given(a_sale(), *UNPAID, later(days=2)).when(pay(100, paid_at=IN_TIME))
    little.then("FeePaid", "RefundDue")
    assert little.the(e.RefundDue).reason == "lapsed"
    assert late.now.stage == little.now.stage == "lapsed"


def test_who_paid_in_time_in_parts_has_paid_in_time_when_the_last_part_is_told() -> None:
    """Until then what was told is due back, whether before the lapse or after it; of that as much counts as is
    needed, and what is too much still goes back.
    """
    story = given(a_sale(), *CONSENTED, pay(100, "early"), *UNPAID[len(CONSENTED) :])
    given(story, pay(200, "second", paid_at=IN_TIME))
    assert due_back(story) == {"early": 100, "second": 200}
    story.when(pay(FEE - 250, "third", paid_at=IN_TIME))
    story.then(
        *("ClaimTaken", "FeePaid", "RefundNotDue", "RefundNotDue", "LapseSetAside", "DecisionTermStarted")
    )
    assert (story.now.stage, story.now.kept) == ("in_review", FEE)
    assert due_back(story) == {"early": 0, "second": 50}
    story.when(pay(FEE - 250, "third", paid_at=IN_TIME)).then()


def test_what_has_gone_back_by_then_or_came_too_late_does_not_count() -> None:
    parts = {"gone back": IN_TIME, "too late": "2026-12-07T19:00:00Z"}
    for part, paid_at in parts.items():
        story = given(a_sale(), *UNPAID, later(days=2), pay(100, part, paid_at=paid_at))
        if part == "gone back":
            given(story, pay_back(100, part))
        rest = pay(FEE - 100, "the rest", paid_at=IN_TIME)
        story.when(rest).then("FeePaid", "RefundDue")
        assert (story.now.stage, story.now.kept) == ("lapsed", 0)
        story.when(pay(100, "again", paid_at=IN_TIME))
        assert (story.now.stage, story.now.kept) == ("in_review", FEE)


def test_a_refund_that_crossed_the_news_is_a_fact_that_somebody_has_to_look_for() -> None:
    story = given(a_sale(), *UNPAID, later(days=2), pay(100, "part", paid_at=IN_TIME))
    given(story, pay(FEE - 100, "rest", paid_at=IN_TIME))
    story.when(pay_back(100, "part")).then("RefundPaid")
    (row,) = refunds.PROJECTION.shown(story.now)
    assert (row["amount"], row["overpaid"]) == (0, 100)


def test_where_somebody_else_has_the_car_by_then_the_money_goes_back_and_an_officer_sees_it() -> None:
    """Until the treasury has paid it back; also who paid in parts, and while the lapse is under appeal."""
    for more in ((waive(),), (waive(), serve(), appeal())):
        story = given(a_sale(), *UNPAID, *more)
        (key,) = story.claims
        story.happened((key, e.ClaimTaken(kind=key.kind, holder="case-2")))
        given(story, pay(100, "part", paid_at=IN_TIME))
        assert "not_revived" not in waits_for(story)
        story.when(pay(FEE - 100, paid_at=IN_TIME)).then("FeePaid", "RefundDue")
        assert story.the(e.RefundDue).reason == "in_time"
        assert "not_revived" in waits_for(story)
        given(story, pay_back(FEE - 100))
        assert "not_revived" not in waits_for(story)


def test_who_paid_in_time_needs_no_appeal_against_the_lapse_any_more() -> None:
    """Nobody has to decide what the treasury has said: the lapse is set aside, and the appeal with it."""
    story = given(a_sale(), *UNPAID, serve(), appeal("p2"))
    story.when(pay(paid_at=IN_TIME))
    story.then("ClaimTaken", "FeePaid", "LapseSetAside", "DecisionTermStarted")
    assert (story.now.stage, story.now.open_appeals) == ("in_review", [])
    assert [each["outcome"] for each in story.now.appeals] == ["set_aside"]
    story.when(take_back("p2", of=story.now.appeals[0]["of"])).then_refused(WrongStage)


def test_who_paid_too_late_is_asked_for_nothing_more_once_the_lapse_is_set_aside() -> None:
    """What is due back and has not gone counts first; what has gone is asked for anew."""
    late = (*UNPAID, later(days=2), pay(paid_at="2026-12-07T19:00:00Z"), appeal())
    story = given(a_sale(), *late).when(decide_appeal())
    story.then("ClaimTaken", "AppealDecided", "RefundNotDue", "DecisionTermStarted")
    assert (story.now.stage, story.now.kept, due_back(story)) == ("in_review", FEE, {"payment-1": 0})
    gone = given(a_sale(), *late, pay_back(FEE)).when(decide_appeal())
    gone.then("ClaimTaken", "AppealDecided", "FeeAssessed")
    assert (gone.now.stage, gone.now.kept) == ("filed", 0)


def test_of_a_part_that_has_not_gone_back_the_rest_is_asked_for() -> None:
    story = given(a_sale(), *UNPAID, later(days=2), pay(100, paid_at="2026-12-07T19:00:00Z"), appeal())
    given(story, decide_appeal())
    assert (story.now.stage, story.now.kept, story.now.to_go_back) == ("filed", 100, 0)
    story.when(pay(FEE - 100, "the rest")).then("FeePaid", "DecisionTermStarted")


RESTRICTED_OUT = (*IN_HAND, refuse("restricted"), later(days=1), appeal(), later(days=1))
MEANWHILE = "2026-11-24T09:00:00Z"  # after the refusal, before the appeal was decided


def anew(*acts: Act) -> Story:
    """It was refused for a restriction, and set aside since; others have it."""
    return given(a_sale(), *RESTRICTED_OUT, decide_appeal(), later(days=1), assign(SECOND), *acts)


def test_what_had_gone_back_before_it_counted_again_is_asked_for_whenever_it_is_told() -> None:
    """As where it is told before the appeal is decided: nothing of the fee is there."""
    first = given(a_sale(), *RESTRICTED_OUT, pay_back(FEE, paid_at=MEANWHILE)).when(decide_appeal())
    first.then("ClaimTaken", "AppealDecided", "FeeAssessed")
    story = anew(propose(SECOND)).when(pay_back(FEE, paid_at=MEANWHILE))
    story.then("RefundDue", "RefundPaid", "FeeAssessed")
    assert (story.now.stage, story.now.kept, story.now.proposal) == ("filed", 0, None)
    assert refunds.PROJECTION.shown(story.now) == []
    assert [(each.what, each.amount) for each in awaited(story.now)] == [("fee", FEE)]
    story.when(pay_back(FEE, paid_at=MEANWHILE)).then()
    given(story, later(days=2)).when(pay(payment="payment-2")).then("FeePaid", "DecisionTermStarted")
    assert (story.now.stage, story.now.kept, story.now.officer) == ("in_review", FEE, "officer-2")
    given(story, propose(SECOND)).when(approve(THIRD)).then("EntryChanged", "ClaimReleased", "CaseApproved")


def test_what_is_due_back_of_another_payment_counts_before_the_fee_is_asked_for_again() -> None:
    """Nobody is asked for what they are owed."""
    story = anew(pay(FEE, "payment-2")).when(pay_back(FEE, paid_at=MEANWHILE))
    story.then("RefundNotDue", "RefundDue", "RefundPaid")
    assert (story.now.stage, story.now.kept, story.now.to_go_back) == ("in_review", FEE, 0)
    story = anew(pay(100, "payment-2")).when(pay_back(FEE, paid_at=MEANWHILE))
    story.then("RefundNotDue", "RefundDue", "RefundPaid", "FeeAssessed")
    assert (story.now.stage, story.now.kept, story.now.to_go_back) == ("filed", 100, 0)
    assert [(each.what, each.amount) for each in awaited(story.now)] == [("fee", FEE - 100)]


def test_the_time_to_decide_stands_still_while_what_had_gone_is_asked_for() -> None:
    """Set aside on the 25th; two working days are left on the 27th, when it is paid again."""
    story = anew(pay_back(FEE, paid_at=MEANWHILE))
    assert story.now.stands_still_since == "2026-11-26T09:00:00.000000Z"
    assert story.now.decision_due is not None
    assert story.now.decision_due["due"] == "2026-11-30"
    given(story, later(days=1), pay(payment="payment-2"))
    assert story.now.decision_due["due"] == "2026-12-02"


def test_what_went_back_after_it_counted_again_somebody_has_to_look_for() -> None:
    story = anew().when(pay_back(FEE)).then("RefundPaid")
    assert (story.now.stage, story.now.kept) == ("in_review", FEE)
    assert [row["overpaid"] for row in refunds.PROJECTION.shown(story.now)] == [FEE]


def test_of_a_part_that_had_gone_the_part_is_asked_for_also_while_a_question_is_open() -> None:
    story = anew(ask(by=SECOND), pay_back(100, paid_at=MEANWHILE))
    assert (story.now.stage, story.now.kept, story.now.open_question is None) == ("filed", FEE - 100, False)
    story.when(pay(100, "the rest")).then("FeePaid")
    assert story.now.stage == "returned"


def test_what_was_approved_by_then_stays_so_and_an_officer_sees_that_the_fee_is_gone() -> None:
    """Nobody loses an approval for news that two offices had late; until it is paid again, it waits for somebody."""
    story = anew(propose(SECOND), approve(THIRD)).when(pay_back(FEE, paid_at=MEANWHILE))
    story.then("RefundDue", "RefundPaid")
    assert (story.now.stage, story.now.kept) == ("approved", 0)
    assert "fee_gone" in waits_for(story)
    assert ("p1", "fee", FEE) in [(each.who, each.what, each.amount) for each in awaited(story.now)]
    given(story, acknowledge()).when(pay(FEE + 5, "payment-2")).then("FeePaid", "RefundDue")
    assert (story.now.stage, story.now.kept, due_back(story)["payment-2"]) == ("completed", FEE, 5)
    assert "fee_gone" not in waits_for(story)


def due_back(story: Story) -> dict[str, int]:
    return {payment: refund["due"] for payment, refund in story.now.refunds.items()}


def waits_for(story: Story) -> list[str]:
    return [row["reason"] for row in work_queue.PROJECTION.shown(story.now)]


def test_a_lapse_waits_two_working_days_for_statements_on_their_way() -> None:
    story = given(a_sale(), *CONSENTED, after(lambda c: c.fee["due"] if c.fee else None)).when(lapse()).then()
    given(story, later(days=1)).when(lapse()).then()
    given(story, later(days=1)).when(lapse()).then("ClaimKept", "CaseLapsed")


# --- not needed -----------------------------------------------------------------------------------------------


def test_a_stillbirth_is_not_registered_in_tuerkiye() -> None:
    story = given(a_birth(kind="still_born"), file())
    assert "exempt:still_born" in story.now.warnings
    story.when(not_needed("still_born")).then("ClaimReleased", "CaseNotNeeded")
    assert story.now.stage == Stage.NOT_NEEDED
    assert story.now.decided is not None
    assert (story.now.decided["kind"], story.now.decided["exemption"]) == ("not_needed", "still_born")
    story.when(not_needed("still_born", seen=1)).then()
    story.when(not_needed("still_born", by=SECOND, seen=1)).then_refused(Stale)
    story.when(not_needed("still_born", reason="The doctor says so.")).then_refused(WrongStage)


def test_a_living_child_is_not_declared_still_born_by_one_officer() -> None:
    """The request says that it lives; a supervisor may know better (a form that was filled in wrongly)."""
    story = given(a_birth(), file())
    story.when(not_needed("still_born")).then_refused(NotAllowed, "exemption_not_evident")
    story.when(not_needed("still_born", by=office("supervisor"))).then("ClaimReleased", "CaseNotNeeded")


def test_a_stillbirth_is_never_approved_as_a_living_childs_entry() -> None:
    story = given(a_birth(kind="still_born"), file(), assign())
    story.when(approve(OFFICER)).then_refused(Clash, "never_approved")


def test_only_the_laws_exemptions_and_only_who_has_the_case() -> None:
    given(a_birth(), file()).when(not_needed("too_young")).then_refused(
        Invalid, "unknown_exemption", "/exemption"
    )
    given(a_birth(), file(), assign(SECOND)).when(not_needed("still_born")).then_refused(
        NotAllowed, "not_assigned_to_you"
    )


def test_where_the_law_lets_nobody_prolong_it_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    law = made_up(monkeypatch, times={"extend": None})
    story = given(a_story_of(law), *IN_HAND).when(extend()).then_refused(Clash, "no_extension")
    assert "ExtendDeadline" not in fits(story.now)


# --- prolonged ------------------------------------------------------------------------------------------------


def test_the_time_to_decide_is_prolonged_once_by_what_the_law_says() -> None:
    """Due on the 26th; ten working days more: the 10th of December."""
    story = given(a_sale(), *IN_HAND).when(extend()).then("DeadlineExtended")
    assert story.now.decision_due is not None
    assert story.now.decision_due["due"] == "2026-12-10"
    assert story.the(e.DeadlineExtended).law == "to be confirmed"
    story.when(extend(seen=1)).then()
    story.when(extend("Once more.")).then_refused(Clash, "extended_already")
    story.when(extend("Once more.", seen=1)).then_refused(Stale)
    given(story, assign(SUPERVISOR, to=SECOND)).when(extend(by=SECOND, seen=1)).then_refused(Stale)


def test_the_full_time_that_runs_anew_after_a_set_aside_is_prolonged_once_again() -> None:
    story = given(
        a_sale(), *IN_HAND, extend(), refuse("tax_unpaid"), appeal(), later(days=1), decide_appeal()
    )
    assert "ExtendDeadline" in fits(story.now)
    given(story, later(days=1), assign(SECOND)).when(extend(by=SECOND)).then("DeadlineExtended")
    assert "ExtendDeadline" not in fits(story.now)
    story.when(extend("Once more.", by=SECOND)).then_refused(Clash, "extended_already")


def test_what_is_overdue_or_stands_still_is_not_prolonged() -> None:
    late = given(a_sale(), *IN_HAND, later(days=9))
    late.when(extend()).then_refused(Clash, "deadline_over")
    assert "ExtendDeadline" not in fits(late.now, at=late.at)
    given(a_sale(), *RETURNED).when(extend()).then_refused(WrongStage)
    still = given(a_sale(), *IN_HAND)
    asked = e.OpinionRequested(
        authority="kz-police",
        investigation="criminal_case",
        answer_until=None,
        rule="case.decide:officer",
        inquiry="Is it stolen?",
    )
    still.happened((LEAD, asked))
    still.when(extend()).then_refused(Clash, "stands_still")
    given(a_sale(), *COMPLETE).when(extend()).then_refused(NotAllowed, "not_assigned_to_you")


def test_a_question_from_before_a_set_aside_is_answered_though_the_money_is_not_there_again() -> None:
    """The fee went back: the case waits for it anew, and the time to answer runs beside the time to pay."""
    asked = (*RETURNED, after(lambda c: c.questions[-1]["answer_until"]), lapse(), appeal())
    story = given(a_sale(), *asked, pay_back(FEE), decide_appeal())
    assert (story.now.stage, story.now.decision_due) == ("filed", None)
    assert "ProvideInformation" in fits(story.now, ["p1"])
    story.when(answer()).then("InformationProvided")
    assert story.the(e.InformationProvided).decision_due is None
    story.when(pay(payment="payment-2")).then("FeePaid", "DecisionTermStarted")
    assert story.now.stage == Stage.IN_REVIEW


def test_what_is_decided_is_decided_also_where_another_appeal_was_taken_back_before() -> None:
    """The same again gets the same answer."""
    decided = decide_appeal("upheld")
    story = given(a_sale(), *APPEALED, appeal("p2"), take_back("p2"))
    command = decided(story)
    given(story, lambda _: command)
    story.when(lambda _: command).then()
