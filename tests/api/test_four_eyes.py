"""Two persons who decide, and a senior one, over HTTP: told at once, and in words."""

from typing import Any

import pytest

from tests.domain.made_up import senior_where_late
from tests.examples import example_request
from tests.town.caller import good, new_key, problem
from tests.town.people import Town, offer_of, person

pytestmark = pytest.mark.countries("KZ", "TR")

SALE, OFFICE = ("KZ", "car_sale"), "kz-vehicle-registration"
FIRST, SECOND = f"{OFFICE}-officer-1", f"{OFFICE}-officer-2"
SUPERVISOR, PERSONNEL = f"{OFFICE}-supervisor", f"{OFFICE}-personnel-officer"
CIVIL = "tr-civil-registry"


def office_id(town: Town, resident: str) -> str:
    (competence,) = town.house.actor(town.token(resident)).competences
    return competence.office_id


def give(town: Town, case: str, to: str) -> Any:
    return town.judge(SUPERVISOR, case, "assignments", {"officer": to})


def test_who_proposed_before_does_not_approve_what_another_one_proposed(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    good(town.judge(FIRST, case, "proposals"))
    good(give(town, case, office_id(town, SECOND)))
    good(town.judge(SECOND, case, "proposals"))
    assert problem(town.judge(FIRST, case, "approvals")) == (403, "proposed_before")
    assert town.stage(case) == "in_review"
    good(town.judge(SUPERVISOR, case, "approvals"))
    assert town.stage(case) == "approved"


def test_the_same_human_under_another_login_has_proposed_before_too(town: Town) -> None:
    """By another competence, and by another token: each names the same person."""
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    good(town.judge(FIRST, case, "proposals"))
    good(give(town, case, office_id(town, SECOND)))
    good(town.judge(SECOND, case, "proposals"))
    seen = good(town.as_(FIRST).get(f"/v1/cases/{case}"))["version"]
    twice = town.whoever(person(FIRST)).post(f"/v1/cases/{case}/approvals", {}, seen=seen)
    assert problem(twice) == (403, "proposed_before")


def test_who_is_not_known_as_a_person_is_told_before_the_case_is_theirs(town: Town) -> None:
    number = person("kz-citizen-4")
    login = {"issuer": town.house.provider.issuer, "subject": f"KZ-{number['personal_number']['number']}"}
    held = good(town.as_(PERSONNEL).post("/v1/competences", {"who": {"login": login}, "role": "officer"}))
    case = town.take_to("in_review", *SALE)
    assert problem(give(town, case, held["office_id"])) == (403, "officer_without_person")
    nameless = town.whoever(number)
    seen = good(nameless.get(f"/v1/cases/{case}"))["version"]
    taken = nameless.post(f"/v1/cases/{case}/assignments", {}, seen=seen)
    assert problem(taken) == (403, "officer_without_person")
    assert town.read(case, SUPERVISOR)["officer"] is None
    town.assign(case)
    good(town.judge(FIRST, case, "proposals"))
    seen = good(nameless.get(f"/v1/cases/{case}"))["version"]
    approved = nameless.post(f"/v1/cases/{case}/approvals", {}, seen=seen)
    assert problem(approved) == (403, "officer_without_person")


def test_a_late_birth_is_approved_by_a_supervisor(new_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    senior_where_late(monkeypatch)
    town = new_town
    request = example_request(offer_of("TR", "birth_certificate"), 7, today=town.now().date())
    child = {**request["child"], "born_on": town.now().date().replace(year=town.now().year - 3).isoformat()}
    mother = person("tr-citizen-1")
    body = {
        "country": "TR",
        "procedure": "birth_certificate",
        "request": {**request, "applicant": mother, "mother": mother, "father": None, "child": child},
    }
    case = good(town.as_("tr-citizen-1").post("/v1/cases", body, key=new_key()))["case"]
    town.settle()
    first, supervisor = f"{CIVIL}-officer-1", f"{CIVIL}-supervisor"
    assert "late:officer" in town.read(case, first)["warnings"]
    good(town.judge(first, case, "assignments"))
    assert problem(town.judge(first, case, "approvals")) == (403, "supervisor_decides")
    assert town.read(case, first)["stage"] == "in_review"
    good(town.judge(supervisor, case, "assignments"))
    good(town.judge(supervisor, case, "approvals"))
    assert town.read(case, first)["stage"] == "approved"
