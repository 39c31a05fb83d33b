"""Filing: what a request leads to on its first day; the law of that day is named once and for all."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from domain import events as e
from domain import limits, persons
from domain.commands import AmendRequest, FileCase
from domain.countries import countries, legal_day
from domain.days.deadlines import Deadline
from domain.decision import LEAD, Decision
from domain.decisions import holding, quotas
from domain.decisions.acting import for_who_files
from domain.decisions.checks import check_entry
from domain.decisions.payments import assessed
from domain.decisions.situation import Situation
from domain.facts import Facts
from domain.fees import assess
from domain.offers import terms_hash
from domain.parties import FIRST_PARTY, STRUCK_OFF, Capacity, Place, parties_of
from domain.persons import Person
from domain.procedure import Terms
from domain.refusals import Differs, Fault, Invalid, Named, named
from domain.representation import who_may

_Party: TypeAlias = tuple[Place, Person | None]  # where a party stands, and whom the request names there
_OF_PEOPLE: Final = ("parent", "guardian")  # as what one acts for a human alone
_OF_COMPANIES: Final = ("head", "clerk")
FIRST_CLOCK: Final = timedelta(hours=14)  # ahead of UTC, where a day begins first


def file(command: FileCase, situation: Situation) -> Decision:
    """The case begins, its claims are taken, its fee is assessed: all in one append, or nothing."""
    if situation.state is not None:
        raise Differs("already_filed")
    terms, found, country = situation.terms, situation.offer, situation.country
    procedure = found.procedure
    parties = parties_of(procedure, command.request)
    rule = for_who_files(command, situation, parties)
    if rule is None:
        raise Invalid(not_the_applicant(command, parties[FIRST_PARTY]))
    seen = looked_at(command, situation, parties)
    evidence = brought(command, terms, seen.facts)
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


def looked_at(
    command: FileCase | AmendRequest, situation: Situation, parties: Mapping[str, Place]
) -> LookedAt:
    """Look at each party, at the registers and the limits; raises Invalid or Clash."""
    terms = situation.terms
    people = [(place, place.named_in(command.request)) for place in parties.values()]
    named = dict(zip(parties, people, strict=True))
    _must_be_represented_lawfully(named, situation)
    consents = _consents(command, named)
    facts = situation.facts()
    warned = check_entry(situation, facts, "filing")
    consent = terms.times.consent if consents else None
    return LookedAt(
        {p: place.shape.role for p, place in parties.items()},
        consents,
        situation.until(consent) if consent else None,
        facts,
        [
            *_warnings(command, situation, named),
            *limits.warnings(terms, facts, situation.at, situation.country),
            *warned,
        ],
    )


# --- parties ----------------------------------------------------------------------------------------------


def _consents(command: FileCase | AmendRequest, parties: Mapping[str, _Party]) -> list[str]:
    """The parties whose consent is asked; refuses a filing with oneself.

    Among several in one role may be the party that files: that is its consent. Nobody is named there twice.
    """
    me = command.request.get(f"person_{FIRST_PARTY}")
    applicant, _ = parties[FIRST_PARTY]
    asked: list[str] = []
    met: set[tuple[str, str]] = set()
    for party, (place, named_there) in parties.items():
        person = command.request.get(f"person_{party}")
        role = place.shape.role
        if person is not None and (role, person) in met:
            twice = {"role": Named("role", role)}
            raise Invalid(Fault(_number_of(place, command), "named_twice", twice))
        met.add((role, str(person)))
        if not place.shape.consents or named_there is None:
            continue
        if person is None or person != me:
            asked.append(party)
        elif not place.shape.many:
            both = {"role": Named("role", role), "other": Named("role", applicant.shape.role)}
            raise Invalid(Fault(_number_of(place, command), "same_person", both))
    return asked


def not_the_applicant(command: FileCase | AmendRequest, applicant: Place) -> Fault:
    """Who files, or filed, is somebody else."""
    files = {"role": Named("role", applicant.shape.role)}
    return Fault(_number_of(applicant, command), "not_the_applicant", files)


def _must_be_represented_lawfully(parties: Mapping[str, _Party], situation: Situation) -> None:
    """Refuse a request in which somebody acts for a party as the law does not let anybody act for it; or nobody for a
    company that has to act, as neither the request nor the register says who could by themselves.
    """
    for party, (place, named_there) in parties.items():
        representative = persons.representative_of(named_there)
        if representative is None:
            has_to_act = place.shape.is_applicant or place.shape.consents
            # By a mandate acts who asks; of heads that act only together none does.
            heads = situation.found.heads.get(party)
            may_act = bool(heads and heads.alone) or party in situation.found.mandates
            if has_to_act and persons.is_company(named_there) and not may_act:
                raise Invalid(Fault(f"{place.pointer}/acts_by", "nobody_acts"))
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


def _number_of(place: Place, command: FileCase | AmendRequest) -> str:
    number = "number" if persons.is_company(place.named_in(command.request)) else "personal_number"
    return f"{place.pointer}/{number}"


# --- evidence and warnings --------------------------------------------------------------------------------


def brought(
    command: FileCase | AmendRequest, terms: Terms, facts: Facts, before: Iterable[e.Attachment] = ()
) -> list[e.Attachment]:
    """What was brought, when it is of the kinds that are asked and nothing required is missing, beside what was
    brought ``before``.
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
    missing = [r for r in limits.requirements(terms, facts) if r.is_required and r.kind not in kinds]
    if missing:
        kinds_missing = (Named("evidence", r.kind) for r in missing)
        raise Invalid(*(Fault("/evidence", "evidence_missing", {"kind": kind}) for kind in kinds_missing))
    return list(command.evidence)


def _warnings(
    command: FileCase | AmendRequest, situation: Situation, parties: Mapping[str, _Party]
) -> Iterator[str]:
    """Codes for the officer's eyes; the system never refuses for them (rules.md 12, 24)."""
    yield from situation.offer.procedure.warnings(command.request)
    today = (situation.at + FIRST_CLOCK).date().isoformat()
    for party, (place, person) in parties.items():
        acts = place.shape.is_applicant or place.shape.consents
        _is_born(person, place, "born_on", today)
        if representative := persons.representative_of(person):
            _is_born(representative["person"], place, "acts_by/person/born_on", today)
        shown = _shown_by_register(command, situation, party)
        yield from persons.warnings(place.whose, person, acts=acts, shown=shown)
        heads = situation.found.heads.get(party)
        if heads and heads.is_struck_off:
            yield f"{STRUCK_OFF}:{place.whose}"
        majority = situation.country.majority
        yield from persons.age_warnings(place.whose, person, situation.day, majority, acts=acts)
        if person and heads:
            yield from persons.name_warnings(place.whose, person, heads.names)
    yield from dict.fromkeys(code for _, person in parties.values() for code in _of_the_number(person))
    _nothing_of_tomorrow(situation)


def _shown_by_register(
    command: FileCase | AmendRequest, situation: Situation, party: str
) -> Literal["yes", "no", "otherwise"]:
    """Whether the register says that whom the request names as a company's head or a child's parent is that, and may
    act.
    """
    representative = command.request.get(f"representative_{party}")
    known = representative and who_may(Capacity(party, representative["as"]), situation.found)
    if not representative or not known:
        return "no"
    return "yes" if representative["person"] in known[1] else "otherwise"


def _is_born(person: Any, place: Place, where: str, today: str) -> None:
    """Refuse whoever is born on a day that has not begun anywhere yet: no form says where somebody was born."""
    born_on = person.get("born_on") if person else None
    if born_on and born_on > today:  # as texts: of a month or a year alone, its first day counts
        raise Invalid(Fault(f"{place.pointer}/{where}", "in_the_future"))


def _of_the_number(person: Any) -> tuple[str, ...]:
    number = person.get("personal_number") if person else None
    country = countries().get(number["country"]) if number else None
    return country.person_number.warnings(number["number"]) if number and country else ()


def _nothing_of_tomorrow(situation: Situation) -> None:
    """What has not happened yet, by the clock of the place where it happened, cannot be filed at all (rules.md 38)."""
    for limit in situation.terms.filing_limits:
        day = limits.day_in(situation.facts().request, limit.from_member)
        if limit.term is not None and day is not None and day > _today_there(limit.from_member, situation):
            raise Invalid(Fault("/request/" + "/".join(limit.from_member), "in_the_future"))


def _today_there(path: tuple[str, ...], situation: Situation) -> date:
    """The day at the ``place`` that the form names beside that one; by the first clock on earth, where it is in no
    member country; where none is named, the legal day of who is asked.
    """
    beside: Any = situation.facts().request
    for member in path[:-1]:
        beside = beside[member]
    place = beside.get("place")
    if place is None:
        return situation.day
    there = countries().get(place["country"])
    return legal_day(situation.at, there) if there else (situation.at + FIRST_CLOCK).date()
