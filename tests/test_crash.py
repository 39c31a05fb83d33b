"""Killed at any point, fifty times, under load: nothing acknowledged is lost, and nothing happens twice.

Eight people do whatever the house lets people do, from filing to an appeal, over HTTP, while the house (and its
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
from domain.lookup_keys import entry_key
from infra.development.hospital import hospital
from infra.development.treasury import treasury
from infra.formats.canonical import b64url, sha256
from infra.formats.envelope import payload_of, split
from infra.formats.signing import parse
from infra.log.event_store import Log, Row
from tests.api.test_contract import operation_of, operations
from tests.domain.acts import TOLD
from tests.examples import as_related, example_request
from tests.examples import person as example_person
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
LIVES: Final = 17
REFUSED: Final = {"in_flight", "unavailable"}  # ask again
SEED: Final = 20261123
Answer = httpx2.Response
SELLER, BUYER, TREASURY = "kz-citizen-1", "kz-citizen-2", "kz-treasury"
FIRST, SECOND, JUDGE = f"{OFFICE}-officer-1", f"{OFFICE}-officer-2", "kz-court-judge"
ENTRIES: Final = "/v1/registers/vehicles/entries"
WHY: Final = {"reason": "It was an error."}
APPEALS: Final = "kz-interior-ministry-appeal-officer-1"
NO: Final = {"grounds": ["tax_unpaid"], "reason": "The tax of the year is not paid."}
# What nobody does here, as it comes years later, asks for nothing, or is the registry's, which is a process of its own.
NOT_HERE: Final = {
    "/v1/cases/{case}/erasures",
    "/v1/registers/{register}/entries/{entry}/erasures",
    "/v1/cases/{case}/assessments",
    "/v1/cases/{case}/entries",
    "/v1/estimates",
    "/v1/registers/{register}/searches",
    "/v1/feeds/{cc}/disclosures",
    "/v1/feeds/{cc}/receipts",
    "/v1/feeds/{cc}/objections",
}


class Person:
    """One client: takes case after case from its filing to an end, and notes what was acknowledged."""

    def __init__(self, town: ServedTown, cars: Iterator[int], over: threading.Event) -> None:
        self.thread = threading.Thread(target=self._live, daemon=True)
        self.acknowledged: list[tuple[str, str]] = []  # (stream, event that the command leads to)
        self.done: set[tuple[str, str]] = set()  # method and path of what was answered
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
            self._restated,
            self._prolonged,
            self._appealed,
            self._let_go,
            self._paid_back,
            self._still_born,
            self._represented,
            self._appointed,
            self._told,
            self._amended,
        )
        assert len(lives) == LIVES
        try:
            with closing(self._http):
                while not self._over.is_set():
                    n = next(self._cars)
                    live = lives[n % len(lives)] if n < CARS else self._born  # births need nothing
                    live(n)
        except BaseException as error:  # noqa: BLE001 - the test shows it
            self.trouble = error

    # lives

    def _sold(self, n: int) -> str:
        case, version = self._in_review(n)
        version = self._judge(case, FIRST, "proposals", "ApprovalProposed", version)
        self._judge(case, SECOND, "approvals", "CaseApproved", version)
        return case

    def _amended(self, n: int) -> None:
        """Corrected by two officers, and annulled by them; another sale by the court."""
        case, entry = self._sold(n), self._ids.stream(entry_key("vehicles", "vin", vin(n)))
        seen = self._entry(entry, 2)
        if n // LIVES % 2:
            self._shown(SELLER, case, "ending")  # completed: nobody else changes it now
            version = self._asked(lambda: self._caller(SELLER).get(f"/v1/cases/{case}")).json()["version"]
            self._judge(case, JUDGE, "annulments", "ResultAnnulled", version, body=WHY)
            self.acknowledged.append((entry, "EntryAnnulled"))
            return
        content = {**seen["content"], "vehicle": {**seen["content"]["vehicle"], "colour": "green"}}
        said = {**WHY, "of": seen["newest_change"], "content": content}
        seen = self._amend(FIRST, seen, "correction-proposals", "CorrectionProposed", said)
        said = {"of": seen["proposal"]["event"]}
        seen = self._amend(SECOND, seen, "corrections", "EntryCorrected", said)
        said = {**WHY, "of": seen["newest_change"]}
        seen = self._amend(FIRST, seen, "annulment-proposals", "AnnulmentProposed", said)
        dropped = {**WHY, "of": seen["proposal"]["event"]}
        seen = self._amend(SECOND, seen, "dropped-proposals", "ProposalDropped", dropped)
        seen = self._amend(FIRST, seen, "annulment-proposals", "AnnulmentProposed", said)
        self._amend(SECOND, seen, "annulments", "EntryAnnulled", {"of": seen["proposal"]["event"]})
        self.acknowledged.append((case, "ResultAnnulled"))

    def _amend(self, who: str, seen: dict[str, Any], what: str, event: str, said: Any) -> dict[str, Any]:
        """The entry after it."""
        entry = seen["entry"]
        ask = partial(self._post, who, f"{ENTRIES}/{entry}/{what}", said, seen=seen["version"])
        self._done(ask, entry, event)
        return self._entry(entry, seen["version"] + 1)

    def _entry(self, entry: str, version: int) -> dict[str, Any]:
        """The entry, once it is shown in this version: who follows the log is killed, too."""
        until_ = time.monotonic() + PATIENCE_S
        while True:
            found: dict[str, Any] = self._asked(lambda: self._caller(FIRST).read(f"{ENTRIES}/{entry}")).json()
            if found["version"] >= version:
                return found
            assert time.monotonic() < until_, "nobody is shown the entry"
            time.sleep(0.05)

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
        self._no(n)

    def _answered(self, n: int) -> None:
        case, version = self._in_review(n)
        question = {"question": f"Which colour has car {n}?"}
        asker = FIRST
        self._judge(case, asker, "information-requests", "InformationRequested", version, body=question)
        evidence = [{"kind": "photograph", **self._upload("kz-citizen-1", "KZ")}]
        of = self._shown("kz-citizen-1", case, "questions")[-1]["of"]
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
        case, officer, version = self._birth(n)
        self._judge(case, officer, "approvals", "CaseApproved", version)

    def _still_born(self, n: int) -> None:
        case, officer, version = self._birth(n, kind="still_born")
        why = {"exemption": "still_born", "reason": None}
        self._judge(case, officer, "exemptions", "CaseNotNeeded", version, body=why)

    def _birth(self, n: int, **changes: Any) -> tuple[str, str, int]:
        """Told by the father, as each child has a mother of its own; and with an officer."""
        offer, father = offer_of("TR", "birth_certificate"), person("tr-citizen-1")
        request = example_request(offer, n, today=self._town.now().date())
        request = as_related(offer, {**request, "relation": "father", "applicant": father})
        evidence = [{"kind": "parent_identity", **self._upload("tr-citizen-1", "TR")}]
        filed = self._file("TR", "birth_certificate", {**request, **changes}, evidence)
        case, officer = filed["case"], f"{filed['authority']}-officer-1"
        return case, officer, self._judge(case, officer, "assignments", "CaseAssigned", filed["version"])

    def _restated(self, n: int) -> None:
        """The buyer agrees to it as it is now, and thinks again."""
        filed = self._file("KZ", "car_sale", sale(n))
        case, request = filed["case"], {**sale(n), "new_plates": not sale(n)["new_plates"]}
        body = {"of": filed["request_hash"], "request": request}
        ask = partial(self._post, SELLER, f"/v1/cases/{case}/amendments", body)
        of = self._done(ask, case, "RequestAmended")["request_hash"]
        self._fact(case, BUYER, "consents", "ConsentGiven", answer="give", of=of)
        self._fact(case, BUYER, "consents", "ConsentRevoked", answer="revoke", of=of)

    def _prolonged(self, n: int) -> None:
        """The police is asked, and there is more time."""
        case, version = self._in_review(n)
        why = {"reason": "The file is at the archive."}
        version = self._judge(case, FIRST, "extensions", "DeadlineExtended", version, body=why)
        asked = {"authority": "kz-police", "inquiry": "Is it wanted?"}
        self._judge(case, FIRST, "opinion-requests", "OpinionRequested", version, body=asked)
        of = self._shown(FIRST, case, "opinions")[-1]["of"]
        self._fact(case, "kz-police-officer-1", "opinions", "OpinionGiven", of=of, opinion="It is not.")

    def _appealed(self, n: int) -> None:
        case, of = self._no(n)
        self._fact(case, SELLER, "services", "DecisionServed", of=of)
        version = self._fact(case, SELLER, "appeals", "AppealLodged", of=of, reason="The tax is paid.")
        yes = {"outcome": "set_aside", "reason": "It is."}
        self._judge(case, APPEALS, "appeal-decisions", "AppealDecided", version, body=yes)

    def _let_go(self, n: int) -> None:
        """Of an appeal, and of the car."""
        case, of = self._no(n)
        self._fact(case, BUYER, "appeals", "AppealLodged", of=of, reason="I had bought it.")
        lodged = self._shown(BUYER, case, "appeals")[-1]["of"]
        self._fact(case, BUYER, "appeals", "AppealTakenBack", answer="take_back", of=lodged)
        self._fact(case, SELLER, "waivers", "ClaimWaived")

    def _no(self, n: int) -> tuple[str, str]:
        """A refusal, and its hash."""
        case, version = self._in_review(n)
        self._judge(case, FIRST, "refusals", "CaseRefused", version, body=NO)
        return case, self._shown(SELLER, case, "ending")["of"]

    def _paid_back(self, n: int) -> None:
        case, version = self._in_review(n)
        self._judge(case, SELLER, "withdrawals", "CaseWithdrawn", version)
        due = self._shown(SELLER, case, "refunds")[-1]
        what = ("KZ", case, due["amount"], "KZT", case, self._town.now())
        back = treasury(self._town.keyring("KZ"), *what, is_refund=True)
        self._fact(case, TREASURY, "refunds", "RefundPaid", statement=back)

    def _represented(self, n: int) -> None:
        """By a mandate, for a day."""
        people = {"principal": person(SELLER), "representative": example_person("KZ", 5_000 + n)}
        today = self._town.now().date().isoformat()
        ask = partial(self._post, SELLER, "/v1/mandates", {"country": "KZ", **people, "until": today})
        given = self._asked(partial(ask, new_key())).json()
        mandate, seen = given["mandate"], given["version"]
        self._asked(partial(self._delete, SELLER, f"/v1/mandates/{mandate}", new_key(), seen))
        self.acknowledged += [(mandate, "MandateGiven"), (mandate, "MandateEnded")]

    def _told(self, n: int) -> None:
        """By the hospitals, of a birth that nobody has declared."""
        keys = self._town.keyring("KZ")
        said = {**TOLD, "number": str(n)}
        del said["made_at"]
        statement = {"statement": hospital(keys, "KZ", said, self._town.now())}
        answer = self._asked(partial(self._post, "kz-hospitals", "/v1/notices", statement, new_key()))
        self.acknowledged.append((answer.json()["notice"], "BirthNotified"))

    def _appointed(self, n: int) -> None:
        """For as long as it takes."""
        personnel, login = (
            f"{OFFICE}-personnel-officer",
            {"issuer": "https://id.example", "subject": f"s-{n}"},
        )
        ask = partial(self._post, personnel, "/v1/competences", {"who": {"login": login}, "role": "officer"})
        held = f"/v1/competences/{self._asked(partial(ask, new_key())).json()['competence']}"
        today = {"last_day": self._town.now().date().isoformat()}
        self._asked(partial(self._post, personnel, f"{held}/ends", today, new_key()))
        self._asked(partial(self._delete, personnel, held, new_key()))
        appointee = self._ids.appointee_login(OFFICE, *login.values())
        self.acknowledged += [(appointee, "CompetenceGranted"), *[(appointee, "CompetenceEnded")] * 2]

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
        return case, self._judge(case, FIRST, "assignments", "CaseAssigned", version)

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

    def _shown(self, who: str, case: str, member: str) -> Any:
        """What a member of the case holds, once it does: who follows the log is killed, too."""
        until_ = time.monotonic() + PATIENCE_S
        while not (found := self._asked(lambda: self._caller(who).get(f"/v1/cases/{case}")).json()[member]):
            assert time.monotonic() < until_, f"nobody is shown the {member} of the case"
            time.sleep(0.05)
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
                self.done.add((answer.request.method, answer.request.url.path))
                return answer
            assert answer is None or answer.json()["code"] in REFUSED, answer.text
            assert time.monotonic() < until_, answer.text if answer is not None else "nobody answers any more"
            time.sleep(0.02)  # the house is down: it is being started again

    def _post(self, who: str, path: str, body: Any, key: str, *, seen: int | None = None) -> Answer:
        return self._caller(who).post(path, body, key=key, seen=seen)

    def _delete(self, who: str, path: str, key: str, seen: int | None = None) -> Answer:
        bound = {} if seen is None else {"If-Match": f'"{seen}"'}
        return self._caller(who).send("DELETE", path, headers={"Idempotency-Key": key, **bound})

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
    by_law = happened(rows_of(town, "KZ") + rows_of(town, "TR"), {"CompetenceGranted"})
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
    assert {event for (_, event), times in asked.items() if times > 1} <= {
        "CompetenceEnded",
        "AnnulmentProposed",
    }
    assert_everything_was_done(town, {each for someone in people for each in someone.done})
    for _ in ("what was decided", "what its receipts led to"):
        until(lambda: not lag(town), "the read models and the feed")
        town.run("registry", "run", "KZ", "--from", "http", "--once")
    rows = {code: rows_of(town, code) for code in ("KZ", "TR")}
    # Who declines ends the case in the same act.
    asked.update((case, "CaseWithdrawn") for case, event in list(asked) if event == "ConsentDeclined")
    found = happened(rows["KZ"] + rows["TR"], {event for _, event in asked}) - by_law
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


def assert_everything_was_done(town: ServedTown, done: set[tuple[str, str]]) -> None:
    """Of a new command nothing would be known."""
    document = town.anybody.get("/openapi.json").json()
    met = {operation_of(document, method, path) for method, path in done}
    changes = {(method, path) for method, path in operations(document) if method != "GET"}
    assert {path for _, path in changes - met} == NOT_HERE


def rows_of(town: ServedTown, country: str) -> list[Row]:
    with closing(Log(town.settings.data / country.lower() / "log.sqlite")) as log:
        return log.since(0, 1_000_000)


def happened(rows: list[Row], events: set[str]) -> Counter[tuple[str, str]]:
    """How often each of these events is in each stream."""
    found = ((row[1], row[3].split(".")[1]) for row in rows)
    return Counter((stream, event) for stream, event in found if event in events)


def assert_every_receipt_matches(town: ServedTown, rows: list[Row]) -> None:
    """Each event was applied once, in order; each sale ended with its receipt, once, or was annulled before."""
    received = [row for row in rows if "KZ" in payload_of(split(row[4])[0])["to"]]
    written = ("EntryChanged", "EntryCorrected", "EntryAnnulled")
    answered = [row for row in rows if row[3].split(".")[1] in written]
    others = {row[1] for row in rows if payload_of(split(row[4])[0])["data"].get("register") == "companies"}
    of_entries = Counter(row[1] for row in rows if row[3].startswith("entry.") and row[1] not in others)
    approved = [row[1] for row in rows if row[3] == "case.CaseApproved.v1"]
    recorded = {
        payload_of(split(row[4])[0])["data"]["event"]: payload_of(split(row[4])[0])["data"]["receipt"]
        for row in rows
        if row[3] == "case.ReceiptRecorded.v1"
    }
    assert approved
    completed = Counter(row[1] for row in rows if row[3] == "case.CaseCompleted.v1")
    annulled = {row[1] for row in rows if row[3] == "case.ResultAnnulled.v1"}
    assert completed == Counter({case: 1 for case in approved if case in completed or case not in annulled})
    with closing(Database(town.settings.data / "registries" / "kz.sqlite")) as database:
        assert database.position(town.keyring("KZ").origin).count == len(received)
        assert [alarm for alarm in database.alarms() if alarm.over_at is None] == []
        assert database.parked() == []
        applied = database.rows()
        outbox = {receipt.event: receipt for receipt in database.receipts()}
    assert {entry: events for entry, _, _, events in applied} == of_entries
    assert set(outbox) == {b64url(sha256(split(row[4])[0])) for row in answered}
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
