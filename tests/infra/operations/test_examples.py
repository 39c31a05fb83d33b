"""What is given away as an example can be filed as it is, again and again, and uses all that the form has."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from domain.countries import countries, country_of, legal_day
from domain.offers import offers
from infra.house import provider_of
from infra.operations.examples import NoExample, counted, example, examples_of
from tests.town.caller import good, new_key
from tests.town.people import Town

pytestmark = pytest.mark.countries(*countries())

SHOWN: Final = sorted((code, name) for code in countries() for name in examples_of(code))
# What whoever names it is refused: a child's patronymic in Türkiye, and several who buy in Azerbaijan, where a car is
# registered to one.
NEVER: Final = {
    ("TR", "birth_certificate"): {("child", "patronymic")},
    ("AZ", "car_sale"): {("co_buyers",), ("shares",), ("shares", "of"), ("shares", "parts")},
}

SLIPS: Final = {
    "car_differs",
    "certificate_before_birth",
    "double_surname",
    "kin_suffix",
    "mother_and_father_are_one",
    "mother_missing_without_reason",
    "name_differs",
    "name_form",
    "not_of_age",
    "patronymic_form",
    "plate_differs",
    "plate_form",
    "register_says_otherwise",
    "seller_differs",
    "surname_of_another",
    "surname_of_no_parent",
    "vin_check_digit",
}


def test_each_country_shows_how_a_birth_is_told_and_a_car_is_sold() -> None:
    assert {*SHOWN} >= {(code, name) for code in countries() for name in ("birth_certificate", "car_sale")}


@pytest.mark.parametrize(("country", "procedure"), SHOWN)
def test_an_example_is_filed_as_it_is_as_often_as_one_likes(town: Town, country: str, procedure: str) -> None:
    for nth in range(4):
        shown = given_away(town, country, procedure, nth)
        answer = town.as_(shown.person).post("/v1/cases", shown.body, key=new_key())
        assert answer.status_code == 201, answer.text
        assert good(answer)["case"]


@pytest.mark.parametrize(("country", "procedure"), SHOWN)
def test_every_member_of_the_form_is_used_in_one_of_the_two(town: Town, country: str, procedure: str) -> None:
    both = [given_away(town, country, procedure, nth).body["request"] for nth in range(2)]
    used = {path for request in both for path in used_in(request)}
    asked = set(members_in(offers()[country, procedure].form.model_json_schema()))
    assert asked - used == NEVER.get((country, procedure), set())


@pytest.mark.parametrize(("country", "procedure"), SHOWN)
def test_no_officer_is_told_of_a_slip_in_an_example(town: Town, country: str, procedure: str) -> None:
    """Odd lives are in them, and what an officer is told of these; nothing that is mistyped."""
    day = legal_day(town.now(), country_of(country))
    terms = offers()[country, procedure].on(day)
    assert terms is not None
    for nth in (4, 5):  # those before were filed already
        shown = given_away(town, country, procedure, nth)
        case = good(town.as_(shown.person).post("/v1/cases", shown.body, key=new_key()))["case"]
        seen = good(town.as_(f"{terms.authority}-supervisor").get(f"/v1/cases/{case}"))
        told = {warning.partition(":")[0] for warning in seen["warnings"]}
        assert told.isdisjoint(SLIPS)


def test_what_a_country_shows_no_example_of_is_said_to_have_none(town: Town) -> None:
    with pytest.raises(NoExample):
        given_away(town, "KZ", "no_such_procedure", 0)


def test_each_is_counted_once_whoever_asks(tmp_path: Any) -> None:
    assert [counted(tmp_path / "KZ") for _ in range(3)] == [0, 1, 2]


def given_away(town: Town, country: str, procedure: str, nth: int) -> Any:
    provider = provider_of(town.settings)
    return example(town.house.countries[country], procedure, provider, nth, town.now())


def used_in(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Each member that says something, by its way in the request; those of a list alike."""
    match value:
        case dict():
            for name, inside in value.items():
                if inside not in (None, [], {}):
                    yield (*path, name)
                    yield from used_in(inside, (*path, name))
        case list():
            for each in value:
                yield from used_in(each, path)


def members_in(
    schema: dict[str, Any], path: tuple[str, ...] = (), defs: dict[str, Any] | None = None
) -> Iterator[tuple[str, ...]]:
    """Each member that the form has, by its way, but for those of people, whose parts are everywhere the same."""
    defs = defs if defs is not None else schema.get("$defs", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    found = defs.get(name, schema)
    inside_it = found.get("properties", {}).keys()
    if "personal_number" in inside_it or inside_it >= {"country", "number", "name"}:
        return  # a person, or a company
    for member, inside in found.get("properties", {}).items():
        yield (*path, member)
        yield from members_in(inside, (*path, member), defs)
    for inside in (*found.get("anyOf", ()), *found.get("oneOf", ())):
        yield from members_in(inside, path, defs)
    if "items" in found:
        yield from members_in(found["items"], path, defs)
