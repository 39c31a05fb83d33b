"""What follows on the end of a case: it is served, appealed against, decided anew; what it held is let go."""

from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.cases.acting import ActsAs, act_for_party, readable_as
from api.cases.sealing import AllBrought, has_brought
from api.edge.carrying_out import act, caller_and_body
from api.edge.case_shown import CaseBrief, CaseShown
from api.edge.contract import Id, documented
from api.edge.shapes import Code, EventHash
from domain.commands import DecideAppeal, LodgeAppeal, ServeDecision, TakeBackAppeal, WaiveClaim
from domain.forms import Paragraph, Value
from domain.refusals import Fault, Invalid

router = APIRouter()


class Opening(Value):
    """What ended the case: the event ``of`` (the case's ``ending.of``) was opened.

    ``party`` says as whom, where the caller is several parties, or is at the counter.
    """

    of: EventHash
    party: Code | None = None
    acting: ActsAs | None = None


class AppealBody(Value):
    """An appeal against what ended the case, the event ``of``; to take one back, ``of`` is the appeal's own.

    ``party`` says as whom, where the caller is several parties, or is at the counter.
    """

    answer: Literal["lodge", "take_back"] = "lodge"
    of: EventHash
    reason: Paragraph | None = None
    evidence: AllBrought
    party: Code | None = None
    acting: ActsAs | None = None


class AppealDecision(Value):
    """What becomes of the decision, and why."""

    outcome: Literal["upheld", "set_aside", "annulled"]
    reason: Paragraph


class Waiver(Value):
    """Nothing more is asked; who acts for the applicant may say as what."""

    acting: ActsAs | None = None


@router.post(
    "/v1/cases/{case}/services",
    **documented("Open the decision", body=Opening, answer=(CaseShown, CaseBrief), asks=ServeDecision),
)
async def serve(request: Request, case: Id) -> Response:
    """A fact: from now on the caller's time to appeal runs."""
    _, said = await caller_and_body(request, case, Opening)
    return await act_for_party(request, case, ServeDecision, said.acting, of=said.of, party=said.party)


@router.post(
    "/v1/cases/{case}/appeals",
    **documented(
        "Appeal, or take an appeal back", body=AppealBody, answer=(CaseShown, CaseBrief), asks=LodgeAppeal
    ),
)
async def appeal(request: Request, case: Id) -> Response:
    """A fact: it names the decision that it is against, or the appeal that is taken back."""
    actor, said = await caller_and_body(request, case, AppealBody)
    if said.answer == "take_back":
        _must_say_nothing_more(said)
        return await act_for_party(request, case, TakeBackAppeal, said.acting, of=said.of)
    if said.reason is None:
        raise Invalid(Fault("/reason", "missing"))
    _, found, rule = await readable_as(request, actor, case, said.acting, "case.appeal")
    mine = {said.party} if said.party else {each.party for each in rule.capacities}
    lodged = [(each["party"], each["reason"]) for each in found.open_appeals]
    is_lodged = any(party in mine and reason == said.reason for party, reason in lodged)
    is_done = is_lodged and has_brought(found, said.evidence)
    return await act_for_party(
        request,
        case,
        LodgeAppeal,
        said.acting,
        brought=[] if is_done else said.evidence,
        of=said.of,
        reason=said.reason,
        party=said.party,
    )


def _must_say_nothing_more(said: AppealBody) -> None:
    """Who takes back says which appeal, and no more."""
    if said.reason is not None:
        raise Invalid(Fault("/reason", "not_asked_here"))
    if said.evidence:
        raise Invalid(Fault("/evidence", "not_asked_here"))
    if said.party is not None:
        raise Invalid(Fault("/party", "not_asked_here"))


@router.post(
    "/v1/cases/{case}/appeal-decisions",
    **documented("Decide the appeals", body=AppealDecision, answer=CaseBrief, asks=DecideAppeal),
)
async def decide_appeal(request: Request, case: Id) -> Response:
    """By the authority that the law names, and nobody who took part before."""
    _, said = await caller_and_body(request, case, AppealDecision)
    return await act(request, case, DecideAppeal, outcome=said.outcome, reason=said.reason)


@router.post(
    "/v1/cases/{case}/waivers",
    **documented("Let go of what is still held", body=Waiver, answer=(CaseShown, CaseBrief), asks=WaiveClaim),
)
async def waive(request: Request, case: Id) -> Response:
    """Others may have it before the time to appeal is over."""
    _, said = await caller_and_body(request, case, Waiver)
    return await act_for_party(request, case, WaiveClaim, said.acting)
