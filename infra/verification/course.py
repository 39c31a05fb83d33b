"""29. course: an event fits its case as it stood: its stage, who had consented, what was paid, who had proposed.

By the public members alone, and by a fold of its own, which a verifier can keep for each case: what is personal, and
whether a day was computed rightly, is not looked at.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.case import BEFORE_DECISION, ENDED, Stage
from domain.offers import offer
from infra.verification.findings import Wrong
from infra.verification.log_file import said_by
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
    "CaseCompleted": (APPROVED,),
    "PersonalDataErased": ENDED,
}


class Course:
    """A case as its public members tell it; ``take`` moves it on, ``wrong`` says what does not fit."""

    __slots__ = (
        "appeals",
        "asked",
        "before_fee",
        "ended_as",
        "entry_fee",
        "fee",
        "four_eyes",
        "given",
        "has_question",
        "kept",
        "lapsed_from",
        "proposer",
        "stage",
        "waits_for_entries",
    )

    def __init__(self, country: str, filed: Mapping[str, Any]) -> None:
        self.stage = FILED
        self.before_fee: Stage | None = None  # where the newest event is a fee: the stage before it
        self.asked: list[str] = filed["consents"]
        self.given: set[str] = set()
        self.fee: int | None = None  # what is asked at filing; None: it is not certain
        self.entry_fee: int | None = (
            0  # what is asked before the entries are written, beside it; None: the same
        )
        self.waits_for_entries = False  # that fee is asked, and nothing is written yet
        self.kept = 0
        self.has_question = False
        self.proposer: str | None = None
        self.lapsed_from: Stage | None = None
        self.ended_as = REFUSED
        self.appeals = 0  # that are open
        self.four_eyes = asks_two(country, filed["procedure"], filed["terms"])

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

    def set_aside(self) -> None:
        self.stage = APPROVED if self.lapsed_from is APPROVED else FILED
        self.lapsed_from, self.appeals = None, 0
        self.complete()


def asks_two(country: str, procedure: str, since: str) -> bool:
    """Whether two people decide whatever the facts are."""
    found = offer(country, procedure)
    four_eyes = found.since(since).four_eyes if found else None
    return four_eyes is not None and four_eyes.are_asked and not four_eyes.when


def _amended(case: Course, said: Mapping[str, Any], _actor: str) -> None:
    case.stage, case.asked, case.given, case.has_question = FILED, said["consents"], set(), False
    case.complete()


def _assessed(case: Course, said: Mapping[str, Any], _actor: str) -> None:
    case.before_fee = case.stage
    amount = None if said["provisional"] else said["amount"]
    if said["fee"] == "entry":
        case.entry_fee, case.waits_for_entries = amount, True
    else:
        case.fee = amount
        case.complete()


def _consented(case: Course, said: Mapping[str, Any], _actor: str) -> None:
    case.given.add(said["party"])
    case.complete()


def _declined(case: Course, said: Mapping[str, Any], _actor: str) -> None:
    case.given.discard(said["party"])


def _revoked(case: Course, said: Mapping[str, Any], _actor: str) -> None:
    case.stage = FILED
    case.given.discard(said["party"])


def _came(case: Course, said: Mapping[str, Any], _actor: str) -> None:
    case.kept += said["amount"]
    case.complete()


def _is_due(case: Course, said: Mapping[str, Any], _actor: str) -> None:
    case.kept -= said["amount"]
    if case.stage in (IN_REVIEW, RETURNED) and not case.is_paid:  # what it waits for again
        case.stage, case.proposer = FILED, None


def _asked(case: Course, _said: Mapping[str, Any], _actor: str) -> None:
    case.stage, case.has_question, case.proposer = RETURNED, True, None


def _answered(case: Course, _said: Mapping[str, Any], _actor: str) -> None:
    case.has_question = False
    if case.stage is RETURNED:
        case.stage = IN_REVIEW


def _opinion_asked(case: Course, _said: Mapping[str, Any], _actor: str) -> None:
    case.proposer = None


def _proposed(case: Course, _said: Mapping[str, Any], actor: str) -> None:
    case.proposer = actor


def _approved(case: Course, said: Mapping[str, Any], _actor: str) -> None:
    case.end(APPROVED)
    case.waits_for_entries &= not said["entries"]


def _written(case: Course, _said: Mapping[str, Any], _actor: str) -> None:
    case.waits_for_entries = False


def _lapsed(case: Course, _said: Mapping[str, Any], _actor: str) -> None:
    case.lapsed_from = case.stage
    case.end(LAPSED)


def _set_aside(case: Course, _said: Mapping[str, Any], _actor: str) -> None:
    case.set_aside()


def _lodged(case: Course, _said: Mapping[str, Any], _actor: str) -> None:
    case.stage = APPEALED
    case.appeals += 1


def _taken_back(case: Course, _said: Mapping[str, Any], _actor: str) -> None:
    case.appeals -= 1
    if case.appeals == 0:
        case.stage = case.ended_as


def _appeal_decided(case: Course, said: Mapping[str, Any], _actor: str) -> None:
    if said["outcome"] == "set_aside":
        case.proposer = None
        case.set_aside()
    else:
        case.stage, case.appeals = case.ended_as, 0


def _annulled(case: Course, _said: Mapping[str, Any], _actor: str) -> None:
    if case.stage is APPROVED:
        case.stage = COMPLETED


def _to(stage: Stage) -> Callable[[Course, Mapping[str, Any], str], None]:
    def end(case: Course, _said: Mapping[str, Any], _actor: str) -> None:
        case.end(stage)

    return end


def _stays(_case: Course, _said: Mapping[str, Any], _actor: str) -> None:
    pass


_AFTER: Final[Mapping[str, Callable[[Course, Mapping[str, Any], str], None]]] = {
    **dict.fromkeys(_AT, _stays),
    "RequestAmended": _amended,
    "FeeAssessed": _assessed,
    "ConsentGiven": _consented,
    "ConsentDeclined": _declined,
    "ConsentRevoked": _revoked,
    "FeePaid": _came,
    "RefundDue": _is_due,
    "RefundNotDue": _came,
    "InformationRequested": _asked,
    "InformationProvided": _answered,
    "OpinionRequested": _opinion_asked,
    "ApprovalProposed": _proposed,
    "CaseApproved": _approved,
    "EntriesWritten": _written,
    "CaseRefused": _to(REFUSED),
    "CaseWithdrawn": _to(Stage.WITHDRAWN),
    "CaseNotNeeded": _to(Stage.NOT_NEEDED),
    "CaseLapsed": _lapsed,
    "CaseCompleted": _to(COMPLETED),
    "LapseSetAside": _set_aside,
    "AppealLodged": _lodged,
    "AppealTakenBack": _taken_back,
    "AppealDecided": _appeal_decided,
    "ResultAnnulled": _annulled,
}
_FILED: Final = "case.CaseFiled.v1"
FOLDED: Final = frozenset({_FILED, *(f"case.{name}.v1" for name in _AFTER)})
_JUDGED: Final = frozenset({_FILED, *(f"case.{name}.v1" for name in _AT)})
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

    def take(self, payload: Mapping[str, Any]) -> None:
        """An event failed another check, and happened."""
        if (case := self._known.get(payload["stream"])) is not None:
            take(case, payload)

    def check(self, payload: Mapping[str, Any]) -> None:
        """An event of ``FOLDED``; raises what FAILED lists. Nothing is said where an event before it in its stream is
        missing or altered: that one is named.
        """
        stream = payload["stream"]
        try:
            case = self._known.get(stream)
            if case is None and payload["type"] in _JUDGED:
                case = self._found(payload)
            if case is not None:
                found = wrong(case, payload)
                take(case, payload)
                if found:
                    raise Wrong("course", found)
        except FAILED:
            if self._streams.are_as_signed(self._streams.before(stream, payload["seq"])):
                raise

    def _found(self, payload: Mapping[str, Any]) -> Course | None:
        """As it stood before the event; None: it begins with it."""
        if len(self._known) >= HEADS:
            self._known.clear()
        if payload["type"] == _FILED:
            self._known[payload["stream"]] = Course(self._country, payload["data"])
            return None
        first, *more = map(said_by, self._streams.before(payload["stream"], payload["seq"]))
        case = self._known[payload["stream"]] = Course(self._country, first["data"])
        for said in more:
            if said["type"] in _NAMES:
                take(case, said)
        return case


def take(case: Course, payload: Mapping[str, Any]) -> None:
    """The case goes on with an event of ``FOLDED``, whether it fits or not."""
    case.before_fee = None
    _AFTER[_NAMES[payload["type"]]](case, payload["data"], payload["actor"]["id"])


def wrong(case: Course, payload: Mapping[str, Any]) -> str:
    """What does not fit; empty where all does."""
    name = _NAMES[payload["type"]]
    stages = _AT.get(name)
    # The fee of what a request becomes stands before the amendment, and may be covered already.
    stage = (name == "RequestAmended" and case.before_fee) or case.stage
    if stages is not None and stage not in stages:
        return f"a case that is {stage.value} has no {name}"
    if name == "CaseApproved" and case.four_eyes and case.proposer in (None, payload["actor"]["id"]):
        return "two people decide, and no other one proposed it"
    if name == "CaseLapsed" and not _ran_out(case, payload["data"]["reason"]):
        return f"nothing ran out: {payload['data']['reason']}"
    return ""


def _ran_out(case: Course, reason: str) -> bool:
    if reason == "unpaid":
        return case.is_unpaid
    return not case.has_consents if reason == "no_consent" else case.has_question
