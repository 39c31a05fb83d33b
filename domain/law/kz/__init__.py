"""Kazakhstan: facts that no procedure owns."""

from datetime import date

from domain.country import TO_BE_CONFIRMED, Country, Majority, PersonNumber, Source, UnitValue, Watcher
from domain.law.kz.numbers import kz_iin

_MCI = Source(law="Monthly calculation index (MCI) of the year", url_or_key="kz-mci", confirmed=True)

COUNTRY = Country(
    code="KZ",
    languages=("kk", "ru"),
    currency="KZT",
    minor_units=2,
    time_zone="Asia/Almaty",  # one zone for the whole country since 2024-03-01
    units={
        "MCI": (
            UnitValue(since=date(2025, 1, 1), until=date(2025, 12, 31), amount_minor=3_932_00, source=_MCI),
            UnitValue(since=date(2026, 1, 1), until=date(2026, 12, 31), amount_minor=4_325_00, source=_MCI),
            # 2027: not known yet. A fee that needs it is provisional until the row is appended here.
        ),
    },
    overlay=(),
    decreed_until=date(2026, 12, 31),
    person_number=PersonNumber(name="IIN", normal_form=kz_iin),
    majority=Majority(
        years=18, source=Source("Civil Code of Kazakhstan, article 17, general knowledge", confirmed=False)
    ),
    watchers=(
        Watcher("auditor", "kz-audit-office", TO_BE_CONFIRMED),
        Watcher("data_protection_officer", "kz-data-protection-office", TO_BE_CONFIRMED),
    ),
    partition=1,
)
