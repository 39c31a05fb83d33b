"""Entries that have ended and are not forgotten: from when on the law keeps them, and what they wait for besides."""

from domain.entry import Entry
from domain.retention import entry_kept_since, entry_waits_for
from projections import Row, View


def _row(entry: Entry) -> Row | None:
    since = entry_kept_since(entry)
    if since is None:
        return None
    return {
        "entry": entry.entry,
        "register": entry.register,
        "since": since,
        "waits_for": entry_waits_for(entry),
    }


PROJECTION = View(
    name="entry_retention",
    family="entry",
    columns={"entry": "text", "register": "text", "since": "text", "waits_for": "text"},
    row=_row,
    indexes=(("register", "since", "entry"), ("register", "waits_for", "since", "entry")),
)
