"""Who may do what: one table, one pure function, used by every edge; the rule's id stands in the events."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, NamedTuple

from domain.authorities import roles_in
from domain.case import Case
from domain.commands import Actor, Competence, FileCase
from domain.countries import country_of, legal_day
from domain.entry import Entry
from domain.entry_visibility import humans_in
from domain.events import As
from domain.lifecycle import CLOCK, COUNTER, DECIDE_APPEAL, DECLARE, OPINE, ROWS
from domain.lookup_keys import IdOf
from domain.offers import courts_over, offices_of_register
from domain.parties import (
    FIRST_PARTY,
    KIN,
    Capacity,
    Representative,
    parties_named,
    persons_in,
    representatives_in,
)
from domain.refusals import NotAllowed, Refusal, Unknown
from domain.representation import NOTHING, Shown, capacities_today
from domain.roles import APPLICANT, COURT, JUDGES, OFFICERS, PARTY, PERSONNEL, SUPERVISOR, May


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an action is about: where it lies, who the parties are ("p1" -> keyed person id), and who acts for them.

    ``at_counter``: the officers who acted for a party, by keyed person id and by their id within the authority.
    ``offices``: all that the law names for what the action is about, in the place of one ``authority``.
    ``further_offices``: those beside it that have to do with it now: asked for an opinion, deciding an appeal, a court
    over what was written; the case's own, where ``authority`` is another.
    """

    country: str
    day: date  # the legal day of that country
    procedure: str | None = None
    authority: str | None = None
    offices: frozenset[str] | None = None
    parties: Mapping[str, str] = field(default_factory=dict)  # "p1" -> keyed person id
    further_offices: tuple[str, ...] = ()
    representatives: Mapping[str, Representative] = field(default_factory=dict)
    at_counter: frozenset[str] = frozenset()
    judges: frozenset[str] = frozenset()  # who has the case, proposed or decided, as at_counter
    barred: frozenset[str] = frozenset()  # who judged what was set aside, as at_counter
    set_aside_by: frozenset[str] = frozenset()  # and who set it aside
    opined: frozenset[str] = frozenset()  # who gave the opinion of another authority, by their ids within it
    found: Shown = NOTHING  # of whoever asks, by registers and mandates
    by_paper: frozenset[str] = frozenset()  # the parties of which an officer judges who acts for them
    acted: frozenset[str] = frozenset()  # the humans who acted for a party without being one

    @property
    def humans(self) -> frozenset[str]:
        """Everybody who is a party, acts for one, or did."""
        named = (r["person"] for r in self.representatives.values())
        return frozenset((*self.parties.values(), *named, *self.acted))


class Rule(NamedTuple):
    """What allowed the act: the id is recorded; ``party`` or ``competence`` says as whom the actor may.

    ``as_``: as what they act for the party, None where they are it; ``capacities`` are all that they have in the case.
    With a competence and a party, an officer acts for the party at the counter. ``person`` is the keyed human;
    ``known`` is everything by which an officer is recognised in the country: as a person, and within offices.
    ``proof`` and ``further`` are those of the capacity. ``is_kin``: an officer's, who is kin of a party; the id of what
    lets them judge says so, too.
    """

    id: str
    party: str | None = None
    competence: Competence | None = None
    as_: As | None = None
    capacities: tuple[Capacity, ...] = ()
    person: str | None = None
    proof: str | None = None
    further: tuple[str, ...] | None = None
    known: frozenset[str] = frozenset()
    is_kin: bool = False

    @property
    def office(self) -> Competence:
        """The competence by which somebody of an authority may; LookupError: it is the rule of a party."""
        if self.competence is None:
            raise LookupError(f"{self.id} is by no competence")
        return self.competence

    def of(self, capacity: Capacity) -> "Rule":
        """The same rule, for an act in this capacity."""
        party, as_, proof, further = capacity
        # Written out: _replace takes twice as long, and each act of a party comes here.
        return Rule(
            self.id,
            party,
            self.competence,
            as_,
            self.capacities,
            self.person,
            proof,
            further,
            self.known,
            self.is_kin,
        )


# What is read, or taken at the counter; who may ask for something to happen stands in the rows of the lifecycle.
_READINGS: Final = (
    May("case.read", (PARTY, *JUDGES, COURT, "auditor", "data_protection_officer"), or_further_office=True),
    May("case.history", (PARTY, *JUDGES, COURT, "auditor"), or_further_office=True),
    May("evidence.read", (PARTY, *JUDGES, COURT), or_further_office=True),
    May("queue.read", JUDGES),
    COUNTER,
    DECLARE,
    # Of a register: who is in the entry, who decides on it, who keeps it, who restricts it, who watches.
    May("register.read", (PARTY, *OFFICERS, COURT)),
    May("register.keep", ("registry",)),
    May("register.find", ("restricting_officer",)),
    May("refund.read", ("treasury",), same_authority=False),
    May("erasure.read", ("data_protection_officer",), same_authority=False),
    May("feed.read", ("registry", "auditor"), same_authority=False),
    May("feed.disclose", ("registry",), same_authority=False),
    May("audit.read", ("auditor",), same_authority=False),
    May("competence.read", (PERSONNEL,)),
)
_ACTS: Final = (row.may for row in ROWS if row.may is not None and row.may is not CLOCK)
TABLE: Final[Mapping[str, May]] = {may.action: may for may in (*_READINGS, *_ACTS)}

# Roles that watch a whole country, whatever the authority of the case.
_COUNTRY_WIDE: Final = frozenset({"auditor", "data_protection_officer", "treasury", "registry"})


def rule_or_refusal(actor: Actor, action: str, subject: Subject) -> Rule | Refusal:
    """The rule that allows the action, or the refusal: Unknown where the caller may not know that it exists.

    Who acts for a party may do what the party may. An officer who is a party to the case, acts or acted for one, or
    has a mandate of one, has no competence in it (rules.md 20: two roles, one human).
    """
    may = TABLE[action]
    me = actor.persons.get(subject.country)
    mine = capacities_today(me, subject.parties, subject.representatives, subject.found, subject.by_paper)
    if mine:
        return _as_party(may, me, mine)
    here = [c for c in actor.competences if c.country == subject.country]
    known = _known(me, here)
    if here and not known.isdisjoint(subject.humans | subject.found.bound):
        return NotAllowed("party_to_this_case")
    allow = [
        c
        for c in here
        if c.role in may.roles
        and _covers(c, subject, same_authority=may.same_authority, or_further_office=may.or_further_office)
    ]
    if allow:
        competence = _most_senior(allow)
        person, is_kin = me or competence.person, subject.found.is_kin
        name = f"{action}:{competence.role}" + (f":{KIN}" if is_kin and may.keeps_kin_apart else "")
        rule = Rule(name, competence=competence, person=person, known=known, is_kin=is_kin)
        return _both_sides(may, subject, known) or rule
    if any(_covers(c, subject, same_authority=True, or_further_office=True) for c in here):
        return NotAllowed()
    return Unknown()


def _known(me: str | None, here: list[Competence]) -> frozenset[str]:
    """By what a human is recognised: the record of competences knows them also where the token does not name them, or
    names them by another number; and each office by an id of its own.
    """
    named = (me, *(c.person for c in here), *(c.office_id for c in here))
    return frozenset(each for each in named if each)


def _most_senior(found: list[Competence]) -> Competence:
    """The first; but who is officer and supervisor in one office acts as supervisor."""
    senior = (c for c in found if c.role == SUPERVISOR and c.authority == found[0].authority)
    return next(senior, found[0])


def _both_sides(may: May, subject: Subject, known: frozenset[str]) -> Refusal | None:
    """Who acts for a party at the counter does not judge its case, and who judges it does not act (rules.md 46); nor
    does anybody judge what was set aside who judged it before, or set it aside (rules.md 19): that one may decide
    another appeal. And who gave an opinion has said what they think.
    """
    if may.bars_who_took_part and not subject.at_counter.isdisjoint(known):
        return NotAllowed("acted_at_counter")
    before = subject.barred if may is DECIDE_APPEAL else subject.barred | subject.set_aside_by
    if may.bars_who_took_part and not before.isdisjoint(known):
        return NotAllowed("judged_before")
    if may.bars_who_took_part and may is not OPINE and not subject.opined.isdisjoint(known):
        return NotAllowed("gave_opinion")
    if may is COUNTER and not (subject.judges | subject.opined).isdisjoint(known):
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
            return Rule(rule, capacities=mine, person=me).of(capacity)
    return NotAllowed("party_to_this_case")


def subject_of(case: Case, at: datetime, found: Shown = NOTHING) -> Subject:
    """What has to be known of a case; ``found``: what registers and mandates say of whoever asks."""
    return Subject(
        country=case.country,
        day=legal_day(at, country_of(case.country)),
        procedure=case.procedure,
        authority=case.authority,
        parties=case.persons,
        representatives=case.representatives,
        at_counter=case.was_at_counter,
        judges=case.judges,
        found=found,
        by_paper=case.by_paper,
        acted=frozenset((*filter(None, case.acting.values()), *case.took_part)),
        barred=case.judged_what_was_set_aside,
        set_aside_by=case.was_set_aside_by,
        opined=case.have_opined,
        further_offices=(
            *(asked["authority"] for asked in (*case.unanswered_opinions, *case.open_appeals)),
            *(courts_over(case.country, case.procedure) if case.entries else ()),
        ),
    )


# What may be done with an entry that is read -> which of the register's offices may.
_OF_REGISTER: Final = {
    "register.read": "deciding",
    "register.keep": "keeping",
    "register.find": "restricting",
}


def subject_of_register(action: str, country: str, register: str, day: date) -> Subject:
    """What has to be known of a register, for an action on whatever is in it."""
    offices = offices_of_register(country, register, day)
    named = _OF_REGISTER.get(action)
    return Subject(country=country, day=day, offices=getattr(offices, named) if named else None)


def subject_of_entry(action: str, entry: Entry, day: date, id_of: IdOf) -> Subject:
    """The same, for an action on this entry: whoever is in it is a party, none of them p1, who is who files."""
    humans = sorted(humans_in(entry, id_of))
    parties = {f"e{n}": each for n, each in enumerate(humans, start=1)}
    return replace(subject_of_register(action, entry.country, entry.register, day), parties=parties)


def subject_of_filing(command: FileCase, authority: str, day: date, found: Shown = NOTHING) -> Subject:
    """What has to be known of a request that is filed at this authority; ``found`` as in ``subject_of``."""
    parties = parties_named(command.request)
    return Subject(
        country=command.country,
        day=day,
        procedure=command.procedure,
        authority=authority,
        parties=persons_in(command.request, parties),
        representatives=representatives_in(command.request, parties),
        found=found,
    )


def _covers(
    competence: Competence, subject: Subject, *, same_authority: bool, or_further_office: bool
) -> bool:
    """Whether the competence holds on the day, for the procedure and, where asked, in that office; one in a role that
    the law does not give to its office, whoever granted that, covers nothing.
    """
    lawful = roles_in(competence.country).get(competence.authority, ())
    if competence.role not in lawful or not competence.holds_on(subject.day):
        return False
    if subject.offices is not None and same_authority:
        return competence.authority in subject.offices
    if competence.role in _COUNTRY_WIDE:
        return True
    if competence.procedures and subject.procedure not in (None, *competence.procedures):
        return False
    if or_further_office and competence.authority in subject.further_offices:
        return True
    return not same_authority or subject.authority in (None, competence.authority)
