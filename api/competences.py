"""Competences: granted, changed, listed and ended by a personnel officer, for their own authority alone."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import body_of, caller, country_here, house_of, idempotency_key
from api.edge.carrying_out import carried_out
from api.edge.contract import Id, documented
from api.edge.cursors import PAGE, cursor_of, page
from api.edge.may_read import Read, recorded
from api.edge.shapes import AuthorityId, Code, LegalDay, OpaqueId, Shape
from domain.authorisation import Rule, Subject, rule_or_refusal
from domain.commands import Actor, AppointeeCommand, Competence, EndCompetence, GrantCompetence
from domain.countries import country_of, legal_day
from domain.decisions.competences import meant
from domain.forms import CountryCode, Day, Line, PersonalNumber, Value
from domain.refusals import Fault, Invalid, NotAllowed, Unknown, Unready
from infra.desk import granting
from infra.desk.desk import Outcome, new_cause
from infra.house import CountryHouse
from infra.identity.competences import Listed, Unavailable

router = APIRouter()


class LoginShown(Shape):
    """As whom somebody signs in."""

    issuer: str
    subject: str


class CompetenceShown(Shape):
    """What somebody may do for an authority; ``office_id`` is how events name them, ``login`` how they sign in.

    Without a login they sign in by their personal number, which is not shown. ``is_ended``: it was ended at once, and
    ``until`` is the day of that. ``is_person_known``: whether they can be one of two persons who decide.
    """

    competence: OpaqueId
    country: CountryCode
    authority: str
    office_id: OpaqueId
    role: Code
    procedures: list[Code]
    since: LegalDay
    until: LegalDay | None
    is_ended: bool
    is_person_known: bool
    login: LoginShown | None


class CompetencePage(Shape):
    items: list[CompetenceShown]


class Login(Value):
    """As whom somebody signs in: the issuer of their tokens, and their ``sub``."""

    issuer: Line
    subject: Line


class WhoIsAppointed(Value):
    """A human, by their personal number, or whoever signs in so; both: that human, by that login alone."""

    personal_number: PersonalNumber | None = None
    login: Login | None = None


class CompetenceBody(Value):
    """Who may do what from which day on (null: today), up to its last day; no procedures are all of them.

    ``authority``: of a caller who is personnel officer of several.
    """

    who: WhoIsAppointed
    role: Code
    authority: AuthorityId | None = None
    procedures: Annotated[list[Code], Field(max_length=50, default_factory=list)]
    since: Day | None = None
    until: Day | None = None


class CompetenceEnd(Value):
    """The last day."""

    last_day: Day


@router.post(
    "/v1/competences",
    **documented("Grant a competence", body=CompetenceBody, answer=CompetenceShown, created=True),
)
async def grant(request: Request) -> Response:
    """The same role again, while it holds, changes its procedures and its last day to what is said now."""
    actor = caller(request)
    _personnel_of(request, actor)  # who is none hears nothing about the body
    said = await body_of(request, CompetenceBody)
    country, rule = _personnel_of(request, actor, said.authority)
    number, login = said.who.personal_number, said.who.login
    if number is None and login is None:
        raise Invalid(Fault("/who", "nobody_named"))
    command: GrantCompetence = granting.grant(
        country.desk,
        actor,
        _office_of(rule).authority,
        person=country.ids.person(number.country, number.number) if number else None,
        login={"issuer": login.issuer, "subject": login.subject} if login else None,
        sent_under=idempotency_key(request),
        role=said.role,
        procedures=tuple(dict.fromkeys(said.procedures)),
        since=_day(said.since),
        until=_day(said.until),
    )
    outcome = await _recorded_too(request, country, command)
    held = meant(command, outcome.state, legal_day(house_of(request).clock(), country_of(country.code)))
    competence = held["competence"] if held else command.competence
    where = f"/v1/competences/{competence}"
    return answered(shown(_listed(request, competence)), 201, version=outcome.version, location=where)


@router.get(
    "/v1/competences",
    **documented(
        "The competences of the caller's authority", answer=CompetencePage, parameters=PAGE, problems=(400,)
    ),
)
async def list_competences(request: Request) -> Response:
    """What holds, or will; whose it is, by the id under which events name them, and by their login."""
    actor = caller(request)
    country, _ = _personnel_of(request, actor)
    limit, after = cursor_of(request, country)
    house, rules = house_of(request), _rules(request, actor)
    found = house.competences.listed(country.code, rules)
    rows = [each for each in found if [each.id] > after and not each.is_over(house.clock())][:limit]
    await _reading(request, country, rules, rows)
    return page(request, country, [shown(each) for each in rows], limit, [rows[-1].id] if rows else [])


@router.get("/v1/competences/{competence}", **documented("Read a competence", answer=CompetenceShown))
async def read_competence(request: Request, competence: Id) -> Response:
    """Also one that is over."""
    country, found = _of_caller(request, competence)
    await _reading(request, country, _rules(request, caller(request)), [found])
    return answered(shown(found))


@router.post(
    "/v1/competences/{competence}/ends",
    **documented("Name the last day of a competence", body=CompetenceEnd, answer=CompetenceShown),
)
async def end(request: Request, competence: Id) -> Response:
    """Today at the earliest; to end it at this moment, it is deleted."""
    country, found = _of_caller(request, competence)
    said = await body_of(request, CompetenceEnd)
    # The answer has their login. Written down first: what failed then would not be said to have changed nothing.
    await _reading(request, country, _rules(request, caller(request)), [found])
    outcome = await _ended(request, country, found, _day(said.last_day))
    ended = _listed(request, competence)
    return answered(shown(ended), version=outcome.version)


@router.delete(
    "/v1/competences/{competence}",
    **documented("End a competence at once", gone=True, key="taken", problems=(400, 409, 422)),
)
async def end_at_once(request: Request, competence: Id) -> Response:
    """It holds no more, and what was done before stays done in office."""
    country, found = _of_caller(request, competence)
    await _ended(request, country, found, None)
    return Response(status_code=204)


def shown(found: Listed) -> dict[str, Any]:
    """A competence as its authority sees it: never a personal number, which nobody here knows."""
    c = found.competence
    return {
        "competence": found.id,
        "country": c.country,
        "authority": c.authority,
        "office_id": c.office_id,
        "role": c.role,
        "procedures": list(c.procedures),
        "since": c.since.isoformat(),
        "until": c.until.isoformat() if c.until else None,
        "is_ended": found.is_ended,
        "is_person_known": c.person is not None,
        "login": dict(zip(("issuer", "subject"), found.login, strict=True)) if found.login else None,
    }


async def _ended(request: Request, country: CountryHouse, found: Listed, last_day: date | None) -> Outcome:
    command = EndCompetence(
        by=caller(request),
        cause=new_cause(),
        country=country.code,
        appointee=found.appointee,
        competence=found.id,
        last_day=last_day,
    )
    return await _recorded_too(request, country, command)


async def _recorded_too(request: Request, country: CountryHouse, command: AppointeeCommand) -> Outcome:
    """The event is durable, and the record has it before anybody is answered; else whoever follows the log tells it."""
    outcome = await carried_out(request, country, command)
    try:
        await asyncio.to_thread(house_of(request).competences.follow, [outcome.state])
    except Unavailable:
        raise Unready("competence_not_yet_in_force") from None
    return outcome


# --- whose business it is -----------------------------------------------------------------------------------


def _personnel_of(request: Request, actor: Actor, authority: str | None = None) -> tuple[CountryHouse, Rule]:
    """The country and the rule for the caller as personnel officer, of that authority or of the first.

    Raises Unknown for all others.
    """
    rules = _rules(request, actor)
    if not rules:
        raise Unknown
    if authority is not None and authority not in rules:
        raise NotAllowed("other_personnel")
    rule = rules[authority] if authority else next(iter(rules.values()))
    return country_here(request, _office_of(rule).country), rule


def _rules(request: Request, actor: Actor) -> dict[str, Rule]:
    """The authorities whose competences the caller may read and change today, each with its rule."""
    found: dict[str, Rule] = {}
    for office in actor.competences:
        day = legal_day(house_of(request).clock(), country_of(office.country))
        theirs = Subject(country=office.country, day=day, authority=office.authority)
        rule = rule_or_refusal(actor, "competence.read", theirs)
        if isinstance(rule, Rule):
            found[office.authority] = rule
    return found


def _office_of(rule: Rule) -> Competence:
    """The competence by which the caller may."""
    if rule.competence is None:
        raise Unknown
    return rule.competence


def _of_caller(request: Request, competence: str) -> tuple[CountryHouse, Listed]:
    """A competence of an authority of the caller; raises Unknown for those of others, as for what is not there."""
    found = house_of(request).competences.find(competence)
    if found is None or found.competence.authority not in _rules(request, caller(request)):
        raise Unknown
    return country_here(request, found.competence.country), found


def _listed(request: Request, competence: str) -> Listed:
    found = house_of(request).competences.find(competence)
    if found is None:
        raise Unknown
    return found


async def _reading(
    request: Request, country: CountryHouse, rules: Mapping[str, Rule], found: Iterable[Listed]
) -> None:
    """Written down for everybody whose competences are read, once each."""
    people = {each.appointee: each.competence for each in found}
    why = "reading the record of competences"
    await asyncio.gather(
        *(
            recorded(request, country, rules[held.authority], Read(each, "competences", _known(held)), why)
            for each, held in people.items()
        )
    )


def _known(held: Competence) -> set[str]:
    return {held.person} if held.person else set()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
