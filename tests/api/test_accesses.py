"""Who read my data, when, for what purpose, on what legal basis: recorded before the bytes leave."""

from typing import Any

import pytest

from infra.stores import accesses
from tests.town.caller import good, problem
from tests.town.people import Town

pytestmark = pytest.mark.countries("KZ")

SALE = ("KZ", "car_sale")
SELLER, BUYER, STRANGER = "kz-citizen-1", "kz-citizen-2", "kz-citizen-4"
OFFICE = "kz-vehicle-registration"
OFFICER = f"{OFFICE}-officer-1"


def mine(town: Town, citizen: str, **params: Any) -> list[dict[str, Any]]:
    """What a citizen is told; the table is folded by the follower, so it is looked at until it is there."""
    items: list[dict[str, Any]] = good(town.as_(citizen).get("/v1/my/accesses", country="KZ", **params))[
        "items"
    ]
    return items


def recorded(town: Town) -> int:
    return town.house.countries["KZ"].accesses.head()[0]


def test_an_officers_reading_is_shown_to_everybody_whom_it_is_about(new_town: Town) -> None:
    case = new_town.take_to("in_review", *SALE)
    good(new_town.as_(OFFICER).get(f"/v1/cases/{case}"))
    good(new_town.as_(OFFICER).get(f"/v1/cases/{case}/history"))
    new_town.settle()
    for citizen in (SELLER, BUYER):
        first, second = mine(new_town, citizen)
        assert (first["stream"], first["role"], first["authority"]) == (case, "officer", OFFICE)
        assert (first["purpose"], second["purpose"]) == ("work on the case", "reading the history")
        assert first["basis"] == "case.read:officer in car_sale"
        assert first["reader"] == second["reader"]
        assert first["at"].endswith("Z")
    assert mine(new_town, STRANGER) == []


def test_ones_own_reading_is_nobodys_business(town: Town) -> None:
    case = town.file(*SALE)
    before = recorded(town)
    town.read(case, SELLER)
    town.read(case, BUYER)
    assert recorded(town) == before


@pytest.mark.parametrize(
    "reader", [OFFICER, f"{OFFICE}-supervisor", "kz-auditor", "kz-data-protection-officer"]
)
def test_every_other_reading_is_recorded_once_before_it_is_answered(town: Town, reader: str) -> None:
    case = town.file(*SALE)
    before = recorded(town)
    town.read(case, reader)
    assert recorded(town) == before + 1


def test_a_refused_reading_is_none(town: Town) -> None:
    case = town.file(*SALE)
    before = recorded(town)
    for nobody in (STRANGER, "tr-civil-registry-officer-1", "kz-bailiffs-officer"):
        assert problem(town.as_(nobody).get(f"/v1/cases/{case}")) == (404, "not_found")
    assert recorded(town) == before


def test_reading_the_register_is_recorded_with_its_purpose(new_town: Town) -> None:
    """And shown to the party of a case about that entry."""
    case = new_town.take_to("approved", *SALE)
    vin = new_town.read(case)["request"]["vehicle"]["vin"]
    asked = {"kind": "vin", "parts": [vin], "purpose": "a car was found"}
    good(new_town.as_(OFFICER).post("/v1/registers/vehicles/searches", asked))
    new_town.settle()
    assert "a car was found" in [a["purpose"] for a in mine(new_town, SELLER)]


def test_the_list_leads_on_page_by_page(new_town: Town) -> None:
    """Over several cases, in the order of the readings."""
    cases = [new_town.file(*SALE) for _ in range(3)]
    for case in (*cases, *cases):
        new_town.read(case, OFFICER)
    new_town.settle()
    seen, path = [], "/v1/my/accesses?country=KZ&limit=4"
    while path:
        answer = new_town.as_(SELLER).send("GET", path)
        seen += [item["stream"] for item in good(answer)["items"]]
        path = answer.links.get("next", {}).get("url") or ""
    assert seen == [*cases, *cases]


def test_the_table_is_a_chain_and_nothing_in_it_is_changed(new_town: Town) -> None:
    case = new_town.take_to("approved", *SALE)
    new_town.read(case, "kz-auditor")
    table = new_town.house.countries["KZ"].accesses
    readings = table.since(0, 1_000)
    assert len(readings) == table.head()[0] > 1
    assert accesses.first_break(readings) is None
