"""What the clock has to do, and when: lapses, services that the law presumes, ends of appeal terms; and by which
calendar the times that run were computed.
"""

from domain.case import Case
from domain.running import LAPSES, appeals_end, running
from projections import Row, View


def _row(case: Case) -> Row | None:
    times = running(case)
    if not times:
        return None
    lapses = (time.ends["until"] for time in times if time.which in LAPSES)
    serve = next((time.due["until"] for time in times if time.which == "served"), None)
    last = appeals_end(case)
    appeal = last["until"] if last else None  # one may come until the last time for it is over
    return {
        "case": case.case,
        "next": min(filter(None, (*lapses, serve, appeal)), default=None),
        "serve": serve,
        "appeal": appeal,
        "calendar": "; ".join(sorted({time.due["calendar"] for time in times})),
        "version": case.version,
    }


PROJECTION = View(
    name="deadlines",
    family="case",
    columns={
        "case": "text",
        "next": "text",
        "serve": "text",
        "appeal": "text",
        "calendar": "text",
        "version": "integer",
    },
    row=_row,
    indexes=(("next",),),
)
