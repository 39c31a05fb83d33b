"""Commands about what is kept and shown: registers, read models, one case."""

from pathlib import Path
from typing import Annotated, Any

import typer

from infra.command_line.opening import WrongUsage, kept_country, opened
from infra.command_line.printing import AsJson, Country, progress, said
from infra.operations.register_import import import_file


def import_register(country: Country, register: str, file: Path, *, as_json: AsJson = False) -> None:
    """Import entries, one JSON object a line; all or nothing, with an error for each wrong line."""
    with opened() as house, progress("lines") as shown:
        task = shown.add_task(register, total=None)
        kept = kept_country(house, country)
        done = import_file(
            kept,
            register,
            file,
            lambda done, total: shown.update(task, completed=done, total=total),
            others=house.beside(kept),
        )
        clashes = [clash._asdict() for clash in done.clashes]
        said(
            {"imported": done.entries, "clashes": clashes, "plates_twice": done.plates_twice}, as_json=as_json
        )


def rebuild(
    country: Annotated[list[str] | None, typer.Argument()] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every country.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fold the log anew, beside the live read models, and switch."""
    if not country and not everything:
        raise WrongUsage("name countries, or say --all")
    with opened() as house, progress("events") as shown:
        counts = {}
        for code in house.countries if everything else country or ():
            task = shown.add_task(code, total=None)

            def moved(done: int, total: int, task: Any = task) -> None:
                shown.update(task, completed=done, total=total)

            counts[code] = kept_country(house, code).follower.rebuild(moved)
        said(counts, as_json=as_json)


def digest(*, as_json: AsJson = False) -> None:
    """SHA-256 of each read model, with the position and the number of erasures that it was taken at."""
    with opened() as house:
        said({code: c.read_models.digests() for code, c in house.countries.items()}, as_json=as_json)


def show_case(case: str, *, as_json: AsJson = False) -> None:
    """A case as its read model has it."""
    with opened() as house:
        for country in house.countries.values():
            row = country.read_models.one("case_status", case)
            if row is not None:
                said(row["state"]._asdict(), as_json=as_json)
                return
        raise WrongUsage("there is no such case")
