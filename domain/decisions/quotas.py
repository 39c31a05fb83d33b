"""Quotas: a case takes a slot of its year when it is filed, has it as long as it has its claims, and keeps it once it
is approved. It frees it once, with its end or what makes that final, and takes it again where it goes on after that;
or its people's next case does, which takes over the first of its claims.
"""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from domain import events as e
from domain.claim import Claim, has_slots
from domain.decision import Events
from domain.decisions.situation import Situation
from domain.lookup_keys import Key
from domain.refusals import Clash
from domain.terms import day_of_slots

Freed: TypeAlias = list[tuple[Key, e.SlotFreed]]


def take(
    situation: Situation, slots: Mapping[Key, tuple[str, ...]], case: str, freed: Freed | None = None
) -> tuple[Events, list[str]]:
    """A slot of each of these quotas, and warnings where nobody has decreed a size yet; raises Clash when one is
    full, unless one of its slots is ``freed`` in the same append.
    """
    events: Events = []
    left = {key: event.taken for key, event in freed or ()}
    warned = []
    for key, quota in slots.items():
        size = situation.offer.quota_on(quota, day_of_slots(situation.facts().day, situation.day))
        taken = left.get(key, situation.claim(key).taken)
        if size is None:
            warned.append(f"quota_unknown:{quota[0]}")
        elif key not in left and taken >= size.slots:
            raise Clash("quota_full", slots=size.slots)
        events.append((key, e.SlotTaken(kind=key.kind, holder=case, taken=taken + 1)))
    return events, warned


def taken_again(situation: Situation, freed: Freed | None = None) -> Events:
    """What the case has no more and needs once more; raises Clash when a quota is full by now."""
    if has(situation):
        return []
    return take(situation, situation.slots, situation.case.case, freed)[0]


def has(situation: Situation) -> bool:
    """Whether the case, which is not approved, has its slots."""
    return has_slots(situation.case, next(iter(situation.claims.values()), None))


def free(situation: Situation, slots: Iterable[Key], kept: Iterable[Claim] = ()) -> Freed:
    """These slots are free again: of a case that still has them, and what earlier cases ``kept`` with claims that are
    taken over from them.
    """
    had = [(situation.case.case, key) for key in slots]
    had += [(claim.holder or "", key) for claim in kept for key in claim.slots]
    events: Freed = []
    left: dict[Key, int] = {}
    for holder, key in had:
        left[key] = left.get(key, situation.claim(key).taken) - 1
        events.append((key, e.SlotFreed(kind=key.kind, holder=holder, taken=left[key])))
    return events
