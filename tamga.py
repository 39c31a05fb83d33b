"""The front door: one command line for everything; here is the table of its commands, and how they end.

Exit codes: 0 done; 1 it was looked at and is not well (a failed verification, a refused import); 2 wrong usage or a
wrong setting; 3 something that is needed is held by another process or cannot be reached now.

The commands that need the HTTP interface or the consumers stand here, too, and import them by themselves, as that takes
a quarter of a second; all others are in infra/command_line.
"""

import json
import logging
import os
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.edge.sentences import NotCompiled, english
from domain.refusals import Invalid, Refusal
from infra.command_line import audit, competences, people, records, running, seals
from infra.command_line.opening import WrongUsage, not_kept, opened
from infra.command_line.printing import AsJson, Country, console, said
from infra.operations.readiness import TROUBLES
from infra.operations.register_import import WrongLines
from infra.runtime.child import kept_running
from infra.runtime.log_lines import write_logs
from infra.settings import Settings, WrongSetting, read_settings

_PROGRAM: Final = Path(__file__).resolve()
# The follower ends with us, however we end: its standard input closes.
_FOLLOW: Final = (sys.executable, str(_PROGRAM), "follow", "--with-parent")
# The loop and the desk are threads that take turns: a change of turns each 5 ms, as Python has it, costs a request a
# twentieth of its time.
_TURN_S: Final = 0.02


# The hash of an event or of a certificate may begin with a dash, and is no option then.
_HASHES: Final = frozenset({"kid", "event"})
_DASHES: Final = {"ignore_unknown_options": True}


class Held(Exception):
    """What is needed is held by another process; the message says what."""


def serve(
    *, follow_too: Annotated[bool, typer.Option("--follow/--no-follow", help="Also follow the logs.")] = True
) -> None:
    """Serve HTTP on TAMGA_PORT; also follow the logs (read models, clock, relay) in a process of its own."""
    import uvicorn  # noqa: PLC0415 - see above

    from api.app import build  # noqa: PLC0415 - see above

    sys.setswitchinterval(_TURN_S)
    settings = read_settings()
    if settings.environment == "production" and not settings.issuers:
        what = "TAMGA_ISSUERS is empty: nobody could sign in; name the identity providers of the countries"
        raise WrongUsage(what)
    listening = _bound(settings)
    following = kept_running(_FOLLOW) if follow_too else nullcontext()
    with listening, opened(settings) as house, following:
        config = uvicorn.Config(
            build(house),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        running.stopped_by_signals()  # the server raises the signal again when it is done: we still have to close
        console.print(
            f"Tamga serves on {settings.base_url}/ (open it in a browser); data in {settings.data}",
            soft_wrap=True,
        )
        uvicorn.Server(config).run([listening])


def run_registry(
    country: Country,
    source: Annotated[str, typer.Option("--from", help="kafka or http")] = "http",
    *,
    once: Annotated[bool, typer.Option(help="Stop when everything is applied.")] = False,
) -> None:
    """The reference registry of a country: verifies, applies, sends receipts."""
    from consumers import registry  # noqa: PLC0415 - see above

    settings = read_settings()
    if country not in settings.kept:
        raise not_kept(country, settings)
    write_logs(settings.log_level)
    registry.run(country, settings, source=source, stop=running.stopped_by_signals(), once=once)


def object_to(
    country: Country,
    register: str,
    event: Annotated[str, typer.Argument(help="The hash of the event that cannot be applied.")],
    code: Annotated[str, typer.Argument(help="Why: a code of the registry's own.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Tell the house that a register cannot apply an event: the officer sees it. Exit 1 if that is refused."""
    from consumers import registry  # noqa: PLC0415 - see above

    settings = read_settings()
    if country not in settings.kept:
        raise not_kept(country, settings)
    try:
        answer = registry.object_to(country, settings, register, event, code)
    except registry.NoRegistry as error:
        raise WrongUsage(str(error)) from error
    except registry.NotSent as error:
        raise Held(str(error)) from error
    said(answer, as_json=as_json)
    raise typer.Exit(0 if answer["status"] == "recorded" else 1)


def demo(*, as_json: AsJson = False) -> None:
    """From nothing, over the real HTTP API: a dozen cases to their ends, births and car sales in each country, a full
    verification.
    """
    from consumers import demo as demonstration  # noqa: PLC0415 - see above

    result = demonstration.run(read_settings(), _PROGRAM, console)
    typer.echo(json.dumps(result, sort_keys=True) if as_json else json.dumps(result, indent=2))
    raise typer.Exit(0 if result["verified"] else 1)


def _bound(settings: Settings) -> socket.socket:
    """The address, taken before anything else is begun."""
    try:
        return socket.create_server((settings.host, settings.port), backlog=2048)
    except OSError as error:
        raise Held(f"{settings.host}:{settings.port} cannot be served on: {error.strerror}") from error


def _ending(command: Callable[..., None]) -> Callable[..., None]:
    """The command; what it raises is said in one line, and ends it with its exit code."""

    @wraps(command)
    def run(*words: Any, **options: Any) -> None:
        try:
            command(*words, **options)
        except WrongLines as refused:
            for number, fault in refused.lines:
                detail = english().say("place", fault.code, fault.values, refused.procedures)
                where = (f"line {number}" if number else "", fault.pointer)
                typer.echo(": ".join(filter(None, (*where, detail))), err=True)
            code = 1
        except Invalid as refused:
            for fault in refused.errors:
                detail = english().say("place", fault.code, fault.values, refused.procedures)
                typer.echo(": ".join(filter(None, (fault.pointer, detail))), err=True)
            code = 1
        except (WrongUsage, WrongSetting, NotCompiled) as wrong:
            typer.echo(f"tamga: {wrong}", err=True)
            code = 2
        except (Held, Refusal, ChildProcessError, *TROUBLES) as trouble:
            typer.echo(f"tamga: {_sentence(trouble)}", err=True)
            code = 3
        except OSError as error:  # the disk is full, a folder may not be written
            typer.echo(f"tamga: {error.filename or 'the machine'}: {error.strerror or error}", err=True)
            code = 3
        else:
            return
        raise typer.Exit(code)

    return run


def _sentence(trouble: Exception) -> str:
    if isinstance(trouble, Refusal):
        with suppress(NotCompiled):
            return english().say("refusal", trouble.name, trouble.values, trouble.procedures)
    return str(trouble)


def _group(about: str, commands: Mapping[str, Callable[..., None] | typer.Typer]) -> typer.Typer:
    group = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,  # they print the values of variables, and those may be personal
        help=about,
    )
    for name, command in commands.items():
        if isinstance(command, typer.Typer):
            group.add_typer(command, name=name)
        else:
            named = signature(command).parameters
            group.command(name, context_settings=None if _HASHES.isdisjoint(named) else _DASHES)(
                _ending(command)
            )
    return group


app: Final = _group(
    "Tamga: signed, event-sourced cases and registers.",
    {
        "serve": serve,
        "follow": running.follow,
        "relay": running.relay,
        "tick": running.tick,
        "rebuild": records.rebuild,
        "digest": records.digest,
        "people": people.people,
        "token": people.token,
        "example": people.example,
        "demo": demo,
        "keys": _group(
            "The seals of the authorities.",
            {
                "init": seals.init,
                "list": seals.list_seals,
                "rotate": seals.rotate,
                "retire": seals.retire,
            },
        ),
        "audit": _group(
            "Prove that nothing was altered.",
            {
                "verify": audit.verify,
                "replay": audit.replay,
            },
        ),
        "competences": _group(
            "Who may act for an authority.",
            {
                "grant": competences.grant,
                "end": competences.end,
                "list": competences.list_competences,
            },
        ),
        "registers": _group("The registers.", {"import": records.import_register}),
        "registry": _group("The reference registry.", {"run": run_registry, "object": object_to}),
        "case": _group("One case.", {"show": records.show_case}),
        "treasury": _group("The development treasury.", {"sign": people.sign_payment}),
        "notices": _group("The development hospitals.", {"sign": people.sign_notice}),
    },
)


def main() -> None:
    """The command ``tamga``."""
    logging.captureWarnings(capture=True)
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    app()


if __name__ == "__main__":
    main()
