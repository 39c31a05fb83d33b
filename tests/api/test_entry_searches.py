"""A search applies the normal form of the key, or refuses it with the place: it never misses in silence."""

from typing import Any

import pytest

from domain.persons import name_of
from tests.town.caller import good, problem
from tests.town.people import Town, person

SALE, BIRTH = ("KZ", "car_sale"), ("TR", "birth_certificate")
OFFICER = "kz-vehicle-registration-officer-1"
DIRECTORATE = "tr-health-directorate"
CERTIFICATE = {"issuer": "Örnek Hastanesi", "issued_on": "2026-11-20"}


def search(town: Town, who: str, register: str, kind: str, *parts: str) -> Any:
    asked = {"kind": kind, "parts": list(parts), "purpose": "a search"}
    return town.as_(who).post(f"/v1/registers/{register}/searches", asked)


def wrong(answer: Any) -> list[tuple[str, str]]:
    assert problem(answer) == (422, "invalid_request")
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def a_birth(town: Town, **changes: Any) -> tuple[str, str, dict[str, Any]]:
    """(officer, entry, request) of a birth in the register."""
    return registered(town, town.take_to("approved", *BIRTH, **changes))


def registered(town: Town, case: str) -> tuple[str, str, dict[str, Any]]:
    """(officer, entry, request) of an approved birth."""
    shown = town.read(case)
    return town.officer(case), shown["entries"][0]["entry"], shown["request"]


def looked_into(town: Town, case: str) -> None:
    """The health directorate finds that what was told by mouth is so."""
    directorate = town.as_(f"{DIRECTORATE}-officer-1")
    asked = {"authority": DIRECTORATE, "inquiry": "Was she born so?", "investigation": "oral_statement"}
    good(town.judge(town.officer(case), case, "opinion-requests", asked))
    (waiting,) = (row for row in good(directorate.get("/v1/opinions"))["items"] if row["case"] == case)
    said = {"of": waiting["of"], "opinion": "She was, at home."}
    good(directorate.post(f"/v1/cases/{case}/opinions", said))


def test_a_vin_is_found_however_it_is_typed(town: Town) -> None:
    vin = town.request(*SALE)["vehicle"]["vin"]
    found = good(search(town, OFFICER, "vehicles", "vin", vin))["entry"]
    assert good(search(town, OFFICER, "vehicles", "vin", vin.lower()))["entry"] == found


@pytest.mark.parametrize(
    ("vin", "code", "said"),
    [
        ("XTA210\u041270TB100017", "look_alike", 'Character 7 only looks like the Latin letter "B"'),
        ("XTAI0990Y27663891", "letter_not_used", "Character 4"),
        ("XTA21099OY2766389", "letter_not_used", "digit 0"),
        ("XTA21099", "wrong_length", "17"),
        ("XTA21099-Y2766389", "letters_and_digits_only", "9"),
    ],
)
def test_what_is_no_vin_is_refused_with_the_character(town: Town, vin: str, code: str, said: str) -> None:
    """Letters of other alphabets that look alike, and those that no VIN has; the rest of it is not repeated."""
    answer = search(town, OFFICER, "vehicles", "vin", vin)
    assert wrong(answer) == [("/parts/0", code)]
    assert said in answer.json()["errors"][0]["detail"]
    assert vin not in answer.text


def test_a_register_says_by_which_keys_it_is_searched(town: Town) -> None:
    answer = search(town, OFFICER, "vehicles", "colour", "white")
    assert wrong(answer) == [("/kind", "unknown_key")]
    assert "searched by: vin, chassis, plate, and entry_number" in answer.json()["errors"][0]["detail"]
    answer = search(town, OFFICER, "vehicles", "vin", "XTA210990Y2766389", "1")
    assert wrong(answer) == [("/parts", "wrong_parts")]


def test_who_may_not_search_does_not_learn_what_is_wrong(town: Town) -> None:
    for nobody in ("kz-citizen-1", "kz-treasury", "tr-civil-registry-officer-1"):
        assert problem(search(town, nobody, "vehicles", "plate", "x")) == (404, "not_found")


def test_a_birth_is_found_by_its_certificate_however_the_hospital_is_typed(town: Town) -> None:
    """By the rules of the language: İ is i in Turkish, and I is ı."""
    number = f"F-{abs(hash(town.now())) % 10**9}"
    issuer = "Örnek İzmir IŞIK Hastanesi"
    officer, entry, request = a_birth(
        town, medical_certificate={**CERTIFICATE, "issuer": issuer, "number": number}
    )
    order = str(request["child"]["order"])
    for typed in (issuer, "örnek izmir ışık hastanesi", "ÖRNEK  İZMİR IŞIK HASTANESİ"):
        for how in (number, number.lower()):
            found = good(search(town, officer, "births", "medical_certificate", typed, how, order))
            assert found["entry"] == entry
    missed = search(
        town, officer, "births", "medical_certificate", "Ornek Izmir Isik Hastanesi", number, order
    )
    assert problem(missed) == (404, "not_found")
    assert wrong(search(town, officer, "births", "medical_certificate", issuer, "F 1", order)) == [
        ("/parts/1", "wrong_form")
    ]
    assert wrong(search(town, officer, "births", "medical_certificate", issuer, number, "0")) == [
        ("/parts/2", "wrong_form")
    ]
    decomposed = search(town, officer, "births", "medical_certificate", "O\u0308rnek", number, order)
    assert wrong(decomposed)[0][0] == "/parts/0"


def test_a_birth_with_a_certificate_is_found_by_its_mother_too(town: Town) -> None:
    """By every key that it was claimed by; her number is a hard key."""
    mother = person("tr-citizen-1")
    officer, entry, request = a_birth(town, mother=mother)
    assert request["medical_certificate"] is not None
    number = mother["personal_number"]["number"]
    born, order = request["child"]["born_on"], str(request["child"]["order"])
    found = search(town, officer, "births", "delivery", "tr", f" {number}".strip(), born, order)
    assert good(found)["entry"] == entry
    assert wrong(search(town, officer, "births", "delivery", "TR", "12345678901", born, order)) == [
        ("/parts/1", "mistyped")
    ]
    assert wrong(search(town, officer, "births", "delivery", "TR", number, "2026-02-30", order)) == [
        ("/parts/2", "no_such_day")
    ]


def test_a_birth_told_by_mouth_of_a_mother_without_papers_is_found_by_names(town: Town) -> None:
    """The child's names may be two, or one; what is told by mouth is entered after an inquiry."""
    mother = {**person("tr-citizen-2"), "personal_number": None, "document": None}
    case = town.take_to("in_review", *BIRTH, mother=mother, medical_certificate=None, oral_statement=True)
    town.assign(case)
    looked_into(town, case)
    town.approve(case)
    officer, entry, request = registered(town, case)
    child = request["child"]
    parts = [" ".join(name_of(mother).values()).upper().replace("I", "ı"), *name_of(child).values()]
    found = search(town, officer, "births", "mother_by_name", *parts, child["born_on"], str(child["order"]))
    assert good(found)["entry"] == entry


def test_the_number_that_the_house_or_the_register_gave_finds_the_entry(town: Town) -> None:
    """However it is typed; and where nothing has that number, there is nothing."""
    vin = town.request(*SALE)["vehicle"]["vin"]
    good(search(town, OFFICER, "vehicles", "vin", vin))
    assert problem(search(town, OFFICER, "vehicles", "entry_number", "KZ-1")) == (404, "not_found")
    assert wrong(search(town, OFFICER, "vehicles", "entry_number", "--")) == [
        ("/parts/0", "no_letter_or_digit")
    ]
