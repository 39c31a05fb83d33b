"""Fifty founders found a company, seven of them companies: each for themselves, all at once, over real HTTP."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import httpx2
import pytest

from infra.desk import granting
from infra.development import development
from tests.examples import person
from tests.founders import FIRST_COMPANY, FOREIGNER, NAME, fifty_founders, founding_is_offered
from tests.town.caller import Caller, good, new_key
from tests.town.fixtures import listening
from tests.town.people import Town
from tests.town.people import person as resident

pytestmark = pytest.mark.countries("KZ")

APPLICANT, OFFICE = "kz-citizen-1", "kz-vehicle-registration"
COUNTER, OFFICER = f"{OFFICE}-officer-1", f"{OFFICE}-officer-2"
PEOPLE = [person("KZ", 200 + n) for n in range(FIRST_COMPANY + 4)]
HEADS = PEOPLE[FIRST_COMPANY:]
CLIENTS = 16

Act = Callable[[], httpx2.Response]


@pytest.fixture
def http(new_town: Town) -> Iterator[httpx2.Client]:
    """The server, where the made-up law is offered, and its officers may decide by it."""
    with founding_is_offered(), listening(new_town) as client:
        house, desk = new_town.house, new_town.house.countries["KZ"].desk
        for appointed in development.appointments(house.person_of, ["KZ"]):
            if appointed.subject in (COUNTER, OFFICER):
                everything = replace(appointed.competence, procedures=())
                outcome = desk.ask(granting.by_law(desk, everything)).result()
                assert house.competences.follow([outcome.state])
        yield client


def filed(town: Town) -> dict[str, Any]:
    """What the applicant is answered."""
    request = fifty_founders(resident(APPLICANT), PEOPLE)
    body = {"country": "KZ", "procedure": NAME, "request": request}
    return good(town.as_(APPLICANT).post("/v1/cases", body, key=new_key()))


def consents(town: Town, http: httpx2.Client, case: dict[str, Any]) -> Iterator[Act]:
    """One for each party: by the founder, by the head of the company, and at the counter for one of them."""
    path = f"/v1/cases/{case['case']}/consents"
    for n, founder in enumerate(case["request"]["founders"], start=2):
        said: dict[str, Any] = {"answer": "give", "of": case["request_hash"], "party": f"p{n}"}
        who = founder["acts_by"]["person"] if founder["acts_by"] else founder
        if who == FOREIGNER:
            officer = Caller(http, partial(town.token, COUNTER))
            said["acting"] = {"as": "counter", "on_paper": town.upload(officer, "KZ")}
            yield partial(officer.post, path, said)
        else:
            yield partial(town.whoever(who, http).post, path, said)


def test_fifty_founders_of_whom_seven_are_companies_are_registered(
    new_town: Town, http: httpx2.Client
) -> None:
    town = new_town
    case = filed(town)
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(lambda act: good(act()), consents(town, http, case)))
    assert len(answers) == 50
    assert sum(answer.keys() == {"case", "stage", "version", "fits"} for answer in answers) == 1
    assert sorted(answer["version"] for answer in answers)[:49] == list(range(3, 52))
    assert town.stage(case["case"]) == "in_review"

    good(town.judge(OFFICER, case["case"], "assignments"))
    good(town.judge(OFFICER, case["case"], "approvals"))
    town.acknowledge(case["case"])
    assert town.stage(case["case"]) == "completed"

    town.settle()
    for human in (
        PEOPLE[6],
        HEADS[0],
        HEADS[3],
        PEOPLE[0],
    ):  # the seventh, two heads, one who is a founder too
        (listed,) = good(town.whoever(human).get("/v1/cases", country="KZ"))["items"]
        assert listed["case"] == case["case"]
    seen = good(town.whoever(PEOPLE[0]).get(f"/v1/cases/{case['case']}"))
    assert seen["acts_for"] == [{"party": "p2", "as": None}, {"party": "p47", "as": "head"}]

    given = [event for event in town.history(case["case"]) if event["type"] == "case.ConsentGiven.v1"]
    assert len(given) == 50
    acted = [event["actor"] for event in given if "for" in event["actor"]]
    assert sorted(actor["for"]["party"] for actor in acted) == [f"p{n}" for n in range(45, 52)]
    by_party = {actor["for"]["party"]: actor["id"] for actor in acted}
    assert by_party["p45"] == by_party["p46"]
    assert by_party["p47"] == "p2"
    assert {by_party[f"p{n}"] for n in (45, 48, 49, 50)} == {"a1", "a2", "a3", "a4"}

    verified = good(town.as_("kz-auditor").get("/v1/audit/verification"))
    assert verified["failures"] == []
    assert verified["ok"]


def test_the_erasure_of_one_founder_leaves_the_others(new_town: Town, http: httpx2.Client) -> None:
    """A company's takes who acted for it; who is a founder too, or has another company, stays."""
    town = new_town
    case = filed(town)
    for act in consents(town, http, case):
        good(act())
    good(town.judge(OFFICER, case["case"], "assignments"))
    good(town.judge(OFFICER, case["case"], "approvals"))
    town.acknowledge(case["case"])
    town.travel(days=800)
    forgetful = town.as_("kz-data-protection-officer")
    gone = {"basis": "The retention has ended.", "whose": ["founder_7", "founder_44", "founder_46"]}
    good(forgetful.post(f"/v1/cases/{case['case']}/erasures", gone))
    town.settle()
    founders = town.read(case["case"], APPLICANT)["request"]["founders"]
    assert [n for n, each in enumerate(founders, start=1) if each is None] == [7, 44, 46]
    assert good(town.whoever(PEOPLE[6]).get("/v1/cases", country="KZ"))["items"] == []
    for human in (HEADS[0], PEOPLE[0], PEOPLE[7]):
        seen = good(town.whoever(human).get(f"/v1/cases/{case['case']}"))
        assert (
            seen["acts_for"]
            == {
                HEADS[0]["surname"]: [{"party": "p46", "as": "head"}],
                PEOPLE[0]["surname"]: [{"party": "p2", "as": None}],
                PEOPLE[7]["surname"]: [{"party": "p9", "as": None}],
            }[human["surname"]]
        )
    assert good(town.as_("kz-auditor").get("/v1/audit/verification"))["ok"]
