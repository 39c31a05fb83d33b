"""Who may do what: one table, one pure function, used by every edge; the rule's id stands in the events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from domain.case import Case
from domain.commands import Actor, Competence, FileCase
from domain.countries import country_of, legal_day
from domain.events import As
from domain.lifecycle import CLOCK, COUNTER, ROWS
from domain.parties import (
    FIRST_PARTY,
    Capacity,
    Representative,
    capacities,
    parties_named,
    persons_in,
    representatives_in,
)
from domain.refusals import NotAllowed, Refusal, Unknown
from domain.roles import APPLICANT, OFFICERS, PARTY, May


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an action is about: where it lies, who the parties are ("p1" -> keyed person id), and who acts for them.

    ``at_counter``: the officers who acted for a party, by keyed person id and by their id within the authority.
    """

    country: str
    day: date  # the legal day of that country
    procedure: str | None = None
    authority: str | None = None
    parties: Mapping[str, str] = field(default_factory=dict)  # "p1" -> keyed person id
    opinion_offices: tuple[str, ...] = ()  # those that are asked for their opinion now
    representatives: Mapping[str, Representative] = field(default_factory=dict)
    at_counter: frozenset[str] = frozenset()
    judges: frozenset[str] = frozenset()  # who has the case, proposed or decided, as at_counter

    @property
    def humans(self) -> frozenset[str]:
        """Everybody who is a party or acts for one."""
        return frozenset((*self.parties.values(), *(r["person"] for r in self.representatives.values())))


@dataclass(frozen=True, slots=True)
class Rule:
    """What allowed the act: the id is recorded; ``party`` or ``competence`` says as whom the actor may.

    ``as_``: as what they act for the party, None where they are it; ``capacities`` are all that they have in the case.
    With a competence and a party, an officer acts for the party at the counter. ``person`` is the keyed human.
    """

    id: str
    party: str | None = None
    competence: Competence | None = None
    as_: As | None = None
    capacities: tuple[Capacity, ...] = ()
    person: str | None = None

    def of(self, capacity: Capacity) -> "Rule":
        """The same rule, for an act in this capacity."""
        return Rule(self.id, capacity.party, self.competence, capacity.as_, self.capacities, self.person)


# What is read, or taken at the counter; who may ask for something to happen stands in the rows of the lifecycle.
_READINGS: Final = (
    May("case.read", (PARTY, *OFFICERS, "auditor", "data_protection_officer"), or_opinion_office=True),
    May("case.history", (PARTY, *OFFICERS, "auditor"), or_opinion_office=True),
    May("evidence.read", (PARTY, *OFFICERS), or_opinion_office=True),
    May("queue.read", OFFICERS),
    COUNTER,
    May("refund.read", ("treasury",), same_authority=False),
    May("register.read", (*OFFICERS, "registry"), same_authority=False),
    May("feed.read", ("registry", "auditor"), same_authority=False),
    May("feed.disclose", ("registry",), same_authority=False),
    May("audit.read", ("auditor",), same_authority=False),
)
_ACTS: Final = (row.may for row in ROWS if row.may is not None and row.may is not CLOCK)
TABLE: Final[Mapping[str, May]] = {may.action: may for may in (*_READINGS, *_ACTS)}

# Roles that watch a whole country, whatever the authority of the case.
_COUNTRY_WIDE: Final = frozenset({"auditor", "data_protection_officer", "treasury", "registry"})


def rule_or_refusal(actor: Actor, action: str, subject: Subject) -> Rule | Refusal:
    """The rule that allows the action, or the refusal: Unknown where the caller may not know that it exists.

    Who acts for a party may do what the party may. An officer who is a party to the case, or acts for one, has no
    competence in it (rules.md 20: two roles, one human).
    """
    may = TABLE[action]
    me = actor.persons.get(subject.country)
    mine = capacities(me, subject.parties, subject.representatives)
    if mine:
        return _as_party(may, me, mine)
    here = [c for c in actor.competences if c.country == subject.country]
    humans = subject.humans if here else frozenset[str]()
    if any(c.person in humans for c in here if c.person):
        # The record of competences knows the human, also where the token does not name them.
        return NotAllowed("party_to_this_case")
    for competence in here:
        covers = _covers(
            competence, subject, same_authority=may.same_authority, or_opinion_office=may.or_opinion_office
        )
        if covers and competence.role in may.roles:
            rule = Rule(f"{action}:{competence.role}", competence=competence, person=competence.person)
            return _both_sides(may, subject, competence) or rule
    if any(_covers(c, subject, same_authority=True, or_opinion_office=True) for c in here):
        return NotAllowed()
    return Unknown()


def _both_sides(may: May, subject: Subject, competence: Competence) -> Refusal | None:
    """Who acts for a party at the counter does not judge its case, and who judges it does not act (rules.md 46)."""
    known = (competence.person, competence.office_id)
    if may.judges and not subject.at_counter.isdisjoint(known):
        return NotAllowed("acted_at_counter")
    if may is COUNTER and not subject.judges.isdisjoint(known):
        return NotAllowed("judges_this_case")
    return None


def or_raise(found: Rule | Refusal) -> Rule:
    """The rule; raises the refusal where there is one instead."""
    if isinstance(found, Refusal):
        raise found
    return found


def _as_party(may: May, me: str | None, mine: tuple[Capacity, ...]) -> Rule | Refusal:
    for capacity in mine:
        is_applicant = capacity.party == FIRST_PARTY
        if PARTY in may.roles or (APPLICANT in may.roles and is_applicant):
            rule = f"{may.action}:{APPLICANT if is_applicant else PARTY}"
            return Rule(rule, capacity.party, None, capacity.as_, mine, me)
    return NotAllowed("party_to_this_case")


def subject_of(case: Case, at: datetime) -> Subject:
    """What has to be known of a case."""
    return Subject(
        country=case.country,
        day=legal_day(at, country_of(case.country)),
        procedure=case.procedure,
        authority=case.authority,
        parties=case.persons,
        representatives=case.representatives,
        at_counter=case.was_at_counter,
        judges=case.judges,
        opinion_offices=tuple(opinion["authority"] for opinion in case.open_opinions),
    )


def subject_of_filing(command: FileCase, authority: str, day: date) -> Subject:
    """What has to be known of a request that is filed at this authority."""
    parties = parties_named(command.request)
    return Subject(
        country=command.country,
        day=day,
        procedure=command.procedure,
        authority=authority,
        parties=persons_in(command.request, parties),
        representatives=representatives_in(command.request, parties),
    )


def _covers(
    competence: Competence, subject: Subject, *, same_authority: bool, or_opinion_office: bool
) -> bool:
    """Whether the competence holds on the day, for the procedure and, where asked, in that office."""
    if not competence.holds_on(subject.day):
        return False
    if competence.role in _COUNTRY_WIDE:
        return True
    if competence.procedures and subject.procedure not in (None, *competence.procedures):
        return False
    if or_opinion_office and competence.authority in subject.opinion_offices:
        return True
    return not same_authority or subject.authority in (None, competence.authority)
