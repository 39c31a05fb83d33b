"""How a command on a case or an entry is read, carried out and answered."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import (
    Body,
    body_of,
    caller,
    content_sent,
    house_of,
    idempotency_key,
    key_of_request,
    version_seen,
)
from api.edge.in_whose_hands import is_left
from api.edge.in_words import in_words
from api.edge.may_read import known_of, located, nothing, readable
from api.edge.problems import Declined
from api.edge.registers_now import became_of, in_the_way_of
from api.edge.sentences import in_language, spoken
from domain.case import Case
from domain.commands import Actor, CaseCommand, Command
from domain.lifecycle import STEPS, fits
from domain.obstacles import known_at_filing
from domain.refusals import Invalid, Refusal, Unknown
from domain.representation import NOTHING, Shown, capacities_today
from domain.visibility import shown
from infra.desk.desk import Outcome, new_cause
from infra.house import CountryHouse


async def caller_and_body(request: Request, case: str, shape: type[Body]) -> tuple[Actor, Body]:
    """Who calls, and the body in this shape. Who may not know of the case hears that, whatever was sent."""
    actor = caller(request)
    try:
        return actor, await body_of(request, shape)
    except (Declined, Invalid):
        await _must_know(request, actor, case)
        raise


async def _must_know(request: Request, actor: Actor, case: str) -> None:
    """Raises Unknown where this caller may not know that there is such a case."""
    try:
        await readable(request, actor, case, "case.read")
    except Unknown:
        raise nothing() from None
    except Refusal:
        return


async def act(request: Request, case: str, kind: type[CaseCommand], **more: Any) -> Response:
    """One command on one case: who calls, what they saw, what it leads to; ``more`` are its own members."""
    return done(request, caller(request), await led_to(request, case, kind, **more))


async def led_to(request: Request, case: str, kind: type[CaseCommand], /, **more: Any) -> Outcome:
    """The same, not answered yet."""
    actor = caller(request)
    try:
        expected = version_seen(request) if STEPS[kind].is_judgement else None
        idempotency_key(request)
    except Declined:
        await _must_know(request, actor, case)
        raise
    country = located(request, case)
    command = kind(
        by=actor,
        cause=new_cause(),
        case=case,
        expected=expected,
        **more,
    )
    return await carried_out(request, country, command)


def done(  # noqa: PLR0913, PLR0917 - what an answer is made of
    request: Request,
    actor: Actor,
    outcome: Outcome,
    status: int = 200,
    location: str | None = None,
    found: Shown = NOTHING,
) -> Response:
    """What a command on a case answers: to a party the case as it sees it, to everybody else where it stands.

    Who else wants to see the case reads it, and that is recorded. ``found``: see ``found_again``.
    """
    case: Case = outcome.state
    me = actor.persons.get(case.country)
    mine = capacities_today(me, case.persons, case.representatives, found, case.by_paper)
    house = house_of(request)
    at = house.clock()
    if not mine:
        told = stands(case, at) if _is_of_an_office(actor, outcome) else {**stands(case, at), "fits": []}
        return answered(told, status, version=outcome.version, location=location)
    language = spoken(request.scope)
    now, became = _in_the_way(request, outcome), became_of(house.countries[case.country], case)
    left = is_left(house, case, at)
    seen = in_words(
        shown(case, mine[0].party, mine, now, human=me, is_left=left, became=became, at=at), language
    )
    headers = in_language(language)
    return answered(seen, status, version=outcome.version, location=location, headers=headers)


def _is_of_an_office(actor: Actor, outcome: Outcome) -> bool:
    """Whether who hears it is: somebody else is answered under their key again, by what they act no more."""
    offices = (office.country for office in actor.competences)
    return outcome.actor is not None or outcome.state.country in offices


async def found_again(request: Request, country: CountryHouse, actor: Actor, outcome: Outcome) -> Shown:
    """What registers and mandates say of the caller now: as the desk has just seen it; where an answer is given again,
    and it did not look, as the read models show it.
    """
    if outcome.actor is not None:
        return outcome.found
    if not await country.seen():
        return NOTHING
    return known_of(country, actor, outcome.state, house_of(request).clock())


def _in_the_way(request: Request, outcome: Outcome) -> list[str]:
    """What stands in the way of the case now: a filing has just looked."""
    case: Case = outcome.state
    if case.timeline[-1]["at"] == case.filed_at and not outcome.is_repeat:
        return known_at_filing(case)
    house = house_of(request)
    return in_the_way_of(house.countries[case.country], case, house.clock())


def stands(case: Case, at: datetime) -> dict[str, Any]:
    """Where a case stands at that moment; nothing personal."""
    return {"case": case.case, "stage": case.stage, "version": case.version, "fits": list(fits(case, at=at))}


async def carried_out(request: Request, country: CountryHouse, command: Command) -> Outcome:
    """What the command led to; under an Idempotency-Key once, however often it is sent."""
    key = idempotency_key(request)
    if key is None:
        return await asyncio.wrap_future(country.desk.ask(command))
    # One name for all that is sent under a key, a filing included: another body is another request.
    derived = country.ids.request(command.by.issuer, command.by.client, command.by.subject, key)
    content = request.url.path.encode() + b"\0" + await content_sent(request)
    with alone(request, derived):
        sent_under = key_of_request(country, command.by, derived, content)
        return await asyncio.wrap_future(country.desk.ask(command, sent_under))


@contextmanager
def alone(request: Request, key: str) -> Iterator[None]:
    """Nobody else works under this key in this process meanwhile; raises Declined (409) where somebody does."""
    under_way: set[str] = request.app.state.under_way
    if key in under_way:
        raise Declined(409, "in_flight")
    under_way.add(key)
    try:
        yield
    finally:
        under_way.discard(key)
