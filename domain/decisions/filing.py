"""Filing: what a request leads to on its first day; the law of that day is named once and for all."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from domain import events as e
from domain import persons
from domain.case import APPLICANT
from domain.claim import FREE
from domain.commands import Command, FileCase
from domain.country import Country
from domain.deadlines import compute, is_past
from domain.decisions.situation import HELD, Beside, Decision, Events
from domain.entry import Entry
from domain.fees import Assessment, assess
from domain.law import countries
from domain.offers import country_of, legal_day, offer, terms_hash
from domain.procedure import Offer, Party, Procedure, Request, Terms, When
from domain.refusals import Clash, Fault, Invalid, NotOffered

FIRST_CLOCK: Final = timedelta(hours=14)  # ahead of UTC, where a day begins first
NOT_YET: Final = "This day has not come yet. Please check the date."


def file(command: FileCase, beside: Beside) -> Decision:
    """The case begins, its claims are taken, its fee is assessed: all in one append, or nothing."""
    found = offer(command.country, command.procedure)
    terms = found.on(legal_day(command.at, country_of(command.country))) if found else None
    if found is None or terms is None:
        raise NotOffered(f"{command.procedure} is not offered in {command.country} yet.")
    procedure, country = found.procedure, country_of(command.country)
    parties = _parties(procedure)
    consents = _consents(command, parties)
    check_entry(command.request, found, beside.entries.get(procedure.entry(command.request)), "filing")
    evidence = brought(command, terms)
    claims = procedure.claims(command.request)
    if any(beside.claims.get(key, FREE).holder is not None for key in claims):
        raise Clash(HELD, code="claim_taken")
    fee = assess(terms.fee, command.request, legal_day(command.at, country), country)
    filed = e.CaseFiled(
        procedure=procedure.name,
        form=found.form_version,
        terms=terms.since.isoformat(),
        terms_sha256=terms_hash(terms),
        parties={p: party.role for p, party in parties.items()},
        consents=consents,
        consent_until=compute(terms.consent_within, command.at, country) if consents else None,
        warnings=list(_warnings(command, procedure, terms)),
        request=command.request,
        evidence=evidence,
        representative=None,
        signature=dict(command.signature) if command.signature else None,
    )
    events: Events = [(key, e.ClaimTaken(kind=key.kind, holder=command.case)) for key in claims]
    events += [("case", filed), ("case", assessed(fee, terms, command, country))]
    if not consents and not fee["amount"] and not fee["provisional"]:
        events.append(("case", e.DecisionTermStarted(due=compute(terms.decide_within, command.at, country))))
    return Decision(authority=terms.authority, actor={"id": APPLICANT, "role": "applicant"}, events=events)


def assessed(fee: Assessment, terms: Terms, command: Command, country: Country) -> e.FeeAssessed:
    """The fee as an event; the time to pay runs from now, where there is something to pay."""
    is_due = fee["amount"] or fee["provisional"]
    return e.FeeAssessed(
        amount=fee["amount"],
        currency=fee["currency"],
        formula=fee["formula"],
        parts=[dict(part) for part in fee["parts"]],
        unit_day=fee["unit_day"],
        provisional=fee["provisional"],
        due=compute(terms.pay_within, command.at, country) if is_due else None,
    )


def check_entry(request: Request, found: Offer, entry: Entry | None, when: When) -> None:
    """What must hold against the register now; raises Clash. Restrictions count at the decision only."""
    procedure = found.procedure
    if procedure.creates and entry is not None:
        what = "This is in the register already. Please ask the authority for a copy."
        raise Clash(what, code="entry_exists")
    content = entry.content if entry else None
    for check in procedure.checks:
        if when in check.when and not check.holds(request, content):
            raise Clash(check.message, code=check.code)
    if when == "decision" and entry is not None and entry.restrictions:
        kinds = ", ".join(sorted({r["kind"] for r in entry.restrictions.values()}))
        what = f"The entry is under a restriction ({kinds}): it cannot be changed until that is lifted."
        raise Clash(what, code="entry_restricted")


# --- parties ----------------------------------------------------------------------------------------------


def _parties(procedure: Procedure) -> Mapping[str, Party]:
    """Who files is "p1"; the others follow in the order of the procedure's file."""
    first = sorted(procedure.parties, key=lambda party: not party.is_applicant)
    return {f"p{n}": party for n, party in enumerate(first, start=1)}


def _consents(command: FileCase, parties: Mapping[str, Party]) -> list[str]:
    """The parties whose consent is asked; refuses a filing for somebody else, and one with oneself."""
    me = command.by.persons.get(command.country)
    applicant = parties[APPLICANT]
    if me is None or command.request.get(f"person_{applicant.role}") != me:
        what = f"This is not your own number. The {applicant.role} files the request, under their own name."
        raise Invalid(Fault(f"/request/{applicant.member}/personal_number", "not_the_applicant", what))
    asked = []
    for party, shape in parties.items():
        if not shape.consents or command.request.get(shape.member) is None:
            continue
        if command.request.get(f"person_{shape.role}") == me:
            what = f"The {shape.role} and the {applicant.role} are one person. Please name the other one."
            raise Invalid(Fault(f"/request/{shape.member}/personal_number", "same_person", what))
        asked.append(party)
    return asked


# --- evidence and warnings --------------------------------------------------------------------------------


def brought(command: FileCase, terms: Terms) -> list[e.Attachment]:
    """What was brought, when it is of the kinds that are asked and nothing required is missing."""
    known = {r.kind for r in terms.evidence}
    for n, attachment in enumerate(command.evidence):
        if attachment["kind"] not in known:
            asked = ", ".join(sorted(known)) or "none"
            what = f"This kind of evidence is not asked for here; asked are: {asked}."
            raise Invalid(Fault(f"/evidence/{n}/kind", "evidence_not_asked", what))
    kinds = {a["kind"] for a in command.evidence}
    missing = [r for r in terms.evidence if r.is_required and r.kind not in kinds]
    if missing:
        faults = (Fault("/evidence", "evidence_missing", f"Please bring: {r.title['en']}.") for r in missing)
        raise Invalid(*faults)
    return list(command.evidence)


def _warnings(command: FileCase, procedure: Procedure, terms: Terms) -> Iterator[str]:
    """Codes for the officer's eyes; the system never refuses for them (rules.md 12, 24)."""
    yield from procedure.warnings(command.request)
    for party in procedure.parties:
        person = command.request.get(party.member)
        _is_born(person, f"/request/{party.member}/born_on", command.at)
        yield from persons.warnings(party.role, person, acts=party.is_applicant or party.consents)
    yield from dict.fromkeys(
        code for party in procedure.parties for code in _of_the_number(command.request.get(party.member))
    )
    yield from _late(command, terms)


def _is_born(person: Any, where: str, at: datetime) -> None:
    """Refuse whoever is born on a day that has not begun anywhere yet: no form says where somebody was born."""
    days = persons.days_of(person.get("born_on")) if person else None
    if days and days[0] > (at + FIRST_CLOCK).date():
        raise Invalid(Fault(where, "in_the_future", NOT_YET))


def _of_the_number(person: Any) -> tuple[str, ...]:
    number = person.get("personal_number") if isinstance(person, Mapping) else None
    country = countries().get(number["country"]) if number else None
    return country.person_number.warnings(number["number"]) if number and country else ()


def _late(command: FileCase, terms: Terms) -> Iterator[str]:
    """A limit that has passed is said to the officer; what has not happened yet cannot be filed at all."""
    country = country_of(command.country)
    today = legal_day(command.at, country)
    for limit in terms.filing_limits:
        value: Any = command.request
        for member in limit.from_member:
            value = value[member] if value is not None else None
        if value is None:
            continue
        start = date.fromisoformat(value)
        if start > today:
            where = "/request/" + "/".join(limit.from_member)
            raise Invalid(Fault(where, "in_the_future", NOT_YET))
        if is_past(compute(limit.term, start, country), command.at):
            yield f"late:{limit.effect}"
