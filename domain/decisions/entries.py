"""Decisions on entries: restrictions by the authority that the law names, erasure when the law lets it."""

from collections.abc import Mapping
from datetime import date, datetime

from domain import events as e
from domain.authorisation import Rule, Subject, rule_or_refusal
from domain.commands import EraseEntry, LiftRestriction, PlaceRestriction
from domain.days.deadlines import compute, is_past
from domain.decision import LEAD, Decision
from domain.decisions.situation import Situation
from domain.offers import offers, restrictions_of
from domain.procedure import Forever, Restriction, Terms
from domain.refusals import Clash, Fault, Invalid, NotAllowed, Refusal, Unknown, named


def place(command: PlaceRestriction, situation: Situation) -> Decision:
    """By the authority that the law names for this kind."""
    kinds = _kinds(situation)
    asked = kinds.get(command.kind)
    if asked is None:
        if not _may_know(situation):
            raise Unknown
        if not kinds:
            raise Invalid(Fault("/kind", "no_restrictions"))
        raise Invalid(Fault("/kind", "unknown_restriction", {"known": named("restriction", sorted(kinds))}))
    rule = _restricting(situation, asked.authority)
    if command.restriction in situation.entry.restrictions:
        return situation.so_already(rule, authority=asked.authority)
    placed = e.RestrictionPlaced(
        restriction=command.restriction,
        kind=asked.kind,
        law=asked.source.law,
        rule=rule.id,
        reference=command.reference,
    )
    return situation.by(rule, [(LEAD, placed)], authority=asked.authority)


def lift(command: LiftRestriction, situation: Situation) -> Decision:
    """By the authority that placed it."""
    live = situation.entry.restrictions.get(command.restriction)
    if live is None:
        raise Unknown
    rule = _restricting(situation, live["authority"])
    lifted = e.RestrictionLifted(restriction=command.restriction, kind=live["kind"], rule=rule.id)
    return situation.by(rule, [(LEAD, lifted)], authority=live["authority"])


def erase(command: EraseEntry, situation: Situation) -> Decision:
    """When every procedure of the register keeps it no longer, and nothing is forbidden about it."""
    rule = situation.must_be_allowed()
    entry, keys = situation.entry, situation.keys
    sealed_with = sorted({*keys.values(), *entry.keys})
    if not sealed_with:
        return situation.so_already(rule)
    if entry.restrictions:
        raise Clash("restricted_entry_stays")
    kept = [terms.entry_retention for terms in _terms(situation)]
    terms = [term for term in kept if not isinstance(term, Forever)]
    if not terms or len(terms) < len(kept):
        raise Clash("kept_for_good")
    changed = datetime.fromisoformat(entry.changed_at)
    for term in terms:
        until = compute(term, changed, situation.country)
        if not is_past(until, situation.at):
            raise Clash("retention_not_over", until=date.fromisoformat(until["due"]))
    erased = e.PersonalDataErased(keys=sealed_with, whose=sorted(keys), basis=command.basis)
    return situation.by(rule, [(LEAD, erased)])


def terms_of_register(country: str, register: str, day: date) -> list[Terms]:
    """The terms of today of every procedure that writes to the register in this country."""
    found = (
        o.on(day)
        for (c, _), o in offers().items()
        if c == country and register in (kept.name for kept in o.procedure.registers)
    )
    return [terms for terms in found if terms is not None]


# --- who may ------------------------------------------------------------------------------------------------


def _terms(situation: Situation) -> list[Terms]:
    return terms_of_register(situation.entry.country, situation.entry.register, situation.day)


def _kinds(situation: Situation) -> Mapping[str, Restriction]:
    return restrictions_of(situation.entry.country, situation.entry.register, situation.day)


def _restricting(situation: Situation, authority: str) -> Rule:
    """The rule for the authority that the law names; others who work with the register hear which it is."""
    try:
        return situation.must_be_allowed(authority)
    except Refusal:
        if _may_know(situation):
            raise NotAllowed("other_authority", authority=authority) from None
        raise


def _may_know(situation: Situation) -> bool:
    """Whether the caller reads the register, or restricts entries in it."""
    asked = [("register.read", None), *(("entry.restrict", r.authority) for r in _kinds(situation).values())]
    return any(isinstance(_allow(situation, action, of), Rule) for action, of in asked)


def _allow(situation: Situation, action: str, authority: str | None) -> Rule | Refusal:
    subject = Subject(country=situation.entry.country, day=situation.day, authority=authority)
    return rule_or_refusal(situation.command.by, action, subject)
