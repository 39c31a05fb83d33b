"""Which payments came for which case: a row for each; a reference that the treasury named for two of them is found."""

from domain.case import Case
from projections import Row, View


def _rows(case: Case) -> list[Row]:
    return [{"case": case.case, "payment": payment} for payment in case.payments]


PROJECTION = View(
    name="payments",
    family="case",
    columns={"case": "text", "payment": "text"},
    rows=_rows,
    looks_at=("payments",),
    indexes=(("payment", "case"),),
)
