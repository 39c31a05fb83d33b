"""What waits for an office: cases to decide, and questions of other offices; nothing personal stands in it."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.caller import caller, house_of, office_for
from api.edge.contract import documented
from api.edge.cursors import PAGE, cursor_of, page
from api.edge.shapes import OpinionPage, QueuePage
from domain.refusals import Unknown
from infra.runtime.clock import written

router = APIRouter()


@router.get(
    "/v1/queue",
    **documented("The work queue of the caller's office", answer=QueuePage, parameters=PAGE, problems=(400,)),
)
async def queue(request: Request) -> Response:
    """What waits for a decision, nearest deadline first; nothing personal stands in it."""
    actor = caller(request)
    country, rule = office_for(request, actor, "queue.read")
    competence = rule.competence
    if competence is None:
        raise Unknown
    await country.seen()
    limit, after = cursor_of(request, country)
    mine: dict[str, Any] = {"authority": competence.authority}
    if competence.procedures:
        mine["procedure"] = list(competence.procedures)
    rows = country.read_models.rows("work_queue", mine, order=("due", "case"), after=after, limit=limit)
    now = written(house_of(request).clock())
    shown = [{**r, "is_proposed": bool(r["is_proposed"]), "is_overdue": _is_overdue(r, now)} for r in rows]
    return page(request, country, shown, limit, [rows[-1]["due"], rows[-1]["case"]] if rows else [])


def _is_overdue(row: dict[str, Any], now: str) -> bool:
    """Whether the time to decide ran out, by now or before it stood still (rules.md 6)."""
    return row["due"] <= (row["stands_still_since"] or now) and not row["flags"]


@router.get(
    "/v1/opinions",
    **documented("What the caller's office is asked", answer=OpinionPage, parameters=PAGE, problems=(400,)),
)
async def opinions(request: Request) -> Response:
    """Cases of other offices on which this one is asked for its opinion, the oldest question first."""
    actor = caller(request)
    country, rule = office_for(request, actor, "queue.read")
    if rule.competence is None:
        raise Unknown
    await country.seen()
    limit, after = cursor_of(request, country)
    mine = {"authority": rule.competence.authority}
    rows = country.read_models.rows("opinions", mine, order=("asked_at", "case"), after=after, limit=limit)
    last = [rows[-1]["asked_at"], rows[-1]["case"]] if rows else []
    return page(request, country, rows, limit, last)
