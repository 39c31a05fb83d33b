"""The decider: what a command leads to, given the case and what lies beside it; or a Refusal.

Pure: the moment, the caller, ids and keys arrive as values; the law is that of the day of filing.
Each decision is written in ``domain/decisions/``, in the order of a case's life.
"""

from datetime import datetime

from domain.case import Case
from domain.commands import (
    ApproveCase,
    AssessFee,
    AssignCase,
    CaseCommand,
    Command,
    DeclineConsent,
    EndAppealTerm,
    EraseCase,
    FileCase,
    GiveConsent,
    LapseCase,
    ProposeApproval,
    ProvideInformation,
    RecordPayment,
    RecordReceipt,
    RecordRefund,
    RefuseCase,
    RequestInformation,
    RevokeConsent,
    WithdrawCase,
)
from domain.decisions import approval, consents, ends, filing, payments, quotas, review
from domain.decisions.situation import (
    SYSTEM_ACTOR,
    Beside,
    Decision,
    Events,
    Situation,
    Target,
    offer_of,
    subject_of,
)
from domain.facts import Request
from domain.limits import facts_of
from domain.offers import country_of, legal_day, offer
from domain.procedure import Key, Offer, Terms, seen
from domain.refusals import NOTHING, Differs, Unknown

__all__ = ["SYSTEM_ACTOR", "Beside", "Decision", "Events", "Target", "decide", "needs", "subject_of"]


def needs(command: Command, case: Case | None) -> tuple[Key, ...]:
    """The claims and entries that the decision on this command has to see."""
    match command:
        case FileCase():
            found = offer(command.country, command.procedure)
            if found is None:
                return ()
            terms = found.on(legal_day(command.at, country_of(command.country)))
            return _looked_at(found, terms, command.request, command.at) if terms else ()
        case ApproveCase() | WithdrawCase() | DeclineConsent() | EndAppealTerm() | RecordReceipt():
            if case is None or case.erased:
                return ()
            found, filed_at = offer_of(case), datetime.fromisoformat(case.filed_at)
            return _looked_at(found, found.since(case.terms), case.request, filed_at)
        case _:
            return ()


def _looked_at(found: Offer, terms: Terms, request: Request, filed_at: datetime) -> tuple[Key, ...]:
    procedure = found.procedure
    keys = [*procedure.claims(request), procedure.entry(request), *seen(procedure, terms, request)]
    if terms.quotas:
        keys += quotas.slots(terms, facts_of(terms, request, filed_at, country_of(found.country)))
    return tuple(dict.fromkeys(keys))


def decide(command: CaseCommand, case: Case | None, beside: Beside) -> Decision:
    """What follows from the command; without events when the same was done before (rules.md 21)."""
    if isinstance(command, FileCase):
        if case is not None:
            raise Differs("This request was filed before.", code="already_filed")
        return filing.file(command, beside)
    if case is None:
        raise Unknown(NOTHING)
    return _decided(command, Situation(command, case, beside))


def _decided(command: CaseCommand, situation: Situation) -> Decision:  # noqa: C901, PLR0911, PLR0912 - one branch a command
    match command:
        case GiveConsent():
            return consents.give(command, situation)
        case DeclineConsent():
            return consents.decline(command, situation)
        case RevokeConsent():
            return consents.revoke(command, situation)
        case RecordPayment():
            return payments.pay(command, situation)
        case AssessFee():
            return payments.assess_fee(command, situation)
        case RecordRefund():
            return payments.pay_back(command, situation)
        case AssignCase():
            return review.assign(command, situation)
        case RequestInformation():
            return review.ask(command, situation)
        case ProvideInformation():
            return review.answer(command, situation)
        case ProposeApproval():
            return review.propose(command, situation)
        case ApproveCase():
            return approval.approve(command, situation)
        case RefuseCase():
            return review.refuse(command, situation)
        case WithdrawCase():
            return ends.withdraw(command, situation)
        case LapseCase():
            return ends.lapse(command, situation)
        case EndAppealTerm():
            return ends.end_appeal_term(command, situation)
        case RecordReceipt():
            return ends.record_receipt(command, situation)
        case EraseCase():
            return ends.erase(command, situation)
        case _:
            raise TypeError(f"no decision is written for {type(command).__name__}")
