"""Approval: the deciding pair of eyes, the registers written and the claims settled, all in one append."""

from datetime import date
from typing import Any

from domain import events as e
from domain.authorisation import Rule
from domain.commands import ApproveCase
from domain.countries import countries
from domain.decision import LEAD, Decision, Events
from domain.decisions.filing import check_entry
from domain.decisions.situation import Situation, officer_of, person_of
from domain.entry import Entry
from domain.procedure import Change, Create, Effect, End
from domain.refusals import Clash, NotAllowed


def approve(command: ApproveCase, situation: Situation) -> Decision:
    """Everything is checked against the registers as they stand now, not as they stood at filing (rules.md 9)."""
    case = situation.case
    rule = situation.allowed() if situation.asks_four_eyes else situation.allowed_to_holder()
    decided = case.decided
    if decided and decided["kind"] == "approved" and decided["officer"] == officer_of(rule):
        return situation.so_already(rule)
    situation.fits()
    if situation.asks_four_eyes:
        _four_eyes(rule, situation)
    facts = situation.facts(situation.day)
    check_entry(situation, facts, "decision")
    effects = situation.effects
    written: Events = [(effect.key, _written(effect, situation.live_at(effect.key))) for effect in effects]
    approved = e.CaseApproved(
        rule=rule.id,
        entries=[{"register": f.register.name, "entry": situation.ids[f.key]} for f in effects],
        note=command.note,
        officer_person=person_of(rule),
        officer_signature=None,
    )
    # Who is no member receives nothing.
    concerned = tuple(c for c in situation.offer.procedure.concerns(facts) if c in countries())
    return situation.by(rule, [*written, *_claims(situation), (LEAD, approved)], to=concerned)


def _four_eyes(rule: Rule, situation: Situation) -> None:
    """Two persons, not two roles (rules.md 20); who is not known to be a person cannot be one of two."""
    proposal = situation.case.proposal
    if proposal is None:
        raise Clash("not_proposed")
    first, second = proposal["person"], person_of(rule)
    if proposal["officer"] == officer_of(rule) or not first or not second or first == second:
        raise NotAllowed("four_eyes")


def _written(effect: Effect, entry: Entry | None) -> e.Event:
    """The effect as an event of its entry."""
    register, title = effect.register, effect.title
    named: dict[str, Any] = {"register": register.name, "title": title}
    match effect:
        case Create(content=content, until=until):
            written = {**named, "content_version": register.content_version, "until": _text(until)}
            return e.EntryCreated(**written, content=content)
        case Change(content=anew, until=until) if entry is not None:
            written = {**named, "content_version": register.content_version, "until": _text(until)}
            return e.EntryChanged(**written, content=anew(entry.content))
        case End():
            return e.EntryEnded(**named)
    raise TypeError(f"{effect} has no event")


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _claims(situation: Situation) -> Events:
    """What the case held belongs to an entry, or is free again; all of it must still be held."""
    case, events = situation.case.case, Events()
    settled = {key: effect.key for effect in situation.effects for key in effect.settles}
    for key in {**situation.claims, **settled}:
        if situation.claim(key).holder != case:
            raise Clash("claim_taken")
        if key in settled:
            events.append((key, e.ClaimSettled(kind=key.kind, holder=situation.ids[settled[key]])))
        else:
            events.append((key, e.ClaimReleased(kind=key.kind, holder=case)))
    for effect in situation.effects:
        entry = situation.ids[effect.key]
        freed = [key for key in effect.frees if situation.claim(key).holder == entry]
        events += [(key, e.ClaimReleased(kind=key.kind, holder=entry)) for key in freed]
    return events
