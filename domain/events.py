"""Everything that can have happened, frozen and in the past tense; no behaviour and no bytes.

A field is public unless it is ``Personal``: then it is a salted digest in the signed event, sealed beside it
under the key of the one whom it is about (``whose``), and reads as ``ERASED`` once that key is destroyed.
Fields hold JSON values only, so that an event, its bytes and a row of a read model are the same values.
Members of a form or of a register's content are laid flat beside the other fields (``request``, ``content``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Final, Literal, NamedTuple, TypedDict

from domain.days.deadlines import Deadline


class Erased(Enum):
    """What a personal value reads as once its key is gone."""

    ERASED = "erased"

    def __repr__(self) -> str:
        return "ERASED"


ERASED: Final = Erased.ERASED


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks a member as personal, and about whom: a party's role, or the whole ``case`` or ``entry``.

    A list of parties is marked with the role; each of them owns their own part: ``founder_1``, ``founder_2`` ...
    """

    whose: str


class Attachment(TypedDict):
    """One piece of evidence: ``key`` names the data key that its bytes are sealed under (base64url)."""

    id: str
    kind: str
    sha256: str
    media_type: str
    size: int
    key: str


As = Literal["head", "clerk", "parent", "guardian", "mandate", "counter"]  # as what one acts for a party
ForMember = TypedDict("ForMember", {"party": str, "as": As})


class _Actor(TypedDict):
    id: str
    role: str


# "for" is a word of the language: a class cannot have a member of that name.
_For = TypedDict("_For", {"for": ForMember}, total=False)


class ActorMember(_Actor, _For):
    """Who acted: ``p1`` and so on within the case, or an officer's stable id within the authority.

    ``for``: whom they acted for, where they are not that party; a human who is no party is ``a1``, ``a2`` …
    """


class RepresentativeMember(TypedDict):
    """Who acted for a party: their keyed id ("" where the record of competences names nobody).

    ``paper`` is what was signed, where an officer took it at the counter. ``proof`` is the stream of the mandate, or of
    the register's entry, that bore it out at that moment; null where the request named them.
    """

    person: str
    paper: Attachment | None
    proof: str | None


class LoginMember(TypedDict):
    """As whom somebody signs in: the identity provider, and the name that it knows them by."""

    issuer: str
    subject: str


class EntryMember(TypedDict):
    """An entry that a decision wrote: its register and its stream."""

    register: str
    entry: str


RefundReason = Literal["late", "in_time", "too_much", "withdrawn", "lapsed", "not_needed", "refused"]
WithdrawalReason = Literal["applicant", "consent_declined"]
LapseReason = Literal["unpaid", "no_consent", "no_answer"]
Served = Literal["opened", "presumed"]  # the party opened it, or the law takes it as read
AppealOutcome = Literal["upheld", "set_aside", "annulled"]
Reads = Literal["active", "ended", "annulled"]  # how an entry stands after an annulment
# What a mandate has to say, or its holder may not do it; an appeal, where they are a party, too.
Further = Literal["revoke_consents", "withdraw", "appeal"]
WhichFee = Literal["filing", "entry"]  # due at filing, or between the approval and the entry
# As the terms call their times; the last two stand with who is asked, and with who decides appeals.
WhichTime = Literal[
    "pay", "pay_entry", "consent", "answer", "decide", "served", "appeal", "opinion", "appeal_decision"
]

OfCase = Personal("case")
Text = Annotated[str | Erased, OfCase]
OfEntryText = Annotated[str | Erased, Personal("entry")]
OptionalText = Annotated[str | Erased | None, OfCase]
# Null where the actor is the party. It is about two people, who acted and for whom: so it is the case's.
OptionalRepresentative = Annotated[RepresentativeMember | Erased | None, OfCase]


# --- the case, in the order of its life -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFiled:
    """A person asked a country for something; the law of this day is named once and for all."""

    procedure: str
    form: int
    terms: str  # the first day of the terms that hold for this case
    terms_sha256: str
    parties: Mapping[str, str]  # "p1" -> role
    consents: list[str]  # the parties whose consent is asked
    consent_until: Deadline | None
    warnings: list[str]  # codes for the officer's eyes, never a reason to refuse by itself
    request: Mapping[str, Any]
    evidence: Annotated[list[Attachment] | Erased, OfCase]
    acting: OptionalRepresentative
    signature: Annotated[dict[str, Any] | Erased | None, OfCase]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAmended:
    """The applicant restated the request of the event ``of``: all consents are void, the clock stands still.

    It answers the question that is open. The whole request is restated, by the form that the case was filed with.
    """

    of: str
    procedure: str
    form: int
    parties: Mapping[str, str]  # "p1" -> role
    consents: list[str]
    consent_until: Deadline | None
    warnings: list[str]
    request: Mapping[str, Any]
    evidence: Annotated[list[Attachment] | Erased, OfCase]  # what is brought with it
    acting: OptionalRepresentative


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeAssessed:
    """A fee, with the formula and the unit values of the day; provisional where a unit has no value yet."""

    fee: WhichFee
    amount: int  # minor units
    currency: str
    formula: str
    parts: list[dict[str, Any]]
    unit_day: str
    provisional: bool
    due: Deadline | None
    lapses: Deadline | None  # until then the treasury may say that it was paid in time (rules.md 36)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """A party agreed to the request as it stood at the event ``of``."""

    party: str
    of: str
    acting: OptionalRepresentative


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDeclined:
    """A party said no; the case ends."""

    party: str
    of: str
    acting: OptionalRepresentative


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRevoked:
    """A party took its consent back, before anything was proposed; a new time to consent runs."""

    party: str
    of: str
    consent_until: Deadline
    acting: OptionalRepresentative


@dataclass(frozen=True, slots=True, kw_only=True)
class FeePaid:
    """Money came; the treasury's signed statement is kept verbatim. ``payment`` is its opaque id."""

    payment: str
    amount: int
    currency: str
    paid_at: str
    statement: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundDue:
    """Money has to go back: what was late, too much, or paid for a case that ended; also what was paid in time for
    one that could not go on.
    """

    payment: str
    amount: int
    currency: str
    reason: RefundReason


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundNotDue:
    """So much of it need not go back, and has not: it counts for the fee after all."""

    payment: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPaid:
    """The treasury paid it back."""

    payment: str
    amount: int
    currency: str
    paid_at: str
    statement: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTermStarted:
    """Consents and fee are complete: from here the authority's time runs."""

    due: Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAssigned:
    """An officer has the case."""

    officer: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationRequested:
    """The officer asks; the clock stops."""

    items: list[str]
    answer_until: Deadline
    question: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationProvided:
    """The applicant answered the event ``of``; the clock runs on."""

    of: str
    decision_due: Deadline | None  # None: no time to decide runs yet
    answer: Text
    evidence: Annotated[list[Attachment] | Erased, OfCase]
    acting: OptionalRepresentative


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineExtended:
    """The officer prolonged the time to decide, as the law lets them, and says why."""

    due: Deadline
    rule: str
    law: str
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRestated:
    """A decree since then made a day later that had been computed with an older calendar (rules.md 7); or the time
    stood still while the case had lapsed, which its newest stop says.

    ``party``: whose time to appeal, or whose appeal; ``of``: the question, the opinion or the appeal, by its event.
    """

    which: WhichTime
    party: str | None
    of: str | None
    due: Deadline
    lapses: Deadline | None  # of a fee: as in FeeAssessed


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionRequested:
    """Another authority is asked; for an ``investigation`` of the terms the clock stops until it answers."""

    authority: str
    investigation: str | None
    answer_until: Deadline | None
    rule: str
    inquiry: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionGiven:
    """The authority answered the event ``of``; where the clock stood still for it, it runs on."""

    of: str
    decision_due: Deadline | None  # None: no time to decide runs yet
    rule: str
    opinion: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalProposed:
    """The first pair of eyes."""

    rule: str
    note: OptionalText
    officer_person: Text
    officer_signature: Annotated[dict[str, Any] | Erased | None, OfCase]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseApproved:
    """The authority said yes: ``entries`` are all that it wrote into the registers, in the same append.

    Empty where a fee is to be paid before the entry: ``EntriesWritten`` follows once that is.
    """

    rule: str
    entries: list[EntryMember]
    note: OptionalText
    officer_person: Text
    officer_signature: Annotated[dict[str, Any] | Erased | None, OfCase]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesWritten:
    """What was approved before is in the registers now: ``entries`` are all that it wrote."""

    entries: list[EntryMember]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesHeld:
    """The fee before the entry is paid, and the entry waits for an officer."""

    code: (
        str  # of the refusal, such as entry_restricted; paid_in_time: the case lapsed meanwhile, and goes on
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRefused:
    """The authority said no, on grounds from the closed list."""

    rule: str
    grounds: list[str]
    law: list[str]
    served_after: Deadline  # the day on which the law takes it as read by who has not opened it
    reason: Text
    officer_person: Text
    officer_signature: Annotated[dict[str, Any] | Erased | None, OfCase]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWithdrawn:
    """The request was taken back (``applicant``) or a party declined (``consent_declined``)."""

    reason: WithdrawalReason
    acting: OptionalRepresentative


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLapsed:
    """A time ran out: ``unpaid``, ``no_consent`` or ``no_answer``."""

    reason: LapseReason
    served_after: Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class LapseSetAside:
    """The treasury said later that this payment was made in time: the case goes on where it stood."""

    payment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNotNeeded:
    """The law asks for none of this here, by one of its exemptions: nothing is registered, the money goes back."""

    exemption: str
    law: str
    rule: str
    reason: OptionalText
    officer_person: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionServed:
    """A party has the decision of the event ``of``, and their time to appeal runs."""

    party: str
    of: str
    how: Served
    appeal_until: Deadline
    acting: OptionalRepresentative


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWaived:
    """Who was refused, or whose case lapsed, lets go of what it held before the time to appeal is over."""

    acting: OptionalRepresentative


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealLodged:
    """A party appealed against the decision of the event ``of``, to the authority that the law names."""

    of: str
    party: str
    authority: str
    decide_until: Deadline | None
    reason: Text
    evidence: Annotated[list[Attachment] | Erased, OfCase]
    acting: OptionalRepresentative


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealTakenBack:
    """Who appealed, by the event ``of``, does so no more."""

    of: str
    acting: OptionalRepresentative


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealDecided:
    """The appeals are decided: the decision is upheld, set aside (others decide anew), or what it wrote annulled.

    Set aside, the times that had run out run anew. ``is_held``: what the case had claimed was free, and is its own
    again; where it is not, nothing can be approved as it is.
    """

    outcome: AppealOutcome
    rule: str
    is_held: bool
    consent_until: Deadline | None
    answer_until: Deadline | None
    reason: Text
    officer_person: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealTermEnded:
    """Nobody can appeal any more; what the case had claimed is free again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecorded:
    """The registry stated, signed, that it has applied ``event``, which wrote ``entry``."""

    register: str
    entry: str
    event: str
    receipt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRecorded:
    """The registry stated, signed, that it cannot apply ``event``, which wrote ``entry``; a later receipt ends it."""

    register: str
    entry: str
    event: str
    code: str  # the registry's own
    objection: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCompleted:
    """Decided, registered and applied."""

    served_after: Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultCorrected:
    """What the case wrote into ``entry`` reads otherwise now: the office's own error, or by a court."""

    register: str
    entry: str
    of: str  # the event that is corrected
    law: str
    rule: str
    reason: Text
    officer_person: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultAnnulled:
    """What the case wrote counts no more: the office's own error, by a court, or on appeal.

    ``entries``: those that are annulled with it: all that it wrote, but on appeal none that reads otherwise since, or
    of which the former reading is not known.
    """

    entries: list[EntryMember]
    law: str
    rule: str
    reason: Text
    officer_person: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDataErased:
    """These keys are destroyed, on this legal basis; ``whose`` data fell. Of a case or of an entry."""

    keys: list[str]
    whose: list[str]
    basis: str


# --- claims and entries -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTaken:
    """A unique key is held by the stream ``holder``."""

    kind: str
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimKept:
    """The case ``holder`` ended without what it asked for, and keeps the key for as long as an appeal may set that
    aside, at the latest ``until``; but its own ``people`` may file anew at once: hashes, see ``claim.person_of``.
    """

    kind: str
    holder: str
    people: list[str]
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsKept:
    """With this key, the first that it claims, the case ``holder`` keeps its slots of these quotas: whoever takes the
    key over frees them in the same append. Each is the parts of the quota's key.
    """

    kind: str
    holder: str
    slots: list[list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReleased:
    """The key is free again: its case is over, or the entry that it belonged to needs it no more."""

    kind: str
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSettled:
    """The key belongs to an entry; ``holder`` is the entry's stream, and it alone frees the key."""

    kind: str
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotTaken:
    """The case ``holder`` takes a slot of a quota; ``taken`` of them are taken now, this one included."""

    kind: str
    holder: str
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotFreed:
    """The case ``holder`` ended without what it asked for, or its people's next case takes its place; ``taken`` slots
    are still taken.
    """

    kind: str
    holder: str
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberGiven:
    """The entry ``holder`` got a number of a series; ``taken`` of them are given now, this one included."""

    kind: str
    holder: str
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCreated:
    """A legal record came to be, by a decision or by an import."""

    register: str
    content_version: int
    title: str  # of the change: registration, import
    content: Mapping[str, Any]
    until: str | None = None  # the last day on which it holds, where the law gives it an end


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChanged:
    """The record reads anew; the whole content is restated. People in it get a fresh key."""

    register: str
    content_version: int
    title: str
    content: Mapping[str, Any]
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryNumbered:
    """The record has its number: of the register, with its receipt for the event ``of``, or of the house (None)."""

    register: str
    of: str | None
    number: Annotated[str | Erased, Personal("entry")]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryEnded:
    """The record is over; what it said stays."""

    register: str
    title: str  # such as deregistration


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionProposed:
    """An officer proposes that what the event ``of`` wrote reads so: the first pair of eyes."""

    register: str
    content_version: int
    of: str
    rule: str
    content: Mapping[str, Any]
    reason: OfEntryText
    officer_person: OfEntryText


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnulmentProposed:
    """An officer proposes that what the event ``of`` wrote counts no more: the first pair of eyes."""

    register: str
    of: str
    rule: str
    reason: OfEntryText
    officer_person: OfEntryText


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDropped:
    """What the event ``of`` proposed is not to be: whoever proposed it thinks better, or a second officer says no."""

    register: str
    of: str
    rule: str
    reason: OfEntryText
    officer_person: OfEntryText


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCorrected:
    """What the event ``of`` wrote was wrong: the whole content is restated. People in it get a fresh key.

    ``proposal``: the event that proposed it; null where a court corrects.
    """

    register: str
    content_version: int
    of: str
    proposal: str | None
    law: str
    rule: str
    content: Mapping[str, Any]
    reason: OfEntryText


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAnnulled:
    """What the event ``of`` wrote counts no more. The record reads as it did before, and is restated whole; what began
    with that event stands as it was, and is ``annulled``.
    """

    register: str
    content_version: int
    title: str
    of: str
    proposal: str | None
    reads: Reads
    until: str | None
    law: str
    rule: str
    content: Mapping[str, Any]
    reason: OfEntryText


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionPlaced:
    """The authority that the law names forbade to dispose of the entry."""

    restriction: str
    kind: str
    law: str
    rule: str
    reference: Annotated[str | Erased | None, Personal("entry")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionLifted:
    """It is no longer forbidden."""

    restriction: str
    kind: str
    rule: str


# --- mandates ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateGiven:
    """Somebody, or a company by its head, lets somebody act for them; no procedures are all of the country's.

    ``further``: what else they may do than file, answer and consent. ``acting``: the head; null: the principal.
    """

    acts_as: Literal["mandate", "clerk"]  # of a human, of a company
    procedures: list[str]
    further: list[Further]
    since: str
    until: str  # the last day
    principal: Annotated[Mapping[str, Any] | Erased, Personal("principal")]
    principal_person: Annotated[str | Erased, Personal("principal")]
    representative: Annotated[Mapping[str, Any] | Erased, Personal("representative")]
    representative_person: Annotated[str | Erased, Personal("representative")]
    acting: Annotated[RepresentativeMember | Erased | None, Personal("principal")]


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateEnded:
    """It is over from this event on: the actor's role says whether the principal or the representative ended it."""

    acting: Annotated[RepresentativeMember | Erased | None, Personal("principal")]


# --- notices ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BirthNotified:
    """The office of a country's hospitals told of a birth, by its certificate; what it tells otherwise later counts
    instead. ``statement`` is what it signed, verbatim; ``said`` what stands in that, but for its version and log.
    """

    kind: Literal["live", "still_born", "foundling"]
    said: Annotated[Mapping[str, Any] | Erased, Personal("notice")]
    statement: Annotated[str | Erased, Personal("notice")]


# --- keys of the log, its access table, and who may act for an authority ----------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOpened:
    """The first event of a log: who may authorise seals, which countries receive (base64url)."""

    root: str
    ca: str
    registrar: str
    countries: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealAuthorised:
    """From the next event on, this key may sign these types for this authority."""

    certificate: str
    authority: str
    types: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRetired:
    """No event from here on is signed with it; ``root``: RFC 6962, over the ``size`` events before."""

    kid: str
    reason: str
    size: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessHeadRecorded:
    """The hash-chained table of who read what had ``count`` rows and this head."""

    count: int
    head: str


OfAppointee = Personal("appointee")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetenceGranted:
    """Somebody may act in a role for an authority, from ``since`` to ``until``; no procedures are all of them.

    ``office_id`` is how events name them; ``login``: only whoever signs in so, None: whoever has the person's number.
    """

    competence: str
    authority: str
    office_id: str
    role: str
    procedures: list[str]
    since: str
    until: str | None
    rule: str
    person: Annotated[str | Erased | None, OfAppointee]
    login: Annotated[LoginMember | Erased | None, OfAppointee]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetenceChanged:
    """From now on it is for these procedures, up to that day."""

    competence: str
    procedures: list[str]
    until: str | None
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetenceEnded:
    """``until`` is its last day; ended at once, it holds no more from this event on, on that very day."""

    competence: str
    until: str
    is_at_once: bool
    rule: str


CaseEvent = (
    CaseFiled
    | RequestAmended
    | FeeAssessed
    | ConsentGiven
    | ConsentDeclined
    | ConsentRevoked
    | FeePaid
    | RefundDue
    | RefundNotDue
    | RefundPaid
    | DecisionTermStarted
    | CaseAssigned
    | InformationRequested
    | InformationProvided
    | DeadlineExtended
    | DeadlineRestated
    | OpinionRequested
    | OpinionGiven
    | ApprovalProposed
    | CaseApproved
    | EntriesWritten
    | EntriesHeld
    | CaseRefused
    | CaseWithdrawn
    | CaseLapsed
    | LapseSetAside
    | CaseNotNeeded
    | DecisionServed
    | ClaimWaived
    | AppealLodged
    | AppealTakenBack
    | AppealDecided
    | AppealTermEnded
    | ReceiptRecorded
    | ObjectionRecorded
    | CaseCompleted
    | ResultCorrected
    | ResultAnnulled
    | PersonalDataErased
)
ClaimEvent = (
    ClaimTaken | ClaimKept | SlotsKept | ClaimReleased | ClaimSettled | SlotTaken | SlotFreed | NumberGiven
)
EntryEvent = (
    EntryCreated
    | EntryChanged
    | EntryNumbered
    | EntryEnded
    | CorrectionProposed
    | AnnulmentProposed
    | ProposalDropped
    | EntryCorrected
    | EntryAnnulled
    | RestrictionPlaced
    | RestrictionLifted
    | PersonalDataErased
)
MandateEvent = MandateGiven | MandateEnded
KeysEvent = LogOpened | SealAuthorised | SealRetired
CompetenceEvent = CompetenceGranted | CompetenceChanged | CompetenceEnded
Event = (
    CaseEvent
    | ClaimEvent
    | EntryEvent
    | MandateEvent
    | BirthNotified
    | KeysEvent
    | AccessHeadRecorded
    | CompetenceEvent
)


class Recorded(NamedTuple):
    """An event as the log holds it, with what the signed envelope says about it.

    ``owners`` says, of an event with laid-flat members, whom each personal one is about; ``keys`` which key
    (base64url id) seals what is about whom, as far as the keys still exist. ``lead``: the stream that leads its append,
    where that is another one.
    """

    event: Event
    type: str
    log: str
    country: str
    stream: str
    seq: int
    index: int  # type: ignore[assignment]  # it hides the method that tuples have
    time: str
    hash: str
    authority: str
    actor: ActorMember
    to: tuple[str, ...]
    effects: Mapping[str, list[str]] | None
    owners: Mapping[str, str]
    keys: Mapping[str, str]
    lead: str | None = None

    @property
    def at(self) -> datetime:
        """The moment, in UTC."""
        return datetime.fromisoformat(self.time)

    @property
    def family(self) -> str:
        """The family of its stream."""
        return family_of(self.type)


def family_of(name: str) -> str:
    """The family of streams in which events of this stored name happen: "case" of "case.CaseFiled.v1"."""
    return name.partition(".")[0]
