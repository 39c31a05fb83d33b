"""One table says who may do what; who may not know that a thing exists hears that there is nothing."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.authorisation import TABLE, Rule, Subject, rule_or_refusal
from domain.authorities import roles_in
from domain.commands import Actor, Competence
from domain.refusals import NotAllowed, Unknown
from domain.roles import APPLICANT, PARTY

DAY = date(2026, 11, 23)
CASE = Subject(
    country="KZ",
    day=DAY,
    procedure="car_sale",
    authority="kz-vehicle-registration",
    parties={"p1": "human-seller", "p2": "human-buyer"},
)
NOBODY = Actor(issuer="id", subject="x", client="c")
CITIZEN_ROLES = {APPLICANT, PARTY}
ROLES = sorted({role for line in TABLE.values() for role in line.roles} - CITIZEN_ROLES)


def citizen(person: str) -> Actor:
    return replace(NOBODY, persons={"KZ": person})


def an_office_with(role: str) -> str:
    """One to which the law gives it."""
    return next(name for name, roles in roles_in("KZ").items() if role in roles)


def holding(role: str = "officer", **more: Any) -> Actor:
    competence = Competence(
        role=role,
        country="KZ",
        authority="kz-vehicle-registration",
        office_id="o-1",
        procedures=(),
        since=date(2020, 1, 1),
        until=None,
        person="human-officer",
    )
    return replace(NOBODY, competences=(replace(competence, **more),))


@pytest.mark.parametrize("action", TABLE)
def test_nobody_in_particular_may_do_nothing_and_hears_of_nothing(action: str) -> None:
    assert isinstance(rule_or_refusal(NOBODY, action, CASE), Unknown)
    assert isinstance(rule_or_refusal(citizen("human-else"), action, CASE), Unknown)


@pytest.mark.parametrize("action", TABLE)
def test_a_party_may_do_what_the_table_gives_to_parties(action: str) -> None:
    for party, person in CASE.parties.items():
        found = rule_or_refusal(citizen(person), action, CASE)
        is_theirs = PARTY in TABLE[action].roles or (APPLICANT in TABLE[action].roles and party == "p1")
        if is_theirs:
            assert isinstance(found, Rule)
            assert (found.party, found.competence) == (party, None)
            assert found.id == f"{action}:{'applicant' if party == 'p1' else 'party'}"
        else:
            assert isinstance(found, NotAllowed)


@pytest.mark.parametrize("action", TABLE)
@pytest.mark.parametrize("role", ROLES)
def test_a_competence_allows_what_the_table_gives_to_its_role(action: str, role: str) -> None:
    office = an_office_with(role)
    found = rule_or_refusal(holding(role, authority=office), action, replace(CASE, authority=office))
    if role in TABLE[action].roles:
        assert isinstance(found, Rule)
        assert found.id == f"{action}:{role}"
        assert found.competence is not None
    else:
        assert isinstance(found, NotAllowed), "the office may know of its own case"


@pytest.mark.parametrize(
    "more",
    [
        {"country": "KG"},
        {"authority": "kz-police"},
        {"procedures": ("work_permit",)},
        {"since": date(2026, 11, 24)},
        {"until": date(2026, 11, 22)},
    ],
)
def test_an_officer_of_another_office_procedure_or_day_hears_of_nothing(more: dict[str, Any]) -> None:
    assert isinstance(rule_or_refusal(holding(**more), "case.decide", CASE), Unknown)
    assert isinstance(rule_or_refusal(holding(**more), "case.pay", CASE), Unknown)


@pytest.mark.parametrize("more", [{"since": DAY}, {"until": DAY}, {"procedures": ("toll", "car_sale")}])
def test_the_first_and_the_last_day_and_the_named_procedures_count(more: dict[str, Any]) -> None:
    assert isinstance(rule_or_refusal(holding(**more), "case.decide", CASE), Rule)


@pytest.mark.parametrize("role", ["auditor", "data_protection_officer", "treasury", "registry"])
def test_who_watches_a_country_watches_all_its_offices(role: str) -> None:
    action = next(name for name, line in TABLE.items() if role in line.roles)
    office = an_office_with(role)
    assert isinstance(rule_or_refusal(holding(role, authority=office), action, CASE), Rule)
    assert isinstance(rule_or_refusal(holding(role, authority=office, country="TR"), action, CASE), Unknown)


@pytest.mark.parametrize("action", TABLE)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_the_law_does_not_give_to_the_office_allows_nothing_there(action: str, role: str) -> None:
    """Whoever granted it: a registration office has no judges, and the police erase nothing."""
    for name, roles in roles_in("KZ").items():
        if role not in roles:
            found = rule_or_refusal(holding(role, authority=name), action, replace(CASE, authority=name))
            assert isinstance(found, Unknown)


@pytest.mark.parametrize("action", TABLE)
def test_an_officer_who_is_a_party_has_no_competence_in_the_case(action: str) -> None:
    """Two roles, one human (rules.md 20): known by the token, or by the record of competences alone."""
    by_token = replace(holding("supervisor"), persons={"KZ": "human-buyer"})
    found = rule_or_refusal(by_token, action, CASE)
    assert isinstance(found, NotAllowed) or (isinstance(found, Rule) and found.party == "p2")
    by_record = holding("supervisor", person="human-buyer")
    assert isinstance(rule_or_refusal(by_record, action, CASE), NotAllowed)


def test_a_person_of_another_country_is_somebody_else() -> None:
    assert isinstance(
        rule_or_refusal(replace(NOBODY, persons={"TR": "human-seller"}), "case.read", CASE), Unknown
    )


def test_the_right_one_of_several_competences_allows() -> None:
    both = replace(
        NOBODY,
        competences=(
            *holding("officer", country="KG").competences,
            *holding("auditor", authority="kz-audit-office").competences,
        ),
    )
    assert isinstance(rule_or_refusal(both, "audit.read", CASE), Rule)


def test_an_action_that_the_table_does_not_have_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        rule_or_refusal(NOBODY, "case.dream", CASE)
