"""Which entries may not stay as they read because of an appeal: a row for each that a case under appeal wrote, and for
each that an annulment left as it read, over which a court decides; nothing personal.
"""

from domain.case import Case, Stage
from projections import Row, View


def _rows(case: Case) -> list[Row]:
    """``left_at`` None: the appeal is open. Whether a court has decided since, the entry says."""
    if case.stage == Stage.APPEALED:
        return [{"case": case.case, "entry": each["entry"], "left_at": None} for each in case.entries]
    return [{"case": case.case, "entry": entry, "left_at": at} for entry, at in case.left.items()]


PROJECTION = View(
    name="entries_in_doubt",
    family="case",
    columns={"case": "text", "entry": "text", "left_at": "text"},
    rows=_rows,
    looks_at=("appeals", "amendments"),
    indexes=(("entry", "left_at"),),
)
