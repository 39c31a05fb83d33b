"""Kyrgyzstan: cars that are given, inherited or passed by a court, as worked examples."""

from typing import Any

from tests.law import NOT_ASKED, Row


def car(engine_cm3: int, made_in_year: int, **more: Any) -> dict[str, Any]:
    """A car of which nobody says what it is worth."""
    return {"engine_cm3": engine_cm3, "made_in_year": made_in_year, "assessed_value": None, **more}


ROWS = (
    Row(
        given="1,800 cm³, made in 2019, given under the grid of 2024",
        filed="2024-03-12 10:00",
        facts=car(1_800, 2019),
        fee="3,010 KGS",
        parts={"registration_made_2018_to_2019": "1,650 KGS", "service": "1,360 KGS", "plates": NOT_ASKED},
        four_eyes=True,
        counted="550,000 × 0.003 = 1,650; the service as in 2021, 1,360",
        law="kg-grid, kg-0.3, kg-grs",
    ),
    Row(
        given="1,600 cm³, made in 2010, inherited",
        filed="2024-03-12 10:00",
        facts=car(1_600, 2010, title="inheritance"),
        fee="1,720 KGS",
        evidence=("inheritance_papers",),
        counted="120,000 × 0.003 = 360; + 1,360",
        law="kg-grid, kg-grs",
    ),
    Row(
        given="2,500 cm³, made in 2022, by a court",
        filed="2024-03-12 10:00",
        facts=car(2_500, 2022, title="court"),
        fee="4,202.80 KGS",
        evidence=("court_decision",),
        counted="947,600 × 0.003 = 2,842.80; + 1,360",
        law="kg-grid",
    ),
    Row(
        given="Given on the day after the campaign began",
        filed="2021-06-02 10:00",
        facts=car(1_800, 2019),
        fee="1,360 KGS",
        counted="0 %, and the service",
        law="kg-0",
    ),
    Row(
        given="1,800 cm³, made in 2019, given in 2026",
        filed="2026-05-12 10:00",
        facts=car(1_800, 2019, inspected_on="2026-05-04"),
        fee="3,010 KGS, provisional",
        evidence=("inspection_report",),
        counted="No grid after 2024 is known: the last one stands in",
        law="kg-grid",
    ),
    Row(
        given="A car of code 10 is given",
        filed="2026-05-12 10:00",
        facts=car(1_800, 2019, inspected_on="2026-05-04"),
        in_register={"vehicle.plate": "10KG123ABC"},
        refused="plates_10",
        counted="It can be used, and not given",
        law="kg-10",
    ),
    Row(
        given="A car of code 10 is inherited",
        filed="2026-05-12 10:00",
        facts=car(1_800, 2019, title="inheritance", inspected_on="2026-05-04"),
        in_register={"vehicle.plate": "10KG123ABC"},
        refused="plates_10",
        counted="What passes on death is the use alone, which is no transfer of the car",
        law="kg-10",
    ),
    Row(
        given="A car with unpaid fines is inherited",
        filed="2026-05-12 10:00",
        facts=car(1_800, 2019, title="inheritance", inspected_on="2026-05-04"),
        restricted=("fines",),
        obstacles=("restricted:fines",),
        counted="Every re-registration asks for paid fines",
        law="kg-tunduk",
    ),
    Row(
        given="A pledged car is inherited",
        filed="2026-05-12 10:00",
        facts=car(1_800, 2019, title="inheritance", inspected_on="2026-05-04"),
        restricted=("lien",),
        obstacles=(),
        counted="A pledge stops a sale, a gift, an export",
        law="kg-online",
    ),
    Row(
        given="A married owner gives the car, and no spouse is named",
        filed="2026-05-12 10:00",
        facts=car(1_800, 2019, inspected_on="2026-05-04", owner_is_married=True),
        warnings=("spouse_missing",),
        counted="The spouse consents where the owner is married",
        law="kg-tunduk",
    ),
    Row(
        given="A refusal is received on 2 March",
        filed="2026-02-27 10:00",
        facts=car(1_800, 2019, inspected_on="2026-02-20"),
        served="2026-03-02 10:00",
        appeal="2026-04-14",
        counted="Thirty working days; 20 March is off",
        law="kg-appeal",
    ),
)
