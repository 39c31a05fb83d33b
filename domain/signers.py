"""Whose business an event is: the offices that may sign it, by the law of a register or the terms of a case.

For whoever reads a log from outside. A key says which types its office may sign; of which registers and cases, only the
law does. By the law up to a day, as a case keeps the terms of its filing; who acts for the office is not said here.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Final

from domain.offers import keepers, offer, restrictions_of, writing_to
from domain.procedure import Terms
from domain.seen import reaches

_PLACED: Final = "entry.RestrictionPlaced.v1"
_LIFTED: Final = "entry.RestrictionLifted.v1"
_ANNULLED: Final = ("case.ResultAnnulled.v1", "entry.EntryAnnulled.v1")
_AMENDED: Final = (*_ANNULLED, "case.ResultCorrected.v1", "entry.EntryCorrected.v1")
DECIDED: Final = "case.AppealDecided.v1"
# What else follows from an appeal, in the name of whom it was lodged with.
OF_APPEAL: Final = frozenset(
    {
        DECIDED,
        "case.AppealTermEnded.v1",
        "case.DecisionTermStarted.v1",
        "case.FeeAssessed.v1",
    }
)


@lru_cache(maxsize=4096)
def signers_of_entry(country: str, register: str, name: str, day: date) -> frozenset[str]:
    """Who may sign an event of this type about what stands in the register: who writes it or keeps it, and who
    restricts it, or amends it as a court or on appeal.
    """
    terms = [row for found in writing_to(country, register) for row in found.terms if row.since <= day]
    if name in (_PLACED, _LIFTED):
        kinds = [kind for row in terms for kind in row.restrictions]
        courts = [kind.court.authority for kind in kinds if kind.court and name == _LIFTED]
        return frozenset((*(kind.authority for kind in kinds), *courts))
    keeper = keepers(country).get(register)
    found = {row.authority for row in terms} | ({keeper.authority} if keeper else set())
    for row in terms:
        found.update(_amending(row, name))
    return frozenset(found)


@lru_cache(maxsize=4096)
def signers_of_case(country: str, procedure: str, since: str, name: str) -> frozenset[str]:
    """The same about a case under the terms that began on that day; not whose opinion is asked, which the case says.

    An appeal is decided by its authority alone. LookupError: there are no such terms.
    """
    found = offer(country, procedure)
    if found is None:
        raise LookupError(procedure)
    terms = found.since(since)
    if name == DECIDED:
        return frozenset({terms.appeals.authority})
    after = {terms.appeals.authority} if name in OF_APPEAL else set()
    courts = (each for row in found.terms for each in _amending(row, name))
    return frozenset({terms.authority, *after, *courts})


def stopping(country: str, register: str, kinds: Iterable[str], change: str, day: date) -> list[str]:
    """Which of these kinds of live restrictions stop a change of this title on that day."""
    found = reaches(country, register, kinds, day)
    return sorted(kind for kind, reach in found.items() if reach.stops(change))


def stopping_amendment(
    country: str, register: str, kinds: Iterable[str], office: str, day: date
) -> list[str]:
    """Which of them forbid that office to take something back, or to give it to others: all but those that the law of
    that day lets it lift as a court.
    """
    known = restrictions_of(country, register, day)
    courts = {kind: each.court.authority for kind, each in known.items() if each.court}
    return sorted(kind for kind in kinds if courts.get(kind) != office)


def _amending(terms: Terms, name: str) -> Iterable[str]:
    if name in _AMENDED and terms.amendments and terms.amendments.court:
        yield terms.amendments.court.authority
    if name in _ANNULLED:
        yield terms.appeals.authority
