"""Amending: who filed restates the request, in the form in which it was filed."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from api.cases.acting import ActsAs, act_for_party, readable_as
from api.cases.sealing import AllBrought, has_brought
from api.edge.caller import house_of
from api.edge.carrying_out import caller_and_body
from api.edge.case_shown import CaseBrief, CaseShown
from api.edge.contract import Id, documented
from api.edge.may_read import with_the_way
from api.edge.shapes import EventHash
from domain.about import offer_of
from domain.case import Case, digest_of
from domain.commands import AmendRequest
from domain.faults import faults_of
from domain.forms import Form, Value, plain
from domain.lifecycle import does_fit, fits
from domain.parties import keyed
from domain.refusals import Clash, Invalid, WrongStage
from infra.house import CountryHouse

router = APIRouter()


class Amendment(Value):
    """The whole request anew, as it should have stood at event ``of`` (the case's ``request_hash``)."""

    of: EventHash
    request: dict[str, Any]
    evidence: AllBrought
    acting: ActsAs | None = None


@router.post(
    "/v1/cases/{case}/amendments",
    **documented("Restate the request", body=Amendment, answer=(CaseShown, CaseBrief), asks=AmendRequest),
)
async def amend(request: Request, case: Id) -> Response:
    """A fact: it names the request that it restates. Every consent is void; the fee is assessed anew."""
    actor, said = await caller_and_body(request, case, Amendment)
    country, found, rule = await readable_as(request, actor, case, said.acting, "case.amend")
    if said.of == found.request_hash and not does_fit(AmendRequest, found):
        mine = rule.capacities
        told = fits(found, [each.party for each in mine], mine=mine, at=house_of(request).clock())
        raise WrongStage(found.stage, told).about(found.procedure)
    content = _content_of(said.request, found, country)
    is_new = said.of == found.request_hash and content != found.request
    is_done = found.restatements.get(said.of) == digest_of(content)
    is_brought = is_new or (is_done and not has_brought(found, said.evidence))
    try:
        return await act_for_party(
            request,
            case,
            AmendRequest,
            said.acting,
            brought=said.evidence if is_brought else [],
            of=said.of,
            request=content,
        )
    except Clash as clash:
        raise await with_the_way(request, actor, clash) from None


def _content_of(said: dict[str, Any], case: Case, country: CountryHouse) -> dict[str, Any]:
    """The request in the form that the case was filed with (rules.md 9), with the keyed ids of its persons."""
    offer = offer_of(case)
    form: type[Form] = offer.form if case.form == offer.form_version else offer.former[case.form]
    try:
        content = plain(form.model_validate(said))
    except ValidationError as error:
        raise Invalid(*faults_of(error, "/request")).about(case.procedure) from None
    return keyed(offer.procedure, content, country.ids.human, form)
