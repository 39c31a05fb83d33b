"""The applicant restates the request: every yes is void, the clock stands still, the fee is that of the new request."""

import pytest

from domain import events as e
from domain.case import Stage
from domain.claim import FREE
from domain.lookup_keys import claim_key
from domain.refusals import Clash, Invalid, NotAllowed, WrongStage
from tests.domain.acts import (
    APPROVED,
    COMPLETE,
    CONSENTED,
    FILED,
    IN_HAND,
    OFFICER,
    PROPOSED,
    REFUSED,
    RETURNED,
    after,
    amend,
    answer,
    appeal,
    ask,
    assign,
    bring,
    consent,
    decide_appeal,
    file,
    lapse,
    later,
    office,
    party,
    pay,
    pay_back,
    propose,
    refuse,
    revoke,
    until,
)
from tests.domain.story import Act, a_birth, a_sale, given
from tests.examples import person, vin

FEE = 1_859_700  # with new plates, 2026
KEPT = 648_700  # with the old ones


def test_every_yes_is_void_and_is_asked_over_the_new_request() -> None:
    story = given(a_sale(), *CONSENTED)
    older = story.now.request_hash
    story.when(amend(price={"amount": 5, "currency": "KZT"})).then("RequestAmended")
    assert (story.now.stage, story.now.consents, story.now.consents_asked) == ("filed", {}, ["p2"])
    assert story.now.request["price"]["amount"] == 5
    story.when(consent(of=older)).then_refused(Clash, "consent_over_old_request")
    story.when(consent()).then("ConsentGiven")


def test_the_fee_is_asked_for_by_its_difference() -> None:
    """Old plates cost less: what is too much goes back. New ones cost more: the rest is paid."""
    cheaper = given(a_sale(), *FILED, pay()).when(amend(new_plates=False))
    cheaper.then("FeeAssessed", "RequestAmended", "RefundDue")
    assert cheaper.the(e.RefundDue).amount == FEE - KEPT
    dearer = given(a_sale(new_plates=False), *FILED, pay(), amend(new_plates=True), consent())
    assert (dearer.now.stage, dearer.now.is_paid) == ("filed", False)
    dearer.when(pay(FEE - KEPT, "payment-2")).then("FeePaid", "DecisionTermStarted")


def test_an_amendment_that_costs_the_same_asks_for_nothing_more() -> None:
    story = given(a_sale(), *FILED, pay(), amend(buyer=person("KZ", 77))).when(consent())
    story.then("ConsentGiven", "DecisionTermStarted")


def test_another_car_is_claimed_instead_of_the_first() -> None:
    story = given(a_sale(), *FILED)
    mine = story.request["vehicle"]["vin"]
    story.when(amend(vehicle={"vin": vin(5), "plate": None})).then_refused(Clash, "not_the_owner")
    other = a_sale(5)
    given(story).entries.update(
        {
            key: entry._replace(content={**entry.content, "owner": story.request["seller"]})
            for key, entry in other.entries.items()
        }
    )
    story.when(amend(vehicle={"vin": vin(5), "plate": None})).then(
        "ClaimReleased", "ClaimTaken", "RequestAmended"
    )
    assert story.claims[claim_key("vehicle_sale", mine)] == FREE
    assert story.claims[claim_key("vehicle_sale", vin(5))].holder == story.case_id


def test_another_buyer_reads_the_case_and_the_first_one_does_not() -> None:
    story = given(a_sale(), *FILED)
    first = story.now.persons["p2"]
    given(story, amend(buyer=person("KZ", 77)))
    assert first not in story.now.persons.values()
    assert "200000000777" not in first


def test_who_filed_stays_who_filed() -> None:
    given(a_sale(), *FILED).when(amend(seller=person("KZ", 77))).then_refused(
        Invalid, "not_the_applicant", "/request/seller/personal_number"
    )
    given(a_sale(), *FILED).when(amend(party("p2"), new_plates=False)).then_refused(NotAllowed)
    given(a_sale(), *FILED).when(amend(OFFICER, new_plates=False)).then_refused(NotAllowed)


def test_an_older_request_is_not_amended_and_the_same_amendment_twice_is_ignored() -> None:
    story = given(a_sale(), *FILED)
    first = story.now.request_hash
    given(story, amend(new_plates=False)).when(amend(of=first, new_plates=False)).then()
    story.when(amend(of=first, new_plates=True)).then_refused(Clash, "amends_old_request")
    more = amend(of=first, new_plates=False, evidence=[bring("receipt")])
    story.when(more).then_refused(Clash, "amends_old_request")
    story.when(amend()).then_refused(Invalid, "nothing_amended", "/request")


def test_an_amendment_whose_answer_was_lost_is_asked_again_after_the_next_one() -> None:
    """It was so once: what was amended since stands, also where the two say the same."""
    story = given(a_sale(), *FILED)
    first = story.now.request_hash
    given(story, amend(price={"amount": 1, "currency": "KZT"}))
    second = story.now.request_hash
    given(story, amend(price={"amount": 2, "currency": "KZT"}))
    story.when(amend(of=first, price={"amount": 1, "currency": "KZT"})).then()
    story.when(amend(of=first, price={"amount": 2, "currency": "KZT"})).then_refused(
        Clash, "amends_old_request"
    )
    given(story, amend(price={"amount": 1, "currency": "KZT"}))
    story.when(amend(of=second, price={"amount": 2, "currency": "KZT"})).then()
    assert story.now.request["price"]["amount"] == 1


@pytest.mark.parametrize("stage", [COMPLETE, IN_HAND, PROPOSED, APPROVED, REFUSED])
def test_what_is_reviewed_or_decided_is_not_amended(stage: tuple[Act, ...]) -> None:
    given(a_sale(), *stage).when(amend(new_plates=False)).then_refused(WrongStage)


def test_it_answers_what_the_officer_asked_and_the_clock_runs_on_when_all_agree_again() -> None:
    """Complete on the 23rd, asked on the 24th, amended on the 25th, agreed to on the 30th: of three working days none
    was used, as days in which the clock stands still do not count.
    """
    story = given(
        a_sale(), *IN_HAND, until("2026-11-24"), ask(), until("2026-11-25"), amend(new_plates=False)
    )
    assert story.now.stage == "filed"
    assert story.now.open_question is None
    assert story.now.stands_still_since == "2026-11-24T09:00:00.000000Z"
    given(story, until("2026-11-30")).when(consent()).then("ConsentGiven", "DecisionTermStarted")
    assert story.now.decision_due is not None
    assert story.now.decision_due["due"] == "2026-12-03"
    assert story.now.stage == "in_review"


def test_a_request_that_gets_cheaper_than_what_is_left_of_the_fee_lets_the_clock_stand_on() -> None:
    """Of two payments one had gone back, as is told on the 26th: it stands still from then, not from the amendment."""
    paid = (*CONSENTED, pay(FEE // 2), pay(payment="the rest"), assign(), refuse("restricted"))
    aside = (later(days=1), appeal(), later(days=1), decide_appeal(), later(days=1))
    went = pay_back(FEE // 2, paid_at="2026-11-24T08:00:00Z")
    story = given(a_sale(), *paid, *aside, went)
    assert (story.now.stage, story.now.kept) == ("filed", FEE // 2)
    stands = story.now.stands_still_since
    assert stands == "2026-11-26T09:00:00.000000Z"
    given(story, later(days=1), amend(new_plates=False))
    assert (story.now.stage, story.now.stands_still_since) == ("filed", stands)


def test_a_proposal_does_not_outlive_the_request_that_it_is_about() -> None:
    story = given(a_sale(), *PROPOSED, ask(), amend(new_plates=False), consent())
    assert (story.now.stage, story.now.proposal) == ("in_review", None)
    given(story, propose())


def test_where_nobody_consents_and_nothing_is_due_the_review_goes_on_at_once() -> None:
    story = given(a_birth(), file(), assign(), ask(), later(days=1))
    story.when(amend(oral_statement=True)).then("RequestAmended", "DecisionTermStarted")
    assert story.now.stage == "in_review"


def test_a_new_yes_that_nobody_gives_ends_it() -> None:
    story = given(a_sale(), *FILED, pay(), amend(new_plates=False))
    given(story, after(lambda c: c.consent_until)).when(lapse()).then("ClaimKept", "CaseLapsed", "RefundDue")


# --- a yes taken back while a question is open ----------------------------------------------------------------


def test_a_question_stays_open_while_a_consent_is_asked_anew() -> None:
    """It can be answered before or after the new yes, and the clock stands still from the question on."""
    story = given(a_sale(), *RETURNED, later(days=1), revoke())
    assert (story.now.stage, story.now.open_question is None) == ("filed", False)
    given(story, consent())
    assert story.now.stage == Stage.RETURNED
    story.when(answer()).then("InformationProvided")
    assert story.now.stage == "in_review"


def test_an_answer_before_the_new_yes_leaves_the_case_waiting_for_that() -> None:
    story = given(a_sale(), *RETURNED, later(days=1), revoke(), later(days=1), answer())
    assert story.now.stage == "filed"
    given(story, until("2026-11-30")).when(consent()).then("ConsentGiven", "DecisionTermStarted")
    assert story.now.decision_due is not None
    assert story.now.decision_due["due"] == "2026-12-03"


def test_a_question_that_nobody_answers_lapses_also_while_a_consent_is_asked_anew() -> None:
    story = given(a_sale(), *RETURNED, later(days=1), revoke())
    question = story.now.open_question
    assert question is not None
    given(story, after(lambda _: question["answer_until"])).when(lapse())
    assert story.the(e.CaseLapsed).reason == "no_answer"


def test_who_was_a_party_of_the_request_before_it_was_restated_judges_nothing() -> None:
    """They had agreed to it: another buyer stands there now."""
    story = given(a_sale(), *FILED, consent())
    former = office("officer", "officer-7", person=story.now.persons["p2"])
    buyer = {**story.request["buyer"], "personal_number": {"country": "KZ", "number": "900101400015"}}
    given(story, amend(buyer=buyer))
    assert former(story).persons["KZ"] not in story.now.persons.values()
    given(story, consent(), pay()).when(assign(former)).then_refused(NotAllowed, "party_to_this_case")


def test_a_fee_that_falls_and_rises_again_is_paid_where_nothing_went_back_meanwhile() -> None:
    """What is due back counts first: nobody is asked for what the treasury owes them."""
    story = given(a_sale(), *FILED, pay(FEE))
    given(story, amend(new_plates=False))
    owed = story.now.to_go_back
    assert owed > 0
    story.when(amend(new_plates=True)).then("FeeAssessed", "RequestAmended", "RefundNotDue")
    assert (story.now.kept, story.now.to_go_back, story.now.open_fee) == (FEE, 0, None)
    story.when(consent()).then("ConsentGiven", "DecisionTermStarted")


def test_a_fee_told_twice_pays_for_what_an_amendment_asks_more() -> None:
    story = given(a_sale(), *FILED, amend(new_plates=False))
    assert story.now.fee is not None
    less = story.now.fee["amount"]
    given(story, pay(less), pay(less, "payment-2"), amend(new_plates=True))
    assert (story.now.kept, story.now.to_go_back) == (2 * less, 0)
    story.when(pay(FEE - 2 * less, "payment-3")).then("FeePaid")
    assert story.now.is_paid
