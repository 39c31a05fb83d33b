"""Azerbaijan: the correction of a birth entry, as worked examples."""

from tests.law import Row

ROWS = (
    Row(
        given="A name is corrected in June 2026",
        filed="2026-06-01 10:00",
        facts={"because": "mistake"},
        fee="3 AZN",
        due="2026-07-01",
        extended="2026-08-03",
        evidence=(),
        four_eyes=True,
        counted="One month: 1.7.; one more: 1.8., a Saturday; Monday is 3.8.",
        law="az-3",
    ),
    Row(
        given="A name is corrected on the last day of 2021",
        filed="2021-12-31 10:00",
        facts={"because": "mistake"},
        fee="2 AZN",
        counted="The old value",
        law="az-3",
    ),
    Row(
        given="A name is corrected on the first day of 2022",
        filed="2022-01-01 00:00",
        facts={"because": "mistake"},
        fee="3 AZN",
        terms="2022-01-01",
        counted="3 manat; that they begin on this day is to be confirmed",
        law="az-3",
    ),
    Row(
        given="A court decided how the entry reads",
        filed="2026-06-01 10:00",
        facts={"because": "court"},
        fee="3 AZN",
        evidence=("court_decision",),
        counted="The decision is brought; that it is free nobody says",
        law="az-3",
    ),
    Row(
        given="Filed on the last day of January",
        filed="2026-01-30 10:00",
        complete="2026-01-31 10:00",
        due="2026-03-02",
        counted="One month after 31.1. is 28.2., a Saturday; Monday is 2.3.",
        law="az-3",
    ),
    Row(
        given="A refusal is served before Novruz",
        filed="2026-02-16 10:00",
        served="2026-02-18 10:00",
        appeal="2026-03-31, raw 2026-03-20",
        counted="Thirty days: 20.3.; Novruz and Ramazan with days in lieu to 30.3.",
        law="az-30",
    ),
)
