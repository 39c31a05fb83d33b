"""Azerbaijan: the acknowledgement of a father, as worked examples."""

from tests.law import Row

ROWS = (
    Row(
        given="Both parents apply before days off",
        filed="2026-06-25 10:00",
        fee="0 AZN",
        due="2026-06-30",
        evidence=(),
        four_eyes=False,
        counted="Free with the first certificate; 26 off; 27, 28 a weekend; 29, 30",
        law="az-13, az-dxr",
    ),
    Row(
        given="The father applies alone",
        filed="2026-06-25 10:00",
        facts={"basis": "fathers_application"},
        evidence=(),
        fee="0 AZN",
        counted="His application is enough",
        law="az-father",
    ),
    Row(
        given="A court found who the father is",
        filed="2026-06-25 10:00",
        facts={"basis": "court"},
        evidence=("court_decision",),
        counted="The decision is brought",
        law="az-father",
    ),
    Row(
        given="Acknowledged before the rules of 2020",
        filed="2020-09-22 10:00",
        fee="0 AZN",
        terms="2000-06-01",
        counted="As before",
        law="az-13",
    ),
    Row(
        given="Acknowledged under the rules of 2020",
        filed="2020-09-23 10:00",
        fee="0 AZN",
        terms="2020-09-23",
        counted="The same",
        law="az-166",
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
