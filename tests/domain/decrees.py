"""Decrees of the tests: a member country whose calendar has changed since."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

import pytest

import domain.countries
from domain.country import Country, Decree, Source, UnitValue

BY_DECREE: Final = Source("Decree of the tests", confirmed=True)


def with_decrees(country: Country, off: Iterable[str] = (), working: Iterable[str] = ()) -> Country:
    """The country where a decree makes these days off, and those working days."""
    days = [(day, False) for day in off] + [(day, True) for day in working]
    decrees = (
        Decree(day=date.fromisoformat(day), working=is_working, source=BY_DECREE) for day, is_working in days
    )
    return replace(country, overlay=(*country.overlay, *decrees))


def decree(patch: pytest.MonkeyPatch, *off: str, code: str = "KZ", working: Iterable[str] = ()) -> None:
    """From now on the country's calendar has these days off, and those working days."""
    found = domain.countries.countries()
    changed = MappingProxyType({**found, code: with_decrees(found[code], off, working)})
    patch.setattr(domain.countries, "countries", lambda: changed)


def name_value(patch: pytest.MonkeyPatch, unit: str, amount: int, year: int, code: str = "KZ") -> None:
    """From now on the law names what the unit is worth in that year, in minor units."""
    found = domain.countries.countries()
    value = UnitValue(since=date(year, 1, 1), until=date(year, 12, 31), amount_minor=amount, source=BY_DECREE)
    units = {**found[code].units, unit: (*found[code].units[unit], value)}
    changed = MappingProxyType({**found, code: replace(found[code], units=units)})
    patch.setattr(domain.countries, "countries", lambda: changed)
