"""Azerbaijan: the forms of number plates, by which an officer is told that one looks like none of them."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.country import Source
from domain.numbers import normal_plate

_SEEN: Final = Source("Forms of plates: 10-AA-123, with the regions 01 to 99", "plates-az", confirmed=True)
_SEEN_ONCE: Final = Source("Forms of plates, from one weak source", "plates-az", confirmed=False)
_UNSEEN: Final = Source("Series of 1991; no source is in reach", confirmed=False)
_REGION: Final = "(0[1-9]|[1-9][0-9])"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateForm:
    """A form of plates: ``pattern`` is of a plate in its normal form; ``since`` and ``until`` where they are known."""

    kind: str
    pattern: str
    source: Source
    since: date | None = None
    until: date | None = None


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


def is_plate(text: str) -> bool:
    """Whether it has one of the country's forms, however it is typed."""
    plate = normal_plate(text)
    return any(re.fullmatch(form.pattern, plate) for form in PLATES)
