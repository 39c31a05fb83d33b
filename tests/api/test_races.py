"""Two at once, and many: over real HTTP, against a house in a process of its own."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import httpx2
import pytest

from tests.town.caller import Caller, good, new_key, until
from tests.town.people import Town
from tests.town.served import ServedTown

SALE = ("KZ", "car_sale")
SELLER, BUYER, BAILIFF = "kz-citizen-1", "kz-citizen-2", "kz-bailiffs-officer"
OFFICE = "kz-vehicle-registration"
FIRST, SECOND = f"{OFFICE}-officer-1", f"{OFFICE}-officer-2"
ENTRIES = "/v1/registers/vehicles/entries"
CLIENTS = 16
Answer = TypeVar("Answer")

pytestmark = [pytest.mark.slow, pytest.mark.countries("KZ")]


def at_once(*acts: Callable[[], Answer]) -> list[Answer]:
    """All of them, from as many clients, that begin together; their answers in order."""
    together = threading.Barrier(min(len(acts), CLIENTS))

    def begun(act: Callable[[], Answer], *, waits: bool) -> Answer:
        if waits:
            together.wait()
        return act()

    with ThreadPoolExecutor(CLIENTS) as clients:
        begun_all = [clients.submit(begun, act, waits=n < CLIENTS) for n, act in enumerate(acts)]
        return [each.result() for each in begun_all]


def test_fifty_sales_of_one_car_are_one_sale(served_town: ServedTown) -> None:
    """One 201, forty-nine 409: the claim on the car is taken once."""
    body, seller = served_town.filing(*SALE), served_town.as_(SELLER)

    def sell() -> httpx2.Response:
        return seller.post("/v1/cases", body, key=new_key())

    answers = at_once(*[sell] * 50)
    assert Counter(a.status_code for a in answers) == {201: 1, 409: 49}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"claim_yours"}


def test_a_hundred_posts_under_one_key_are_one_case(served_town: ServedTown) -> None:
    """Every answer is that 201, or 409 while it is being worked on."""
    body, key = served_town.filing(*SALE), new_key()
    before = len(mine(served_town))
    seller = served_town.as_(SELLER)
    answers = at_once(*[lambda: seller.post("/v1/cases", body, key=key)] * 100)
    taken = [a for a in answers if a.status_code == 201]
    assert len({a.text for a in taken}) == 1
    assert {a.status_code for a in answers} <= {201, 409}
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"in_flight"}
    assert len(mine(served_town)) == before + 1


def mine(town: ServedTown) -> list[str]:
    """The seller's cases, newest first."""
    return [c["case"] for c in good(town.as_(SELLER).get("/v1/cases", country="KZ", limit=100))["items"]]


def test_an_arrested_car_is_never_transferred(served_town: ServedTown) -> None:
    """A hundred races of approval against an arrest, won by either: no transfer stands after the arrest."""
    cars = ready_to_approve(served_town, 100)
    officer, bailiff = hurried(served_town, SECOND), hurried(served_town, BAILIFF)
    approved = 0
    for n, (case, entry, version) in enumerate(cars):
        acts = [
            partial(officer.post, f"/v1/cases/{case}/approvals", {}, seen=version),
            partial(bailiff.post, f"{ENTRIES}/{entry}/restrictions", {"kind": "arrest"}),
        ]
        first = n % 2  # who is asked first by a hair
        yes, arrest = at_once(*acts) if first == 0 else at_once(*acts[::-1])[::-1]
        assert arrest.status_code == 200, arrest.text
        if yes.status_code == 200:
            approved += 1
        else:
            assert (yes.status_code, yes.json()["code"]) == (409, "entry_restricted")
    events = streams(served_town, {entry for _, entry, _ in cars})
    for _, entry, _ in cars:
        happened = [name for name in events[entry] if name != "EntryCreated"]
        assert happened in (["EntryChanged", "RestrictionPlaced"], ["RestrictionPlaced"])
    assert sum("EntryChanged" in names for names in events.values()) == approved
    assert 0 < approved < 100


def hurried(town: ServedTown, person: str) -> Caller:
    """Somebody whose token is made once: a race is not about making tokens."""
    return town.with_token(town.token(person))


def ready_to_approve(town: ServedTown, count: int) -> list[tuple[str, str, int]]:
    """So many sales that only the second officer has to approve: (case, entry, version)."""
    filings = town.filings(count, *SALE)
    seller, buyer, treasury = (hurried(town, p) for p in (SELLER, BUYER, "kz-treasury"))
    officer = hurried(town, FIRST)
    found = []
    for body in filings:
        shown = good(seller.post("/v1/cases", body, key=new_key()))
        case = f"/v1/cases/{shown['case']}"
        good(buyer.post(f"{case}/consents", {"answer": "give", "of": shown["request_hash"]}))
        paid = good(treasury.post(f"{case}/payments", {"statement": town.statement(shown)}))
        has = good(officer.post(f"{case}/assignments", {}, seen=paid["version"]))
        proposed = good(officer.post(f"{case}/proposals", {}, seen=has["version"]))
        vin = body["request"]["vehicle"]["vin"]
        asked = {"kind": "vin", "parts": [vin], "purpose": "before the arrest"}
        entry = good(officer.post("/v1/registers/vehicles/searches", asked))["entry"]
        found.append((shown["case"], entry, proposed["version"]))
    return found


def streams(town: Town, entries: set[str]) -> dict[str, list[str]]:
    """What happened to these entries, in the order of their streams, as the registry's feed tells it."""

    def found() -> dict[str, list[str]]:
        steps: dict[str, list[str]] = {entry: [] for entry in entries}
        for event in sorted(town.feed("kz-vehicle-register", "KZ"), key=lambda e: int(e["seq"])):
            if event["subject"] in steps:
                steps[event["subject"]].append(event["type"].split(".")[1])
        return steps

    until(lambda: all("RestrictionPlaced" in names for names in found().values()), "the feed")
    return found()
