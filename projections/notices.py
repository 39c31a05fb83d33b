"""What people were told: a row for each human and each thing, by keyed ids; codes and days, nothing else of anybody.

They follow from the timeline of the case. A day is the one that stands now, where it was moved since.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from domain.case import Case
from domain.case_parts import RestatedDay
from domain.days.deadlines import Deadline
from domain.events import WhichTime
from domain.parties import FIRST_PARTY
from projections import Row, View


class Notice(NamedTuple):
    """Which parties an event is told to, as what, and by when something is to be done.

    The functions get the case, and which event of its kind it is, from 0. ``time``: the member of the terms' times
    that gives the day. ``when`` it is told at all.
    """

    to: Callable[[Case, int], list[str]]
    code: str
    until: Callable[[Case, int], Deadline | None] = lambda _case, _nth: None
    time: str | None = None
    when: Callable[[Case, int], bool] = lambda _case, _nth: True


def _applicant(_case: Case, _nth: int) -> list[str]:
    return [FIRST_PARTY]


def _asked(case: Case, _nth: int) -> list[str]:
    return case.consents_asked


def _all(case: Case, _nth: int) -> list[str]:
    return list(case.parties)


def _days(case: Case, which: WhichTime) -> list[RestatedDay]:
    return [day for day in case.restated if day["which"] == which]


def _restated(to: Callable[[Case, int], list[str]] | None, which: WhichTime) -> Notice:
    """A day that a decree made later; ``to`` None: one party's own."""

    def theirs(case: Case, nth: int) -> list[str]:
        return [party] if (party := _days(case, which)[nth]["party"]) else []

    def until(case: Case, nth: int) -> Deadline | None:
        return _days(case, which)[nth]["due"]

    return Notice(to or theirs, f"{which}_restated", until, which, lambda *of: until(*of) is not None)


def _stands_still(case: Case, nth: int) -> bool:
    return case.opinions[nth]["investigation"] is not None


def _is_to_be_paid(case: Case, nth: int) -> bool:
    fee = case.fee if nth == 0 else case.entry_fee or case.fee
    return fee is not None and (fee["amount"] > 0 or fee["provisional"])


def _fee_due(case: Case, nth: int) -> Deadline | None:
    fee = case.fee if nth == 0 else case.entry_fee or case.fee
    return fee["due"] if fee else None


def _extended(case: Case, nth: int) -> Deadline | None:
    return case.extensions[nth]["due"]


# What is told of which event: a further one is a line here, and its sentence ("notice") among the messages.
# What was restated is told by which time it is.
NOTICES: Final[Mapping[str, Notice]] = {
    "CaseFiled": Notice(_asked, "consent_asked", lambda case, _nth: case.consent_until, "consent"),
    "FeeAssessed": Notice(_applicant, "fee_due", _fee_due, "pay", _is_to_be_paid),
    "ConsentRevoked": Notice(_all, "consent_revoked", lambda case, _nth: case.consent_until, "consent"),
    "InformationRequested": Notice(
        _applicant, "question", lambda case, nth: case.questions[nth]["answer_until"], "answer"
    ),
    "RequestAmended": Notice(_asked, "request_amended", lambda case, _nth: case.consent_until, "consent"),
    "DeadlineExtended": Notice(_all, "deadline_extended", _extended, "extend"),
    "DeadlineRestated.pay": _restated(_applicant, "pay"),
    "DeadlineRestated.pay_entry": _restated(_applicant, "pay_entry"),
    "DeadlineRestated.consent": _restated(_asked, "consent"),
    "DeadlineRestated.answer": _restated(_applicant, "answer"),
    "DeadlineRestated.decide": _restated(_all, "decide"),
    "DeadlineRestated.served": _restated(_all, "served"),
    "DeadlineRestated.appeal": _restated(None, "appeal"),
    "DeadlineRestated.appeal_decision": _restated(_all, "appeal_decision"),
    "CaseNotNeeded": Notice(_all, "not_needed"),
    "LapseSetAside": Notice(_all, "lapse_set_aside"),
    "AppealLodged": Notice(_all, "appeal_lodged"),
    "AppealTakenBack": Notice(_all, "appeal_taken_back"),
    "AppealDecided.upheld": Notice(_all, "appeal_upheld"),
    "AppealDecided.set_aside": Notice(_all, "appeal_set_aside"),
    "AppealDecided.annulled": Notice(_all, "appeal_annulled"),
    "OpinionRequested": Notice(_all, "clock_stopped", when=_stands_still),
    "CaseApproved": Notice(_all, "approved"),
    "CaseRefused": Notice(_all, "refused"),
    "CaseWithdrawn": Notice(_all, "withdrawn"),
    "CaseLapsed": Notice(_all, "lapsed"),
    "CaseCompleted": Notice(_all, "completed"),
    "ResultCorrected": Notice(_all, "corrected"),
    "ResultAnnulled": Notice(_all, "annulled"),
    "RefundDue": Notice(_applicant, "refund_due"),
    "RefundPaid": Notice(_applicant, "refund_paid"),
}


def _rows(case: Case) -> list[Row]:
    people = _people(case)
    met: dict[str, int] = {}
    found: list[Row] = []
    days = iter(case.restated)
    for step in case.timeline:
        notice = NOTICES.get(_named(step, case, days))
        if notice is None:
            continue
        nth = met[notice.code] = met.get(notice.code, -1) + 1
        if notice.when(case, nth):
            found += _told(case, step, notice, nth, people)
    return found


def _named(step: Mapping[str, Any], case: Case, days: Iterator[RestatedDay]) -> str:
    """Under which name it stands in the table: of some events, which of their kind."""
    what = str(step["what"])
    if what == "DeadlineRestated":
        return f"{what}.{next(days)['which']}"
    if what == "AppealDecided":
        outcomes = (appeal["outcome"] for appeal in case.appeals if appeal["decided_at"] == step["at"])
        return f"{what}.{next(outcomes)}"
    return what


def _people(case: Case) -> Mapping[str, list[str]]:
    """Party -> the humans who are told what is told to it: themselves, and who acts for them."""
    found = {party: [person] for party, person in case.persons.items()}
    for party, representative in case.representatives.items():
        found.setdefault(party, []).append(representative["person"])
    return found


def _told(
    case: Case, step: Mapping[str, Any], notice: Notice, nth: int, people: Mapping[str, list[str]]
) -> list[Row]:
    until = notice.until(case, nth)
    told = dict.fromkeys(person for party in notice.to(case, nth) for person in people.get(party, ()))
    return [
        {
            "case": case.case,
            "number": f"{step['version']:06d}-{n:03d}",
            "person": person,
            "procedure": case.procedure,
            "terms": case.terms,
            "at": step["at"],
            "what": notice.code,
            "until": until["due"] if until else None,
            "time": notice.time,
        }
        for n, person in enumerate(told)
    ]


PROJECTION = View(
    name="notices",
    family="case",
    columns={
        "case": "text",
        "number": "text",
        "person": "text",
        "procedure": "text",
        "terms": "text",
        "at": "text",
        "what": "text",
        "until": "text",
        "time": "text",
    },
    rows=_rows,
    indexes=(("person", "at", "case", "number"),),
)
