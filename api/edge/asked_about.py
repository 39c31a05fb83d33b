"""Whom somebody asks about who asks for "mine": themselves, a company that they head, a child of theirs, whoever gave
them a mandate.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final, NamedTuple

from fastapi import Request

from api.edge.caller import house_of
from api.edge.contract import query
from domain.commands import Actor
from domain.countries import country_of, legal_day
from domain.entry import Entry
from domain.events import As
from domain.mandate import Mandate
from domain.parentage import REGISTER as BIRTHS
from domain.parentage import birth
from domain.refusals import Unknown, Unready
from domain.registers.companies import REGISTER as COMPANIES
from domain.registers.companies import company_key, heads_on
from infra.house import CountryHouse
from infra.read_models.transaction import MAX_KEYS, Transaction

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

# Without being asked, so many mandates are looked through, and so many entries that may say for whom one acts.
ACTED_FOR: Final = 50


class ActedFor(NamedTuple):
    """Somebody for whom the caller acts: as what, by which parameter they are asked about, and their keyed id.

    ``procedures``: those in which; empty: in all.
    """

    as_: As
    parameter: str
    value: str
    person: str
    procedures: list[str]


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
    found = row["state"] if row else None
    day = today(request, country)
    if found is None or me is None or found.representative_person != me or not found.holds(day):
        raise Unknown
    return found, day


def acted_for(country: CountryHouse, seen: Transaction, me: str, day: date) -> Iterator[ActedFor]:
    """For whom the caller acts on that day: by a mandate, the newest first, as the head of a company, as a parent; as
    many as are looked through.
    """
    having = {"person": me, "side": "representative"}
    order = ("given_at", "mandate")
    rows = seen.rows("mandate_people", having, order=order, limit=ACTED_FOR, is_descending=True)
    mandates = seen.load("mandates", [row["mandate"] for row in rows])
    for row in rows:
        mandate = mandates[row["mandate"]]["state"]
        if mandate.principal_person and mandate.holds(day):
            principal = mandate.principal_person
            yield ActedFor(mandate.acts_as, "mandate", mandate.mandate, principal, mandate.procedures)
    named = [row["entry"] for row in seen.rows("entry_people", {"person": me}, limit=MAX_KEYS)]
    kept = {"register": [COMPANIES.name, BIRTHS], "entry": named}
    for row in seen.rows("registers", kept, limit=ACTED_FOR) if named else ():
        entry = row["state"]
        if entry.register == BIRTHS and (child := _child_in(country, me, entry, day)):
            yield ActedFor("parent", "birth", entry.entry, child, [])
        if entry.register == COMPANIES.name and (company := _headed_in(country, me, entry, day)):
            yield ActedFor("head", "company", entry.content["number"], company, [])


def _headed(country: CountryHouse, me: str | None, number: str, day: date) -> str | None:
    return _headed_in(country, me, _entry(country, country.ids.stream(company_key(number))), day)


def _headed_in(country: CountryHouse, me: str | None, entry: Entry | None, day: date) -> str | None:
    if entry is None or me not in heads_on(entry, day, country.ids.human).alone:
        return None
    return country.ids.human(("company", 1, country.code, entry.content["number"]))


def _child(country: CountryHouse, me: str | None, stream: str, day: date) -> str | None:
    return _child_in(country, me, _entry(country, stream), day)


def _child_in(country: CountryHouse, me: str | None, entry: Entry | None, day: date) -> str | None:
    found = birth(entry, country.ids.human)
    if found is None or me not in found.parents:
        return None
    return None if country_of(country.code).majority.is_reached(found.born_on, day) else found.child


def _entry(country: CountryHouse, stream: str) -> Entry | None:
    row = country.read_models.one("registers", stream)
    return row["state"] if row else None


_ASKED: Final[dict[str, Callable[[CountryHouse, str | None, str, date], str | None]]] = {
    "company": _headed,
    "birth": _child,
}
