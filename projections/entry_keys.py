"""By which keys each entry is found, as ids that nobody can enumerate: also by the number that it was given, and by the
marks under which nobody searches (``procedure.Likeness``).
"""

from domain.entry import Entry
from domain.procedures import registers
from projections import Keyed, Row, View


def _rows(entry: Entry, ids: Keyed) -> list[Row]:
    register = registers().get(entry.register)
    if register is None:
        return []
    keys = (*register.keys_of(entry.content, entry.number), *register.marks_of(entry.content))
    return [{"entry": entry.entry, "key": key} for key in dict.fromkeys(map(ids.stream, keys))]


PROJECTION = View(
    name="entry_keys",
    family="entry",
    columns={"entry": "text", "key": "text"},
    keyed=_rows,
    indexes=(("key",),),
)
