"""Commands about who may do what for an authority: each grant and each end is an event of the country's log."""

from datetime import date
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from domain.commands import SYSTEM, EndCompetence, GrantCompetence
from domain.countries import country_of, legal_day
from domain.decisions.competences import meant
from domain.events import LoginMember
from domain.forms import PersonalNumber
from infra.command_line.opening import WrongUsage, kept_country, line, opened
from infra.command_line.printing import AsJson, Country, said, tabled
from infra.desk import granting
from infra.desk.desk import new_cause
from infra.house import House
from infra.identity.competences import Listed


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write a day as 2026-11-30") from None


def _number(text: str) -> PersonalNumber:
    country, _, number = text.partition(":")
    try:
        return PersonalNumber(country=country, number=number)
    except ValidationError:
        what = "write the country that gave the number, and the number in its normal form: KZ:790101300011"
        raise typer.BadParameter(what) from None


def _authority(text: str) -> str:
    prefix, _, rest = text.partition("-")
    if not (len(prefix) == 2 and prefix.isalpha() and rest and text == text.lower()):  # noqa: PLR2004 - ISO 3166
        raise typer.BadParameter("write the authority's id, such as kz-vehicle-registration")
    return line(text)


def grant(  # noqa: PLR0913 - what a competence is
    country: Country,
    authority: Annotated[str, typer.Argument(parser=_authority)],
    role: str,
    *,
    number: Annotated[
        PersonalNumber | None, typer.Option(parser=_number, help="Whose: COUNTRY:PERSONAL-NUMBER.")
    ] = None,
    issuer: Annotated[str | None, typer.Option(parser=line, help="Who vouches for their login.")] = None,
    subject: Annotated[str | None, typer.Option(parser=line, help="Their name at that issuer.")] = None,
    procedure: Annotated[list[str] | None, typer.Option(help="Only this; may come again.")] = None,
    since: Annotated[date | None, typer.Option(parser=_day, help="The first day; else today.")] = None,
    until: Annotated[date | None, typer.Option(parser=_day, help="The last day; else none.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let somebody act for an authority; the same role again changes what it is for, and until when."""
    if (issuer is None) != (subject is None):
        raise WrongUsage("a login is --issuer and --subject")
    if number is None and issuer is None:
        raise WrongUsage("say who it is: --number, or --issuer and --subject")
    login: LoginMember | None = {"issuer": issuer, "subject": subject} if issuer and subject else None
    with opened() as house:
        there = kept_country(house, country)
        if not authority.startswith(f"{country.lower()}-"):
            raise WrongUsage(f"the authorities of {country} begin with {country.lower()}-")
        command = granting.grant(
            there.desk,
            SYSTEM,
            authority,
            person=there.ids.person(number.country, number.number) if number else None,
            login=login,
            role=role,
            procedures=tuple(dict.fromkeys(procedure or ())),
            since=since,
            until=until,
        )
        said(_shown(_granted(house, command)), as_json=as_json)


def end(
    country: Country,
    competence: str,
    *,
    last_day: Annotated[
        date | None, typer.Option(parser=_day, help="Its last day; else it ends now.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let them act no more: from now on, or after a last day."""
    with opened() as house:
        there = kept_country(house, country)
        found = _found(house, country, competence)
        command = EndCompetence(
            by=SYSTEM,
            cause=new_cause(),
            country=country,
            appointee=found.appointee,
            competence=competence,
            last_day=last_day,
        )
        outcome = there.desk.ask(command).result()
        house.competences.follow([outcome.state])
        said(_shown(_found(house, country, competence)), as_json=as_json)


def list_competences(
    country: Country,
    authority: Annotated[str | None, typer.Argument(parser=_authority)] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also what is over.")] = False,
    as_json: AsJson = False,
) -> None:
    """Who may act for the authorities of a country, by the ids under which events name them."""
    with opened() as house:
        kept_country(house, country)
        listed = house.competences.listed(country, None if authority is None else (authority,))
        found = [_shown(each) for each in listed if everything or not each.is_over(house.clock())]
        if as_json or not found:
            said(found, as_json=as_json)
        else:
            names = ("competence", "authority", "role", "office_id", "procedures", "since", "until")
            tabled([{name: each[name] for name in names} for each in found])


def _granted(house: House, command: GrantCompetence) -> Listed:
    outcome = house.countries[command.country].desk.ask(command).result()
    house.competences.follow([outcome.state])
    held = meant(command, outcome.state, legal_day(house.clock(), country_of(command.country)))
    return _found(house, command.country, held["competence"] if held else command.competence)


def _found(house: House, country: str, competence: str) -> Listed:
    found = house.competences.find(competence)
    if found is None or found.competence.country != country:
        raise WrongUsage(f"{country} has no such competence; see: tamga competences list {country} --all")
    return found


def _shown(found: Listed) -> dict[str, Any]:
    c = found.competence
    return {
        "competence": found.id,
        "authority": c.authority,
        "role": c.role,
        "office_id": c.office_id,
        "procedures": list(c.procedures),
        "since": c.since.isoformat(),
        "until": c.until.isoformat() if c.until else None,
        "is_ended": found.is_ended,
        "is_person_known": c.person is not None,
    }
