"""A parent whom the child's birth names acts for the child without a paper, as long as the child is not of age."""

from datetime import date, timedelta
from typing import Any, Final

import pytest

from domain import events as e
from domain.commands import StatedCapacity
from domain.countries import country_of
from domain.entry import Entry
from domain.offers import offers
from domain.parentage import birth, birth_claim_of, child_of
from domain.procedures.birth_certificate import BIRTHS
from domain.refusals import Clash, Invalid, NotAllowed, Unknown
from infra.formats.ids import Ids
from tests.domain.acts import (
    FILED,
    OFFICER,
    SUPERVISOR,
    approve,
    as_human,
    asked_by,
    assign,
    consent,
    file,
    later,
    office,
    pay,
    propose,
)
from tests.domain.story import Story, a_birth, a_sale, given, human_of, imported
from tests.examples import example_content, person

MOTHER, FATHER, CHILD, STRANGER = (person("KZ", n) for n in (910, 911, 912, 913))
TODAY: Final = date(2026, 11, 23)
EIGHTEEN: Final = date(2008, 11, 23).isoformat()  # of age today
ALMOST: Final = date(2008, 11, 24).isoformat()
SMALL: Final = "2015-03-01"
AS_PARENT: Final = StatedCapacity("parent")


def key_of(who: dict[str, Any]) -> tuple[str | int, ...]:
    return ("person", 1, "KZ", who["personal_number"]["number"])


def born(story: Story, born_on: str = SMALL, **more: Any) -> Entry:
    """The child's birth stands in the register, with mother and father."""
    content = example_content(BIRTHS.content, "KZ")
    content |= {"mother": MOTHER, "father": FATHER, "child_number": CHILD["personal_number"], **more}
    content["child"] = {**content["child"], "born_on": born_on}
    imported(story, content, BIRTHS)
    return story.entries[BIRTHS.key(content)]


def a_child(born_on: str = SMALL, acts_by: Any = None) -> dict[str, Any]:
    return {**CHILD, "born_on": born_on, "acts_by": acts_by}


def by_paper(who: dict[str, Any]) -> dict[str, Any]:
    return {"as": "parent", "person": who}


def bought(**more: Any) -> Story:
    """A car is sold to the child, whose birth is in the register; the case is filed."""
    story = a_sale(buyer=a_child(**more))
    born(story, **{name: each for name, each in more.items() if name == "born_on"})
    return given(story, file())


@pytest.mark.parametrize("parent", [MOTHER, FATHER], ids=["mother", "father"])
def test_a_parent_consents_for_the_child_and_the_event_names_the_entry(parent: dict[str, Any]) -> None:
    story = bought()
    entry = next(entry for entry in story.entries.values() if entry.register == "births")
    assert "acts_by_paper:buyer" not in story.now.warnings
    given(story, asked_by(as_human(parent), consent("p1")))
    given_by = story.the(e.ConsentGiven)
    assert given_by.acting == {"person": human_of(key_of(parent)), "paper": None, "proof": entry.entry}
    assert story.last[0].actor["for"] == {"party": "p2", "as": "parent"}
    assert story.last[0].actor["id"] == "a1"


def test_a_parent_files_for_the_child_and_the_car_is_the_childs_no_more() -> None:
    story = a_sale(seller=a_child())
    born(story)
    given(story, asked_by(as_human(MOTHER), file(acting=AS_PARENT)))
    given(story, consent("p2"), pay(), assign(), propose(), approve())
    assert story.entry.content["owner"]["personal_number"] == story.request["buyer"]["personal_number"]


def test_a_parent_to_whom_the_child_sells_files_for_the_child_without_saying_so() -> None:
    story = a_sale(seller=a_child(), buyer=MOTHER)
    born(story)
    given(story, asked_by(as_human(MOTHER), file()))
    assert story.last[-1].actor["for"] == {"party": "p1", "as": "parent"}


def test_who_is_no_parent_acts_for_nobody() -> None:
    story = bought()
    story.when(asked_by(as_human(STRANGER), consent("p1"))).then_refused(Unknown)
    sold = a_sale(seller=a_child())
    born(sold)
    sold.when(asked_by(as_human(STRANGER), file(acting=AS_PARENT))).then_refused(Invalid, "not_acting")


@pytest.mark.parametrize(("born_on", "acts"), [(ALMOST, True), (EIGHTEEN, False)])
def test_on_the_day_on_which_the_child_is_of_age_no_parent_acts_any_more(born_on: str, *, acts: bool) -> None:
    story = bought(born_on=born_on)
    story.when(asked_by(as_human(MOTHER), consent("p1")))
    assert (story.refusal is None) == acts


def test_the_age_is_that_of_the_register_whatever_the_request_says() -> None:
    """Whoever files writes the birth day of the other one."""
    story = a_sale(buyer=a_child("2015-03-01"))
    born(story, "1990-01-01")
    given(story, file())
    story.when(asked_by(as_human(MOTHER), consent("p1"))).then_refused(Unknown)


def test_who_comes_of_age_meanwhile_says_yes_alone() -> None:
    story = bought(born_on=ALMOST)
    given(story, later(days=1))
    story.when(asked_by(as_human(MOTHER), consent("p1"))).then_refused(Unknown)
    given(story, consent("p2"))


def test_a_parent_whom_the_request_names_needs_no_paper_where_the_register_names_them() -> None:
    story = bought(acts_by=by_paper(MOTHER))
    assert "acts_by_paper:buyer" not in story.now.warnings
    given(story, asked_by(as_human(MOTHER), consent("p1")))
    acting = story.the(e.ConsentGiven).acting
    assert isinstance(acting, dict)
    assert acting["proof"] is not None


def test_a_parent_whom_the_register_does_not_name_acts_by_a_paper_that_the_officer_sees() -> None:
    story = bought(acts_by=by_paper(STRANGER))
    assert {"acts_by_paper:buyer", "register_says_otherwise:buyer"} <= {*story.now.warnings}
    given(story, asked_by(as_human(STRANGER), consent("p1")))
    unknown = a_sale(buyer=a_child(acts_by=by_paper(STRANGER)))
    given(unknown, file())
    assert "acts_by_paper:buyer" in unknown.now.warnings
    assert "register_says_otherwise:buyer" not in unknown.now.warnings
    given(unknown, asked_by(as_human(STRANGER), consent("p1")))


@pytest.mark.parametrize("is_known", [True, False])
def test_nobody_is_named_as_the_parent_of_who_is_of_age(*, is_known: bool) -> None:
    story = a_sale(buyer=a_child(EIGHTEEN, by_paper(MOTHER)))
    if is_known:
        born(story, EIGHTEEN)
    story.when(file()).then_refused(Invalid, "of_age", "/request/buyer/acts_by/as")


def test_a_parent_by_paper_acts_no_more_once_the_child_is_of_age() -> None:
    story = a_sale(buyer=a_child(ALMOST, by_paper(STRANGER)))
    given(story, file(), later(days=1))
    story.when(asked_by(as_human(STRANGER), consent("p1"))).then_refused(Unknown)


def test_an_officer_who_is_a_parent_of_a_child_in_the_case_has_no_office_in_it() -> None:
    """They could act for the child: that binds them, as it binds a head."""
    story = bought()
    parent = office("officer", "officer", person=human_of(key_of(MOTHER)))
    given(story, asked_by(as_human(FATHER), consent("p1")), pay())
    story.when(assign(parent)).then_refused(NotAllowed, "party_to_this_case")
    story.when(assign(SUPERVISOR, to=parent)).then_refused(NotAllowed, "officer_is_party")
    given(story, assign())


@pytest.mark.parametrize("over", ["ended", "erased"])
def test_a_birth_that_is_over_or_forgotten_says_nothing(over: str) -> None:
    story = bought()
    key = next(key for key, entry in story.entries.items() if entry.register == "births")
    ended = e.EntryEnded(register="births", title="annulment")
    keys = sorted(story.entries[key].keys)
    erased = e.PersonalDataErased(keys=keys, whose=["entry"], basis="a court")
    story.happened((key, ended if over == "ended" else erased))
    story.when(asked_by(as_human(MOTHER), consent("p1"))).then_refused(Unknown)


def test_who_is_registered_with_their_number_is_born_once_and_found_by_it() -> None:
    """The claim is taken with the filing, and belongs to the entry from the approval on."""
    number = person("TR", 77)["personal_number"]
    story = given(a_birth(child_number=number), *FILED, assign(OFFICER), approve(OFFICER))
    known = child_of({"child_number": number})
    assert known is not None
    assert story.claims[birth_claim_of(human_of(known))].holder == story.entry.entry
    assert BIRTHS.keys_of(story.entry.content, None)[-1].parts == ("births", "child", known)
    found = birth(story.entry, human_of)
    assert found is not None
    assert found.child == human_of(known)
    again = a_birth(5, child_number=number)
    again.claims, again.entries = story.claims, story.entries
    again.when(file()).then_refused(Clash, "entry_exists")


def test_a_claim_on_a_birth_is_found_by_the_number_and_by_the_keyed_id() -> None:
    ids = Ids(b"s" * 32)
    known = ("person", 1, "KZ", CHILD["personal_number"]["number"])
    content = {**example_content(BIRTHS.content, "KZ"), "child_number": CHILD["personal_number"]}
    assert ids.stream(birth_claim_of(ids.human(known))) == ids.stream(BIRTHS.claims(content)[-1])
    searched = BIRTHS.keys_searched("child", ["KZ", known[3]], [country_of("KZ").spelling])
    assert searched == (BIRTHS.keys_of(content, None)[-1],)


def test_an_entry_of_the_first_content_knows_nobodys_number() -> None:
    content = {n: each for n, each in example_content(BIRTHS.content, "KZ").items() if n != "child_number"}
    assert child_of(content) is None
    assert BIRTHS.former.keys() == {1, 2}
    assert offers()["TR", "birth_certificate"].former.keys() == {1, 2}


def test_who_is_born_on_a_leap_day_is_of_age_on_the_first_of_march() -> None:
    majority = country_of("KZ").majority
    assert not majority.is_reached(date(2008, 2, 29), date(2026, 2, 28))
    assert majority.is_reached(date(2008, 2, 29), date(2026, 3, 1))
    assert majority.is_reached(TODAY - timedelta(days=365 * 19), TODAY)
