"""Kazakhstan: the forms of number plates, by which an officer is told that one looks like none of them."""

from datetime import date
from typing import Final

from domain.country import Source
from domain.plates import PlateForm

_SEEN: Final = Source("Forms of plates, with the regions 01 to 20", "plates-kz", confirmed=True)
_SEEN_ONCE: Final = Source("Forms of plates, from one weak source", "plates-kz", confirmed=False)
_REGION: Final = "(0[1-9]|1[0-9]|20)"


PLATES: Final = (
    PlateForm(kind="person", pattern=f"[0-9]{{3}}[A-Z]{{3}}{_REGION}", since=date(2012, 8, 1), source=_SEEN),
    PlateForm(kind="company", pattern=f"[0-9]{{3}}[A-Z]{{2}}{_REGION}", since=date(2012, 8, 1), source=_SEEN),
    PlateForm(kind="motorcycle_or_trailer", pattern=f"[0-9]{{2}}[A-Z]{{2}}{_REGION}", source=_SEEN_ONCE),
    PlateForm(kind="yellow", pattern=f"[A-Z][0-9]{{4}}{_REGION}", source=_SEEN_ONCE),
    PlateForm(kind="old_person", pattern="[A-Z][0-9]{3}[A-Z]{3}", source=_SEEN),
    PlateForm(kind="old_company", pattern="[A-Z][0-9]{3}[A-Z]{2}", source=_SEEN),
)
"""Who keeps the plate keeps its form, so all that were ever given are among them."""
