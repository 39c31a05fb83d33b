"""The registers of a country: each entry with its content and live restrictions; keeps the folded state."""

from domain.entry import Entry
from projections import Row, View


def _row(entry: Entry) -> Row:
    return {
        "entry": entry.entry,
        "register": entry.register,
        "authority": entry.authority,
        "changed_at": entry.changed_at,
        "is_restricted": int(bool(entry.restrictions)),
        "version": entry.version,
        "state": entry._asdict(),
    }


PROJECTION = View(
    name="registers",
    family="entry",
    columns={
        "entry": "text",
        "register": "text",
        "authority": "text",
        "changed_at": "text",
        "is_restricted": "integer",
        "version": "integer",
        "state": "json",
    },
    row=_row,
    indexes=(("register", "entry"),),
    keeps=Entry,
)
