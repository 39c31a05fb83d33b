"""Kyrgyzstan: the acknowledgement of a father, as worked examples."""

from tests.law import Row

ROWS = (
    Row(
        given="Both parents apply under Law 110",
        filed="2024-03-12 10:00",
        fee="0 KGS",
        terms="2020-11-07",
        evidence=(),
        four_eyes=False,
        counted="Free as a candidate",
        law="kg-110",
    ),
    Row(
        given="Both parents apply under the instruction of 2025",
        filed="2026-03-12 10:00",
        fee="0 KGS",
        terms="2025-10-20",
        counted="Free as a candidate",
        law="kg-686",
    ),
    Row(
        given="A court found who the father is",
        filed="2026-03-12 10:00",
        facts={"basis": "court"},
        evidence=("court_decision",),
        counted="The decision is brought",
        law="to be confirmed",
    ),
    Row(
        given="The mother alone has named the father",
        filed="2026-03-12 10:00",
        in_register={"fatherhood": "mothers_word"},
        no_warnings=("has_a_father",),
        counted="Whom she named gives way to who acknowledges",
        law="kg-name",
    ),
    Row(
        given="A refusal is received on 2 March",
        filed="2026-02-27 10:00",
        served="2026-03-02 10:00",
        appeal="2026-04-14",
        counted="Thirty working days; 20 March is off",
        law="kg-appeal",
    ),
)
