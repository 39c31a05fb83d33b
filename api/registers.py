"""Registers: reading and searching the entries of one's own country, restricting one, erasing one."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.acts import Erasure
from api.caller import body_of, caller, country_here, house_of, idempotency_key, offices
from api.cases import Id, carried_out
from api.contract import documented
from api.pages import PAGE, cursor_of, page
from api.shapes import Code, EntryActed, EntryPage, EntryShown
from domain.authorisation import Rule, Subject, allow
from domain.commands import Actor, EntryCommand, EraseEntry, LiftRestriction, PlaceRestriction
from domain.countries import country_of, legal_day
from domain.entry import Entry
from domain.forms import Line, Value
from domain.procedure import Key
from domain.procedures import registers
from domain.refusals import NOTHING, Refusal, Unknown
from infra.house import CountryHouse
from infra.runtime.chance import random_id
from infra.runtime.clock import written

router = APIRouter()


class RestrictionBody(Value):
    """Which kind of restriction, and the authority's own reference."""

    kind: Code
    reference: Line | None = None


class Search(Value):
    """The entry's key: its kind and parts, such as vin and one VIN. Exact; nothing can be enumerated."""

    kind: Code
    parts: Annotated[list[Line], Field(min_length=1, max_length=6)]
    purpose: Line


@router.get(
    "/v1/registers/{register}/entries",
    **documented(
        "The entries of a register of one's own country", answer=EntryPage, parameters=PAGE, problems=(400,)
    ),
)
async def list_entries(request: Request, register: str) -> Response:
    """Opaque ids, whether restricted; no personal value stands in a list."""
    country, _, _ = await _reader(request, register)
    limit, after = cursor_of(request, country)
    rows = country.views.rows("registers", {"register": register}, order=("entry",), after=after, limit=limit)
    shown = [
        {"entry": r["entry"], "changed_at": r["changed_at"], "is_restricted": bool(r["is_restricted"])}
        for r in rows
    ]
    return page(request, country, shown, limit, [rows[-1]["entry"]] if rows else [])


@router.get(
    "/v1/registers/{register}/entries/{entry}",
    **documented("Read an entry", answer=EntryShown, etag=True),
)
async def read_entry(request: Request, register: str, entry: Id) -> Response:
    """With its content and live restrictions; the reading is recorded first."""
    country, actor, rule = await _reader(request, register)
    found = _entry(country, register, entry)
    await _recorded(request, country, actor, rule, found, "reading the register")
    return _shown(found)


@router.post(
    "/v1/registers/{register}/searches",
    **documented("Find an entry by its key", body=Search, answer=EntryShown, key="none"),
)
async def search(request: Request, register: str) -> Response:
    """Personal keys never stand in an address: they are sent in a body."""
    country, actor, rule = await _reader(request, register)
    said = await body_of(request, Search)
    stream = country.desk.stream_of(Key("entry", (register, said.kind, *said.parts)))
    found = _entry(country, register, stream)
    await _recorded(request, country, actor, rule, found, said.purpose)
    return _shown(found)


@router.post(
    "/v1/registers/{register}/entries/{entry}/restrictions",
    **documented("Forbid to dispose of an entry", body=RestrictionBody, answer=EntryActed),
)
async def restrict(request: Request, register: str, entry: Id) -> Response:
    """By the authority that the law names for this kind; under an Idempotency-Key it is placed once."""
    country, actor = _country_of_entry(request, entry)
    said = await body_of(request, RestrictionBody)
    key = idempotency_key(request) or random_id()
    restriction = country.desk.id_of("restriction", 1, entry, actor.issuer, actor.client, actor.subject, key)
    about = {"restriction": restriction, "kind": said.kind, "reference": said.reference}
    return await _act(request, country, register, entry, PlaceRestriction, **about)


@router.delete(
    "/v1/registers/{register}/entries/{entry}/restrictions/{restriction}",
    **documented("Allow it again", answer=EntryActed, key="taken", problems=(400, 409, 410, 422), etag=True),
)
async def lift(request: Request, register: str, entry: Id, restriction: Id) -> Response:
    """By the authority that placed it."""
    country, _ = _country_of_entry(request, entry)
    return await _act(request, country, register, entry, LiftRestriction, restriction=restriction)


@router.post(
    "/v1/registers/{register}/entries/{entry}/erasures",
    **documented("Erase an entry", body=Erasure, answer=EntryActed),
)
async def erase(request: Request, register: str, entry: Id) -> Response:
    """When the law keeps it no longer."""
    country, _ = _country_of_entry(request, entry)
    said = await body_of(request, Erasure)
    return await _act(request, country, register, entry, EraseEntry, basis=said.basis)


async def _act(
    request: Request,
    country: CountryHouse,
    register: str,
    entry: str,
    make: Callable[..., EntryCommand],
    **more: Any,
) -> Response:
    command = make(
        by=caller(request),
        cause=f"cmd:{random_id()}",
        country=country.code,
        register=register,
        entry=entry,
        **more,
    )
    outcome = await carried_out(request, country, command)
    body = {
        "entry": outcome.stream,
        "version": outcome.version,
        "restrictions": [{"id": i, **r} for i, r in outcome.state.restrictions.items()],
    }
    return Response(orjson.dumps(body), 200, {"ETag": f'"{outcome.version}"'}, "application/json")


async def _reader(request: Request, register: str) -> tuple[CountryHouse, Actor, Rule]:
    """The country in which this caller may read the register."""
    actor = caller(request)
    if register in registers():
        for competence in offices(request, actor):
            country = country_here(request, competence.country)
            day = legal_day(house_of(request).clock(), country_of(country.code))
            rule = allow(actor, "register.read", Subject(country=country.code, day=day))
            if not isinstance(rule, Refusal):
                await country.seen()
                return country, actor, rule
    raise Unknown("There is no such register here for you.")


def _country_of_entry(request: Request, entry: str) -> tuple[CountryHouse, Actor]:
    """The country of the entry, for those who hold an office there; others do not learn that there is one."""
    actor = caller(request)
    country = house_of(request).where(entry)
    if country is None or all(c.country != country.code for c in actor.competences):
        raise Unknown(NOTHING)
    return country, actor


def _entry(country: CountryHouse, register: str, stream: str) -> Entry:
    row = country.views.one("registers", stream)
    if row is None or row["register"] != register:
        raise Unknown(NOTHING)
    return Entry(**row["state"])


async def _recorded(  # noqa: PLR0913, PLR0917 - who read what, where and why
    request: Request, country: CountryHouse, actor: Actor, rule: Rule, entry: Entry, purpose: str
) -> None:
    mine = rule.competence
    reading = country.accesses.record(
        at=written(house_of(request).clock()),
        stream=entry.entry,
        reader=mine.office_id if mine else actor.subject,
        role=mine.role if mine else "",
        authority=mine.authority if mine else "",
        purpose=purpose,
        basis=f"{rule.id} in {entry.register}",
    )
    await asyncio.wrap_future(reading)


def _shown(entry: Entry) -> Response:
    body = {
        "entry": entry.entry,
        "register": entry.register,
        "version": entry.version,
        "status": entry.status,
        "title": entry.title,
        "authority": entry.authority,
        "created_at": entry.created_at,
        "changed_at": entry.changed_at,
        "content": entry.content,
        "restrictions": [{"id": i, **r} for i, r in entry.restrictions.items()],
        "is_erased": entry.is_erased,
    }
    return Response(orjson.dumps(body), 200, {"ETag": f'"{entry.version}"'}, "application/json")
