"""A unique key: free or held; what makes two open sales of one car impossible."""

from dataclasses import dataclass
from typing import assert_never

from domain.events import ClaimEvent, ClaimReleased, ClaimSettled, ClaimTaken, Recorded


@dataclass(frozen=True, slots=True)
class Claim:
    """``holder`` is the stream that holds the key, None when it is free; settled, it is never free again."""

    holder: str | None = None
    is_settled: bool = False


FREE = Claim()


def evolve(claim: Claim, recorded: Recorded) -> Claim:
    """The claim after the event."""
    event: ClaimEvent = recorded.event  # type: ignore[assignment]  # a claim's stream holds claim events
    match event:
        case ClaimTaken():
            return Claim(event.holder)
        case ClaimReleased():
            return claim if claim.is_settled or claim.holder != event.holder else FREE
        case ClaimSettled():
            return Claim(event.holder, is_settled=True)
        case _:
            assert_never(event)
