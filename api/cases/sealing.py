"""What is brought is sealed anew for a case, before the case says so; what the case does not take is gone again."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Annotated

from pydantic import Field

from api.edge.problems import Declined
from api.edge.shapes import Code, EventHash, OpaqueId
from domain.case import Case
from domain.commands import Actor
from domain.events import Attachment
from domain.forms import Value
from domain.refusals import Refusal
from infra.desk.desk import Outcome
from infra.house import CountryHouse


class EvidenceBrought(Value):
    """A file that was uploaded before, and what it is."""

    id: OpaqueId
    kind: Code
    sha256: EventHash


AllBrought = Annotated[list[EvidenceBrought], Field(max_length=20, default_factory=list)]


def has_brought(case: Case, pieces: list[EvidenceBrought]) -> bool:
    """Whether the case has all of these: for who sends the same again, nothing is sealed once more."""
    return case.has_evidence((piece.kind, piece.sha256) for piece in pieces)


async def sealed(
    country: CountryHouse, actor: Actor, case: str, pieces: list[EvidenceBrought]
) -> tuple[Attachment, ...]:
    """Each piece of evidence, sealed before the case is asked."""
    brought = {f"/evidence/{n}": piece for n, piece in enumerate(pieces)}
    return await seal(country, actor, case, brought) if brought else ()


async def taken(
    country: CountryHouse, evidence: tuple[Attachment, ...], asked: Awaitable[Outcome]
) -> Outcome:
    """What the command that carries it led to; what no event names, as it was refused or a repeat, is gone again."""
    try:
        outcome = await asked
    except (Refusal, Declined):
        await discard(country, evidence)
        raise
    if outcome.is_repeat:
        await discard(country, evidence)
    return outcome


async def seal(
    country: CountryHouse, actor: Actor, case: str, brought: Mapping[str, EvidenceBrought]
) -> tuple[Attachment, ...]:
    """All of it, or nothing; ``brought``: pointer into the document -> piece. Raises Invalid where one is not there."""
    owner = country.ids.uploader(actor.issuer, actor.subject)

    def seal_all() -> tuple[Attachment, ...]:
        found: list[Attachment] = []
        try:
            for pointer, piece in brought.items():
                found.append(
                    country.evidence.file(piece.id, piece.kind, piece.sha256, owner, pointer, case=case)
                )
        except Refusal:
            country.evidence.discard(found)
            raise
        return tuple(found)

    return await asyncio.to_thread(seal_all)


async def discard(country: CountryHouse, evidence: tuple[Attachment, ...]) -> None:
    """What was sealed for a case that did not take it is gone, with its keys; the upload stays."""
    if evidence:
        await asyncio.to_thread(country.evidence.discard, evidence)
