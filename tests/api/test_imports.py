"""What an import tells, and flags: cars that stand in two countries, plates that stand twice (rules.md 27)."""

from datetime import timedelta
from typing import Any, Final

import pytest

from infra.formats.signing import open_disclosure
from infra.verification import verify_folder
from tests.town.caller import good, new_key, problem
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("KZ", "TR")

SALE: Final = ("KZ", "car_sale")
PARENTS: Final = ("mother", "father")
FLAG: Final = "registered_elsewhere"
SELLER: Final = "kz-citizen-1"
OFFICERS: Final = {"KZ": "kz-vehicle-registration-officer-1", "TR": "tr-notary-officer-1"}
RESTRICTING: Final = {"KZ": "kz-vehicle-registration-officer", "TR": "tr-notary-officer"}


def vin(n: int) -> str:
    return f"XTA21093{n:09d}"


def car(n: int, country: str = "KZ", **changes: Any) -> dict[str, Any]:
    vehicle = {"vin": vin(n), "plate": f"{n:03d}AAA02", "make": "Lada", "model": "Samara", "year": 2001}
    return {"vehicle": {**vehicle, **changes}, "owner": person(f"{country.lower()}-citizen-1")}


def entry(town: Town, country: str, n: int) -> dict[str, Any]:
    """As the officer of that country finds it."""
    said = {"kind": "vin", "parts": [vin(n)], "purpose": "a car in two countries"}
    found: dict[str, Any] = good(town.as_(OFFICERS[country]).post("/v1/registers/vehicles/searches", said))
    return found


def kinds(town: Town, country: str, n: int) -> list[str]:
    return [placed["kind"] for placed in entry(town, country, n)["restrictions"]]


def sale(n: int, plate: str | None = None) -> dict[str, Any]:
    return {
        "seller": person(SELLER),
        "buyer": person("kz-citizen-2"),
        "vehicle": {"vin": vin(n), "plate": plate},
        "price": {"amount": 900_000_00, "currency": "KZT"},
    }


def filed(town: Town, n: int) -> dict[str, Any]:
    body = {"country": "KZ", "procedure": "car_sale", "request": sale(n), "evidence": []}
    found: dict[str, Any] = good(town.as_(SELLER).post("/v1/cases", body, key=new_key()))
    return found


# --- a car in two countries -------------------------------------------------------------------------------------


def test_a_car_of_two_countries_is_flagged_in_both_until_an_officer_has_looked(new_town: Town) -> None:
    town = new_town
    assert town.import_entries("TR", "vehicles", [car(1, "TR"), car(2, "TR")]).clashes == []
    done = town.import_entries("KZ", "vehicles", [car(3), car(2), car(1)])
    assert [clash._asdict() for clash in done.clashes] == [
        {"line": 2, "country": "TR"},
        {"line": 3, "country": "TR"},
    ]
    town.settle()
    assert {(cc, n): kinds(town, cc, n) for cc in ("KZ", "TR") for n in (1, 2)} == {
        ("KZ", 1): [FLAG],
        ("KZ", 2): [FLAG],
        ("TR", 1): [FLAG],
        ("TR", 2): [FLAG],
    }
    assert kinds(town, "KZ", 3) == []
    case = filed(town, 1)
    assert case["obstacles"] == ["restricted"]
    assert town.read(case["case"], OFFICERS["KZ"])["obstacles"] == [f"restricted:{FLAG}"]
    assert "entry_restricted" in {
        each["what"] for each in good(town.as_("tr-citizen-1").get("/v1/my/notices", country="TR"))["items"]
    }
    for country in ("KZ", "TR"):
        found = entry(town, country, 1)
        path = (
            f"/v1/registers/vehicles/entries/{found['entry']}/restrictions/{found['restrictions'][0]['id']}"
        )
        assert problem(town.as_("kz-bailiffs-officer").delete(path))[0] in (403, 404)
        assert town.as_(RESTRICTING[country]).delete(path).is_success
        town.settle()
        assert kinds(town, country, 1) == []
    report = verify_folder(town.settings.data)
    assert report["ok"], report


def test_a_refused_import_flags_nothing(town: Town) -> None:
    """Not in the other country either: its last line is wrong."""
    town.import_entries("TR", "vehicles", [car(11, "TR")])
    town.import_entries("KZ", "vehicles", [car(12)])
    with pytest.raises(Exception, match="wrong_lines"):
        town.import_entries("KZ", "vehicles", [car(11), car(12)])
    town.settle()
    assert kinds(town, "TR", 11) == []


@pytest.mark.countries("KZ", "TR", "UZ")
def test_who_looked_at_one_other_country_has_not_looked_at_all(new_town: Town) -> None:
    """A car of three countries: it is flagged once for each other one, also where these came one after the other."""
    town = new_town
    for country in ("TR", "KZ", "UZ"):
        town.import_entries(country, "vehicles", [car(31, country)])
    town.settle()
    for country in ("KZ", "TR"):
        assert kinds(town, country, 31) == [FLAG, FLAG]
    found = entry(town, "KZ", 31)
    path = f"/v1/registers/vehicles/entries/{found['entry']}/restrictions"
    assert town.as_(RESTRICTING["KZ"]).delete(f"{path}/{found['restrictions'][0]['id']}").is_success
    town.settle()
    assert kinds(town, "KZ", 31) == [FLAG]
    assert filed(town, 31)["obstacles"] == ["restricted"]


def test_a_flag_says_where_else_the_car_stands(town: Town) -> None:
    """Also beside one that an officer placed for another reason."""
    town.import_entries("TR", "vehicles", [car(21, "TR")])
    town.settle()
    path = f"/v1/registers/vehicles/entries/{entry(town, 'TR', 21)['entry']}/restrictions"
    good(town.as_(RESTRICTING["TR"]).post(path, {"kind": FLAG}))
    town.import_entries("KZ", "vehicles", [car(21)])
    town.settle()
    assert kinds(town, "TR", 21) == [FLAG, FLAG]
    (ours,) = entry(town, "KZ", 21)["restrictions"]
    assert ours["authority"] == "kz-vehicle-registration"
    history = f"/v1/registers/vehicles/entries/{entry(town, 'KZ', 21)['entry']}/history"
    (placed,) = (
        each
        for each in good(town.as_(OFFICERS["KZ"]).read(history))["events"]
        if each["type"] == "entry.RestrictionPlaced.v1"
    )
    assert [open_disclosure(text) for text in placed["disclosures"]] == [("reference", "TR")]


def test_a_child_of_two_countries_is_told_and_nothing_is_flagged(town: Town) -> None:
    """Whoever is born abroad may stand in two registers, and nothing of a birth is sold."""
    born = {**birth(town), "child_number": person("kz-citizen-4")["personal_number"]}
    assert town.import_entries("KZ", "births", [born]).clashes == []
    size = town.house.countries["KZ"].log.size()
    done = town.import_entries("TR", "births", [birth(town), born])
    assert [(clash.line, clash.country) for clash in done.clashes] == [(2, "KZ")]
    assert town.house.countries["KZ"].log.size() == size


def birth(town: Town) -> dict[str, Any]:
    """As a register holds it."""
    request = town.request("TR", "birth_certificate")
    parents = {n: request[n] and {k: v for k, v in request[n].items() if k != "acts_by"} for n in PARENTS}
    return {**{name: request[name] for name in ("child", "medical_certificate")}, **parents}


def test_a_birth_that_was_annulled_is_imported_again(town: Town) -> None:
    """It is an entry of its own; the annulled one stays what it is."""
    one, two = "tr-civil-registry-supervisor", "tr-civil-registry-officer-1"
    born = birth(town)
    town.import_entries("TR", "births", [born])
    town.settle()
    first = birth_found(town, born)
    path = f"/v1/registers/births/entries/{first['entry']}"
    said = {"of": first["newest_change"], "reason": "It was imported from a wrong page."}
    good(town.as_(one).post(f"{path}/annulment-proposals", said, seen=first["version"]))
    town.settle()
    seen = good(town.as_(two).read(path))
    done = {"of": seen["proposal"]["event"]}
    good(town.as_(two).post(f"{path}/annulments", done, seen=seen["version"]))
    town.settle()
    assert town.import_entries("TR", "births", [born]).entries == 1
    town.settle()
    again = birth_found(town, born)
    assert again["entry"] != first["entry"]
    assert good(town.as_(one).read(path))["status"] == "annulled"
    with pytest.raises(Exception, match="wrong_lines"):
        town.import_entries("TR", "births", [born])
    assert verify_folder(town.settings.data, with_keys=True, processes=0)["failures"] == []


def birth_found(town: Town, born: dict[str, Any]) -> dict[str, Any]:
    """By its mother, where one entry that holds has it."""
    number, child = born["mother"]["personal_number"], born["child"]
    parts = [number["country"], number["number"], child["born_on"], str(child["order"])]
    said = {"kind": "delivery", "parts": parts, "purpose": "an import"}
    found: dict[str, Any] = good(
        town.as_("tr-civil-registry-supervisor").post("/v1/registers/births/searches", said)
    )
    return found


def test_a_birth_of_tomorrow_is_refused(town: Town) -> None:
    born = birth(town)
    born["child"] = {**born["child"], "born_on": str(town.now().date() + timedelta(days=2))}
    with pytest.raises(Exception, match="wrong_lines") as wrong:
        town.import_entries("TR", "births", [born])
    (line,) = wrong.value.lines  # type: ignore[attr-defined]  # of WrongLines
    assert (line.fault.pointer, line.fault.code) == ("/child/born_on", "in_the_future")


# --- a plate on two cars ----------------------------------------------------------------------------------------


def test_lines_whose_plate_stands_twice_are_named_and_imported(town: Town) -> None:
    """However it is typed; in the register, or in the file. A car without a plate has none in common."""
    town.import_entries("KZ", "vehicles", [car(31, plate="777 KZA 02")])
    town.settle()
    lines = [
        car(32, plate="777kza02"),
        car(33, plate="888KZA02"),
        car(34, plate=None),
        car(35, plate="888-KZA-02"),
        car(36, plate=None),
    ]
    done = town.import_entries("KZ", "vehicles", lines)
    assert (done.entries, done.plates_twice) == (5, [1, 2, 4])


def test_the_officer_of_a_sale_hears_live_that_the_plate_stands_on_another_car(town: Town) -> None:
    """As long as it does; the parties hear nothing of it."""
    town.import_entries("KZ", "vehicles", [car(41)])
    case = filed(town, 41)["case"]
    assert "plate_twice" not in town.read(case, OFFICERS["KZ"])["warnings"]
    town.import_entries("KZ", "vehicles", [car(42, plate=car(41)["vehicle"]["plate"])])
    town.settle()
    assert "plate_twice" in town.read(case, OFFICERS["KZ"])["warnings"]
    for party in (SELLER, "kz-citizen-2"):
        assert "plate_twice" not in town.as_(party).get(f"/v1/cases/{case}").text


# --- what cannot be ---------------------------------------------------------------------------------------------


def test_a_model_year_after_the_next_is_refused(town: Town) -> None:
    """By the clock of the house: it is 2026 there."""
    town.import_entries("KZ", "vehicles", [car(51, year=2027)])
    with pytest.raises(Exception, match="wrong_lines") as wrong:
        town.import_entries("KZ", "vehicles", [car(52), car(53, year=2028)])
    lines = wrong.value.lines  # type: ignore[attr-defined]  # of WrongLines
    assert [(line.number, line.fault.pointer, line.fault.code) for line in lines] == [
        (2, "/vehicle/year", "model_year_to_come")
    ]
