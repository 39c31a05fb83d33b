"""Cases: read by those who may; and how a command on one is carried out and answered."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api.caller import Body, body_of, caller, house_of, idempotency_key, key_of_request, version_seen
from api.contract import documented
from api.problems import Declined
from api.shapes import CaseShown
from domain.authorisation import Rule, allow, subject_of
from domain.case import Case
from domain.commands import Actor, CaseCommand, Command
from domain.lifecycle import STEPS
from domain.refusals import NOTHING, Invalid, Refusal, Unknown, Unready
from domain.visibility import shown, watched
from infra.desk.desk import Outcome
from infra.house import CountryHouse
from infra.runtime.chance import random_id
from infra.runtime.clock import written

router = APIRouter()

_NOT_YET = "What was filed is not to be seen yet. Please try again in a moment."
# Opaque: what is no id of ours is an address where nothing is, as for any id that the caller may not know.
Id = Annotated[str, Path(json_schema_extra={"format": "uuid"})]


@router.get("/v1/cases/{case}", **documented("Read a case", answer=CaseShown, etag=True))
async def read_case(request: Request, case: Id) -> Response:
    """Status, timeline, deadline with its basis, and which commands fit now."""
    actor = caller(request)
    country, found, party = await readable(request, actor, case, "case.read")
    await recorded(request, country, actor, found, party, "work on the case")
    sees = watched(found) if party is None and is_auditor(request, actor, found) else shown(found, party)
    return _json(sees, found.version)


def is_auditor(request: Request, actor: Actor, case: Case) -> bool:
    """Whether it is as an auditor that the caller may read this case."""
    rule = allow(actor, "case.read", subject_of(case, house_of(request).clock()))
    return isinstance(rule, Rule) and rule.competence is not None and rule.competence.role == "auditor"


async def readable(
    request: Request, actor: Actor, case: str, action: str
) -> tuple[CountryHouse, Case, str | None]:
    """The case from the read models, if the caller may: its country, the case, the party that is calling."""
    country = located(request, case)
    is_seen = await country.seen()
    row = country.views.one("case_status", case)
    if row is None:
        raise nothing() if is_seen else Unready(_NOT_YET)
    found = Case(**row["state"])
    rule = allow(actor, action, subject_of(found, house_of(request).clock()))
    if isinstance(rule, Refusal):
        raise rule
    return country, found, rule.party


async def asked_of(request: Request, case: str, shape: type[Body]) -> tuple[Actor, Body]:
    """Who calls, and the body in this shape. Who may not know of the case hears that, whatever was sent."""
    actor = caller(request)
    try:
        return actor, await body_of(request, shape)
    except (Declined, Invalid):
        await _must_know(request, actor, case)
        raise


async def _must_know(request: Request, actor: Actor, case: str) -> None:
    """Raises Unknown where this caller may not know that there is such a case."""
    try:
        await readable(request, actor, case, "case.read")
    except Unknown:
        raise nothing() from None
    except Refusal:
        return


def located(request: Request, case: str) -> CountryHouse:
    """The country of the case; raises Unknown."""
    country = house_of(request).where(case)
    if country is None:
        raise nothing()
    return country


def nothing() -> Unknown:
    """The one answer for what is not there, and for what the caller may not know of."""
    return Unknown(NOTHING)


async def recorded(  # noqa: PLR0913, PLR0917 - who read what, where and why
    request: Request, country: CountryHouse, actor: Actor, case: Case, party: str | None, purpose: str
) -> None:
    """Write down that somebody else read the data of the parties, before the bytes leave."""
    if party is not None:
        return
    at = house_of(request).clock()
    rule = allow(actor, "case.read", subject_of(case, at))
    if isinstance(rule, Refusal) or rule.competence is None:
        raise nothing()
    reading = country.accesses.record(
        at=written(at),
        stream=case.case,
        reader=rule.competence.office_id,
        role=rule.competence.role,
        authority=rule.competence.authority,
        purpose=purpose,
        basis=f"competence in {case.procedure}",
    )
    await asyncio.wrap_future(reading)


# --- commands ---------------------------------------------------------------------------------------------


async def act(request: Request, case: str, kind: type[CaseCommand], **more: Any) -> Response:
    """One command on one case: who calls, what they saw, what it leads to; ``more`` are its own members."""
    actor = caller(request)
    try:
        expected = version_seen(request) if STEPS[kind].is_judgement else None
        idempotency_key(request)
    except Declined:
        await _must_know(request, actor, case)
        raise
    country = located(request, case)
    command = kind(
        by=actor,
        cause=f"cmd:{random_id()}",
        case=case,
        expected=expected,
        **more,
    )
    outcome = await carried_out(request, country, command)
    rule = allow(actor, "case.read", subject_of(outcome.state, house_of(request).clock()))
    if isinstance(rule, Refusal):  # a machine: it hears that it was done, and nothing of the case
        brief = {"case": outcome.stream, "version": outcome.version, "stage": outcome.state.stage}
        return _json(brief, outcome.version)
    return _json(shown(outcome.state, rule.party), outcome.version)


async def carried_out(request: Request, country: CountryHouse, command: Command) -> Outcome:
    """What the command led to; under an Idempotency-Key once, however often it is sent."""
    key = idempotency_key(request)
    if key is None:
        return await asyncio.wrap_future(country.desk.ask(command))
    # One name for all that is sent under a key, a filing included: another body is another request.
    derived = country.ids.request(command.by.issuer, command.by.client, command.by.subject, key)
    raw = request.url.path.encode() + b"\0" + await request.body()
    with alone(request, derived):
        sent_under = key_of_request(country, command.by, derived, raw)
        return await asyncio.wrap_future(country.desk.ask(command, sent_under))


@contextmanager
def alone(request: Request, key: str) -> Iterator[None]:
    """Nobody else works under this key in this process meanwhile; raises Declined (409) where somebody does."""
    under_way: set[str] = request.app.state.under_way
    if key in under_way:
        detail = "The same request is being worked on. Please wait a moment and ask again."
        raise Declined(409, "in_flight", detail)
    under_way.add(key)
    try:
        yield
    finally:
        under_way.discard(key)


def _json(body: dict[str, Any], version: int) -> Response:
    return Response(orjson.dumps(body), 200, {"ETag": f'"{version}"'}, "application/json")
