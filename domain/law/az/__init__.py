"""Azerbaijan: facts that no procedure owns."""

from datetime import date

from domain.country import Country, Majority, PersonNumber, Source
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
    partition=0,
    spelling=with_dotless_i,
)
