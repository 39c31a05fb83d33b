"""The member countries, found by being there, and their legal days; not what any procedure asks in them."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from domain import law
from domain.country import Country

FIRST_CLOCK: Final = timedelta(hours=14)  # ahead of UTC, where a day begins first
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(  # RFC 3339, 5.6: its letters may be small
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})",
    re.IGNORECASE,
)


@cache
def countries() -> Mapping[str, Country]:
    """Every country that has a folder in ``domain/law/``, by its upper-case ISO 3166 code, in their order.

    TypeError for a folder without a ``COUNTRY`` of its code, and for a partition that another has: faults to be
    seen at start, not at a filing.
    """
    found: dict[str, Country] = {}
    for folder in sorted(module.name for module in iter_modules(law.__path__) if module.ispkg):
        country = getattr(import_module(f"{law.__name__}.{folder}"), "COUNTRY", None)
        code = folder.upper()
        if not isinstance(country, Country) or country.code != code:
            raise TypeError(
                f"domain/law/{folder}/__init__.py must hold COUNTRY, a Country with the code {code}"
            )
        twin = next((other.code for other in found.values() if other.partition == country.partition), None)
        if twin is not None:
            raise TypeError(
                f"{code} has the partition {country.partition}, which is {twin}'s for ever: take the next"
            )
        found[country.code] = country
    return MappingProxyType(found)


def country_of(code: str) -> Country:
    """The facts of a member country; KeyError for others."""
    return countries()[code]


def legal_day(at: datetime, country: Country) -> date:
    """The local day of the country's authorities at this moment, in UTC as the house has all of them (rules.md 1)."""
    begins, ends, day = _newest_day.get(country.time_zone, _NO_DAY)
    return day if begins <= at < ends else _day_at(at, country.time_zone)


def _day_at(at: datetime, time_zone: str) -> date:
    zone = _zone(time_zone)
    day = at.astimezone(zone).date()
    if date.min < day < date.max:
        begins, ends = (
            datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + timedelta(days=1))
        )
        _newest_day[time_zone] = begins, ends, day
    return day


def is_to_come(day: str, local_time: str | None, at: datetime, country: Country) -> bool:
    """Whether that day, or that time of it ("23:59"), has not come yet by the clocks of the country."""
    now = at.astimezone(_zone(country.time_zone))
    return (day, local_time or "") > (now.date().isoformat(), now.strftime("%H:%M") if local_time else "")


def by_local_clocks(moment: datetime, country: Country) -> datetime:
    """The moment with the zone of the country."""
    return moment.astimezone(_zone(country.time_zone))


def moment_named(text: str, country: Country) -> datetime:
    """The moment that a text names, in UTC: RFC 3339 with a zone, or a day, which is its last moment in the country.

    ValueError for anything else, and for what is beyond the calendar.
    """
    try:
        if _DAY.fullmatch(text):
            # Where clocks are set back at midnight, the last hour of the day is there twice.
            last = time.max.replace(fold=1)
            return datetime.combine(date.fromisoformat(text), last, _zone(country.time_zone)).astimezone(UTC)
        if not _MOMENT.fullmatch(text):
            raise ValueError("no moment of RFC 3339")
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError:
        raise ValueError("beyond the calendar") from None


# Nearly all that is asked is of the day that was asked for last: when it begins, ends, and which it is.
_NO_DAY: Final = (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), date.min)
_newest_day: Final[dict[str, tuple[datetime, datetime, date]]] = {}


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
