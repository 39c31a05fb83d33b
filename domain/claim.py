"""A unique key: free or held; what makes two open sales of one car impossible.

And what only counts: a quota its slots, a series its numbers.
"""

from dataclasses import dataclass
from typing import assert_never

from domain.events import (
    ClaimEvent,
    ClaimReleased,
    ClaimSettled,
    ClaimTaken,
    NumberGiven,
    Recorded,
    SlotFreed,
    SlotTaken,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """``holder`` is the stream that holds the key, None when it is free; settled, that is an entry.

    Of a quota and of a series of numbers only ``taken`` speaks: how many are. Each event says it anew, so that the
    last costs what the first did. Who has a slot is known to the cases alone, which free it once, when they end; a
    number is never free again.
    """

    holder: str | None = None
    is_settled: bool = False
    taken: int = 0


FREE = Claim()


def evolve(claim: Claim, recorded: Recorded) -> Claim:
    """The claim after the event."""
    event: ClaimEvent = recorded.event  # type: ignore[assignment]  # a claim's stream holds claim events
    match event:
        case ClaimTaken():
            return Claim(event.holder)
        case ClaimReleased():
            return FREE if claim.holder == event.holder else claim
        case ClaimSettled():
            return Claim(event.holder, is_settled=True)
        case SlotTaken() | SlotFreed() | NumberGiven():
            return Claim(taken=event.taken)
        case _:
            assert_never(event)
