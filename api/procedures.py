"""What each country asks today: form, evidence, fee, terms, grounds; with its law, and what is open."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import house_of
from api.edge.contract import documented
from api.edge.queries import COUNTRY, country_named
from api.edge.shapes import OfferShown, ProcedureList
from domain.countries import country_of, legal_day
from domain.country import unit_value
from domain.offers import as_json, offer, offers, titles_of
from domain.procedure import Offer, Terms
from domain.procedures import procedures
from domain.refusals import NotOffered, Unknown

router = APIRouter()


@router.get(
    "/v1/procedures",
    **documented("Which procedures are offered where", answer=ProcedureList, public=True),
)
async def list_procedures(request: Request) -> Response:
    """Every procedure, with the countries of this house that offer it."""
    here = house_of(request).countries
    items = [
        {
            "procedure": p.name,
            "title": dict(p.title),
            "countries": [c for c, name in offers() if name == p.name and c in here],
        }
        for p in procedures().values()
    ]
    return answered({"items": items})


@router.get(
    "/v1/procedures/{procedure}",
    **documented(
        "What a country asks today",
        answer=OfferShown,
        public=True,
        parameters=(COUNTRY,),
        problems=(400, 404),
    ),
)
async def read_procedure(request: Request, procedure: str) -> Response:
    """The terms of today, exactly as a case names them by their hash; beside them what they leave out.

    ``titles`` are our words for their codes; ``unconfirmed`` names the members that are not settled law.
    """
    if procedure not in procedures():
        raise Unknown("There is no such procedure.")
    code = country_named(request).code
    found = offer(code, procedure)
    terms = found.on(legal_day(house_of(request).clock(), country_of(code))) if found else None
    if found is None or terms is None:
        raise NotOffered(f"This procedure is not offered in {code} yet.")
    return answered(_shown(request, found, terms))


def _shown(request: Request, found: Offer, terms: Terms) -> dict[str, Any]:
    country = country_of(found.country)
    day = legal_day(house_of(request).clock(), country)
    fees = [terms.fee, *([terms.entry_fee] if terms.entry_fee else [])]
    units = {part.unit for fee in fees for part in fee.parts if part.unit}
    return {
        "procedure": found.procedure.name,
        "country": found.country,
        "title": dict(found.procedure.title),
        "registers": [register.name for register in found.procedure.registers],
        "parties": [
            {
                "role": p.role,
                "member": p.member,
                "is_applicant": p.is_applicant,
                "consents": p.consents,
                "many": p.many,
                "acts_by": list(p.acts_by),
            }
            for p in found.procedure.parties
        ],
        "form_version": found.form_version,
        "form": found.form.model_json_schema(),
        "terms": as_json(terms),
        "titles": titles_of(terms),
        "units": {unit: as_json(unit_value(country, unit, day)) for unit in sorted(units)},
        "unconfirmed": list(terms.unconfirmed),
    }
