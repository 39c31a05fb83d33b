"""Who may do what: one table, one pure function, used by every edge; the rule's id stands in the events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from domain.case import Case
from domain.commands import Actor, Competence
from domain.countries import country_of, legal_day
from domain.lifecycle import CLOCK, ROWS
from domain.parties import APPLICANT as FIRST
from domain.refusals import NotAllowed, Refusal, Unknown
from domain.roles import APPLICANT, OFFICERS, PARTY, May


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an action is about: where it lies, and who the parties are ("p1" -> keyed person id)."""

    country: str
    day: date  # the legal day of that country
    procedure: str | None = None
    authority: str | None = None
    applicant: str | None = None  # the party that filed: "p1"
    parties: Mapping[str, str] = field(default_factory=dict)  # "p1" -> keyed person id
    asked: tuple[str, ...] = ()  # offices that are asked for their opinion now


@dataclass(frozen=True, slots=True)
class Rule:
    """What allowed the act: the id is recorded; ``party`` or ``competence`` says as whom the actor may."""

    id: str
    party: str | None = None
    competence: Competence | None = None


# What is read; who may ask for something to happen stands in the rows of the lifecycle.
_READINGS: Final = (
    May("case.read", (PARTY, *OFFICERS, "auditor", "data_protection_officer"), asked=True),
    May("case.history", (PARTY, *OFFICERS, "auditor"), asked=True),
    May("evidence.read", (PARTY, *OFFICERS), asked=True),
    May("queue.read", OFFICERS),
    May("register.read", (*OFFICERS, "registry"), same_authority=False),
    May("feed.read", ("registry", "auditor"), same_authority=False),
    May("feed.disclose", ("registry",), same_authority=False),
    May("audit.read", ("auditor",), same_authority=False),
)
_ACTS: Final = (row.may for row in ROWS if row.may is not None and row.may is not CLOCK)
TABLE: Final[Mapping[str, May]] = {may.action: may for may in (*_READINGS, *_ACTS)}

# Roles that watch a whole country, whatever the authority of the case.
_COUNTRY_WIDE: Final = frozenset({"auditor", "data_protection_officer", "treasury", "registry"})


def allow(actor: Actor, action: str, subject: Subject) -> Rule | Refusal:
    """The rule that allows the action, or the refusal: Unknown where the caller may not know that it exists.

    An officer who is a party to the case has no competence in it (rules.md 20: two roles, one human).
    """
    may = TABLE[action]
    me = actor.persons.get(subject.country)
    mine = next((p for p, person in subject.parties.items() if person == me), None) if me else None
    if mine is not None:
        if PARTY in may.roles or (APPLICANT in may.roles and mine == subject.applicant):
            return Rule(f"{action}:{APPLICANT if mine == subject.applicant else PARTY}", party=mine)
        return NotAllowed("party_to_this_case")
    here = [c for c in actor.competences if c.country == subject.country]
    if any(c.person in subject.parties.values() for c in here if c.person):
        # The record of competences knows the human, also where the token does not name them.
        return NotAllowed("party_to_this_case")
    for competence in here:
        covers = _covers(competence, subject, same_authority=may.same_authority, asked=may.asked)
        if covers and competence.role in may.roles:
            return Rule(f"{action}:{competence.role}", competence=competence)
    if any(_covers(c, subject, same_authority=True, asked=True) for c in here):
        return NotAllowed()
    return Unknown()


def subject_of(case: Case, at: datetime) -> Subject:
    """What has to be known of a case."""
    return Subject(
        country=case.country,
        day=legal_day(at, country_of(case.country)),
        procedure=case.procedure,
        authority=case.authority,
        applicant=FIRST,
        parties=case.persons,
        asked=tuple(opinion["authority"] for opinion in case.open_opinions),
    )


def _covers(competence: Competence, subject: Subject, *, same_authority: bool, asked: bool) -> bool:
    """Whether the competence holds on the day, for the procedure and, where asked, in that office."""
    if competence.since > subject.day or (competence.until is not None and competence.until < subject.day):
        return False
    if competence.role in _COUNTRY_WIDE:
        return True
    if competence.procedures and subject.procedure not in (None, *competence.procedures):
        return False
    if asked and competence.authority in subject.asked:
        return True
    return not same_authority or subject.authority in (None, competence.authority)
