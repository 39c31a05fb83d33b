"""The ends of a case without what it asked for: withdrawn, lapsed, not needed, waived, out of reach of an appeal."""

from domain import events as e
from domain.case import Stage
from domain.case_parts import amount_of
from domain.commands import (
    DeclareNotNeeded,
    EndAppealTerm,
    LapseCase,
    WaiveClaim,
    WithdrawCase,
)
from domain.days.deadlines import is_past
from domain.decision import LEAD, Decision, Events
from domain.decisions import holding, restating
from domain.decisions.acting import for_applicant
from domain.decisions.payments import all_back
from domain.decisions.situation import Situation, officer_of, person_of
from domain.decisions.times import ran_out
from domain.facts import applies
from domain.refusals import Fault, Invalid, NotAllowed, named
from domain.roles import SUPERVISOR
from domain.running import appeals_end


def withdraw(command: WithdrawCase, situation: Situation) -> Decision:
    """Before a decision, in the name of the one who filed."""
    rule = for_applicant(command, situation)
    ended = situation.case.decided
    if ended and ended["reason"] == "applicant":
        return situation.so_already(rule)
    situation.must_fit()
    return situation.by(rule, withdrawn(situation, "applicant", situation.representative(rule)))


def withdrawn(
    situation: Situation,
    reason: e.WithdrawalReason,
    acting: e.RepresentativeMember | None,
    first: Events | None = None,
) -> Events:
    """The case is over: what it claimed is free at once, what was paid goes back."""
    over = e.CaseWithdrawn(reason=reason, acting=acting)
    return [
        *holding.released(situation),
        *(first or []),
        (LEAD, over),
        *all_back(situation, "withdrawn"),
    ]


def lapse(_command: LapseCase, situation: Situation) -> Decision:
    """The clock: a time has run out, the case ends; what it claimed is held until the appeal term ends."""
    rule = situation.must_be_allowed()
    found = ran_out(situation)
    if found is None:
        return situation.so_already(rule)
    if later := restating.later(situation):
        return situation.by(rule, later)
    reason, _ = found
    served_after = situation.until(situation.terms.times.served)
    lapsed = e.CaseLapsed(reason=reason, served_after=served_after)
    case = situation.case
    # Who was approved has had what the fee for the filing is for.
    keep = amount_of(case.fee) if case.stage == Stage.APPROVED else 0
    kept = holding.kept(situation, served_after)
    return situation.by(rule, [*kept, (LEAD, lapsed), *all_back(situation, "lapsed", keep)])


def end_appeal_term(_command: EndAppealTerm, situation: Situation) -> Decision:
    """The clock: nobody appealed in time, and what the case claimed is free (rules.md 17)."""
    rule = situation.must_be_allowed()
    until = appeals_end(situation.case)
    if until is None or not is_past(until, situation.at):
        return situation.so_already(rule)
    return situation.by(rule, [*holding.released(situation), (LEAD, e.AppealTermEnded())])


def waive(command: WaiveClaim, situation: Situation) -> Decision:
    """Who filed lets go of what the ended case holds, before the time to appeal is over (rules.md 17). Where a newer
    case of theirs has taken it over, nothing is left to let go, and that they said so is kept all the same.
    """
    rule = for_applicant(command, situation)
    if situation.case.has_waived:
        return situation.so_already(rule)
    situation.must_fit()
    waived = e.ClaimWaived(acting=situation.representative(rule))
    return situation.by(rule, [*holding.released(situation), (LEAD, waived)])


def declare_not_needed(command: DeclareNotNeeded, situation: Situation) -> Decision:
    """By an officer, by an exemption of the law; before it is paid any of them, in review the one who has the case.
    Where the request says otherwise, by a supervisor: one click must not end what is about a living child.
    """
    case = situation.case
    rule = situation.must_be_allowed() if case.officer is None else situation.must_have_the_case()
    ended = case.decided
    mine = ("not_needed", officer_of(rule), command.exemption, command.reason)
    if ended and (ended["kind"], ended["officer"], ended["exemption"], ended["explanation"]) == mine:
        return situation.so_already(rule)
    situation.must_fit()
    known = {exemption.code: exemption for exemption in situation.terms.exemptions}
    if command.exemption not in known:
        raise Invalid(Fault("/exemption", "unknown_exemption", {"known": named("exemption", sorted(known))}))
    is_evident = applies(known[command.exemption].when, situation.facts())
    if not is_evident and (rule.competence is None or rule.competence.role != SUPERVISOR):
        raise NotAllowed("exemption_not_evident")
    over = e.CaseNotNeeded(
        exemption=command.exemption,
        law=known[command.exemption].source.law,
        rule=rule.id,
        reason=command.reason,
        officer_person=person_of(rule),
    )
    back = all_back(situation, "not_needed")
    return situation.by(rule, [*holding.released(situation), (LEAD, over), *back])
