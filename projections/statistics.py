"""How many events of each kind each authority had in each month: public members, so an erasure changes
nothing.
"""

from typing import Final

from domain.events import Recorded
from projections import Row, Tally

_FAMILIES: Final = frozenset({"case", "entry"})


def _row(recorded: Recorded) -> Row | None:
    if recorded.family not in _FAMILIES:
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
    families=_FAMILIES,
    columns={"key": "text", "month": "text", "authority": "text", "type": "text", "count": "integer"},
    row=_row,
)
