"""The ends of a case: withdrawn, lapsed, applied by the registry, out of reach of an appeal, forgotten."""

from datetime import date, datetime

from domain import events as e
from domain.case import Stage, amount_of
from domain.commands import (
    EndAppealTerm,
    EraseCase,
    LapseCase,
    RecordObjection,
    RecordReceipt,
    WithdrawCase,
)
from domain.days.deadlines import compute, is_past
from domain.decision import LEAD, Decision, Events
from domain.decisions import quotas
from domain.decisions.acting import for_applicant
from domain.decisions.payments import all_back
from domain.decisions.situation import Situation
from domain.entry import Entry, Status
from domain.procedure import Forever, Key
from domain.refusals import Clash, Fault, Invalid


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


def record_receipt(command: RecordReceipt, situation: Situation) -> Decision:
    """Only the registers that hold the entries complete the case, by saying that they applied this decision: all
    of them.
    """
    rule = situation.must_be_allowed()
    case = situation.case
    if _is_ours(command, situation) and command.event in case.receipts.values():
        return situation.so_already(rule)
    found = _entry_of(command, situation)
    if found is None:
        raise Clash("receipt_does_not_match")
    situation.must_fit()
    key, entry = found
    receipt = e.ReceiptRecorded(
        register=command.register, entry=entry.entry, event=command.event, receipt=command.jws
    )
    events: Events = [*_numbered(command, situation, key, entry), (LEAD, receipt)]
    if {*case.receipts, entry.entry} >= {written["entry"] for written in case.entries}:
        events.append((LEAD, e.CaseCompleted()))
    return situation.by(rule, events)


def record_objection(command: RecordObjection, situation: Situation) -> Decision:
    """A register cannot apply what was decided: the officer sees it, and the case waits for its receipt."""
    rule = situation.must_be_allowed()
    case = situation.case
    known = [(objection["event"], objection["code"]) for objection in case.objections]
    if _is_ours(command, situation) and (command.event, command.code) in known:
        return situation.so_already(rule)
    found = _entry_of(command, situation)
    if found is None:
        raise Clash("objection_does_not_match")
    _, entry = found
    if entry.entry in case.receipts:
        raise Clash("receipt_recorded")
    situation.must_fit()
    objection = e.ObjectionRecorded(
        register=command.register,
        entry=entry.entry,
        event=command.event,
        code=command.code,
        objection=command.jws,
    )
    return situation.by(rule, [(LEAD, objection)])


def _is_ours(command: RecordReceipt | RecordObjection, situation: Situation) -> bool:
    """Whether it comes from the office that keeps the register."""
    return command.authority == situation.terms.registry_of(command.register)


def _numbered(command: RecordReceipt, situation: Situation, key: Key, entry: Entry) -> Events:
    """The number that the register gave, once for each entry, where the law leaves it to the register."""
    if situation.terms.numbers.get(command.register) != "register" or entry.number is not None:
        return []
    if entry.status != Status.ACTIVE or entry.is_erased:
        return []
    if command.number is None:
        raise Clash("number_missing")
    return [(key, e.EntryNumbered(register=command.register, of=command.event, number=command.number))]


def _entry_of(command: RecordReceipt | RecordObjection, situation: Situation) -> tuple[Key, Entry] | None:
    """The entry of that register which the event wrote, if this case decided it, and its office speaks of it."""
    if not _is_ours(command, situation) or command.event not in situation.case.effects:
        return None
    for effect in situation.effects:
        entry = situation.entry_at(effect.key)
        if entry and effect.register.name == command.register and command.event in entry.changes:
            return effect.key, entry
    return None


def erase(command: EraseCase, situation: Situation) -> Decision:
    """The keys of those named are given up; not before the law allows to forget (rules.md 30)."""
    rule = situation.must_be_allowed()
    case, keys = situation.case, situation.keys
    whose = set(command.whose or keys)
    if whose - {"case", *case.owners.values(), *keys}:
        raise Invalid(Fault("/whose", "unknown_role"))
    if "case" in whose:
        whose |= keys.keys()  # what is about several people falls last, with everything
    fallen = sorted(keys[w] for w in whose if w in keys)
    if not fallen:
        return situation.so_already(rule)
    situation.must_fit()
    _may_be_forgotten(situation)
    erased = e.PersonalDataErased(keys=fallen, whose=sorted(whose), basis=command.basis)
    return situation.by(rule, [(LEAD, erased)])


def _may_be_forgotten(situation: Situation) -> None:
    case, terms = situation.case, situation.terms
    ended = datetime.fromisoformat(case.decided["at"] if case.decided else case.filed_at)
    if case.appeal_until is not None:
        is_open = not case.is_appeal_term_over
    else:
        # A completed case can be appealed against too; one that was withdrawn cannot.
        is_open = case.stage == Stage.COMPLETED and not is_past(
            compute(terms.times.appeal, ended, situation.country), situation.at
        )
    if is_open:
        raise Clash("appeal_term_open")
    if isinstance(terms.retention, Forever):
        raise Clash("kept_for_good")
    kept_until = compute(terms.retention, ended, situation.country)
    if not is_past(kept_until, situation.at):
        raise Clash("retention_not_over", until=date.fromisoformat(kept_until["due"]))


def _claims_released(situation: Situation) -> Events:
    case = situation.case
    released = [
        (key, e.ClaimReleased(kind=key.kind, holder=case.case))
        for key, claim in situation.claims.items()
        if claim.holder == case.case
    ]
    return [*released, *quotas.free(situation)]
