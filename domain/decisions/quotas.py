"""Quotas: a case takes a slot of its year when it is filed; one that is approved keeps it, any other frees it."""

from collections.abc import Iterable, Mapping

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
        size, taken = situation.offer.quota_on(quota, situation.day), situation.claim(key).taken
        if size is None:
            warned.append(f"quota_unknown:{quota[0]}")
        elif taken >= size.slots:
            raise Clash("quota_full", slots=size.slots)
        events.append((key, e.SlotTaken(kind=key.kind, holder=case, taken=taken + 1)))
    return events, warned


def free(situation: Situation, slots: Iterable[Key]) -> Events:
    """These slots of a case are free again: once, as its end, or what it asks for now, is one event of its stream."""
    holder = situation.case.case
    return [
        (key, e.SlotFreed(kind=key.kind, holder=holder, taken=situation.claim(key).taken - 1))
        for key in slots
    ]
