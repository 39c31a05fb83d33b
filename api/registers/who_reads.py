"""Who reads an entry, by which rule, and for what (rules.md 40).

An officer reads for a case of theirs that names the entry, or for a purpose that they state; who restricts, for a
purpose; a registry reads what it keeps; whoever is in the entry reads their own.
"""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote_to_bytes

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from api.edge.caller import caller, country_here, house_of
from api.edge.contract import header, query
from api.edge.may_read import Read, nothing, readable
from api.edge.problems import Declined
from api.edge.registers_now import streams_of
from domain.about import entries_named
from domain.authorisation import Rule, rule_or_refusal, subject_of_entry, subject_of_register
from domain.commands import Actor
from domain.countries import country_of, legal_day
from domain.entry import Entry
from domain.entry_visibility import humans_in
from domain.forms import Line
from domain.procedures import registers
from domain.refusals import Fault, Invalid, NotAllowed, Refusal, Unknown
from domain.roles import OFFICERS
from infra.house import CountryHouse

READ, KEEP, FIND, WATCH = "register.read", "register.keep", "register.find", "audit.read"
_HEADER: Final = "Reading-Purpose"
_OTHERWISE: Final = {KEEP: "keeping the register", WATCH: "audit: reading the register"}
PURPOSE: Final = (
    header(
        _HEADER,
        "What an office reads for: a line in UTF-8, percent-encoded where it is not ASCII; it never stands in an "
        "address, as these are written down by others",
        is_required=False,
        pattern="^[ -~]{1,600}$",
        example="the car was found",
    ),
    query(
        "case",
        "The case that is read for, in the place of a purpose: one of the officer's office, which names the entry",
        {"type": "string", "maxLength": 60, "format": "uuid"},
    ),
)
_LINE: Final = TypeAdapter(Line)
_NO_CODE: Final = re.compile("%(?![0-9A-Fa-f]{2})")


def office_of_register(
    request: Request, actor: Actor, register: str, actions: Sequence[str]
) -> tuple[CountryHouse, Rule]:
    """The country in which the caller's office works with the register, and the first rule that allows one of these.

    Raises Unknown: also where the register is there, and it is none of theirs.
    """
    here = house_of(request).countries
    codes = dict.fromkeys(competence.country for competence in actor.competences if register in registers())
    for code in sorted(codes, key=lambda code: code not in here):
        day = legal_day(house_of(request).clock(), country_of(code))
        for action in actions:
            rule = rule_or_refusal(actor, action, subject_of_register(action, code, register, day))
            if isinstance(rule, Rule):
                return country_here(request, code), rule
    raise Unknown


def rule_for_entry(request: Request, actor: Actor, entry: Entry, actions: Sequence[str]) -> Rule:
    """The first rule that allows one of these with this entry; raises NotAllowed for who is in it by another token,
    Unknown for everybody else.
    """
    country = country_here(request, entry.country)
    day = legal_day(house_of(request).clock(), country_of(entry.country))
    for action in actions:
        rule = rule_or_refusal(actor, action, subject_of_entry(action, entry, day, country.ids.human))
        if isinstance(rule, Rule):
            return rule
        if rule.name == "party_to_this_case":
            raise rule
    raise nothing()


async def stated_purpose(request: Request, rule: Rule, entry: Entry) -> str:
    """What the caller reads for, by header or query; raises Declined where an office has to say it, and does not."""
    said = request.headers.get(_HEADER)
    found = await purpose_of(request, rule, entry, _decoded(said), request.query_params.get("case"))
    if found is None:
        raise Declined(400, "purpose_missing")
    return found


async def purpose_of(
    request: Request, rule: Rule, entry: Entry, purpose: str | None, case: str | None
) -> str | None:
    """What is written down as the purpose; None: it has to be said. NotAllowed for a case that does not count."""
    action = rule.id.partition(":")[0]
    if rule.competence is None:
        return ""
    if case is not None and action == READ:
        await _must_name(request, case, entry)
        return f"{purpose} (case {case})" if purpose else f"work on case {case}"
    return purpose or _OTHERWISE.get(action)


def must_be_said() -> Invalid:
    """A search says what for."""
    return Invalid(Fault("/purpose", "missing"))


def read_of_entry(country: CountryHouse, entry: Entry) -> Read:
    """The entry, with who is in it as it is shown."""
    return Read(entry.entry, entry.register, humans_in(entry, country.ids.human))


def offices_of(actor: Actor, country: str, role: str = "restricting_officer") -> frozenset[str]:
    """Where the caller has this role."""
    return frozenset(c.authority for c in actor.competences if (c.country, c.role) == (country, role))


async def _must_name(request: Request, case: str, entry: Entry) -> None:
    """The case is one that the caller's office works on, and names the entry; else NotAllowed, whichever it is."""
    try:
        country, found, rule = await readable(request, caller(request), case, "case.read")
    except Refusal:
        raise NotAllowed("not_for_this_case") from None
    keys = entries_named(found, house_of(request).clock())
    with country.read_models.reading() as seen:
        streams = streams_of(country, seen, keys)
    named = {*(written["entry"] for written in found.entries), *streams.values()}
    is_office = rule.competence is not None and rule.competence.role in OFFICERS
    if not is_office or entry.entry not in named or country.code != entry.country:
        raise NotAllowed("not_for_this_case")


def _decoded(said: str | None) -> str | None:
    """The text of the header, a line; raises Declined."""
    if said is None:
        return None
    if _NO_CODE.search(said):
        raise Declined(400, "purpose_wrong")
    try:
        text = unquote_to_bytes(said.encode("latin-1")).decode("utf-8")
        return _LINE.validate_python(text, strict=True)
    except (UnicodeDecodeError, ValidationError):
        raise Declined(400, "purpose_wrong") from None
