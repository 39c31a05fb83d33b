"""Kyrgyzstan: facts that no procedure owns."""

from datetime import date

from domain.country import TO_BE_CONFIRMED, Country, Majority, PersonNumber, Source, UnitValue, Watcher
from domain.law.kg.numbers import kg_pin, kg_pin_warnings

_INDEX = Source(law="Calculation index (расчётный показатель); to be confirmed", confirmed=False)

COUNTRY = Country(
    code="KG",
    languages=("ky", "ru"),
    currency="KGS",
    minor_units=2,
    time_zone="Asia/Bishkek",
    units={
        "CI": (
            # 100 som, general knowledge; neither its first nor its last day is known to us.
            UnitValue(since=date(2025, 1, 1), until=date(2026, 12, 31), amount_minor=100_00, source=_INDEX),
        ),
    },
    overlay=(),
    decreed_until=date(2026, 12, 31),
    person_number=PersonNumber(name="PIN", normal_form=kg_pin, warnings=kg_pin_warnings),
    majority=Majority(
        years=18, source=Source("Civil Code of Kyrgyzstan, general knowledge", confirmed=False)
    ),
    watchers=(
        Watcher("auditor", "kg-audit-office", TO_BE_CONFIRMED),
        Watcher("data_protection_officer", "kg-data-protection-office", TO_BE_CONFIRMED),
    ),
    partition=2,
)
