"""Appeals: a party asks who the law names to look at what ended the case; who judged before takes no part."""

from domain import events as e
from domain.authorisation import Rule
from domain.commands import DecideAppeal, LodgeAppeal, TakeBackAppeal
from domain.days.deadlines import Deadline
from domain.decision import LEAD, Decision, Events
from domain.decisions import amendments, holding
from domain.decisions.acting import as_a_party
from domain.decisions.payments import assessed_again
from domain.decisions.situation import Situation, officer_of, person_of
from domain.refusals import Clash, Fault, Invalid, NotAllowed, Unknown
from domain.running import is_too_late_to_appeal

FITTING = {
    "refused": ("upheld", "set_aside"),
    "lapsed": ("upheld", "set_aside"),
    "approved": ("upheld", "annulled"),
}


def lodge(command: LodgeAppeal, situation: Situation) -> Decision:
    """Against a refusal, a lapse or a completed case, as long as the party's time to appeal runs; one at a time, so
    that taking it back leaves none behind.
    """
    rule = situation.must_be_allowed()
    case, body = situation.case, situation.terms.appeals
    mine = as_a_party(command, rule, case.may_appeal)
    said = [appeal["reason"] for appeal in case.open_appeals if appeal["party"] == mine.party]
    if command.reason in said and situation.was_brought(command.evidence):
        return situation.so_already(rule)
    if case.is_annulled:
        raise Clash("annulled_already")
    if case.ending is not None and command.of != case.ending["of"]:
        raise Clash("appeals_old_decision")
    if case.ending is not None and not said and mine.party in case.are_heard:
        raise Clash("appeal_decided")  # also where its end, for all of them, ended the time
    if case.ending is not None and _is_too_late(mine.party, situation):
        raise Clash("appeal_term_over")  # whether the clock has come or not (rules.md 6)
    situation.must_fit()
    if said:
        raise Clash("appeal_open")
    rule = rule.of(mine)
    lodged = e.AppealLodged(
        of=command.of,
        party=mine.party,
        authority=body.authority,
        decide_until=situation.until(body.decide) if body.decide else None,
        reason=command.reason,
        evidence=list(command.evidence),
        acting=situation.representative(rule),
    )
    return situation.by(rule, [(LEAD, lodged)])


def _is_too_late(party: str, situation: Situation) -> bool:
    appeal = situation.terms.times.appeal
    return is_too_late_to_appeal(situation.case, party, appeal, situation.at, situation.country)


def _is_the_last(situation: Situation) -> bool:
    """Whether nobody else may appeal any more: the time is each party's own (rules.md 19), and one that lost takes
    nothing from another, who may not even have what ended the case.
    """
    case = situation.case
    heard = case.same_humans((*case.have_lost, *(appeal["party"] for appeal in case.open_appeals)))
    return all(party in heard or _is_too_late(party, situation) for party in case.may_appeal)


def take_back(command: TakeBackAppeal, situation: Situation) -> Decision:
    """By the party who lodged it; the decision stands as it stood, and its time to appeal runs on."""
    rule = situation.must_be_allowed()
    known = {appeal["of"]: appeal for appeal in situation.case.appeals}
    appeal = known.get(command.of)
    if appeal is None:
        situation.must_fit()
        raise Clash("no_such_appeal")
    mine = as_a_party(command, rule, (appeal["party"],))
    if appeal["taken_back_at"] is not None:
        return situation.so_already(rule)
    situation.must_fit()
    rule = rule.of(mine)
    back = e.AppealTakenBack(of=command.of, acting=situation.representative(rule))
    return situation.by(rule, [(LEAD, back)])


def _times_anew(situation: Situation) -> dict[str, Deadline]:
    """What had run out, or might have by now, runs anew."""
    case, times = situation.case, situation.terms.times
    found = {}
    if not case.has_consents and times.consent:
        found["consent_until"] = situation.until(times.consent)
    if case.questions and case.questions[-1]["answered_at"] is None:
        found["answer_until"] = situation.until(times.answer)
    return found


def _annulled(command: DecideAppeal, rule: Rule, situation: Situation) -> Events:
    """What was written counts no more, by the law of the appeal; over what was registered since, a court decides."""
    body = situation.terms.appeals
    basis = amendments.Basis(rule, body.source.law, body.authority)
    return amendments.annulled(situation, basis, command.reason, is_on_appeal=True)


def decide_appeal(command: DecideAppeal, situation: Situation) -> Decision:
    """By the authority that the law names; set aside, others decide, and the full time runs anew."""
    case = situation.case
    authority = situation.terms.appeals.authority
    rule = situation.must_be_allowed(authority)
    if not case.appeals:
        raise Unknown
    if not case.judges.isdisjoint(rule.known):
        raise NotAllowed("judged_before")
    # The newest may have been taken back before the others were decided.
    last = [] if case.open_appeals else [each for each in case.appeals if each["decided_at"]][-1:]
    mine = (officer_of(rule), command.outcome, command.reason)
    if last and (last[0]["decided_by"], last[0]["outcome"], last[0]["explanation"]) == mine:
        return situation.so_already(rule, authority=authority)
    situation.must_fit()
    fitting = FITTING[case.decided["kind"]] if case.decided else ()
    if command.outcome not in fitting:
        raise Invalid(Fault("/outcome", "outcome_does_not_fit", {"known": tuple(fitting)}))
    is_held, times = True, dict[str, Deadline]()
    if command.outcome == "set_aside":
        claims, is_held = holding.taken_again(situation)
        times = _times_anew(situation)
        after = assessed_again(situation)
    elif command.outcome == "annulled":
        claims, after = _annulled(command, rule, situation), [(LEAD, e.AppealTermEnded())]
    else:
        is_last = _is_the_last(situation)
        claims = holding.released(situation) if is_last else []
        after = [(LEAD, e.AppealTermEnded())] if is_last else []
    decided = e.AppealDecided(
        outcome=command.outcome,
        rule=rule.id,
        is_held=is_held,
        consent_until=times.get("consent_until"),
        answer_until=times.get("answer_until"),
        reason=command.reason,
        officer_person=person_of(rule),
    )
    return situation.by(rule, [*claims, (LEAD, decided), *after], authority=authority)
