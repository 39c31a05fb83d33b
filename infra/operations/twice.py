"""Which lines of an import have a key that one entry alone should have, as a plate, and another one has too: in the
register, as far as the read models have seen, or in the file. Imported they are all the same.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Final, Self
from uuid import UUID

from domain.entry import Status
from domain.facts import Content
from domain.register import Register
from infra.house import CountryHouse
from infra.read_models.transaction import MAX_KEYS, Transaction

# In a file of its own that nobody else finds, and which goes with the connection: memory does not grow with the import.
_OF_ITS_OWN: Final = ""
_SCHEMA: Final = "CREATE TABLE met (key BLOB PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID"


class Twice:
    """The keys of one import, by their derived ids; of one thread. ``lines`` are those that were found."""

    def __init__(self, register: Register, country: CountryHouse) -> None:
        self._register = register
        self._country = country
        self._met = sqlite3.connect(_OF_ITS_OWN, isolation_level=None)
        self._met.execute(_SCHEMA)
        self._met.execute("BEGIN")
        self.lines: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._met.close()

    def look(self, contents: Mapping[int, Content]) -> None:
        """Look at these lines, by their numbers."""
        keys = [(line, key) for line, content in contents.items() for key in self._keys_of(content)]
        if not keys:
            return
        with self._country.read_models.reading() as seen:
            taken = {*_taken(seen, sorted({key for _, key in keys}))}
        self.lines |= {line for line, key in keys if key in taken}
        for line, key in keys:
            self._meet(line, UUID(key).bytes)

    def _keys_of(self, content: Content) -> list[str]:
        kinds = self._register.of_one_alone
        if not kinds:
            return []
        keys = self._register.keys_of(content, None)
        return [self._country.ids.stream(key) for key in keys if key.parts[1] in kinds]

    def _meet(self, line: int, key: bytes) -> None:
        added = self._met.execute("INSERT OR IGNORE INTO met VALUES (?, ?)", (key, line))
        if not added.rowcount:
            (before,) = self._met.execute("SELECT line FROM met WHERE key = ?", (key,)).fetchone()
            self.lines |= {before, line}


def _taken(seen: Transaction, keys: Sequence[str]) -> Iterator[str]:
    """Those of the keys that an entry has which holds."""
    for n in range(0, len(keys), MAX_KEYS):
        rows = seen.distinct("entry_keys", ("key", "entry"), {"key": list(keys[n : n + MAX_KEYS])})
        entries = seen.load("registers", sorted({entry for _, entry in rows}))
        yield from (
            key for key, entry in rows if entry in entries and entries[entry]["state"].status == Status.ACTIVE
        )
