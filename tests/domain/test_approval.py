"""Approval: the register is written and the claims end in one append, on the register as it stands then."""

import pytest

from domain import events as e
from domain.persons import itself
from domain.refusals import Clash
from tests.domain.acts import (
    APPROVED,
    FILED,
    IN_HAND,
    OFFICER,
    PROPOSED,
    approve,
    assign,
    changed_hands,
    ended,
    erase_entry,
    file,
    later,
    lift,
    office,
    restrict,
)
from tests.domain.story import a_birth, a_sale, given, imported, stream_of
from tests.examples import example_entry

BAILIFF = office("restricting_officer", authority="kz-bailiffs")


# --- what follows -----------------------------------------------------------------------------------------


def test_a_sale_changes_the_owner_and_frees_the_car_in_one_append() -> None:
    story = given(a_sale(), *PROPOSED).when(approve()).then("EntryChanged", "ClaimReleased", "CaseApproved")
    assert story.entry.content["owner"] == itself(story.request["buyer"])
    assert story.entry.title == "sale"
    assert [claim.holder for claim in story.claims.values()] == [None]
    assert story.now.stage == "approved"
    assert story.now.entries == [{"register": "vehicles", "entry": stream_of(story.key)}]


def test_new_plates_are_given_later_and_kept_plates_stay() -> None:
    with_new, with_old = a_sale(new_plates=True), a_sale(new_plates=False)
    plate = with_old.entry.content["vehicle"]["plate"]
    assert given(with_new, *APPROVED).entry.content["vehicle"]["plate"] is None
    assert given(with_old, *APPROVED).entry.content["vehicle"]["plate"] == plate


def test_a_birth_creates_its_entry_and_is_claimed_for_good() -> None:
    story = given(a_birth(), *FILED, assign(OFFICER)).when(approve(OFFICER))
    story.then("EntryCreated", "ClaimSettled", "ClaimSettled", "CaseApproved")
    assert story.entry.content["child"] == story.request["child"]
    assert {claim.holder for claim in story.claims.values()} == {stream_of(story.key)}
    assert all(claim.is_settled for claim in story.claims.values())


def test_the_last_event_of_the_case_names_all_that_was_appended_with_it() -> None:
    """So half of a decision cannot vanish unseen."""
    story = given(a_sale(), *APPROVED)
    others = [r.hash for r in story.last if not r.type.startswith("case.")]
    assert set(story.last[-1].effects or ()) == set(others) == set(story.now.effects)


def test_who_decided_by_which_rule_is_recorded() -> None:
    approved = given(a_sale(), *APPROVED).the(e.CaseApproved)
    assert (approved.rule, approved.officer_person) == ("case.decide:officer", "human-officer-2")


# --- restrictions count at the moment of transfer -----------------------------------------------------------


@pytest.mark.parametrize("kind", ["arrest", "lien", "wanted"])
def test_a_car_under_a_live_restriction_is_not_sold(kind: str) -> None:
    story = given(a_sale(), *PROPOSED, restrict(kind)).when(approve())
    story.then_refused(Clash, "entry_restricted")
    assert kind in str(story.refusal)
    assert story.now.stage == "in_review"


def test_a_restriction_that_is_lifted_in_time_hinders_nothing() -> None:
    story = given(a_sale(), restrict("arrest"), *PROPOSED, lift(BAILIFF))
    story.when(approve()).then("EntryChanged", "ClaimReleased", "CaseApproved")


def test_one_lifted_of_two_still_hinders() -> None:
    story = given(a_sale(), restrict("arrest"), restrict("lien", restriction="r-2"), *PROPOSED, lift(BAILIFF))
    story.when(approve()).then_refused(Clash, "entry_restricted")


# --- the register as it stands now ------------------------------------------------------------------------


def test_a_car_that_changed_its_owner_meanwhile_is_not_sold() -> None:
    story = given(a_sale(), *PROPOSED, changed_hands).when(approve())
    story.then_refused(Clash, "not_the_owner")


def test_a_car_that_left_the_register_meanwhile_is_not_sold() -> None:
    story = given(a_sale(), *PROPOSED)
    story.entries.clear()
    story.when(approve()).then_refused(Clash, "not_the_owner")


def test_a_car_whose_owner_is_forgotten_is_not_sold() -> None:
    story = given(a_sale())
    given(story, ended, later(days=4000), erase_entry())
    story.when(file()).then_refused(Clash, "not_the_owner")


def test_a_birth_that_came_into_the_register_meanwhile_is_not_registered_twice() -> None:
    story = given(a_birth(), *FILED, assign(OFFICER))
    imported(story, example_entry(story.offer, story.request))
    story.when(approve(OFFICER)).then_refused(Clash, "entry_exists")


def test_what_the_case_no_longer_holds_is_not_decided() -> None:
    story = given(a_sale(), *PROPOSED)
    (key,) = story.claims
    freed = e.ClaimReleased(kind=key.kind, holder=story.case_id)
    story.happened((key, freed))
    story.when(approve()).then_refused(Clash, "claim_taken")
    story.happened((key, e.ClaimTaken(kind=key.kind, holder="case-2")))
    story.when(approve()).then_refused(Clash, "claim_taken")


def test_nothing_is_written_when_something_hinders() -> None:
    story = given(a_sale(), *IN_HAND)
    before = (story.entry, dict(story.claims), story.now)
    story.when(approve())
    assert (story.entry, story.claims, story.now) == before
