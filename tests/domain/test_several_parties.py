"""Several people in one role: each is a party with a consent, a view and an erasure of their own."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from domain import events as e
from domain.authorisation import subject_of
from domain.case import Stage
from domain.forms import plain
from domain.procedure import Offer
from domain.refusals import Invalid, NotAllowed
from domain.visibility import shown, visible_whose, watched
from infra.formats import codec
from tests.domain.acts import (
    OFFICER,
    acknowledge,
    approve,
    assign,
    consent,
    decline,
    erase,
    file,
    later,
    revoke,
)
from tests.domain.story import Act, Story, as_filed, folded, forgotten, given
from tests.founders import FoundingForm, a_company, a_founding, founding_is_offered

EVERYBODY = 50
YEARS_LATER = later(days=800)


@pytest.fixture(autouse=True)
def offer() -> Iterator[Offer]:
    """The made-up law is there."""
    with founding_is_offered() as found:
        yield found


def told(offer: Offer, founders: int = 3, **more: Any) -> Story:
    """A request of so many founders; nothing is filed yet."""
    return Story(offer, as_filed(offer, a_founding(founders, **more)))


def all_consent(founders: int) -> list[Act]:
    """Each says yes for themselves."""
    return [consent(f"founder_{n}") for n in range(1, founders + 1)]


COMPLETED: tuple[Act, ...] = (assign(by=OFFICER), approve(by=OFFICER), acknowledge())


def test_each_founder_is_a_party(offer: Offer) -> None:
    story = given(told(offer, witnesses=1), file())
    assert story.now.parties == {
        "p1": "applicant",
        "p2": "founder",
        "p3": "founder",
        "p4": "founder",
        "p5": "witness",
    }
    assert story.now.consents_asked == ["p2", "p3", "p4", "p5"]
    assert len(set(story.now.persons.values())) == 5
    assert len(subject_of(story.now, story.at).parties) == 5


def test_in_the_signed_event_each_is_a_member_under_a_key_of_their_own(offer: Offer) -> None:
    story = given(told(offer, witnesses=1), file())
    filed = next(r for r in story.log if isinstance(r.event, e.CaseFiled))
    members = codec.encode(filed.event, "case", "KZ")
    whose = {name: of for name, _, of in members.personal}
    assert whose["founders_2"] == whose["person_p3"] == "founder_2"
    assert whose["witnesses_1"] == whose["person_p5"] == "witness_1"
    assert not {"founders", "founders_4", "witnesses"} & (whose.keys() | members.public.keys())
    assert len({filed.keys[f"founder_{n}"] for n in (1, 2, 3)}) == 3
    personal = {name: value for name, value, _ in members.personal}
    assert codec.decode(members.type, members.public, personal, "KZ") == (filed.event, whose)


def test_a_list_without_anybody_comes_back_as_one(offer: Offer) -> None:
    assert given(told(offer), file()).now.request["witnesses"] == []


def test_nobody_is_in_a_signed_event_beside_those_who_are_parties(offer: Offer) -> None:
    """Their number is public; a person too many would stand in clear."""
    filed = given(told(offer), file()).the(e.CaseFiled)
    too_few = {p: role for p, role in filed.parties.items() if p != "p4"}
    with pytest.raises(codec.UnknownEvent):
        codec.encode(replace(filed, parties=too_few), "case", "KZ")
    with_a_gap = {"p1": "applicant", "p3": "founder"}
    public = {"parties": with_a_gap, "procedure": filed.procedure, "form": 1}
    with pytest.raises(codec.UnknownEvent):
        codec.members_of("case.CaseFiled.v1", public, "KZ")


def test_the_case_goes_on_when_the_last_of_fifty_has_agreed(offer: Offer) -> None:
    *all_but_one, last = all_consent(EVERYBODY)
    story = given(told(offer, EVERYBODY), file(), *all_but_one)
    assert story.now.stage == Stage.FILED
    story.when(last).then("ConsentGiven", "DecisionTermStarted")
    given(story, *COMPLETED)
    assert story.now.stage == Stage.COMPLETED
    assert len(story.entry.content["founders"]) == EVERYBODY
    assert folded(story.log, story.case_id) == story.now


def test_one_consent_is_not_anothers(offer: Offer) -> None:
    story = given(told(offer), file(), consent("founder_2"))
    assert [c["answer"] for c in shown(story.now, "p1")["consents"]] == ["open", "given", "open"]
    assert [c["party"] for c in shown(story.now, "p1")["consents"]] == ["p2", "p3", "p4"]
    assert {c["role"] for c in shown(story.now, "p1")["consents"]} == {"founder"}
    given(story, revoke("founder_2"))
    assert story.now.consents == {}


def test_one_no_of_many_ends_the_case(offer: Offer) -> None:
    story = given(told(offer), file(), consent("founder_1"), decline("founder_3"))
    assert story.now.stage == Stage.WITHDRAWN
    assert story.now.decided is not None
    assert story.now.decided["by"] == "p4"


def test_a_founder_who_files_need_not_agree_again(offer: Offer) -> None:
    story = given(told(offer, first=0), file())
    assert story.now.consents_asked == ["p3", "p4"]
    story.when(consent("p1")).then_refused(NotAllowed, "consent_not_asked")


def test_who_is_asked_as_two_parties_says_as_which_they_answer(offer: Offer) -> None:
    request = a_founding(2)
    story = Story(offer, as_filed(offer, {**request, "witnesses": [request["founders"][0]]}))
    given(story, file())
    assert story.now.consents_asked == ["p2", "p3", "p4"]
    story.when(consent("p2")).then_refused(Invalid, "party_missing", "/party")
    story.when(consent("p2", party="p3")).then_refused(NotAllowed, "consent_not_asked")
    given(story, consent("p2", party="p4"))
    assert story.last[0].actor == {"id": "p4", "role": "witness"}
    assert set(story.now.consents) == {"p4"}
    given(story, consent("p2", party="p2"), consent("p3"))
    assert story.now.stage == Stage.IN_REVIEW


def test_nobody_founds_twice(offer: Offer) -> None:
    story = told(offer)
    story.request["founders"][2] = story.request["founders"][0]
    story.request = as_filed(offer, {n: v for n, v in story.request.items() if not n.startswith("person_")})
    story.when(file()).then_refused(Invalid, "named_twice", "/request/founders/2/personal_number")


def test_who_is_not_born_yet_is_found_in_the_list(offer: Offer) -> None:
    story = told(offer)
    story.request["founders"][1]["born_on"] = "2027-01-01"
    story.when(file()).then_refused(Invalid, "in_the_future", "/request/founders/1/born_on")


def test_a_warning_says_which_of_them(offer: Offer) -> None:
    story = told(offer)
    story.request["founders"][1]["surname"] = None
    assert "one_name:founder_2" in given(story, file()).now.warnings


def test_each_sees_themselves_and_of_the_others_the_names(offer: Offer) -> None:
    story = given(told(offer), file())
    assert visible_whose(story.now, "p3") == {"founder_2", "case"}
    seen = shown(story.now, "p3")
    own, other = story.request["founders"][1], story.request["founders"][0]
    assert seen["request"]["founders"][1] == own
    assert seen["request"]["founders"][0] == {n: other[n] for n in ("surname", "given_names")}
    assert seen["you_are"] == "founder"
    assert {"party": "p3", "role": "founder", "whose": "founder_2"} in seen["parties"]
    assert shown(story.now, "p1")["request"]["founders"] == story.request["founders"]
    assert shown(story.now, None)["request"]["founders"] == story.request["founders"]
    assert watched(story.now)["request"] == {"witnesses": []}


def test_the_erasure_of_one_leaves_the_others(offer: Offer) -> None:
    story = given(told(offer), file(), *all_consent(3), *COMPLETED, YEARS_LATER)
    seller = story.keys[story.case_id]
    kept = {*seller["founder_1"], *seller["founder_3"]}
    given(story, erase("founder_2"))
    erased = story.the(e.PersonalDataErased)
    assert len(erased.keys) == 1
    assert not kept & set(erased.keys)
    assert [bool(each) for each in story.now.request["founders"]] == [True, False, True]
    assert set(story.now.persons) == {"p1", "p2", "p4"}
    gone = [forgotten(recorded, erased.keys) for recorded in story.log]
    assert folded(gone, story.case_id) == story.now
    assert shown(story.now, None)["request"]["founders"][1] is None


def test_a_number_that_no_founder_has_is_nobodys(offer: Offer) -> None:
    story = given(told(offer), file(), *all_consent(3), *COMPLETED, YEARS_LATER)
    story.when(erase("founder_4")).then_refused(Invalid, "unknown_role", "/whose")


# --- companies --------------------------------------------------------------------------------------------


def test_companies_are_parties_beside_persons(offer: Offer) -> None:
    """Each under a key of its own, with a keyed id, and seen by the others as its name."""
    request = a_founding(3)
    people = request["founders"]
    companies = [a_company(n) for n in range(7)]
    asked = {**request, "founders": [people[0], *companies, people[1]]}
    founders = plain(FoundingForm.model_validate(asked))["founders"]
    assert founders[1:8] == companies
    story = given(Story(offer, as_filed(offer, {**request, "founders": founders})), file())
    assert len(set(story.now.persons.values())) == 10
    assert shown(story.now, "p2")["request"]["founders"][3] == {"name": "Example 2 LLP"}
    assert len({story.keys[story.case_id][f"founder_{n}"] for n in range(1, 10)}) == 9


def test_a_company_founds_once(offer: Offer) -> None:
    story = Story(offer, as_filed(offer, {**a_founding(1), "founders": [a_company(1), a_company(1)]}))
    story.when(file()).then_refused(Invalid, "named_twice", "/request/founders/1/number")
