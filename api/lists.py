"""Lists: one's own cases, the work queue of an office, and who read one's data."""

from datetime import UTC
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.caller import caller, house_of
from api.contract import documented, query
from api.pages import cursor_of, page
from api.problems import Declined
from domain.commands import Actor, Competence
from domain.offers import country_of, legal_day
from domain.refusals import Unknown
from infra.house import CountryHouse
from projections.case_status import PARTIES

router = APIRouter()
_PAGE: Final = (
    query("cursor", "Where the last page ended", {"type": "string"}),
    query("limit", "How many", {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}),
)
_COUNTRY: Final = query(
    "country", "Which member country", {"type": "string", "pattern": "^[A-Z]{2}$"}, is_required=True
)


@router.get(
    "/v1/cases", **documented("The caller's own cases", parameters=(_COUNTRY, *_PAGE), problems=(400,))
)
async def list_cases(request: Request) -> Response:
    """The cases in a country in which the caller is a party, newest first."""
    actor = caller(request)
    house = await _country(request)
    limit, after = cursor_of(request, house)
    rows = _mine(house, actor, limit, after)
    shown = [
        {k: r[k] for k in ("case", "procedure", "stage", "version", "filed_at", "authority")} for r in rows
    ]
    return page(request, house, shown, limit, [rows[-1]["filed_at"], rows[-1]["case"]] if rows else [])


@router.get(
    "/v1/queue", **documented("The work queue of the caller's office", parameters=_PAGE, problems=(400,))
)
async def queue(request: Request) -> Response:
    """What waits for a decision, nearest deadline first; nothing personal stands in it."""
    actor = caller(request)
    competence = _office(request, actor)
    house = house_of(request).countries[competence.country]
    await house.seen()
    limit, after = cursor_of(request, house)
    rows = house.views.rows(
        "work_queue", {"authority": competence.authority}, order=("due", "case"), after=after, limit=limit
    )
    now = house_of(request).clock().astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    shown = [{**r, "is_proposed": bool(r["is_proposed"]), "is_overdue": r["due"] <= now} for r in rows]
    return page(request, house, shown, limit, [rows[-1]["due"], rows[-1]["case"]] if rows else [])


@router.get(
    "/v1/my/accesses", **documented("Who read my data", parameters=(_COUNTRY, *_PAGE), problems=(400,))
)
async def my_accesses(request: Request) -> Response:
    """Who, when, for what purpose, on what legal basis: of every case and entry of the caller in a country."""
    actor = caller(request)
    house = await _country(request)
    limit, after = cursor_of(request, house)
    cases = _mine(house, actor, 100, [])
    streams = [r["case"] for r in cases] + [r["state"]["entry"] for r in cases if r["state"]["entry"]]
    found: list[dict[str, Any]] = []
    for stream in streams:
        found += house.views.rows("accesses", {"stream": stream}, order=("number",), after=after, limit=limit)
    rows = sorted(found, key=lambda r: r["number"])[:limit]
    return page(request, house, rows, limit, [rows[-1]["number"]] if rows else [])


def _mine(house: CountryHouse, actor: Actor, limit: int, after: list[Any]) -> list[dict[str, Any]]:
    me = actor.persons.get(house.code)
    if me is None:
        return []
    return house.views.rows(
        "case_status",
        any_of=dict.fromkeys(PARTIES, me),
        order=("filed_at", "case"),
        after=after,
        limit=limit,
        is_descending=True,
    )


async def _country(request: Request) -> CountryHouse:
    house = house_of(request).countries.get(request.query_params.get("country", ""))
    if house is None:
        raise Declined(400, "country_missing", "Please name a member country, such as country=KZ.")
    await house.seen()
    return house


def _office(request: Request, actor: Actor) -> Competence:
    """The office whose queue the caller works."""
    for competence in actor.competences:
        day = legal_day(house_of(request).clock(), country_of(competence.country))
        holds = competence.since <= day and (competence.until is None or day <= competence.until)
        if competence.role in ("officer", "supervisor") and holds:
            return competence
    raise Unknown("There is no queue here for you.")
