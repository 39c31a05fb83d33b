"""What the clock forgets by itself: cases, and entries that have ended, which confirmed law keeps no longer
(rules.md 50).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from domain.commands import SYSTEM, Command, ForgetCase, ForgetEntry
from domain.countries import country_of, legal_day
from domain.retention import RetentionClass, classes_of
from infra.desk.desk import new_cause
from infra.house import CountryHouse
from infra.read_models.forgettable import has_open_case, over
from projections import Row

PAGE: Final = 500
PAGES: Final = 20  # of a class at one go: a time that runs out meanwhile does not wait for years of cases


def forgettable(country: CountryHouse, now: datetime) -> Iterator[list[Command]]:
    """The commands by which it is forgotten, page by page, so that each page may be one batch of the desk."""
    parked = country.read_models.parked()  # the read models know nothing new of these
    for kept_alike in classes_of(country.code, legal_day(now, country_of(country.code))):
        if not kept_alike.kept.is_confirmed:
            continue
        for page in _pages(country, kept_alike, now):
            due = (row for row in page if _may_go(country, kept_alike, row, parked))
            yield [_command(country, kept_alike, row) for row in due]


def _pages(country: CountryHouse, kept_alike: RetentionClass, now: datetime) -> Iterator[list[Row]]:
    after: tuple[Any, ...] = ()
    for _ in range(PAGES):
        page = over(
            country.read_models,
            kept_alike,
            now,
            country_of(country.code),
            after=after,
            limit=PAGE,
            waits_for_nothing=True,
        )
        yield page
        if len(page) < PAGE:
            return
        after = (page[-1]["since"], page[-1][kept_alike.family])


def _may_go(country: CountryHouse, kept_alike: RetentionClass, row: Row, parked: dict[str, Any]) -> bool:
    """A case that is filed in the same moment finds what one finds that is filed a moment later."""
    if row[kept_alike.family] in parked:
        return False
    return kept_alike.family == "case" or not has_open_case(country.read_models, row["entry"])


def _command(country: CountryHouse, kept_alike: RetentionClass, row: Row) -> Command:
    if kept_alike.family == "case":
        return ForgetCase(by=SYSTEM, cause=new_cause(), case=row["case"])
    return ForgetEntry(
        by=SYSTEM, cause=new_cause(), country=country.code, register=kept_alike.name, entry=row["entry"]
    )
