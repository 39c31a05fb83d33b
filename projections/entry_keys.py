"""By which keys each entry is found, as ids that nobody can enumerate: also by the number that it was given."""

from domain.entry import Entry
from domain.procedures import registers
from projections import Keyed, Row, View


def _rows(entry: Entry, ids: Keyed) -> list[Row]:
    register = registers().get(entry.register)
    keys = register.keys_of(entry.content, entry.number) if register else ()
    return [{"entry": entry.entry, "key": key} for key in dict.fromkeys(map(ids.stream, keys))]


PROJECTION = View(
    name="entry_keys",
    family="entry",
    columns={"entry": "text", "key": "text"},
    keyed=_rows,
    indexes=(("key",),),
)
