"""What the hospitals told: each birth notice as it stands; keeps the folded state."""

from domain.birth_notice import BirthNotice
from projections import Row, View


def _row(notice: BirthNotice) -> Row:
    return {"notice": notice.notice, "version": notice.version, "state": notice}


PROJECTION = View(
    name="birth_notices",
    family="notice",
    columns={"notice": "text", "version": "integer", "state": "state"},
    row=_row,
    keeps=BirthNotice,
)
