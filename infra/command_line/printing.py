"""What the commands print, for people and for programs; what they are refused is said in tamga.py."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Country = Annotated[str, typer.Argument(help="A member country, such as KZ.")]
console: Final = Console(stderr=True)
_PIPED_COLUMNS: Final = 200  # of a table that no terminal shows: nothing of it is broken


def said(what: Any, *, as_json: bool) -> None:
    """Print an answer: on one line for programs, in colours for people."""
    if as_json:
        typer.echo(json.dumps(what, ensure_ascii=False, sort_keys=True))
    else:
        Console(soft_wrap=True).print_json(data=what)


def tabled(rows: Sequence[Mapping[str, Sequence[str] | str | None]]) -> None:
    """Print rows of the same members, one at least, as a table."""
    table = Table(*rows[0], box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(v if isinstance(v, str) else ", ".join(v or ()) for v in row.values()))
    Console(width=None if sys.stdout.isatty() else _PIPED_COLUMNS).print(table)


@contextmanager
def progress(unit: str) -> Iterator[Progress]:
    """A bar for what takes long, on a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        yield shown
