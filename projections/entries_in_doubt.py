"""Which entries may not stay as they read because of an appeal: a row for each that a case under appeal wrote, and for
each that an annulment left as it read, over which a court decides; nothing personal.
"""

from domain.case import Case, Stage
from projections import Row, View


def _rows(case: Case) -> list[Row]:
    """``is_left``: the appeal was won. ``since``: when the case wrote the entry; whether a court has decided since,
    the entry says.
    """
    is_open = case.stage == Stage.APPEALED
    entries = [each["entry"] for each in case.entries] if is_open else case.left
    return [
        {"case": case.case, "entry": entry, "is_left": int(not is_open), "since": case.wrote_at}
        for entry in entries
    ]


PROJECTION = View(
    name="entries_in_doubt",
    family="case",
    columns={"case": "text", "entry": "text", "is_left": "integer", "since": "text"},
    rows=_rows,
    looks_at=("appeals", "amendments"),
    indexes=(("entry", "is_left", "since"),),
)
