"""Who reads an entry, and for what: officers for a case or a purpose, who restricts by its key, people their own."""

from typing import Any

import pytest

from domain.offers import offices_of_register
from infra.formats.signing import open_disclosure
from tests.town.caller import good, problem
from tests.town.people import Town, person

SALE, BIRTH = ("KZ", "car_sale"), ("TR", "birth_certificate")
OFFICER, OFFICER_2 = "kz-vehicle-registration-officer-1", "kz-vehicle-registration-officer-2"
BAILIFF, POLICE, PLEDGES = "kz-bailiffs-officer", "kz-police-officer", "kz-pledge-registry-officer"
REGISTRY, AUDITOR, OWNER, BUYER = "kz-vehicle-register", "kz-auditor", "kz-citizen-1", "kz-citizen-2"
ENTRIES, SEARCHES = "/v1/registers/vehicles/entries", "/v1/registers/vehicles/searches"


def search(town: Town, who: str, vin: str, **more: Any) -> Any:
    return town.as_(who).post(SEARCHES, {"kind": "vin", "parts": [vin], **more})


def a_car(town: Town) -> tuple[str, str]:
    """(VIN, entry) of a car that citizen 1 owns."""
    vin = town.request(*SALE)["vehicle"]["vin"]
    return vin, str(good(search(town, OFFICER, vin, purpose="looking after it"))["entry"])


def purposes(town: Town, citizen: str, entry: str) -> list[str]:
    town.settle()
    seen, path = [], "/v1/my/accesses?country=KZ&limit=100"
    while path:
        answer = town.as_(citizen).send("GET", path)
        seen += [a["purpose"] for a in good(answer)["items"] if a["stream"] == entry]
        path = answer.links.get("next", {}).get("url") or ""
    return seen


# --- officers ---------------------------------------------------------------------------------------------


def test_an_officer_says_what_for_and_the_owner_finds_it(town: Town) -> None:
    """In any script; never in the address."""
    _, entry = a_car(town)
    officer = town.as_(OFFICER)
    assert problem(officer.get(f"{ENTRIES}/{entry}")) == (400, "purpose_missing")
    assert problem(officer.get(f"{ENTRIES}/{entry}/history")) == (400, "purpose_missing")
    good(officer.read(f"{ENTRIES}/{entry}", "Көлік табылды"))
    raw = {"Reading-Purpose": "Көлік тексерілді".encode()}
    good(officer.send("GET", f"{ENTRIES}/{entry}", headers=raw))  # type: ignore[arg-type]  # bytes as they are sent
    assert purposes(town, OWNER, entry) == ["looking after it", "Көлік табылды", "Көлік тексерілді"]


@pytest.mark.parametrize(
    "wrong", ["%FF", "%ZZ", "all of it, 100%", "%20a", "a%0Ab", "%E2%80%8B", "", "x" * 201]
)
def test_a_purpose_is_a_line_that_can_be_read(town: Town, wrong: str) -> None:
    _, entry = a_car(town)
    answer = town.as_(OFFICER).send("GET", f"{ENTRIES}/{entry}", headers={"Reading-Purpose": wrong})
    assert problem(answer) == (400, "purpose_wrong")
    assert purposes(town, OWNER, entry) == ["looking after it"]


def test_an_officer_reads_for_a_case_that_names_the_entry(town: Town) -> None:
    """Before it is decided and after; by search and by id; the case stands in the owner's list."""
    case = town.take_to("in_review", *SALE)
    vin = town.read(case)["request"]["vehicle"]["vin"]
    entry = good(search(town, OFFICER, vin, case=case))["entry"]
    good(town.as_(OFFICER_2).get(f"{ENTRIES}/{entry}", case=case))
    assert purposes(town, OWNER, entry) == [f"work on case {case}"] * 2
    town.assign(case)
    town.approve(case)
    good(town.as_(OFFICER).get(f"{ENTRIES}/{entry}", case=case))
    assert purposes(town, BUYER, entry) == [f"work on case {case}"]


def test_a_case_that_names_another_entry_or_is_not_theirs_is_no_reason(town: Town) -> None:
    """What is not there is answered in the same way; nothing is recorded."""
    _, entry = a_car(town)
    theirs, abroad = town.file(*SALE), town.file(*BIRTH)
    for case in (theirs, abroad, "00000000-0000-4000-8000-000000000000", entry):
        answer = town.as_(OFFICER).get(f"{ENTRIES}/{entry}", case=case)
        assert problem(answer) == (403, "not_for_this_case")
    assert purposes(town, OWNER, entry) == ["looking after it"]


def test_officers_who_have_nothing_to_do_with_a_register_do_not_read_it(town: Town) -> None:
    """Of the same country: who decides on births reads no cars, and who restricts cars reads no births."""
    case = town.take_to("approved", *BIRTH)
    (written,) = town.read(case)["entries"]
    births = f"/v1/registers/births/entries/{written['entry']}"
    good(town.as_(town.officer(case)).read(births))
    for nobody in (OFFICER, POLICE, REGISTRY, "tr-treasury", "tr-data-protection-officer"):
        assert problem(town.as_(nobody).read(births)) == (404, "not_found")
        asked = {"kind": "entry_number", "parts": ["1"], "purpose": "x"}
        assert problem(town.as_(nobody).post("/v1/registers/births/searches", asked)) == (404, "not_found")
        assert problem(town.as_(nobody).get("/v1/registers/births/entries")) == (404, "not_found")


def test_the_law_names_who_works_with_a_register(town: Town) -> None:
    found = offices_of_register("KZ", "vehicles", town.now().date())
    assert found.deciding == {"kz-vehicle-registration", "kz-court"}
    assert found.keeping == {"kz-vehicle-register"}
    assert found.restricting == {
        "kz-bailiffs",
        "kz-civil-registry",
        "kz-pledge-registry",
        "kz-police",
        "kz-state-revenue",
        "kz-vehicle-registration",
    }
    births = offices_of_register("KZ", "births", town.now().date())
    assert births.deciding == {"kz-civil-registry", "kz-court"}
    assert births.keeping == {"kz-birth-register"}
    assert not any(offices_of_register("TR", "work-permits", town.now().date()))


def test_a_registry_needs_no_purpose_and_is_recorded(town: Town) -> None:
    vin, entry = a_car(town)
    good(town.as_(REGISTRY).get(f"{ENTRIES}/{entry}"))
    good(search(town, REGISTRY, vin))
    assert purposes(town, OWNER, entry) == ["looking after it", *["keeping the register"] * 2]


def test_an_auditor_sees_no_person_and_no_thing(town: Town) -> None:
    vin, entry = a_car(town)
    for path in (f"{ENTRIES}/{entry}", f"{ENTRIES}/{entry}/history"):
        answer = town.as_(AUDITOR).get(path)
        assert good(answer)["entry"] == entry
        for secret in (vin, person(OWNER)["given_names"], person(OWNER)["personal_number"]["number"]):
            assert secret not in answer.text
    assert problem(search(town, AUDITOR, vin, purpose="x")) == (404, "not_found")


# --- who restricts ----------------------------------------------------------------------------------------


def test_who_restricts_finds_the_thing_by_its_key_restricts_it_and_lifts_that_later(town: Town) -> None:
    """With a purpose, which the owner finds; what the thing is, and nothing of the owner."""
    vin, entry = a_car(town)
    found = good(search(town, BAILIFF, vin.lower(), purpose="writ of execution"))
    assert found["entry"] == entry
    assert found["status"] == "active"
    assert found["content"].keys() == {"vehicle"}
    assert (found["restrictions"], found["has_other_restrictions"]) == ([], False)
    path = f"{ENTRIES}/{entry}/restrictions"
    (mine,) = good(town.as_(BAILIFF).post(path, {"kind": "arrest", "reference": "writ 17"}))["restrictions"]
    again = good(search(town, BAILIFF, vin, purpose="the debt is paid"))
    assert again["restrictions"] == [mine]
    good(town.as_(BAILIFF).delete(f"{path}/{mine['id']}"))
    assert good(town.as_(BAILIFF).read(f"{ENTRIES}/{entry}", "is it lifted"))["restrictions"] == []
    wanted = ["looking after it", "writ of execution", "the debt is paid", "is it lifted"]
    assert purposes(town, OWNER, entry) == wanted


def test_who_restricts_sees_that_there_are_others_and_not_whose(town: Town) -> None:
    """Neither by reading nor in the answer to a restriction of their own."""
    vin, entry = a_car(town)
    path = f"{ENTRIES}/{entry}/restrictions"
    (lien,) = good(town.as_(PLEDGES).post(path, {"kind": "lien"}))["restrictions"]
    found = good(search(town, POLICE, vin, purpose="a theft"))
    assert (found["restrictions"], found["has_other_restrictions"]) == ([], True)
    placed = good(town.as_(POLICE).post(path, {"kind": "wanted"}))
    assert [r["kind"] for r in placed["restrictions"]] == ["wanted"]
    assert placed["has_other_restrictions"]
    shown = good(town.as_(OFFICER).read(f"{ENTRIES}/{entry}"))
    assert {r["kind"] for r in shown["restrictions"]} == {"lien", "wanted"}
    assert not shown["has_other_restrictions"]
    assert lien["id"] not in town.as_(POLICE).read(f"{ENTRIES}/{entry}").text


def test_who_restricts_needs_a_purpose_and_reads_nothing_else(town: Town) -> None:
    """No case is theirs; no list, no past, no history."""
    vin, entry = a_car(town)
    case = town.file(*SALE)
    bailiff = town.as_(BAILIFF)
    refused = search(town, BAILIFF, vin)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/purpose")
    assert problem(bailiff.get(f"{ENTRIES}/{entry}")) == (400, "purpose_missing")
    assert problem(bailiff.get(f"{ENTRIES}/{entry}", case=case)) == (400, "purpose_missing")
    assert problem(bailiff.get(ENTRIES)) == (404, "not_found")
    assert problem(bailiff.read(f"{ENTRIES}/{entry}/history")) == (404, "not_found")
    assert problem(bailiff.read(f"{ENTRIES}/{entry}", as_of="2026-11-23")) == (404, "not_found")


@pytest.mark.parametrize("body", [{"kind": "lien"}, {"kind": 7}, {}])
def test_who_has_nothing_to_do_with_a_register_learns_of_no_entry(town: Town, body: dict[str, Any]) -> None:
    """Whatever they send, the answer is that of an address where nothing is."""
    _, entry = a_car(town)
    for nobody in ("kz-treasury", AUDITOR, "tr-civil-registry-officer-1"):
        for where in (entry, "00000000-0000-4000-8000-000000000000"):
            answer = town.as_(nobody).post(f"{ENTRIES}/{where}/restrictions", body)
            assert problem(answer) == (404, "not_found")


# --- people -----------------------------------------------------------------------------------------------


def test_the_owner_reads_the_entry_and_that_is_nobodys_business(town: Town) -> None:
    _, entry = a_car(town)
    found = good(town.as_(OWNER).get(f"{ENTRIES}/{entry}"))
    assert found["content"]["owner"] == person(OWNER)
    assert problem(town.as_(BUYER).get(f"{ENTRIES}/{entry}")) == (404, "not_found")
    assert purposes(town, OWNER, entry) == ["looking after it"]


def test_ones_own_entries_are_a_list_with_their_restrictions(new_town: Town) -> None:
    """The seller's until the sale, then the buyer's; page by page, and nobody else's."""
    cars = dict(a_car(new_town) for _ in range(3))
    sold = new_town.take_to("approved", *SALE)
    (written,) = new_town.read(sold)["entries"]
    entry = next(iter(cars.values()))
    good(new_town.as_(BAILIFF).post(f"{ENTRIES}/{entry}/restrictions", {"kind": "arrest"}))
    seen, path = [], "/v1/my/entries?country=KZ&limit=2"
    while path:
        answer = new_town.as_(OWNER).send("GET", path)
        seen += good(answer)["items"]
        path = answer.links.get("next", {}).get("url") or ""
    assert {item["entry"] for item in seen} == set(cars.values())
    kinds = {i["entry"]: [(r["kind"], r["authority"]) for r in i["restrictions"]] for i in seen}
    assert kinds[entry] == [("arrest", "kz-bailiffs")]
    (bought,) = good(new_town.as_(BUYER).get("/v1/my/entries", country="KZ"))["items"]
    assert (bought["entry"], bought["content"]["owner"]) == (written["entry"], person(BUYER))
    heads = good(new_town.as_("kz-citizen-4").get("/v1/my/entries", country="KZ"))["items"]
    assert {entry["register"] for entry in heads} == {"companies"}
    assert good(new_town.as_("kz-treasury").get("/v1/my/entries", country="KZ"))["items"] == []
    assert problem(new_town.as_(OWNER).get("/v1/my/entries")) == (400, "country_missing")


def test_a_mother_sees_her_own_number_in_a_birth_and_of_the_father_the_name(town: Town) -> None:
    mother, father = person("tr-citizen-1"), person("tr-citizen-2")
    case = town.take_to("approved", *BIRTH, mother=mother, father=father)
    (written,) = town.read(case)["entries"]
    items = good(town.as_("tr-citizen-1").get("/v1/my/entries", country="TR"))["items"]
    (found,) = [item for item in items if item["entry"] == written["entry"]]
    assert found["content"]["mother"] == mother
    assert found["content"]["father"] == {n: father[n] for n in ("surname", "given_names")}
    assert found["content"]["child"]["born_on"]
    history = town.as_("tr-citizen-1").get(f"/v1/registers/births/entries/{written['entry']}/history")
    assert mother["personal_number"]["number"] in _disclosed(good(history))
    assert father["personal_number"]["number"] not in _disclosed(good(history))


def _disclosed(history: dict[str, Any]) -> str:
    return "".join(str(open_disclosure(text)) for e in history["events"] for text in e["disclosures"])
