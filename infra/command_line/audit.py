"""Commands of an auditor: is every log what was signed, and how did a case or an entry go."""

from pathlib import Path
from typing import Annotated

import typer

from infra import verification
from infra.command_line.opening import WrongUsage, country_of_stream, opened
from infra.command_line.printing import AsJson, progress, said
from infra.development.development import DevelopmentProvider, UnknownResident
from infra.runtime.clock import clock_of
from infra.settings import Settings, read_settings


def verify(
    *,
    root: Annotated[
        Path | None, typer.Option(help="Folder with <cc>.pem root certificates from outside.")
    ] = None,
    keys: Annotated[
        bool, typer.Option(help="Also open the disclosures, where the key store is at hand.")
    ] = True,
    source: Annotated[
        str | None, typer.Option("--from", help="The address of a house: verify its feeds, not the files.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify every log: needs the files and the root certificates only, no secret. Exit 1 if anything is wrong."""
    settings = read_settings()
    with progress("events") as shown:
        task = shown.add_task("verifying", total=None)
        try:
            report = verification.verify_folder(
                settings.data,
                roots=root,
                with_keys=None if keys else False,
                feed=source,
                token_of=lambda code: _auditor_token(settings, source or "", code),
                progress=lambda done, total: shown.update(task, completed=done, total=total),
            )
        except verification.CannotVerify as error:
            raise WrongUsage(str(error)) from error
    said(report, as_json=as_json)
    raise typer.Exit(0 if report["ok"] else 1)


def replay(
    stream: Annotated[str, typer.Argument(metavar="CASE|ENTRY")],
    *,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="A version, a day, or a moment such as 2026-11-23T10:00:00Z."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The case or entry as it stood, and each step: who, when, with which key, of a case under which terms."""
    with opened() as house:
        country = country_of_stream(house, stream, "case or entry")
        try:
            found = verification.replay(
                country.log.path,
                country.code,
                stream,
                as_of,
                key_of=country.vault.get,
                root_certificate=country.keyring.root,
            )
        except (verification.NoSuchStream, verification.WrongMoment, verification.Unreplayable) as error:
            raise WrongUsage(str(error)) from error
        said(found, as_json=as_json)


def _auditor_token(settings: Settings, address: str, code: str) -> str:
    """A token of the country's development auditor, for the house whose data folder and clock these are."""
    folder = settings.data
    if not (folder / "identity" / "signing.pem").exists():
        raise verification.CannotVerify(
            "the feed asks who reads it: give the token of an auditor, or of a registry"
        )
    issuer = f"{address.rstrip('/')}/identity"
    clock = clock_of(settings.clock)
    provider = DevelopmentProvider(folder / "identity", issuer, clock, environment="development")
    try:
        return provider.mint(f"{code.lower()}-auditor")
    except UnknownResident as error:
        raise verification.CannotVerify(str(error)) from error
