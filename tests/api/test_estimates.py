"""What a draft would ask, before it is filed: to anybody by the law alone, to whoever signs in of their own things."""

from datetime import date, timedelta, timezone
from typing import Any

import pytest

from tests.town.caller import Caller, good, new_key, problem
from tests.town.people import Town

pytestmark = pytest.mark.countries("KZ", "TR")

IN_ANKARA = timezone(timedelta(hours=3))
SALE = ("KZ", "car_sale")
SELLER, BUYER = "kz-citizen-1", "kz-citizen-2"
OFFICER, POLICE = "kz-vehicle-registration-officer-1", "kz-police-officer"


def estimated(caller: Caller, country: str, procedure: str, request: dict[str, Any]) -> dict[str, Any]:
    draft = {"country": country, "procedure": procedure, "request": request}
    return good(caller.post("/v1/estimates", draft))


def test_a_whole_draft_is_told_what_its_filing_then_asks(town: Town) -> None:
    request = town.request(*SALE)
    told = estimated(town.anybody, *SALE, request)
    body = {"country": "KZ", "procedure": "car_sale", "request": request, "evidence": []}
    filed = good(town.as_(SELLER).post("/v1/cases", body, key=new_key()))
    for name in ("amount", "currency", "formula", "provisional", "amount_until", "unconfirmed"):
        assert told["fee"][name] == filed["fee"][name], name
    days = {each["what"]: (each["until"], each["unconfirmed"]) for each in told["last_days"]}
    assert days == {
        "consent": (filed["consent_until"]["due"], True),
        "pay": (filed["fee"]["due"]["due"], True),
    }
    assert (told["terms"], told["four_eyes"], told["missing"]) == (filed["terms"], True, [])
    assert "times.decide" in told["unconfirmed"]
    assert told["obstacles"] is None


def test_a_part_of_a_draft_is_told_what_follows_from_it(town: Town) -> None:
    """The fee is that without new plates; whether there are some, and which, it does not say, and that is told."""
    told = estimated(town.anybody, *SALE, {})
    assert told["fee"]["depends_on"] == ["is_moped", "new_plates", "plate_choice"]
    assert set(told["missing"]) == {"buyer", "price", "seller", "vehicle"}
    plates = estimated(town.anybody, *SALE, {"new_plates": True})
    assert plates["fee"]["amount"] > told["fee"]["amount"]
    assert plates["fee"]["depends_on"] == ["is_moped", "plate_choice"]
    of_a_car = {"new_plates": True, "is_moped": False}
    chosen = estimated(town.anybody, *SALE, {**of_a_car, "plate_choice": "free_10"})
    assert chosen["fee"]["amount"] == plates["fee"]["amount"] + 10 * 4_325_00
    assert chosen["fee"]["depends_on"] == []


def test_a_late_birth_hears_its_limit_with_its_effect_and_what_is_asked(town: Town) -> None:
    request = town.request("TR", "birth_certificate")
    (in_time,) = estimated(town.anybody, "TR", "birth_certificate", request)["limits"]
    assert (in_time["code"], in_time["standing"]) == ("notification", "in_time")
    request["child"]["born_on"] = "2020-03-01"
    told = estimated(town.anybody, "TR", "birth_certificate", request)
    (limit,) = told["limits"]
    assert (limit["effect"], limit["standing"], limit["last_day"]) == ("evidence", "late", "2020-03-31")
    assert limit["days_late"] == (town.now().astimezone(IN_ANKARA).date() - date(2020, 3, 31)).days
    assert {"birth_report", "parent_identity"} == {each["kind"] for each in told["evidence"]}
    assert all(each["title"] for each in told["evidence"])
    assert (told["fee"]["formula"], told["four_eyes"], told["exemptions"]) == ("1 ID_CARD", False, [])
    assert estimated(town.anybody, "TR", "birth_certificate", {})["limits"] == []


@pytest.mark.countries("AZ")
def test_a_draft_hears_which_evidence_its_filing_has_to_bring(new_town: Town) -> None:
    """Exactly that without which the filing is refused; nothing else of the draft is missing."""
    request = new_town.request("AZ", "car_sale")
    told = estimated(new_town.anybody, "AZ", "car_sale", request)
    required = [each["kind"] for each in told["evidence"] if each["is_required"]]
    assert (told["missing"], told["missing_evidence"]) == ([], required)
    body = {"country": "AZ", "procedure": "car_sale", "request": request, "evidence": []}
    refused = new_town.as_("az-citizen-1").post("/v1/cases", body, key=new_key())
    assert problem(refused) == (422, "invalid_request")
    assert [each["code"] for each in refused.json()["errors"]] == ["evidence_missing"] * len(required)
    assert required


@pytest.mark.countries("AZ")
def test_what_the_late_are_asked_for_is_told_and_keeps_nobody_from_filing(new_town: Town) -> None:
    request = new_town.request("AZ", "birth_certificate")
    in_time = estimated(new_town.anybody, "AZ", "birth_certificate", request)
    request["child"]["born_on"] = "2025-03-01"
    late = estimated(new_town.anybody, "AZ", "birth_certificate", request)
    assert len(late["evidence"]) > len(in_time["evidence"])
    assert late["missing_evidence"] == in_time["missing_evidence"]


def test_what_evidence_a_draft_needs_is_not_told_where_it_says_too_little(town: Town) -> None:
    told = estimated(town.anybody, "TR", "birth_certificate", {})
    assert (told["evidence"], told["missing_evidence"]) == (None, None)


def test_without_an_account_no_register_is_looked_into(town: Town) -> None:
    request = town.request(*SALE)
    restrict(town, request)
    told = estimated(town.anybody, *SALE, request)
    assert told["obstacles"] is None
    assert "wanted" not in str(told)


def restrict(town: Town, request: dict[str, Any]) -> str:
    said = {"kind": "vin", "parts": [request["vehicle"]["vin"]], "purpose": "a test"}
    entry: str = good(town.as_(OFFICER).post("/v1/registers/vehicles/searches", said))["entry"]
    path = f"/v1/registers/vehicles/entries/{entry}/restrictions"
    good(town.as_(POLICE).post(path, {"kind": "wanted"}))
    return entry


def test_the_owner_hears_that_their_own_car_is_restricted_and_the_reading_is_recorded(town: Town) -> None:
    """Yes or no, never whose or which kind."""
    request = town.request(*SALE)
    assert estimated(town.as_(SELLER), *SALE, request)["obstacles"] == []
    entry = restrict(town, request)
    told = estimated(town.as_(SELLER), *SALE, request)
    assert told["obstacles"] == ["restricted"]
    readings = [each for each in town.house.countries["KZ"].accesses.since(0, 1000) if each.stream == entry]
    assert [each.role for each in readings] == ["party", "officer", "party"]


def test_of_a_strangers_thing_nobody_hears_whether_it_is_there(town: Town) -> None:
    request = town.request(*SALE)
    restrict(town, request)
    nowhere = {**request, "vehicle": {"vin": "XTA210990Y2766389", "plate": None}}
    for draft in (request, nowhere):
        assert estimated(town.as_(BUYER), *SALE, draft)["obstacles"] == ["not_yours"]
    readings = town.house.countries["KZ"].accesses.since(0, 1000)
    assert BUYER not in {each.reader for each in readings}


def test_an_office_hears_nothing_of_registers_here(town: Town) -> None:
    request = town.request(*SALE)
    restrict(town, request)
    assert estimated(town.as_("kz-treasury"), *SALE, request)["obstacles"] is None


def test_nothing_is_stored(town: Town) -> None:
    """What the log gets meanwhile is the head of the table of accesses, and no case."""
    request, log = town.request(*SALE), town.house.countries["KZ"].log
    size = log.size()
    estimated(town.anybody, *SALE, request)
    rows = [row for row in map(log.at, range(size, log.size())) if row is not None]
    assert [row[3] for row in rows if not row[3].startswith("access.")] == []


@pytest.mark.parametrize(
    ("request_", "place"),
    [
        ({"price": 5}, "/request/price"),
        ({"more": 1}, "/request"),
        ({"vehicle": {"vin": "x" * 99}}, "/request/vehicle/vin"),
    ],
)
def test_what_is_wrong_in_a_draft_is_refused_with_its_place(
    town: Town, request_: dict[str, Any], place: str
) -> None:
    draft = {"country": "KZ", "procedure": "car_sale", "request": request_}
    answer = town.anybody.post("/v1/estimates", draft)
    assert problem(answer) == (422, "invalid_request")
    assert answer.json()["errors"][0]["pointer"].startswith(place)


@pytest.mark.countries("UZ")
def test_what_is_not_offered_or_no_draft_is_refused(new_town: Town) -> None:
    post = new_town.anybody.post
    assert problem(post("/v1/estimates", {"country": "UZ", "procedure": "birth_correction"})) == (
        404,
        "not_offered",
    )
    assert problem(post("/v1/estimates", {"country": "DE", "procedure": "car_sale"})) == (404, "not_a_member")
    assert problem(post("/v1/estimates", [])) == (422, "invalid_request")
    assert problem(new_town.with_token("x").post("/v1/estimates", {}))[0] == 401
