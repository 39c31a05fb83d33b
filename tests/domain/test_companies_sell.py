"""A company sells and buys a car by its head, its clerk, or a paper; one that is struck off does neither."""

from typing import Any, Final

import pytest
from pydantic import ValidationError

from domain import events as e
from domain.commands import StatedCapacity
from domain.entry import Entry
from domain.law.kz.car_sale import FirstKazakhCarSaleForm
from domain.obstacles import for_parties, in_question, known_at_filing, obstacles
from domain.offers import offers
from domain.parties import keyed
from domain.procedures.car_sale import VEHICLES
from domain.refusals import Clash, Invalid, Unknown
from domain.registers.companies import REGISTER
from tests.domain.acts import (
    approve,
    as_human,
    asked_by,
    assign,
    consent,
    file,
    give_mandate,
    pay,
    propose,
    refuse,
)
from tests.domain.story import Story, a_sale, given, human_of, imported
from tests.examples import example_request, person

HEAD: Final = person("KZ", 900)
CLERK: Final = person("KZ", 902)
BY_HEAD: Final = as_human(HEAD)
COMPANY: Final = {"country": "KZ", "number": "000000000007", "name": "Example 7 LLP", "acts_by": None}
ITSELF: Final = {name: value for name, value in COMPANY.items() if name != "acts_by"}
AS_HEAD: Final = StatedCapacity("head")


def known(story: Story, *, struck_off_on: str | None = None, may_act: str = "alone") -> Entry:
    """The company stands in the register, with its head; or stands there anew, struck off."""
    head = {"person": HEAD, "may_act": may_act, "since": "2020-01-01", "until": None}
    content = {
        "number": COMPANY["number"],
        "names": [COMPANY["name"]],
        "heads": [head],
        "struck_off_on": struck_off_on,
    }
    key = REGISTER.key(content)
    if key not in story.entries:
        imported(story, content, REGISTER)
    else:
        version = REGISTER.content_version
        changed = e.EntryChanged(register="companies", content_version=version, title="end", content=content)
        story.happened((key, changed))
    return story.entries[key]


def by_paper(as_: str = "head", who: dict[str, Any] = HEAD) -> dict[str, Any]:
    return {**COMPANY, "acts_by": {"as": as_, "person": who}}


def test_a_company_sells_its_car_by_its_head_and_the_event_names_the_register() -> None:
    story = a_sale(seller=COMPANY)
    assert story.entry.content["owner"] == ITSELF
    entry = known(story)
    given(story, asked_by(BY_HEAD, file(acting=AS_HEAD)))
    filed = next(r for r in story.last if isinstance(r.event, e.CaseFiled))
    assert isinstance(filed.event, e.CaseFiled)
    assert filed.actor == {"id": "a1", "role": "applicant", "for": {"party": "p1", "as": "head"}}
    assert filed.event.acting == {
        "person": human_of(("person", 1, "KZ", HEAD["personal_number"]["number"])),
        "paper": None,
        "proof": entry.entry,
    }
    assert "acts_by_paper:seller" not in story.now.warnings
    given(story, consent("p2"), pay(), assign(), propose(), approve())
    assert story.entry.content["owner"]["personal_number"] == story.request["buyer"]["personal_number"]


def test_a_company_buys_and_is_written_down_as_the_owner_without_who_acted() -> None:
    story = a_sale(buyer=by_paper())
    given(story, file())
    assert "acts_by_paper:buyer" in story.now.warnings
    given(story, asked_by(BY_HEAD, consent("p1")), pay(), assign(), propose(), approve())
    assert story.entry.content["owner"] == ITSELF
    changed = story.log[-3]
    assert isinstance(changed.event, e.EntryChanged)
    assert changed.event.content_version == 3


def test_a_clerk_sells_for_the_company_by_mandate() -> None:
    story = a_sale(seller=COMPANY)
    known(story)
    clerk = as_human(CLERK)
    given(story, give_mandate(of=ITSELF, by=BY_HEAD, to=CLERK))
    story.when(asked_by(clerk, file(acting=StatedCapacity("clerk"))))
    assert story.refusal is None
    assert story.last[-1].actor["for"] == {"party": "p1", "as": "clerk"}


def test_a_company_whose_heads_act_together_names_who_acts_and_hears_why() -> None:
    story = a_sale(buyer=COMPANY)
    known(story, may_act="jointly")
    story.when(file()).then_refused(Invalid, "nobody_acts_alone", "/request/buyer/acts_by")


def test_a_company_that_the_register_does_not_know_names_who_acts_and_the_officer_sees_the_paper() -> None:
    nobody = a_sale(buyer=COMPANY)
    nobody.when(file()).then_refused(Invalid, "nobody_acts", "/request/buyer/acts_by")
    story = a_sale(seller=by_paper("clerk", CLERK))
    given(story, asked_by(as_human(CLERK), file(acting=StatedCapacity("clerk"))))
    assert "acts_by_paper:seller" in story.now.warnings


@pytest.mark.parametrize(
    ("seller", "as_"),
    [
        (by_paper("parent"), "parent"),
        ({**person("KZ", 5), "acts_by": {"as": "head", "person": HEAD}}, "head"),
    ],
    ids=["a company's parent", "a human's head"],
)
def test_nobody_is_a_companys_parent_or_heads_a_human(seller: dict[str, Any], as_: Any) -> None:
    story = a_sale(seller=seller)
    known(story)
    story.when(asked_by(BY_HEAD, file(acting=StatedCapacity(as_)))).then_refused(
        Invalid, "may_not_act_so", "/request/seller/acts_by/as"
    )


def test_another_company_does_not_sell_the_car() -> None:
    story = a_sale(seller=COMPANY)
    known(story)
    other = {**COMPANY, "number": "000000000008", "acts_by": {"as": "head", "person": HEAD}}
    story.request = keyed(story.offer.procedure, {**story.request, "seller": other}, human_of)
    story.when(asked_by(BY_HEAD, file(acting=AS_HEAD))).then_refused(Clash, "not_the_owner")


def test_a_company_does_not_sell_to_itself() -> None:
    story = a_sale(seller=COMPANY, buyer=COMPANY)
    known(story)
    story.when(asked_by(BY_HEAD, file(acting=AS_HEAD))).then_refused(
        Invalid, "same_person", "/request/buyer/number"
    )


def test_a_company_that_is_struck_off_sells_nothing() -> None:
    story = a_sale(seller=COMPANY)
    known(story, struck_off_on="2026-01-01")
    story.when(asked_by(BY_HEAD, file(acting=AS_HEAD))).then_refused(Clash, "company_struck_off")


@pytest.mark.parametrize("act", [propose, approve])
def test_what_it_asked_for_before_it_was_struck_off_is_not_approved(act: Any) -> None:
    """The capacity of persons is that of the moment of decision."""
    story = a_sale(seller=COMPANY)
    known(story)
    given(story, asked_by(BY_HEAD, file(acting=AS_HEAD)), consent("p2"), pay(), assign())
    if act is approve:
        given(story, propose())
    known(story, struck_off_on="2026-11-23")
    story.when(act()).then_refused(Clash, "party_struck_off")


def test_a_stranger_does_not_learn_of_a_companys_case() -> None:
    story = a_sale(buyer=by_paper())
    given(story, file())
    story.when(asked_by(as_human(person("KZ", 903)), consent("p1"))).then_refused(Unknown)


def test_a_case_of_the_first_form_has_no_place_for_who_acts_and_goes_on() -> None:
    """What the form has a place for is frozen with it: also where the request is restated today."""
    offer = offers()["KZ", "car_sale"]
    assert offer.former[1] == FirstKazakhCarSaleForm
    asked = {name: each for name, each in a_sale().request.items() if not name.startswith(("person", "repr"))}
    plain = {name: _first(each) for name, each in asked.items()}
    restated = keyed(offer.procedure, plain, human_of, FirstKazakhCarSaleForm)
    assert not [name for name in restated if name.startswith("representative")]


def test_an_entry_of_the_first_content_is_sold_and_written_anew_with_the_second() -> None:
    story = a_sale()
    first = story.log[0].event
    assert isinstance(first, e.EntryCreated)
    older = e.EntryChanged(register="vehicles", content_version=1, title="sale", content=dict(first.content))
    story.happened((VEHICLES.key(first.content), older))
    given(story, file(), consent("p2"), pay(), assign(), propose(), approve())
    assert "acts_by" not in story.entry.content["owner"]


def _first(value: Any) -> Any:
    return {n: v for n, v in value.items() if n != "acts_by"} if isinstance(value, dict) else value


def test_a_company_that_is_struck_off_is_told_from_the_first_day() -> None:
    """To the parties that it is so, to the officer which one; before anybody pays (rules.md 37)."""
    story = a_sale(buyer=COMPANY)
    known(story, struck_off_on="2026-01-01")
    given(story, file())
    assert "party_struck_off:buyer" in story.now.warnings
    assert known_at_filing(story.now) == ["party_struck_off:buyer"]
    keys = in_question(story.now, story.at)
    found = obstacles(story.now, story.at, story.beside(keys))
    assert "party_struck_off:buyer" in found
    assert "party_struck_off" in for_parties(found, story.offer.procedure)


def test_a_refusal_of_who_was_struck_off_since_gives_the_fee_back() -> None:
    story = a_sale(seller=COMPANY)
    known(story)
    given(story, asked_by(BY_HEAD, file(acting=AS_HEAD)), consent(), pay(), assign())
    known(story, struck_off_on="2026-11-23")
    story.when(refuse("untrue_documents"))
    assert story.refusal is None
    assert (story.now.stage, story.now.kept) == ("refused", 0)


@pytest.mark.parametrize(("name", "said"), [("Example 7 LLP", 0), ("Entirely Otherwise LLP", 1)])
def test_a_company_under_another_name_than_the_registers_is_told_to_the_officer(name: str, said: int) -> None:
    story = a_sale(buyer={**COMPANY, "name": name})
    known(story)
    given(story, file())
    assert story.now.warnings.count("name_differs:buyer") == said


@pytest.mark.parametrize(
    ("procedure", "side"), [("car_sale", "buyer"), ("car_sale", "seller"), ("car_transfer", "receiver")]
)
def test_a_company_is_nobodys_kin(procedure: str, side: str) -> None:
    """In Azerbaijan whoever gives a car to kin pays less."""
    found = offers()["AZ", procedure]
    request = example_request(found)
    request[side] = {"country": "AZ", "number": "1234567891", "name": "Nümunə MMC", "acts_by": None}
    found.form.model_validate({**request, "to_kin": False})
    with pytest.raises(ValidationError, match="company_is_no_kin") as wrong:
        found.form.model_validate({**request, "to_kin": True})
    assert [each["loc"] for each in wrong.value.errors()] == [("to_kin",)]
