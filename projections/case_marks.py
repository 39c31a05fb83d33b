"""By which marks each open case is found as like another, by ids that nobody can enumerate (``procedure.Likeness``)."""

from domain.about import offer_of
from domain.case import BEFORE_DECISION, Case
from projections import Keyed, Row, View


def _rows(case: Case, ids: Keyed) -> list[Row]:
    """None once it is decided and written, or people are forgotten."""
    if case.erased or not (case.stage in BEFORE_DECISION or case.waits_for_entries):
        return []
    try:
        marks = offer_of(case).procedure.marks(case.request)
    except (
        AttributeError,
        KeyError,
        LookupError,
        TypeError,
    ):  # the law is gone, or a form of before lacks a member
        return []
    return [{"case": case.case, "mark": mark} for mark in dict.fromkeys(map(ids.stream, marks))]


PROJECTION = View(
    name="case_marks",
    family="case",
    columns={"case": "text", "mark": "text"},
    keyed=_rows,
    looks_at=("request", "erased", "stage", "entries"),
    indexes=(("mark", "case"),),
)
