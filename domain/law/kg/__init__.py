"""Kyrgyzstan: facts that no procedure owns."""

from datetime import date

from domain.country import TO_BE_CONFIRMED, Country, Majority, PersonNumber, Source, UnitValue, Watcher
from domain.law.kg.numbers import kg_pin, kg_pin_warnings

_INDEX = Source(law="Эсептик көрсөткүч (расчётный показатель), general knowledge", confirmed=False)

COUNTRY = Country(
    code="KG",
    languages=("ky", "ru"),
    currency="KGS",
    minor_units=2,
    time_zone="Asia/Bishkek",
    units={
        "CI": (
            # Neither its first nor its last day is known to us. On this one 10 of them still were 1,000 som, the fine
            # of a code that ended then; and it is trusted to the end of 2026, and no further without a look.
            UnitValue(since=date(2021, 11, 30), until=date(2026, 12, 31), amount_minor=100_00, source=_INDEX),
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
