"""Restrictions of entries: placed and lifted, by the authority that the law names."""

from collections.abc import Mapping

from domain import events as e
from domain.authorisation import Rule, rule_or_refusal, subject_of_register
from domain.commands import LiftRestriction, PlaceRestriction
from domain.decision import LEAD, Decision
from domain.decisions.situation import Situation, officer_of
from domain.entry import Entry
from domain.offers import restrictions_of
from domain.refusals import Fault, Invalid, NotAllowed, Refusal, Unknown, named
from domain.terms import Restriction


def place(command: PlaceRestriction, situation: Situation) -> Decision:
    """By the authority that the law names for this kind. The same officer places one of the same kind and reference
    once, as long as it lives: whose answer was lost asks again.
    """
    kinds = _kinds(situation)
    asked = kinds.get(command.kind)
    if asked is None:
        if not _may_know(situation):
            raise Unknown
        if not kinds:
            raise Invalid(Fault("/kind", "no_restrictions"))
        raise Invalid(Fault("/kind", "unknown_restriction", {"known": named("restriction", sorted(kinds))}))
    rule = _restricting(situation, asked.authority)
    _must_be_anothers(rule, situation)
    if _is_placed(command, rule, situation.entry):
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
    """By the authority that placed it, or the court that the law names (rules.md 40); who lifted it lifts it again."""
    live = situation.entry.restrictions.get(command.restriction)
    if live is None:
        return _lifted_before(command, situation)
    rule = _restricting(situation, *_who_lifts(situation, live))
    _must_be_anothers(rule, situation)
    lifted = e.RestrictionLifted(restriction=command.restriction, kind=live["kind"], rule=rule.id)
    return situation.by(rule, [(LEAD, lifted)], authority=rule.office.authority)


def _is_placed(command: PlaceRestriction, rule: Rule, entry: Entry) -> bool:
    if command.restriction in entry.handled:
        return True
    asked = (command.kind, officer_of(rule), command.reference)
    return any(
        asked == (live["kind"], entry.handled[known]["placed_by"], entry.handled[known]["reference"])
        for known, live in entry.restrictions.items()
    )


def _lifted_before(command: LiftRestriction, situation: Situation) -> Decision:
    """Nothing follows, for whoever did it; for all others there is nothing to lift."""
    handled = situation.entry.handled.get(command.restriction)
    if handled is None or handled["lifted_for"] is None:
        raise Unknown
    try:
        rule = situation.must_be_allowed(handled["lifted_for"])
    except Refusal:
        raise Unknown from None
    if officer_of(rule) != handled["lifted_by"]:
        raise Unknown
    return situation.so_already(rule, authority=handled["lifted_for"])


# --- who may ------------------------------------------------------------------------------------------------


def _kinds(situation: Situation) -> Mapping[str, Restriction]:
    return restrictions_of(situation.entry.country, situation.entry.register, situation.day)


def _who_lifts(situation: Situation, live: Mapping[str, str]) -> tuple[str, ...]:
    """Who placed it, and the court that the law of its kind names today."""
    kind = _kinds(situation).get(live["kind"])
    court = kind.court if kind else None
    return (live["authority"], court.authority) if court else (live["authority"],)


def _restricting(situation: Situation, *authorities: str) -> Rule:
    """The rule for one of the authorities that the law names; others who work with the register hear which is first."""
    for authority in authorities:
        try:
            return situation.must_be_allowed(authority)
        except Refusal as refusal:
            if refusal.name == "kin_of_a_party":
                raise
    if _may_know(situation):
        raise NotAllowed("other_authority", authority=authorities[0])
    return situation.must_be_allowed(authorities[0])


def _must_be_anothers(rule: Rule, situation: Situation) -> None:
    """Nobody places or lifts a restriction on what is theirs, by whichever of their numbers (rules.md 20), or on what
    is of somebody for whom they act.
    """
    people, found = situation.people_of_entries
    if not rule.known.isdisjoint({*people.persons.values(), *found.bound}):
        raise NotAllowed("own_entry")


def _may_know(situation: Situation) -> bool:
    """Whether the caller works with the register, as one of the offices that the law names for it."""
    entry, by = situation.entry, situation.command.by
    subjects = (
        (action, subject_of_register(action, entry.country, entry.register, situation.day))
        for action in ("register.read", "register.keep", "register.find")
    )
    return any(isinstance(rule_or_refusal(by, action, subject), Rule) for action, subject in subjects)
