"""Time that runs only while an office is open; which terms do so is not decided here."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.country import OfficeHours
from domain.days.working_days import ONE_DAY, Calendar


def after(
    begin: datetime, open_time: timedelta, hours: OfficeHours, calendar: Calendar, zone: ZoneInfo
) -> datetime:
    """The UTC instant at which an office will have been open for that long since ``begin``."""
    left = open_time
    for opens, closes in _open(begin, hours, calendar, zone):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise OverflowError("no office opens that late")


def between(
    begin: datetime, end: datetime, hours: OfficeHours, calendar: Calendar, zone: ZoneInfo
) -> timedelta:
    """For how long an office is open from ``begin`` to ``end``."""
    total = timedelta()
    for opens, closes in _open(begin, hours, calendar, zone):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total


def _open(
    begin: datetime, hours: OfficeHours, calendar: Calendar, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """The spans of opening from ``begin`` on, the running one cut, in UTC."""
    day = begin.astimezone(zone).date()
    while day < date.max:
        if calendar.day_off(day) is None:
            for opens, closes in hours.spans:
                # In UTC: local times are subtracted without regard to a change of the clock between them.
                since = datetime.combine(day, opens, tzinfo=zone).astimezone(UTC)
                until = datetime.combine(day, closes, tzinfo=zone).astimezone(UTC)
                if until > begin:
                    yield max(since, begin), until
        day += ONE_DAY
