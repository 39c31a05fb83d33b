"""Uzbekistan: cars that are given, inherited or passed by a court, as worked examples."""

from typing import Any

from tests.examples import person
from tests.law import Row


def petrol(**more: Any) -> dict[str, Any]:
    """A passenger car with kept plates, at the counter."""
    plain = {"vehicle_kind": "car", "propulsion": "combustion", "new_plates": False, "home_service": "no"}
    return {**plain, "act_signed_on": None, **more}


ROWS = (
    Row(
        given="A petrol car is given, and the plates stay",
        filed="2026-03-12 10:00",
        facts=petrol(),
        fee="3,147,680 UZS",
        parts={"registration": "2,818,080 UZS", "certificate": "288,400 UZS", "inspection": "41,200 UZS"},
        evidence=("gift_contract",),
        four_eyes=True,
        counted="BHM 412,000: × 6.84, × 0.7, × 0.1",
        law="uz-684, uz-vaqt",
    ),
    Row(
        given="A petrol car is given with new plates",
        filed="2026-03-12 10:00",
        facts=petrol(new_plates=True),
        fee="4,589,680 UZS",
        counted="3,147,680 + 412,000 × 3.5 = 1,442,000",
        law="uz-684, uz-2303",
    ),
    Row(
        given="An electric car is inherited",
        filed="2026-03-12 10:00",
        facts=petrol(title="inheritance", propulsion="electric"),
        fee="947,600 UZS",
        evidence=("inheritance_papers",),
        counted="618,000 + 288,400 + 41,200",
        law="uz-684",
    ),
    Row(
        given="Given on the last day of the BHM of 375,000",
        filed="2025-07-31 23:59:59",
        facts=petrol(),
        fee="2,865,000 UZS",
        counted="2,565,000 + 262,500 + 37,500",
        law="uz-vaqt",
    ),
    Row(
        given="Given on the first day of the BHM of 412,000",
        filed="2025-08-01 00:00",
        facts=petrol(),
        fee="3,147,680 UZS",
        counted="As in 2026",
        law="uz-vaqt",
    ),
    Row(
        given="Given while a registration cost a tenth",
        filed="2024-03-31 10:00",
        facts=petrol(),
        fee="272,000 UZS",
        counted="BHM 340,000: 34,000 + 238,000",
        law="uz-2303",
    ),
    Row(
        given="Given a day later",
        filed="2024-04-01 10:00",
        facts=petrol(),
        fee="2,563,600 UZS",
        terms="2024-04-01",
        counted="2,325,600 + 238,000; the inspection of then is not known",
        law="uz-684",
    ),
    Row(
        given="The notary's act is of 10 March",
        filed="2026-03-24 10:00",
        facts=petrol(act_signed_on="2026-03-10"),
        limits={"registration": "2026-03-24, raw 2026-03-20, in time"},
        counted="Ten calendar days: 20.3. is Eid; 21 Nowruz, 22 Sunday, 23 off",
        law="uz-amal-2",
    ),
    Row(
        given="The notary's act is of 22 August",
        filed="2026-09-03 10:00",
        facts=petrol(act_signed_on="2026-08-22"),
        limits={"registration": "2026-09-02, raw 2026-09-01, late"},
        warnings=("late:evidence",),
        counted="1.9. is Independence Day; 2.9.",
        law="uz-amal-2",
    ),
    Row(
        given="A car of 1976 is given before February 2026",
        filed="2026-01-30 10:00",
        facts=petrol(),
        in_register={"vehicle.year": 1976},
        no_warnings=("over_50_years",),
        counted="The ban begins on 1.2.2026",
        law="uz-50",
    ),
    Row(
        given="A car of 1976 is given in February 2026",
        filed="2026-02-02 10:00",
        facts=petrol(),
        in_register={"vehicle.year": 1976},
        warnings=("over_50_years",),
        counted="2026 - 1976 = 50; whether by year or by day is to be confirmed",
        law="uz-50",
    ),
    Row(
        given="A child of fifteen is given a car",
        filed="2026-03-12 10:00",
        facts=petrol(receiver=person("UZ", 91, born_on="2011-01-05")),
        warnings=("receiver_underage",),
        counted="Owners are 18",
        law="uz-iib",
    ),
    Row(
        given="A child of fifteen inherits a car",
        filed="2026-03-12 10:00",
        facts=petrol(title="inheritance", receiver=person("UZ", 91, born_on="2011-01-05")),
        no_warnings=("receiver_underage",),
        counted="Heirs are of any age",
        law="uz-iib",
    ),
    Row(
        given="A pledged car is inherited",
        filed="2026-03-12 10:00",
        facts=petrol(title="inheritance"),
        restricted=("lien",),
        obstacles=(),
        counted="A pledge stops what an owner does of their own will",
        law="uz-155",
    ),
    Row(
        given="A pledged car is given",
        filed="2026-03-12 10:00",
        facts=petrol(),
        restricted=("lien",),
        obstacles=("restricted:lien",),
        counted="As a sale",
        law="uz-155",
    ),
)
