"""What is forgotten by itself, and what the data-protection officer finds instead, over HTTP with a moved clock."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from domain.country import TO_BE_CONFIRMED
from domain.days.deadlines import Term
from domain.facts import Facts
from domain.offers import offers, writing_to
from domain.procedures.car_sale import VEHICLES
from domain.register import Effect, End
from infra.formats.envelope import payload_of, split
from infra.house import House
from infra.verification import verify_folder
from tests.domain.made_up import LAW, car_of
from tests.town.caller import good, problem, until
from tests.town.fixtures import Furnished, inside
from tests.town.people import Town

SALE: Final = ("KZ", "car_sale")
OFFICER: Final = "kz-data-protection-officer"
BAILIFF: Final = "kz-bailiffs-officer"
REFERENCE: Final = "reference-of-the-bank"
BASIS: Final = {"basis": "The retention has ended."}
CONFIRMED: Final = {"retention": Term(1, "years", LAW), "entry_retention": Term(1, "years", LAW)}
UNCONFIRMED: Final = {"entry_retention": Term(1, "years", TO_BE_CONFIRMED)}


def scrapped(facts: Facts) -> tuple[Effect, ...]:
    """What is approved takes the car off the register."""
    return (End(register=VEHICLES, key=car_of(facts), title="sale"),)


def law(patch: pytest.MonkeyPatch, **terms: Any) -> None:
    """A sale ends the entry of the car, on terms with these changes; whatever else writes to the register keeps entries
    as long.
    """
    sale, kept = offers()[SALE], terms["entry_retention"]
    for other in writing_to(sale.country, VEHICLES.name):
        rows = tuple(replace(row, entry_retention=kept) for row in other.terms)
        patch.setitem(offers(), (other.country, other.procedure.name), replace(other, terms=rows))
    procedure = replace(sale.procedure, effects=scrapped)
    patch.setitem(
        offers(), SALE, replace(sale, procedure=procedure, terms=(replace(sale.terms[-1], **terms),))
    )


@pytest.fixture
def confirmed(furnished: Furnished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """Where the law says for how long, and that is confirmed."""
    law(monkeypatch, **CONFIRMED)
    with inside(furnished("KZ"), tmp_path) as town:
        yield town


@pytest.fixture
def unconfirmed(furnished: Furnished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """Where nobody has confirmed it, as in the laws that are released."""
    law(monkeypatch, **UNCONFIRMED)
    with inside(furnished("KZ"), tmp_path) as town:
        yield town


def listed(town: Town) -> list[dict[str, Any]]:
    """What the data-protection officer finds, one by one."""
    found, path = [], "/v1/erasures?country=KZ&limit=1"
    while path:
        answer = town.as_(OFFICER).send("GET", path)
        found += good(answer)["items"]
        path = answer.links.get("next", {}).get("url") or ""
    assert found == good(town.as_(OFFICER).get("/v1/erasures", country="KZ"))["items"]
    return found


def waiting(town: Town) -> dict[str, str]:
    return {item["case"] or item["entry"]: item["waits_for"] for item in listed(town)}


def erasures(town: Town, stream: str) -> list[dict[str, Any]]:
    """What the erasures of a case or an entry say, which stand in the log."""
    rows = town.house.countries["KZ"].log.stream(stream)
    said = [payload_of(split(row[4])[0]) for row in rows if row[3].endswith(".PersonalDataErased.v1")]
    return [{"by": each["actor"]["role"], **each["data"]} for each in said]


def scrapped_after_a_question(town: Town) -> tuple[str, str]:
    """A case with a piece of evidence, decided and registered: it and the entry that it ended."""
    case = town.take_to("returned", *SALE)
    seller = town.as_("kz-citizen-1")
    said = {"of": town.read(case)["questions"][-1]["of"], "answer": "Here it is."}
    evidence = [{"kind": "contract", **town.upload(seller, "KZ")}]
    good(seller.post(f"/v1/cases/{case}/information", {**said, "evidence": evidence}))
    town.approve(case)
    town.acknowledge(case)
    (entry,) = town.read(case)["entries"]
    return case, str(entry["entry"])


def evidence(town: Town) -> list[Path]:
    """Every file of evidence, wherever it lies."""
    return [path for path in (town.settings.data / "kz" / "evidence").rglob("*") if path.is_file()]


def close(town: Town, case: str) -> None:
    """Nobody can appeal any more: the law takes the decision as read, and the time runs out."""
    for _ in range(2):
        town.travel(days=150)
        town.tick()
    town.settle()
    assert is_closed(town, case)


def is_closed(town: Town, case: str) -> bool:
    row = town.house.countries["KZ"].read_models.one("case_status", case)
    return row is not None and bool(row["state"].is_appeal_term_over)


def verified(town: Town) -> None:
    """The logs verify, and read models that are made anew show the same."""
    town.settle()
    report = verify_folder(town.settings.data)
    assert report["ok"], report
    before, shown = town.house.countries["KZ"].read_models.digests(), listed(town)
    another = House(town.settings)
    try:
        another.countries["KZ"].follower.rebuild()
    finally:
        another.close()
    town.settle()
    found = town.house.countries["KZ"].read_models.digests()
    assert (found["read_models"], found["erasures"]) == (before["read_models"], before["erasures"])
    assert listed(town) == shown


# --- the clock --------------------------------------------------------------------------------------------


def test_what_confirmed_law_keeps_no_longer_is_forgotten_once_with_its_evidence(confirmed: Town) -> None:
    """By the clock of the follower and by one that is asked at the same time."""
    town = confirmed
    case, entry = scrapped_after_a_question(town)
    assert evidence(town)
    close(town, case)
    assert (erasures(town, case), listed(town)) == ([], [])
    town.travel(days=100)
    for _ in range(3):
        town.tick()
        town.travel(minutes=2)
    (of_case,), (of_entry,) = erasures(town, case), erasures(town, entry)
    assert (of_case["by"], of_case["whose"]) == ("system", ["buyer", "case", "seller"])
    assert (of_entry["by"], of_entry["whose"]) == ("system", ["entry", "owner"])
    assert of_case["basis"] == of_entry["basis"] == "Law of the tests: 1 years"
    until(lambda: not evidence(town), "the evidence to be gone")
    assert listed(town) == []
    path = f"/v1/cases/{case}/erasures"
    good(town.as_(OFFICER).post(path, {"basis": of_case["basis"]}))  # it was so already
    other = town.as_(OFFICER).post(path, BASIS)
    assert problem(other) == (409, "erased_already")
    assert "“Law of the tests: 1 years”" in other.json()["detail"]
    assert "EraseCase" not in town.read(case, OFFICER)["fits"]
    assert len(erasures(town, case)) == 1
    verified(town)


def test_nothing_is_forgotten_while_an_appeal_is_open_or_money_due_back(confirmed: Town) -> None:
    town = confirmed
    appealed = town.take_to("refused", *SALE)
    of = town.read(appealed)["ending"]["of"]
    good(town.as_("kz-citizen-1").post(f"/v1/cases/{appealed}/services", {"of": of}))
    said = {"of": of, "reason": "It is paid."}
    good(town.as_("kz-citizen-1").post(f"/v1/cases/{appealed}/appeals", said))
    owed = town.file(*SALE)
    town.consent(owed)
    town.pay(owed, reference=REFERENCE)
    town.withdraw(owed)
    town.travel(days=800)
    town.tick()
    assert waiting(town) == {appealed: "appeal", owed: "refund"}
    assert erasures(town, appealed) == erasures(town, owed) == []
    assert problem(town.as_(OFFICER).post(f"/v1/cases/{owed}/erasures", BASIS)) == (409, "refund_open")
    statement = town.statement(town.read(owed), reference=REFERENCE, is_refund=True)
    good(town.as_("kz-treasury").post(f"/v1/cases/{owed}/refunds", {"statement": statement}))
    town.travel(minutes=2)
    town.tick()
    assert waiting(town) == {appealed: "appeal"}
    assert len(erasures(town, owed)) == 1


def test_an_entry_is_not_forgotten_under_a_restriction_or_while_a_case_about_it_is_open(
    confirmed: Town,
) -> None:
    """One car under arrest; of another the case that took it off the register can still be appealed against."""
    town = confirmed
    arrested, disputed = (scrapped_after_a_question(town) for _ in range(2))
    place = f"/v1/registers/vehicles/entries/{arrested[1]}/restrictions"
    (restriction,) = good(town.as_(BAILIFF).post(place, {"kind": "arrest"}))["restrictions"]
    of = town.read(disputed[0])["ending"]["of"]
    good(town.as_("kz-citizen-1").post(f"/v1/cases/{disputed[0]}/services", {"of": of}))
    said = {"of": of, "reason": "It still drives."}
    good(town.as_("kz-citizen-1").post(f"/v1/cases/{disputed[0]}/appeals", said))
    close(town, arrested[0])
    town.travel(days=500)
    town.tick()
    town.settle()
    assert waiting(town) == {
        arrested[1]: "restriction",
        disputed[0]: "appeal",
        disputed[1]: "open_case",
    }
    for entry, why in ((arrested[1], "restricted_entry_stays"), (disputed[1], "open_case")):
        path = f"/v1/registers/vehicles/entries/{entry}/erasures"
        assert problem(town.as_(OFFICER).post(path, BASIS)) == (409, why)
    good(town.as_(BAILIFF).delete(f"{place}/{restriction['id']}"))
    town.travel(minutes=2)
    town.tick()
    assert len(erasures(town, arrested[1])) == 1
    assert erasures(town, disputed[1]) == []
    verified(town)


# --- the officer ------------------------------------------------------------------------------------------


def test_where_the_law_is_not_confirmed_the_officer_finds_it_and_nothing_else_erases_it(
    unconfirmed: Town,
) -> None:
    town = unconfirmed
    case, entry = scrapped_after_a_question(town)
    close(town, case)
    assert listed(town) == []
    town.travel(days=100)
    town.tick()
    of_case, of_entry = listed(town)
    (since,) = {item["since"] for item in (of_case, of_entry)}
    assert of_case == {
        "case": case,
        "procedure": "car_sale",
        "entry": None,
        "register": None,
        "since": since,
        "kept_until": of_case["kept_until"],
        "law": ["to be confirmed"],
        "is_confirmed": False,
        "waits_for": "officer",
    }
    assert of_case["kept_until"][:4] == str(int(since[:4]) + 1)
    assert (of_entry["entry"], of_entry["register"], of_entry["waits_for"]) == (entry, "vehicles", "officer")
    assert erasures(town, case) == erasures(town, entry) == []
    verified(town)
    good(town.as_(OFFICER).post(f"/v1/cases/{case}/erasures", {**BASIS, "whose": ["seller"]}))
    assert waiting(town) == {case: "officer", entry: "officer"}
    good(town.as_(OFFICER).post(f"/v1/cases/{case}/erasures", BASIS))
    assert waiting(town) == {entry: "officer"}
    good(town.as_(OFFICER).post(f"/v1/registers/vehicles/entries/{entry}/erasures", BASIS))
    assert listed(town) == []
    verified(town)


def test_a_car_that_is_on_the_register_is_not_on_the_list(unconfirmed: Town) -> None:
    town = unconfirmed
    case = town.take_to("withdrawn", *SALE)
    town.travel(days=5000)
    town.tick()
    assert waiting(town) == {case: "officer"}


@pytest.mark.countries("KZ", "TR")
@pytest.mark.parametrize(
    "nobody",
    ["kz-citizen-1", "kz-vehicle-registration-officer-1", "kz-auditor", "tr-data-protection-officer"],
)
def test_only_the_data_protection_officer_of_the_country_reads_it(town: Town, nobody: str) -> None:
    assert problem(town.as_(nobody).get("/v1/erasures", country="KZ")) == (404, "not_found")


@pytest.mark.countries("KZ", "TR")
def test_nothing_personal_stands_there(new_town: Town) -> None:
    case = new_town.take_to("withdrawn", *SALE)
    request = new_town.read(case)["request"]
    new_town.travel(days=400)
    text = new_town.as_(OFFICER).get("/v1/erasures", country="KZ").text
    assert case in text
    assert request["seller"]["personal_number"]["number"] not in text
    assert request["seller"]["surname"] not in text
