"""31. erasure: what is forgotten has ended, nobody can appeal against it any more, and a data-protection officer or the
clock forgets it.

That a case has ended is check 29. Whether the law keeps it no longer is not looked at, nor which keys are given up.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from domain.countries import country_of, legal_day
from domain.days.deadlines import compute
from domain.decision import SYSTEM_ACTOR
from domain.lifecycle import ERASE
from domain.offers import offer
from infra.verification.findings import Wrong
from infra.verification.log_file import Row, said_by
from infra.verification.record import ERASED as OF_ENTRY
from infra.verification.record import record_of
from infra.verification.restrictions import live
from infra.verification.statement import FAILED
from infra.verification.streams import Streams

_OF_CASE: Final = "case.PersonalDataErased.v1"
ERASURES: Final = frozenset({_OF_CASE, OF_ENTRY})
_BY: Final = frozenset({*ERASE.roles, SYSTEM_ACTOR["role"]})
_COMPLETED: Final = "case.CaseCompleted.v1"
_ENDS: Final = frozenset({"case.CaseRefused.v1", "case.CaseLapsed.v1", _COMPLETED})
_SERVED: Final = "case.DecisionServed.v1"
_RESTATED: Final = "case.DeadlineRestated.v1"
_OVER: Final = "case.AppealTermEnded.v1"


def check_erasure(country: str, said: Mapping[str, Any], streams: Streams) -> None:
    """The event (``said`` is its payload) forgets what may be forgotten; raises what FAILED lists. Nothing is said
    where an event before it in its stream is missing or altered: that one is named.
    """
    if (role := said["actor"]["role"]) not in _BY:
        raise Wrong("erasure", f"{role} forgets what only {' or '.join(sorted(_BY))} may")
    before = streams.before(said["stream"], said["seq"])
    try:
        if said["type"] == OF_ENTRY:
            _must_have_ended(before)
        else:
            day = legal_day(datetime.fromisoformat(said["time"]), country_of(country))
            _must_be_out_of_appeal(country, before, day)
    except FAILED:
        if streams.are_as_signed(before):
            raise


def _must_have_ended(before: Sequence[Row]) -> None:
    """31a. erasure: of an entry that holds no more, and that nothing restricts."""
    entry = record_of(before)
    if entry is None or entry.now.status == "active":
        raise Wrong("erasure", "what is forgotten holds")
    if live(before):
        raise Wrong("erasure", "what is forgotten is under a restriction")


def _must_be_out_of_appeal(country: str, before: Sequence[Row], day: date) -> None:
    """31b. erasure: of a case the time to appeal is over, as an event says, or, of one that is completed, by its days:
    by the first of them, also where a decree moved one.
    """
    end, presumed, own = (
        "",
        list[str](),
        list[str](),
    )  # from when a party has it by law; when a party's time ends
    for row in before:
        kind, said = row[3], said_by(row)["data"]
        if kind in _ENDS:
            end, presumed, own = kind, [said["served_after"]["due"]], []
        elif kind == _OVER or _sets_aside(kind, said):
            end = ""
        elif kind == _SERVED:
            own.append(said["appeal_until"]["due"])
        elif kind == _RESTATED and said["which"] in ("served", "appeal"):
            (presumed if said["which"] == "served" else own).append(said["due"]["due"])
    if end and not (end == _COMPLETED and _earliest(country, before, presumed, own) < day.isoformat()):
        raise Wrong("erasure", "what is forgotten can still be appealed against")


def _earliest(country: str, before: Sequence[Row], presumed: list[str], own: list[str]) -> str:
    """The day on which the first party may have had no time left."""
    filed = said_by(before[0])["data"]
    found = offer(country, filed["procedure"])
    if found is None:
        return ""
    term = found.since(filed["terms"]).times.appeal
    ends = [compute(term, date.fromisoformat(each), country_of(country))["due"] for each in presumed]
    return min(ends + own)


def _sets_aside(kind: str, said: Mapping[str, Any]) -> bool:
    is_won = kind == "case.AppealDecided.v1" and said["outcome"] == "set_aside"
    return is_won or kind == "case.LapseSetAside.v1"
