"""Which days are working days in a country, and how sure that is; not terms, nor deadlines."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

import holidays
from holidays.version import __version__ as edition

from domain.country import Country, Decree

ONE_DAY = timedelta(days=1)
WEEKEND = ("Saturday", "Sunday")


class Calendar:
    """A country's public holidays, with its decrees laid over them; get one with ``calendar_of``."""

    def __init__(self, code: str, overlay: tuple[Decree, ...], decreed_until: date) -> None:
        self._code = code
        self._decrees = {decree.day: decree for decree in overlay}
        self._decreed_until = decreed_until
        self.version = f"holidays-{edition}+overlay-{len(overlay)}"

    def day_off(self, day: date) -> str | None:
        """Why this is not a working day, in English; None when it is one. Half days are working days."""
        decree = self._decrees.get(day)
        if decree is not None:
            return None if decree.working else decree.source.law
        year = _year(self._code, day.year)
        if day.weekday() < 5:  # noqa: PLR2004 - Monday is 0, Friday 4
            return year.holidays.get(day)
        if day in year.working_weekends:
            return None
        return year.holidays.get(day) or WEEKEND[day.weekday() - 5]

    def first_working_day(self, since: date) -> tuple[date, dict[date, str]]:
        """The day itself if it is a working day, else the next one; and the days off that it moved over."""
        return self.nth_working_day(since - ONE_DAY, 1)

    def nth_working_day(self, after: date, count: int) -> tuple[date, dict[date, str]]:
        """The ``count``-th working day after that day, which is day 0; and the days off on the way to it."""
        day, skipped = after, {}
        while count > 0:
            day += ONE_DAY
            why = self.day_off(day)
            if why is None:
                count -= 1
            else:
                skipped[day] = why
        return day, skipped

    def working_days(self, first: date, last: date) -> int:
        """How many working days there are from ``first`` to ``last``, both included."""
        return sum(self.day_off(day) is None for day in days(first, last))

    def is_estimated(self, first: date, last: date) -> bool:
        """Whether a holiday that depends on the moon, and that no decree has fixed, may fall in these days.

        The moon moves such a holiday by a day, so the day before and the day after count too.
        """
        return any(
            day in _year(self._code, day.year).estimated and day not in self._decrees
            for day in days(first - ONE_DAY, last + ONE_DAY)
        )

    def is_provisional(self, day: date) -> bool:
        """Whether the holidays of that day's year are not decreed yet, or are not in the calendar at all."""
        return day > self._decreed_until or not _year(self._code, day.year).is_known


@lru_cache(maxsize=64)
def calendar_of(country: Country) -> Calendar:
    """The calendar of that country, built once."""
    return Calendar(country.code, country.overlay, country.decreed_until)


def days(first: date, last: date) -> Iterable[date]:
    """Every day from ``first`` to ``last``, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


class _Year(NamedTuple):
    holidays: Mapping[date, str]
    estimated: frozenset[date]
    working_weekends: frozenset[date]
    is_known: bool


@cache
def _year(code: str, year: int) -> _Year:
    # Half a millisecond a year, and 50 ms for the first of all: the library is asked once.
    try:
        calendar = holidays.country_holidays(code, years=year, language="en_US", expand=False)
    except NotImplementedError:  # nobody publishes its holidays there: they are decrees in its folder
        return _Year({}, frozenset(), frozenset(), is_known=False)
    return _Year(
        holidays=dict(calendar.items()),
        estimated=frozenset(day for day, name in calendar.items() if re.search(r"\bestimated\)", name)),
        working_weekends=frozenset(day for day in calendar.weekend_workdays if day.year == year),
        is_known=calendar.start_year <= year <= calendar.end_year,
    )
