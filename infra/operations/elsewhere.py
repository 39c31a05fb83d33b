"""What stands in the registers of other countries that this house keeps: looked up for many lines of an import at once,
and flagged there (rules.md 27).
"""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Final

from domain.entry import Status
from domain.facts import Content
from domain.lookup_keys import Key
from domain.register import Register
from infra.desk.desk import Append, new_cause
from infra.desk.imported import flag_entry
from infra.desk.streams import Streams
from infra.house import CountryHouse

_AT_ONCE: Final = 1_000  # entries that are flagged before they are written


class Elsewhere:
    """The other countries of a house, as one import looks into their registers and remembers what it met."""

    def __init__(self, register: Register, country: str, others: Collection[CountryHouse]) -> None:
        self._register = register
        self._country = country
        self._others = others
        self._met: dict[str, list[str]] = {}  # other country -> entries there

    def look(self, contents: Sequence[Content]) -> list[list[str]]:
        """In which other countries each of these stands, in an entry that holds; one look for each country, and one
        more where the key leads to a claim.
        """
        keys = [self._register.elsewhere(content) for content in contents]
        found: list[list[str]] = [[] for _ in contents]
        if not any(keys):
            return found
        for other in self._others:
            there = _entries_under(other, {key for of_one in keys for key in of_one})
            for places, of_one in zip(found, keys, strict=True):
                entries = {there[key] for key in of_one if key in there}
                if entries:
                    places.append(other.code)
                    self._met.setdefault(other.code, []).extend(sorted(entries))
        return found

    def flag(self) -> None:
        """Flag there all that was met; it is on the disk when this returns."""
        cause = new_cause()
        for other in self._others:
            entries = self._met.get(other.code, [])
            for first in range(0, len(entries), _AT_ONCE):
                page = entries[first : first + _AT_ONCE]
                other.desk.have(partial(self._flag, entries=page, cause=cause)).result()

    def _flag(self, append: Append, entries: Sequence[str], cause: str) -> None:
        append.load_all(dict.fromkeys(entries, "entry"))
        for entry in entries:
            flag_entry(append, entry, [self._country], cause)


def _entries_under(other: CountryHouse, keys: Collection[Key]) -> Mapping[Key, str]:
    """The entries there that hold, by the keys under which they are found, or which claim them."""
    streams = {key: other.ids.stream(key) for key in keys}
    read = Streams(other.code, other.vault)
    families = {streams[key]: key.family for key in keys}
    loaded = read.load(families, other.log.streams)
    claims = {key: loaded[streams[key]].state for key in keys if key.family == "claim"}
    holders = {key: claim.holder for key, claim in claims.items() if claim.is_settled}
    entries = {**{key: streams[key] for key in keys if key.family == "entry"}, **holders}
    held = read.load(dict.fromkeys(holders.values(), "entry"), other.log.streams) if holders else {}
    states = {stream: found.state for stream, found in {**loaded, **held}.items()}
    return {
        key: entry
        for key, entry in entries.items()
        if states[entry] is not None and states[entry].status == Status.ACTIVE
    }
