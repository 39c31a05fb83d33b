"""Cars of several owners and without a VIN, from the import to the next sale."""

from typing import Any, Final

import pytest

from tests.town.caller import good, new_key, problem
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("KZ")

FIRST, SECOND, THIRD, FOURTH = (f"kz-citizen-{n}" for n in (1, 2, 3, 4))
OFFICER: Final = "kz-vehicle-registration-officer-1"
OTHER_OFFICER: Final = "kz-vehicle-registration-officer-2"
OLD: Final = {"chassis": "1234567", "make": "ГАЗ"}


def imported(town: Town, mark: dict[str, Any], **owned: Any) -> None:
    vehicle = {"make": "ГАЗ", "model": "21", "year": 1961, **mark}
    town.import_entries("KZ", "vehicles", [{"vehicle": vehicle, "owner": person(FIRST), **owned}])


def filed(town: Town, who: str, **request: Any) -> dict[str, Any]:
    asked = {"price": {"amount": 100_000_00, "currency": "KZT"}, "new_plates": False, **request}
    body = {"country": "KZ", "procedure": "car_sale", "request": asked, "evidence": []}
    return good(town.as_(who).post("/v1/cases", body, key=new_key()))


def sold(town: Town, case: str) -> None:
    town.complete(case)
    good(town.judge(OFFICER, case, "assignments"))
    good(town.judge(OFFICER, case, "proposals"))
    good(town.judge(OTHER_OFFICER, case, "approvals"))
    town.settle()


def found(town: Town, kind: str, *parts: str) -> dict[str, Any]:
    """What an officer finds by this key."""
    asked = {"kind": kind, "parts": parts, "purpose": "a sale"}
    answer = town.as_(OFFICER).post("/v1/registers/vehicles/searches", asked, key=new_key())
    return good(answer)


def test_two_owners_sell_to_two_buyers_with_shares(town: Town) -> None:
    half = {"of": 2, "parts": 1}
    vin = {"vin": "XTA210990Y2766389"}
    imported(town, vin, share=half, co_owners=[{"owner": person(SECOND), "share": half}])
    alone = {"seller": person(FIRST), "buyer": person(THIRD), "vehicle": vin}
    body = {"price": {"amount": 1_00, "currency": "KZT"}, "new_plates": False, **alone}
    refused = town.as_(FIRST).post(
        "/v1/cases", {"country": "KZ", "procedure": "car_sale", "request": body}, key=new_key()
    )
    assert problem(refused) == (409, "not_the_owner")
    shares = [{"of": 4, "parts": 1}, {"of": 4, "parts": 3}]
    both = {"co_sellers": [person(SECOND)], "co_buyers": [person(FOURTH)], "shares": shares}
    case = filed(town, FIRST, **alone, **both)["case"]
    shown = town.read(case, FOURTH)
    assert [each["role"] for each in shown["consents"]] == ["buyer", "co_seller", "co_buyer"]
    sold(town, case)
    entry = found(town, "vin", vin["vin"])
    content = entry["content"]
    assert content["owner"] == person(THIRD)
    assert content["share"] == shares[0]
    assert content["co_owners"] == [{"owner": person(FOURTH), "share": shares[1]}]
    for who, is_theirs in ((FOURTH, True), (SECOND, False)):
        mine = good(town.as_(who).get("/v1/my/entries", country="KZ"))["items"]
        assert (entry["entry"] in [each["entry"] for each in mine]) == is_theirs


def test_an_old_car_is_imported_sold_and_found_again_by_its_chassis_and_its_plate(town: Town) -> None:
    imported(town, {**OLD, "plate": "АВС 123"})
    case = filed(town, FIRST, seller=person(FIRST), buyer=person(SECOND), vehicle=OLD)["case"]
    assert "known_by_chassis" in town.read(case, OFFICER)["warnings"]
    sold(town, case)
    for kind, parts in (("chassis", ("газ", "1234567")), ("plate", ("abc123",))):
        assert found(town, kind, *parts)["content"]["owner"] == person(SECOND)


def test_a_spouse_consents_before_the_sale_goes_on(town: Town) -> None:
    vin = {"vin": "XTA210990Y2766390"}
    imported(town, vin)
    asked = {"seller": person(FIRST), "buyer": person(SECOND), "vehicle": vin, "spouses": [person(THIRD)]}
    case = filed(town, FIRST, **asked)["case"]
    town.pay(case)
    said = {"answer": "give", "of": town.read(case, SECOND)["request_hash"]}
    good(town.as_(SECOND).post(f"/v1/cases/{case}/consents", said))
    assert town.stage(case) == "filed"
    good(town.as_(THIRD).post(f"/v1/cases/{case}/consents", said))
    assert town.stage(case) == "in_review"
