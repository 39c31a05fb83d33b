"""The OpenAPI document is kept, whoever calls and whatever they send; and everything in it can be had."""

import re
from collections import defaultdict
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from api.app import build
from infra.formats import codec
from tests import notified
from tests.api.test_amendments import amended, annul_all
from tests.api.test_further_law import opinion_asked_and_given
from tests.api.test_life_of_a_case import lived
from tests.town.caller import good, new_key, until
from tests.town.fixtures import Furnished, inside
from tests.town.people import A_PDF, Town, person

SALE = ("KZ", "car_sale")
BIRTH = ("TR", "birth_certificate")
SELLER, BUYER, OTHER = "kz-citizen-1", "kz-citizen-2", "kz-citizen-3"
OFFICE = "kz-vehicle-registration"
FIRST, SECOND = f"{OFFICE}-officer-1", f"{OFFICE}-officer-2"
TREASURY, REGISTRY, AUDITOR, BAILIFF = (
    "kz-treasury",
    "kz-vehicle-register",
    "kz-auditor",
    "kz-bailiffs-officer",
)
DATA_PROTECTION = "kz-data-protection-officer"
PERSONNEL = f"{OFFICE}-personnel-officer"
ROLES = {
    "nobody": None,
    "citizen": SELLER,
    "officer": FIRST,
    "supervisor": f"{OFFICE}-supervisor",
    "officer who is asked for an opinion": "kz-police-officer-1",
    "appeal officer": "kz-interior-ministry-appeal-officer-1",
    "restricting officer": BAILIFF,
    "registry": REGISTRY,
    "treasury": TREASURY,
    "office of the hospitals": "kz-hospitals",
    "auditor": AUDITOR,
    "data protection officer": DATA_PROTECTION,
    "personnel officer": PERSONNEL,
}
EXAMPLES = 4  # for each operation, role, mode, and with ids that exist or not
# What no JSON Schema can say makes valid data wrong: a check digit, the first bytes of a file; and of a case that is
# there the stage, the version, a hash.
ACCEPTS_WHAT_IS_VALID = "positive_data_acceptance"
SAYS_MORE_THAN_A_SCHEMA = {"POST /v1/cases", "POST /v1/estimates", "POST /v1/evidence"}

# No law of today has a fee before the entry, places a year, numbers of the house, or an end of an entry; and seals are
# retired on the machine; and a decree comes between two days.
UNHEARD_OF = {
    "case.DeadlineRestated.v1",
    "case.EntriesHeld.v1",
    "case.EntriesWritten.v1",
    "claim.SlotTaken.v1",
    "claim.SlotFreed.v1",
    "claim.SlotsKept.v1",
    "claim.NumberGiven.v1",
    "entry.EntryNumbered.v1",
    "entry.EntryEnded.v1",
    "keys.SealRetired.v1",
}

Seen = dict[tuple[str, str], dict[int, list[httpx2.Response]]]


@pytest.fixture(scope="module")
def document(town: Town) -> dict[str, Any]:
    found: dict[str, Any] = good(town.anybody.get("/openapi.json"))
    return found


@pytest.fixture(scope="module")
def contract(town: Town) -> Any:
    return schemathesis.openapi.from_asgi("/openapi.json", build(town.house))


# --- everything can be had --------------------------------------------------------------------------------


class Walked(NamedTuple):
    """Every answer by operation and number, and what happened, by the names of the events."""

    seen: Seen
    happened: set[str]


@pytest.fixture(scope="module")
def seen(walked: Walked) -> Seen:
    return walked.seen


@pytest.fixture(scope="module")
def walked(
    furnished: Furnished, tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]
) -> Walked:
    """A walk through a whole house, which goes years ahead."""
    found: Seen = defaultdict(lambda: defaultdict(list))

    def note(answer: httpx2.Response) -> None:
        answer.read()
        operation = operation_of(document, answer.request.method, answer.request.url.path)
        if operation is not None:
            found[operation][answer.status_code].append(answer)

    with inside(furnished("KZ", "TR"), tmp_path_factory.mktemp("walked")) as town:
        town.http.event_hooks = {"response": [note]}
        walk(town)
        logs = [country.log for country in town.house.countries.values()]
        happened = {row[3] for log in logs for row in log.since(0, 1_000_000)}
    return Walked(found, happened)


def operation_of(document: dict[str, Any], method: str, path: str) -> tuple[str, str] | None:
    """(method, template) of the operation; the template with the fewest variables wins."""
    fits = [
        template
        for template, operations in document["paths"].items()
        if re.fullmatch(re.sub(r"\{[a-z]+\}", "[^/]+", template), path) and method.lower() in operations
    ]
    return (method, min(fits, key=lambda template: template.count("{"))) if fits else None


def operations(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {(m.upper(), path) for path, found in document["paths"].items() for m in found}


def walk(town: Town) -> None:
    """Citizens, officers, machines and those who watch, each at their work; the last of them years later."""
    for path in ("/", "/v1/procedures", "/livez", "/readyz", "/metrics", "/.well-known/jwks.json"):
        assert town.anybody.get(path).is_success
    good(town.anybody.get("/v1/procedures/car_sale", country="KZ"))
    good(town.anybody.post("/v1/estimates", {"country": "KZ", "procedure": "car_sale", "request": {}}))
    sold(town)
    answered_with_evidence(town)
    refused_and_paid_back(town)
    restricted(town)
    lived(town)
    amended(town)
    appointed_and_dismissed(town)
    represented(town)
    told_by_a_hospital(town)
    every_refusal_of_a_filing(town)
    looked_after(town)


def sold(town: Town) -> None:
    case = town.take_to("approved", *SALE)
    good(town.judge(FIRST, case, "entries"))  # they are there already
    object_and_apply(town, case)
    changes = [e["id"] for e in town.feed(REGISTRY, "KZ") if e["type"].startswith("entry.")]
    good(town.as_(REGISTRY).post("/v1/feeds/kz/disclosures", {"events": changes[-1:]}))
    for reader in (SELLER, BUYER, FIRST, AUDITOR):
        good(town.as_(reader).get(f"/v1/cases/{case}/history"))
    good(town.as_(AUDITOR).get(f"/v1/audit/cases/{case}", as_of="2"))
    good(town.as_(AUDITOR).get("/v1/audit/verification"))
    good(town.as_(SELLER).get("/v1/cases", country="KZ"))
    good(town.as_(SELLER).get("/v1/my/accesses", country="KZ"))
    good(town.as_(SELLER).get("/v1/my/notices", country="KZ"))
    case = town.take_to("in_review", *SALE)
    good(town.as_(FIRST).get("/v1/queue"))
    good(town.as_(FIRST).get("/v1/queue/counts"))
    town.assign(case)
    opinion_asked_and_given(town, case)


def object_and_apply(town: Town, case: str) -> None:
    """The registry cannot apply it at first; the officer sees that."""
    (written,) = town.read(case)["entries"]
    event = until(lambda: town.change(REGISTRY, "KZ", written["entry"]), "the feed")
    no = town.objection("KZ", REGISTRY, "vehicles", event, "plate_unknown")
    (answer,) = good(town.as_(REGISTRY).post("/v1/feeds/kz/objections", {"objections": [no]}))["objections"]
    assert answer["status"] == "recorded", answer
    (objection,) = town.read(case, FIRST)["objections"]
    assert (objection["event"], objection["code"]) == (event, "plate_unknown")
    town.acknowledge(case)


def answered_with_evidence(town: Town) -> None:
    body = town.filing(*BIRTH)
    mother = town.as_("tr-citizen-1")
    body["evidence"] = [{"kind": "birth_report", **town.upload(mother, "TR")}]
    case = good(mother.post("/v1/cases", body, key=new_key()))
    town.complete(case["case"])
    town.assign(case["case"])
    town.ask(case["case"])
    town.answer(case["case"])
    assert mother.get(f"/v1/cases/{case['case']}/evidence/{case['evidence'][0]['id']}").content == A_PDF
    town.refuse(case["case"])


def refused_and_paid_back(town: Town) -> None:
    case, reference = town.file(*SALE), new_key()
    good(town.judge(FIRST, case, "assessments"))
    fee = town.read(case)["fee"]["amount"]
    town.pay(case, fee + 100, reference=reference)
    back = town.statement(town.read(case), 100, reference=reference, is_refund=True)
    good(town.as_(TREASURY).post(f"/v1/cases/{case}/refunds", {"statement": back}))
    good(town.as_(TREASURY).get("/v1/refunds", country="KZ"))
    town.withdraw(case)


def restricted(town: Town) -> None:
    vin = town.request(*SALE)["vehicle"]["vin"]
    searched = {"kind": "vin", "parts": [vin], "purpose": "an arrest"}
    entries = "/v1/registers/vehicles/entries"
    entry = good(town.as_(FIRST).post("/v1/registers/vehicles/searches", searched))["entry"]
    path = f"{entries}/{entry}/restrictions"
    (live,) = good(town.as_(BAILIFF).post(path, {"kind": "arrest"}))["restrictions"]
    for who in (FIRST, BAILIFF, REGISTRY, AUDITOR):
        good(town.as_(who).read(f"{entries}/{entry}", "an arrest"))
    good(town.as_(FIRST).get(entries))
    good(town.as_(SELLER).get(f"{entries}/{entry}"))
    for mine in ("entries", "notices"):
        good(town.as_(SELLER).get(f"/v1/my/{mine}", country="KZ"))
    for who in (SELLER, FIRST, AUDITOR):
        good(town.as_(who).read(f"{entries}/{entry}/history", "an arrest"))
    good(town.as_(FIRST).read(f"{entries}/{entry}", as_of=town.now().date().isoformat()))
    good(town.as_(BAILIFF).delete(f"{path}/{live['id']}"))


def appointed_and_dismissed(town: Town) -> None:
    personnel, who = town.as_(PERSONNEL), {"login": {"issuer": "https://id.example", "subject": "somebody"}}
    held = good(personnel.post("/v1/competences", {"who": who, "role": "officer"}))["competence"]
    path = f"/v1/competences/{held}"
    good(personnel.get("/v1/competences"))
    good(personnel.get(path))
    good(personnel.post("/v1/competences", {"who": who, "role": "officer", "procedures": ["car_sale"]}))
    good(personnel.post(f"{path}/ends", {"last_day": town.now().date().isoformat()}))
    assert personnel.delete(path).is_success
    personnel.post("/v1/competences", {"who": who, "role": "king"})


def represented(town: Town) -> None:
    """Somebody sells by a mandate, and has it no longer."""
    people = {"principal": person(SELLER), "representative": person(OTHER)}
    until = (town.now() + timedelta(days=30)).date().isoformat()
    mandate = good(town.as_(SELLER).post("/v1/mandates", {"country": "KZ", **people, "until": until}))
    acting = {"as": "mandate", "mandate": mandate["mandate"]}
    case = good(town.as_(OTHER).post("/v1/cases", {**town.filing(*SALE), "acting": acting}, key=new_key()))
    good(town.as_(OTHER).get(f"/v1/cases/{case['case']}"))
    for each in (SELLER, OTHER):
        good(town.as_(each).get("/v1/my/mandates", country="KZ"))
    assert (
        town.as_(SELLER).delete(f"/v1/mandates/{mandate['mandate']}", seen=mandate["version"]).status_code
        == 204
    )


def told_by_a_hospital(town: Town) -> None:
    """Then the mother files, and who has the case reads what the hospital told."""
    request = notified.drawn(town)
    notified.tell(town, request)
    case = good(notified.file(town, request))["case"]
    good(town.judge(notified.FIRST, case, "assignments"))
    assert notified.seen_by(town, notified.FIRST, case)["notice"]["said"]["number"].startswith("DR-")


def looked_after(town: Town) -> None:
    case = town.file(*SALE)
    vin = town.read(case)["request"]["vehicle"]["vin"]
    searched = {"kind": "vin", "parts": [vin], "purpose": "the end of the retention"}
    entry = good(town.as_(FIRST).post("/v1/registers/vehicles/searches", searched))["entry"]
    town.withdraw(case)
    annul_all(town, f"/v1/registers/vehicles/entries/{entry}")
    town.travel(days=366 * 11)
    why = {"basis": "the law keeps it no longer"}
    officer = town.as_(DATA_PROTECTION)
    found = good(officer.get("/v1/erasures", country="KZ"))["items"]
    assert case in {each["case"] for each in found}
    good(officer.post(f"/v1/cases/{case}/erasures", why))
    good(officer.post(f"/v1/registers/vehicles/entries/{entry}/erasures", why))


def every_refusal_of_a_filing(town: Town) -> None:
    """Each number that the document names for it, from a request that is right but for one thing."""
    seller, body, key = town.as_(SELLER), town.filing(*SALE), new_key()
    seller.post("/v1/cases", body)
    town.anybody.post("/v1/cases", body, key=key)
    seller.post("/v1/cases", {**body, "country": "DE"}, key=key)
    seller.post("/v1/cases", {**body, "more": 1}, key=key)
    town.as_(TREASURY).post("/v1/cases", body, key=key)
    text = {"Content-Type": "text/plain", "Idempotency-Key": key}
    seller.send("POST", "/v1/cases", content=b"{}", headers=text)
    seller.post("/v1/cases", {**body, "more": "x" * 300_000}, key=key)
    case = good(seller.post("/v1/cases", body, key=key))["case"]
    seller.post("/v1/cases", body, key=new_key())
    town.withdraw(case)
    town.travel(days=400)
    good(town.as_(DATA_PROTECTION).post(f"/v1/cases/{case}/erasures", {"basis": "its time has come"}))
    seller.post("/v1/cases", body, key=key)


def test_every_operation_can_be_done(document: dict[str, Any], seen: Seen) -> None:
    """None is there for show."""
    done = {operation for operation, answers in seen.items() if min(answers) < 300}
    assert operations(document) - done == set()


def test_whatever_can_happen_by_these_laws_happens(walked: Walked) -> None:
    """What the walk does not bring about, no suite that goes the same way has seen."""
    assert set(codec.NAMES) - walked.happened == UNHEARD_OF


def test_every_refusal_of_a_filing_that_is_named_can_be_met(document: dict[str, Any], seen: Seen) -> None:
    named = {int(s) for s in document["paths"]["/v1/cases"]["post"]["responses"] if s.startswith("4")}
    met = {s for s in seen["POST", "/v1/cases"] if 400 <= s < 500}
    assert met == named


def test_every_answer_of_the_walk_is_as_the_document_says(contract: Any, seen: Seen) -> None:
    """Number, kind of content, headers and every member."""
    for (method, path), answers in seen.items():
        for answer in (a for found in answers.values() for a in found):
            contract[path][method].validate_response(answer)


# --- whatever they send -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_nobody_finds_a_violation(town: Town, contract: Any, role: str) -> None:
    """Valid and invalid requests, at random and at the edges, with ids that exist and ids that do not."""
    caller = ROLES[role]
    token = {"Authorization": f"Bearer {town.token(caller)}"} if caller else {}
    known = known_to_somebody(town)
    for operation in (found.ok() for found in contract.get_all_operations()):
        ours = {name: known[name] for name in re.findall(r"\{([a-z]+)\}", operation.path) if name in known}
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            holds(operation.as_strategy(generation_mode=mode), token, CHECKED - _left_out(operation.label))
            if ours:
                generated = operation.as_strategy(generation_mode=mode, path_parameters=ours)
                holds(generated, token, CHECKED - {ACCEPTS_WHAT_IS_VALID})


def known_to_somebody(town: Town) -> dict[str, str]:
    """What is there, by the names that paths have for it."""
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    good(town.judge(FIRST, case, "opinion-requests", {"authority": "kz-police", "inquiry": "Is it wanted?"}))
    vin = town.read(case)["request"]["vehicle"]["vin"]
    asked = {"kind": "vin", "parts": [vin], "purpose": "an arrest"}
    entry = good(town.as_(FIRST).post("/v1/registers/vehicles/searches", asked))["entry"]
    who = {"login": {"issuer": "https://id.example", "subject": new_key()}}  # nobody whose office is needed
    held = good(town.as_(PERSONNEL).post("/v1/competences", {"who": who, "role": "officer"}))
    until = (town.now() + timedelta(days=30)).date().isoformat()
    people = {"principal": person(SELLER), "representative": person(OTHER)}
    mandate = good(town.as_(SELLER).post("/v1/mandates", {"country": "KZ", **people, "until": until}))
    return {
        "case": case,
        "register": "vehicles",
        "entry": entry,
        "cc": "kz",
        "procedure": "car_sale",
        "competence": held["competence"],
        "mandate": mandate["mandate"],
    }


def test_every_part_of_a_path_that_can_be_there_is_known_to_the_search(
    town: Town, document: dict[str, Any]
) -> None:
    named = {name for path in document["paths"] for name in re.findall(r"\{([a-z]+)\}", path)}
    assert named - known_to_somebody(town).keys() == {"evidence", "restriction"}


CHECKED = set(CHECKS.get_all_names())


def _left_out(operation: str) -> set[str]:
    return {ACCEPTS_WHAT_IS_VALID} if operation in SAYS_MORE_THAN_A_SCHEMA else set()


def holds(generated: Any, token: dict[str, str], checked: set[str]) -> None:
    """Every check of every generated request; of some nothing can be wrong, as they ask for nothing."""
    checks = [CHECKS.get_by_names([name])[0] for name in sorted(checked)]

    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=generated)
    def sent(case: Any) -> None:
        case.call_and_validate(headers=token, checks=checks)

    with suppress(Unsatisfiable):
        sent()
