"""The demonstration: a dozen and more cases to different ends, and births and car sales in each country, over the real
HTTP API, from an empty folder.

It starts the house and the registries as processes of their own, and plays citizens, officers and the treasury.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

import httpx

from consumers import registry
from consumers.ends import ends_of
from consumers.play import Play, good
from consumers.tour import Tour
from infra.development import development
from infra.formats.canonical import b64url, sha256
from infra.formats.envelope import payload_of, split
from infra.runtime.child import end_process
from infra.runtime.clock import turn_to
from infra.settings import Settings
from infra.verification import verify_folder
from infra.verification.log_file import LogFile

VEHICLES: Final = 1_000
OFFICE: Final = "kz-vehicle-registration"
MARK: Final = ".tamga-demo"


class Console(Protocol):
    """Where the story is told."""

    def print(self, text: str) -> None:
        """One line."""


def run(settings: Settings, program: Path, console: Console) -> dict[str, Any]:
    """Play everything; ``{"cases": {end: n}, "by_country": …, "receipts": n, "events": n, "verified": bool}``, where
    ``by_country`` is ``{country: {procedure: {end: n}}}``.
    """
    folder = _fresh(settings.data / "demo")
    clock = folder / "clock"
    turn_to(clock, datetime.now(UTC))
    origin = f"log.{{cc}}.demo-{int(time.time())}.tamga.example/v1"
    ours = Settings(
        data=folder,
        port=_free_port(),
        kafka=settings.kafka,
        clock=clock,
        origin=origin,
    )
    environment = os.environ | {
        "TAMGA_DATA": str(folder),
        "TAMGA_PORT": str(ours.port),
        "TAMGA_KAFKA": ours.kafka,
        "TAMGA_CLOCK": str(clock),
        "TAMGA_ORIGIN": origin,
        "TAMGA_COUNTRIES": ",".join(ours.kept),
        "TAMGA_LOG_LEVEL": "WARNING",
    }
    with ExitStack() as stack:
        log = stack.enter_context((folder / "processes.log").open("wb"))

        def start(*words: str) -> None:
            stack.enter_context(_process([sys.executable, str(program), *words], environment, log))

        start("serve")
        source = "kafka" if ours.kafka else "http"
        story = _Story(ours, console)
        story.wait_until_ready()
        _import_vehicles(folder, program, environment, log)
        objected = story.play_before_the_registry()
        for country in ours.kept:
            start("registry", "run", country, "--from", source)
        story.receipts += Tour(ours, console).play()
        story.play(clock, objected)
    report = verify_folder(folder, with_keys=None)
    ends = ends_of(folder)
    return {
        "cases": dict(sorted(ends.cases.items())),
        "by_country": ends.by_country,
        "receipts": story.receipts,
        "events": sum(log_["events"] for log_ in report["logs"].values()),
        "verified": report["ok"],
    }


class _Story:
    """The people of the demonstration, and what they do."""

    def __init__(self, settings: Settings, console: Console) -> None:
        self._console = console
        self._settings = settings
        self._people = development.residents()
        self._play = Play(settings)
        self._next = 0
        self.receipts = 0

    def wait_until_ready(self) -> None:
        """The house answers."""
        self._play.until(self._is_ready, "the house to be ready")

    def _is_ready(self) -> bool:
        try:
            return self._play.http.get("/readyz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def play_before_the_registry(self) -> str:
        """A registry cannot apply a decision at first; it does so once it runs."""
        case = self._sold(9)
        event = self._effect(case)
        said = registry.object_to("KZ", self._settings, "vehicles", event, "plate_unknown")
        self._play.must(said["status"] == "recorded", f"the objection was not taken: {said}")
        self._console.print("a registry cannot apply a sale: the officer sees it")
        return case

    def play(self, clock: Path, objected: str) -> None:
        """Every case to its end."""
        waiting = [objected, *(self._sold(n) for n in range(3))]
        waiting += [self._born(n) for n in range(2)]
        waiting += [self._answered(), self._amended(), self._opined_and_extended()]
        self._refused()
        waiting.append(self._set_aside())
        self._upheld()
        self._withdrawn()
        self._declined()
        self._blocked_by_a_lien()
        self._mandated()
        self._still_born()
        unpaid, alone, revived = self._unpaid(), self._without_consent(), self._unpaid()
        paid_in_time = datetime.now(UTC)
        for case in waiting:
            self._play.until(partial(self._is, case, "completed"), "the registry's receipt")
            self.receipts += 1
        self._corrected(waiting[1])
        self._annulled(waiting[2])
        self._console.print("three weeks later: what was not paid or not agreed to lapses")
        turn_to(clock, datetime.now(UTC) + timedelta(days=28))
        for case in (unpaid, alone, revived):
            self._play.until(partial(self._is, case, "lapsed"), "the clock")
        self._play.pay("KZ", "kz-citizen-1", revived, paid_in_time)
        self._play.must(
            self._is(revived, "in_review"), "money that was there in time did not revive the case"
        )
        self._console.print("the treasury says late that one was paid in time: it goes on")
        self._console.print("two years later: what the law keeps no longer is erased")
        turn_to(clock, datetime.now(UTC) + timedelta(days=800))
        self._erased(waiting[3])

    # the ends

    def _sold(self, n: int) -> str:
        case = self._file_sale()
        self._console.print(f"car sale {n + 1}: filed, agreed, paid, decided by two officers")
        self._complete(case)
        self._decide(case)
        return case

    def _born(self, n: int) -> str:
        case = self._file_birth(n)
        self._console.print(f"birth {n + 1}: filed, decided by the civil registry")
        officer = "tr-civil-registry-officer-1"
        self._play.judge(officer, case, "assignments", {})
        self._play.judge(officer, case, "approvals", {})
        return case

    def _file_birth(self, n: int, *, still_born: bool = False) -> str:
        mother = self._person("tr-citizen-1")
        request = {
            "applicant": mother,
            "relation": "mother",
            "child": {
                "surname": "Örnek",
                "given_names": f"Bebek {n + 1}",
                "sex": "female",
                "born_on": (datetime.now(UTC) - timedelta(days=5)).date().isoformat(),
                "place": {"country": "TR", "city": "Ankara"},
                "order": n + 1,  # twins
            },
            "mother": mother,
            "father": None,
            "medical_certificate": {
                "issuer": "Örnek Hastanesi",
                "number": f"TR-{n + 1:05d}",
                "issued_on": "2026-11-20",
            },
            "kind": "still_born" if still_born else "live",
        }
        return self._file("tr-citizen-1", "TR", "birth_certificate", request)

    def _answered(self) -> str:
        case = self._file_sale()
        self._complete(case)
        self._play.judge(f"{OFFICE}-officer-1", case, "assignments", {})
        self._play.judge(
            f"{OFFICE}-officer-1", case, "information-requests", {"question": "When was the car sold?"}
        )
        question = self._play.read("kz-citizen-1", case)["questions"][-1]["of"]
        self._play.post(
            "kz-citizen-1", f"/v1/cases/{case}/information", {"of": question, "answer": "Yesterday."}
        )
        self._console.print("a question was asked, and answered: the clock stood meanwhile")
        self._decide(case, is_assigned=True)
        return case

    def _refused(self) -> None:
        case = self._file_sale()
        self._complete(case)
        self._play.judge(f"{OFFICE}-officer-1", case, "assignments", {})
        no = {"grounds": ["tax_unpaid"], "reason": "The vehicle tax of last year is not paid."}
        self._play.judge(f"{OFFICE}-officer-1", case, "refusals", no)
        self._console.print("refused, on a ground of the law, with the way to appeal")

    def _set_aside(self) -> str:
        case = self._refused_again("set aside: others decide anew, and say yes")
        self._appeal(case, "set_aside")
        for officer, what in (
            ("officer-2", "assignments"),
            ("officer-2", "proposals"),
            ("supervisor", "approvals"),
        ):
            self._play.judge(f"{OFFICE}-{officer}", case, what, {})
        return case

    def _upheld(self) -> None:
        self._appeal(self._refused_again("appealed against, and upheld"), "upheld")

    def _refused_again(self, what: str) -> str:
        case = self._file_sale()
        self._complete(case)
        self._play.judge(f"{OFFICE}-officer-1", case, "assignments", {})
        no = {"grounds": ["tax_unpaid"], "reason": "The vehicle tax of last year is not paid."}
        self._play.judge(f"{OFFICE}-officer-1", case, "refusals", no)
        self._console.print(f"refused, served, {what}")
        return case

    def _appeal(self, case: str, outcome: str) -> None:
        of = {"of": self._play.read("kz-citizen-1", case)["ending"]["of"]}
        self._play.post("kz-citizen-1", f"/v1/cases/{case}/services", of)
        self._play.post("kz-citizen-1", f"/v1/cases/{case}/appeals", {**of, "reason": "The tax is paid."})
        decision = {"outcome": outcome, "reason": "The receipt was looked at."}
        self._play.judge("kz-interior-ministry-appeal-officer-1", case, "appeal-decisions", decision)

    def _amended(self) -> str:
        case = self._file_sale()
        seen = self._play.read("kz-citizen-1", case)
        request = {**seen["request"], "new_plates": True}
        said = {"of": seen["request_hash"], "request": request}
        self._play.post("kz-citizen-1", f"/v1/cases/{case}/amendments", said)
        self._console.print("restated: new plates; agreed to anew, paid, decided")
        self._complete(case)
        self._decide(case)
        return case

    def _opined_and_extended(self) -> str:
        case = self._file_sale()
        self._complete(case)
        officer = f"{OFFICE}-officer-1"
        self._play.judge(officer, case, "assignments", {})
        asked = {"authority": "kz-police", "inquiry": "Is the car looked for?"}
        self._play.judge(officer, case, "opinion-requests", asked)
        of = self._play.read("kz-police-officer-1", case)["opinions"][-1]["of"]
        self._play.post(
            "kz-police-officer-1", f"/v1/cases/{case}/opinions", {"of": of, "opinion": "It is not."}
        )
        self._play.judge(officer, case, "extensions", {"reason": "The file is at the archive."})
        self._console.print("the police was asked, and the time to decide prolonged")
        self._decide(case, is_assigned=True)
        return case

    def _still_born(self) -> None:
        case = self._file_birth(7, still_born=True)
        officer = "tr-civil-registry-officer-1"
        self._play.judge(officer, case, "assignments", {})
        self._play.judge(officer, case, "exemptions", {"exemption": "still_born"})
        self._console.print("a stillbirth was told: nothing is registered in Türkiye")

    def _corrected(self, case: str) -> None:
        seen = self._entry(case)
        content = {**seen["content"], "vehicle": {**seen["content"]["vehicle"], "colour": "green"}}
        proposal = {"of": seen["newest_change"], "content": content, "reason": "It is green."}
        self._amend(case, "correction", proposal)
        self._console.print("an error of the office was corrected, by two of its officers")

    def _annulled(self, case: str) -> None:
        seen = self._entry(case)
        proposal = {"of": seen["newest_change"], "reason": "Another car was meant."}
        self._amend(case, "annulment", proposal)
        self._console.print("a sale was annulled: the car is the seller's again")

    def _amend(self, case: str, what: str, proposal: dict[str, Any]) -> None:
        first, second = f"{OFFICE}-officer-1", f"{OFFICE}-officer-2"
        path, seen = self._path_of_entry(case), self._entry(case)
        good(self._play.send(first, f"{path}/{what}-proposals", proposal, seen["version"]))
        seen = self._entry(case)
        confirmed = {"of": seen["proposal"]["event"]}
        good(self._play.send(second, f"{path}/{what}s", confirmed, seen["version"]))

    def _entry(self, case: str) -> dict[str, Any]:
        headers = self._play.signed_in(f"{OFFICE}-officer-1") | {"Reading-Purpose": "an error"}
        return good(self._play.http.get(self._path_of_entry(case), headers=headers))

    def _path_of_entry(self, case: str) -> str:
        (written,) = self._play.read("kz-citizen-1", case)["entries"]
        return f"/v1/registers/{written['register']}/entries/{written['entry']}"

    def _effect(self, case: str) -> str:
        """The hash of the event that wrote the entry: the approval names it, signed."""
        events = self._play.read("kz-citizen-1", f"{case}/history")["events"]
        (approved,) = (each for each in events if each["type"] == "case.CaseApproved.v1")
        (entry,) = self._play.read("kz-citizen-1", case)["entries"]
        effects: dict[str, Any] = payload_of(approved["jws"].encode())["effects"]
        log = self._settings.data / "kz" / "log.sqlite"
        with closing(LogFile(log)) as opened:
            written = {b64url(sha256(split(row[4])[0])) for row in opened.stream(entry["entry"])}
        return next(effect for effect in effects if effect in written)

    def _withdrawn(self) -> None:
        case = self._file_sale()
        self._play.judge("kz-citizen-1", case, "withdrawals", {})
        self._console.print("withdrawn by the seller")

    def _declined(self) -> None:
        case = self._file_sale()
        self._consent(case, "decline")
        self._console.print("the buyer said no")

    def _mandated(self) -> None:
        people = {"principal": self._person("kz-citizen-1"), "representative": self._person("kz-citizen-3")}
        until = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
        scope = {"country": "KZ", "procedures": ["car_sale"], "further": ["withdraw"], "until": until}
        mandate = self._play.post("kz-citizen-1", "/v1/mandates", {**scope, **people})["mandate"]
        acting = {"acting": {"as": "mandate", "mandate": mandate}}
        case = self._file("kz-citizen-3", "KZ", "car_sale", self._sale(), **acting)
        self._play.judge("kz-citizen-3", case, "withdrawals", acting)
        self._console.print("filed and withdrawn for the seller, by who has a mandate")

    def _blocked_by_a_lien(self) -> None:
        vin = self._vin()
        case = self._file_sale(vin)
        self._complete(case)
        searched = {"kind": "vin", "parts": [vin], "purpose": "execution of a pledge"}
        entry = self._play.post(f"{OFFICE}-officer-1", "/v1/registers/vehicles/searches", searched)["entry"]
        lien = {"kind": "lien", "reference": "pledge 17"}
        self._play.post(
            "kz-pledge-registry-officer", f"/v1/registers/vehicles/entries/{entry}/restrictions", lien
        )
        self._play.judge(f"{OFFICE}-officer-1", case, "assignments", {})
        self._play.judge(f"{OFFICE}-officer-1", case, "proposals", {})
        answer = self._play.send(
            f"{OFFICE}-officer-2", f"/v1/cases/{case}/approvals", {}, self._version(case)
        )
        if answer.status_code != httpx.codes.CONFLICT or answer.json()["code"] != "entry_restricted":
            raise AssertionError(f"a car with a lien was sold: {answer.text}")
        no = {"grounds": ["restricted"], "reason": "A pledge was registered."}
        self._play.judge(f"{OFFICE}-officer-1", case, "refusals", no)
        self._console.print("a lien came in between: the car is not transferred, and the fee goes back")

    def _unpaid(self) -> str:
        case = self._file_sale()
        self._consent(case, "give")
        return case

    def _without_consent(self) -> str:
        case = self._file_sale()
        self._play.pay("KZ", "kz-citizen-1", case)
        return case

    def _erased(self, case: str) -> None:
        officer = "kz-data-protection-officer"
        self._play.post(
            officer, f"/v1/cases/{case}/erasures", {"basis": "the retention of the case has ended"}
        )
        self._console.print("erased: the signed record stays, and verifies, without the people in it")

    # the steps

    def _file_sale(self, vin: str | None = None) -> str:
        return self._file("kz-citizen-1", "KZ", "car_sale", self._sale(vin))

    def _sale(self, vin: str | None = None) -> dict[str, Any]:
        return {
            "seller": self._person("kz-citizen-1"),
            "buyer": self._person("kz-citizen-2"),
            "vehicle": {"vin": vin or self._vin()},
            "price": {"amount": 250_000_000, "currency": "KZT"},
            "new_plates": False,
        }

    def _file(self, person: str, country: str, procedure: str, request: dict[str, Any], **more: Any) -> str:
        body = {"country": country, "procedure": procedure, "request": request, **more}
        return self._play.file(person, body)

    def _complete(self, case: str) -> None:
        self._consent(case, "give")
        self._play.pay("KZ", "kz-citizen-1", case)

    def _consent(self, case: str, answer: str) -> None:
        of = self._play.read("kz-citizen-2", case)["request_hash"]
        self._play.post("kz-citizen-2", f"/v1/cases/{case}/consents", {"answer": answer, "of": of})

    def _decide(self, case: str, *, is_assigned: bool = False) -> None:
        if not is_assigned:
            self._play.judge(f"{OFFICE}-officer-1", case, "assignments", {})
        self._play.judge(f"{OFFICE}-officer-1", case, "proposals", {})
        self._play.judge(f"{OFFICE}-officer-2", case, "approvals", {})

    def _version(self, case: str) -> int:
        return int(self._play.read(f"{OFFICE}-officer-1", case)["version"])

    def _is(self, case: str, stage: str) -> bool:
        return self._stage(case) == stage

    def _stage(self, case: str) -> str:
        for person in ("kz-citizen-1", "tr-citizen-1"):
            answer = self._play.http.get(f"/v1/cases/{case}", headers=self._play.signed_in(person))
            if answer.status_code == httpx.codes.OK:
                return str(answer.json()["stage"])
        return "unknown"

    def _person(self, person: str) -> dict[str, Any]:
        return self._people[person].as_person()

    def _vin(self) -> str:
        self._next += 1
        return _vin(self._next)


def _vin(number: int) -> str:
    return f"XTA21099{number:09d}"


def _import_vehicles(folder: Path, program: Path, environment: dict[str, str], log: Any) -> None:
    owner = development.residents()["kz-citizen-1"].as_person()
    lines = [
        {
            "vehicle": {
                "vin": _vin(n),
                "plate": f"{n:03d}DEM",
                "make": "Lada",
                "model": "21099",
                "year": 2000,
            },
            "owner": owner,
        }
        for n in range(1, VEHICLES + 1)
    ]
    file = folder / "vehicles.ndjson"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    words = ["registers", "import", "KZ", "vehicles", str(file), "--json"]
    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(program), *words], env=environment, check=True, stdout=log, stderr=log
    )


@contextmanager
def _process(words: list[str], environment: dict[str, str], log: Any) -> Iterator[None]:
    process = subprocess.Popen(words, env=environment, stdout=log, stderr=log)  # noqa: S603 - our own program
    try:
        yield
    finally:
        end_process(process)


def _fresh(folder: Path) -> Path:
    """An empty folder; one that an earlier demonstration left is thrown away, and nothing else ever is."""
    if folder.exists():
        if not (folder / MARK).exists():
            raise FileExistsError(f"{folder} is there, and is not of a demonstration")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    return folder


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
