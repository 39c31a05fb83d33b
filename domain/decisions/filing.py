"""Filing: what a request leads to on its first day; the law of that day is named once and for all."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from domain import events as e
from domain import limits
from domain.case import APPLICANT
from domain.claim import FREE
from domain.commands import FileCase
from domain.country import Country
from domain.deadlines import compute
from domain.decisions import quotas
from domain.decisions.situation import HELD, Beside, Decision, Events
from domain.entry import Entry
from domain.facts import EVERYTHING, Facts, Request, Seen, chosen
from domain.fees import Assessment, assess
from domain.law import countries
from domain.limits import facts_of
from domain.offers import country_of, legal_day, offer, restrictions_of, terms_hash
from domain.procedure import Check, Moment, Offer, Party, Procedure, Terms
from domain.refusals import Clash, Fault, Invalid, NotOffered


def file(command: FileCase, beside: Beside) -> Decision:
    """The case begins, its claims are taken, its fee is assessed: all in one append, or nothing."""
    found = offer(command.country, command.procedure)
    terms = found.on(legal_day(command.at, country_of(command.country))) if found else None
    if found is None or terms is None:
        raise NotOffered(f"{command.procedure} is not offered in {command.country} yet.")
    procedure, country = found.procedure, country_of(command.country)
    parties = _parties(procedure)
    consents = _consents(command, parties)
    facts = facts_of(terms, command.request, command.at, country)
    warned = check_entry(facts, found, terms, beside, "filing")
    evidence = brought(command, terms, facts)
    claims = procedure.claims(command.request)
    if any(beside.claims.get(key, FREE).holder is not None for key in claims):
        raise Clash(HELD, code="claim_taken")
    _nothing_of_tomorrow(terms, facts)
    slots, unknown = quotas.take(found, terms, facts, beside, command.case)
    fee, times = assess(terms.fee, facts, country), terms.times
    filed = e.CaseFiled(
        procedure=procedure.name,
        form=found.form_version,
        terms=terms.since.isoformat(),
        terms_sha256=terms_hash(terms),
        parties={p: party.role for p, party in parties.items()},
        consents=consents,
        consent_until=compute(times.consent, command.at, country) if consents and times.consent else None,
        warnings=[
            *_warnings(command, procedure),
            *limits.warnings(terms, facts, command.at, country),
            *warned,
            *unknown,
        ],
        request=command.request,
        evidence=evidence,
        representative=None,
        signature=dict(command.signature) if command.signature else None,
    )
    events: Events = [(key, e.ClaimTaken(kind=key.kind, holder=command.case)) for key in claims]
    events += slots
    events += [("case", filed), ("case", assessed(fee, terms, command.request, command.at, country))]
    if not consents and not fee["amount"] and not fee["provisional"]:
        decide = chosen(times.decide, command.request)
        events.append(("case", e.DecisionTermStarted(due=compute(decide, command.at, country))))
    return Decision(authority=terms.authority, actor={"id": APPLICANT, "role": "applicant"}, events=events)


def assessed(
    fee: Assessment, terms: Terms, request: Request, at: datetime, country: Country
) -> e.FeeAssessed:
    """The fee as an event; the time to pay runs from now, where there is something to pay and the law gives one."""
    pay = terms.times.pay if fee["amount"] or fee["provisional"] else None
    return e.FeeAssessed(
        amount=fee["amount"],
        currency=fee["currency"],
        formula=fee["formula"],
        parts=[dict(part) for part in fee["parts"]],
        unit_day=fee["unit_day"],
        provisional=fee["provisional"],
        due=compute(chosen(pay, request), at, country) if pay else None,
    )


def check_entry(facts: Facts, found: Offer, terms: Terms, beside: Beside, moment: Moment) -> list[str]:
    """What must hold against the registers now; raises Clash, or gives the codes of what the officer is to judge.

    Restrictions count at the decision only, and those that reach this change.
    """
    procedure, entry = found.procedure, beside.entries.get(found.procedure.entry(facts.request))
    if procedure.creates and entry is not None:
        what = "This is in the register already. Please ask the authority for a copy."
        raise Clash(what, code="entry_exists")
    warned = []
    for check in (*procedure.checks, *terms.checks):
        if moment not in check.moments or check.holds(_sees(check, facts, beside)):
            continue
        if check.effect == "refuse":
            raise Clash(check.message, code=check.code)
        warned.append(check.code)
    if moment == "decision" and entry is not None:
        live = as_seen(entry, facts.day).stopped_by(procedure.change)
        if live:
            what = (
                f"The entry is under a restriction ({', '.join(live)}): "
                "it cannot be changed until that is lifted."
            )
            raise Clash(what, code="entry_restricted")
    return warned


def _sees(check: Check, facts: Facts, beside: Beside) -> Facts:
    found = {name: beside.entries.get(key) for name, key in check.sees(facts.request).items()}
    entries = {name: entry and as_seen(entry, facts.day) for name, entry in found.items()}
    return facts._replace(entries=entries)


def as_seen(entry: Entry, day: date) -> Seen:
    """The entry as rules see it, its restrictions with the reach that the law of that day gives them."""
    if not entry.restrictions:
        return Seen(entry.content)
    kinds = {restriction["kind"] for restriction in entry.restrictions.values()}
    known = restrictions_of(entry.country, entry.register, day)
    # A kind that the law does not know any more still stops everything, until it is lifted.
    return Seen(entry.content, {kind: known[kind].reach if kind in known else EVERYTHING for kind in kinds})


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


def brought(command: FileCase, terms: Terms, facts: Facts) -> list[e.Attachment]:
    """What was brought, when it is of the kinds that are asked and nothing required is missing."""
    known = {r.kind for r in terms.evidence}
    for n, attachment in enumerate(command.evidence):
        if attachment["kind"] not in known:
            asked = ", ".join(sorted(known)) or "none"
            what = f"This kind of evidence is not asked for here; asked are: {asked}."
            raise Invalid(Fault(f"/evidence/{n}/kind", "evidence_not_asked", what))
    kinds = {a["kind"] for a in command.evidence}
    missing = [r for r in limits.asked(terms, facts) if r.is_required and r.kind not in kinds]
    if missing:
        faults = (Fault("/evidence", "evidence_missing", f"Please bring: {r.title['en']}.") for r in missing)
        raise Invalid(*faults)
    return list(command.evidence)


def _warnings(command: FileCase, procedure: Procedure) -> Iterator[str]:
    """Codes for the officer's eyes; the system never refuses for them (rules.md 12, 24)."""
    yield from procedure.warnings(command.request)
    yield from dict.fromkeys(
        code for party in procedure.parties for code in _of_the_number(command.request.get(party.member))
    )


def _of_the_number(person: Any) -> tuple[str, ...]:
    number = person.get("personal_number") if isinstance(person, Mapping) else None
    country = countries().get(number["country"]) if number else None
    return country.person_number.warnings(number["number"]) if number and country else ()


def _nothing_of_tomorrow(terms: Terms, facts: Facts) -> None:
    """What has not happened yet cannot be filed at all (rules.md 12)."""
    for limit in terms.filing_limits:
        day = limits.day_in(facts.request, limit.from_member)
        if limit.term is not None and day is not None and day > facts.day:
            where = "/request/" + "/".join(limit.from_member)
            raise Invalid(Fault(where, "in_the_future", "This day has not come yet. Please check the date."))
