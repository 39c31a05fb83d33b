"""A case's history: its signed events with hashes and positions, and what of them the caller may read."""

import asyncio
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final, NamedTuple

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.cases.event_words import told
from api.edge import signed_events
from api.edge.caller import caller
from api.edge.contract import Id, documented
from api.edge.may_read import is_auditor, read_of, readable, recorded
from api.edge.sentences import Language, in_language, spoken
from api.edge.shapes import EventShown, OpaqueId, Shape, Title
from domain.awaited import unconfirmed
from domain.case import Case, Stage
from domain.case_fold import evolve
from domain.events import FeeAssessed, Recorded, RequestAmended
from domain.parties import is_keyed
from domain.visibility import visible_whose
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


_OF_OFFICES: Final = frozenset({"inquiry", "opinion"})  # what offices write to each other


@router.get("/v1/cases/{case}/history", **documented("The signed events of a case", answer=HistoryShown))
async def history(request: Request, case: Id) -> Response:
    """JWS and disclosures as SD-JWT tools take them: the JWS, then each disclosure, parted by tildes.

    Beside them each event in words, and where the case was then. An amendment stands before the fee that follows from
    it; in which order they were signed, ``version`` says.
    """
    actor = caller(request)
    country, found, rule = await readable(request, actor, case, "case.history")
    await recorded(request, country, rule, read_of(found), "reading the history")
    whose = frozenset[str]() if is_auditor(rule) else visible_whose(found, rule.party, rule.capacities)
    unseen = _OF_OFFICES if rule.party else frozenset[str]()
    language = spoken(request.scope)
    body = await asyncio.to_thread(_written, country, found, whose, unseen, language)
    return Response(body, 200, in_language(language), "application/json")


def _written(
    country: CountryHouse, case: Case, whose: frozenset[str], unseen: frozenset[str], language: Language
) -> bytes:
    """The events, each with the case as it was before and after it."""
    doubtful, steps = unconfirmed(case), list[Step]()
    stood: Case | None = None
    for row in country.log.stream(case.case):
        recorded = read(row, country.code, country.vault.get)
        before, stood = stood, evolve(stood, recorded)
        steps.append(Step(row, recorded, before, stood))
    events = [
        _shown(country, row, recorded.owners, whose, unseen)
        | {"stage": after.stage, "sentence": told(recorded, before, after, doubtful, language)}
        for row, recorded, before, after in _as_a_story(steps)
    ]
    return orjson.dumps({"case": case.case, "log": country.keyring.origin, "events": events})


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


def _shown(
    country: CountryHouse, row: Row, owners: Mapping[str, str], whose: frozenset[str], unseen: frozenset[str]
) -> dict[str, Any]:

    def may_see(name: str, _value: Any) -> bool:
        # Keyed ids and the keys of evidence serve the house alone.
        return (
            not is_keyed(name)
            and name not in ("officer_person", "evidence", "acting", *unseen)
            and owners.get(name) in whose
        )

    return signed_events.shown(country, row, may_see)
