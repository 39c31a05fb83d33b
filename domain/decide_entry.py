"""The decider for entries of registers: restrictions by the authority that the law names, erasure when kept long enough."""

from collections.abc import Mapping
from datetime import date, datetime

from domain import events as e
from domain.authorisation import Rule, Subject, allow
from domain.commands import EntryCommand, EraseEntry, LiftRestriction, PlaceRestriction
from domain.deadlines import compute, is_past
from domain.decide import Decision
from domain.entry import Entry
from domain.offers import country_of, legal_day, offers
from domain.procedure import Restriction, Terms
from domain.refusals import Clash, Fault, Invalid, Refusal, Unknown


def decide_entry(command: EntryCommand, entry: Entry | None, keys: Mapping[str, str]) -> Decision:
    """The events that the command leads to; ``keys`` (whose -> key id) are those that seal the entry."""
    if entry is None or entry.register != command.register:
        raise Unknown("There is no such entry in this register.")
    day = legal_day(command.at, country_of(entry.country))
    match command:
        case PlaceRestriction():
            return _place(command, entry, day)
        case LiftRestriction():
            return _lift(command, entry, day)
        case EraseEntry():
            return _erase(command, entry, keys, day)
        case _:
            msg = f"no decision is written for {type(command).__name__}"
            raise TypeError(msg)


def terms_of_register(country: str, register: str, day: date) -> list[Terms]:
    """The terms of today of every procedure that writes to the register in this country."""
    found = (
        o.on(day) for (c, _), o in offers().items() if c == country and o.procedure.register.name == register
    )
    return [terms for terms in found if terms is not None]


def _place(command: PlaceRestriction, entry: Entry, day: date) -> Decision:
    kind = _kind(entry, command.kind, day)
    rule = _allowed(command, entry, kind.authority, day)
    if command.restriction in entry.restrictions:
        return Decision(authority=kind.authority, actor=_actor(rule), events=[])
    placed = e.RestrictionPlaced(
        restriction=command.restriction,
        kind=kind.kind,
        law=kind.source.law,
        rule=rule.id,
        reference=command.reference,
    )
    return Decision(authority=kind.authority, actor=_actor(rule), events=[("case", placed)])


def _lift(command: LiftRestriction, entry: Entry, day: date) -> Decision:
    live = entry.restrictions.get(command.restriction)
    if live is None:
        raise Unknown("There is no such restriction on this entry.")
    rule = _allowed(command, entry, live["authority"], day)
    lifted = e.RestrictionLifted(restriction=command.restriction, kind=live["kind"], rule=rule.id)
    return Decision(authority=live["authority"], actor=_actor(rule), events=[("case", lifted)])


def _erase(command: EraseEntry, entry: Entry, keys: Mapping[str, str], day: date) -> Decision:
    rule = _allowed(command, entry, entry.authority, day, action="entry.erase")
    if not keys or entry.is_erased:
        return Decision(authority=entry.authority, actor=_actor(rule), events=[])
    terms = [t.entry_retention for t in terms_of_register(entry.country, entry.register, day)]
    if not terms or None in terms:
        raise Clash("The law keeps entries of this register for good.", code="kept_for_good")
    changed = datetime.fromisoformat(entry.changed_at)
    for term in terms:
        until = compute(term, changed, country_of(entry.country)) if term else None
        if until and not is_past(until, command.at):
            raise Clash(f"The law keeps this entry until {until['due']}.", code="retention_not_over")
    erased = e.PersonalDataErased(keys=sorted(keys.values()), whose=sorted(keys), basis=command.basis)
    return Decision(authority=entry.authority, actor=_actor(rule), events=[("case", erased)])


def _kind(entry: Entry, kind: str, day: date) -> Restriction:
    known = {
        r.kind: r
        for terms in terms_of_register(entry.country, entry.register, day)
        for r in terms.restrictions
    }
    if kind not in known:
        what = f"The law knows these restrictions here: {', '.join(sorted(known)) or 'none'}."
        raise Invalid(Fault("/kind", "unknown_restriction", what))
    return known[kind]


def _allowed(
    command: EntryCommand, entry: Entry, authority: str, day: date, action: str = "entry.restrict"
) -> Rule:
    subject = Subject(country=entry.country, day=day, authority=authority)
    found = allow(command.by, action, subject)
    if isinstance(found, Refusal):
        raise found
    return found


def _actor(rule: Rule) -> e.ActorMember:
    if rule.competence is None:
        return {"id": "tamga", "role": "system"}
    return {"id": rule.competence.office_id, "role": rule.competence.role}
