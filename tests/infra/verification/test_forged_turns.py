"""Who holds all keys writes a turn that a case did not take, signed by the right office: the verifier names it."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from domain import events as e
from domain.decision import SYSTEM_ACTOR
from tests.infra.past import OFFICE
from tests.infra.verification.test_course import BUYER, FEE, day, fee, filed, now, refuse, told
from tests.infra.verification.test_offices import (
    APPLICANT,
    MINISTRY,
    Operator,
    decided,
    kept,
    lodged,
    operator,
)

__all__ = ["kept", "operator"]
ONE, JUDGE = f"{OFFICE}-officer-1", f"{MINISTRY}-appeal-officer-1"
GHOST: e.ActorMember = {"id": "nobody", "role": "ghost"}


def appealed(operator: Operator, case: str = "sold") -> str:
    stream = operator.past.cases[case]
    assert operator.sign(stream, OFFICE, lodged, APPLICANT) == []
    return stream


def judged(operator: Operator, case: str, outcome: e.AppealOutcome) -> list[str]:
    return operator.sign(case, MINISTRY, partial(decided, outcome=outcome), operator.officer(JUDGE))


# --- appeals --------------------------------------------------------------------------------------------------


def test_what_is_completed_is_never_set_aside(operator: Operator) -> None:
    assert judged(operator, appealed(operator), "set_aside") == ["course"]


def test_what_was_refused_has_nothing_to_annul(operator: Operator) -> None:
    assert refuse(operator, "tax_unpaid") == []
    assert judged(operator, appealed(operator, "waiting"), "annulled") == ["course"]


def test_what_is_annulled_on_appeal_is_taken_back_with_it(operator: Operator) -> None:
    assert judged(operator, appealed(operator), "annulled") == ["course"]


def test_only_a_party_appeals(operator: Operator) -> None:
    def by_nobody(case: Any) -> list[e.Event]:
        (event,) = lodged(case)
        assert isinstance(event, e.AppealLodged)
        return [replace(event, party="p9")]

    assert operator.sign(operator.past.cases["sold"], OFFICE, by_nobody, {"id": "p9", "role": "ghost"}) == [
        "course"
    ]


def test_only_who_appealed_takes_the_appeal_back(operator: Operator) -> None:
    of = operator.newest(appealed(operator))
    assert told(operator, e.AppealTakenBack(of=of, acting=None), BUYER, "sold") == ["course"]


def test_no_appeal_is_taken_back_that_was_never_lodged(operator: Operator) -> None:
    appealed(operator)
    assert told(operator, e.AppealTakenBack(of="B" * 43, acting=None), APPLICANT, "sold") == ["course"]


def test_a_time_to_appeal_that_has_begun_is_not_over_at_once(operator: Operator) -> None:
    assert refuse(operator, "tax_unpaid") == []
    case = operator.past.cases["waiting"]
    later = replace_until(day(operator), "2099-01-01T00:00:00.000000Z")
    served = e.DecisionServed(
        party="p1", of=now(operator, case).ending["of"], how="opened", appeal_until=later, acting=None
    )
    assert told(operator, served, APPLICANT) == []
    assert told(operator, e.AppealTermEnded(), SYSTEM_ACTOR) == ["course"]


# --- what is served and said for a party ----------------------------------------------------------------------


def opened(operator: Operator, party: str, by: e.ActorMember, case: str) -> list[str]:
    of = now(operator, operator.past.cases["sold"]).ending["of"]
    served = e.DecisionServed(party=party, of=of, how="opened", appeal_until=day(operator), acting=None)
    return told(operator, served, by, case)


def test_nobody_opens_for_another_what_ended_the_case(operator: Operator) -> None:
    assert opened(operator, "p1", BUYER, "sold") == ["course"]


def test_nothing_is_served_before_a_decision_or_on_nobody(operator: Operator) -> None:
    assert opened(operator, "p1", APPLICANT, "waiting") == ["course"]
    assert opened(operator, "p9", GHOST, "sold") == ["course"]


def test_a_case_ends_by_a_no_only_where_somebody_said_it(operator: Operator) -> None:
    assert told(operator, e.CaseWithdrawn(reason="consent_declined", acting=None), GHOST) == ["course"]


def test_at_the_counter_there_is_an_officer(operator: Operator) -> None:
    case, _ = filed(operator, ["p2"], fee(FEE))
    given = e.ConsentGiven(party="p2", of=now(operator, case).request_hash, acting=None)
    for_another: Any = {"party": "p2", "as": "counter"}
    by: e.ActorMember = {"id": str(uuid4()), "role": "treasury", "for": for_another}
    assert told(operator, given, by, case) == ["course"]


def test_nothing_is_let_go_of_before_the_end(operator: Operator) -> None:
    assert told(operator, e.ClaimWaived(acting=None), APPLICANT) == ["course"]


# --- money and days -------------------------------------------------------------------------------------------


def test_what_was_paid_in_time_does_not_go_back_as_late(operator: Operator) -> None:
    """And so lapses for want of it."""
    came = operator.past.stated("waiting", "2026-03-03T08:00:00Z")
    of: Any = {"payment": came.payment, "amount": came.amount, "currency": "KZT"}
    for reason in ("late", "in_time"):
        assert told(operator, e.RefundDue(reason=reason, **of), SYSTEM_ACTOR) == ["course"]


def test_only_the_officer_who_has_the_case_proposes_and_refuses(operator: Operator) -> None:
    said: Any = {
        "rule": "case.decide:officer",
        "officer_person": "-",
        "officer_signature": None,
        "note": None,
    }
    proposed = e.ApprovalProposed(**said)
    assert told(operator, proposed, operator.officer(ONE)) == ["course"]
    assert operator.assign(operator.past.cases["waiting"], ONE) == []
    assert told(operator, proposed, operator.officer(f"{OFFICE}-officer-2")) == ["course"]


@pytest.mark.parametrize("reason", ["too_much", "refused", "lapsed", "withdrawn", "not_needed"])
def test_no_money_goes_back_for_what_is_not_so(operator: Operator, reason: e.RefundReason) -> None:
    came = operator.past.stated("waiting", "2026-03-03T08:00:00Z")
    back = e.RefundDue(payment=came.payment, amount=came.amount, currency="KZT", reason=reason)
    assert told(operator, back, SYSTEM_ACTOR) == ["course"]


def test_what_counted_again_is_due_back_only_to_say_that_it_had_gone(operator: Operator) -> None:
    """It was refused, set aside, and counts again; no refusal stands by which it could go back."""
    came, case = operator.past.stated("waiting", "2026-03-03T08:00:00Z"), operator.past.cases["waiting"]
    of: Any = {"payment": came.payment, "amount": came.amount, "currency": "KZT"}
    assert refuse(operator, "tax_unpaid") == []
    assert told(operator, e.RefundDue(reason="refused", **of), SYSTEM_ACTOR) == []
    appealed(operator, "waiting")
    assert judged(operator, case, "set_aside") == []
    assert told(operator, e.RefundNotDue(**of), SYSTEM_ACTOR) == []
    assert told(operator, e.RefundDue(reason="refused", **of), SYSTEM_ACTOR) == []
    assert told(operator, e.DecisionTermStarted(due=day(operator)), SYSTEM_ACTOR) == ["course"]


def test_a_time_that_is_prolonged_becomes_longer(operator: Operator) -> None:
    until = day(operator)
    assert told(operator, e.DecisionTermStarted(due=until), SYSTEM_ACTOR) == []
    earlier = replace_until(until, "2026-01-01T00:00:00.000000Z")
    extended = e.DeadlineExtended(due=earlier, rule="-", law="-", reason="-")
    assert told(operator, extended, operator.officer(ONE)) == ["course"]


def replace_until(due: Any, until: str) -> Any:
    return {**due, "until": until}


# --- who appoints ---------------------------------------------------------------------------------------------


def granted(operator: Operator, by: e.ActorMember, role: str) -> list[str]:
    said: Any = {"competence": str(uuid4()), "authority": OFFICE, "office_id": str(uuid4()), "role": role}
    days: Any = {"procedures": ["car_sale"], "since": "2020-01-01", "until": None, "rule": "-"}
    event = e.CompetenceGranted(**said, **days, person="-", login=None)
    return operator.sign(str(uuid4()), "kz-competence-register", lambda _: [event], by, "competence")


@pytest.mark.parametrize("by", [APPLICANT, GHOST])
def test_only_who_may_appoint_appoints(operator: Operator, by: e.ActorMember) -> None:
    assert granted(operator, by, "officer") == ["officer"]


def test_no_office_appoints_in_a_role_that_it_has_not(operator: Operator) -> None:
    personnel = operator.officer(f"{OFFICE}-personnel-officer")
    assert granted(operator, personnel, "court") == ["officer"]
    assert granted(operator, personnel, "officer") == []
