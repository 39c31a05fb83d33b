"""How many events of each kind each authority had in each month: public members, so an erasure changes
nothing.
"""

from domain.events import Recorded
from projections import Row, Tally


def _key(recorded: Recorded) -> str | None:
    if not recorded.type.startswith(("case.", "entry.")):
        return None
    return f"{recorded.time[:7]}/{recorded.authority}/{recorded.type}"


def _project(row: Row | None, recorded: Recorded) -> Row:
    if row:
        return {**row, "count": row["count"] + 1}
    return {
        "key": _key(recorded),
        "month": recorded.time[:7],
        "authority": recorded.authority,
        "type": recorded.type,
        "count": 1,
    }


VIEW = Tally(
    name="statistics",
    columns={"key": "text", "month": "text", "authority": "text", "type": "text", "count": "integer"},
    key=_key,
    project=_project,
)
