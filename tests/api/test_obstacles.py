"""What stands in the way in the registers is told to both parties before they consent and pay; whose, to nobody."""

from typing import Any

import pytest

from infra.formats.envelope import payload_of
from tests.town.caller import good, new_key, problem
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("KZ", "TR")

SALE = ("KZ", "car_sale")
SELLER, BUYER = "kz-citizen-1", "kz-citizen-2"
OFFICER = "kz-vehicle-registration-officer-1"
POLICE, BAILIFF = "kz-police-officer", "kz-bailiffs-officer"


def car_in(town: Town, request: dict[str, Any]) -> str:
    """Where restrictions are placed on the car of this request."""
    said = {"kind": "vin", "parts": [request["vehicle"]["vin"]], "purpose": "a test"}
    entry = good(town.as_(OFFICER).post("/v1/registers/vehicles/searches", said))["entry"]
    return f"/v1/registers/vehicles/entries/{entry}/restrictions"


def told(town: Town, case: str) -> dict[str, list[str]]:
    return {who: town.read(case, who)["obstacles"] for who in (SELLER, BUYER, OFFICER)}


def test_both_parties_hear_of_a_restriction_before_they_consent_and_pay_and_the_officer_of_which_kind(
    town: Town,
) -> None:
    """A wanted car is filed: the answer says so, and the event warns the officer from the first day."""
    body = town.filing(*SALE)
    good(town.as_(POLICE).post(car_in(town, body["request"]), {"kind": "wanted"}))
    filed = good(town.as_(SELLER).post("/v1/cases", body, key=new_key()))
    assert (filed["obstacles"], filed["warnings"]) == (["restricted"], [])
    assert told(town, filed["case"]) == {
        SELLER: ["restricted"],
        BUYER: ["restricted"],
        OFFICER: ["restricted:wanted"],
    }
    warned = town.read(filed["case"], OFFICER)["warnings"]
    assert "restricted:wanted" not in warned, "obstacles say it, for as long as it is so"
    signed = town.as_(OFFICER).get(f"/v1/cases/{filed['case']}/history").json()["events"][0]
    assert "restricted:wanted" in payload_of(signed["jws"].encode())["data"]["warnings"]
    for party in (SELLER, BUYER):
        assert "wanted" not in town.as_(party).get(f"/v1/cases/{filed['case']}").text
        assert "police" not in town.as_(party).get(f"/v1/cases/{filed['case']}").text


def test_a_restriction_of_later_is_told_while_it_lives(town: Town) -> None:
    """It is as the registers are now, not as they were at the filing."""
    case = town.file(*SALE)
    path = car_in(town, town.read(case)["request"])
    assert told(town, case) == {SELLER: [], BUYER: [], OFFICER: []}
    for by, kind in ((BAILIFF, "arrest"), (POLICE, "wanted")):
        good(town.as_(by).post(path, {"kind": kind}))
    assert told(town, case)[BUYER] == ["restricted"]
    assert told(town, case)[OFFICER] == ["restricted:arrest", "restricted:wanted"]
    said = {"answer": "give", "of": town.read(case)["request_hash"]}
    answer = good(town.as_(BUYER).post(f"/v1/cases/{case}/consents", said))
    assert answer["obstacles"] == ["restricted"]
    live = good(town.as_(OFFICER).read(path.removesuffix("/restrictions"), "the sale"))["restrictions"]
    for restriction in live:
        by = POLICE if restriction["kind"] == "wanted" else BAILIFF
        assert town.as_(by).delete(f"{path}/{restriction['id']}").is_success
    assert told(town, case) == {SELLER: [], BUYER: [], OFFICER: []}


def test_the_queue_says_what_stands_in_the_way_now(new_town: Town) -> None:
    """What came after the filing, and nothing that was lifted since."""
    body = new_town.filing(*SALE)
    path = car_in(new_town, body["request"])
    wanted = good(new_town.as_(POLICE).post(path, {"kind": "wanted"}))["restrictions"][0]["id"]
    case = good(new_town.as_(SELLER).post("/v1/cases", body, key=new_key()))["case"]
    new_town.complete(case)

    def queued() -> tuple[list[str], list[str]]:
        (item,) = good(new_town.as_(OFFICER).get("/v1/queue"))["items"]
        return [each for each in item["warnings"] if "restricted" in each], item["obstacles"]

    assert queued() == ([], ["restricted:wanted"])
    good(new_town.as_(BAILIFF).post(path, {"kind": "arrest"}))
    assert new_town.as_(POLICE).delete(f"{path}/{wanted}").is_success
    assert queued() == ([], ["restricted:arrest"])


def test_the_fee_comes_back_where_a_restriction_is_the_ground(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    good(town.as_(POLICE).post(car_in(town, town.read(case)["request"]), {"kind": "wanted"}))
    town.assign(case)
    no = {"grounds": ["restricted"], "reason": "The car is wanted."}
    good(town.judge(OFFICER, case, "refusals", no))
    shown = town.read(case)
    (refund,) = shown["refunds"]
    assert (refund["amount"], refund["reason"]) == (shown["fee"]["amount"], "refused")
    assert shown["obstacles"] == []  # it is over


def test_the_officer_sees_which_time_was_missed_and_by_how_much(town: Town) -> None:
    """Figures, not only a code; their days tell that of the birth, so they are for officers alone."""
    body = town.filing("TR", "birth_certificate")
    body["request"]["child"]["born_on"] = "2020-03-01"
    case = good(town.as_("tr-citizen-1").post("/v1/cases", body, key=new_key()))["case"]
    (limit,) = town.read(case, "tr-civil-registry-officer-1")["limits"]
    assert (limit["code"], limit["effect"], limit["last_day"]) == ("notification", "evidence", "2020-03-31")
    assert limit["days_late"] > 2_000
    assert town.read(case)["limits"] == []
    assert town.read(case, "tr-auditor")["limits"] == []


def test_another_plate_and_a_price_of_nothing_are_told_to_the_officer_and_refuse_nothing(town: Town) -> None:
    """However the plate is typed, it is that plate; a seller who names none is no liar (rules.md 38)."""
    as_it_is = town.filing(*SALE)
    plate = as_it_is["request"]["vehicle"]["plate"]
    for changed, warned in (
        ({"plate": f"{plate.lower()} -"}, set[str]()),
        ({"plate": None}, set[str]()),
        ({"plate": "000XXX00"}, {"plate_differs", "price_of_nothing"}),
    ):
        body = {**as_it_is, "request": {**as_it_is["request"]}}
        body["request"]["vehicle"] = {**as_it_is["request"]["vehicle"], **changed}
        if warned:
            body["request"]["price"] = {**as_it_is["request"]["price"], "amount": 0}
        filed = good(town.as_(SELLER).post("/v1/cases", body, key=new_key()))
        assert filed["warnings"] == []
        assert {*town.read(filed["case"], OFFICER)["warnings"]} & {
            "plate_differs",
            "price_of_nothing",
        } == warned
        good(town.judge(SELLER, filed["case"], "withdrawals"))


def test_what_nothing_stands_in_the_way_of_has_no_obstacles(town: Town) -> None:
    """A birth begins an entry: there is none yet, and that is as it should be."""
    case = town.file("TR", "birth_certificate")
    assert town.read(case)["obstacles"] == []
    assert town.read(case)["exemptions"] == []


def given_to_another(town: Town, request: dict[str, Any]) -> None:
    """An error of the office is corrected: the car is somebody else's."""
    said = {"kind": "vin", "parts": [request["vehicle"]["vin"]], "purpose": "an error"}
    found = good(town.as_(OFFICER).post("/v1/registers/vehicles/searches", said))
    path = f"/v1/registers/vehicles/entries/{found['entry']}"
    content = {**found["content"], "owner": person("kz-citizen-3")}
    proposal = {"of": found["newest_change"], "content": content, "reason": "It is another's."}
    good(town.as_(OFFICER).post(f"{path}/correction-proposals", proposal, seen=found["version"]))
    seen = good(town.as_(OFFICER).read(path))
    second = town.as_("kz-vehicle-registration-officer-2")
    good(second.post(f"{path}/corrections", {"of": seen["proposal"]["event"]}, seen=seen["version"]))


def test_that_the_seller_owns_the_car_no_more_is_told_before_anybody_pays(town: Town) -> None:
    case = town.file(*SALE)
    given_to_another(town, town.read(case, SELLER)["request"])
    assert set(map(tuple, told(town, case).values())) == {("not_the_owner",)}


def test_the_fee_comes_back_where_the_car_became_anothers_since_it_was_filed(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    given_to_another(town, town.read(case)["request"])
    town.assign(case)
    good(town.judge(OFFICER, case, "refusals", {"grounds": ["not_the_owner"], "reason": "It is another's."}))
    shown = town.read(case)
    (refund,) = shown["refunds"]
    assert (refund["amount"], refund["reason"]) == (shown["fee"]["amount"], "refused")
    assert "after_refusal" not in shown["decision"]["unconfirmed"]


def test_what_another_has_since_a_set_aside_is_told_until_they_let_go_of_it(town: Town) -> None:
    """Then it is approved like any other."""
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    good(town.judge(OFFICER, case, "refusals", {"grounds": ["tax_unpaid"], "reason": "It is open."}))
    shown = town.read(case)
    good(town.as_(SELLER).post(f"/v1/cases/{case}/waivers", {}))
    lodged = {"of": shown["ending"]["of"], "reason": "It is paid."}
    good(town.as_(SELLER).post(f"/v1/cases/{case}/appeals", lodged))
    request = {**shown["request"], "buyer": person("kz-citizen-3")}
    body = {"country": "KZ", "procedure": "car_sale", "request": request}
    other = good(town.as_(SELLER).post("/v1/cases", body, key=new_key()))["case"]
    set_aside = {"outcome": "set_aside", "reason": "It was paid."}
    good(town.judge("kz-interior-ministry-appeal-officer-1", case, "appeal-decisions", set_aside))
    lost = {SELLER: ["claims_lost"], BUYER: ["claims_lost"], OFFICER: ["claims_lost:vehicle_sale"]}
    assert told(town, case) == lost
    second, supervisor = "kz-vehicle-registration-officer-2", "kz-vehicle-registration-supervisor"
    good(town.judge(second, case, "assignments"))
    good(town.judge(second, case, "proposals", {}))
    assert problem(town.judge(supervisor, case, "approvals", {})) == (409, "claims_lost")
    good(town.judge(SELLER, other, "withdrawals"))
    assert told(town, case) == {who: [] for who in lost}
    assert good(town.judge(supervisor, case, "approvals", {}))["stage"] == "approved"
