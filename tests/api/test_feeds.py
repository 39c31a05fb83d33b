"""The feed over HTTP: batches that end in a signed head, long polls, events as they come; disclosures; receipts."""

import logging
import threading
import time
from concurrent.futures import Future
from typing import Any

import httpx2
import pytest

from domain.authorities import HEAD
from domain.commands import SYSTEM, Command, EndCompetence
from infra.desk.desk import Outcome, new_cause
from infra.formats.canonical import b64url, sha256
from infra.formats.chain import GENESIS, head_after
from infra.formats.signing import digest, key_of, open_disclosure, parse, verify
from tests.town.caller import good, problem
from tests.town.fixtures import listening
from tests.town.people import Town
from tests.town.served import ServedTown

SALE = ("KZ", "car_sale")
REGISTRY, CIVIL = "kz-vehicle-register", "tr-birth-register"
FEED = "/v1/feeds/kz"


@pytest.fixture(scope="module")
def sold(town: Town) -> str:
    """A sale that is approved."""
    case = town.take_to("approved", *SALE)
    town.settle()
    return case


def events(town: Town, **asked: Any) -> list[dict[str, Any]]:
    answer = town.as_(REGISTRY).get(FEED, **asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/cloudevents-batch+json"
    found: list[dict[str, Any]] = answer.json()
    return found


# --- reading ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("sold")
def test_a_batch_is_events_and_then_the_head(town: Town) -> None:
    """The head counts everything there is by now, and gives the hash over it; it has no number of its own."""
    *batch, head = events(town, limit=1000)
    assert [event["feedseq"] for event in batch] == [str(n) for n in range(1, len(batch) + 1)]
    assert [event["logindex"] for event in batch] == [str(n) for n in range(len(batch))]
    assert all(event["id"] == b64url(sha256(event["data"].encode())) for event in batch)
    seal = town.keyring("KZ").newest("kz-feed")
    assert seal is not None
    verify(head["data"], key_of(seal.certificate), HEAD)
    digest_of_all = GENESIS
    for event in batch:
        digest_of_all = head_after(digest_of_all, sha256(event["data"].encode()))
    stated = parse(head["data"]).payload
    assert stated == {
        "v": 1,
        "log": town.keyring("KZ").origin,
        "to": "KZ",
        "count": len(batch),
        "hash": b64url(digest_of_all),
        "time": head["time"],
    }
    assert "feedseq" not in head


@pytest.mark.usefixtures("sold")
def test_reading_on_gives_what_comes_after(town: Town) -> None:
    """Batch by batch, until there is only the head."""
    whole = events(town, limit=1000)[:-1]
    found: list[dict[str, Any]] = []
    while page := events(town, limit=7, **({"lastEventId": found[-1]["id"]} if found else {}))[:-1]:
        assert len(page) <= 7
        found += page
    assert found == whole


def test_another_log_is_named_by_its_origin(town: Town) -> None:
    """Kazakhstan receives the keys of Türkiye's log, and nothing else of it."""
    *batch, head = events(town, source=town.keyring("TR").origin, limit=1000)
    assert {event["type"].partition(".")[0] for event in batch} == {"keys"}
    assert parse(head["data"]).payload["to"] == "KZ"
    assert {event["source"] for event in [*batch, head]} == {town.keyring("TR").origin}


def test_a_poll_waits_for_the_next_event(town: Town) -> None:
    """And answers as soon as it is there, or with the head alone when the time is over."""
    last = events(town, limit=1000)[-2]["id"]
    began = time.monotonic()
    assert len(events(town, lastEventId=last, timeout=200)) == 1
    assert time.monotonic() - began >= 0.2
    filing = threading.Timer(0.3, town.take_to, args=("filed", *SALE))
    filing.start()
    began = time.monotonic()
    assert len(events(town, lastEventId=last, timeout=20_000)) > 1
    assert time.monotonic() - began < 15
    filing.join()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"limit": 0}, (400, "limit_wrong")),
        ({"limit": 1001}, (400, "limit_wrong")),
        ({"timeout": "soon"}, (400, "limit_wrong")),
        ({"timeout": 30_001}, (400, "limit_wrong")),
        ({"lastEventId": "no hash"}, (400, "last_event_id_wrong")),
        ({"lastEventId": "A" * 43}, (404, "unknown_event")),
        ({"source": "log.nowhere.example/v1"}, (404, "unknown_source")),
    ],
)
def test_a_question_that_cannot_be_answered_is_told_why(
    town: Town, asked: dict[str, Any], said: tuple[int, str]
) -> None:
    assert problem(town.as_(REGISTRY).get(FEED, **asked)) == said


@pytest.mark.parametrize(
    ("reader", "status"),
    [(REGISTRY, 200), ("kz-auditor", 200), (CIVIL, 404), ("kz-citizen-1", 404), ("kz-treasury", 403)],
)
def test_the_feed_is_for_the_registries_and_auditors_of_its_country(
    town: Town, reader: str, status: int
) -> None:
    assert town.as_(reader).get(FEED).status_code == status


def test_of_a_country_that_is_not_here_there_is_no_feed(town: Town) -> None:
    assert problem(town.as_(REGISTRY).get("/v1/feeds/xx")) == (404, "not_found")


@pytest.mark.slow
def test_events_are_sent_as_they_come(served_town: ServedTown) -> None:
    """The same address as a stream: each event with its id, heads without, so that a reader goes on from an event."""
    served_town.take_to("filed", *SALE)
    token = served_town.token(REGISTRY)
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    with served_town.http.stream("GET", FEED, headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        known = until_head(lines)
        filing = threading.Thread(target=served_town.take_to, args=("filed", *SALE))
        filing.start()
        new = until_head(lines)
        filing.join()
    assert known
    assert new
    headers["Last-Event-ID"] = known[-1]
    with served_town.http.stream("GET", FEED, headers=headers) as stream:
        assert until_head(stream.iter_lines())[: len(new)] == new


@pytest.mark.usefixtures("sold")
def test_a_browser_goes_on_from_the_event_in_the_address_and_then_from_the_header(town: Town) -> None:
    """Its EventSource has no header when it connects first, and keeps the address when it does so again."""
    ids = [event["id"] for event in events(town, limit=1000)[:-1]]
    headers = {"Authorization": f"Bearer {town.token(REGISTRY)}", "Accept": "text/event-stream"}
    asked = {"lastEventId": ids[-3]}
    with listening(town) as http:
        for more, told in (({}, ids[-2:]), ({"Last-Event-ID": ids[-2]}, ids[-1:])):
            with http.stream("GET", FEED, params=asked, headers=headers | more) as stream:
                assert until_head(stream.iter_lines()) == told
    read = town.as_(REGISTRY).send("GET", FEED, headers={"Last-Event-ID": ids[-2]})
    assert [event["id"] for event in read.json()[:-1]] == ids[-1:], "without a stream as well"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"limit": 3}, (400, "unknown_parameter")),
        ({"timeout": "soon"}, (400, "unknown_parameter")),
        ({"lastEventId": "no hash"}, (400, "last_event_id_wrong")),
        ({"lastEventId": "A" * 43}, (404, "unknown_event")),
    ],
)
def test_a_stream_that_cannot_be_begun_is_told_why(
    town: Town, asked: dict[str, Any], said: tuple[int, str]
) -> None:
    answer = town.as_(REGISTRY).send("GET", FEED, params=asked, headers={"Accept": "text/event-stream"})
    assert problem(answer) == said


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/event-stream", "text/event-stream"),
        ("TEXT/EVENT-STREAM", "text/event-stream"),
        ("text/event-stream, */*;q=0.5", "text/event-stream"),
        ("text/event-stream;q=0", "application/cloudevents-batch+json"),
        ("application/json, text/event-stream;q=0.1", "application/cloudevents-batch+json"),
        ('application/json;note="text/event-stream"', "application/cloudevents-batch+json"),
        ("*/*", "application/cloudevents-batch+json"),
    ],
)
def test_a_stream_is_for_who_asks_for_one_first(town: Town, accept: str, kind: str) -> None:
    answer = town.as_(REGISTRY).send("HEAD", FEED, headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == kind


def test_a_stream_ends_with_its_readers_competence(new_town: Town) -> None:
    """At the next event, before that is sent (rules.md 41)."""
    house, auditor = new_town.house, new_town.token("kz-auditor")
    with listening(new_town) as http:
        headers = {"Authorization": f"Bearer {auditor}", "Accept": "text/event-stream"}
        with http.stream("GET", FEED, headers=headers) as stream:
            lines = stream.iter_lines()
            assert until_head(lines)
            (found,) = [c for c in house.competences.listed("KZ") if c.competence.role == "auditor"]
            end = EndCompetence(
                by=SYSTEM, cause=new_cause(), country="KZ", appointee=found.appointee, competence=found.id
            )
            outcome = house.countries["KZ"].desk.ask(end).result()
            house.competences.follow([outcome.state])
            assert [line for line in lines if line] == []
        assert problem(new_town.as_("kz-auditor").get(FEED)) == (404, "not_found")


def until_head(lines: Any) -> list[str]:
    """The ids up to the next message that has none."""
    found = []
    for line in lines:
        if line.startswith("id: "):
            found.append(line.removeprefix("id: "))
        elif line.startswith("data: "):
            if "feedseq" not in line:
                return found
            assert found[-1] in line
    return found


# --- disclosures ------------------------------------------------------------------------------------------


def disclosed(town: Town, reader: str, *asked: str, cc: str = "kz") -> list[dict[str, Any]]:
    body = {"events": list(asked)}
    found: list[dict[str, Any]] = good(town.as_(reader).post(f"/v1/feeds/{cc}/disclosures", body))[
        "disclosures"
    ]
    return found


def of_type(town: Town, name: str) -> dict[str, Any]:
    return next(event for event in reversed(events(town, limit=1000)[:-1]) if event["type"] == name)


@pytest.mark.usefixtures("sold")
def test_a_registry_gets_the_members_of_its_entries_and_no_others(town: Town) -> None:
    """Those of a case are the authority's business."""
    change, filed = of_type(town, "entry.EntryChanged.v1"), of_type(town, "case.CaseFiled.v1")
    first, second = disclosed(town, REGISTRY, change["id"], filed["id"])
    assert (first["event"], first["is_erased"]) == (change["id"], False)
    assert {open_disclosure(text)[0] for text in first["disclosures"]} == {
        "owner",
        "vehicle",
        "share",
        "co_owners",
    }
    assert {digest(text) for text in first["disclosures"]} == set(
        parse(change["data"]).payload["data"]["_sd"]
    )
    assert second == {"event": filed["id"], "disclosures": [], "is_erased": False}


@pytest.mark.usefixtures("sold")
def test_a_registry_of_another_country_gets_nothing(town: Town) -> None:
    change = of_type(town, "entry.EntryChanged.v1")["id"]
    answer = town.as_(CIVIL).post("/v1/feeds/kz/disclosures", {"events": [change]})
    assert problem(answer)[0] == 404
    assert disclosed(town, CIVIL, change, cc="tr")[0]["disclosures"] == []


def test_of_an_event_that_is_not_there_nothing_is_disclosed(town: Town) -> None:
    """Nor where 43 letters are no hash at all."""
    for unknown in ("A" * 43, "B" * 42 + "B"):
        assert disclosed(town, REGISTRY, unknown) == [
            {"event": unknown, "disclosures": [], "is_erased": False}
        ]


@pytest.mark.parametrize(
    "body", [{}, {"events": []}, {"events": ["short"]}, {"events": ["A" * 43], "all": True}]
)
def test_a_question_for_disclosures_has_its_form(town: Town, body: dict[str, Any]) -> None:
    answer = town.as_(REGISTRY).post("/v1/feeds/kz/disclosures", body)
    assert problem(answer) == (422, "invalid_request")


def test_auditors_ask_elsewhere(town: Town) -> None:
    answer = town.as_("kz-auditor").post("/v1/feeds/kz/disclosures", {"events": ["A" * 43]})
    assert problem(answer)[0] == 403


# --- receipts ---------------------------------------------------------------------------------------------


def answers(town: Town, *receipts: str) -> list[dict[str, Any]]:
    answer: httpx2.Response = town.as_(REGISTRY).post("/v1/feeds/kz/receipts", {"receipts": list(receipts)})
    found: list[dict[str, Any]] = good(answer)["receipts"]
    return found


def change_of(town: Town, case: str) -> str:
    entry = town.read(case)["entries"][0]["entry"]
    return str([e for e in events(town, limit=1000)[:-1] if e["subject"] == entry][-1]["id"])


def test_a_receipt_completes_the_case_and_may_be_sent_again(town: Town) -> None:
    case = town.take_to("approved", *SALE)
    town.settle()
    receipt = town.receipt("KZ", REGISTRY, "vehicles", change_of(town, case))
    [first] = answers(town, receipt)
    assert (first["status"], first["case"]) == ("recorded", case)
    assert answers(town, receipt) == [first]
    assert town.stage(case) == "completed"


def test_each_receipt_is_answered_on_its_own(town: Town) -> None:
    """One that is refused spoils no other, and is told why."""
    case = town.take_to("approved", *SALE)
    town.settle()
    change = change_of(town, case)
    own = town.receipt("KZ", REGISTRY, "vehicles", change)
    stranger = town.receipt("KZ", "kz-treasury", "vehicles", change)
    other_register = town.receipt("KZ", REGISTRY, "civil", change)
    unknown = town.receipt("KZ", REGISTRY, "vehicles", "A" * 43)
    imported = next(e["id"] for e in events(town, limit=1000) if e["type"] == "entry.EntryCreated.v1")
    no_case = town.receipt("KZ", REGISTRY, "vehicles", imported)
    elsewhere = town.receipt("TR", CIVIL, "vehicles", change)
    asked = (stranger, other_register, unknown, no_case, elsewhere, "A" * 200, own)
    assert [answer["code"] or answer["status"] for answer in answers(town, *asked)] == [
        "not_signed_by_registry",
        "receipt_does_not_match",
        "event_of_no_log",
        "no_case",
        "not_signed_by_registry",
        "not_signed_by_registry",
        "recorded",
    ]


def test_a_stream_that_cannot_be_folded_keeps_no_other_receipt_waiting(
    new_town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Such a stream nobody makes by what is asked of the house: the desk is made to meet one."""
    bad, good_one = (new_town.take_to("approved", *SALE) for _ in range(2))
    new_town.settle()
    receipts = [
        new_town.receipt("KZ", REGISTRY, "vehicles", change_of(new_town, case)) for case in (bad, good_one)
    ]
    desk = new_town.house.countries["KZ"].desk
    ask = desk.ask

    def broken(command: Command, *more: Any) -> Future[Outcome]:
        if command.stream != bad:
            return ask(command, *more)
        found: Future[Outcome] = Future()
        found.set_exception(TypeError("an entry that is there is not created"))
        return found

    monkeypatch.setattr(desk, "ask", broken)
    with caplog.at_level(logging.CRITICAL + 1):
        found = answers(new_town, *receipts)
    assert [(each["status"], each["case"]) for each in found] == [("later", bad), ("recorded", good_one)]
