"""What comes after its last day: a time is over by itself, and that the clock has not come yet gives nobody more of it
(rules.md 1).
"""

from datetime import date

from domain import events as e
from domain.case import Stage
from domain.days.deadlines import Deadline, is_past, restated
from domain.decisions.situation import Situation
from domain.refusals import Clash


def must_be_in_time(until: Deadline | None, situation: Situation) -> None:
    """Raises Clash with the day that has passed; None: the law gives as much time as it takes."""
    if until is not None and is_over(until, situation):
        raise Clash("time_is_over", until=date.fromisoformat(until["due"]))


def is_over(until: Deadline, situation: Situation) -> bool:
    """Whether it has passed, also by the calendar of today: a decree may have come, and not the clock (rules.md 7)."""
    return is_past(until, situation.at) and is_past(restated(until, situation.country), situation.at)


def must_not_have_run_out(situation: Situation) -> None:
    """For what would give a case new times: where one of them is over, it lapses. Raises Clash."""
    found = ran_out(situation)
    if found is not None:
        must_be_in_time(found[1], situation)


def ran_out(situation: Situation) -> tuple[e.LapseReason, Deadline] | None:
    """Why the case lapses, and the time that is over; None: it goes on."""
    case, at = situation.case, situation.at
    fee = case.open_fee
    # Nobody is late with a fee that is not certain yet.
    if fee and not fee["provisional"] and fee["lapses"] and is_past(fee["lapses"], at):
        return "unpaid", fee["due"] or fee["lapses"]
    is_asked = case.stage == Stage.FILED and not case.has_consents
    if is_asked and case.consent_until and is_past(case.consent_until, at):
        return "no_consent", case.consent_until
    if (question := case.open_question) and is_past(question["answer_until"], at):
        return "no_answer", question["answer_until"]
    return None
