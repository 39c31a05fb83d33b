"""The people of a development house in Türkiye: made up, as everybody there."""

from domain.country import MadeUp

GIVEN_NAMES = ("Ayşe", "Mehmet", "Elif", "Çağrı", "Zeynep", "Oğuz", "Gülşen", "Umut")


def number_begins(who: MadeUp) -> str:
    """Nine digits; two check digits follow."""
    return who.digits[:9]
