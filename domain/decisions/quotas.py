"""Quotas: a case takes a slot of its year when it is filed; one that is approved keeps it, any other frees it."""

from collections.abc import Iterable, Mapping
from datetime import date

from domain import events as e
from domain.decision import Events
from domain.decisions.situation import Situation
from domain.procedure import Key, QuotaSize
from domain.refusals import Clash


def take(situation: Situation, slots: Mapping[Key, tuple[str, ...]], case: str) -> tuple[Events, list[str]]:
    """A slot of each of these quotas, and warnings where nobody has decreed a size yet; raises Clash when one is
    full.
    """
    events: Events = []
    warned = []
    for key, quota in slots.items():
        size, taken = _size(situation, key, quota), situation.claim(key).taken
        if size is None:
            warned.append(f"quota_unknown:{quota[0]}")
        elif taken >= size.slots:
            raise Clash("quota_full", slots=size.slots)
        events.append((key, e.SlotTaken(kind=key.kind, holder=case, taken=taken + 1)))
    return events, warned


def take_again(situation: Situation) -> tuple[Events, bool]:
    """The slots that a case had, and let go of before its end was set aside; and whether the quotas have that many."""
    slots, case = situation.slots, situation.case.case
    taken = {key: situation.claim(key).taken + 1 for key in slots}
    sizes = {key: _size(situation, key, quota) for key, quota in slots.items()}
    again: Events = [(key, e.SlotTaken(kind=key.kind, holder=case, taken=n)) for key, n in taken.items()]
    return again, all(size is None or taken[key] <= size.slots for key, size in sizes.items())


def free(situation: Situation, slots: Iterable[Key]) -> Events:
    """These slots of a case are free again: once, as its end, or what it asks for now, is one event of its stream."""
    holder = situation.case.case
    return [
        (key, e.SlotFreed(kind=key.kind, holder=holder, taken=situation.claim(key).taken - 1))
        for key in slots
    ]


def _size(situation: Situation, key: Key, quota: tuple[str, ...]) -> QuotaSize | None:
    """How many slots the year of the filing has, by what is decreed until today."""
    _, _, year, *_ = key.parts
    return situation.offer.quota_on(quota, min(situation.day, date(int(year), 12, 31)))
