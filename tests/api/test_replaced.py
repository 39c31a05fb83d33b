"""Who takes another's place in a case reads nothing of theirs, wherever they look; and whoever was there still reads
what they read.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient

from api.app import build
from infra.formats.canonical import b64url
from infra.formats.signing import open_disclosure
from infra.house import House
from infra.operations.follow import catch_up
from tests.api.test_counter import yes
from tests.api.test_notices import for_another_buyer, represented
from tests.examples import unnumbered
from tests.town.caller import Caller, good, new_key, problem
from tests.town.fixtures import Furnished, clock_in, copied
from tests.town.people import Town, person

SALE: Final = ("KZ", "car_sale")
BIRTH: Final = ("TR", "birth_certificate")
SELLER, FIRST_BUYER, BUYER, GUARDIAN = (f"kz-citizen-{n}" for n in (1, 2, 3, 4))
MOTHER, FIRST_FATHER, FATHER = (f"tr-citizen-{n}" for n in (1, 2, 3))
OFFICE: Final = "kz-vehicle-registration"
OFFICER, SECOND = f"{OFFICE}-officer-1", f"{OFFICE}-officer-2"
APPEALS: Final = "kz-interior-ministry-appeal-officer-1"
OLD_PRICE: Final = 987_654_321


def restated(town: Town, case: str, by: str = SELLER, **changes: Any) -> None:
    shown = town.read(case, by)
    said = {"of": shown["request_hash"], "request": {**shown["request"], **changes}}
    good(town.as_(by).post(f"/v1/cases/{case}/amendments", said))


def events(reader: Caller, case: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = good(reader.get(f"/v1/cases/{case}/history"))["events"]
    return found


def members(event: dict[str, Any]) -> dict[str, Any]:
    return dict(open_disclosure(text) for text in event["disclosures"])


def read_by(town: Town, who: str, case: str) -> dict[str, set[str]]:
    """What this reader is shown of each event that restated or filed the request, by its type and place."""
    found = [
        e for e in events(town.as_(who), case) if e["type"].split(".")[1] in ("CaseFiled", "RequestAmended")
    ]
    return {f"{n} {event['type'].split('.')[1]}": set(members(event)) for n, event in enumerate(found)}


def all_that_is_read(town: Town, who: str, case: str) -> str:
    """Everything that somebody gets who asks for whatever there is, with the disclosures opened."""
    me, country = town.as_(who), town.read(case, who)["country"]
    said = [me.get(f"/v1/cases/{case}").text, me.get("/v1/cases", country=country).text]
    said += [me.get(f"/v1/my/{what}", country=country).text for what in ("notices", "entries", "accesses")]
    for event in events(me, case):
        said += [json.dumps(event), json.dumps(members(event), ensure_ascii=False)]
    for piece in town.read(case, who)["evidence"]:
        said.append(me.get(f"/v1/cases/{case}/evidence/{piece['id']}").text)
    return "\n".join(said)


def numbers_of(*people: dict[str, Any]) -> set[str]:
    """What of somebody is no name."""
    found = set()
    for each in people:
        found |= {
            each["born_on"],
            *(paper["number"] for n in ("personal_number", "document") if (paper := each[n])),
        }
    return found


def is_told(text: str, *people: dict[str, Any]) -> set[str]:
    return {value for value in numbers_of(*people) if value in text}


# --- another buyer, another father ------------------------------------------------------------------------------


def test_another_buyer_reads_nothing_of_the_first_one(town: Town) -> None:
    """Nor the price that was asked of them; of the request that is theirs, what a party reads."""
    case = town.take_to("returned", *SALE, price={"amount": OLD_PRICE, "currency": "KZT"})
    restated(town, case, buyer=person(BUYER), price={"amount": 5, "currency": "KZT"})
    town.consent(case)
    assert read_by(town, BUYER, case) == {
        "0 CaseFiled": set(),
        "1 RequestAmended": {"buyer", "vehicle", "price", "shares"},
    }
    text = all_that_is_read(town, BUYER, case)
    assert is_told(text, person(FIRST_BUYER), person(SELLER)) == set()
    assert str(OLD_PRICE) not in text
    before = [e["type"] for e in events(town.as_(BUYER), case) if e["disclosures"]]
    assert before == ["case.RequestAmended.v1"], "what an officer asked about the first one is not theirs"


def test_who_filed_and_who_decides_read_both_and_the_first_buyer_nothing_more(town: Town) -> None:
    case = town.file(*SALE)
    restated(town, case, buyer=person(BUYER))
    for who in (SELLER, OFFICER):
        read = read_by(town, who, case)
        assert all(each >= {"seller", "buyer", "vehicle", "price"} for each in read.values())
        filed, amended = (members(e)["buyer"] for e in events(town.as_(who), case) if "buyer" in members(e))
        assert [each["personal_number"] for each in (filed, amended)] == [
            person(who)["personal_number"] for who in (FIRST_BUYER, BUYER)
        ]
    for path in ("", "/history"):
        assert problem(town.as_(FIRST_BUYER).get(f"/v1/cases/{case}{path}")) == (404, "not_found")


def test_a_buyer_who_comes_back_reads_all_but_what_was_between(town: Town) -> None:
    case = town.file(*SALE)
    for who in (BUYER, FIRST_BUYER):
        restated(town, case, buyer=person(who))
    mine = {"buyer", "vehicle", "price", "shares"}
    assert list(read_by(town, FIRST_BUYER, case).values()) == [mine, set(), mine]


def test_the_same_buyer_reads_what_they_agreed_to_before(town: Town) -> None:
    case = town.file(*SALE)
    restated(town, case, price={"amount": 5, "currency": "KZT"})
    assert list(read_by(town, FIRST_BUYER, case).values()) == [{"buyer", "vehicle", "price", "shares"}] * 2


@pytest.mark.parametrize("first", ["passport", "company"])
def test_nor_of_a_foreigner_or_of_a_company_and_its_head(town: Town, first: str) -> None:
    head = person(GUARDIAN)
    company = {"country": "KZ", "number": "990140009999", "name": "Example LLP"}
    stranger = {
        "passport": unnumbered(7, born_on="1971-02-03"),
        "company": {**company, "acts_by": {"as": "head", "person": head}},
    }[first]
    case = town.file(*SALE, buyer=stranger)
    restated(town, case, buyer=person(BUYER))
    text = all_that_is_read(town, BUYER, case)
    assert is_told(text, head, *([stranger] if first == "passport" else [])) == set()
    assert company["number"] not in text


def test_who_acts_for_a_buyer_reads_no_number_of_who_did_before(town: Town) -> None:
    """The buyer is the same child: what was said in the case is theirs, but not who acted for them then."""
    case = town.file(*SALE, buyer=represented(BUYER))
    for_another_buyer(town, case, represented(GUARDIAN))
    assert list(read_by(town, GUARDIAN, case).values()) == [
        {"vehicle", "price", "shares"},
        {"buyer", "vehicle", "price", "shares"},
    ]
    assert is_told(all_that_is_read(town, GUARDIAN, case), person(BUYER)) == set()


def test_another_father_reads_nothing_of_the_first_one(town: Town) -> None:
    body = town.filing(*BIRTH, relation="mother", mother=person(MOTHER), father=person(FIRST_FATHER))
    body["evidence"] = [{"kind": "birth_report", **town.upload(town.as_(MOTHER), "TR")}]
    case = str(good(town.as_(MOTHER).post("/v1/cases", body, key=new_key()))["case"])
    (report,) = town.read(case, FIRST_FATHER)["evidence"]
    town.complete(case)
    town.assign(case)
    town.ask(case)
    restated(town, case, MOTHER, father=person(FATHER))
    assert list(read_by(town, FATHER, case).values()) == [
        set(),
        {"father", "mother_unknown_because", "parents_cannot_because", "marriage_ended_on", "posted_on"},
    ]
    assert is_told(all_that_is_read(town, FATHER, case), person(FIRST_FATHER), person(MOTHER)) == set()
    assert town.read(case, FATHER)["evidence"] == []
    assert [piece["id"] for piece in town.read(case, MOTHER)["evidence"]] == [report["id"]]
    for path in ("", "/history", f"/evidence/{report['id']}"):
        assert problem(town.as_(FIRST_FATHER).get(f"/v1/cases/{case}{path}")) == (404, "not_found")


# --- what was signed, asked, answered, appealed -------------------------------------------------------------------


def test_a_paper_that_the_first_buyer_signed_is_not_the_next_ones(town: Town) -> None:
    case = town.file(*SALE, buyer=unnumbered(21))
    good(town.as_(OFFICER).post(f"/v1/cases/{case}/consents", yes(town, case)))
    (paper,) = town.read(case, SECOND)["evidence"]
    restated(town, case, buyer=person(BUYER))
    good(town.as_(OFFICER).post(f"/v1/cases/{case}/consents", yes(town, case)))
    (mine,) = town.read(case, BUYER)["evidence"]
    assert mine["sha256"] != paper["sha256"]
    one = f"/v1/cases/{case}/evidence"
    assert good_file(town.as_(BUYER), f"{one}/{mine['id']}") != good_file(
        town.as_(SECOND), f"{one}/{paper['id']}"
    )
    assert problem(town.as_(BUYER).get(f"{one}/{paper['id']}")) == (404, "not_found")
    assert town.read(case, SELLER)["evidence"] == []


def good_file(reader: Caller, path: str) -> bytes:
    answer = reader.get(path)
    assert answer.is_success, answer.text
    return answer.content


def test_words_of_before_are_not_read_by_who_came_later(town: Town) -> None:
    """Refused, and on the first buyer's appeal decided anew, for others: then the seller names another buyer."""
    case = town.take_to("returned", *SALE)
    town.answer(case)
    good(town.judge(OFFICER, case, "extensions", {"reason": "The first buyer is abroad."}))
    town.refuse(case)
    of = town.read(case, FIRST_BUYER)["ending"]["of"]
    appeal = {"of": of, "reason": "My passport is EX 000021."}
    good(town.as_(FIRST_BUYER).post(f"/v1/cases/{case}/appeals", appeal))
    good(town.judge(APPEALS, case, "appeal-decisions", {"outcome": "set_aside", "reason": "It is."}))
    good(town.judge(SECOND, case, "assignments"))
    good(town.judge(SECOND, case, "information-requests", {"question": "Who buys it?"}))
    restated(town, case, buyer=person(BUYER))
    words = (
        "When was that?",
        "Yesterday.",
        "The first buyer is abroad.",
        appeal["reason"],
        "It is.",
        "Who buys it?",
    )
    shown = town.read(case, BUYER)
    assert [q["question"] for q in shown["questions"]] == [None, None]
    assert [(a["reason"], a["explanation"], a["outcome"]) for a in shown["appeals"]] == [
        (None, None, "set_aside")
    ]
    for who in (BUYER, SELLER, SECOND):  # the buyer of now has not appealed
        assert [a["party"] for a in town.read(case, who)["appeals"]] == [None]
    text = all_that_is_read(town, BUYER, case)
    assert [each for each in words if each in text] == []
    text = all_that_is_read(town, SELLER, case)
    assert [each for each in words if each not in text] == []


def test_what_is_asked_since_is_read_by_the_buyer_of_now(town: Town) -> None:
    case = town.take_to("returned", *SALE)
    restated(town, case, buyer=person(BUYER))
    town.consent(case)
    good(town.judge(OFFICER, case, "information-requests", {"question": "Is it yours?"}))
    assert [q["question"] for q in town.read(case, BUYER)["questions"]] == [None, "Is it yours?"]
    asked = [e for e in events(town.as_(BUYER), case) if e["type"].startswith("case.InformationRequested")]
    assert [members(event) for event in asked] == [{}, {"question": "Is it yours?"}]


# --- what no party reads, or none but who filed ------------------------------------------------------------------


def test_a_note_for_the_file_is_read_by_no_party(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    good(town.judge(OFFICER, case, "proposals", {"note": "The seller is known here."}))
    good(town.judge(SECOND, case, "approvals", {"note": "So he is."}))
    for who in (SELLER, FIRST_BUYER):
        assert "known here" not in all_that_is_read(town, who, case)
        assert {"note", "officer_person"}.isdisjoint(
            {n for e in events(town.as_(who), case) for n in members(e)}
        )
    noted = [members(e)["note"] for e in events(town.as_(OFFICER), case) if "note" in members(e)]
    assert noted == ["The seller is known here.", "So he is."]


def test_what_the_seller_signed_over_the_request_is_not_the_buyers(town: Town) -> None:
    """It has the whole request in it."""
    body = town.filing(*SALE)
    payload = b64url(json.dumps(body["request"]).encode())
    body["signature"] = {"payload": payload, "protected": "e30", "signature": "AAAA"}
    case = str(good(town.as_(SELLER).post("/v1/cases", body, key=new_key()))["case"])
    for who, is_read in ((SELLER, True), (OFFICER, True), (FIRST_BUYER, False)):
        assert ("signature" in members(events(town.as_(who), case)[0])) is is_read


# --- who reads, and when -----------------------------------------------------------------------------------------


def test_the_first_buyer_finds_that_an_office_read_the_history(town: Town) -> None:
    """They are in it; of the case as it stands they are no part any more."""
    case = town.file(*SALE)
    restated(town, case, buyer=person(BUYER))
    town.settle()
    for path in ("", "/history"):
        good(town.as_(OFFICER).get(f"/v1/cases/{case}{path}"))
    for who, what in (
        (FIRST_BUYER, ["reading the history"]),
        (BUYER, ["reading the history", "work on the case"]),
    ):
        found = good(town.as_(who).get("/v1/my/accesses", country="KZ", limit=100))["items"]
        assert sorted(each["purpose"] for each in found if each["stream"] == case) == what


@pytest.fixture
def unfollowed(furnished: Furnished, tmp_path: Path) -> Iterator[Town]:
    """A house whose read models are brought up to its log by hand."""
    with ExitStack() as stack:
        house = House(copied(furnished("KZ"), tmp_path, clock=clock_in(tmp_path)))
        stack.callback(house.close)
        http = stack.enter_context(TestClient(build(house), base_url=house.settings.base_url))
        yield Town(house.settings, http, house)


def test_who_is_replaced_while_the_read_models_are_behind_reads_no_event_of_the_next_one(
    unfollowed: Town,
) -> None:
    """The case says still that they are the buyer, and the log has more than the case says."""
    town, house = unfollowed, unfollowed.house
    seller = town.as_(SELLER)
    catch_up(house.countries["KZ"], house.competences)
    filed = good(seller.post("/v1/cases", town.filing(*SALE), key=new_key()))
    catch_up(house.countries["KZ"], house.competences)
    said = {"of": filed["request_hash"], "request": {**filed["request"], "buyer": person(BUYER)}}
    amended = good(seller.post(f"/v1/cases/{filed['case']}/amendments", said))
    found = events(town.as_(FIRST_BUYER), filed["case"])
    assert [event["version"] for event in found] == list(range(1, filed["version"] + 1))
    catch_up(house.countries["KZ"], house.competences)
    assert len(events(seller, filed["case"])) == amended["version"]
