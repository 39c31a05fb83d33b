"""Kazakhstan: the sale of a car, as worked examples."""

from tests.examples import person
from tests.law import NOT_ASKED, Row

ROWS = (
    Row(
        given="A car is sold with new plates; filed and paid on one day",
        filed="2026-02-12 10:00",
        paid="2026-02-12 11:00",
        facts={"new_plates": True},
        fee="18,597 KZT",
        parts={"registration": "1,081 KZT", "certificate": "5,406 KZT", "plates": "12,110 KZT"},
        counted="4,325 × 0.25 = 1,081.25, 1,081; × 1.25 = 5,406.25, 5,406; × 2.8 = 12,110; together 18,597",
        law="kz-406, kz-arm",
    ),
    Row(
        given="The plates are kept",
        filed="2026-02-12 10:00",
        paid="2026-02-12 11:00",
        facts={"new_plates": False},
        fee="6,487 KZT",
        parts={"plates": NOT_ASKED},
        counted="1,081 + 5,406 = 6,487",
        law="kz-406, kz-arm",
    ),
    Row(
        given="Filed on 30 December, paid in the new year, whose index nobody knows yet",
        filed="2026-12-30 16:00",
        paid="2027-01-05 10:00",
        facts={"new_plates": True},
        fee="18,597 KZT, provisional",
        counted="The index of the day of payment counts; that of 2027 is not known, that of 2026 stands in for it",
        law="kz-mgov",
    ),
    Row(
        given="A refusal is served on 30 November",
        filed="2026-11-23 10:00",
        served="2026-11-30 10:00",
        appeal="2027-03-01, raw 2027-02-28, provisional",
        counted="3 months after 30.11. is 28.2.2027, a Sunday; Monday is 1.3.; no decree on the days off of 2027 yet",
        law="kz-appc, article 92",
    ),
    Row(
        given="Somebody sells a car that is registered to another",
        filed="2026-02-12 10:00",
        in_register={"owner": person("KZ", 77)},
        refused="not_the_owner",
        counted="The owner in the register is another person than the seller",
        law="what a sale is",
    ),
)
