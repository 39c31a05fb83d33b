"""Azerbaijan's numbers of persons (FIN) and of taxpayers (VÖEN)."""

from stdnum.az import voen

from domain.numbers import check_length, checked_by, digits, letters_and_digits


def az_fin(text: str) -> str:
    """Azerbaijan's number of a person: 7 letters and digits, random; O is read as 0, an I is refused."""
    number = letters_and_digits("FIN", text, forbidden="I").replace("O", "0")
    check_length("FIN", number, 7)
    return number


def az_voen(text: str) -> str:
    """Azerbaijan's tax number: 10 digits, of which the ninth is a check digit."""
    number = digits("VÖEN", text, 10)
    return checked_by(voen.validate, "VÖEN", number)
