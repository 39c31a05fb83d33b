"""One legal record of a register, with the restrictions that are live on it; one stream, folded."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from domain.events import (
    ERASED,
    EntryChanged,
    EntryCreated,
    EntryEvent,
    PersonalDataErased,
    Recorded,
    RestrictionLifted,
    RestrictionPlaced,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as its events tell it; JSON values only. Personal values that are erased are None.

    ``changes`` are the hashes of the events that changed its content, oldest first: what a receipt may be about.
    """

    entry: str
    country: str
    register: str
    version: int
    title: str
    authority: str
    created_at: str
    changed_at: str
    content: Mapping[str, Any]
    owners: Mapping[str, str]
    changes: list[str]
    restrictions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    is_erased: bool = False


def evolve(entry: Entry | None, recorded: Recorded) -> Entry:
    """The entry after the event."""
    event = recorded.event
    if entry is None:
        if not isinstance(event, EntryCreated):
            msg = f"an entry begins with EntryCreated, not with {recorded.type}"
            raise TypeError(msg)
        return Entry(
            entry=recorded.stream,
            country=recorded.country,
            register=event.register,
            version=recorded.seq,
            title=event.title,
            authority=recorded.authority,
            created_at=recorded.time,
            changed_at=recorded.time,
            content=_kept(event.content),
            owners=recorded.owners,
            changes=[recorded.hash],
        )
    return replace(_after(entry, event, recorded), version=recorded.seq)  # type: ignore[arg-type]  # an entry's stream


def _after(entry: Entry, event: EntryEvent, recorded: Recorded) -> Entry:
    match event:
        case EntryCreated():
            msg = "an entry is created once"
            raise TypeError(msg)
        case EntryChanged():
            return replace(
                entry,
                title=event.title,
                changed_at=recorded.time,
                content=_kept(event.content),
                owners=recorded.owners,
                changes=[*entry.changes, recorded.hash],
            )
        case RestrictionPlaced():
            placed = {
                "kind": event.kind,
                "authority": recorded.authority,
                "since": recorded.time,
                "law": event.law,
            }
            return replace(entry, restrictions={**entry.restrictions, event.restriction: placed})
        case RestrictionLifted():
            left = {i: r for i, r in entry.restrictions.items() if i != event.restriction}
            return replace(entry, restrictions=left)
        case PersonalDataErased():
            content = {n: None if n in entry.owners else v for n, v in entry.content.items()}
            return replace(entry, content=content, is_erased=True)
        case _:
            assert_never(event)


def _kept(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if value is ERASED else value for name, value in content.items()}
