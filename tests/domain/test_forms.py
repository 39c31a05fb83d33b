"""Value types of forms: exact, bounded, and never rewritten."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.forms import Day, Line, Money, Name, Paragraph, Person
from domain.offers import offers
from tests.examples import example_request, person


def refused(hint: Any, value: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(hint).validate_python(value)
    return [error["msg"] for error in caught.value.errors()]


@pytest.mark.parametrize("name", ["Әлия", "Gʻayrat", "İbrahim", "Jean-Luc", "О'Коннор", "x"])
def test_a_name_is_what_people_are_called(name: str) -> None:
    assert TypeAdapter(Name).validate_python(name) == name


@pytest.mark.parametrize(
    "text",
    ["", " Aliya", "Aliya ", "u\u0308nal", "A\u200dliya", "A\nliya", "\ue000", "\u202eayila", "x" * 101],
)
def test_what_is_decomposed_invisible_or_has_no_end_is_no_name(text: str) -> None:
    assert refused(Name, text)


def test_a_paragraph_has_lines_and_a_line_has_not() -> None:
    assert TypeAdapter(Paragraph).validate_python("one\ntwo") == "one\ntwo"
    assert refused(Line, "one\ntwo")
    assert refused(Paragraph, "a\x00b")
    assert refused(Paragraph, "u\u0308")
    assert refused(Paragraph, "x" * 4001)


@pytest.mark.parametrize(
    "day", ["2026-02-30", "2026-1-1", "20260101", "2026-01-01T00:00", "０２０２-01-01", ""]
)
def test_a_day_is_a_day_of_the_calendar(day: str) -> None:
    assert refused(Day, day)


@pytest.mark.parametrize("amount", [1.0, -1, 2**53, "1", True])
def test_money_is_whole_minor_units(amount: Any) -> None:
    assert refused(Money, {"amount": amount, "currency": "KZT"})
    assert Money(amount=2**53 - 1, currency="KZT").amount == 2**53 - 1


@pytest.mark.parametrize(
    ("country", "number"),
    [("KZ", "041140005084"), ("TR", "17291716050"), ("KZ", "KZ"), ("AZ", "ABCDEFO"), ("kz", "791028302728")],
)
def test_a_number_that_the_country_does_not_give_is_refused(country: str, number: str) -> None:
    wrong = {**person("KZ"), "personal_number": {"country": country, "number": number}}
    messages = refused(Person, wrong)
    assert messages
    assert not any(number in message for message in messages), "a message tells no number"


def test_people_of_other_countries_have_numbers_that_we_do_not_check() -> None:
    Person.model_validate({**person("KZ"), "personal_number": {"country": "HU", "number": "12345"}})


def test_a_member_that_the_form_does_not_have_is_refused() -> None:
    for offer in offers().values():
        asked = {**example_request(offer), "surprise": 1}
        assert refused(offer.form, asked) == ["Extra inputs are not permitted"]


def test_a_number_of_a_car_is_refused_with_the_character_and_what_to_do() -> None:
    offer = offers()["KZ", "car_sale"]
    asked = example_request(offer)
    asked["vehicle"] = {"vin": "TAMGA2О2600000000", "plate": None}  # a Cyrillic О
    (message,) = refused(offer.form, asked)
    assert "Character 7" in message
    assert 'only looks like the Latin letter "O"' in message
    asked["vehicle"] = {"vin": "tamga202600000000", "plate": None}
    assert refused(offer.form, asked) == [
        "Value error, Please write the VIN in capital letters, without spaces."
    ]
