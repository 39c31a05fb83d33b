"""What the benchmarks stand on: a country house in a folder, people, requests, and logs grown to a size."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from domain import events as e
from domain.commands import (
    Actor,
    ApproveCase,
    AssignCase,
    Competence,
    FileCase,
    GiveConsent,
    ProposeApproval,
    RecordPayment,
    RecordReceipt,
    Statement,
)
from domain.decision import LEAD, Decision
from domain.lookup_keys import entry_key
from infra.desk.desk import Append, Outcome
from infra.development import development
from infra.formats.canonical import b64url, sha256
from infra.formats.envelope import split
from infra.house import CountryHouse
from infra.settings import Settings
from tests.town.statements import receipt

COUNTRY = "KZ"
OFFICE = "kz-vehicle-registration"
FEE = 648_700  # kept plates, 2026
CAUSE = "cmd:0192f0c2-7d6e-7c1a-9b1a-0d2f1b7c9a11"


class Ground:
    """One country, in process, without HTTP."""

    def __init__(self, folder: Path, *, synchronous: str = "FULL", largest_batch: int = 64) -> None:
        settings = Settings(data=folder)
        self.country = CountryHouse.open(
            settings,
            COUNTRY,
            lambda: datetime.now(UTC),
            synchronous=synchronous,
            largest_batch=largest_batch,
        )
        self.folder = self.country.folder
        self.keyring = self.country.keyring
        self.log = self.country.log
        self.vault = self.country.vault
        self.read_models = self.country.read_models
        self.desk = self.country.desk
        self.follower = self.country.follower
        people = development.residents()
        self.seller, self.buyer = people["kz-citizen-1"].as_person(), people["kz-citizen-2"].as_person()
        numbers = (person["personal_number"] for person in (self.seller, self.buyer))
        self._persons = [self.country.ids.person(n["country"], n["number"]) for n in numbers]
        self.applicant, self.other = (self._actor(person, {COUNTRY: person}) for person in self._persons)
        self.officers = [self._officer(n) for n in (1, 2)]
        self.treasury = self._machine("treasury", "kz-treasury")
        self.registry = self._machine("registry", "kz-vehicle-register")

    def grow(self, events: int) -> None:
        """Take whole car sales to their end, many at a time, until the log has this many events."""
        n = 0
        while self.log.size() < events:
            self.lives(range(n, n + 500))
            n += 500

    def lives(self, numbers: range) -> list[str]:
        """So many car sales, from import to completion: fourteen events each, in three streams."""
        self.register(numbers)
        filed = self._all([self.filing(n) for n in numbers])
        given = [GiveConsent(**self._of(o, self.other), of=o.state.request_hash) for o in filed]
        paid = [
            RecordPayment(**self._of(o, self.treasury), statement=self._statement(o.stream))
            for o in self._all(given)
        ]
        seen = self._all(paid)
        a, b = self.officers
        seen = self._all([AssignCase(**self._of(o, a), expected=o.version) for o in seen])
        seen = self._all([ProposeApproval(**self._of(o, a), expected=o.version) for o in seen])
        seen = self._all([ApproveCase(**self._of(o, b), expected=o.version) for o in seen])
        receipts = [self._receipt(o) for o in seen]
        return [o.stream for o in self._all(receipts)]

    def register(self, numbers: range) -> None:
        """Vehicles of the seller in the register."""

        def work(append: Append) -> None:
            for n in numbers:
                content = {
                    "vehicle": {
                        "vin": vin(n),
                        "plate": "1",
                        "make": "Lada",
                        "model": "21099",
                        "year": 2000,
                        "colour": None,
                    },
                    "owner": self.seller,
                }
                stream = append.load(self.country.ids.stream(entry_key("vehicles", "vin", vin(n))), "entry")
                created = e.EntryCreated(
                    register="vehicles", content_version=1, title="import", content=content
                )
                actor: e.ActorMember = {"id": "import", "role": "system"}
                append.sign(
                    Decision(authority=OFFICE, actor=actor, events=[(LEAD, created)]), stream, {}, CAUSE
                )

        self.desk.have(work).result()

    def filing(self, n: int) -> FileCase:
        """The n-th car sale, as the edge would ask for it."""
        request = {
            "seller": self.seller,
            "buyer": self.buyer,
            "vehicle": {"vin": vin(n), "plate": None},
            "price": {"amount": 100, "currency": "KZT"},
            "new_plates": False,
            "person_p1": self._persons[0],
            "person_p2": self._persons[1],
            "representative_p1": None,
            "representative_p2": None,
        }
        return FileCase(
            by=self.applicant,
            cause=CAUSE,
            case=self.country.ids.case("i", "c", "s", str(n)),
            country=COUNTRY,
            procedure="car_sale",
            request=request,
        )

    def close(self) -> None:
        """Give everything back."""
        self.country.close()

    def _all(self, commands: list[Any]) -> list[Outcome]:
        return [future.result() for future in [self.desk.ask(command) for command in commands]]

    def _of(self, outcome: Outcome, by: Actor) -> dict[str, Any]:
        return {"by": by, "cause": CAUSE, "case": outcome.stream}

    def _receipt(self, outcome: Outcome) -> RecordReceipt:
        entry = self.log.stream(outcome.state.entries[0]["entry"])[-1]
        changed = next(h for h in outcome.state.effects if h == hash_of(entry[4]))
        return RecordReceipt(
            **self._of(outcome, self.registry),
            register="vehicles",
            authority="kz-vehicle-register",
            event=changed,
            jws=receipt(self.country.keyring, "kz-vehicle-register", "vehicles", changed, datetime.now(UTC)),
        )

    def _statement(self, case: str) -> Statement:
        paid_at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        payment = str(uuid.uuid4())
        return Statement(
            payment=payment, case=case, amount=FEE, currency="KZT", paid_at=paid_at, jws="x" * 500
        )

    def _actor(self, subject: str, persons: dict[str, str], *competences: Competence) -> Actor:
        return Actor(
            issuer="bench", subject=subject, client="bench", persons=persons, competences=competences
        )

    def _officer(self, n: int) -> Actor:
        return self._actor(f"officer-{n}", {}, _competence("officer", OFFICE, f"person-{n}"))

    def _machine(self, role: str, authority: str) -> Actor:
        return self._actor(role, {}, _competence(role, authority, None))


def hash_of(state: bytes) -> str:
    """The hash of a stored event."""
    return b64url(sha256(split(state)[0]))


def vin(n: int) -> str:
    """A VIN of its own for each number."""
    return f"XTA21099{n:09d}"


@contextmanager
def ground(folder: Path, *, synchronous: str = "FULL", largest_batch: int = 64) -> Iterator[Ground]:
    """A ground that is given back."""
    made = Ground(folder, synchronous=synchronous, largest_batch=largest_batch)
    try:
        yield made
    finally:
        made.close()


def _competence(role: str, authority: str, person: str | None) -> Competence:
    return Competence(
        role=role,
        country=COUNTRY,
        authority=authority,
        office_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{role}{person}")),
        procedures=(),
        since=date(2000, 1, 1),
        until=None,
        person=person,
    )
