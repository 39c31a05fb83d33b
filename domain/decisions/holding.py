"""What a case claims while it is open, keeps while an appeal may set its end aside, and lets go of (rules.md 17)."""

from collections.abc import Iterable
from datetime import date

from domain import events as e
from domain.claim import Claim, person_of
from domain.days.deadlines import Deadline, compute
from domain.decision import Events
from domain.decisions import quotas
from domain.decisions.situation import Situation
from domain.lookup_keys import Key
from domain.parties import FIRST_PARTY
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


def taken_over(situation: Situation, case: str) -> list[Claim]:
    """Of what the request claims, that which earlier cases of the same people keep until now."""
    return [claim for claim in situation.claims.values() if claim.people and claim.holder != case]


def kept(situation: Situation, served_after: Deadline) -> Events:
    """What the case claimed is kept from others for as long as its end may be set aside; its slots go with the first
    of it.
    """
    case = situation.case
    latest = compute(situation.terms.times.appeal, date.fromisoformat(served_after["due"]), situation.country)
    people = sorted({person_of(case.case, person) for person in case.persons.values()})
    events: Events = [
        (key, e.ClaimKept(kind=key.kind, holder=case.case, people=people, until=latest["due"]))
        for key in _ours(situation)
    ]
    slots = [list(key.parts) for key in situation.slots] if quotas.has(situation) else []
    if slots and situation.claims:
        first = next(iter(situation.claims))
        events.append((first, e.SlotsKept(kind=first.kind, holder=case.case, slots=slots)))
    return events


def released(situation: Situation) -> Events:
    """What the case still holds is free; its slots too, but once, and not those of what was approved."""
    case = situation.case
    is_approved = case.decided is not None and case.decided["kind"] == "approved"
    slots = quotas.free(situation, situation.slots) if not is_approved and quotas.has(situation) else []
    return [*let_go(situation, _ours(situation)), *slots]


def let_go(situation: Situation, keys: Iterable[Key]) -> Events:
    """These claims of the case are free."""
    return [(key, e.ClaimReleased(kind=key.kind, holder=situation.case.case)) for key in keys]


def taken_again(situation: Situation) -> tuple[Events, bool]:
    """What the case had claimed, as far as it is free or its own still; and whether that is all of it. Its slots with
    all of its claims, or none: without them they are of no use.
    """
    case, events, is_held = situation.case, Events(), True
    over: list[
        Claim
    ] = []  # what a later case of the same people keeps; its slots go over with the first of it
    for key, claim in situation.claims.items():
        if claim.holder == case.case or claim.is_free_for(case.persons.get(FIRST_PARTY)):
            events.append((key, e.ClaimTaken(kind=key.kind, holder=case.case)))
            over += [claim] if claim.holder != case.case else []
        else:
            is_held = False
    mine = situation.slots if not is_held and quotas.has(situation) else ()
    freed = quotas.free(situation, mine, over)
    events += freed
    if not is_held:
        return events, False
    try:
        return [*events, *quotas.taken_again(situation, freed)], True
    except Clash:
        return events, False


def had_back(situation: Situation) -> Events:
    """What a set-aside had left to others and nobody has now, with the slots that go with it: the case is to go on
    without another look at them. Raises Clash where a quota is full.
    """
    free = (key for key, claim in situation.claims.items() if claim.holder is None)
    again: Events = [(key, e.ClaimTaken(kind=key.kind, holder=situation.case.case)) for key in free]
    return [*again, *quotas.taken_again(situation)]


def _ours(situation: Situation) -> list[Key]:
    return [key for key, claim in situation.claims.items() if claim.holder == situation.case.case]


def _held(claim: Claim) -> Clash:
    """By what kind of thing, and until when."""
    if claim.is_settled:
        return Clash("entry_exists")
    until = claim.until and date.fromisoformat(claim.until)
    held = Clash("claim_kept", until=until) if until else Clash("claim_taken")
    held.holder = claim.holder
    return held
