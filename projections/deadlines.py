"""What the clock has to do, and when: lapses, services that the law presumes, ends of appeal terms; and by which
calendar the times that run were computed.

Overdue decisions and opinions are only shown.
"""

from domain.case import Case
from domain.running import Running, appeals_end, running
from projections import Row, View


def _row(case: Case) -> Row | None:
    times = running(case)
    if not times:
        return None
    # Of several of a kind the first that is over; but an appeal may come until the last is.
    first = {time.which: time.ends["until"] for time in sorted(times, key=_until, reverse=True)}
    last = appeals_end(case)
    acts = {
        "pay": first.get("pay") or first.get("pay_entry"),
        "consent": first.get("consent"),
        "answer": first.get("answer"),
        "serve": first.get("served"),
        "appeal": last["until"] if last else None,
    }
    return {
        "case": case.case,
        "authority": case.authority,
        "next": min((moment for moment in acts.values() if moment), default=None),
        **acts,
        "decide": first.get("decide"),
        "opinion": first.get("opinion"),
        "calendar": "; ".join(sorted({time.due["calendar"] for time in times})),
        "version": case.version,
    }


def _until(time: Running) -> str:
    return time.ends["until"]


PROJECTION = View(
    name="deadlines",
    family="case",
    columns={
        "case": "text",
        "authority": "text",
        "next": "text",
        "pay": "text",
        "consent": "text",
        "answer": "text",
        "serve": "text",
        "appeal": "text",
        "decide": "text",
        "opinion": "text",
        "calendar": "text",
        "version": "integer",
    },
    row=_row,
    indexes=(("next",),),
)
