"""An entry as it stood, and how it came to be so: folded from its own events in the log, and from no row.

What it costs depends on the entry's own history alone. What is erased is not there, as of no day.

    Broken    an event of the entry cannot be read: verify the log
"""

from collections.abc import Sequence
from typing import NamedTuple

from domain.entry import Entry, evolve
from domain.events import Recorded
from infra.log.reading import Reading, Row
from infra.read_models.opening import open_all
from infra.stores.vault import Vault


class Broken(ValueError):
    """An event of the entry cannot be read."""


class Then(NamedTuple):
    """One event of an entry, and how the entry stood after it."""

    row: Row
    event: Recorded
    entry: Entry


def history_of(entry: str, country: str, log: Reading, key_store: Vault) -> list[Then]:
    """Every event of the entry, oldest first; none where there is no such entry. Raises Broken."""
    rows = log.stream(entry)
    if not rows or not rows[0][3].startswith("entry."):
        return []
    found: list[Then] = []
    for row, opened in zip(rows, open_all(rows, country, key_store), strict=True):
        if opened.event is None:
            raise Broken(f"version {opened.seq} cannot be read") from opened.error
        try:
            state = evolve(found[-1].entry if found else None, opened.event)
        except (TypeError, KeyError, AttributeError) as error:
            raise Broken(f"version {opened.seq} does not follow") from error
        found.append(Then(row, opened.event, state))
    return found


def as_of(history: Sequence[Then], moment: str) -> Entry | None:
    """How it stood at that moment, written as events write theirs; None: it was not there yet.

    Times never run backwards in a log, so these are its events in the longest prefix that is not later.
    """
    before = [then.entry for then in history if then.event.time <= moment]
    return before[-1] if before else None
