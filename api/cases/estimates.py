"""What a draft would ask, before anybody files it: nothing is stored, and of no stranger's thing anything is told."""

import asyncio
from collections.abc import Collection
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Request
from pydantic import Field, ValidationError
from starlette.responses import Response

from api.cases.filing import asked_for
from api.edge.answers import answered
from api.edge.caller import caller, document, house_of, raw_body, shaped
from api.edge.case_shown import LimitShown
from api.edge.contract import documented
from api.edge.may_read import births_of
from api.edge.registers_now import doubts_of, entries_at
from api.edge.sentences import Language, in_language, spoken
from api.edge.shapes import Code, LegalDay, Shape, Title
from domain.about import About
from domain.commands import Actor
from domain.countries import country_of, legal_day
from domain.entry import Entry
from domain.entry_visibility import humans_in
from domain.estimates import UNTOLD, estimate
from domain.faults import faults_of
from domain.forms import CountryCode, Currency, MinorUnits, Value, plain
from domain.lookup_keys import Key
from domain.obstacles import NOT_YOURS, companies, for_parties, of_request
from domain.persons import is_company, key_of
from domain.procedure import Offer
from domain.refusals import Invalid, Named, NotOffered
from domain.register import Create
from domain.registers.companies import heads_on
from domain.representation import companies_in
from infra.house import CountryHouse
from infra.runtime.clock import written

router = APIRouter()


class EstimatedFee(Shape):
    """``depends_on``: members of the form that the draft lacks, and that the fee follows from. ``amount_until``: the
    last day of payment for which the amount is sure; null: for any day, or not even now.
    """

    amount: MinorUnits
    currency: Currency
    formula: str
    provisional: bool
    amount_until: LegalDay | None
    depends_on: list[Code]
    unconfirmed: bool


class EstimatedDay(Shape):
    """The last day for it, if it were filed now."""

    what: Literal["consent", "pay"]
    until: LegalDay
    unconfirmed: bool


class EstimatedEvidence(Shape):
    kind: Code
    title: Title
    is_required: bool
    unconfirmed: bool


class EstimatedExemption(Shape):
    code: Code
    title: Title
    unconfirmed: bool


class EstimateShown(Shape):
    """What a draft would ask by today's law; null is what it does not tell enough for, ``missing`` what it lacks of the
    form. ``missing_evidence``: without which a filing of it is refused, as a draft brings none; of a birth of which the
    hospital told, the notice is enough.

    ``obstacles``: what stands in the way of the caller's own things (``restricted``, ``not_registered``), and
    ``not_yours`` of all others; null without an account.
    """

    country: CountryCode
    procedure: Code
    terms: LegalDay
    fee: EstimatedFee | None
    entry_fee: EstimatedFee | None
    last_days: list[EstimatedDay] | None
    limits: list[LimitShown] | None
    evidence: list[EstimatedEvidence] | None
    exemptions: list[EstimatedExemption] | None
    four_eyes: bool | None
    missing: list[Code]
    missing_evidence: list[Code] | None
    unconfirmed: list[str]
    obstacles: list[Code] | None


PURPOSE: Final = "an estimate for a draft of one's own"


class Draft(Value):
    """A request, or a part of one: members may be missing, as may parts of them; none may be wrong."""

    country: CountryCode
    procedure: Code
    request: Annotated[dict[str, Any], Field(default_factory=dict)]


_ROUTE: Final = documented(
    "What a draft would ask",
    body=Draft,
    answer=EstimateShown,
    key="none",
    public=True,
    problems=(401, 404, 503),
)
_ROUTE["responses"][200].pop("headers")  # it is of no version


@router.post("/v1/estimates", **_ROUTE)
async def estimates(request: Request) -> Response:
    """Fee, days, evidence, exemptions by today's law. Signed in, also what in the registers stands in the way of one's
    own things: that is a reading, and is recorded.
    """
    actor = caller(request) if "authorization" in request.headers else None
    found = await document(request)
    country, offered = asked_for(request, found)
    draft = shaped(found, await raw_body(request), Draft)
    content, missing = _content_of(draft, offered)
    at = house_of(request).clock()
    law = country_of(country.code)
    terms = offered.on(legal_day(at, law))
    if terms is None:
        raise NotOffered(country=Named("country", country.code))
    about = About(offered, terms, content, at, at)
    told = estimate(about, law, missing, frozenset(offered.form.model_fields.keys() - draft.request.keys()))
    told["obstacles"] = await _obstacles(request, country, actor, about) if actor else None
    language = spoken(request.scope)
    body = {
        "country": country.code,
        "procedure": offered.procedure.name,
        "terms": terms.since.isoformat(),
        **_titled(told, offered.procedure.name, language),
    }
    return answered(body, headers=in_language(language))


def _content_of(draft: Draft, offered: Offer) -> tuple[dict[str, Any], frozenset[str]]:
    """The draft as the form has it, with nulls for what is missing, and which members these are; raises Invalid for
    what is wrong.
    """
    try:
        return plain(offered.form.model_validate(draft.request)), frozenset()
    except ValidationError as error:
        wrong = [fault for fault in faults_of(error, "/request") if fault.code != "missing"]
        if wrong:
            raise Invalid(*wrong).about(offered.procedure.name) from None
        missing = frozenset(
            str(each["loc"][0]) for each in error.errors(include_url=False, include_input=False)
        )
    return {**dict.fromkeys(offered.form.model_fields), **draft.request}, missing


def _titled(told: dict[str, Any], procedure: str, language: Language) -> dict[str, Any]:
    def titled(kind: str, member: str, found: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
        if found is None:
            return None
        return [
            {**each, "title": language.say(kind, each[member], procedures=(procedure,))} for each in found
        ]

    return {
        **told,
        "evidence": titled("evidence", "kind", told["evidence"]),
        "exemptions": titled("exemption", "code", told["exemptions"]),
    }


async def _obstacles(request: Request, country: CountryHouse, actor: Actor, about: About) -> list[str] | None:
    """What stands in the way of the caller's own things; of all others one word is said, whether they are there or not.

    None: the draft does not say what it is about, or nobody knows who the caller is.
    """
    me = actor.persons.get(country.code)
    try:
        effects = about.effects()
    except UNTOLD:
        return None
    if me is None:
        return None
    await country.seen()
    entries = entries_at(country, tuple(effect.key for effect in effects))
    whose = {me, *_headed(country, about, me), *_children(country, about, me)}
    mine = {key: entry for key, entry in entries.items() if entry and _names(entry, whose, country)}
    await asyncio.gather(*(_recorded(request, country, me, entry) for entry in mine.values()))
    others = any(not isinstance(effect, Create) and effect.key not in mine for effect in effects)
    named = _companies(about)
    known = entries_at(country, tuple(key for _, key in named)) if named else {}
    with country.read_models.reading() as seen:
        doubts = doubts_of(seen, mine.values())
    told = of_request(about, {**mine, **known}, named, doubts)
    return [*for_parties(told, about.offer.procedure), *([NOT_YOURS] if others else [])]


def _companies(about: About) -> tuple[tuple[str, Key], ...]:
    """As far as the draft names them; that one is struck off is said to whoever asks, as its register does."""
    try:
        return tuple(companies(about))
    except UNTOLD:
        return ()


def _headed(country: CountryHouse, about: About, me: str) -> set[str]:
    """The companies of the draft, by keyed id, that the caller heads today and may act for alone."""
    day = legal_day(about.at, country_of(country.code))
    try:
        found = {
            key: country.ids.human(("company", 1, country.code, key.parts[-1]))
            for _, key in companies_in(country.code, about.people)
        }
    except UNTOLD:
        return set()
    entries = entries_at(country, tuple(found)) if found else {}
    return {
        company
        for key, company in found.items()
        if (entry := entries[key]) and me in heads_on(entry, day, country.ids.human).alone
    }


def _children(country: CountryHouse, about: About, me: str) -> set[str]:
    """The parties of the draft, by keyed id, whose parent the caller is by the register of births, until they are of
    age.
    """
    law = country_of(country.code)
    try:
        named = about.people.named.values()
        people = [country.ids.human(key) for each in named if not is_company(each) and (key := key_of(each))]
    except UNTOLD:
        return set()
    return {
        child
        for child, birth in births_of(country, people).items()
        if me in birth.parents and not law.majority.is_reached(birth.born_on, legal_day(about.at, law))
    }


def _names(entry: Entry, whose: Collection[str], country: CountryHouse) -> bool:
    """Whether the entry names one of these."""
    people = (entry.content[name] for name in entry.owners)
    keys = (key_of(each) for each in people if isinstance(each, dict) and _is_somebody(each))
    return any(key is not None and country.ids.human(key) in whose for key in keys)


def _is_somebody(value: dict[str, Any]) -> bool:
    return "personal_number" in value or ("name" in value and "number" in value)


async def _recorded(request: Request, country: CountryHouse, me: str, entry: Entry) -> None:
    reading = country.accesses.record(
        at=written(house_of(request).clock()),
        stream=entry.entry,
        reader=me,
        role="party",
        authority=entry.authority,
        purpose=PURPOSE,
        basis=f"one's own entry in {entry.register}",
        concerned=" ".join(sorted(map(country.ids.concerned, humans_in(entry, country.ids.human)))),
    )
    await asyncio.wrap_future(reading)
