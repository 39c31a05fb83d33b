"""A case's history: its signed events with hashes and positions, and what of them the caller may read."""

import asyncio

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
from domain.events import Recorded
from domain.visibility import disclosed
from infra.formats.envelope import read
from infra.house import CountryHouse

router = APIRouter()


class EventTold(EventShown):
    """``stage`` is where the case was after it, ``sentence`` what happened, in words; neither is signed."""

    stage: Stage
    sentence: Title


class HistoryShown(Shape):
    case: OpaqueId
    log: str
    events: list[EventTold]


@router.get("/v1/cases/{case}/history", **documented("The signed events of a case", answer=HistoryShown))
async def history(request: Request, case: Id) -> Response:
    """JWS and disclosures as SD-JWT tools take them: the JWS, then each disclosure, parted by tildes.

    Beside them each event in words, and where the case was then.
    """
    actor = caller(request)
    country, found, rule = await readable(request, actor, case, "case.history")
    await recorded(request, country, rule, past_of(found), "reading the history")
    language = spoken(request.scope)
    body = await asyncio.to_thread(_written, country, found, rule, language)
    return Response(body, 200, in_language(language), "application/json")


def _written(country: CountryHouse, case: Case, rule: Rule, language: Language) -> bytes:
    """The events, each with the case as it was before and after it; none that came after the caller was let in."""
    doubtful, events = unconfirmed(case), []
    stood: Case | None = None
    for row in country.log.stream(case.case):
        recorded = read(row, country.code, country.vault.get)
        if recorded.seq > case.version:
            break
        before, stood = stood, evolve(stood, recorded)
        said = {"stage": stood.stage, "sentence": told(recorded, before, stood, doubtful, language)}
        events.append(signed_events.shown(country, row, _seen_by(rule, case, recorded)) | said)
    return orjson.dumps({"case": case.case, "log": country.keyring.origin, "events": events})


def _seen_by(rule: Rule, case: Case, recorded: Recorded) -> signed_events.MaySee:
    """An auditor sees no personal member."""
    whole = (
        frozenset[str]()
        if is_auditor(rule)
        else disclosed(case, recorded, rule.party, rule.capacities, rule.person)
    )
    return lambda name, _value: name in whole
