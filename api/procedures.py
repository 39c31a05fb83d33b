"""What each country asks today: form, evidence, fee, terms, grounds; with its law, and what is open."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final, get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.answers import answered, answered_again, written
from api.edge.caller import house_of
from api.edge.contract import documented, query
from api.edge.members import in_words
from api.edge.queries import COUNTRY, country_named
from api.edge.sentences import Language, in_language, languages, spoken
from api.edge.shapes import Code, Shape, Title, Version
from domain.case import Stage
from domain.countries import country_of, legal_day
from domain.country import unit_value
from domain.events import As, LapseReason, RefundReason, WhichTime, WithdrawalReason
from domain.forms import CountryCode, Form
from domain.lifecycle import CLOCK, ROWS
from domain.obstacles import NOT_YOURS, OBSTACLES
from domain.offers import as_json, codes_of, offer, offers
from domain.procedure import Offer, Procedure
from domain.procedures import procedures
from domain.refusals import Named, NotOffered, Unknown
from domain.terms import Terms
from projections.work_queue import WAITS_FOR

router = APIRouter()


class ProcedureListed(Shape):
    procedure: Code
    title: Title
    countries: list[CountryCode]


class ProcedureList(Shape):
    items: list[ProcedureListed]


class PartyShown(Shape):
    role: Code
    member: Code
    is_applicant: bool
    consents: bool
    is_always_asked: bool
    may_stop: bool
    many: bool
    acts_by: list[As]


class OfferShown(Shape):
    """What a country asks today: ``form`` is a JSON Schema, ``unconfirmed`` names what is not settled law.

    The SHA-256 of the canonical bytes of ``terms`` is what a case names. ``titles``: kind of code -> code -> words.
    """

    procedure: Code
    country: CountryCode
    title: Title
    registers: list[str]
    parties: list[PartyShown]
    form_version: Version
    form: dict[str, Any]
    terms: dict[str, Any]
    titles: dict[str, dict[str, Title]]
    units: dict[str, dict[str, Any] | None]
    majority: dict[str, Any]
    unconfirmed: list[str]


# The codes of every case, whatever it is about.
HOUSE_CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "capacity": get_args(As),
    "stage": tuple(stage.value for stage in Stage),
    "command": tuple(row.command.__name__ for row in ROWS if row.may is not CLOCK),
    "reason": tuple(
        dict.fromkeys((*get_args(WithdrawalReason), *get_args(LapseReason), *get_args(RefundReason)))
    ),
    "waiting": WAITS_FOR,
    "time": get_args(WhichTime),
    "obstacle": (*OBSTACLES, NOT_YOURS),
}
_PLURALS: Final = {
    "ground": "grounds",
    "evidence": "evidence",
    "exemption": "exemptions",
    "restriction": "restrictions",
    "role": "roles",
    "capacity": "capacities",
    "warning": "warnings",
    "stage": "stages",
    "command": "commands",
    "reason": "reasons",
    "waiting": "waiting",
    "obstacle": "obstacles",
    "time": "times",
}


_ONLY_IN: Final = query("country", "One member country", {"type": "string", "pattern": "^[A-Z]{2}$"})


@router.get(
    "/v1/procedures",
    **documented(
        "Which procedures are offered where",
        answer=ProcedureList,
        public=True,
        parameters=(_ONLY_IN,),
        problems=(400, 404),
    ),
)
async def list_procedures(request: Request) -> Response:
    """Every procedure, with the countries of this house that offer it; ``country``: what that one offers alone."""
    asked = country_named(request).code if "country" in request.query_params else None
    here, language = house_of(request).countries, spoken(request.scope)
    items = [
        {
            "procedure": name,
            "title": language.say("procedure", name, procedures=(name,)),
            "countries": [c for c, offered in offers() if offered == name and c in here],
        }
        for name in procedures()
        if asked is None or (asked, name) in offers()
    ]
    return answered({"items": items}, headers=in_language(language))


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
        raise Unknown
    code = country_named(request).code
    found = offer(code, procedure)
    day = legal_day(house_of(request).clock(), country_of(code))
    terms = found.on(day) if found else None
    if found is None or terms is None:
        raise NotOffered(country=Named("country", code))
    tag = spoken(request.scope).tag
    return answered_again(*_of_the_day(code, found.procedure, found.form, terms, day, tag))


@lru_cache(maxsize=1024)  # it is the same for everybody all day long; nobody changes what comes back
def _of_the_day(  # noqa: PLR0913, PLR0917 - what it follows from
    code: str, procedure: Procedure, form: type[Form], terms: Terms, day: date, tag: str
) -> tuple[bytes, dict[str, str]]:
    """The offer in this language, with the headers that go with it; by the very rows and forms that are there."""
    found = offer(code, procedure.name)
    if found is None or found.form is not form:
        raise NotOffered(country=Named("country", code))
    language = languages()[tag].anew()
    return written(_shown(found, terms, day, language)), in_language(language)


def _shown(found: Offer, terms: Terms, day: date, language: Language) -> dict[str, Any]:
    country, name = country_of(found.country), found.procedure.name
    fees = [terms.fee, *([terms.entry_fee] if terms.entry_fee else [])]
    units = {part.unit for fee in fees for part in fee.parts if part.unit}
    return {
        "procedure": name,
        "country": found.country,
        "title": language.say("procedure", name, procedures=(name,)),
        "registers": [register.name for register in found.procedure.registers],
        "parties": [
            {
                "role": p.role,
                "member": p.member,
                "is_applicant": p.is_applicant,
                "consents": p.consents,
                "is_always_asked": p.consents and p.asked is None,
                "may_stop": p.may_stop,
                "many": p.many,
                "acts_by": list(p.acts_by),
            }
            for p in found.procedure.parties
        ],
        "form_version": found.form_version,
        "form": in_words(found.form, language, name),
        "terms": as_json(terms),
        "titles": {
            _PLURALS[kind]: {code: language.say(kind, code, procedures=(name,)) for code in codes}
            for kind, codes in {**codes_of(found, terms), **HOUSE_CODES}.items()
        },
        "units": {unit: as_json(unit_value(country, unit, day)) for unit in sorted(units)},
        "majority": as_json(country.majority),
        "unconfirmed": list(terms.unconfirmed),
    }
