"""The decider for entries: restrictions by the authority that the law names, erasure when the law lets it."""

from collections.abc import Mapping
from datetime import date, datetime

from domain import events as e
from domain.authorisation import Rule, Subject, allow
from domain.commands import EntryCommand, EraseEntry, LiftRestriction, PlaceRestriction
from domain.deadlines import compute, is_past
from domain.decide import Decision
from domain.entry import Entry
from domain.offers import country_of, legal_day, offers, restrictions_of
from domain.procedure import Forever, Restriction, Terms
from domain.refusals import NOTHING, Clash, Fault, Invalid, NotAllowed, Refusal, Unknown


def decide_entry(command: EntryCommand, entry: Entry | None, keys: Mapping[str, str]) -> Decision:
    """The events that the command leads to; ``keys`` (whose -> key id) seal the entry as it stands."""
    if entry is None or entry.register != command.register:
        raise _nothing()
    day = legal_day(command.at, country_of(entry.country))
    match command:
        case PlaceRestriction():
            return _place(command, entry, day)
        case LiftRestriction():
            return _lift(command, entry, day)
        case EraseEntry():
            return _erase(command, entry, keys, day)
        case _:
            raise TypeError(f"no decision is written for {type(command).__name__}")


def terms_of_register(country: str, register: str, day: date) -> list[Terms]:
    """The terms of today of every procedure that writes to the register in this country."""
    found = (
        o.on(day) for (c, _), o in offers().items() if c == country and o.procedure.register.name == register
    )
    return [terms for terms in found if terms is not None]


def _place(command: PlaceRestriction, entry: Entry, day: date) -> Decision:
    named = _kinds(entry, day).get(command.kind)
    if named is None:
        if not _may_know(command, entry, day):
            raise _nothing()
        known = ", ".join(sorted(_kinds(entry, day))) or "none"
        raise Invalid(
            Fault("/kind", "unknown_restriction", f"The law knows these restrictions here: {known}.")
        )
    rule = _restricting(command, entry, named.authority, day)
    if command.restriction in entry.restrictions:
        return Decision(authority=named.authority, actor=_actor(rule), events=[])
    placed = e.RestrictionPlaced(
        restriction=command.restriction,
        kind=named.kind,
        law=named.source.law,
        rule=rule.id,
        reference=command.reference,
    )
    return Decision(authority=named.authority, actor=_actor(rule), events=[("case", placed)])


def _lift(command: LiftRestriction, entry: Entry, day: date) -> Decision:
    """By the authority that placed it."""
    live = entry.restrictions.get(command.restriction)
    if live is None:
        raise Unknown("There is no such restriction on this entry.")
    rule = _restricting(command, entry, live["authority"], day)
    lifted = e.RestrictionLifted(restriction=command.restriction, kind=live["kind"], rule=rule.id)
    return Decision(authority=live["authority"], actor=_actor(rule), events=[("case", lifted)])


def _erase(command: EraseEntry, entry: Entry, keys: Mapping[str, str], day: date) -> Decision:
    rule = _allow(command, "entry.erase", entry, entry.authority, day)
    if isinstance(rule, Refusal):
        raise rule
    sealed_with = sorted({*keys.values(), *entry.keys})
    if not sealed_with:
        return Decision(authority=entry.authority, actor=_actor(rule), events=[])
    if entry.restrictions:
        raise Clash(
            "The entry is under a restriction: nothing of it is forgotten yet.", code="entry_restricted"
        )
    kept = [t.entry_retention for t in terms_of_register(entry.country, entry.register, day)]
    terms = [term for term in kept if not isinstance(term, Forever)]
    if not terms or len(terms) < len(kept):
        raise Clash("The law keeps entries of this register for good.", code="kept_for_good")
    changed = datetime.fromisoformat(entry.changed_at)
    for term in terms:
        until = compute(term, changed, country_of(entry.country))
        if not is_past(until, command.at):
            raise Clash(f"The law keeps this entry until {until['due']}.", code="retention_not_over")
    erased = e.PersonalDataErased(keys=sealed_with, whose=sorted(keys), basis=command.basis)
    return Decision(authority=entry.authority, actor=_actor(rule), events=[("case", erased)])


# --- who may ------------------------------------------------------------------------------------------------


def _kinds(entry: Entry, day: date) -> Mapping[str, Restriction]:
    return restrictions_of(entry.country, entry.register, day)


def _restricting(command: EntryCommand, entry: Entry, authority: str, day: date) -> Rule:
    """The rule for the authority that the law names; others who work with the register hear which it is."""
    found = _allow(command, "entry.restrict", entry, authority, day)
    if isinstance(found, Rule):
        return found
    if _may_know(command, entry, day):
        raise NotAllowed(f"The law names {authority} for this, not your office.", code="other_authority")
    raise found


def _may_know(command: EntryCommand, entry: Entry, day: date) -> bool:
    """Whether the caller reads the register, or restricts entries in it."""
    asked = [("register.read", None), *(("entry.restrict", r.authority) for r in _kinds(entry, day).values())]
    return any(isinstance(_allow(command, action, entry, of, day), Rule) for action, of in asked)


def _allow(
    command: EntryCommand, action: str, entry: Entry, authority: str | None, day: date
) -> Rule | Refusal:
    return allow(command.by, action, Subject(country=entry.country, day=day, authority=authority))


def _nothing() -> Unknown:
    return Unknown(NOTHING)


def _actor(rule: Rule) -> e.ActorMember:
    if rule.competence is None:
        return {"id": "tamga", "role": "system"}
    return {"id": rule.competence.office_id, "role": rule.competence.role}
