"""Approval: the deciding pair of eyes, the register written and the claims settled, all in one append."""

from domain import events as e
from domain.authorisation import Rule
from domain.commands import ApproveCase
from domain.decision import LEAD, Decision, Events
from domain.decisions.filing import check_entry
from domain.decisions.situation import HELD, Situation, officer_of, person_of
from domain.refusals import Clash, NotAllowed


def approve(command: ApproveCase, situation: Situation) -> Decision:
    """Everything is checked against the register as it stands now, not as it stood at filing (rules.md 9)."""
    case, procedure = situation.case, situation.offer.procedure
    rule = situation.allowed() if situation.asks_four_eyes else situation.allowed_to_holder()
    decided = case.decided
    if decided and decided["kind"] == "approved" and decided["officer"] == officer_of(rule):
        return situation.so_already(rule)
    situation.fits()
    if situation.asks_four_eyes:
        _four_eyes(rule, situation)
    key, old = procedure.entry(case.request), situation.register_entry
    check_entry(situation, situation.facts(situation.day), "decision")
    if not procedure.creates and old is None:
        raise Clash("There is no entry in the register to change.", code="entry_missing")
    entry = situation.ids[key]
    written = e.EntryCreated if procedure.creates else e.EntryChanged
    change = written(
        register=procedure.register.name,
        content_version=procedure.register.content_version,
        title=procedure.change,
        content=procedure.effect(case.request, old.content if old else None),
    )
    approved = e.CaseApproved(
        rule=rule.id,
        register=procedure.register.name,
        entry=entry,
        note=command.note,
        officer_person=person_of(rule),
        officer_signature=None,
    )
    return situation.by(rule, [(key, change), *_claims(situation, entry), (LEAD, approved)])


def _four_eyes(rule: Rule, situation: Situation) -> None:
    """Two persons, not two roles (rules.md 20); who is not known to be a person cannot be one of two."""
    proposal = situation.case.proposal
    if proposal is None:
        raise Clash("Nobody has proposed the approval yet; a first officer has to.", code="not_proposed")
    first, second = proposal["person"], person_of(rule)
    if proposal["officer"] == officer_of(rule) or not first or not second or first == second:
        raise NotAllowed("Another person than the one who proposed has to approve.", code="four_eyes")


def _claims(situation: Situation, entry: str) -> Events:
    """What the case held belongs to the entry for good, or is free again; all of it must still be held."""
    procedure = situation.offer.procedure
    events: Events = []
    for key, claim in situation.claims.items():
        if claim.holder != situation.case.case:
            raise Clash(HELD, code="claim_taken")
        if procedure.settles:
            events.append((key, e.ClaimSettled(kind=key.kind, holder=entry)))
        else:
            events.append((key, e.ClaimReleased(kind=key.kind, holder=situation.case.case)))
    return events
