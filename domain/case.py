"""One person's request, from filing to its end: stages, state and fold; what may happen is in lifecycle.py.

::

    filed ───────► in_review ──────► approved ──► completed
      │ ▲ consent     │ ▲ answer       │ (the entries are written in the same append, or,
      │ │             │ │              │  where a fee is due before them, in that of the payment)
      │ └ revoked     ▼ │              └──► lapsed (unpaid: that fee)
      │             returned ──► lapsed (no_answer)              in_review ──► refused
      ├──► lapsed (unpaid, no_consent)
      └──► withdrawn (a party declined; by the applicant also from in_review and returned)
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, Literal, NamedTuple, TypedDict, assert_never

from domain.days.deadlines import Deadline
from domain.events import (
    ERASED,
    AppealTermEnded,
    ApprovalProposed,
    CaseApproved,
    CaseAssigned,
    CaseCompleted,
    CaseEvent,
    CaseFiled,
    CaseLapsed,
    CaseRefused,
    CaseWithdrawn,
    ConsentDeclined,
    ConsentGiven,
    ConsentRevoked,
    DecisionTermStarted,
    EntriesHeld,
    EntriesWritten,
    EntryMember,
    Event,
    FeeAssessed,
    FeePaid,
    InformationProvided,
    InformationRequested,
    LapseReason,
    ObjectionRecorded,
    OpinionGiven,
    OpinionRequested,
    PersonalDataErased,
    ReceiptRecorded,
    Recorded,
    RefundDue,
    RefundPaid,
    RefundReason,
    WithdrawalReason,
)
from domain.parties import WARNINGS, Representative, changed, persons_in, representatives_in


class Stage(StrEnum):
    """Where a case is in its life; one lifecycle for all procedures."""

    FILED = "filed"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    COMPLETED = "completed"


class Fee(TypedDict):
    """The fee as it was assessed last, in minor units; ``due`` None: nothing to pay."""

    amount: int
    currency: str
    formula: str
    provisional: bool
    due: Deadline | None


class Refund(TypedDict):
    """What of a payment goes back; ``paid``: [amount, currency, paid_at] of each time that some of it went.

    ``since``: from when on something of it was due that had not gone back.
    """

    due: int
    since: str | None
    reason: RefundReason | None
    paid_back: int
    paid: list[list[Any]]


class Held(TypedDict):
    """Why what is approved and paid is not in the registers: the code of the refusal, and when it was met."""

    code: str
    at: str


class Question(TypedDict):
    """What an officer asked in the event ``of``, and the answer; words that are erased are None."""

    of: str
    at: str
    items: list[str]
    answer_until: Deadline
    question: str | None
    answer: str | None
    answered_at: str | None


class Opinion(TypedDict):
    """What another authority was asked in the event ``of``, and what it said; words that are erased are None.

    While an ``investigation`` is open, the time to decide stands still.
    """

    of: str
    at: str
    authority: str
    investigation: str | None
    answer_until: Deadline | None
    inquiry: str | None
    opinion: str | None
    given_at: str | None


class Objection(TypedDict):
    """A registry cannot apply the event that wrote the entry; why is a code of its own."""

    register: str
    entry: str
    event: str
    code: str
    at: str


class Proposal(TypedDict):
    """The first pair of eyes: the officer within the authority, and the human; None: erased."""

    officer: str
    person: str | None


class Decided(TypedDict):
    """How the case ended; members that the kind does not have are None, and words that are erased."""

    kind: Literal["approved", "refused", "withdrawn", "lapsed"]
    at: str
    officer: str | None
    person: str | None
    by: str | None  # who withdrew
    reason: WithdrawalReason | LapseReason | None
    grounds: list[str] | None
    law: list[str] | None
    explanation: str | None


ENDED: Final = (Stage.REFUSED, Stage.WITHDRAWN, Stage.LAPSED, Stage.COMPLETED)


class Case(NamedTuple):
    """A case as its events tell it; JSON values only, so that a read model can keep it as it is.

    A tuple: one is made for every event. Nothing in it is ever changed in place.

    Personal values that are erased are None; ``owners`` says whose each personal member of the request is.
    ``acting``: the humans who acted for a party without being one, "a1" -> keyed person id, for every time that they
    do. ``at_counter``: [office id, keyed person id] of each officer who acted for a party.
    """

    case: str
    country: str
    procedure: str
    form: int
    terms: str
    authority: str
    filed_at: str
    stage: str
    version: int
    parties: Mapping[str, str]
    request: Mapping[str, Any]
    owners: Mapping[str, str]
    evidence: list[Any] | None
    warnings: list[str]
    request_hash: str  # of the last event that changed the request: what a consent is given over
    consents_asked: list[str]
    consent_until: Deadline | None
    consents: Mapping[str, str]
    payments: Mapping[str, list[Any]]  # id -> [amount, currency, paid_at]
    refunds: Mapping[str, Refund]  # by the payment's id
    questions: list[Question]  # oldest first
    opinions: list[Opinion]  # oldest first
    effects: list[str]
    entries: list[EntryMember]  # what the approval wrote
    receipts: Mapping[str, str]  # entry -> its event, which the registry has applied
    objections: list[Objection]  # oldest first, those that a receipt ended too
    erased: list[str]
    timeline: list[Mapping[str, Any]]
    acting: Mapping[str, str | None]
    at_counter: list[list[str | None]]
    decisions: list[Decided]  # newest last; one, until appeals set decisions aside (rules.md 19, not yet)
    fee: Fee | None = None
    entry_fee: Fee | None = None  # due between the approval and the entry
    entries_held: Held | None = None
    paid: int = 0
    decision_due: Deadline | None = None
    officer: str | None = None
    proposal: Proposal | None = None
    appeal_until: Deadline | None = None
    is_appeal_term_over: bool = False

    @property
    def persons(self) -> dict[str, str]:
        """Party ("p1") -> the keyed id of the person, for parties that are persons and are not erased."""
        return persons_in(self.request, self.parties)

    @property
    def representatives(self) -> dict[str, Representative]:
        """Party -> who may act for it, for those who have somebody and are not erased."""
        return representatives_in(self.request, self.parties)

    @property
    def was_at_counter(self) -> frozenset[str]:
        """The officers who acted for a party: they take no part in the decision."""
        return frozenset(known for officer in self.at_counter for known in officer if known)

    @property
    def all_warnings(self) -> list[str]:
        """What the officer is told: at the filing, and since."""
        return [*self.warnings, *(WARNINGS if self.at_counter else ())]

    @property
    def judges(self) -> frozenset[str]:
        """Who has the case, proposed or decided, by their ids within the authority and as persons."""
        judged = [self.proposal, *self.decisions] if self.proposal else self.decisions
        named = (known for one in judged for known in (one["officer"], one["person"]))
        return frozenset(known for known in (self.officer, *named) if known)

    def whose(self, party: str) -> str:
        """By which name what is about this party is sealed: its role, of several in one role with a number."""
        return self.owners[f"person_{party}"]

    @property
    def decided(self) -> Decided | None:
        """The newest decision."""
        return self.decisions[-1] if self.decisions else None

    @property
    def open_question(self) -> Question | None:
        """The question that waits for its answer."""
        return self.questions[-1] if self.questions and self.stage == Stage.RETURNED else None

    @property
    def open_opinions(self) -> list[Opinion]:
        """What other authorities are asked, and have not answered, while there is something to decide."""
        if self.stage not in (Stage.IN_REVIEW, Stage.RETURNED):
            return []
        return [opinion for opinion in self.opinions if opinion["given_at"] is None]

    @property
    def stands_still_since(self) -> str | None:
        """Since when the time to decide stands still, None while it runs: for a question, or for an investigation.

        Of several that overlap the first counts, and what the deadline has in its stops already does not.
        """
        since = [opinion["at"] for opinion in self.open_opinions if opinion["investigation"]]
        if question := self.open_question:
            since.append(question["at"])
        stops = self.decision_due["stops"] if self.decision_due else []
        return max([min(since), *(stop["answer_at"] for stop in stops[-1:])]) if since else None

    @property
    def open_objections(self) -> list[Objection]:
        """What registries cannot apply, and have not applied since."""
        return [objection for objection in self.objections if objection["entry"] not in self.receipts]

    @property
    def has_consents(self) -> bool:
        """Nobody's consent is open."""
        return _has_all(self.consents_asked, self.consents)

    @property
    def is_paid(self) -> bool:
        """Nothing is left to pay of the fee for the filing, and it is certain."""
        return _covers(self.fee, self.paid)

    @property
    def kept(self) -> int:
        """What came, without what is due back."""
        return self.paid - sum(refund["due"] for refund in self.refunds.values())

    @property
    def waits_for_entries(self) -> bool:
        """Approved, and nothing is in the registers yet."""
        return self.stage == Stage.APPROVED and self.entry_fee is not None and not self.entries

    @property
    def open_fee(self) -> Fee | None:
        """The fee that waits for money, or for its value."""
        if self.stage == Stage.FILED:
            return None if self.is_paid else self.fee
        is_open = self.waits_for_entries and not _covers(self.entry_fee, self.kept - amount_of(self.fee))
        return self.entry_fee if is_open else None


_FIELDS: Final = {name: n for n, name in enumerate(Case._fields)}


def evolve(case: Case | None, recorded: Recorded) -> Case:
    """The case after the event; never looks at a clock or at today's law."""
    event = recorded.event
    if case is None:
        if not isinstance(event, CaseFiled):
            raise TypeError(f"a case begins with CaseFiled, not with {recorded.type}")
        filed = _filed(event, recorded)
        return _with(filed, _acted(filed, event, recorded)) if "for" in recorded.actor else filed
    changes = _changes(case, event, recorded)  # type: ignore[arg-type]  # a case's stream holds case events
    after = _with(case, {"version": recorded.seq, "timeline": [*case.timeline, _step(recorded)], **changes})
    return _with(after, _acted(after, event, recorded)) if "for" in recorded.actor else after


def _with(case: Case, changes: Mapping[str, Any]) -> Case:
    """The case with these fields: ``_replace`` takes more than twice as long, and every event comes here."""
    values = list(case)
    for name, value in changes.items():
        values[_FIELDS[name]] = value
    return Case._make(values)


def _step(recorded: Recorded) -> Mapping[str, Any]:
    """One line of the timeline: what happened, when, in which role somebody did it, and for whom, as what."""
    what, actor = type(recorded.event).__name__, recorded.actor
    step = {"version": recorded.seq, "what": what, "at": recorded.time, "by": actor["role"]}
    return {**step, "for": actor["for"]} if "for" in actor else step


def _filed(event: CaseFiled, recorded: Recorded) -> Case:
    return Case(
        case=recorded.stream,
        country=recorded.country,
        procedure=event.procedure,
        form=event.form,
        terms=event.terms,
        authority=recorded.authority,
        filed_at=recorded.time,
        stage=Stage.FILED.value,
        version=recorded.seq,
        parties=event.parties,
        request={
            name: _kept_of_all(value) if isinstance(value, list) else _kept(value)
            for name, value in event.request.items()
        },
        owners=recorded.owners,
        evidence=_kept(event.evidence),
        warnings=event.warnings,
        request_hash=recorded.hash,
        consents_asked=event.consents,
        consent_until=event.consent_until,
        consents={},
        payments={},
        refunds={},
        questions=[],
        opinions=[],
        effects=[],
        entries=[],
        receipts={},
        objections=[],
        erased=[],
        timeline=[_step(recorded)],
        acting={},
        at_counter=[],
        decisions=[],
    )


def _acted(case: Case, event: Event, recorded: Recorded) -> dict[str, Any]:
    """Who acted for a party, where the event tells it: what follows from an act in its append does not."""
    actor, said = recorded.actor, getattr(event, "acting", None)
    if said is None:
        return {}
    person = None if said is ERASED else said["person"]
    if actor["for"]["as"] != "counter":
        return {} if actor["id"] in case.parties else {"acting": {**case.acting, actor["id"]: person}}
    paper = None if said is ERASED else said["paper"]
    officer = [actor["id"], person or None]
    signed = None if paper is None else {**paper, "party": actor["for"]["party"]}
    return {
        "at_counter": case.at_counter if officer in case.at_counter else [*case.at_counter, officer],
        "evidence": None if case.evidence is None or signed is None else [*case.evidence, signed],
    }


def _changes(case: Case, event: CaseEvent, recorded: Recorded) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912 - one branch an event
    """The fields of the case that the event changes."""
    match event:
        case CaseFiled():
            raise TypeError("a case is filed once")
        case FeeAssessed(fee="entry"):
            return {"entry_fee": fee_of(event)}
        case FeeAssessed():
            return _completed(case, fee=fee_of(event))
        case ConsentGiven():
            return _completed(case, consents={**case.consents, event.party: event.of})
        case ConsentRevoked():
            return {
                "stage": Stage.FILED.value,
                "consents": {party: of for party, of in case.consents.items() if party != event.party},
                "consent_until": event.consent_until,
                "decision_due": None,
            }
        case ConsentDeclined():
            return {}  # the withdrawal follows in the same append
        case FeePaid():
            payments = {**case.payments, event.payment: [event.amount, event.currency, event.paid_at]}
            return _completed(case, payments=payments, paid=case.paid + event.amount)
        case RefundDue():
            return {"refunds": {**case.refunds, event.payment: _more_due(case, event, recorded)}}
        case RefundPaid():
            return {"refunds": {**case.refunds, event.payment: _paid_back(case, event)}}
        case DecisionTermStarted():
            return {"decision_due": event.due}
        case CaseAssigned():
            return {"officer": event.officer}
        case InformationRequested():
            questions = [*case.questions, _question(event, recorded)]
            return {"stage": Stage.RETURNED.value, "questions": questions, "proposal": None}
        case InformationProvided():
            more = _kept(event.evidence)
            answer = {"answer": _kept(event.answer), "answered_at": recorded.time}
            return {
                "stage": Stage.IN_REVIEW.value,
                "questions": [*case.questions[:-1], {**case.questions[-1], **answer}],
                "evidence": None if more is None or case.evidence is None else [*case.evidence, *more],
                "decision_due": event.decision_due,
            }
        case OpinionRequested():
            return {"opinions": [*case.opinions, _opinion(event, recorded)], "proposal": None}
        case OpinionGiven():
            said = {"opinion": _kept(event.opinion), "given_at": recorded.time}
            opinions = [{**o, **said} if o["of"] == event.of else o for o in case.opinions]
            return {"opinions": opinions, "decision_due": event.decision_due}
        case ApprovalProposed():
            person = _kept(event.officer_person)
            return {"proposal": Proposal(officer=recorded.actor["id"], person=person)}
        case CaseApproved():
            return {
                "stage": Stage.APPROVED.value,
                "entries": event.entries,
                "effects": sorted(recorded.effects or ()),
                "decisions": _decided(case, recorded, kind="approved", **_officer(event, recorded)),
            }
        case EntriesWritten():
            effects = sorted(recorded.effects or ())
            return {"entries": event.entries, "effects": effects, "entries_held": None}
        case EntriesHeld():
            return {"entries_held": Held(code=event.code, at=recorded.time)}
        case CaseRefused():
            said = {"grounds": event.grounds, "law": event.law, "explanation": _kept(event.reason)}
            return {
                "stage": Stage.REFUSED.value,
                "decisions": _decided(case, recorded, kind="refused", **_officer(event, recorded), **said),
                "appeal_until": event.appeal_until,
            }
        case CaseWithdrawn():
            actor = recorded.actor
            by = actor["for"]["party"] if "for" in actor else actor["id"]
            withdrawn = _decided(case, recorded, kind="withdrawn", reason=event.reason, by=by)
            return {"stage": Stage.WITHDRAWN.value, "decisions": withdrawn}
        case CaseLapsed():
            return {
                "stage": Stage.LAPSED.value,
                "decisions": _decided(case, recorded, kind="lapsed", reason=event.reason),
                "appeal_until": event.appeal_until,
            }
        case AppealTermEnded():
            return {"is_appeal_term_over": True}
        case ReceiptRecorded():
            return {"receipts": {**case.receipts, event.entry: event.event}}
        case ObjectionRecorded():
            return {"objections": [*case.objections, _objection(event, recorded)]}
        case CaseCompleted():
            return {"stage": Stage.COMPLETED.value}
        case PersonalDataErased():
            return _erased(case, event)
        case _:
            assert_never(event)


def _completed(case: Case, **changes: Any) -> dict[str, Any]:
    """Completeness is derived: whatever event completes the case moves it into review (rules.md 14)."""
    consents, fee = changes.get("consents", case.consents), changes.get("fee", case.fee)
    is_complete = _has_all(case.consents_asked, consents) and _covers(fee, changes.get("paid", case.paid))
    if case.stage == Stage.FILED and is_complete:
        changes["stage"] = Stage.IN_REVIEW.value
    return changes


def _has_all(asked: list[str], given: Mapping[str, str]) -> bool:
    return all(party in given for party in asked)


def _covers(fee: Fee | None, paid: int) -> bool:
    return fee is not None and not fee["provisional"] and paid >= fee["amount"]


# --- pieces of the state ------------------------------------------------------------------------------------


def fee_of(event: FeeAssessed) -> Fee:
    """The fee as the event assessed it."""
    return {
        "amount": event.amount,
        "currency": event.currency,
        "formula": event.formula,
        "provisional": event.provisional,
        "due": event.due,
    }


def amount_of(fee: Fee | None) -> int:
    """How much it is; nothing where there is none."""
    return fee["amount"] if fee else 0


_NOTHING_DUE: Final[Refund] = {"due": 0, "since": None, "reason": None, "paid_back": 0, "paid": []}


def _more_due(case: Case, event: RefundDue, recorded: Recorded) -> Refund:
    before = case.refunds.get(event.payment, _NOTHING_DUE)
    since = before["since"] if before["due"] > before["paid_back"] else recorded.time
    return {**before, "due": before["due"] + event.amount, "since": since, "reason": event.reason}


def _paid_back(case: Case, event: RefundPaid) -> Refund:
    before = case.refunds.get(event.payment, _NOTHING_DUE)
    paid = [*before["paid"], [event.amount, event.currency, event.paid_at]]
    return {**before, "paid_back": before["paid_back"] + event.amount, "paid": paid}


def _question(event: InformationRequested, recorded: Recorded) -> Question:
    return {
        "of": recorded.hash,
        "at": recorded.time,
        "items": event.items,
        "answer_until": event.answer_until,
        "question": _kept(event.question),
        "answer": None,
        "answered_at": None,
    }


def _opinion(event: OpinionRequested, recorded: Recorded) -> Opinion:
    return {
        "of": recorded.hash,
        "at": recorded.time,
        "authority": event.authority,
        "investigation": event.investigation,
        "answer_until": event.answer_until,
        "inquiry": _kept(event.inquiry),
        "opinion": None,
        "given_at": None,
    }


def _objection(event: ObjectionRecorded, recorded: Recorded) -> Objection:
    return {
        "register": event.register,
        "entry": event.entry,
        "event": event.event,
        "code": event.code,
        "at": recorded.time,
    }


_NOBODY_SAID: Final = dict.fromkeys(Decided.__annotations__)


def _decided(case: Case, recorded: Recorded, **said: Any) -> list[Any]:
    return [*case.decisions, {**_NOBODY_SAID, "at": recorded.time, **said}]


def _officer(event: CaseApproved | CaseRefused, recorded: Recorded) -> dict[str, Any]:
    return {"officer": recorded.actor["id"], "person": _kept(event.officer_person)}


def _kept(value: Any) -> Any:
    return None if value is ERASED else value


def _kept_of_all(values: Sequence[Any]) -> list[Any]:
    return [_kept(each) for each in values]


def _erased(case: Case, event: PersonalDataErased) -> dict[str, Any]:
    """What is about those who are named falls; what is about several people falls with the whole case."""
    whose = set(event.whose)
    changes: dict[str, Any] = {
        "request": changed(case.request, case.owners, lambda value, of: None if of in whose else value),
        "erased": sorted({*case.erased, *whose}),
    }
    if "case" in whose:
        changes |= {
            "acting": dict.fromkeys(case.acting),
            "at_counter": [[officer, None] for officer, _ in case.at_counter],
            "evidence": None,
            "questions": [{**q, "question": None, "answer": None} for q in case.questions],
            "opinions": [{**o, "inquiry": None, "opinion": None} for o in case.opinions],
            "proposal": case.proposal and {**case.proposal, "person": None},
            "decisions": [{**d, "person": None, "explanation": None} for d in case.decisions],
        }
    return changes
