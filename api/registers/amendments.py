"""Correcting and annulling what was written: by two officers, or by the court that the law names.

An entry's newest change is amended, and the case that made it hears of it.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import body_of, caller, version_seen
from api.edge.carrying_out import act, caller_and_body, carried_out
from api.edge.case_shown import CaseBrief
from api.edge.contract import Id, documented
from api.edge.may_read import nothing
from api.edge.shapes import EventHash, OpaqueId, Shape, Version
from api.registers.who_reads import READ, office_of_register
from domain.commands import (
    AmendmentCommand,
    AnnulEntry,
    AnnulResult,
    CorrectEntry,
    DropProposal,
    ProposeAnnulment,
    ProposeCorrection,
)
from domain.entry import Entry
from domain.faults import faults_of
from domain.forms import Paragraph, Value, plain
from domain.offers import words_of
from domain.procedures import registers
from domain.refusals import Fault, Invalid
from infra.desk.desk import new_cause
from infra.house import CountryHouse

router = APIRouter()


class EntryAmended(Shape):
    """What was proposed, corrected or annulled is done; nothing personal.

    ``case``: that had written it, and hears of it. ``version``: of the entry.
    """

    entry: OpaqueId
    case: OpaqueId | None
    version: Version


class CorrectionProposal(Value):
    """How the newest change, the event ``of`` (the entry's ``newest_change``), should have read: the whole content."""

    of: EventHash
    content: dict[str, Any]
    reason: Paragraph


class Correction(Value):
    """``of``: the event that proposed it (the entry's ``proposal``). By a court of itself: the newest change, with the
    whole content and a reason.
    """

    of: EventHash
    content: dict[str, Any] | None = None
    reason: Paragraph | None = None


class AnnulmentProposal(Value):
    """That the newest change, the event ``of``, should not have been, and why."""

    of: EventHash
    reason: Paragraph


class Drop(Value):
    """That what the event ``of`` proposed (the entry's ``proposal``) is not to be, and why."""

    of: EventHash
    reason: Paragraph


class Annulment(Value):
    """``of``: the event that proposed it. By a court of itself: the newest change, with a reason."""

    of: EventHash
    reason: Paragraph | None = None


class AnnulledResult(Value):
    """Why what the case wrote counts no more."""

    reason: Paragraph


@router.post(
    "/v1/registers/{register}/entries/{entry}/correction-proposals",
    **documented(
        "Propose a correction", body=CorrectionProposal, answer=EntryAmended, asks=ProposeCorrection
    ),
)
async def propose_correction(request: Request, register: str, entry: Id) -> Response:
    """By an officer of the office that wrote the entry, or that keeps the register today: an error of the office."""
    country = _country_of(request, register)
    said = await body_of(request, CorrectionProposal)
    content = _content_of(country, register, said.content)
    asked = partial(ProposeCorrection, of=said.of, content=content, reason=said.reason)
    return await _done(request, country, register, entry, asked)


@router.post(
    "/v1/registers/{register}/entries/{entry}/corrections",
    **documented("Correct an entry", body=Correction, answer=EntryAmended, asks=CorrectEntry),
)
async def correct(request: Request, register: str, entry: Id) -> Response:
    """By a second officer, or by the court that the law names."""
    country = _country_of(request, register)
    said = await body_of(request, Correction)
    if (said.content is None) is not (said.reason is None):
        raise Invalid(Fault("/content" if said.content is None else "/reason", "missing"))
    found = await _as_it_stands(country, register, entry)
    content = None if said.content is None else _content_of(country, register, said.content)
    asked = partial(CorrectEntry, **_decided(said, found), content=content)
    return await _done(request, country, register, entry, asked)


@router.post(
    "/v1/registers/{register}/entries/{entry}/annulment-proposals",
    **documented("Propose an annulment", body=AnnulmentProposal, answer=EntryAmended, asks=ProposeAnnulment),
)
async def propose_annulment(request: Request, register: str, entry: Id) -> Response:
    """By an officer of the office that wrote the entry, or that keeps the register today: an error of the office."""
    country = _country_of(request, register)
    said = await body_of(request, AnnulmentProposal)
    asked = partial(ProposeAnnulment, of=said.of, reason=said.reason)
    return await _done(request, country, register, entry, asked)


@router.post(
    "/v1/registers/{register}/entries/{entry}/dropped-proposals",
    **documented("Drop what is proposed", body=Drop, answer=EntryAmended, asks=DropProposal),
)
async def drop_proposal(request: Request, register: str, entry: Id) -> Response:
    """By an officer of the office: who proposed it and thinks better, or a second one who says no."""
    country = _country_of(request, register)
    said = await body_of(request, Drop)
    asked = partial(DropProposal, of=said.of, reason=said.reason)
    return await _done(request, country, register, entry, asked)


@router.post(
    "/v1/registers/{register}/entries/{entry}/annulments",
    **documented("Annul the newest change of an entry", body=Annulment, answer=EntryAmended, asks=AnnulEntry),
)
async def annul(request: Request, register: str, entry: Id) -> Response:
    """By a second officer, or by the court that the law names; of a case, all that it wrote."""
    country = _country_of(request, register)
    said = await body_of(request, Annulment)
    found = await _as_it_stands(country, register, entry)
    asked = partial(AnnulEntry, **_decided(said, found))
    return await _done(request, country, register, entry, asked)


@router.post(
    "/v1/cases/{case}/annulments",
    **documented("Annul what a case wrote", body=AnnulledResult, answer=CaseBrief, asks=AnnulResult),
)
async def annul_result(request: Request, case: Id) -> Response:
    """By the court that the law names."""
    _, said = await caller_and_body(request, case, AnnulledResult)
    return await act(request, case, AnnulResult, reason=said.reason)


def _country_of(request: Request, register: str) -> CountryHouse:
    """The country in which the caller works with the register; others do not learn of it."""
    country, _ = office_of_register(request, caller(request), register, (READ,))
    return country


def _decided(said: Correction | Annulment, found: Entry) -> dict[str, Any]:
    """Of what is proposed the proposal; of what a court does of itself, with its reason, the newest change."""
    is_proposed = said.reason is None
    return {
        "of": found.change if is_proposed else said.of,
        "written_by": found.written_by,
        "proposal": said.of if is_proposed else None,
        "reason": said.reason,
    }


def _content_of(country: CountryHouse, register: str, said: dict[str, Any]) -> dict[str, Any]:
    """The content in the newest form of the register; raises Invalid in the words of what writes to it."""
    try:
        return plain(registers()[register].content.model_validate(said))
    except ValidationError as error:
        raise Invalid(*faults_of(error, "/content")).about(*words_of(country.code, register)) from None


async def _as_it_stands(country: CountryHouse, register: str, entry: str) -> Entry:
    await country.seen()
    row = country.read_models.one("registers", entry)
    if row is None or row["register"] != register:
        raise nothing()
    found: Entry = row["state"]
    return found


async def _done(
    request: Request, country: CountryHouse, register: str, entry: str, asked: Callable[..., AmendmentCommand]
) -> Response:
    """What came of it: who asks, of which entry, and which version of it they saw, all these commands say.

    What a case wrote is decided in that case, at its version; the answer is about the entry all the same. An amendment
    is one event of the entry after the version that was seen; a repeat is answered as the entry stands.
    """
    expected = version_seen(request)
    command = asked(
        by=caller(request),
        cause=new_cause(),
        country=country.code,
        register=register,
        entry=entry,
        expected=expected,
    )
    outcome = await carried_out(request, country, command)
    case = None if outcome.stream == entry else outcome.stream
    version = (await _as_it_stands(country, register, entry)).version if outcome.is_repeat else expected + 1
    return answered({"entry": entry, "case": case, "version": version}, version=version)
