"""The registers of a country: each entry with its content and live restrictions; keeps the folded state."""

from datetime import timedelta

from domain.countries import country_of, moment_named
from domain.entry import Entry, Status
from projections import Row, View


def _row(entry: Entry) -> Row:
    return {
        "entry": entry.entry,
        "register": entry.register,
        "authority": entry.authority,
        "changed_at": entry.changed_at,
        "is_restricted": int(bool(entry.restrictions)),
        "ends": _ends(entry),
        "version": entry.version,
        "state": entry,
    }


def _ends(entry: Entry) -> str | None:
    """The first moment at which it holds no more, by its last day in its country; None: it is not told when."""
    if entry.status != Status.ACTIVE or entry.until is None:
        return None
    over = moment_named(entry.until, country_of(entry.country)) + timedelta(microseconds=1)
    return over.isoformat(timespec="microseconds").replace("+00:00", "Z")


PROJECTION = View(
    name="registers",
    family="entry",
    columns={
        "entry": "text",
        "register": "text",
        "authority": "text",
        "changed_at": "text",
        "is_restricted": "integer",
        "ends": "text",
        "version": "integer",
        "state": "state",
    },
    row=_row,
    indexes=(("register", "entry"), ("ends",)),
    keeps=Entry,
)
