"""The number plates of Uzbekistan, by their forms; not who has which, nor the regions that stand in them."""

import re
from dataclasses import dataclass
from datetime import date

from domain.country import Source
from domain.numbers import normal_plate


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateForm:
    """A form of plates, as they are written without spaces; ``until``: the last day on which such were given."""

    kind: str
    pattern: str
    since: date | None = None
    until: date | None = None
    source: Source


_SERIES = Source("Plates of Uzbekistan since 1.10.2008", "plates-uz", confirmed=True)
_OLD = Source("Plates of Uzbekistan from 1996 or 1998 to 2008", "plates-uz", confirmed=True)
_CHOSEN = Source(
    "Vazirlar Mahkamasining 2025-yil 4-sentabrdagi 562-son qarori; plates with a name",
    "uz-562",
    confirmed=True,
)
_SINCE = date(2008, 10, 1)

# The first two digits are the region: 01 to 09 Tashkent city, 10 to 19 its region, 20 to 24 Sirdaryo ...
PLATES = (
    PlateForm(kind="person", pattern=r"\d{2}[A-Z]\d{3}[A-Z]{2}", since=_SINCE, source=_SERIES),
    PlateForm(kind="company", pattern=r"\d{5}[A-Z]{3}", since=_SINCE, source=_SERIES),  # DAV: the state's own
    PlateForm(kind="motorcycle", pattern=r"\d{5}[A-Z]{2}", since=_SINCE, source=_SERIES),
    PlateForm(kind="trailer", pattern=r"\d{6}[A-Z]{2}", since=_SINCE, source=_SERIES),
    PlateForm(kind="foreigner", pattern=r"\d{2}H\d{6}", since=_SINCE, source=_SERIES),
    PlateForm(kind="foreign_company", pattern=r"\d{2}M\d{6}", since=_SINCE, source=_SERIES),
    PlateForm(kind="transit", pattern=r"T\d{8}", since=_SINCE, source=_SERIES),  # the region stands last
    PlateForm(kind="old", pattern=r"\d{2}[A-Z]\d{4}", until=date(2008, 9, 30), source=_OLD),
    PlateForm(kind="chosen", pattern=r"[A-Z0-9]{1,6}", since=date(2026, 1, 1), source=_CHOSEN),
)


def is_plate(text: str) -> bool:
    """Whether it has one of these forms, however it is typed."""
    plate = normal_plate(text)
    return any(re.fullmatch(form.pattern, plate, re.ASCII) for form in PLATES)
