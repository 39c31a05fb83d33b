"""Türkiye: facts that no procedure owns."""

from datetime import date

from domain.country import TO_BE_CONFIRMED, Country, Majority, PersonNumber, Source, UnitValue, Watcher
from domain.law.tr.numbers import tr_tckn
from domain.names import with_dotless_i


def _card(year: int, kurus: int, key: str, *, confirmed: bool) -> UnitValue:
    source = Source("Değerli kâğıtlar (210): Türkiye Cumhuriyeti kimlik kartı", key, confirmed=confirmed)
    return UnitValue(since=date(year, 1, 1), until=date(year, 12, 31), amount_minor=kurus, source=source)


def _notary(year: int, kurus: int, key: str) -> UnitValue:
    source = Source("Fixed notary fee of the sale of a vehicle, as blogs print it", key, confirmed=False)
    return UnitValue(since=date(year, 1, 1), until=date(year, 12, 31), amount_minor=kurus, source=source)


COUNTRY = Country(
    code="TR",
    languages=("tr",),
    currency="TRY",
    minor_units=2,
    time_zone="Europe/Istanbul",
    units={
        # The card that comes with a late birth. Of 2020 to 2022, and of 2024, no value is known: a fee that needs one
        # is provisional, and so it is in 2027 until the row is appended here.
        "ID_CARD": (
            _card(2018, 18_50, "tr-card18", confirmed=True),
            _card(2019, 22_50, "tr-nofine", confirmed=True),
            _card(2023, 83_00, "tr-card23", confirmed=False),
            _card(2025, 185_00, "tr-card25", confirmed=False),
            _card(2026, 220_00, "tr-card26", confirmed=True),
        ),
        # Of 2026 three amounts are printed, 1,870 to 1,970 and about 2,340 in all; no tariff was seen.
        "NOTARY_VEHICLE_ACT": (
            _notary(2025, 1_489_36, "tr-fee25"),
            _notary(2026, 1_870_00, "tr-fee26"),
        ),
    },
    overlay=(),
    decreed_until=date(2032, 12, 31),  # its religious days are published that far
    person_number=PersonNumber(name="TCKN", normal_form=tr_tckn),
    majority=Majority(
        years=18, source=Source("Turkish Civil Code (4721), article 11, general knowledge", confirmed=False)
    ),
    watchers=(
        Watcher("auditor", "tr-audit-office", TO_BE_CONFIRMED),
        Watcher("data_protection_officer", "tr-data-protection-office", TO_BE_CONFIRMED),
    ),
    partition=3,
    spelling=with_dotless_i,
)
