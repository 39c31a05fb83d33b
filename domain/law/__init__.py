"""The law of the member countries, found by being there: a folder is a country, with facts and terms only."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from domain.country import Country


@cache
def countries() -> Mapping[str, Country]:
    """Every country that has a folder here, by its upper-case ISO 3166 code, in the order of the codes.

    TypeError for a folder without a ``COUNTRY`` of its code, and for a partition that another has: faults to be
    seen at start, not at a filing.
    """
    found: dict[str, Country] = {}
    for folder in sorted(module.name for module in iter_modules(__path__) if module.ispkg):
        country = getattr(import_module(f"{__name__}.{folder}"), "COUNTRY", None)
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
