"""Reading a case or an entry: whether the caller may, and that who reads another's data is written down first."""

import asyncio
from collections.abc import Collection
from typing import NamedTuple

from fastapi import Request

from api.edge.caller import house_of
from domain.authorisation import Rule, rule_or_refusal, subject_of
from domain.case import Case
from domain.commands import Actor
from domain.refusals import Refusal, Unknown, Unready
from infra.house import CountryHouse
from infra.runtime.clock import written


async def readable(request: Request, actor: Actor, case: str, action: str) -> tuple[CountryHouse, Case, Rule]:
    """The case from the read models, if the caller may: its country, the case, and by which rule."""
    country = located(request, case)
    is_seen = await country.seen()
    row = country.read_models.one("case_status", case)
    if row is None:
        raise nothing() if is_seen else Unready()
    found = Case(**row["state"])
    rule = rule_or_refusal(actor, action, subject_of(found, house_of(request).clock()))
    if isinstance(rule, Refusal):
        raise rule
    return country, found, rule


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
    """A case: its parties, and who acts for them."""
    representatives = (each["person"] for each in case.representatives.values())
    return Read(case.case, case.procedure, {*case.persons.values(), *representatives})


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
