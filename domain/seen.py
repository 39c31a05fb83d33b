"""An entry as the rules of the law see it, on a day; not who may see it."""

from collections.abc import Iterable
from datetime import date

from domain.entry import Entry
from domain.facts import EVERYTHING, Reach, Seen
from domain.offers import restrictions_of


def as_seen(entry: Entry, day: date) -> Seen:
    """The entry as rules see it, its restrictions with the reach that the law of that day gives them."""
    until = date.fromisoformat(entry.until) if entry.until else None
    if not entry.restrictions:
        return Seen(entry.content, until=until)
    kinds = {restriction["kind"] for restriction in entry.restrictions.values()}
    return Seen(entry.content, reaches(entry.country, entry.register, kinds, day), until)


def reaches(country: str, register: str, kinds: Iterable[str], day: date) -> dict[str, Reach]:
    """What each of these kinds of restrictions stops by the law of that day; one that the law does not know any more
    stops everything, until it is lifted.
    """
    known = restrictions_of(country, register, day)
    return {kind: known[kind].reach if kind in known else EVERYTHING for kind in kinds}
