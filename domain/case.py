"""One person's request, from filing to its end: stages, state and fold; what may happen is in lifecycle.py.

::

    filed ───────► in_review ──────► approved ──► completed
      │ ▲ revoked,    │ ▲ answer       │ (the entries are written in the same append, or,
      │ │ amended     │ │              │  where a fee is due before them, in that of the payment)
      │ └───────      ▼ │              └──► lapsed (unpaid: that fee)
      │             returned ──► lapsed (no_answer)              in_review ──► refused
      ├──► lapsed (unpaid, no_consent)
      ├──► not_needed (the law asks for none of this; also from in_review and returned)
      └──► withdrawn (a party declined; by the applicant also from in_review and returned)

    lapsed ──► where it stood (a payment in time that was told late)
    refused, lapsed, completed ──► appealed ──► the same (upheld, taken back; what was written annulled)
                                       └──► in_review, or where it lapsed (set aside)

    approved ──► completed (what was written is annulled before the registry has answered)
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, Literal, NamedTuple, TypedDict, assert_never

from domain.days.deadlines import Deadline
from domain.events import (
    ERASED,
    AppealDecided,
    AppealLodged,
    AppealOutcome,
    AppealTakenBack,
    AppealTermEnded,
    ApprovalProposed,
    CaseApproved,
    CaseAssigned,
    CaseCompleted,
    CaseEvent,
    CaseFiled,
    CaseLapsed,
    CaseNotNeeded,
    CaseRefused,
    CaseWithdrawn,
    ClaimWaived,
    ConsentDeclined,
    ConsentGiven,
    ConsentRevoked,
    DeadlineExtended,
    DeadlineRestated,
    DecisionServed,
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
    LapseSetAside,
    ObjectionRecorded,
    OpinionGiven,
    OpinionRequested,
    PersonalDataErased,
    ReceiptRecorded,
    Recorded,
    RefundDue,
    RefundPaid,
    RefundReason,
    RequestAmended,
    ResultAnnulled,
    ResultCorrected,
    Served,
    WhichTime,
    WithdrawalReason,
)
from domain.parties import AT_COUNTER, FIRST_PARTY, Representative, changed, persons_in, representatives_in


class Stage(StrEnum):
    """Where a case is in its life; one lifecycle for all procedures."""

    FILED = "filed"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    NOT_NEEDED = "not_needed"
    COMPLETED = "completed"
    APPEALED = "appealed"


class Fee(TypedDict):
    """The fee as it was assessed last, in minor units; ``due`` None: nothing to pay.

    ``lapses``: until then the treasury may say that it was paid in time.
    """

    amount: int
    currency: str
    formula: str
    provisional: bool
    due: Deadline | None
    lapses: Deadline | None


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
    """A registry cannot apply the event that wrote the entry; why is a code of its own.

    ``is_over``: what it could not apply was corrected or annulled since.
    """

    register: str
    entry: str
    event: str
    code: str
    at: str
    is_over: bool


class Amendment(TypedDict):
    """What the case wrote was corrected (in one ``entry``) or annulled (all of it, None); words that are erased are
    None.
    """

    what: Literal["correction", "annulment"]
    entry: str | None
    at: str
    law: str
    reason: str | None


class Proposal(TypedDict):
    """The first pair of eyes: the officer within the authority, in which role, and the human; None: erased."""

    officer: str
    role: str
    person: str | None


class Extension(TypedDict):
    """The time to decide was prolonged, to this end, for this reason (None: erased); ``before``: from this one on."""

    at: str
    due: Deadline
    before: Deadline
    law: str
    reason: str | None


class RestatedDay(TypedDict):
    """A day became later by a decree; ``party``: whose, where the time is one party's own.

    ``due`` None: only the wait for the treasury's statements became longer.
    """

    which: WhichTime
    party: str | None
    due: Deadline | None


class Ending(TypedDict):
    """The event ``of`` ended the case; who has not opened it is presumed to have it from ``served_after`` on."""

    of: str
    at: str
    served_after: Deadline


class ServedTo(TypedDict):
    """A party has what ended the case, and may appeal so long."""

    at: str
    how: Served
    appeal_until: Deadline


class Appeal(TypedDict):
    """A party's appeal, lodged in the event ``of``, and how it ended; words that are erased are None."""

    of: str
    at: str
    party: str
    authority: str
    decide_until: Deadline | None
    reason: str | None
    taken_back_at: str | None
    decided_at: str | None
    outcome: AppealOutcome | None
    explanation: str | None


class Decided(TypedDict):
    """How the case ended; members that the kind does not have are None, and words that are erased."""

    kind: Literal["approved", "refused", "withdrawn", "lapsed", "not_needed"]
    is_set_aside: bool
    at: str
    officer: str | None
    person: str | None
    by: str | None  # who withdrew
    reason: WithdrawalReason | LapseReason | None
    grounds: list[str] | None
    law: list[str] | None
    exemption: str | None
    explanation: str | None


ENDED: Final = (Stage.REFUSED, Stage.WITHDRAWN, Stage.LAPSED, Stage.NOT_NEEDED, Stage.COMPLETED)


class Case(NamedTuple):
    """A case as its events tell it; JSON values only, so that a read model can keep it as it is.

    A tuple: one is made for every event. Nothing in it is ever changed in place.

    Personal values that are erased are None; ``owners`` says whose each personal member of the request is.
    ``proposers``: whoever proposed an approval, ever, also where that is void now.
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
    receipts: Mapping[str, str]  # event -> the entry that it wrote: what the registries have applied
    objections: list[Objection]  # oldest first, those that are over too
    amendments: list[Amendment]  # of what it wrote, oldest first
    erased: list[str]
    timeline: list[Mapping[str, Any]]
    acting: Mapping[str, str | None]
    at_counter: list[list[str | None]]
    proposers: list[Proposal]  # oldest first
    decisions: list[Decided]  # newest last; those that were set aside, too
    extensions: list[Extension]
    restated: list[RestatedDay]  # oldest first
    served: Mapping[str, ServedTo]  # party -> what ended the case
    appeals: list[Appeal]  # oldest first
    barred: list[list[str | None]]  # [office id, keyed person id] of who took part in what was set aside
    set_aside_by: list[list[str | None]]  # the same of who set it aside
    fee: Fee | None = None
    entry_fee: Fee | None = None  # due between the approval and the entry
    entries_held: Held | None = None
    paid: int = 0
    decision_due: Deadline | None = None
    officer: str | None = None
    proposal: Proposal | None = None
    amended_from: str | None = None  # the request that the newest amendment restated
    incomplete_since: str | None = (
        None  # from when on it was not complete any more, after the clock had begun
    )
    ending: Ending | None = None
    lapsed_from: str | None = None  # the stage
    has_waived: bool = False  # what it still held
    has_freed_slots: bool = False  # of quotas; it takes them again where it goes on
    claims_lost_at: str | None = None  # it was set aside, and what it had claimed is another's
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
    def by_paper(self) -> frozenset[str]:
        """The parties for whom somebody acts by a paper alone, which the officer judges."""
        if not self.warnings:
            return frozenset()
        return frozenset(p for p in self.parties if f"acts_by_paper:{self.whose(p)}" in self.warnings)

    @property
    def was_at_counter(self) -> frozenset[str]:
        """The officers who acted for a party: they take no part in the decision."""
        return frozenset(known for officer in self.at_counter for known in officer if known)

    @property
    def all_warnings(self) -> list[str]:
        """What the officer is told: at the filing, and since."""
        return [*self.warnings, *([AT_COUNTER] if self.at_counter else [])]

    @property
    def judges(self) -> frozenset[str]:
        """Who has the case, ever proposed, or decided, by their ids within the authority and as persons."""
        named = (known for judge in _judges(self) for known in judge)
        return frozenset(known for known in named if known)

    @property
    def have_proposed(self) -> frozenset[str]:
        """Whoever proposed an approval, ever, by their ids within the authority and as persons."""
        named = (known for one in self.proposers for known in (one["officer"], one["person"]))
        return frozenset(known for known in named if known)

    @property
    def judged_what_was_set_aside(self) -> frozenset[str]:
        """Who judged what was set aside since: they take no part any more (rules.md 19)."""
        return frozenset(known for judge in self.barred for known in judge if known)

    @property
    def was_set_aside_by(self) -> frozenset[str]:
        """Who set a decision aside: they do not take the new one."""
        return frozenset(known for judge in self.set_aside_by for known in judge if known)

    def whose(self, party: str) -> str:
        """By which name what is about this party is sealed: its role, of several in one role with a number."""
        return self.owners[f"person_{party}"]

    @property
    def decided(self) -> Decided | None:
        """The newest decision that stands."""
        return next((one for one in reversed(self.decisions) if not one["is_set_aside"]), None)

    @property
    def unserved(self) -> list[str]:
        """The parties who take part, and of whom it is not known that they have what ended the case."""
        if self.ending is None:
            return []
        return [party for party in (FIRST_PARTY, *self.consents_asked) if party not in self.served]

    @property
    def appeal_until(self) -> Deadline | None:
        """The last day for the last of the parties; None while it is not known."""
        if self.ending is None or self.unserved:
            return None
        return max((each["appeal_until"] for each in self.served.values()), key=lambda until: until["until"])

    @property
    def open_appeals(self) -> list[Appeal]:
        """Those that are neither decided nor taken back."""
        return [a for a in self.appeals if a["decided_at"] is None and a["taken_back_at"] is None]

    @property
    def open_question(self) -> Question | None:
        """The question that waits for its answer; also while a consent is asked anew."""
        newest = self.questions[-1] if self.questions else None
        is_open = newest is not None and newest["answered_at"] is None
        return newest if is_open and self.stage in (Stage.RETURNED, Stage.FILED) else None

    @property
    def open_opinions(self) -> list[Opinion]:
        """What other authorities are asked, and have not answered, while there is something to decide."""
        if self.stage not in (Stage.IN_REVIEW, Stage.RETURNED, Stage.FILED):
            return []
        return [opinion for opinion in self.opinions if opinion["given_at"] is None]

    @property
    def stands_still_since(self) -> str | None:
        """Since when the time to decide stands still, None while it runs: for a question, for an investigation, for
        consents and money that an amendment or a party who thought again made necessary.

        Of several that overlap the first counts, and what the deadline has in its stops already does not.
        """
        since = [opinion["at"] for opinion in self.open_opinions if opinion["investigation"]]
        if question := self.open_question:
            since.append(question["at"])
        if self.incomplete_since:
            since.append(self.incomplete_since)
        stops = self.decision_due["stops"] if self.decision_due else []
        return max([min(since), *(stop["answer_at"] for stop in stops[-1:])]) if since else None

    @property
    def open_objections(self) -> list[Objection]:
        """What registries cannot apply, and have not applied since, as it stands."""
        applied = set(self.receipts.values())
        return [each for each in self.objections if not each["is_over"] and each["entry"] not in applied]

    @property
    def is_annulled(self) -> bool:
        """What it wrote counts no more."""
        return any(amendment["what"] == "annulment" for amendment in self.amendments)

    @property
    def unanswered(self) -> list[EntryMember]:
        """What it wrote, and no registry has said yet that it applied it."""
        return [entry for entry in self.entries if entry["entry"] not in self.receipts.values()]

    @property
    def has_consents(self) -> bool:
        """Nobody's consent is open."""
        return _has_all(self.consents_asked, self.consents)

    @property
    def is_paid(self) -> bool:
        """Nothing is left to pay of the fee for the filing, and it is certain."""
        return _covers(self.fee, self.kept)

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
        request=_kept_request(event.request),
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
        amendments=[],
        erased=[],
        timeline=[_step(recorded)],
        acting={},
        at_counter=[],
        proposers=[],
        decisions=[],
        extensions=[],
        restated=[],
        served={},
        appeals=[],
        barred=[],
        set_aside_by=[],
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


def _changes(case: Case, event: CaseEvent, recorded: Recorded) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912, PLR0915 - one branch an event
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
        case RequestAmended():
            return _amended(case, event, recorded)
        case ConsentRevoked():
            return {
                "stage": Stage.FILED.value,
                "consents": {party: of for party, of in case.consents.items() if party != event.party},
                "consent_until": event.consent_until,
                "incomplete_since": _incomplete_since(case, recorded),
            }
        case ConsentDeclined():  # the withdrawal follows in the same append
            return {"consents": {party: of for party, of in case.consents.items() if party != event.party}}
        case FeePaid():
            payments = {**case.payments, event.payment: [event.amount, event.currency, event.paid_at]}
            return _completed(case, payments=payments, paid=case.paid + event.amount)
        case RefundDue():
            return {"refunds": {**case.refunds, event.payment: _more_due(case, event, recorded)}}
        case RefundPaid():
            return {"refunds": {**case.refunds, event.payment: _paid_back(case, event)}}
        case DecisionTermStarted():
            return {"decision_due": event.due, "incomplete_since": None}
        case CaseAssigned():
            return {"officer": event.officer}
        case InformationRequested():
            questions = [*case.questions, _question(event, recorded)]
            return {"stage": Stage.RETURNED.value, "questions": questions, "proposal": None}
        case InformationProvided():
            more = _kept(event.evidence)
            answer = {"answer": _kept(event.answer), "answered_at": recorded.time}
            return {
                "stage": Stage.IN_REVIEW.value if case.stage == Stage.RETURNED else case.stage,
                "questions": [*case.questions[:-1], {**case.questions[-1], **answer}],
                "evidence": None if more is None or case.evidence is None else [*case.evidence, *more],
                "decision_due": event.decision_due,
            }
        case DeadlineExtended():
            before = case.decision_due or event.due
            said = {"due": event.due, "before": before, "law": event.law, "reason": _kept(event.reason)}
            more = [*case.extensions, {"at": recorded.time, **said}]
            return {"decision_due": event.due, "extensions": more}
        case DeadlineRestated():
            return _restated(case, event)
        case OpinionRequested():
            return {"opinions": [*case.opinions, _opinion(event, recorded)], "proposal": None}
        case OpinionGiven():
            said = {"opinion": _kept(event.opinion), "given_at": recorded.time}
            opinions = [{**o, **said} if o["of"] == event.of else o for o in case.opinions]
            return {"opinions": opinions, "decision_due": event.decision_due}
        case ApprovalProposed():
            actor, person = recorded.actor, _kept(event.officer_person)
            proposal = Proposal(officer=actor["id"], role=actor["role"], person=person)
            return {"proposal": proposal, "proposers": [*case.proposers, proposal]}
        case CaseApproved():
            return {
                "stage": Stage.APPROVED.value,
                "entries": event.entries,
                "effects": sorted(recorded.effects or ()),
                "has_freed_slots": False,
                "decisions": _decided(case, recorded, kind="approved", **_officer(event, recorded)),
            }
        case EntriesWritten():
            effects = sorted(recorded.effects or ())
            return {
                "entries": event.entries,
                "effects": effects,
                "entries_held": None,
                "has_freed_slots": False,
            }
        case EntriesHeld():
            return {"entries_held": Held(code=event.code, at=recorded.time)}
        case CaseRefused():
            said = {"grounds": event.grounds, "law": event.law, "explanation": _kept(event.reason)}
            return {
                "stage": Stage.REFUSED.value,
                "decisions": _decided(case, recorded, kind="refused", **_officer(event, recorded), **said),
                **_ended(recorded, event.served_after),
            }
        case CaseWithdrawn():
            actor = recorded.actor
            by = actor["for"]["party"] if "for" in actor else actor["id"]
            withdrawn = _decided(case, recorded, kind="withdrawn", reason=event.reason, by=by)
            return {"stage": Stage.WITHDRAWN.value, "decisions": withdrawn, "has_freed_slots": True}
        case CaseLapsed():
            return {
                "stage": Stage.LAPSED.value,
                "lapsed_from": case.stage,
                "decisions": _decided(case, recorded, kind="lapsed", reason=event.reason),
                **_ended(recorded, event.served_after),
            }
        case LapseSetAside():
            return _set_aside(case, has_freed_slots=False)
        case CaseNotNeeded():
            said = {"law": [event.law], "exemption": event.exemption, "explanation": _kept(event.reason)}
            officer = _officer(event, recorded)
            return {
                "stage": Stage.NOT_NEEDED.value,
                "has_freed_slots": True,
                "decisions": _decided(case, recorded, kind="not_needed", **officer, **said),
            }
        case DecisionServed():
            served = ServedTo(at=recorded.time, how=event.how, appeal_until=event.appeal_until)
            return {"served": {**case.served, event.party: served}}
        case ClaimWaived():
            return {"has_waived": True, "has_freed_slots": True}
        case AppealLodged():
            more = _kept(event.evidence)
            return {
                "stage": Stage.APPEALED.value,
                "appeals": [*case.appeals, _appeal(event, recorded)],
                "evidence": None if more is None or case.evidence is None else [*case.evidence, *more],
            }
        case AppealTakenBack():
            appeals: list[Any] = [
                {**a, "taken_back_at": recorded.time} if a["of"] == event.of else a for a in case.appeals
            ]
            back = {"appeals": appeals}
            return back if _with(case, back).open_appeals else {**back, "stage": _ended_as(case)}
        case AppealDecided():
            return _appeal_decided(case, event, recorded)
        case AppealTermEnded():
            is_approved = case.decided is not None and case.decided["kind"] == "approved"
            return {"is_appeal_term_over": True, "has_freed_slots": case.has_freed_slots or not is_approved}
        case ReceiptRecorded():
            return {"receipts": {**case.receipts, event.event: event.entry}}
        case ObjectionRecorded():
            return {"objections": [*case.objections, _objection(event, recorded)]}
        case CaseCompleted():
            return {"stage": Stage.COMPLETED.value, **_ended(recorded, event.served_after)}
        case ResultCorrected():
            return _amended_result(case, event, recorded, {event.entry})
        case ResultAnnulled():
            stage = Stage.COMPLETED.value if case.stage == Stage.APPROVED else case.stage
            written = {entry["entry"] for entry in event.entries}
            amended = _amended_result(case, event, recorded, written)
            return {**amended, "stage": stage, "has_freed_slots": True}
        case PersonalDataErased():
            return _erased(case, event)
        case _:
            assert_never(event)


def _completed(case: Case, **changes: Any) -> dict[str, Any]:
    """Completeness is derived: whatever event completes the case moves it into review (rules.md 14)."""
    consents, fee = changes.get("consents", case.consents), changes.get("fee", case.fee)
    kept = case.kept + changes.get("paid", case.paid) - case.paid
    is_complete = _has_all(case.consents_asked, consents) and _covers(fee, kept)
    if case.stage == Stage.FILED and is_complete:
        changes["stage"] = (Stage.RETURNED if case.open_question else Stage.IN_REVIEW).value
        changes["incomplete_since"] = None
    return changes


def _incomplete_since(case: Case, recorded: Recorded) -> str | None:
    """The clock has stood still since then; None where it never began."""
    return case.stands_still_since or (recorded.time if case.decision_due else None)


def _amended(case: Case, event: RequestAmended, recorded: Recorded) -> dict[str, Any]:
    """Nobody has agreed to the new request yet; what an officer asked is answered by it."""
    more, question = _kept(event.evidence), case.open_question
    changes: dict[str, Any] = {
        "stage": Stage.FILED.value,
        "parties": event.parties,
        "request": _kept_request(event.request),
        "owners": recorded.owners,
        "request_hash": recorded.hash,
        "amended_from": event.of,
        "consents_asked": event.consents,
        "consent_until": event.consent_until,
        "consents": {},
        "warnings": event.warnings,
        "evidence": None if more is None or case.evidence is None else [*case.evidence, *more],
        "incomplete_since": _incomplete_since(case, recorded),
        # All that it asks for now was taken, or was its own still.
        "has_freed_slots": False,
        "claims_lost_at": None,
    }
    if question is not None:
        changes["questions"] = [*case.questions[:-1], {**question, "answered_at": recorded.time}]
    return changes | _completed(_with(case, changes))


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
        "lapses": event.lapses,
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


def _restated(case: Case, event: DeadlineRestated) -> dict[str, Any]:  # noqa: PLR0911 - one branch a time
    """The day that was moved stands where it stood."""
    due, of = event.due, event.of
    name = "fee" if event.which == "pay" else "entry_fee"
    fee = getattr(case, name) if event.which in ("pay", "pay_entry") else None
    is_told = fee is None or fee["due"] != due
    day = RestatedDay(which=event.which, party=event.party, due=due if is_told else None)
    changes: dict[str, Any] = {"restated": [*case.restated, day]}
    match event.which:
        case "pay" | "pay_entry":
            return {**changes, name: fee and {**fee, "due": due, "lapses": event.lapses}}
        case "consent":
            return {**changes, "consent_until": due}
        case "decide":
            return {**changes, "decision_due": due}
        case "answer":
            questions = [{**q, "answer_until": due} if q["of"] == of else q for q in case.questions]
            return {**changes, "questions": questions}
        case "opinion":
            opinions = [{**o, "answer_until": due} if o["of"] == of else o for o in case.opinions]
            return {**changes, "opinions": opinions}
        case "served":
            return {**changes, "ending": case.ending and {**case.ending, "served_after": due}}
        case "appeal":
            served = {
                p: {**s, "appeal_until": due} if p == event.party else s for p, s in case.served.items()
            }
            return {**changes, "served": served}
        case "appeal_decision":
            appeals = [{**a, "decide_until": due} if a["of"] == of else a for a in case.appeals]
            return {**changes, "appeals": appeals}
        case _:
            assert_never(event.which)


def _objection(event: ObjectionRecorded, recorded: Recorded) -> Objection:
    return {
        "register": event.register,
        "entry": event.entry,
        "event": event.event,
        "code": event.code,
        "at": recorded.time,
        "is_over": False,
    }


def _amended_result(
    case: Case, event: ResultCorrected | ResultAnnulled, recorded: Recorded, written: set[str]
) -> dict[str, Any]:
    """A registry may answer for the new event as for the old one; what it objected to is over."""
    amendment: Amendment = {
        "what": "correction" if isinstance(event, ResultCorrected) else "annulment",
        "entry": event.entry if isinstance(event, ResultCorrected) else None,
        "at": recorded.time,
        "law": event.law,
        "reason": _kept(event.reason),
    }
    objections = [
        {**each, "is_over": each["is_over"] or each["entry"] in written} for each in case.objections
    ]
    return {
        "amendments": [*case.amendments, amendment],
        "effects": sorted({*case.effects, *(recorded.effects or ())}),
        "objections": objections,
    }


def _ended(recorded: Recorded, served_after: Deadline) -> dict[str, Any]:
    """What ended the case is to be served, and may be appealed against."""
    ending = Ending(of=recorded.hash, at=recorded.time, served_after=served_after)
    return {"ending": ending, "served": {}, "has_waived": False, "is_appeal_term_over": False}


def _set_aside(case: Case, **changes: Any) -> dict[str, Any]:
    """The newest decision counts no more: the case stands where it stood before, and is complete or not."""
    decisions = [
        {**one, "is_set_aside": one["is_set_aside"] or one is case.decided} for one in case.decisions
    ]
    was_approved = case.lapsed_from == Stage.APPROVED and case.stage in (Stage.LAPSED, Stage.APPEALED)
    found = {
        "stage": (Stage.APPROVED if was_approved else Stage.FILED).value,
        "decisions": decisions,
        "ending": None,
        "lapsed_from": None,
        "served": {},
        "has_waived": False,
        "is_appeal_term_over": False,
        **changes,
    }
    return found | _completed(_with(case, found))


def _ended_as(case: Case) -> str:
    """The stage of an appealed case before the appeal."""
    kinds = {"refused": Stage.REFUSED, "lapsed": Stage.LAPSED, "approved": Stage.COMPLETED}
    return kinds[case.decided["kind"] if case.decided else "refused"].value


def _appeal(event: AppealLodged, recorded: Recorded) -> Appeal:
    return {
        "of": recorded.hash,
        "at": recorded.time,
        "party": event.party,
        "authority": event.authority,
        "decide_until": event.decide_until,
        "reason": _kept(event.reason),
        "taken_back_at": None,
        "decided_at": None,
        "outcome": None,
        "explanation": None,
    }


def _appeal_decided(case: Case, event: AppealDecided, recorded: Recorded) -> dict[str, Any]:
    """All that are open end so; after a set-aside others decide, and the full time runs anew (rules.md 19)."""
    said = {
        "outcome": event.outcome,
        "decided_at": recorded.time,
        "explanation": _kept(event.reason),
    }
    open_now = case.open_appeals
    appeals = [{**appeal, **said} if appeal in open_now else appeal for appeal in case.appeals]
    if event.outcome != "set_aside":
        return {"appeals": appeals, "stage": _ended_as(case)}
    question = case.questions[-1:]
    if question and question[0]["answered_at"] is None and event.answer_until:
        question = [{**question[0], "answer_until": event.answer_until}]
    return _set_aside(
        case,
        appeals=appeals,
        barred=[*case.barred, *(judge for judge in _judges(case) if judge not in case.barred)],
        set_aside_by=[*case.set_aside_by, [recorded.actor["id"], _kept(event.officer_person) or None]],
        officer=None,
        proposal=None,
        decision_due=None,
        incomplete_since=None,
        consent_until=event.consent_until or case.consent_until,
        questions=[*case.questions[:-1], *question],
        has_freed_slots=case.has_freed_slots and not event.is_held,
        claims_lost_at=None if event.is_held else recorded.time,
    )


def _judges(case: Case) -> list[list[str | None]]:
    """[office id, keyed person id] of who has the case, proposed or decided."""
    judged = [*case.proposers, *case.decisions]
    found = [[one["officer"], one["person"]] for one in judged if one["officer"]]
    return [*([[case.officer, None]] if case.officer else []), *found]


_NOBODY_SAID: Final = {**dict.fromkeys(Decided.__annotations__), "is_set_aside": False}


def _decided(case: Case, recorded: Recorded, **said: Any) -> list[Any]:
    return [*case.decisions, {**_NOBODY_SAID, "at": recorded.time, **said}]


def _officer(event: CaseApproved | CaseRefused | CaseNotNeeded, recorded: Recorded) -> dict[str, Any]:
    return {"officer": recorded.actor["id"], "person": _kept(event.officer_person)}


def _kept(value: Any) -> Any:
    return None if value is ERASED else value


def _kept_request(request: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: [_kept(each) for each in value] if isinstance(value, list) else _kept(value)
        for name, value in request.items()
    }


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
            "proposers": [{**p, "person": None} for p in case.proposers],
            "decisions": [{**d, "person": None, "explanation": None} for d in case.decisions],
            "extensions": [{**each, "reason": None} for each in case.extensions],
            "appeals": [{**a, "reason": None, "explanation": None} for a in case.appeals],
            "amendments": [{**each, "reason": None} for each in case.amendments],
            "barred": [[officer, None] for officer, _ in case.barred],
            "set_aside_by": [[officer, None] for officer, _ in case.set_aside_by],
        }
    return changes
