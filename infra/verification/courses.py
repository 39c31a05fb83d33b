"""29. course: an event fits its case as it stood: its stage, who had consented, what was paid, who had proposed or
judged, what the terms ask; each party says its own.

By the public members alone: what is personal, and whether a day was computed rightly, is not looked at. How the case
stood says course.py, what the terms say by_terms.py.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from domain.case import BEFORE_DECISION, Stage
from domain.countries import country_of, legal_day
from domain.decision import SYSTEM_ACTOR
from domain.fees import Fee
from domain.parties import FIRST_PARTY
from domain.roles import HOSPITAL, OFFICERS
from infra.formats.canonical import b64url
from infra.verification.by_terms import (
    is_of_an_officer,
    wrong_consents,
    wrong_exemption,
    wrong_fee,
    wrong_grounds,
)
from infra.verification.course import (
    APPROVED,
    AT,
    COMPLETED,
    FILING,
    LAPSED,
    NAMED,
    NAMES,
    REFUSED,
    Course,
    Paid,
    day_of,
    had_gone,
    is_from_nothing,
    led_by,
    take,
    which_time,
)
from infra.verification.findings import Wrong
from infra.verification.log_file import Row, jws_of, said_by
from infra.verification.statement import FAILED
from infra.verification.streams import HEADS, Streams


def _hash_of(row: Row) -> str:
    return b64url(sha256(jws_of(row)).digest())


class Courses:
    """The cases of one log, as a verifier walks over their events in order; of one thread."""

    def __init__(self, country: str, streams: Streams) -> None:
        self._country = country
        self._streams = streams
        self._known: dict[str, Course] = {}

    def clear(self) -> None:
        """The events are looked at anew."""
        self._known.clear()

    def forget(self, stream: object) -> None:
        """An event of it failed another check: what comes next is judged by what stands there."""
        self._known.pop(stream, None)  # type: ignore[call-overload]

    def take(self, payload: Mapping[str, Any], event_hash: str) -> None:
        """An event failed another check, and happened."""
        if (case := self._known.get(payload["stream"])) is not None:
            take(case, payload, event_hash)

    def check(self, payload: Mapping[str, Any], event_hash: str) -> None:
        """An event of ``FOLDED``; raises what FAILED lists. Nothing is said where an event before it in its stream is
        missing or altered: that one is named.
        """
        stream = payload["stream"]
        try:
            if payload["type"] == FILING:
                case = self._keep(stream, Course(self._country, payload, event_hash))
                found = wrong_filing(case, payload)
            else:
                case = self._known.get(stream) or self._found(payload)
                found = wrong(case, payload)
                take(case, payload, event_hash)
            if found:
                raise Wrong("course", found)
        except FAILED:
            if self._streams.are_as_signed(self._streams.before(stream, payload["seq"])):
                raise

    def _keep(self, stream: str, case: Course) -> Course:
        if len(self._known) >= HEADS:
            self._known.clear()
        self._known[stream] = case
        return case

    def _found(self, payload: Mapping[str, Any]) -> Course:
        """As it stood before the event."""
        first, *more = self._streams.before(payload["stream"], payload["seq"])
        case = self._keep(payload["stream"], Course(self._country, said_by(first), _hash_of(first)))
        for row in more:
            said = said_by(row)
            if said["type"] in NAMES:
                take(case, said, _hash_of(row) if said["type"] in NAMED else "")
        return case


def wrong_filing(case: Course, payload: Mapping[str, Any]) -> str:
    """What does not fit in how a case begins; empty where all does."""
    if not _is_for(payload["actor"], FIRST_PARTY):
        return "a case is filed by another than who applies"
    if payload["actor"]["role"] == HOSPITAL and not _may_declare(case):
        return "the hospitals filed what the law does not let them file"
    return wrong_consents(case.found, payload["data"])


def _may_declare(case: Course) -> bool:
    notices = case.terms.notices if case.terms else None
    return notices is not None and notices.declares


def wrong(case: Course, payload: Mapping[str, Any]) -> str:
    """What does not fit; empty where all does."""
    name = NAMES[payload["type"]]
    stages = AT.get(name)
    # The fee of what a request becomes stands before the amendment, and may be covered already.
    stage = (name == "RequestAmended" and case.before_fee) or case.stage
    if stages is not None and stage not in stages:
        return f"a case that is {stage.value} has no {name}"
    if case.gone is not None and (name != "RefundPaid" or payload["data"]["payment"] != case.gone):
        return "money that counted again is due back, and had not gone before"
    if case.waits_for_fee and (found := _after_fee(case, name, payload)):
        return found
    if found := _wrong_actor(name, payload["actor"]):
        return found
    if name in _JUDGING and (found := _judged_before(case, name, payload)):
        return found
    must_hold = _MUST.get(name)
    return must_hold(case, payload) if must_hold else ""


# --- who ------------------------------------------------------------------------------------------------------

_OF_WHO_HAS_IT: Final = frozenset(
    {"InformationRequested", "OpinionRequested", "DeadlineExtended", "ApprovalProposed", "CaseRefused"}
)
# What nobody does who took part otherwise.
_JUDGING: Final = frozenset(
    {
        "CaseAssigned",
        "InformationRequested",
        "OpinionRequested",
        "OpinionGiven",
        "DeadlineExtended",
        "ApprovalProposed",
        "CaseApproved",
        "CaseRefused",
        "CaseNotNeeded",
        "AppealDecided",
    }
)


def _judged_before(case: Course, name: str, payload: Mapping[str, Any]) -> str:
    """Others decide what is set aside, and the appeal; and nobody judges who acted for a party at the counter."""
    who = {payload["actor"]["id"]}
    if name == "CaseAssigned":
        who.add(payload["data"]["officer"])
    is_appeal = name == "AppealDecided"
    if not who.isdisjoint(case.barred):
        return "who judged what was set aside judges again"
    if not who.isdisjoint(case.acted_for):
        return "who acted for a party at the counter judges"
    if not is_appeal and not who.isdisjoint(case.set_aside_by):
        return "who set a decision aside takes the new one"
    if is_appeal and (payload["actor"]["id"] == case.officer or not who.isdisjoint(case.judges)):
        return "who judged decides the appeal"
    if name in _OF_WHO_HAS_IT and payload["actor"]["id"] != case.officer:
        return "another decides than the officer who has the case"
    return ""


def _is_for(actor: Mapping[str, Any], party: str) -> bool:
    """Whether it is this party, or who acts for it."""
    return bool(party == (actor["for"]["party"] if "for" in actor else actor["id"]))


def _wrong_actor(name: str, actor: Mapping[str, Any]) -> str:
    if actor["role"] == HOSPITAL and name != "FeeAssessed":  # which comes with the filing
        return "the hospitals did more than to file"
    is_there = "for" in actor and actor["for"]["as"] == "counter"
    return "who acts at the counter is no officer" if is_there and actor["role"] not in OFFICERS else ""


def _must_be_the_applicants(_case: Course, payload: Mapping[str, Any]) -> str:
    return "" if _is_for(payload["actor"], FIRST_PARTY) else "another than who applies did what is theirs"


def _must_be_the_partys(_case: Course, payload: Mapping[str, Any]) -> str:
    is_it = _is_for(payload["actor"], payload["data"]["party"])
    return "" if is_it else "a party's word is another one's"


def _must_be_over_this(case: Course, payload: Mapping[str, Any]) -> str:
    """A party that is asked says yes or no, to the request as it stands, until an approval is proposed."""
    said = payload["data"]
    if said["of"] != case.request_hash:
        return "the consent is about another request than the one that stands"
    if said["party"] not in case.asked and not (
        payload["type"] == _DECLINED and case.may_stop(said["party"])
    ):
        return "a party says what nobody asks it"
    if payload["type"] == _DECLINED and case.stage is not Stage.FILED and not case.may_stop(said["party"]):
        return "a consent is declined after all were given"
    if payload["type"] == _REVOKED and case.proposer is not None:
        return "a consent is taken back after the proposal"
    return _must_be_the_partys(case, payload)


_REVOKED: Final = "case.ConsentRevoked.v1"
_DECLINED: Final = "case.ConsentDeclined.v1"


def _must_be_opened(case: Course, payload: Mapping[str, Any]) -> str:
    """By the party; or by another that has it already, as one human may be both: who they are is sealed."""
    said, actor = payload["data"], payload["actor"]
    if said["party"] not in case.parties:
        return "it is served on somebody who is no party"
    if said["how"] != "opened":
        return ""
    if actor["role"] == SYSTEM_ACTOR["role"]:
        return "the clock opened what only a party opens"
    mine = actor["for"]["party"] if "for" in actor else actor["id"]
    return "" if mine == said["party"] or mine in case.served else "another opened what is a party's"


# --- money ----------------------------------------------------------------------------------------------------


def _must_be_charged(case: Course, payload: Mapping[str, Any]) -> str:
    said = payload["data"]
    follows = led_by(case, said, payload["actor"])
    if follows is None:
        return "nothing leads to this fee"
    actor = payload["actor"]
    if is_of_an_officer(said) and (actor["role"] not in OFFICERS or "for" in actor):
        return "another than an officer said how much is asked"
    return "" if follows else _wrong_fee(case, said, case.request, payload)


def _after_fee(case: Course, name: str, payload: Mapping[str, Any]) -> str:
    """What follows a fee that came by it."""
    if name not in case.waits_for_fee or case.open_fee is None:
        return "nothing led to the fee before it"
    if name == "RefundNotDue":
        return ""
    request = case.members(payload["data"]) if name == "RequestAmended" else case.request
    return _wrong_fee(case, case.open_fee, request, payload)


def _wrong_fee(
    case: Course, said: Mapping[str, Any], request: Mapping[str, Any], payload: Mapping[str, Any]
) -> str:
    if case.terms is None:
        return ""
    fee = case.terms.entry_fee if said["fee"] == "entry" else case.terms.fee
    return wrong_fee(case.country, fee, said, request, _days(case, fee, payload))


def _days(case: Course, fee: Fee | None, payload: Mapping[str, Any]) -> Iterator[date]:
    """On which of them the values count: of the filing; or of the payment, which is today until it is paid."""
    if fee is None or fee.unit_day == "filing":
        yield case.filed_on
        return
    if payload["type"] == _PAID:
        yield _day_named(case.country, payload["data"]["paid_at"])
        return
    yield day_of(case.country, payload["time"][:16])
    yield case.filed_on  # money that is told next may have come on a day between the two
    yield from (_day_named(case.country, each.on) for each in case.payments.values())


_PAID: Final = "case.FeePaid.v1"


def _day_named(country: str, moment: str) -> date:
    return legal_day(datetime.fromisoformat(moment), country_of(country))


def _must_have_come(case: Course, payload: Mapping[str, Any]) -> str:
    """What is due back, or is not, is of a payment that came, and no more than came of it."""
    said, name = payload["data"], NAMES[payload["type"]]
    paid = case.payments.get(said["payment"])
    if paid is None:
        return "it is about a payment that never came"
    if name == "RefundDue" and not had_gone(case, said):
        if found := is_from_nothing(case, said):
            return found
        if said["reason"] == "late" and _is_before_its_day(case, paid):
            return "what was paid in time goes back as late"
    left = paid.came - paid.due if name == "RefundDue" else paid.due - paid.went
    if name == "RefundPaid":
        return "" if paid.is_due else "nothing of this payment is due back"
    return "" if 0 <= said["amount"] <= left else "it is more than there is of this payment"


def _is_before_its_day(case: Course, paid: Paid) -> bool:
    """Whether a case that waits for money got it before the last day to pay."""
    until = case.pay_until.get("pay_entry" if case.waits_for_entries else "pay")
    is_open = case.stage in BEFORE_DECISION or (case.stage is APPROVED and case.waits_for_entries)
    return is_open and until is not None and paid.on[:_SECOND] < until[:_SECOND]


# --- what is decided ------------------------------------------------------------------------------------------


def _must_be_approved_by_two(case: Course, payload: Mapping[str, Any]) -> str:
    who = payload["actor"]["id"]
    if case.four_eyes and (case.proposer is None or who in case.proposed):
        return "two people decide, and no other one proposed it"
    if case.terms is None or not payload["data"]["entries"]:
        return ""
    is_owed = case.terms.entry_fee is not None and not case.is_entry_paid
    return "entries are written before the fee for them is paid" if is_owed else ""


def _must_be_written_once(case: Course, _payload: Mapping[str, Any]) -> str:
    if case.has_written is not False:
        return "what was approved is written already"
    return "" if case.is_entry_paid else "entries are written before the fee for them is paid"


def _must_be_on_grounds(case: Course, payload: Mapping[str, Any]) -> str:
    return wrong_grounds(case.terms, payload["data"]) if case.terms else ""


def _must_be_exempt(case: Course, payload: Mapping[str, Any]) -> str:
    return wrong_exemption(case.terms, payload["data"]) if case.terms else ""


def _must_have_run_out(case: Course, payload: Mapping[str, Any]) -> str:
    reason = payload["data"]["reason"]
    if not _ran_out(case, reason):
        return f"nothing ran out: {reason}"
    which = ("pay_entry" if case.stage is APPROVED else "pay") if reason == "unpaid" else reason[3:]
    until = case.ends.get(which)
    is_over = until is not None and until[:_SECOND] <= payload["time"][:_SECOND]
    return "" if is_over else f"its time is not over: {reason}"


_SECOND: Final = len("2026-01-01T00:00:00")


def _must_have_been_paid(case: Course, payload: Mapping[str, Any]) -> str:
    if payload["data"]["payment"] not in case.payments or case.lapsed_for != "unpaid":
        return "no payment came that sets the lapse aside"
    until = case.ends.get("pay_entry" if case.lapsed_from is APPROVED else "pay", "")
    if case.payments[payload["data"]["payment"]].on[:_SECOND] > until[:_SECOND]:
        return "what sets the lapse aside was paid after it"
    is_paid = case.is_entry_paid if case.lapsed_from is APPROVED else case.is_paid
    return "" if is_paid else "what came does not set the lapse aside"


def _must_be_in_time(case: Course, payload: Mapping[str, Any]) -> str:
    if payload["data"]["party"] not in case.parties:
        return "somebody appeals who is no party"
    return "the time to appeal is over" if case.is_term_over else _must_be_the_partys(case, payload)


def _must_be_their_appeal(case: Course, payload: Mapping[str, Any]) -> str:
    party = case.lodged.get(payload["data"]["of"])
    if party is None:
        return "an appeal is taken back that is not open"
    return "" if _is_for(payload["actor"], party) else "another took a party's appeal back"


_DECIDED_OF: Final[Mapping[str, tuple[Stage, ...]]] = {
    "set_aside": (REFUSED, LAPSED),
    "annulled": (COMPLETED,),
    "upheld": (REFUSED, LAPSED, COMPLETED),
}


def _must_fit_the_end(case: Course, payload: Mapping[str, Any]) -> str:
    outcome = payload["data"]["outcome"]
    if case.ended_as not in _DECIDED_OF[outcome]:
        return f"what is {case.ended_as.value} cannot be {outcome}"
    is_alone = outcome == "annulled" and case.newest != "ResultAnnulled"
    return "what is annulled on appeal is not taken back right before it" if is_alone else ""


def _must_be_over(case: Course, payload: Mapping[str, Any]) -> str:
    """The time to appeal of each who has the decision; of nobody, the day on which it is taken as read. At once where
    an appeal was decided; for whom it is not over then, as who was heard may be another party as well, is sealed.
    """
    if case.is_heard or case.newest == "AppealDecided":
        return ""
    ends = [case.ends[f"appeal {party}"] for party in case.served] or [case.ends.get("served", "")]
    is_over = all(until[:_SECOND] <= payload["time"][:_SECOND] for until in ends)
    return "" if is_over else "the time to appeal is not over"


def _must_be_restated(case: Course, payload: Mapping[str, Any]) -> str:
    if not _is_for(payload["actor"], FIRST_PARTY):
        return "another than who applies restated the request"
    return wrong_consents(case.found, payload["data"])


def _must_be_taken_back(case: Course, payload: Mapping[str, Any]) -> str:
    """By who applies; where a party declined, that one's word stands right before it."""
    if payload["data"]["reason"] != "applicant":
        return "" if case.newest == "ConsentDeclined" else "nobody declined"
    is_it = _is_for(payload["actor"], FIRST_PARTY)
    return "" if is_it else "another than who applies took the request back"


_BY_EVENT: Final = frozenset({"opinion", "appeal_decision"})  # of which there may be several


def _must_be_later(case: Course, payload: Mapping[str, Any]) -> str:
    """A day that is moved becomes later."""
    said = payload["data"]
    before = None if said["which"] in _BY_EVENT else case.ends.get(which_time(said))
    is_earlier = before is not None and (said["lapses"] or said["due"])["until"] < before
    return "a day is moved, and becomes earlier" if is_earlier else ""


def _must_be_longer(case: Course, payload: Mapping[str, Any]) -> str:
    before = case.ends.get("decide", "")
    return "" if payload["data"]["due"]["until"] >= before else "a day is prolonged, and becomes earlier"


_MUST: Final[Mapping[str, Callable[[Course, Mapping[str, Any]], str]]] = {
    "RequestAmended": _must_be_restated,
    "FeeAssessed": _must_be_charged,
    "ConsentGiven": _must_be_over_this,
    "ConsentDeclined": _must_be_over_this,
    "ConsentRevoked": _must_be_over_this,
    "RefundDue": _must_have_come,
    "RefundNotDue": _must_have_come,
    "RefundPaid": _must_have_come,
    "InformationProvided": _must_be_the_applicants,
    "CaseApproved": _must_be_approved_by_two,
    "EntriesWritten": _must_be_written_once,
    "CaseRefused": _must_be_on_grounds,
    "CaseNotNeeded": _must_be_exempt,
    "CaseLapsed": _must_have_run_out,
    "LapseSetAside": _must_have_been_paid,
    "CaseWithdrawn": _must_be_taken_back,
    "DeadlineRestated": _must_be_later,
    "DeadlineExtended": _must_be_longer,
    "DecisionServed": _must_be_opened,
    "ClaimWaived": _must_be_the_applicants,
    "AppealLodged": _must_be_in_time,
    "AppealTakenBack": _must_be_their_appeal,
    "AppealDecided": _must_fit_the_end,
    "AppealTermEnded": _must_be_over,
}


def _ran_out(case: Course, reason: str) -> bool:
    if reason == "unpaid":
        return case.is_unpaid
    return not case.has_consents if reason == "no_consent" else case.has_question
