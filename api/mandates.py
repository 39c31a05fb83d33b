"""Mandates: who lets whom act for them in a country; given, ended, and shown to the two whom it is between."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.asked_about import COMPANY, asked_about, today
from api.edge.caller import body_of, caller, country_here, house_of, version_seen
from api.edge.carrying_out import carried_out
from api.edge.contract import Id, documented
from api.edge.cursors import PAGE, cursor_of, page
from api.edge.queries import COUNTRY, country_named
from api.edge.shapes import Code, LegalDay, Moment, OpaqueId, Shape, Version
from domain.commands import EndMandate, GiveMandate
from domain.events import Further
from domain.forms import CountryCode, Day, Person, PersonOrCompany, Value
from domain.lookup_keys import mandate_key
from domain.mandate import Mandate
from domain.persons import key_of, name_of
from domain.refusals import Fault, Invalid, Unknown
from infra.desk.desk import new_cause
from infra.house import CountryHouse

router = APIRouter()


class NamedShown(Shape):
    """How somebody is shown to another one: of one name only, that part alone; of a company its name."""

    surname: str | None = None
    given_names: str | None = None
    name: str | None = None


class MandateShown(Shape):
    """Who lets whom act; ``further``: what else than file, answer and consent. ``is_live``: one may act by it now."""

    mandate: OpaqueId
    country: CountryCode
    version: Version
    you_are: Literal["principal", "representative"]
    as_: Annotated[Literal["mandate", "clerk"], Field(alias="as")]
    principal: NamedShown | None
    representative: NamedShown | None
    procedures: list[Code]
    further: list[Further]
    since: LegalDay
    until: LegalDay
    given_at: Moment
    ended_at: Moment | None
    ended_by: Literal["principal", "representative"] | None
    is_live: bool


class MandatePage(Shape):
    items: list[MandateShown]


class MandateBody(Value):
    """Who lets whom act: ``principal`` is whoever calls, or a company that they head; both as a form names them.

    No ``procedures`` are all of the country's. ``further``: what else the representative may do than file, answer and
    consent. ``since`` null: from today on; ``until`` is the last day.
    """

    country: CountryCode
    principal: PersonOrCompany
    representative: Person
    procedures: Annotated[list[Code], Field(max_length=50, default_factory=list)]
    further: Annotated[list[Further], Field(max_length=3, default_factory=list)]
    since: Day | None = None
    until: Day


@router.post(
    "/v1/mandates",
    **documented("Let somebody act for you", body=MandateBody, answer=MandateShown, created=True),
)
async def give_mandate(request: Request) -> Response:
    """Between the same two there is one mandate at a time; the same one again is answered again."""
    actor = caller(request)
    said = await body_of(request, MandateBody)
    country = country_here(request, said.country)
    principal, representative = (
        said.principal.model_dump(mode="json"),
        said.representative.model_dump(mode="json"),
    )
    people = {"principal": _keyed(country, principal), "representative": _keyed(country, representative)}
    command = GiveMandate(
        by=actor,
        cause=new_cause(),
        country=country.code,
        mandate=country.ids.stream(mandate_key(*people.values())),
        principal=principal,
        principal_person=people["principal"],
        representative=representative,
        representative_person=people["representative"],
        procedures=tuple(dict.fromkeys(said.procedures)),
        further=tuple(dict.fromkeys(said.further)),
        since=date.fromisoformat(said.since) if said.since else None,
        until=date.fromisoformat(said.until),
    )
    outcome = await carried_out(request, country, command)
    body = _shown(outcome.state, "principal", today(request, country))
    return answered(body, 201, version=outcome.version, location=f"/v1/mandates/{outcome.stream}")


@router.delete(
    "/v1/mandates/{mandate}",
    **documented("End a mandate", gone=True, asks=EndMandate, key="taken", problems=(400, 409, 410, 422)),
)
async def end_mandate(request: Request, mandate: Id) -> Response:
    """By either of the two: from the next act on it lets nobody do anything. The next mandate between them has the same
    id, and is not ended by who saw this one.
    """
    actor, expected = caller(request), version_seen(request)
    country = house_of(request).where(mandate)
    if country is None:
        raise Unknown
    command = EndMandate(
        by=actor, cause=new_cause(), country=country.code, mandate=mandate, expected=expected
    )
    await carried_out(request, country, command)
    return Response(status_code=204)


@router.get(
    "/v1/my/mandates",
    **documented(
        "The mandates that the caller gave or has",
        answer=MandatePage,
        parameters=(COUNTRY, COMPANY, *PAGE),
        problems=(400,),
    ),
)
async def my_mandates(request: Request) -> Response:
    """In a country, the newest first; or those of a company, for who heads it today and may act for it alone."""
    actor = caller(request)
    country = country_named(request)
    person, day = await asked_about(request, country, actor), today(request, country)
    limit, after = cursor_of(request, country)
    with country.read_models.reading() as seen:
        rows = seen.rows(
            "mandate_people",
            {"person": person or ""},
            order=("given_at", "mandate"),
            after=after,
            limit=limit,
            is_descending=True,
        )
        found = seen.load("mandates", [row["mandate"] for row in rows])
    shown = [_shown(found[row["mandate"]]["state"], row["side"], day) for row in rows]
    return page(request, country, shown, limit, [rows[-1]["given_at"], rows[-1]["mandate"]] if rows else [])


def _keyed(country: CountryHouse, named: dict[str, Any]) -> str:
    key = key_of(named)
    if key is None:
        raise Invalid(Fault("/representative", "no_number_or_document"))
    return country.ids.human(key)


def _shown(mandate: Mandate, side: Literal["principal", "representative"], day: date) -> dict[str, Any]:
    """The mandate as either of the two sees it: the other one is named, never numbered."""
    return {
        "mandate": mandate.mandate,
        "country": mandate.country,
        "version": mandate.version,
        "you_are": side,
        "as": mandate.acts_as,
        "principal": name_of(mandate.principal) if mandate.principal else None,
        "representative": name_of(mandate.representative) if mandate.representative else None,
        "procedures": mandate.procedures,
        "further": mandate.further,
        "since": mandate.since,
        "until": mandate.until,
        "given_at": mandate.given_at,
        "ended_at": mandate.ended_at,
        "ended_by": mandate.ended_by,
        "is_live": mandate.holds(day),
    }
