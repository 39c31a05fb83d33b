"""Bad input gets a clear answer that says what to do, and changes nothing: no event, no stored answer, no file."""

import copy
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.offers import offers
from infra.identity.tokens import ACCESS_TOKEN, AUDIENCE, SigningKey
from tests.town.caller import good, new_key, problem
from tests.town.people import A_PDF, Town, person

OFFERS = sorted(offers())
SALE = ("KZ", "car_sale")
SELLER, BUYER, STRANGER = "kz-citizen-1", "kz-citizen-2", "kz-citizen-4"
OFFICE = "kz-vehicle-registration"
Body = dict[str, Any]


def traces(town: Town) -> dict[str, tuple[int, int, int]]:
    """What a country has: events, stored answers, pieces of evidence."""
    return {
        code: (house.log.size(), answers(town, code), len(list((house.folder / "evidence").iterdir())))
        for code, house in town.house.countries.items()
    }


def answers(town: Town, code: str) -> int:
    """How many answers are stored in a country's log."""
    file = town.settings.data / code.lower() / "log.sqlite"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as log:
        return int(log.execute("SELECT count(*) FROM answers").fetchone()[0])


@contextmanager
def nothing_changes(town: Town) -> Iterator[None]:
    """Whatever is tried inside leaves no trace."""
    before = traces(town)
    yield
    assert traces(town) == before


def places(answer: Any) -> list[tuple[str, str]]:
    """(pointer, code) of each place that the problem names."""
    return [(e["pointer"], e["code"]) for e in answer.json()["errors"]]


def file_raw(town: Town, raw: bytes, person: str = SELLER, **headers: str) -> Any:
    usual = {"Content-Type": "application/json", "Idempotency-Key": new_key()}
    return town.as_(person).send("POST", "/v1/cases", content=raw, headers={**usual, **headers})


@pytest.fixture(scope="module")
def taken(town: Town) -> Body:
    """A filing that would be taken, were it not spoilt."""
    return town.filing(*SALE)


@pytest.fixture
def sale(taken: Body) -> Body:
    return copy.deepcopy(taken)


# --- the form ---------------------------------------------------------------------------------------------


def at(*steps: str | int) -> Callable[[Body, Any], None]:
    """Put a value into this place of a filing."""

    def put(body: Body, value: Any) -> None:
        inner: Any = body
        for step in steps[:-1]:
            inner = inner[step]
        inner[steps[-1]] = value

    return put


SURNAME = at("request", "seller", "surname")
NUMBER = at("request", "seller", "personal_number", "number")
VIN = at("request", "vehicle", "vin")
AMOUNT = at("request", "price", "amount")

WRONG: dict[str, tuple[Callable[[Body, Any], None], Any, str, str]] = {
    "unknown member": (at("colour"), "red", "/colour", "unknown_member"),
    "unknown in the request": (at("request", "colour"), "red", "/request/colour", "unknown_member"),
    "unknown in a person": (
        at("request", "seller", "nickname"),
        "A",
        "/request/seller/nickname",
        "unknown_member",
    ),
    "another country's member": (
        at("request", "oral_statement"),
        True,
        "/request/oral_statement",
        "unknown_member",
    ),
    "not composed": (SURNAME, "E\u0301xample", "/request/seller/surname", "text_not_composed"),
    "a control character": (SURNAME, "Exam\u0000ple", "/request/seller/surname", "invisible"),
    "a space before": (SURNAME, " Example", "/request/seller/surname", "space_around"),
    "a blank of Braille": (SURNAME, "\u2800", "/request/seller/surname", "invisible"),
    "a mark on nothing": (SURNAME, "\u0301", "/request/seller/surname", "missing"),
    "no such money": (
        at("request", "price", "currency"),
        "ZZZ",
        "/request/price/currency",
        "unknown_currency",
    ),
    "no name": (SURNAME, "", "/request/seller/surname", "too_short"),
    "a long name": (SURNAME, "x" * 101, "/request/seller/surname", "too_long"),
    "a very long name": (SURNAME, "x" * 200_000, "/request/seller/surname", "too_long"),
    "a number for a name": (SURNAME, 7, "/request/seller/surname", "not_text"),
    "no day": (at("request", "seller", "born_on"), "1990-02-30", "/request/seller/born_on", "no_such_day"),
    "no month": (at("request", "seller", "born_on"), "1990-13", "/request/seller/born_on", "no_such_day"),
    "neither number nor document": (
        at("request", "buyer", "personal_number"),
        None,
        "/request/buyer",
        "no_number_or_document",
    ),
    "a document beside a number": (
        at("request", "buyer", "document"),
        {"kind": "passport", "country": "XX", "number": "EX 000001"},
        "/request/buyer",
        "number_and_document",
    ),
    "a paper that proves nothing": (
        at("request", "buyer", "document"),
        {"kind": "library_card", "country": "XX", "number": "EX 000001"},
        "/request/buyer/document/kind",
        "not_in_list",
    ),
    "a wrong check digit": (NUMBER, "711007418732", "/request/seller/personal_number", "mistyped"),
    "a letter in a number": (NUMBER, "71100741873O", "/request/seller/personal_number", "digits_only"),
    "a letter that no VIN has": (VIN, "XTA2109900000000I", "/request/vehicle/vin", "letter_not_used"),
    "a Cyrillic letter": (VIN, "XT\u0410210990000001", "/request/vehicle/vin", "look_alike"),
    "a short VIN": (VIN, "XTA2109900000000", "/request/vehicle/vin", "wrong_length"),
    "a small VIN": (VIN, "xta21099000000001", "/request/vehicle/vin", "vin_not_normal"),
    "a float for money": (AMOUNT, 99.5, "/request/price/amount", "fraction"),
    "a whole float": (AMOUNT, 100.0, "/request/price/amount", "fraction"),
    "money beyond all bounds": (AMOUNT, 2**53, "/request/price/amount", "number_too_large"),
    "less than nothing": (AMOUNT, -1, "/request/price/amount", "too_small"),
    "text for money": (AMOUNT, "100", "/request/price/amount", "not_a_whole_number"),
    "truth for money": (AMOUNT, True, "/request/price/amount", "not_a_whole_number"),
    "null for a person": (at("request", "buyer"), None, "/request/buyer", "not_an_object"),
    "a name of digests": (at("request", "_sd"), [], "/request", "unknown_member"),
    "a reserved name": (at("request", "..."), "x", "/request", "unknown_member"),
    "too many pieces": (
        at("evidence"),
        [{"id": "0" * 36, "kind": "a", "sha256": "A" * 43}] * 21,
        "/evidence",
        "too_many",
    ),
    "a signature of another kind": (at("signature"), {"payload": ""}, "/signature/protected", "missing"),
}


@pytest.mark.parametrize(("put", "value", "pointer", "code"), WRONG.values(), ids=WRONG)
def test_a_wrong_place_is_named(  # noqa: PLR0917 - the columns of the table above
    town: Town, sale: Body, put: Callable[[Body, Any], None], value: Any, pointer: str, code: str
) -> None:
    """422, with the place and a sentence; what was sent is not repeated."""
    put(sale, value)
    with nothing_changes(town):
        answer = town.as_(SELLER).post("/v1/cases", sale, key=new_key())
    assert problem(answer) == (422, "invalid_request")
    assert (pointer, code) in places(answer)
    assert all(e["detail"].strip() for e in answer.json()["errors"])
    if isinstance(value, str) and len(value) > 6:
        assert value not in answer.text


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("XTA2109900000000I", "Character 17 is a letter that VIN never has (I, O, and Q)"),
        ("XT\u0410210990000001", 'Character 3 only looks like the Latin letter "A"'),
        ("XTA 21099 0000001", "Character 4 is neither a Latin letter nor a digit."),
    ],
)
def test_the_character_that_is_wrong_is_shown_with_its_place(
    town: Town, sale: Body, number: str, sentence: str
) -> None:
    VIN(sale, number)
    with nothing_changes(town):
        answer = town.as_(SELLER).post("/v1/cases", sale, key=new_key())
    assert sentence in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(("country", "procedure"), OFFERS)
def test_every_form_refuses_a_member_that_it_does_not_have(town: Town, country: str, procedure: str) -> None:
    body = town.filing(country, procedure)
    body["request"]["horoscope"] = "lion"
    with nothing_changes(town):
        answer = town.as_(f"{country.lower()}-citizen-1").post("/v1/cases", body, key=new_key())
    assert problem(answer) == (422, "invalid_request")
    assert places(answer) == [("/request/horoscope", "unknown_member")]


def test_a_member_with_a_persons_name_is_not_named(town: Town, sale: Body) -> None:
    """A member's name is anything that somebody typed: the place ends before it."""
    sale["request"]["Aigül Example"] = 1
    sale["request"]["seller"]["Daniyar Example"] = 1
    with nothing_changes(town):
        answer = town.as_(SELLER).post("/v1/cases", sale, key=new_key())
        del sale["request"]["Aigül Example"]
        second = town.as_(SELLER).post("/v1/cases", sale, key=new_key())
    assert problem(answer) == problem(second) == (422, "invalid_request")
    assert places(second) == [("/request/seller", "unknown_member")]
    assert "Daniyar" not in second.text


def test_a_seller_files_under_their_own_name(town: Town, sale: Body) -> None:
    """Nobody files for somebody else, and nobody sells to themselves."""
    with nothing_changes(town):
        other = town.as_(STRANGER).post("/v1/cases", sale, key=new_key())
        machine = town.as_("kz-treasury").post("/v1/cases", sale, key=new_key())
        sale["request"]["buyer"] = sale["request"]["seller"]
        alone = town.as_(SELLER).post("/v1/cases", sale, key=new_key())
    assert places(other) == [("/request/seller/personal_number", "not_the_applicant")]
    assert problem(machine) == (403, "filed_by_people")
    assert places(alone) == [("/request/buyer/personal_number", "same_person")]


# --- another country, another procedure -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "procedure"),
    [("TR", "alms"), ("KZ", "alms")],
)
def test_what_a_country_does_not_offer_is_said_so(
    town: Town, sale: Body, country: str, procedure: str
) -> None:
    """A country whose terms a procedure lacks is answered "not offered here yet"."""
    with nothing_changes(town):
        filed = town.as_(SELLER).post(
            "/v1/cases", {**sale, "country": country, "procedure": procedure}, key="k"
        )
    assert problem(filed) == (404, "not_offered")


def test_what_no_member_country_offers_is_said_so(town: Town, sale: Body) -> None:
    with nothing_changes(town):
        filed = town.as_(SELLER).post("/v1/cases", {**sale, "country": "DE"}, key="k")
    assert problem(filed) == (404, "not_a_member")


# --- JSON -------------------------------------------------------------------------------------------------

NOT_JSON: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 400, "not_json"),
    "half": (b'{"country":', 400, "not_json"),
    "two": (b"{}{}", 400, "not_json"),
    "not a number": (b'{"a": NaN}', 400, "not_json"),
    "not UTF-8": (b'{"a": "\xff"}', 400, "not_json"),
    "half a surrogate pair": (rb'{"a": "\ud800"}', 400, "not_json"),
    "100,000 nested arrays": (b"[" * 100_000 + b"]" * 100_000, 400, "not_json"),
    "100,000 arrays that never end": (b"[" * 100_000, 400, "not_json"),
    "40,000 nested objects": (b'{"a":' * 40_000, 400, "not_json"),
    "40 nested arrays": (b"[" * 40 + b"]" * 40, 422, "invalid_request"),
    "a list": (b"[]", 422, "invalid_request"),
    "null": (b"null", 422, "invalid_request"),
    "a number": (b"1", 422, "invalid_request"),
    "a long number": (b'{"a":' + b"9" * 100 + b"}", 422, "invalid_request"),
    "an endless number": (b'{"a":' + b"9" * 5_000 + b"}", 400, "not_json"),
    "an infinite number": (b'{"a": 1e999}', 400, "not_json"),
}


@pytest.mark.parametrize(("raw", "status", "code"), NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json_or_too_deep_is_refused(town: Town, raw: bytes, status: int, code: str) -> None:
    with nothing_changes(town):
        assert problem(file_raw(town, raw)) == (status, code)


def test_a_member_that_stands_twice_is_refused(town: Town, sale: Body) -> None:
    """Two readers would read it in two ways, and one of them would sign the other's way."""
    once = json.dumps(sale)
    twice = once.replace('"amount":', '"amount": 1, "amount":', 1)
    with nothing_changes(town):
        answer = file_raw(town, twice.encode())
    assert problem(answer) == (422, "invalid_request")
    assert places(answer) == [("", "duplicate_member")]


def test_spaces_and_escapes_are_the_senders_own_business(town: Town) -> None:
    """Only what is said twice is refused, not how it is written."""
    body = town.filing(*SALE)
    loose = json.dumps(body, indent=3, ensure_ascii=True)
    assert file_raw(town, loose.encode()).status_code == 201


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/xml", "application/json-seq", "", "application/json; charset=utf-16"],
)
def test_another_kind_of_content_is_not_read(town: Town, sale: Body, kind: str) -> None:
    with nothing_changes(town):
        answer = file_raw(town, json.dumps(sale).encode(), **{"Content-Type": kind})
    assert problem(answer) == (415, "json_expected")


def test_what_says_that_it_is_packed_is_not_read(town: Town, sale: Body) -> None:
    with nothing_changes(town):
        answer = file_raw(town, json.dumps(sale).encode(), **{"Content-Encoding": "gzip"})
    assert problem(answer) == (415, "json_expected")


def test_the_usual_charset_may_be_said(town: Town, sale: Body) -> None:
    kind = 'application/json; charset="UTF-8"'
    assert file_raw(town, json.dumps(sale).encode(), **{"Content-Type": kind}).status_code == 201


def test_50_mb_are_not_read_at_all(town: Town) -> None:
    """Neither where the length is said, nor where the bytes just keep coming."""

    def endless() -> Iterator[bytes]:
        for _ in range(50):
            yield b" " * 1_000_000

    with nothing_changes(town):
        said = file_raw(town, b" " * 50_000_000)
        caller = town.as_(SELLER)
        headers = {"Content-Type": "application/json", "Idempotency-Key": new_key()}
        unsaid = caller.send("POST", "/v1/cases", content=endless(), headers=headers)
        evidence = caller.send(
            "POST",
            "/v1/evidence",
            data={"country": "KZ"},
            files={"file": ("a.pdf", A_PDF + bytes(50_000_000), "application/pdf")},
        )
    assert problem(said) == problem(unsaid) == problem(evidence) == (413, "too_large")


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=12), inside, max_size=4),
    max_leaves=20,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(
    place=st.sampled_from(["country", "procedure", "request", "evidence", "signature", "more"]),
    value=ANYTHING,
)
def test_whatever_stands_in_a_place_it_is_refused_and_changes_nothing(
    town: Town, sale: Body, place: str, value: Any
) -> None:
    """Never a 500, and never a trace."""
    raw = json.dumps({**sale, place: value}, ensure_ascii=True).encode()
    if place in ("evidence", "signature") and value in ([], None):
        return
    with nothing_changes(town):
        status, _ = problem(file_raw(town, raw))
    assert 400 <= status < 500


# --- keys -------------------------------------------------------------------------------------------------


def test_a_filing_without_a_key_is_refused(town: Town, sale: Body) -> None:
    with nothing_changes(town):
        answer = town.as_(SELLER).post("/v1/cases", sale)
    assert problem(answer) == (400, "idempotency_key_missing")


@pytest.mark.parametrize("key", ["", '""', "x" * 129, "a b", "a\tb"])
def test_a_key_is_some_visible_characters(town: Town, sale: Body, key: str) -> None:
    with nothing_changes(town):
        answer = town.as_(SELLER).post("/v1/cases", sale, key=key)
    assert problem(answer) == (400, "idempotency_key_wrong")


def test_a_key_belongs_to_one_request(town: Town) -> None:
    """The same key with another body, or for another thing, is refused; with the same body it is the same case."""
    first, second = town.filing(*SALE), town.filing(*SALE)
    key, seller = new_key(), town.as_(SELLER)
    case = good(seller.post("/v1/cases", first, key=key))
    of = {"answer": "give", "of": case["request_hash"]}
    with nothing_changes(town):
        assert problem(seller.post("/v1/cases", second, key=key)) == (422, "idempotency_key_reused")
        withdrawn = seller.post(f"/v1/cases/{case['case']}/withdrawals", {}, key=key, seen=case["version"])
        assert problem(withdrawn) == (422, "idempotency_key_reused")
        again = seller.post("/v1/cases", first, key=key)
    assert (again.status_code, again.json()) == (201, case)
    # Somebody else's key of the same text is another key.
    assert town.as_(BUYER).post(f"/v1/cases/{case['case']}/consents", of, key=key).status_code == 200


def test_the_same_content_is_known_under_its_key_however_it_is_written(town: Town) -> None:
    """Spaces, escapes and the order of members say nothing: a client that writes its request anew repeats it."""
    filing, key, seller = town.filing(*SALE), new_key(), town.as_(SELLER)
    case = good(seller.post("/v1/cases", filing, key=key))
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    with nothing_changes(town):
        for said in (
            json.dumps(filing, indent=2),
            json.dumps(filing, sort_keys=True),
            json.dumps(dict(reversed(filing.items())), ensure_ascii=False),
        ):
            again = seller.send("POST", "/v1/cases", content=said.encode(), headers=headers)
            assert (again.status_code, again.json()) == (201, case)
    path, of = f"/v1/cases/{case['case']}/consents", {"answer": "give", "of": case["request_hash"]}
    headers["Idempotency-Key"] = new_key()
    given, again = (
        town.as_(BUYER).send("POST", path, content=said.encode(), headers=headers)
        for said in (json.dumps(of), json.dumps(dict(reversed(of.items())), indent=1))
    )
    assert good(given) == good(again)


def test_a_key_of_a_judgement_is_not_taken_for_another(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    officer, key = town.as_(f"{OFFICE}-officer-1"), new_key()
    seen = town.read(case)["version"]
    done = good(officer.post(f"/v1/cases/{case}/assignments", {}, key=key, seen=seen))
    with nothing_changes(town):
        other = officer.post(f"/v1/cases/{case}/proposals", {}, key=key, seen=done["version"])
        assert problem(other) == (422, "idempotency_key_reused")
        again = officer.post(f"/v1/cases/{case}/assignments", {}, key=key, seen=seen)
    assert (again.status_code, again.json()) == (200, done)


# --- versions ---------------------------------------------------------------------------------------------


def test_a_judgement_says_what_it_saw(town: Town) -> None:
    """428 where it does not say, 400 where it says nonsense, 412 with the version that stands where it is old."""
    case = town.take_to("in_review", *SALE)
    officer, path = town.as_(f"{OFFICE}-officer-1"), f"/v1/cases/{case}/assignments"
    version = town.read(case)["version"]
    with nothing_changes(town):
        assert problem(officer.post(path, {})) == (428, "if_match_missing")
        for nonsense in ("3", 'W/"3"', "*", '"x"', '"3", "4"', f'"0{version}"'):
            assert problem(officer.post(path, {}, seen=nonsense)) == (400, "if_match_wrong")
        for old in (version - 1, version + 1, 0):
            stale = officer.post(path, {}, seen=old)
            assert problem(stale) == (412, "stale_version")
            assert stale.json()["version"] == version


def test_a_judgement_of_the_past_is_stale_whatever_has_happened_since(town: Town) -> None:
    """One order for all of them, also for who does not have the case: first the version, then the stage."""
    case = town.take_to("in_review", "KZ", "car_sale")
    version = town.read(case)["version"]
    town.assign(case)
    town.approve(case)
    said = {"grounds": ["tax_unpaid"], "reason": "It is open."}
    for who in ("officer-1", "officer-2", "supervisor"):
        refused = town.as_(f"{OFFICE}-{who}").post(f"/v1/cases/{case}/refusals", said, seen=version)
        assert problem(refused) == (412, "stale_version")


def test_a_fact_is_bound_to_no_version(town: Town) -> None:
    """It names what it answers; a condition that nobody looks at is not sent in vain."""
    case = town.file("KZ", "car_sale")
    shown = town.read(case)
    said = {"answer": "give", "of": shown["request_hash"]}
    with nothing_changes(town):
        for seen in (shown["version"], shown["version"] - 1):
            answer = town.as_("kz-citizen-2").post(f"/v1/cases/{case}/consents", said, seen=seen)
            assert problem(answer) == (400, "if_match_not_asked")
        bound = town.as_("kz-citizen-1").send("GET", f"/v1/cases/{case}", headers={"If-Match": '"1"'})
        assert problem(bound) == (400, "if_match_not_asked")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Authorization", "header_twice"),
        ("Content-Type", "header_twice"),
        ("Idempotency-Key", "header_twice"),
        ("Reading-Purpose", "header_twice"),
        ("If-Match", "if_match_wrong"),
    ],
)
def test_what_is_said_once_is_not_sent_in_two_lines(town: Town, header: str, code: str) -> None:
    case = town.take_to("in_review", "KZ", "car_sale")
    sent = {
        "Authorization": f"Bearer {town.token(f'{OFFICE}-officer-1')}",
        "Content-Type": "application/json",
        "Idempotency-Key": new_key(),
        "Reading-Purpose": "work",
        "If-Match": f'"{town.read(case)["version"]}"',
    }
    lines = [*sent.items(), (header, sent[header])]
    with nothing_changes(town):
        twice = town.http.post(f"/v1/cases/{case}/assignments", content=b"{}", headers=lines)
        assert problem(twice) == (400, code)


# --- consents ---------------------------------------------------------------------------------------------


def test_a_consent_is_given_by_whom_it_is_asked_over_what_stands(town: Town) -> None:
    case = town.file(*SALE)
    of = town.read(case)["request_hash"]
    path = f"/v1/cases/{case}/consents"
    with nothing_changes(town):
        assert problem(town.as_(SELLER).post(path, {"answer": "give", "of": of})) == (
            403,
            "consent_not_asked",
        )
        old = {"answer": "give", "of": "A" * 43}
        assert problem(town.as_(BUYER).post(path, old)) == (409, "consent_over_old_request")
        assert problem(town.as_(STRANGER).post(path, {"answer": "give", "of": of})) == (404, "not_found")
        maybe = town.as_(BUYER).post(path, {"answer": "maybe", "of": of})
        assert places(maybe) == [("/answer", "not_in_list")]
        short = town.as_(BUYER).post(path, {"answer": "give", "of": "A"})
        assert places(short) == [("/of", "wrong_form")]


# --- payments ---------------------------------------------------------------------------------------------


def test_a_payment_is_what_the_treasury_signed_about_this_case(town: Town) -> None:
    """Signed by the treasury of this country, for this case, in its currency; a reference says one thing only."""
    case, other = town.file(*SALE), town.file(*SALE)
    shown, path = town.read(case), f"/v1/cases/{case}/payments"
    treasury, reference = town.as_("kz-treasury"), new_key()
    good(treasury.post(path, {"statement": town.statement(shown, 100, reference=reference)}))
    kz, tr = town.keyring("KZ"), town.keyring("TR")
    right = town.statement(shown, 100)
    header, payload, signature = right.split(".")
    forged = {
        "another office's seal": resigned(kz, OFFICE, payload),
        "another country's treasury": resigned(tr, "tr-treasury", payload),
        "a refund": town.statement(shown, 100, is_refund=True),
        "half": f"{header}.{payload}.{signature[:-10]}",
        "altered": f"{header}.{payload[:-4]}AAAA.{signature}",
    }
    with nothing_changes(town):
        for name, statement in forged.items():
            answer = treasury.post(path, {"statement": statement})
            assert places(answer) == [("/statement", "not_signed_by_treasury")], name
        more = {"statement": town.statement(shown, 101, reference=reference)}
        assert problem(treasury.post(path, more)) == (409, "payment_differs")
        elsewhere = treasury.post(path, {"statement": town.statement(town.read(other), 100)})
        assert problem(elsewhere) == (422, "statement_wrong")
        lira = town.statement({**shown, "fee": {**shown["fee"], "currency": "TRY"}}, 100)
        assert problem(treasury.post(path, {"statement": lira})) == (422, "statement_wrong")
        nothing = treasury.post(path, {"statement": town.statement(shown, 0)})
        assert places(nothing) == [("/statement/amount", "too_small")]
        for nobody in (SELLER, BUYER, f"{OFFICE}-officer-1", "tr-treasury"):
            assert problem(town.as_(nobody).post(path, {"statement": right})) == (404, "not_found")


def resigned(keys: Any, authority: str, payload: str) -> str:
    """The same statement under somebody else's seal."""
    seal = keys.newest(authority)
    raw: str = seal.sign("tamga-payment+jwt", _loose(payload))
    return raw


def _loose(payload: str) -> bytes:
    from infra.formats.canonical import loose_b64url  # noqa: PLC0415

    return loose_b64url(payload.encode())


def test_a_payment_that_has_not_happened_yet_is_refused(new_town: Town) -> None:
    case = new_town.file(*SALE)
    new_town.travel(hours=2)
    statement = new_town.statement(new_town.read(case))
    new_town.travel(hours=-2)
    with nothing_changes(new_town):
        answer = new_town.as_("kz-treasury").post(f"/v1/cases/{case}/payments", {"statement": statement})
    assert places(answer) == [("/statement/paid_at", "in_the_future")]


# --- evidence ---------------------------------------------------------------------------------------------

BIRTH = ("TR", "birth_certificate")


@pytest.fixture
def birth(town: Town) -> Body:
    return town.filing(*BIRTH)


def test_evidence_is_what_its_bytes_say(town: Town) -> None:
    """PDF, JPEG or PNG by their first bytes, whatever the file's name or kind says."""
    tried = {
        "text": (b"hello", "text/plain"),
        "a page that says it is a PDF": (b"<html>", "application/pdf"),
        "a PDF that says it is a picture": (A_PDF, "image/png"),
        "nothing": (b"", "application/pdf"),
        "10,000,001 bytes": (A_PDF + bytes(10_000_001 - len(A_PDF)), "application/pdf"),
    }
    with nothing_changes(town):
        for name, (raw, kind) in tried.items():
            files = {"file": ("a", raw, kind)}
            answer = town.as_("tr-citizen-1").send(
                "POST", "/v1/evidence", data={"country": "TR"}, files=files
            )
            assert problem(answer) == (422, "evidence_wrong"), name


def test_an_upload_is_a_form_with_a_country_and_a_file(town: Town) -> None:
    citizen = town.as_("tr-citizen-1")
    file = {"file": ("a.pdf", A_PDF, "application/pdf")}
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    with nothing_changes(town):
        assert problem(citizen.send("POST", "/v1/evidence", files=file)) == (422, "invalid_request")
        assert problem(citizen.post("/v1/evidence", {})) == (415, "form_expected")
        assert problem(citizen.send("POST", "/v1/evidence", content=b"--y", headers=kind)) == (
            400,
            "not_a_form",
        )
        abroad = citizen.send("POST", "/v1/evidence", data={"country": "DE"}, files=file)
        assert problem(abroad) == (404, "not_a_member")
        more = citizen.send("POST", "/v1/evidence", data={"country": "TR", "kind": "x"}, files=file)
        assert more.status_code in (400, 422)
        machine = town.as_("tr-birth-register").send(
            "POST", "/v1/evidence", data={"country": "TR"}, files=file
        )
        assert problem(machine) == (403, "evidence_by_people")


def test_evidence_is_ones_own_upload_and_of_a_kind_that_is_asked(town: Town, birth: Body) -> None:
    mother, stranger = town.as_("tr-citizen-1"), town.as_("tr-citizen-4")
    mine, theirs = town.upload(mother, "TR"), town.upload(stranger, "TR", A_PDF + b"theirs")
    elsewhere = town.upload(mother, "KZ")
    never = {"id": "00000000-0000-4000-8000-000000000000", "sha256": mine["sha256"]}
    report = {"kind": "birth_report"}
    tried = {
        "never uploaded": ({**report, **never}, "/evidence/0/id", "evidence_unknown"),
        "somebody else's": ({**report, **theirs}, "/evidence/0/id", "evidence_unknown"),
        "in another country": ({**report, **elsewhere}, "/evidence/0/id", "evidence_unknown"),
        "other bytes": ({**report, **mine, "sha256": "A" * 43}, "/evidence/0/sha256", "evidence_differs"),
        "not asked": ({"kind": "poem", **mine}, "/evidence/0/kind", "evidence_not_asked"),
    }
    with nothing_changes(town):
        for name, (piece, pointer, code) in tried.items():
            answer = mother.post("/v1/cases", {**birth, "evidence": [piece]}, key=new_key())
            assert (name, places(answer)) == (name, [(pointer, code)])


def test_evidence_that_was_not_filed_in_a_day_is_gone(new_town: Town) -> None:
    mother = new_town.as_("tr-citizen-1")
    body = new_town.filing(*BIRTH)
    body["evidence"] = [{"kind": "birth_report", **new_town.upload(mother, "TR")}]
    new_town.travel(days=1, minutes=1)
    new_town.tick()
    with nothing_changes(new_town):
        answer = mother.post("/v1/cases", body, key=new_key())
    assert places(answer) == [("/evidence/0/id", "evidence_unknown")]


# --- tokens -----------------------------------------------------------------------------------------------


def test_a_token_that_does_not_hold_opens_nothing(town: Town, sale: Body, tmp_path: Any) -> None:
    """None, nonsense, forged, foreign, of another kind, for somebody else."""
    provider = town.house.provider
    right = provider.mint(SELLER)
    head, payload, signature = right.split(".")
    foreign = SigningKey.made_at(tmp_path / "foreign.pem")
    now = int(town.now().timestamp())
    claims = {
        "iss": provider.issuer,
        "sub": SELLER,
        "aud": AUDIENCE,
        "client_id": "development",
        "name": "A",
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        "jti": "1",
        "personal_number": person(SELLER)["personal_number"],
    }
    own = provider._key  # noqa: SLF001 - the issuer's own key, to sign what it would never say
    bad = {
        "nonsense": "nonsense",
        "no signature": f"{head}.{payload}.",
        "no algorithm": f"eyJhbGciOiJub25lIn0.{payload}.",
        "another's signature": f"{head}.{payload}.{'A' * len(signature)}",
        "another key": foreign.sign(ACCESS_TOKEN, claims),
        "an ID token": own.sign("JWT", claims),
        "another issuer": own.sign(ACCESS_TOKEN, {**claims, "iss": "https://elsewhere.example"}),
        "another audience": own.sign(ACCESS_TOKEN, {**claims, "aud": "elsewhere"}),
        "expired": own.sign(ACCESS_TOKEN, {**claims, "iat": now - 700, "exp": now - 100}),
        "not yet": own.sign(ACCESS_TOKEN, {**claims, "nbf": now + 100}),
        "for ever": own.sign(ACCESS_TOKEN, {**claims, "exp": now + 10**9}),
        "huge": "A" * 5_000,
    }
    with nothing_changes(town):
        nobody = town.anybody.post("/v1/cases", sale, key=new_key())
        assert problem(nobody) == (401, "no_token")
        assert nobody.headers["www-authenticate"] == "Bearer"
        for name, token in bad.items():
            answer = town.with_token(token).post("/v1/cases", sale, key=new_key())
            assert (name, *problem(answer)) == (name, 401, "bad_token")
            assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
            assert token[:40] not in answer.text


def test_a_token_ends(new_town: Town) -> None:
    token = new_town.house.provider.mint(SELLER)
    assert new_town.with_token(token).get("/v1/cases", country="KZ").status_code == 200
    new_town.travel(hours=1, seconds=1)
    assert problem(new_town.with_token(token).get("/v1/cases", country="KZ")) == (401, "bad_token")


def test_a_stranger_hears_nothing_but_that_a_token_is_asked(town: Town) -> None:
    """Before the body, the key, the version or the address is looked at."""
    case = town.file(*SALE)
    for path in (f"/v1/cases/{case}/approvals", "/v1/cases/nowhere/approvals", "/v1/cases"):
        with nothing_changes(town):
            answer = town.anybody.send("POST", path, content=b"[", headers={"Content-Type": "text/plain"})
        assert problem(answer) == (401, "no_token")


# --- competence -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "nobody", [STRANGER, "tr-citizen-1", "tr-civil-registry-officer-1", "kz-bailiffs-officer", "tr-auditor"]
)
def test_who_has_no_competence_does_not_learn_that_the_case_exists(town: Town, nobody: str) -> None:
    """404, the same words as where there is nothing."""
    case = town.take_to("in_review", *SALE)
    seen = town.read(case)["version"]
    nowhere = "00000000-0000-4000-8000-000000000000"
    bodies: dict[str, Body] = {
        "consents": {"answer": "give", "of": "A" * 43},
        "information": {"of": "A" * 43, "answer": "x"},
        "assignments": {},
        "proposals": {},
        "approvals": {},
        "refusals": {"grounds": ["restricted"], "reason": "x"},
        "information-requests": {"question": "x"},
        "withdrawals": {},
        "erasures": {"basis": "x"},
        "payments": {"statement": "x" * 200},
    }
    facts = {"consents", "information", "erasures", "payments"}
    with nothing_changes(town):
        for what, body in bodies.items():
            bound = None if what in facts else seen
            there = town.as_(nobody).post(f"/v1/cases/{case}/{what}", body, seen=bound)
            not_there = town.as_(nobody).post(f"/v1/cases/{nowhere}/{what}", body, seen=bound)
            assert (what, *problem(there)) == (what, 404, "not_found")
            assert (what, *problem(not_there)) == (what, 404, "not_found")
        for what in ("", "/history", f"/evidence/{nowhere}"):
            assert problem(town.as_(nobody).get(f"/v1/cases/{case}{what}")) == (404, "not_found")


@pytest.mark.parametrize("path", ["nonsense", "%00", "..", "a" * 3000, "00000000-0000-4000-8000-00000000000"])
def test_an_address_that_is_none_is_just_not_there(town: Town, path: str) -> None:
    answer = town.as_(SELLER).get(f"/v1/cases/{path}")
    assert problem(answer) == (404, "not_found")
