"""The people of a development house in Kazakhstan: made up, as everybody there."""

from domain.country import MadeUp

GIVEN_NAMES = ("Aigül", "Nurlan", "Säule", "Daniyar", "Aijan", "Erlan", "Mädina", "Temir")


def number_begins(who: MadeUp) -> str:
    """The birth day, the sex, four digits; the check digit follows."""
    return f"{who.born_on:%y%m%d}{4 if who.is_woman else 3}{who.digits[:4]}"
