"""The people of a development house in Azerbaijan: made up, as everybody there."""

from domain.country import MadeUp

GIVEN_NAMES = ("Aysel", "Elçin", "Günel", "Rəşad", "Nigar", "Orxan", "Ləman", "Fərid")


def number_begins(who: MadeUp) -> str:
    """A FIN is random."""
    return who.letters[:7]
