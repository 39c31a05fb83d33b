"""Kazakhstan alone, in this process, without HTTP: its log, keys, desk and read models, and who files.

The clock stands until it is moved. There is no test in here, and no fake.
"""

import json
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any, Final, TypeVar

from domain import commands as c
from domain.forms import plain
from domain.law.kz.car_sale import KazakhCarSaleForm
from domain.lookup_keys import entry_key
from domain.parties import keyed
from domain.procedure import Offer
from infra.desk import granting
from infra.desk.desk import Append, Desk, IdempotencyKey, Outcome
from infra.development import development
from infra.development.treasury import treasury
from infra.formats.canonical import b64url, sha256
from infra.formats.chain import GENESIS, head_after
from infra.formats.envelope import payload_of, split
from infra.house import CountryHouse
from infra.log.event_store import Log
from infra.operations.register_import import import_file
from infra.runtime.clock import written
from infra.settings import Settings
from tests.town import statements

T = TypeVar("T")
CODE: Final = "KZ"
ORIGIN: Final = "log.kz.tamga.example/v1"
OFFICE: Final = "kz-vehicle-registration"
MONDAY: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)  # an afternoon in Almaty
KEPT_PLATES: Final = 648_700  # the fee in tiyn


def vin(n: int) -> str:
    """The VIN of the n-th car."""
    return f"XTA21099{n:09d}"


def furnish(place: Path) -> None:
    """The data folder of the country, made once and copied for each test: its keys take a while."""
    OneCountry(place).close()


class OneCountry:
    """Everything of the country; several may be opened on one folder, as processes would."""

    def __init__(self, place: Path, *, at: datetime = MONDAY, largest_batch: int = 64) -> None:
        self.place = place
        self.at = at
        self.country = CountryHouse.open(Settings(data=place), CODE, self.clock, largest_batch=largest_batch)
        self.folder = self.country.folder
        self.keyring = self.country.keyring
        self.log = self.country.log
        self.vault = self.country.vault
        self.read_models = self.country.read_models
        self.accesses = self.country.accesses
        self.evidence = self.country.evidence
        self.desk = self.country.desk
        self.follower = self.country.follower

    def clock(self) -> datetime:
        """What time it is here."""
        return self.at

    def later(self, **forward: float) -> None:
        """So much time passes at once: ``days=30``."""
        self.at += timedelta(**forward)

    def close(self) -> None:
        """Give everything back."""
        self.country.close()

    def follow(self) -> None:
        """Bring the read models up to the log."""
        while self.follower.step():
            pass

    def hold(self) -> Callable[[], None]:
        """Keep the desk waiting: what is asked meanwhile becomes one batch. The result lets it go on."""
        gate = Event()

        future = self.desk.have(lambda _append: gate.wait(10))
        while not future.running():
            pass
        return gate.set

    # who asks

    def person(self, resident: str) -> str:
        """The keyed id of a citizen or officer."""
        number = development.resident(resident).personal_number
        assert number is not None
        return self.country.ids.person(*number)

    def actor(self, resident: str) -> c.Actor:
        """Somebody with their competences."""
        found = development.resident(resident)
        mine = [a.competence for a in _appointed() if a.subject == resident]
        person = self.person(resident) if found.personal_number else None
        held = tuple(_held(resident, competence, person) for competence in mine)
        persons = {CODE: person} if person else {}
        return c.Actor(issuer="i", subject=resident, client="c", persons=persons, competences=held)

    def appoint(self, *residents: str) -> None:
        """The log knows that these are in office, as a verifier asks."""
        for resident in residents:
            for held in self.actor(resident).competences:
                asked = replace(granting.by_law(self.desk, held), office_id=held.office_id)
                self.desk.ask(asked).result()

    # what is asked

    def register(self, *numbers: int) -> None:
        """Cars of citizen 1 in the vehicle register."""
        file = self.folder / "cars.ndjson"
        file.write_text("".join(f"{json.dumps(car(n))}\n" for n in numbers), "utf-8")
        import_file(self.country, "vehicles", file, others=())
        file.unlink()

    def filing(self, n: int, key: str | None = None, **changes: Any) -> c.FileCase:
        """Citizen 1 sells the n-th car to citizen 2."""
        request = {
            **sale(n),
            "person_p1": self.person("kz-citizen-1"),
            "person_p2": self.person("kz-citizen-2"),
            "representative_p1": None,
            "representative_p2": None,
        }
        return c.FileCase(
            by=self.actor("kz-citizen-1"),
            cause=f"cmd:{uuid.uuid4()}",
            case=self.case(key or str(n)),
            country=CODE,
            procedure="car_sale",
            request=request,
            **changes,
        )

    def case(self, key: str) -> str:
        """The case that citizen 1 files under this Idempotency-Key."""
        return self.country.ids.case("i", "c", "kz-citizen-1", key)

    def file_under(self, offer: Offer, asked: Mapping[str, Any], key: str) -> Outcome:
        """Citizen 1 files a request under any law."""
        command = c.FileCase(
            by=self.actor("kz-citizen-1"),
            cause=f"cmd:{uuid.uuid4()}",
            case=self.case(key),
            country=CODE,
            procedure=offer.procedure.name,
            request=keyed(offer.procedure, asked, self.country.ids.human),
        )
        return self.desk.ask(command).result()

    def file(self, n: int, **changes: Any) -> Outcome:
        """File it."""
        return self.desk.ask(self.filing(n, **changes)).result()

    def command(
        self, kind: type[c.CaseCommand], seen: Outcome, resident: str | None, **more: Any
    ) -> c.CaseCommand:
        """A command on a case, over the version that was seen; nobody is the clock."""
        by = self.actor(resident) if resident else c.SYSTEM
        cause = f"cmd:{uuid.uuid4()}"
        return kind(by=by, cause=cause, case=seen.stream, expected=seen.version, **more)

    def do(self, kind: type[c.CaseCommand], seen: Outcome, resident: str | None, **more: Any) -> Outcome:
        """The same, carried out."""
        return self.desk.ask(self.command(kind, seen, resident, **more)).result()

    def consent(self, seen: Outcome) -> Outcome:
        """The buyer agrees."""
        return self.do(c.GiveConsent, seen, "kz-citizen-2", of=seen.state.request_hash)

    def pay(self, seen: Outcome) -> Outcome:
        """The fee comes."""
        paid = self.stated(seen, seen.state.fee["amount"], datetime.fromisoformat(seen.state.filed_at))
        return self.do(c.RecordPayment, seen, "kz-treasury", statement=paid)

    def in_review(self, n: int) -> Outcome:
        """A sale that is in review, with the first officer."""
        seen = self.pay(self.consent(self.file(n)))
        return self.do(c.AssignCase, seen, f"{OFFICE}-officer-1")

    def answered(self, seen: Outcome, evidence: Sequence[Any] = ()) -> Outcome:
        """The officer has a question, and the applicant answers it."""
        asked = self.do(c.RequestInformation, seen, f"{OFFICE}-officer-1", question="Which colour?", items=())
        of = asked.state.questions[-1]["of"]
        return self.do(c.ProvideInformation, asked, "kz-citizen-1", of=of, answer="White.", evidence=evidence)

    def approved(self, n: int) -> Outcome:
        """A sale that two officers approved."""
        seen = self.do(c.ProposeApproval, self.in_review(n), f"{OFFICE}-officer-1", note="It is in order.")
        return self.do(c.ApproveCase, seen, f"{OFFICE}-officer-2", note="So it is.")

    def completed(self, n: int) -> Outcome:
        """A sale that the registry has applied."""
        seen = self.approved(n)
        row = self.log.newest(seen.state.entries[0]["entry"])
        assert row is not None
        changed = b64url(sha256(split(row[4])[0]))
        receipt = {"register": "vehicles", "authority": "kz-vehicle-register", "event": changed}
        signed = statements.receipt(self.keyring, receipt["authority"], "vehicles", changed, self.clock())
        return self.do(c.RecordReceipt, seen, "kz-vehicle-register", jws=signed, **receipt)

    def withdrawn(self, n: int) -> Outcome:
        """A sale that was taken back."""
        return self.do(c.WithdrawCase, self.file(n), "kz-citizen-1")

    def stated(self, seen: Outcome, amount: int, at: datetime, *, is_refund: bool = False) -> c.Statement:
        """By the treasury; the case is its reference."""
        money = (amount, "KZT", seen.stream, at)
        return c.Statement(
            payment=self.country.ids.payment(seen.stream),
            case=seen.stream,
            amount=amount,
            currency="KZT",
            paid_at=written(at),
            jws=treasury(self.keyring, CODE, seen.stream, *money, is_refund=is_refund),
        )

    def pay_back(self, seen: Outcome) -> Outcome:
        """What is due goes back."""
        (due,) = seen.state.refunds.values()
        back = self.stated(seen, due["due"], self.at, is_refund=True)
        return self.do(c.RecordRefund, seen, "kz-treasury", statement=back)

    def erase(self, seen: Outcome, *whose: str) -> Outcome:
        """The data-protection officer has a case erased, or these roles of it."""
        basis = "The retention has ended."
        return self.do(c.EraseCase, seen, "kz-data-protection-officer", basis=basis, whose=whose)

    def entry(self, n: int) -> str:
        """The stream of the n-th car."""
        return self.country.ids.stream(entry_key("vehicles", "vin", vin(n)))

    def annul_entry(self, n: int) -> None:
        """A court takes back all that the register says of the n-th car: the entry holds no more."""
        stream, reads = self.entry(n), "active"
        while reads == "active":
            entry = self.desk.have(lambda append: append.load(stream, "entry")).result().state
            asked = c.AnnulEntry(
                by=self.actor("kz-court-judge"),
                cause=f"cmd:{uuid.uuid4()}",
                country=CODE,
                register="vehicles",
                entry=stream,
                of=entry.change,
                expected=entry.version,
                written_by=entry.written_by,
                reason="Decided on 3 March.",
            )
            self.desk.ask(asked).result()
            reads = self.desk.have(lambda append: append.load(stream, "entry")).result().state.status

    def erase_entry(self, n: int) -> Outcome:
        """The data-protection officer has an entry erased."""
        asked = c.EraseEntry(
            by=self.actor("kz-data-protection-officer"),
            cause=f"cmd:{uuid.uuid4()}",
            country=CODE,
            register="vehicles",
            entry=self.entry(n),
            basis="The retention has ended.",
        )
        return self.desk.ask(asked).result()

    def under(self, key: str, body: bytes = b"body") -> IdempotencyKey:
        """An Idempotency-Key on its way in."""
        return IdempotencyKey(name=self.case(key), body_mac=sha256(body))


class Noticed:
    """A desk that says when it is asked something."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.was_asked = Event()

    def have(self, work: Callable[[Append], T]) -> Future[T]:
        """As the desk does it."""
        future = self._desk.have(work)
        self.was_asked.set()
        return future

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)


def is_chained(log: Log) -> bool:
    """Whether every event signs the position at which it stands, and the hash of all that stands before it."""
    chain = GENESIS
    for place, (index, *_, state) in enumerate(log.since(0, 10_000)):
        jws, _ = split(state)
        stated = payload_of(jws)
        if (index, stated["index"], stated["chain"]) != (place, place, b64url(chain)):
            return False
        chain = head_after(chain, sha256(jws))
    return True


@contextmanager
def one_country(furnished: Path, place: Path) -> Iterator[OneCountry]:
    """The country in a folder of its own, from the keys that were made once."""
    shutil.copytree(furnished, place, dirs_exist_ok=True)
    country = OneCountry(place)
    try:
        yield country
    finally:
        country.close()


def car(n: int) -> dict[str, Any]:
    """The n-th car as the register holds it."""
    vehicle = {"vin": vin(n), "plate": f"{n:03d}ABC02", "make": "Lada", "model": "Samara", "year": 2001}
    return {"vehicle": vehicle, "owner": development.resident("kz-citizen-1").as_person()}


def sale(n: int) -> dict[str, Any]:
    """The sale of the n-th car, as the form has it."""
    request = {
        "seller": development.resident("kz-citizen-1").as_person(),
        "buyer": development.resident("kz-citizen-2").as_person(),
        "vehicle": {"vin": vin(n), "plate": None},
        "price": {"amount": 900_000_00, "currency": "KZT"},
        "new_plates": False,
    }
    whole: dict[str, Any] = plain(KazakhCarSaleForm.model_validate(request))
    return whole


def _held(resident: str, competence: c.Competence, person: str | None) -> c.Competence:
    members: Mapping[str, Any] = {f: getattr(competence, f) for f in competence.__dataclass_fields__}
    office = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{resident} {competence.authority}"))
    return c.Competence(**{**members, "office_id": office, "person": person})


@cache
def _appointed() -> tuple[Any, ...]:
    return tuple(development.appointments(lambda _country, _number: "", [CODE]))
