"""Killed at any point, fifty times, under load: nothing acknowledged is lost, and nothing happens twice.

Eight people file, agree, pay, decide, ask, answer, restrict and take back, over HTTP, while the house (and its
follower, and the registry) is killed and started again. Whoever gets no answer asks the same again, with the same
Idempotency-Key, as the documentation tells them to. At the end every acknowledged command is in the log once.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from consumers.registry.database import Database
from domain.procedure import entry_key
from infra.development.treasury import treasury
from infra.formats.canonical import b64url, sha256
from infra.formats.envelope import payload_of, split
from infra.formats.signing import parse
from infra.log.event_store import Log, Row
from tests.examples import example_request
from tests.infra.one_country import OFFICE, car, sale, vin
from tests.town.caller import Caller, new_key, until
from tests.town.fixtures import Furnished, served
from tests.town.people import A_PDF, offer_of, person
from tests.town.served import PROGRAM, ServedTown

KILLS: Final = 50
CLIENTS: Final = 8
PATIENCE_S: Final = 120.0  # for an answer, over as many kills as that takes
ENOUGH: Final = 1_000  # acknowledged commands
CARS: Final = 900
REFUSED: Final = {"in_flight", "unavailable"}  # ask again
SEED: Final = 20261123
Answer = httpx2.Response


class Person:
    """One client: takes case after case from its filing to an end, and notes what was acknowledged."""

    def __init__(self, town: ServedTown, cars: Iterator[int], over: threading.Event) -> None:
        self.thread = threading.Thread(target=self._live, daemon=True)
        self.acknowledged: list[tuple[str, str]] = []  # (stream, event that the command leads to)
        self.trouble: BaseException | None = None
        self._town = town
        self._cars = cars
        self._over = over
        self._http = httpx2.Client(base_url=town.settings.base_url, timeout=20)
        self._ids = town.keyring("KZ").ids

    def _live(self) -> None:
        """Life after life, until it is over; a life that was begun is lived to its end."""
        lives = (
            self._sold,
            self._withdrawn,
            self._declined,
            self._refused,
            self._answered,
            self._arrested,
            self._born,
        )
        try:
            with closing(self._http):
                while not self._over.is_set():
                    n = next(self._cars)
                    live = lives[n % len(lives)] if n < CARS else self._born  # births need nothing
                    live(n)
        except BaseException as error:  # noqa: BLE001 - the test shows it
            self.trouble = error

    # lives

    def _sold(self, n: int) -> None:
        case, version = self._in_review(n)
        version = self._judge(case, f"{OFFICE}-officer-1", "proposals", "ApprovalProposed", version)
        self._judge(case, f"{OFFICE}-officer-2", "approvals", "CaseApproved", version)

    def _withdrawn(self, n: int) -> None:
        filed = self._file("KZ", "car_sale", sale(n))
        self._judge(filed["case"], "kz-citizen-1", "withdrawals", "CaseWithdrawn", filed["version"])

    def _declined(self, n: int) -> None:
        filed = self._file("KZ", "car_sale", sale(n))
        self._fact(
            filed["case"],
            "kz-citizen-2",
            "consents",
            "ConsentDeclined",
            answer="decline",
            of=filed["request_hash"],
        )

    def _refused(self, n: int) -> None:
        case, version = self._in_review(n)
        no = {"grounds": ["tax_unpaid"], "reason": "The tax of the year is not paid."}
        self._judge(case, f"{OFFICE}-officer-1", "refusals", "CaseRefused", version, body=no)

    def _answered(self, n: int) -> None:
        case, version = self._in_review(n)
        question = {"question": f"Which colour has car {n}?"}
        asker = f"{OFFICE}-officer-1"
        self._judge(case, asker, "information-requests", "InformationRequested", version, body=question)
        evidence = [{"kind": "photograph", **self._upload("kz-citizen-1", "KZ")}]
        of = until(lambda: self._read("kz-citizen-1", case)["questions"], "the question")[-1]["of"]
        self._fact(
            case,
            "kz-citizen-1",
            "information",
            "InformationProvided",
            of=of,
            answer="White.",
            evidence=evidence,
        )

    def _arrested(self, n: int) -> None:
        """An arrest comes, and goes again; the sale goes on meanwhile."""
        entry = self._ids.stream(entry_key("vehicles", "vin", vin(n)))
        path, bailiff = f"/v1/registers/vehicles/entries/{entry}/restrictions", "kz-bailiffs-officer"
        placed = self._done(
            partial(self._post, bailiff, path, {"kind": "arrest"}), entry, "RestrictionPlaced"
        )
        self._in_review(n)
        (restriction,) = placed["restrictions"]
        lift = partial(self._delete, bailiff, f"{path}/{restriction['id']}")
        self._done(lift, entry, "RestrictionLifted")

    def _born(self, n: int) -> None:
        offer = offer_of("TR", "birth_certificate")
        request = example_request(offer, n, people=[person("tr-citizen-1")], today=self._town.now().date())
        evidence = [{"kind": "parent_identity", **self._upload("tr-citizen-1", "TR")}]
        filed = self._file("TR", "birth_certificate", request, evidence)
        case, officer = filed["case"], f"{filed['authority']}-officer-1"
        version = self._judge(case, officer, "assignments", "CaseAssigned", filed["version"])
        self._judge(case, officer, "approvals", "CaseApproved", version)

    def _in_review(self, n: int) -> tuple[str, int]:
        """A sale that is agreed to, paid, and with an officer."""
        filed = self._file("KZ", "car_sale", sale(n))
        case = filed["case"]
        self._fact(case, "kz-citizen-2", "consents", "ConsentGiven", answer="give", of=filed["request_hash"])
        fee = filed["fee"]
        paid = treasury(
            self._town.keyring("KZ"), "KZ", case, fee["amount"], fee["currency"], case, self._town.now()
        )
        version = self._fact(case, "kz-treasury", "payments", "FeePaid", statement=paid)
        return case, self._judge(case, f"{OFFICE}-officer-1", "assignments", "CaseAssigned", version)

    # commands

    def _file(self, country: str, procedure: str, request: Any, evidence: Any = ()) -> dict[str, Any]:
        body = {"country": country, "procedure": procedure, "request": request, "evidence": list(evidence)}
        return self._done(
            partial(self._post, f"{country.lower()}-citizen-1", "/v1/cases", body), "", "CaseFiled"
        )

    def _fact(self, case: str, who: str, what: str, event: str, **said: Any) -> int:
        return int(
            self._done(partial(self._post, who, f"/v1/cases/{case}/{what}", said), case, event)["version"]
        )

    def _judge(self, case: str, who: str, what: str, event: str, seen: int, *, body: Any = None) -> int:
        ask = partial(self._post, who, f"/v1/cases/{case}/{what}", body, seen=seen)
        return int(self._done(ask, case, event)["version"])

    def _read(self, who: str, case: str) -> dict[str, Any]:
        found: dict[str, Any] = self._asked(lambda: self._caller(who).get(f"/v1/cases/{case}")).json()
        return found

    def _done(self, ask: Callable[[str], Answer], stream: str, event: str) -> dict[str, Any]:
        """Ask until there is an answer, always with the same key; then it is acknowledged."""
        answer = self._asked(partial(ask, new_key()))
        found: dict[str, Any] = answer.json()
        self.acknowledged.append((stream or found["case"], event))
        return found

    def _upload(self, who: str, country: str) -> dict[str, str]:
        form: dict[str, Any] = {
            "data": {"country": country},
            "files": {"file": ("e.pdf", A_PDF, "application/pdf")},
        }
        kept = self._asked(lambda: self._caller(who).send("POST", "/v1/evidence", **form)).json()
        return {"id": kept["id"], "sha256": kept["sha256"]}

    def _asked(self, ask: Callable[[], Answer]) -> Answer:
        until_ = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = ask()
            except httpx2.TransportError:
                answer = None
            if answer is not None and answer.is_success:
                return answer
            assert answer is None or answer.json()["code"] in REFUSED, answer.text
            assert time.monotonic() < until_, answer.text if answer is not None else "nobody answers any more"
            time.sleep(0.02)  # the house is down: it is being started again

    def _post(self, who: str, path: str, body: Any, key: str, *, seen: int | None = None) -> Answer:
        return self._caller(who).post(path, body, key=key, seen=seen)

    def _delete(self, who: str, path: str, key: str) -> Answer:
        return self._caller(who).send("DELETE", path, headers={"Idempotency-Key": key})

    def _caller(self, who: str) -> Caller:
        return Caller(self._http, lambda: self._town.token(who))


class Registry:
    """``tamga registry run KZ`` in a process of its own, which is killed and started again."""

    def __init__(self, town: ServedTown) -> None:
        self._town = town
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ["registry", "run", "KZ", "--from", "http"]
        with self._town.said.open("ab") as said:
            environment = os.environ | self._town.environment
            self._process = subprocess.Popen(
                [sys.executable, str(PROGRAM), *words], env=environment, stdout=said, stderr=said
            )

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()


def children(pid: int) -> list[int]:
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for one in lists for child in one.read_text().split()]


def kill(town: ServedTown, chance: random.Random) -> None:
    """The house; as often as not its follower at the same moment, which else would end in order."""
    assert town.process is not None
    victims = [town.process.pid]
    if chance.random() < 0.5:
        victims += children(town.process.pid)
    for pid in chance.sample(victims, len(victims)):
        os.kill(pid, signal.SIGKILL)
    town.process.wait()


@pytest.fixture
def town(furnished: Furnished, tmp_path: Path) -> Iterator[ServedTown]:
    with served(furnished("KZ", "TR"), tmp_path, TAMGA_LOG_LEVEL="ERROR") as found:
        found.import_entries("KZ", "vehicles", [car(n) for n in range(CARS)])
        yield found


@pytest.mark.slow
def test_killed_fifty_times_under_load_nothing_is_lost_and_nothing_happens_twice(town: ServedTown) -> None:
    chance = random.Random(SEED)  # noqa: S311 - when to kill, and whom
    over, cars, registry = threading.Event(), count(), Registry(town)
    people = [Person(town, cars, over) for _ in range(CLIENTS)]
    registry.start()
    for someone in people:
        someone.thread.start()
    try:
        for n in range(KILLS):
            if n % 5 == 3:  # who waits for the read models must have a chance, once in a while
                until(lambda: not lag(town), "the read models")
            time.sleep(chance.uniform(0.02, 1.2))  # the moment of the kill
            kill(town, chance)
            if n % 5 == 4:
                registry.kill()
                registry.start()
            town.start()
            assert_nobody_is_in_trouble(people)
        until(lambda: has_enough(people), "enough commands")
    finally:
        over.set()
        for someone in people:
            someone.thread.join(150)
        registry.kill()
    assert_nobody_is_in_trouble(people)
    assert acknowledged(people) >= ENOUGH

    asked = Counter(entry for someone in people for entry in someone.acknowledged)
    assert max(asked.values()) == 1
    for _ in ("what was decided", "what its receipts led to"):
        until(lambda: not lag(town), "the read models and the feed")
        town.run("registry", "run", "KZ", "--from", "http", "--once")
    rows = {code: rows_of(town, code) for code in ("KZ", "TR")}
    # Who declines ends the case in the same act.
    asked.update((case, "CaseWithdrawn") for case, event in list(asked) if event == "ConsentDeclined")
    found = happened(rows["KZ"] + rows["TR"], {event for _, event in asked})
    assert (asked - found, found - asked) == ({}, {}), "what was lost, and what happened without an answer"
    assert_every_receipt_matches(town, rows["KZ"])
    assert_all_evidence_is_there(town, {case for case, event in asked if event == "InformationProvided"})
    assert_whole(town)


def acknowledged(people: list[Person]) -> int:
    return sum(len(someone.acknowledged) for someone in people)


def has_enough(people: list[Person]) -> bool:
    """Enough is acknowledged; and nobody stopped asking."""
    assert_nobody_is_in_trouble(people)
    return acknowledged(people) >= ENOUGH


def assert_nobody_is_in_trouble(people: list[Person]) -> None:
    for someone in people:
        if someone.trouble is not None:
            raise someone.trouble


def rows_of(town: ServedTown, country: str) -> list[Row]:
    with closing(Log(town.settings.data / country.lower() / "log.sqlite")) as log:
        return log.since(0, 1_000_000)


def happened(rows: list[Row], events: set[str]) -> Counter[tuple[str, str]]:
    """How often each of these events is in each stream."""
    found = ((row[1], row[3].split(".")[1]) for row in rows)
    return Counter((stream, event) for stream, event in found if event in events)


def assert_every_receipt_matches(town: ServedTown, rows: list[Row]) -> None:
    """The registry applied each event once, in order, and each sale ended with its receipt, once."""
    received = [row for row in rows if "KZ" in payload_of(split(row[4])[0])["to"]]
    sold = [row for row in rows if row[3] == "entry.EntryChanged.v1"]
    others = {row[1] for row in rows if payload_of(split(row[4])[0])["data"].get("register") == "companies"}
    of_entries = Counter(row[1] for row in rows if row[3].startswith("entry.") and row[1] not in others)
    approved = [row[1] for row in rows if row[3] == "case.CaseApproved.v1"]
    recorded = {
        payload_of(split(row[4])[0])["data"]["event"]: payload_of(split(row[4])[0])["data"]["receipt"]
        for row in rows
        if row[3] == "case.ReceiptRecorded.v1"
    }
    assert approved
    assert Counter(row[1] for row in rows if row[3] == "case.CaseCompleted.v1") == Counter(approved)
    with closing(Database(town.settings.data / "registries" / "kz.sqlite")) as database:
        assert database.position(town.keyring("KZ").origin).count == len(received)
        assert [alarm for alarm in database.alarms() if alarm.over_at is None] == []
        assert database.parked() == []
        applied = database.rows()
        outbox = {receipt.event: receipt for receipt in database.receipts()}
    assert {entry: events for entry, _, _, events in applied} == of_entries
    assert set(outbox) == {b64url(sha256(split(row[4])[0])) for row in sold}
    assert {receipt.status for receipt in outbox.values()} == {"recorded"}
    for event, statement in recorded.items():
        assert parse(statement).payload_bytes == parse(outbox[event].receipt).payload_bytes


def assert_all_evidence_is_there(town: ServedTown, cases: set[str]) -> None:
    applicant = town.as_("kz-citizen-1")
    for case in cases:
        (piece,) = applicant.get(f"/v1/cases/{case}").json()["evidence"]
        assert applicant.get(f"/v1/cases/{case}/evidence/{piece['id']}").content == A_PDF


def assert_whole(town: ServedTown) -> None:
    """Full sync on the live connections, logs that verify, read models that a rebuild makes again."""
    ready = town.anybody.get("/readyz").json()
    assert all(state["is_fully_synced"] for state in ready["countries"].values())
    assert all(state["parked"] == [] for state in ready["countries"].values())
    verified = json.loads(town.run("audit", "verify", "--json"))
    assert (verified["ok"], verified["failures"]) == (True, [])
    until(lambda: not lag(town), "the read models")
    live = json.loads(town.run("digest", "--json"))
    town.run("rebuild", "--all", "--json")
    assert json.loads(town.run("digest", "--json")) == live


def lag(town: ServedTown) -> int:
    states = town.anybody.get("/readyz").json()["countries"].values()
    return sum(state["read_models_behind"] for state in states)
