"""The registers of a country: each entry with its content and live restrictions; keeps the folded state."""

from dataclasses import fields
from operator import attrgetter

from domain.entry import Entry
from projections import Row, View

_NAMES = tuple(f.name for f in fields(Entry))
_VALUES = attrgetter(*_NAMES)


def _row(entry: Entry) -> Row:
    return {
        "entry": entry.entry,
        "register": entry.register,
        "authority": entry.authority,
        "changed_at": entry.changed_at,
        "is_restricted": int(bool(entry.restrictions)),
        "version": entry.version,
        "state": dict(zip(_NAMES, _VALUES(entry), strict=True)),
    }


VIEW = View(
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
