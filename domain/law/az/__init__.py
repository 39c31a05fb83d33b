"""Azerbaijan: facts that no procedure owns."""

from datetime import date

from domain.country import TO_BE_CONFIRMED, Country, Majority, PersonNumber, Source, Watcher
from domain.law.az.numbers import az_fin
from domain.names import with_dotless_i

COUNTRY = Country(
    code="AZ",
    languages=("az",),
    currency="AZN",
    minor_units=2,
    time_zone="Asia/Baku",
    units={},  # fixed manat by the State Fee law
    overlay=(),
    decreed_until=date(2026, 12, 31),
    person_number=PersonNumber(name="FIN", normal_form=az_fin),
    majority=Majority(
        years=18, source=Source("Civil Code of Azerbaijan, general knowledge", confirmed=False)
    ),
    watchers=(
        Watcher("auditor", "az-audit-office", TO_BE_CONFIRMED),
        Watcher("data_protection_officer", "az-data-protection-office", TO_BE_CONFIRMED),
    ),
    partition=0,
    spelling=with_dotless_i,
)
