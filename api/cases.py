"""Cases: filed, followed, answered, decided; each command is a resource below the case."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

import orjson
from fastapi import APIRouter, Request
from pydantic import Field, ValidationError
from starlette.responses import Response

from api.caller import answered, body_of, caller, document, house_of, idempotency_key, version_seen
from api.contract import documented
from api.problems import Declined, faults_of
from domain.authorisation import allow
from domain.case import Case
from domain.commands import (
    Actor,
    ApproveCase,
    AssignCase,
    CaseCommand,
    DeclineConsent,
    EraseCase,
    FileCase,
    GiveConsent,
    ProposeApproval,
    ProvideInformation,
    RefuseCase,
    RequestInformation,
    RevokeConsent,
    WithdrawCase,
)
from domain.decide import subject_of
from domain.events import Attachment
from domain.forms import CountryCode, Line, Paragraph, Value, plain
from domain.offers import offer
from domain.refusals import Fault, Invalid, NotOffered, Refusal, Unknown
from domain.visibility import shown
from infra.desk import Answered, Outcome
from infra.house import CountryHouse

router = APIRouter()
IN_FLIGHT: Final[set[tuple[str, str, str]]] = set()
EventHash = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class EvidenceBrought(Value):
    """A file that was uploaded before, and what it is."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]
    kind: Code
    sha256: EventHash


class Filing(Value):
    """A request under a procedure of a country; ``request`` has the members that the procedure asks there."""

    country: CountryCode
    procedure: Code
    request: dict[str, Any]
    evidence: Annotated[list[EvidenceBrought], Field(max_length=20)] = []
    signature: dict[str, Any] | None = None


class Consent(Value):
    """An answer to the request as it stood at event ``of`` (the case's ``request_hash``)."""

    answer: Annotated[str, Field(pattern=r"^(give|decline|revoke)$")]
    of: EventHash


class Assignment(Value):
    """To whom: an officer's id within the authority; null: to oneself."""

    officer: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")] | None = None


class InformationRequest(Value):
    """A question to the applicant; ``items`` are codes of what is missing."""

    question: Paragraph
    items: Annotated[list[Code], Field(max_length=20)] = []


class Information(Value):
    """The answer to the question asked in event ``of``."""

    of: EventHash
    answer: Paragraph
    evidence: Annotated[list[EvidenceBrought], Field(max_length=20)] = []


class Note(Value):
    """A proposal or an approval, with a note for the file."""

    note: Paragraph | None = None


class RefusalBody(Value):
    """A reasoned no, on grounds of the closed list."""

    grounds: Annotated[list[Code], Field(min_length=1, max_length=20)]
    reason: Paragraph


class Withdrawal(Value):
    """Nothing more is asked to take a request back."""


class Erasure(Value):
    """The legal basis, and whose data (roles of the case); an empty list is everything."""

    basis: Line
    whose: Annotated[list[Code], Field(max_length=10)] = []


# --- filing -----------------------------------------------------------------------------------------------


@router.post("/v1/cases", **documented("File a request", body=Filing, created=True, key="required"))
async def file_case(request: Request) -> Response:
    """201 only when the event is on the disk; a repeat under the same Idempotency-Key gets the same answer."""
    actor = caller(request)
    key = idempotency_key(request, is_required=True) or ""
    found = await document(request)
    try:
        filing = Filing.model_validate(found)
    except ValidationError as error:
        raise Invalid(*faults_of(error)) from None
    house = _hosted(request, filing.country)
    asked = _request_of(filing, house)
    case = house.desk.id_of("case", 1, actor.issuer, actor.client, actor.subject, key)
    remembered = answered(house, actor, case, await request.body(), 201)
    evidence = await _filed_evidence(house, actor, filing.evidence, "/evidence", remembered)
    command = FileCase(
        at=house_of(request).clock(),
        by=actor,
        cause=f"cmd:{uuid4()}",
        case=case,
        country=filing.country,
        procedure=filing.procedure,
        request=asked,
        evidence=evidence,
        signature=filing.signature,
    )
    outcome = await _once(actor, key, house, command, remembered)
    return _answer(outcome, "p1", 201)


def _hosted(request: Request, country: str) -> CountryHouse:
    house = house_of(request).countries.get(country)
    if house is None:
        raise NotOffered(f"{country} is not a member country of this house.")
    return house


def _request_of(filing: Filing, house: CountryHouse) -> dict[str, Any]:
    """The request in the form of that country, with the keyed ids of its persons."""
    found = offer(filing.country, filing.procedure)
    if found is None:
        raise NotOffered(f"{filing.procedure} is not offered in {filing.country} yet.")
    try:
        asked = plain(found.form.model_validate(filing.request))
    except ValidationError as error:
        raise Invalid(*faults_of(error, "/request")) from None
    for party in found.procedure.parties:
        number = (asked.get(party.member) or {}).get("personal_number")
        asked[f"person_{party.role}"] = (
            house.person_of((number["country"], number["number"])) if number else None
        )
    return asked


async def _filed_evidence(
    house: CountryHouse,
    actor: Actor,
    brought: list[EvidenceBrought],
    pointer: str,
    remembered: Answered | None = None,
) -> tuple[Attachment, ...]:
    """Each file is sealed anew for this case, before the case says so; not again for a repeat."""
    if not brought or (remembered and house.log.answer(remembered.key)):
        return ()
    owner = house.desk.id_of("uploader", 1, actor.issuer, actor.subject)

    def seal_all() -> tuple[Attachment, ...]:
        return tuple(
            house.evidence.file(b.id, b.kind, b.sha256, owner, f"{pointer}/{n}")
            for n, b in enumerate(brought)
        )

    return await asyncio.to_thread(seal_all)


async def _once(
    actor: Actor, key: str | None, house: CountryHouse, command: CaseCommand, remembered: Answered | None
) -> Outcome:
    """Have it carried out; the same key while it is under way is 409."""
    if key is None:
        return await asyncio.wrap_future(house.desk.ask(command, remembered))
    mine = (actor.issuer, actor.subject, key)
    if mine in IN_FLIGHT:
        raise Declined(
            409, "in_flight", "The same request is being worked on. Please wait a moment and ask again."
        )
    IN_FLIGHT.add(mine)
    try:
        return await asyncio.wrap_future(house.desk.ask(command, remembered))
    finally:
        IN_FLIGHT.discard(mine)


def _answer(outcome: Outcome, party: str | None, status: int = 200) -> Response:
    headers = {"ETag": f'"{outcome.version}"'}
    if status == 201:  # noqa: PLR2004
        headers["Location"] = f"/v1/cases/{outcome.stream}"
    return Response(orjson.dumps(shown(outcome.state, party)), status, headers, "application/json")


# --- reading ----------------------------------------------------------------------------------------------


@router.get("/v1/cases/{case}", **documented("Read a case", etag=True))
async def read_case(request: Request, case: UUID) -> Response:
    """Status, timeline, deadline with its basis, and which commands fit now."""
    actor = caller(request)
    house, found, party = await readable(request, actor, str(case), "case.read")
    await recorded(request, house, actor, found, party, "work on the case")
    body = orjson.dumps(shown(found, party))
    return Response(body, 200, {"ETag": f'"{found.version}"'}, "application/json")


async def readable(
    request: Request, actor: Actor, case: str, action: str
) -> tuple[CountryHouse, Case, str | None]:
    """The case from the read models, if this caller may: (its country, the case, the party that the caller is)."""
    for house in house_of(request).countries.values():
        await house.seen()
        row = house.views.one("case_status", case)
        if row is None:
            continue
        found = Case(**row["state"])
        rule = allow(actor, action, subject_of(found, house_of(request).clock()))
        if isinstance(rule, Refusal):
            raise _nothing()
        return house, found, rule.party
    raise _nothing()


async def recorded(
    request: Request, house: CountryHouse, actor: Actor, case: Case, party: str | None, purpose: str
) -> None:
    """Write down that somebody else read the data of the parties, before the bytes leave."""
    if party is not None:
        return
    mine = next((c for c in actor.competences if c.country == house.code), None)
    reading = house.accesses.record(
        at=house_of(request).clock().isoformat(),
        stream=case.case,
        reader=mine.office_id if mine else "unknown",
        role=mine.role if mine else "unknown",
        authority=mine.authority if mine else "unknown",
        purpose=purpose,
        basis=f"competence in {case.procedure}",
    )
    await asyncio.wrap_future(reading)


def _nothing() -> Unknown:
    return Unknown("There is no case under this address for you.")


# --- commands ---------------------------------------------------------------------------------------------


async def act(
    request: Request, case: UUID, make: Callable[..., CaseCommand], *, is_judgement: bool, **more: Any
) -> Response:  # noqa: ANN401 - members of the command
    """One command on one case: who calls, what they saw, what it leads to."""
    actor = caller(request)
    expected = version_seen(request) if is_judgement else None
    key = idempotency_key(request)
    house = house_of(request).where(str(case))
    if house is None:
        raise _nothing()
    remembered = None
    if key is not None:
        derived = house.desk.id_of("answer", 1, actor.issuer, actor.client, actor.subject, key)
        raw = request.url.path.encode() + b"\0" + await request.body()
        remembered = answered(house, actor, derived, raw, 200)
    command = make(
        at=house_of(request).clock(),
        by=actor,
        cause=f"cmd:{uuid4()}",
        case=str(case),
        expected=expected,
        **more,
    )
    outcome = await _once(actor, key, house, command, remembered)
    rule = allow(actor, "case.read", subject_of(outcome.state, command.at))
    if isinstance(rule, Refusal):  # a machine: it hears that it was done, and nothing of the case
        brief = {"case": outcome.stream, "version": outcome.version, "stage": outcome.state.stage}
        return Response(orjson.dumps(brief), 200, {"ETag": f'"{outcome.version}"'}, "application/json")
    return _answer(outcome, rule.party)


@router.post("/v1/cases/{case}/consents", **documented("Give, decline or revoke a consent", body=Consent))
async def consent(request: Request, case: UUID) -> Response:
    """A fact: it names the hash of what it answers, and may be repeated."""
    said = await body_of(request, Consent)
    make: Callable[..., CaseCommand] = {
        "give": GiveConsent,
        "decline": DeclineConsent,
        "revoke": RevokeConsent,
    }[said.answer]
    return await act(request, case, make, is_judgement=False, of=said.of)


@router.post("/v1/cases/{case}/assignments", **documented("Assign a case", body=Assignment, judgement=True))
async def assign(request: Request, case: UUID) -> Response:
    """To oneself, or by a supervisor to an officer of the authority."""
    said = await body_of(request, Assignment)
    officer = None
    if said.officer is not None:
        house = house_of(request).where(str(case))
        officer = (
            house_of(request).competences.officer(house.code, said.officer, house_of(request).clock())
            if house
            else None
        )
        if officer is None:
            raise Invalid(Fault("/officer", "unknown_officer", "There is no such officer in this authority."))
    return await act(request, case, AssignCase, is_judgement=True, officer=officer)


@router.post(
    "/v1/cases/{case}/information-requests",
    **documented("Ask the applicant", body=InformationRequest, judgement=True),
)
async def ask(request: Request, case: UUID) -> Response:
    """The clock stops until the answer."""
    said = await body_of(request, InformationRequest)
    return await act(
        request, case, RequestInformation, is_judgement=True, question=said.question, items=tuple(said.items)
    )


@router.post("/v1/cases/{case}/information", **documented("Answer the officer's question", body=Information))
async def inform(request: Request, case: UUID) -> Response:
    """A fact: it names the question that it answers."""
    said = await body_of(request, Information)
    house = house_of(request).where(str(case))
    evidence: tuple[Attachment, ...] = ()
    if said.evidence:
        actor = caller(request)
        if house is None:
            raise _nothing()
        evidence = await _filed_evidence(house, actor, said.evidence, "/evidence")
    return await act(
        request,
        case,
        ProvideInformation,
        is_judgement=False,
        of=said.of,
        answer=said.answer,
        evidence=evidence,
    )


@router.post("/v1/cases/{case}/proposals", **documented("Propose the approval", body=Note, judgement=True))
async def propose(request: Request, case: UUID) -> Response:
    """The first pair of eyes."""
    said = await body_of(request, Note)
    return await act(request, case, ProposeApproval, is_judgement=True, note=said.note)


@router.post("/v1/cases/{case}/approvals", **documented("Approve", body=Note, judgement=True))
async def approve(request: Request, case: UUID) -> Response:
    """The register changes in the same append."""
    said = await body_of(request, Note)
    return await act(request, case, ApproveCase, is_judgement=True, note=said.note)


@router.post("/v1/cases/{case}/refusals", **documented("Refuse", body=RefusalBody, judgement=True))
async def refuse(request: Request, case: UUID) -> Response:
    """With grounds of the law, and the way to appeal."""
    said = await body_of(request, RefusalBody)
    return await act(
        request, case, RefuseCase, is_judgement=True, grounds=tuple(said.grounds), reason=said.reason
    )


@router.post(
    "/v1/cases/{case}/withdrawals", **documented("Take the request back", body=Withdrawal, judgement=True)
)
async def withdraw(request: Request, case: UUID) -> Response:
    """Before a decision; what was claimed is free again."""
    await body_of(request, Withdrawal)
    return await act(request, case, WithdrawCase, is_judgement=True)


@router.post("/v1/cases/{case}/erasures", **documented("Erase the personal data", body=Erasure))
async def erase(request: Request, case: UUID) -> Response:
    """After the appeal term and the retention; the signed record stays verifiable."""
    said = await body_of(request, Erasure)
    return await act(request, case, EraseCase, is_judgement=False, basis=said.basis, whose=tuple(said.whose))
