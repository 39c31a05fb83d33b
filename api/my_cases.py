"""What people ask about themselves: their own cases and entries, and who read their data."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.asked_about import BIRTH, COMPANY, MANDATE, asked_about, mandate_of_the_caller
from api.edge.caller import caller, house_of
from api.edge.contract import documented
from api.edge.cursors import PAGE, cursor_of, page
from api.edge.may_read import takes_part
from api.edge.queries import COUNTRY, country_named
from api.edge.shapes import Code, EntryShown, Moment, OpaqueId, Shape, Version
from domain.case import Stage
from domain.entry_visibility import shown_to
from domain.mandate import Mandate
from infra.house import CountryHouse

router = APIRouter()


class CaseListed(Shape):
    case: OpaqueId
    procedure: Code
    stage: Stage
    version: Version
    filed_at: Moment
    authority: str


class CasePage(Shape):
    items: list[CaseListed]


class AccessShown(Shape):
    number: str
    stream: OpaqueId
    at: Moment
    reader: str
    role: str
    authority: str
    purpose: str
    basis: str


class AccessPage(Shape):
    items: list[AccessShown]


class MyEntries(Shape):
    items: list[EntryShown]


_LISTED: Final = ("case", "procedure", "stage", "version", "filed_at", "authority")


@router.get(
    "/v1/cases",
    **documented(
        "The caller's own cases",
        answer=CasePage,
        parameters=(COUNTRY, COMPANY, BIRTH, MANDATE, *PAGE),
        problems=(400,),
    ),
)
async def list_cases(request: Request) -> Response:
    """The cases in a country in which the caller is a party, newest first; or a company that they head, or a child
    of theirs; or, by a mandate, whoever gave it.
    """
    actor = caller(request)
    country = country_named(request)
    me = await asked_about(request, country, actor)
    limit, after = cursor_of(request, country)
    if (named := request.query_params.get("mandate")) is None:
        rows = _mine(country, me, limit, after)
        theirs = [row for row in rows if takes_part(country, actor, row["state"], house_of(request).clock())]
    else:
        mandate, day = await mandate_of_the_caller(request, country, me, named)
        rows = _mine(country, mandate.principal_person, limit, after)
        theirs = [row for row in rows if _reaches(mandate, row, day)]
    shown = [{name: row[name] for name in _LISTED} for row in theirs]
    last = _place(rows[-1]) if rows else []
    return page(request, country, shown, limit, last, is_full=len(rows) == limit)


def _reaches(mandate: Mandate, row: Mapping[str, Any], day: date) -> bool:
    """Whether one may act by it in this case: whoever gave it is a party there, and does not act for another one."""
    is_party = mandate.principal_person in row["state"].persons.values()
    return is_party and mandate.lets(row["procedure"], day)


@router.get(
    "/v1/my/accesses",
    **documented("Who read my data", answer=AccessPage, parameters=(COUNTRY, *PAGE), problems=(400,)),
)
async def my_accesses(request: Request) -> Response:
    """Who, when, for what purpose, on what legal basis: of cases and entries in which the caller was at that moment."""
    actor = caller(request)
    country = await _country(request)
    await country.seen_readings()
    limit, after = cursor_of(request, country)
    me = actor.persons.get(country.code)
    mine = {"concerned": country.ids.concerned(me)} if me else None
    order = ("number",)
    rows = country.read_models.rows("accesses", mine, order=order, after=after, limit=limit) if mine else []
    shown = [{name: value for name, value in row.items() if name != "concerned"} for row in rows]
    return page(request, country, shown, limit, [rows[-1]["number"]] if rows else [])


@router.get(
    "/v1/my/entries",
    **documented(
        "What the registers hold of me",
        answer=MyEntries,
        parameters=(COUNTRY, COMPANY, BIRTH, *PAGE),
        problems=(400,),
    ),
)
async def my_entries(request: Request) -> Response:
    """The entries of a country that name the caller now, or a company that they head, or a child of theirs, with
    their live restrictions; of others their names.
    """
    actor = caller(request)
    country = country_named(request)
    me = await asked_about(request, country, actor)
    limit, after = cursor_of(request, country)
    if me is None:
        return page(request, country, [], limit, [])
    with country.read_models.reading() as seen:
        rows = seen.rows("entry_people", {"person": me}, order=("entry",), after=after, limit=limit)
        kept = seen.load("registers", [row["entry"] for row in rows])
    entries = [kept[row["entry"]]["state"] for row in rows if row["entry"] in kept]
    shown = [shown_to(entry, me, country.ids.human) for entry in entries]
    return page(request, country, shown, limit, [rows[-1]["entry"]] if rows else [])


def _mine(country: CountryHouse, person: str | None, limit: int, after: list[Any]) -> list[dict[str, Any]]:
    if person is None:
        return []
    with country.read_models.reading() as seen:
        mine = seen.rows(
            "case_parties",
            {"person": person},
            order=("filed_at", "case"),
            after=after,
            limit=limit,
            is_descending=True,
        )
        cases = seen.load("case_status", [row["case"] for row in mine])
    return [cases[row["case"]] for row in mine if row["case"] in cases]


def _place(row: dict[str, Any]) -> list[Any]:
    return [row["filed_at"], row["case"]]


async def _country(request: Request) -> CountryHouse:
    country = country_named(request)
    await country.seen()
    return country
