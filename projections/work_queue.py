"""What waits for an officer, nearest deadline first; nothing personal.

Beside what is to be decided: what is approved, and came to a halt on its way into the registers, with its flags.
"""

from domain.case import Case, Stage
from projections import Row, View


def _row(case: Case) -> Row | None:
    due = _due(case)
    if due is None:
        return None
    return {
        "case": case.case,
        "authority": case.authority,
        "procedure": case.procedure,
        "due": due,
        "stage": case.stage,
        "officer": case.officer,
        "is_proposed": int(case.proposal is not None),
        "warnings": case.all_warnings,
        "flags": _flags(case),
        "stands_still_since": case.stands_still_since,
        "filed_at": case.filed_at,
        "version": case.version,
    }


def _due(case: Case) -> str | None:
    """The end of the time to decide; of what came to a halt the moment from which it waits."""
    if case.stage in (Stage.IN_REVIEW, Stage.RETURNED):
        return case.decision_due["until"] if case.decision_due else None
    return min((at for _, at in _halts(case)), default=None)


def _flags(case: Case) -> list[str]:
    return sorted({code for code, _ in _halts(case)})


def _halts(case: Case) -> list[tuple[str, str]]:
    """(code, since when) of what was approved and does not get on."""
    held = [(case.entries_held["code"], case.entries_held["at"])] if case.entries_held else []
    return [*held, *((objection["code"], objection["at"]) for objection in case.open_objections)]


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
        "flags": "json",
        "stands_still_since": "text",
        "filed_at": "text",
        "version": "integer",
    },
    row=_row,
    indexes=(("authority", "due", "case"),),
)
