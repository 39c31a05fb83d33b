"""How long the law keeps cases and entries, from when on, and what they wait for besides; nothing is erased here."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import takewhile
from typing import Final, Literal, NamedTuple, get_args, get_type_hints

from domain.case import ENDED, Case, Stage
from domain.countries import legal_day, moment_named
from domain.country import Country
from domain.days.deadlines import Deadline, Term, before, compute, is_past
from domain.days.working_days import ONE_DAY
from domain.entry import Entry, Status
from domain.events import CaseEvent, Personal
from domain.offers import offers_of, terms_of_register
from domain.terms import Forever, Terms

WaitsFor = Literal["appeal", "refund", "restriction"]


class Kept(NamedTuple):
    """How long the law keeps something: where several laws do, until the last of their terms is over."""

    terms: tuple[Term, ...]
    law: tuple[str, ...]
    is_confirmed: bool

    @property
    def basis(self) -> str:
        """The laws and their terms, as an erasure names them: "Law on archives: 10 years"."""
        named = (f"{law}: {term.rule}" for law, term in zip(self.law, self.terms, strict=True))
        return "; ".join(dict.fromkeys(named))

    def until(self, since: str, country: Country) -> Deadline:
        """Until when something is kept whose retention runs from that moment."""
        began = datetime.fromisoformat(since)
        return max((compute(term, began, country) for term in self.terms), key=lambda end: end["until"])

    def over_since(self, at: datetime, country: Country) -> datetime:
        """The latest moment from which a retention may run that is over at ``at``: later ones are not.

        ValueError: a term in working days or minutes.
        """
        today = legal_day(at, country)
        day = min(before(term, today) for term in self.terms)  # what began later is not over, moved or not
        while not all(is_past(compute(term, day, country), at) for term in self.terms):
            day -= ONE_DAY
        return moment_named(day.isoformat(), country)


class RetentionClass(NamedTuple):
    """What is kept by the same law: the cases of a procedure under one row of its terms, the entries of a register.

    ``name`` is the procedure's or the register's; ``terms`` the first day of the row, "" where the law of the day
    counts.
    """

    family: Literal["case", "entry"]
    name: str
    terms: str
    kept: Kept


def classes_of(country: str, day: date) -> list[RetentionClass]:
    """All classes of a country, in one order; what the law lets nobody forget is in none of them."""
    return sorted(_classes(country, day), key=lambda found: found[:3])


def _classes(country: str, day: date) -> Iterator[RetentionClass]:
    registers = set()
    for offer in offers_of(country):
        registers |= {register.name for register in offer.procedure.registers}
        for terms in offer.terms:
            if kept := kept_of_case(terms):
                yield RetentionClass("case", offer.procedure.name, terms.since.isoformat(), kept)
    for register in registers:
        if kept := kept_of_entry(country, register, day):
            yield RetentionClass("entry", register, "", kept)


def kept_of_case(terms: Terms) -> Kept | None:
    """How long a case is kept that was filed under these terms; None: for good."""
    term = terms.retention
    return None if isinstance(term, Forever) else _kept((term, "retention", terms))


def kept_of_entry(country: str, register: str, day: date) -> Kept | None:
    """How long an entry is kept, by all procedures that write to the register that day; None: for good."""
    rows = terms_of_register(country, register, day)
    terms = [
        (row.entry_retention, "entry_retention", row)
        for row in rows
        if not isinstance(row.entry_retention, Forever)
    ]
    return _kept(*terms) if rows and len(terms) == len(rows) else None


def _kept(*found: tuple[Term, str, Terms]) -> Kept:
    return Kept(
        tuple(term for term, _, _ in found),
        tuple((term.source or row.source).law for term, _, row in found),
        all(member not in row.unconfirmed for _, member, row in found),
    )


# --- cases ------------------------------------------------------------------------------------------------


def case_kept_since(case: Case) -> str | None:
    """From when on its retention runs; None: it goes on, or nothing is left of its people."""
    is_over = case.stage in ENDED or case.stage == Stage.APPEALED
    if not is_over or case.decided is None or is_forgotten(case):
        return None
    return case.decided["at"]


def case_waits_for(case: Case) -> WaitsFor | None:
    """What comes before it may be forgotten, however long ago it ended: a party can appeal, or money is due back."""
    if case.ending is not None and not case.is_appeal_term_over:
        return "appeal"
    if case.to_go_back:
        return "refund"
    return None


def is_out_of_appeal(case: Case, appeal: Term, at: datetime, country: Country) -> bool:
    """Whether nobody can appeal against what was completed, though the clock has not said so yet; what still holds
    claims waits until it has let go of them. ``appeal``: the time that the law gives.
    """
    if case.ending is None or case.stage != Stage.COMPLETED:
        return False
    served_on = date.fromisoformat(case.ending["served_after"]["due"])
    return is_past(case.appeal_until or compute(appeal, served_on, country), at)


def is_kept(case: Case, terms: Terms, at: datetime, country: Country) -> bool:
    """Whether an appeal or the law keeps it at that moment."""
    if case_waits_for(case) == "appeal" and not is_out_of_appeal(case, terms.times.appeal, at, country):
        return True
    kept = kept_of_case(terms)
    ended = case.decided["at"] if case.decided else case.filed_at
    return kept is None or not is_past(kept.until(ended, country), at)


def is_forgotten(case: Case) -> bool:
    """Whether nothing is left of its people: all of it was erased, and nothing came since that brings them back."""
    if "case" not in case.erased:
        return False
    since = takewhile(lambda step: step["what"] != "PersonalDataErased", reversed(case.timeline))
    return not any(step["what"] in _BRINGS_PEOPLE_BACK for step in since)


def _names_people(kind: type) -> bool:
    hints = get_type_hints(kind, include_extras=True).values()
    return any(isinstance(mark, Personal) for hint in hints for mark in getattr(hint, "__metadata__", ()))


# What comes after an erasure: statements of money, the reasons of a court or of an office.
_BRINGS_PEOPLE_BACK: Final = frozenset(kind.__name__ for kind in get_args(CaseEvent) if _names_people(kind))


# --- entries ----------------------------------------------------------------------------------------------


def entry_kept_since(entry: Entry) -> str | None:
    """From when on its retention runs; None: it holds, or nothing is left of its people."""
    return entry.changed_at if entry.status != Status.ACTIVE and entry.keys else None


def entry_waits_for(entry: Entry) -> WaitsFor | None:
    """What comes before it may be forgotten, however long ago it ended."""
    return "restriction" if entry.restrictions else None
