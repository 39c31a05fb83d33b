"""Fees as formulas of named parts, assessed exactly; fines, receipts and refunds are not known here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Any, Literal

from typing_extensions import TypedDict  # pydantic refuses typing's own before Python 3.12

from domain.country import Country, Source, UnitValue, unit_value


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeePart:
    """So many ``units`` of ``unit``; with ``condition``, only where the form's member of that name is true.

    ``unit`` None: minor units of the currency. ``ad_valorem`` instead names the form's money member that the
    units are a share of (2 per mille of the price), ``at_least`` the least that is asked, in minor units.
    """

    name: str
    units: Fraction
    unit: str | None = None
    condition: str | None = None
    ad_valorem: str | None = None
    at_least: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fee:
    """A sum of parts; no parts: free.

    ``rounding`` "none" leaves amounts as they are, to the minor unit, which is the smallest there is; the
    others round each part, or the sum, to whole major units. ``unit_day``: the day whose unit values count.
    """

    parts: tuple[FeePart, ...]
    rounding: Literal["none", "part_to_major", "sum_to_major"] = "none"
    mode: Literal["half_up"] = "half_up"
    unit_day: Literal["filing", "payment"] = "filing"
    source: Source


class AssessedPart(TypedDict):
    """A part that applied: ``units`` (such as "1/4") times ``unit_value`` (minor units) give ``amount``.

    ``unit`` is None for the currency itself, whose value is 1. For a share of a price ``unit`` is the form's
    member and ``unit_value`` None: the price is personal, and a fee stands in public.
    """

    name: str
    units: str
    unit: str | None
    unit_value: int | None
    amount: int


class Assessment(TypedDict):
    """A fee in minor units, with its basis, in JSON values; ``provisional`` waits for an officer's act."""

    amount: int
    currency: str
    formula: str
    parts: list[AssessedPart]
    unit_day: str
    provisional: bool


def assess(fee: Fee, request: Mapping[str, Any], day: date, country: Country) -> Assessment:
    """The fee for that request by the unit values of that local day.

    Provisional where a value is missing: then the last value known before that day is used (else the first
    after it), and for a price that is missing or in another currency the least that is asked. Exact
    arithmetic all the way; halves round up.
    KeyError: a unit that the country does not have. ValueError: a unit without any value.
    """
    applying = tuple(part for part in fee.parts if _applies(part, request))
    if any(part.ad_valorem for part in applying):
        return _assessed(fee, applying, request, day, country)
    return _of_the_day(fee, applying, day, country)


@lru_cache(maxsize=1024)  # the same for everybody who files that day; nobody changes what comes back
def _of_the_day(fee: Fee, applying: tuple[FeePart, ...], day: date, country: Country) -> Assessment:
    return _assessed(fee, applying, {}, day, country)


def _assessed(
    fee: Fee, applying: tuple[FeePart, ...], request: Mapping[str, Any], day: date, country: Country
) -> Assessment:
    applied = [_measured(part, request, day, country) for part in applying]
    step = 10**country.minor_units
    exact = [max(part.units * value, Fraction(part.at_least)) for part, value, _ in applied]
    amounts = [_half_up(amount, step if fee.rounding == "part_to_major" else 1) for amount in exact]
    total = _half_up(sum(exact, Fraction()), step) if fee.rounding == "sum_to_major" else sum(amounts)
    return Assessment(
        amount=total,
        currency=country.currency,
        formula=" + ".join(_formula(part, country) for part, _, _ in applied) or "0",
        parts=[
            AssessedPart(
                name=part.name,
                units=str(part.units),
                unit=part.unit or part.ad_valorem,
                unit_value=None if part.ad_valorem else value,
                amount=amount,
            )
            for (part, value, _), amount in zip(applied, amounts, strict=True)
        ],
        unit_day=fee.unit_day,
        provisional=not all(is_known for _, _, is_known in applied),
    )


def _applies(part: FeePart, request: Mapping[str, Any]) -> bool:
    return part.condition is None or request.get(part.condition) is True


def _measured(
    part: FeePart, request: Mapping[str, Any], day: date, country: Country
) -> tuple[FeePart, int, bool]:
    """The part, what one of its units is worth in minor units, and whether that is certain."""
    if part.ad_valorem is not None:
        money = request.get(part.ad_valorem)
        if money is None or money["currency"] != country.currency:
            return part, 0, False
        return part, money["amount"], True
    if part.unit is None:
        return part, 1, True
    value = unit_value(country, part.unit, day)
    if value is None:
        return part, _nearest(country, part.unit, day).amount_minor, False
    return part, value.amount_minor, True


def _nearest(country: Country, unit: str, day: date) -> UnitValue:
    values = country.units[unit]
    if not values:
        raise ValueError(f"{country.code} has no value of {unit} at all")
    return next((value for value in reversed(values) if value.since <= day), values[0])


def _half_up(amount: Fraction, step: int) -> int:
    return floor(amount / step + Fraction(1, 2)) * step


def _formula(part: FeePart, country: Country) -> str:
    if part.ad_valorem is not None:
        least = f" (at least {_decimal(Fraction(part.at_least, 10**country.minor_units))} {country.currency})"
        return f"{_decimal(part.units)} {part.ad_valorem}{least if part.at_least else ''}"
    if part.unit is None:
        return f"{_decimal(part.units / 10**country.minor_units)} {country.currency}"
    return f"{_decimal(part.units)} {part.unit}"


@lru_cache(maxsize=1024)  # a third of an assessment, for a handful of numbers
def _decimal(number: Fraction) -> str:
    """The number as a decimal where it has one that ends (0.25), else as a fraction (1/3)."""
    digits, rest = 0, number.denominator
    while rest % 2 == 0 or rest % 5 == 0:
        rest //= 10 if rest % 10 == 0 else 2 if rest % 2 == 0 else 5
        digits += 1
    if rest != 1:
        return str(number)
    whole, part = divmod(abs(number.numerator) * 10**digits // number.denominator, 10**digits)
    sign = "-" if number < 0 else ""
    return f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}"
