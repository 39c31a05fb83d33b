"""Whom each entry names as it stands, by keyed ids: what the registers hold of somebody; nothing of former owners."""

from domain.entry import Entry
from domain.entry_visibility import humans_in
from projections import Keyed, Row, View


def _rows(entry: Entry, ids: Keyed) -> list[Row]:
    return [{"entry": entry.entry, "person": person} for person in sorted(humans_in(entry, ids.human))]


PROJECTION = View(
    name="entry_people",
    family="entry",
    columns={"entry": "text", "person": "text"},
    keyed=_rows,
    indexes=(("person", "entry"),),
)
