"""A house with a little past, made by its own desks: what the auditor's tests look at, and tamper with copies of.

Kazakhstan: three cars; the first is sold, the second's sale is withdrawn (and its case erased a year later), the
third's waits. The vehicle office then got a new seal, and the old one was retired. Türkiye: a birth is filed.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from domain import commands as c
from domain.authorities import authorities
from domain.forms import plain
from domain.offers import offer
from domain.parties import keyed
from infra.desk import key_acts
from infra.desk.desk import Outcome
from infra.development import development
from infra.development.treasury import treasury
from infra.formats.canonical import b64url, sha256
from infra.formats.envelope import split
from infra.formats.signing import Seal
from infra.house import CountryHouse, House
from infra.operations.register_import import import_file
from infra.runtime.clock import turn_to, written
from infra.settings import Settings
from tests.town.statements import receipt

OFFICE = "kz-vehicle-registration"
VINS = ("XTA210990Y2766389", "XTA210990Y2766390", "XTA210990Y2766391")


@dataclass
class Past:
    """The house, still open, and the streams that the tests speak of."""

    house: House
    clock: Path
    cases: dict[str, str] = field(default_factory=dict)
    states: dict[str, Any] = field(default_factory=dict)  # as the last command left them
    retired: list[Seal] = field(default_factory=list)

    def country(self, code: str = "KZ") -> CountryHouse:
        return self.house.countries[code]

    def at(self, moment: str) -> None:
        """From here on it is this moment."""
        turn_to(self.clock, datetime.fromisoformat(moment), stands=True)

    def actor(self, resident: str) -> c.Actor:
        return self.house.actor(self.house.provider.mint(resident))

    def do(self, command: type[c.CaseCommand], case: str, by: str, **more: Any) -> Outcome:
        """One command on a case, over the version that it has now."""
        country = self._of(case)
        rows = country.log.stream(self.cases[case])
        asked = command(
            by=self.actor(by),
            cause=f"cmd:{uuid4()}",
            case=self.cases[case],
            expected=len(rows),
            **more,
        )
        outcome = country.desk.ask(asked).result()
        self.states[case] = outcome.state
        return outcome

    def file(self, name: str, code: str, procedure: str, by: str, request: dict[str, Any]) -> Outcome:
        """File a case, under this name among the tests."""
        country = self.country(code)
        found = offer(code, procedure)
        assert found is not None
        whole = plain(found.form.model_validate(request))  # what is left out is null, as the edge has it
        request = keyed(found.procedure, whole, country.ids.human)
        self.cases[name] = country.ids.case("issuer", "client", by, name)
        return self.do(c.FileCase, name, by, country=code, procedure=procedure, request=request)

    def pay(self, case: str) -> None:
        """The treasury says that the fee came."""
        self.do(c.RecordPayment, case, "kz-treasury", statement=self.stated(case, "2026-03-03T08:00:00Z"))

    def pay_back(self, case: str) -> None:
        """And that it went back."""
        statement = self.stated(case, "2026-03-03T10:00:00Z", is_refund=True)
        self.do(c.RecordRefund, case, "kz-treasury", statement=statement)

    def stated(self, case: str, paid_at: str, *, is_refund: bool = False) -> c.Statement:
        """By the treasury, of the fee."""
        country, fee = self._of(case), self.states[case].fee
        reference, moment = f"ref-{case}", datetime.fromisoformat(paid_at)
        money = (fee["amount"], fee["currency"], reference, moment)
        return c.Statement(
            payment=country.ids.payment(reference),
            case=self.cases[case],
            amount=fee["amount"],
            currency=fee["currency"],
            paid_at=written(moment),
            jws=treasury(country.keyring, country.code, self.cases[case], *money, is_refund=is_refund),
        )

    def _of(self, case: str) -> CountryHouse:
        return self.country("TR" if case.startswith("birth") else "KZ")


@contextmanager
def past(folder: Path) -> Iterator[Past]:
    """Make it all in this folder."""
    clock = folder / "clock"
    turn_to(clock, datetime(2026, 3, 2, 9, tzinfo=UTC), stands=True)
    house = House(Settings(data=folder / "var", clock=clock, countries="KZ,TR"))
    try:
        made = Past(house, clock)
        _kazakhstan(made, folder)
        _turkiye(made)
        yield made
    finally:
        house.close()


def _kazakhstan(p: Past, folder: Path) -> None:
    cars = folder / "cars.ndjson"
    owner = development.resident("kz-citizen-1").as_person()
    cars.write_text("".join(json.dumps(_car(vin, owner)) + "\n" for vin in VINS))
    import_file(p.country(), "vehicles", cars, others=())
    for name, vin in zip(("sold", "withdrawn", "waiting"), VINS, strict=True):
        p.file(name, "KZ", "car_sale", "kz-citizen-1", _sale(vin, owner))
    p.at("2026-03-03T09:00:00Z")
    for name in ("sold", "withdrawn"):
        p.do(c.GiveConsent, name, "kz-citizen-2", of=p.states[name].request_hash)
        p.pay(name)
    p.do(c.WithdrawCase, "withdrawn", "kz-citizen-1")
    p.at("2026-03-04T09:00:00.000500Z")
    p.pay_back("withdrawn")
    one, two = f"{OFFICE}-officer-1", f"{OFFICE}-officer-2"
    p.do(c.AssignCase, "sold", one)
    p.do(c.RequestInformation, "sold", one, question="Which colour is the car?", items=("colour",))
    asked = p.states["sold"].questions[-1]["of"]
    p.do(c.ProvideInformation, "sold", "kz-citizen-1", of=asked, answer="It is white.")
    p.do(c.ProposeApproval, "sold", one, note="As it should be.")
    p.do(c.ApproveCase, "sold", two)
    p.at("2026-03-05T09:00:00Z")
    registry, changed = "kz-vehicle-register", _changed(p)
    signed = receipt(p.country().keyring, registry, "vehicles", changed, p.house.clock())
    said = {"register": "vehicles", "authority": registry, "event": changed, "jws": signed}
    p.do(c.RecordReceipt, "sold", registry, **said)
    _rotate(p)
    p.at("2027-06-01T09:00:00Z")
    p.do(c.EraseCase, "withdrawn", "kz-data-protection-officer", basis="The retention has ended.")
    p.pay("waiting")  # in time, and told a year later


def _rotate(p: Past) -> None:
    """The vehicle office gets a new seal; the old one, which signed all the above, is retired."""
    desk = p.country().desk
    old = p.country().keyring.newest(OFFICE)
    assert old is not None
    key_acts.rotate(desk, OFFICE, authorities("KZ")[OFFICE])
    key_acts.retire(desk, old.kid, "rotation")
    p.retired.append(old)


def _turkiye(p: Past) -> None:
    p.at("2027-06-02T09:00:00Z")
    mother = development.resident("tr-citizen-1").as_person()
    child = {
        "surname": mother["surname"],
        "given_names": "Ayşe",
        "sex": "female",
        "born_on": "2027-05-30",
        "place": {"country": "TR", "city": "İzmir"},
    }
    request = {
        "applicant": mother,
        "relation": "mother",
        "child": child,
        "mother": mother,
        "father": None,
        "medical_certificate": None,
        "oral_statement": True,
    }
    p.file("birth", "TR", "birth_certificate", "tr-citizen-1", request)


def _car(vin: str, owner: dict[str, Any]) -> dict[str, Any]:
    vehicle = {"vin": vin, "plate": None, "make": "Lada", "model": "Samara", "year": 2000, "colour": None}
    return {"vehicle": vehicle, "owner": owner}


def _sale(vin: str, seller: dict[str, Any]) -> dict[str, Any]:
    return {
        "seller": seller,
        "buyer": development.resident("kz-citizen-2").as_person(),
        "vehicle": {"vin": vin},
        "price": {"amount": 900_000_00, "currency": "KZT"},
        "new_plates": False,
    }


def _changed(p: Past) -> str:
    """The hash of the event that wrote the sale into the register."""
    written = p.country().log.stream(p.states["sold"].entries[0]["entry"])[-1]
    return b64url(sha256(split(written[4])[0]))
