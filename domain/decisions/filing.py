"""Filing: what a request leads to on its first day; the law of that day is named once and for all."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, Literal, NamedTuple

from domain import events as e
from domain import limits, persons
from domain.case import Case
from domain.commands import AmendRequest, FileCase
from domain.countries import FIRST_CLOCK, countries, is_to_come, legal_day
from domain.days.deadlines import Deadline
from domain.decision import LEAD, Decision
from domain.decisions import holding, quotas
from domain.decisions.acting import for_who_files
from domain.decisions.checks import check_entry
from domain.decisions.payments import assessed
from domain.decisions.situation import Situation
from domain.facts import Facts, applies
from domain.fees import assess
from domain.offers import terms_hash
from domain.parties import FIRST_PARTY, STRUCK_OFF, Capacity, Participants, Place
from domain.persons import Person
from domain.refusals import Differs, Fault, Invalid, Named, named
from domain.representation import who_may
from domain.terms import Terms

_OF_PEOPLE: Final = ("parent", "guardian")  # as what one acts for a human alone
_OF_COMPANIES: Final = ("head", "clerk")


def file(command: FileCase, situation: Situation) -> Decision:
    """The case begins, its claims are taken, its fee is assessed: all in one append, or nothing."""
    if situation.state is not None:
        raise Differs("already_filed")
    terms, found, country = situation.terms, situation.offer, situation.country
    procedure = found.procedure
    rule = for_who_files(command, situation)
    if rule is None:
        raise Invalid(not_the_applicant(situation.people))
    seen = looked_at(command, situation)
    evidence = brought(command, terms, seen.facts, is_notified=is_notified(situation))
    claims = holding.taken(situation, command.case, command.request.get(f"person_{FIRST_PARTY}"))
    freed = quotas.free(situation, (), holding.taken_over(situation, command.case))
    slots, unknown = quotas.take(situation, situation.slots, command.case, freed)
    fee = assess(terms.fee, seen.facts, country)
    filed = e.CaseFiled(
        procedure=procedure.name,
        form=found.form_version,
        terms=terms.since.isoformat(),
        terms_sha256=terms_hash(terms),
        parties=seen.roles,
        consents=seen.consents,
        consent_until=seen.consent_until,
        warnings=[*seen.warnings, *unknown],
        request=command.request,
        evidence=evidence,
        acting=situation.representative(rule),
        signature=dict(command.signature) if command.signature else None,
    )
    fee_event = assessed("filing", fee, situation)
    return situation.by(rule, [*claims, *freed, *slots, (LEAD, filed), (LEAD, fee_event)])


class LookedAt(NamedTuple):
    """What the law says of a request, at its filing or when it is restated."""

    roles: Mapping[str, str]
    consents: list[str]
    consent_until: Deadline | None
    facts: Facts
    warnings: list[str]


def looked_at(command: FileCase | AmendRequest, situation: Situation) -> LookedAt:
    """Look at each party, at the registers and the limits; raises Invalid or Clash."""
    terms, people = situation.terms, situation.people
    _must_be_represented_lawfully(people, situation)
    consents = _consents(people)
    facts = situation.facts()
    warned = check_entry(situation, facts, "filing")
    _must_be_born(people, situation.at)
    _nothing_of_tomorrow(situation)
    consent = terms.times.consent if consents else None
    return LookedAt(
        {party: place.shape.role for party, place in people.places.items()},
        consents,
        situation.until(consent) if consent else None,
        facts,
        [
            *_warnings(command, situation),
            *limits.warnings(terms, facts, situation.at, situation.country),
            *_not_brought_by_the_late(command, situation),
            *warned,
        ],
    )


# --- parties ----------------------------------------------------------------------------------------------


def _consents(people: Participants) -> list[str]:
    """The parties whose consent is asked; refuses a filing with oneself.

    Among several in one role may be the party that files: that is its consent. Nobody is named there twice.
    """
    me = people.persons.get(FIRST_PARTY)
    asked: list[str] = []
    met: set[tuple[str, str | None]] = set()
    for party, place in people.places.items():
        person = people.persons.get(party)
        role = place.shape.role
        if person is not None and (role, person) in met:
            twice = {"role": Named("role", role)}
            raise Invalid(Fault(_number_of(party, people), "named_twice", twice))
        met.add((role, person))
        if people.named[party] is None or not place.shape.is_asked(people.request):
            continue
        if person is None or person != me:
            asked.append(party)
        elif not place.shape.many:
            applicant = people.places[FIRST_PARTY].shape.role
            both = {"role": Named("role", role), "other": Named("role", applicant)}
            raise Invalid(Fault(_number_of(party, people), "same_person", both))
    return asked


def not_the_applicant(people: Participants) -> Fault:
    """Who files, or filed, is somebody else."""
    files = {"role": Named("role", people.places[FIRST_PARTY].shape.role)}
    return Fault(_number_of(FIRST_PARTY, people), "not_the_applicant", files)


def _must_be_represented_lawfully(people: Participants, situation: Situation) -> None:
    """Refuse a request in which somebody acts for a party as the law does not let anybody act for it; or nobody for a
    company that has to act, as neither the request nor the register says who could by themselves.
    """
    for party, place in people.places.items():
        named_there = people.named[party]
        representative = persons.representative_of(named_there)
        if representative is None:
            has_to_act = place.shape.is_applicant or place.shape.is_asked(people.request)
            if party == FIRST_PARTY and situation.is_by_notice:
                continue  # the office of the hospitals did
            # By a mandate acts who asks; of heads that act only together none does.
            heads = situation.found.heads.get(party)
            may_act = bool(heads and heads.alone) or party in situation.found.mandates
            if has_to_act and persons.is_company(named_there) and not may_act:
                where = f"{place.pointer}/acts_by"
                if heads is not None:
                    raise Invalid(Fault(where, "nobody_acts_alone"))
                raise Invalid(Fault(where, "nobody_acts"))
        elif representative["as"] not in (may := _may_act_as(place, named_there)):
            role, known = Named("role", place.shape.role), named("capacity", may)
            where = f"{place.pointer}/acts_by/as"
            raise Invalid(Fault(where, "may_not_act_so", {"role": role, "known": known}))
        elif representative["as"] == "parent" and party in situation.found.of_age:
            role = Named("role", place.shape.role)
            raise Invalid(Fault(f"{place.pointer}/acts_by/as", "of_age", {"role": role}))


def _may_act_as(place: Place, named_there: Person | None) -> tuple[e.As, ...]:
    """As what somebody may act for this party: nobody is a company's parent, or heads a human."""
    of_others = _OF_PEOPLE if persons.is_company(named_there) else _OF_COMPANIES
    return tuple(each for each in place.shape.acts_by if each not in of_others)


def _number_of(party: str, people: Participants) -> str:
    number = "number" if persons.is_company(people.named[party]) else "personal_number"
    return f"{people.places[party].pointer}/{number}"


# --- evidence and warnings --------------------------------------------------------------------------------


def brought(
    command: FileCase | AmendRequest,
    terms: Terms,
    facts: Facts,
    before: Iterable[e.Attachment] = (),
    *,
    is_notified: bool = False,
) -> list[e.Attachment]:
    """What was brought, when it is of the kinds that are asked and nothing required is missing, beside what was
    brought ``before`` and what a notice proves.
    """
    if not terms.evidence and not command.evidence:
        return []
    known = {r.kind for r in terms.evidence}
    for n, attachment in enumerate(command.evidence):
        if attachment["kind"] not in known:
            where = f"/evidence/{n}/kind"
            if not known:
                raise Invalid(Fault(where, "no_evidence_asked"))
            raise Invalid(Fault(where, "evidence_not_asked", {"asked": named("evidence", sorted(known))}))
    kinds = {a["kind"] for a in (*before, *command.evidence)}
    missing = [
        r
        for r in limits.needed_to_file(terms, facts)
        if r.kind not in kinds and not (r.or_notice and is_notified)
    ]
    if missing:
        kinds_missing = (Named("evidence", r.kind) for r in missing)
        raise Invalid(*(Fault("/evidence", "evidence_missing", {"kind": kind}) for kind in kinds_missing))
    return list(command.evidence)


def is_notified(situation: Situation) -> bool:
    """Whether the notice that the request names proves what it is about. Of one that names another mother nobody learns
    anything (rules.md 26): it is as if there were none.
    """
    notice, notified = situation.notice, situation.offer.procedure.notified
    if notice is None or notice.said is None or notified is None:
        return False
    request = situation.people.request
    if situation.is_by_notice:
        return not notified.differs(request, notice.said)
    return notified.proves(request, notice.said)


def _not_brought_by_the_late(command: FileCase | AmendRequest, situation: Situation) -> Iterator[str]:
    before = situation.state.evidence if isinstance(situation.state, Case) else None
    kinds = {a["kind"] for a in (*(before or ()), *command.evidence)}
    for requirement in limits.asked_of_the_late(situation.terms):
        is_asked = requirement.is_required and applies(requirement.when, situation.facts())
        if is_asked and requirement.kind not in kinds:
            yield f"{limits.EVIDENCE_MISSING}:{requirement.kind}"


def _warnings(command: FileCase | AmendRequest, situation: Situation) -> Iterator[str]:
    """Codes for the officer's eyes; the system never refuses for them (rules.md 12, 24)."""
    yield from situation.offer.procedure.warnings(command.request)
    people, found, majority = situation.people, situation.found, situation.country.majority
    of_numbers: dict[str, None] = {}
    for party, place in people.places.items():
        person = people.named[party]
        if person is None:
            continue
        acts = place.shape.is_applicant or place.shape.is_asked(people.request)
        shown = _shown_by_register(situation, party)
        yield from persons.warnings(place.whose, person, acts=acts, shown=shown)
        heads = found.heads.get(party)
        if heads and heads.is_struck_off:
            yield f"{STRUCK_OFF}:{place.whose}"
        minds_age = place.shape.minds_age
        yield from persons.age_warnings(
            place.whose, person, situation.day, majority, acts=acts, minds_age=minds_age
        )
        if heads:
            yield from persons.name_warnings(place.whose, person, heads.names)
        of_numbers |= dict.fromkeys(_of_the_number(person))
    yield from of_numbers


def _shown_by_register(situation: Situation, party: str) -> Literal["yes", "no", "otherwise"]:
    """Whether the register says that whom the request names as a company's head or a child's parent is that, and may
    act.
    """
    representative = situation.people.representatives.get(party)
    known = representative and who_may(Capacity(party, representative["as"]), situation.found)
    if not representative or not known:
        return "no"
    return "yes" if representative["person"] in known[1] else "otherwise"


def _of_the_number(person: Person) -> tuple[str, ...]:
    number = person.get("personal_number")
    country = countries().get(number["country"]) if number else None
    return country.person_number.warnings(number["number"]) if number and country else ()


# --- what has not happened yet ------------------------------------------------------------------------------


def _must_be_born(people: Participants, at: datetime) -> None:
    """Refuse whoever is born on a day that has not begun anywhere yet: of a party no form says where they were born."""
    today = (at + FIRST_CLOCK).date().isoformat()
    for party, person in people.named.items():
        _must_be_born_by(today, person, people.places[party], "born_on")
        if representative := persons.representative_of(person):
            _must_be_born_by(today, representative["person"], people.places[party], "acts_by/person/born_on")


def _must_be_born_by(today: str, person: Person | None, place: Place, where: str) -> None:
    born_on = person.get("born_on") if person else None
    if born_on and born_on > today:  # as texts: of a month or a year alone, its first day counts
        raise Invalid(Fault(f"{place.pointer}/{where}", "in_the_future"))


def _nothing_of_tomorrow(situation: Situation) -> None:
    """What has not happened yet, by the clock of the place where it happened, cannot be filed at all (rules.md 38)."""
    for limit in situation.terms.filing_limits:
        day = limits.day_in(situation.facts().request, limit.from_member)
        if limit.term is not None and day is not None and day > _today_there(limit.from_member, situation):
            raise Invalid(Fault("/request/" + "/".join(limit.from_member), "in_the_future"))
        if (
            limit.term is not None
            and day is not None
            and (late := _later_today(limit.from_member, situation))
        ):
            raise Invalid(Fault("/request/" + "/".join(late), "in_the_future"))
    for path in situation.offer.procedure.happened:  # somewhere on earth
        day = limits.day_in(situation.facts().request, path)
        if day is not None and day > (situation.at + FIRST_CLOCK).date():
            raise Invalid(Fault("/request/" + "/".join(path), "in_the_future"))


def _later_today(path: tuple[str, ...], situation: Situation) -> tuple[str, ...]:
    """The way to the time of that day, where the form has one ("born_at" beside "born_on"), and by the clocks of the
    place it has not come yet; else empty.
    """
    beside, timed = _beside(path, situation), path[-1].replace("_on", "_at")
    time, place = beside.get(timed), beside.get("place")
    there = countries().get(place["country"]) if place else situation.country
    if timed == path[-1] or time is None or there is None:
        return ()
    return (*path[:-1], timed) if is_to_come(beside[path[-1]], time, situation.at, there) else ()


def _beside(path: tuple[str, ...], situation: Situation) -> Any:
    """The part of the request in which the last member of this way stands."""
    found: Any = situation.facts().request
    for member in path[:-1]:
        found = found[member]
    return found


def _today_there(path: tuple[str, ...], situation: Situation) -> date:
    """The day at the ``place`` that the form names beside that one; by the first clock on earth, where it is in no
    member country; where none is named, the legal day of who is asked.
    """
    place = _beside(path, situation).get("place")
    if place is None:
        return situation.day
    there = countries().get(place["country"])
    return legal_day(situation.at, there) if there else (situation.at + FIRST_CLOCK).date()
