"""What has to hold against the registers, at the filing and at the decision; not what is written into them."""

from collections.abc import Collection, Mapping
from datetime import date

from domain.checks import Moment
from domain.decisions.situation import Situation
from domain.entry import RESTRICTED
from domain.facts import Facts
from domain.lookup_keys import Key
from domain.parties import STRUCK_OFF
from domain.refusals import Clash, named
from domain.register import Create, Effect
from domain.seen import as_seen


def check_entry(situation: Situation, facts: Facts, moment: Moment) -> list[str]:
    """What must hold against the registers now; raises Clash, or gives the codes of what the officer is to judge.

    Restrictions forbid the decision only, and those that reach this change; of a filing the officer is told of them.
    """
    for effect in situation.effects:
        is_said = isinstance(effect, Create) and (effect.is_told or moment == "decision")
        if is_said and situation.live_at(effect.key) is not None:
            raise Clash("entry_exists")
    warned: list[str] = []
    looked: Facts | None = None
    last: Mapping[str, Key] | None = None
    for check, asked in situation.checks:
        if moment not in check.moments:
            continue
        if looked is None or asked is not last:  # most checks look at the same entry
            looked, last = _looked_at(asked, facts, situation), asked
        if check.holds(looked):
            continue
        if check.effect == "refuse":
            raise Clash(check.code)
        warned.append(check.code)
    if moment == "decision":
        for effect in situation.effects:
            _must_be_free(effect, situation, facts.day)
        return warned
    live = (kind for effect in situation.effects for kind in _live(effect, situation, facts.day))
    return [*warned, *dict.fromkeys(f"{RESTRICTED}:{kind}" for kind in live)]


def must_not_be_struck_off(situation: Situation) -> None:
    """Raises Clash where a party is a company that the register has struck off by today: it can neither give nor
    take (rules.md 9: the capacity of persons is that of the moment of decision).
    """
    if any(heads.is_struck_off for heads in situation.found.heads.values()):
        raise Clash("party_struck_off")


def is_struck_off_since(situation: Situation) -> bool:
    """Whether a company that takes part was there when it was filed, and is not any more: nobody could know before
    they paid (rules.md 36).
    """
    was_known = any(code.startswith(STRUCK_OFF) for code in situation.case.warnings)
    return not was_known and any(heads.is_struck_off for heads in situation.found.heads.values())


def fails_since(situation: Situation, grounds: Collection[str]) -> bool:
    """Whether a register says no by now, on one of these grounds, to what it let in at the filing, such as a car that
    changed its owner: nobody could know before they paid. Seen on the day of the filing, so that time alone changes
    nothing.
    """
    facts = situation.facts()
    return any(
        not check.holds(_looked_at(asked, facts, situation))
        for check, asked in situation.checks
        if check.code in grounds and check.effect == "refuse" and "filing" in check.moments
    )


def _must_be_free(effect: Effect, situation: Situation, day: date) -> None:
    """What is to be changed must be there, and no restriction may reach the change; also of what has ended."""
    if not isinstance(effect, Create) and situation.live_at(effect.key) is None:
        raise Clash("entry_missing")
    if live := _live(effect, situation, day):
        raise Clash("entry_restricted", kinds=named("restriction", live))


def _live(effect: Effect, situation: Situation, day: date) -> list[str]:
    """The kinds of restrictions that stop this change now."""
    entry = situation.entry_at(effect.key)
    return as_seen(entry, day).stopped_by(effect.title) if entry and entry.restrictions else []


def _looked_at(asked: Mapping[str, Key], facts: Facts, situation: Situation) -> Facts:
    live = {name: situation.live_at(key) for name, key in asked.items()}
    entries = {name: as_seen(entry, facts.day) if entry else None for name, entry in live.items()}
    return Facts(facts.request, facts.day, facts.late, entries)
