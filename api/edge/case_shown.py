"""The shape of a case, as an answer shows it, and of everything in it (shapes.py has what all shapes share)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.edge.shapes import (
    ActedFor,
    Code,
    Count,
    EventHash,
    LegalDay,
    Moment,
    OpaqueId,
    Shape,
    Title,
    Version,
)
from domain.case import Stage
from domain.days.deadlines import Deadline
from domain.events import As
from domain.forms import CountryCode, Currency, MinorUnits


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
    """``unconfirmed``: what it was counted by is not settled law. ``amount_until``: the last day of payment for which
    the amount is sure; for later ones another value counts, or one that the law does not name yet. Null: for any day,
    or nothing is open.
    """

    amount: MinorUnits
    currency: Currency
    formula: str
    provisional: bool
    said_by_officer: bool
    unconfirmed: bool
    due: DeadlineShown | None
    lapses: Deadline | None
    amount_until: LegalDay | None


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

    ``law``: on what it stands; what lapsed, on the law of the time that ran out. ``unconfirmed``: what of it is not
    settled law: grounds, ``after_refusal`` where that is that the fee is kept, that time, ``authority``.
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
    """A party's appeal, lodged by the event ``of``, and its outcome. ``party`` null: another one is that party now."""

    of: EventHash
    at: Moment
    party: Code | None
    authority: str
    decide_until: DeadlineShown | None
    reason: str | None
    taken_back_at: Moment | None
    decided_at: Moment | None
    outcome: Literal["upheld", "set_aside", "annulled"] | None
    explanation: str | None


class Step(Shape):
    """``for``: for whom it was done, where not by the party itself; ``party``: who was served with what ended it.

    ``until``: the day that followed from it then, which may have moved since. ``fee``: which one was assessed;
    ``left``: what was left to pay after it, null where a value that a fee is counted by was not known; of a refund,
    what of an approved case is to be paid again.
    """

    version: Version
    what: str
    at: Moment
    by: str
    party: str | None = None
    until: LegalDay | None = None
    fee: Literal["filing", "entry"] | None = None
    left: MinorUnits | None = None
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
    """What the case wrote was corrected (in one entry) or annulled (all of it). ``unconfirmed``: what of it is no
    settled law; ``after_annulment``: that the fee is kept. ``left``: the entries that stay as they are all the same, as
    something else was registered since: over that a court decides.
    """

    what: Literal["correction", "annulment"]
    entry: OpaqueId | None
    at: Moment
    law: str
    reason: str | None
    unconfirmed: list[Code]
    left: list[OpaqueId]


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


class NoticeInCase(Shape):
    """What the hospitals told of the birth; in what the request says something else. ``said``: to who has the case."""

    notice: OpaqueId
    version: Version
    told_at: Moment
    differs: list[Code]
    said: dict[str, Any] | None


class NextShown(Shape):
    """What the case waits for: of whom (``you``, a party's role, ``authority``, ``treasury``, ``registry``), and until
    the end of which day; ``until_at``: the moment, where the law counts in minutes. ``unconfirmed``: that day is not
    settled law, or of an appeal, who decides it. ``office`` is the office. ``amount_until``: the last day on which the
    amount is that, where it is before the last day to pay.
    """

    who: Code
    what: Code
    until: LegalDay | None
    until_at: Moment | None
    unconfirmed: bool
    office: str | None
    amount: MinorUnits | None
    currency: Currency | None
    amount_until: LegalDay | None
    sentence: Title


class CaseShown(Shape):
    """A case as the caller may see it: of other people their names only.

    ``obstacles``: what in the registers stands in the way now (``restricted``, ``not_registered``), to officers with
    the kind behind a colon. ``exemptions``: those that seem to fit, so that nothing of this might be needed.
    ``limits``: to officers, the times to file within, and by how many days they were missed. ``notice``: to them, of a
    birth of which the hospitals told.
    ``way_to_appeal``: to whom the caller may appeal, and until when, also against a yes; to offices, the first party
    that may. Null where nobody may, or not any more.
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
    notice: NoticeInCase | None
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
