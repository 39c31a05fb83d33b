"""Approval: the deciding pair of eyes; the registers are written in the same append, or once a fee is paid."""

from collections.abc import Sequence

from domain import events as e
from domain.authorisation import Rule
from domain.case import Stage
from domain.commands import ApproveCase
from domain.decision import LEAD, Decision, Events
from domain.decisions import holding, writing
from domain.decisions.checks import must_not_be_struck_off
from domain.decisions.opinions import must_be_investigated, must_not_wait
from domain.decisions.payments import assessed, counts_again
from domain.decisions.situation import Situation, must_be_a_person, officer_of, person_of
from domain.fees import assess
from domain.limits import SENIOR, exempt
from domain.refusals import Clash, NotAllowed, named
from domain.roles import SUPERVISOR


def approve(command: ApproveCase, situation: Situation) -> Decision:
    """Everything is checked against the registers as they stand now, not as they stood at filing (rules.md 9)."""
    case = situation.case
    rule = situation.must_be_allowed() if situation.asks_four_eyes else situation.must_have_the_case()
    decided = case.decided
    mine = ("approved", officer_of(rule), command.note)
    if decided and (decided["kind"], decided["officer"], decided["note"]) == mine:
        return situation.so_already(rule)
    _must_be_proposed(command, situation)
    situation.must_fit()
    must_not_wait(situation)
    must_be_investigated(situation)
    must_not_be_struck_off(situation)
    _must_not_be_exempt(situation)
    if situation.asks_four_eyes:
        _four_eyes(rule, situation)
    _senior(rule, situation)
    fee = _fee_before_the_entry(situation)
    before: Events = [(LEAD, fee)] if fee else []
    again = [] if fee is None or fee.provisional else counts_again(case, fee.amount)
    before += ((LEAD, each) for each in again)
    if fee is not None and (fee.provisional or fee.amount > sum(each.amount for each in again)):
        writing.must_be_possible(situation)
        return situation.by(rule, [*holding.had_back(situation), *before, (LEAD, _approved(command, rule))])
    written = writing.entries_of(situation)
    approved = _approved(command, rule, written.entries)
    return situation.by(rule, [*written.events, *before, (LEAD, approved)], to=written.concerns)


def _approved(command: ApproveCase, rule: Rule, entries: Sequence[e.EntryMember] = ()) -> e.CaseApproved:
    return e.CaseApproved(
        rule=rule.id,
        entries=list(entries),
        note=command.note,
        officer_person=person_of(rule),
        officer_signature=None,
    )


def _fee_before_the_entry(situation: Situation) -> e.FeeAssessed | None:
    """By the unit values of the filing, or, where those of the payment count, of today until it is paid."""
    fee = situation.terms.entry_fee
    if fee is None:
        return None
    facts = situation.facts(situation.day if fee.unit_day == "payment" else None)
    return assessed("entry", assess(fee, facts, situation.country), situation)


def _must_not_be_exempt(situation: Situation) -> None:
    """Raises Clash where the law registers nothing of what was filed; whoever filed it by mistake restates it."""
    if not situation.terms.exemptions:
        return
    never = [each.code for each in exempt(situation.terms, situation.facts()) if not each.may_be_approved]
    if never:
        raise Clash("never_approved", exemptions=named("exemption", never))


def _must_be_proposed(command: ApproveCase, situation: Situation) -> None:
    """On the version that was seen, that is said rather than what fits."""
    case = situation.case
    is_seen = command.expected == case.version and case.stage == Stage.IN_REVIEW
    if is_seen and case.proposal is None and situation.asks_four_eyes:
        raise Clash("not_proposed")


def _four_eyes(rule: Rule, situation: Situation) -> None:
    """Two persons, not two roles (rules.md 20); and the second is nobody's first: whoever proposed before, also what is
    void now or what another one proposed anew, has said what they think already.
    """
    case = situation.case
    must_be_a_person(rule.competence, situation)
    first = case.proposal
    if first is None or not first["person"] or not rule.known.isdisjoint((first["person"], first["officer"])):
        raise NotAllowed("four_eyes")
    if not case.have_proposed.isdisjoint(rule.known):
        raise NotAllowed("proposed_before")


def _senior(rule: Rule, situation: Situation) -> None:
    """Where the law wants a senior officer (the effect of a limit, rules.md 12), one who decides is a supervisor."""
    case = situation.case
    if SENIOR not in case.warnings:
        return
    roles = {rule.competence.role if rule.competence else None}
    if situation.asks_four_eyes and case.proposal:
        roles.add(case.proposal["role"])
    if SUPERVISOR not in roles:
        raise NotAllowed("supervisor_decides")
