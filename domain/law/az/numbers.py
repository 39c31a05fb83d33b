"""Azerbaijan's numbers of persons (FIN) and of taxpayers (VÖEN)."""

from stdnum.az import voen

from domain.numbers import WrongNumber, checked_by, digits, letters_and_digits

_SHORTEST, _LONGEST = 5, 7


def az_fin(text: str) -> str:
    """Azerbaijan's number of a person: letters and digits, random; O is read as 0, an I is refused.

    A citizen has 7 of them, a foreign resident 5 or 6: so the Migration Service says of residence permits.
    """
    number = letters_and_digits("FIN", text, forbidden="I").replace("O", "0")
    if not _SHORTEST <= len(number) <= _LONGEST:
        raise WrongNumber("fin_too_short_or_long", length=len(number))
    return number


def az_voen(text: str) -> str:
    """Azerbaijan's tax number: 10 digits, of which the ninth is a check digit."""
    number = digits("VÖEN", text, 10)
    return checked_by(voen.validate, "VÖEN", number)
