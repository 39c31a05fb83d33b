"""Value types of forms: exact, bounded, and never rewritten."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.faults import faults_of
from domain.forms import AnyPerson, Day, DayOrPart, Document, Line, Money, Name, Paragraph, Person
from domain.offers import offers
from domain.refusals import Fault
from tests.examples import example_request, person, unnumbered
from tests.founders import FoundingForm, a_company, a_founding


def refused(hint: Any, value: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(hint).validate_python(value)
    return [fault.code for fault in faults_of(caught.value)]


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
    assert refused(Paragraph, " \n ")
    assert refused(Paragraph, "a\u202eb")


@pytest.mark.parametrize(
    "day", ["2026-02-30", "2026-1-1", "20260101", "2026-01-01T00:00", "０２０２-01-01", ""]
)
def test_a_day_is_a_day_of_the_calendar(day: str) -> None:
    assert refused(Day, day)


@given(st.dates(date(1800, 1, 1), date(3000, 12, 31)))
def test_a_day_its_month_and_its_year_are_taken_as_they_are_written(day: date) -> None:
    for text in (day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]):
        assert TypeAdapter(DayOrPart).validate_python(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "1980-13",
        "1980-00",
        "0000",
        "1980-02-30",
        "80",
        "1980-5",
        "1980-",
        "1980-05-",
        "1980-00-00",
        "",
        "１９８０",
    ],
)
def test_what_is_no_day_no_month_and_no_year_is_refused(text: str) -> None:
    assert refused(DayOrPart, text)


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
    with pytest.raises(ValidationError) as caught:
        Person.model_validate(wrong)
    assert number not in str(faults_of(caught.value)), "a fault tells no number"


def test_people_of_other_countries_have_numbers_that_we_do_not_check() -> None:
    Person.model_validate({**person("KZ"), "personal_number": {"country": "HU", "number": "12345"}})


# --- people as they are -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Person, AnyPerson])
def test_people_have_one_name_or_more_but_not_none(kind: type[AnyPerson]) -> None:
    """Which member holds the one name is for them to say; null is an answer, and is not left out."""
    kind.model_validate({**person("KZ"), "surname": None})
    kind.model_validate({**person("KZ"), "given_names": None})
    assert refused(kind, {**person("KZ"), "surname": None, "given_names": None}) == ["no_name"]
    left_out = {name: value for name, value in person("KZ").items() if name != "surname"}
    assert refused(kind, left_out) == ["missing"]


@pytest.mark.parametrize("born_on", ["1980-05-17", "1980-05", "1980", None])
def test_as_much_of_the_birth_day_is_told_as_is_known(born_on: str | None) -> None:
    assert Person.model_validate({**person("KZ"), "born_on": born_on}).born_on == born_on


def test_a_document_stands_in_the_place_of_a_number_and_never_beside_it() -> None:
    Person.model_validate(unnumbered())
    both = {**unnumbered(), "personal_number": person("KZ")["personal_number"]}
    assert refused(Person, both) == ["number_and_document"]
    assert refused(AnyPerson, both)


def test_who_files_sells_or_owns_is_known_by_more_than_a_name() -> None:
    """A child, a parent who is not there, are named by what is known of them."""
    AnyPerson.model_validate(unnumbered(document=None))
    assert refused(Person, unnumbered(document=None)) == ["no_number_or_document"]


def test_a_mistake_in_one_of_several_kinds_of_parties_is_told_once_and_in_its_place() -> None:
    """Who writes a wrong day for a founder is not told to leave out the name, as if a company were named."""
    founders = [person("KZ"), {**person("KZ", 2), "born_on": "1980-13-01"}, {**a_company(1), "foo": 1}]
    with pytest.raises(ValidationError) as refused:
        FoundingForm.model_validate({**a_founding(1), "founders": founders})
    assert [(fault.pointer, fault.code) for fault in faults_of(refused.value)] == [
        ("/founders/1/born_on", "no_such_day"),
        ("/founders/2/foo", "unknown_member"),
    ]


def test_a_name_that_may_be_a_persons_number_is_not_sent_back() -> None:
    with pytest.raises(ValidationError) as refused:
        Money.model_validate({"amount": 1, "currency": "KZT", "711007418731": 2})
    assert [(fault.pointer, fault.code) for fault in faults_of(refused.value)] == [("", "unknown_member")]


@pytest.mark.parametrize("number", ["N 123/45-6", "II-АБ № 123456", "７７", "٣٤", "x"])
def test_the_number_of_a_document_is_a_line_of_text(number: str) -> None:
    document = {"kind": "birth_certificate", "country": "XX", "number": number}
    assert Document.model_validate(document).number == number


@pytest.mark.parametrize("number", ["", " 1", "1\n2", "---", "№", "x" * 51, "A\u200d1", 7])
def test_what_tells_no_number_is_none(number: Any) -> None:
    assert refused(Document, {"kind": "passport", "country": "XX", "number": number})


def test_kinds_of_documents_are_a_closed_list() -> None:
    assert refused(Document, {"kind": "library_card", "country": "XX", "number": "1"})


def test_a_member_that_the_form_does_not_have_is_refused() -> None:
    for offer in offers().values():
        asked = {**example_request(offer), "surprise": 1}
        assert refused(offer.form, asked) == ["unknown_member"]


def test_a_number_of_a_car_is_refused_with_the_place_of_the_character() -> None:
    offer = offers()["KZ", "car_sale"]
    asked = example_request(offer)
    asked["vehicle"] = {"vin": "TAMGA2О2600000000", "plate": None}  # a Cyrillic О
    with pytest.raises(ValidationError) as caught:
        offer.form.model_validate(asked)
    (fault,) = faults_of(caught.value)
    assert fault == Fault("/vehicle/vin", "look_alike", {"position": 7, "letter": "O"})
    asked["vehicle"] = {"vin": "tamga202600000000", "plate": None}
    assert refused(offer.form, asked) == ["vin_not_normal"]


@pytest.mark.parametrize("day", ["0001-01-01", "1799-12-31", "3001-01-01", "9999-12-31"])
def test_a_day_is_of_the_centuries_of_which_anybody_reckons(day: str) -> None:
    """Years around them are what somebody types who does not know it."""
    with pytest.raises(ValidationError, match="no_such_day"):
        TypeAdapter(Day).validate_python(day)
    assert TypeAdapter(Day).validate_python("1800-01-01") == "1800-01-01"
