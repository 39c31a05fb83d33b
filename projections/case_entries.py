"""Which entries each case would write or look at, by derived ids; none once people are forgotten."""

from datetime import datetime

from domain.about import entries_named
from domain.case import Case
from projections import Keyed, Row, View


def _rows(case: Case, ids: Keyed) -> list[Row]:
    try:
        keys = entries_named(case, datetime.fromisoformat(case.filed_at))
    except (AttributeError, LookupError, TypeError, ValueError):  # what is erased is None
        return []
    found = dict.fromkeys(ids.stream(key) for key in keys if None not in key.parts)
    return [{"case": case.case, "entry": entry} for entry in found]


PROJECTION = View(
    name="case_entries",
    family="case",
    columns={"case": "text", "entry": "text"},
    keyed=_rows,
    looks_at=("request", "erased"),
    indexes=(("entry", "case"),),
)
