"""The other ends: taken back by who filed, or lapsed by the clock when a time has run out."""

import pytest

from domain import events as e
from domain.refusals import NotAllowed, WrongStage
from tests.domain.acts import (
    APPEALABLE,
    APPROVED,
    COMPLETE,
    CONSENTED,
    FILED,
    IN_HAND,
    OFFICER,
    PROPOSED,
    REFUSED,
    RETURNED,
    UNPAID,
    WITHDRAWN,
    after,
    answer,
    applicant,
    end_appeal_term,
    lapse,
    later,
    party,
    pay,
    pay_back,
    withdraw,
)
from tests.domain.story import Act, a_birth, a_sale, given

# --- withdrawal -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", [FILED, CONSENTED])
def test_before_a_payment_a_withdrawal_frees_the_car(stage: tuple[Act, ...]) -> None:
    story = given(a_sale(), *stage).when(withdraw()).then("ClaimReleased", "CaseWithdrawn")
    assert story.now.stage == "withdrawn"
    assert [claim.holder for claim in story.claims.values()] == [None]


@pytest.mark.parametrize("stage", [COMPLETE, IN_HAND, RETURNED, PROPOSED])
def test_until_the_decision_a_withdrawal_gives_the_fee_back(stage: tuple[Act, ...]) -> None:
    story = given(a_sale(), *stage).when(withdraw()).then("ClaimReleased", "CaseWithdrawn", "RefundDue")
    refund = story.the(e.RefundDue)
    assert (refund.payment, refund.amount, refund.reason) == ("payment-1", story.now.paid, "withdrawn")


def test_every_payment_goes_back_and_nothing_twice() -> None:
    extra = (pay(500, "payment-2"), pay_back(500, "payment-2"))
    story = given(a_sale(), *COMPLETE, *extra).when(withdraw())
    story.then("ClaimReleased", "CaseWithdrawn", "RefundDue")
    assert story.the(e.RefundDue).payment == "payment-1"


@pytest.mark.parametrize("stage", [APPROVED, REFUSED])
def test_after_the_decision_nothing_is_taken_back(stage: tuple[Act, ...]) -> None:
    given(a_sale(), *stage).when(withdraw()).then_refused(WrongStage)


def test_only_who_filed_takes_it_back() -> None:
    given(a_sale(), *FILED).when(withdraw(party("p2"))).then_refused(NotAllowed)
    given(a_sale(), *FILED).when(withdraw(OFFICER)).then_refused(NotAllowed)


def test_the_same_withdrawal_twice_is_ignored() -> None:
    given(a_sale(), *WITHDRAWN).when(withdraw(seen=1)).then()


def test_a_birth_can_be_taken_back_before_it_is_registered() -> None:
    given(a_birth(), *FILED).when(withdraw()).then("ClaimReleased", "CaseWithdrawn")


# --- lapse ------------------------------------------------------------------------------------------------


def test_what_is_not_paid_in_time_lapses() -> None:
    story = given(a_sale(), *UNPAID)
    story.then("ClaimKept", "CaseLapsed")
    assert story.now.stage == "lapsed"
    assert story.the(e.CaseLapsed).reason == "unpaid"


def test_what_is_paid_but_not_agreed_to_in_time_lapses_and_the_money_goes_back() -> None:
    story = given(a_sale(), *FILED, pay(), after(lambda c: c.consent_until)).when(lapse())
    story.then("ClaimKept", "CaseLapsed", "RefundDue")
    assert story.the(e.CaseLapsed).reason == "no_consent"


def test_a_question_that_nobody_answers_lapses() -> None:
    answer_until = after(lambda c: c.open_question["answer_until"] if c.open_question else None)
    story = (
        given(a_sale(), *RETURNED, answer_until).when(lapse()).then("ClaimKept", "CaseLapsed", "RefundDue")
    )
    assert story.the(e.CaseLapsed).reason == "no_answer"
    story.when(answer()).then_refused(WrongStage)


def test_the_last_day_is_in_time_to_its_end() -> None:
    """The legal day ends at 24:00 there (rules.md 1)."""
    story = given(
        a_sale(), *CONSENTED, after(lambda c: c.fee["lapses"] if c.fee else None), later(microseconds=-1)
    )
    story.when(lapse()).then()
    given(story, later(microseconds=1)).when(lapse()).then("ClaimKept", "CaseLapsed")


@pytest.mark.parametrize("stage", [COMPLETE, IN_HAND, PROPOSED, APPROVED, REFUSED, WITHDRAWN, UNPAID])
def test_nothing_else_lapses_however_long_it_takes(stage: tuple[Act, ...]) -> None:
    given(a_sale(), *stage, later(days=3000)).when(lapse()).then()


def test_nobody_makes_a_case_lapse_but_the_clock() -> None:
    given(a_sale(), *CONSENTED, later(days=100)).when(lapse(applicant)).then_refused(NotAllowed)


def test_against_a_lapse_there_is_an_appeal_and_the_car_is_held_so_long() -> None:
    story = given(a_sale(), *UNPAID)
    assert [claim.holder for claim in story.claims.values()] == [story.case_id]
    given(story, *APPEALABLE).when(end_appeal_term())
    story.then("ClaimReleased", "AppealTermEnded")
