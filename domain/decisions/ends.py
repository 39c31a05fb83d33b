"""The ends of a case without what it asked for: withdrawn, lapsed, out of reach of an appeal."""

from domain import events as e
from domain.case import Stage, amount_of
from domain.commands import (
    EndAppealTerm,
    LapseCase,
    WithdrawCase,
)
from domain.days.deadlines import is_past
from domain.decision import LEAD, Decision, Events
from domain.decisions import quotas
from domain.decisions.acting import for_applicant
from domain.decisions.payments import all_back
from domain.decisions.situation import Situation


def withdraw(command: WithdrawCase, situation: Situation) -> Decision:
    """Before a decision, in the name of the one who filed."""
    rule = for_applicant(command, situation)
    ended = situation.case.decided
    if ended and ended["reason"] == "applicant":
        return situation.so_already(rule)
    situation.must_fit()
    return situation.by(rule, withdrawn(situation, "applicant", situation.representative(rule)))


def withdrawn(
    situation: Situation,
    reason: e.WithdrawalReason,
    acting: e.RepresentativeMember | None,
    first: Events | None = None,
) -> Events:
    """The case is over: what it claimed is free at once, what was paid goes back."""
    over = e.CaseWithdrawn(reason=reason, acting=acting)
    return [
        *_claims_released(situation),
        *(first or []),
        (LEAD, over),
        *all_back(situation, "withdrawn"),
    ]


def lapse(_command: LapseCase, situation: Situation) -> Decision:
    """The clock: a time has run out, the case ends; what it claimed is held until the appeal term ends."""
    rule = situation.must_be_allowed()
    reason = _ran_out(situation)
    if reason is None:
        return situation.so_already(rule)
    lapsed = e.CaseLapsed(reason=reason, appeal_until=situation.until(situation.terms.times.appeal))
    case = situation.case
    # Who was approved has had what the fee for the filing is for.
    keep = amount_of(case.fee) if case.stage == Stage.APPROVED else 0
    return situation.by(rule, [(LEAD, lapsed), *all_back(situation, "lapsed", keep)])


def _ran_out(situation: Situation) -> e.LapseReason | None:
    case, at = situation.case, situation.at
    fee = case.open_fee
    # Nobody is late with a fee that is not certain yet.
    if fee and not fee["provisional"] and fee["due"] and is_past(fee["due"], at):
        return "unpaid"
    if case.stage == Stage.FILED:
        if case.consent_until and not case.has_consents and is_past(case.consent_until, at):
            return "no_consent"
    elif (question := case.open_question) and is_past(question["answer_until"], at):
        return "no_answer"
    return None


def end_appeal_term(_command: EndAppealTerm, situation: Situation) -> Decision:
    """The clock: nobody appealed in time, and what the case claimed is free (rules.md 17)."""
    rule = situation.must_be_allowed()
    case = situation.case
    is_over = case.appeal_until is not None and is_past(case.appeal_until, situation.at)
    if not is_over or case.is_appeal_term_over:
        return situation.so_already(rule)
    return situation.by(rule, [*_claims_released(situation), (LEAD, e.AppealTermEnded())])


def _claims_released(situation: Situation) -> Events:
    case = situation.case
    released = [
        (key, e.ClaimReleased(kind=key.kind, holder=case.case))
        for key, claim in situation.claims.items()
        if claim.holder == case.case
    ]
    return [*released, *quotas.free(situation)]
