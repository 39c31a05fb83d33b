"""Quotas: a case takes a slot of its year when it is filed; one that is approved keeps it, any other frees it."""

from collections.abc import Mapping

from domain import events as e
from domain.claim import FREE, Claim
from domain.decisions.situation import Beside, Events, Situation
from domain.facts import Facts, applies
from domain.procedure import Key, Offer, Terms, claim_key
from domain.refusals import Clash


def slots(terms: Terms, facts: Facts) -> Mapping[Key, tuple[str, ...]]:
    """Where a request that was filed on ``facts.day`` takes its slots: key -> the quota, its name and classes."""
    quotas = (q for q in terms.quotas if applies(q.when, facts))
    named = [(quota.name, *quota.classes(facts.request)) for quota in quotas]
    return {
        claim_key("quota", name, str(facts.day.year), *classes): (name, *classes) for name, *classes in named
    }


def take(offer: Offer, terms: Terms, facts: Facts, beside: Beside, case: str) -> tuple[Events, list[str]]:
    """A slot of each quota, and warnings where nobody has decreed a size yet; raises Clash when one is full."""
    events: Events = []
    warned = []
    for key, quota in slots(terms, facts).items():
        size, taken = offer.quota_on(quota, facts.day), _claim(beside, key).taken
        if size is None:
            warned.append(f"quota_unknown:{quota[0]}")
        elif taken >= size.slots:
            what = (
                f"All {size.slots} places of this year are taken. Please ask again when the quota is raised."
            )
            raise Clash(what, code="quota_full")
        events.append((key, e.SlotTaken(kind=key.kind, holder=case, taken=taken + 1)))
    return events, warned


def free(situation: Situation) -> Events:
    """The slots of a case that ended without what it asked for; once, as its end is one event of its stream."""
    if situation.case.erased:
        return []
    return [
        (
            key,
            e.SlotFreed(
                kind=key.kind, holder=situation.case.case, taken=_claim(situation.beside, key).taken - 1
            ),
        )
        for key in slots(situation.terms, situation.facts())
    ]


def _claim(beside: Beside, key: Key) -> Claim:
    return beside.claims.get(key, FREE)
