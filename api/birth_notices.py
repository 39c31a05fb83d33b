"""Birth notices: what the office of a country's hospitals states, signed, before anybody declares the birth; where the
law has it do so, it also files what the parents declared to it.
"""

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Request
from pydantic import Field, ValidationError
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import body_of, caller, house_of, key_of_request, office_for
from api.edge.carrying_out import alone, carried_out
from api.edge.contract import documented
from api.edge.may_read import nothing
from api.edge.shapes import CompactJws, OpaqueId, Shape, StatementVersion, Version
from domain.authorities import BIRTH_NOTICE
from domain.birth_notice import STATEMENT, stated_as
from domain.commands import Actor, FileCase, RecordBirthNotice
from domain.countries import country_of, legal_day
from domain.faults import faults_of
from domain.forms import AnyPerson, Company, Day, Line, Name, RepresentedPerson, Sex, Value, plain
from domain.offers import law_of_notices
from domain.parties import keyed
from domain.procedure import Notified, Offer
from domain.procedures.birth_certificate import Fatherhood, Kind, OtherSpelling, Place, TimeOfDay
from domain.refusals import Fault, Invalid, Unknown
from domain.terms import Notices, Terms
from infra.desk.desk import new_cause
from infra.formats.signing import BadSignature, parse, verify
from infra.house import CountryHouse
from infra.keys.live_seals import key_for

router = APIRouter()


class SignedNotice(Value):
    """A compact JWS by the office of the hospitals (formats: typ tamga-birth-notice+jwt)."""

    statement: Annotated[CompactJws, Field(max_length=20_000)]


class NoticeRecorded(Shape):
    """``case``: what the statement filed; null where it declares nothing."""

    notice: OpaqueId
    version: Version
    case: OpaqueId | None


class BornChild(Value):
    """What the hospital knows of the child; who was found, where."""

    sex: Sex
    born_on: Day
    born_at: TimeOfDay | None = None
    place: Place


class Declaration(Value):
    """What the parents declared to the ``hospital``, which files it: the child's names, and who the father is."""

    hospital: Company
    surname: Name | None
    given_names: Name | None
    patronymic: Name | None = None
    other_spelling: OtherSpelling | None = None
    father: RepresentedPerson | None
    fatherhood: Fatherhood | None
    marriage_ended_on: Day | None = None


class StatedBirth(Value):
    """What the statement says; ``order`` in the delivery, 1 for a single birth. Of two statements on one certificate
    the one that was made later counts.
    """

    v: StatementVersion
    log: Line
    made_at: Annotated[
        str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$")
    ]
    issuer: Line
    city: Line
    number: Line
    issued_on: Day
    kind: Kind
    order: Annotated[int, Field(ge=1, le=12)]
    child: BornChild
    mother: AnyPerson | None
    declaration: Declaration | None


class _Law(NamedTuple):
    """The law of today on what the office tells of."""

    offer: Offer
    terms: Terms
    notices: Notices
    notified: Notified


_ROUTE: Final = documented("Tell of a birth", body=SignedNotice, answer=NoticeRecorded, created=True)
# A notice alone is nowhere to be read: who judges the case that names it reads it there.
_ROUTE["responses"][201]["headers"]["Location"]["required"] = False


@router.post("/v1/notices", **_ROUTE)
async def tell(request: Request) -> Response:
    """A fact, by the certificate; the same statement again is answered again. With a declaration it is also filed, in
    this request: 409 says why not, and the notice is recorded all the same.
    """
    actor = caller(request)
    country, law = _office(request, actor)
    sent = await body_of(request, SignedNotice)
    stated = _verified(country, law, sent.statement)
    said = stated.model_dump(mode="json", exclude={"v", "log"})
    key = law.notified.key(_named(said))
    if key is None:
        raise Invalid(Fault(f"{STATEMENT}/number", "no_letter_or_digit"))
    declared = law.notified.declared(said)
    content = _in_form(law, declared) if declared and law.notices.declares else declared
    command = RecordBirthNotice(
        by=actor,
        cause=new_cause(),
        country=country.code,
        notice=country.ids.stream(key),
        authority=law.notices.authority,
        said=said,
        statement=sent.statement,
        declared=content,
    )
    told = await carried_out(request, country, command)
    case = None
    if content is not None and told.state.said == said:
        case = await _filed(request, country, law, content, command)
    elif content is not None:  # a newer one stands; what this one filed stays filed
        before, _ = _case_of(country, command)
        case = before if country.log.holds(before) else None
    found = {"notice": told.stream, "version": told.version, "case": case}
    return answered(found, 201, version=told.version, location=f"/v1/cases/{case}" if case else None)


def _office(request: Request, actor: Actor) -> tuple[CountryHouse, _Law]:
    """The country for whose hospitals the caller speaks by the law of today, and that law; everybody else hears that
    there is nothing here.
    """
    try:
        country, rule = office_for(request, actor, "notice.record")
    except Unknown:
        raise nothing() from None
    today = legal_day(house_of(request).clock(), country_of(country.code))
    found = law_of_notices(country.code, rule.office.authority, today)
    notices, notified = (found[1].notices, found[0].procedure.notified) if found else (None, None)
    if found is None or notices is None or notified is None:
        raise nothing()
    return country, _Law(*found, notices, notified)


def _verified(country: CountryHouse, law: _Law, jws: str) -> StatedBirth:
    """What the statement says.

    1. our one form; 2. a live key of this office, for such statements; 3. for this log.
    """
    try:
        parsed = parse(jws)  # 1.
        key = key_for(country.seals(), parsed.kid, law.notices.authority, BIRTH_NOTICE)
        verify(parsed, key, BIRTH_NOTICE)  # 2.
    except BadSignature:
        raise Invalid(Fault(STATEMENT, "not_signed_by_hospitals")) from None
    try:
        stated = StatedBirth.model_validate(parsed.payload)
    except ValidationError as error:
        raise Invalid(*faults_of(error, STATEMENT)) from None
    if stated.log != country.keyring.origin:  # 3.
        raise Invalid(Fault(f"{STATEMENT}/log", "other_log"), code="statement_wrong")
    return stated


def _named(said: dict[str, Any]) -> dict[str, Any]:
    """The certificate as a request names it."""
    return {"child": {**said["child"], "order": said["order"]}, "medical_certificate": said}


def _in_form(law: _Law, declared: dict[str, Any]) -> dict[str, Any]:
    """What the parents declared, as the country's form has it."""
    try:
        return plain(law.offer.form.model_validate(declared))
    except ValidationError as error:
        raise _as_stated(faults_of(error)).about(law.offer.procedure.name) from None


def _as_stated(faults: Iterable[Fault], code: str | None = None) -> Invalid:
    """What is wrong in the request, where the hospital said it: it sent no request."""
    places = ((fault, stated_as(fault.pointer.removeprefix("/request"))) for fault in faults)
    return Invalid(*(fault._replace(pointer=f"{STATEMENT}{place}") for fault, place in places), code=code)


def _case_of(country: CountryHouse, told: RecordBirthNotice) -> tuple[str, str]:
    """The case that this statement files, and the key under which it does."""
    # No Idempotency-Key holds a space: so nothing else of this caller has this name.
    key = f"{told.notice} {told.statement.rpartition('.')[0]}"
    return country.ids.case(told.by.issuer, told.by.client, told.by.subject, key), key


async def _filed(
    request: Request, country: CountryHouse, law: _Law, content: dict[str, Any], told: RecordBirthNotice
) -> str:
    """The case that this statement filed; a repeat finds it again, also where the house stopped in between."""
    case, key = _case_of(country, told)
    command = FileCase(
        by=told.by,
        cause=told.cause,
        case=case,
        country=country.code,
        procedure=law.offer.procedure.name,
        request=keyed(law.offer.procedure, content, country.ids.human, law.offer.form),
        notice=told.notice,
    )
    sent_under = key_of_request(country, told.by, case, key.encode())
    with alone(request, case):
        try:
            return (await asyncio.wrap_future(country.desk.ask(command, sent_under))).stream
        except Invalid as wrong:
            raise _as_stated(wrong.errors, wrong.name).about(*wrong.procedures) from None
