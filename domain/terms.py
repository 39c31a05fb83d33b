"""The shape of a country's law on a procedure: ``Terms``, a row for each day from which the law changed.

Data, no law of its own, and no words: what a code is called stands in the catalogues (``api/messages/``). Rows are
appended, never edited.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from typing import Any, Literal

from domain.checks import Check
from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.facts import EVERYTHING, Choice, Conditions, Facts, Reach, Request, applies
from domain.fees import Fee
from domain.lookup_keys import Key, claim_key


@dataclass(frozen=True, slots=True)
class Ground:
    """A reason to refuse, from the closed list of the law.

    ``gives_back``: the fee goes back, as the parties could not know of it before they paid (rules.md 36).
    """

    code: str
    source: Source
    gives_back: bool = False


@dataclass(frozen=True, slots=True)
class Requirement:
    """A kind of evidence that is asked where ``when`` holds; what is not required may be brought.

    ``not_older_than``: how old it may be at filing, by the day that stands in the form at ``dated_by``; an older
    one, or one of a day that has not come, is a warning for the officer. ``or_notice``: not of a parent whose request
    names a notice that proves the same.
    """

    kind: str
    source: Source
    is_required: bool = True
    when: Conditions = ()
    not_older_than: Term | None = None
    dated_by: tuple[str, ...] = ()
    or_notice: bool = False


@dataclass(frozen=True, slots=True)
class Court:
    """A court that the law names, with the law that does."""

    authority: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """A kind of restriction that this register knows, and the authority that the law names for it.

    ``court``: who lifts it beside that authority (rules.md 40).
    """

    kind: str
    authority: str
    source: Source
    reach: Reach = EVERYTHING
    court: Court | None = None


@dataclass(frozen=True, slots=True)
class Amendments:
    """By which law an office corrects or annuls what it wrote, for its own error and by two of its people; and the
    court that does so for any reason (rules.md 51).
    """

    source: Source
    court: Court | None = None


@dataclass(frozen=True, slots=True)
class Notices:
    """The office that tells, signed, of what a procedure is about before anybody files: of births, one for all
    hospitals of the country.

    ``declares``: it files what the parents declared to it; but where any of ``in_person`` holds, they go themselves.
    """

    authority: str
    source: Source
    declares: bool = False
    in_person: Conditions = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingLimit:
    """A time to file within, which the system never refuses for; known by its ``code``.

    It runs from the day in the form's ``from_member``; or backwards from the end that stands there: not before
    ``opens``, and at the latest at ``closes`` before it (None: on that very day). A ``term`` runs forward only.
    """

    code: str
    from_member: tuple[str, ...]
    effect: Literal["evidence", "officer", "ground"]
    source: Source
    term: Term | None = None
    opens: Term | None = None
    closes: Term | None = None
    when: Conditions = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Presumption:
    """What the law presumes of what happened within a ``term`` after a day, such as who the father is; its end is not
    moved. Who judges is warned where the day at ``to_member`` lies later; nothing is said where one of them is not
    known.
    """

    code: str
    from_member: tuple[str, ...]
    to_member: tuple[str, ...]
    term: Term
    source: Source
    when: Conditions = ()


@dataclass(frozen=True, slots=True)
class Exemption:
    """Who needs none of this (rules.md 13): told before anybody pays, and decided by an officer.

    ``may_be_approved``: also where the facts say so, as who decides may see it otherwise; else it is in no register.
    """

    code: str
    source: Source
    when: Conditions
    may_be_approved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaSize:
    """How many slots a quota has from ``since`` on, in each year; raised in mid-year, it gets a row more."""

    since: date
    slots: int
    source: Source
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """So many a year: a case takes a slot of the year of its filing, and keeps it when it is approved.

    ``classes`` says of the request which part of the quota it takes from. How large that is stands in
    ``Offer.quota_sizes``, as decrees come in mid-year and a row of terms is never edited.
    """

    name: str
    source: Source
    classes: Callable[[Request], tuple[str, ...]] = lambda _request: ()
    when: Conditions = ()


@dataclass(frozen=True, slots=True)
class FourEyes:
    """Whether two persons decide, where ``when`` holds; else one does."""

    are_asked: bool
    source: Source
    when: Conditions = ()

    def apply_to(self, facts: Facts) -> bool:
        return self.are_asked and applies(self.when, facts)


@dataclass(frozen=True, slots=True)
class AfterRefusal:
    """Whether the fee goes back to who was refused, whatever the ground; a ground may give it back by itself."""

    gives_back: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Forever:
    """What the law lets nobody forget."""

    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The times that the law gives; one that it does not have, as there is no fee or no consent, is absent.

    ``pay_entry``: of the fee that is due before the entry. ``served``: after how long the law takes a decision as read
    by who has not opened it; a time to appeal runs from there. ``extend``: by how much an officer may prolong the time
    to decide, once.
    """

    decide: Term | Choice[Term]
    served: Term
    appeal: Term
    answer: Term
    consent: Term | None = None
    pay: Term | Choice[Term] | None = None
    pay_entry: Term | Choice[Term] | None = None
    extend: Term | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """How the house numbers the entries of a register: "KG-2026-000017" has the prefix "KG-" and six digits.

    Each year has a series of its own, unless ``is_yearly`` is False; what has more digits is written with all.
    """

    prefix: str = ""
    digits: int
    is_yearly: bool = True
    source: Source | None = None

    def series(self, day: date) -> str:
        """What stands before the count in a number that is given on this day; its own count has each of them."""
        return f"{self.prefix}{day.year}-" if self.is_yearly else self.prefix

    def number(self, day: date, count: int) -> str:
        """The number that is given on this day as the ``count``-th of its series."""
        return f"{self.series(day)}{count:0{self.digits}d}"


@dataclass(frozen=True, slots=True)
class Consultation:
    """An authority of the country whose opinion may be asked, and how long it has, where the law says so."""

    authority: str
    source: Source
    answer: Term | None = None


@dataclass(frozen=True, slots=True)
class Investigation:
    """An outside inquiry for which the term of decision stands still, without a question to the citizen.

    Whoever is asked for an opinion in it stands among the row's ``opinions``. ``before_approval``: nothing is approved
    until it was answered.
    """

    code: str
    source: Source
    when: Conditions = ()
    before_approval: bool = False


@dataclass(frozen=True, slots=True)
class AppealBody:
    """Who decides appeals, and how long it has, where the law says so."""

    authority: str
    source: Source
    decide: Term | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """What a country asks from the day ``since`` on, with the law that says so; a row equals itself only.

    A released row is never edited, nor is a default: what is at its default is left out of what is hashed.
    ``fee`` is due at filing, ``entry_fee`` between the approval and the entry. A member without a source of its
    own has that of the row.
    """

    since: date
    until: date | None = None
    source: Source
    authority: str
    registry: str  # the registry office whose receipt completes a case
    registries: Mapping[str, str] = field(
        default_factory=dict
    )  # register -> its office, where that is another
    fee: Fee
    entry_fee: Fee | None = None
    times: Times
    numbers: Mapping[str, Literal["register"] | Numbering] = field(
        default_factory=dict
    )  # register -> who numbers its entries: the register with its receipt, or the house as it is said here
    four_eyes: FourEyes
    grounds: tuple[Ground, ...]
    appeals: AppealBody
    after_refusal: AfterRefusal | None = None  # None: nothing is known of it, and the fee is kept
    evidence: tuple[Requirement, ...] = ()
    filing_limits: tuple[FilingLimit, ...] = ()
    presumptions: tuple[Presumption, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    checks: tuple[Check, ...] = ()
    quotas: tuple[Quota, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    amendments: Amendments | None = None  # None: nothing that was written is corrected or annulled
    opinions: tuple[Consultation, ...] = ()
    investigations: tuple[Investigation, ...] = ()
    notices: Notices | None = None  # None: nobody tells before somebody files
    retention: Term | Forever
    entry_retention: Term | Forever
    since_source: Source | None = None
    bars_kin: Source | None = None  # the law by which kin of a party do not judge; None: they are warned

    def registry_of(self, register: str) -> str:
        """The registry office that keeps this register."""
        return self.registries.get(register, self.registry)

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The members whose value is not settled law, of ``times`` each by itself: a guess is shown as such."""
        return tuple(name for name, value in self._members() if not all(_confirmed(value, self.source)))

    def _members(self) -> Iterator[tuple[str, Any]]:
        yield "since", self.since_source or self.source
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name == "times":
                yield from ((f"times.{time.name}", getattr(value, time.name)) for time in fields(value))
            elif each.name in ("authority", "registry", "until"):
                yield each.name, self.source
            elif each.name in ("registries", "numbers"):
                yield each.name, self.source if value else ()
            elif each.name not in ("since", "source", "since_source", "after_refusal"):
                yield each.name, value
        yield "after_refusal", self.after_refusal or (TO_BE_CONFIRMED if self._asks_a_fee else ())

    @property
    def _asks_a_fee(self) -> bool:
        return bool(self.fee.parts) or self.entry_fee is not None


def _confirmed(value: Any, otherwise: Source) -> Iterator[bool]:
    """Whether each source in it is confirmed; what has none of its own stands on that of what holds it."""
    if isinstance(value, Source):
        yield value.confirmed
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _confirmed(each, otherwise)
    elif isinstance(value, tuple):
        for each in value:
            yield from _confirmed(each, otherwise)
    elif is_dataclass(value):
        own = getattr(value, "source", None) or otherwise
        if hasattr(value, "source"):
            yield own.confirmed
        for each in fields(value):
            yield from _confirmed(getattr(value, each.name), own)


def slots(terms: Terms, facts: Facts) -> Mapping[Key, tuple[str, ...]]:
    """Where a request that was filed on ``facts.day`` takes its slots: key -> the quota, its name and classes."""
    quotas = (quota for quota in terms.quotas if applies(quota.when, facts))
    named = [(quota.name, *quota.classes(facts.request)) for quota in quotas]
    return {
        claim_key("quota", name, str(facts.day.year), *classes): (name, *classes) for name, *classes in named
    }


def day_of_slots(filed_on: date, today: date) -> date:
    """The decrees of which day say how many slots there are: of today, or of the last day of the year of the filing."""
    return min(today, date(filed_on.year, 12, 31))


def number_series(numbering: Numbering, register: str, day: date) -> Key:
    """Where it is counted how many numbers a register was given in the series of that day."""
    return claim_key("number", register, numbering.series(day))
