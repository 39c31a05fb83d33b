"""Quotas: a case takes a slot of its year when it is filed; one that is approved keeps it, any other frees it."""

from domain import events as e
from domain.decision import Events
from domain.decisions.situation import Situation
from domain.refusals import Clash


def take(situation: Situation, case: str) -> tuple[Events, list[str]]:
    """A slot of each quota, and warnings where nobody has decreed a size yet; raises Clash when one is full."""
    events: Events = []
    warned = []
    for key, quota in situation.slots.items():
        size, taken = situation.offer.quota_on(quota, situation.day), situation.claim(key).taken
        if size is None:
            warned.append(f"quota_unknown:{quota[0]}")
        elif taken >= size.slots:
            raise Clash("quota_full", slots=size.slots)
        events.append((key, e.SlotTaken(kind=key.kind, holder=case, taken=taken + 1)))
    return events, warned


def free(situation: Situation) -> Events:
    """The slots of a case that ended without what it asked for; once, as its end is one event of its stream."""
    holder = situation.case.case
    return [
        (key, e.SlotFreed(kind=key.kind, holder=holder, taken=situation.claim(key).taken - 1))
        for key in situation.slots
    ]
