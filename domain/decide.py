"""The decider: what a command leads to, given the case and what stands beside it; raises a Refusal, changes nothing.

Pure: the moment, the caller, ids and keys arrive as values; the law is found by the day that the case recorded.
The pieces below stand in the order of a case's life.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from domain import events as e
from domain.authorisation import Rule, Subject, allow
from domain.case import ENDED, Case, Stage
from domain.claim import FREE, Claim
from domain.commands import (
    ApproveCase,
    AssignCase,
    CaseCommand,
    Command,
    DeclineConsent,
    EndAppealTerm,
    EraseCase,
    FileCase,
    GiveConsent,
    LapseCase,
    ProposeApproval,
    ProvideInformation,
    RecordPayment,
    RecordReceipt,
    RecordRefund,
    RefuseCase,
    RequestInformation,
    RevokeConsent,
    Statement,
    WithdrawCase,
)
from domain.deadlines import Deadline, Term, compute, is_past, pause
from domain.entry import Entry
from domain.fees import Assessment, assess
from domain.offers import country_of, legal_day, offer, terms_hash
from domain.procedure import Key, Offer, Terms
from domain.refusals import (
    Clash,
    Differs,
    Erased,
    Fault,
    Invalid,
    NotAllowed,
    NotOffered,
    Refusal,
    Stale,
    Unknown,
    WrongStage,
)

Target = Literal["case"] | Key
Events = list[tuple[Target, e.Event]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a decision may look at beside its own stream: entries, claims, their ids, and the keys that seal it.

    ``keys`` maps whose -> key id (base64url), for erasure.
    """

    entries: Mapping[Key, Entry | None] = field(default_factory=dict)
    claims: Mapping[Key, Claim] = field(default_factory=dict)
    ids: Mapping[Key, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows: events by target, whose seal signs them, and who acted. No events: it was so already."""

    authority: str
    actor: e.ActorMember
    events: Events


SYSTEM_ACTOR: e.ActorMember = {"id": "tamga", "role": "system"}


def needs(command: Command, case: Case | None) -> tuple[Key, ...]:
    """The claims and entries that the decision on this command has to see."""
    match command:
        case FileCase():
            found = offer(command.country, command.procedure)
            if found is None:
                return ()
            return (*found.procedure.claims(command.request), found.procedure.entry(command.request))
        case ApproveCase() | WithdrawCase() | DeclineConsent() | EndAppealTerm() | RecordReceipt():
            if case is None or case.erased:
                return ()
            procedure = _offer_of(case).procedure
            return (*procedure.claims(case.request), procedure.entry(case.request))
        case _:
            return ()


def decide(command: CaseCommand, case: Case | None, beside: Beside) -> Decision:
    """The events that the command leads to; an empty list when the same was done before (rules.md 21)."""
    if isinstance(command, FileCase):
        if case is not None:
            raise Differs("This request was filed before.", code="already_filed")
        return _file(command, beside)
    if case is None:
        raise Unknown("There is no such case.")
    return _Life(command, case, beside).decision()


# --- filing -----------------------------------------------------------------------------------------------


def _file(command: FileCase, beside: Beside) -> Decision:
    country = country_of(command.country)
    found = offer(command.country, command.procedure)
    terms = found.on(legal_day(command.at, country)) if found else None
    if found is None or terms is None:
        raise NotOffered(f"{command.procedure} is not offered in {command.country} yet.")
    procedure = found.procedure
    parties = {f"p{n}": p.role for n, p in enumerate(procedure.parties, start=1)}
    consents = _asked(command, found, parties)
    _check_entry(command.request, found, beside, "filing")
    claims = procedure.claims(command.request)
    for key in claims:
        if beside.claims.get(key, FREE).holder is not None:
            raise Clash(_HELD, code="claim_taken")
    fee = assess(terms.fee, command.request, legal_day(command.at, country), country)
    filed = e.CaseFiled(
        procedure=procedure.name,
        form=found.form_version,
        terms=terms.since.isoformat(),
        terms_sha256=terms_hash(terms),
        parties=parties,
        consents=consents,
        consent_until=compute(terms.consent_within, command.at, country) if consents else None,
        warnings=[*procedure.warnings(command.request), *_late(command, terms)],
        request=command.request,
        evidence=_with_required(command, terms),
        representative=None,
        signature=dict(command.signature) if command.signature else None,
    )
    events: Events = [(key, e.ClaimTaken(kind=key.kind, holder=command.case)) for key in claims]
    events += [("case", filed), ("case", _assessed(fee, terms, command.at, command.country))]
    if not consents and not fee["amount"] and not fee["provisional"]:
        events.append(("case", e.DecisionTermStarted(due=compute(terms.decide_within, command.at, country))))
    return Decision(authority=terms.authority, actor={"id": "p1", "role": "applicant"}, events=events)


_HELD = (
    "There is an open request about the same thing already. Please wait until it is decided, "
    "or ask the authority if you think that it should not be there."
)


def _asked(command: FileCase, found: Offer, parties: Mapping[str, str]) -> list[str]:
    """The parties whose consent is asked; refuses a filing for somebody else, and one with oneself."""
    me = command.by.persons.get(command.country)
    applicant = next(p for p in found.procedure.parties if p.is_applicant)
    if me is None or command.request.get(f"person_{applicant.role}") != me:
        where = f"/request/{applicant.member}/personal_number"
        what = f"This is not your own number. The {applicant.role} files the request, under their own name."
        raise Invalid(Fault(where, "not_the_applicant", what))
    asked = []
    for party, role in parties.items():
        shape = next(p for p in found.procedure.parties if p.role == role)
        if not shape.consents or command.request.get(shape.member) is None:
            continue
        if command.request.get(f"person_{role}") == me:
            what = f"The {role} and the {applicant.role} are the same person. Please name the other person."
            raise Invalid(Fault(f"/request/{shape.member}/personal_number", "same_person", what))
        asked.append(party)
    return asked


def _check_entry(
    request: Mapping[str, Any], found: Offer, beside: Beside, when: Literal["filing", "decision"]
) -> None:
    procedure = found.procedure
    entry = beside.entries.get(procedure.entry(request))
    if procedure.creates and entry is not None:
        raise Clash(
            "This is in the register already. Please ask the authority for a copy.", code="entry_exists"
        )
    content = entry.content if entry else None
    for check in procedure.checks:
        if when in check.when and not check.holds(request, content):
            raise Clash(check.message, code=check.code)
    if when == "decision" and entry is not None and entry.restrictions:
        kinds = ", ".join(sorted({r["kind"] for r in entry.restrictions.values()}))
        what = f"The entry is under a restriction ({kinds}): it cannot be changed until that is lifted."
        raise Clash(what, code="entry_restricted")


def _with_required(command: FileCase, terms: Terms) -> list[e.Attachment]:
    brought = {a["kind"] for a in command.evidence}
    known = {r.kind for r in terms.evidence}
    for n, attachment in enumerate(command.evidence):
        if attachment["kind"] not in known:
            what = f"This kind of evidence is not asked for here; asked are: {', '.join(sorted(known)) or 'none'}."
            raise Invalid(Fault(f"/evidence/{n}/kind", "evidence_not_asked", what))
    missing = [r for r in terms.evidence if r.is_required and r.kind not in brought]
    if missing:
        faults = (Fault("/evidence", "evidence_missing", f"Please bring: {r.title['en']}.") for r in missing)
        raise Invalid(*faults)
    return list(command.evidence)


def _late(command: FileCase, terms: Terms) -> Iterable[str]:
    """A limit that has passed is said to the officer; the system never refuses for it (rules.md 12)."""
    country = country_of(command.country)
    for limit in terms.filing_limits:
        value: Any = command.request
        for member in limit.from_member:
            value = value[member] if value is not None else None
        if value is not None:
            start = datetime.fromisoformat(value).date()
            if is_past(compute(limit.term, start, country), command.at):
                yield f"late:{limit.effect}"


def _assessed(fee: Assessment, terms: Terms, at: datetime, country: str) -> e.FeeAssessed:
    due = compute(terms.pay_within, at, country_of(country)) if fee["amount"] or fee["provisional"] else None
    return e.FeeAssessed(
        amount=fee["amount"],
        currency=fee["currency"],
        formula=fee["formula"],
        parts=list(fee["parts"]),  # type: ignore[arg-type]  # JSON values
        unit_day=fee["unit_day"],
        provisional=fee["provisional"],
        due=due,
    )


# --- the life after filing --------------------------------------------------------------------------------


class _Life:
    """One command on one living case: the shared facts are found once, then one method a command."""

    def __init__(self, command: CaseCommand, case: Case, beside: Beside) -> None:
        self.command = command
        self.case = case
        self.beside = beside
        self.country = country_of(case.country)
        self.offer = _offer_of(case)
        self.terms = self.offer.since(case.terms)

    def decision(self) -> Decision:
        match self.command:
            case GiveConsent() | DeclineConsent() | RevokeConsent():
                return self._consent(self.command)
            case RecordPayment():
                return self._payment(self.command.statement)
            case RecordRefund():
                return self._refund(self.command.statement)
            case AssignCase():
                return self._assign(self.command)
            case RequestInformation():
                return self._ask(self.command)
            case ProvideInformation():
                return self._answer(self.command)
            case ProposeApproval():
                return self._propose(self.command)
            case ApproveCase():
                return self._approve(self.command)
            case RefuseCase():
                return self._refuse(self.command)
            case WithdrawCase():
                return self._withdraw()
            case LapseCase():
                return self._lapse()
            case EndAppealTerm():
                return self._end_appeal_term()
            case RecordReceipt():
                return self._receipt(self.command)
            case EraseCase():
                return self._erase(self.command)
            case _:
                msg = f"no decision is written for {type(self.command).__name__}"
                raise TypeError(msg)

    # consents

    def _consent(self, command: GiveConsent | DeclineConsent | RevokeConsent) -> Decision:
        rule = self._allowed("case.consent")
        party = rule.party or ""
        if party not in self.case.consents_asked:
            raise NotAllowed("Your consent is not asked in this case.", code="consent_not_asked")
        if command.of != self.case.request_hash:
            what = "The request has changed since you read it. Please read it again before you answer."
            raise Clash(what, code="consent_over_old_request")
        given = party in self.case.consents
        match command:
            case GiveConsent():
                if given:
                    return self._so_already(rule)
                self._in(Stage.FILED)
                events: Events = [("case", e.ConsentGiven(party=party, of=command.of))]
                others = {*self.case.consents, party}.issuperset(self.case.consents_asked)
                return self._by(rule, events + self._started(is_complete=others and self.case.is_paid))
            case DeclineConsent():
                if self.case.decision and self.case.decision.get("reason") == "consent_declined":
                    return self._so_already(rule)
                self._in(Stage.FILED)
                declined: Events = [("case", e.ConsentDeclined(party=party, of=command.of))]
                return self._by(rule, self._withdrawn("consent_declined", declined))
            case RevokeConsent():
                self._in(Stage.FILED, Stage.IN_REVIEW)
                if self.case.proposal is not None:
                    raise Clash(
                        "A decision has been proposed: your consent stands now.", code="consent_stands"
                    )
                if not given:
                    return self._so_already(rule)
                return self._by(rule, [("case", e.ConsentRevoked(party=party, of=command.of))])

    # money

    def _payment(self, paid: Statement) -> Decision:
        rule = self._allowed("case.pay")
        known = self.case.payments.get(paid.payment)
        if known is not None:
            if known != [paid.amount, paid.currency, paid.paid_at]:
                what = "A payment with this reference is recorded already, and it says something else."
                raise Differs(what, code="payment_differs")
            return self._so_already(rule)
        events: Events = []
        fee: Mapping[str, Any] = self.case.fee or {}
        if paid.currency != fee["currency"]:
            what = f"The fee is in {fee['currency']}."
            raise Invalid(Fault("/statement/currency", "wrong_currency", what), code="payment_differs")
        if self.case.stage == Stage.FILED:
            fee = self._fee_on_payment(paid, events, fee)
        events.append(
            (
                "case",
                e.FeePaid(
                    payment=paid.payment,
                    amount=paid.amount,
                    currency=paid.currency,
                    paid_at=paid.paid_at,
                    statement=paid.jws,
                ),
            )
        )
        total = self.case.paid + paid.amount
        excess = min(paid.amount, total - fee["amount"])
        if self.case.stage in ENDED:
            events.append(_refund_due(paid.payment, paid.amount, paid.currency, "late"))
        elif excess > 0 and not fee["provisional"]:
            events.append(_refund_due(paid.payment, excess, paid.currency, "too_much"))
        complete = self.case.has_consents and not fee["provisional"] and total >= fee["amount"]
        return self._by(rule, events + self._started(is_complete=complete))

    def _fee_on_payment(self, paid: Statement, events: Events, fee: Mapping[str, Any]) -> Mapping[str, Any]:
        """Where the unit of the day of payment counts, a new unit value re-assesses the fee (rules.md 10, 11)."""
        if not (self.terms.fee.unit_day == "payment" or fee["provisional"]) or self.case.erased:
            return fee
        moment = (
            self.command.at if self.terms.fee.unit_day == "filing" else datetime.fromisoformat(paid.paid_at)
        )
        day = legal_day(moment, self.country)
        now = assess(self.terms.fee, self.case.request, day, self.country)
        if (now["amount"], now["provisional"]) == (fee["amount"], fee["provisional"]):
            return fee
        events.append(("case", _assessed(now, self.terms, self.command.at, self.case.country)))
        return {"amount": now["amount"], "currency": now["currency"], "provisional": now["provisional"]}

    def _refund(self, paid: Statement) -> Decision:
        rule = self._allowed("case.pay")
        due, _, back = self.case.refunds.get(paid.payment, (0, "", 0))
        if due and back == due == paid.amount:
            return self._so_already(rule)
        if paid.amount != due - back or not due or paid.currency != self.case.payments[paid.payment][1]:
            raise Clash("There is no such refund to pay for this payment.", code="no_refund_due")
        refund = e.RefundPaid(
            payment=paid.payment,
            amount=paid.amount,
            currency=paid.currency,
            paid_at=paid.paid_at,
            statement=paid.jws,
        )
        return self._by(rule, [("case", refund)])

    # the officers

    def _assign(self, command: AssignCase) -> Decision:
        rule = self._allowed("case.assign")
        officer = command.officer or rule.competence
        if officer is None:
            raise NotAllowed("Only an officer can have a case.")
        if officer.person in self.case.persons.values():
            raise NotAllowed("This officer is a party to the case.", code="officer_is_party")
        covers = officer.country == self.case.country and officer.authority == self.case.authority
        if not covers or (officer.procedures and self.case.procedure not in officer.procedures):
            raise NotAllowed(
                "This officer has no competence in this case.", code="officer_without_competence"
            )
        if self.case.stage == Stage.IN_REVIEW and self.case.officer == officer.office_id:
            return self._so_already(rule)
        self._seen()
        self._in(Stage.IN_REVIEW)
        return self._by(rule, [("case", e.CaseAssigned(officer=officer.office_id, rule=rule.id))])

    def _ask(self, command: RequestInformation) -> Decision:
        rule = self._mine()
        asked = self.case.open_question
        if asked and asked["question"] == command.question and asked["items"] == list(command.items):
            return self._so_already(rule)
        self._seen()
        self._in(Stage.IN_REVIEW)
        question = e.InformationRequested(
            items=list(command.items),
            answer_until=self._until(self.terms.answer_within),
            question=command.question,
        )
        return self._by(rule, [("case", question)])

    def _answer(self, command: ProvideInformation) -> Decision:
        rule = self._allowed("case.inform")
        for asked in self.case.questions:
            if asked["of"] == command.of and asked["answered_at"] is not None:
                if asked["answer"] != command.answer:
                    raise Differs(
                        "This question was answered already, with another answer.", code="answer_differs"
                    )
                return self._so_already(rule)
        self._in(Stage.RETURNED)
        question = self.case.open_question
        if question is None or question["of"] != command.of or self.case.decision_due is None:
            raise Clash("This is not the question that is open now.", code="answers_old_question")
        asked_at = datetime.fromisoformat(question["at"])
        due = pause(self.case.decision_due, asked_at, self.command.at, self.country)
        provided = e.InformationProvided(
            of=command.of, decision_due=due, answer=command.answer, evidence=list(command.evidence)
        )
        return self._by(rule, [("case", provided)])

    def _propose(self, command: ProposeApproval) -> Decision:
        rule = self._mine()
        if self.case.proposal and self.case.proposal["officer"] == _office(rule):
            return self._so_already(rule)
        self._seen()
        self._in(Stage.IN_REVIEW)
        proposal = e.ApprovalProposed(
            rule=rule.id, note=command.note, officer_person=_person(rule), officer_signature=None
        )
        return self._by(rule, [("case", proposal)])

    def _approve(self, command: ApproveCase) -> Decision:
        rule = self._allowed("case.decide")
        decided = self.case.decision
        if decided and decided["kind"] == "approved" and decided["officer"] == _office(rule):
            return self._so_already(rule)
        self._seen()
        self._in(Stage.IN_REVIEW)
        if self.terms.four_eyes:
            self._four_eyes(rule)
        _check_entry(self.case.request, self.offer, self.beside, "decision")
        procedure = self.offer.procedure
        key = procedure.entry(self.case.request)
        old = self.beside.entries.get(key)
        if not procedure.creates and old is None:
            raise Clash("There is no entry in the register to change.", code="entry_missing")
        written = e.EntryCreated if procedure.creates else e.EntryChanged
        content = procedure.effect(self.case.request, old.content if old else None)
        change = written(
            register=procedure.register.name,
            content_version=procedure.register.content_version,
            title=procedure.change,
            content=content,
        )
        approved = e.CaseApproved(
            rule=rule.id,
            register=procedure.register.name,
            entry=self.beside.ids[key],
            note=command.note,
            officer_person=_person(rule),
            officer_signature=None,
        )
        events: Events = [(key, change), *self._claims_end(settled_by=self.beside.ids[key])]
        return self._by(rule, [*events, ("case", approved)])

    def _four_eyes(self, rule: Rule) -> None:
        """Two persons, not two roles (rules.md 20)."""
        proposal = self.case.proposal
        if proposal is None:
            raise Clash("Nobody has proposed the approval yet; a first officer has to.", code="not_proposed")
        if proposal["officer"] == _office(rule) or proposal["person"] == _person(rule):
            raise NotAllowed("Another person than the one who proposed has to approve.", code="four_eyes")

    def _refuse(self, command: RefuseCase) -> Decision:
        rule = self._mine()
        decided = self.case.decision
        if decided and decided["kind"] == "refused" and decided["grounds"] == list(command.grounds):
            return self._so_already(rule)
        self._seen()
        self._in(Stage.IN_REVIEW)
        known = {g.code: g for g in self.terms.grounds}
        for n, code in enumerate(command.grounds):
            if code not in known:
                what = f"The law does not know this ground; it knows: {', '.join(known)}."
                raise Invalid(Fault(f"/grounds/{n}", "unknown_ground", what))
        refused = e.CaseRefused(
            rule=rule.id,
            grounds=list(command.grounds),
            law=[known[code].source.law for code in command.grounds],
            appeal_until=self._until(self.terms.appeal_within),
            reason=command.reason,
            officer_person=_person(rule),
            officer_signature=None,
        )
        return self._by(rule, [("case", refused)])

    # the ends

    def _withdraw(self) -> Decision:
        rule = self._allowed("case.withdraw")
        if self.case.decision and self.case.decision.get("reason") == "applicant":
            return self._so_already(rule)
        self._seen()
        self._in(Stage.FILED, Stage.IN_REVIEW, Stage.RETURNED)
        return self._by(rule, self._withdrawn("applicant", []))

    def _withdrawn(self, reason: str, first: Events) -> Events:
        return [
            *self._claims_end(),
            *first,
            ("case", e.CaseWithdrawn(reason=reason)),
            *self._all_back("withdrawn"),
        ]

    def _lapse(self) -> Decision:
        case, at = self.case, self.command.at
        reason = None
        if case.stage == Stage.FILED:
            fee = case.fee or {}
            if fee.get("due") and not fee["provisional"] and not case.is_paid and is_past(fee["due"], at):
                reason = "unpaid"
            elif case.consent_until and not case.has_consents and is_past(case.consent_until, at):
                reason = "no_consent"
        elif (question := case.open_question) and is_past(question["answer_until"], at):
            reason = "no_answer"
        if reason is None:
            return self._by_clock([])
        lapsed = e.CaseLapsed(reason=reason, appeal_until=self._until(self.terms.appeal_within))
        return self._by_clock([("case", lapsed), *self._all_back("lapsed")])

    def _end_appeal_term(self) -> Decision:
        case = self.case
        over = case.appeal_until is not None and is_past(case.appeal_until, self.command.at)
        if not over or case.is_appeal_term_over:
            return self._by_clock([])
        return self._by_clock([*self._claims_end(), ("case", e.AppealTermEnded())])

    def _receipt(self, command: RecordReceipt) -> Decision:
        rule = self._allowed("feed.receipt")
        entry = next((en for en in self.beside.entries.values() if en is not None), None)
        if (
            command.register != self.offer.procedure.register.name
            or command.authority != self.terms.registry
            or entry is None
            or command.event not in self.case.effects
            or command.event not in entry.changes
        ):
            what = "This receipt is not about what was decided in this case, or not from the register that holds it."
            raise Clash(what, code="receipt_does_not_match")
        if self.case.receipt == command.event:
            return self._so_already(rule)
        self._in(Stage.APPROVED)
        receipt = e.ReceiptRecorded(register=command.register, event=command.event, receipt=command.jws)
        return self._by(rule, [("case", receipt), ("case", e.CaseCompleted())])

    def _erase(self, command: EraseCase) -> Decision:
        rule = self._allowed("case.erase")
        whose = set(command.whose or self.beside.keys)
        unknown = whose - {"case", *self.case.parties.values()} - set(self.beside.keys)
        if unknown:
            raise Invalid(Fault("/whose", "unknown_role", "Nobody in this case has that role."))
        if "case" in whose:
            whose = {"case", *self.beside.keys}
        keys = sorted(self.beside.keys[w] for w in whose if w in self.beside.keys)
        if not keys:
            return self._so_already(rule)
        self._in(*ENDED)
        if self.case.appeal_until is not None and not self.case.is_appeal_term_over:
            raise Clash("The term to appeal has not ended yet.", code="appeal_term_open")
        ended = datetime.fromisoformat(str((self.case.decision or {}).get("at") or self.case.filed_at))
        kept_until = compute(self.terms.retention, ended, self.country)
        if not is_past(kept_until, self.command.at):
            raise Clash(f"The law keeps this case until {kept_until['due']}.", code="retention_not_over")
        erased = e.PersonalDataErased(keys=keys, whose=sorted(whose), basis=command.basis)
        return self._by(rule, [("case", erased)])

    # what they share

    def _allowed(self, action: str) -> Rule:
        found = allow(self.command.by, action, subject_of(self.case, self.command.at))
        if isinstance(found, Refusal):
            raise found
        return found

    def _mine(self) -> Rule:
        """The officer who has the case."""
        rule = self._allowed("case.decide")
        if self.case.officer != _office(rule):
            what = "The case is not assigned to you. Please have it assigned first."
            raise NotAllowed(what, code="not_assigned_to_you")
        return rule

    def _seen(self) -> None:
        """A judgement is bound to the version that the person saw."""
        if self.command.expected != self.case.version:
            raise Stale(self.case.version)

    def _in(self, *stages: Stage) -> None:
        if self.case.stage in stages:
            if "case" in self.case.erased and not isinstance(self.command, EraseCase):
                raise Erased(self.case.case)
            return
        raise WrongStage(self.case.stage, self.case.fits)

    def _until(self, term: Term) -> Deadline:
        return compute(term, self.command.at, self.country)

    def _started(self, *, is_complete: bool) -> Events:
        if not is_complete or self.case.stage != Stage.FILED:
            return []
        return [("case", e.DecisionTermStarted(due=self._until(self.terms.decide_within)))]

    def _claims_end(self, settled_by: str | None = None) -> Events:
        """What the case held goes to the entry for good, or is free again."""
        settles = settled_by is not None and self.offer.procedure.settles
        ends: Events = []
        for key, claim in self.beside.claims.items():
            if claim.holder != self.case.case:
                if settled_by is not None:
                    raise Clash(_HELD, code="claim_taken")
                continue
            if settles:
                ends.append((key, e.ClaimSettled(kind=key.kind, holder=settled_by or "")))
            else:
                ends.append((key, e.ClaimReleased(kind=key.kind, holder=self.case.case)))
        return ends

    def _all_back(self, reason: str) -> Events:
        back: Events = []
        for payment, (amount, currency, _) in self.case.payments.items():
            due = self.case.refunds.get(payment, (0, "", 0))[0]
            if amount > due:
                back.append(_refund_due(payment, amount - due, currency, reason))
        return back

    def _by(self, rule: Rule, events: Events) -> Decision:
        return Decision(authority=self.case.authority, actor=_actor(rule, self.case), events=events)

    def _so_already(self, rule: Rule) -> Decision:
        return self._by(rule, [])

    def _by_clock(self, events: Events) -> Decision:
        return Decision(authority=self.case.authority, actor=SYSTEM_ACTOR, events=events)


def subject_of(case: Case, at: datetime) -> Subject:
    """What authorisation has to know of a case."""
    return Subject(
        country=case.country,
        day=legal_day(at, country_of(case.country)),
        procedure=case.procedure,
        authority=case.authority,
        applicant="p1",
        parties=case.persons,
    )


def _offer_of(case: Case) -> Offer:
    found = offer(case.country, case.procedure)
    if found is None:
        msg = f"the law of {case.country} on {case.procedure} is not here any more"
        raise LookupError(msg)
    return found


def _refund_due(payment: str, amount: int, currency: str, reason: str) -> tuple[Target, e.Event]:
    return ("case", e.RefundDue(payment=payment, amount=amount, currency=currency, reason=reason))


def _office(rule: Rule) -> str | None:
    return rule.competence.office_id if rule.competence else None


def _person(rule: Rule) -> str:
    return (rule.competence.person if rule.competence else None) or ""


def _actor(rule: Rule, case: Case) -> e.ActorMember:
    if rule.party is not None:
        role = "applicant" if rule.party == "p1" else case.parties[rule.party]
        return {"id": rule.party, "role": role}
    if rule.competence is None:
        return SYSTEM_ACTOR
    return {"id": rule.competence.office_id, "role": rule.competence.role}
