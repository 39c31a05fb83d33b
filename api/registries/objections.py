"""What a registry cannot apply: signed objections, recorded on the case for the officer to see."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import body_of, caller, country_here
from api.edge.sentences import in_language, spoken
from api.edge.shapes import Code, CompactJws, Shape
from api.registries.feeds import entitled
from api.registries.receipts import (
    MOST,
    AboutAnEvent,
    Answer,
    Moment,
    authority_of,
    documented_here,
    each_recorded,
    stated,
)
from domain.authorisation import Rule
from domain.authorities import OBJECTION
from domain.commands import Actor, RecordObjection
from domain.forms import Value
from infra.desk.desk import new_cause
from infra.house import CountryHouse

router = APIRouter()


class Objections(Value):
    """Compact JWS by the registry's key (formats: typ tamga-objection+jwt)."""

    objections: Annotated[
        list[Annotated[CompactJws, Field(max_length=4000)]],
        Field(min_length=1, max_length=MOST),
    ]


class ObjectionAnswers(Shape):
    """In the order of the objections."""

    objections: list[Answer]


class Objection(AboutAnEvent):
    """What an objection states; ``code`` is the registry's own."""

    at: Moment
    code: Code


@router.post(
    "/v1/feeds/{cc}/objections",
    **documented_here("What a registry cannot apply", Objections, ObjectionAnswers),
)
async def receive(request: Request, cc: str) -> Response:
    """Each objection is verified and recorded on its own; sent again, it gets the same answer."""
    code, rule = entitled(request, cc, "feed.receipt")
    country = country_here(request, code)
    said = await body_of(request, Objections)
    command = partial(_command, country, rule, caller(request))
    language = spoken(request.scope)
    answers = await each_recorded(country, said.objections, command, language)
    return answered({"objections": answers}, headers=in_language(language))


def _command(country: CountryHouse, rule: Rule, actor: Actor, jws: str) -> RecordObjection:
    objection, case = stated(country, rule, jws, OBJECTION, Objection)
    return RecordObjection(
        by=actor,
        cause=new_cause(),
        case=case,
        register=objection.register_name,
        authority=authority_of(rule),
        event=objection.event,
        code=objection.code,
        jws=jws,
    )
