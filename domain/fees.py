"""Fees as formulas of named parts, assessed exactly; fines, receipts and refunds are not known here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Any, Final, Literal

from typing_extensions import TypedDict  # pydantic refuses typing's own before Python 3.12

from domain.country import Country, Source, UnitValue, unit_value
from domain.facts import Choice, Conditions, Facts, applies, chosen


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """A row of a table, for measures up to ``up_to`` (None: whatever is left).

    It gives ``start``, and ``rate`` for each one of the measure above the step before.
    """

    up_to: int | None
    start: Fraction
    rate: Fraction = Fraction()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """Steps over an integer of the form, the lowest first; ``by`` is the way to it.

    ``in_years``: that integer is a year, and what is measured is how many have gone by on the day that counts.
    ``times``: another table, whose result multiplies this one's. A measure beyond the last step is no settled
    law: the last step is used, and the fee is provisional.
    """

    by: tuple[str, ...]
    steps: tuple[Step, ...]
    in_years: bool = False
    times: "Table | None" = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeePart:
    """So many ``units`` of ``unit`` (None: minor units of the currency), where all of ``when`` holds.

    A table in place of ``units`` measures something in the form. ``ad_valorem`` names the form's money member
    that the units are a share of (2 per mille of a price). ``at_least`` and ``at_most`` bound the part, in minor
    units. ``until``: the last day for which the law names this rate; after it the part is provisional.
    ``source``: None is that of the fee.
    """

    name: str
    units: Fraction | Choice[Fraction] | Table
    unit: str | None = None
    when: Conditions = ()
    ad_valorem: str | None = None
    at_least: int = 0
    at_most: int | None = None
    until: date | None = None
    source: Source | None = None

    @property
    def measured(self) -> str | None:
        """The form's member whose size the amount follows: it is told by no other number than the amount."""
        return self.units.by[-1] if isinstance(self.units, Table) else self.ad_valorem


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fee:
    """A sum of parts; no parts: free.

    ``rounding`` "none" rounds each part to the minor unit, which is the smallest there is; the others round each part,
    or the sum, to whole major units; halves go up. ``unit_day``: the day whose unit values count.
    """

    parts: tuple[FeePart, ...]
    rounding: Literal["none", "part_to_major", "sum_to_major"] = "none"
    mode: Literal["half_up"] = "half_up"
    unit_day: Literal["filing", "payment"] = "filing"
    source: Source


class AssessedPart(TypedDict):
    """A part that applied: ``units`` (such as "1/4") times ``unit_value`` (minor units) give ``amount``.

    ``unit`` is None for the currency itself, whose value is 1. For a share of a price, and for what a table
    measures, ``unit`` is the form's member and ``unit_value`` None: it is personal, and a fee stands in public.
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


def assess(fee: Fee, facts: Facts, country: Country) -> Assessment:
    """The fee for that request by the unit values of ``facts.day``.

    Provisional where a value is missing: then the last value known before that day is used (else the first
    after it), and for a price that is missing or in another currency the least that is asked; and where a
    measure is missing or beyond its table, or the law names the rate for earlier days only. Exact arithmetic
    all the way; halves round up.
    KeyError: a unit that the country does not have, a code that a choice forgot. ValueError: a unit without
    any value.
    """
    applying = tuple(part for part in fee.parts if applies(part.when, facts))
    for part in applying:
        if part.ad_valorem or not isinstance(part.units, Fraction):
            return _assessed(fee, applying, facts, country)
    return _of_the_day(fee, applying, facts.day, country)


BY_OFFICER: Final = "by_officer"  # the part of a fee that an officer said


def said_by_officer(fee: Fee, amount: int, country: Country) -> Assessment:
    """The fee that an officer answers for, where the values that are known do not say it."""
    return Assessment(
        amount=amount,
        currency=country.currency,
        formula=f"{_decimal(Fraction(amount, 10**country.minor_units))} {country.currency}",
        parts=[AssessedPart(name=BY_OFFICER, units=str(amount), unit=None, unit_value=1, amount=amount)],
        unit_day=fee.unit_day,
        provisional=False,
    )


def holds_until(fee: Fee, facts: Facts, country: Country) -> date | None:
    """The last day on which the amount of ``facts.day`` surely holds for who pays then; None: it holds for ever, as the
    day of payment changes nothing, or the law names no end.
    """
    if fee.unit_day == "filing":
        return None
    return _first_end(tuple(part for part in fee.parts if applies(part.when, facts)), facts.day, country)


@lru_cache(maxsize=4096)  # of the parts that apply on a day
def _first_end(applying: tuple[FeePart, ...], day: date, country: Country) -> date | None:
    return min((end for part in applying for end in _ends(part, day, country)), default=None)


def _ends(part: FeePart, day: date, country: Country) -> Iterator[date]:
    value = unit_value(country, part.unit, day) if part.unit and part.ad_valorem is None else None
    if value and value.until:
        yield value.until
    if part.until:
        yield part.until
    table = part.units if isinstance(part.units, Table) else None
    while table:
        if table.in_years:
            yield day.replace(month=12, day=31)
        table = table.times


_Found = tuple[FeePart, Fraction, bool]  # the part, how many units, and whether that is certain


def _found(part: FeePart, facts: Facts) -> _Found:
    is_of_today = part.until is None or facts.day <= part.until
    if not isinstance(part.units, Table):
        return part, chosen(part.units, facts.request), is_of_today
    units, is_known = _looked_up(part.units, facts)
    return part, units, is_of_today and is_known


def _looked_up(table: Table, facts: Facts) -> tuple[Fraction, bool]:
    """What the table gives, and whether it has a row for that; nothing where the form says nothing."""
    measure: Any = facts.request
    for member in table.by:
        measure = measure[member] if measure is not None else None
    if measure is None:
        return Fraction(), False
    if table.in_years:
        measure = facts.day.year - measure
    below, step = 0, table.steps[0]
    for following in table.steps[1:]:
        if step.up_to is None or measure <= step.up_to:
            break
        below, step = step.up_to, following
    found = step.start + step.rate * (measure - below)
    is_known = step.up_to is None or measure <= step.up_to
    if table.times is None:
        return found, is_known
    factor, is_known_too = _looked_up(table.times, facts)
    return found * factor, is_known and is_known_too


@lru_cache(maxsize=1024)  # the same for everybody who files that day; nobody changes what comes back
def _of_the_day(fee: Fee, applying: tuple[FeePart, ...], day: date, country: Country) -> Assessment:
    return _assessed(fee, applying, Facts({}, day), country)


def _assessed(fee: Fee, applying: tuple[FeePart, ...], facts: Facts, country: Country) -> Assessment:
    applied = [
        (part, units, value, is_certain and is_known)
        for part, units, is_certain in (_found(part, facts) for part in applying)
        for value, is_known in [_valued(part, facts, country)]
    ]
    step = 10**country.minor_units
    exact = [_bounded(part, units * value) for part, units, value, _ in applied]
    amounts = [_half_up(amount, step if fee.rounding == "part_to_major" else 1) for amount in exact]
    total = _half_up(sum(exact, Fraction()), step) if fee.rounding == "sum_to_major" else sum(amounts)
    return Assessment(
        amount=total,
        currency=country.currency,
        formula=" + ".join(_formula(part, units, country) for part, units, _, _ in applied) or "0",
        parts=[
            AssessedPart(
                name=part.name,
                units="table" if isinstance(part.units, Table) else str(units),
                unit=part.measured or part.unit,
                unit_value=None if part.measured else value,
                amount=amount,
            )
            for (part, units, value, _), amount in zip(applied, amounts, strict=True)
        ],
        unit_day=fee.unit_day,
        provisional=not all(is_certain for _, _, _, is_certain in applied),
    )


def _bounded(part: FeePart, amount: Fraction) -> Fraction:
    at_least = max(amount, Fraction(part.at_least))
    return at_least if part.at_most is None else min(at_least, Fraction(part.at_most))


def _valued(part: FeePart, facts: Facts, country: Country) -> tuple[int, bool]:
    """What one of the part's units is worth in minor units, and whether that is certain."""
    if part.ad_valorem is not None:
        money = facts.request.get(part.ad_valorem)
        if money is None or money["currency"] != country.currency:
            return 0, False
        return money["amount"], True
    if part.unit is None:
        return 1, True
    value = unit_value(country, part.unit, facts.day)
    if value is None:
        return _nearest(country, part.unit, facts.day).amount_minor, False
    return value.amount_minor, True


def _nearest(country: Country, unit: str, day: date) -> UnitValue:
    values = country.units[unit]
    if not values:
        raise ValueError(f"{country.code} has no value of {unit} at all")
    return next((value for value in reversed(values) if value.since <= day), values[0])


def _half_up(amount: Fraction, step: int) -> int:
    return floor(amount / step + Fraction(1, 2)) * step


def _formula(part: FeePart, units: Fraction, country: Country) -> str:
    def money(minor: Fraction) -> str:
        return f"{_decimal(minor / 10**country.minor_units)} {country.currency}"

    bounds = [f"at least {money(Fraction(part.at_least))}"] if part.at_least else []
    bounds += [f"at most {money(Fraction(part.at_most))}"] if part.at_most is not None else []
    return _written(part, units, money) + (f" ({', '.join(bounds)})" if bounds else "")


def _written(part: FeePart, units: Fraction, money: Callable[[Fraction], str]) -> str:
    if isinstance(part.units, Table):
        factor = part.units.times
        written = f"table of {part.units.by[-1]}" + (f" × table of {factor.by[-1]}" if factor else "")
        return f"{written} × {part.unit}" if part.unit else written
    if part.ad_valorem is not None:
        return f"{_decimal(units)} {part.ad_valorem}"
    return money(units) if part.unit is None else f"{_decimal(units)} {part.unit}"


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
