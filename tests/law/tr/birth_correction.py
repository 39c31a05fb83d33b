"""Türkiye: the correction of a birth entry, as worked examples."""

from tests.law import Row

ROWS = (
    Row(
        given="An error of copying",
        filed="2026-03-12 10:00",
        facts={"because": "copying_error"},
        fee="0 TRY",
        evidence=(),
        no_warnings=("court_corrects",),
        four_eyes=True,
        due="2026-03-19",
        counted="The registry mends it; 13, 16, 17, 18, 19: the half day before Eid counts",
        law="tr-fix, article 35",
    ),
    Row(
        given="A mistake that is no error of copying",
        filed="2026-03-12 10:00",
        facts={"because": "mistake"},
        warnings=("court_corrects",),
        counted="The court of the residence decides, once for the same matter",
        law="tr-fix, article 36",
    ),
    Row(
        given="A court decided it",
        filed="2026-03-12 10:00",
        facts={"because": "court"},
        evidence=("court_decision",),
        no_warnings=("court_corrects",),
        counted="It sends its decision within ten days; who files brings it",
        law="tr-fix",
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
