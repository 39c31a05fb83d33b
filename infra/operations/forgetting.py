"""What the clock forgets by itself: cases, and entries that have ended, which confirmed law keeps no longer
(rules.md 50).
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final

from domain.commands import SYSTEM, Command, ForgetCase, ForgetEntry
from domain.countries import country_of, legal_day
from domain.retention import RetentionClass, classes_of
from infra.desk.desk import new_cause
from infra.house import CountryHouse
from infra.operations.rounds import pages
from infra.read_models.forgettable import has_open_case, over
from projections import Row

PAGES: Final = 20  # of a class at one go: a time that runs out meanwhile does not wait for years of cases


def forgettable(country: CountryHouse, now: datetime) -> Iterator[list[Command]]:
    """The commands by which it is forgotten, page by page, so that each page may be one batch of the desk."""
    for kept_alike in classes_of(country.code, legal_day(now, country_of(country.code))):
        if not kept_alike.kept.is_confirmed:
            continue
        for page in islice(_pages(country, kept_alike, now), PAGES):
            due = (row for row in page if _may_go(country, kept_alike, row))
            yield [_command(country, kept_alike, row) for row in due]


def _pages(country: CountryHouse, kept_alike: RetentionClass, now: datetime) -> Iterator[list[Row]]:
    rows = partial(
        over, country.read_models, kept_alike, now, country_of(country.code), waits_for_nothing=True
    )
    return pages(country, rows, ("since", kept_alike.family))


def _may_go(country: CountryHouse, kept_alike: RetentionClass, row: Row) -> bool:
    """Whether no case about the entry is open; one that is filed in this moment finds what one finds a moment later."""
    return kept_alike.family == "case" or not has_open_case(country.read_models, row["entry"])


def _command(country: CountryHouse, kept_alike: RetentionClass, row: Row) -> Command:
    if kept_alike.family == "case":
        return ForgetCase(by=SYSTEM, cause=new_cause(), case=row["case"])
    return ForgetEntry(
        by=SYSTEM, cause=new_cause(), country=country.code, register=kept_alike.name, entry=row["entry"]
    )
