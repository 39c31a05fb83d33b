"""An entry as the rules of the law see it, on a day; not who may see it."""

from datetime import date

from domain.entry import Entry
from domain.facts import EVERYTHING, Seen
from domain.offers import restrictions_of


def as_seen(entry: Entry, day: date) -> Seen:
    """The entry as rules see it, its restrictions with the reach that the law of that day gives them."""
    until = date.fromisoformat(entry.until) if entry.until else None
    if not entry.restrictions:
        return Seen(entry.content, until=until)
    kinds = {restriction["kind"] for restriction in entry.restrictions.values()}
    known = restrictions_of(entry.country, entry.register, day)
    # A kind that the law does not know any more still stops everything, until it is lifted.
    reaches = {kind: known[kind].reach if kind in known else EVERYTHING for kind in kinds}
    return Seen(entry.content, reaches, until)
