"""Money: what came is never refused for the stage; what is late or too much goes back (rules.md 18)."""

from collections.abc import Mapping
from datetime import datetime

from domain import events as e
from domain.case import ENDED, Fee, Refund, Stage, fee_of
from domain.commands import AssessFee, RecordPayment, RecordRefund, Statement
from domain.countries import legal_day
from domain.decision import LEAD, Decision, Events, Target
from domain.decisions.filing import assessed
from domain.decisions.situation import Situation
from domain.fees import assess
from domain.forms import MAX_SAFE_INTEGER
from domain.refusals import Clash, Differs, Fault, Invalid, Named


def pay(command: RecordPayment, situation: Situation) -> Decision:
    """Where the unit value of the day of payment counts, the fee is assessed anew first (rules.md 10, 11)."""
    rule = situation.allowed()
    case, paid = situation.case, command.statement
    known = case.payments.get(paid.payment)
    if known is not None:
        if known != [paid.amount, paid.currency, paid.paid_at]:
            raise Differs("payment_differs")
        return situation.so_already(rule)
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
    if case.stage in ENDED:
        late = _refund_due(paid.payment, paid.amount, paid.currency, "late")
        return situation.by(rule, [(LEAD, came), late])
    anew = _assessed_anew(situation, datetime.fromisoformat(paid.paid_at))
    fee = fee_of(anew) if anew else fee
    before: Events = [(LEAD, anew)] if anew else []
    return situation.by(rule, [*before, (LEAD, came), *_settled(situation, fee, paid)])


def assess_fee(_command: AssessFee, situation: Situation) -> Decision:
    """The officer's act that a provisional fee waits for: the law names the value now (rules.md 10)."""
    rule = situation.allowed()
    case = situation.case
    if case.fee is not None and not case.fee["provisional"]:
        return situation.so_already(rule)
    situation.fits()
    latest = max((datetime.fromisoformat(p[2]) for p in case.payments.values()), default=situation.at)
    anew = _assessed_anew(situation, latest)
    if anew is None or anew.provisional:
        raise Clash("fee_still_provisional")
    return situation.by(rule, [(LEAD, anew), *_settled(situation, fee_of(anew))])


def pay_back(command: RecordRefund, situation: Situation) -> Decision:
    """The treasury paid back what was due for this payment, the whole of it."""
    rule = situation.allowed()
    paid = command.statement
    refund = situation.case.refunds.get(paid.payment)
    if refund is not None and [paid.amount, paid.currency, paid.paid_at] in refund["paid"]:
        return situation.so_already(rule)
    left = refund["due"] - refund["paid_back"] if refund else 0
    if not left or paid.amount != left or paid.currency != situation.case.payments[paid.payment][1]:
        raise Clash("no_refund_due")
    back = e.RefundPaid(
        payment=paid.payment,
        amount=paid.amount,
        currency=paid.currency,
        paid_at=paid.paid_at,
        statement=paid.jws,
    )
    return situation.by(rule, [(LEAD, back)])


def all_back(situation: Situation, reason: e.RefundReason) -> Events:
    """Everything that was paid for a case that ends without a decision."""
    case = situation.case
    return [
        _refund_due(payment, left, currency, reason)
        for payment, (amount, currency, _) in case.payments.items()
        if (left := amount - _due_of(case.refunds, payment)) > 0
    ]


def _assessed_anew(situation: Situation, paid_at: datetime) -> e.FeeAssessed | None:
    """The fee by today's law, where it says something else than what was assessed; never when all is paid."""
    case, terms = situation.case, situation.terms
    if case.stage != Stage.FILED or case.is_paid or case.fee is None:
        return None
    if terms.fee.unit_day == "filing" and not case.fee["provisional"]:
        return None
    moment = paid_at if terms.fee.unit_day == "payment" else datetime.fromisoformat(case.filed_at)
    facts = situation.facts(legal_day(moment, situation.country))
    now = assess(terms.fee, facts, situation.country)
    if (now["amount"], now["provisional"]) == (case.fee["amount"], case.fee["provisional"]):
        return None
    return assessed(now, situation)


def _settled(situation: Situation, fee: Fee, paid: Statement | None = None) -> Events:
    """What follows when the fee and all that came are compared: too much goes back, the newest first."""
    case = situation.case
    if fee["provisional"]:
        return []
    came = [(payment, amount) for payment, (amount, _, _) in case.payments.items()]
    came += [(paid.payment, paid.amount)] if paid else []
    excess = (
        sum(amount for _, amount in came)
        - fee["amount"]
        - sum(refund["due"] for refund in case.refunds.values())
    )
    events: Events = []
    for payment, amount in reversed(came):
        back = min(excess, amount - _due_of(case.refunds, payment))
        if back > 0:
            events.append(_refund_due(payment, back, fee["currency"], "too_much"))
            excess -= back
    return events


def _due_of(refunds: Mapping[str, Refund], payment: str) -> int:
    return refunds[payment]["due"] if payment in refunds else 0


def _refund_due(payment: str, amount: int, currency: str, reason: e.RefundReason) -> tuple[Target, e.Event]:
    return (LEAD, e.RefundDue(payment=payment, amount=amount, currency=currency, reason=reason))
