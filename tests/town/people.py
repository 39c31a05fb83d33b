"""The people of a house, and what they do in it, from filing to the registry's receipt."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx2

from domain.countries import country_of, legal_day
from domain.facts import Facts
from domain.forms import plain
from domain.limits import SENIOR, facts_of, requirements
from domain.offers import offer
from domain.parties import parties_of
from domain.procedure import Offer
from domain.terms import Terms
from infra.development import development, treasury
from infra.formats.canonical import b64url, sha256
from infra.formats.signing import digest, disclosure
from infra.house import CountryHouse, House, provider_of
from infra.identity.tokens import ACCESS_TOKEN, AUDIENCE, SigningKey
from infra.keys.keyring import Keyring
from infra.operations import register_import
from infra.operations.register_import import Imported
from infra.operations.ticking import Ticker
from infra.runtime.clock import clock_of, turn_to
from infra.settings import Settings
from tests.examples import as_related, example_entries, example_request
from tests.town import statements
from tests.town.caller import Caller, good, new_key, until

A_PDF: Final = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
_COUNTER: Final = count(1)


class Town:
    """A house and everybody who lives there. ``house`` is None where it is another process."""

    def __init__(self, settings: Settings, http: httpx2.Client, house: House | None) -> None:
        self.settings = settings
        self.http = http
        self._house = house
        self._provider = provider_of(settings)
        self.anybody = Caller(http, None)

    @property
    def house(self) -> House:
        """The house itself, for those who look behind the door."""
        assert self._house is not None, "this house is another process"
        return self._house

    def as_(self, person: str) -> Caller:
        """One of the development people, or a machine."""
        return Caller(self.http, lambda: self._provider.mint(person))

    def token(self, person: str) -> str:
        """A token for one of them."""
        return self._provider.mint(person)

    def whoever(self, person: Mapping[str, Any], http: httpx2.Client | None = None) -> Caller:
        """Anybody at all, by the number with which a form names them."""
        number = person["personal_number"]
        return self.signed_in(f"{number['country']}-{number['number']}", number, http)

    def signed_in(
        self, subject: str, number: Mapping[str, str] | None, http: httpx2.Client | None = None
    ) -> Caller:
        """Who signs in under this name of the identity provider, whose token tells this number, or none."""
        now = int(self.now().timestamp())
        claims = {
            "iss": self._provider.issuer,
            "sub": subject,
            "aud": AUDIENCE,
            "client_id": development.CLIENT,
            "name": subject,
            "iat": now,
            "nbf": now,
            "exp": now + development.PERSON_S,
            "jti": new_key(),
        }
        if number is not None:
            claims["personal_number"] = number
        key = SigningKey.made_at(self.settings.data / "identity" / "signing.pem")
        token = key.sign(ACCESS_TOKEN, claims)
        return Caller(http or self.http, lambda: token)

    def with_token(self, token: str) -> Caller:
        """Whoever this token names."""
        return Caller(self.http, lambda: token)

    def now(self) -> datetime:
        """What time the house believes it is."""
        return clock_of(self.settings.clock)()

    def travel(self, **forward: float) -> None:
        """Let so much time pass at once: ``days=30``."""
        self.set_clock(self.now() + timedelta(**forward))

    def set_clock(self, instant: datetime) -> None:
        """Let it be this instant now, and later from here on."""
        assert self.settings.clock is not None
        turn_to(self.settings.clock, instant)

    def settle(self) -> None:
        """Wait until the read models have seen everything that was written, the table of accesses too."""
        for country in self.house.countries.values():
            until(partial(_is_settled, country), f"the read models of {country.code}")

    def tick(self) -> None:
        """Have the clock do now what it has to do."""
        self.settle()
        for country in self.house.countries.values():
            Ticker(country, self.house.clock).tick()

    def import_entries(self, country: str, register: str, contents: list[dict[str, Any]]) -> Imported:
        """Import these into a register."""
        file = self.settings.data.with_name(f"import-{next(_COUNTER)}.ndjson")
        file.write_text("".join(json.dumps(content) + "\n" for content in contents), "utf-8")
        return self._import(country, register, file)

    def _import(self, country: str, register: str, file: Path) -> Imported:
        found = self.house.countries[country]
        return register_import.import_file(found, register, file, others=self.house.beside(found))

    # filing

    def request(self, country: str, procedure: str, **changes: Any) -> dict[str, Any]:
        """A request of citizen 1; citizens 2, 3 and 4 are those who are asked; what it changes is registered."""
        return self._requests(1, country, procedure, changes)[0]

    def filing(self, country: str, procedure: str, **changes: Any) -> dict[str, Any]:
        """The body of a filing that is taken."""
        return self.filings(1, country, procedure, **changes)[0]

    def filings(self, count: int, country: str, procedure: str, **changes: Any) -> list[dict[str, Any]]:
        """So many of them, each about another thing."""
        applicant = self.as_(f"{country.lower()}-citizen-1")
        terms = terms_of(country, procedure, self.now())

        def asked(request: dict[str, Any]) -> list[str]:
            facts = facts_of(terms, request, self.now(), country_of(country))
            return [each.kind for each in requirements(terms, facts) if each.is_required]

        return [
            {
                "country": country,
                "procedure": procedure,
                "request": request,
                "evidence": [{"kind": kind, **self.upload(applicant, country)} for kind in asked(request)],
            }
            for request in self._requests(count, country, procedure, changes)
        ]

    def _requests(
        self, count: int, country: str, procedure: str, changes: dict[str, Any]
    ) -> list[dict[str, Any]]:
        found = offer_of(country, procedure)
        numbers = [next(_COUNTER) for _ in range(count)]
        requests = [{**self._drafted(found, n), **changes} for n in numbers]
        lines: dict[str, list[dict[str, Any]]] = {}
        for request, n in zip(requests, numbers, strict=True):
            for register, content in example_entries(found, request, n):
                lines.setdefault(register.name, []).append(content)
        for name, contents in lines.items():
            self.import_entries(country, name, contents)
        return requests

    def _drafted(self, found: Offer, n: int) -> dict[str, Any]:
        """An example, with residents in the place of those who have to act."""
        request = example_request(found, n, today=self.now().date())
        if "child" in request and example_entries(
            found, request, n
        ):  # of one mother, each on a day of its own
            request["child"]["born_on"] = (self.now().date() - timedelta(days=10 + n)).isoformat()
        elif "relation" in request:  # the father tells of each child: it has a mother of its own
            request["relation"] = "father"
        request = as_related(found, request)
        acting = [p for p in found.procedure.parties if p.is_applicant or p.is_asked(request)]
        named = [p for p in acting if request[p.member]]
        for nth, party in enumerate(sorted(named, key=lambda p: not p.is_applicant), start=1):
            who = person(f"{found.country.lower()}-citizen-{nth}")
            request[party.member] = [who] if party.many else who
        return plain(found.form.model_validate(as_related(found, request)))

    def upload(self, caller: Caller, country: str, raw: bytes = A_PDF) -> dict[str, str]:
        """The id and hash of a file that the caller brought."""
        form: dict[str, Any] = {
            "data": {"country": country},
            "files": {"file": ("evidence.pdf", raw, "application/pdf")},
        }
        kept = good(caller.send("POST", "/v1/evidence", **form))
        assert kept["sha256"] == b64url(sha256(raw))
        return {"id": kept["id"], "sha256": kept["sha256"]}

    def file(self, country: str, procedure: str, **changes: Any) -> str:
        """A case that citizen 1 filed: its id."""
        body = self.filing(country, procedure, **changes)
        answer = self.as_(f"{country.lower()}-citizen-1").post("/v1/cases", body, key=new_key())
        return str(good(answer)["case"])

    # the stages

    def read(self, case: str, reader: str | None = None) -> dict[str, Any]:
        """The case as its applicant (or this reader) sees it."""
        names = [reader] if reader else [f"{code.lower()}-citizen-1" for code in self.settings.kept]
        for name in names:
            answer = until(partial(self._shown, case, name), "an answer")
            if answer.is_success:
                break
        return good(answer)

    def _shown(self, case: str, reader: str) -> httpx2.Response | None:
        """What the house answers; None: that it has to be asked again in a moment, as the read models are behind."""
        answer = self.as_(reader).get(f"/v1/cases/{case}")
        return None if answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE else answer

    def stage(self, case: str) -> str:
        """Where it is in its life."""
        return str(self.read(case)["stage"])

    def consent(self, case: str) -> None:
        """Everybody who is asked agrees."""
        shown = self.read(case)
        cc, said = shown["country"].lower(), {"answer": "give", "of": shown["request_hash"]}
        for party in [asked["party"] for asked in shown["consents"] if asked["answer"] == "open"]:
            good(self.as_(f"{cc}-{self._citizen(shown, party)}").post(f"/v1/cases/{case}/consents", said))

    def _citizen(self, shown: dict[str, Any], party: str) -> str:
        """Which citizen this party is, by their number in the request."""
        procedure = offer_of(shown["country"], shown["procedure"]).procedure
        place = parties_of(procedure, shown["request"])[party]
        number = place.named_in(shown["request"])["personal_number"]["number"]
        mine = {r.personal_number[1]: r.id for r in development.residents().values() if r.personal_number}
        return mine[number].partition("-")[2]

    def pay(self, case: str, amount: int | None = None, *, reference: str | None = None) -> None:
        """The treasury says that the fee (or so much) came."""
        shown = self.read(case)
        statement = self.statement(shown, amount, reference=reference)
        treasury = self.as_(f"{shown['country'].lower()}-treasury")
        good(treasury.post(f"/v1/cases/{case}/payments", {"statement": statement}))

    def statement(
        self, shown: dict[str, Any], amount: int | None = None, *, reference: str | None = None, **more: Any
    ) -> str:
        """The treasury's signed statement about this case."""
        country, fee = shown["country"], shown["fee"]
        how_much = fee["amount"] if amount is None else amount
        what = (country, shown["case"], how_much, fee["currency"], reference or new_key(), self.now())
        return treasury.treasury(self.keyring(country), *what, **more)

    def keyring(self, country: str) -> Keyring:
        """The country's keys, as its offices have them."""
        return Keyring(self.settings.data / country.lower() / "keys")

    def complete(self, case: str) -> None:
        """Consents and fee: the case goes into review."""
        self.consent(case)
        fee = self.read(case)["fee"]
        if fee["amount"]:
            self.pay(case)

    def officer(self, case: str, nth: int = 1) -> str:
        """The nth officer of the authority that decides."""
        return f"{self.read(case)['authority']}-officer-{nth}"

    def judge(self, person: str, case: str, what: str, body: dict[str, Any] | None = None) -> httpx2.Response:
        """A judgement on the case as it stands."""
        seen = int(self.read(case, person)["version"])
        return self.as_(person).post(f"/v1/cases/{case}/{what}", body, seen=seen)

    def assign(self, case: str) -> None:
        """The first officer takes the case."""
        good(self.judge(self.officer(case), case, "assignments"))

    def approve(self, case: str) -> None:
        """By as many officers as the law asks, and by a supervisor where it wants a senior one."""
        shown = self.read(case)
        terms = terms_of(shown["country"], shown["procedure"], self.now())
        facts = Facts(shown["request"], self.now().date())
        if four_eyes := terms.four_eyes.apply_to(facts):
            good(self.judge(self.officer(case), case, "proposals"))
        decides = self.officer(case, 2 if four_eyes else 1)
        if SENIOR in self.read(case, decides)["warnings"]:
            decides = f"{shown['authority']}-supervisor"
            if not four_eyes:
                good(self.judge(decides, case, "assignments"))
        good(self.judge(decides, case, "approvals"))

    def refuse(self, case: str) -> None:
        """On the first ground of the law."""
        shown = self.read(case)
        ground = terms_of(shown["country"], shown["procedure"], self.now()).grounds[0].code
        no = {"grounds": [ground], "reason": "It is as the ground says."}
        good(self.judge(self.officer(case), case, "refusals", no))

    def ask(self, case: str) -> None:
        """The officer asks the applicant."""
        good(self.judge(self.officer(case), case, "information-requests", {"question": "When was that?"}))

    def answer(self, case: str) -> None:
        """The applicant answers."""
        shown = self.read(case)
        said = {"of": shown["questions"][-1]["of"], "answer": "Yesterday."}
        applicant = self.as_(f"{shown['country'].lower()}-citizen-1")
        good(applicant.post(f"/v1/cases/{case}/information", said))

    def withdraw(self, case: str) -> None:
        """The applicant takes the request back."""
        country = self.read(case)["country"].lower()
        good(self.judge(f"{country}-citizen-1", case, "withdrawals"))

    def end_mandate(self, who: str, mandate: str) -> None:
        """Either of the two ends it, as it stands."""
        self.settle()
        mine = good(self.as_(who).get("/v1/my/mandates", country=who[:2].upper(), limit=100))["items"]
        seen = next(each["version"] for each in mine if each["mandate"] == mandate)
        answer = self.as_(who).delete(f"/v1/mandates/{mandate}", seen=seen)
        assert answer.status_code == 204, answer.text

    def acknowledge(self, case: str) -> None:
        """The registries say, signed, that they have applied the decision."""
        for changed in self.read(case)["entries"]:
            self.acknowledge_entry(case, changed)

    def acknowledge_entry(self, case: str, changed: dict[str, Any]) -> None:
        """The registry of one entry says it."""
        shown, register = self.read(case), changed["register"]
        country = shown["country"]
        terms = terms_of(country, shown["procedure"], self.now())
        registry, is_its_number = terms.registry_of(register), terms.numbers.get(register) == "register"
        number = disclosure("reference", new_key(), b"sixteen bytes ok")  # the register's own
        more = {"reference_digest": digest(number)} if is_its_number else {}

        def is_recorded() -> bool:
            """Not as long as the feed has nothing but what was before the case."""
            if (change := self.change(registry, country, changed["entry"])) is None:
                return False
            said = {
                "receipts": [self.receipt(country, registry, register, change, **more)],
                "references": [number] if is_its_number else [],
            }
            (answer,) = good(self.as_(registry).post(f"/v1/feeds/{country.lower()}/receipts", said))[
                "receipts"
            ]
            return str(answer["status"]) == "recorded"

        until(is_recorded, "the feed")

    def change(self, registry: str, country: str, entry: str) -> str | None:
        """The hash of the event that changed the entry last, as the feed has it."""
        changes = [e for e in self.feed(registry, country) if e["subject"] == entry]
        return changes[-1]["id"] if changes else None

    def feed(self, registry: str, country: str) -> list[dict[str, Any]]:
        """Every event that the registry has received."""
        reader, found = self.with_token(self.token(registry)), list[dict[str, Any]]()
        while True:
            more = {"lastEventId": found[-1]["id"]} if found else {}
            answer = reader.get(f"/v1/feeds/{country.lower()}", limit=1000, **more)
            assert answer.is_success, answer.text
            page = answer.json()[:-1]  # the last one is the head
            if not page:
                return found
            found += page

    def receipt(self, country: str, registry: str, register: str, event: str, **more: str) -> str:
        """The registry's signed receipt (formats.md 3)."""
        return statements.receipt(self.keyring(country), registry, register, event, self.now(), **more)

    def objection(self, country: str, registry: str, register: str, event: str, code: str) -> str:
        """The registry's signed objection."""
        return statements.objection(self.keyring(country), registry, register, event, self.now(), code=code)

    def history(self, case: str) -> list[dict[str, Any]]:
        """The signed events, as the applicant gets them."""
        cc = self.read(case)["country"].lower()
        events: list[dict[str, Any]] = good(self.as_(f"{cc}-citizen-1").get(f"/v1/cases/{case}/history"))[
            "events"
        ]
        return events

    def take_to(self, stage: str, country: str, procedure: str, **changes: Any) -> str:
        """A case that has come to this stage: its id."""
        case = self.file(country, procedure, **changes)
        for step in _WAYS[stage]:
            step(self, case)
        assert self.stage(case) == stage
        return case


_IN_REVIEW: Final = (Town.complete,)
_WAYS: Final[Mapping[str, tuple[Callable[[Town, str], None], ...]]] = {
    "filed": (),
    "in_review": _IN_REVIEW,
    "returned": (*_IN_REVIEW, Town.assign, Town.ask),
    "approved": (*_IN_REVIEW, Town.assign, Town.approve),
    "completed": (*_IN_REVIEW, Town.assign, Town.approve, Town.acknowledge),
    "refused": (*_IN_REVIEW, Town.assign, Town.refuse),
    "withdrawn": (Town.withdraw,),
}


def person(resident: str) -> dict[str, Any]:
    """How a form names one of the development people."""
    return development.resident(resident).as_person()


def offer_of(country: str, procedure: str) -> Offer:
    """The country's law on the procedure."""
    found = offer(country, procedure)
    assert found is not None, f"{procedure} is not offered in {country}"
    return found


def terms_of(country: str, procedure: str, at: datetime) -> Terms:
    """What it asks at this moment."""
    found = offer_of(country, procedure).on(legal_day(at, country_of(country)))
    assert found is not None
    return found


def _is_settled(country: CountryHouse) -> bool:
    read_models = country.read_models
    return (
        read_models.position() >= country.log.size()
        and read_models.position("accesses") >= country.accesses.head()[0]
    )
