"""Reading a case or an entry: whether the caller may, and that who reads another's data is written down first."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from fastapi import Request

from api.edge.caller import house_of
from domain.about import offer_of
from domain.authorisation import Rule, rule_or_refusal, subject_of
from domain.case import Case
from domain.commands import Actor
from domain.countries import country_of, legal_day
from domain.entry import Entry, all_contents
from domain.lookup_keys import Key
from domain.parentage import Birth, birth, found_by, is_kin
from domain.parties import Participants, in_entry
from domain.refusals import Clash, Refusal, Unknown, Unready
from domain.representation import (
    Asked,
    Shown,
    capacities_today,
    children_in,
    companies_in,
    mandates_of,
    people_of,
    shown,
)
from infra.house import CountryHouse
from infra.runtime.clock import written


async def readable(request: Request, actor: Actor, case: str, action: str) -> tuple[CountryHouse, Case, Rule]:
    """The case from the read models, if the caller may: its country, the case, and by which rule."""
    country = located(request, case)
    is_seen = await country.seen()
    row = country.read_models.one("case_status", case)
    if row is None:
        raise nothing() if is_seen else Unready()
    found = row["state"]
    at = house_of(request).clock()
    rule = rule_or_refusal(actor, action, subject_of(found, at, known_of(country, actor, found, at)))
    if isinstance(rule, Refusal):
        raise rule
    if not is_seen and any(mine.proof for mine in rule.capacities):
        raise Unready  # what let them may be over
    return country, found, rule


def known_of(country: CountryHouse, actor: Actor, case: Case, at: datetime) -> Shown:
    """What registers and mandates say of the caller and the parties of a case, as the read models show it: enough to
    read by, and nothing is decided on it.
    """
    people, me = Participants(offer_of(case).procedure, case.request), actor.persons.get(country.code)
    asked = Asked(country.code, people, legal_day(at, country_of(country.code)), me, case.procedure)
    humans = _humans_of(country, actor)
    keys = (
        *(key for _, key in companies_in(country.code, people)),
        *(key for _, _, key in mandates_of(people, humans)),
    )
    ids = {key: country.ids.stream(key) for key in keys}
    there = _there(country, ids)
    births = _births(country, people, case.acted_for, me, humans if actor.competences else ())
    return shown(asked, keys, lambda key: there.get(ids[key]), country.ids.human, humans, births=births)


def is_kin_of(country: CountryHouse, actor: Actor, entry: Entry) -> bool:
    """Whether the caller is kin of somebody whom the entry names, named before or is proposed to name."""
    people = set(people_of(in_entry(all_contents(entry), country.ids.human)).values())
    humans = _humans_of(country, actor)
    births = births_of(country, {*people, *humans}) if humans else {}
    return any(is_kin(human, person, births) for human in humans for person in people)


def _humans_of(country: CountryHouse, actor: Actor) -> tuple[str, ...]:
    """All keyed ids of the caller, as a person and in each office."""
    offices = (office.person for office in actor.competences if office.country == country.code)
    return tuple(dict.fromkeys(human for human in (actor.persons.get(country.code), *offices) if human))


def takes_part(country: CountryHouse, actor: Actor, case: Case, at: datetime) -> bool:
    """Whether the caller is a party there, or acts for one still: a head may have left the company since."""
    me = actor.persons.get(country.code)
    if me in case.persons.values():
        return True
    known = known_of(country, actor, case, at)
    return bool(capacities_today(me, case.persons, case.representatives, known, case.by_paper))


def _births(
    country: CountryHouse,
    parties: Participants,
    acted_for: Collection[str],
    me: str | None,
    officer: Collection[str],
) -> dict[str, Birth]:
    """The births of the parties, by who was born, where they say something of the caller: who is a party, and for
    nobody's parent stated, reads without them until they act for another. Of an ``officer`` also their own.
    """
    people = people_of(parties)
    mine = [party for party, person in people.items() if person == me]
    if mine and not any(party in acted_for for party in mine):
        people = {party: people[party] for party in children_in(parties) if party in people}
    return births_of(country, {*people.values(), *officer})


def births_of(country: CountryHouse, people: Collection[str]) -> dict[str, Birth]:
    """Their own births as the register shows them now, by who was born (by keyed ids)."""
    keys = [country.ids.stream(found_by(person)) for person in people]
    if not keys:
        return {}
    with country.read_models.reading() as seen:
        entries = [row["entry"] for key in keys for row in seen.rows("entry_keys", {"key": key})]
        rows = seen.load("registers", entries) if entries else {}
    found = (birth(row["state"], country.ids.human) for row in rows.values())
    return {each.child: each for each in found if each is not None}


def _there(country: CountryHouse, ids: Mapping[Key, str]) -> dict[str, Any]:
    """The entries and mandates under these keys, by their streams; at one moment."""
    if not ids:
        return {}
    streams = {
        family: [i for key, i in ids.items() if key.family == family] for family in ("entry", "mandate")
    }
    found: dict[str, Any] = {}
    with country.read_models.reading() as seen:
        if streams["entry"]:
            rows = seen.load("registers", streams["entry"])
            found |= {stream: row["state"] for stream, row in rows.items()}
        if streams["mandate"]:
            rows = seen.load("mandates", streams["mandate"])
            found |= {stream: row["state"] for stream, row in rows.items()}
    return found


async def with_the_way(request: Request, actor: Actor, clash: Clash) -> Clash:
    """The same for a stranger; a party of the open case that holds what is asked hears which case it is (the way of
    mother and father to it, rules.md 26). Of one that is kept for an appeal nobody knows the last day (rules.md 17).
    """
    if clash.holder is None:
        return clash
    if clash.name == "claim_kept":
        return (
            clash
            if await _is_final(request, clash.holder)
            else Clash("claim_appealed").about(*clash.procedures).at(clash.stage, clash.fits)
        )
    try:
        _, case, rule = await readable(request, actor, clash.holder, "case.read")
    except Refusal:
        return clash
    if rule.party is None:
        return clash
    told = Clash("claim_yours", case=case.case)
    told.case = case.case
    return told.about(*clash.procedures).at(clash.stage, clash.fits)


async def _is_final(request: Request, case: str) -> bool:
    """Whether no appeal against what ended the case is open."""
    country = located(request, case)
    await country.seen()
    with country.read_models.reading() as seen:
        found = seen.load("case_status", [case])
    return not any(row["state"].open_appeals for row in found.values())


def located(request: Request, case: str) -> CountryHouse:
    """The country of the case; raises Unknown."""
    country = house_of(request).where(case)
    if country is None:
        raise nothing()
    return country


def nothing() -> Unknown:
    """The one answer for what is not there, and for what the caller may not know of."""
    return Unknown()


class Read(NamedTuple):
    """What is read: a stream, its procedure or register, and everybody who is in it at that moment, by keyed ids."""

    stream: str
    place: str
    humans: Collection[str]


def read_of(case: Case) -> Read:
    """A case as it stands: its parties, and who acts for them."""
    representatives = (each["person"] for each in case.representatives.values())
    return Read(case.case, case.procedure, {*case.persons.values(), *representatives})


def past_of(case: Case) -> Read:
    """The same with its past: whoever took part in a request that was restated since is in it, too."""
    found = read_of(case)
    return found._replace(humans={*found.humans, *case.took_part})


async def recorded(request: Request, country: CountryHouse, rule: Rule, read: Read, purpose: str) -> None:
    """Write down that an office read the data of somebody, before the bytes leave; a party reads its own."""
    office = rule.competence
    if office is None:
        return
    reading = country.accesses.record(
        at=written(house_of(request).clock()),
        stream=read.stream,
        reader=office.office_id,
        role=office.role,
        authority=office.authority,
        purpose=purpose,
        basis=f"{rule.id} in {read.place}",
        concerned=" ".join(sorted(map(country.ids.concerned, read.humans))),
    )
    await asyncio.wrap_future(reading)


def is_auditor(rule: Rule) -> bool:
    """Whether it is as an auditor that the caller may."""
    return rule.competence is not None and rule.competence.role == "auditor"
