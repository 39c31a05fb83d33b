"""Filing: what a request leads to on its first day; the law of that day is named once and for all."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from domain import events as e
from domain import persons
from domain.authorisation import Rule
from domain.case import APPLICANT
from domain.commands import FileCase
from domain.countries import countries
from domain.days.deadlines import compute, is_past
from domain.decision import LEAD, Decision, Events
from domain.decisions.situation import HELD, Situation
from domain.entry import Entry
from domain.fees import Assessment, assess
from domain.offers import terms_hash
from domain.procedure import Offer, Party, Procedure, Request, Terms, When
from domain.refusals import Clash, Differs, Fault, Invalid

FIRST_CLOCK: Final = timedelta(hours=14)  # ahead of UTC, where a day begins first
NOT_YET: Final = "This day has not come yet. Please check the date."


def file(command: FileCase, situation: Situation) -> Decision:
    """The case begins, its claims are taken, its fee is assessed: all in one append, or nothing."""
    if situation.state is not None:
        raise Differs("This request was filed before.", code="already_filed")
    terms, found, country = situation.terms, situation.offer, situation.country
    procedure = found.procedure
    parties = _parties(procedure)
    consents = _consents(command, parties)
    check_entry(command.request, found, situation.register_entry, "filing")
    evidence = brought(command, terms)
    claims = situation.claims
    if any(claim.holder is not None for claim in claims.values()):
        raise Clash(HELD, code="claim_taken")
    fee = assess(terms.fee, command.request, situation.day, country)
    filed = e.CaseFiled(
        procedure=procedure.name,
        form=found.form_version,
        terms=terms.since.isoformat(),
        terms_sha256=terms_hash(terms),
        parties={p: party.role for p, party in parties.items()},
        consents=consents,
        consent_until=situation.until(terms.consent_within) if consents else None,
        warnings=list(_warnings(command, situation)),
        request=command.request,
        evidence=evidence,
        representative=None,
        signature=dict(command.signature) if command.signature else None,
    )
    events: Events = [(key, e.ClaimTaken(kind=key.kind, holder=command.case)) for key in claims]
    events += [(LEAD, filed), (LEAD, assessed(fee, situation))]
    return situation.by(Rule("case.file:applicant", party=APPLICANT), events)


def assessed(fee: Assessment, situation: Situation) -> e.FeeAssessed:
    """The fee as an event; the time to pay runs from now, where there is something to pay."""
    is_due = fee["amount"] or fee["provisional"]
    return e.FeeAssessed(
        amount=fee["amount"],
        currency=fee["currency"],
        formula=fee["formula"],
        parts=[dict(part) for part in fee["parts"]],
        unit_day=fee["unit_day"],
        provisional=fee["provisional"],
        due=situation.until(situation.terms.pay_within) if is_due else None,
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


def _warnings(command: FileCase, situation: Situation) -> Iterator[str]:
    """Codes for the officer's eyes; the system never refuses for them (rules.md 12, 24)."""
    procedure = situation.offer.procedure
    yield from procedure.warnings(command.request)
    for party in procedure.parties:
        person = command.request.get(party.member)
        _is_born(person, f"/request/{party.member}/born_on", situation.at)
        yield from persons.warnings(party.role, person, acts=party.is_applicant or party.consents)
    yield from dict.fromkeys(
        code for party in procedure.parties for code in _of_the_number(command.request.get(party.member))
    )
    yield from _late(command, situation)


def _is_born(person: Any, where: str, at: datetime) -> None:
    """Refuse whoever is born on a day that has not begun anywhere yet: no form says where somebody was born."""
    days = persons.days_of(person.get("born_on")) if person else None
    if days and days[0] > (at + FIRST_CLOCK).date():
        raise Invalid(Fault(where, "in_the_future", NOT_YET))


def _of_the_number(person: Any) -> tuple[str, ...]:
    number = person.get("personal_number") if isinstance(person, Mapping) else None
    country = countries().get(number["country"]) if number else None
    return country.person_number.warnings(number["number"]) if number and country else ()


def _late(command: FileCase, situation: Situation) -> Iterator[str]:
    """A limit that has passed is said to the officer; what has not happened yet cannot be filed at all."""
    for limit in situation.terms.filing_limits:
        value: Any = command.request
        for member in limit.from_member:
            value = value[member] if value is not None else None
        if value is None:
            continue
        start = date.fromisoformat(value)
        if start > situation.day:
            where = "/request/" + "/".join(limit.from_member)
            raise Invalid(Fault(where, "in_the_future", NOT_YET))
        if is_past(compute(limit.term, start, situation.country), situation.at):
            yield f"late:{limit.effect}"
