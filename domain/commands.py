"""What may be asked of the house: frozen, imperative, each with who asks; no decisions, and no moment."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal

from domain.events import AppealOutcome, As, Attachment, Further, LoginMember


@dataclass(frozen=True, slots=True, kw_only=True)
class Competence:
    """Our own record of what somebody may do, no token's; ``person`` is their keyed id in that country."""

    role: str
    country: str
    authority: str
    office_id: str  # the stable random id of this person within the authority
    procedures: tuple[str, ...]
    since: date
    until: date | None
    person: str | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it holds on that legal day of its country."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks, as the identity provider named them, with the competences that hold on the day.

    ``persons`` maps a country to the keyed id of the human there; machine clients and the clock have none.
    """

    issuer: str
    subject: str
    client: str
    persons: Mapping[str, str] = field(default_factory=dict)
    competences: tuple[Competence, ...] = ()


SYSTEM = Actor(issuer="tamga", subject="system", client="system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something asked by somebody; ``cause`` is ``cmd:<uuid>`` or ``evt:<event hash>``.

    When it was asked does not count: a decision has the moment at which it is taken. It is no ABC, which every
    ``isinstance`` would ask.
    """

    by: Actor
    cause: str
    family: ClassVar[Literal["case", "entry", "competence", "mandate", "notice"]]

    @property
    @abstractmethod
    def stream(self) -> str:
        """The stream that it is asked of, which leads what follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCommand(Command):
    """Asked of one case; ``expected`` is the version that the person judged, None for facts from outside."""

    case: str
    expected: int | None = None
    family = "case"

    @property
    def stream(self) -> str:
        """The case."""
        return self.case


@dataclass(frozen=True, slots=True)
class StatedCapacity:
    """As what the caller says that they act for a party; ``paper``: what was signed at the counter; ``mandate``: the
    one by which they act.
    """

    as_: As
    paper: Attachment | None = None
    mandate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyCommand(CaseCommand):
    """Asked by a party, or by who acts for it: ``acting``; None: as whatever the case says that they may."""

    acting: StatedCapacity | None = None

    @property
    def is_at_counter(self) -> bool:
        """Whether an officer asks, for who cannot sign in."""
        return self.acting is not None and self.acting.as_ == "counter"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCase(PartyCommand):
    """File a request: ``request`` has the form's members, and those that ``parties.keyed`` adds.

    ``notice``: the stream of the notice in which the office of the hospitals files what the parents declared there;
    None: people file.
    """

    country: str
    procedure: str
    request: Mapping[str, Any]
    evidence: tuple[Attachment, ...] = ()
    signature: Mapping[str, Any] | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendRequest(PartyCommand):
    """Restate the request as it stood at event ``of``; ``request`` is as of a filing, ``evidence`` beside it."""

    of: str
    request: Mapping[str, Any]
    evidence: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveConsent(PartyCommand):
    """Agree to the request as it stood at event ``of``; ``party``: as whom, where the caller is asked as several."""

    of: str
    party: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineConsent(PartyCommand):
    """Say no to it."""

    of: str
    party: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeConsent(PartyCommand):
    """Take a consent back."""

    of: str
    party: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A treasury's verified statement: ``payment`` is the opaque id of its reference, ``jws`` verbatim."""

    payment: str
    case: str
    amount: int
    currency: str
    paid_at: str
    jws: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayment(CaseCommand):
    """Money came."""

    statement: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessFee(CaseCommand):
    """An officer has a provisional fee assessed anew, once the law names the value that it waited for; or says how much
    it is (``amount``, minor units), where the law that is written down here still does not.
    """

    amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteEntries(CaseCommand):
    """An officer has what was approved and paid written now, as something stood in its way when the money came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRefund(CaseCommand):
    """Money went back."""

    statement: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignCase(CaseCommand):
    """Give the case to an officer of the authority, by their id there; None: to the one who asks."""

    officer: Competence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestInformation(CaseCommand):
    """Ask the applicant."""

    question: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvideInformation(PartyCommand):
    """Answer the question asked in event ``of``."""

    of: str
    answer: str
    evidence: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendDeadline(CaseCommand):
    """Prolong the time to decide, as the law lets the officer, and say why."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOpinion(CaseCommand):
    """Ask another authority; ``investigation``: the inquiry of the terms that this is, for which the clock stops."""

    authority: str
    inquiry: str
    investigation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveOpinion(CaseCommand):
    """The asked authority answers what it was asked in event ``of``."""

    of: str
    opinion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeApproval(CaseCommand):
    """The first pair of eyes says yes."""

    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveCase(CaseCommand):
    """The deciding pair of eyes says yes."""

    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseCase(CaseCommand):
    """Say no, on grounds of the closed list."""

    grounds: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareNotNeeded(CaseCommand):
    """Say that the law asks for none of this here, by one of its exemptions."""

    exemption: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCase(PartyCommand):
    """The applicant takes the request back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LapseCase(CaseCommand):
    """The clock: a time ran out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestateDeadlines(CaseCommand):
    """The clock: the calendar of today makes a day later that was computed with another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeDecision(PartyCommand):
    """A party opens the decision of event ``of``; ``party``: as whom, at the counter."""

    of: str
    party: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresumeServed(CaseCommand):
    """The clock: the law takes the decision as read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveClaim(PartyCommand):
    """Let go of what an ended case still holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LodgeAppeal(PartyCommand):
    """Appeal against the decision of event ``of``; ``party``: as whom, where the caller is several."""

    of: str
    reason: str
    evidence: tuple[Attachment, ...] = ()
    party: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackAppeal(PartyCommand):
    """Take back the appeal that was lodged by event ``of``."""

    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideAppeal(CaseCommand):
    """Decide all appeals that are open: by who did not take part before."""

    outcome: AppealOutcome
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAppealTerm(CaseCommand):
    """The clock: nobody appealed in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReceipt(CaseCommand):
    """The registry of ``register`` states that it applied the event (verified before it comes here).

    ``number``: its reference of the entry, where it disclosed that.
    """

    register: str
    authority: str
    event: str
    jws: str
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordObjection(CaseCommand):
    """The registry of ``register`` states that it cannot apply the event (verified before it comes here)."""

    register: str
    authority: str
    event: str
    code: str
    jws: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnulResult(CaseCommand):
    """A court annuls what the case wrote."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseCase(CaseCommand):
    """Destroy the personal data of these parties (``whose``), or ``case``; () is everything of the case."""

    basis: str
    whose: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetCase(CaseCommand):
    """The clock: destroy all personal data of the case, if the law that lets it is confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCommand(Command):
    """Asked of one entry of a register; ``entry`` is its stream."""

    country: str
    register: str
    entry: str
    family = "entry"

    @property
    def stream(self) -> str:
        """The entry."""
        return self.entry


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRestriction(EntryCommand):
    """Forbid to dispose of the entry. ``restriction`` is a fresh opaque id."""

    restriction: str
    kind: str
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftRestriction(EntryCommand):
    """Allow it again."""

    restriction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentCommand(EntryCommand):
    """A judgement on the newest change of an entry, the event ``of``, as the person saw it at version ``expected``."""

    of: str
    expected: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeCorrection(AmendmentCommand):
    """The first pair of eyes: it should read so."""

    content: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeAnnulment(AmendmentCommand):
    """The first pair of eyes: it should not have been."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropProposal(AmendmentCommand):
    """What the event ``of`` proposed is not to be: whoever proposed it thinks better, or a second officer says no."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidingAmendment(AmendmentCommand):
    """By a second officer the ``proposal`` of the first (an event); by a court of itself, with a ``reason``.

    ``written_by``: the case that made that change; None: no case did. It is asked of that case, where there is one.
    """

    written_by: str | None = None
    proposal: str | None = None
    reason: str | None = None

    @property
    def stream(self) -> str:
        """The case that made the change, or the entry."""
        return self.written_by or self.entry

    @property
    def family(self) -> str:  # type: ignore[override]  # it depends on who wrote it
        """Of that stream."""
        return "case" if self.written_by else "entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectEntry(DecidingAmendment):
    """It reads from now on as the proposal says, or, by a court, so."""

    content: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnulEntry(DecidingAmendment):
    """It counts no more; of a case, all that it wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireEntry(EntryCommand):
    """Its last day is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseEntry(EntryCommand):
    """Destroy the personal data of the entry, when its retention has ended."""

    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetEntry(EntryCommand):
    """The clock: the same of an entry that has ended, if the law that lets it is confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointeeCommand(Command):
    """Asked of what somebody may do within an authority; ``appointee`` is their stream."""

    country: str
    appointee: str
    family = "competence"

    @property
    def stream(self) -> str:
        """The appointee."""
        return self.appointee


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantCompetence(AppointeeCommand):
    """Let somebody act for an authority. ``competence`` and ``office_id`` are fresh opaque ids; whoever has an id
    there keeps it.

    Named by ``person`` (their keyed id), or by the ``login`` that alone gets it. ``since`` None: from today on.
    """

    authority: str
    competence: str
    office_id: str
    role: str
    procedures: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    person: str | None = None
    login: LoginMember | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCompetence(AppointeeCommand):
    """Let them act no more: after that day, or from this moment on (None)."""

    competence: str
    last_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateCommand(Command):
    """Asked about one mandate; ``mandate`` is its stream."""

    country: str
    mandate: str
    family = "mandate"

    @property
    def stream(self) -> str:
        """The mandate."""
        return self.mandate


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveMandate(MandateCommand):
    """Let somebody act for whoever asks, or for a company that they head; both as a form names them.

    ``principal_person`` and ``representative_person`` are their keyed ids, of which ``mandate`` is derived.
    ``since`` None: from today on.
    """

    principal: Mapping[str, Any]
    principal_person: str
    representative: Mapping[str, Any]
    representative_person: str
    procedures: tuple[str, ...]
    further: tuple[Further, ...]
    since: date | None
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EndMandate(MandateCommand):
    """End it: the principal takes it back, or the representative lays it down; ``expected``: the version that they saw,
    as the next mandate between the two has the same id.
    """

    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBirthNotice(Command):
    """The office of the country's hospitals, ``authority``, states that somebody was born (verified before it comes
    here).

    ``notice`` is the stream of that certificate; ``said`` what it states, ``statement`` the same as it was signed.
    ``declared``: what the parents declared to the hospital, as the country's form has it; None: nothing.
    """

    country: str
    notice: str
    authority: str
    said: Mapping[str, Any]
    statement: str
    declared: Mapping[str, Any] | None = None
    family = "notice"

    @property
    def stream(self) -> str:
        """The notice."""
        return self.notice
