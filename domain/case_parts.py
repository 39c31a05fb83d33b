"""What a case consists of: the shapes of its members, JSON values all."""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypedDict

from domain.days.deadlines import Deadline
from domain.events import (
    AppealOutcome,
    LapseReason,
    RefundReason,
    Served,
    WhichTime,
    WithdrawalReason,
)


class Fee(TypedDict):
    """The fee as it was assessed last, in minor units; ``due`` None: nothing to pay.

    ``lapses``: until then the treasury may say that it was paid in time. ``said_by_officer``: as the law that is
    written down did not say it.
    """

    amount: int
    currency: str
    formula: str
    provisional: bool
    said_by_officer: bool
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
    """Why what is approved and paid is not in the registers, as ``EntriesHeld`` said it, and when."""

    code: str
    at: str


class Question(TypedDict):
    """What an officer asked in the event ``of``, and the answer; words that are erased are None. ``asked_by``: the
    officer's id within the authority.
    """

    of: str
    at: str
    asked_by: str
    items: list[str]
    answer_until: Deadline
    question: str | None
    answer: str | None
    answered_at: str | None


class Opinion(TypedDict):
    """What another authority was asked in the event ``of``, and what it said; words that are erased are None.

    While an ``investigation`` is open, the time to decide stands still. ``asked_by`` and ``given_by``: the officers'
    ids within their authorities.
    """

    of: str
    at: str
    authority: str
    investigation: str | None
    answer_until: Deadline | None
    inquiry: str | None
    opinion: str | None
    given_at: str | None
    asked_by: str
    given_by: str | None


class Former(TypedDict):
    """Who took part until the event of the version ``until`` restated the request, and who was asked for consent.

    ``people``: as in ``Case.people``; who is erased is None. ``whose``: by which name each party is sealed. ``said``:
    how much there was by then of each of the case's ``SAID``.
    """

    until: int
    people: Mapping[str, list[str | None]]
    whose: Mapping[str, str]
    asked: list[str]
    said: Mapping[str, int]


# The members of a case that grow with what people say and bring.
SAID: Final = ("evidence", "questions", "extensions", "appeals")


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
    None. ``by``: the officer's id within the authority, or the judge's within the court. ``left``: of what it wrote,
    the entries that stay as they are, as something else was registered since.
    """

    what: Literal["correction", "annulment"]
    entry: str | None
    at: str
    by: str
    law: str
    reason: str | None
    left: list[str]


class Proposal(TypedDict):
    """The first pair of eyes: the officer within the authority, in which role, and the human; None: erased. ``note``:
    what they wrote for the file.
    """

    officer: str
    role: str
    person: str | None
    note: str | None


class Extension(TypedDict):
    """The time to decide was prolonged, to this end, for this reason (None: erased); ``before``: from this one on.
    ``asked_by``: the officer's id within the authority.
    """

    at: str
    asked_by: str
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
    """A party's appeal, lodged in the event ``of``, and how it ended; words that are erased are None. ``decided_by``:
    the officer's id within the authority.
    """

    of: str
    at: str
    party: str
    authority: str
    decide_until: Deadline | None
    reason: str | None
    taken_back_at: str | None
    decided_at: str | None
    decided_by: str | None
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
    note: str | None  # for the file: no party hears it
    kept: int | None  # of a refusal: what of the fees had come; what goes back follows it


def amount_of(fee: Fee | None) -> int:
    """How much it is; nothing where there is none."""
    return fee["amount"] if fee else 0


def left_of(refund: Refund) -> int:
    """What is due back of a payment and has not gone; less than nothing where it went twice."""
    return refund["due"] - refund["paid_back"]


def has_all(asked: list[str], given: Mapping[str, str]) -> bool:
    """Each of those who are asked has given it."""
    return all(party in given for party in asked)


def covers(fee: Fee | None, paid: int) -> bool:
    """Nothing is left to pay, and the fee is certain."""
    return fee is not None and not fee["provisional"] and paid >= fee["amount"]
