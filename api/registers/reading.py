"""Reading the entries of a register: a list of opaque ids, one as it stands or stood, and its signed history."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge import signed_events
from api.edge.answers import answered
from api.edge.caller import caller
from api.edge.contract import Id, documented, query
from api.edge.cursors import PAGE, cursor_of, page
from api.edge.may_read import Read, is_auditor, is_kin_of, located, nothing, recorded
from api.edge.problems import Declined
from api.edge.shapes import EntryShown, EventShown, Moment, OpaqueId, Shape
from api.registers.who_reads import (
    FIND,
    KEEP,
    PURPOSE,
    READ,
    WATCH,
    office_of_register,
    offices_of,
    read_of_entry,
    rule_for_entry,
    stated_purpose,
)
from domain.authorisation import Rule
from domain.commands import Actor
from domain.countries import country_of, moment_named
from domain.entry import Entry
from domain.entry_visibility import (
    humans_in,
    names_others,
    shown,
    shown_to,
    shown_to_restrict,
    warned,
    watched,
)
from domain.procedures import registers
from domain.refusals import Unknown
from infra.house import CountryHouse
from infra.read_models.past import Broken, Then, as_of, history_of
from infra.runtime.clock import written

router = APIRouter()


class EntryListed(Shape):
    entry: OpaqueId
    changed_at: Moment
    is_restricted: bool


class EntryPage(Shape):
    items: list[EntryListed]


class EntryHistoryShown(Shape):
    entry: OpaqueId
    log: str
    events: list[EventShown]


_OF_OFFICES = "reference"  # what an authority calls its restriction
_OF_THE_HOUSE = "officer_person"  # who proposed, by the keyed id: the history says it by that of their office
_AS_OF = query(
    "as_of",
    "A moment with its zone, or a day: the end of that day in the country; left out: now",
    {"type": "string", "maxLength": 40, "example": "2026-03-01"},
)


@router.get(
    "/v1/registers/{register}/entries",
    **documented(
        "The entries of a register of one's own country", answer=EntryPage, parameters=PAGE, problems=(400,)
    ),
)
async def list_entries(request: Request, register: str) -> Response:
    """Opaque ids, whether restricted; no personal value stands in a list."""
    country, _ = office_of_register(request, caller(request), register, (READ, KEEP))
    await country.seen()
    limit, after = cursor_of(request, country)
    rows = country.read_models.rows(
        "registers", {"register": register}, order=("entry",), after=after, limit=limit
    )
    listed = [
        {"entry": r["entry"], "changed_at": r["changed_at"], "is_restricted": bool(r["is_restricted"])}
        for r in rows
    ]
    return page(request, country, listed, limit, [rows[-1]["entry"]] if rows else [])


@router.get(
    "/v1/registers/{register}/entries/{entry}",
    **documented(
        "Read an entry, as it stands or as it stood",
        answer=EntryShown,
        etag=True,
        parameters=(_AS_OF, *PURPOSE),
        problems=(400, 409),
    ),
)
async def read_entry(request: Request, register: str, entry: Id) -> Response:
    """As much of it as the caller sees; the reading is recorded first, and whoever is in the entry finds it."""
    actor = caller(request)
    country = located(request, entry)
    then = request.query_params.get("as_of")
    if then is None:
        found = await _as_it_stands(country, entry)
        rule = rule_for_entry(request, actor, _of(register, found), (READ, KEEP, FIND, WATCH))
    else:
        found = await _as_it_stood(country, entry, then)
        rule = rule_for_entry(request, actor, _of(register, found), (READ, KEEP, WATCH))
    purpose = await stated_purpose(request, rule, found)
    await recorded(request, country, rule, read_of_entry(country, found), purpose)
    return answered(seen_by(country, actor, rule, found), version=found.version)


@router.get(
    "/v1/registers/{register}/entries/{entry}/history",
    **documented(
        "The signed events of an entry", answer=EntryHistoryShown, parameters=PURPOSE, problems=(400, 409)
    ),
)
async def history(request: Request, register: str, entry: Id) -> Response:
    """To those who work with the register all of it; to people the time in which they were in it."""
    actor = caller(request)
    country = located(request, entry)
    found = await asyncio.to_thread(_history, country, entry)
    if not found or found[-1].entry.register != register:
        raise nothing()
    me = actor.persons.get(country.code)
    humans = [humans_in(then.entry, country.ids.human) for then in found]
    now = found[-1].entry
    try:
        rule = rule_for_entry(request, actor, now, (READ, KEEP, WATCH))
    except Unknown:
        if not any(me in each for each in humans):
            raise
        rule = Rule(f"{READ}:party", party="e1", person=me)
    if rule.party is None:
        purpose = await stated_purpose(request, rule, now)
        read = Read(entry, register, frozenset[str]().union(*humans))
        await recorded(request, country, rule, read, purpose)
    else:
        found = [then for then, each in zip(found, humans, strict=True) if me in each]
    return Response(
        await asyncio.to_thread(_written, country, found, rule, me), 200, None, "application/json"
    )


def seen_by(country: CountryHouse, actor: Actor, rule: Rule, entry: Entry) -> dict[str, Any]:
    """What of the entry this caller sees, by the rule that lets them."""
    action = rule.id.partition(":")[0]
    if rule.party is not None:
        return shown_to(entry, actor.persons[country.code], country.ids.human)
    if is_auditor(rule):
        return watched(entry)
    if action == FIND:
        found = shown_to_restrict(entry, registers()[entry.register].thing, offices_of(actor, country.code))
    else:
        found = shown(entry)
    return warned(found) if action != KEEP and is_kin_of(country, actor, entry) else found


def _of(register: str, entry: Entry | None) -> Entry:
    """The entry, if it is one of that register; raises Unknown."""
    if entry is None or entry.register != register:
        raise nothing()
    return entry


async def _as_it_stands(country: CountryHouse, entry: str) -> Entry:
    await country.seen()
    row = country.read_models.one("registers", entry)
    if row is None:
        raise nothing()
    found: Entry = row["state"]
    return found


async def _as_it_stood(country: CountryHouse, entry: str, then: str) -> Entry:
    try:
        moment = written(moment_named(then, country_of(country.code)))
    except ValueError:
        raise Declined(400, "as_of_wrong") from None
    found = as_of(await asyncio.to_thread(_history, country, entry), moment)
    if found is None:
        raise nothing()
    return found


def _history(country: CountryHouse, entry: str) -> list[Then]:
    try:
        return history_of(entry, country.code, country.log, country.vault)
    except Broken:
        raise Declined(409, "history_broken") from None


def _written(country: CountryHouse, found: Sequence[Then], rule: Rule, me: str | None) -> bytes:
    may_see = partial(_may_see, country, rule, me)
    events = [signed_events.shown(country, then.row, may_see) for then in found]
    return orjson.dumps({"entry": found[0].entry.entry, "log": country.keyring.origin, "events": events})


def _may_see(country: CountryHouse, rule: Rule, me: str | None, name: str, value: Any) -> bool:
    """An auditor sees no personal member; people none that holds more of others than a name; nobody a keyed id."""
    if name == _OF_THE_HOUSE:
        return False
    if rule.party is None or me is None:
        return not is_auditor(rule)
    return name != _OF_OFFICES and not names_others(value, me, country.ids.human)
