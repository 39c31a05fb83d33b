"""What waits for an office: cases, by what they wait for, amendments of entries that a second officer confirms, and
questions of other offices; nothing personal.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import caller, house_of, office_for
from api.edge.contract import documented, query
from api.edge.cursors import PAGE, cursor_of, page
from api.edge.in_whose_hands import has_left, human_of
from api.edge.problems import Declined
from api.edge.registers_now import in_the_way_of_each
from api.edge.sentences import in_language, spoken
from api.edge.shapes import Code, Count, EventHash, Moment, OpaqueId, Shape, Title, Version
from domain.case import Stage
from domain.commands import Competence
from domain.procedures import procedures
from domain.refusals import Unknown
from domain.roles import OFFICERS
from infra.house import CountryHouse
from infra.read_models.transaction import Transaction
from infra.runtime.clock import written
from projections.amendment_proposals import REASONS as AMENDMENTS
from projections.work_queue import IN_HAND, REASSIGNMENT, WAITS_FOR

router = APIRouter()


class Waiting(Shape):
    """A case in the work queue, or an entry of which a correction or an annulment is proposed; nothing personal.

    ``waits_for``: all that it waits for; ``since``: from when on for what was asked for, or for the first of them.
    ``due`` is null where no time to decide runs: it stands still (``stands_still_since``) and will be another, or it
    is decided. ``warnings`` are of the filing, and since; ``obstacles``: what in the registers stands in the way now,
    with the kind. ``flags``: why something that was approved came to a halt. Of an entry ``officer`` is who proposed.
    """

    case: OpaqueId | None
    entry: OpaqueId | None
    register_: Annotated[Code | None, Field(alias="register")]  # pydantic has a method of that name
    authority: str
    procedure: Code | None
    due: Moment | None
    stage: Stage | None
    officer: OpaqueId | None
    is_proposed: bool
    is_overdue: bool
    waits_for: list[Code]
    since: Moment
    warnings: list[str]
    obstacles: list[str]
    flags: list[Code]
    stands_still_since: Moment | None
    filed_at: Moment | None
    version: Version


class QueuePage(Shape):
    items: list[Waiting]


class WaitingCount(Shape):
    """How many cases or entries wait for it, and how many of these are overdue."""

    waits_for: Code
    title: Title
    count: Count
    overdue: Count


class QueueCounts(Shape):
    """``cases`` are all cases that wait, each once, whatever it waits for; ``overdue`` of them."""

    items: list[WaitingCount]
    cases: Count
    overdue: Count


class OpinionAsked(Shape):
    """What the caller's office is asked; ``of`` is what the answer names."""

    case: OpaqueId
    authority: str
    procedure: Code
    of: EventHash
    investigation: Code | None
    asked_at: Moment
    due: Moment | None


class OpinionPage(Shape):
    items: list[OpinionAsked]


_Held = tuple[str, str, str]  # the officer, the procedure and the case
_OF_BOTH: Final = ("authority", "officer", "since", "version")
_OF_CASES: Final = (
    *("case", "procedure", "due", "stage", "warnings", "flags"),
    *("stands_still_since", "filed_at"),
)
_OFFICER: Final = re.compile(r"me|nobody|[0-9a-f-]{36}")
FILTERS: Final = (
    query("waits_for", "Only what waits for this", {"type": "string", "enum": list(WAITS_FOR)}),
    query("procedure", "Only of this procedure", {"type": "string", "enum": list(procedures())}),
    query(
        "officer",
        "Only what this officer has: me, nobody, or an id",
        {"type": "string", "pattern": f"^({_OFFICER.pattern})$"},
    ),
    query(
        "is_overdue", "Only what is overdue, or what is not", {"type": "string", "enum": ["true", "false"]}
    ),
)


@router.get(
    "/v1/queue",
    **documented(
        "The work queue of the caller's office",
        answer=QueuePage,
        parameters=(*FILTERS, *PAGE),
        problems=(400,),
    ),
)
async def queue(request: Request) -> Response:
    """What waits for somebody of the office, nearest deadline first; nothing personal stands in it."""
    country, mine = await _office(request)
    limit, after = cursor_of(request, country)
    now = written(house_of(request).clock())
    asked, overdue = {**_of_office(mine), **_asked(request, mine)}, _overdue(request, now)
    proposals = _proposals(request, mine, asked)
    with country.read_models.reading() as seen:
        is_of_the_left = asked.get("reason") == REASSIGNMENT
        ways = _left_behind(request, country, seen, asked) if is_of_the_left else [asked]
        rows = []
        for way in ways:
            rows += seen.rows("work_queue", way, order=("place", "case"), after=after, limit=limit, **overdue)
        if proposals is not None:
            order = ("since", "entry")
            rows += seen.rows("amendment_proposals", proposals, order=order, after=after, limit=limit)
        rows = sorted(rows, key=_place)[:limit]
        found = _asked_for(request, seen, rows, asked)
        here = {**_of_office(mine), "reason": IN_HAND}
        own = _of_their_own(request, country, seen, _officers_in(found), here)
        cases = [row["case"] for row in found if not _is_of_entry(row)]
        in_the_way = in_the_way_of_each(country, seen, cases, datetime.fromisoformat(now))
    shown = [
        _proposal_shown(row)
        if _is_of_entry(row)
        else {**_case_shown(request, country, row, now, own), "obstacles": in_the_way[row["case"]]}
        for row in found
    ]
    last = _place(rows[-1]) if rows else []
    return page(request, country, shown, limit, last, is_full=len(rows) == limit)


def _place(row: Mapping[str, Any]) -> list[Any]:
    return [row["since"], row["entry"]] if _is_of_entry(row) else [row["place"], row["case"]]


def _case_shown(
    request: Request, country: CountryHouse, row: Mapping[str, Any], now: str, own: Collection[_Held]
) -> dict[str, Any]:
    return {
        **{name: row[name] for name in (*_OF_BOTH, *_OF_CASES)},
        "entry": None,
        "register": None,
        "waits_for": _waits_for(request, country, row, own),
        "is_proposed": bool(row["is_proposed"]),
        "is_overdue": row["due"] is not None and row["due"] <= now,
    }


def _proposal_shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **dict.fromkeys(_OF_CASES),
        **{name: row[name] for name in (*_OF_BOTH, "entry", "register")},
        "waits_for": [row["reason"]],
        "is_proposed": True,
        "is_overdue": False,
        "warnings": [],
        "obstacles": [],
        "flags": [],
    }


@router.get(
    "/v1/queue/counts",
    **documented("How much waits for the caller's office, and for what", answer=QueueCounts),
)
async def counts(request: Request) -> Response:
    """A case that waits for two things counts for each; ``cases`` counts it once. Proposals of amendments stand under
    what is proposed alone.
    """
    country, mine = await _office(request)
    now, language = written(house_of(request).clock()), spoken(request.scope)
    ours = _of_office(mine)
    with country.read_models.reading() as seen:
        waiting = seen.counts("work_queue", "reason", ours)
        overdue = seen.counts("work_queue", "reason", ours, up_to={"due": now})
        cases = seen.counts("work_queue", "is_foremost", ours)
        late = seen.counts("work_queue", "is_foremost", ours, up_to={"due": now})
        for way in _left_behind(request, country, seen, ours):
            left, late_of_them = (
                seen.counts("work_queue", "reason", way, up_to=up_to) for up_to in (None, {"due": now})
            )
            waiting[REASSIGNMENT] = waiting.get(REASSIGNMENT, 0) + left.get(IN_HAND, 0)
            overdue[REASSIGNMENT] = overdue.get(REASSIGNMENT, 0) + late_of_them.get(IN_HAND, 0)
        waiting |= _proposed(seen, mine)
    items = [
        {
            "waits_for": code,
            "title": language.say("waiting", code),
            "count": waiting.get(code, 0),
            "overdue": overdue.get(code, 0),
        }
        for code in WAITS_FOR
    ]
    found = {"items": items, "cases": cases.get(1, 0), "overdue": late.get(1, 0)}
    return answered(found, headers=in_language(language))


async def _office(request: Request) -> tuple[CountryHouse, Competence]:
    """The country and the competence by which the caller has a queue; raises Unknown."""
    country, rule = office_for(request, caller(request), "queue.read")
    if rule.competence is None:
        raise Unknown
    await country.seen()
    return country, rule.competence


def _of_office(mine: Competence) -> dict[str, Any]:
    only = {"procedure": list(mine.procedures)} if mine.procedures else {}
    return {"authority": mine.authority, **only}


def _asked(request: Request, mine: Competence) -> dict[str, Any]:
    """What the parameters ask for; raises Declined where one has a value that it never has."""
    asked = request.query_params
    found: dict[str, Any] = {}
    reason, procedure, officer = asked.get("waits_for"), asked.get("procedure"), asked.get("officer")
    if reason is not None and reason not in WAITS_FOR:
        raise Declined(400, "unknown_value", name="waits_for", known=WAITS_FOR)
    found |= {"is_foremost": 1} if reason is None else {"reason": reason}
    if procedure is not None:
        if procedure not in procedures():
            raise Declined(400, "unknown_value", name="procedure", known=tuple(procedures()))
        # What the caller is not competent for is not there.
        found["procedure"] = [procedure] if not mine.procedures or procedure in mine.procedures else []
    if officer is not None:
        if not _OFFICER.fullmatch(officer):
            raise Declined(400, "unknown_value", name="officer", known=("me", "nobody", "UUID"))
        found["officer"] = {"me": mine.office_id, "nobody": None}.get(officer, officer)
    return found


def _overdue(request: Request, now: str) -> Mapping[str, Any]:
    asked = request.query_params.get("is_overdue")
    if asked not in (None, "true", "false"):
        raise Declined(400, "unknown_value", name="is_overdue", known=("false", "true"))
    return {"true": {"up_to": {"due": now}}, "false": {"not_up_to": {"due": now}}}.get(asked or "", {})


# --- what is proposed of entries ------------------------------------------------------------------------------


def _proposals(request: Request, mine: Competence, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """Which of them are asked for, as a condition; None: none. No time runs for them, and who decides appeals has
    nothing to do with them; a court needs no proposal, and confirms none.
    """
    reason = asked.get("reason")
    is_of_cases = reason is not None and reason not in AMENDMENTS
    if is_of_cases or mine.role not in OFFICERS or request.query_params.get("is_overdue") == "true":
        return None
    return {name: asked[name] for name in ("authority", "reason", "officer") if name in asked}


def _proposed(seen: Transaction, mine: Competence) -> Mapping[str, int]:
    """How many corrections and annulments wait for a second officer of the office."""
    where = {"authority": mine.authority}
    if mine.role not in OFFICERS:
        return {}
    if not mine.procedures:
        return seen.counts("amendment_proposals", "reason", where)
    found = seen.distinct("amendment_proposals", ("entry", "case", "reason"), where)
    theirs = _led_by(seen, [case for _, case, _ in found], mine.procedures)
    return Counter(reason for _, case, reason in found if case is None or case in theirs)


def _asked_for(
    request: Request, seen: Transaction, rows: list[dict[str, Any]], asked: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Without the proposals that are confirmed in a case of another procedure; those without a case are of none."""
    if "procedure" not in asked:
        return rows
    theirs = _led_by(seen, [row["case"] for row in rows if _is_of_entry(row)], asked["procedure"])
    is_of_none = "procedure" not in request.query_params
    return [
        row
        for row in rows
        if not _is_of_entry(row) or row["case"] in theirs or (is_of_none and row["case"] is None)
    ]


def _led_by(seen: Transaction, cases: Iterable[str | None], of_procedures: Collection[str]) -> frozenset[str]:
    """Which of the cases are of these procedures."""
    found = seen.load("case_status", sorted({case for case in cases if case}))
    return frozenset(case for case, row in found.items() if row["procedure"] in of_procedures)


def _is_of_entry(row: Mapping[str, Any]) -> bool:
    return "entry" in row


# --- in the hands of who has left -----------------------------------------------------------------------------


def _left_behind(
    request: Request, country: CountryHouse, seen: Transaction, ours: Mapping[str, Any]
) -> list[dict[Any, Any]]:
    """Which of these cases are in the hands of somebody who does not decide them any more, as conditions that find each
    case once: each officer who has one is looked up, not each case.
    """
    who, here = ("officer", "procedure"), {**ours, "reason": IN_HAND}
    in_hand = seen.distinct("work_queue", who, here)
    left = [each for each in in_hand if _has_left(request, country, *each)]
    own = _of_their_own(request, country, seen, {officer for officer, _ in in_hand}, here)
    others = sorted(each for each in own if each[:2] not in left)
    return [{**here, who: left}, {**here, (*who, "case"): others}]


def _of_their_own(
    request: Request,
    country: CountryHouse,
    seen: Transaction,
    officers: Collection[str],
    here: Mapping[Any, Any],
) -> frozenset[_Held]:
    """Where the request names by now who has the case, as a party or as who acts for one."""
    house = house_of(request)
    at = house.clock()
    known = {officer: human_of(house, country.code, officer, at) for officer in officers}
    humans = sorted({human for human in known.values() if human})
    if not humans:
        return frozenset()
    named = set(seen.distinct("case_parties", ("person", "case"), {"person": humans}))
    parties = {human for human, _ in named}
    some = sorted(officer for officer, human in known.items() if human in parties)
    held = (
        seen.distinct("work_queue", ("officer", "procedure", "case"), {**here, "officer": some})
        if some
        else []
    )
    return frozenset((who, what, case) for who, what, case in held if (known[who], case) in named)


def _officers_in(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Those who have one of these cases in hand."""
    return {row["officer"] for row in rows if not _is_of_entry(row) and IN_HAND in row["waits_for"]}


def _waits_for(
    request: Request, country: CountryHouse, row: Mapping[str, Any], own: Collection[_Held]
) -> list[str]:
    """As the case says it; for another officer too, where the one who has it does not decide it any more."""
    found: list[str] = row["waits_for"]
    if IN_HAND not in found:
        return found
    is_own = (row["officer"], row["procedure"], row["case"]) in own
    is_left = is_own or _has_left(request, country, row["officer"], row["procedure"])
    return [REASSIGNMENT, *found] if is_left else found


def _has_left(request: Request, country: CountryHouse, officer: str, procedure: str) -> bool:
    """Whether this officer does not decide this procedure now."""
    house = house_of(request)
    return has_left(house, country.code, officer, procedure, house.clock())


@router.get(
    "/v1/opinions",
    **documented("What the caller's office is asked", answer=OpinionPage, parameters=PAGE, problems=(400,)),
)
async def opinions(request: Request) -> Response:
    """Cases of other offices on which this one is asked for its opinion, the oldest question first."""
    country, competence = await _office(request)
    limit, after = cursor_of(request, country)
    mine = {"authority": competence.authority}
    rows = country.read_models.rows("opinions", mine, order=("asked_at", "case"), after=after, limit=limit)
    last = [rows[-1]["asked_at"], rows[-1]["case"]] if rows else []
    return page(request, country, rows, limit, last)
