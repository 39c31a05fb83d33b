"""Azerbaijan: the forms of number plates, by which an officer is told that one looks like none of them."""

from datetime import date
from typing import Final

from domain.country import Source
from domain.plates import PlateForm

_SEEN: Final = Source("Forms of plates: 10-AA-123, with the regions 01 to 99", "plates-az", confirmed=True)
_SEEN_ONCE: Final = Source("Forms of plates, from one weak source", "plates-az", confirmed=False)
_UNSEEN: Final = Source("Series of 1991; no source is in reach", confirmed=False)
_REGION: Final = "(0[1-9]|[1-9][0-9])"


PLATES: Final = (
    PlateForm(kind="car", pattern=f"{_REGION}[A-Z]{{2}}[0-9]{{3}}", since=date(1993, 1, 1), source=_SEEN),
    PlateForm(kind="trailer", pattern=f"{_REGION}[A-Z]{{2}}[0-9]{{3}}", source=_SEEN),
    PlateForm(kind="diplomat", pattern="[0-9]{3}[A-Z][0-9]{3}", source=_SEEN_ONCE),
    PlateForm(kind="foreigner", pattern="H[0-9]{6}", source=_SEEN_ONCE),
    PlateForm(kind="first_series", pattern="[0-9]{2}[A-Z][0-9]{4}", since=date(1991, 1, 1), source=_UNSEEN),
)
"""Who keeps the plate keeps its form, so all that were ever given are among them; of a series that began some day in a
year that year's first day is named.
"""
