"""Kazakhstan's numbers of persons (IIN) and of companies (BIN)."""

from domain.numbers import WrongNumber, digits, mistyped, weighted


def kz_iin(text: str) -> str:
    """Kazakhstan's number of a person: 12 digits, the last a check digit; a fifth of 4, 5 or 6 is a BIN's.

    Date of birth and sex cannot be read from it since 2013-08-26, so they are not checked.
    """
    number = _kz("IIN", text)
    if number[4] in "456":
        raise WrongNumber("bin_for_iin")
    return number


def kz_bin(text: str) -> str:
    """Kazakhstan's number of a company: 12 digits with the check digit of the IIN; the fifth is 4, 5 or 6."""
    number = _kz("BIN", text)
    if number[4] not in "456":
        raise WrongNumber("iin_for_bin")
    return number


def _kz(name: str, text: str) -> str:
    number = digits(name, text, 12)
    check = weighted(number[:11], range(1, 12)) % 11
    if check == 10:  # noqa: PLR2004 - no digit: the law's second row of weights decides
        check = weighted(number[:11], (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    if check != int(number[11]):  # twice 10: such a number is not issued
        raise mistyped(name)
    return number
