"""What people were told: a row for each human and each thing, by keyed ids; codes and days, nothing else of anybody.

They follow from the timeline of the case. Whoever took part when a thing was told keeps it, and whoever came later is
not told it; a day is the one that stood then: where it moved since, a later notice says so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from typing import Any, Final, NamedTuple

from domain.awaited import unconfirmed
from domain.case import Case
from domain.case_parts import RestatedDay
from domain.events import FeePaid, PersonalDataErased, WhichTime
from domain.parties import FIRST_PARTY
from domain.roles import COURT, OFFICERS
from domain.running import stood_still
from domain.visibility import AFTER_REFUSAL, EXEMPT
from projections import Row, View

Humans = dict[str, bool]  # by keyed ids; whether each is told as the party, not as who acts for it


@dataclass(frozen=True, slots=True)
class TakingPart:
    """Who took part at a time: ``people`` as in ``Case.people``, and the parties whose consent was asked."""

    people: Mapping[str, list[str | None]]
    asked: list[str]
    _found: dict[tuple[str, ...], Humans] = field(
        default_factory=dict
    )  # a case tells the same people many things

    def humans_of(self, parties: Iterable[str]) -> Humans:
        """Who is told what is told to these parties, each once."""
        known = tuple(parties)
        if (told := self._found.get(known)) is not None:
            return told
        found = self._found[known] = {}
        for party in known:
            itself, representative = self.people.get(party, (None, None))
            if itself:
                found[itself] = True
            if representative:
                found.setdefault(representative, False)
        return found


class Moment(NamedTuple):
    """A step of a case's timeline: which of its name it is, from 0, and who took part before it and from it on."""

    case: Case
    step: Mapping[str, Any]
    nth: int
    before: TakingPart
    then: TakingPart


class Notice(NamedTuple):
    """Who is told of an event, and as what.

    ``time``: the member of the terms' times that gives the day by which something is to be done, None: nothing is.
    ``when`` it is told at all; None: always.
    """

    to: Callable[[Moment], Humans]
    code: str
    time: str | None = None
    when: Callable[[Moment], bool] | None = None


# --- who is told ----------------------------------------------------------------------------------------------


def _applicant(moment: Moment) -> Humans:
    return moment.then.humans_of([FIRST_PARTY])


def _asked(moment: Moment) -> Humans:
    return moment.then.humans_of(moment.then.asked)


def _all(moment: Moment) -> Humans:
    return moment.then.humans_of(moment.then.people)


def _asked_again(moment: Moment) -> Humans:
    before = moment.before.humans_of(moment.before.people)
    return {human: is_party for human, is_party in _asked(moment).items() if human in before}


def _asked_first(moment: Moment) -> Humans:
    before = moment.before.humans_of(moment.before.people)
    return {human: is_party for human, is_party in _asked(moment).items() if human not in before}


def _named_alone(moment: Moment) -> Humans:
    """Whom the request names without asking them anything."""
    then = moment.then
    involved = (FIRST_PARTY, *then.asked)
    alone = [party for party in then.people if party not in involved]
    if not alone:
        return {}
    heard = then.humans_of(involved)
    return {human: is_party for human, is_party in then.humans_of(alone).items() if human not in heard}


def _named_first(moment: Moment) -> Humans:
    before = moment.before.humans_of(moment.before.people)
    return {human: is_party for human, is_party in _named_alone(moment).items() if human not in before}


def _left_out(moment: Moment) -> Humans:
    before, then = moment.before.humans_of(moment.before.people), _all(moment)
    return {human: is_party for human, is_party in before.items() if human not in then}


def _served(moment: Moment) -> Humans:
    """A human who is several parties is served as all of them in one append, and told once."""
    step = moment.step
    before = takewhile(
        lambda each: (each["what"], each["at"]) == (step["what"], step["at"]),
        reversed(moment.case.timeline[: step["version"] - 1]),
    )
    served = moment.then.humans_of(each["party"] for each in before)
    found = _who_may_appeal(moment, step["party"])
    return {human: is_party for human, is_party in found.items() if not (is_party and served.get(human))}


_ENDS: Final = frozenset({"CaseRefused", "CaseLapsed", "CaseCompleted"})


def _who_may_appeal(moment: Moment, party: str) -> Humans:
    """Nobody where this human has an appeal against the same end, open or decided."""
    people, case, at = moment.then.people, moment.case, moment.step["at"]
    before = [each["what"] for each in case.timeline[: moment.step["version"] - 1]]
    ended = max((n for n, what in enumerate(before) if what in _ENDS), default=0)
    first, last = (sum(what == "AppealLodged" for what in steps) for steps in (before[:ended], before))
    standing = (a["party"] for a in case.appeals[first:last] if (a["taken_back_at"] or "9") > at)
    humans = {human for each in standing for human in (each, people[each][0]) if human}
    return {} if humans & {party, people[party][0]} else moment.then.humans_of([party])


def _who_did_not_ask(moment: Moment) -> Humans:
    """Whoever did not appeal."""
    lost = moment.case.have_lost_by_annulment
    return moment.then.humans_of(party for party in moment.then.people if party in lost)


def _whose_time_to_appeal(moment: Moment) -> Humans:
    party = _days(moment.case, "appeal")[moment.nth]["party"]
    return _who_may_appeal(moment, party) if party else {}


# --- when it is told ------------------------------------------------------------------------------------------


def _is_to_be_paid(moment: Moment) -> bool:
    return bool(_left(moment))


def _is_provisional(moment: Moment) -> bool:
    return _left(moment) is None


def _left(moment: Moment) -> int | None:
    """What is left to pay once all of its append is counted: the payment that made a fee another one, and what was due
    back and counts first.
    """
    step = moment.step
    left: int | None = step["left"]
    for before, each in pairwise(moment.case.timeline[step["version"] - 1 :]):
        if each["at"] != step["at"] or each["what"] not in _COUNTED_WITH.get(before["what"], ()):
            break
        left = each.get("left", left)
    return left


# What is counted with a fee in its append, by the event before it.
_COUNTED_WITH: Final[Mapping[str, tuple[str, ...]]] = {
    "FeeAssessed": ("FeePaid", "RequestAmended", "RefundNotDue"),
    "FeePaid": ("RefundNotDue",),
    "RequestAmended": ("RefundNotDue",),
    "RefundNotDue": ("RefundNotDue",),
}


def _is_due_back(moment: Moment) -> bool:
    """But for what had gone back by then, as the same append tells."""
    version, at = moment.step["version"], moment.step["at"]
    after = [each for each in moment.case.timeline[version : version + 2] if each["at"] == at]
    if [each["what"] for each in after[:1]] != ["RefundPaid"]:
        return True
    # It is to be paid again: that follows from nothing else.
    return "left" not in after[0] and [each["what"] for each in after[1:]] != ["FeeAssessed"]


def _is_missing(moment: Moment) -> bool:
    """It had gone back before it counted again, and what was approved is not paid."""
    version, at = moment.step["version"], moment.step["at"]
    before = moment.case.timeline[version - 2]
    return "left" in moment.step and (before["what"], before["at"]) == ("RefundDue", at)


def _is_none_missing(moment: Moment) -> bool:
    return not _is_missing(moment)


def _is_the_last(moment: Moment) -> bool:
    """No other appeal was open after it."""
    at = moment.step["at"]
    return not any(
        each["at"] <= at
        and all(over is None or over > at for over in (each["taken_back_at"], each["decided_at"]))
        for each in moment.case.appeals
    )


def _is_not_the_last(moment: Moment) -> bool:
    return not _is_the_last(moment)


def _is_by_a_court(moment: Moment) -> bool:
    return bool(moment.step["by"] == COURT)


def _is_taken_back_on_appeal(moment: Moment) -> bool:
    return moment.step["by"] not in (COURT, *OFFICERS) and not _is_left(moment)


def _is_left(moment: Moment) -> bool:
    """What was written reads otherwise since, and stays."""
    annulments = [each for each in moment.case.amendments if each["what"] == "annulment"]
    return bool(annulments[moment.nth]["left"])


def _stands_still(moment: Moment) -> bool:
    return moment.case.opinions[moment.nth]["investigation"] is not None


def _is_as_said(moment: Moment) -> bool:
    """The request itself says what the exemption asks for; of a case that needs nothing no later decision comes."""
    case = moment.case
    return case.decided is not None and f"{EXEMPT}{case.decided['exemption']}" in case.warnings


def _is_otherwise(moment: Moment) -> bool:
    return not _is_as_said(moment)


def _by_an_office(moment: Moment) -> bool:
    """For its own error: against that there is the court alone."""
    return moment.step["by"] in OFFICERS


def _by_others(moment: Moment) -> bool:
    return not _by_an_office(moment)


def _keeps_a_fee(moment: Moment) -> bool:
    return moment.case.kept > 0


def _is_kept_by_law(moment: Moment) -> bool:
    return _is_kept(moment) and AFTER_REFUSAL not in unconfirmed(moment.case)


def _is_kept_by_no_law(moment: Moment) -> bool:
    return _is_kept(moment) and AFTER_REFUSAL in unconfirmed(moment.case)


def _is_kept(moment: Moment) -> bool:
    """Something was paid for what was refused, and the refusal gave nothing back, which follows in its append."""
    refusals = [one for one in moment.case.decisions if one["kind"] == "refused"]
    after = moment.case.timeline[moment.step["version"] :][:1]
    gives_back = [(each["what"], each["at"]) for each in after] == [("RefundDue", moment.step["at"])]
    return bool(refusals[moment.nth]["kept"]) and not gives_back


def _days(case: Case, which: WhichTime) -> list[RestatedDay]:
    return [day for day in case.restated if day["which"] == which]


def _restated(to: Callable[[Moment], Humans], which: WhichTime) -> tuple[Notice, ...]:
    """A day that a decree made later."""

    def is_told(moment: Moment) -> bool:
        due = _days(moment.case, which)[moment.nth]["due"]
        return due is not None and not stood_still(due, moment.step["at"])

    return (Notice(to, f"{which}_restated", which, is_told),)


def _ran_on(to: Callable[[Moment], Humans], which: WhichTime) -> tuple[Notice, ...]:
    """A day that is later as the case had lapsed meanwhile."""

    def is_told(moment: Moment) -> bool:
        due = _days(moment.case, which)[moment.nth]["due"]
        return due is not None and stood_still(due, moment.step["at"])

    return (Notice(to, f"{which}_stood_still", which, is_told),)


def _assessed(code: str, time: WhichTime) -> tuple[Notice, ...]:
    return (
        Notice(_applicant, code, time, _is_to_be_paid),
        Notice(_applicant, "fee_provisional", when=_is_provisional),
    )


LEFT: Final = "entry_left"  # it stands until a court decides: whether one has, the entry says
LEFT_DECIDED: Final = "entry_left_decided"  # how the same is said where one has

# What is told of which event: a further one is a line here, and its sentence ("notice") among the messages.
# What was restated is told by which time it is, what was assessed by which fee.
NOTICES: Final[Mapping[str, tuple[Notice, ...]]] = {
    "CaseFiled": (Notice(_asked, "consent_asked", "consent"), Notice(_named_alone, "named")),
    "FeeAssessed.filing": _assessed("fee_due", "pay"),
    "FeeAssessed.entry": _assessed("entry_fee_due", "pay_entry"),
    "ConsentRevoked": (Notice(_all, "consent_revoked", "consent"),),
    "InformationRequested": (Notice(_applicant, "question", "answer"),),
    "RequestAmended": (
        Notice(_asked_again, "request_amended", "consent"),
        Notice(_asked_first, "consent_asked", "consent"),
        Notice(_named_first, "named"),
        Notice(_left_out, "left_out"),
    ),
    "DeadlineExtended": (Notice(_all, "deadline_extended", "extend"),),
    "DeadlineRestated.pay": _restated(_applicant, "pay"),
    "DeadlineRestated.pay_entry": _restated(_applicant, "pay_entry"),
    "DeadlineRestated.consent": (*_restated(_asked, "consent"), *_ran_on(_asked, "consent")),
    "DeadlineRestated.answer": (*_restated(_applicant, "answer"), *_ran_on(_applicant, "answer")),
    "DeadlineRestated.decide": _restated(_all, "decide"),
    "DeadlineRestated.served": _restated(_all, "served"),
    "DeadlineRestated.appeal": _restated(_whose_time_to_appeal, "appeal"),
    "DeadlineRestated.appeal_decision": _restated(_all, "appeal_decision"),
    "CaseNotNeeded": (
        Notice(_all, "not_needed", when=_is_as_said),
        Notice(_all, "not_needed_otherwise", when=_is_otherwise),
    ),
    "LapseSetAside": (Notice(_all, "lapse_set_aside"),),
    "DecisionServed": (Notice(_served, "may_appeal", "appeal"),),
    "AppealLodged": (Notice(_all, "appeal_lodged"),),
    "AppealTakenBack": (
        Notice(_all, "appeal_taken_back", when=_is_the_last),
        Notice(_all, "one_appeal_taken_back", when=_is_not_the_last),
    ),
    "AppealDecided.upheld": (Notice(_all, "appeal_upheld"),),
    "AppealDecided.set_aside": (Notice(_all, "appeal_set_aside"),),
    "AppealDecided.lapse_set_aside": (Notice(_all, "appeal_lapse_set_aside"),),
    "AppealDecided.consent": (Notice(_all, "appeal_lapse_waits_for_consent", "consent"),),
    "AppealDecided.answer": (Notice(_all, "appeal_lapse_waits_for_answer", "answer"),),
    "AppealDecided.annulled": (Notice(_all, "appeal_annulled"),),
    "OpinionRequested": (Notice(_all, "clock_stopped", when=_stands_still),),
    "CaseApproved": (Notice(_all, "approved"),),
    "CaseRefused": (
        Notice(_all, "refused"),
        Notice(_applicant, "fee_kept_refused", when=_is_kept_by_law),
        Notice(_applicant, "fee_kept_refused_unconfirmed", when=_is_kept_by_no_law),
    ),
    "CaseWithdrawn": (Notice(_all, "withdrawn"),),
    "CaseLapsed": (Notice(_all, "lapsed"),),
    "CaseCompleted": (Notice(_all, "completed"),),
    "ResultCorrected": (
        Notice(_all, "corrected", when=_by_others),
        Notice(_all, "corrected_by_office", when=_by_an_office),
    ),
    "ResultAnnulled": (
        Notice(_all, "annulled", when=_is_by_a_court),
        Notice(_all, "annulled_by_office", when=_by_an_office),
        Notice(_who_did_not_ask, "annulled_court", when=_is_taken_back_on_appeal),
        Notice(_all, LEFT, when=_is_left),
        Notice(_applicant, "fee_kept", when=_keeps_a_fee),
    ),
    "RefundDue": (Notice(_applicant, "refund_due", when=_is_due_back),),
    "RefundNotDue": (Notice(_applicant, "refund_not_due"),),
    "RefundPaid": (
        Notice(_applicant, "refund_paid", when=_is_none_missing),
        Notice(_applicant, "fee_gone", when=_is_missing),
    ),
}
BY_OFFICES: Final = ("corrected_by_office", "annulled_by_office")  # the court that the law names is told
TIMES: Final[Mapping[str, str | None]] = {
    notice.code: notice.time for notices in NOTICES.values() for notice in notices
}


# --- the rows -------------------------------------------------------------------------------------------------


def _rows(case: Case) -> list[Row]:
    found: list[Row] = []
    for moment, notices in _moments(case):
        n = 0
        for notice in notices:
            if notice.when is not None and not notice.when(moment):
                continue
            for human, is_party in notice.to(moment).items():
                found.append(_row(moment, notice, n, human, is_party=is_party))
                n += 1
    return found


def _moments(case: Case) -> Iterator[tuple[Moment, tuple[Notice, ...]]]:
    """Each step of which somebody is told, in one pass."""
    met: dict[str, int] = {}
    days = iter(case.restated)
    newest = TakingPart(case.people, case.consents_asked)
    *later, then = (newest, *(TakingPart(each["people"], each["asked"]) for each in reversed(case.former)))
    before, restated = then, [each["until"] for each in reversed(case.former)]
    for step in case.timeline:
        if restated and step["version"] == restated[-1]:
            restated.pop()
            before, then = then, later.pop()
        name = _named(step, case, days)
        if notices := NOTICES.get(name):
            nth = met[name] = met.get(name, -1) + 1
            yield Moment(case, step, nth, before, then), notices


def _named(step: Mapping[str, Any], case: Case, days: Iterator[RestatedDay]) -> str:
    """Under which name it stands in the table: of some events, which of their kind."""
    what = str(step["what"])
    if what == "FeeAssessed":
        return f"{what}.{step['fee']}"
    if what == "DeadlineRestated":
        return f"{what}.{next(days)['which']}"
    if what == "AppealDecided":
        return f"{what}.{_decided_as(step, case)}"
    return what


_DECISIONS: Final = frozenset({"CaseApproved", "CaseRefused", "CaseWithdrawn", "CaseLapsed", "CaseNotNeeded"})


def _decided_as(step: Mapping[str, Any], case: Case) -> str:
    """How the appeal ended; of a lapse that was set aside, what the case waits for, where that has a day."""
    outcome = next(str(each["outcome"]) for each in case.appeals if each["decided_at"] == step["at"])
    if outcome != "set_aside":
        return outcome
    nth = sum(each["what"] in _DECISIONS for each in case.timeline[: step["version"]])
    decided = case.decisions[nth - 1]
    if decided["kind"] != "lapsed":
        return outcome
    if "until" not in step:
        return "lapse_set_aside"
    return "answer" if decided["reason"] == "no_answer" else "consent"


def _row(moment: Moment, notice: Notice, n: int, person: str, *, is_party: bool) -> Row:
    case, step = moment.case, moment.step
    return {
        "case": case.case,
        "number": f"{step['version']:06d}-{n:03d}",
        "person": person,
        "is_party": int(is_party),
        "procedure": case.procedure,
        "terms": case.terms,
        "at": step["at"],
        "what": notice.code,
        "until": step.get("until") if notice.time else None,
    }


PROJECTION = View(
    name="notices",
    family="case",
    columns={
        "case": "text",
        "number": "text",
        "person": "text",
        "is_party": "integer",
        "procedure": "text",
        "terms": "text",
        "at": "text",
        "what": "text",
        "until": "text",
    },
    rows=_rows,
    indexes=(("person", "at", "case", "number"),),
    follows=frozenset(
        {*(name.partition(".")[0] for name in NOTICES), FeePaid.__name__, PersonalDataErased.__name__}
    ),
)
