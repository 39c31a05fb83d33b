"""As what somebody acts for a party, as they say it; and the paper signed at the counter, sealed for its case."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

from fastapi import Request
from pydantic import Field
from starlette.responses import Response

from api.cases.sealing import EvidenceBrought, discard, seal, sealed, taken
from api.edge.caller import caller
from api.edge.carrying_out import done, found_again, led_to
from api.edge.may_read import located, readable
from api.edge.problems import Declined
from api.edge.shapes import EventHash, OpaqueId
from domain.authorisation import Rule
from domain.case import Case
from domain.commands import Actor, PartyCommand, StatedCapacity
from domain.events import As, Attachment
from domain.forms import Value
from domain.parties import SIGNED_PAPER
from domain.refusals import Fault, Invalid, Refusal
from infra.desk.desk import Outcome
from infra.house import CountryHouse

_PAPER: Final = "/acting/on_paper"


class PaperBrought(Value):
    """A file that the officer uploaded before: the paper that the party signed."""

    id: OpaqueId
    sha256: EventHash


class ActsAs(Value):
    """As what the caller acts for a party. ``counter``: an officer, for who cannot sign in, with their signed paper.
    ``mandate``: the one by which they act.
    """

    as_: Annotated[As, Field(alias="as")]
    on_paper: PaperBrought | None = None
    mandate: OpaqueId | None = None


async def act_for_party(
    request: Request,
    case: str,
    kind: type[PartyCommand],
    said: ActsAs | None,
    /,
    *,
    brought: list[EvidenceBrought] | None = None,
    **more: Any,
) -> Response:
    """One command of a party on one case, with the evidence ``brought`` for it where it takes any. Nobody but an
    officer hears whether a paper is there.
    """
    actor = caller(request)
    country = located(request, case)
    if said is not None and said.on_paper is not None:
        await readable(request, actor, case, "case.counter")
    evidence = await sealed(country, actor, case, brought or [])
    if brought is not None:
        more["evidence"] = evidence
    asked = with_paper(
        country, actor, case, said, lambda acting: led_to(request, case, kind, acting=acting, **more)
    )
    outcome = await taken(country, evidence, asked)
    return done(request, actor, outcome, found=await found_again(request, country, actor, outcome))


async def with_paper(
    country: CountryHouse,
    actor: Actor,
    case: str,
    said: ActsAs | None,
    ask: Callable[[StatedCapacity | None], Awaitable[Outcome]],
) -> Outcome:
    """What a command led to that carries the paper, sealed anew for its case; what no event names does not stay sealed.

    Where the paper is gone, the command is asked without: what was done with it before is answered again.
    """
    if said is None:
        return await ask(None)
    if said.on_paper is None:
        return await ask(StatedCapacity(said.as_, None, said.mandate))
    papers: tuple[Attachment, ...] = ()
    gone = None
    try:
        papers = await _signed_paper(country, actor, case, said.on_paper)
    except Invalid as refusal:
        gone = refusal
    try:
        outcome = await ask(StatedCapacity(said.as_, next(iter(papers), None), said.mandate))
    except (Refusal, Declined) as refused:
        await _give_back(country, papers, said.on_paper)
        is_for_want_of_it = isinstance(refused, Invalid) and any(
            fault.code == "paper_missing" for fault in refused.errors
        )
        raise (gone if gone is not None and is_for_want_of_it else refused) from None
    if outcome.is_repeat:
        await _give_back(country, papers, said.on_paper)
    return outcome


async def _signed_paper(
    country: CountryHouse, actor: Actor, case: str, brought: PaperBrought
) -> tuple[Attachment, ...]:
    """The paper, sealed for the case; it stands for this act and no other one (rules.md 46). Raises Invalid."""
    signed = EvidenceBrought(id=brought.id, kind=SIGNED_PAPER, sha256=brought.sha256)
    papers = await seal(country, actor, case, {_PAPER: signed})
    if not await asyncio.to_thread(country.evidence.use, brought.id):  # another act was faster
        await discard(country, papers)
        raise Invalid(Fault(_PAPER, "paper_used"))
    return papers


async def _give_back(country: CountryHouse, papers: tuple[Attachment, ...], brought: PaperBrought) -> None:
    if papers:
        await discard(country, papers)
        await asyncio.to_thread(country.evidence.give_back, brought.id)


async def readable_as(
    request: Request, actor: Actor, case: str, said: ActsAs | None, action: str
) -> tuple[CountryHouse, Case, Rule]:
    """The case, for who may do this in it; at the counter for the officer who takes it there."""
    is_at_counter = said is not None and said.as_ == "counter"
    return await readable(request, actor, case, "case.counter" if is_at_counter else action)
