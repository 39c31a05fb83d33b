"""Whoever holds every key of a country, and signs with the right one what no decision leads to (check 29)."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

from domain import events as e
from domain.decision import SYSTEM_ACTOR
from domain.offers import offers, terms_hash
from tests.infra.past import OFFICE
from tests.infra.verification import test_offices as offices
from tests.infra.verification.test_offices import APPLICANT, MINISTRY, Operator, changed, decided, lodged

BUYER: e.ActorMember = {"id": "p2", "role": "buyer"}
ONE, TWO, SENIOR = (f"{OFFICE}-{who}" for who in ("officer-1", "officer-2", "supervisor"))
FEE = 648_700_00
BY_OFFICER: Any = {"officer_person": "-", "officer_signature": None}


kept, operator = offices.kept, offices.operator


def told(operator: Operator, event: e.Event, by: e.ActorMember, case: str = "waiting") -> list[str]:
    """In the name of the office of the case."""
    return operator.sign(operator.past.cases.get(case, case), OFFICE, lambda _case: [event], by)


def filed(operator: Operator, consents: list[str], *more: e.Event) -> tuple[str, list[str]]:
    sale, waiting, case = offers()["KZ", "car_sale"], operator.past.states["waiting"], str(uuid4())
    terms = sale.terms[-1]
    of: Any = {"parties": waiting.parties, "consents": consents, "consent_until": None}
    of |= {"request": waiting.request, "evidence": [], "acting": None, "signature": None, "warnings": []}
    law: Any = {"terms": terms.since.isoformat(), "terms_sha256": terms_hash(terms)}
    begun = e.CaseFiled(procedure="car_sale", form=waiting.form, **of, **law)
    taken = e.ClaimTaken(kind="vehicle_sale", holder=case)
    events = [begun, *more]
    return case, operator.sign(case, OFFICE, lambda _case: events, APPLICANT, claims=[(str(uuid4()), taken)])


def now(operator: Operator, case: str) -> Any:
    return operator.country.desk.have(lambda append: append.load(case, "case")).result().state


def fee(amount: int) -> e.FeeAssessed:
    how: Any = {"formula": "-", "parts": [], "unit_day": "payment", "provisional": False}
    return e.FeeAssessed(fee="filing", amount=amount, currency="KZT", **how, due=None, lapses=None)


def open_fee() -> e.FeeAssessed:
    """As it is asked on a day for which the law names no value yet."""
    return replace(fee(FEE), provisional=True)


def said(amount: int) -> e.FeeAssessed:
    part = {"name": "by_officer", "units": str(amount), "unit": None, "unit_value": 1, "amount": amount}
    return replace(fee(amount), parts=[part])


def day(operator: Operator) -> Any:
    return operator.past.states["sold"].ending["served_after"]


def propose(operator: Operator, by: str = ONE) -> list[str]:
    proposed = e.ApprovalProposed(rule="case.decide:officer", note=None, **BY_OFFICER)
    return operator.assign(operator.past.cases["waiting"], by) or told(
        operator, proposed, operator.officer(by)
    )


def approve(operator: Operator, by: str = TWO) -> list[str]:
    car = operator.entry(2)
    return operator.approve(operator.past.cases["waiting"], car, by, {"register": "vehicles", "entry": car})


def refuse(operator: Operator, ground: str) -> list[str]:
    assert operator.assign(operator.past.cases["waiting"], ONE) == []
    said: Any = {"law": [], "served_after": day(operator), "reason": "-", **BY_OFFICER}
    refused = e.CaseRefused(rule="case.decide:officer", grounds=[ground], **said)
    return told(operator, refused, operator.officer(ONE))


# --- what is written ------------------------------------------------------------------------------------------


def test_what_an_approval_wrote_is_not_followed_by_another_car(operator: Operator) -> None:
    assert propose(operator) == []
    assert approve(operator) == []
    other = operator.entry(0)
    written = e.EntriesWritten(entries=[{"register": "vehicles", "entry": other}])
    waiting = operator.past.cases["waiting"]
    found = operator.sign(waiting, OFFICE, lambda _c: [written], SYSTEM_ACTOR, beside=(other, changed))
    assert found == ["course"]


# --- money ------------------------------------------------------------------------------------------------------


def test_no_fee_is_assessed_out_of_nothing(operator: Operator) -> None:
    """Neither by the clock, nor by an officer who was not waited for."""
    for by in (SYSTEM_ACTOR, operator.officer(ONE)):
        assert told(operator, fee(0), by) == ["course"]


def test_a_fee_in_a_partys_name_is_that_of_what_follows(operator: Operator) -> None:
    assert operator.assign(operator.past.cases["waiting"], ONE) == []
    assert told(operator, fee(0), APPLICANT) == []
    proposed = e.ApprovalProposed(rule="case.decide:officer", note=None, **BY_OFFICER)
    assert told(operator, proposed, operator.officer(ONE)) == ["course"]


def test_a_fee_is_the_one_of_the_law(operator: Operator) -> None:
    """Of 2027 no value is known: neither that it is free is so, nor that it is anything for certain."""
    assert filed(operator, ["p2"], open_fee())[1] == []
    for amount in (0, 1, FEE):
        assert filed(operator, ["p2"], fee(amount))[1] == ["course"]


def test_of_a_day_without_a_value_an_officer_answers_for_the_fee(operator: Operator) -> None:
    assert filed(operator, ["p2"], said(FEE))[1] == ["course"]
    case, _ = filed(operator, ["p2"], open_fee())
    at_counter: e.ActorMember = {**operator.officer(ONE), "for": {"party": "p1", "as": "counter"}}
    for by in (APPLICANT, SYSTEM_ACTOR, at_counter):
        assert told(operator, said(1), by, case) == ["course"]
    assert told(operator, fee(FEE), operator.officer(ONE), case) == ["course"]
    case, _ = filed(operator, ["p2"], open_fee())
    assert told(operator, said(FEE), operator.officer(ONE), case) == []
    assert told(operator, said(FEE + 1), operator.officer(ONE), case) == [], "they had slipped"
    assert told(operator, fee(FEE), operator.officer(ONE), case) == ["course"]


def test_nothing_is_due_back_of_what_never_came(operator: Operator) -> None:
    back = e.RefundDue(payment=str(uuid4()), amount=1, currency="KZT", reason="too_much")
    assert told(operator, back, SYSTEM_ACTOR) == ["course"]


def test_no_more_is_due_back_than_came_and_no_more_counts_again(operator: Operator) -> None:
    came = operator.past.stated("waiting", "2026-03-03T08:00:00Z")
    of: Any = {"payment": came.payment, "currency": came.currency}
    much = e.RefundDue(amount=came.amount + 1, reason="too_much", **of)
    assert told(operator, much, SYSTEM_ACTOR) == ["course"]


def test_what_counts_again_was_due_back(operator: Operator) -> None:
    came = operator.past.stated("waiting", "2026-03-03T08:00:00Z")
    of: Any = {"payment": came.payment, "currency": came.currency}
    assert refuse(operator, "tax_unpaid") == []
    assert told(operator, e.RefundDue(amount=1, reason="refused", **of), SYSTEM_ACTOR) == []
    assert told(operator, e.RefundNotDue(amount=2, **of), SYSTEM_ACTOR) == ["course"]


# --- consents -----------------------------------------------------------------------------------------------------


def test_whose_consent_the_procedure_asks_is_asked(operator: Operator) -> None:
    assert filed(operator, [])[1] == ["course"]
    assert filed(operator, ["p1", "p2"])[1] == ["course"]
    assert filed(operator, ["p2"])[1] == []


def test_a_consent_is_the_partys_and_over_the_request_that_stands(operator: Operator) -> None:
    case, _ = filed(operator, ["p2"], open_fee())
    of = now(operator, case).request_hash
    given = e.ConsentGiven(party="p2", of=of, acting=None)
    assert told(operator, replace(given, of="A" * 43), BUYER, case) == ["course"]
    assert told(operator, given, APPLICANT, case) == ["course"]
    by_head: e.ActorMember = {**APPLICANT, "for": {"party": "p2", "as": "head"}}
    assert told(operator, given, by_head, case) == []


def test_no_consent_is_taken_back_after_the_proposal(operator: Operator) -> None:
    """And what was proposed of another request is no proposal."""
    assert propose(operator) == []
    of = operator.past.states["waiting"].request_hash
    back = e.ConsentRevoked(party="p2", of=of, consent_until=day(operator), acting=None)
    assert told(operator, back, BUYER) == ["course"]


# --- who ------------------------------------------------------------------------------------------------------------


def test_others_decide_what_was_set_aside(operator: Operator) -> None:
    assert propose(operator) == []
    assert refuse(operator, "restricted") == []
    assert operator.sign(operator.past.cases["waiting"], OFFICE, lodged, APPLICANT) == []
    judge = operator.officer(f"{MINISTRY}-appeal-officer-1")
    aside = partial(decided, outcome="set_aside")
    assert operator.sign(operator.past.cases["waiting"], MINISTRY, aside, judge) == []
    assert propose(operator) == ["course"]
    assert propose(operator, TWO) == []


def test_nobody_appeals_after_the_time_to_appeal(operator: Operator) -> None:
    assert told(operator, e.AppealTermEnded(), SYSTEM_ACTOR, "sold") == []
    assert operator.sign(operator.past.cases["sold"], OFFICE, lodged, APPLICANT) == ["course"]


def test_the_clock_opens_no_decision(operator: Operator) -> None:
    end = operator.past.states["sold"].ending["of"]
    served = e.DecisionServed(party="p1", of=end, how="opened", appeal_until=day(operator), acting=None)
    assert told(operator, served, SYSTEM_ACTOR, "sold") == ["course"]


def test_nobody_but_who_applies_takes_a_request_back(operator: Operator) -> None:
    withdrawn = e.CaseWithdrawn(reason="applicant", acting=None)
    assert told(operator, withdrawn, {"id": "nobody", "role": "ghost"}) == ["course"]


def test_no_day_becomes_earlier(operator: Operator) -> None:
    """Neither that of the decision, nor the one on which the law takes it as read."""
    assert told(operator, e.DecisionTermStarted(due=day(operator)), SYSTEM_ACTOR) == []
    earlier = {**day(operator), "until": "2026-03-01T00:00:00Z"}
    for case, which in (("waiting", "decide"), ("sold", "served")):
        moved: Any = {"which": which, "party": None, "of": None, "due": earlier, "lapses": None}
        assert told(operator, e.DeadlineRestated(**moved), SYSTEM_ACTOR, case) == ["course"]


# --- what is decided --------------------------------------------------------------------------------------------------


def test_a_case_is_refused_on_grounds_of_the_law(operator: Operator) -> None:
    assert refuse(operator, "no_such_ground") == ["course"]


def test_a_case_is_not_needed_by_an_exemption_of_the_law(operator: Operator) -> None:
    said: Any = {"law": "-", "rule": "case.not_needed:officer", "reason": None, "officer_person": "-"}
    assert told(operator, e.CaseNotNeeded(exemption="because", **said), operator.officer(ONE)) == ["course"]


def test_no_case_lapses_before_its_day(operator: Operator) -> None:
    case, _ = filed(operator, ["p2"], fee(FEE))
    lapsed = e.CaseLapsed(reason="unpaid", served_after=day(operator))
    assert told(operator, lapsed, SYSTEM_ACTOR, case) == ["course"]


def test_a_lapse_is_set_aside_by_a_payment_that_came(operator: Operator) -> None:
    fee_lapsed = replace(fee(FEE), due=day(operator))
    case, _ = filed(operator, ["p2"], fee_lapsed)
    lapsed = e.CaseLapsed(reason="unpaid", served_after=day(operator))
    assert told(operator, lapsed, SYSTEM_ACTOR, case) == []
    assert told(operator, e.LapseSetAside(payment=str(uuid4())), SYSTEM_ACTOR, case) == ["course"]
