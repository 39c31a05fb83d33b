"""Commands of a development house: who there is, their tokens, what its treasury and its hospitals sign; never in
production.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from domain.forms import MAX_SAFE_INTEGER
from infra.command_line.opening import (
    WrongUsage,
    country_of_stream,
    development_settings,
    kept_country,
    line,
    opened,
)
from infra.command_line.printing import AsJson, Country, said, tabled
from infra.development import development, hospital, treasury
from infra.formats.canonical import NotCanonical
from infra.house import provider_of
from infra.operations import examples


def people(*, as_json: AsJson = False) -> None:
    """The development people and machines of the countries that are kept here: roles, and what a form asks of them."""
    settings = development_settings()
    found = [
        {
            "id": r.id,
            "name": r.name,
            "country": r.country,
            "roles": list(r.roles),
            "personal_number": r.personal_number[1] if r.personal_number else None,
            "born_on": r.born_on.isoformat() if r.born_on else None,
        }
        for r in development.residents().values()
        if r.country in settings.kept
    ]
    if as_json:
        said(found, as_json=True)
    else:
        tabled(found)


def token(person: str) -> None:
    """A bearer token for one of the development people, on standard output."""
    settings = development_settings()
    try:
        typer.echo(provider_of(settings).mint(person))
    except development.UnknownResident:
        raise WrongUsage(f"nobody here has the id {person}; see: tamga people") from None


def example(country: Country, procedure: str, *, as_json: AsJson = False) -> None:
    """What somebody would send to POST /v1/cases, and who; the cars and papers that it needs are put there."""
    settings = development_settings()
    with opened(settings) as house:
        kept, at = kept_country(house, country), house.clock()
        nth = examples.counted(settings.data / "examples" / f"{country}-{procedure}")
        try:
            found = examples.example(kept, procedure, provider_of(settings), nth, at)
        except examples.NoExample as error:
            raise WrongUsage(str(error)) from None
        said({"person": found.person, "body": found.body}, as_json=as_json)


def _currency(text: str) -> str:
    if not (len(text) == 3 and text.isascii() and text.isupper()):  # noqa: PLR2004 - ISO 4217
        raise typer.BadParameter("write a code of ISO 4217, such as KZT")
    return text


def sign_payment(
    case: str,
    amount: Annotated[int, typer.Argument(help="Minor units.", min=1, max=MAX_SAFE_INTEGER)],
    currency: Annotated[str, typer.Argument(parser=_currency)],
    reference: Annotated[str, typer.Argument(parser=line)],
    *,
    refund: Annotated[bool, typer.Option(help="A refund, not a payment.")] = False,
) -> None:
    """The treasury's signed statement that money came (or went back), on standard output; development only."""
    with opened(development_settings()) as house:
        country = country_of_stream(house, case, "case")
        typer.echo(
            treasury.treasury(
                country.keyring,
                country.code,
                case,
                amount,
                currency,
                reference,
                house.clock(),
                is_refund=refund,
            )
        )


def sign_notice(
    country: Country,
    file: Annotated[
        Path, typer.Argument(help="The members of the statement, as JSON.", exists=True, dir_okay=False)
    ],
) -> None:
    """The hospitals' signed statement that somebody was born, on standard output; development only."""
    try:
        members = json.loads(file.read_text("utf-8"))
    except ValueError:
        raise WrongUsage(f"{file} holds no JSON") from None
    if not isinstance(members, dict):
        raise WrongUsage(f"{file} holds no JSON object")
    with opened(development_settings()) as house:
        kept = kept_country(house, country)
        try:
            typer.echo(hospital.hospital(kept.keyring, country, members, house.clock()))
        except (LookupError, NotCanonical) as error:
            raise WrongUsage(str(error)) from None
