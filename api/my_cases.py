"""What people ask about themselves: their own cases, and who read their data."""

from collections.abc import Iterator
from itertools import chain
from operator import itemgetter
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.caller import caller, house_of
from api.edge.contract import documented
from api.edge.cursors import LARGEST, PAGE, cursor_of, page
from api.edge.queries import COUNTRY, country_named
from api.edge.shapes import AccessPage, CasePage
from domain.commands import Actor
from infra.house import CountryHouse
from infra.read_models.transaction import MAX_KEYS

router = APIRouter()
_LISTED: Final = ("case", "procedure", "stage", "version", "filed_at", "authority")


@router.get(
    "/v1/cases",
    **documented("The caller's own cases", answer=CasePage, parameters=(COUNTRY, *PAGE), problems=(400,)),
)
async def list_cases(request: Request) -> Response:
    """The cases in a country in which the caller is a party, newest first."""
    actor = caller(request)
    country = await _country(request)
    limit, after = cursor_of(request, country)
    rows = _mine(country, actor, limit, after)
    shown = [{name: row[name] for name in _LISTED} for row in rows]
    return page(request, country, shown, limit, _place(rows[-1]) if rows else [])


@router.get(
    "/v1/my/accesses",
    **documented("Who read my data", answer=AccessPage, parameters=(COUNTRY, *PAGE), problems=(400,)),
)
async def my_accesses(request: Request) -> Response:
    """Who, when, for what purpose, on what legal basis: the caller's cases in a country and their entries, and what
    they hold there as an officer.
    """
    actor = caller(request)
    country = await _country(request)
    limit, after = cursor_of(request, country)
    held = house_of(request).competences.appointees_of(actor.persons.get(country.code, ""))
    streams = [*_my_streams(country, actor), *held]
    found: list[dict[str, Any]] = []
    for n in range(0, len(streams), MAX_KEYS):
        some = {"stream": streams[n : n + MAX_KEYS]}
        found += country.read_models.rows("accesses", some, order=("number",), after=after, limit=limit)
    rows = sorted(found, key=itemgetter("number"))[:limit]
    return page(request, country, rows, limit, [rows[-1]["number"]] if rows else [])


def _my_streams(country: CountryHouse, actor: Actor) -> Iterator[str]:
    rows = _mine(country, actor, LARGEST, [])
    while rows:
        yield from chain.from_iterable(
            (row["case"], *(written["entry"] for written in row["state"]["entries"])) for row in rows
        )
        rows = _mine(country, actor, LARGEST, _place(rows[-1])) if len(rows) == LARGEST else []


def _mine(country: CountryHouse, actor: Actor, limit: int, after: list[Any]) -> list[dict[str, Any]]:
    me = actor.persons.get(country.code)
    if me is None:
        return []
    with country.read_models.reading() as seen:
        mine = seen.rows(
            "case_parties",
            {"person": me},
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
