"""Opinions: another authority that the terms name is asked and answers; what it says binds nobody."""

from datetime import datetime

from domain import events as e
from domain.commands import GiveOpinion, RequestOpinion
from domain.days.deadlines import Deadline, is_past, pause
from domain.decision import LEAD, Decision
from domain.decisions.situation import Situation, officer_of
from domain.facts import applies
from domain.refusals import Clash, Differs, Fault, Invalid, NotAllowed


def request(command: RequestOpinion, situation: Situation) -> Decision:
    """By the officer who has the case; what was proposed before is void, and for an investigation the clock stops."""
    rule = situation.must_have_the_case()
    case, terms = situation.case, situation.terms
    open_now = [opinion for opinion in case.open_opinions if opinion["authority"] == command.authority]
    mine = (officer_of(rule), command.inquiry, command.investigation)
    if any((each["asked_by"], each["inquiry"], each["investigation"]) == mine for each in open_now):
        return situation.so_already(rule)
    situation.must_fit()
    known = {consultation.authority: consultation for consultation in terms.opinions}
    if command.authority not in known:
        raise Invalid(Fault("/authority", "unknown_authority", {"known": tuple(known)}))
    if command.investigation is not None:
        _must_apply(command.investigation, situation)
    if open_now:
        raise Clash("asked_already")
    answer = known[command.authority].answer
    requested = e.OpinionRequested(
        authority=command.authority,
        investigation=command.investigation,
        answer_until=situation.until(answer) if answer else None,
        rule=rule.id,
        inquiry=command.inquiry,
    )
    return situation.by(rule, [(LEAD, requested)])


def give(command: GiveOpinion, situation: Situation) -> Decision:
    """By an officer of the asked authority, whose seal signs it; the days of the stop do not count (rules.md 6)."""
    case = situation.case
    asked = next((opinion for opinion in case.opinions if opinion["of"] == command.of), None)
    authority = asked["authority"] if asked else None
    rule = situation.must_be_allowed(authority)
    if asked is None:
        situation.must_fit()
        raise Clash("nothing_asked")
    if asked["given_at"] is not None:
        if asked["opinion"] != command.opinion:
            raise Differs("opinion_differs")
        return situation.so_already(rule, authority=authority)
    if not (case.have_asked | case.judges).isdisjoint(rule.known):
        raise NotAllowed("own_question")  # one human in two offices is one human (rules.md 20)
    situation.must_fit()
    given = e.OpinionGiven(
        of=command.of,
        decision_due=_due_after(asked["investigation"], situation),
        rule=rule.id,
        opinion=command.opinion,
    )
    return situation.by(rule, [(LEAD, given)], authority=authority)


def must_not_wait(situation: Situation) -> None:
    """Nothing is decided while the clock stands still for an investigation, as long as the law gives time for the
    answer: nobody waits for ever. What stops no clock stops no decision.
    """
    for opinion in situation.case.open_opinions:
        until = opinion["answer_until"]
        if opinion["investigation"] and until and not is_past(until, situation.at):
            raise Clash("opinion_open", authority=opinion["authority"])


def must_be_investigated(situation: Situation) -> None:
    """Raises Clash where the law lets nothing be approved before an inquiry was answered, and it was not."""
    answered = {each["investigation"] for each in situation.case.opinions if each["given_at"]}
    for investigation in situation.terms.investigations:
        is_needed = investigation.before_approval and investigation.code not in answered
        if is_needed and applies(investigation.when, situation.facts()):
            raise Clash("investigation_missing")


def _must_apply(code: str, situation: Situation) -> None:
    known = {
        investigation.code
        for investigation in situation.terms.investigations
        if applies(investigation.when, situation.facts())
    }
    if code not in known:
        raise Invalid(Fault("/investigation", "unknown_investigation", {"known": tuple(sorted(known))}))


def _due_after(investigation: str | None, situation: Situation) -> Deadline | None:
    """The time to decide as it stands when the answer is there; None where the case waits for consents or money first,
    as one that was set aside may. What was decided already has no other time by what comes late.
    """
    case = situation.case
    due, since = situation.decision_due, case.stands_still_since
    if due is None or investigation is None or since is None or not case.open_opinions:
        return due
    return pause(due, datetime.fromisoformat(since), situation.at, situation.country)
