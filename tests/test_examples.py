"""The examples that the free tests make up: also for a form that nobody has written yet."""

from typing import Annotated, Literal

import pytest
from pydantic import ConfigDict, Field, model_validator

from domain.countries import countries
from domain.events import Personal
from domain.forms import CountryCode, Day, Form, Line, Money, Person, Public, RepresentedCompany, Value, plain
from domain.numbers import vin as normal_vin
from domain.offers import offers
from domain.persons import itself
from domain.procedure import Offer
from tests.examples import (
    NoExample,
    effects_of,
    example_content,
    example_entry,
    example_request,
    is_person,
    person,
    personal_number,
    vin,
)

every_offer = pytest.mark.parametrize("offer", offers().values(), ids=("-".join(key) for key in offers()))


class Insurance(Value):
    """Something that only its author can give an example of."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"policy": "EVEN-2", "half": 1}]})
    policy: Annotated[str, Field(pattern=r"^EVEN-[0-9]+$")]
    half: int

    @model_validator(mode="after")
    def _fits(self) -> "Insurance":
        if int(self.policy[5:]) != 2 * self.half:
            raise ValueError("The policy does not fit.")
        return self


class VisaForm(Form):
    """A form of every kind of member."""

    applicant: Annotated[Person, Personal("applicant")]
    companions: Annotated[list[Person], Field(min_length=2, max_length=4), Personal("case")]
    income: Annotated[Money, Personal("applicant")]
    nationality: Annotated[CountryCode, Public()]
    kind: Annotated[Literal["first", "renewal"], Public()]
    arrives_on: Annotated[Day, Public()]
    months: Annotated[int, Field(ge=37, le=48), Public()]
    phone: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{7,14}$"), Personal("applicant")]
    email: Annotated[str, Field(pattern=r"^[^@ ]+@[^@ ]+$", max_length=80), Personal("applicant")]
    activity: Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}\.[0-9]{1,2}$"), Public()]
    insurance: Annotated[Insurance, Personal("applicant")]
    note: Annotated[Line | None, Personal("applicant")] = None
    has_car: Annotated[bool, Public()] = False


def visa(form: type[Form] = VisaForm) -> Offer:
    """An offer of it."""
    some = next(iter(offers().values()))
    return Offer("UZ", some.procedure, form, 1, some.terms)


def test_a_form_that_nobody_has_written_yet_gets_its_example() -> None:
    asked = example_request(visa())
    assert plain(VisaForm.model_validate(asked)) == asked
    assert asked["insurance"] == {"policy": "EVEN-2", "half": 1}
    assert len(asked["companions"]) == 2
    numbers = [p["personal_number"]["number"] for p in (asked["applicant"], *asked["companions"])]
    assert len(set(numbers)) == 3


def test_a_bare_example_leaves_out_what_may_be_left_out() -> None:
    bare, whole = example_request(visa(), is_bare=True), example_request(visa())
    assert (bare["note"], bare["has_car"]) == (None, False)
    assert (whole["note"], whole["has_car"]) == ("Example note 0", True)


def test_who_asks_for_what_cannot_be_guessed_is_told_how_to_help() -> None:
    class Riddle(Form):
        """Nobody guesses this."""

        word: Annotated[str, Field(pattern=r"^[a-z]{12}-(?:x|y)-[0-9]{3}$", max_length=3), Public()]

    class Helped(Form):
        """The same, with help."""

        word: Annotated[str, Field(pattern=r"^[a-z]{3}z$", examples=["helz"]), Public()]

    with pytest.raises(NoExample, match="word"):
        example_request(visa(Riddle))
    assert example_request(visa(Helped)) == {"word": "helz"}


@every_offer
@pytest.mark.parametrize("n", [0, 1, 77])
def test_an_example_is_valid_and_the_same_every_time(offer: Offer, n: int) -> None:
    asked = example_request(offer, n)
    assert plain(offer.form.model_validate(asked)) == asked
    assert asked == example_request(offer, n)
    assert asked != example_request(offer, n + 1)


@every_offer
def test_real_people_stand_in_for_the_parties(offer: Offer) -> None:
    people = [person(offer.country, n) for n in (500, 501)]
    asked = example_request(offer, people=people)
    applicant = next(p for p in offer.procedure.parties if p.is_applicant)
    assert itself(asked[applicant.member]) == people[0]
    found = (asked[party.member] for party in offer.procedure.parties)
    named = [itself(somebody) for somebody in found if is_person(somebody)]
    several = [somebody for n, somebody in enumerate(named) if somebody not in named[:n]]
    assert all(somebody in several for somebody in people[: len(several)])


@every_offer
def test_the_entry_that_a_request_changes_is_found_by_it(offer: Offer) -> None:
    asked = example_request(offer, 3)
    for effect in effects_of(offer, asked):
        content = example_entry(offer, asked, 3, effect)
        assert effect.register.key(content) == effect.key


@every_offer
def test_a_line_of_an_import_is_a_content_of_the_register(offer: Offer) -> None:
    content = offer.procedure.registers[0].content
    line = example_content(content, offer.country, 5)
    assert plain(content.model_validate(line)) == line


@pytest.mark.parametrize("country", countries())
def test_numbers_are_valid_and_differ(country: str) -> None:
    found = [personal_number(country, n) for n in range(50)]
    assert len(set(found)) == 50
    assert [countries()[country].person_number.normal_form(number) for number in found] == found


def test_a_vin_is_valid() -> None:
    assert normal_vin(vin(7)) == vin(7)


def test_an_example_of_a_company_names_its_head() -> None:
    class BranchForm(Form):
        """What only a company files."""

        company: Annotated[RepresentedCompany, Personal("company")]

    found = example_content(BranchForm, "KZ")["company"]
    assert found["acts_by"]["as"] == "head"
    assert is_person(found["acts_by"]["person"])
