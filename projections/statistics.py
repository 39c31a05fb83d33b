"""How many events of each kind each authority had in each month: public members, so an erasure changes
nothing.
"""

from domain.events import Recorded
from projections import Row, Tally


def _row(recorded: Recorded) -> Row | None:
    if not recorded.type.startswith(("case.", "entry.")):
        return None
    month = recorded.time[:7]
    return {
        "key": f"{month}/{recorded.authority}/{recorded.type}",
        "month": month,
        "authority": recorded.authority,
        "type": recorded.type,
        "count": 1,
    }


PROJECTION = Tally(
    name="statistics",
    columns={"key": "text", "month": "text", "authority": "text", "type": "text", "count": "integer"},
    row=_row,
)
