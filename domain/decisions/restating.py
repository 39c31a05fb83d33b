"""Restating: a decree since then made a day later by which somebody has to act (rules.md 7)."""

from domain.commands import RestateDeadlines
from domain.decision import LEAD, Decision, Events
from domain.decisions.situation import Situation
from domain.running import restated_in


def restate(_command: RestateDeadlines, situation: Situation) -> Decision:
    """The clock: all that runs in the case, by the calendar of today."""
    return situation.by(situation.must_be_allowed(), later(situation))


def later(situation: Situation) -> Events:
    """The days that today's calendar makes later; nothing lapses on the day that another calendar gave."""
    return [(LEAD, moved) for moved in restated_in(situation.case, situation.at, situation.country)]
