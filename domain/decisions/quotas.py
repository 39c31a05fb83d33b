"""Quotas: a case takes a slot of its year when it is filed, has it as long as it has its claims, and keeps it once it
is approved. It frees it once, with its end or what makes that final, and takes it again where it goes on after that.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from domain import events as e
from domain.decision import Events
from domain.decisions.situation import Situation
from domain.procedure import Key
from domain.refusals import Clash


def take(situation: Situation, slots: Mapping[Key, tuple[str, ...]], case: str) -> tuple[Events, list[str]]:
    """A slot of each of these quotas, and warnings where nobody has decreed a size yet; raises Clash when one is
    full.
    """
    events: Events = []
    warned = []
    for key, quota in slots.items():
        size = situation.offer.quota_on(quota, _day_of_its_year(situation))
        taken = situation.claim(key).taken
        if size is None:
            warned.append(f"quota_unknown:{quota[0]}")
        elif taken >= size.slots:
            raise Clash("quota_full", slots=size.slots)
        events.append((key, e.SlotTaken(kind=key.kind, holder=case, taken=taken + 1)))
    return events, warned


def taken_again(situation: Situation) -> Events:
    """What the case freed and needs once more; raises Clash when a quota is full by now."""
    if not situation.case.has_freed_slots:
        return []
    return take(situation, situation.slots, situation.case.case)[0]


def free(situation: Situation, slots: Iterable[Key]) -> Events:
    """These slots are free again: of a case that still has them."""
    holder = situation.case.case
    return [
        (key, e.SlotFreed(kind=key.kind, holder=holder, taken=situation.claim(key).taken - 1))
        for key in slots
    ]


def _day_of_its_year(situation: Situation) -> date:
    """Today, or the last day of the year of the filing: of its slots the decrees of that year speak."""
    year = situation.facts().day.year
    return min(situation.day, date(year, 12, 31))
