"""Over HTTP: a car that is given, an entry of a birth that reads anew, a father who is entered."""

from itertools import count
from typing import Any, Final

import pytest

from domain.procedures.car_sale import VEHICLES
from tests.examples import example_content, vin
from tests.town.caller import good, new_key, problem
from tests.town.people import Town
from tests.town.people import person as resident

pytestmark = pytest.mark.parametrize("town", [("KZ",)], indirect=True)

GIVER: Final = "kz-citizen-2"
RECEIVER: Final = "kz-citizen-1"
STRANGER: Final = "kz-citizen-3"
_CARS: Final = count(8_100)


def a_car(town: Town) -> dict[str, Any]:
    """A car of the giver stands in the register; how a form names it."""
    content = example_content(VEHICLES.content, "KZ")
    content |= {"owner": resident(GIVER), "share": None, "co_owners": []}
    content["vehicle"] |= {"vin": vin(next(_CARS)), "plate": "123 ABC 02"}
    town.import_entries("KZ", "vehicles", [content])
    return {name: content["vehicle"][name] for name in ("vin", "plate")}


def a_gift(town: Town, **changes: Any) -> dict[str, Any]:
    request = town.request("KZ", "car_transfer", receiver=resident(RECEIVER), owner=resident(GIVER))
    return {**request, "vehicle": a_car(town), **changes}


def filed(town: Town, who: str, procedure: str, request: dict[str, Any]) -> Any:
    body = {"country": "KZ", "procedure": procedure, "request": request, "evidence": []}
    return town.as_(who).post("/v1/cases", body, key=new_key())


def written(town: Town, case: str) -> dict[str, Any]:
    """What the entry says that the case wrote, as an officer reads it."""
    (entry,) = town.read(case)["entries"]
    path = f"/v1/registers/{entry['register']}/entries/{entry['entry']}"
    found: dict[str, Any] = good(town.as_(town.officer(case)).read(path))
    return found


def test_a_car_is_given_and_the_register_shows_the_receiver(town: Town) -> None:
    case = good(filed(town, RECEIVER, "car_transfer", a_gift(town)))["case"]
    assert town.stage(case) == "filed"
    town.complete(case)
    town.assign(case)
    town.approve(case)
    town.acknowledge(case)
    assert town.stage(case) == "completed"
    assert written(town, case)["content"]["owner"]["surname"] == resident(RECEIVER)["surname"]


def test_a_car_that_is_being_given_is_not_sold_meanwhile(town: Town) -> None:
    request = a_gift(town)
    good(filed(town, RECEIVER, "car_transfer", request))
    sale = town.request("KZ", "car_sale", seller=resident(GIVER), buyer=resident(STRANGER))
    refused = filed(town, GIVER, "car_sale", {**sale, "vehicle": request["vehicle"]})
    assert problem(refused)[0] == 409


def test_who_owns_a_car_is_no_reason_to_be_refused_at_filing(town: Town) -> None:
    request = a_gift(town, owner=resident(STRANGER))
    case = good(filed(town, RECEIVER, "car_transfer", request))["case"]
    assert town.read(case)["obstacles"] == [], "nor is it told to whoever would like to know"
    assert town.read(case, town.officer(case))["obstacles"] == ["not_the_owner"]


def test_the_giver_says_no_and_the_car_is_free(town: Town) -> None:
    request = a_gift(town)
    case = good(filed(town, RECEIVER, "car_transfer", request))["case"]
    said = {"answer": "decline", "of": town.read(case, GIVER)["request_hash"]}
    good(town.as_(GIVER).post(f"/v1/cases/{case}/consents", said))
    assert town.stage(case) == "withdrawn"


def test_an_offer_says_what_is_asked_of_each_title(town: Town) -> None:
    shown = good(town.anybody.send("GET", "/v1/procedures/car_transfer?country=KZ"))
    assert shown["title"] == "Gift, inheritance or transfer of a car"
    kinds = {each["kind"] for each in shown["terms"]["evidence"]}
    assert {"gift_contract", "inheritance_papers", "court_decision"} <= kinds


def test_a_correction_that_is_approved_reads_so_in_the_register(town: Town) -> None:
    case = town.take_to("approved", "KZ", "birth_correction", because="mistake")
    anew = town.read(case)["request"]["anew"]
    child = written(town, case)["content"]["child"]
    assert (child["surname"], child["patronymic"]) == (anew["surname"], anew["patronymic"])


def test_a_father_is_entered_with_his_consent(town: Town) -> None:
    case = town.take_to("approved", "KZ", "paternity_acknowledgement")
    request, content = town.read(case)["request"], written(town, case)["content"]
    assert content["father"]["surname"] == request["father"]["surname"]
    assert content["fatherhood"] == "joint_application"
