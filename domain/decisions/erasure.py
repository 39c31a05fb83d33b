"""Forgetting: the keys of a case or of an entry are given up, once the law lets it; nothing that is signed changes."""

from datetime import date, datetime

from domain import events as e
from domain.case import Stage
from domain.commands import EraseCase, EraseEntry
from domain.days.deadlines import Term, compute, is_past
from domain.decision import LEAD, Decision
from domain.decisions.situation import Situation
from domain.offers import terms_of_register
from domain.procedure import Forever
from domain.refusals import Clash, Fault, Invalid


def erase_case(command: EraseCase, situation: Situation) -> Decision:
    """The keys of those named are given up; not before the law allows to forget (rules.md 30)."""
    rule = situation.must_be_allowed()
    case, keys = situation.case, situation.keys
    whose = set(command.whose or keys)
    if whose - {"case", *case.owners.values(), *keys}:
        raise Invalid(Fault("/whose", "unknown_role"))
    if "case" in whose:
        whose |= keys.keys()  # what is about several people falls last, with everything
    fallen = sorted(keys[w] for w in whose if w in keys)
    if not fallen:
        return situation.so_already(rule)
    situation.must_fit()
    _must_be_forgettable(situation)
    erased = e.PersonalDataErased(keys=fallen, whose=sorted(whose), basis=command.basis)
    return situation.by(rule, [(LEAD, erased)])


def erase_entry(command: EraseEntry, situation: Situation) -> Decision:
    """When every procedure of the register keeps it no longer, and nothing is forbidden about it."""
    rule = situation.must_be_allowed()
    entry, keys = situation.entry, situation.keys
    sealed_with = sorted({*keys.values(), *entry.keys})
    if not sealed_with:
        return situation.so_already(rule)
    if entry.restrictions:
        raise Clash("restricted_entry_stays")
    kept = [
        terms.entry_retention for terms in terms_of_register(entry.country, entry.register, situation.day)
    ]
    terms = [term for term in kept if not isinstance(term, Forever)]
    if not terms or len(terms) < len(kept):
        raise Clash("kept_for_good")
    changed = datetime.fromisoformat(entry.changed_at)
    for term in terms:
        _must_be_over(term, changed, situation)
    erased = e.PersonalDataErased(keys=sealed_with, whose=sorted(keys), basis=command.basis)
    return situation.by(rule, [(LEAD, erased)])


def _must_be_forgettable(situation: Situation) -> None:
    case, terms = situation.case, situation.terms
    ended = datetime.fromisoformat(case.decided["at"] if case.decided else case.filed_at)
    if _can_be_appealed(situation):
        raise Clash("appeal_term_open")
    if isinstance(terms.retention, Forever):
        raise Clash("kept_for_good")
    _must_be_over(terms.retention, ended, situation)


def _can_be_appealed(situation: Situation) -> bool:
    """Whether somebody can still appeal; what still holds claims waits until the clock has let go of them."""
    case = situation.case
    if case.ending is None or case.is_appeal_term_over:
        return False
    served_on = date.fromisoformat(case.ending["served_after"]["due"])
    until = case.appeal_until or compute(situation.terms.times.appeal, served_on, situation.country)
    return case.stage != Stage.COMPLETED or not is_past(until, situation.at)


def _must_be_over(retention: Term, began: datetime, situation: Situation) -> None:
    kept_until = compute(retention, began, situation.country)
    if not is_past(kept_until, situation.at):
        raise Clash("retention_not_over", until=date.fromisoformat(kept_until["due"]))
