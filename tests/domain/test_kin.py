"""An officer who is kin of a party by the register of births is warned, and what they do says so."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest

from domain import events as e
from domain.authorisation import Rule, rule_or_refusal, subject_of
from domain.country import Source
from domain.lifecycle import DECIDE
from domain.offers import offers, terms_hash
from domain.parentage import Birth, is_kin
from domain.persons import itself
from domain.procedures.birth_certificate import BIRTHS
from domain.refusals import NotAllowed
from domain.visibility import shown
from tests.domain.acts import (
    OFFICER,
    SECOND,
    SUPERVISOR,
    approve,
    assign,
    consent,
    extend,
    file,
    office,
    pay,
    propose,
    refuse,
)
from tests.domain.story import Story, a_sale, given, human_of, imported
from tests.examples import example_content, person

SELF, PARENT, OTHER_PARENT = (person("KZ", n) for n in (920, 921, 922))
BUYER: Final = {**person("KZ", 923), "acts_by": None}


def human(who: dict[str, Any]) -> str:
    return human_of(("person", 1, "KZ", who["personal_number"]["number"]))


KIN: Final = office("officer", "kin", person=human(SELF))


def born(story: Story, n: int, child: dict[str, Any], mother: Any, father: Any = None) -> None:
    """A birth of long ago stands in the register."""
    content = example_content(BIRTHS.content, "KZ", n)
    content |= {"mother": mother, "father": father, "child_number": child["personal_number"]}
    content["child"] = {**content["child"], "born_on": "1970-01-01"}
    imported(story, content, BIRTHS)


def child_of_the_officer(story: Story) -> None:
    born(story, 1, BUYER, PARENT, SELF)


def parent_of_the_officer(story: Story) -> None:
    born(story, 1, SELF, itself(BUYER))


def sibling_of_the_officer(story: Story) -> None:
    born(story, 1, SELF, PARENT)
    born(story, 2, BUYER, OTHER_PARENT, PARENT)


def in_review(related: Any) -> Story:
    story = a_sale(buyer=BUYER)
    related(story)
    return given(story, file(), consent("p2"), pay())


def nobodys(story: Story) -> None:
    born(story, 1, SELF, PARENT)
    born(story, 2, BUYER, OTHER_PARENT)


ways = pytest.mark.parametrize(
    "related", [child_of_the_officer, parent_of_the_officer, sibling_of_the_officer]
)


@ways
def test_who_takes_and_proposes_though_they_are_kin_is_recorded_so(related: Any) -> None:
    story = given(in_review(related), assign(KIN))
    assert story.the(e.CaseAssigned).rule == "case.assign:officer:kin"
    given(story, extend(by=KIN))
    assert story.the(e.DeadlineExtended).rule == "case.extend:officer:kin"
    given(story, propose(KIN))
    assert story.the(e.ApprovalProposed).rule == "case.decide:officer:kin"
    given(story, approve(SECOND))
    assert story.the(e.CaseApproved).rule == "case.decide:officer"


@ways
def test_who_approves_or_refuses_though_they_are_kin_is_recorded_so(related: Any) -> None:
    story = given(in_review(related), assign(OFFICER), propose(OFFICER), approve(KIN))
    assert story.the(e.CaseApproved).rule == "case.decide:officer:kin"
    story = given(in_review(related), assign(KIN), refuse("tax_unpaid", by=KIN))
    assert story.the(e.CaseRefused).rule == "case.decide:officer:kin"


def test_a_supervisor_who_gives_the_case_to_kin_is_recorded_so() -> None:
    story = given(in_review(child_of_the_officer), assign(SUPERVISOR, to=KIN))
    assert story.the(e.CaseAssigned).rule == "case.assign:supervisor:kin"


def test_whoever_has_other_parents_is_nobodys_kin() -> None:
    story = given(in_review(nobodys), assign(KIN))
    assert story.the(e.CaseAssigned).rule == "case.assign:officer"


@ways
def test_where_the_law_keeps_kin_out_they_are_kept_out_of_each_judgement(
    related: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = in_review(related)
    source = Source(law="Law of the tests", confirmed=True)
    rows = tuple(replace(row, bars_kin=source) for row in story.offer.terms)
    story.offer = replace(story.offer, terms=rows)
    monkeypatch.setitem(offers(), ("KZ", "car_sale"), story.offer)
    story.when(assign(KIN)).then_refused(NotAllowed, "kin_of_a_party")
    story.when(assign(SUPERVISOR, to=KIN)).then_refused(NotAllowed, "kin_of_a_party")
    given(story, assign(), propose())
    story.when(approve(KIN)).then_refused(NotAllowed, "kin_of_a_party")
    given(story, approve())
    assert terms_hash(rows[0]) != terms_hash(replace(rows[0], bars_kin=None))


def test_the_officer_alone_sees_it_in_the_case() -> None:
    story = in_review(child_of_the_officer)
    assert "kin" in shown(story.now, None, is_kin=True)["warnings"]
    assert "kin" not in shown(story.now, None)["warnings"]
    assert shown(story.now, "p1", is_kin=True)["warnings"] == []
    found = rule_or_refusal(KIN(story), DECIDE.action, subject_of(story.now, story.at))
    assert isinstance(found, Rule)
    assert not found.is_kin, "nothing was looked up"


def test_nobody_is_their_own_kin_and_who_is_not_in_the_register_is_nobodys() -> None:
    twin = Birth("entry", "b", date(1990, 1, 1), frozenset({"m"}))
    births = {"a": twin._replace(child="a"), "b": twin}
    assert is_kin("a", "b", births)
    assert is_kin("m", "a", births)
    assert is_kin("a", "m", births)
    assert not is_kin("a", "a", births)
    assert not is_kin("a", "x", births)
    assert not is_kin("x", "y", births)
