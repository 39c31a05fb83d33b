"""The front door: one command line for everything; it parses, calls and prints, and decides nothing.

Exit codes: 0 done; 1 it was looked at and is not well (a failed verification, a refused import); 2 wrong usage or a
wrong setting; 3 something that is needed is held by another process or cannot be reached now.

What only one command needs and takes a quarter of a second or more to import (the HTTP interface, Kafka), that command
imports by itself.
"""

import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from domain.authorities import authorities
from domain.countries import countries
from domain.refusals import Refusal
from infra.desk import key_acts
from infra.development import development, treasury
from infra.development.development import DevelopmentProvider, UnknownResident
from infra.house import CountryHouse, House, provider_of
from infra.operations import follow, register_import
from infra.operations.readiness import TROUBLES
from infra.runtime.child import kept_running
from infra.runtime.clock import clock_of
from infra.runtime.garbage import collect_less
from infra.runtime.log_lines import write_logs
from infra.settings import Settings, WrongSetting, read_settings
from infra.verification import CannotVerify, NoSuchCase, Unreplayable, WrongMoment, replay, verify_folder

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print the values of variables, and those may be personal
    help="Tamga: signed, event-sourced cases and registers.",
)
keys_app = typer.Typer(no_args_is_help=True, help="The seals of the authorities.")
audit_app = typer.Typer(no_args_is_help=True, help="Prove that nothing was altered.")
registers_app = typer.Typer(no_args_is_help=True, help="The registers.")
registry_app = typer.Typer(no_args_is_help=True, help="The reference registry.")
case_app = typer.Typer(no_args_is_help=True, help="One case.")
treasury_app = typer.Typer(no_args_is_help=True, help="The development treasury.")
for name, group in (
    ("keys", keys_app),
    ("audit", audit_app),
    ("registers", registers_app),
    ("registry", registry_app),
    ("case", case_app),
    ("treasury", treasury_app),
):
    app.add_typer(group, name=name)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Country = Annotated[str, typer.Argument(help="A member country, such as KZ.")]
console = Console(stderr=True)
_PIPED_COLUMNS = 200  # of a table that no terminal shows: nothing of it is broken


# --- running ----------------------------------------------------------------------------------------------


@app.command()
def serve(
    *, follow_too: Annotated[bool, typer.Option("--follow/--no-follow", help="Also follow the logs.")] = True
) -> None:
    """Serve HTTP on TAMGA_PORT; also follow the logs (read models, clock, relay) in a process of its own."""
    import uvicorn  # noqa: PLC0415 - see above

    from api.app import build  # noqa: PLC0415 - see above

    settings = _settings()
    if settings.environment == "production" and not settings.issuers:
        _wrong("TAMGA_ISSUERS is empty: nobody could sign in; name the identity providers of the countries")
    listening = _bound(settings)
    following = kept_running(_FOLLOW) if follow_too else nullcontext()
    with listening, _house(settings) as house, following:
        config = uvicorn.Config(
            build(house),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        _stopped_by_signals()  # the server raises the signal again when it is done: we still have to close
        console.print(
            f"Tamga serves on {settings.base_url}/ (open it in a browser); data in {settings.data}",
            soft_wrap=True,
        )
        uvicorn.Server(config).run([listening])


def _bound(settings: Settings) -> socket.socket:
    """The address, taken before anything else is begun."""
    try:
        return socket.create_server((settings.host, settings.port), backlog=2048)
    except OSError as error:
        typer.echo(f"tamga: {settings.host}:{settings.port} cannot be served on: {error.strerror}", err=True)
        raise typer.Exit(3) from None


@app.command("follow")
def follow_command(
    *, with_parent: Annotated[bool, typer.Option(help="End when standard input ends.", hidden=True)] = False
) -> None:
    """Follow the logs: read models, feed, clock, relay. Waits while another follower of the data folder is active."""
    with _house(_settings()) as house:
        stop = _stopped_by_signals()
        if with_parent:
            threading.Thread(target=_stopped_by_parent, args=(stop,), daemon=True).start()
        follow.follow(house, stop)


@app.command()
def relay() -> None:
    """Publish the feeds to Kafka (TAMGA_KAFKA), without serving; waits while another relay is active."""
    from infra.operations.relay import Relay  # noqa: PLC0415 - see above

    settings = _settings()
    if not settings.kafka:
        _wrong("TAMGA_KAFKA is empty: say where Kafka is")
    with _house(settings) as house:
        Relay(house).run(_stopped_by_signals())


@app.command()
def tick(*, as_json: AsJson = False) -> None:
    """Do once what the clock has to do now: lapses, ends of appeal terms, uploads that nobody filed."""
    with _house(_settings()) as house:
        _said(follow.tick(house), as_json=as_json)


# The follower ends with us, however we end: its standard input closes.
_FOLLOW = (sys.executable, str(Path(__file__).resolve()), "follow", "--with-parent")


def _stopped_by_parent(stop: threading.Event) -> None:
    """Standard input ends when the parent does; read without the buffer, which could not be given up at the end."""
    while os.read(0, 1):
        pass
    stop.set()


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


# --- read models ------------------------------------------------------------------------------------------


@app.command()
def rebuild(
    country: Annotated[list[str] | None, typer.Argument()] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every country.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fold the log anew, beside the live read models, and switch."""
    if not country and not everything:
        _wrong("name countries, or say --all")
    with _house(_settings()) as house, _progress("events") as progress:
        counts = {}
        for code in house.countries if everything else country or ():
            task = progress.add_task(code, total=None)

            def shown(done: int, total: int, task: Any = task) -> None:
                progress.update(task, completed=done, total=total)

            counts[code] = _country(house, code).follower.rebuild(shown)
        _said(counts, as_json=as_json)


@app.command()
def digest(*, as_json: AsJson = False) -> None:
    """SHA-256 of each read model, with the position and the number of erasures that it was taken at."""
    with _house(_settings()) as house:
        _said({code: c.read_models.digests() for code, c in house.countries.items()}, as_json=as_json)


@registers_app.command("import")
def import_register(country: Country, register: str, file: Path, *, as_json: AsJson = False) -> None:
    """Import entries, one JSON object a line; all or nothing, with an error for each wrong line."""
    with _house(_settings()) as house, _progress("lines") as progress:
        task = progress.add_task(register, total=None)
        try:
            count = register_import.import_file(
                _country(house, country),
                register,
                file,
                lambda done, total: progress.update(task, completed=done, total=total),
            )
        except register_import.WrongLines as error:
            for line in error.lines:
                typer.echo(f"{file.name}:{line.number}: {line.pointer}: {line.detail}", err=True)
            raise typer.Exit(1) from None
        _said({"imported": count}, as_json=as_json)


@case_app.command("show")
def show_case(case: str, *, as_json: AsJson = False) -> None:
    """A case as its read model has it."""
    with _house(_settings()) as house:
        for country in house.countries.values():
            row = country.read_models.one("case_status", case)
            if row is not None:
                _said(row["state"], as_json=as_json)
                return
        _wrong("there is no such case")


# --- keys -------------------------------------------------------------------------------------------------


@keys_app.command("init")
def keys_init(*, as_json: AsJson = False) -> None:
    """Make the keys of every country, where there are none, and open their logs."""
    with _house(_settings()) as house:
        _said({code: str(c.folder / "keys") for code, c in house.countries.items()}, as_json=as_json)


@keys_app.command("list")
def keys_list(country: Country, *, as_json: AsJson = False) -> None:
    """Every seal of a country, live and retired."""
    with _house(_settings()) as house:
        _said(key_acts.seals(_country(house, country).desk), as_json=as_json)


@keys_app.command("rotate")
def keys_rotate(country: Country, authority: str, *, as_json: AsJson = False) -> None:
    """A new seal for an authority; the old one stays valid until it is retired."""
    with _house(_settings()) as house:
        desk, known = _country(house, country).desk, authorities(country)
        if authority not in known:
            _wrong(f"{country} has no such authority; it has: {', '.join(known)}")
        kid = key_acts.rotate(desk, authority, known[authority])
        _said({"authority": authority, "kid": kid}, as_json=as_json)


@keys_app.command("retire")
def keys_retire(
    country: Country,
    kid: str,
    reason: Annotated[str, typer.Argument()] = "rotation",
    *,
    as_json: AsJson = False,
) -> None:
    """No event from here on is signed with this key."""
    with _house(_settings()) as house:
        _said(
            {"kid": kid, "size": key_acts.retire(_country(house, country).desk, kid, reason)}, as_json=as_json
        )


# --- the auditor ------------------------------------------------------------------------------------------


@audit_app.command("verify")
def audit_verify(
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
    settings = _settings()
    with _progress("events") as progress:
        task = progress.add_task("verifying", total=None)
        try:
            report = verify_folder(
                settings.data,
                roots=root,
                with_keys=None if keys else False,
                feed=source,
                token_of=lambda code: _auditor_token(settings.data, source or "", code),
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
        except CannotVerify as error:
            _wrong(str(error))
        except ChildProcessError as error:
            _held(error)
    _said(report, as_json=as_json)
    raise typer.Exit(0 if report["ok"] else 1)


def _auditor_token(folder: Path, address: str, code: str) -> str:
    """A token of the country's development auditor, for the house whose data folder this is."""
    if not (folder / "identity" / "signing.pem").exists():
        raise CannotVerify("the feed asks who reads it: give the token of an auditor, or of a registry")
    issuer = f"{address.rstrip('/')}/identity"
    provider = DevelopmentProvider(folder / "identity", issuer, clock_of(None), environment="development")
    try:
        return provider.mint(f"{code.lower()}-auditor")
    except UnknownResident as error:
        raise CannotVerify(str(error)) from error


@audit_app.command("replay")
def audit_replay(
    case: str,
    *,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="A version, or a moment such as 2026-11-23T10:00:00Z.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The case as it stood, and each step: who, when, under which terms, with which key."""
    with _house(_settings()) as house:
        country = house.where(case)
        if country is None:
            _wrong("there is no such case")
        try:
            found = replay(
                country.log.path,
                country.code,
                case,
                as_of,
                key_of=country.vault.get,
                root_certificate=country.keyring.root,
            )
            _said(found, as_json=as_json)
        except (NoSuchCase, WrongMoment, Unreplayable) as error:
            _wrong(str(error))


# --- registries, people, demonstration --------------------------------------------------------------------


@registry_app.command("run")
def registry_run(
    country: Country,
    source: Annotated[str, typer.Option("--from", help="kafka or http")] = "http",
    *,
    once: Annotated[bool, typer.Option(help="Stop when everything is applied.")] = False,
) -> None:
    """The reference registry of a country: verifies, applies, sends receipts."""
    from consumers import registry  # noqa: PLC0415 - see above

    settings = _settings()
    if country not in settings.kept:
        _not_kept(country, settings)
    write_logs(settings.log_level)
    registry.run(country, settings, source=source, stop=_stopped_by_signals(), once=once)


@registry_app.command("object")
def registry_object(
    country: Country,
    register: str,
    event: Annotated[str, typer.Argument(help="The hash of the event that cannot be applied.")],
    code: Annotated[str, typer.Argument(help="Why: a code of the registry's own.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Tell the house that a register cannot apply an event: the officer sees it. Exit 1 if it is refused."""
    from consumers import registry  # noqa: PLC0415 - see above

    settings = _settings()
    if country not in settings.kept:
        _not_kept(country, settings)
    try:
        answer = registry.object_to(country, settings, register, event, code)
    except registry.NoRegistry as error:
        _wrong(str(error))
    except registry.NotSent as error:
        _held(error)
    _said(answer, as_json=as_json)
    raise typer.Exit(0 if answer["status"] == "recorded" else 1)


@app.command()
def people(*, as_json: AsJson = False) -> None:
    """The development people and machines of the countries that are kept here, with their roles."""
    settings = _settings()
    _development(settings)
    found = [
        {
            "id": r.id,
            "name": r.name,
            "country": r.country,
            "roles": list(r.roles),
            "personal_number": r.personal_number[1] if r.personal_number else None,
        }
        for r in development.residents().values()
        if r.country in settings.kept
    ]
    if as_json:
        _said(found, as_json=True)
        return
    table = Table(*found[0], box=None, pad_edge=False)
    for person in found:
        table.add_row(*(_cell(value) for value in person.values()))
    Console(width=None if sys.stdout.isatty() else _PIPED_COLUMNS).print(table)


def _cell(value: list[str] | str | None) -> str:
    return ", ".join(value) if isinstance(value, list) else value or ""


@app.command()
def token(person: str) -> None:
    """A bearer token for one of the development people, on standard output."""
    settings = _settings()
    _development(settings)
    if person not in development.residents():
        _wrong(f"nobody here has the id {person}; see: tamga people")
    typer.echo(provider_of(settings).mint(person))


@treasury_app.command("sign")
def treasury_sign(
    case: str,
    amount: Annotated[int, typer.Argument(help="Minor units.")],
    currency: str,
    reference: str,
    *,
    refund: Annotated[bool, typer.Option(help="A refund, not a payment.")] = False,
) -> None:
    """The treasury's signed statement that money came (or went back), on standard output; development only."""
    settings = _settings()
    _development(settings)
    with _house(settings) as house:
        country = house.where(case)
        if country is None:
            _wrong("there is no such case")
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


@app.command()
def demo(*, as_json: AsJson = False) -> None:
    """From nothing, over the real HTTP API: a dozen cases to their ends, both registries, a full verification."""
    from consumers import demo as demonstration  # noqa: PLC0415 - see above

    result = demonstration.run(_settings(), Path(__file__).resolve(), console)
    typer.echo(json.dumps(result, sort_keys=True) if as_json else json.dumps(result, indent=2))
    raise typer.Exit(0 if result["verified"] else 1)


# --- what they share --------------------------------------------------------------------------------------


def _settings() -> Settings:
    try:
        return read_settings()
    except WrongSetting as error:
        _wrong(str(error))


@contextmanager
def _house(settings: Settings) -> Iterator[House]:
    write_logs(settings.log_level)
    try:
        with closing(House(settings)) as house:
            collect_less()
            yield house
    except WrongSetting as error:
        _wrong(str(error))
    except (Refusal, ChildProcessError, *TROUBLES) as trouble:
        _held(trouble)


def _country(house: House, code: str) -> CountryHouse:
    if code not in house.countries:
        _not_kept(code, house.settings)
    return house.countries[code]


def _not_kept(code: str, settings: Settings) -> NoReturn:
    if code in countries():
        _wrong(f"{code} is not kept here (TAMGA_COUNTRIES); this house keeps: {', '.join(settings.kept)}")
    _wrong(f"{code} is not a member country; these are: {', '.join(countries())}")


def _development(settings: Settings) -> None:
    if settings.environment != "development":
        _wrong("this is for development only")


def _held(trouble: Exception) -> NoReturn:
    typer.echo(f"tamga: {trouble}", err=True)
    raise typer.Exit(3) from None


def _wrong(what: str) -> NoReturn:
    typer.echo(f"tamga: {what}", err=True)
    raise typer.Exit(2)


@contextmanager
def _progress(unit: str) -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield progress


def _said(what: Any, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(what, ensure_ascii=False, sort_keys=True))
    else:
        Console(soft_wrap=True).print_json(data=what)


def main() -> None:
    """The command ``tamga``."""
    logging.captureWarnings(capture=True)
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    app()


if __name__ == "__main__":
    main()
