"""The shapes of the answers, as the OpenAPI document promises them; the answers do not pass through them.

The tests hold the answers against them (tests/api/test_contract.py).
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.case import Stage
from domain.days.deadlines import Deadline
from domain.events import As, Further
from domain.forms import CountryCode, Currency, MinorUnits

EventHash = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
OpaqueId = Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$", json_schema_extra={"format": "uuid"})]
# Of what outsiders sign: 1, and not true, which equals it in Python.
StatementVersion = Annotated[int, Field(strict=True, ge=1, le=1)]
CompactJws = Annotated[str, Field(min_length=100, pattern=r"^[A-Za-z0-9_.-]+$")]
AuthorityId = Annotated[str, Field(pattern=r"^[a-z]{2}-[a-z0-9-]{1,60}$")]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
LegalDay = Annotated[str, Field(json_schema_extra={"format": "date"})]
Version = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]
Title = Annotated[str, Field(description="in the language of the answer")]


class Shape(BaseModel):
    """What an answer holds: these members, all of them, and no others."""

    model_config = ConfigDict(extra="forbid")


# --- a case -----------------------------------------------------------------------------------------------


class EvidenceShown(Shape):
    """``party``: for whom it was signed, where it is a paper that an officer took at the counter."""

    id: OpaqueId
    kind: Code
    party: Code | None = None
    sha256: EventHash
    media_type: Literal["application/pdf", "image/jpeg", "image/png"]
    size: Count


class DeadlineShown(Deadline):
    """``unconfirmed``: the time that it was counted with is not settled law."""

    unconfirmed: bool


class FeeShown(Shape):
    """``unconfirmed``: what it was counted by is not settled law."""

    amount: MinorUnits
    currency: Currency
    formula: str
    provisional: bool
    unconfirmed: bool
    due: DeadlineShown | None
    lapses: Deadline | None


class HeldShown(Shape):
    """Why what is approved and paid is not in the registers yet."""

    code: Code
    at: Moment


class RefundShown(Shape):
    amount: MinorUnits
    reason: str | None
    paid_back: MinorUnits


class QuestionShown(Shape):
    of: EventHash
    at: Moment
    items: list[Code]
    answer_until: DeadlineShown
    question: str | None
    answer: str | None
    answered_at: Moment | None


class DecisionShown(Shape):
    """How it ended; which of the optional members are there depends on ``kind``.

    ``unconfirmed``: the grounds that stand on law that is not settled, and ``after_refusal`` where that the fee is
    kept does.
    """

    kind: Literal["approved", "refused", "withdrawn", "lapsed", "not_needed"]
    at: Moment
    officer: OpaqueId | None = None
    by: str | None = None
    reason: str | None = None
    grounds: list[Code] | None = None
    law: list[str] | None = None
    exemption: Code | None = None
    explanation: str | None = None
    unconfirmed: list[Code]


class ExtensionShown(Shape):
    """The time to decide was prolonged to ``due``."""

    at: Moment
    due: DeadlineShown
    law: str
    reason: str | None


class EndingShown(Shape):
    """What ended the case, the event ``of``; who has not opened it is taken to have read it after ``served_after``."""

    of: EventHash
    at: Moment
    served_after: DeadlineShown


class ServedShown(Shape):
    """A party has what ended the case: opened, or presumed by the law."""

    at: Moment
    how: Literal["opened", "presumed"]
    appeal_until: DeadlineShown


class AppealShown(Shape):
    """A party's appeal, lodged by the event ``of``, and its outcome."""

    of: EventHash
    at: Moment
    party: Code
    authority: str
    decide_until: DeadlineShown | None
    reason: str | None
    taken_back_at: Moment | None
    decided_at: Moment | None
    outcome: Literal["upheld", "set_aside", "annulled"] | None
    explanation: str | None


class ActedFor(Shape):
    """Whom somebody acted for, and as what: ``counter`` is an officer, for who cannot sign in."""

    party: Code
    as_: Annotated[As, Field(alias="as")]


class Step(Shape):
    """``for``: for whom it was done, where not by the party itself; ``party``: who was served with what ended it."""

    version: Version
    what: str
    at: Moment
    by: str
    party: str | None = None
    for_: Annotated[ActedFor | None, Field(alias="for")] = None


class PartyInCase(Shape):
    """``whose`` names what is about them: the role, of several in one role with a number ("founder_2")."""

    party: Code
    role: Code
    whose: Code


class ActsFor(Shape):
    """A party for which the caller acts, and as what; null: they are that party."""

    party: Code
    as_: Annotated[As | None, Field(alias="as")]


class ConsentShown(Shape):
    party: Code
    role: Code
    answer: Literal["given", "open"]


class AmendmentShown(Shape):
    """What the case wrote was corrected (in one entry) or annulled (all of it)."""

    what: Literal["correction", "annulment"]
    entry: OpaqueId | None
    at: Moment
    law: str
    reason: str | None


class EntryWritten(Shape):
    """What an approval wrote."""

    register_: Annotated[str, Field(alias="register")]  # a class of pydantic has a method of that name
    entry: OpaqueId


class OpinionShown(Shape):
    """What another authority is asked; parties see that, and until when, not the words.

    For an ``investigation`` of the law the time to decide stands still.
    """

    of: EventHash
    at: Moment
    authority: str
    investigation: Code | None
    answer_until: DeadlineShown | None
    inquiry: str | None
    opinion: str | None
    given_at: Moment | None


class ObjectionShown(Shape):
    """What a registry cannot apply, and has not applied since; ``code`` is its own."""

    register_: Annotated[str, Field(alias="register")]  # a class of pydantic has a method of that name
    entry: OpaqueId
    event: EventHash
    code: Code
    at: Moment


class LimitShown(Shape):
    """A time to file within: nobody is refused for it, and what it leads to is its ``effect``."""

    code: Code
    effect: Literal["evidence", "officer", "ground"]
    standing: Literal["in_time", "late", "early"]
    first_day: LegalDay | None
    last_day: LegalDay
    days_late: Count
    unconfirmed: bool


class NextShown(Shape):
    """What the case waits for: of whom (``you``, a party's role, ``authority``, ``treasury``, ``registry``), and until
    the end of which day. ``unconfirmed``: that day is not settled law. ``office`` names the office.
    """

    who: Code
    what: Code
    until: LegalDay | None
    unconfirmed: bool
    office: str | None
    amount: MinorUnits | None
    currency: Currency | None
    sentence: Title


class CaseShown(Shape):
    """A case as the caller may see it: of other people their names only.

    ``obstacles``: what in the registers stands in the way now (``restricted``, ``not_registered``), to officers with
    the kind behind a colon. ``exemptions``: those that seem to fit, so that nothing of this might be needed.
    ``limits``: to officers, the times to file within, and by how many days they were missed.
    ``way_to_appeal``: to whom, and until when; null where nothing is to be appealed against, or not any more.
    """

    case: OpaqueId
    country: CountryCode
    procedure: Code
    stage: Stage
    version: Version
    filed_at: Moment
    authority: str
    terms: LegalDay
    you_are: Code | None
    acts_for: list[ActsFor]
    parties: list[PartyInCase]
    request: dict[str, Any]
    request_hash: EventHash
    evidence: list[EvidenceShown]
    consents: list[ConsentShown]
    consent_until: DeadlineShown | None
    fee: FeeShown | None
    entry_fee: FeeShown | None
    paid: MinorUnits
    refunds: list[RefundShown]
    decision_due: DeadlineShown | None
    officer: OpaqueId | None
    questions: list[QuestionShown]
    opinions: list[OpinionShown]
    stands_still_since: Moment | None
    is_proposed: bool
    decision: DecisionShown | None
    extensions: list[ExtensionShown]
    ending: EndingShown | None
    served: dict[str, ServedShown]
    appeal_until: DeadlineShown | None
    appeals: list[AppealShown]
    entries: list[EntryWritten]
    entries_held: HeldShown | None
    objections: list[ObjectionShown]
    amendments: list[AmendmentShown]
    obstacles: list[str]
    exemptions: list[Code]
    limits: list[LimitShown]
    warnings: list[str]
    erased: list[str]
    next: list[NextShown]
    way_to_appeal: Title | None
    fits: list[str]
    timeline: list[Step]


class CaseBrief(Shape):
    """What a command answers: where the case stands now. A party's own act answers ``CaseShown``, which has these."""

    case: OpaqueId
    stage: Stage
    version: Version
    fits: list[str]


class RefundOpen(Shape):
    """What of a payment is due back and not paid; ``overpaid``: what went back beyond that, by mistake."""

    payment: OpaqueId
    amount: MinorUnits
    overpaid: MinorUnits
    currency: Currency
    reason: Code
    since: Moment


class CaseMoney(CaseBrief):
    """What the treasury is answered: ``payment`` is how the house calls what was stated; ``other_cases`` are those for
    which the treasury named the same reference, as far as the read models know.
    """

    payment: OpaqueId
    other_cases: list[OpaqueId]
    refunds_due: list[RefundOpen]


class RefundListed(RefundOpen):
    case: OpaqueId
    procedure: Code


class RefundPage(Shape):
    items: list[RefundListed]


class Forgettable(Shape):
    """A case, or an entry that has ended, which the law keeps no longer; nothing personal.

    ``since``: from when on it was kept, until the end of the day ``kept_until``, by this ``law``. ``waits_for``:
    ``appeal``, ``refund``, ``restriction`` or ``open_case``; else ``clock`` where the law is confirmed, ``officer``
    where it is not.
    """

    case: OpaqueId | None
    procedure: Code | None
    entry: OpaqueId | None
    register_: Annotated[str | None, Field(alias="register")]  # a class of pydantic has a method of that name
    since: Moment
    kept_until: LegalDay
    law: list[str]
    is_confirmed: bool
    waits_for: Code


class ForgettablePage(Shape):
    items: list[Forgettable]


class CaseListed(Shape):
    case: OpaqueId
    procedure: Code
    stage: Stage
    version: Version
    filed_at: Moment
    authority: str


class CasePage(Shape):
    items: list[CaseListed]


class NamedShown(Shape):
    """How somebody is shown to another one: of one name only, that part alone; of a company its name."""

    surname: str | None = None
    given_names: str | None = None
    name: str | None = None


class MandateShown(Shape):
    """Who lets whom act; ``further``: what else than file, answer and consent. ``is_live``: one may act by it now."""

    mandate: OpaqueId
    country: CountryCode
    version: Version
    you_are: Literal["principal", "representative"]
    as_: Annotated[Literal["mandate", "clerk"], Field(alias="as")]
    principal: NamedShown | None
    representative: NamedShown | None
    procedures: list[Code]
    further: list[Further]
    since: LegalDay
    until: LegalDay
    given_at: Moment
    ended_at: Moment | None
    ended_by: Literal["principal", "representative"] | None
    is_live: bool


class MandatePage(Shape):
    items: list[MandateShown]


class Waiting(Shape):
    """A case in the work queue; nothing personal.

    ``waits_for``: all that it waits for; ``since``: from when on for what was asked for, or for the first of them.
    ``due`` is null where no time to decide runs: it stands still (``stands_still_since``) and will be another, or it
    is decided. ``flags``: why something that was approved came to a halt.
    """

    case: OpaqueId
    authority: str
    procedure: Code
    due: Moment | None
    stage: Stage
    officer: OpaqueId | None
    is_proposed: bool
    is_overdue: bool
    waits_for: list[Code]
    since: Moment
    warnings: list[str]
    flags: list[Code]
    stands_still_since: Moment | None
    filed_at: Moment
    version: Version


class QueuePage(Shape):
    items: list[Waiting]


class WaitingCount(Shape):
    """How many cases wait for it, and how many of these are overdue."""

    waits_for: Code
    title: Title
    count: Count
    overdue: Count


class QueueCounts(Shape):
    """``cases`` are all that wait, each once, whatever it waits for; ``overdue`` of them."""

    items: list[WaitingCount]
    cases: Count
    overdue: Count


class OpinionAsked(Shape):
    """What the caller's office is asked; ``of`` is what the answer names."""

    case: OpaqueId
    authority: str
    procedure: Code
    of: EventHash
    investigation: Code | None
    asked_at: Moment
    due: Moment | None


class OpinionPage(Shape):
    items: list[OpinionAsked]


class AccessShown(Shape):
    number: str
    stream: OpaqueId
    at: Moment
    reader: str
    role: str
    authority: str
    purpose: str
    basis: str


class AccessPage(Shape):
    items: list[AccessShown]


class NoticeShown(Shape):
    """What somebody was told of a case, or of an entry that names them; by which day something is to be done, and
    ``unconfirmed``: on no settled law.
    """

    case: OpaqueId | None
    procedure: Code | None
    entry: OpaqueId | None
    register_: Annotated[
        Code | None, Field(alias="register")
    ]  # a class of pydantic has a method of that name
    at: Moment
    what: Code
    until: LegalDay | None
    unconfirmed: bool
    sentence: Title


class NoticePage(Shape):
    items: list[NoticeShown]


class ActorShown(Shape):
    """Who acted, within the case; ``for`` is there where they were not that party."""

    id: str
    role: str
    for_: Annotated[ActedFor, Field(default=None, alias="for")]


class EventShown(Shape):
    """A signed event: verify ``jws`` as it stands, or ``sd_jwt`` with a tool that knows disclosures."""

    index: Count
    version: Version
    type: str
    time: Moment
    actor: ActorShown
    authority: str
    hash: EventHash
    jws: str
    disclosures: list[str]
    sd_jwt: str
    data: dict[str, Any]


class EventTold(EventShown):
    """``stage`` is where the case was after it, ``sentence`` what happened, in words; neither is signed."""

    stage: Stage
    sentence: Title


class HistoryShown(Shape):
    case: OpaqueId
    log: str
    events: list[EventTold]


class EntryHistoryShown(Shape):
    entry: OpaqueId
    log: str
    events: list[EventShown]


class Uploaded(Shape):
    id: OpaqueId
    sha256: EventHash
    media_type: Literal["application/pdf", "image/jpeg", "image/png"]
    size: Count


class LoginShown(Shape):
    """As whom somebody signs in."""

    issuer: str
    subject: str


class CompetenceShown(Shape):
    """What somebody may do for an authority; ``office_id`` is how events name them, ``login`` how they sign in.

    Without a login they sign in by their personal number, which is not shown. ``is_ended``: it was ended at once, and
    ``until`` is the day of that. ``is_person_known``: whether they can be one of two persons who decide.
    """

    competence: OpaqueId
    country: CountryCode
    authority: str
    office_id: OpaqueId
    role: Code
    procedures: list[Code]
    since: LegalDay
    until: LegalDay | None
    is_ended: bool
    is_person_known: bool
    login: LoginShown | None


class CompetencePage(Shape):
    items: list[CompetenceShown]


# --- registers and the law --------------------------------------------------------------------------------


class RestrictionShown(Shape):
    id: OpaqueId
    kind: Code
    authority: str
    since: Moment
    law: str


class EntryListed(Shape):
    entry: OpaqueId
    changed_at: Moment
    is_restricted: bool


class EntryPage(Shape):
    items: list[EntryListed]


class ProposedAmendment(Shape):
    """What an officer proposed in the event ``event``, of the change ``of``."""

    event: EventHash
    what: Literal["correction", "annulment"]
    of: EventHash
    at: Moment
    content: dict[str, Any] | None
    reason: str | None


class EntryShown(Shape):
    """As much as the caller sees: who is in it, of other people their names; who restricts, what the thing is, and the
    restrictions of their own office: ``has_other_restrictions`` says that there are others.

    ``newest_change`` and ``proposal`` are for those who work with the register, who amend it.
    """

    entry: OpaqueId
    register_: Annotated[str, Field(alias="register")]  # a class of pydantic has a method of that name
    version: Version
    status: Literal["active", "ended", "annulled"]
    until: LegalDay | None
    number: str | None
    title: str
    authority: str
    created_at: Moment
    changed_at: Moment
    content: dict[str, Any]
    restrictions: list[RestrictionShown]
    has_other_restrictions: bool
    is_erased: bool
    newest_change: EventHash | None
    proposal: ProposedAmendment | None


class EntryAmended(Shape):
    """What was proposed, corrected or annulled is done; nothing personal.

    ``version``: of the case that had written it, where there is one, else of the entry.
    """

    entry: OpaqueId
    case: OpaqueId | None
    version: Version


class EntryActed(Shape):
    """The live restrictions of the caller's own office, and whether there are others."""

    entry: OpaqueId
    version: Version
    restrictions: list[RestrictionShown]
    has_other_restrictions: bool


class MyEntries(Shape):
    items: list[EntryShown]


class ProcedureListed(Shape):
    procedure: Code
    title: Title
    countries: list[CountryCode]


class ProcedureList(Shape):
    items: list[ProcedureListed]


class PartyShown(Shape):
    role: Code
    member: Code
    is_applicant: bool
    consents: bool
    many: bool
    acts_by: list[As]


class OfferShown(Shape):
    """What a country asks today: ``form`` is a JSON Schema, ``unconfirmed`` names what is not settled law.

    The SHA-256 of the canonical bytes of ``terms`` is what a case names. ``titles``: kind of code -> code -> words.
    """

    procedure: Code
    country: CountryCode
    title: Title
    registers: list[str]
    parties: list[PartyShown]
    form_version: Version
    form: dict[str, Any]
    terms: dict[str, Any]
    titles: dict[str, dict[str, Title]]
    units: dict[str, dict[str, Any] | None]
    majority: dict[str, Any]
    unconfirmed: list[str]


class OfferListed(Shape):
    procedure: Code
    title: Title
    href: str


class CountryListed(Shape):
    country: CountryCode
    title: Title
    procedures: list[OfferListed]


class HouseIndex(Shape):
    """What this house serves: its countries with their procedures, and where everything else is."""

    name: str
    summary: str
    environment: Literal["development", "production"]
    countries: list[CountryListed]
    links: dict[str, str]


class EstimatedFee(Shape):
    """``depends_on``: members of the form that the draft lacks, and that the fee follows from."""

    amount: MinorUnits
    currency: Currency
    formula: str
    provisional: bool
    depends_on: list[Code]
    unconfirmed: bool


class EstimatedDay(Shape):
    """The last day for it, if it were filed now."""

    what: Literal["consent", "pay"]
    until: LegalDay
    unconfirmed: bool


class EstimatedEvidence(Shape):
    kind: Code
    title: Title
    is_required: bool
    unconfirmed: bool


class EstimatedExemption(Shape):
    code: Code
    title: Title
    unconfirmed: bool


class EstimateShown(Shape):
    """What a draft would ask by today's law; null is what it does not tell enough for, ``missing`` what it lacks.

    ``obstacles``: what stands in the way of the caller's own things (``restricted``, ``not_registered``), and
    ``not_yours`` of all others; null without an account.
    """

    country: CountryCode
    procedure: Code
    terms: LegalDay
    fee: EstimatedFee | None
    entry_fee: EstimatedFee | None
    last_days: list[EstimatedDay] | None
    limits: list[LimitShown] | None
    evidence: list[EstimatedEvidence] | None
    exemptions: list[EstimatedExemption] | None
    four_eyes: bool | None
    missing: list[Code]
    unconfirmed: list[str]
    obstacles: list[Code] | None


# --- the watch --------------------------------------------------------------------------------------------


class Live(Shape):
    status: Literal["live"]


class Parked(Shape):
    stream: str
    seq: Version
    why: str


class CountryReadiness(Shape):
    events: Count
    trouble: str | None
    is_fully_synced: bool
    read_models_behind: int
    parked: list[Parked]
    relay_behind: int | None
    relay_trouble: str | None


class Readiness(Shape):
    ready: bool
    countries: dict[str, CountryReadiness]


class SealKey(Shape):
    """A public key (RFC 7517), with the thumbprint of its certificate."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    kid: str
    use: Literal["sig"]
    alg: Literal["ES256"]
    thumbprint: Annotated[str, Field(alias="x5t#S256")]


class SealKeys(Shape):
    keys: list[SealKey]
