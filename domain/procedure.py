"""The shape in which every procedure and every country's terms are written; data, no law of its own.

A procedure's file holds one ``Procedure``: what all countries share. A country's file for it holds its form
and its ``Terms``, a row for each day from which the law changed; rows are appended, never edited.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

from domain.country import Source
from domain.days.deadlines import Term
from domain.fees import Fee
from domain.forms import Form

Request = Mapping[str, Any]
Content = Mapping[str, Any]  # of an entry
When = Literal["filing", "decision"]


class Key(NamedTuple):
    """What a claim or an entry is found by: parts in their frozen normal form, from which ids are derived."""

    family: Literal["claim", "entry"]
    parts: tuple[str, ...]  # ("vehicle_sale", vin) or ("vehicles", "vin", vin)

    @property
    def kind(self) -> str:
        """The claim's kind, or the entry's register."""
        return self.parts[0]


def claim_key(kind: str, *parts: str) -> Key:
    """The key of a claim of this kind."""
    return Key("claim", (kind, *parts))


def entry_key(register: str, kind: str, *parts: str) -> Key:
    """The key of an entry in this register."""
    return Key("entry", (register, kind, *parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A role in the case; ``member``: the form's member that names the person, null where there is nobody."""

    role: str
    member: str
    is_applicant: bool = False
    consents: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What must hold against the register; ``holds`` gets the request and the entry's content (or None)."""

    code: str
    message: str  # for the person refused: what is wrong, what to do
    holds: Callable[[Request, Mapping[str, Any] | None], bool]
    when: tuple[When, ...] = ("filing", "decision")


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A register and what one entry of it holds; ``key`` and ``claims`` are those of such a content.

    ``former``: the contents of all versions before this one: what was written with them is read with them.
    """

    name: str  # plural, kebab-case: it stands in paths
    title: Mapping[str, str]
    content: type[Form]
    content_version: int
    key: Callable[[Content], Key]
    claims: Callable[[Content], tuple[Key, ...]] = lambda _content: ()
    former: Mapping[int, type[Form]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """What all countries share of a procedure."""

    name: str
    title: Mapping[str, str]
    form: type[Form]
    parties: tuple[Party, ...]
    register: Register
    claims: Callable[[Request], tuple[Key, ...]]
    entry: Callable[[Request], Key]
    effect: Callable[
        [Request, Mapping[str, Any] | None], dict[str, Any]
    ]  # the entry's content after approval
    change: str  # the title of that change: "sale", "registration"
    creates: bool  # whether approval creates the entry, or changes one that must exist
    settles: bool = False  # whether the claims belong to the entry for good after approval
    checks: tuple[Check, ...] = ()
    warnings: Callable[[Request], tuple[str, ...]] = lambda _request: ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A reason to refuse, from the closed list of the law."""

    code: str
    title: Mapping[str, str]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A kind of evidence that is asked; what is not required may be brought."""

    kind: str
    title: Mapping[str, str]
    source: Source
    is_required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """A kind of restriction that this register knows, and the authority that the law names for it."""

    kind: str
    authority: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingLimit:
    """A time to file within, from the day in the form's ``from_member``; the system never refuses for it."""

    term: Term
    from_member: tuple[str, ...]
    effect: Literal["evidence", "officer", "ground"]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """What a country asks from the day ``since`` on, with the law that says so; a row equals itself only.

    ``unconfirmed`` names the members whose value is not settled law; they are shown as such.
    """

    since: date
    until: date | None
    source: Source
    authority: str
    registry: str  # the registry office whose receipt completes a case
    fee: Fee
    pay_within: Term
    consent_within: Term
    answer_within: Term
    decide_within: Term
    appeal_within: Term
    four_eyes: bool
    grounds: tuple[Ground, ...]
    evidence: tuple[Requirement, ...] = ()
    filing_limits: tuple[FilingLimit, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    retention: Term
    entry_retention: Term | None = None  # None: the entry is kept for good
    unconfirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A procedure in a country: its form, the forms of all versions before it, and all its terms, oldest first."""

    country: str
    procedure: Procedure
    form: type[Form]
    form_version: int
    terms: tuple[Terms, ...] = field(default=())
    former: Mapping[int, type[Form]] = field(default_factory=dict)

    def on(self, day: date) -> Terms | None:
        """The terms of that day, or None: not offered then."""
        for row in reversed(self.terms):
            if row.since <= day and (row.until is None or day <= row.until):
                return row
        return None

    def since(self, day: str) -> Terms:
        """The terms that begin on that day (as a case recorded it); KeyError when there are none."""
        for row in self.terms:
            if row.since.isoformat() == day:
                return row
        raise KeyError(day)
