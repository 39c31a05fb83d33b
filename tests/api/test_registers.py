"""Registers are read by those of their country who may, by opaque ids; restrictions come from whom the law names."""

from typing import Any

import pytest

from domain.offers import offers
from domain.persons import itself
from tests.api.test_amendments import annul_all
from tests.town.caller import good, new_key, problem
from tests.town.people import Town

SALE = ("KZ", "car_sale")
OFFICER = "kz-vehicle-registration-officer-1"
BAILIFF, PLEDGES = "kz-bailiffs-officer", "kz-pledge-registry-officer"
JUDGE, OWNER = "kz-court-judge", "kz-citizen-1"
ENTRIES = "/v1/registers/vehicles/entries"


def entry_of(town: Town, **changes: Any) -> tuple[str, str]:
    """(VIN, entry) of a car that stands in the register."""
    vin = town.request(*SALE, **changes)["vehicle"]["vin"]
    return vin, str(found(town, vin)["entry"])


def found(town: Town, vin: str) -> dict[str, Any]:
    asked = {"kind": "vin", "parts": [vin], "purpose": "looking after a car"}
    return good(town.as_(OFFICER).post("/v1/registers/vehicles/searches", asked))


def test_an_entry_is_found_by_its_exact_key(town: Town) -> None:
    """The key stands in a body; what is not there is not there, and nothing can be enumerated."""
    vin, entry = entry_of(town)
    shown = found(town, vin)
    assert shown["content"]["vehicle"]["vin"] == vin
    assert good(town.as_(OFFICER).read(f"{ENTRIES}/{entry}")) == shown
    asked = {"kind": "vin", "parts": [vin[:-1] + "X"], "purpose": "x"}
    answer = town.as_(OFFICER).post("/v1/registers/vehicles/searches", asked)
    assert problem(answer) == (404, "not_found")


def test_a_search_says_what_for(town: Town) -> None:
    vin, _ = entry_of(town)
    answer = town.as_(OFFICER).post("/v1/registers/vehicles/searches", {"kind": "vin", "parts": [vin]})
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/purpose"]


def test_a_list_of_entries_names_nobody(town: Town) -> None:
    """Opaque ids, page by page."""
    for _ in range(3):
        entry_of(town)
    seen, path = [], f"{ENTRIES}?limit=2"
    while path:
        answer = town.as_(OFFICER).send("GET", path)
        page = good(answer)["items"]
        assert all(set(item) == {"entry", "changed_at", "is_restricted"} for item in page)
        seen += [item["entry"] for item in page]
        path = answer.links.get("next", {}).get("url") or ""
    assert len(seen) == len(set(seen)) >= 3


@pytest.mark.parametrize("nobody", ["kz-citizen-4", "tr-civil-registry-officer-1", "kz-treasury"])
def test_others_do_not_read_registers(town: Town, nobody: str) -> None:
    """Not citizens, and nobody from abroad: their own register of that name would be empty, or is not theirs."""
    vin, entry = entry_of(town)
    asked = {"kind": "vin", "parts": [vin], "purpose": "x"}
    caller = town.as_(nobody)
    assert caller.read(f"{ENTRIES}/{entry}").status_code == 404
    assert caller.read(f"{ENTRIES}/{entry}/history").status_code == 404
    assert caller.post("/v1/registers/vehicles/searches", asked).status_code == 404
    listed = caller.get(ENTRIES)
    assert listed.status_code == 404 or good(listed)["items"] == []


@pytest.mark.parametrize("register", ["births", "ships", "nonsense%00"])
def test_an_entry_is_in_one_register(town: Town, register: str) -> None:
    _, entry = entry_of(town)
    assert problem(town.as_(OFFICER).read(f"/v1/registers/{register}/entries/{entry}")) == (404, "not_found")


# --- restrictions -----------------------------------------------------------------------------------------


def test_a_restriction_is_placed_and_lifted_by_whom_the_law_names(town: Town) -> None:
    _, entry = entry_of(town)
    path = f"{ENTRIES}/{entry}/restrictions"
    placed = town.as_(PLEDGES).post(path, {"kind": "lien", "reference": "pledge 17"})
    (live,) = good(placed)["restrictions"]
    assert (live["kind"], live["authority"]) == ("lien", "kz-pledge-registry")
    assert good(town.as_(OFFICER).read(f"{ENTRIES}/{entry}"))["restrictions"] == [live]
    assert problem(town.as_(BAILIFF).delete(f"{path}/{live['id']}"))[0] in (403, 404)
    again = town.as_(PLEDGES).post(path, {"kind": "lien", "reference": "pledge 17"})  # under another key
    assert good(again) == good(placed)
    lifted = good(town.as_(PLEDGES).delete(f"{path}/{live['id']}"))
    assert lifted["restrictions"] == []
    assert good(town.as_(PLEDGES).delete(f"{path}/{live['id']}")) == lifted, "whose answer was lost"


def test_a_court_lifts_what_the_bailiffs_placed(town: Town) -> None:
    """The owner finds who did it in the history of their car, and the bailiffs find nothing of theirs on it."""
    vin, entry = entry_of(town)
    path = f"{ENTRIES}/{entry}/restrictions"
    (live,) = good(town.as_(BAILIFF).post(path, {"kind": "arrest", "reference": "writ 17"}))["restrictions"]
    assert good(town.as_(JUDGE).read(f"{ENTRIES}/{entry}", "complaint 3"))["restrictions"] == [live]
    lifted = good(town.as_(JUDGE).delete(f"{path}/{live['id']}"))
    assert (lifted["restrictions"], lifted["has_other_restrictions"]) == ([], False)
    asked = {"kind": "vin", "parts": [vin], "purpose": "writ 17"}
    seen = good(town.as_(BAILIFF).post("/v1/registers/vehicles/searches", asked))
    assert (seen["restrictions"], seen["has_other_restrictions"]) == ([], False)
    assert problem(town.as_(BAILIFF).delete(f"{path}/{live['id']}")) == (404, "not_found")
    assert good(town.as_(JUDGE).delete(f"{path}/{live['id']}")) == lifted
    newest = good(town.as_(OWNER).get(f"{ENTRIES}/{entry}/history"))["events"][-1]
    assert (newest["type"], newest["authority"]) == ("entry.RestrictionLifted.v1", "kz-court")
    assert newest["data"]["restriction"] == live["id"]


def test_a_court_lifts_nothing_that_the_law_gives_to_another_office_alone(town: Town) -> None:
    """And whoever is refused hears whose it is."""
    _, entry = entry_of(town)
    path = f"{ENTRIES}/{entry}/restrictions"
    (live,) = good(town.as_(PLEDGES).post(path, {"kind": "lien"}))["restrictions"]
    refused = town.as_(JUDGE).delete(f"{path}/{live['id']}")
    assert problem(refused) == (403, "other_authority")
    assert "kz-pledge-registry" in refused.json()["detail"]
    assert problem(town.as_(JUDGE).post(path, {"kind": "lien"})) == (403, "other_authority")


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("tr-court-judge", (404, "not_found")),
        (OFFICER, (403, "other_authority")),
        ("kz-police-officer", (403, "other_authority")),
        ("kz-citizen-1", (404, "not_found")),
    ],
)
def test_nobody_else_lifts_what_a_court_may(town: Town, who: str, answer: tuple[int, str]) -> None:
    _, entry = entry_of(town)
    path = f"{ENTRIES}/{entry}/restrictions"
    (live,) = good(town.as_(BAILIFF).post(path, {"kind": "arrest"}))["restrictions"]
    assert problem(town.as_(who).delete(f"{path}/{live['id']}")) == answer
    assert good(town.as_(OFFICER).read(f"{ENTRIES}/{entry}"))["restrictions"] == [live]


def test_a_kind_belongs_to_one_authority(town: Town) -> None:
    _, entry = entry_of(town)
    path = f"{ENTRIES}/{entry}/restrictions"
    assert problem(town.as_(BAILIFF).post(path, {"kind": "lien"}))[0] in (403, 404)
    assert problem(town.as_(OFFICER).post(path, {"kind": "lien"}))[0] in (403, 404)
    unknown = town.as_(BAILIFF).post(path, {"kind": "curse"})
    assert unknown.json()["errors"][0]["code"] == "unknown_restriction"


@pytest.mark.parametrize("nobody", ["kz-citizen-1", "tr-civil-registry-officer-1"])
def test_who_may_not_restrict_does_not_learn_that_the_entry_exists(town: Town, nobody: str) -> None:
    _, entry = entry_of(town)
    for where in (entry, "00000000-0000-4000-8000-000000000000"):
        answer = town.as_(nobody).post(f"{ENTRIES}/{where}/restrictions", {"kind": "lien"})
        assert problem(answer) == (404, "not_found")


def test_under_one_key_a_restriction_is_placed_once(town: Town) -> None:
    """The same key with another body is refused; after it was lifted, the old answer is still the answer."""
    _, entry = entry_of(town)
    path, key, pledges = f"{ENTRIES}/{entry}/restrictions", new_key(), town.as_(PLEDGES)
    first = good(pledges.post(path, {"kind": "lien"}, key=key))
    again = good(pledges.post(path, {"kind": "lien"}, key=key))
    assert first == again
    other = pledges.post(path, {"kind": "lien", "reference": "another"}, key=key)
    assert problem(other) == (422, "idempotency_key_reused")
    good(pledges.delete(f"{path}/{first['restrictions'][0]['id']}"))
    assert good(pledges.post(path, {"kind": "lien"}, key=key)) == first
    assert good(town.as_(OFFICER).read(f"{ENTRIES}/{entry}"))["restrictions"] == []


def test_a_car_under_a_restriction_is_not_transferred_until_it_is_lifted(town: Town) -> None:
    """Live at the moment of transfer is what counts, not at filing."""
    case = town.take_to("in_review", *SALE)
    entry = found(town, town.read(case)["request"]["vehicle"]["vin"])["entry"]
    path = f"{ENTRIES}/{entry}/restrictions"
    (live,) = good(town.as_(PLEDGES).post(path, {"kind": "lien"}))["restrictions"]
    town.assign(case)
    good(town.judge(OFFICER, case, "proposals"))
    second = "kz-vehicle-registration-officer-2"
    assert problem(town.judge(second, case, "approvals")) == (409, "entry_restricted")
    good(town.as_(PLEDGES).delete(f"{path}/{live['id']}"))
    assert good(town.judge(second, case, "approvals"))["stage"] == "approved"
    buyer = town.read(case)["request"]["buyer"]
    assert good(town.as_(OFFICER).read(f"{ENTRIES}/{entry}"))["content"]["owner"] == itself(buyer)


@pytest.mark.parametrize(("country", "procedure"), sorted(offers()))
def test_what_is_approved_stands_in_the_register(town: Town, country: str, procedure: str) -> None:
    """Of any procedure; the officer who decides reads it there."""
    case = town.take_to("approved", country, procedure)
    shown = town.read(case)
    assert shown["entries"]
    for written in shown["entries"]:
        path = f"/v1/registers/{written['register']}/entries/{written['entry']}"
        entry = good(town.as_(town.officer(case)).read(path))
        assert (entry["register"], entry["status"]) == (written["register"], "active")
        assert entry["authority"] == shown["authority"]


# --- erasure ----------------------------------------------------------------------------------------------


def test_an_entry_is_erased_when_the_law_keeps_it_no_longer(new_town: Town) -> None:
    _, entry = entry_of(new_town)
    officer, why = new_town.as_("kz-data-protection-officer"), {"basis": "the law keeps it no longer"}
    path = f"{ENTRIES}/{entry}/erasures"
    assert problem(officer.post(path, why)) == (409, "entry_holds")
    annul_all(new_town, f"{ENTRIES}/{entry}")
    assert problem(officer.post(path, why)) == (409, "retention_not_over")
    assert problem(new_town.as_(OFFICER).post(path, why))[0] in (403, 404)
    new_town.travel(days=366 * 11)
    good(officer.post(path, why))
    shown = good(new_town.as_(OFFICER).read(f"{ENTRIES}/{entry}"))
    assert shown["is_erased"]
    assert set(shown["content"].values()) == {None}
