"""Money: never refused for the stage; too little waits, too much and too late go back."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain import events as e
from domain.case import Case
from domain.decision import LEAD
from domain.refusals import Clash, Differs, Invalid, NotAllowed, Unknown, WrongStage
from projections import Row
from projections import refunds as refunds_due
from tests.domain.acts import (
    APPROVED,
    COMPLETE,
    COMPLETED,
    CONSENTED,
    FILED,
    IN_HAND,
    OFFICER,
    REFUSED,
    RETURNED,
    UNPAID,
    WITHDRAWN,
    applicant,
    assess,
    consent,
    lapse,
    later,
    pay,
    pay_back,
    stranger,
    until,
    withdraw,
)
from tests.domain.story import Act, Story, a_sale, given, text

FEE = 18_597_00  # 1,081 + 5,406 + 12,110 tenge, by the MCI of 2026
IN_2026 = "2026-12-31T10:00:00Z"
IN_2027 = "2027-01-04T10:00:00Z"  # the MCI of that year is not known
IN_DECEMBER = until("2026-12-21")  # the time to pay ends in the next year
NEW_YEAR_IN_ALMATY = "2026-12-31T19:00:00Z"


def refunds_shown(case: Case) -> list[Row]:
    return refunds_due.PROJECTION.shown(case)


def refunds(story: Story) -> list[tuple[str, int, str]]:
    found = [r.event for r in story.last if isinstance(r.event, e.RefundDue)]
    return [(refund.payment, refund.amount, refund.reason) for refund in found]


def assessed(amount: int, *, is_provisional: bool = False) -> Act:
    """The fee as an older law said it."""

    def act(story: Story) -> None:
        assert story.now.fee is not None
        fee = e.FeeAssessed(
            fee="filing",
            amount=amount,
            currency="KZT",
            formula="an older law",
            parts=[],
            unit_day="payment",
            provisional=is_provisional,
            due=story.now.fee["due"],
            lapses=story.now.fee["lapses"],
        )
        story.happened((LEAD, fee))

    return act


# --- in full, too little, too much ------------------------------------------------------------------------


def test_the_whole_fee_completes_what_everybody_agreed_to() -> None:
    story = given(a_sale(), *CONSENTED).when(pay()).then("FeePaid", "DecisionTermStarted")
    assert story.now.stage == "in_review"
    assert story.now.paid == FEE
    assert story.last[0].actor == {"id": "treasury", "role": "treasury"}
    assert story.now.decision_due is not None
    assert story.now.decision_due["due"] == "2026-11-26"


def test_the_whole_fee_alone_does_not_complete_what_waits_for_a_consent() -> None:
    assert given(a_sale(), *FILED).when(pay()).then("FeePaid").now.stage == "filed"


def test_too_little_is_taken_and_the_rest_completes() -> None:
    story = given(a_sale(), *CONSENTED).when(pay(1_000_00)).then("FeePaid")
    assert story.now.stage == "filed"
    story.when(pay(FEE - 1_000_00, "payment-2")).then("FeePaid", "DecisionTermStarted")


def test_too_much_goes_back() -> None:
    story = (
        given(a_sale(), *CONSENTED).when(pay(FEE + 500)).then("FeePaid", "RefundDue", "DecisionTermStarted")
    )
    assert refunds(story) == [("payment-1", 500, "too_much")]


@pytest.mark.parametrize("stage", [COMPLETE, IN_HAND, RETURNED, APPROVED])
def test_a_second_payment_goes_back_whole(stage: tuple[Act, ...]) -> None:
    story = given(a_sale(), *stage).when(pay(300, "payment-2")).then("FeePaid", "RefundDue")
    assert refunds(story) == [("payment-2", 300, "too_much")]


@pytest.mark.parametrize(
    ("stage", "reason"),
    [(WITHDRAWN, "withdrawn"), (UNPAID, "late"), (REFUSED, "late"), (COMPLETED, "late")],
)
def test_what_comes_after_the_end_goes_back_whole(stage: tuple[Act, ...], reason: str) -> None:
    """Nobody is late with what was taken back."""
    story = given(a_sale(), *stage).when(pay(300, "payment-9")).then("FeePaid", "RefundDue")
    assert refunds(story) == [("payment-9", 300, reason)]


def test_what_was_paid_before_the_end_and_told_after_it_is_not_called_late() -> None:
    filed = given(a_sale(), *FILED)
    paid_at = text(filed.at)
    story = given(filed, later(days=1), withdraw(), pay(300, "payment-9", paid_at=paid_at))
    assert refunds(story) == [("payment-9", 300, "withdrawn")]


def test_who_pays_after_the_day_is_late_though_the_clock_has_not_come() -> None:
    story = given(a_sale(), *CONSENTED, until("2027-06-01"))
    story.when(pay(paid_at="2026-12-08T08:00:00Z")).then("FeePaid", "RefundDue")
    assert refunds(story) == [("payment-1", FEE, "late")]
    story.when(pay(payment="payment-2", paid_at="2026-12-07T08:00:00Z"))
    story.then("FeePaid", "DecisionTermStarted")


# --- repeats ----------------------------------------------------------------------------------------------


def test_the_same_payment_twice_is_ignored() -> None:
    paid_at = "2026-11-23T09:00:00Z"
    story = given(a_sale(), *CONSENTED, pay(FEE, paid_at=paid_at), later(days=1))
    story.when(pay(FEE, paid_at=paid_at)).then()
    given(story, withdraw()).when(pay(FEE, paid_at=paid_at)).then()


@pytest.mark.parametrize("change", [{"amount": 5}, {"currency": "USD"}, {"paid_at": "2026-11-22T08:00:00Z"}])
def test_a_payment_that_says_something_else_under_its_reference_is_refused(change: dict[str, object]) -> None:
    story = given(a_sale(), *CONSENTED, pay(FEE))
    story.when(pay(**{"amount": FEE, **change})).then_refused(Differs, "payment_differs")  # type: ignore[arg-type]


def test_a_payment_in_another_currency_is_refused() -> None:
    story = given(a_sale(), *CONSENTED).when(pay(currency="USD"))
    story.then_refused(Invalid, "statement_wrong", "/statement/currency")
    story.then_refused(Invalid, "wrong_currency")


def test_only_the_treasury_says_that_money_came() -> None:
    story = given(a_sale(), *CONSENTED)
    story.when(pay(by=applicant)).then_refused(NotAllowed)
    story.when(pay(by=OFFICER)).then_refused(NotAllowed)
    story.when(pay(by=stranger)).then_refused(Unknown)


# --- the fee of the day of payment ------------------------------------------------------------------------


def test_the_fee_is_that_of_the_day_of_payment() -> None:
    """Kazakhstan takes the MCI of the day on which it is paid."""
    story = given(a_sale(), *CONSENTED, assessed(16_909_00))
    story.when(pay(16_909_00)).then("FeeAssessed", "FeePaid")
    assert story.now.fee is not None
    assert (story.now.fee["amount"], story.now.stage) == (FEE, "filed")
    story.when(pay(FEE - 16_909_00, "payment-2")).then("FeePaid", "DecisionTermStarted")


def test_a_fee_that_fell_leaves_something_to_give_back() -> None:
    story = given(a_sale(), *CONSENTED, assessed(20_000_00)).when(pay(20_000_00))
    story.then("FeeAssessed", "FeePaid", "RefundDue", "DecisionTermStarted")
    assert refunds(story) == [("payment-1", 1_403_00, "too_much")]


def test_a_new_assessment_gives_the_whole_time_to_pay_again() -> None:
    story = given(a_sale(), *CONSENTED, assessed(1), until("2026-12-04"), pay(1))
    assert story.now.fee is not None
    assert story.now.fee["due"] is not None
    assert story.now.fee["due"]["due"] == "2026-12-21"


def test_what_is_paid_in_full_is_not_assessed_again() -> None:
    """A second payment in a new year does not make the fee of the old one uncertain."""
    story = given(a_sale(), *FILED, pay(), until("2027-01-05"))
    story.when(pay(100, "payment-2", paid_at=IN_2027)).then("FeePaid", "RefundDue")
    assert story.now.fee is not None
    assert not story.now.fee["provisional"]


# --- a year without its unit value ------------------------------------------------------------------------


def test_a_filing_of_a_year_without_its_value_is_taken_and_its_fee_is_provisional() -> None:
    story = given(a_sale(at=datetime(2027, 1, 4, 9, tzinfo=UTC)), *FILED)
    assert story.now.fee is not None
    assert (story.now.fee["provisional"], story.now.fee["amount"]) == (True, FEE)


def test_a_payment_of_such_a_day_makes_the_fee_provisional() -> None:
    story = (
        given(a_sale(), IN_DECEMBER, *CONSENTED)
        .when(pay(FEE, paid_at=NEW_YEAR_IN_ALMATY))
        .then("FeeAssessed", "FeePaid")
    )
    assert story.now.fee is not None
    assert (story.now.fee["provisional"], story.now.stage) == (True, "filed")
    same_day = given(a_sale(), IN_DECEMBER, *CONSENTED).when(pay(FEE, paid_at="2026-12-31T18:59:59Z"))
    same_day.then("FeePaid", "DecisionTermStarted")


def test_nothing_is_given_back_while_the_fee_is_not_certain() -> None:
    given(a_sale(), IN_DECEMBER, *CONSENTED).when(pay(FEE * 2, paid_at=IN_2027)).then(
        "FeeAssessed", "FeePaid"
    )


def test_nobody_is_late_with_a_fee_that_is_not_certain() -> None:
    story = given(a_sale(at=datetime(2027, 1, 4, 9, tzinfo=UTC)), *CONSENTED, until("2027-12-01"))
    story.when(lapse()).then()


def test_a_provisional_fee_waits_for_an_officer_and_for_the_law() -> None:
    story = given(a_sale(at=datetime(2027, 1, 4, 9, tzinfo=UTC)), *CONSENTED, pay(FEE))
    story.when(assess()).then_refused(Clash, "fee_still_provisional")
    story.when(assess(by=applicant)).then_refused(NotAllowed)


def test_where_the_law_is_not_written_down_yet_an_officer_says_the_fee_and_it_is_paid() -> None:
    story = given(a_sale(at=datetime(2027, 1, 4, 9, tzinfo=UTC)), *CONSENTED, assess(amount=700_000))
    assert story.now.fee is not None
    assert (story.now.fee["amount"], story.now.fee["provisional"]) == (700_000, False)
    assert story.now.fee["said_by_officer"]
    story.when(pay(700_000, paid_at=IN_2027)).then("FeePaid", "DecisionTermStarted")


def test_a_slip_of_an_officer_is_put_right_until_it_is_paid() -> None:
    """The payer has a new time to pay; the same again changes nothing."""
    story = given(a_sale(at=datetime(2027, 1, 4, 9, tzinfo=UTC)), *CONSENTED, assess(amount=7_000))
    story.when(assess(amount=7_000)).then()
    story.when(assess(amount=700_000)).then("FeeAssessed")
    assert story.now.fee is not None
    assert (story.now.fee["amount"], story.now.fee["said_by_officer"]) == (700_000, True)
    given(story, pay(700_000, paid_at=IN_2027))
    story.when(assess(amount=800_000)).then_refused(WrongStage)


def test_what_the_law_names_no_officer_says_otherwise() -> None:
    story = given(a_sale(), *CONSENTED, assessed(FEE, is_provisional=True))
    story.when(assess(amount=FEE + 1)).then_refused(Invalid, "invalid_request")
    story.when(assess(amount=FEE)).then("FeeAssessed")


def test_when_the_law_names_the_value_the_officer_makes_the_fee_certain() -> None:
    story = given(a_sale(), *CONSENTED, assessed(FEE, is_provisional=True)).when(assess()).then("FeeAssessed")
    assert story.now.fee is not None
    assert not story.now.fee["provisional"]
    story.when(assess()).then()
    story.when(assess(amount=FEE + 1)).then_refused(Invalid, "invalid_request")


def test_what_was_paid_before_may_then_be_enough_or_too_much() -> None:
    story = given(a_sale(), *CONSENTED)
    paid = e.FeePaid(payment="payment-1", amount=FEE + 7, currency="KZT", paid_at=IN_2026, statement="jws")
    given(story, assessed(FEE, is_provisional=True)).happened((LEAD, paid))
    story.when(assess()).then("FeeAssessed", "RefundDue", "DecisionTermStarted")
    assert refunds(story) == [("payment-1", 7, "too_much")]


def test_what_is_too_much_goes_back_from_the_newest_payment_first() -> None:
    early = (pay(10_000_00, "a", paid_at=IN_2027), pay(12_000_00, "b", paid_at=IN_2027))
    story = given(a_sale(), IN_DECEMBER, *CONSENTED, *early).when(pay(100_00, "c", paid_at=IN_2026))
    story.then("FeeAssessed", "FeePaid", "RefundDue", "RefundDue", "DecisionTermStarted")
    assert refunds(story) == [("c", 100_00, "too_much"), ("b", 3_403_00, "too_much")]


def test_only_a_filed_case_has_its_fee_assessed_anew() -> None:
    given(a_sale(), *IN_HAND).when(assess()).then()
    late = given(a_sale(at=datetime(2027, 1, 4, 9, tzinfo=UTC)), *FILED, withdraw())
    late.when(assess()).then_refused(WrongStage)


# --- money that goes back ---------------------------------------------------------------------------------


def test_the_treasury_pays_back_what_is_due_once() -> None:
    story = given(a_sale(), *CONSENTED, pay(FEE + 500), later(days=1)).when(pay_back(500)).then("RefundPaid")
    assert story.now.refunds["payment-1"]["paid_back"] == 500
    story.when(pay_back(500)).then()


def test_what_went_back_twice_is_a_fact_that_somebody_has_to_look_for() -> None:
    """Another moment is another refund."""
    once = (*CONSENTED, pay(FEE + 500), later(days=1), pay_back(500), later(days=1))
    story = given(a_sale(), *once).when(pay_back(500)).then("RefundPaid")
    (row,) = refunds_shown(story.now)
    assert (row["amount"], row["overpaid"]) == (0, 500)
    assert story.now.kept == FEE, "what is due back is not what went back"


@pytest.mark.parametrize(("went", "due", "overpaid"), [(499, 1, 0), (FEE + 501, 0, FEE + 1)])
def test_money_that_went_is_a_fact_also_where_it_was_another_amount(
    went: int, due: int, overpaid: int
) -> None:
    """A part leaves the rest due, which may follow; what went beyond, somebody has to look for."""
    story = given(a_sale(), *CONSENTED, pay(FEE + 500), later(days=1)).when(pay_back(went)).then("RefundPaid")
    (row,) = refunds_shown(story.now)
    assert (row["amount"], row["overpaid"]) == (due, overpaid)
    if due:
        given(story, later(days=1)).when(pay_back(due)).then("RefundPaid")
        assert refunds_shown(story.now) == []


def test_a_payment_before_the_filing_is_a_mistake_also_by_a_clock_without_fractions() -> None:
    story = given(a_sale(), *CONSENTED)
    early = text(story.at - timedelta(days=1))
    story.when(pay(paid_at=early)).then_refused(Invalid, "before_filing", "/statement/paid_at")
    filed = given(a_sale(), *FILED)
    second = filed.now.filed_at[:19] + "Z"
    filed.when(pay(FEE, paid_at=second)).then("FeePaid")
    filed.when(pay(FEE, paid_at=second)).then()


def test_a_refund_before_its_payment_is_a_mistake() -> None:
    story = given(a_sale(), *FILED, later(days=1), pay(FEE + 500))
    early = pay_back(500, paid_at=story.now.filed_at)
    story.when(early).then_refused(Invalid, "before_payment", "/statement/paid_at")


def test_what_is_due_back_is_shown_since_when_until_it_went() -> None:
    story = given(a_sale(), *FILED, later(days=1), pay(FEE + 500))
    (row,) = refunds_shown(story.now)
    assert (row["payment"], row["amount"], row["reason"]) == ("payment-1", 500, "too_much")
    assert row["since"] == text(story.at)
    given(story, pay_back(500))
    assert refunds_shown(story.now) == []
    given(story, later(days=3), withdraw())
    (row,) = refunds_shown(story.now)
    assert (row["amount"], row["reason"], row["since"]) == (FEE, "withdrawn", text(story.at))


@pytest.mark.parametrize("wrong", [{"payment": "payment-7"}, {"currency": "USD"}])
def test_another_payment_or_currency_is_no_refund(wrong: dict[str, object]) -> None:
    story = given(a_sale(), *CONSENTED, pay(FEE + 500))
    story.when(pay_back(**{"amount": 500, **wrong})).then_refused(Clash, "no_refund_due")  # type: ignore[arg-type]


def test_one_payment_may_go_back_in_two_parts_for_two_reasons() -> None:
    first = pay_back(500, paid_at="2026-11-24T08:00:00Z")
    story = given(a_sale(), *FILED, pay(FEE + 500), first, withdraw())
    assert refunds(story) == [("payment-1", FEE, "withdrawn")]
    story.when(pay_back(FEE)).then("RefundPaid")
    story.when(first).then()
    assert story.now.refunds["payment-1"]["paid_back"] == FEE + 500


@for_all(st.lists(st.integers(1, FEE), max_size=6))
def test_no_money_is_lost(amounts: list[int]) -> None:
    """What came is the fee or goes back, whatever came, in whatever parts."""
    story = given(a_sale(), *CONSENTED, *(pay(a, f"payment-{n}") for n, a in enumerate(amounts)))
    due = sum(refund["due"] for refund in story.now.refunds.values())
    is_complete = any(total >= FEE for total in accumulate(amounts))
    assert story.now.stage == ("in_review" if is_complete else "filed")
    assert sum(amounts) - due == (FEE if is_complete else sum(amounts))
    given(story, withdraw())
    assert sum(refund["due"] for refund in story.now.refunds.values()) == sum(amounts)


def test_a_consent_completes_what_was_paid_in_parts() -> None:
    story = given(a_sale(), *FILED, pay(1), pay(FEE - 1, "payment-2"))
    story.when(consent()).then("ConsentGiven", "DecisionTermStarted")
