"""Registers: reading and searching the entries of one's own country, restricting one, erasing one."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import body_of, caller, house_of, idempotency_key, office_for
from api.edge.carrying_out import carried_out
from api.edge.contract import Id, documented
from api.edge.cursors import PAGE, cursor_of, page
from api.edge.may_read import recorded
from api.edge.shapes import Code, EntryActed, EntryPage, EntryShown
from domain.authorisation import Rule
from domain.commands import Actor, EntryCommand, EraseEntry, LiftRestriction, PlaceRestriction
from domain.entry import Entry
from domain.forms import Line, Value
from domain.procedure import Key
from domain.procedures import registers
from domain.refusals import Unknown
from infra.desk.desk import new_cause
from infra.house import CountryHouse
from infra.runtime.chance import random_id

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


class EntryErasure(Value):
    """The legal basis."""

    basis: Line


@router.get(
    "/v1/registers/{register}/entries",
    **documented(
        "The entries of a register of one's own country", answer=EntryPage, parameters=PAGE, problems=(400,)
    ),
)
async def list_entries(request: Request, register: str) -> Response:
    """Opaque ids, whether restricted; no personal value stands in a list."""
    country, _ = await _reader(request, register)
    limit, after = cursor_of(request, country)
    rows = country.read_models.rows(
        "registers", {"register": register}, order=("entry",), after=after, limit=limit
    )
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
    country, rule = await _reader(request, register)
    found = _entry(country, register, entry)
    await recorded(request, country, rule, found.entry, register, "reading the register")
    return _shown(found)


@router.post(
    "/v1/registers/{register}/searches",
    **documented("Find an entry by its key", body=Search, answer=EntryShown, key="none"),
)
async def search(request: Request, register: str) -> Response:
    """Personal keys never stand in an address: they are sent in a body."""
    country, rule = await _reader(request, register)
    said = await body_of(request, Search)
    stream = country.ids.stream(Key("entry", (register, said.kind, *said.parts)))
    found = _entry(country, register, stream)
    await recorded(request, country, rule, found.entry, register, said.purpose)
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
    restriction = country.ids.restriction(entry, actor.issuer, actor.client, actor.subject, key)
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
    **documented("Erase an entry", body=EntryErasure, answer=EntryActed),
)
async def erase(request: Request, register: str, entry: Id) -> Response:
    """When the law keeps it no longer."""
    country, _ = _country_of_entry(request, entry)
    said = await body_of(request, EntryErasure)
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
        cause=new_cause(),
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
    return answered(body, version=outcome.version)


async def _reader(request: Request, register: str) -> tuple[CountryHouse, Rule]:
    """The country in which this caller may read the register."""
    actor = caller(request)
    if register not in registers():
        raise Unknown
    country, rule = office_for(request, actor, "register.read")
    await country.seen()
    return country, rule


def _country_of_entry(request: Request, entry: str) -> tuple[CountryHouse, Actor]:
    """The country of the entry, for those who hold an office there; others do not learn that there is one."""
    actor = caller(request)
    country = house_of(request).where(entry)
    if country is None or all(c.country != country.code for c in actor.competences):
        raise Unknown
    return country, actor


def _entry(country: CountryHouse, register: str, stream: str) -> Entry:
    row = country.read_models.one("registers", stream)
    if row is None or row["register"] != register:
        raise Unknown
    return Entry(**row["state"])


def _shown(entry: Entry) -> Response:
    body = {
        "entry": entry.entry,
        "register": entry.register,
        "version": entry.version,
        "status": entry.status,
        "until": entry.until,
        "number": entry.number,
        "title": entry.title,
        "authority": entry.authority,
        "created_at": entry.created_at,
        "changed_at": entry.changed_at,
        "content": entry.content,
        "restrictions": [{"id": i, **r} for i, r in entry.restrictions.items()],
        "is_erased": entry.is_erased,
    }
    return answered(body, version=entry.version)
