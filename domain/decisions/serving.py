"""What ended a case reaches its parties: each opens it, or the law takes it as read; then a time to appeal runs."""

from datetime import date

from domain import events as e
from domain.commands import PresumeServed, ServeDecision
from domain.days.deadlines import compute, is_past
from domain.decision import LEAD, Decision
from domain.decisions import restating
from domain.decisions.acting import as_a_party
from domain.decisions.situation import Situation
from domain.refusals import Clash


def serve(command: ServeDecision, situation: Situation) -> Decision:
    """A party has opened it, or who acts for one; a reading alone changes nothing (rules.md 19)."""
    rule = situation.must_be_allowed()
    case = situation.case
    mine = as_a_party(command, rule, case.parties)
    if case.ending is not None and command.of != case.ending["of"]:
        raise Clash("serves_old_decision")
    if mine.party in case.served:
        return situation.so_already(rule)
    situation.must_fit()
    rule = rule.of(mine)
    served = e.DecisionServed(
        party=mine.party,
        of=command.of,
        how="opened",
        appeal_until=situation.until(situation.terms.times.appeal),
        acting=situation.representative(rule),
    )
    return situation.by(rule, [(LEAD, served)])


def presume(_command: PresumeServed, situation: Situation) -> Decision:
    """The clock: who has not opened it is taken to have read it on the day that the law says."""
    rule = situation.must_be_allowed()
    ending, unserved = situation.case.ending, situation.case.unserved
    if ending is None or not unserved or not is_past(ending["served_after"], situation.at):
        return situation.so_already(rule)
    if later := restating.later(situation):
        return situation.by(rule, later)
    day = date.fromisoformat(ending["served_after"]["due"])
    appeal_until = compute(situation.terms.times.appeal, day, situation.country)
    presumed = [
        e.DecisionServed(party=party, of=ending["of"], how="presumed", appeal_until=appeal_until, acting=None)
        for party in unserved
    ]
    return situation.by(rule, [(LEAD, served) for served in presumed])
