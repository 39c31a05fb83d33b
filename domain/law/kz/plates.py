"""Kazakhstan: the forms of number plates, by which an officer is told that one looks like none of them."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.country import Source
from domain.numbers import normal_plate

_SEEN: Final = Source("Forms of plates, with the regions 01 to 20", "plates-kz", confirmed=True)
_SEEN_ONCE: Final = Source("Forms of plates, from one weak source", "plates-kz", confirmed=False)
_REGION: Final = "(0[1-9]|1[0-9]|20)"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateForm:
    """A form of plates: ``pattern`` is of a plate in its normal form; ``since`` and ``until`` where they are known."""

    kind: str
    pattern: str
    source: Source
    since: date | None = None
    until: date | None = None


PLATES: Final = (
    PlateForm(kind="person", pattern=f"[0-9]{{3}}[A-Z]{{3}}{_REGION}", since=date(2012, 8, 1), source=_SEEN),
    PlateForm(kind="company", pattern=f"[0-9]{{3}}[A-Z]{{2}}{_REGION}", since=date(2012, 8, 1), source=_SEEN),
    PlateForm(kind="motorcycle_or_trailer", pattern=f"[0-9]{{2}}[A-Z]{{2}}{_REGION}", source=_SEEN_ONCE),
    PlateForm(kind="yellow", pattern=f"[A-Z][0-9]{{4}}{_REGION}", source=_SEEN_ONCE),
    PlateForm(kind="old_person", pattern="[A-Z][0-9]{3}[A-Z]{3}", source=_SEEN),
    PlateForm(kind="old_company", pattern="[A-Z][0-9]{3}[A-Z]{2}", source=_SEEN),
)
"""Who keeps the plate keeps its form, so all that were ever given are among them."""


def is_plate(text: str) -> bool:
    """Whether it has one of the country's forms, however it is typed."""
    plate = normal_plate(text)
    return any(re.fullmatch(form.pattern, plate) for form in PLATES)
