"""The people of a development house in Uzbekistan: made up, as everybody there."""

from domain.country import MadeUp

GIVEN_NAMES = ("Gulnora", "Rustam", "Dilnoza", "Oʻtkir", "Zulfiya", "Sherzod", "Feruza", "Jasur")


def number_begins(who: MadeUp) -> str:
    """The sex, the birth day, six digits; the check digit follows."""
    return f"{4 if who.is_woman else 3}{who.born_on:%d%m%y}{who.digits[:6]}"
