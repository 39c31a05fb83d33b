"""Kazakhstan: facts that no procedure owns."""

from datetime import date

from domain.country import TO_BE_CONFIRMED, Country, Majority, PersonNumber, Source, UnitValue, Watcher
from domain.law.kz.numbers import kz_iin


def _mci(since: date, until: date, amount_minor: int, key: str) -> UnitValue:
    source = Source("Law on the republican budget: monthly calculation index (АЕК, МРП)", key, confirmed=True)
    return UnitValue(since=since, until=until, amount_minor=amount_minor, source=source)


COUNTRY = Country(
    code="KZ",
    languages=("kk", "ru"),
    currency="KZT",
    minor_units=2,
    time_zone="Asia/Almaty",  # one zone for the whole country since 2024-03-01
    units={
        "MCI": (
            # The one year with two values.
            _mci(date(2020, 1, 1), date(2020, 3, 31), 2_651_00, "kz-mci20"),
            _mci(date(2020, 4, 1), date(2020, 12, 31), 2_778_00, "kz-mci20"),
            _mci(date(2021, 1, 1), date(2021, 12, 31), 2_917_00, "kz-2021"),
            _mci(date(2022, 1, 1), date(2022, 12, 31), 3_063_00, "kz-2022"),
            _mci(date(2023, 1, 1), date(2023, 12, 31), 3_450_00, "kz-legal23"),
            _mci(date(2024, 1, 1), date(2024, 12, 31), 3_692_00, "kz-mci25"),
            _mci(date(2025, 1, 1), date(2025, 12, 31), 3_932_00, "kz-mci25"),
            _mci(date(2026, 1, 1), date(2026, 12, 31), 4_325_00, "kz-mci26"),
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
