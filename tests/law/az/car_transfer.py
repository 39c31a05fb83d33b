"""Azerbaijan: cars that are given, inherited or passed by a court, as worked examples."""

from typing import Any

from tests.examples import person
from tests.law import NOT_ASKED, Row


def plain(**more: Any) -> dict[str, Any]:
    """A gift to kin with kept plates, and without a notary."""
    return {"title": "gift", "to_kin": True, "notarised": False, "new_plates": False, **more}


ROWS = (
    Row(
        given="A car is given to a brother",
        filed="2026-05-18 10:00",
        facts=plain(),
        fee="50 AZN",
        parts={"registration_to_kin": "20 AZN", "certificate": "30 AZN", "plates": NOT_ASKED},
        evidence=("gift_contract",),
        four_eyes=True,
        due="2026-05-18 10:30",
        counted="20 for kin, 30 for the certificate; 30 minutes by the clock",
        law="az-2022, az-fees, az-ict",
    ),
    Row(
        given="A car is given to a brother before a notary",
        filed="2026-05-18 10:00",
        facts=plain(notarised=True),
        fee="85 AZN",
        parts={"contract_with_kin": "35 AZN", "contract": NOT_ASKED},
        counted="50 + half of 70",
        law="az-rates",
    ),
    Row(
        given="A car is given to a brother on the last day of 2021",
        filed="2021-12-31 10:00",
        facts=plain(),
        fee="40 AZN",
        counted="10 + 30",
        law="az-2022",
    ),
    Row(
        given="A car is given to a brother on the first day of 2022",
        filed="2022-01-01 00:00",
        facts=plain(),
        fee="50 AZN",
        terms="2022-01-01",
        counted="20 + 30",
        law="az-2022",
    ),
    Row(
        given="A car is given to a friend before a notary",
        filed="2026-05-18 10:00",
        facts=plain(to_kin=False, notarised=True),
        fee="120 AZN",
        parts={"registration_to_others": "20 AZN", "contract": "70 AZN"},
        counted="20 as a case that the article does not name, 30, and 70 of the notary",
        law="az-2022, az-rates",
    ),
    Row(
        given="A car is inherited, with new plates",
        filed="2026-05-18 10:00",
        facts=plain(title="inheritance", to_kin=False, new_plates=True),
        fee="80 AZN",
        evidence=("inheritance_papers",),
        counted="20 + 30 + 30",
        law="az-2022, az-fees",
    ),
    Row(
        given="A court passes the car",
        filed="2026-05-18 10:00",
        facts=plain(title="court", to_kin=False, notarised=True),
        fee="50 AZN",
        parts={"contract": NOT_ASKED},
        evidence=("court_decision",),
        counted="20 + 30; no notary makes a contract of a decision",
        law="az-2022",
    ),
    Row(
        given="Two heirs want the car to be theirs",
        filed="2026-05-18 10:00",
        facts=plain(title="inheritance", co_receivers=[person("AZ", 95)]),
        refused="registered_to_one",
        counted="What several own is registered to one of them",
        law="az-27, article 27",
    ),
    Row(
        given="An heir of fifteen",
        filed="2026-05-18 10:00",
        facts=plain(title="inheritance", receiver=person("AZ", 96, born_on="2011-01-05")),
        no_warnings=("receiver_underage",),
        counted="Heirs are of any age",
        law="az-160",
    ),
    Row(
        given="A car is given to somebody of seventeen",
        filed="2026-05-18 10:00",
        facts=plain(receiver=person("AZ", 96, born_on="2009-01-05")),
        warnings=("receiver_underage",),
        counted="An owner is 18",
        law="az-160",
    ),
    Row(
        given="A motorcycle is given to somebody of sixteen",
        filed="2026-05-18 10:00",
        facts=plain(vehicle_kind="motorcycle", receiver=person("AZ", 96, born_on="2010-01-05")),
        no_warnings=("receiver_underage",),
        counted="Of a motorcycle an owner is 16",
        law="az-160",
    ),
    Row(
        given="A pledged car is given",
        filed="2026-05-18 10:00",
        facts=plain(),
        restricted=("lien",),
        obstacles=("restricted:lien",),
        counted="It stops a sale, a gift, an export",
        law="az-mpcr",
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
