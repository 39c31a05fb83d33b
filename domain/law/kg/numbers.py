"""Kyrgyzstan's number of persons (PIN)."""

from domain.numbers import date_warning, digits


def kg_pin(text: str) -> str:
    """Kyrgyzstan's number of a person: 14 digits; no check digit is published."""
    return digits("PIN", text, 14)


def kg_pin_warnings(number: str) -> tuple[str, ...]:
    """("person_number_date",) when digits 2 to 9 of a PIN (DDMMYYYY) are no day."""
    return date_warning(day=number[1:3], month=number[3:5], year=number[5:9])
