"""One person's request, from filing to its end: the stages, the state, and the fold; what may happen is in decide.py.

::

    filed ──────► in_review ──────► approved ──► completed
      │  ▲ consents   │ ▲ answer       (entry changed in the same append)
      │  └─ revoked   ▼ │
      │             returned ──► lapsed
      ├──► lapsed (unpaid, no_consent)
      ├──► withdrawn (by the applicant; or a party declined)     in_review ──► refused
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, assert_never

from domain.deadlines import Deadline
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
    FeeAssessed,
    FeePaid,
    InformationProvided,
    InformationRequested,
    PersonalDataErased,
    ReceiptRecorded,
    Recorded,
    RefundDue,
    RefundPaid,
)


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


FITS: Final[Mapping[Stage, tuple[str, ...]]] = {
    Stage.FILED: ("GiveConsent", "DeclineConsent", "RevokeConsent", "RecordPayment", "WithdrawCase"),
    Stage.IN_REVIEW: (
        "AssignCase",
        "RequestInformation",
        "ProposeApproval",
        "ApproveCase",
        "RefuseCase",
        "RevokeConsent",
        "WithdrawCase",
    ),
    Stage.RETURNED: ("ProvideInformation", "WithdrawCase"),
    Stage.APPROVED: ("RecordReceipt",),
    Stage.REFUSED: ("EraseCase",),
    Stage.WITHDRAWN: ("EraseCase",),
    Stage.LAPSED: ("EraseCase",),
    Stage.COMPLETED: ("EraseCase",),
}
ENDED: Final = frozenset({Stage.REFUSED, Stage.WITHDRAWN, Stage.LAPSED, Stage.COMPLETED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as its events tell it; JSON values only, so that a read model can keep it as it is.

    Personal values that are erased are None here; ``owners`` says whose each personal member of the request is.
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
    consents: Mapping[str, str] = field(default_factory=dict)
    fee: Mapping[str, Any] | None = None
    paid: int = 0
    payments: Mapping[str, list[Any]] = field(default_factory=dict)  # id -> [amount, currency, paid_at]
    refunds: Mapping[str, list[Any]] = field(default_factory=dict)  # payment id -> [due, reason, paid back]
    decision_due: Deadline | None = None
    officer: str | None = None
    questions: list[Mapping[str, Any]] = field(default_factory=list)  # with their answers, oldest first
    proposal: Mapping[str, Any] | None = None
    decision: Mapping[str, Any] | None = None
    appeal_until: Deadline | None = None
    is_appeal_term_over: bool = False
    entry: str | None = None
    effects: list[str] = field(default_factory=list)
    receipt: str | None = None
    erased: list[str] = field(default_factory=list)
    timeline: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def persons(self) -> dict[str, str]:
        """Party ("p1") -> the keyed id of the person, for parties that are persons and are not erased."""
        found = {p: self.request.get(f"person_{role}") for p, role in self.parties.items()}
        return {p: person for p, person in found.items() if person}

    @property
    def open_question(self) -> Mapping[str, Any] | None:
        """The question that waits for its answer."""
        return self.questions[-1] if self.questions and self.stage == Stage.RETURNED else None

    @property
    def has_consents(self) -> bool:
        """Nobody's consent is open."""
        return all(party in self.consents for party in self.consents_asked)

    @property
    def is_paid(self) -> bool:
        """Nothing is left to pay, and the fee is certain."""
        return self.fee is not None and not self.fee["provisional"] and self.paid >= self.fee["amount"]

    @property
    def fits(self) -> tuple[str, ...]:
        """The commands that fit the stage."""
        return FITS[Stage(self.stage)]


def evolve(case: Case | None, recorded: Recorded) -> Case:
    """The case after the event; never looks at a clock or at today's law."""
    event = recorded.event
    if case is None:
        if not isinstance(event, CaseFiled):
            msg = f"a case begins with CaseFiled, not with {recorded.type}"
            raise TypeError(msg)
        return _filed(event, recorded)
    after = _after(case, event, recorded)  # type: ignore[arg-type]  # a case's stream holds case events
    return replace(after, version=recorded.seq, timeline=[*case.timeline, _step(recorded)])


def _step(recorded: Recorded) -> Mapping[str, Any]:
    """One line of the timeline: what happened, when, and in which role somebody did it."""
    what = type(recorded.event).__name__
    return {"version": recorded.seq, "what": what, "at": recorded.time, "by": recorded.actor["role"]}


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
        request={name: _kept(value) for name, value in event.request.items()},
        owners=recorded.owners,
        evidence=_kept(event.evidence),
        warnings=event.warnings,
        request_hash=recorded.hash,
        consents_asked=event.consents,
        consent_until=event.consent_until,
        timeline=[_step(recorded)],
    )


def _after(case: Case, event: CaseEvent, recorded: Recorded) -> Case:  # noqa: C901, PLR0911, PLR0912 - one branch an event
    match event:
        case CaseFiled():
            msg = "a case is filed once"
            raise TypeError(msg)
        case FeeAssessed():
            fee = {
                "amount": event.amount,
                "currency": event.currency,
                "formula": event.formula,
                "provisional": event.provisional,
                "due": event.due,
            }
            return _completed(replace(case, fee=fee))
        case ConsentGiven():
            return _completed(replace(case, consents={**case.consents, event.party: event.of}))
        case ConsentRevoked():
            left = {party: of for party, of in case.consents.items() if party != event.party}
            return replace(case, consents=left, stage=Stage.FILED.value, decision_due=None)
        case ConsentDeclined():
            return case
        case FeePaid():
            paid = {**case.payments, event.payment: [event.amount, event.currency, event.paid_at]}
            return _completed(replace(case, payments=paid, paid=case.paid + event.amount))
        case RefundDue():
            due, _, back = case.refunds.get(event.payment, (0, "", 0))
            return replace(
                case, refunds={**case.refunds, event.payment: [due + event.amount, event.reason, back]}
            )
        case RefundPaid():
            due, reason, back = case.refunds[event.payment]
            return replace(case, refunds={**case.refunds, event.payment: [due, reason, back + event.amount]})
        case DecisionTermStarted():
            return replace(case, decision_due=event.due)
        case CaseAssigned():
            return replace(case, officer=event.officer)
        case InformationRequested():
            question = {
                "of": recorded.hash,
                "at": recorded.time,
                "items": event.items,
                "answer_until": event.answer_until,
                "question": _kept(event.question),
                "answer": None,
                "answered_at": None,
            }
            return replace(
                case, stage=Stage.RETURNED.value, questions=[*case.questions, question], proposal=None
            )
        case InformationProvided():
            answered = {
                **case.questions[-1],
                "answer": _kept(event.answer),
                "answered_at": recorded.time,
            }
            more = _kept(event.evidence)
            return replace(
                case,
                stage=Stage.IN_REVIEW.value,
                questions=[*case.questions[:-1], answered],
                evidence=None if more is None or case.evidence is None else [*case.evidence, *more],
                decision_due=event.decision_due,
            )
        case ApprovalProposed():
            proposal = {"officer": recorded.actor["id"], "person": _kept(event.officer_person)}
            return replace(case, proposal=proposal)
        case CaseApproved():
            return replace(
                case,
                stage=Stage.APPROVED.value,
                entry=event.entry,
                effects=sorted(recorded.effects or ()),
                decision=_decision("approved", recorded, event.officer_person),
            )
        case CaseRefused():
            decision = {**_decision("refused", recorded, event.officer_person), "grounds": event.grounds}
            return replace(
                case, stage=Stage.REFUSED.value, decision=decision, appeal_until=event.appeal_until
            )
        case CaseWithdrawn():
            withdrawn = {"kind": "withdrawn", "at": recorded.time, "reason": event.reason}
            return replace(case, stage=Stage.WITHDRAWN.value, decision=withdrawn)
        case CaseLapsed():
            lapsed = {"kind": "lapsed", "at": recorded.time, "reason": event.reason}
            return replace(case, stage=Stage.LAPSED.value, decision=lapsed, appeal_until=event.appeal_until)
        case AppealTermEnded():
            return replace(case, is_appeal_term_over=True)
        case ReceiptRecorded():
            return replace(case, receipt=event.event)
        case CaseCompleted():
            return replace(case, stage=Stage.COMPLETED.value)
        case PersonalDataErased():
            return _erased(case, event)
        case _:
            assert_never(event)


def _completed(case: Case) -> Case:
    """Completeness is derived: whatever event completes the case moves it into review (rules.md 14)."""
    if case.stage == Stage.FILED and case.has_consents and case.is_paid:
        return replace(case, stage=Stage.IN_REVIEW.value)
    return case


def _decision(kind: str, recorded: Recorded, person: object) -> dict[str, Any]:
    return {"kind": kind, "at": recorded.time, "officer": recorded.actor["id"], "person": _kept(person)}


def _kept(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return None if value is ERASED else value


def _erased(case: Case, event: PersonalDataErased) -> Case:
    """What is about the named roles falls; what is about several people falls with the whole case."""
    whose = set(event.whose)
    request = {n: None if case.owners.get(n) in whose else v for n, v in case.request.items()}
    case = replace(case, request=request, erased=sorted({*case.erased, *whose}))
    if "case" not in whose:
        return case
    return replace(
        case,
        evidence=None,
        questions=[{**q, "question": None, "answer": None} for q in case.questions],
        proposal=_nobody(case.proposal),
        decision=_nobody(case.decision),
    )


def _nobody(act: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return {**act, "person": None} if act and "person" in act else act
