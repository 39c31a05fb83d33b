"""Türkiye's numbers of persons (TCKN) and of companies (VKN)."""

from stdnum.tr import tckimlik, vkn

from domain.numbers import WrongNumber, checked_by, digits, mistyped


def tr_tckn(text: str) -> str:
    """Türkiye's number of a person: 11 digits, the first not 0, the last two check digits."""
    number = digits("TCKN", text, 11)
    if number[0] == "0":
        raise WrongNumber("tckn_begins_with_0")
    # 99999999990 passes the check digits; it is what people type who have none.
    if number == "99999999990" or not tckimlik.is_valid(number):
        raise mistyped("TCKN")
    return number


def tr_vkn(text: str) -> str:
    """Türkiye's tax number of a company: 10 digits, the last a check digit."""
    number = digits("VKN", text, 10)
    return checked_by(vkn.validate, "VKN", number)
