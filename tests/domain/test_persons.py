"""Who the people in a form are, also those of whom less is known: recognised, named, judged with care."""

from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.countries import countries
from domain.forms import Company, Document
from domain.persons import (
    PARENT_YEARS,
    WARNINGS,
    age_warnings,
    days_of,
    is_same,
    itself,
    key_of,
    name_of,
    name_warnings,
    parent_warnings,
    warnings,
)
from tests.examples import person, unnumbered
from tests.founders import a_company

MAJORITY = countries()["KZ"].majority

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
KINDS = st.sampled_from(Document.model_json_schema()["properties"]["kind"]["enum"])
SIGNS = st.text("AbЖ7", min_size=1, max_size=8)
NUMBERS = st.builds(lambda sign, number: f"{sign}{number}", SIGNS, st.integers(0, 10**9))


def by(kind: str, number: str, country: str = "XX") -> dict[str, Any]:
    return unnumbered(document={"kind": kind, "country": country, "number": number})


# --- recognised -------------------------------------------------------------------------------------------


def test_a_number_recognises_a_human_and_nothing_else_of_a_form_does() -> None:
    renamed = {**person("KZ", 1), "surname": "Other", "born_on": None}
    assert is_same(person("KZ", 1), renamed)
    assert not is_same(person("KZ", 1), {**person("KZ", 2), "surname": "Example 1"})


def test_a_number_in_a_register_recognises_a_company_whatever_it_is_called() -> None:
    assert is_same(a_company(1), {**a_company(1), "name": "Another name"})
    assert not is_same(a_company(1), a_company(2))
    assert not is_same(a_company(1), {**a_company(1), "country": "KG"})


def test_a_company_is_no_human_of_the_same_number() -> None:
    number = a_company(1)["number"]
    numbered = {**person("KZ"), "personal_number": {"country": "KZ", "number": number}}
    assert not is_same(a_company(1), numbered)
    assert not is_same(a_company(1), by("other", number, "KZ"))


def test_of_a_company_others_see_the_name_and_an_officer_is_told_by_whom_it_acts() -> None:
    assert name_of(a_company(1)) == {"name": "Example 1 LLP"}
    assert list(warnings("founder_1", itself(a_company(1)), acts=True)) == []
    assert list(warnings("founder_1", a_company(1), acts=True)) == ["acts_by_paper:founder_1"]


@pytest.mark.parametrize("number", ["", "12 34", "abc", "-1"])
def test_the_number_of_a_company_is_written_as_the_register_has_it(number: str) -> None:
    with pytest.raises(ValidationError):
        Company.model_validate({**a_company(1), "number": number})


@given(NUMBERS, KINDS)
def test_a_document_recognises_a_human_however_its_number_is_typed(number: str, kind: str) -> None:
    typed = f" {'-'.join(number.lower())} № "
    assert is_same(by(kind, number), by(kind, typed))
    assert not is_same(by(kind, number), by(kind, number + "1"))


@given(NUMBERS, KINDS, KINDS)
def test_the_same_number_on_another_kind_of_paper_or_of_another_country_is_somebody_else(
    number: str, kind: str, other: str
) -> None:
    assert is_same(by(kind, number), by(other, number)) == (kind == other)
    assert not is_same(by(kind, number), by(kind, number, "YY"))


@given(NUMBERS, KINDS)
def test_a_document_never_recognises_who_has_a_number(number: str, kind: str) -> None:
    """Their ids are of two kinds, whatever stands in them."""
    numbered = {**person("KZ"), "personal_number": {"country": "XX", "number": number}}
    assert not is_same(numbered, by(kind, number))
    assert key_of(numbered) != key_of(by(kind, number))


def test_two_people_known_by_name_only_are_not_taken_for_one() -> None:
    """Nor is one of them: a name proves nothing."""
    somebody = unnumbered(document=None)
    assert key_of(somebody) is None
    assert not is_same(somebody, somebody)
    assert not is_same(None, None)


# --- named ------------------------------------------------------------------------------------------------


def test_a_name_of_one_part_is_shown_as_that_part() -> None:
    assert name_of(unnumbered(surname=None, given_names="Suharni")) == {"given_names": "Suharni"}
    assert name_of(unnumbered(surname="Suharni", given_names=None)) == {"surname": "Suharni"}
    assert name_of(person("KZ", 3)) == {"surname": "Example 3", "given_names": "Fictional"}


# --- as old as is known -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born_on", "first", "last"),
    [
        ("1980-05-17", "1980-05-17", "1980-05-17"),
        ("1980-05", "1980-05-01", "1980-05-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("1980", "1980-01-01", "1980-12-31"),
        ("9999", "9999-01-01", "9999-12-31"),
    ],
)
def test_a_month_and_a_year_have_a_first_and_a_last_day(born_on: str, first: str, last: str) -> None:
    assert days_of(born_on) == (date.fromisoformat(first), date.fromisoformat(last))
    assert days_of(None) is None


def about(born_on: str | None, child: date) -> list[str]:
    return list(parent_warnings("mother", unnumbered(born_on=born_on), child.isoformat()))


@given(DAYS, DAYS)
def test_a_parent_is_at_least_some_years_older_than_the_child(parent: date, child: date) -> None:
    assume((parent.month, parent.day) != (2, 29))
    old_enough = parent.replace(year=parent.year + PARENT_YEARS)
    assert about(parent.isoformat(), child) == ([] if child >= old_enough else ["parent_too_young:mother"])


@given(DAYS, DAYS, st.sampled_from([len("1980-05"), len("1980")]))
def test_what_is_said_of_a_month_or_a_year_is_true_of_each_of_its_days(
    parent: date, child: date, known: int
) -> None:
    """Where its days differ, the officer is told that it cannot be told."""
    said = about(parent.isoformat()[:known], child)
    assert said == about(parent.isoformat(), child) or said == ["birth_day_unknown:mother"]
    if abs(child.year - parent.year - PARENT_YEARS) > 1:
        assert said != ["birth_day_unknown:mother"]


def test_of_a_parent_whose_birth_day_nobody_knows_it_cannot_be_told() -> None:
    assert about(None, date(2026, 11, 20)) == ["birth_day_unknown:mother"]
    assert list(parent_warnings("mother", None, "2026-11-20")) == []


# --- what an officer is told ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("somebody", "said"),
    [
        (person("KZ"), []),
        (unnumbered(), ["cannot_sign_in"]),
        (unnumbered(document=None), ["known_by_name_only", "cannot_sign_in"]),
        ({**person("KZ"), "personal_number": {"country": "HU", "number": "12345"}}, ["cannot_sign_in"]),
        ({**person("KZ"), "surname": None}, ["one_name"]),
        ({**person("KZ"), "given_names": None, "born_on": "1990"}, ["one_name", "birth_day_unknown"]),
        ({**person("KZ"), "born_on": "1990-05"}, ["birth_day_unknown"]),
        ({**person("KZ"), "born_on": None}, ["birth_day_unknown"]),
        (None, []),
    ],
)
def test_who_acts_and_is_not_known_in_full_is_said_to_the_officer(
    somebody: dict[str, Any] | None, said: list[str]
) -> None:
    assert list(warnings("buyer", somebody, acts=True)) == [f"{code}:buyer" for code in said]


def test_who_is_only_named_need_not_sign_in_nor_be_of_age() -> None:
    assert list(warnings("father", unnumbered(born_on=None), acts=False)) == []
    assert list(warnings("father", unnumbered(document=None), acts=False)) == ["known_by_name_only:father"]


def test_a_child_has_no_number_yet_and_that_is_nothing_to_warn_of() -> None:
    child = {"surname": None, "given_names": "Deniz", "born_on": "2026-11-20"}
    assert list(warnings("child", child, acts=False)) == ["one_name:child"]


def test_no_other_warnings_about_people_are_given_than_those_that_are_listed() -> None:
    unknown = unnumbered(surname=None, document=None, born_on=None)
    acted_for = {**unknown, "acts_by": {"as": "guardian", "person": person("KZ")}}
    said = {
        *warnings("mother", unknown, acts=True),
        *warnings("mother", acted_for, acts=True),
        *warnings("mother", acted_for, acts=True, shown="otherwise"),
        *about("2026", date(2026, 11, 20)),
        *age_warnings("mother", unnumbered(born_on="2020"), date(2026, 11, 20), MAJORITY, acts=True),
        *age_warnings(
            "mother", unnumbered(born_on="2010"), date(2026, 11, 20), MAJORITY, acts=False, minds_age=True
        ),
        *age_warnings("mother", unnumbered(born_on="1020"), date(2026, 11, 20), MAJORITY, acts=True),
        *name_warnings("founder", a_company(1), ("Otherwise",)),
    }
    assert {code.partition(":")[0] for code in said} == set(WARNINGS)
