"""A case's history: its signed events with hashes and positions, and what of them the caller may read."""

import asyncio
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.cases.event_words import told
from api.edge import signed_events
from api.edge.caller import caller
from api.edge.contract import Id, documented
from api.edge.may_read import is_auditor, past_of, readable, recorded
from api.edge.sentences import Language, in_language, spoken
from api.edge.shapes import EventShown, OpaqueId, Shape, Title
from domain.authorisation import Rule
from domain.awaited import unconfirmed
from domain.case import Case, Stage
from domain.case_fold import evolve
from domain.events import FeeAssessed, Recorded, RequestAmended
from domain.visibility import disclosed
from infra.formats.envelope import payload_of, read, split
from infra.house import CountryHouse
from infra.log.event_store import Row

router = APIRouter()


class EventTold(EventShown):
    """``stage`` is where the case was after it, ``sentence`` what happened, in words; neither is signed."""

    stage: Stage
    sentence: Title


class HistoryShown(Shape):
    case: OpaqueId
    log: str
    events: list[EventTold]


class Step(NamedTuple):
    """An event, and the case before and after it."""

    row: Row
    recorded: Recorded
    before: Case | None
    after: Case


@router.get("/v1/cases/{case}/history", **documented("The signed events of a case", answer=HistoryShown))
async def history(request: Request, case: Id) -> Response:
    """JWS and disclosures as SD-JWT tools take them: the JWS, then each disclosure, parted by tildes.

    Beside them each event in words, and where the case was then. An amendment stands before the fee that follows from
    it; in which order they were signed, ``version`` says.
    """
    actor = caller(request)
    country, found, rule = await readable(request, actor, case, "case.history")
    await recorded(request, country, rule, past_of(found), "reading the history")
    language = spoken(request.scope)
    body = await asyncio.to_thread(_written, country, found, rule, language)
    return Response(body, 200, in_language(language), "application/json")


def _written(country: CountryHouse, case: Case, rule: Rule, language: Language) -> bytes:
    """The events, each with the case as it was before and after it; none that came after the caller was let in."""
    doubtful, steps = unconfirmed(case), list(_steps(country, case))
    led_to = {step.recorded.time: step.after.stage for step in steps}  # by each append, in the end
    events = []
    for step in _as_a_story(steps):
        is_passing = led_to[step.recorded.time] != step.after.stage
        sentence = told(*step[1:], doubtful, language, is_passing=is_passing)
        said = {"stage": step.after.stage, "sentence": sentence}
        events.append(signed_events.shown(country, step.row, _seen_by(rule, case, step.recorded)) | said)
    return orjson.dumps({"case": case.case, "log": country.keyring.origin, "events": events})


def _steps(country: CountryHouse, case: Case) -> Iterator[Step]:
    stood: Case | None = None
    for row in country.log.stream(case.case):
        recorded = read(row, country.code, country.vault.get)
        if recorded.seq > case.version:
            break
        before, stood = stood, evolve(stood, recorded)
        yield Step(row, recorded, before, stood)


def _as_a_story(steps: list[Step]) -> list[Step]:
    """What was restated stands before the fee that follows from it: that is signed first, as whether the case is
    complete is seen when it is restated. Where the case is then, both tell as after both.
    """
    story = list(steps)
    for n, (fee, amended) in enumerate(pairwise(steps)):
        is_of_it = isinstance(fee.recorded.event, FeeAssessed) and isinstance(
            amended.recorded.event, RequestAmended
        )
        if is_of_it and _cause_of(fee) == _cause_of(amended):
            story[n] = amended._replace(before=fee.before)
            story[n + 1] = fee._replace(before=amended.after, after=amended.after)
    return story


def _cause_of(step: Step) -> str:
    """What was asked: all that one append signs has one."""
    cause: str = payload_of(split(step.row[4])[0])["cause"]
    return cause


def _seen_by(rule: Rule, case: Case, recorded: Recorded) -> signed_events.MaySee:
    """An auditor sees no personal member."""
    whole = (
        frozenset[str]()
        if is_auditor(rule)
        else disclosed(case, recorded, rule.party, rule.capacities, rule.person)
    )
    return lambda name, _value: name in whole
