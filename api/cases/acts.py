"""What is done with a case after its filing: each command is a resource below the case.

Facts name the hash of what they answer and may be repeated; judgements are bound to the version seen.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.cases.acting import ActsAs, act_for_party, readable_as
from api.cases.sealing import AllBrought, EvidenceBrought, has_brought
from api.edge.caller import house_of, may_today
from api.edge.carrying_out import act, caller_and_body
from api.edge.case_shown import CaseBrief, CaseShown
from api.edge.contract import Id, documented
from api.edge.may_read import located, nothing
from api.edge.shapes import AuthorityId, Code, EventHash, OpaqueId
from domain.commands import (
    Actor,
    ApproveCase,
    AssessFee,
    AssignCase,
    Competence,
    DeclareNotNeeded,
    DeclineConsent,
    ExtendDeadline,
    GiveConsent,
    GiveOpinion,
    PartyCommand,
    ProposeApproval,
    ProvideInformation,
    RefuseCase,
    RequestInformation,
    RequestOpinion,
    RevokeConsent,
    WithdrawCase,
    WriteEntries,
)
from domain.forms import MinorUnits, Paragraph, Value
from domain.refusals import Fault, Invalid, Refusal

router = APIRouter()


class Consent(Value):
    """An answer to the request as it stood at event ``of`` (the case's ``request_hash``).

    ``party`` says for whom, where the caller is asked as several parties, acts for several, or is at the counter.
    """

    answer: Literal["give", "decline", "revoke"]
    of: EventHash
    party: Code | None = None
    acting: ActsAs | None = None


class FeeSaid(Value):
    """How much the fee is, in minor units of the country's currency, where the law that is written down does not say
    it; null: as the law says it by now.
    """

    amount: Annotated[MinorUnits, Field(ge=1)] | None = None


class Assignment(Value):
    """To whom: an officer's id within the authority; null: to oneself."""

    officer: OpaqueId | None = None


class InformationRequest(Value):
    """A question to the applicant; ``items`` are codes of what is missing."""

    question: Paragraph
    items: Annotated[list[Code], Field(max_length=20, default_factory=list)]


class Information(Value):
    """The answer to the question asked in event ``of``."""

    of: EventHash
    answer: Paragraph
    evidence: AllBrought
    acting: ActsAs | None = None


class Withdrawal(Value):
    """Nothing more is asked; who acts for the applicant may say as what."""

    acting: ActsAs | None = None


class OpinionRequest(Value):
    """What an authority that the law names is asked; ``investigation``: the inquiry of the law that this is."""

    authority: AuthorityId
    inquiry: Paragraph
    investigation: Code | None = None


class OpinionBody(Value):
    """The opinion that was asked for in event ``of``."""

    of: EventHash
    opinion: Paragraph


class Note(Value):
    """A proposal or an approval, with a note for the file."""

    note: Paragraph | None = None


class Extension(Value):
    """Why the time to decide is prolonged; by how much the law says."""

    reason: Paragraph


class NotNeeded(Value):
    """By which exemption of the law none of this is asked."""

    exemption: Code
    reason: Paragraph | None = None


class RefusalBody(Value):
    """A reasoned no, on grounds of the closed list."""

    grounds: Annotated[list[Code], Field(min_length=1, max_length=20)]
    reason: Paragraph


class Nothing(Value):
    """An object without members: nothing more is asked."""


# --- facts ------------------------------------------------------------------------------------------------

_CONSENTS: dict[str, type[PartyCommand]] = {
    "give": GiveConsent,
    "decline": DeclineConsent,
    "revoke": RevokeConsent,
}


@router.post(
    "/v1/cases/{case}/consents",
    **documented("Give, decline or revoke a consent", body=Consent, answer=(CaseShown, CaseBrief)),
)
async def consent(request: Request, case: Id) -> Response:
    """A fact: it names the hash of what it answers, and may be repeated."""
    _, said = await caller_and_body(request, case, Consent)
    kind = _CONSENTS[said.answer]
    return await act_for_party(request, case, kind, said.acting, of=said.of, party=said.party)


@router.post(
    "/v1/cases/{case}/information",
    **documented(
        "Answer the officer's question",
        body=Information,
        answer=(CaseShown, CaseBrief),
        asks=ProvideInformation,
    ),
)
async def inform(request: Request, case: Id) -> Response:
    """A fact: it names the question that it answers."""
    actor, said = await caller_and_body(request, case, Information)
    pieces = await _new(request, actor, case, said)
    return await act_for_party(
        request, case, ProvideInformation, said.acting, brought=pieces, of=said.of, answer=said.answer
    )


async def _new(request: Request, actor: Actor, case: str, said: Information) -> list[EvidenceBrought]:
    """The new evidence; nobody but who may answer hears whether a piece of it is there."""
    if not said.evidence:
        return []
    _, found, _ = await readable_as(request, actor, case, said.acting, "case.inform")
    is_answered = any(q["of"] == said.of and q["answered_at"] is not None for q in found.questions)
    return [] if is_answered and has_brought(found, said.evidence) else said.evidence


@router.post(
    "/v1/cases/{case}/opinions",
    **documented("Give the opinion that was asked", body=OpinionBody, answer=CaseBrief, asks=GiveOpinion),
)
async def give_opinion(request: Request, case: Id) -> Response:
    """A fact, by the asked authority: it names what it answers."""
    _, said = await caller_and_body(request, case, OpinionBody)
    return await act(request, case, GiveOpinion, of=said.of, opinion=said.opinion)


# --- judgements -------------------------------------------------------------------------------------------


@router.post(
    "/v1/cases/{case}/assessments",
    **documented("Assess a provisional fee anew", body=FeeSaid, answer=CaseBrief, asks=AssessFee),
)
async def assess(request: Request, case: Id) -> Response:
    """Once the law names the value that the fee waited for; with an ``amount`` where that is not written down yet."""
    _, said = await caller_and_body(request, case, FeeSaid)
    return await act(request, case, AssessFee, amount=said.amount)


@router.post(
    "/v1/cases/{case}/assignments",
    **documented("Assign a case", body=Assignment, answer=CaseBrief, asks=AssignCase),
)
async def assign(request: Request, case: Id) -> Response:
    """To oneself, or to another officer of the authority."""
    actor, said = await caller_and_body(request, case, Assignment)
    officer = _officer(request, actor, case, said.officer) if said.officer is not None else None
    return await act(request, case, AssignCase, officer=officer)


def _officer(request: Request, actor: Actor, case: str, office_id: str) -> Competence:
    """The officer of this id; nobody but officers of the country hears whether there is one."""
    country, house = located(request, case), house_of(request)
    if isinstance(may_today(request, actor, "case.assign", country.code), Refusal):
        raise nothing()
    officer = house.competences.officer(country.code, office_id, house.clock())
    if officer is None:
        raise Invalid(Fault("/officer", "unknown_officer"))
    return officer


@router.post(
    "/v1/cases/{case}/information-requests",
    **documented("Ask the applicant", body=InformationRequest, answer=CaseBrief, asks=RequestInformation),
)
async def ask(request: Request, case: Id) -> Response:
    """The clock stops until the answer."""
    _, said = await caller_and_body(request, case, InformationRequest)
    question = {"question": said.question, "items": tuple(said.items)}
    return await act(request, case, RequestInformation, **question)


@router.post(
    "/v1/cases/{case}/opinion-requests",
    **documented(
        "Ask another authority for its opinion", body=OpinionRequest, answer=CaseBrief, asks=RequestOpinion
    ),
)
async def request_opinion(request: Request, case: Id) -> Response:
    """One that the law names; for an investigation the clock stops until it answers."""
    _, said = await caller_and_body(request, case, OpinionRequest)
    return await act(request, case, RequestOpinion, **said.model_dump())


@router.post(
    "/v1/cases/{case}/proposals",
    **documented("Propose the approval", body=Note, answer=CaseBrief, asks=ProposeApproval),
)
async def propose(request: Request, case: Id) -> Response:
    """The first pair of eyes."""
    _, said = await caller_and_body(request, case, Note)
    return await act(request, case, ProposeApproval, note=said.note)


@router.post(
    "/v1/cases/{case}/approvals", **documented("Approve", body=Note, answer=CaseBrief, asks=ApproveCase)
)
async def approve(request: Request, case: Id) -> Response:
    """The register changes in the same append."""
    _, said = await caller_and_body(request, case, Note)
    return await act(request, case, ApproveCase, note=said.note)


@router.post(
    "/v1/cases/{case}/entries",
    **documented("Write what was approved and paid", body=Nothing, answer=CaseBrief, asks=WriteEntries),
)
async def write_entries(request: Request, case: Id) -> Response:
    """Once what stood in its way when the money came (``entries_held``) is gone."""
    await caller_and_body(request, case, Nothing)
    return await act(request, case, WriteEntries)


@router.post(
    "/v1/cases/{case}/refusals", **documented("Refuse", body=RefusalBody, answer=CaseBrief, asks=RefuseCase)
)
async def refuse(request: Request, case: Id) -> Response:
    """With grounds of the law, and the way to appeal."""
    _, said = await caller_and_body(request, case, RefusalBody)
    decision = {"grounds": tuple(said.grounds), "reason": said.reason}
    return await act(request, case, RefuseCase, **decision)


@router.post(
    "/v1/cases/{case}/extensions",
    **documented("Prolong the time to decide", body=Extension, answer=CaseBrief, asks=ExtendDeadline),
)
async def extend(request: Request, case: Id) -> Response:
    """Once, as the law lets; the parties find it in the case."""
    _, said = await caller_and_body(request, case, Extension)
    return await act(request, case, ExtendDeadline, reason=said.reason)


@router.post(
    "/v1/cases/{case}/exemptions",
    **documented(
        "Say that the law asks for none of this", body=NotNeeded, answer=CaseBrief, asks=DeclareNotNeeded
    ),
)
async def declare_not_needed(request: Request, case: Id) -> Response:
    """The case ends, and what was paid goes back."""
    _, said = await caller_and_body(request, case, NotNeeded)
    return await act(request, case, DeclareNotNeeded, exemption=said.exemption, reason=said.reason)


@router.post(
    "/v1/cases/{case}/withdrawals",
    **documented("Take the request back", body=Withdrawal, answer=(CaseShown, CaseBrief), asks=WithdrawCase),
)
async def withdraw(request: Request, case: Id) -> Response:
    """Before a decision; what was claimed is free again."""
    _, said = await caller_and_body(request, case, Withdrawal)
    return await act_for_party(request, case, WithdrawCase, said.acting)
