"""The work queue of an office: what waits for a decision, nearest deadline first, nothing personal."""

import pytest

from domain.offers import offers
from tests.town.caller import good, problem
from tests.town.people import Town, person, terms_of

SALE = ("KZ", "car_sale")
OFFICER = "kz-vehicle-registration-officer-1"


def queue(town: Town, officer: str = OFFICER, **params: int) -> list[dict[str, object]]:
    items: list[dict[str, object]] = good(town.as_(officer).get("/v1/queue", **params))["items"]
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
    assert case not in [item["case"] for item in queue(town, officer)]


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


def test_nothing_personal_stands_in_the_queue(town: Town) -> None:
    town.take_to("in_review", *SALE)
    text = town.as_(OFFICER).get("/v1/queue").text
    for somebody in (person("kz-citizen-1"), person("kz-citizen-2")):
        assert somebody["personal_number"]["number"] not in text
        assert somebody["given_names"] not in text


@pytest.mark.parametrize("nobody", ["kz-citizen-1", "kz-treasury", "kz-auditor", "kz-bailiffs-officer"])
def test_only_officers_have_a_queue(town: Town, nobody: str) -> None:
    assert problem(town.as_(nobody).get("/v1/queue")) == (404, "not_found")


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
