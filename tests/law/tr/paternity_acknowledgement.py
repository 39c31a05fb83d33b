"""Türkiye: recognition of a child, as worked examples."""

from tests.law import Row

ROWS = (
    Row(
        given="A father recognises his child at the registry",
        filed="2026-03-12 10:00",
        facts={"basis": "fathers_application", "recognised_before": "registry"},
        fee="0 TRY",
        evidence=(),
        no_warnings=("surname_form",),
        counted="He says so himself; nobody else is asked",
        law="tr-300",
    ),
    Row(
        given="A father recognised his child before a notary",
        filed="2026-03-12 10:00",
        facts={"basis": "fathers_application", "recognised_before": "notary"},
        evidence=("recognition_paper",),
        counted="The notary's paper is brought",
        law="tr-300",
    ),
    Row(
        given="A father recognised his child at a mission",
        filed="2026-03-12 10:00",
        facts={"basis": "fathers_application", "recognised_before": "mission"},
        evidence=("recognition_paper",),
        counted="The mission's paper is brought",
        law="tr-300",
    ),
    Row(
        given="A court found who the father is",
        filed="2026-03-12 10:00",
        facts={"basis": "court", "recognised_before": "registry"},
        evidence=("court_decision",),
        counted="The decision is brought",
        law="tr-300",
    ),
    Row(
        given="The child is to have another surname",
        filed="2026-03-12 10:00",
        facts={"surname": "Örnekoğlu"},
        warnings=("surname_form",),
        counted="The child stays in the mother's house",
        law="tr-300, article 321",
    ),
    Row(
        given="The child is to have a patronymic",
        filed="2026-03-12 10:00",
        facts={"patronymic": "Mehmet"},
        refused="patronymic_not_recorded",
        counted="Nobody has one",
        law="tr-300",
    ),
    Row(
        given="A refusal is served on 10 June",
        filed="2026-06-01 10:00",
        served="2026-06-10 10:00",
        appeal="2026-08-10, raw 2026-08-09",
        counted="Sixty days: 9.8., a Sunday; Monday is 10.8.",
        law="tr-2577, article 7",
    ),
)
