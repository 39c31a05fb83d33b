"""Registers: reading and searching the entries of one's own country, restricting one, erasing one."""

import asyncio
from typing import Annotated, Any
from uuid import UUID, uuid4

import orjson
from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.caller import answered, body_of, caller, house_of, idempotency_key
from api.cases import Erasure
from api.contract import documented, query
from api.pages import cursor_of, page
from domain.authorisation import Rule, Subject, allow
from domain.commands import Actor, EntryCommand, EraseEntry, LiftRestriction, PlaceRestriction
from domain.entry import Entry
from domain.forms import Line, Value
from domain.offers import country_of, legal_day
from domain.procedure import Key
from domain.procedures import registers
from domain.refusals import Refusal, Unknown
from infra.house import CountryHouse

router = APIRouter()


class RestrictionBody(Value):
    """Which kind of restriction, and the authority's own reference."""

    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    reference: Line | None = None


class Search(Value):
    """The entry's key: its kind and parts, such as vin and one VIN. Exact; nothing can be enumerated."""

    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    parts: Annotated[list[Line], Field(min_length=1, max_length=6)]
    purpose: Line


@router.get(
    "/v1/registers/{register}/entries",
    **documented(
        "The entries of a register of one's own country",
        parameters=(
            query("cursor", "Where the last page ended", {"type": "string"}),
            query("limit", "How many", {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}),
        ),
        problems=(400,),
    ),
)
async def list_entries(request: Request, register: str) -> Response:
    """Opaque ids, whether restricted; no personal value stands in a list."""
    house, _, _ = await _reader(request, register)
    limit, after = cursor_of(request, house)
    rows = house.views.rows("registers", {"register": register}, order=("entry",), after=after, limit=limit)
    shown = [
        {"entry": r["entry"], "changed_at": r["changed_at"], "is_restricted": bool(r["is_restricted"])}
        for r in rows
    ]
    return page(request, house, shown, limit, [rows[-1]["entry"]] if rows else [])


@router.get("/v1/registers/{register}/entries/{entry}", **documented("Read an entry", etag=True))
async def read_entry(request: Request, register: str, entry: UUID) -> Response:
    """With its content and live restrictions; the reading is recorded first."""
    house, actor, rule = await _reader(request, register)
    found = _entry(house, register, str(entry))
    await _recorded(request, house, actor, rule, found, "reading the register")
    return _shown(found)


@router.post(
    "/v1/registers/{register}/searches", **documented("Find an entry by its key", body=Search, key="none")
)
async def search(request: Request, register: str) -> Response:
    """Personal keys never stand in an address: they are sent in a body."""
    house, actor, rule = await _reader(request, register)
    said = await body_of(request, Search)
    stream = house.desk.key_id(Key("entry", (register, said.kind, *said.parts)))
    found = _entry(house, register, stream)
    await _recorded(request, house, actor, rule, found, said.purpose)
    return _shown(found)


@router.post(
    "/v1/registers/{register}/entries/{entry}/restrictions",
    **documented("Forbid to dispose of an entry", body=RestrictionBody),
)
async def restrict(request: Request, register: str, entry: UUID) -> Response:
    """By the authority that the law names for this kind."""
    said = await body_of(request, RestrictionBody)
    house = _house_of_entry(request, str(entry))
    key = idempotency_key(request)
    derived = house.desk.id_of("restriction", 1, str(entry), caller(request).subject, key or str(uuid4()))
    return await _act(
        request,
        house,
        register,
        entry,
        PlaceRestriction,
        restriction=derived,
        kind=said.kind,
        reference=said.reference,
    )


@router.delete(
    "/v1/registers/{register}/entries/{entry}/restrictions/{restriction}",
    **documented("Allow it again", problems=(409, 410), etag=True),
)
async def lift(request: Request, register: str, entry: UUID, restriction: UUID) -> Response:
    """By the authority that placed it."""
    house = _house_of_entry(request, str(entry))
    return await _act(request, house, register, entry, LiftRestriction, restriction=str(restriction))


@router.post(
    "/v1/registers/{register}/entries/{entry}/erasures", **documented("Erase an entry", body=Erasure)
)
async def erase(request: Request, register: str, entry: UUID) -> Response:
    """When the law keeps it no longer."""
    said = await body_of(request, Erasure)
    house = _house_of_entry(request, str(entry))
    return await _act(request, house, register, entry, EraseEntry, basis=said.basis)


async def _act(
    request: Request, house: CountryHouse, register: str, entry: UUID, make: Any, **more: Any
) -> Response:  # noqa: ANN401 - members of the command
    actor = caller(request)
    key = idempotency_key(request)
    remembered = None
    if key is not None:
        derived = house.desk.id_of("answer", 1, actor.issuer, actor.client, actor.subject, key)
        remembered = answered(
            house, actor, derived, request.url.path.encode() + b"\0" + await request.body(), 200
        )
    command: EntryCommand = make(
        at=house_of(request).clock(),
        by=actor,
        cause=f"cmd:{uuid4()}",
        country=house.code,
        register=register,
        entry=str(entry),
        **more,
    )
    outcome = await asyncio.wrap_future(house.desk.ask(command, remembered))
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
        for competence in actor.competences:
            house = house_of(request).countries[competence.country]
            day = legal_day(house_of(request).clock(), country_of(house.code))
            rule = allow(actor, "register.read", Subject(country=house.code, day=day))
            if not isinstance(rule, Refusal):
                await house.seen()
                return house, actor, rule
    raise Unknown("There is no such register here for you.")


def _house_of_entry(request: Request, entry: str) -> CountryHouse:
    caller(request)
    house = house_of(request).where(entry)
    if house is None:
        raise Unknown("There is no such entry in this register.")
    return house


def _entry(house: CountryHouse, register: str, stream: str) -> Entry:
    row = house.views.one("registers", stream)
    if row is None or row["register"] != register:
        raise Unknown("There is no such entry in this register.")
    return Entry(**row["state"])


async def _recorded(
    request: Request, house: CountryHouse, actor: Actor, rule: Rule, entry: Entry, purpose: str
) -> None:
    mine = rule.competence
    reading = house.accesses.record(
        at=house_of(request).clock().isoformat(),
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
        "title": entry.title,
        "authority": entry.authority,
        "created_at": entry.created_at,
        "changed_at": entry.changed_at,
        "content": entry.content,
        "restrictions": [{"id": i, **r} for i, r in entry.restrictions.items()],
        "is_erased": entry.is_erased,
    }
    return Response(orjson.dumps(body), 200, {"ETag": f'"{entry.version}"'}, "application/json")
