"""27. reach: no entry is changed under a live restriction that stops it, nor created while it holds.

A correction is stopped where it gives the entry to other people: that is personal, and is looked at where the boxes of
both events open. By the law that the verifier has.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from domain.offers import content_owners
from domain.persons import whose
from domain.roles import COURT
from domain.signers import stopping, stopping_amendment
from infra.verification.findings import Wrong
from infra.verification.log_file import Row, said_by
from infra.verification.restrictions import PLACED, live

CREATED: Final = "entry.EntryCreated.v1"
CHANGED: Final = "entry.EntryChanged.v1"
CORRECTED: Final = "entry.EntryCorrected.v1"
ANNULLED: Final = "entry.EntryAnnulled.v1"
ENDED: Final = "entry.EntryEnded.v1"
WRITTEN: Final = frozenset({CREATED, CHANGED, CORRECTED, ANNULLED, ENDED})
WRITES: Final = ("case.CaseApproved.v1", "case.EntriesWritten.v1")  # by which a case does
ON_ITS_LAST_DAY: Final = "expiry"
_RESTATED: Final = (CREATED, CHANGED, CORRECTED, ANNULLED)
_NEVER: Final = "9999-12-31"

# The personal members of a version of the stream; None: they are not open here.
Opened = Callable[[str, int], Mapping[str, Any] | None]


class Unseen(Exception):
    """What would have to be looked at is sealed."""


def check_reach(  # noqa: PLR0913, PLR0917 - the event, and what it is judged by
    country: str, register: str, said: Mapping[str, Any], before: Sequence[Row], day: date, opened: Opened
) -> None:
    """The event (``said`` is its payload) may change the entry as it stood after those before it, on that day; raises
    what FAILED lists, and Unseen.
    """
    kind, members, office = said["type"], said["data"], said["authority"]
    is_there = _stands(before) == "active"
    if kind == CREATED and is_there:
        raise Wrong("reach", "what is there is created again")
    if kind in (CHANGED, ENDED) and not is_there:
        raise Wrong("reach", "what is changed is not there")
    if not any(row[3] == PLACED for row in before) or is_over(said, before, day):
        return
    kinds = {placed["data"]["kind"] for placed in live(before).values()}
    if kind in (CORRECTED, ANNULLED):
        stops = stopping_amendment(country, register, kinds, office if _is_court(said) else "", day)
        if kind == CORRECTED and stops and not _goes_to_others(register, said, before, opened):
            return
    else:
        stops = stopping(country, register, kinds, members["title"], day)
    if stops:
        raise Wrong("reach", f"what is changed is under a restriction that stops it: {', '.join(stops)}")


def is_over(said: Mapping[str, Any], before: Sequence[Row], day: date) -> bool:
    """Whether the event ends the entry as its last day is over."""
    is_expiry = said["type"] == ENDED and said["data"]["title"] == ON_ITS_LAST_DAY
    return is_expiry and _last_day(before) < day.isoformat()


def _is_court(said: Mapping[str, Any]) -> bool:
    return bool(said["actor"]["role"] == COURT)


def _stands(before: Sequence[Row]) -> str:
    for row in reversed(before):
        if row[3] == ENDED:
            return "ended"
        if row[3] == ANNULLED:
            return str(said_by(row)["data"]["reads"])
        if row[3] in (CREATED, CHANGED):
            return "active"
    return ""


def _last_day(before: Sequence[Row]) -> str:
    """As it was said last; the end of days where it has none."""
    for row in reversed(before):
        if row[3] in (CREATED, CHANGED, ANNULLED):
            return said_by(row)["data"]["until"] or _NEVER
    return _NEVER


def _goes_to_others(register: str, said: Mapping[str, Any], before: Sequence[Row], opened: Opened) -> bool:
    former = said_by(next(row for row in reversed(before) if row[3] in _RESTATED))
    return _people(register, said, opened) != _people(register, former, opened)


def _people(register: str, said: Mapping[str, Any], opened: Opened) -> list[Any]:
    found = opened(said["stream"], said["seq"])
    if found is None:
        raise Unseen
    personal = content_owners(register, said["data"]["content_version"])
    return whose([found[name] for name in sorted(personal)])
