"""Each case as its parties, its officers and the clock see it; keeps the folded state of the case."""

from domain.case import Case
from projections import Row, View

PARTIES = ("p1", "p2", "p3", "p4", "p5", "p6")


def _row(case: Case) -> Row:
    persons = case.persons
    return {
        "case": case.case,
        "procedure": case.procedure,
        "authority": case.authority,
        "stage": case.stage,
        "filed_at": case.filed_at,
        "version": case.version,
        **{p: persons.get(p) for p in PARTIES},
        "state": case._asdict(),
    }


PROJECTION = View(
    name="case_status",
    family="case",
    columns={
        "case": "text",
        "procedure": "text",
        "authority": "text",
        "stage": "text",
        "filed_at": "text",
        "version": "integer",
        **dict.fromkeys(PARTIES, "text"),
        "state": "json",
    },
    row=_row,
    indexes=tuple((p, "filed_at") for p in PARTIES),
    keeps=Case,
)
