"""Who read my data, when, for what purpose, on what legal basis: recorded before the bytes leave."""

from typing import Any

import pytest

from infra.stores import accesses
from tests.town.caller import good, problem
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("KZ")

SALE = ("KZ", "car_sale")
SELLER, BUYER, STRANGER = "kz-citizen-1", "kz-citizen-2", "kz-citizen-4"
OFFICE = "kz-vehicle-registration"
OFFICER = f"{OFFICE}-officer-1"


def mine(town: Town, citizen: str, **params: Any) -> list[dict[str, Any]]:
    """What a citizen is told: all that was read before they asked."""
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


def search(town: Town, vin: str, purpose: str) -> None:
    asked = {"kind": "vin", "parts": [vin], "purpose": purpose}
    good(town.as_(OFFICER).post("/v1/registers/vehicles/searches", asked))


def test_whoever_owns_the_car_at_that_moment_finds_the_reading_and_no_former_owner(new_town: Town) -> None:
    """Before a sale the seller, without any case; after it the buyer; and what was read before is not the buyer's."""
    vin = new_town.request(*SALE)["vehicle"]["vin"]
    search(new_town, vin, "before the sale")
    request = {**new_town.request(*SALE), "vehicle": {"vin": vin, "plate": None}}
    filed = {**new_town.filing(*SALE), "request": request}
    case = good(new_town.as_(SELLER).post("/v1/cases", filed, key="sold"))["case"]
    search(new_town, vin, "while the case is open")
    new_town.complete(case)
    new_town.assign(case)
    new_town.approve(case)
    search(new_town, vin, "divorce of the next owner")
    for citizen, purposes in (
        (SELLER, ["before the sale", "while the case is open"]),
        (BUYER, ["divorce of the next owner"]),
        (STRANGER, []),
    ):
        entries = [a for a in mine(new_town, citizen) if a["basis"].endswith("in vehicles")]
        assert [a["purpose"] for a in entries] == purposes
        assert {a["basis"] for a in entries} <= {"register.read:officer in vehicles"}


def test_a_reading_of_the_past_is_found_by_who_owned_the_car_then(new_town: Town) -> None:
    case = new_town.take_to("approved", *SALE)
    (written,) = new_town.read(case)["entries"]
    entry = f"/v1/registers/vehicles/entries/{written['entry']}"
    officer = new_town.as_(OFFICER)
    was = good(officer.read(entry, "whose it was", as_of=written_at(new_town, case)))
    assert was["content"]["owner"] == person(SELLER)
    good(officer.read(f"{entry}/history", "all of it"))
    found = {
        citizen: [a["purpose"] for a in mine(new_town, citizen) if a["stream"] == written["entry"]]
        for citizen in (SELLER, BUYER)
    }
    assert found == {SELLER: ["whose it was", "all of it"], BUYER: ["all of it"]}


def written_at(town: Town, case: str) -> str:
    """A moment at which the car was registered and not sold yet."""
    return str(town.read(case)["filed_at"])


def test_who_the_readings_concern_stands_in_the_table_by_ids_that_lead_nowhere_else(new_town: Town) -> None:
    """Not by those that are used in cases and entries: the table outlives them."""
    case = new_town.file(*SALE)
    new_town.read(case, OFFICER)
    country = new_town.house.countries["KZ"]
    ids = [country.ids.person(*person(c)["personal_number"].values()) for c in (SELLER, BUYER)]
    (reading,) = country.accesses.since(0, 10)
    assert sorted(reading.concerned.split()) == sorted(map(country.ids.concerned, ids))
    assert not set(reading.concerned.split()) & set(ids)


def test_a_registry_that_fetches_an_event_reads_of_those_whom_it_names(new_town: Town) -> None:
    """Of the import the seller, though the buyer owns the car by now; of the sale the buyer."""
    case = new_town.take_to("approved", *SALE)
    (written,) = new_town.read(case)["entries"]
    registry = new_town.as_("kz-vehicle-register")
    events = [e["id"] for e in new_town.feed("kz-vehicle-register", "KZ") if e["subject"] == written["entry"]]
    for event in events:
        good(registry.post("/v1/feeds/kz/disclosures", {"events": [event]}))
    for citizen in (SELLER, BUYER):
        (reading,) = [a for a in mine(new_town, citizen) if a["stream"] == written["entry"]]
        assert reading["role"] == "registry"


def test_the_list_leads_on_page_by_page(new_town: Town) -> None:
    """Over several cases, in the order of the readings."""
    cases = [new_town.file(*SALE) for _ in range(3)]
    for case in (*cases, *cases):
        new_town.read(case, OFFICER)
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
