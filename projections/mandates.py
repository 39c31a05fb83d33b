"""Who acts for whom: each mandate as it stands; keeps the folded state."""

from domain.mandate import Mandate
from projections import Row, View


def _row(mandate: Mandate) -> Row:
    return {"mandate": mandate.mandate, "version": mandate.version, "state": mandate}


PROJECTION = View(
    name="mandates",
    family="mandate",
    columns={"mandate": "text", "version": "integer", "state": "state"},
    row=_row,
    keeps=Mandate,
)
