"""Finding one entry by its key: personal keys never stand in an address, and what has no normal form is refused."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import body_of, caller
from api.edge.contract import documented
from api.edge.may_read import nothing, recorded
from api.edge.shapes import Code, EntryShown, OpaqueId
from api.registers.reading import seen_by
from api.registers.who_reads import (
    FIND,
    KEEP,
    READ,
    must_be_said,
    office_of_register,
    purpose_of,
    read_of_entry,
    rule_for_entry,
)
from domain.countries import countries
from domain.entry import Entry, Status
from domain.forms import Line, Value
from domain.lookup_keys import Key
from domain.names import Spelling, plainly
from domain.offers import words_of
from domain.procedures import registers
from domain.refusals import Clash, Invalid
from infra.house import CountryHouse

router = APIRouter()
_ACTIONS = (READ, KEEP, FIND)


class Search(Value):
    """The entry's key: its kind and parts, such as vin and one VIN; nothing can be enumerated.

    An officer says what for: a ``purpose``, or a ``case`` of their office that names the entry.
    """

    kind: Code
    parts: Annotated[list[Line], Field(min_length=1, max_length=6)]
    purpose: Line | None = None
    case: OpaqueId | None = None


@router.post(
    "/v1/registers/{register}/searches",
    **documented("Find an entry by its key", body=Search, answer=EntryShown, key="none"),
)
async def search(request: Request, register: str) -> Response:
    """The key is brought to its normal form, as when the entry was written; the reading is recorded first."""
    actor = caller(request)
    country, _ = office_of_register(request, actor, register, _ACTIONS)
    said = await body_of(request, Search)
    keys = _keys(country, register, said)
    await country.seen()
    found = _found(country, keys)
    rule = rule_for_entry(request, actor, found, _ACTIONS)
    purpose = await purpose_of(request, rule, found, said.purpose, said.case)
    if purpose is None:
        raise must_be_said()
    await recorded(request, country, rule, read_of_entry(country, found), purpose)
    return answered(seen_by(country, actor, rule, found), version=found.version)


def _keys(country: CountryHouse, register: str, said: Search) -> tuple[Key, ...]:
    """The keys that are meant; raises Invalid in the words of what writes to the register."""
    try:
        return registers()[register].keys_searched(said.kind, said.parts, _spellings(country))
    except Invalid as wrong:
        raise wrong.about(*words_of(country.code, register)) from None


def _spellings(country: CountryHouse) -> list[Spelling]:
    """How names may be spelt, one's own country first: a birth abroad is written as they spell there."""
    others = (each.spelling for each in countries().values())
    return list(dict.fromkeys((countries()[country.code].spelling, *others, plainly)))


def _found(country: CountryHouse, keys: Sequence[Key]) -> Entry:
    """The one entry under the first of these keys that finds any, of several the one that holds; raises Unknown, or
    Clash where several do.
    """
    with country.read_models.reading() as seen:
        for key in keys:
            named = [row["entry"] for row in seen.rows("entry_keys", {"key": country.ids.stream(key)})]
            found: list[Entry] = [row["state"] for row in seen.load("registers", named).values()]
            holding = [entry for entry in found if entry.status == Status.ACTIVE]
            if len(found) > 1 and len(holding) != 1:
                raise Clash("several_entries")
            if found:
                return (holding or found)[0]
    raise nothing()
