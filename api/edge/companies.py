"""A company that the caller heads: what it has and gave is shown to its head as their own."""

from datetime import date
from typing import Final

from fastapi import Request

from api.edge.caller import house_of
from api.edge.contract import query
from domain.commands import Actor
from domain.countries import country_of, legal_day
from domain.entry import Entry
from domain.refusals import Unknown, Unready
from domain.registers.companies import company_key, heads_on
from infra.house import CountryHouse

COMPANY: Final = query(
    "company", "The number of a company that the caller heads", {"type": "string", "maxLength": 30}
)


def today(request: Request, country: CountryHouse) -> date:
    """The legal day of the country."""
    return legal_day(house_of(request).clock(), country_of(country.code))


async def asked_about(request: Request, country: CountryHouse, actor: Actor) -> str | None:
    """The keyed id of whom the question is about: of the caller, or of the company that they name and head today, and
    may act for alone. Raises Unknown for a company of others, Unready where who heads it may have changed.
    """
    is_seen, me = await country.seen(), actor.persons.get(country.code)
    number = request.query_params.get("company")
    if number is None:
        return me
    if not is_seen:
        raise Unready
    row = country.read_models.one("registers", country.ids.stream(company_key(number)))
    heads = heads_on(Entry(**row["state"]), today(request, country), country.ids.human) if row else None
    if heads is None or me not in heads.alone:
        raise Unknown
    return country.ids.human(("company", 1, country.code, number))
