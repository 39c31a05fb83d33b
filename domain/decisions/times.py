"""What comes after its last day: a time is over by itself, and that the clock has not come yet gives nobody more of it
(rules.md 1).
"""

from datetime import date

from domain import events as e
from domain import running
from domain.days.deadlines import Deadline
from domain.decisions.situation import Situation
from domain.refusals import Clash


def must_be_in_time(until: Deadline | None, situation: Situation) -> None:
    """Raises Clash with the day that has passed; None: the law gives as much time as it takes."""
    if until is not None and is_over(until, situation):
        raise Clash("time_is_over", until=date.fromisoformat(until["due"]))


def is_over(until: Deadline, situation: Situation) -> bool:
    """Whether it has passed, also by the calendar of today: a decree may have come, and not the clock (rules.md 7)."""
    return running.is_over(until, situation.at, situation.country)


def must_not_have_run_out(situation: Situation) -> None:
    """For what would give a case new times: where one of them is over, it lapses; also while money that was paid in
    time may be on its way. Raises Clash.
    """
    must_be_in_time(running.over(situation.case, situation.at), situation)


def ran_out(situation: Situation) -> tuple[e.LapseReason, Deadline] | None:
    """Why the case lapses, and the time that is over; None: it goes on."""
    return running.ran_out(situation.case, situation.at)
