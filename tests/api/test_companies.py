"""The register of companies over HTTP: found by number, and what it says of its heads counts at each act."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any, Final

import httpx2
import pytest

from domain.countries import countries
from infra.development.development import companies
from infra.operations.register_import import WrongLines
from tests.founders import NAME, a_founding, founding_is_offered
from tests.town.caller import good, new_key, problem
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("KZ")

APPLICANT, HEAD, CLERK, STRANGER = (f"kz-citizen-{n}" for n in (1, 2, 3, 4))
OFFICER: Final = "kz-vehicle-registration-officer-1"
_NUMBERS: Final = count(1)


@pytest.fixture
def offered() -> Iterator[None]:
    """The made-up law by which companies found a company is there."""
    with founding_is_offered():
        yield


the_law = pytest.mark.usefixtures("offered")


def head(who: str = HEAD, **more: Any) -> dict[str, Any]:
    return {"person": person(who), "may_act": "alone", "since": "2020-01-01", "until": None, **more}


def registered(town: Town, *heads: dict[str, Any], struck_off_on: str | None = None) -> dict[str, Any]:
    """A company in the register, as a form names it."""
    number = f"HTTP-{next(_NUMBERS)}"
    content = {
        "number": number,
        "names": [f"{number} LLP"],
        "heads": list(heads),
        "struck_off_on": struck_off_on,
    }
    town.import_entries("KZ", "companies", [content])
    return {"country": "KZ", "number": number, "name": f"{number} LLP"}


def filed(
    town: Town, *founders: dict[str, Any], applicant: Any = None, by: str = APPLICANT
) -> httpx2.Response:
    request = {
        **a_founding(0, name=new_key()),
        "applicant": applicant or person(APPLICANT),
        "founders": list(founders),
    }
    body = {"country": "KZ", "procedure": NAME, "request": request}
    return town.as_(by).post("/v1/cases", body, key=new_key())


def consented(town: Town, case: dict[str, Any], by: str, **acting: Any) -> httpx2.Response:
    said = {"answer": "give", "of": case["request_hash"], **({"acting": acting} if acting else {})}
    return town.as_(by).post(f"/v1/cases/{case['case']}/consents", said)


# --- the register -----------------------------------------------------------------------------------------


def test_an_officer_finds_a_company_by_its_number(town: Town) -> None:
    company = registered(town, head())
    asked = {"kind": "number", "parts": [company["number"]], "purpose": "who heads it"}
    town.settle()
    found = good(town.as_(OFFICER).post("/v1/registers/companies/searches", asked))
    assert found["content"]["number"] == company["number"]
    assert found["content"]["heads"][0]["may_act"] == "alone"
    assert found["authority"] == "kz-company-registration"
    assert problem(town.as_(APPLICANT).post("/v1/registers/companies/searches", asked)) == (404, "not_found")
    nobody = {**asked, "parts": ["HTTP-0"]}
    assert problem(town.as_(OFFICER).post("/v1/registers/companies/searches", nobody)) == (404, "not_found")


@pytest.mark.parametrize("code", countries())
def test_a_development_house_has_two_companies_in_each_country(code: str) -> None:
    one, other = companies(code)
    assert one["number"] != other["number"]
    heads = [h["person"] for company in (one, other) for h in company["heads"]]
    assert {h["personal_number"]["country"] for h in heads} == {code}


def test_they_stand_in_the_register_from_the_beginning(town: Town) -> None:
    town.settle()
    for company in companies("KZ"):
        asked = {"kind": "number", "parts": [company["number"]], "purpose": "a look"}
        found = good(town.as_(OFFICER).post("/v1/registers/companies/searches", asked))
        assert found["content"] == company


@pytest.mark.countries("UZ")
def test_a_country_that_offers_nothing_yet_has_companies_and_their_clerks(new_town: Town) -> None:
    (company, _), head_of_it = companies("UZ"), "uz-citizen-3"
    named = {"country": "UZ", "number": company["number"], "name": company["names"][0]}
    clerk = {"principal": named, "representative": person("uz-citizen-1"), "until": "2026-12-31"}
    mandate = good(new_town.as_(head_of_it).post("/v1/mandates", {"country": "UZ", **clerk}))
    assert (mandate["as"], mandate["principal"]) == ("clerk", {"name": company["names"][0]})
    other = {**company, "number": "HTTP-UZ-1"}
    new_town.import_entries("UZ", "companies", [other])
    assert (
        good(new_town.as_(head_of_it).get("/v1/my/mandates", country="UZ", company="HTTP-UZ-1"))["items"]
        == []
    )
    with pytest.raises(WrongLines):
        new_town.import_entries("UZ", "companies", [other])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"heads": [head(since="2026-02-01", until="2026-01-31")]}, "ends_before_it_begins"),
        ({"number": "lower-1"}, "wrong_form"),
        ({"names": []}, "too_few"),
        ({"heads": [{**head(), "may_act": "never"}]}, None),
    ],
)
def test_what_is_no_company_is_not_imported(town: Town, wrong: dict[str, Any], code: str | None) -> None:
    right = {"number": "HTTP-X", "names": ["X"], "heads": [head()], "struck_off_on": None}
    with pytest.raises(WrongLines) as refused:
        town.import_entries("KZ", "companies", [right, {**right, "number": "HTTP-Y", **wrong}])
    (line,) = refused.value.lines
    assert line.number == 2
    assert code in (None, line.fault.code)


# --- heads ------------------------------------------------------------------------------------------------


@the_law
def test_a_head_files_consents_and_reads_without_any_paper(town: Town) -> None:
    company, other = registered(town, head()), registered(town, head(CLERK))
    case = good(filed(town, other, applicant=company, by=HEAD))
    assert case["acts_for"] == [{"party": "p1", "as": "head"}]
    town.settle()
    assert good(town.as_(CLERK).get(f"/v1/cases/{case['case']}"))["acts_for"] == [
        {"party": "p2", "as": "head"}
    ]
    good(consented(town, case, CLERK))
    seen = good(town.as_(HEAD).get(f"/v1/cases/{case['case']}"))
    assert seen["stage"] == "in_review"
    assert problem(town.as_(STRANGER).get(f"/v1/cases/{case['case']}")) == (404, "not_found")


@the_law
def test_the_head_who_left_yesterday_does_nothing_and_sees_nothing(town: Town) -> None:
    yesterday = (town.now() - timedelta(days=1)).date().isoformat()
    company = registered(town, head(until=yesterday), head(CLERK))
    case = good(filed(town, company))
    town.settle()
    assert problem(consented(town, case, HEAD)) == (404, "not_found")
    assert problem(town.as_(HEAD).get(f"/v1/cases/{case['case']}")) == (404, "not_found")
    refused = filed(town, registered(town, head()), applicant=company, by=HEAD)
    assert refused.json()["errors"][0]["code"] == "not_the_applicant"
    good(consented(town, case, CLERK))


@the_law
@pytest.mark.countries("KZ")
def test_a_head_whom_the_request_names_finds_the_case_as_long_as_they_head_the_company(
    new_town: Town,
) -> None:
    company = registered(new_town, head(until=new_town.now().date().isoformat()))
    named = {**company, "acts_by": {"as": "head", "person": person(HEAD)}}
    case = good(filed(new_town, named))["case"]
    for days, expected in ((0, [case]), (1, [])):
        new_town.travel(days=days)
        new_town.settle()
        found = good(new_town.as_(HEAD).get("/v1/cases", country="KZ"))["items"]
        assert [each["case"] for each in found] == expected
        assert new_town.as_(HEAD).get(f"/v1/cases/{case}").is_success == bool(expected)


@the_law
def test_a_company_that_is_struck_off_is_refused_in_words(town: Town) -> None:
    company = registered(town, head(), struck_off_on="2026-01-01")
    case = good(filed(town, company))
    assert problem(consented(town, case, HEAD)) == (409, "company_struck_off")
    assert problem(filed(town, registered(town, head()), applicant=company, by=HEAD)) == (
        409,
        "company_struck_off",
    )
    body = {"country": "KZ", "principal": company, "representative": person(CLERK), "until": "2027-01-01"}
    assert problem(town.as_(HEAD).post("/v1/mandates", body)) == (409, "company_struck_off")


# --- clerks -----------------------------------------------------------------------------------------------


@the_law
def test_a_clerk_acts_by_the_mandate_of_the_head_and_no_longer(town: Town) -> None:
    company = registered(town, head())
    body = {"country": "KZ", "principal": company, "representative": person(CLERK), "until": "2027-01-01"}
    refused = town.as_(STRANGER).post("/v1/mandates", body)
    unknown = town.as_(STRANGER).post("/v1/mandates", {**body, "principal": {**company, "number": "HTTP-0"}})
    assert refused.json()["errors"] == unknown.json()["errors"]
    assert refused.json()["errors"][0]["code"] == "principal_has_another_head"

    mandate = good(town.as_(HEAD).post("/v1/mandates", body))
    assert mandate["as"] == "clerk"
    assert mandate["principal"] == {"name": company["name"]}
    town.settle()
    of_company = {"country": "KZ", "company": company["number"]}
    (listed,) = good(town.as_(HEAD).get("/v1/my/mandates", **of_company))["items"]
    assert listed["mandate"] == mandate["mandate"]
    for who in (CLERK, STRANGER, OFFICER):
        assert problem(town.as_(who).get("/v1/my/mandates", **of_company)) == (404, "not_found")

    case = good(filed(town, company))
    by = {"as": "clerk", "mandate": mandate["mandate"]}
    wrong = consented(town, case, CLERK, **{**by, "as": "mandate"})
    assert wrong.json()["errors"][0]["code"] == "mandate_does_not_hold"
    good(consented(town, case, CLERK, **by))
    assert (
        town.as_(HEAD).delete(f"/v1/mandates/{mandate['mandate']}", seen=mandate["version"]).status_code
        == 204
    )
    later = good(filed(town, company))
    assert problem(consented(town, later, CLERK, **by)) == (404, "not_found")


# --- what a company has -----------------------------------------------------------------------------------

SALE: Final = ("KZ", "car_sale")


def sold(town: Town, case: dict[str, Any], *, buyer: str = APPLICANT) -> dict[str, Any]:
    """The case after the buyer, the treasury, two officers and the registry did their part."""
    good(consented(town, case, buyer))
    town.pay(case["case"])
    town.settle()
    for act in (town.assign, town.approve, town.acknowledge):
        act(case["case"])
    return town.read(case["case"], OFFICER)


def owned(town: Town, by: str, company: dict[str, Any]) -> list[dict[str, Any]]:
    town.settle()
    found = town.as_(by).get("/v1/my/entries", country="KZ", company=company["number"])
    items: list[dict[str, Any]] = good(found)["items"]
    return [item for item in items if item["register"] == "vehicles"]


def sale(town: Town, **who: Any) -> dict[str, Any]:
    """The body of a filing; the car stands in the register as the seller's."""
    return town.filing(*SALE, **who)


def test_a_company_buys_a_car_and_its_head_finds_it_and_sells_it(town: Town) -> None:
    company = registered(town, head())
    bought = good(town.as_(APPLICANT).post("/v1/cases", sale(town, buyer=company), key=new_key()))
    assert owned(town, HEAD, company) == []
    town.settle()
    (listed,) = good(town.as_(HEAD).get("/v1/cases", country="KZ", company=company["number"]))["items"]
    assert listed["case"] == bought["case"]
    sold(town, bought, buyer=HEAD)
    (car,) = owned(town, HEAD, company)
    assert car["content"]["owner"] == company
    for who in (STRANGER, APPLICANT, OFFICER):
        asked = town.as_(who).get("/v1/my/entries", country="KZ", company=company["number"])
        assert problem(asked) == (404, "not_found")

    body = sale(town)
    body["request"] |= {
        "seller": company,
        "buyer": person(APPLICANT),
        "vehicle": {"vin": car["content"]["vehicle"]["vin"]},
    }
    for_it = {**body, "acting": {"as": "head"}}
    refused = town.as_(STRANGER).post("/v1/cases", for_it, key=new_key())
    assert refused.json()["errors"][0]["code"] == "not_acting"
    resold = good(town.as_(HEAD).post("/v1/cases", for_it, key=new_key()))
    assert resold["acts_for"] == [{"party": "p1", "as": "head"}]
    sold(town, resold)
    assert owned(town, HEAD, company) == []


def test_the_head_who_buys_from_the_company_is_answered_what_they_read(town: Town) -> None:
    """At the filing, at each act, and where the answer is given again."""
    company = registered(town, head())
    body, key = sale(town, seller=company, buyer=person(HEAD)), new_key()
    case = good(town.as_(HEAD).post("/v1/cases", body, key=key))
    said = [{"party": "p2", "as": None}, {"party": "p1", "as": "head"}]
    assert case["acts_for"] == said
    town.settle()
    path = f"/v1/cases/{case['case']}"
    assert case == good(town.as_(HEAD).get(path)) == good(town.as_(HEAD).post("/v1/cases", body, key=key))
    of = {"answer": "give", "of": case["request_hash"]}
    answer = good(town.as_(HEAD).post(f"{path}/consents", of))
    town.settle()
    assert answer == good(town.as_(HEAD).get(path))
    withdrawn = town.as_(HEAD).post(f"{path}/withdrawals", {}, seen=answer["version"])
    assert good(withdrawn)["stage"] == "withdrawn"


def test_the_head_of_a_company_hears_before_it_costs_what_stands_in_the_way_of_its_car(town: Town) -> None:
    company = registered(town, head())
    body = sale(town, seller=company)
    other = registered(town, head(), struck_off_on=None)
    draft = {"country": "KZ", "procedure": "car_sale", "request": body["request"]}
    town.settle()
    assert good(town.as_(HEAD).post("/v1/estimates", draft))["obstacles"] == []
    assert good(town.as_(STRANGER).post("/v1/estimates", draft))["obstacles"] == ["not_yours"]
    theirs = {**draft, "request": {**draft["request"], "seller": other}}
    assert good(town.as_(HEAD).post("/v1/estimates", theirs))["obstacles"] == ["not_yours"]
    part = {**draft, "request": {"seller": {"name": "Example LLP"}, "vehicle": body["request"]["vehicle"]}}
    assert good(town.as_(HEAD).post("/v1/estimates", part))["obstacles"] == ["not_yours"]


def test_a_company_that_the_register_does_not_know_sells_by_a_paper_that_an_officer_accepts(
    town: Town,
) -> None:
    unknown = {"country": "KZ", "number": f"HTTP-{next(_NUMBERS)}", "name": "Unknown LLP"}
    seller = {**unknown, "acts_by": {"as": "head", "person": person(HEAD)}}
    case = good(
        town.as_(HEAD).post("/v1/cases", sale(town, seller=seller, buyer=person(APPLICANT)), key=new_key())
    )
    town.settle()
    assert "acts_by_paper:seller" in town.read(case["case"], OFFICER)["warnings"]
    assert sold(town, case)["stage"] == "completed"


@pytest.mark.countries("KZ")
def test_a_company_that_was_struck_off_meanwhile_gets_no_car(new_town: Town) -> None:
    """The sentence says what the officer can do."""
    town = new_town
    tomorrow = (town.now() + timedelta(days=1)).date().isoformat()
    company = registered(town, head(), struck_off_on=tomorrow)
    case = good(town.as_(APPLICANT).post("/v1/cases", sale(town, buyer=company), key=new_key()))
    good(consented(town, case, HEAD))
    town.pay(case["case"])
    town.assign(case["case"])
    good(town.judge(OFFICER, case["case"], "proposals"))
    town.travel(days=1)
    answer = town.judge("kz-vehicle-registration-officer-2", case["case"], "approvals")
    assert problem(answer) == (409, "party_struck_off")
    assert "refuse" in answer.json()["detail"]
