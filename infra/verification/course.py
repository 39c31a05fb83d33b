"""How a case went, as its public members tell it: a fold of the verifier's own, which it can keep for each case.

Whether an event fits the case as it stood says courses.py.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from domain.case import BEFORE_DECISION, ENDED, Stage
from domain.countries import country_of, legal_day
from domain.decision import SYSTEM_ACTOR
from domain.offers import offer
from domain.procedure import Offer
from domain.roles import OFFICERS
from domain.terms import Terms
from infra.verification.by_terms import is_of_an_officer, members_of_fees

FILED, IN_REVIEW, RETURNED, APPROVED = Stage.FILED, Stage.IN_REVIEW, Stage.RETURNED, Stage.APPROVED
REFUSED, LAPSED, COMPLETED, APPEALED = Stage.REFUSED, Stage.LAPSED, Stage.COMPLETED, Stage.APPEALED
_ENDED_SO: Final = (REFUSED, LAPSED, COMPLETED, APPEALED)
# At which stages what may happen; of what is not named, and of money, at any.
AT: Final[Mapping[str, tuple[Stage, ...]]] = {
    "RequestAmended": (FILED, RETURNED),
    "ConsentGiven": (FILED,),
    "ConsentDeclined": BEFORE_DECISION,
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
    "DecisionServed": _ENDED_SO,
    "ClaimWaived": (REFUSED, LAPSED),
    "PersonalDataErased": ENDED,
}


class Paid:
    """A payment: what came of it and when, what of that is due back, and what went back; why it ever was due back, and
    how much of it counted again since.
    """

    __slots__ = ("again", "came", "due", "is_due", "on", "reasons", "went")

    def __init__(self, came: int, on: str) -> None:
        self.came, self.on = came, on
        self.due = self.went = self.again = 0
        self.is_due = False  # or ever was
        self.reasons: set[str] = set()


class Course:
    """A case as its public members tell it; ``take`` moves it on, ``wrong`` says what does not fit."""

    __slots__ = (
        "acted_for",
        "answered_for",
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
        "gone",
        "has_question",
        "has_written",
        "is_heard",
        "is_term_over",
        "judges",
        "kept",
        "lapsed_for",
        "lapsed_from",
        "lodged",
        "newest",
        "officer",
        "open_fee",
        "parties",
        "pay_until",
        "payments",
        "proposed",
        "proposer",
        "request",
        "request_hash",
        "served",
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
        self.filed_on = day_of(country, payload["time"][:16])
        self.stage = FILED
        self.before_fee: Stage | None = None  # where the newest event is a fee: the stage before it
        self.request_hash = event_hash  # of what a consent is given to
        self.request = self.members(filed)
        self.parties: Mapping[str, str] = filed["parties"]
        self.newest = "CaseFiled"  # event
        self.asked: list[str] = filed["consents"]
        self.given: set[str] = set()
        self.fee: int | None = None  # what is asked at filing; None: it is not certain
        self.entry_fee: int | None = None  # before the entries are written, beside it; None also: not asked
        self.answered_for: set[str] = set()  # the fees of which an officer said how much they are
        self.waits_for_entries = False  # that fee is asked, and nothing is written yet
        # Whose the event before is, where a fee may follow it in its append.
        self.charged_by: str | None = payload["actor"]["id"]
        # A fee that came by what follows it: its event, and what may follow.
        self.open_fee: Mapping[str, Any] | None = None
        self.waits_for_fee: tuple[str, ...] = ()
        self.kept = 0
        self.payments: dict[str, Paid] = {}
        # A payment that had gone before it counted again: it is said to be due back so that its going can be said next.
        self.gone: str | None = None
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
        self.pay_until: dict[str, str] = {}  # the same of a time to pay, whatever is on its way then
        self.ended_as: Stage = FILED  # how; until then as it began
        self.lodged: dict[str, str] = {}  # the appeals that are open: event -> party
        self.served: set[str] = set()  # of the parties, what ended it
        self.is_heard = (
            False  # somebody appealed against what ended it, in vain: their time is not waited for
        )
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

    def may_stop(self, party: str) -> bool:
        """Whether they may say no to what another one files, although nobody asked them."""
        shapes = self.found.procedure.parties if self.found else ()
        return any(each.may_stop and each.role == self.parties.get(party) for each in shapes)

    def complete(self) -> None:
        if self.stage is FILED and self.has_consents and self.is_paid:
            self.stage = RETURNED if self.has_question else IN_REVIEW

    def end(self, stage: Stage) -> None:
        self.stage = self.ended_as = stage
        self.lapsed_for, self.is_term_over, self.is_heard = "", False, False
        self.served = set()
        for party in self.parties:
            self.ends.pop(f"appeal {party}", None)

    def set_aside(self) -> None:
        self.stage = APPROVED if self.lapsed_from is APPROVED else FILED
        self.ended_as = self.stage
        self.lapsed_from, self.lodged = None, {}
        self.lapsed_for, self.is_term_over, self.is_heard = "", False, False
        self.complete()

    @property
    def is_entry_paid(self) -> bool:
        """Of what was approved before: all that is asked."""
        return self.entry_fee is not None and self.kept >= (self.fee or 0) + self.entry_fee


def asks_two(terms: Terms) -> bool:
    """Whether two people decide whatever the facts are."""
    return terms.four_eyes.are_asked and not terms.four_eyes.when


@lru_cache(maxsize=1024)
def day_of(country: str, minute: str) -> date:
    """The legal day of a minute in UTC, "2026-11-23T09:00"."""
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
    case.parties = said["parties"]
    _remember_day(case, "consent", said["consent_until"])
    case.complete()


def _assessed(case: Course, said: Mapping[str, Any], actor: Mapping[str, Any], _hash: str) -> None:
    case.before_fee = case.stage
    case.waits_for_fee = led_by(case, said, actor) or ()
    case.open_fee = said if case.waits_for_fee else None
    amount = None if said["provisional"] else said["amount"]
    (case.answered_for.add if is_of_an_officer(said) else case.answered_for.discard)(said["fee"])
    is_entry = said["fee"] == "entry"
    which = "pay_entry" if is_entry else "pay"
    _remember_day(case, which, said["lapses"] or said["due"])
    if said["due"]:
        case.pay_until[which] = said["due"]["until"]
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
        if is_from_nothing(case, said) and had_gone(case, said):
            case.gone, paid.again = said["payment"], paid.again - said["amount"]
        paid.due, paid.is_due = paid.due + said["amount"], True
        paid.reasons.add(said["reason"])
    case.kept -= said["amount"]
    if case.stage in (IN_REVIEW, RETURNED) and not case.is_paid:  # what it waits for again
        case.stage, case.proposer = FILED, None


def _is_not_due(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    if (paid := case.payments.get(said["payment"])) is not None:
        paid.due, paid.again = paid.due - said["amount"], paid.again + said["amount"]
    case.kept += said["amount"]
    case.complete()


# At which end that goes back for which it is the reason.
_BACK_AT: Final[Mapping[str, Stage]] = {
    "withdrawn": Stage.WITHDRAWN,
    "refused": REFUSED,
    "lapsed": LAPSED,
    "not_needed": Stage.NOT_NEEDED,
    "in_time": LAPSED,
}


def is_from_nothing(case: Course, said: Mapping[str, Any]) -> str:
    """What is too much is more than the fees; what goes back at an end has that end. Empty where it is so."""
    end = _BACK_AT.get(said["reason"])
    if end is not None:
        return "" if case.ended_as is end else f"money goes back as {said['reason']}, and it is not so"
    if said["reason"] != "too_much" or case.fee is None:
        return ""
    asked = case.fee + (case.entry_fee or 0)
    return "" if case.kept - said["amount"] >= asked else "what goes back as too much is none"


def had_gone(case: Course, said: Mapping[str, Any]) -> bool:
    """Whether so much of the payment, due back for that before, counted again: it may have gone meanwhile."""
    paid = case.payments[said["payment"]]
    return said["reason"] in paid.reasons and said["amount"] <= paid.again


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
    case.served.add(said["party"])
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
    _remember_day(case, which_time(said), said["lapses"] or said["due"])
    if said["which"] in ("pay", "pay_entry"):
        case.pay_until[said["which"]] = said["due"]["until"]


def which_time(said: Mapping[str, Any]) -> str:
    """Times to appeal are each party's own."""
    return f"appeal {said['party']}" if said["which"] == "appeal" else str(said["which"])


def _lodged(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], event_hash: str) -> None:
    case.stage = APPEALED
    case.lodged[event_hash] = said["party"]


def _taken_back(case: Course, said: Mapping[str, Any], _actor: Mapping[str, Any], _hash: str) -> None:
    case.lodged.pop(said["of"], None)
    if not case.lodged:
        case.stage = case.ended_as


def _appeal_decided(case: Course, said: Mapping[str, Any], actor: Mapping[str, Any], _hash: str) -> None:
    case.is_heard = case.is_heard or said["outcome"] == "upheld"
    if said["outcome"] == "set_aside":
        case.barred |= case.judges | ({case.officer} if case.officer else set())
        case.set_aside_by.add(actor["id"])
        case.proposer = case.officer = None
        case.charged_by = actor["id"]
        _remember_day(case, "consent", said["consent_until"])
        _remember_day(case, "answer", said["answer_until"])
        case.set_aside()
    else:
        case.stage, case.lodged = case.ended_as, {}


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
    **dict.fromkeys(AT, _stays),
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
FILING: Final = "case.CaseFiled.v1"
# What is named by its hash later on.
NAMED: Final = frozenset({"case.RequestAmended.v1", "case.AppealLodged.v1"})
FOLDED: Final = frozenset({FILING, *(f"case.{name}.v1" for name in _AFTER)})
NAMES: Final = {f"case.{name}.v1": name for name in _AFTER}


def take(case: Course, payload: Mapping[str, Any], event_hash: str) -> None:
    """The case goes on with an event of ``FOLDED``, whether it fits or not; ``event_hash``: of what is in ``NAMED``."""
    name, actor = NAMES[payload["type"]], payload["actor"]
    case.before_fee = case.gone = None
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
    case.newest = name


def led_by(case: Course, said: Mapping[str, Any], actor: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What has to follow where a fee is assessed; nothing, where what led to it stands before it or an officer assessed
    what was not certain, or what an officer said and nobody has paid; None: it comes from nothing.
    """
    is_entry = said["fee"] == "entry"
    if case.charged_by == actor["id"]:
        return ()
    if actor["role"] == SYSTEM_ACTOR["role"]:
        return None
    if actor["role"] in OFFICERS and "for" not in actor:
        is_open = case.stage is APPROVED if is_entry else case.stage is FILED
        is_unsaid = (case.entry_fee if is_entry else case.fee) is None
        if is_open and (is_unsaid or (said["fee"] in case.answered_for and case.is_unpaid)):
            return ()
        return ("CaseApproved", "RefundNotDue") if is_entry else None
    return ("FeePaid",) if is_entry else ("FeePaid", "RequestAmended")
