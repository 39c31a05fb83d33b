"""Kyrgyzstan: the forms of number plates, by which an officer is told that one looks like none of them."""

from datetime import date
from typing import Final

from domain.country import Source
from domain.numbers import normal_plate
from domain.plates import PlateForm, has_form

_SEEN: Final = Source(
    "Forms of plates, with the regions 01 to 09 and the code 10", "plates-kg", confirmed=True
)
_SEEN_ONCE: Final = Source("Forms of plates, from one weak source", "plates-kg", confirmed=False)
_REGION: Final = "(0[1-9]|10)"
_SINCE: Final = date(2016, 6, 1)


PLATES: Final = (
    PlateForm(kind="person", pattern=f"{_REGION}(KG)?[0-9]{{3}}[A-Z]{{3}}", since=_SINCE, source=_SEEN),
    PlateForm(
        kind="motorcycle_or_company",
        pattern=f"{_REGION}(KG)?[0-9]{{3}}[A-Z]{{2}}",
        since=_SINCE,
        source=_SEEN_ONCE,
    ),
    PlateForm(kind="foreigner", pattern=f"{_REGION}[0-9]{{4}}[A-Z]", source=_SEEN),
    PlateForm(
        kind="old",
        pattern="[A-Z][0-9]{4}[A-Z]{1,2}",  # the first letter is the region: B and E are Bishkek
        since=date(1994, 1, 1),
        until=date(2016, 5, 31),
        source=_SEEN,
    ),
)
"""Who keeps the plate keeps its form, so all that were ever given are among them; of a series that began some day in a
year that year's first day is named.
"""


def is_legalised(text: str) -> bool:
    """Whether it has the code 10, of the cars that were legalised in 2025."""
    return has_form(PLATES, text) and normal_plate(text).startswith("10")
