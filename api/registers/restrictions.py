"""Restricting an entry, lifting that, and erasing an entry."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import body_of, caller, house_of, idempotency_key
from api.edge.carrying_out import carried_out
from api.edge.contract import Id, documented
from api.edge.may_read import nothing
from api.edge.shapes import Code, OpaqueId, RestrictionShown, Shape, Version
from api.registers.who_reads import FIND, KEEP, READ, office_of_register, offices_of
from domain.commands import Actor, EntryCommand, EraseEntry, LiftRestriction, PlaceRestriction
from domain.entry_visibility import restrictions_of
from domain.forms import Line, Value
from domain.refusals import Clash
from infra.desk.desk import new_cause
from infra.house import CountryHouse
from infra.read_models.forgettable import has_open_case
from infra.runtime.chance import random_id

router = APIRouter()


class EntryActed(Shape):
    """The live restrictions of the caller's own office, and whether there are others."""

    entry: OpaqueId
    version: Version
    restrictions: list[RestrictionShown]
    has_other_restrictions: bool


class RestrictionBody(Value):
    """Which kind of restriction, and the authority's own reference."""

    kind: Code
    reference: Line | None = None


class EntryErasure(Value):
    """The legal basis."""

    basis: Line


@router.post(
    "/v1/registers/{register}/entries/{entry}/restrictions",
    **documented("Forbid to dispose of an entry", body=RestrictionBody, answer=EntryActed),
)
async def restrict(request: Request, register: str, entry: Id) -> Response:
    """By the authority that the law names for this kind; under an Idempotency-Key it is placed once.

    The answer has the restrictions of the caller's own office.
    """
    country, actor = _country_of_entry(request, register, entry)
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
    """By the authority that placed it, or by the court that the law names for its kind."""
    country, _ = _country_of_entry(request, register, entry)
    return await _act(request, country, register, entry, LiftRestriction, restriction=restriction)


@router.post(
    "/v1/registers/{register}/entries/{entry}/erasures",
    **documented("Erase an entry", body=EntryErasure, answer=EntryActed),
)
async def erase(request: Request, register: str, entry: Id) -> Response:
    """When the law keeps it no longer."""
    country, actor = _country_of_entry(request, register, entry)
    said = await body_of(request, EntryErasure)
    if offices_of(actor, country.code, "data_protection_officer"):
        await country.seen()
        if has_open_case(country.read_models, entry):
            raise Clash("open_case")
    return await _act(request, country, register, entry, EraseEntry, basis=said.basis)


async def _act(
    request: Request,
    country: CountryHouse,
    register: str,
    entry: str,
    make: Callable[..., EntryCommand],
    **more: Any,
) -> Response:
    """One command on an entry that no case leads, carried out and answered."""
    command = make(
        by=caller(request),
        cause=new_cause(),
        country=country.code,
        register=register,
        entry=entry,
        **more,
    )
    outcome = await carried_out(request, country, command)
    left = restrictions_of(outcome.state, offices_of(command.by, country.code))
    body = {
        "entry": outcome.stream,
        "version": outcome.version,
        "restrictions": [{"id": i, **r} for i, r in left.items()],
        "has_other_restrictions": len(left) < len(outcome.state.restrictions),
    }
    return answered(body, version=outcome.version)


def _country_of_entry(request: Request, register: str, entry: str) -> tuple[CountryHouse, Actor]:
    """The country of the entry, for those who work with its register or erase in it; others do not learn of it."""
    actor = caller(request)
    country = house_of(request).where(entry)
    if country is None:
        raise nothing()
    if not offices_of(actor, country.code, "data_protection_officer"):
        office_of_register(request, actor, register, (READ, KEEP, FIND))
    return country, actor
