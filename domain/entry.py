"""One legal record of a register, with the restrictions that are live on it; one stream, folded."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple, assert_never

from domain.events import (
    ERASED,
    EntryChanged,
    EntryCreated,
    EntryEnded,
    EntryEvent,
    EntryNumbered,
    PersonalDataErased,
    Recorded,
    RestrictionLifted,
    RestrictionPlaced,
)

WARNINGS: Final = ("restricted",)  # told to the officer of a case about it, with the kind behind a colon


class Status(StrEnum):
    """Whether a record still holds."""

    ACTIVE = "active"
    ENDED = "ended"


class Entry(NamedTuple):
    """An entry as its events tell it; JSON values only. Personal values that are erased are None.

    ``until``: the last day on which it holds; it is not ended by itself, who looks compares.
    ``changes``: the hashes of the events that wrote or ended it, oldest first; what a receipt may be about.
    ``keys``: the ids of all data keys that seal something of it, those of former owners included.
    """

    entry: str
    country: str
    register: str
    version: int
    status: str
    until: str | None
    title: str
    authority: str
    created_at: str
    changed_at: str
    content: Mapping[str, Any]
    owners: Mapping[str, str]
    changes: list[str]
    restrictions: Mapping[str, Mapping[str, str]]
    keys: list[str]
    is_erased: bool = False
    number: str | None = None  # that the register or the house gave it


def evolve(entry: Entry | None, recorded: Recorded) -> Entry:
    """The entry after the event."""
    event = recorded.event
    if entry is None:
        if not isinstance(event, EntryCreated):
            raise TypeError(f"an entry begins with EntryCreated, not with {recorded.type}")
        return Entry(
            entry=recorded.stream,
            country=recorded.country,
            register=event.register,
            version=recorded.seq,
            status=Status.ACTIVE.value,
            until=event.until,
            title=event.title,
            authority=recorded.authority,
            created_at=recorded.time,
            changed_at=recorded.time,
            content=_kept(event.content),
            owners=recorded.owners,
            changes=[recorded.hash],
            restrictions={},
            keys=sorted(recorded.keys.values()),
        )
    changes = _changes(entry, event, recorded)  # type: ignore[arg-type]  # an entry's stream holds entry events
    return entry._replace(version=recorded.seq, **changes)


def _changes(entry: Entry, event: EntryEvent, recorded: Recorded) -> dict[str, Any]:
    """The fields of the entry that the event changes."""
    match event:
        case EntryCreated() if entry.status != Status.ENDED:
            raise TypeError("an entry that is there is not created")
        case EntryCreated() | EntryChanged():
            begins = {"created_at": recorded.time, "number": None} if isinstance(event, EntryCreated) else {}
            return begins | {
                "status": Status.ACTIVE.value,
                "until": event.until,
                "title": event.title,
                "changed_at": recorded.time,
                "content": _kept(event.content),
                "owners": recorded.owners,
                "changes": [*entry.changes, recorded.hash],
                "is_erased": False,
                "keys": _with_keys(entry, recorded),
            }
        case EntryNumbered():
            number = None if event.number is ERASED else event.number
            return {"number": number, "keys": _with_keys(entry, recorded)}
        case EntryEnded():
            return {
                "status": Status.ENDED.value,
                "title": event.title,
                "changed_at": recorded.time,
                "changes": [*entry.changes, recorded.hash],
            }
        case RestrictionPlaced():
            placed = {
                "kind": event.kind,
                "authority": recorded.authority,
                "since": recorded.time,
                "law": event.law,
            }
            restrictions = {**entry.restrictions, event.restriction: placed}
            return {"restrictions": restrictions, "keys": _with_keys(entry, recorded)}
        case RestrictionLifted():
            left = {i: r for i, r in entry.restrictions.items() if i != event.restriction}
            return {"restrictions": left}
        case PersonalDataErased():
            content = {n: None if n in entry.owners else v for n, v in entry.content.items()}
            left_keys = [key for key in entry.keys if key not in event.keys]
            return {"content": content, "is_erased": True, "number": None, "keys": left_keys}
        case _:
            assert_never(event)


def _with_keys(entry: Entry, recorded: Recorded) -> list[str]:
    return sorted({*entry.keys, *recorded.keys.values()})


def _kept(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if value is ERASED else value for name, value in content.items()}
