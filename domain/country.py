"""The shape of a country's facts, and how a dated one is looked up; not the facts, nor procedures' law."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time

from domain.names import Spelling, plainly


@dataclass(frozen=True, slots=True)
class Source:
    """The law or publication that says so; not ``confirmed`` is shown as "to be confirmed"."""

    law: str
    url_or_key: str = ""
    confirmed: bool = field(kw_only=True)


TO_BE_CONFIRMED = Source("to be confirmed", confirmed=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitValue:
    """What one unit of law (an MCI, a BHM) is worth from ``since`` to ``until``, both included.

    ``until`` None says that the law names no end; a value that is fixed year by year always has one.
    """

    since: date
    until: date | None
    amount_minor: int
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Decree:
    """One day that a decree made a working day, or a day off, whatever the calendar says."""

    day: date
    working: bool
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """The local hours of working days in which terms in minutes run: (opens, closes), in order."""

    spans: tuple[tuple[time, time], ...]
    source: Source


def _no_warnings(_number: str) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonNumber:
    """The number by which a country knows a person.

    ``normal_form`` gives the one normal form or raises ``numbers.WrongNumber``; ``warnings`` gives codes of
    ``numbers.WARNINGS`` for the officer, of a number in its normal form, and never refuses.
    """

    name: str
    normal_form: Callable[[str], str]
    warnings: Callable[[str], tuple[str, ...]] = _no_warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """Somebody of a development house who needs a number; ``digits`` (40) and ``letters`` (32) are chance.

    A country's ``development.py`` has ``GIVEN_NAMES`` (of a woman, a man, a woman ...) and ``number_begins``: what
    stands in such a person's number before the check digits, of which there may be two.
    """

    born_on: date
    is_woman: bool
    digits: str
    letters: str  # and digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Majority:
    """From which age on a person acts for themselves, and nobody as their parent."""

    years: int
    source: Source

    def is_reached(self, born_on: date, day: date) -> bool:
        """Whether who was born then is of age on that legal day: who was born on 29 February is on 1 March."""
        return (day.year - born_on.year, (day.month, day.day)) >= (self.years, (born_on.month, born_on.day))


@dataclass(frozen=True, slots=True)
class Watcher:
    """The one office whose people watch the whole country in this role, whoever decides a case."""

    role: str
    authority: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Country:
    """The facts of a country that no procedure owns; ``units`` hold their values oldest first."""

    code: str  # ISO 3166-1, "KZ"
    languages: tuple[str, ...]  # the official ones
    currency: str  # ISO 4217
    minor_units: int  # digits after the point
    time_zone: str  # IANA; the legal day is the local day there
    units: Mapping[str, tuple[UnitValue, ...]]
    overlay: tuple[Decree, ...]
    decreed_until: date  # the last day whose public holidays are decreed: deadlines beyond it are provisional
    person_number: PersonNumber
    majority: Majority
    watchers: tuple[Watcher, ...]
    partition: int  # of its log in every topic of the feed, for ever: a new country takes the next free one
    spelling: Spelling = plainly  # how names in its first official language are compared
    office_hours: OfficeHours | None = None  # None: not known, or none; minutes then run by the clock


def unit_value(country: Country, unit: str, day: date) -> UnitValue | None:
    """The unit's value on that local day, or None when the law (as far as we know it) has none for it.

    A missing value is never silent: who asks decides what to do without it. KeyError for a unit that the
    country does not have at all, which is a mistake in its terms.
    """
    for value in country.units[unit]:
        if value.since <= day and (value.until is None or day <= value.until):
            return value
    return None
