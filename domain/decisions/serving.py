"""What ended a case reaches its parties: each opens it, or the law takes it as read; then a time to appeal runs."""

from collections.abc import Collection

from domain import events as e
from domain import running
from domain.authorisation import Rule
from domain.commands import PresumeServed, ServeDecision
from domain.days.deadlines import Deadline, is_past
from domain.decision import LEAD, Decision
from domain.decisions import restating
from domain.decisions.acting import as_a_party, capacities_for
from domain.decisions.situation import Situation
from domain.parties import Capacity
from domain.refusals import Clash


def serve(command: ServeDecision, situation: Situation) -> Decision:
    """A party has opened it, or who acts for one; a reading alone changes nothing (rules.md 19). Opened after the law
    takes it as read, it is that all the same, and no new time begins.
    """
    rule = situation.must_be_allowed()
    case = situation.case
    mine = _opened_as(command, rule, case.may_appeal)
    if case.ending is not None and command.of != case.ending["of"]:
        raise Clash("serves_old_decision")
    unserved = [each.party for each in mine if each.party not in case.served]
    if not unserved:
        return situation.so_already(rule)
    situation.must_fit()
    rule = rule.of(mine[0])
    presumed = presumed_until(situation)
    appeal_until = presumed or situation.until(situation.terms.times.appeal)
    acting = situation.representative(rule)
    return situation.by(
        rule,
        [
            (
                LEAD,
                e.DecisionServed(
                    party=party,
                    of=command.of,
                    how="presumed" if presumed else "opened",
                    appeal_until=appeal_until,
                    acting=acting,
                ),
            )
            for party in unserved
        ],
    )


def _opened_as(command: ServeDecision, rule: Rule, parties: Collection[str]) -> list[Capacity]:
    """As whom: one human who is several of the parties has opened it for all of them, if they do not say for which."""
    mine = capacities_for(command, rule.capacities, parties) if command.party is None else ()
    return [each for each in mine if each.as_ is None] or [as_a_party(command, rule, parties)]


def presume(_command: PresumeServed, situation: Situation) -> Decision:
    """The clock: who has not opened it is taken to have read it on the day that the law says."""
    rule = situation.must_be_allowed()
    ending, unserved = situation.case.ending, situation.case.unserved
    if ending is None or not unserved or not is_past(ending["served_after"], situation.at):
        return situation.so_already(rule)
    if later := restating.later(situation):
        return situation.by(rule, later)
    appeal_until = presumed_until(situation)
    if appeal_until is None:
        return situation.so_already(rule)
    presumed = [
        e.DecisionServed(party=party, of=ending["of"], how="presumed", appeal_until=appeal_until, acting=None)
        for party in unserved
    ]
    return situation.by(rule, [(LEAD, served) for served in presumed])


def presumed_until(situation: Situation) -> Deadline | None:
    """Until when whoever is taken to have read it may appeal; None: the law does not take it as read yet."""
    return running.presumed_until(
        situation.case, situation.terms.times.appeal, situation.at, situation.country
    )
