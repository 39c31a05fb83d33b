"""One legal record of a register, with the restrictions that are live on it; one stream, folded.

::

    (nothing) ──► active ──► ended ──► active (created anew)
                  │  ▲ changed, corrected
                  └──► annulled (what created it), or as it read before (what changed or ended it)
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, Final, Literal, NamedTuple, TypedDict, assert_never

from domain.events import (
    ERASED,
    AnnulmentProposed,
    CorrectionProposed,
    EntryAnnulled,
    EntryChanged,
    EntryCorrected,
    EntryCreated,
    EntryEnded,
    EntryEvent,
    EntryNumbered,
    PersonalDataErased,
    ProposalDropped,
    Reads,
    Recorded,
    RestrictionLifted,
    RestrictionPlaced,
)
from domain.roles import COURT

RESTRICTED: Final = "restricted"
# The kind of restriction of what stands in the register of another country, too, until an officer has looked.
REGISTERED_ELSEWHERE: Final = "registered_elsewhere"
EXPIRY: Final = "expiry"  # the title of an end by itself, on which nobody decided
WARNINGS: Final = (RESTRICTED,)  # told to the officer of a case about it, with the kind behind a colon


class Status(StrEnum):
    """Whether a record still holds."""

    ACTIVE = "active"
    ENDED = "ended"
    ANNULLED = "annulled"


Amendment = Literal["correction", "annulment"]


class Reading(TypedDict):
    """How a record read before its newest change."""

    status: Reads
    until: str | None
    title: str
    content: Mapping[str, Any]
    content_version: int
    owners: Mapping[str, str]
    number: str | None
    created_at: str
    change: str
    written_by: str | None
    authority: str
    is_of_court: bool


class Proposal(TypedDict):
    """What an officer proposed in the event ``event``, of the change ``of``; a correction says how it is to read.

    ``proposers``: [office id, keyed person id] of whoever proposed anything of that change, this one last. Words and
    people that are erased are None.
    """

    event: str
    what: Amendment
    of: str
    at: str
    content: Mapping[str, Any] | None
    content_version: int | None
    reason: str | None
    proposers: list[list[str | None]]


class Amended(TypedDict):
    """The newest change is an amendment: of which change, by which proposal (None: by a court), whose, and why; words
    that are erased are None. ``case``: the one that tells its parties of it; None: no case did.
    """

    what: Amendment
    of: str
    proposal: str | None
    by: str
    reason: str | None
    case: str | None


class Handled(TypedDict):
    """Which officers placed and lifted a restriction, by their ids within their offices, and the first one's reference:
    so that who does it again is answered (rules.md 21).
    """

    placed_by: str
    reference: str | None
    lifted_by: str | None
    lifted_for: str | None  # the office


class Entry(NamedTuple):
    """An entry as its events tell it; JSON values only. Personal values that are erased are None.

    ``until``: the last day on which it holds; it is not ended by itself, who looks compares.
    ``changes``: the hashes of the events that wrote or ended it, oldest first; what a receipt may be about.
    ``change``: the one of them as which it reads: the newest, or after an annulment the one before what was annulled.
    ``written_by``: the case that made it; None: no case did. ``authority``: the office that wrote it.
    ``is_of_court``: it reads as a court decided; what is changed after that is not.
    ``before``: how it read before that, as far as that is known: one step, and none after an annulment.
    ``depth``: over how many former readings it stands; 0: on none, it stands as it was created.
    ``keys``: the ids of all data keys that seal something of it, those of former owners included.
    ``court_at``: when a court last corrected or annulled it; None: none has.
    ``handled``: of each restriction, those that were lifted too, who did it.
    ``dropped``: [event, office id] of the proposal that was dropped last, and of who dropped it.
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
    content_version: int
    owners: Mapping[str, str]
    changes: list[str]
    restrictions: Mapping[str, Mapping[str, str]]
    handled: Mapping[str, Handled]
    keys: list[str]
    is_erased: bool = False
    erasure_basis: str | None = None  # the newest
    number: str | None = None  # that the register or the house gave it
    change: str = ""
    written_by: str | None = None
    is_of_court: bool = False
    before: Reading | None = None
    depth: int = 0
    proposal: Proposal | None = None
    amended: Amended | None = None
    court_at: str | None = None
    dropped: list[str] | None = None


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
            content_version=event.content_version,
            owners=_owners(event, recorded),
            changes=[recorded.hash],
            restrictions={},
            handled={},
            keys=sorted(recorded.keys.values()),
            change=recorded.hash,
            written_by=recorded.lead,
        )
    changes = _changes(entry, event, recorded)  # type: ignore[arg-type]  # an entry's stream holds entry events
    return entry._replace(version=recorded.seq, **changes)


def _changes(entry: Entry, event: EntryEvent, recorded: Recorded) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912 - one branch an event
    """The fields of the entry that the event changes."""
    match event:
        case EntryCreated() if entry.status == Status.ACTIVE:
            raise TypeError("an entry that is there is not created")
        case EntryCreated() | EntryChanged():
            begins = {"created_at": recorded.time, "number": None} if isinstance(event, EntryCreated) else {}
            return begins | {
                **_restated(entry, event, recorded),
                "authority": recorded.authority,
                "status": Status.ACTIVE.value,
                "until": event.until,
                "title": event.title,
                "before": reading_of(entry),
                "depth": entry.depth + 1,
            }
        case EntryNumbered():
            number = None if event.number is ERASED else event.number
            return {"number": number, "keys": _with_keys(entry, recorded)}
        case EntryEnded():
            return {
                "authority": recorded.authority,
                "status": Status.ENDED.value,
                "title": event.title,
                "changed_at": recorded.time,
                "changes": [*entry.changes, recorded.hash],
                "change": recorded.hash,
                "written_by": recorded.lead,
                "is_of_court": entry.is_of_court and event.title == EXPIRY,
                "before": reading_of(entry),
                "depth": entry.depth + 1,
                "proposal": None,
                "amended": None,
            }
        case CorrectionProposed() | AnnulmentProposed():
            return {"proposal": _proposal(entry, event, recorded), "keys": _with_keys(entry, recorded)}
        case ProposalDropped():
            dropped = [event.of, recorded.actor["id"]]
            return {"proposal": None, "dropped": dropped, "keys": _with_keys(entry, recorded)}
        case EntryCorrected():
            return {
                **_restated(entry, event, recorded),
                "is_of_court": _is_by_a_court(recorded),
                "amended": _amended("correction", event, recorded),
                "court_at": _court_at(entry, recorded),
            }
        case EntryAnnulled():
            was = entry.before or reading_of(entry)
            return {
                **_restated(entry, event, recorded),
                "status": event.reads,
                "until": event.until,
                "title": event.title,
                "number": was["number"],
                "created_at": was["created_at"],
                "change": was["change"],
                "written_by": was["written_by"],
                "authority": was["authority"],
                "is_of_court": was["is_of_court"] or _is_by_a_court(recorded),
                "before": None,
                "depth": max(entry.depth - 1, 0),
                "amended": _amended("annulment", event, recorded),
                "court_at": _court_at(entry, recorded),
            }
        case RestrictionPlaced() if event.restriction in entry.restrictions:
            return {"keys": _with_keys(entry, recorded)}  # as it lives already, it stays the first one's
        case RestrictionPlaced():
            placed = {
                "kind": event.kind,
                "authority": recorded.authority,
                "since": recorded.time,
                "law": event.law,
            }
            return {
                "restrictions": {**entry.restrictions, event.restriction: placed},
                "handled": {**entry.handled, event.restriction: _placed(event, recorded)},
                "keys": _with_keys(entry, recorded),
            }
        case RestrictionLifted():
            lifted = {"lifted_by": recorded.actor["id"], "lifted_for": recorded.authority}
            return {
                "restrictions": {i: r for i, r in entry.restrictions.items() if i != event.restriction},
                "handled": {
                    i: {**each, **lifted} if i == event.restriction else each
                    for i, each in entry.handled.items()
                },
            }
        case PersonalDataErased():
            content = {n: None if n in entry.owners else v for n, v in entry.content.items()}
            left_keys = [key for key in entry.keys if key not in event.keys]
            proposal: Any = entry.proposal and {
                **entry.proposal,
                "content": None,
                "reason": None,
                "proposers": [[officer, None] for officer, _ in entry.proposal["proposers"]],
            }
            amended: Any = entry.amended and {**entry.amended, "reason": None}
            return {
                "content": content,
                "is_erased": True,
                "erasure_basis": event.basis,
                "number": None,
                "keys": left_keys,
                "before": None,
                "proposal": proposal,
                "amended": amended,
                "handled": {i: {**each, "reference": None} for i, each in entry.handled.items()},
            }
        case _:
            assert_never(event)


def _restated(
    entry: Entry, event: EntryCreated | EntryChanged | EntryCorrected | EntryAnnulled, recorded: Recorded
) -> dict[str, Any]:
    """What every event changes that restates the whole content; what was proposed before is void."""
    return {
        "changed_at": recorded.time,
        "content": _kept(event.content),
        "content_version": event.content_version,
        "owners": _owners(event, recorded),
        "changes": [*entry.changes, recorded.hash],
        "is_erased": False,
        "change": recorded.hash,
        "written_by": recorded.lead,
        "is_of_court": False,
        "keys": _with_keys(entry, recorded),
        "proposal": None,
        "amended": None,
    }


def _owners(
    event: EntryCreated | EntryChanged | EntryCorrected | EntryAnnulled, recorded: Recorded
) -> dict[str, str]:
    return {name: whose for name, whose in recorded.owners.items() if name in event.content}


def all_contents(entry: Entry) -> list[Mapping[str, Any]]:
    """As it reads, as it read before the newest change, and as it is proposed to read."""
    others = (each["content"] for each in (entry.before, entry.proposal) if each)
    return [entry.content, *(content for content in others if content)]


def can_be_taken_back(entry: Entry, written: Collection[str]) -> bool:
    """Whether it reads as one of these events wrote it, no court decided that, and how it read before is known."""
    is_known = entry.before is not None or entry.depth == 0
    return entry.change in written and not entry.is_of_court and is_known and not entry.is_erased


def has_court_decided(entry: Entry, since: str) -> bool:
    """Whether a court has said how it reads, not before that moment; whose it is by now, they have it from there."""
    return entry.court_at is not None and entry.court_at >= since


def reading_of(entry: Entry) -> Reading:
    """How it reads now."""
    return {
        "status": Status(entry.status).value,
        "until": entry.until,
        "title": entry.title,
        "content": entry.content,
        "content_version": entry.content_version,
        "owners": entry.owners,
        "number": entry.number,
        "created_at": entry.created_at,
        "change": entry.change,
        "written_by": entry.written_by,
        "authority": entry.authority,
        "is_of_court": entry.is_of_court,
    }


def _proposal(entry: Entry, event: CorrectionProposed | AnnulmentProposed, recorded: Recorded) -> Proposal:
    former = entry.proposal["proposers"] if entry.proposal else []
    person = None if event.officer_person is ERASED else event.officer_person
    return {
        "event": recorded.hash,
        "what": "correction" if isinstance(event, CorrectionProposed) else "annulment",
        "of": event.of,
        "at": recorded.time,
        "content": _kept(event.content) if isinstance(event, CorrectionProposed) else None,
        "content_version": event.content_version if isinstance(event, CorrectionProposed) else None,
        "reason": None if event.reason is ERASED else event.reason,
        "proposers": [*former, [recorded.actor["id"], person]],
    }


def _placed(event: RestrictionPlaced, recorded: Recorded) -> Handled:
    return {
        "placed_by": recorded.actor["id"],
        "reference": None if event.reference is ERASED else event.reference,
        "lifted_by": None,
        "lifted_for": None,
    }


def _amended(what: Amendment, event: EntryCorrected | EntryAnnulled, recorded: Recorded) -> Amended:
    return {
        "what": what,
        "of": event.of,
        "proposal": event.proposal,
        "by": recorded.actor["id"],
        "reason": None if event.reason is ERASED else event.reason,
        "case": recorded.lead,
    }


def _court_at(entry: Entry, recorded: Recorded) -> str | None:
    return recorded.time if _is_by_a_court(recorded) else entry.court_at


def _is_by_a_court(recorded: Recorded) -> bool:
    return recorded.actor["role"] == COURT


def _with_keys(entry: Entry, recorded: Recorded) -> list[str]:
    return sorted({*entry.keys, *recorded.keys.values()})


def _kept(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if value is ERASED else value for name, value in content.items()}
