"""The work queue of an office: what waits for a decision, nearest deadline first, nothing personal."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.offers import offers
from tests.api.test_amendments import act, confirm, path_of, propose
from tests.api.test_notices import a_car
from tests.founders import NAME as FOUNDING
from tests.founders import founding_is_offered
from tests.town.caller import good, problem
from tests.town.people import Town, person, terms_of

SALE = ("KZ", "car_sale")
OFFICER = "kz-vehicle-registration-officer-1"
PERSONNEL = "kz-vehicle-registration-personnel-officer"


def queue(town: Town, by: str = OFFICER, **params: int | str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = good(town.as_(by).get("/v1/queue", **params))["items"]
    return items


@pytest.mark.parametrize(("country", "procedure"), sorted(offers()))
def test_a_case_waits_from_when_it_is_complete_until_it_is_decided(
    town: Town, country: str, procedure: str
) -> None:
    """Each office sees its own, and none of another's."""
    case = town.take_to("in_review", country, procedure)
    officer = town.officer(case)
    waiting = next(item for item in queue(town, officer) if item["case"] == case)
    assert (waiting["stage"], waiting["is_proposed"], waiting["officer"]) == ("in_review", False, None)
    for authority in {terms_of(c, p, town.now()).authority for c, p in offers()} - {
        town.read(case)["authority"]
    }:
        assert case not in [item["case"] for item in queue(town, f"{authority}-officer-1")]
    town.assign(case)
    assert next(i for i in queue(town, officer) if i["case"] == case)["officer"] == town.read(case)["officer"]
    town.approve(case)
    waiting = next(item for item in queue(town, officer, limit=100) if item["case"] == case)
    assert (waiting["waits_for"], waiting["due"], waiting["is_overdue"]) == (["receipt"], None, False)
    assert case in [item["case"] for item in queue(town, officer, waits_for="receipt", limit=100)]
    town.acknowledge(case)
    assert case not in [item["case"] for item in queue(town, officer, limit=100)]


def test_the_nearest_deadline_comes_first_page_by_page(new_town: Town) -> None:
    """A question moves a case back; Link leads on without gaps or repeats."""
    cases = [new_town.take_to("in_review", *SALE) for _ in range(5)]
    new_town.assign(cases[0])
    new_town.ask(cases[0])
    new_town.travel(days=7)
    new_town.answer(cases[0])
    seen, path = [], "/v1/queue?limit=2"
    while path:
        answer = new_town.as_(OFFICER).send("GET", path)
        seen += [item["case"] for item in good(answer)["items"]]
        path = answer.links.get("next", {}).get("url") or ""
    assert seen == [*sorted(cases[1:]), cases[0]]  # the same day: by their ids
    overdue = {item["case"]: item["is_overdue"] for item in queue(new_town)}
    assert overdue == {cases[0]: False, **dict.fromkeys(cases[1:], True)}


def counts(town: Town) -> dict[str, Any]:
    found = good(town.as_(OFFICER).get("/v1/queue/counts"))
    return {**found, "items": {i["waits_for"]: (i["count"], i["overdue"]) for i in found["items"]}}


def test_while_the_clock_stands_still_a_case_is_not_overdue_and_no_old_day_is_shown(new_town: Town) -> None:
    """The time to decide would have ended meanwhile; after the answer another day counts."""
    case = new_town.take_to("returned", *SALE)
    old = new_town.read(case)["decision_due"]["until"]
    new_town.travel(days=9)
    (waiting,) = queue(new_town)
    assert new_town.now().isoformat() > old
    assert (waiting["stage"], waiting["due"], waiting["is_overdue"]) == ("returned", None, False)
    assert (waiting["waits_for"], waiting["stands_still_since"]) == (["answer"], waiting["since"])
    assert queue(new_town, is_overdue="true") == []
    new_town.answer(case)
    (waiting,) = queue(new_town)
    assert (waiting["due"] > old, waiting["waits_for"], waiting["is_overdue"]) == (True, ["decision"], False)


def test_what_was_overdue_before_it_stood_still_stays_so(new_town: Town) -> None:
    case = new_town.take_to("in_review", *SALE)
    new_town.assign(case)
    new_town.travel(days=10)
    new_town.ask(case)
    (waiting,) = queue(new_town, is_overdue="true")
    assert (waiting["case"], waiting["waits_for"]) == (case, ["answer"])
    assert counts(new_town)["overdue"] == 1


def test_a_fee_whose_value_is_not_known_yet_waits_for_an_officer(new_town: Town) -> None:
    """The first minutes of a new year, local: nobody has named its unit. It is paid, and was in no queue."""
    new_town.set_clock(datetime(new_town.now().year, 12, 31, 19, 30, tzinfo=UTC))
    case = new_town.take_to("filed", *SALE)
    assert new_town.read(case)["fee"]["provisional"]
    new_town.consent(case)
    new_town.pay(case)
    (waiting,) = queue(new_town, waits_for="assessment")
    assert (waiting["case"], waiting["stage"], waiting["due"]) == (case, "filed", None)
    assert (waiting["waits_for"], waiting["since"]) == (["assessment"], new_town.read(case)["filed_at"])
    assert counts(new_town)["items"]["assessment"] == (1, 0)
    assert problem(new_town.judge(OFFICER, case, "assessments")) == (409, "fee_still_provisional")


def test_what_was_filed_in_the_old_year_and_paid_in_the_new_one_waits_there_too(new_town: Town) -> None:
    """Its fee was certain, and is not any more: nobody is late with it, and it is in the queue."""
    year = new_town.now().year
    new_town.set_clock(datetime(year, 12, 30, 9, tzinfo=UTC))
    case = new_town.take_to("filed", *SALE)
    assert not new_town.read(case)["fee"]["provisional"]
    new_town.consent(case)
    new_town.set_clock(datetime(year, 12, 31, 19, 0, 1, tzinfo=UTC))
    new_town.pay(case)
    new_town.travel(days=60)
    new_town.tick()
    (waiting,) = queue(new_town, waits_for="assessment")
    assert (waiting["case"], waiting["stage"], waiting["is_overdue"]) == (case, "filed", False)


def test_the_queue_is_asked_for_a_kind_an_officer_or_what_is_overdue(new_town: Town) -> None:
    nobodys, mine, proposed = (new_town.take_to("in_review", *SALE) for _ in range(3))
    new_town.assign(mine)
    new_town.assign(proposed)
    good(new_town.judge(OFFICER, proposed, "proposals"))

    def asked(**params: str) -> set[str]:
        return {item["case"] for item in queue(new_town, **params)}

    assert asked(waits_for="assignment") == asked(officer="nobody") == {nobodys}
    assert asked(waits_for="decision") == {mine}
    assert asked(waits_for="approval") == {proposed}
    assert asked(officer="me") == asked(officer=new_town.read(mine)["officer"]) == {mine, proposed}
    assert asked(officer="me", waits_for="approval", procedure="car_sale") == {proposed}
    assert asked(procedure="birth_certificate") == asked(is_overdue="true") == set()
    assert asked(is_overdue="false") == {nobodys, mine, proposed}
    new_town.travel(days=30)
    assert asked(is_overdue="true") == {nobodys, mine, proposed}
    assert asked(is_overdue="false") == set()
    found = counts(new_town)
    assert (found["cases"], found["overdue"]) == (3, 3)
    assert {code: n for code, n in found["items"].items() if n != (0, 0)} == {
        "assignment": (1, 1),
        "decision": (1, 1),
        "approval": (1, 1),
    }


def test_a_filtered_queue_goes_on_page_by_page(new_town: Town) -> None:
    cases = sorted(new_town.take_to("in_review", *SALE) for _ in range(3))
    seen, path = [], "/v1/queue?limit=1&waits_for=assignment&is_overdue=false"
    while path:
        answer = new_town.as_(OFFICER).send("GET", path)
        seen += [item["case"] for item in good(answer)["items"]]
        path = answer.links.get("next", {}).get("url") or ""
    assert seen == cases


@pytest.mark.parametrize(
    "params",
    [{"waits_for": "rain"}, {"is_overdue": "yes"}, {"waits_for": ""}, {"procedure": "x"}, {"officer": "you"}],
)
def test_a_filter_has_its_values(town: Town, params: dict[str, str]) -> None:
    assert problem(town.as_(OFFICER).get("/v1/queue", **params)) == (400, "unknown_value")


def test_nothing_personal_stands_in_the_queue(town: Town) -> None:
    town.take_to("in_review", *SALE)
    text = town.as_(OFFICER).get("/v1/queue").text
    for somebody in (person("kz-citizen-1"), person("kz-citizen-2")):
        assert somebody["personal_number"]["number"] not in text
        assert somebody["given_names"] not in text


@pytest.mark.parametrize("nobody", ["kz-citizen-1", "kz-treasury", "kz-auditor", "kz-bailiffs-officer"])
def test_only_officers_have_a_queue(town: Town, nobody: str) -> None:
    assert problem(town.as_(nobody).get("/v1/queue")) == (404, "not_found")
    assert problem(town.as_(nobody).get("/v1/queue/counts")) == (404, "not_found")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5", "", "9" * 30, "٣"])
def test_a_page_has_1_to_100(town: Town, limit: str) -> None:
    assert problem(town.as_(OFFICER).get("/v1/queue", limit=limit)) == (400, "limit_wrong")


def test_a_cursor_is_one_that_was_given_here(town: Town) -> None:
    """Not made up, not altered, not of another list."""
    for _ in range(2):
        town.take_to("in_review", *SALE)
    officer = town.as_(OFFICER)
    link = officer.get("/v1/queue", limit=1).links["next"]["url"]
    cursor = link.partition("cursor=")[2]
    for wrong in ("x", "", "*", cursor[:-4] + "AAAA", "A" * 400):
        assert problem(officer.get("/v1/queue", cursor=wrong)) == (404, "cursor_wrong")
    elsewhere = officer.get("/v1/registers/vehicles/entries", cursor=cursor)
    assert problem(elsewhere) == (404, "cursor_wrong")
    assert problem(officer.get("/v1/queue", cursor=cursor, officer="nobody")) == (404, "cursor_wrong")
    assert problem(officer.get("/v1/queue/counts", cursor=cursor)) == (400, "no_parameters")
    assert officer.get("/v1/queue", cursor=cursor, limit=2).status_code == 200


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("rain=1", "unknown_parameter"),
        ("officer=me&officer=nobody", "parameter_twice"),
        ("officer=", "unknown_value"),
        ("officer=ME", "unknown_value"),
        ("waits_for=decision%00", "unknown_value"),
        ("procedure=%ff", "unknown_value"),
        ("is_overdue=", "unknown_value"),
        ("cursor=%ff", "cursor_wrong"),
        ("cursor=%00", "cursor_wrong"),
        ("cursor=%C3%A9", "cursor_wrong"),
        ("limit=+1", "limit_wrong"),
        ("%ff=1", "unknown_parameter"),
    ],
)
def test_a_strange_question_is_answered_with_what_is_wrong(town: Town, query: str, code: str) -> None:
    assert problem(town.as_(OFFICER).send("GET", f"/v1/queue?{query}"))[1] == code


# --- in the hands of who has left ---------------------------------------------------------------------------


def appointed(town: Town, resident: str, **more: Any) -> str:
    """A further officer of the office; the address of what they hold."""
    who = {"personal_number": person(resident)["personal_number"]}
    answer = town.as_(PERSONNEL).post("/v1/competences", {"who": who, "role": "officer", **more})
    assert answer.status_code == 201
    return str(answer.headers["Location"])


def test_the_case_of_an_officer_who_was_dismissed_waits_for_another_one(new_town: Town) -> None:
    """It looked taken; now it is shown, counted and found, and anybody of the office takes it."""
    kept, left = (new_town.take_to("in_review", *SALE) for _ in range(2))
    new_town.assign(kept)
    held = appointed(new_town, "kz-citizen-3")
    good(new_town.judge("kz-citizen-3", left, "assignments"))
    assert queue(new_town, waits_for="reassignment") == []
    assert counts(new_town)["items"]["reassignment"] == (0, 0)
    assert new_town.as_(PERSONNEL).delete(held).status_code == 204
    (waiting,) = queue(new_town, waits_for="reassignment")
    assert (waiting["case"], waiting["waits_for"]) == (left, ["reassignment", "decision"])
    assert {i["case"]: i["waits_for"] for i in queue(new_town)} == {
        kept: ["decision"],
        left: ["reassignment", "decision"],
    }
    assert queue(new_town, waits_for="reassignment", officer="me") == []
    new_town.travel(days=30)
    found = counts(new_town)
    assert (found["cases"], found["items"]["reassignment"], found["items"]["decision"]) == (2, (1, 1), (2, 2))
    good(new_town.judge(OFFICER, left, "assignments"))
    assert queue(new_town, waits_for="reassignment") == []
    assert counts(new_town)["items"]["reassignment"] == (0, 0)


def test_who_ends_their_last_day_in_office_leaves_their_cases_to_others(new_town: Town) -> None:
    """No event says that the day has come."""
    case = new_town.take_to("in_review", *SALE)
    today = new_town.now().date().isoformat()
    appointed(new_town, "kz-citizen-3", until=today)
    good(new_town.judge("kz-citizen-3", case, "assignments"))
    assert queue(new_town, waits_for="reassignment") == []
    new_town.travel(days=2)
    assert [item["case"] for item in queue(new_town, waits_for="reassignment")] == [case]


def test_of_their_own_case_no_officer_is_waited_for(new_town: Town) -> None:
    """The seller names another buyer: the officer who has the case. Nobody else saw that it waits for another."""
    kept, own = (new_town.take_to("in_review", *SALE) for _ in range(2))
    for case in (kept, own):
        new_town.assign(case)
    new_town.ask(own)
    stands = new_town.read(own)
    request = {**stands["request"], "buyer": person(OFFICER)}
    restated = {"of": stands["request_hash"], "request": request}
    good(new_town.as_("kz-citizen-1").post(f"/v1/cases/{own}/amendments", restated))
    assert queue(new_town, waits_for="reassignment", officer=stands["officer"]) == []
    yes = {"answer": "give", "of": new_town.read(own)["request_hash"]}
    good(new_town.as_(OFFICER).post(f"/v1/cases/{own}/consents", yes))
    second = "kz-vehicle-registration-officer-2"
    (waiting,) = queue(new_town, second, waits_for="reassignment")
    assert (waiting["case"], waiting["waits_for"]) == (own, ["reassignment", "decision"])
    assert {i["case"]: i["waits_for"] for i in queue(new_town, second)} == {
        kept: ["decision"],
        own: ["reassignment", "decision"],
    }
    assert counts(new_town)["items"]["reassignment"] == (1, 0)
    for who in ("kz-citizen-1", OFFICER, second):
        (step,) = new_town.read(own, who)["next"]
        assert (step["who"], step["what"]) == ("authority", "reassignment")
    good(new_town.judge(second, own, "assignments"))
    assert queue(new_town, waits_for="reassignment") == []
    assert counts(new_town)["items"]["reassignment"] == (0, 0)


# --- what is proposed of entries ------------------------------------------------------------------------------

SECOND = "kz-vehicle-registration-officer-2"
WHY = "It should not be there."


def proposed(town: Town, path: str) -> list[dict[str, Any]]:
    """What of this entry waits in the queue of the office."""
    town.settle()
    return [item for item in queue(town) if item["entry"] == path.rpartition("/")[2]]


def annul(town: Town, path: str) -> None:
    said = {"of": good(town.as_(OFFICER).read(path))["newest_change"], "reason": WHY}
    good(act(town, OFFICER, path, "annulment-proposals", said))


def test_a_proposed_correction_waits_for_the_second_officer_until_it_is_confirmed(new_town: Town) -> None:
    """Of what a case wrote; the case itself is over and waits for nothing."""
    path = path_of(new_town, new_town.take_to("completed", *SALE))
    assert proposed(new_town, path) == []
    version = good(propose(new_town, path))["version"]
    (waiting,) = proposed(new_town, path)
    assert (waiting["waits_for"], waiting["register"], waiting["version"]) == (
        ["correction"],
        "vehicles",
        version,
    )
    assert (waiting["case"], waiting["procedure"], waiting["stage"]) == (None, None, None)
    assert (waiting["is_proposed"], waiting["is_overdue"], waiting["due"]) == (True, False, None)
    assert queue(new_town, officer="me") == queue(new_town, waits_for="correction") == [waiting]
    assert queue(new_town, SECOND, officer="me") == queue(new_town, waits_for="annulment") == []
    assert queue(new_town, officer="nobody") == queue(new_town, is_overdue="true") == []
    assert queue(new_town, procedure="car_sale", is_overdue="false") == [waiting]
    assert counts(new_town)["items"]["correction"] == (1, 0)
    assert counts(new_town)["cases"] == 0
    good(confirm(new_town, path, SECOND, "corrections"))
    assert proposed(new_town, path) == []
    assert counts(new_town)["items"]["correction"] == (0, 0)


def test_so_does_an_annulment_of_what_no_case_wrote(new_town: Town) -> None:
    path = a_car(new_town)
    annul(new_town, path)
    (waiting,) = proposed(new_town, path)
    assert waiting["waits_for"] == ["annulment"]
    assert queue(new_town, waits_for="annulment") == [waiting]
    assert queue(new_town, procedure="car_sale") == [], "no case of it wrote the entry"
    assert counts(new_town)["items"]["annulment"] == (1, 0)
    good(confirm(new_town, path, SECOND, "annulments"))
    assert proposed(new_town, path) == []


def test_a_proposal_that_another_one_replaced_or_a_court_overtook_waits_no_more(new_town: Town) -> None:
    path = path_of(new_town, new_town.take_to("completed", *SALE))
    good(propose(new_town, path))
    annul(new_town, path)
    assert [item["waits_for"] for item in proposed(new_town, path)] == [["annulment"]]
    said = {"of": good(new_town.as_(OFFICER).read(path))["newest_change"], "reason": WHY}
    good(act(new_town, "kz-court-judge", path, "annulments", said))
    assert proposed(new_town, path) == []


@pytest.mark.parametrize(
    "other", ["kz-interior-ministry-appeal-officer-1", "tr-civil-registry-officer-1"], ids=str
)
def test_a_proposal_is_shown_to_no_office_that_may_not_confirm_it(town: Town, other: str) -> None:
    path = a_car(town)
    good(propose(town, path))
    assert proposed(town, path)
    assert queue(town, other, waits_for="correction") == []
    (count,) = [
        each["count"]
        for each in good(town.as_(other).get("/v1/queue/counts"))["items"]
        if each["waits_for"] == "correction"
    ]
    assert count == 0


@pytest.fixture
def offered() -> Iterator[None]:
    with founding_is_offered():
        yield


@pytest.mark.usefixtures("offered")
def test_who_is_competent_for_other_procedures_finds_what_they_may_confirm(new_town: Town) -> None:
    """What a sale wrote is confirmed in the sale; what no case wrote by any officer of the office."""
    led, imported = path_of(new_town, new_town.take_to("completed", *SALE)), a_car(new_town)
    for path in (led, imported):
        good(propose(new_town, path))
    appointed(new_town, "kz-citizen-3", procedures=[FOUNDING])
    new_town.settle()
    assert len(queue(new_town)) == 2
    assert [item["entry"] for item in queue(new_town, "kz-citizen-3")] == [imported.rpartition("/")[2]]
    found = good(new_town.as_("kz-citizen-3").get("/v1/queue/counts"))["items"]
    assert {each["waits_for"]: each["count"] for each in found}["correction"] == 1
    assert confirm(new_town, led, "kz-citizen-3", "corrections").status_code in {403, 404}
    good(confirm(new_town, imported, "kz-citizen-3", "corrections"))


def test_cases_and_entries_stand_in_one_order_page_by_page(new_town: Town) -> None:
    for _ in range(2):
        new_town.take_to("in_review", *SALE)
        new_town.travel(days=3)
        good(propose(new_town, a_car(new_town)))
    new_town.settle()
    every = queue(new_town)
    seen, path = [], "/v1/queue?limit=1"
    while path:
        answer = new_town.as_(OFFICER).send("GET", path)
        seen += good(answer)["items"]
        path = answer.links.get("next", {}).get("url") or ""
    assert (seen, len(seen)) == (every, 4)
    assert {item["case"] is None for item in every[:2]} == {True, False}
