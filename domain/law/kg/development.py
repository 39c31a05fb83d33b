"""The people of a development house in Kyrgyzstan: made up, as everybody there."""

from domain.country import MadeUp

GIVEN_NAMES = ("Aiperi", "Azamat", "Aizada", "Bakyt", "Nurgül", "Ulan", "Cholpon", "Temirlan")


def number_begins(who: MadeUp) -> str:
    """The sex, the birth day, five digits."""
    return f"{1 if who.is_woman else 2}{who.born_on:%d%m%Y}{who.digits[:5]}"
