"""Uzbekistan: facts that no procedure owns."""

from datetime import date

from domain.country import TO_BE_CONFIRMED, Country, Majority, PersonNumber, Source, UnitValue, Watcher
from domain.law.uz.names import uzbek
from domain.law.uz.numbers import uz_pinfl, uz_pinfl_warnings

_BHM = Source(law="Bazaviy hisoblash miqdori (BHM)", url_or_key="uz-bhm", confirmed=True)

COUNTRY = Country(
    code="UZ",
    languages=("uz",),
    currency="UZS",
    minor_units=2,
    time_zone="Asia/Tashkent",
    units={
        "BHM": (
            UnitValue(since=date(2019, 9, 1), until=date(2021, 1, 31), amount_minor=223_000_00, source=_BHM),
            UnitValue(since=date(2021, 2, 1), until=date(2021, 8, 31), amount_minor=245_000_00, source=_BHM),
            UnitValue(since=date(2021, 9, 1), until=date(2022, 5, 31), amount_minor=270_000_00, source=_BHM),
            UnitValue(since=date(2022, 6, 1), until=date(2023, 4, 30), amount_minor=300_000_00, source=_BHM),
            UnitValue(since=date(2023, 5, 1), until=date(2023, 11, 30), amount_minor=330_000_00, source=_BHM),
            UnitValue(since=date(2023, 12, 1), until=date(2024, 9, 30), amount_minor=340_000_00, source=_BHM),
            UnitValue(since=date(2024, 10, 1), until=date(2025, 7, 31), amount_minor=375_000_00, source=_BHM),
            # No end is known. It is trusted to the end of 2026, and no further without a look.
            UnitValue(since=date(2025, 8, 1), until=date(2026, 12, 31), amount_minor=412_000_00, source=_BHM),
        ),
    },
    overlay=(),
    decreed_until=date(2026, 12, 31),
    person_number=PersonNumber(name="PINFL", normal_form=uz_pinfl, warnings=uz_pinfl_warnings),
    majority=Majority(
        years=18, source=Source("Civil Code of Uzbekistan, article 22, general knowledge", confirmed=False)
    ),
    watchers=(
        Watcher("auditor", "uz-audit-office", TO_BE_CONFIRMED),
        Watcher("data_protection_officer", "uz-data-protection-office", TO_BE_CONFIRMED),
    ),
    partition=4,
    spelling=uzbek,
)
