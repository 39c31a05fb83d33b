"""What a registry answers to what was decided: a receipt, which may complete the case, or an objection."""

from domain import events as e
from domain.case import Stage
from domain.commands import RecordObjection, RecordReceipt
from domain.decision import LEAD, Decision, Events
from domain.decisions.situation import Situation
from domain.entry import Entry, Status
from domain.lookup_keys import Key
from domain.refusals import Clash


def record_receipt(command: RecordReceipt, situation: Situation) -> Decision:
    """Only the registers that hold the entries complete the case, by saying that they applied this decision: all
    of them.
    """
    rule = situation.must_be_allowed()
    case = situation.case
    if _is_ours(command, situation) and command.event in case.receipts:
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
    is_last = all(written["entry"] == entry.entry for written in case.unanswered)
    if case.stage == Stage.APPROVED and is_last:
        served_after = situation.until(situation.terms.times.served)
        events.append((LEAD, e.CaseCompleted(served_after=served_after)))
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
    if command.event in case.receipts:
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
    for key, entry in situation.written.items():
        if entry.register == command.register and command.event in entry.changes:
            return key, entry
    return None
