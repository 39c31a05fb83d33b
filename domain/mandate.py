"""A mandate: in one country, for some procedures and some time, somebody acts for somebody; one stream for the two.

Between the same two there is one mandate at a time: the next one follows in the same stream, once this one is over.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal, NamedTuple, assert_never

from domain.events import (
    ERASED,
    Further,
    MandateEnded,
    MandateEvent,
    MandateGiven,
    Recorded,
    RepresentativeMember,
)

LONGEST_YEARS: Final = 3  # no law of all countries: what the strictest of them gives a power of attorney


class Mandate(NamedTuple):
    """A mandate as its events tell it; JSON values only. Personal values that are erased are None.

    ``principal`` gave it, by themselves or, where it is a company, by its head (``acting``); ``representative`` has
    it. Both are as a form names them, with their keyed ids beside them.
    """

    mandate: str
    country: str
    version: int
    acts_as: Literal["mandate", "clerk"]
    procedures: list[str]
    further: list[Further]
    since: str
    until: str
    given_at: str
    principal: Mapping[str, Any] | None
    principal_person: str | None
    representative: Mapping[str, Any] | None
    representative_person: str | None
    acting: RepresentativeMember | None
    ended_at: str | None = None
    ended_by: str | None = None

    def is_live(self, day: date) -> bool:
        """Whether it stands on that legal day of its country: not ended, and its last day is not over."""
        return self.ended_at is None and day.isoformat() <= self.until

    def holds(self, day: date) -> bool:
        """Whether one may act by it on that day: it is live, and has begun."""
        return self.since <= day.isoformat() and self.is_live(day)

    def lets(self, procedure: str, day: date) -> bool:
        """Whether one may act by it in a case of this procedure on that day."""
        return self.holds(day) and (not self.procedures or procedure in self.procedures)


def evolve(mandate: Mandate | None, recorded: Recorded) -> Mandate:
    """The mandate after the event."""
    event: MandateEvent = recorded.event  # type: ignore[assignment]  # a mandate's stream holds mandate events
    match event:
        case MandateGiven():
            return Mandate(
                mandate=recorded.stream,
                country=recorded.country,
                version=recorded.seq,
                acts_as=event.acts_as,
                procedures=event.procedures,
                further=event.further,
                since=event.since,
                until=event.until,
                given_at=recorded.time,
                principal=_kept(event.principal),
                principal_person=_kept(event.principal_person),
                representative=_kept(event.representative),
                representative_person=_kept(event.representative_person),
                acting=_kept(event.acting),
            )
        case MandateEnded():
            if mandate is None:
                raise TypeError("a mandate begins with MandateGiven")
            return mandate._replace(
                version=recorded.seq, ended_at=recorded.time, ended_by=recorded.actor["role"]
            )
        case _:
            assert_never(event)


def _kept(value: Any) -> Any:
    return None if value is ERASED else value
