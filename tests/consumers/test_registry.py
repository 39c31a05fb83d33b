"""The reference registry: what it applies, what it answers, and that it does both once, wherever it is stopped."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from consumers import registry as registries
from consumers.feed.house_client import Away
from consumers.feed.sources import HttpSource
from consumers.registry import NoRegistry, run
from consumers.registry.database import Database
from consumers.registry.reader import Registry
from consumers.registry.receipts import digest_of
from domain.authorities import RECEIPT
from domain.offers import offers
from domain.persons import itself
from domain.procedures import registers
from domain.procedures.car_sale import VEHICLES
from infra.desk import key_acts
from infra.formats.signing import digest, disclosure, key_of, open_disclosure, parse, verify
from infra.runtime.turn import turn
from infra.settings import Settings
from tests.api import test_amendments as amendments
from tests.consumers.feeds import (
    REGISTRY,
    OverKafka,
    client,
    database_in,
    feed_of,
    open_alarms,
    registry,
    result,
    seal_of,
    settle,
)
from tests.consumers.test_relay import relaying, wait_for_relay
from tests.domain.test_amendments import as_owner
from tests.domain.test_effects import PLATES, without_plate
from tests.town.caller import good, new_key, until
from tests.town.people import Town, person

SALE = ("KZ", "car_sale")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with database_in(tmp_path) as found:
        yield found


def reading(town: Town, database: Database, http: Any = None) -> Registry:
    """The registry at the house's own feed over HTTP."""
    source = HttpSource(client(town, REGISTRY, http), "KZ", town.keyring("KZ").origin)
    return registry(town, database, source, http=http)


def bought_by_a_company(town: Town) -> str:
    """A sale that is approved; nobody but the request knows the company, so its head acts by a paper."""
    head = {"as": "head", "person": person("kz-citizen-2")}
    company = {"country": "KZ", "number": new_key()[:20].upper(), "name": "Example LLP", "acts_by": head}
    shown = good(town.as_("kz-citizen-1").post("/v1/cases", town.filing(*SALE, buyer=company), key=new_key()))
    case = str(shown["case"])
    said = {"answer": "give", "of": shown["request_hash"]}
    good(town.as_("kz-citizen-2").post(f"/v1/cases/{case}/consents", said))
    town.pay(case)
    town.assign(case)
    town.approve(case)
    return case


def entry_of(town: Town, case: str) -> str:
    return str(town.read(case)["entries"][0]["entry"])


def row_of(database: Database, entry: str) -> dict[str, Any]:
    found = database.row(entry)
    assert found is not None
    return found[0]


# --- what it applies --------------------------------------------------------------------------------------


def test_a_company_is_the_owner_in_the_registrys_row(town: Town, database: Database) -> None:
    case = bought_by_a_company(town)
    settle(reading(town, database))
    row = row_of(database, entry_of(town, case))
    company = town.read(case)["request"]["buyer"]
    assert row["content"]["owner"] == itself(company)
    assert set(row["content"]["owner"]) == {"country", "number", "name"}
    assert row["content_version"] == 3


def test_the_buyer_is_the_owner_in_the_registrys_row(town: Town, database: Database) -> None:
    """With the members that were disclosed, under a number of its own."""
    case = town.take_to("approved", *SALE)
    settle(reading(town, database))
    row, reference = database.row(entry_of(town, case)) or ({}, "")
    request = town.read(case)["request"]
    assert row["content"]["owner"] == itself(request["buyer"])
    assert row["content"]["vehicle"]["vin"] == request["vehicle"]["vin"]
    assert reference.startswith("vehicles-")


def test_two_registers_of_one_decision_are_applied_and_complete_the_case_together(
    new_town: Town, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A made-up law: the car comes into its register, and its old plate is over in another one."""
    sale = offers()[SALE]
    procedure = replace(sale.procedure, registers=(VEHICLES, PLATES), effects=without_plate, checks=())
    terms = replace(sale.terms[-1], numbers={"vehicles": "register"})
    monkeypatch.setitem(offers(), SALE, replace(sale, procedure=procedure, terms=(terms,)))
    monkeypatch.setitem(registers(), PLATES.name, PLATES)
    case = new_town.take_to("approved", *SALE)
    new, old = new_town.read(case)["entries"]
    assert (new["register"], old["register"]) == ("vehicles", "plates")
    new_town.acknowledge_entry(case, old)
    assert new_town.stage(case) == "approved"
    settle(reading(new_town, database))
    until(lambda: new_town.stage(case) == "completed", "the other receipt")
    assert [row_of(database, e["entry"])["status"] for e in (new, old)] == ["active", "ended"]
    officer = new_town.as_(new_town.officer(case))
    shown = good(officer.read(f"/v1/registers/vehicles/entries/{new['entry']}"))
    assert shown["number"] == (database.row(new["entry"]) or ({}, ""))[1]
    shown = good(officer.read(f"/v1/registers/plates/entries/{old['entry']}"))
    assert (shown["status"], shown["title"]) == ("ended", "return")
    assert open_alarms(database) == []


def test_a_restriction_stands_in_the_row_until_it_is_lifted(new_town: Town, database: Database) -> None:
    case = new_town.take_to("approved", *SALE)
    path = f"/v1/registers/vehicles/entries/{entry_of(new_town, case)}/restrictions"
    officer, found = new_town.as_("kz-pledge-registry-officer"), reading(new_town, database)
    placed = good(officer.post(path, {"kind": "lien", "reference": None}, key=new_key()))["restrictions"]
    follow(new_town, found)
    assert [r["kind"] for r in row_of(database, entry_of(new_town, case))["restrictions"].values()] == [
        "lien"
    ]
    good(officer.delete(f"{path}/{placed[0]['id']}"))
    follow(new_town, found)
    assert row_of(database, entry_of(new_town, case))["restrictions"] == {}


def test_what_is_erased_in_the_house_is_erased_in_the_row(new_town: Town, database: Database) -> None:
    """Also where the registry reads the entry only after its erasure: nobody can disclose it any more."""
    found = reading(new_town, database)
    case = new_town.take_to("approved", *SALE)
    follow(new_town, found)
    until(lambda: new_town.stage(case) == "completed", "the receipt")
    entry = entry_of(new_town, case)
    assert row_of(database, entry)["content"]["owner"]
    amendments.annul_all(new_town, f"/v1/registers/vehicles/entries/{entry}")
    for days in (150, 4_000):  # the law takes the decision as read, and the time to appeal runs out
        new_town.travel(days=days)
        new_town.tick()
    new_town.settle()
    officer = new_town.as_("kz-data-protection-officer")
    path = f"/v1/registers/vehicles/entries/{entry}/erasures"
    good(officer.post(path, {"basis": "the retention of the entry has ended"}))
    follow(new_town, found)
    assert row_of(database, entry)["content"] == dict.fromkeys(("owner", "vehicle", "share", "co_owners"))
    with database_in(new_town.settings.data.with_name("late")) as late:
        follow(new_town, reading(new_town, late))
        assert row_of(late, entry)["content"] == dict.fromkeys(("owner", "vehicle", "share", "co_owners"))
        assert open_alarms(late) == []


def test_what_is_corrected_and_annulled_reads_so_in_the_row_and_is_answered(
    new_town: Town, database: Database
) -> None:
    """A registry that reads all of it late comes to the same, and nobody's reason stands in a row."""
    found, case = reading(new_town, database), new_town.take_to("approved", *SALE)
    entry, path = entry_of(new_town, case), amendments.path_of(new_town, case)
    follow(new_town, found)
    good(amendments.propose(new_town, path))
    follow(new_town, found)
    assert row_of(database, entry)["content"]["vehicle"]["colour"] != "green", "nobody has confirmed it"
    good(amendments.confirm(new_town, path, amendments.SECOND, "corrections"))
    follow(new_town, found)
    row = row_of(database, entry)
    assert (row["content"]["vehicle"]["colour"], row["title"], row["status"]) == ("green", "sale", "active")
    good(new_town.judge(amendments.JUDGE, case, "annulments", {"reason": "Another car was meant."}))
    follow(new_town, found)
    row = row_of(database, entry)
    assert row["content"]["owner"] == as_owner(new_town.read(case)["request"]["seller"])
    assert set(row["content"]) == {"vehicle", "owner", "share", "co_owners"}
    until(lambda: found.step(0.05) and len(database.receipts()) == 3, "the receipts")
    assert {receipt.status for receipt in database.receipts()} == {"recorded"}
    with database_in(new_town.settings.data.with_name("late")) as late:
        follow(new_town, reading(new_town, late))
        assert row_of(late, entry) == row
        assert open_alarms(late) == []


def test_what_is_annulled_on_appeal_is_answered_too(new_town: Town, database: Database) -> None:
    found, case = reading(new_town, database), new_town.take_to("approved", *SALE)
    follow(new_town, found)
    until(lambda: is_completed(new_town, case), "the receipt")
    amendments.annulled_on_appeal(new_town, case)
    follow(new_town, found)
    until(lambda: found.step(0.05) and len(database.receipts()) == 2, "the receipts")
    assert {receipt.status for receipt in database.receipts()} == {"recorded"}
    assert open_alarms(database) == []


def follow(town: Town, found: Registry) -> None:
    """Until it has everything that the house has."""
    town.settle()
    settle(found)
    until(lambda: found.step(0.05) and is_even(town, found), "the registry")


def is_even(town: Town, found: Registry) -> bool:
    log = town.keyring("KZ").origin
    return found.database.position(log).count == town.house.countries["KZ"].log.size()


# --- what it answers --------------------------------------------------------------------------------------


def test_the_case_is_completed_by_the_registrys_receipt(town: Town, database: Database) -> None:
    """It states, signed, the digest of the row as it stands and of the reference that the registry keeps."""
    case = town.take_to("approved", *SALE)
    settle(reading(town, database))
    until(lambda: town.stage(case) == "completed", "the receipt")
    change = next(e for e in feed_of(town) if e["subject"] == entry_of(town, case) and e["seq"] == "2")
    kept = next(receipt for receipt in database.receipts() if receipt.event == change["id"])
    verify(kept.receipt, key_of(seal_of(town, REGISTRY).certificate), RECEIPT)
    stated = parse(kept.receipt).payload
    row, reference = database.row(entry_of(town, case)) or ({}, "")
    assert (kept.status, stated["event"], stated["register"]) == ("recorded", change["id"], "vehicles")
    assert stated["row_digest"] == digest_of(row)
    assert stated["reference_digest"] == digest(kept.reference)
    assert open_disclosure(kept.reference) == ("reference", reference)


def test_what_was_imported_is_applied_without_a_receipt(new_town: Town, database: Database) -> None:
    """No case waits for one."""
    new_town.take_to("filed", *SALE)
    settle(reading(new_town, database))
    assert len(database.rows()) == 1
    assert database.receipts() == []


def test_each_reading_of_personal_members_is_shown_to_whom_it_is_about(
    new_town: Town, database: Database
) -> None:
    case = new_town.take_to("approved", *SALE)
    settle(reading(new_town, database))
    new_town.settle()
    seen = good(new_town.as_("kz-citizen-2").get("/v1/my/accesses", country="KZ"))["items"]
    mine = [access for access in seen if access["role"] == "registry"]
    assert {(a["authority"], a["stream"]) for a in mine} == {(REGISTRY, entry_of(new_town, case))}


# --- the house does not answer, or answers wrongly --------------------------------------------------------


class Between:
    """Whoever stands between the registry and the house: ``change`` may alter an answer, None leaves it."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.change: Callable[[str, httpx2.Response], httpx2.Response | None] = lambda _path, _answer: None

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        answer = self._town.http.request(method, path, **more)
        return self.change(path, answer) or answer


def test_while_nothing_is_disclosed_nothing_is_applied(new_town: Town, database: Database) -> None:
    """The whole piece waits, and is applied when the house answers again."""
    new_town.take_to("approved", *SALE)
    between = Between(new_town)
    between.change = lambda path, _: httpx2.Response(503) if path.endswith("/disclosures") else None
    found = reading(new_town, database, between)
    for _ in range(3):
        with pytest.raises(Away):
            found.step(0.0)
    assert result(database, new_town.keyring("KZ").origin).count == 0
    between.change = lambda _path, _answer: None
    settle(found)
    assert len(database.rows()) == 1
    assert open_alarms(database) == []


@pytest.mark.parametrize("wrong", ["withheld", "altered", "foreign"])
def test_what_is_disclosed_wrongly_is_not_applied(new_town: Town, database: Database, wrong: str) -> None:
    """Each member is verified against the signed digests, and none may be held back: the entry is parked."""
    case = new_town.take_to("approved", *SALE)
    entry = entry_of(new_town, case)
    change = next(e for e in feed_of(new_town) if e["subject"] == entry and e["seq"] == "2")

    def spoilt(path: str, answer: httpx2.Response) -> httpx2.Response | None:
        if not path.endswith("/disclosures"):
            return None
        found = answer.json()
        for disclosed in found["disclosures"]:
            texts = disclosed["disclosures"]
            if disclosed["event"] == change["id"]:
                texts[0] = disclosure(open_disclosure(texts[0])[0], "somebody else", bytes(16))
                disclosed["disclosures"] = {
                    "withheld": texts[1:],
                    "altered": texts,
                    "foreign": [*texts, texts[1]],
                }[wrong]
        return httpx2.Response(200, json=found)

    between = Between(new_town)
    between.change = spoilt
    settle(reading(new_town, database, between))
    assert open_alarms(database) == ["disclosure"]
    assert {stream for stream, _, _ in database.parked()} == {entry}
    assert row_of(database, entry)["version"] == 1
    assert database.receipts() == []
    assert new_town.stage(case) == "approved"


def test_a_receipt_is_sent_until_the_house_takes_it(
    new_town: Town, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same receipt, byte for byte; an answer that got lost is given again."""
    monkeypatch.setattr("consumers.registry.receipts.PAUSE_S", 0.0)
    case = new_town.take_to("approved", *SALE)
    between = Between(new_town)
    between.change = lambda path, _: httpx2.Response(503) if path.endswith("/receipts") else None
    found = reading(new_town, database, between)
    for _ in range(5):
        found.step(0.0)
    [waiting] = database.receipts()
    assert waiting.status == "waiting"
    assert new_town.stage(case) == "completed"  # the house took it, and its answer was lost
    between.change = lambda _path, _answer: None
    settle(found)
    [sent] = database.receipts()
    assert (sent.status, sent.receipt) == ("recorded", waiting.receipt)


def test_a_receipt_whose_key_was_retired_meanwhile_is_signed_again(
    new_town: Town, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same statement, by the key that is live now; the registry needs no restart for it."""
    monkeypatch.setattr("consumers.registry.receipts.PAUSE_S", 0.0)
    case = new_town.take_to("approved", *SALE)
    between = Between(new_town)
    found = reading(new_town, database, Unreachable(new_town, "/receipts"))
    found.step(0.0)
    [waiting] = database.receipts()
    desk = new_town.house.countries["KZ"].desk
    old = parse(waiting.receipt).kid
    key_acts.rotate(desk, REGISTRY, (RECEIPT,))
    key_acts.retire(desk, old, "rotation")
    follow(new_town, reading(new_town, database, between))
    [sent] = database.receipts()
    assert (sent.status, parse(sent.receipt).payload) == ("recorded", parse(waiting.receipt).payload)
    assert parse(sent.receipt).kid != old
    assert new_town.stage(case) == "completed"


class Unreachable(Between):
    """The house, without the addresses that end so."""

    def __init__(self, town: Town, end: str) -> None:
        super().__init__(town)
        self._end = end

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        return httpx2.Response(503) if path.endswith(self._end) else super().request(method, path, **more)


# --- stopped at any moment --------------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone."""


class Mortal(Database):
    """A database whose process dies the nth time that it is asked to write so."""

    def __init__(self, path: Path, dies_at: str, nth: int) -> None:
        super().__init__(path)
        self._left = nth
        alive = getattr(self, dies_at)

        def dying(*values: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                raise Killed
            return alive(*values)

        setattr(self, dies_at, dying)


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("dies_at", ["receive", "add_key", "put_row", "add_receipt", "move", "answered"])
def test_wherever_it_dies_everything_is_applied_once(
    town: Town, tmp_path: Path, dies_at: str, nth: int
) -> None:
    """Rows, position and outbox are written together, so that it goes on where it was."""
    cases = [town.take_to("approved", *SALE) for _ in range(2)]
    mortal = Mortal(tmp_path / "registry.sqlite", dies_at, nth)
    with pytest.raises(Killed):  # noqa: PT012 - it may take some steps
        found = reading(town, mortal)
        while True:
            found.step(0.0)
    mortal.close()
    with database_in(tmp_path) as database:
        settle(reading(town, database))
        entries = {entry_of(town, case) for case in cases}
        applied = {entry: events for entry, _, _, events in database.rows()}
        assert {applied[entry] for entry in entries} == {2}
        assert {receipt.status for receipt in database.receipts()} == {"recorded"}
        assert open_alarms(database) == []
    for case in cases:
        until(partial(is_completed, town, case), "the receipt")


def is_completed(town: Town, case: str) -> bool:
    return town.stage(case) == "completed"


def test_it_may_go_on_over_kafka_where_it_stopped_over_http(
    new_town: Town, database: Database, kafka: str
) -> None:
    """And back: its position is a number in the feed, not a place of a transport."""
    over_kafka = OverKafka(new_town, kafka)
    new_town.take_to("approved", *SALE)
    settle(reading(new_town, database))
    with relaying(new_town, kafka):
        new_town.take_to("approved", *SALE)
        wait_for_relay(new_town)
        source = over_kafka.source()
        second = registry(new_town, database, source)
        until(lambda: second.step(0.1) and len(database.receipts()) == 2, "the registry")
        source.close()
    new_town.take_to("approved", *SALE)
    follow(new_town, reading(new_town, database))
    assert {receipt.status for receipt in database.receipts()} == {"recorded"}
    assert [events for _, _, _, events in database.rows()] == [2, 2, 2]
    assert (database.alarms(), database.parked()) == ([], [])


# --- the command ------------------------------------------------------------------------------------------


def test_a_country_whose_law_names_no_registry_has_none(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registries, "offers_of", lambda _: [])
    with pytest.raises(NoRegistry, match="names no registry"):
        run("AZ", town.settings, once=True)


def test_of_two_registries_of_a_country_one_waits(tmp_path: Path) -> None:
    """Until the other ends, or it is asked to stop."""
    folder = tmp_path / "registries"
    folder.mkdir()
    over = threading.Event()
    with turn(folder / "kz.lock", threading.Event()):
        waiting = threading.Thread(target=run, args=("KZ", Settings(data=tmp_path)), kwargs={"stop": over})
        waiting.start()
        over.set()
        waiting.join()
    assert not (folder / "kz.sqlite").exists()
