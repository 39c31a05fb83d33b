"""Filing: a request under a procedure of a country becomes a case; 201 only when that is on the disk."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field, ValidationError
from starlette.responses import Response

from api.cases.acting import ActsAs, with_paper
from api.cases.sealing import AllBrought, EvidenceBrought, sealed, taken
from api.edge.caller import (
    caller,
    content_sent,
    country_here,
    document,
    idempotency_key,
    key_of_request,
    raw_body,
    shaped,
)
from api.edge.carrying_out import alone, done, found_again
from api.edge.case_shown import CaseBrief, CaseShown
from api.edge.contract import documented
from api.edge.may_read import with_the_way
from api.edge.shapes import Code
from domain.commands import FileCase, StatedCapacity
from domain.faults import faults_of
from domain.forms import CountryCode, Value, plain
from domain.offers import offer
from domain.parties import keyed
from domain.procedure import Offer
from domain.refusals import Clash, Fault, Invalid, Named, NotAllowed, NotOffered
from infra.desk.desk import IdempotencyKey, Outcome, new_cause
from infra.house import CountryHouse

router = APIRouter()
Base64 = r"^[A-Za-z0-9_-]*$"


class CitizensSignature(Value):
    """A flattened JWS (RFC 7515, 7.2.2) over the request."""

    payload: Annotated[str, Field(max_length=200_000, pattern=Base64)]
    protected: Annotated[str, Field(max_length=20_000, pattern=Base64)]
    signature: Annotated[str, Field(max_length=1_000, pattern=Base64)]


class Filing(Value):
    """A request; its members are those of the form in ``GET /v1/procedures/{procedure}?country=``."""

    country: CountryCode
    procedure: Code
    request: dict[str, Any]
    evidence: AllBrought
    acting: ActsAs | None = None
    signature: CitizensSignature | None = None


@router.post(
    "/v1/cases",
    **documented("File a request", body=Filing, answer=(CaseShown, CaseBrief), created=True, key="required"),
)
async def file_case(request: Request) -> Response:
    """201 only when the event is on the disk; a repeat under the same Idempotency-Key gets that answer."""
    actor = caller(request)
    if not actor.persons:
        raise NotAllowed("filed_by_people")
    key = idempotency_key(request, is_required=True) or ""
    found = await document(request)
    country, offered = asked_for(request, found)
    filing = shaped(found, await raw_body(request), Filing)
    content = _content_of(filing, country, offered)
    case = country.ids.case(actor.issuer, actor.client, actor.subject, key)
    sent_under = key_of_request(country, actor, case, await content_sent(request))
    command = FileCase(
        by=actor,
        cause=new_cause(),
        case=case,
        country=filing.country,
        procedure=filing.procedure,
        request=content,
        signature=filing.signature.model_dump() if filing.signature else None,
    )

    def ask(acting: StatedCapacity | None) -> Awaitable[Outcome]:
        said = command if acting is None else replace(command, acting=acting)
        return _filed(country, said, filing.evidence, sent_under)

    with alone(request, case):
        try:
            outcome = await with_paper(country, actor, case, filing.acting, ask)
        except Clash as clash:
            raise await with_the_way(request, actor, clash) from None
    found_now = await found_again(request, country, actor, outcome)
    return done(request, actor, outcome, 201, f"/v1/cases/{outcome.stream}", found_now)


async def _filed(
    country: CountryHouse, command: FileCase, pieces: list[EvidenceBrought], sent_under: IdempotencyKey
) -> Outcome:
    """What the filing led to; nothing is sealed for a repeat, and nothing stays sealed for a refusal."""
    if not pieces or country.desk.was_asked(sent_under):
        return await asyncio.wrap_future(country.desk.ask(command, sent_under))
    evidence = await sealed(country, command.by, command.case, pieces)

    async def asked() -> Outcome:
        filed = replace(command, evidence=evidence)
        return await asyncio.wrap_future(country.desk.ask(filed, sent_under))

    return await taken(country, evidence, asked())


def asked_for(request: Request, found: Any) -> tuple[CountryHouse, Offer]:
    """The country and its law on the procedure that the document names, before the rest is read."""
    if not isinstance(found, dict):
        raise Invalid(Fault("", "not_an_object"))
    code, procedure = found.get("country"), found.get("procedure")
    country = country_here(request, code) if isinstance(code, str) else None
    offered = offer(country.code, procedure) if country and isinstance(procedure, str) else None
    if country is None or not isinstance(procedure, str):
        missing = "country" if country is None else "procedure"
        raise Invalid(Fault(f"/{missing}", "missing"))
    if offered is None:
        raise NotOffered(country=Named("country", country.code))
    return country, offered


def _content_of(filing: Filing, country: CountryHouse, offered: Offer) -> dict[str, Any]:
    """The request in the form of that country, with the keyed ids of its persons."""
    try:
        content = plain(offered.form.model_validate(filing.request))
    except ValidationError as error:
        raise Invalid(*faults_of(error, "/request")).about(offered.procedure.name) from None
    return keyed(offered.procedure, content, country.ids.human, offered.form)
