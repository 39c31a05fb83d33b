"""Review: an officer has the case, asks, is answered, proposes, or says no with the law's reasons."""

from datetime import date, datetime

from domain import events as e
from domain.authorisation import subject_of
from domain.case import Case, Stage
from domain.commands import (
    AssignCase,
    Competence,
    ExtendDeadline,
    ProposeApproval,
    ProvideInformation,
    RefuseCase,
    RequestInformation,
)
from domain.days.deadlines import Deadline, answered, compute, is_past
from domain.decision import LEAD, Decision
from domain.decisions import holding
from domain.decisions.acting import for_applicant
from domain.decisions.checks import fails_since, is_struck_off_since, must_not_be_struck_off
from domain.decisions.opinions import must_not_wait
from domain.decisions.payments import all_back
from domain.decisions.situation import Situation, must_be_a_person, officer_of, person_of
from domain.decisions.times import must_be_in_time
from domain.facts import chosen
from domain.lifecycle import does_fit
from domain.refusals import Clash, Differs, Fault, Invalid, NotAllowed, named
from domain.roles import OFFICERS, SUPERVISOR


def assign(command: AssignCase, situation: Situation) -> Decision:
    """To oneself, or by a supervisor to an officer of the authority; never to a party."""
    rule = situation.must_be_allowed()
    officer = command.officer or rule.office
    case = situation.case
    if officer.person in subject_of(case, situation.at).humans | situation.found.bound:
        raise NotAllowed("officer_is_party")
    if not case.was_at_counter.isdisjoint((officer.person, officer.office_id)):
        raise NotAllowed("acted_at_counter")
    if not case.have_opined.isdisjoint((officer.person, officer.office_id)):
        raise NotAllowed("gave_opinion")
    judged = case.judged_what_was_set_aside | case.was_set_aside_by
    if not judged.isdisjoint((officer.person, officer.office_id)):
        raise NotAllowed("judged_before")
    if not _is_competent(officer, situation):
        raise NotAllowed("officer_without_competence")
    if rule.office.role != SUPERVISOR and officer.office_id != officer_of(rule):
        raise NotAllowed("supervisor_assigns")
    must_be_a_person(officer, situation)
    if case.officer == officer.office_id and does_fit(AssignCase, case):
        return situation.so_already(rule)
    situation.must_fit()
    return situation.by(rule, [(LEAD, e.CaseAssigned(officer=officer.office_id, rule=rule.id))])


def ask(command: RequestInformation, situation: Situation) -> Decision:
    """The clock stops, and what was proposed before is void."""
    rule = situation.must_have_the_case()
    case = situation.case
    asked, mine = case.open_question, (officer_of(rule), command.question, list(command.items))
    if asked and (asked["asked_by"], asked["question"], asked["items"]) == mine:
        return situation.so_already(rule)
    situation.must_fit()
    question = e.InformationRequested(
        items=list(command.items),
        answer_until=situation.until(situation.terms.times.answer),
        question=command.question,
    )
    return situation.by(rule, [(LEAD, question)])


def answer(command: ProvideInformation, situation: Situation) -> Decision:
    """The clock runs on, without the days from the question to the answer (rules.md 6), or starts anew."""
    rule = for_applicant(command, situation)
    case = situation.case
    question = next((each for each in case.questions if each["of"] == command.of), None)
    if question is not None and question["answered_at"] is not None:
        is_same = question["answer"] == command.answer and situation.was_brought(command.evidence)
        if not is_same:
            raise Differs("answer_differs")
        return situation.so_already(rule)
    situation.must_fit()
    if question is None:
        raise Clash("answers_old_question")
    must_be_in_time(question["answer_until"], situation)
    provided = e.InformationProvided(
        of=command.of,
        decision_due=_due_after(case.stands_still_since or question["at"], situation),
        answer=command.answer,
        evidence=list(command.evidence),
        acting=situation.representative(rule),
    )
    return situation.by(rule, [(LEAD, provided)])


def _due_after(since: str, situation: Situation) -> Deadline | None:
    """The time to decide, which stood still since then: where an investigation began before the question, from there
    on. None where the case waits for consents or money first, as one that was set aside may.
    """
    due = situation.decision_due
    if due is None:
        return None
    decide = chosen(situation.terms.times.decide, situation.case.request)
    return answered(decide, due, datetime.fromisoformat(since), situation.at, situation.country)


def extend(command: ExtendDeadline, situation: Situation) -> Decision:
    """Once, by the time that the law names, before the time to decide is over; the parties are told. Once more where
    that time began anew, after a set-aside.
    """
    rule = situation.must_have_the_case()
    case, more = situation.case, situation.terms.times.extend
    mine, last = (officer_of(rule), command.reason), case.extensions[-1:]
    if last and (last[0]["asked_by"], last[0]["reason"]) == mine and command.expected != case.version:
        return situation.so_already(rule)
    if more is None:
        raise Clash("no_extension")
    _must_run_as_at_first(command, case)
    situation.must_fit()
    due = situation.decision_due
    if due is None or is_past(due, situation.at):
        raise Clash("deadline_over")
    later = compute(more, date.fromisoformat(due["due"]), situation.country)
    extended = e.DeadlineExtended(
        due={**later, "stops": due["stops"]},
        rule=rule.id,
        law=(more.source or situation.terms.source).law,
        reason=command.reason,
    )
    return situation.by(rule, [(LEAD, extended)])


def _must_run_as_at_first(command: ExtendDeadline, case: Case) -> None:
    """On the version that was seen, that is said rather than what fits."""
    if command.expected != case.version or case.stage != Stage.IN_REVIEW:
        return
    if case.is_prolonged:
        raise Clash("extended_already")
    if case.stands_still_since is not None:
        raise Clash("stands_still")


def propose(command: ProposeApproval, situation: Situation) -> Decision:
    """The first pair of eyes; with another note it is proposed anew, and the newest stands."""
    rule = situation.must_have_the_case()
    proposal = situation.case.proposal
    if proposal and (proposal["officer"], proposal["note"]) == (officer_of(rule), command.note):
        return situation.so_already(rule)
    must_be_a_person(rule.competence, situation)
    situation.must_fit()
    must_not_wait(situation)
    must_not_be_struck_off(situation)
    proposed = e.ApprovalProposed(
        rule=rule.id, note=command.note, officer_person=person_of(rule), officer_signature=None
    )
    return situation.by(rule, [(LEAD, proposed)])


def refuse(command: RefuseCase, situation: Situation) -> Decision:
    """On grounds of the closed list only, with the law and the way to appeal."""
    rule = situation.must_have_the_case()
    decided = situation.case.decided
    said = (list(command.grounds), command.reason)
    if decided and decided["kind"] == "refused" and (decided["grounds"], decided["explanation"]) == said:
        return situation.so_already(rule)
    situation.must_fit()
    must_not_wait(situation)
    known = {ground.code: ground for ground in situation.terms.grounds}
    listed = {"known": named("ground", known)}
    if not command.grounds:
        raise Invalid(Fault("/grounds", "ground_missing", listed))
    for n, code in enumerate(command.grounds):
        if code not in known:
            raise Invalid(Fault(f"/grounds/{n}", "unknown_ground", listed))
    served_after = situation.until(situation.terms.times.served)
    refused = e.CaseRefused(
        rule=rule.id,
        grounds=list(command.grounds),
        law=[known[code].source.law for code in command.grounds],
        served_after=served_after,
        reason=command.reason,
        officer_person=person_of(rule),
        officer_signature=None,
    )
    always = situation.terms.after_refusal
    gives_back = (always and always.gives_back) or any(known[code].gives_back for code in command.grounds)
    gives_back = gives_back or is_struck_off_since(situation) or fails_since(situation, command.grounds)
    back = all_back(situation, "refused") if gives_back else []
    return situation.by(rule, [*holding.kept(situation, served_after), (LEAD, refused), *back])


def _is_competent(officer: Competence, situation: Situation) -> bool:
    case = situation.case
    return (
        officer.role in OFFICERS
        and (officer.country, officer.authority) == (case.country, case.authority)
        and (not officer.procedures or case.procedure in officer.procedures)
        and officer.holds_on(situation.day)
    )
