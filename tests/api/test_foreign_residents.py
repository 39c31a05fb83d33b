"""Foreign residents of Azerbaijan over HTTP: their numbers are shorter than those of citizens, and are taken so."""

from typing import Any, Final

import pytest

from tests.town.caller import good, new_key, problem
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("TR")

BIRTH: Final = ("TR", "birth_certificate")
RELATIVE: Final = "tr-citizen-1"


def resident(number: str, **changes: Any) -> dict[str, Any]:
    """Somebody who lives in Azerbaijan, as a form names them."""
    known = {"country": "AZ", "number": number}
    return {**person(RELATIVE), "given_names": "Ada", "personal_number": known, **changes}


@pytest.mark.parametrize("number", ["6K4T9", "6K4T9Q", "6K4T9QZ"])
def test_a_mother_with_the_number_of_a_foreign_resident_stands_in_a_form(town: Town, number: str) -> None:
    body = town.filing(*BIRTH, relation="relative", mother=resident(number))
    case = good(town.as_(RELATIVE).post("/v1/cases", body, key=new_key()))
    assert case["request"]["mother"]["personal_number"] == {"country": "AZ", "number": number}


@pytest.mark.parametrize("number", ["7H2M8", "7H2M8X", "7H2M8XB"])
def test_a_foreign_resident_signs_in_files_and_reads_their_case(town: Town, number: str) -> None:
    mother = resident(number)
    body = town.filing(*BIRTH, relation="mother", applicant=mother, mother=mother)
    case = good(town.whoever(mother).post("/v1/cases", body, key=new_key()))
    town.settle()
    mine = good(town.whoever(mother).get("/v1/cases", country="TR"))["items"]
    assert [each["case"] for each in mine] == [case["case"]]


@pytest.mark.parametrize("number", ["6K4T9QZ5", "6K4T9QZ57"])
def test_a_number_of_another_length_is_refused_with_what_it_should_be(town: Town, number: str) -> None:
    body = town.filing(*BIRTH, relation="relative", mother=resident("6K4T9QZ"))
    body["request"]["mother"]["personal_number"]["number"] = number
    answer = town.as_(RELATIVE).post("/v1/cases", body, key=new_key())
    assert problem(answer) == (422, "invalid_request")
    (place,) = answer.json()["errors"]
    assert (place["pointer"], place["code"]) == ("/request/mother/personal_number", "fin_too_short_or_long")
    assert place["detail"] == (
        "The FIN of a citizen has 7 characters, that of a foreign resident 5 or 6; "
        f"this one has {len(number)}. Please copy it whole from the document."
    )


@pytest.mark.parametrize("number", ["6K4T", "6K4T9QZ5", "6k4t9", "6K4T9O"])
def test_a_token_with_a_number_that_is_none_opens_nothing(town: Town, number: str) -> None:
    answer = town.whoever(resident(number)).get("/v1/cases", country="TR")
    assert problem(answer) == (401, "bad_token")


@pytest.mark.parametrize("number", ["11111111110", "99999999990"])
def test_what_people_type_who_have_no_tckn_is_no_number(town: Town, number: str) -> None:
    mother = resident(number, personal_number={"country": "TR", "number": number})
    body = town.filing(*BIRTH, relation="relative", mother=resident("6K4T9QZ"))
    body["request"]["mother"] = mother
    answer = town.as_(RELATIVE).post("/v1/cases", body, key=new_key())
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
        ("/request/mother/personal_number", "mistyped")
    ]
    assert problem(town.whoever(mother).get("/v1/cases", country="TR")) == (401, "bad_token")


def test_a_mother_of_whom_a_year_and_one_name_are_known_is_taken_as_such(town: Town) -> None:
    known = {"surname": None, "born_on": "1990", "personal_number": None}
    body = town.filing(*BIRTH, relation="relative", mother=resident("", **known))
    case = good(town.as_(RELATIVE).post("/v1/cases", body, key=new_key()))
    mother = case["request"]["mother"]
    assert (mother["surname"], mother["given_names"], mother["born_on"]) == (None, "Ada", "1990")
