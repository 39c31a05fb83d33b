"""Each case as its parties, its officers and the clock see it; keeps the folded state of the case."""

from domain.case import Case
from projections import Row, View


def _row(case: Case) -> Row:
    return {
        "case": case.case,
        "procedure": case.procedure,
        "authority": case.authority,
        "stage": case.stage,
        "filed_at": case.filed_at,
        "version": case.version,
        "state": case,
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
        "state": "state",
    },
    row=_row,
    keeps=Case,
)
