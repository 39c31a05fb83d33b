"""29. course: an event fits its case as it stood: its stage, who had consented, what was paid, who had proposed or
judged, what the terms ask; each party says its own.

By the public members alone, and by a fold of its own, which a verifier can keep for each case: what is personal, and
whether a day was computed rightly, is not looked at. What the terms say stands in by_terms.py.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from domain.case import BEFORE_DECISION, ENDED, Stage
from domain.countries import country_of, legal_day
from domain.decision import SYSTEM_ACTOR
from domain.fees import Fee
from domain.offers import offer
from domain.parties import FIRST_PARTY
from domain.procedure import Offer, Terms
from domain.roles import OFFICERS
from infra.formats.canonical import b64url
from infra.verification.by_terms import (
    members_of_fees,
    wrong_consents,
    wrong_exemption,
    wrong_fee,
    wrong_grounds,
)
from infra.verification.findings import Wrong
from infra.verification.log_file import Row, jws_of, said_by
from infra.verification.statement import FAILED
from infra.verification.streams import HEADS, Streams

FILED, IN_REVIEW, RETURNED, APPROVED = Stage.FILED, Stage.IN_REVIEW, Stage.RETURNED, Stage.APPROVED
REFUSED, LAPSED, COMPLETED, APPEALED = Stage.REFUSED, Stage.LAPSED, Stage.COMPLETED, Stage.APPEALED
_ENDED_SO: Final = (REFUSED, LAPSED, COMPLETED, APPEALED)
# At which stages what may happen; of what is not named, and of money, at any.
_AT: Final[Mapping[str, tuple[Stage, ...]]] = {
    "RequestAmended": (FILED, RETURNED),
    "ConsentGiven": (FILED,),
    "ConsentDeclined": (FILED,),
    "ConsentRevoked": BEFORE_DECISION,
    "CaseAssigned": (IN_REVIEW,),
    "InformationRequested": (IN_REVIEW,),
    "InformationProvided": (RETURNED, FILED),
    "OpinionRequested": (IN_REVIEW,),
    "DeadlineExtended": (IN_REVIEW,),
    "ApprovalProposed": (IN_REVIEW,),
    "CaseApproved": (IN_REVIEW,),
    "CaseRefused": (IN_REVIEW,),
    "EntriesWritten": (APPROVED,),
    "CaseWithdrawn": BEFORE_DECISION,
    "CaseNotNeeded": BEFORE_DECISION,
    "CaseLapsed": (FILED, RETURNED, APPROVED),
    "LapseSetAside": (LAPSED, APPEALED),
    "AppealLodged": _ENDED_SO,
    "AppealTakenBack": (APPEALED,),
    "AppealDecided": (APPEALED,),
    "AppealTermEnded": (REFUSED, LAPSED, COMPLETED),
    "CaseCompleted": (APPROVED,),
    "PersonalDataErased": ENDED,
}


class Paid:
    """A payment: what came of it and when, what of that is due back, and what went back."""

    __slots__ = ("came", "due", "is_due", "on", "went")

    def __init__(self, came: int, on: str) -> None:
        self.came, self.on = came, on
        self.due = self.went = 0
        self.is_due = False  # or ever was


class Course:
    """A case as its public members tell it; ``take`` moves it on, ``wrong`` says what does not fit."""

    __slots__ = (
        "acted_for",
        "appeals",
        "asked",
        "barred",
        "before_fee",
        "charged_by",
        "country",
        "ended_as",
        "ends",
        "entry_fee",
        "fee",
        "filed_on",
        "found",
        "four_eyes",
        "given",
        "has_question",
        "has_written",
        "is_term_over",
        "judges",
        "kept",
        "lapsed_for",
        "lapsed_from",
        "officer",
        "open_fee",
        "payments",
        "proposed",
        "proposer",
        "request",
        "request_hash",
        "set_aside_by",
        "stage",
        "terms",
        "waits_for_entries",
        "waits_for_fee",
    )

    def __init__(self, country: str, payload: Mapping[str, Any], event_hash: str) -> None:
        filed = payload["data"]
        self.country = country
        self.found: Offer | None = offer(country, filed["procedure"])
        self.terms: Terms | None = self.found.since(filed["terms"]) if self.found else None
        self.filed_on = _day(country, payload["time"][:16])
        self.stage = FILED
        self.before_fee: Stage | None = None  # where the newest event is a fee: the stage before it
        self.request_hash = event_hash  # of what a consent is given to
        self.request = self.members(filed)
        self.asked: list[str] = filed["consents"]
        self.given: set[str] = set()
        self.fee: int | None = None  # what is asked at filing; None: it is not certain
        self.entry_fee: int | None = None  # before the entries are written, beside it; None also: not asked
        self.waits_for_entries = False  # that fee is asked, and nothing is written yet
        # Whose the event before is, where a fee may follow it in its append.
        self.charged_by: str | None = payload["actor"]["id"]
        # A fee that came by what follows it: its event, and what may follow.
        self.open_fee: Mapping[str, Any] | None = None
        self.waits_for_fee: tuple[str, ...] = ()
        self.kept = 0
        self.payments: dict[str, Paid] = {}
        self.has_question = False
        self.has_written: bool | None = None  # what was approved; None: nothing was
        self.proposer: str | None = None
        self.proposed: set[str] = set()  # whoever ever did
        self.officer: str | None = None  # who has the case
        self.judges: set[str] = set()
        self.barred: set[str] = set()  # who judged what was set aside since
        self.set_aside_by: set[str] = set()
        self.acted_for: set[str] = set()  # officers, at the counter
        self.lapsed_from: Stage | None = None
        self.lapsed_for = ""
        self.ends: dict[str, str] = {}  # a time -> from when on it is over, as it was said last
        self.ended_as = REFUSED
        self.appeals = 0  # that are open
        self.is_term_over = False  # to appeal
        self.four_eyes = self.terms is not None and asks_two(self.terms)
        _remember_day(self, "consent", filed["consent_until"])
        if "for" in payload["actor"]:
            _at_counter(self, payload["actor"])

    def members(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of a request, what says how much is asked."""
        return members_of_fees((self.terms.fee, self.terms.entry_fee), said) if self.terms else {}

    @property
    def is_paid(self) -> bool:
        return self.fee is not None and self.kept >= self.fee

    @property
    def is_unpaid(self) -> bool:
        """A fee is asked for where the case stands, is certain, and is not there: nobody is late with another one."""
        fee = self.fee
        if self.stage is APPROVED:
            if not self.waits_for_entries or fee is None or self.entry_fee is None:
                return False
            fee += self.entry_fee
        return fee is not None and self.kept < fee

    @property
    def has_consents(self) -> bool:
        return self.given.issuperset(self.asked)

    def complete(self) -> None:
        if self.stage is FILED and self.has_consents and self.is_paid:
            self.stage = RETURNED if self.has_question else IN_REVIEW

    def end(self, stage: Stage) -> None:
        self.stage = self.ended_as = stage
        self.lapsed_for, self.is_term_over = "", False

    def set_aside(self) -> None:
        self.stage = APPROVED if self.lapsed_from is APPROVED else FILED
        self.lapsed_from, self.appeals = None, 0
        self.lapsed_for, self.is_term_over = "", False
        self.complete()

    @property
    def is_entry_paid(self) -> bool:
        """Of what was approved before: all that is asked."""
        return self.entry_fee is not None and self.kept >= (self.fee or 0) + self.entry_fee


def asks_two(terms: Terms) -> bool:
    """Whether two people decide whatever the facts are."""
    return terms.four_eyes.are_asked and not terms.four_eyes.when


@lru_cache(maxsize=1024)
def _day(country: str, minute: str) -> date:
    return legal_day(datetime.fromisoformat(f"{minute}:00+00:00"), country_of(country))


def _remember_day(case: Course, which: str, until: Mapping[str, Any] | None) -> None:
    if until is not None:
        case.ends[which] = until["until"]


def _at_counter(case: Course, actor: Mapping[str, Any]) -> None:
    if actor["for"]["as"] == "counter":
        case.acted_for.add(actor["id"])


# What an event leads to: the case, its public members, who acted, its hash.
After = Callable[[Course, Mapping[str, Any], Mapping[str, Any], str], None]


def _amended(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], event_hash: str) -> None:
    case.stage, case.asked, case.given, case.has_question = FILED, said["consents"], set(), False
    case.request_hash, case.request, case.proposer = event_hash, case.members(said), None
    _remember_day(case, "consent", said["consent_until"])
    case.complete()


def _assessed(case: Course, said: Mapping[str, Any], actor: Mapping[str, Any], _hash: str) -> None:
    case.before_fee = case.stage
    case.waits_for_fee = _led_by(case, said, actor) or ()
    case.open_fee = said if case.waits_for_fee else None
    amount = None if said["provisional"] else said["amount"]
    is_entry = said["fee"] == "entry"
    _remember_day(case, "pay_entry" if is_entry else "pay", said["lapses"] or said["due"])
    if is_entry:
        case.entry_fee, case.waits_for_entries = amount, True
    else:
        case.fee = amount
        case.complete()


def _consented(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.given.add(said["party"])
    case.complete()


def _declined(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.given.discard(said["party"])


def _revoked(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.stage, case.proposer = FILED, None
    case.given.discard(said["party"])
    _remember_day(case, "consent", said["consent_until"])


def _came(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.payments.setdefault(said["payment"], Paid(said["amount"], said["paid_at"]))
    case.kept += said["amount"]
    case.complete()


def _is_due(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    if (paid := case.payments.get(said["payment"])) is not None:
        paid.due, paid.is_due = paid.due + said["amount"], True
    case.kept -= said["amount"]
    if case.stage in (IN_REVIEW, RETURNED) and not case.is_paid:  # what it waits for again
        case.stage, case.proposer = FILED, None


def _is_not_due(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    if (paid := case.payments.get(said["payment"])) is not None:
        paid.due -= said["amount"]
    case.kept += said["amount"]
    case.complete()


def _went(case: Course, said: Mapping[str, Any], actor: Mapping[str, Any], _hash: str) -> None:
    if (paid := case.payments.get(said["payment"])) is not None:
        paid.went += said["amount"]
    case.charged_by = actor["id"]


def _assigned(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.officer = said["officer"]


def _asked(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.stage, case.has_question, case.proposer = RETURNED, True, None
    _remember_day(case, "answer", said["answer_until"])


def _started(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    _remember_day(case, "decide", said["due"])


def _ran_on(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    _remember_day(case, "decide", said["decision_due"])


def _served(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    _remember_day(case, f"appeal {said['party']}", said["appeal_until"])


def _completed(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.end(COMPLETED)
    _remember_day(case, "served", said["served_after"])


def _answered(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    _remember_day(case, "decide", said["decision_due"])
    case.has_question = False
    if case.stage is RETURNED:
        case.stage = IN_REVIEW


def _opinion_asked(case: Course, _said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.proposer = None


def _proposed(case: Course, _said: Mapping[str, Any], actor: Mapping[str, Any], _hash: str) -> None:
    case.proposer = actor["id"]
    case.proposed.add(actor["id"])
    case.judges.add(actor["id"])


def _approved(case: Course, said: Mapping[str, Any], actor: Mapping[str, Any], _hash: str) -> None:
    case.judges.add(actor["id"])
    case.has_written = bool(said["entries"])
    case.waits_for_entries &= not case.has_written
    case.end(APPROVED)


def _refused(case: Course, said: Mapping[str, Any], actor: Mapping[str, Any], _hash: str) -> None:
    case.judges.add(actor["id"])
    case.end(REFUSED)
    _remember_day(case, "served", said["served_after"])


def _not_needed(case: Course, _said: Mapping[str, Any], actor: Mapping[str, Any], _hash: str) -> None:
    case.judges.add(actor["id"])
    case.end(Stage.NOT_NEEDED)


def _written(case: Course, _said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.has_written, case.waits_for_entries = True, False


def _lapsed(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.lapsed_from = case.stage
    case.end(LAPSED)
    case.lapsed_for = said["reason"]
    _remember_day(case, "served", said["served_after"])


def _set_aside(case: Course, _said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.set_aside()


def _restated(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    _remember_day(case, _which(said), said["lapses"] or said["due"])


def _which(said: Mapping[str, Any]) -> str:
    """Times to appeal are each party's own."""
    return f"appeal {said['party']}" if said["which"] == "appeal" else str(said["which"])


def _lodged(case: Course, _said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.stage = APPEALED
    case.appeals += 1


def _taken_back(case: Course, _said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.appeals -= 1
    if case.appeals == 0:
        case.stage = case.ended_as


def _appeal_decided(case: Course, said: Mapping[str, Any], actor: Mapping[str, Any], _hash: str) -> None:
    if said["outcome"] == "set_aside":
        case.barred |= case.judges | ({case.officer} if case.officer else set())
        case.set_aside_by.add(actor["id"])
        case.proposer = case.officer = None
        case.charged_by = actor["id"]
        _remember_day(case, "consent", said["consent_until"])
        _remember_day(case, "answer", said["answer_until"])
        case.set_aside()
    else:
        case.stage, case.appeals = case.ended_as, 0


def _term_ended(case: Course, _said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.is_term_over = True


def _annulled(case: Course, _said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    if case.stage is APPROVED:
        case.stage = COMPLETED


def _to(stage: Stage) -> After:
    def end(case: Course, _said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
        case.end(stage)

    return end


def _stays(_case: Course, _said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    pass


_AFTER: Final[Mapping[str, After]] = {
    **dict.fromkeys(_AT, _stays),
    "RequestAmended": _amended,
    "FeeAssessed": _assessed,
    "ConsentGiven": _consented,
    "ConsentDeclined": _declined,
    "ConsentRevoked": _revoked,
    "FeePaid": _came,
    "RefundDue": _is_due,
    "RefundNotDue": _is_not_due,
    "RefundPaid": _went,
    "CaseAssigned": _assigned,
    "InformationRequested": _asked,
    "InformationProvided": _answered,
    "OpinionRequested": _opinion_asked,
    "ApprovalProposed": _proposed,
    "CaseApproved": _approved,
    "CaseRefused": _refused,
    "EntriesWritten": _written,
    "CaseWithdrawn": _to(Stage.WITHDRAWN),
    "CaseNotNeeded": _not_needed,
    "CaseLapsed": _lapsed,
    "CaseCompleted": _completed,
    "LapseSetAside": _set_aside,
    "DeadlineRestated": _restated,
    "DecisionTermStarted": _started,
    "DeadlineExtended": _started,
    "DecisionServed": _served,
    "OpinionGiven": _ran_on,
    "ClaimWaived": _stays,
    "AppealLodged": _lodged,
    "AppealTakenBack": _taken_back,
    "AppealDecided": _appeal_decided,
    "AppealTermEnded": _term_ended,
    "ResultAnnulled": _annulled,
}
_FILED: Final = "case.CaseFiled.v1"
FOLDED: Final = frozenset({_FILED, *(f"case.{name}.v1" for name in _AFTER)})
_NAMES: Final = {f"case.{name}.v1": name for name in _AFTER}


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
            if payload["type"] == _FILED:
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
            if said["type"] in _NAMES:
                take(case, said, _hash_of(row) if said["type"] == _AMENDED else "")
        return case


_AMENDED: Final = "case.RequestAmended.v1"


def _hash_of(row: Row) -> str:
    return b64url(sha256(jws_of(row)).digest())


def take(case: Course, payload: Mapping[str, Any], event_hash: str) -> None:
    """The case goes on with an event of ``FOLDED``, whether it fits or not; ``event_hash``: of what restates it."""
    name, actor = _NAMES[payload["type"]], payload["actor"]
    case.before_fee = None
    if case.waits_for_fee and name != "RefundNotDue":
        case.waits_for_fee, case.open_fee = (), None
    if "for" in actor:
        _at_counter(case, actor)
    if name == "FeeAssessed":
        _assessed(case, payload["data"], actor, event_hash)
        case.charged_by = None
    else:
        case.charged_by = None
        _AFTER[name](case, payload["data"], actor, event_hash)


def wrong_filing(case: Course, payload: Mapping[str, Any]) -> str:
    """What does not fit in how a case begins; empty where all does."""
    if not _is_for(payload["actor"], FIRST_PARTY):
        return "a case is filed by another than who applies"
    return wrong_consents(case.found, payload["data"])


def wrong(case: Course, payload: Mapping[str, Any]) -> str:
    """What does not fit; empty where all does."""
    name = _NAMES[payload["type"]]
    stages = _AT.get(name)
    # The fee of what a request becomes stands before the amendment, and may be covered already.
    stage = (name == "RequestAmended" and case.before_fee) or case.stage
    if stages is not None and stage not in stages:
        return f"a case that is {stage.value} has no {name}"
    if case.waits_for_fee and (found := _after_fee(case, name, payload)):
        return found
    if name in _JUDGING and (found := _judged_before(case, name, payload)):
        return found
    must_hold = _MUST.get(name)
    return must_hold(case, payload) if must_hold else ""


# --- who ------------------------------------------------------------------------------------------------------

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
    return ""


def _is_for(actor: Mapping[str, Any], party: str) -> bool:
    """Whether it is this party, or who acts for it."""
    return bool(party == (actor["for"]["party"] if "for" in actor else actor["id"]))


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
    if said["party"] not in case.asked:
        return "a party says what nobody asks it"
    if payload["type"] == _REVOKED and case.proposer is not None:
        return "a consent is taken back after the proposal"
    return _must_be_the_partys(case, payload)


_REVOKED: Final = "case.ConsentRevoked.v1"


def _must_be_opened(_case: Course, payload: Mapping[str, Any]) -> str:
    is_clock = payload["actor"]["role"] == SYSTEM_ACTOR["role"]
    return (
        "the clock opened what only a party opens" if is_clock and payload["data"]["how"] == "opened" else ""
    )


# --- money ----------------------------------------------------------------------------------------------------


def _led_by(case: Course, said: Mapping[str, Any], actor: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What has to follow where a fee is assessed; nothing, where what led to it stands before it or an officer assessed
    what was not certain; None: it comes from nothing.
    """
    is_entry = said["fee"] == "entry"
    if case.charged_by == actor["id"]:
        return ()
    if actor["role"] == SYSTEM_ACTOR["role"]:
        return None
    if actor["role"] in OFFICERS and "for" not in actor:
        is_open = case.stage is APPROVED if is_entry else case.stage is FILED
        if is_open and (case.entry_fee if is_entry else case.fee) is None:
            return ()
        return ("CaseApproved", "RefundNotDue") if is_entry else None
    return ("FeePaid",) if is_entry else ("FeePaid", "RequestAmended")


def _must_be_charged(case: Course, payload: Mapping[str, Any]) -> str:
    said = payload["data"]
    led_by = _led_by(case, said, payload["actor"])
    if led_by is None:
        return "nothing leads to this fee"
    return "" if led_by else _wrong_fee(case, said, case.request, payload)


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
        yield _day_of(case.country, payload["data"]["paid_at"])
        return
    yield _day(case.country, payload["time"][:16])
    yield case.filed_on  # money that is told next may have come on a day between the two
    yield from (_day_of(case.country, each.on) for each in case.payments.values())


_PAID: Final = "case.FeePaid.v1"


def _day_of(country: str, moment: str) -> date:
    return legal_day(datetime.fromisoformat(moment), country_of(country))


def _must_have_come(case: Course, payload: Mapping[str, Any]) -> str:
    """What is due back, or is not, is of a payment that came, and no more than came of it."""
    said, name = payload["data"], _NAMES[payload["type"]]
    paid = case.payments.get(said["payment"])
    if paid is None:
        return "it is about a payment that never came"
    left = paid.came - paid.due if name == "RefundDue" else paid.due - paid.went
    if name == "RefundPaid":
        return "" if paid.is_due else "nothing of this payment is due back"
    return "" if 0 <= said["amount"] <= left else "it is more than there is of this payment"


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
    is_paid = case.is_entry_paid if case.lapsed_from is APPROVED else case.is_paid
    return "" if is_paid else "what came does not set the lapse aside"


def _must_be_in_time(case: Course, payload: Mapping[str, Any]) -> str:
    return "the time to appeal is over" if case.is_term_over else _must_be_the_partys(case, payload)


def _must_be_restated(case: Course, payload: Mapping[str, Any]) -> str:
    if not _is_for(payload["actor"], FIRST_PARTY):
        return "another than who applies restated the request"
    return wrong_consents(case.found, payload["data"])


def _must_be_taken_back(_case: Course, payload: Mapping[str, Any]) -> str:
    """By who applies; where a party declined, it is that one's act."""
    is_it = payload["data"]["reason"] != "applicant" or _is_for(payload["actor"], FIRST_PARTY)
    return "" if is_it else "another than who applies took the request back"


_BY_EVENT: Final = frozenset({"opinion", "appeal_decision"})  # of which there may be several


def _must_be_later(case: Course, payload: Mapping[str, Any]) -> str:
    """A day that is moved becomes later."""
    said = payload["data"]
    before = None if said["which"] in _BY_EVENT else case.ends.get(_which(said))
    is_earlier = before is not None and (said["lapses"] or said["due"])["until"] < before
    return "a day is moved, and becomes earlier" if is_earlier else ""


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
    "DecisionServed": _must_be_opened,
    "ClaimWaived": _must_be_the_applicants,
    "AppealLodged": _must_be_in_time,
}


def _ran_out(case: Course, reason: str) -> bool:
    if reason == "unpaid":
        return case.is_unpaid
    return not case.has_consents if reason == "no_consent" else case.has_question
