"""Parents over HTTP: by the register of births they act for their children, without a paper, until these are of age."""

from itertools import count
from typing import Any, Final

import httpx2
import pytest

from domain.procedures.birth_certificate import BIRTHS
from tests.api.test_kept_out import a_car_of
from tests.examples import example_content
from tests.examples import person as anybody
from tests.town.caller import good, new_key, problem
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("KZ")

SALE: Final = ("KZ", "car_sale")
SELLER, MOTHER, FATHER, STRANGER = (f"kz-citizen-{n}" for n in (1, 2, 3, 4))
OFFICER: Final = "kz-vehicle-registration-officer-1"
_NUMBERS: Final = count(3_000)


def a_child(town: Town, born_on: str = "2015-03-01") -> dict[str, Any]:
    """Somebody whose birth is in the register with mother and father; as a form names them."""
    n = next(_NUMBERS)
    child = anybody("KZ", n, born_on=born_on)
    content = example_content(BIRTHS.content, "KZ", n)
    parents = {"mother": person(MOTHER), "father": person(FATHER)}
    content |= {**parents, "child_number": child["personal_number"]}
    content["child"] = {**content["child"], "born_on": born_on, "order": n % 12 + 1}
    content["medical_certificate"] = {**content["medical_certificate"], "number": f"HTTP-{n}"}
    town.import_entries("KZ", "births", [content])
    return child


def filed(town: Town, by: str = SELLER, *, acting: Any = None, **who: Any) -> httpx2.Response:
    body = town.filing(*SALE, **who)
    return town.as_(by).post("/v1/cases", {**body, "acting": acting}, key=new_key())


def consented(town: Town, case: dict[str, Any], by: str, **acting: Any) -> httpx2.Response:
    said = {"answer": "give", "of": case["request_hash"], **({"acting": acting} if acting else {})}
    return town.as_(by).post(f"/v1/cases/{case['case']}/consents", said)


def entry_of_birth(town: Town, parent: str, child: dict[str, Any]) -> str:
    """The opaque id of the child's birth, as a parent finds it among their own entries."""
    town.settle()
    found = good(town.as_(parent).get("/v1/my/entries", country="KZ"))["items"]
    number = child["personal_number"]
    return next(str(i["entry"]) for i in found if i["content"].get("child_number") == number)


def finished(town: Town, case: str) -> None:
    """Paid, decided, and in the register."""
    town.pay(case)
    for act in (town.assign, town.approve, town.acknowledge):
        act(case)
    town.settle()


@pytest.mark.parametrize("parent", [MOTHER, FATHER], ids=["mother", "father"])
def test_a_parent_consents_and_reads_for_the_child_and_finds_its_case_and_its_car(
    town: Town, parent: str
) -> None:
    child = a_child(town)
    case = good(filed(town, buyer=child))
    birth = entry_of_birth(town, parent, child)
    mine = {"country": "KZ", "birth": birth}
    (listed,) = good(town.as_(parent).get("/v1/cases", **mine))["items"]
    assert listed["case"] == case["case"]
    seen = good(town.as_(parent).get(f"/v1/cases/{case['case']}"))
    assert seen["acts_for"] == [{"party": "p2", "as": "parent"}]
    assert seen["request"]["buyer"]["personal_number"] == child["personal_number"]
    good(consented(town, case, parent))
    finished(town, case["case"])
    cars = good(town.as_(parent).get("/v1/my/entries", **mine))["items"]
    assert [item["register"] for item in cars if "owner" in item["content"]] == ["vehicles"]
    acted = next(e for e in town.history(case["case"]) if e["type"] == "case.ConsentGiven.v1")
    assert acted["actor"]["for"] == {"party": "p2", "as": "parent"}


def test_a_parent_sells_the_childs_car(town: Town) -> None:
    child = a_child(town)
    refused = filed(town, STRANGER, acting={"as": "parent"}, seller=child, buyer=person(SELLER))
    assert refused.json()["errors"][0]["code"] == "not_acting"
    case = good(filed(town, FATHER, acting={"as": "parent"}, seller=child, buyer=person(SELLER)))
    assert case["acts_for"] == [{"party": "p1", "as": "parent"}]
    town.settle()
    assert "acts_by_paper:seller" not in town.read(case["case"], OFFICER)["warnings"]
    good(consented(town, case, SELLER))
    finished(town, case["case"])
    assert town.read(case["case"])["stage"] == "completed"


def test_a_parent_hears_before_it_costs_what_stands_in_the_way_of_the_childs_car(town: Town) -> None:
    child = a_child(town)
    body = town.filing(*SALE, seller=child)
    draft = {"country": "KZ", "procedure": "car_sale", "request": body["request"]}
    town.settle()
    assert good(town.as_(FATHER).post("/v1/estimates", draft))["obstacles"] == []
    assert good(town.as_(STRANGER).post("/v1/estimates", draft))["obstacles"] == ["not_yours"]


def test_a_stranger_finds_and_does_nothing_for_the_child(town: Town) -> None:
    child = a_child(town)
    case = good(filed(town, buyer=child))
    birth = entry_of_birth(town, MOTHER, child)
    for asked in (
        town.as_(STRANGER).get(f"/v1/cases/{case['case']}"),
        consented(town, case, STRANGER),
        town.as_(STRANGER).get("/v1/cases", country="KZ", birth=birth),
        town.as_(STRANGER).get("/v1/my/entries", country="KZ", birth=birth),
        town.as_(MOTHER).get("/v1/my/entries", country="KZ", birth=case["case"]),
        town.as_(MOTHER).get("/v1/my/entries", country="KZ", birth=birth, company="EXAMPLE-KZ-1"),
    ):
        assert problem(asked) == (404, "not_found")


@pytest.mark.countries("KZ")
def test_from_the_day_on_which_the_child_is_of_age_its_parents_see_and_do_nothing_more(
    new_town: Town,
) -> None:
    town = new_town
    tomorrow = town.now().date().toordinal() + 1
    day = town.now().date().fromordinal(tomorrow)
    child = a_child(town, day.replace(year=day.year - 18).isoformat())
    case = good(filed(town, buyer=child))
    birth = entry_of_birth(town, MOTHER, child)
    assert good(town.as_(MOTHER).get(f"/v1/cases/{case['case']}"))
    town.travel(days=1)
    town.settle()
    for asked in (
        town.as_(MOTHER).get(f"/v1/cases/{case['case']}"),
        consented(town, case, MOTHER),
        town.as_(MOTHER).get("/v1/cases", country="KZ", birth=birth),
    ):
        assert problem(asked) == (404, "not_found")
    whoever = town.whoever(child)
    said = {"answer": "give", "of": case["request_hash"]}
    good(whoever.post(f"/v1/cases/{case['case']}/consents", said))


def test_a_parent_of_whom_the_register_knows_nothing_acts_by_a_paper_that_an_officer_accepts(
    town: Town,
) -> None:
    child = {**anybody("KZ", next(_NUMBERS), born_on="2015-03-01")}
    named = {**child, "acts_by": {"as": "parent", "person": person(STRANGER)}}
    case = good(filed(town, buyer=named))
    town.settle()
    assert "acts_by_paper:buyer" in town.read(case["case"], OFFICER)["warnings"]
    good(consented(town, case, STRANGER))
    of_age = {**named, "born_on": "1990-05-17"}
    refused = filed(town, buyer=of_age).json()["errors"][0]
    assert (refused["pointer"], refused["code"]) == ("/request/buyer/acts_by/as", "of_age")


def test_no_office_but_the_civil_registry_looks_into_births(town: Town) -> None:
    """Whoever decides in a country looks into its companies, not into its families."""
    child = a_child(town)
    town.settle()
    parts = ["KZ", child["personal_number"]["number"]]
    asked = {"kind": "child", "parts": parts, "purpose": "who are the parents"}
    assert problem(town.as_(OFFICER).post("/v1/registers/births/searches", asked)) == (404, "not_found")


def test_an_officer_who_is_kin_of_a_party_is_told_so_alone_and_what_they_do_says_so(town: Town) -> None:
    """The seller's mother is an officer here; marriages stand in no register."""
    second = "kz-vehicle-registration-officer-2"
    is_the_mother(town, OFFICER, SELLER)
    case = str(good(filed(town))["case"])
    town.complete(case)
    town.settle()
    assert "kin" in town.read(case, OFFICER)["warnings"]
    assert "kin" not in town.read(case, second)["warnings"]
    assert town.read(case, SELLER)["warnings"] == []
    good(town.judge(OFFICER, case, "assignments"))
    good(town.judge(OFFICER, case, "proposals"))
    good(town.judge(second, case, "approvals"))
    rules = [e["data"]["rule"] for e in town.history(case) if "rule" in e["data"]]
    assert rules == ["case.assign:officer:kin", "case.decide:officer:kin", "case.decide:officer"]
    said = {e["type"]: e for e in town.history(case)}["case.ApprovalProposed.v1"]
    assert person(OFFICER)["personal_number"]["number"] not in str(said)


def is_the_mother(town: Town, mother: str, of: str) -> None:
    n, who = next(_NUMBERS), person(of)
    content = example_content(BIRTHS.content, "KZ", n)
    certificate = {**content["medical_certificate"], "number": f"HTTP-{n}"}
    parents = {"mother": person(mother), "father": None, "medical_certificate": certificate}
    child = {**content["child"], "born_on": who["born_on"]}
    known = {"child": child, "child_number": who["personal_number"]}
    town.import_entries("KZ", "births", [{**content, **parents, **known}])


def test_an_officer_who_is_kin_of_somebody_in_an_entry_is_told_so_and_what_they_do_says_so(
    town: Town,
) -> None:
    """Also of whoever it is proposed to name; others who read it are not told."""
    second, child, owner = "kz-vehicle-registration-officer-2", "kz-bailiffs-officer", STRANGER
    is_the_mother(town, second, child)
    path = a_car_of(town, person(owner))
    seen = good(town.as_(second).read(path))
    assert seen["warnings"] == []
    to = {"of": seen["newest_change"], "reason": "An error.", "content": {**seen["content"]}}
    to["content"]["owner"] = person(child)
    good(town.as_(OFFICER).post(f"{path}/correction-proposals", to, seen=seen["version"]))
    town.settle()
    seen = good(town.as_(second).read(path))
    assert seen["warnings"] == ["kin"]
    for who in (OFFICER, owner, "kz-auditor"):
        assert good(town.as_(who).read(path))["warnings"] == [], who
    good(
        town.as_(second).post(f"{path}/corrections", {"of": seen["proposal"]["event"]}, seen=seen["version"])
    )
    events = good(town.as_(OFFICER).read(f"{path}/history"))["events"]
    assert [each["data"]["rule"] for each in events[-2:]] == [
        "entry.propose:officer",
        "entry.amend:officer:kin",
    ]
