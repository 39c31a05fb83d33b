"""What else is like what a case asks for, told live to who decides it: another birth of the mother, a plate that stands
on two cars. Never a reason to refuse, and nothing that a party hears (rules.md 38); what stands in the way is not here.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from domain.about import about_while_open
from domain.case import Case
from domain.checks import Likeness
from domain.countries import country_of, legal_day
from domain.entry import Entry, Status
from domain.facts import Content, Facts
from domain.lookup_keys import Key
from domain.seen import as_seen


class Asked(NamedTuple):
    """One likeness that is looked for, by what the case asks and the registers say."""

    likeness: Likeness
    facts: Facts

    @property
    def code(self) -> str:
        """As what it is told."""
        return self.likeness.code

    @property
    def marks(self) -> tuple[Key, ...]:
        """By which others are found, of which only some are meant."""
        return self.likeness.marks(self.facts)

    def is_meant(self, found: Content) -> bool:
        """Whether this content of an entry, or this request of a case, is."""
        return self.likeness.is_meant(self.facts, found)


def own_entries(case: Case, at: datetime) -> frozenset[Key]:
    """The entries that the case is about, and that likenesses look at: none of them is like it."""
    about = about_while_open(case, at)
    if about is None or not about.offer.procedure.likenesses:
        return frozenset()
    seen = (likeness.sees(about.request).values() for likeness in about.offer.procedure.likenesses)
    return frozenset((*(effect.key for effect in about.effects()), *(key for keys in seen for key in keys)))


def asked(case: Case, at: datetime, entries: Mapping[Key, Entry | None]) -> list[Asked]:
    """What is looked for, as long as the case may be decided; ``entries``: its ``own_entries`` as they are now."""
    about = about_while_open(case, at)
    if about is None:
        return []
    day = legal_day(about.at, country_of(about.offer.country))
    live = {k: as_seen(e, day) if e and e.status == Status.ACTIVE else None for k, e in entries.items()}
    return [
        Asked(each, about.facts()._replace(entries={n: live[k] for n, k in each.sees(about.request).items()}))
        for each in about.offer.procedure.likenesses
    ]
