"""What waits for an officer, nearest deadline first; nothing personal."""

from domain.case import Case, Stage
from projections import Row, View


def _row(case: Case) -> Row | None:
    if case.stage not in (Stage.IN_REVIEW, Stage.RETURNED) or case.decision_due is None:
        return None
    return {
        "case": case.case,
        "authority": case.authority,
        "procedure": case.procedure,
        "due": case.decision_due["until"],
        "stage": case.stage,
        "officer": case.officer,
        "is_proposed": int(case.proposal is not None),
        "warnings": case.warnings,
        "filed_at": case.filed_at,
        "version": case.version,
    }


PROJECTION = View(
    name="work_queue",
    family="case",
    columns={
        "case": "text",
        "authority": "text",
        "procedure": "text",
        "due": "text",
        "stage": "text",
        "officer": "text",
        "is_proposed": "integer",
        "warnings": "json",
        "filed_at": "text",
        "version": "integer",
    },
    row=_row,
    indexes=(("authority", "due", "case"),),
)
