"""Payments and refunds: the treasury's signed statements, verified at the door and recorded as facts."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from pydantic import Field, ValidationError
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import caller, house_of, may_today
from api.edge.carrying_out import caller_and_body, led_to, stands
from api.edge.case_shown import CaseBrief
from api.edge.contract import Id, documented
from api.edge.cursors import PAGE, cursor_of, page
from api.edge.may_read import located, nothing
from api.edge.queries import COUNTRY, country_named
from api.edge.shapes import Code, CompactJws, Moment, OpaqueId, Shape, StatementVersion
from domain.authorities import PAYMENT, REFUND, treasury_of
from domain.case import Case
from domain.commands import Actor, RecordPayment, RecordRefund, Statement
from domain.faults import faults_of
from domain.forms import Currency, Line, MinorUnits, Value
from domain.refusals import Fault, Invalid, Refusal
from infra.desk.desk import Outcome
from infra.formats.signing import BadSignature, parse, verify
from infra.house import CountryHouse
from infra.keys.live_seals import key_for
from projections.refunds import PROJECTION as REFUNDS

router = APIRouter()


class RefundOpen(Shape):
    """What of a payment is due back and not paid; ``overpaid``: what went back beyond that, by mistake."""

    payment: OpaqueId
    amount: MinorUnits
    overpaid: MinorUnits
    currency: Currency
    reason: Code
    since: Moment


class CaseMoney(CaseBrief):
    """What the treasury is answered: ``payment`` is how the house calls what was stated; ``other_cases`` are those for
    which the treasury named the same reference, as far as the read models know.
    """

    payment: OpaqueId
    other_cases: list[OpaqueId]
    refunds_due: list[RefundOpen]


class RefundListed(RefundOpen):
    case: OpaqueId
    procedure: Code


class RefundPage(Shape):
    items: list[RefundListed]


_DUE: Final = ("payment", "amount", "overpaid", "currency", "reason", "since")
_ORDER: Final = ("since", "case", "payment")


class SignedStatement(Value):
    """A compact JWS by the treasury (formats: typ tamga-payment+jwt or tamga-refund+jwt)."""

    statement: Annotated[CompactJws, Field(max_length=8000)]


class Paid(Value):
    """What the statement says."""

    v: StatementVersion
    log: Line
    case: OpaqueId
    amount: Annotated[MinorUnits, Field(ge=1)]
    currency: Currency
    reference: Line
    paid_at: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{1,6})?Z$")]


@router.post(
    "/v1/cases/{case}/payments", **documented("Record a payment", body=SignedStatement, answer=CaseMoney)
)
async def pay(request: Request, case: Id) -> Response:
    """Money that came is a fact: never refused for the stage; what is late or too much leads to a refund, which the
    answer tells; and for which other cases the treasury named its reference.
    """
    actor, said = await caller_and_body(request, case, SignedStatement)
    statement = _verified(request, actor, case, said.statement, PAYMENT)
    outcome = await led_to(request, case, RecordPayment, statement=statement)
    return _told(request, outcome, statement)


@router.post(
    "/v1/cases/{case}/refunds", **documented("Record a refund", body=SignedStatement, answer=CaseMoney)
)
async def refund(request: Request, case: Id) -> Response:
    """The treasury paid back what was due; the reference is that of the payment."""
    actor, said = await caller_and_body(request, case, SignedStatement)
    statement = _verified(request, actor, case, said.statement, REFUND)
    outcome = await led_to(request, case, RecordRefund, statement=statement)
    return _told(request, outcome, statement)


def _told(request: Request, outcome: Outcome, statement: Statement) -> Response:
    """Where the case stands, under which id this payment is known, and what is due back of any."""
    payment = statement.payment
    rows = located(request, statement.case).read_models.rows("payments", {"payment": payment})
    found = {
        **stands(outcome.state, house_of(request).clock()),
        "payment": payment,
        "other_cases": sorted(row["case"] for row in rows if row["case"] != statement.case),
        "refunds_due": due_back(outcome.state),
    }
    return answered(found, version=outcome.version)


def due_back(case: Case) -> list[dict[str, Any]]:
    """What is due back of each payment, and what went back twice."""
    return [{name: row[name] for name in _DUE} for row in REFUNDS.shown(case)]


@router.get(
    "/v1/refunds",
    **documented("What is due back", answer=RefundPage, parameters=(COUNTRY, *PAGE), problems=(400,)),
)
async def list_refunds(request: Request) -> Response:
    """For the treasury of the country: what is due back and not paid, the oldest first; nothing personal."""
    actor, country = caller(request), country_named(request)
    if isinstance(may_today(request, actor, "refund.read", country.code), Refusal):
        raise nothing()
    await country.seen()
    limit, after = cursor_of(request, country)
    rows = country.read_models.rows("refunds", order=_ORDER, after=after, limit=limit)
    shown = [
        {"case": row["case"], "procedure": row["procedure"], **{n: row[n] for n in _DUE}} for row in rows
    ]
    return page(request, country, shown, limit, [rows[-1][name] for name in _ORDER] if rows else [])


def _verified(request: Request, actor: Actor, case: str, jws: str, typ: str) -> Statement:
    """What the statement says. Only the treasury of the country hears what is wrong with it.

    1. our one form; 2. a live key of this country's treasury, for this kind; 3. about this case of this log; 4. of a
    moment that has been.
    """
    country = located(request, case)
    if isinstance(may_today(request, actor, "case.pay", country.code), Refusal):
        raise nothing()
    try:
        parsed = parse(jws)  # 1.
        verify(parsed, key_for(country.seals(), parsed.kid, treasury_of(country.code), typ), typ)  # 2.
    except BadSignature:
        raise Invalid(Fault("/statement", "not_signed_by_treasury")) from None
    paid = _read(parsed.payload)
    # 3. what was paid for another case pays nothing here.
    if paid.case != case or paid.log != country.keyring.origin:
        raise Invalid(Fault("/statement", "other_case"), code="statement_wrong")
    _not_from_the_future(request, paid)  # 4.
    return _statement(country, paid, jws)


def _read(payload: dict[str, Any]) -> Paid:
    try:
        return Paid.model_validate(payload)
    except ValidationError as error:
        raise Invalid(*faults_of(error, "/statement")) from None


def _not_from_the_future(request: Request, paid: Paid) -> None:
    try:
        moment = datetime.fromisoformat(paid.paid_at).astimezone(UTC)
    except ValueError:
        raise Invalid(Fault("/statement/paid_at", "not_a_moment")) from None
    if moment > house_of(request).clock():
        raise Invalid(Fault("/statement/paid_at", "in_the_future"))


def _statement(country: CountryHouse, paid: Paid, jws: str) -> Statement:
    return Statement(
        payment=country.ids.payment(paid.reference),
        case=paid.case,
        amount=paid.amount,
        currency=paid.currency,
        paid_at=paid.paid_at,
        jws=jws,
    )
