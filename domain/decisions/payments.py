"""Money: what came is never refused for the stage; what is late or too much goes back (rules.md 18).

A fee that is due before the entry brings the entry about: the payment that covers it writes the registers.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from domain import events as e
from domain.authorisation import Rule
from domain.case import BEFORE_DECISION, ENDED, Case, Stage
from domain.case_fold import fee_of
from domain.case_parts import Refund, amount_of
from domain.commands import AssessFee, RecordPayment, RecordRefund, Statement, WriteEntries
from domain.countries import legal_day
from domain.country import Country
from domain.days.deadlines import Deadline, Term, compute, is_past
from domain.decision import LEAD, Decision, Events, Target
from domain.decisions import holding, writing
from domain.decisions.situation import Situation
from domain.fees import Assessment, Fee, assess, said_by_officer
from domain.forms import MAX_SAFE_INTEGER
from domain.refusals import Clash, Differs, Fault, Invalid, Named
from domain.running import is_over, ran_on, to_pay

ON_THEIR_WAY: Final = Term(2, "working_days")  # so long statements may take from the treasury (rules.md 36)


def pay(command: RecordPayment, situation: Situation) -> Decision:
    """Where the unit value of the day of payment counts, the fee is assessed anew first (rules.md 10, 11). What was
    paid after the last day is late, whether it is told before the lapse or after it.
    """
    rule = situation.must_be_allowed()
    case, paid = situation.case, command.statement
    known = case.payments.get(paid.payment)
    if known is not None:
        if known != [paid.amount, paid.currency, paid.paid_at]:
            raise Differs("payment_differs")
        return situation.so_already(rule)
    if _is_before(paid, case.filed_at):
        raise Invalid(Fault("/statement/paid_at", "before_filing"), code="statement_wrong")
    fee = case.fee
    if fee is None:
        raise TypeError("a case has its fee from its filing on")
    if paid.currency != fee["currency"]:
        asked = {"currency": Named("currency", fee["currency"])}
        raise Invalid(Fault("/statement/currency", "wrong_currency", asked), code="statement_wrong")
    if case.paid + paid.amount > MAX_SAFE_INTEGER:
        raise Invalid(Fault("/statement/amount", "too_much"), code="statement_wrong")
    came = e.FeePaid(
        payment=paid.payment,
        amount=paid.amount,
        currency=paid.currency,
        paid_at=paid.paid_at,
        statement=paid.jws,
    )
    if case.stage in (*ENDED, Stage.APPEALED) and not case.gone:
        return _after_the_end(situation, rule, came)
    if not _in_time(situation)(came.paid_at):
        return _goes_back(situation, rule, came, "late")
    anew = _assessed_anew(situation, datetime.fromisoformat(paid.paid_at))
    before: Events = [(LEAD, anew)] if anew else []
    return settled_and_written(situation, rule, [*before, (LEAD, came)], anew, paid)


def _in_time(situation: Situation) -> Callable[[str], bool]:
    """Of what was paid at some moment, whether that was within the time to pay, where one runs."""
    due, country = to_pay(situation.case), situation.country
    return lambda paid_at: due is None or not is_over(due, datetime.fromisoformat(paid_at), country)


def _after_the_end(situation: Situation, rule: Rule, came: e.FeePaid) -> Decision:
    """Who paid within the term has paid in time: the case goes on where it stood; else the money is due back
    (rules.md 36). That of a case which could not go on, an officer sees.
    """
    due = _was_due(situation.case)
    if due is None:
        return _goes_back(situation, rule, came, _its_end(situation.case, came) or "late")
    if is_past(due, datetime.fromisoformat(came.paid_at)):
        return _goes_back(situation, rule, came, "late")
    counted = _counted(situation.case, due, came)
    if counted is None:
        return _goes_back(situation, rule, came, "lapsed")
    if not _may_go_on(situation):
        return _goes_back(situation, rule, came, "in_time")
    return _revived(situation, rule, came, counted)


def _its_end(case: Case, came: e.FeePaid) -> e.RefundReason | None:
    """For which end money goes back that is told after it; None: who paid was late. What was taken back, or asks for
    nothing, owes nothing from then on, whenever it is paid; what lapsed could be paid until then.
    """
    ended = case.decided
    reason = _ENDS.get(ended["kind"]) if ended else None
    if not ended or reason != "lapsed":
        return reason
    is_before = datetime.fromisoformat(came.paid_at) < datetime.fromisoformat(ended["at"])
    return reason if is_before else None


_ENDS: Final[Mapping[str, e.RefundReason]] = {
    "lapsed": "lapsed",
    "withdrawn": "withdrawn",
    "not_needed": "not_needed",
}


def _goes_back(situation: Situation, rule: Rule, came: e.FeePaid, reason: e.RefundReason) -> Decision:
    back = _refund_due(came.payment, came.amount, came.currency, reason)
    return situation.by(rule, [(LEAD, came), back])


def _was_due(case: Case) -> Deadline | None:
    """Until when that was to be paid for want of which the case lapsed; None: it is over for another reason."""
    decided = case.decided
    fee = case.entry_fee if case.was_approved else case.fee
    return fee["due"] if fee and decided and decided["reason"] == "unpaid" else None


def _counted(case: Case, due: Deadline, came: e.FeePaid) -> list[e.RefundNotDue] | None:
    """What was paid in time before, in other parts, is due back and has not gone yet: as much of it, the oldest first,
    as is missing with what came now. None: there is not enough.
    """
    missing = case.asked - case.kept - came.amount
    found = counts_again(case, missing, lambda paid_at: not is_past(due, datetime.fromisoformat(paid_at)))
    return found if missing <= sum(each.amount for each in found) else None


def counts_again(
    case: Case, missing: int, is_counted: Callable[[str], bool] = lambda _paid_at: True
) -> list[e.RefundNotDue]:
    """Who waits for money asks for nothing that it owes back itself."""
    found = case.counts_again(missing, is_counted).items()
    return [
        e.RefundNotDue(payment=payment, amount=amount, currency=case.payments[payment][1])
        for payment, amount in found
    ]


def _may_go_on(situation: Situation) -> bool:
    """Whether what it held is its own still, or free; of an erased case nobody knows any more what it claimed."""
    return not situation.case.erased and holding.taken_again(situation)[1]


def _revived(situation: Situation, rule: Rule, came: e.FeePaid, counted: list[e.RefundNotDue]) -> Decision:
    """What waits for its entries then waits for an officer, who writes them. With the lapse an appeal against it is
    over: who paid in time has what they appealed for. What others had to do meanwhile, and could not, they have time
    for still.
    """
    case = situation.case
    claims, _ = holding.taken_again(situation)
    back: Events = [(LEAD, came), *((LEAD, each) for each in counted)]
    back.append((LEAD, e.LapseSetAside(payment=came.payment)))
    back += ((LEAD, later) for later in ran_on(case, situation.at, situation.country))
    if case.was_approved:
        back.append((LEAD, e.EntriesHeld(code="paid_in_time")))
    excess = case.kept + came.amount + sum(each.amount for each in counted) - case.asked
    payment = (came.payment, came.amount, came.currency)
    back += _back(case, [*_payments(case), payment], excess, "too_much")
    return situation.by(rule, [*claims, *back])


def assess_fee(command: AssessFee, situation: Situation) -> Decision:
    """The officer's act that a provisional fee waits for: the law names the value now, or the officer does and answers
    for it, where the law that is written down does not yet (rules.md 10). Until it is paid, what an officer said is put
    right by saying it again.
    """
    rule = situation.must_be_allowed()
    fee = situation.case.entry_fee or situation.case.fee
    if fee is not None and not fee["provisional"]:
        if command.amount in (None, fee["amount"]):
            return situation.so_already(rule)
        if not fee["said_by_officer"]:
            raise Invalid(Fault("/amount", "fee_is_known"))
    situation.must_fit()
    anew = _by_the_law(situation, _last_paid(situation))
    if anew is None or anew.provisional:
        if command.amount is None:
            raise Clash("fee_still_provisional")
        anew = _said_by_officer(command.amount, situation)
    elif command.amount not in (None, anew.amount):
        raise Invalid(Fault("/amount", "fee_is_known"))
    return settled_and_written(situation, rule, [(LEAD, anew)], anew)


def _said_by_officer(amount: int, situation: Situation) -> e.FeeAssessed:
    law = _open_law(situation)
    if law is None:
        raise LookupError(f"{situation.offer.procedure.name} asks no fee before the entry")
    return assessed(
        "entry" if situation.case.waits_for_entries else "filing",
        said_by_officer(law, amount, situation.country),
        situation,
    )


def write_entries(_command: WriteEntries, situation: Situation) -> Decision:
    """The officer's act that what is paid waits for, where a register did not let it in when the money came."""
    rule = situation.must_be_allowed()
    if situation.case.entries:
        return situation.so_already(rule)
    situation.must_fit()
    written = writing.entries_of(situation)
    closing = e.EntriesWritten(entries=written.entries)
    return situation.by(rule, [*written.events, (LEAD, closing)], to=written.concerns)


def pay_back(command: RecordRefund, situation: Situation) -> Decision:
    """The treasury paid back of a payment of which something was due: the whole, a part, or by mistake too much. Each
    is a fact; what went back beyond what was due, somebody has to look for. What was due when it went was due, whenever
    it is told: the fee for which it counted since is to be paid again.
    """
    rule = situation.must_be_allowed()
    paid = command.statement
    refund = situation.case.refunds.get(paid.payment)
    if refund is not None and [paid.amount, paid.currency, paid.paid_at] in refund["paid"]:
        return situation.so_already(rule)
    if refund is None or paid.currency != situation.case.payments[paid.payment][1]:
        raise Clash("no_refund_due")
    if refund["paid_back"] + paid.amount > MAX_SAFE_INTEGER:
        raise Invalid(Fault("/statement/amount", "too_much"), code="statement_wrong")
    if _is_before(paid, situation.case.payments[paid.payment][2]):
        raise Invalid(Fault("/statement/paid_at", "before_payment"), code="statement_wrong")
    back = e.RefundPaid(
        payment=paid.payment,
        amount=paid.amount,
        currency=paid.currency,
        paid_at=paid.paid_at,
        statement=paid.jws,
    )
    due = _was_due_then(situation.case, paid)
    if not due:
        return situation.by(rule, [(LEAD, back)])
    counted, asked = _asked_again(situation, paid.payment, due)
    again = _refund_due(paid.payment, due, paid.currency, refund["reason"] or "too_much")
    return situation.by(rule, [*counted, again, (LEAD, back), *asked])


def _was_due_then(case: Case, paid: Statement) -> int:
    """How much of it had gone before it counted again."""
    refund = case.refunds[paid.payment]
    came: int = case.payments[paid.payment][0]
    beyond = min(refund["paid_back"] + paid.amount, came) - refund["due"]
    return max(min(beyond, case.was_due(paid.payment, datetime.fromisoformat(paid.paid_at))), 0)


def _asked_again(situation: Situation, gone: str, missing: int) -> tuple[Events, Events]:
    """What counts first of all else that is due back, and the fee with a new time to pay where that is not enough; as
    long as the case may wait for it: what was approved stays so.
    """
    case = situation.case
    if case.erased or not (case.stage in BEFORE_DECISION or case.waits_for_entries):
        return [], []
    others = case._replace(refunds={p: refund for p, refund in case.refunds.items() if p != gone})
    counted = counts_again(others, missing)
    if sum(each.amount for each in counted) >= missing:
        return [(LEAD, each) for each in counted], []
    fee = _anew("entry" if case.waits_for_entries else "filing", situation)
    needed = fee.amount + (amount_of(case.fee) if case.waits_for_entries else 0)
    counted = [] if fee.provisional else counts_again(others, needed - (case.kept - missing))
    return [(LEAD, each) for each in counted], [(LEAD, fee)]


def _is_before(paid: Statement, moment: str) -> bool:
    """Whether it was paid before what it is about; some treasuries write no fractions of a second."""
    return datetime.fromisoformat(paid.paid_at) < datetime.fromisoformat(moment).replace(microsecond=0)


@lru_cache(maxsize=64)  # the same for all who have to pay by that day; nobody changes what comes back
def _lapses(due: str, country: Country) -> Deadline:
    return compute(ON_THEIR_WAY, date.fromisoformat(due), country)


def assessed(which: e.WhichFee, fee: Assessment, situation: Situation) -> e.FeeAssessed:
    """The fee as an event; the time to pay runs from now, where there is something to pay and the law gives one."""
    times = situation.terms.times
    term = times.pay if which == "filing" else times.pay_entry
    pay = term if fee["amount"] or fee["provisional"] else None
    due = situation.until(pay) if pay else None
    return e.FeeAssessed(
        fee=which,
        amount=fee["amount"],
        currency=fee["currency"],
        formula=fee["formula"],
        parts=[dict(part) for part in fee["parts"]],
        unit_day=fee["unit_day"],
        provisional=fee["provisional"],
        due=due,
        lapses=_lapses(due["due"], situation.country) if due else None,
    )


def all_back(situation: Situation, reason: e.RefundReason, keep: int = 0) -> Events:
    """What was paid for a case that ends without what it asked for, but for what the country keeps."""
    return _back(situation.case, _payments(situation.case), situation.case.kept - keep, reason)


def _assessed_anew(situation: Situation, paid_at: datetime) -> e.FeeAssessed | None:
    """The open fee by today's law, where it says something else than what was assessed; never when all is paid, or an
    officer answers for it.
    """
    known, law = situation.case.open_fee, _open_law(situation)
    if known is None or law is None:
        return None
    if not known["provisional"] and (known["said_by_officer"] or law.unit_day == "filing"):
        return None
    now = _by_the_law(situation, paid_at)
    is_it = now and (now.amount, now.provisional) == (known["amount"], known["provisional"])
    return None if is_it else now


def _by_the_law(situation: Situation, paid_at: datetime) -> e.FeeAssessed | None:
    """What is asked where the case stands, by today's law; None: nothing is."""
    law = _open_law(situation)
    if law is None:
        return None
    moment = paid_at if law.unit_day == "payment" else datetime.fromisoformat(situation.case.filed_at)
    facts = situation.facts(legal_day(moment, situation.country))
    which: e.WhichFee = "entry" if situation.case.waits_for_entries else "filing"
    return assessed(which, assess(law, facts, situation.country), situation)


def _open_law(situation: Situation) -> Fee | None:
    return situation.terms.entry_fee if situation.case.waits_for_entries else situation.terms.fee


def assessed_for(situation: Situation) -> e.FeeAssessed | None:
    """The fee for a request that is restated: anew, where it is another one; by the unit values that counted for it."""
    law, known = situation.terms.fee, situation.case.fee
    moment = situation.at if law.unit_day == "payment" else datetime.fromisoformat(situation.case.filed_at)
    now = assess(law, situation.facts(legal_day(moment, situation.country)), situation.country)
    if known and (now["amount"], now["provisional"]) == (known["amount"], known["provisional"]):
        return None
    return assessed("filing", now, situation)


def assessed_again(situation: Situation) -> Events:
    """The fee of a case that is set aside, with a new time to pay, where what came for it and has not gone back does
    not cover it.
    """
    case = situation.case
    counted = counts_again(case, case.asked - case.kept)
    if case.kept + sum(each.amount for each in counted) >= case.asked:
        again: Events = [(LEAD, each) for each in counted]
        return [*again, (LEAD, e.EntriesHeld(code="paid_in_time"))] if case.was_approved else again
    fee = _anew("entry" if case.was_approved else "filing", situation)
    needed = fee.amount + (amount_of(case.fee) if case.was_approved else 0)
    counted = [] if fee.provisional else counts_again(case, needed - case.kept)
    return [(LEAD, fee), *((LEAD, each) for each in counted)]


def _anew(which: e.WhichFee, situation: Situation) -> e.FeeAssessed:
    """The fee with a new time to pay, by the unit values that count for it now."""
    law = situation.terms.fee if which == "filing" else situation.terms.entry_fee
    if law is None:
        raise LookupError(f"{situation.offer.procedure.name} asks no fee before the entry")
    paid_now = law.unit_day == "payment"
    moment = situation.at if paid_now else datetime.fromisoformat(situation.case.filed_at)
    now = assess(law, situation.facts(legal_day(moment, situation.country)), situation.country)
    return assessed(which, now, situation)


def _last_paid(situation: Situation) -> datetime:
    """When money came last for the open fee, which is now where none did; before the approval it was for the filing."""
    case = situation.case
    decided = case.decided if case.waits_for_entries else None
    paid = [datetime.fromisoformat(paid_at) for _, _, paid_at in case.payments.values()]
    if decided:
        paid = [moment for moment in paid if moment >= datetime.fromisoformat(decided["at"])]
    return max(paid, default=situation.at)


def settled_and_written(
    situation: Situation,
    rule: Rule,
    events: Events,
    anew: e.FeeAssessed | None,
    paid: Statement | None = None,
) -> Decision:
    """What follows when the fees and all that came are compared: what is missing counts first of what is due back and
    has not gone; too much goes back, the newest first; and where this covers the fee before the entry, the registers
    are written.
    """
    case = situation.case
    fees = {"filing": case.fee, "entry": case.entry_fee} | ({anew.fee: fee_of(anew)} if anew else {})
    if any(fee["provisional"] for fee in fees.values() if fee):
        return situation.by(rule, events)
    kept = case.kept + (paid.amount if paid else 0)
    excess = kept - sum(map(amount_of, fees.values()))
    came = [*_payments(case), *([(paid.payment, paid.amount, paid.currency)] if paid else [])]
    counted = counts_again(case, -excess, (lambda _: True) if anew else _in_time(situation))
    excess += sum(each.amount for each in counted)
    events = [*events, *((LEAD, each) for each in counted), *_back(case, came, excess, "too_much")]
    if not case.waits_for_entries or case.open_fee is None or excess < 0:
        return situation.by(rule, events)
    try:
        written = writing.entries_of(situation)
    except Clash as clash:  # the money is there, and stays: an officer has to look
        return situation.by(rule, [*events, (LEAD, e.EntriesHeld(code=clash.name))])
    closing = e.EntriesWritten(entries=written.entries)
    return situation.by(rule, [*written.events, *events, (LEAD, closing)], to=written.concerns)


_Payment = tuple[str, int, str]  # id, amount, currency


def _payments(case: Case) -> list[_Payment]:
    return [(payment, amount, currency) for payment, (amount, currency, _) in case.payments.items()]


def _back(case: Case, came: list[_Payment], how_much: int, reason: e.RefundReason) -> Events:
    """So much of what came goes back, the newest first."""
    events: Events = []
    for payment, amount, currency in reversed(came):
        back = min(how_much, amount - _due_of(case.refunds, payment))
        if back > 0:
            events.append(_refund_due(payment, back, currency, reason))
            how_much -= back
    return events


def _due_of(refunds: Mapping[str, Refund], payment: str) -> int:
    return refunds[payment]["due"] if payment in refunds else 0


def _refund_due(payment: str, amount: int, currency: str, reason: e.RefundReason) -> tuple[Target, e.Event]:
    return (LEAD, e.RefundDue(payment=payment, amount=amount, currency=currency, reason=reason))
