"""Türkiye's numbers of persons (TCKN) and of companies (VKN)."""

from stdnum.tr import tckimlik, vkn

from domain.numbers import WrongNumber, checked_by, digits, mistyped

# What people type who have none; both pass the check digits.
_NOBODYS = frozenset({"11111111110", "99999999990"})


def tr_tckn(text: str) -> str:
    """Türkiye's number of a person: 11 digits, the first not 0, the last two check digits."""
    number = digits("TCKN", text, 11)
    if number[0] == "0":
        raise WrongNumber("tckn_begins_with_0")
    if number in _NOBODYS or not tckimlik.is_valid(number):
        raise mistyped("TCKN")
    return number


def tr_vkn(text: str) -> str:
    """Türkiye's tax number of a company: 10 digits, the last a check digit."""
    number = digits("VKN", text, 10)
    return checked_by(vkn.validate, "VKN", number)
