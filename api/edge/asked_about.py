"""Whom somebody asks about who asks for "mine": themselves, a company that they head, a child of theirs, whoever gave
them a mandate.
"""

from collections.abc import Callable
from datetime import date
from typing import Final

from fastapi import Request

from api.edge.caller import house_of
from api.edge.contract import query
from domain.commands import Actor
from domain.countries import country_of, legal_day
from domain.entry import Entry
from domain.mandate import Mandate
from domain.parentage import birth
from domain.refusals import Unknown, Unready
from domain.registers.companies import company_key, heads_on
from infra.house import CountryHouse

COMPANY: Final = query(
    "company", "The number of a company that the caller heads", {"type": "string", "maxLength": 30}
)
BIRTH: Final = query(
    "birth",
    "The entry in the register of births of a child of the caller, who is not of age",
    {"type": "string", "pattern": "^[0-9a-f-]{36}$"},
)
MANDATE: Final = query(
    "mandate", "By which the caller acts for another one", {"type": "string", "pattern": "^[0-9a-f-]{36}$"}
)


def today(request: Request, country: CountryHouse) -> date:
    """The legal day of the country."""
    return legal_day(house_of(request).clock(), country_of(country.code))


async def asked_about(request: Request, country: CountryHouse, actor: Actor) -> str | None:
    """The keyed id of whom the question is about: the caller, the company that they name and head today and may act for
    alone, or the child whose birth they name. Raises Unknown for those of others, Unready where that may have changed.
    """
    is_seen, me = await country.seen(), actor.persons.get(country.code)
    asked = [
        (ask, named) for name, ask in _ASKED.items() if (named := request.query_params.get(name)) is not None
    ]
    if not asked:
        return me
    if not is_seen:
        raise Unready
    found = {ask(country, me, named, today(request, country)) for ask, named in asked}
    if len(found) > 1 or None in found:
        raise Unknown
    return found.pop()


async def mandate_of_the_caller(
    request: Request, country: CountryHouse, me: str | None, named: str
) -> tuple[Mandate, date]:
    """The mandate, where the caller may act by it today, and that day; raises Unknown."""
    if not await country.seen():
        raise Unready  # it may be over
    row = country.read_models.one("mandates", named)
    found = Mandate(**row["state"]) if row else None
    day = today(request, country)
    if found is None or me is None or found.representative_person != me or not found.holds(day):
        raise Unknown
    return found, day


def _headed(country: CountryHouse, me: str | None, number: str, day: date) -> str | None:
    entry = _entry(country, country.ids.stream(company_key(number)))
    if entry is None or me not in heads_on(entry, day, country.ids.human).alone:
        return None
    return country.ids.human(("company", 1, country.code, number))


def _child(country: CountryHouse, me: str | None, stream: str, day: date) -> str | None:
    found = birth(_entry(country, stream), country.ids.human)
    if found is None or me not in found.parents:
        return None
    return None if country_of(country.code).majority.is_reached(found.born_on, day) else found.child


def _entry(country: CountryHouse, stream: str) -> Entry | None:
    row = country.read_models.one("registers", stream)
    return Entry(**row["state"]) if row else None


_ASKED: Final[dict[str, Callable[[CountryHouse, str | None, str, date], str | None]]] = {
    "company": _headed,
    "birth": _child,
}
