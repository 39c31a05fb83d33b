"""The times of a case that somebody still has, and what each is by the calendar of today; pure, in no office's name.

Times that stand still, that nobody waits for, or that are over are none of them.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from domain.case import Case, Stage
from domain.country import Country
from domain.days.deadlines import Deadline, Term, compute, is_past, pause, restated
from domain.events import DeadlineRestated, LapseReason, WhichTime

# What ends these takes effect by itself, or is a mark that stays (rules.md 6): once over, they stay over. The others
# run until the clock says in the log that they are over.
ENDS_BY_ITSELF: Final[frozenset[WhichTime]] = frozenset({"opinion", "decide", "appeal", "appeal_decision"})


# What a case lapses for when it is over.
LAPSES: Final[Mapping[WhichTime, LapseReason]] = {
    "pay": "unpaid",
    "pay_entry": "unpaid",
    "consent": "no_consent",
    "answer": "no_answer",
}

# What nobody could do while the case had lapsed, and has to do once it goes on.
STOOD_STILL: Final[frozenset[WhichTime]] = frozenset({"consent", "answer", "opinion"})


class Running(NamedTuple):
    """A time that runs. ``party``: whose it is, of the times to appeal; ``of``: the event that it is about."""

    which: WhichTime
    due: Deadline
    party: str | None = None
    of: str | None = None
    lapses: Deadline | None = None  # of a time to pay

    @property
    def ends(self) -> Deadline:
        """After what it is over: a time to pay, when the money that was on its way would be there, too."""
        return self.lapses or self.due


def running(case: Case) -> list[Running]:
    """All that run."""
    return [found for way in _WAYS for found in way(case)]


def restated_in(case: Case, at: datetime, country: Country) -> Iterator[DeadlineRestated]:
    """What today's calendar makes later of what runs at that moment; nothing becomes earlier (rules.md 7)."""
    for time in running(case):
        prolonged = decision_due(case, at, country) if time.which == "decide" else None
        due = prolonged or restated(time.due, country)
        lapses = time.lapses and restated(time.lapses, country, start=date.fromisoformat(due["due"]))
        if (due, lapses) == (time.due, time.lapses):
            continue
        last = time.due if time.which in ENDS_BY_ITSELF else lapses or due
        if not is_past(last, at):
            yield DeadlineRestated(which=time.which, party=time.party, of=time.of, due=due, lapses=lapses)


def ran_on(case: Case, at: datetime, country: Country) -> Iterator[DeadlineRestated]:
    """What runs on in a lapsed case that goes on where it stood: the days from the lapse until now do not count, as in
    any stop of the clock (rules.md 6). What was over before the lapse stays over.
    """
    lapse = case.decided
    if lapse is None or case.lapsed_from is None:
        return
    for time in running(case._replace(stage=case.lapsed_from)):
        if time.which not in STOOD_STILL:
            continue
        due = pause(time.due, datetime.fromisoformat(lapse["at"]), at, country)
        if due != time.due:
            yield DeadlineRestated(which=time.which, party=time.party, of=time.of, due=due, lapses=None)


def stood_still(due: Deadline, at: str) -> bool:
    """Whether the day became later at that moment as the time stood still until then, and by no decree."""
    return bool(due["stops"]) and due["stops"][-1]["answer_at"] == at


def is_over(until: Deadline, at: datetime, country: Country) -> bool:
    """Whether it has passed, also by the calendar of today: a decree may have come, and not the clock (rules.md 7)."""
    return is_past(until, at) and is_past(restated(until, country), at)


def ran_out(case: Case, at: datetime) -> tuple[LapseReason, Deadline] | None:
    """Why the case lapses, and the time that is over; None: it goes on."""
    for time in running(case):
        reason = LAPSES.get(time.which)
        if reason is not None and is_past(time.ends, at):
            return reason, time.due
    return None


def lapsed_for(case: Case, reason: LapseReason) -> WhichTime:
    """The time that ran out, where it lapsed for this reason."""
    return "pay_entry" if case.was_approved else next(time for time in LAPSES if LAPSES[time] == reason)


def over(case: Case, at: datetime) -> Deadline | None:
    """The last day of what the case will lapse for: a time to pay is over on it, whatever is on its way still."""
    for way in _LAPSING:
        for time in way(case):
            if is_past(time.due, at):
                return time.due
    return None


def to_pay(case: Case) -> Deadline | None:
    """The time to pay that runs; None: nothing is open, or nobody can be late with it."""
    return next((time.due for time in _fee(case)), None)


def presumed_until(case: Case, appeal: Term, at: datetime, country: Country) -> Deadline | None:
    """Until when whoever is taken to have read what ended the case may appeal; None: the law does not take it as read
    yet. ``appeal``: the time that the law gives.
    """
    ending = case.ending
    if ending is None or not is_over(ending["served_after"], at, country):
        return None
    return compute(appeal, date.fromisoformat(ending["served_after"]["due"]), country)


def is_too_late_to_appeal(case: Case, party: str, appeal: Term, at: datetime, country: Country) -> bool:
    """Whether the party's own time is over, be the clock there or not."""
    served = case.served.get(party)
    until = served["appeal_until"] if served else presumed_until(case, appeal, at, country)
    return case.is_appeal_term_over or (until is not None and is_past(until, at))


def appeals_end(case: Case) -> Deadline | None:
    """The end of the last time to appeal; None where it is not known, is over, or somebody has appealed."""
    is_open = case.stage != Stage.APPEALED and not case.is_appeal_term_over
    return case.appeal_until if is_open else None


def decision_due(case: Case, at: datetime, country: Country) -> Deadline | None:
    """The time to decide by the calendar of today, whether it runs at that moment or stands still; what had run out
    stays so, and what was prolonged runs from the day on which it would have ended.
    """
    due, since = case.decision_due, case.stands_still_since
    if due is None or is_past(due, datetime.fromisoformat(since) if since else at):
        return due
    more = case.extensions[-1] if case.extensions and "T" not in due["start"] else None
    if more is None:
        return restated(due, country)
    first = date.fromisoformat(restated(more["before"], country)["due"])
    return restated(due, country, start=first, since=datetime.fromisoformat(more["at"]))


# --- one after the other ------------------------------------------------------------------------------------


def _fee(case: Case) -> Iterator[Running]:
    fee = case.open_fee
    if fee and fee["due"] and not fee["provisional"]:
        yield Running("pay_entry" if case.waits_for_entries else "pay", fee["due"], lapses=fee["lapses"])


def _consents(case: Case) -> Iterator[Running]:
    if case.stage == Stage.FILED and not case.has_consents and case.consent_until:
        yield Running("consent", case.consent_until)


def _answer(case: Case) -> Iterator[Running]:
    if question := case.open_question:
        yield Running("answer", question["answer_until"], of=question["of"])


def _opinions(case: Case) -> Iterator[Running]:
    for opinion in case.open_opinions:
        if opinion["answer_until"]:
            yield Running("opinion", opinion["answer_until"], of=opinion["of"])


def _decision(case: Case) -> Iterator[Running]:
    if until := case.decide_until:
        yield Running("decide", until)


def _appeal_terms(case: Case) -> Iterator[Running]:
    if case.ending is None or case.is_appeal_term_over:
        return
    if case.unserved:
        yield Running("served", case.ending["served_after"])
    for party, served in case.served.items():
        yield Running("appeal", served["appeal_until"], party=party)


def _appeals(case: Case) -> Iterator[Running]:
    for appeal in case.open_appeals:
        if appeal["decide_until"]:
            yield Running("appeal_decision", appeal["decide_until"], party=appeal["party"], of=appeal["of"])


_LAPSING: Final = (_fee, _consents, _answer)  # what LAPSES names
_WAYS: Final[tuple[Callable[[Case], Iterator[Running]], ...]] = (
    _fee,
    _consents,
    _answer,
    _opinions,
    _decision,
    _appeal_terms,
    _appeals,
)
