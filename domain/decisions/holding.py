"""What a case claims while it is open, keeps while an appeal may set its end aside, and lets go of (rules.md 17)."""

from collections.abc import Iterable
from datetime import date

from domain import events as e
from domain.claim import Claim, person_of
from domain.days.deadlines import Deadline, compute
from domain.decision import Events
from domain.decisions import quotas
from domain.decisions.situation import Situation
from domain.parties import FIRST_PARTY
from domain.procedure import Key
from domain.refusals import Clash


def taken(situation: Situation, case: str, applicant: str | None) -> Events:
    """Each claim of the request, for this case; raises Clash where another one holds it.

    Whose earlier case was refused or lapsed takes over what that still holds, in the same append.
    """
    events: Events = []
    for key, claim in situation.claims.items():
        if situation.state is not None and claim.holder == case:
            continue  # it is restated, and asks for the same thing
        if not claim.is_free_for(applicant):
            raise _held(claim)
        events.append((key, e.ClaimTaken(kind=key.kind, holder=case)))
    return events


def kept(situation: Situation, served_after: Deadline) -> Events:
    """What the case claimed is kept from others for as long as its end may be set aside."""
    case = situation.case
    latest = compute(situation.terms.times.appeal, date.fromisoformat(served_after["due"]), situation.country)
    people = sorted({person_of(case.case, person) for person in case.persons.values()})
    return [
        (key, e.ClaimKept(kind=key.kind, holder=case.case, people=people, until=latest["due"]))
        for key in _ours(situation)
    ]


def released(situation: Situation) -> Events:
    """What the case still holds is free; its slots too, but once, and not those of what was approved."""
    case = situation.case
    is_approved = case.decided is not None and case.decided["kind"] == "approved"
    slots = [] if case.has_freed_slots or is_approved else quotas.free(situation, situation.slots)
    return [*let_go(situation, _ours(situation)), *slots]


def let_go(situation: Situation, keys: Iterable[Key]) -> Events:
    """These claims of the case are free."""
    return [(key, e.ClaimReleased(kind=key.kind, holder=situation.case.case)) for key in keys]


def taken_again(situation: Situation) -> tuple[Events, bool]:
    """What the case had claimed, as far as it is free or its own still; and whether that is all of it. Its slots, where
    it has freed them, all or none: with all of its claims.
    """
    case, events, is_held = situation.case, Events(), True
    for key, claim in situation.claims.items():
        if claim.holder == case.case or claim.is_free_for(case.persons.get(FIRST_PARTY)):
            events.append((key, e.ClaimTaken(kind=key.kind, holder=case.case)))
        else:
            is_held = False
    if not is_held:
        return events, False
    try:
        return [*events, *quotas.taken_again(situation)], True
    except Clash:
        return events, False


def _ours(situation: Situation) -> list[Key]:
    return [key for key, claim in situation.claims.items() if claim.holder == situation.case.case]


def _held(claim: Claim) -> Clash:
    """By what kind of thing, and until when."""
    if claim.until is not None:
        return Clash("claim_kept", until=date.fromisoformat(claim.until))
    taken = Clash("claim_taken")
    taken.holder = claim.holder
    return taken
