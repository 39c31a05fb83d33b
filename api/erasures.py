"""What the law keeps no longer, for the data-protection officer of a country: it is listed, and a case erased; an
entry is erased where its register is, in api/registers/restrictions.py.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.edge.caller import caller, house_of, may_today
from api.edge.carrying_out import act, caller_and_body
from api.edge.case_shown import CaseBrief
from api.edge.contract import Id, documented
from api.edge.cursors import PAGE, cursor_of, page
from api.edge.may_read import nothing
from api.edge.queries import COUNTRY, country_named
from api.edge.shapes import Code, LegalDay, Moment, OpaqueId, Shape
from domain.commands import EraseCase
from domain.countries import country_of, legal_day
from domain.forms import Line, Value
from domain.refusals import Refusal
from domain.retention import RetentionClass, classes_of
from infra.house import CountryHouse
from infra.read_models.forgettable import has_open_case, over
from projections import Row

router = APIRouter()


class Forgettable(Shape):
    """A case, or an entry that has ended, which the law keeps no longer; nothing personal.

    ``since``: from when on it was kept, until the end of the day ``kept_until``, by this ``law``. ``waits_for``:
    ``appeal``, ``refund``, ``restriction`` or ``open_case``; else ``clock`` where the law is confirmed, ``officer``
    where it is not.
    """

    case: OpaqueId | None
    procedure: Code | None
    entry: OpaqueId | None
    register_: Annotated[str | None, Field(alias="register")]  # a class of pydantic has a method of that name
    since: Moment
    kept_until: LegalDay
    law: list[str]
    is_confirmed: bool
    waits_for: Code


class Erasure(Value):
    """The legal basis, and whose data (as ``parties`` of the case names them); left out: all of it."""

    basis: Line
    whose: Annotated[list[Code], Field(min_length=1, max_length=200)] | None = None


class ForgettablePage(Shape):
    items: list[Forgettable]


@router.get(
    "/v1/erasures",
    **documented(
        "What may be forgotten", answer=ForgettablePage, parameters=(COUNTRY, *PAGE), problems=(400,)
    ),
)
async def list_forgettable(request: Request) -> Response:
    """For the data-protection officer of the country: cases and ended entries whose retention is over, those first that
    are kept by the same law; what confirmed law keeps no longer, the clock erases by itself.
    """
    actor, country = caller(request), country_named(request)
    if isinstance(may_today(request, actor, "erasure.read", country.code), Refusal):
        raise nothing()
    await country.seen()
    limit, after = cursor_of(request, country)
    found = list(islice(_over(country, house_of(request).clock(), after, limit), limit))
    items = [_shown(country, kept_alike, row) for kept_alike, row in found]
    return page(request, country, items, limit, _place(*found[-1]) if found else [])


@router.post(
    "/v1/cases/{case}/erasures",
    **documented("Erase the personal data", body=Erasure, answer=CaseBrief, asks=EraseCase),
)
async def erase(request: Request, case: Id) -> Response:
    """After the appeal term and the retention; the signed record stays verifiable."""
    _, said = await caller_and_body(request, case, Erasure)
    return await act(request, case, EraseCase, basis=said.basis, whose=tuple(said.whose or ()))


def _over(
    country: CountryHouse, at: datetime, after: list[Any], limit: int
) -> Iterator[tuple[RetentionClass, Row]]:
    """Class by class, after the cursor: the three members that name a class, then since when, and the id."""
    here = country_of(country.code)
    for kept_alike in classes_of(country.code, legal_day(at, here)):
        named = list(kept_alike[:3])
        if after and named < after[:3]:
            continue
        begun = after[3:] if after and named == after[:3] else ()
        rows = over(country.read_models, kept_alike, at, here, after=begun, limit=limit)
        yield from ((kept_alike, row) for row in rows)


def _place(kept_alike: RetentionClass, row: Row) -> list[str]:
    return [*kept_alike[:3], row["since"], row[kept_alike.family]]


def _shown(country: CountryHouse, kept_alike: RetentionClass, row: Row) -> dict[str, Any]:
    kept = kept_alike.kept
    return {
        **{name: row.get(name) for name in ("case", "procedure", "entry", "register")},
        "since": row["since"],
        "kept_until": kept.until(row["since"], country_of(country.code))["due"],
        "law": list(dict.fromkeys(kept.law)),
        "is_confirmed": kept.is_confirmed,
        "waits_for": row["waits_for"] or _waits_for(country, kept_alike, row),
    }


def _waits_for(country: CountryHouse, kept_alike: RetentionClass, row: Row) -> str:
    if kept_alike.family == "entry" and has_open_case(country.read_models, row["entry"]):
        return "open_case"
    return "clock" if kept_alike.kept.is_confirmed else "officer"
