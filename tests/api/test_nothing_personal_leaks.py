"""No personal value is in a log line, a metric, an error or a stored answer: not at DEBUG, not when things break; and
in no answer is a number of somebody else.

A house in a process of its own serves a day of work and all that can go wrong; what it wrote is then searched for
every personal value that was sent, in the forms in which a careless line would hold it.
"""

import json
import re
import sqlite3
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from domain.forms import owners_of
from domain.offers import offers
from infra.formats.canonical import from_b64url
from tests.api.test_contract import operation_of, operations, walk
from tests.examples import example_request
from tests.town.caller import good, new_key, until
from tests.town.fixtures import OFFERING, Furnished, served
from tests.town.people import offer_of, person
from tests.town.served import ServedTown

SALE, BIRTH = ("KZ", "car_sale"), ("TR", "birth_certificate")
SELLER, BUYER, AGENT = "kz-citizen-1", "kz-citizen-2", "kz-citizen-3"
OFFICE = "kz-vehicle-registration"
EVERYBODY = (
    SELLER,
    f"{OFFICE}-officer-1",
    f"{OFFICE}-personnel-officer",
    "kz-police-officer-1",
    "kz-interior-ministry-appeal-officer-1",
    "kz-bailiffs-officer",
    "kz-data-protection-officer",
    "kz-vehicle-register",
    "kz-treasury",
)
WORDS = {"question", "answer", "reason", "note", "inquiry", "opinion", "reference"}
SECRETS = (
    "A question about Daulet Tölegenuly",
    "His answer: Zhetisu street 17",
    "A note on the Tölegenuly family",
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def day(furnished: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Day"]:
    """A day of the house, at DEBUG, with every kind of work, of error and of breakage in it."""
    with served(furnished(*OFFERING), tmp_path_factory.mktemp("day"), TAMGA_LOG_LEVEL="DEBUG") as town:
        yield Day(town)


class Day:
    """What happened, and what is left of it."""

    def __init__(self, town: ServedTown) -> None:
        self.town = town
        self.answers: list[httpx2.Response] = []
        self.document: dict[str, Any] = good(town.anybody.get("/openapi.json"))
        town.http.event_hooks = {"response": [self._note]}
        work(town)
        mistakes(town)
        nonsense(town, self.document)
        breakage(town)
        walk(town)  # the last of it years later
        self.values = personal_values() | words_in(self.answers)
        self.metrics = town.anybody.get("/metrics").text
        town.http.event_hooks = {}

    def _note(self, answer: httpx2.Response) -> None:
        answer.read()
        self.answers.append(answer)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The log, line by line."""
        raw = self.town.said.read_text("utf-8").splitlines()
        return [json.loads(line) for line in raw if line.startswith("{")]

    @property
    def errors(self) -> list[httpx2.Response]:
        return [answer for answer in self.answers if answer.status_code >= 400]

    def asked(self, answers: list[httpx2.Response]) -> set[tuple[str, str] | None]:
        """The operations that were asked for."""
        return {operation_of(self.document, a.request.method, a.request.url.path) for a in answers}


# --- what happens -----------------------------------------------------------------------------------------


def work(town: ServedTown) -> None:
    """Of every offer one case; evidence, questions and notes with people in them; readings; an erasure."""
    for country, procedure in sorted(offers()):
        case = town.take_to("returned", country, procedure)
        shown = town.read(case)
        citizen = town.as_(f"{country.lower()}-citizen-1")
        said = {"of": shown["questions"][-1]["of"], "answer": SECRETS[1]}
        good(citizen.post(f"/v1/cases/{case}/information", said))
        town.judge(town.officer(case), case, "information-requests", {"question": SECRETS[0]})
        good(citizen.get(f"/v1/cases/{case}/history"))
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    good(town.judge(f"{OFFICE}-officer-1", case, "proposals", {"note": SECRETS[2]}))
    good(town.judge(f"{OFFICE}-officer-2", case, "approvals", {"note": SECRETS[2]}))
    vin = town.read(case)["request"]["vehicle"]["vin"]
    looked_up(town, vin)
    personnel, who = (
        town.as_(f"{OFFICE}-personnel-officer"),
        {"personal_number": person(SELLER)["personal_number"]},
    )
    held = good(personnel.post("/v1/competences", {"who": who, "role": "officer"}))
    assert personnel.delete(f"/v1/competences/{held['competence']}").is_success
    represented(town)
    replaced(town, *SALE, "buyer")
    replaced(town, *BIRTH, "father", relation="mother", mother=person("tr-citizen-1"))


def looked_up(town: ServedTown, vin: str) -> None:
    """The entry, by everybody who may, with purposes that name people; now, then, and its history."""
    searches, officer = "/v1/registers/vehicles/searches", f"{OFFICE}-officer-1"
    asked = {"kind": "vin", "parts": [vin], "purpose": SECRETS[0]}
    found = good(town.as_(officer).post(searches, asked))["entry"]
    entry = f"/v1/registers/vehicles/entries/{found}"
    for who in ("kz-bailiffs-officer", officer, "kz-auditor", "kz-vehicle-register", BUYER):
        answer = town.as_(who).read(entry, SECRETS[1])
        good(answer)
        is_watch, is_whole = who == "kz-auditor", who != "kz-bailiffs-officer"
        assert (vin in answer.text) is not is_watch
        owner = person(BUYER)["personal_number"]["number"]
        assert (owner in answer.text) is (is_whole and not is_watch)
        # Nobody but who owns it now, and those who work with the register, hears of who did.
        assert person(SELLER)["personal_number"]["number"] not in answer.text
    for who in (officer, "kz-auditor", SELLER, BUYER):
        good(town.as_(who).read(f"{entry}/history", SECRETS[1]))
    today = town.now().date().isoformat()
    good(town.as_(officer).read(entry, SECRETS[1], as_of=today))
    good(town.as_(BUYER).get("/v1/my/entries", country="KZ"))
    for citizen in (SELLER, BUYER):
        good(town.as_(citizen).get("/v1/my/accesses", country="KZ"))


def replaced(town: ServedTown, country: str, procedure: str, role: str, **request: Any) -> None:
    """An officer asks, and the applicant names somebody else in this role, twice: each looks at all there is."""
    applicant, *others = (f"{country.lower()}-citizen-{n}" for n in (1, 2, 3, 4))
    case = town.take_to("returned", country, procedure, **request, **{role: person(others[0])})
    for who in others[1:]:
        if town.stage(case) == "in_review":  # nobody's consent is asked
            town.ask(case)
        seen = town.read(case)
        said = {"of": seen["request_hash"], "request": {**seen["request"], role: person(who)}}
        good(town.as_(applicant).post(f"/v1/cases/{case}/amendments", said))
        for path in (f"/v1/cases/{case}", f"/v1/cases/{case}/history"):
            good(town.as_(who).get(path))
        for what in ("notices", "entries", "accesses"):
            good(town.as_(who).get(f"/v1/my/{what}", country=country))
        good(town.as_(who).get("/v1/cases", country=country))
    assert town.as_(others[0]).get(f"/v1/cases/{case}/history").status_code == 404


def represented(town: ServedTown) -> None:
    """A mandate is given, used and ended; a company is looked for by its number."""
    people = {"principal": person(SELLER), "representative": person(AGENT)}
    given = {"country": "KZ", **people, "until": (town.now() + timedelta(days=9)).date().isoformat()}
    answer = good(town.as_(SELLER).post("/v1/mandates", given))
    mandate, seen = answer["mandate"], answer["version"]
    body = {**town.filing(*SALE), "acting": {"as": "mandate", "mandate": mandate}}
    good(town.as_(AGENT).post("/v1/cases", body, key=new_key()))
    good(town.as_(AGENT).get("/v1/my/mandates", country="KZ"))
    assert town.as_(SELLER).delete(f"/v1/mandates/{mandate}", seen=seen).status_code == 204
    asked = {"kind": "number", "parts": ["EXAMPLE-KZ-1"], "purpose": "a search"}
    good(town.as_(f"{OFFICE}-officer-1").post("/v1/registers/companies/searches", asked))


def mistakes(town: ServedTown) -> None:
    """Personal values where none belong: in addresses, names of members, headers, methods, kinds of content."""
    seller, somebody = town.as_(SELLER), person(SELLER)
    name, number = somebody["given_names"], somebody["personal_number"]["number"]
    body = town.filing(*SALE)
    spoilt: list[dict[str, Any]] = [
        {**body, name: number},
        {**body, "request": {**body["request"], name: number}},
        {**body, "request": {**body["request"], "seller": {**somebody, "surname": name * 30}}},
        {**body, "request": {**body["request"], "seller": {**somebody, "born_on": number}}},
        {**body, "request": {**body["request"], "vehicle": {"vin": name}}},
        {**body, "request": {**body["request"], "price": somebody}},
        {**body, "request": somebody},
        {**body, "country": name},
        {**body, "procedure": name},
        {**body, "evidence": [somebody]},
        {**body, "signature": somebody},
    ]
    for wrong in spoilt:
        assert seller.post("/v1/cases", wrong, key=new_key()).is_client_error
    vin = body["request"]["vehicle"]["vin"]
    officer = town.as_(f"{OFFICE}-officer-1")
    searches = "/v1/registers/vehicles/searches"
    for search in (
        {"kind": "vin", "parts": [number], "purpose": name},
        {"kind": "vin", "parts": [vin, number], "purpose": name},
        {"kind": "plate", "parts": [vin], "purpose": name},
        {"kind": "vin", "parts": [vin]},
        {"kind": "vin", "parts": [vin], "purpose": name, "case": number},
    ):
        assert officer.post(searches, search).is_client_error
    found = good(officer.post(searches, {"kind": "vin", "parts": [vin], "purpose": name}))["entry"]
    entry = f"/v1/registers/vehicles/entries/{found}"
    assert officer.send("GET", entry, headers={"Reading-Purpose": f"%FF{number}"}).is_client_error
    assert officer.read(entry, name, as_of=number).is_client_error
    assert officer.get(entry, case=number).is_client_error
    people = {"principal": somebody, "representative": person(AGENT)}
    given = {"country": "KZ", **people, "until": "2026-12-31"}
    for wrong in (
        {**given, name: number},
        {**given, "representative": {**person(AGENT), "born_on": number}},
        {**given, "principal": person(AGENT)},
        {**given, "until": number},
        {**given, "procedures": [name]},
    ):
        assert seller.post("/v1/mandates", wrong).is_client_error
    assert seller.delete(f"/v1/mandates/{number}").is_client_error
    for path in (
        f"/v1/cases/{number}",
        f"/v1/{quote(name)}",
        f"/v1/registers/{number}/entries",
        f"/{number}",
    ):
        assert seller.get(path).is_client_error
    assert seller.get("/v1/cases", country="KZ", **{name: number}).is_client_error
    assert seller.get("/v1/cases", country="KZ", cursor=number).is_client_error
    assert seller.send(number, "/v1/cases").is_client_error
    headers = {"Content-Type": f"application/{number}", "Idempotency-Key": number, "If-Match": number}
    assert seller.send("POST", "/v1/cases", content=number.encode(), headers=headers).is_client_error
    assert town.with_token(number).get("/v1/cases").is_client_error
    files = {"file": (f"{number}.pdf", b"not a PDF, but " + number.encode(), "application/pdf")}
    assert seller.send("POST", "/v1/evidence", data={"country": "KZ"}, files=files).is_client_error
    assert seller.post("/v1/cases", body, key=number).is_success
    assert seller.post("/v1/cases", {**body, "evidence": []}, key=number).is_success
    assert seller.post("/v1/cases", town.filing(*SALE), key=number).is_client_error


def nonsense(town: ServedTown, document: dict[str, Any]) -> None:
    """Whatever takes a body gets one that names somebody in every way, from everybody who might be listened to."""
    case, somebody = town.take_to("in_review", *SALE), person(SELLER)
    name, number = somebody["given_names"], somebody["personal_number"]["number"]
    asked = {"kind": "vin", "parts": [town.read(case)["request"]["vehicle"]["vin"]], "purpose": "a test"}
    entry = good(town.as_(f"{OFFICE}-officer-1").post("/v1/registers/vehicles/searches", asked))["entry"]
    there = {"case": case, "register": "vehicles", "cc": "kz", "entry": entry}
    spoilt = {
        name: number,
        "reason": somebody,
        "of": number,
        "statement": number,
        "who": somebody,
        "kind": name,
    }
    for method, path in sorted(operations(document)):
        if method != "POST":
            continue
        address = re.sub(r"\{([a-z]+)\}", lambda found: there.get(found[1], number), path)
        for who in EVERYBODY:
            answer = town.as_(who).post(address, spoilt, key=new_key(), seen=1)
            assert answer.is_client_error, (address, who, answer.text)


def breakage(town: ServedTown) -> None:
    """What breaks, each by an exception that has a personal value in its message; then the house is whole again."""
    case = town.take_to("in_review", *SALE)
    cold = town.file(*SALE)
    somebody = person(SELLER)
    with spoilt_row(town, case, {somebody["given_names"]: somebody}):
        for path in (f"/v1/cases/{case}", f"/v1/cases/{case}/history"):
            assert town.as_(SELLER).get(path).status_code == 503, "a damaged file"
    with spoilt_keys(town):
        expect_500(town.as_(SELLER).get(f"/v1/cases/{cold}/history"))
    with spoilt_clock(town, somebody["personal_number"]["number"]):
        assert town.with_token("x").get("/v1/cases", country="KZ").status_code == 503
    assert town.as_(SELLER).get(f"/v1/cases/{cold}").is_success


@contextmanager
def spoilt_row(town: ServedTown, case: str, state: dict[str, Any]) -> Iterator[None]:
    """A row of the read models that nobody can read: the exception would name its members."""
    file = town.settings.data / "kz" / "read_models.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as read_models:
        select = 'SELECT state FROM case_status WHERE "case" = ?'
        (whole,) = until(lambda: read_models.execute(select, (case,)).fetchone(), "the row")
        update = 'UPDATE case_status SET state = ? WHERE "case" = ?'
        read_models.execute(update, (json.dumps(state).encode(), case))
        yield
        read_models.execute(update, (whole, case))


@contextmanager
def spoilt_keys(town: ServedTown) -> Iterator[None]:
    """Keys that nobody can unwrap."""
    with closing(sqlite3.connect(town.settings.data / "kz" / "vault.sqlite", isolation_level=None)) as vault:
        whole = vault.execute("SELECT wrapped, id FROM data_keys").fetchall()
        vault.execute("UPDATE data_keys SET wrapped = randomblob(40)")
        yield
        vault.executemany("UPDATE data_keys SET wrapped = ? WHERE id = ?", whole)


@contextmanager
def spoilt_clock(town: ServedTown, text: str) -> Iterator[None]:
    """A clock that does not say what time it is."""
    assert town.settings.clock is not None
    now = town.now()
    town.settings.clock.write_text(text, "ascii")
    yield
    town.set_clock(now)


def expect_500(answer: httpx2.Response) -> None:
    assert answer.status_code == 500, answer.text
    assert answer.json()["code"] == "internal_error"


# --- what is left of it -----------------------------------------------------------------------------------


def test_every_request_has_its_line(day: Day) -> None:
    """At least one, with the number that the error told; what is not HTTP is answered before it is a request."""
    requests = [line for line in day.lines if line["event"] == "request"]
    answered = sum("x-content-type-options" in answer.headers for answer in day.answers)
    assert len(requests) >= answered > len(day.answers) - 3
    ids = {line["request_id"] for line in requests}
    problems = [e for e in day.errors if e.headers["content-type"] == "application/problem+json"]
    assert {e.json()["instance"].removeprefix("urn:uuid:") for e in problems} <= ids
    assert {line["level"] for line in day.lines} >= {"INFO", "ERROR"}


def test_every_operation_was_done_and_whatever_takes_a_body_refused_one(day: Day) -> None:
    """Of a new one that nobody does here nothing would be known."""
    done = day.asked([answer for answer in day.answers if answer.is_success])
    assert operations(day.document) - done == set()
    takes_a_body = {each for each in operations(day.document) if each[0] == "POST"}
    assert takes_a_body - day.asked(day.errors) == set()


def test_what_broke_is_in_the_log_without_what_it_said(day: Day) -> None:
    """The kind of error and the places in the code, never its message."""
    broken = [line for line in day.lines if "error" in line]
    assert {line["error"] for line in broken} >= {"Unreadable"}
    assert all(line["places"] for line in broken)
    troubles = {line["why"] for line in day.lines if "why" in line}
    assert any("case_status cannot be read" in why for why in troubles)


def test_no_personal_value_is_in_the_log(day: Day) -> None:
    assert found_in(day.town.said.read_bytes(), day.values) == set()


def test_no_personal_value_is_in_a_metric(day: Day) -> None:
    assert found_in(day.metrics.encode(), day.values) == set()


def test_no_personal_value_is_in_an_error(day: Day) -> None:
    """Neither in its body nor in its headers."""
    assert len(day.errors) > 20
    for error in day.errors:
        headers = b"\n".join(k + b": " + v for k, v in error.headers.raw)
        assert found_in(error.content + headers, day.values) == set(), error.text


def test_no_answer_has_a_number_of_somebody_else(day: Day) -> None:
    """Nor the birth day: but what they sent themselves, people read again; with all that a disclosure opens."""
    sent: dict[str, set[str]] = defaultdict(set)
    read: dict[str, list[bytes]] = defaultdict(list)
    for answer in day.answers:
        if answer.is_success and (who := citizen_of(answer)):
            with suppress(httpx2.RequestNotRead):  # a file
                sent[who] |= numbers_in(document_in(answer.request.content))
            read[who].append(opened(answer))
    everybodys = set[str]().union(*sent.values(), *(numbers_in(person(who)) for who in read))
    assert len(everybodys) > 20
    assert len(read) > 5
    for who, answers in read.items():
        others = everybodys - sent[who] - numbers_in(person(who))
        for each in answers:
            assert found_in(each, others) == set(), (who, each)


def test_no_personal_value_is_in_a_stored_answer(day: Day) -> None:
    """An answer is a case and a version; of the body an HMAC is kept."""
    for code in OFFERING:
        with closing(sqlite3.connect(day.town.settings.data / code.lower() / "log.sqlite")) as log:
            rows = log.execute("SELECT * FROM answers").fetchall()
            assert rows
        raw = b"\n".join(v if isinstance(v, bytes) else str(v).encode() for row in rows for v in row)
        assert found_in(raw, day.values) == set()


def test_no_personal_value_is_in_the_keys_by_which_entries_and_readings_are_found(day: Day) -> None:
    """They are ids that the country derives; whoever has them has neither a number nor a car."""
    for file, table in (
        ("read_models.sqlite", "entry_keys"),
        ("read_models.sqlite", "entry_people"),
        ("accesses.sqlite", "accesses"),
    ):
        with closing(sqlite3.connect(day.town.settings.data / "kz" / file)) as found:
            columns = "concerned, stream, reader" if table == "accesses" else "*"
            rows = found.execute(f"SELECT {columns} FROM {table}").fetchall()  # noqa: S608 - our names
        assert rows
        assert found_in("\n".join(str(value) for row in rows for value in row).encode(), day.values) == set()


def test_the_search_finds_what_it_looks_for(day: Day) -> None:
    """In every form: or the tests above would prove nothing."""
    value = "Çağrı O'Reilly"
    for raw in (
        value.encode(),
        json.dumps({"a": value}).encode(),
        json.dumps({"a": value}, ensure_ascii=False).encode(),
        repr({"a": value}).encode(),
        ascii(value).encode(),
        quote(value).encode(),
        b64encode(b"." + value.encode()),
        value.encode("utf-16-le"),
    ):
        assert found_in(b"some line: " + raw + b" and more", {value}) == {value}
    assert found_in(day.town.said.read_bytes(), {"request_id"}) == {"request_id"}
    assert {"The file is at the archive.", "Nobody looks for it.", *SECRETS} <= day.values


# --- how it is searched -----------------------------------------------------------------------------------


def personal_values() -> set[str]:
    """Every personal value of the examples that the suite files, and of the people who live here."""
    found = set(SECRETS)
    for country, procedure in offers():
        offer = offer_of(country, procedure)
        owners = owners_of(offer.form)
        for n in range(200):
            request = example_request(offer, n)
            found |= {v for name in owners for v in leaves(request[name])}
            if n > 3:
                break
    for citizen in range(1, 5):
        for country in OFFERING:
            found |= set(leaves(person(f"{country.lower()}-citizen-{citizen}")))
    return {value for value in found if not ORDINARY.fullmatch(value)}


def words_in(answers: list[httpx2.Response]) -> set[str]:
    """What people wrote in their own words, in all that was sent."""
    found = set()
    for answer in answers:
        with suppress(ValueError, httpx2.RequestNotRead):
            said = json.loads(answer.request.content)
            told = said.items() if isinstance(said, dict) else ()
            found |= {text for name, text in told if name in WORDS and isinstance(text, str) and " " in text}
    return found


def citizen_of(answer: httpx2.Response) -> str | None:
    """Whom the token of the request names, where that is a citizen."""
    token = answer.request.headers.get("authorization", "").removeprefix("Bearer ").split(".")
    found = str(json.loads(from_b64url(token[1]))["sub"]) if len(token) == 3 else ""
    return found if "-citizen-" in found else None


def opened(answer: httpx2.Response) -> bytes:
    """What it says, and what its disclosures say."""
    body = document_in(answer.content)
    events = body.get("events", ()) if isinstance(body, dict) else ()
    return b"\n".join((answer.content, *(from_b64url(text) for e in events for text in e["disclosures"])))


def document_in(raw: bytes) -> Any:
    """The JSON that it is; None: it is something else."""
    try:
        return json.loads(raw)
    except ValueError:
        return None


def numbers_in(value: Any) -> set[str]:
    """The numbers and birth days of all who are named there with a number, or with a document in its place."""
    found = set()
    if isinstance(value, Mapping):
        papers = [value.get("personal_number"), value.get("document")]
        numbers = {paper["number"] for paper in papers if isinstance(paper, Mapping) and "number" in paper}
        found |= numbers | ({str(value["born_on"])} if numbers and value.get("born_on") else set())
    if isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            found |= numbers_in(inner)
    return {number for number in found if isinstance(number, str)}


# Codes that public members have too, words that are nobody's in particular, and times of day: a log has them as well.
ORDINARY = re.compile(r"[A-Z]{2,3}|[a-z_]{1,12}|.{0,3}|[0-9]{2}:[0-9]{2}|Example|Fictional")


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, str) or (isinstance(value, int) and value > 10**6):
        yield str(value)


def found_in(raw: bytes, values: set[str]) -> set[str]:
    """The values that are in there, as text, escaped, quoted, in base64 or in UTF-16."""
    return {value for value in values if any(form in raw for form in forms(value))}


def forms(value: str) -> set[bytes]:
    text = value.encode()
    escaped = json.dumps(value).strip('"').encode()
    shifted = {b64encode(b"\0" * n + text + b"\0" * (-(n + len(text)) % 3)) for n in range(3)}
    # The first and last characters of base64 depend on what stands beside: what is between does not.
    return {
        text,
        escaped,
        repr(value)[1:-1].encode(),
        ascii(value)[1:-1].encode(),
        quote(value).encode(),
        value.encode("utf-16-le"),
        *(code[4:-4] for code in shifted if len(code) > 16),
    }
