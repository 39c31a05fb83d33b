"""Where the law has it do so, a hospital files what the parents declared to it, and the mother agrees."""

from collections.abc import Iterator
from typing import Any

import pytest

from domain.procedures.birth_certificate import FOUNDLING, SINGLE_MOTHER, UNMARRIED
from infra.verification import verify_folder
from tests.notified import (
    CLINIC,
    FIRST,
    MOTHER,
    STRANGER,
    declared,
    file,
    lacks_report,
    law_with,
    married,
    seen_by,
    send,
    signed,
    tell,
    told,
    warned,
)
from tests.town.caller import good, problem
from tests.town.fixtures import Furnished, inside
from tests.town.people import Town


@pytest.fixture(scope="module")
def declaring(furnished: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A country in which the hospital files what the parents declared to it."""
    in_person = (FOUNDLING, UNMARRIED, SINGLE_MOTHER)
    with (
        law_with(declares=True, in_person=in_person),
        inside(furnished("TR"), tmp_path_factory.mktemp("declared")) as found,
    ):
        yield found


def test_a_hospital_files_by_itself_and_the_mother_agrees(declaring: Town) -> None:
    request = married(declaring)
    answer = send(declaring, signed(declaring, declared(request)))
    assert answer.status_code == 201
    case = answer.json()["case"]
    assert answer.headers["location"] == f"/v1/cases/{case}"
    shown = good(declaring.as_(MOTHER).get(f"/v1/cases/{case}"))
    assert (shown["stage"], shown["you_are"]) == ("filed", "mother")
    assert shown["request"]["relation"] == "medical_organisation"
    assert shown["consents"] == [{"party": "p2", "role": "mother", "answer": "open"}]
    assert shown["timeline"][0]["by"] == "hospital"
    said = {"answer": "give", "of": shown["request_hash"]}
    agreed = good(declaring.as_(MOTHER).post(f"/v1/cases/{case}/consents", said))
    assert agreed["stage"] == "in_review"
    declaring.settle()
    officer = seen_by(declaring, FIRST, case)
    assert warned(officer) == ["notified"]
    assert officer["request"]["applicant"]["number"] == CLINIC["number"]
    assert verify_folder(declaring.settings.data, with_keys=True, processes=0)["failures"] == []


def test_a_statement_that_filed_is_answered_again_with_its_case(declaring: Town) -> None:
    """Also where the house stopped between the notice and the case: then the second time files."""
    statement = signed(declaring, declared(married(declaring)))
    first = good(send(declaring, statement))
    assert good(send(declaring, statement)) == first
    assert first["case"] is not None


def test_a_mother_who_files_herself_is_shown_the_way_to_what_the_hospital_filed(declaring: Town) -> None:
    request = married(declaring)
    case = good(send(declaring, signed(declaring, declared(request))))["case"]
    answer = file(declaring, request)
    assert problem(answer) == (409, "claim_yours")
    assert answer.json()["case"] == case


def test_where_the_mother_filed_first_the_notice_counts_and_nothing_is_filed(declaring: Town) -> None:
    request = married(declaring)
    tell(declaring, request)
    case = good(file(declaring, request))["case"]
    declaring.travel(seconds=1)
    answer = send(declaring, signed(declaring, declared(request)))
    assert problem(answer) == (409, "claim_taken")
    declaring.settle()
    assert seen_by(declaring, FIRST, case)["notice"]["version"] == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"father": None, "fatherhood": "none"},
        {"fatherhood": "mothers_word"},
        {"fatherhood": "joint_application"},
    ],
    ids=["single mother", "by her word", "acknowledgement"],
)
def test_some_parents_go_to_the_registry_in_person(declaring: Town, changes: dict[str, Any]) -> None:
    request = married(declaring)
    answer = send(declaring, signed(declaring, declared(request, **changes)))
    assert problem(answer) == (409, "declared_in_person")
    assert lacks_report(file(declaring, request))  # nothing was recorded
    assert send(declaring, signed(declaring, told(request))).status_code == 201


def test_nobody_else_files_as_a_hospital_does(declaring: Town) -> None:
    """A company that says to be a medical organisation claims nothing of the mother's."""
    request = married(declaring)
    said = {**request, "applicant": {**CLINIC, "acts_by": None}, "relation": "medical_organisation"}
    assert file(declaring, said, STRANGER).status_code == 422
