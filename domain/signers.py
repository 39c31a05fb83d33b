"""Whose business an event is: the offices that may sign it, by the law of a register or the terms of a case.

For whoever reads a log from outside. A key says which types its office may sign; of which registers and cases, only the
law does. By the law up to a day, as a case keeps the terms of its filing; who acts for the office is not said here.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Final

from domain.authorities import AMENDMENTS, APPEALS
from domain.decision import IMPORT_ACTOR, SYSTEM_ACTOR
from domain.entry import REGISTERED_ELSEWHERE
from domain.offers import keepers, offer, restrictions_of, writing_to
from domain.procedure import Offer
from domain.seen import reaches
from domain.terms import Terms

_PLACED: Final = "entry.RestrictionPlaced.v1"
_LIFTED: Final = "entry.RestrictionLifted.v1"
# What a court amends, and of it what is annulled on appeal as well.
_AMENDED: Final = frozenset(name for name in AMENDMENTS if not name.startswith("claim."))
_ANNULLED: Final = _AMENDED.intersection(APPEALS)
DECIDED: Final = "case.AppealDecided.v1"
# What is decided of an appeal and what else follows, in the name of whom it was lodged with, and of no court.
OF_APPEAL: Final = frozenset(name for name in APPEALS if name.startswith("case.")) - _AMENDED


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
    What it wrote is amended by whoever keeps the register then, too: by the law of any day.

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
    keeping = _keeping(found) if name in _AMENDED else ()
    return frozenset({terms.authority, *after, *courts, *keeping})


def is_placed_by_whom(actor: Mapping[str, str], kind: str) -> bool:
    """Whether somebody like that places a restriction of this kind: nobody does so by themselves but an import, where
    the thing stands in the register of another country, too (rules.md 27). Which officers do is not said here.
    """
    return actor["role"] != SYSTEM_ACTOR["role"] or (actor == IMPORT_ACTOR and kind == REGISTERED_ELSEWHERE)


def stopping(country: str, register: str, kinds: Iterable[str], change: str, day: date) -> list[str]:
    """Which of these kinds of live restrictions stop a change of this title on that day."""
    found = reaches(country, register, kinds, day)
    return sorted(kind for kind, reach in found.items() if reach.stops(change))


def _keeping(found: Offer) -> Iterable[str]:
    """Who keeps, or kept, the registers that the procedure writes to."""
    for register in found.procedure.registers:
        for writing in writing_to(found.country, register.name):
            yield from (row.authority for row in writing.terms)


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
