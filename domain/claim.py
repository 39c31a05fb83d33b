"""A unique key: free or held; what makes two open sales of one car impossible.

And what only counts: a quota its slots, a series its numbers.
"""

import base64
import hashlib
from dataclasses import dataclass, replace
from typing import assert_never

from domain.case import Case
from domain.events import (
    ClaimEvent,
    ClaimKept,
    ClaimReleased,
    ClaimSettled,
    ClaimTaken,
    NumberGiven,
    Recorded,
    SlotFreed,
    SlotsKept,
    SlotTaken,
)
from domain.lookup_keys import Key


@dataclass(frozen=True, slots=True)
class Claim:
    """``holder`` is the stream that holds the key, None when it is free; settled, that is an entry.

    ``people``: whose own next filing may take it over, from a case that ended without what it asked for (hashes by
    ``person_of``), and with it the ``slots`` of that case (the keys of their quotas); ``until``: the last day on which
    it can still be kept from others.

    Of a quota and of a series of numbers only ``taken`` speaks: how many are. Each event says it anew, so that the
    last costs what the first did. Who has a slot is known to the cases alone, which free it once, when they end; a
    number is never free again.
    """

    holder: str | None = None
    is_settled: bool = False
    taken: int = 0
    people: tuple[str, ...] = ()
    until: str | None = None
    slots: tuple[Key, ...] = ()

    def is_free_for(self, person: str | None) -> bool:
        """Whether a case that this human files (by keyed id) may take it."""
        if self.holder is None:
            return True
        return person is not None and person_of(self.holder, person) in self.people


FREE = Claim()


def person_of(holder: str, person: str) -> str:
    """A human (by keyed id) in a claim that this case keeps: SHA-256, base64url; another one for each case."""
    digest = hashlib.sha256(f"{holder}\0{person}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def has_slots(case: Case, first: Claim | None) -> bool:
    """Whether the case, which is not approved, has its slots of quotas: it has freed none, and the first of its claims
    is its own still (None: it claims nothing).
    """
    return not case.has_freed_slots and (first is None or first.holder == case.case)


def evolve(claim: Claim, recorded: Recorded) -> Claim:
    """The claim after the event."""
    event: ClaimEvent = recorded.event  # type: ignore[assignment]  # a claim's stream holds claim events
    match event:
        case ClaimTaken():
            return Claim(event.holder)
        case ClaimKept():
            return Claim(event.holder, people=tuple(event.people), until=event.until)
        case SlotsKept():
            return replace(claim, slots=tuple(Key("claim", tuple(parts)) for parts in event.slots))
        case ClaimReleased():
            return FREE if claim.holder == event.holder else claim
        case ClaimSettled():
            return Claim(event.holder, is_settled=True)
        case SlotTaken() | SlotFreed() | NumberGiven():
            return Claim(taken=event.taken)
        case _:
            assert_never(event)
