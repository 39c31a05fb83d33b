"""Uzbekistan: the acknowledgement of a father, as worked examples."""

from tests.examples import person
from tests.law import NOT_ASKED, Row

STAMPED = {"stamped_certificate": True, "stamp_is_free": False}

ROWS = (
    Row(
        given="Both parents apply, and the certificate has a QR code",
        filed="2026-03-12 10:00",
        facts={"stamped_certificate": False},
        fee="0 UZS",
        parts={"certificate": NOT_ASKED},
        evidence=(),
        four_eyes=False,
        counted="A note in the birth entry",
        law="uz-550",
    ),
    Row(
        given="Both parents apply, and want a stamped certificate",
        filed="2026-03-12 10:00",
        facts=STAMPED,
        fee="61,800 UZS",
        counted="412,000 × 15 %",
        law="uz-550",
    ),
    Row(
        given="A stamped certificate on the last day of the BHM of 375,000",
        filed="2025-07-31 10:00",
        facts=STAMPED,
        fee="56,250 UZS",
        counted="375,000 × 15 %",
        law="uz-550",
    ),
    Row(
        given="A stamped certificate on the last day of the BHM of 340,000",
        filed="2024-09-30 10:00",
        facts=STAMPED,
        fee="51,000 UZS",
        counted="340,000 × 15 %",
        law="uz-550",
    ),
    Row(
        given="A stamped certificate on the first day of the BHM of 375,000",
        filed="2024-10-01 10:00",
        facts=STAMPED,
        fee="56,250 UZS",
        counted="375,000 × 15 %",
        law="uz-550",
    ),
    Row(
        given="A stamped certificate of an orphan in care",
        filed="2026-03-12 10:00",
        facts={"stamped_certificate": True, "stamp_is_free": True},
        fee="0 UZS",
        counted="Free for them",
        law="uz-550",
    ),
    Row(
        given="A stamped certificate in 2027",
        filed="2027-01-04 10:00",
        facts=STAMPED,
        fee="61,800 UZS, provisional",
        counted="The BHM is not known",
        law="uz-550",
    ),
    Row(
        given="Somebody acts for the father",
        filed="2026-03-12 10:00",
        facts={"father": {**person("UZ", 81), "acts_by": {"as": "mandate", "person": person("UZ", 82)}}},
        warnings=("joint_application_by_proxy",),
        counted="Not by proxy, both come",
        law="uz-consul",
    ),
    Row(
        given="Filed on a Friday before a working Saturday",
        filed="2026-12-11 10:00",
        due="2026-12-12",
        counted="One working day: 12.12. is one",
        law="uz-2026",
    ),
    Row(
        given="A court found who the father is",
        filed="2026-03-12 10:00",
        facts={"basis": "court", "stamped_certificate": False},
        evidence=("court_decision",),
        counted="The decision is brought",
        law="to be confirmed",
    ),
)
