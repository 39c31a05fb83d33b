"""Türkiye: facts that no procedure owns."""

from datetime import date

from domain.country import TO_BE_CONFIRMED, Country, Majority, PersonNumber, Source, Watcher
from domain.law.tr.numbers import tr_tckn
from domain.names import with_dotless_i

COUNTRY = Country(
    code="TR",
    languages=("tr",),
    currency="TRY",
    minor_units=2,
    time_zone="Europe/Istanbul",
    units={},  # fixed lira, revalued every year
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
