"""The tables that are there, found by being there: ``tests/law/<country>/<procedure>.py``."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final, NamedTuple

from domain.offers import offers
from tests.law import Row, Signed

HERE: Final = Path(__file__).parent


class Table(NamedTuple):
    """The rows of a procedure in a country, and who has signed its page."""

    rows: tuple[Row, ...] = ()
    signed: tuple[Signed, ...] = ()


@cache
def tables() -> Mapping[tuple[str, str], Table]:
    """Every (country, procedure) that is offered, with its table; an empty one where nobody has written it.

    LookupError: a table of what no country offers.
    """
    written = {(path.parent.name.upper(), path.stem): path for path in sorted(HERE.glob("??/[a-z]*.py"))}
    if unknown := written.keys() - offers().keys():
        raise LookupError(f"tables of what is not offered: {sorted(unknown)}")
    return {key: _table(*key) if key in written else Table() for key in offers()}


def _table(country: str, procedure: str) -> Table:
    found = import_module(f"tests.law.{country.lower()}.{procedure}")
    return Table(found.ROWS, getattr(found, "SIGNED", ()))
