"""Uzbekistan's number of persons (PINFL)."""

from domain.numbers import date_warning, digits, mistyped, weighted


def uz_pinfl(text: str) -> str:
    """Uzbekistan's number of a person: 14 digits, the last a check digit."""
    number = digits("PINFL", text, 14)
    if weighted(number[:13], (7, 3, 1) * 4 + (7,)) % 10 != int(number[13]):
        raise mistyped("PINFL")
    return number


def uz_pinfl_warnings(number: str) -> tuple[str, ...]:
    """("person_number_date",) when digits 1 to 7 of a PINFL (century and sex, DDMMYY) are no day."""
    century = {"1": 18, "2": 18, "3": 19, "4": 19, "5": 20, "6": 20}.get(number[0])
    if century is None:
        return ("person_number_date",)
    return date_warning(day=number[1:3], month=number[3:5], year=f"{century}{number[5:7]}")
