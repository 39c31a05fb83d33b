"""What people were told: each party finds what is theirs, newest first, in words, and nobody else's."""

from typing import Any

import pytest

from tests.api.test_life_of_a_case import APPEALS, appealed, refused
from tests.town.caller import good, problem
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("KZ", "TR")

SALE = ("KZ", "car_sale")
SELLER, BUYER = "kz-citizen-1", "kz-citizen-2"


def notices(town: Town, who: str, case: str | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = good(town.as_(who).get("/v1/my/notices", country="KZ", limit=100))["items"]
    return [each for each in found if case in (None, each["case"])]


def test_each_party_finds_what_it_was_told_newest_first(town: Town) -> None:
    case = town.take_to("returned", *SALE)
    question, fee = notices(town, SELLER, case)
    assert (question["what"], fee["what"]) == ("question", "fee_due")
    assert question["until"] == town.read(case)["questions"][0]["answer_until"]["due"]
    assert (question["procedure"], question["unconfirmed"]) == ("car_sale", True)
    assert question["sentence"].startswith("An officer asked you something")
    assert question["sentence"].endswith("That day stands on no confirmed law yet.")
    assert [each["what"] for each in notices(town, BUYER, case)] == ["consent_asked"]


def test_both_are_told_how_it_ended_and_no_day_that_is_none_of_theirs(town: Town) -> None:
    """The day of the law's fiction is none by which anybody has to do something."""
    case = town.take_to("refused", *SALE)
    for who in (SELLER, BUYER):
        newest = next(each for each in notices(town, who, case) if each["what"] == "refused")
        assert (newest["until"], "You may appeal" in newest["sentence"]) == (None, True)
    assert "refund_due" in {each["what"] for each in notices(town, SELLER, case)}


def test_a_case_that_lapses_by_itself_is_told(new_town: Town) -> None:
    case = new_town.file(*SALE)
    new_town.travel(days=40)
    new_town.tick()
    assert notices(new_town, BUYER, case)[0]["what"] == "lapsed"


def test_nobody_finds_anybody_elses_and_nothing_personal_stands_there(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    assert notices(town, "kz-citizen-3", case) == []
    assert notices(town, "kz-vehicle-registration-officer-1") == []
    text = town.as_(SELLER).get("/v1/my/notices", country="KZ").text
    for somebody in (person(SELLER), person(BUYER)):
        assert somebody["personal_number"]["number"] not in text
        assert somebody["surname"] not in text
    assert problem(town.anybody.get("/v1/my/notices", country="KZ")) == (401, "no_token")
    assert problem(town.as_(SELLER).get("/v1/my/notices")) == (400, "country_missing")


def test_the_pages_lead_on_without_gap_or_repeat(new_town: Town) -> None:
    for _ in range(2):
        new_town.take_to("refused", *SALE)
    seen, path = [], "/v1/my/notices?country=KZ&limit=1"
    while path:
        answer = new_town.as_(SELLER).send("GET", path)
        seen += good(answer)["items"]
        path = answer.links.get("next", {}).get("url") or ""
    assert seen == notices(new_town, SELLER)
    assert [each["at"] for each in seen] == sorted((each["at"] for each in seen), reverse=True)


def test_what_was_told_of_an_erased_case_is_gone(new_town: Town) -> None:
    case = new_town.take_to("withdrawn", *SALE)
    assert notices(new_town, SELLER, case)
    new_town.travel(days=500)
    erased = new_town.as_("kz-data-protection-officer").post(
        f"/v1/cases/{case}/erasures", {"basis": "its time has come"}
    )
    assert erased.is_success, erased.text
    assert notices(new_town, SELLER, case) == []


@pytest.mark.parametrize("outcome", ["upheld", "set_aside"])
def test_both_are_told_how_an_appeal_was_decided_and_that_one_was_taken_back(
    town: Town, outcome: str
) -> None:
    case = refused(town)
    of = appealed(town, case, SELLER)["appeals"][0]["of"]
    good(town.as_(SELLER).post(f"/v1/cases/{case}/appeals", {"answer": "take_back", "of": of}))
    assert notices(town, BUYER, case)[0]["what"] == "appeal_taken_back"
    appealed(town, case, BUYER)
    good(town.judge(APPEALS, case, "appeal-decisions", {"outcome": outcome, "reason": "We looked."}))
    for who in (SELLER, BUYER):
        assert f"appeal_{outcome}" in {each["what"] for each in notices(town, who, case)}
