"""What the office of the hospitals tells of a birth, and what it tells otherwise; nothing is declared here.

A notice is of what has been, by the clock of the place, in this country; and what the parents declared with it the
hospital may file by the law of that day.
"""

from datetime import UTC, datetime
from typing import Any

from domain import events as e
from domain.authorisation import Subject, or_raise, rule_or_refusal
from domain.authorities import notices_of
from domain.birth_notice import STATEMENT
from domain.commands import RecordBirthNotice
from domain.countries import FIRST_CLOCK, country_of, is_to_come
from domain.decision import LEAD, Decision
from domain.decisions.situation import Situation
from domain.facts import Content
from domain.lifecycle import NOTIFY
from domain.limits import facts_of
from domain.offers import law_of_notices
from domain.refusals import Clash, Fault, Invalid, Unknown


def record(command: RecordBirthNotice, situation: Situation) -> Decision:
    """A fact. Told again it is answered again; what was made before the one that stands comes too late to count."""
    subject = Subject(country=command.country, day=situation.day, authority=command.authority)
    office = or_raise(rule_or_refusal(command.by, NOTIFY.action, subject)).office
    _must_be_of_here(command.said, command.country)
    _must_have_been(command.said, situation.at, command.country)
    _must_be_for_hospitals(command, situation)
    told = e.BirthNotified(kind=command.said["kind"], said=command.said, statement=command.statement)
    stands = situation.notice
    is_newer = stands is None or stands.said is None or command.said["made_at"] > stands.said["made_at"]
    return Decision(
        authority=notices_of(command.country),
        actor={"id": office.office_id, "role": office.role},
        events=[(LEAD, told)] if is_newer else [],
    )


def _must_be_of_here(said: Content, country: str) -> None:
    if said["child"]["place"]["country"] != country:
        raise Invalid(Fault(f"{STATEMENT}/child/place/country", "born_elsewhere"))


def _must_have_been(said: Content, at: datetime, country: str) -> None:
    there, child, declaration = country_of(country), said["child"], said["declaration"] or {}
    try:
        made_at = datetime.fromisoformat(said["made_at"]).astimezone(UTC)
    except ValueError:
        raise Invalid(Fault(f"{STATEMENT}/made_at", "not_a_moment")) from None
    today = (at + FIRST_CLOCK).date().isoformat()  # nobody says where parents were born
    are_to_come = {
        "made_at": made_at > at,
        "issued_on": is_to_come(said["issued_on"], None, at, there),
        "child/born_on": is_to_come(child["born_on"], child["born_at"], at, there),
        "mother/born_on": _born_on(said["mother"]) > today,
        "declaration/father/born_on": _born_on(declaration.get("father")) > today,
    }
    for where, is_it in are_to_come.items():
        if is_it:
            raise Invalid(Fault(f"{STATEMENT}/{where}", "in_the_future"))


def _born_on(parent: Content | None) -> str:
    born_on: str | None = parent["born_on"] if parent else None
    return born_on or ""


def _must_be_for_hospitals(command: RecordBirthNotice, situation: Situation) -> None:
    """What keeps the hospital from filing what was declared to it keeps the notice out, too."""
    found: Any = law_of_notices(command.country, command.authority, situation.day)
    if found is None:
        raise Unknown
    if command.declared is None:
        return
    _, terms = found
    if not terms.notices.declares:
        raise Clash("declared_by_parents")
    facts = facts_of(terms, command.declared, situation.at, country_of(command.country))
    if any(each.holds(facts) for each in terms.notices.in_person):
        raise Clash("declared_in_person")
