"""Whoever acts for somebody in an entry changes and restricts nothing of theirs; kin of them are named as such."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest

from domain import events as e
from domain.country import Source
from domain.decide import decide
from domain.decisions.situation import NotSeen, Situation
from domain.offers import offers
from domain.persons import itself, key_of
from domain.refusals import NotAllowed
from domain.registers.companies import REGISTER
from tests.domain.acts import (
    COMPLETED,
    OFFICER,
    annul,
    annul_as_a_court,
    annul_result,
    appeal,
    approve,
    assign,
    consent,
    correct,
    correct_as_a_court,
    decide_appeal,
    end_mandate,
    file,
    give_mandate,
    lift,
    office,
    pay,
    propose,
    propose_annulment,
    propose_correction,
    restrict,
    withdraw,
)
from tests.domain.story import Act, Story, Who, a_sale, as_filed, given, human_of, imported
from tests.domain.test_kin import born as a_birth_of
from tests.domain.test_parents import CHILD, MOTHER, a_child, born
from tests.examples import person

OTHER: Final = person("KZ", 930)
COMPANY: Final = {"country": "KZ", "number": "000000000008", "name": "Example 8 LLP", "acts_by": None}


def human(who: Mapping[str, Any]) -> str:
    key = key_of(who)
    assert key is not None
    return human_of(key)


def by_mandate() -> tuple[Story, str]:
    return given(a_sale(), give_mandate(OTHER)), human(OTHER)


def by_a_mandate_that_begins_later() -> tuple[Story, str]:
    return given(a_sale(), give_mandate(OTHER, since=date(2026, 12, 24))), human(OTHER)


def as_a_parent() -> tuple[Story, str]:
    story = a_sale(seller=a_child())
    born(story)
    return given(story), human(MOTHER)


def as_a_head(may_act: str = "alone") -> tuple[Story, str]:
    head = {"person": OTHER, "may_act": may_act, "since": "2020-01-01", "until": None}
    content = {"number": COMPANY["number"], "names": ["Example"], "heads": [head], "struck_off_on": None}
    story = a_sale(seller=COMPANY)
    imported(story, content, REGISTER)
    return given(story), human(OTHER)


def as_one_of_two_heads() -> tuple[Story, str]:
    return as_a_head("jointly")


ways = pytest.mark.parametrize(
    "bound", [by_mandate, by_a_mandate_that_begins_later, as_a_parent, as_a_head, as_one_of_two_heads]
)
Bound = Callable[[], tuple[Story, str]]


def officer(me: str) -> Who:
    return office("officer", "officer-7", person=me)


def judge(me: str) -> Who:
    return office("court", "judge-7", authority="kz-court", person=me)


def bailiff(me: str) -> Who:
    return office("restricting_officer", "bailiff-7", authority="kz-bailiffs", person=me)


@ways
def test_who_acts_for_somebody_amends_nothing_that_is_theirs(bound: Bound) -> None:
    story, me = bound()
    alone: list[Act] = [
        propose_correction(officer(me)),
        propose_annulment(officer(me)),
        correct_as_a_court(judge(me)),
        annul_as_a_court(judge(me)),
    ]
    for act in alone:
        story.when(act).then_refused(NotAllowed, "party_to_this_case")
    given(story, propose_correction()).when(correct(officer(me)))
    story.then_refused(NotAllowed, "party_to_this_case")
    given(story, propose_annulment()).when(annul(officer(me)))
    story.then_refused(NotAllowed, "party_to_this_case")


@ways
def test_who_acts_for_somebody_restricts_and_frees_nothing_that_is_theirs(bound: Bound) -> None:
    story, me = bound()
    story.when(restrict("arrest", bailiff(me))).then_refused(NotAllowed, "own_entry")
    given(story, restrict("arrest"))
    story.when(lift(bailiff(me))).then_refused(NotAllowed, "own_entry")
    story.when(lift(judge(me))).then_refused(NotAllowed, "own_entry")


def test_nor_do_they_move_a_thing_to_them_or_take_it_back_for_them() -> None:
    """Whoever is to be in the entry, or was before the newest change, is somebody whom they act for, too."""
    story = given(a_sale(), give_mandate(OTHER), *COMPLETED)  # the mandate of the seller, whose it was
    back = {**story.entry.content, "owner": itself(story.request["seller"])}
    me = human(OTHER)
    story.when(propose_correction(officer(me), content=back)).then_refused(NotAllowed, "party_to_this_case")
    story.when(propose_annulment(officer(me))).then_refused(NotAllowed, "party_to_this_case")
    given(story, propose_correction(content=back))
    story.when(correct(officer(me))).then_refused(NotAllowed, "party_to_this_case")


def test_nor_does_a_mother_move_it_to_her_child() -> None:
    story = given(a_sale())
    born(story)
    mine = {**story.entry.content, "owner": {**CHILD, "born_on": "2015-03-01"}}
    story.when(propose_correction(officer(human(MOTHER)), content=mine))
    story.then_refused(NotAllowed, "party_to_this_case")
    story.when(correct_as_a_court(judge(human(MOTHER)), content=mine))
    story.then_refused(NotAllowed, "party_to_this_case")


def test_whose_mandate_is_over_and_whose_child_is_grown_up_may_again() -> None:
    story, me = by_mandate()
    given(story, end_mandate(to=OTHER)).when(propose_correction(officer(me))).then("CorrectionProposed")
    story = a_sale(seller=a_child("2000-01-01"))
    born(story, "2000-01-01")
    given(story).when(restrict("arrest", bailiff(human(MOTHER)))).then("RestrictionPlaced")
    assert story.the(e.RestrictionPlaced).rule == "entry.restrict:restricting_officer:kin"


# --- what a case wrote --------------------------------------------------------------------------------------


def appeals(me: str) -> Who:
    return office("appeal_officer", "appeals-7", authority="kz-interior-ministry", person=me)


def gave_it_to(whom: Mapping[str, Any]) -> Act:
    """A court gave the car to this person, who has no part in the case."""

    def act(story: Story) -> Any:
        return correct_as_a_court(content={**story.entry.content, "owner": itself(whom)})(story)

    return act


def bought_it(whom: Mapping[str, Any]) -> Act:
    """It was sold on to this person."""

    def act(story: Story) -> None:
        content = {**story.entry.content, "owner": itself(whom)}
        sold = e.EntryChanged(register="vehicles", content_version=2, title="sale", content=content)
        story.happened((story.key, sold))

    return act


OWNER: Final = person("KZ", 931)


def is_in_it(_story: Story) -> str:
    return human(OWNER)


def has_a_mandate(story: Story) -> str:
    given(story, give_mandate(OTHER, of=OWNER))
    return human(OTHER)


mine = pytest.mark.parametrize("became", [gave_it_to, bought_it])
bound_to_the_owner = pytest.mark.parametrize("who", [is_in_it, has_a_mandate])


@mine
@bound_to_the_owner
def test_nobody_decides_an_appeal_over_what_is_theirs_by_now(
    became: Callable[[Any], Act], who: Callable[[Story], str]
) -> None:
    for outcome in ("upheld", "annulled"):
        story = given(a_sale(), *COMPLETED, appeal(), became(OWNER))
        me = who(story)
        story.when(decide_appeal(outcome, by=appeals(me))).then_refused(NotAllowed, "party_to_this_case")
        given(story, decide_appeal(outcome))


@mine
@bound_to_the_owner
def test_no_judge_annuls_by_the_case_what_is_theirs_by_now(
    became: Callable[[Any], Act], who: Callable[[Story], str]
) -> None:
    story = given(a_sale(), *COMPLETED, became(OWNER))
    me = who(story)
    story.when(annul_result(judge(me))).then_refused(NotAllowed, "party_to_this_case")
    story.when(annul_as_a_court(judge(me))).then_refused(NotAllowed, "party_to_this_case")


def test_a_parent_and_a_head_of_whom_it_is_by_now_decide_no_appeal_over_it() -> None:
    child = {**CHILD, "born_on": "2015-03-01"}
    story = given(a_sale(), *COMPLETED, appeal(), gave_it_to(child))
    born(story)
    story.when(decide_appeal("upheld", by=appeals(human(MOTHER))))
    story.then_refused(NotAllowed, "party_to_this_case")
    story = given(a_sale(), *COMPLETED, appeal(), gave_it_to(COMPANY))
    head = {"person": OTHER, "may_act": "alone", "since": "2020-01-01", "until": None}
    content = {"number": COMPANY["number"], "names": ["Example"], "heads": [head], "struck_off_on": None}
    imported(story, content, REGISTER)
    story.when(decide_appeal("upheld", by=appeals(human(OTHER))))
    story.then_refused(NotAllowed, "party_to_this_case")


def test_kin_of_whom_it_is_by_now_are_named_so() -> None:
    story = given(a_sale(), *COMPLETED, appeal(), gave_it_to(OWNER))
    a_birth_of(story, 1, OWNER, OTHER)
    given(story, decide_appeal("upheld", by=appeals(human(OTHER))))
    assert story.the(e.AppealDecided).rule == "case.decide_appeal:appeal_officer:kin"
    given(story, annul_result(judge(human(OTHER))))
    assert story.the(e.ResultAnnulled).rule == "case.annul:court:kin"


# --- an open case about it ----------------------------------------------------------------------------------


def sold_on(story: Story, whom: Mapping[str, Any]) -> Story:
    """Its buyer sells it to this person: a case of its own, over the same registers and log."""
    request = {**story.request, "seller": story.request["buyer"], "buyer": whom}
    again = Story(story.offer, as_filed(story.offer, request), story.at, case_id="case-2")
    for shared in ("log", "entries", "claims", "keys", "heads", "appointees", "mandates", "cases"):
        setattr(again, shared, getattr(story, shared))
    return given(again, file())


@bound_to_the_owner
def test_nobody_judges_what_they_are_about_to_have(who: Callable[[Story], str]) -> None:
    story = given(a_sale(), *COMPLETED)
    again = sold_on(story, OWNER)
    me = who(story)
    acts = (annul_result(judge(me)), annul_as_a_court(judge(me)), propose_correction(officer(me)))
    for act in acts:
        story.when(act).then_refused(NotAllowed, "party_to_this_case")
    story.when(restrict("arrest", bailiff(me))).then_refused(NotAllowed, "own_entry")
    given(again, withdraw())
    given(story, annul_result(judge(me)))


def test_the_case_that_asks_for_it_is_never_read_as_none() -> None:
    story = given(a_sale(), *COMPLETED)
    sold_on(story, OWNER)
    command = annul_result()(story)
    assert command is not None
    loaded = story.loaded(command)
    beside = {key: state for key, state in loaded["beside"].items() if key.family != "case"}
    assert len(beside) < len(loaded["beside"])
    situation = Situation(command, story.at, story.case, beside=beside, ids=loaded["ids"], id_of=human_of)
    with pytest.raises(NotSeen, match="AnnulResult"):
        decide(situation)


@pytest.mark.parametrize("act", [file, consent, pay, assign, propose, approve])
def test_a_decision_on_a_case_of_its_own_loads_no_other_case(act: Callable[[], Act]) -> None:
    story = given(a_sale(), *COMPLETED)
    again = sold_on(story, OWNER)
    command = act()(again)
    assert command is not None
    assert "case" not in {key.family for key in again.loaded(command)["beside"]}


def test_kin_of_who_is_about_to_have_it_are_named_so() -> None:
    story = given(a_sale(), *COMPLETED)
    a_birth_of(story, 1, OWNER, OTHER)
    sold_on(story, OWNER)
    given(story, restrict("arrest", bailiff(human(OTHER))))
    assert story.the(e.RestrictionPlaced).rule == "entry.restrict:restricting_officer:kin"


# --- kin --------------------------------------------------------------------------------------------------


def related() -> tuple[Story, str]:
    """The mother of the seller, who is of age."""
    story = a_sale()
    a_birth_of(story, 1, itself(story.request["seller"]), OTHER)
    return given(story), human(OTHER)


def test_kin_of_somebody_in_an_entry_are_named_so_in_each_act_of_an_office() -> None:
    story, me = related()
    given(story, restrict("arrest", bailiff(me)))
    assert story.the(e.RestrictionPlaced).rule == "entry.restrict:restricting_officer:kin"
    given(story, lift(judge(me)))
    assert story.the(e.RestrictionLifted).rule == "entry.lift:court:kin"
    given(story, propose_correction(officer(me)))
    assert story.the(e.CorrectionProposed).rule == "entry.propose:officer:kin"
    given(story, correct(OFFICER))
    assert story.the(e.EntryCorrected).rule == "entry.amend:officer"
    given(story, propose_correction(reason="It is black.", content=in_black(story)), correct(officer(me)))
    assert story.the(e.EntryCorrected).rule == "entry.amend:officer:kin"
    given(story, annul_as_a_court(judge(me)))
    assert story.the(e.EntryAnnulled).rule == "entry.amend:court:kin"


def in_black(story: Story) -> dict[str, Any]:
    return {**story.entry.content, "vehicle": {**story.entry.content["vehicle"], "colour": "black"}}


def test_kin_of_a_party_who_annul_what_the_case_wrote_are_named_so() -> None:
    story, me = related()
    given(story, *COMPLETED, annul_result(judge(me)))
    assert story.the(e.ResultAnnulled).rule == "case.annul:court:kin"


def test_where_the_law_keeps_kin_out_they_amend_and_restrict_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    story, me = related()
    source = Source(law="Law of the tests", confirmed=True)
    rows = tuple(replace(row, bars_kin=source) for row in story.offer.terms)
    story.offer = replace(story.offer, terms=rows)
    monkeypatch.setitem(offers(), ("KZ", "car_sale"), story.offer)
    story.when(propose_correction(officer(me))).then_refused(NotAllowed, "kin_of_a_party")
    story.when(annul_as_a_court(judge(me))).then_refused(NotAllowed, "kin_of_a_party")
    story.when(restrict("arrest", bailiff(me))).then_refused(NotAllowed, "kin_of_a_party")
    given(story, restrict("arrest"))
    story.when(lift(judge(me))).then_refused(NotAllowed, "kin_of_a_party")
