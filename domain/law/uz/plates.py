"""The number plates of Uzbekistan, by their forms; not who has which, nor the regions that stand in them."""

from datetime import date
from typing import Final

from domain.country import Source
from domain.plates import PlateForm

_SERIES: Final = Source("Plates of Uzbekistan since 1.10.2008", "plates-uz", confirmed=True)
_OLD: Final = Source("Plates of Uzbekistan from 1996 or 1998 to 2008", "plates-uz", confirmed=True)
_CHOSEN: Final = Source(
    "Vazirlar Mahkamasining 2025-yil 4-sentabrdagi 562-son qarori; plates with a name",
    "uz-562",
    confirmed=True,
)
_SINCE: Final = date(2008, 10, 1)

# The first two digits are the region: 01 to 09 Tashkent city, 10 to 19 its region, 20 to 24 Sirdaryo ...
PLATES: Final = (
    PlateForm("person", r"\d{2}[A-Z]\d{3}[A-Z]{2}", _SERIES, since=_SINCE),
    PlateForm("company", r"\d{5}[A-Z]{3}", _SERIES, since=_SINCE),  # DAV: the state's own
    PlateForm("motorcycle", r"\d{5}[A-Z]{2}", _SERIES, since=_SINCE),
    PlateForm("trailer", r"\d{6}[A-Z]{2}", _SERIES, since=_SINCE),
    PlateForm("foreigner", r"\d{2}H\d{6}", _SERIES, since=_SINCE),
    PlateForm("foreign_company", r"\d{2}M\d{6}", _SERIES, since=_SINCE),
    PlateForm("transit", r"T\d{8}", _SERIES, since=_SINCE),  # the region stands last
    PlateForm("old", r"\d{2}[A-Z]\d{4}", _OLD, until=date(2008, 9, 30)),
    PlateForm("chosen", r"[A-Z0-9]{1,6}", _CHOSEN, since=date(2026, 1, 1)),
)
