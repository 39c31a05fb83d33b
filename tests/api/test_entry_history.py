"""Whose car was it on 1 March: an entry as it stood, and how it came to be so, over HTTP and by the command line."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.formats.signing import open_disclosure
from infra.log.event_store import Log
from infra.settings import Settings
from tests.api.test_amendments import annul_all
from tests.town.caller import good, problem
from tests.town.fixtures import clock_in, furnisher, inside, served
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("KZ")

SALE = ("KZ", "car_sale")
OFFICER, REGISTRY, AUDITOR = "kz-vehicle-registration-officer-1", "kz-vehicle-register", "kz-auditor"
SELLER, BUYER, STRANGER = "kz-citizen-1", "kz-citizen-2", "kz-citizen-4"
BAILIFF = "kz-bailiffs-officer"
FEBRUARY, MARCH = datetime(2026, 2, 24, 9, tzinfo=UTC), datetime(2026, 3, 3, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def furnished_then(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A house whose log begins in February."""
    clock = clock_in(tmp_path_factory.mktemp("then"), FEBRUARY - timedelta(hours=1))
    return furnisher(tmp_path_factory, clock=clock)("KZ")


@pytest.fixture
def new_town(furnished_then: Settings, tmp_path: Path) -> Iterator[Town]:
    with inside(furnished_then, tmp_path, FEBRUARY) as found:
        yield found


def a_car_that_was_sold(town: Town) -> str:
    """Registered in February for citizen 1, and sold to citizen 2 on the third of March; its address."""
    case = town.file(*SALE)
    town.set_clock(MARCH)
    town.complete(case)
    town.assign(case)
    town.approve(case)
    (written,) = town.read(case)["entries"]
    return f"/v1/registers/vehicles/entries/{written['entry']}"


def owner(town: Town, entry: str, as_of: str, who: str = OFFICER) -> Any:
    return good(town.as_(who).read(entry, "whose was it", as_of=as_of))["content"]["owner"]


def events(town: Town, who: str, entry: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = good(town.as_(who).read(f"{entry}/history"))["events"]
    return found


def members(event: dict[str, Any]) -> dict[str, Any]:
    return dict(open_disclosure(text) for text in event["disclosures"])


@pytest.mark.slow
def test_whose_car_was_it_on_1_march(furnished_then: Settings, tmp_path: Path) -> None:
    """Over HTTP and by the command line of the same house, in the same words."""
    with served(furnished_then, tmp_path, FEBRUARY) as town:
        entry = a_car_that_was_sold(town)
        stream = entry.rpartition("/")[2]
        for day, citizen in (("2026-03-01", SELLER), ("2026-03-03", BUYER), ("2026-11-23", BUYER)):
            assert owner(town, entry, day) == person(citizen)
            replayed = json.loads(town.run("audit", "replay", stream, "--as-of", day, "--json"))
            assert replayed["entry"] == stream
            assert replayed["state"]["content"]["owner"] == person(citizen)
            assert {step["signature"] for step in replayed["steps"]} == {"holds"}


def test_a_moment_is_exact_and_a_day_is_its_end_in_the_country(new_town: Town) -> None:
    entry = a_car_that_was_sold(new_town)
    created, changed = events(new_town, OFFICER, entry)
    assert owner(new_town, entry, changed["time"]) == person(BUYER)
    assert owner(new_town, entry, created["time"]) == person(SELLER)
    assert owner(new_town, entry, "2026-03-02") == person(SELLER)
    assert owner(new_town, entry, "2026-03-03T00:00:00+05:00") == person(SELLER)
    before = new_town.as_(OFFICER).read(entry, as_of="2026-02-23")
    assert problem(before) == (404, "not_found")


@pytest.mark.parametrize(
    "wrong",
    [
        "yesterday",
        "2026-02-30",
        "2026-03-01T10:00:00",
        "2026-03-01x10:00:00Z",
        "2026-W10-7T10:00:00Z",
        "1",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_what_is_no_day_and_no_moment_is_refused(town: Town, wrong: str) -> None:
    case = town.file(*SALE)
    vin = town.read(case)["request"]["vehicle"]["vin"]
    asked = {"kind": "vin", "parts": [vin], "purpose": "x"}
    entry = good(town.as_(OFFICER).post("/v1/registers/vehicles/searches", asked))["entry"]
    answer = town.as_(OFFICER).read(f"/v1/registers/vehicles/entries/{entry}", as_of=wrong)
    assert problem(answer) == (400, "as_of_wrong")


def test_each_person_reads_their_own_time(new_town: Town) -> None:
    """The seller February, the buyer since March; who never was in it learns of nothing."""
    entry = a_car_that_was_sold(new_town)
    assert owner(new_town, entry, "2026-03-01", SELLER) == person(SELLER)
    assert owner(new_town, entry, "2026-03-03", BUYER) == person(BUYER)
    for who, day in ((SELLER, "2026-03-03"), (BUYER, "2026-03-01"), (STRANGER, "2026-03-01")):
        assert problem(new_town.as_(who).get(entry, as_of=day)) == (404, "not_found")
    assert problem(new_town.as_(SELLER).get(entry)) == (404, "not_found")
    (before,) = events(new_town, SELLER, entry)
    (after,) = events(new_town, BUYER, entry)
    assert (before["type"], after["type"]) == ("entry.EntryCreated.v1", "entry.EntryChanged.v1")
    assert members(before)["owner"] == person(SELLER)
    assert members(after)["owner"] == person(BUYER)
    assert problem(new_town.as_(STRANGER).get(f"{entry}/history")) == (404, "not_found")


def test_what_happens_in_somebodys_time_is_theirs_but_not_what_an_office_calls_it(new_town: Town) -> None:
    """The restriction is in the owner's history, its reference is in that of the register's officers."""
    entry = a_car_that_was_sold(new_town)
    placed = {"kind": "arrest", "reference": "writ 17"}
    good(new_town.as_(BAILIFF).post(f"{entry}/restrictions", placed))
    theirs, officers = events(new_town, BUYER, entry)[-1], events(new_town, OFFICER, entry)[-1]
    assert theirs["type"] == officers["type"] == "entry.RestrictionPlaced.v1"
    assert theirs["data"]["kind"] == "arrest"
    assert (members(theirs), members(officers)) == ({}, {"reference": "writ 17"})
    (before,) = events(new_town, SELLER, entry)
    assert before["version"] == 1


def test_a_history_is_the_signed_events_with_their_places_in_the_log(new_town: Town) -> None:
    """To the registry and officers whole; to an auditor without a personal member."""
    entry = a_car_that_was_sold(new_town)
    log = new_town.house.countries["KZ"].log
    for who, is_whole in ((OFFICER, True), (REGISTRY, True), (AUDITOR, False)):
        found = events(new_town, who, entry)
        assert [event["version"] for event in found] == [1, 2]
        for event in found:
            row = log.at(event["index"])
            assert row is not None
            assert row[4].startswith(event["jws"].encode())
            assert set(members(event)) == ({"vehicle", "owner", "share", "co_owners"} if is_whole else set())
    assert problem(new_town.as_(OFFICER).read(entry.replace("vehicles", "births") + "/history"))[0] == 404


def test_the_auditor_has_the_past_without_people(new_town: Town) -> None:
    entry = a_car_that_was_sold(new_town)
    found = good(new_town.as_(AUDITOR).get(entry, as_of="2026-03-01"))
    assert (found["version"], found["title"]) == (1, "import")
    assert found["content"] == {"vehicle": None, "owner": None, "share": None, "co_owners": None}


def test_what_is_erased_is_not_there_as_of_any_day(new_town: Town) -> None:
    entry = a_car_that_was_sold(new_town)
    annul_all(new_town, entry)  # nobody erases what holds
    new_town.travel(days=366 * 11)
    good(new_town.as_("kz-data-protection-officer").post(f"{entry}/erasures", {"basis": "its time has come"}))
    new_town.settle()
    assert owner(new_town, entry, "2026-03-01") is None
    found = events(new_town, OFFICER, entry)
    assert [members(event) for event in found] == [{}] * 5  # registered, sold, both annulled, forgotten


def test_the_past_of_an_entry_costs_its_own_history_alone(
    new_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many other entries there are: the rows that are read of the log are this entry's."""
    entry = a_car_that_was_sold(new_town)
    for _ in range(5):
        new_town.request(*SALE)
    read: list[Any] = []
    rows = Log._rows  # noqa: SLF001 - every statement that reads the log passes here

    def counted(log: Log, statement: str, *values: object) -> list[Any]:
        found = rows(log, statement, *values)
        read.extend(row for row in found if "originator_version" in statement)
        return found

    monkeypatch.setattr(Log, "_rows", counted)
    new_town.settle()
    read.clear()
    assert owner(new_town, entry, "2026-03-01") == person(SELLER)
    streams = {row[1] for row in read if len(row) == 5 and str(row[3]).startswith("entry.")}
    assert streams == {entry.rpartition("/")[2]}
