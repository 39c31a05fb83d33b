"""The authority's no: on grounds of the closed list, with the law and the way to appeal."""

from dataclasses import replace
from datetime import date

import pytest

from domain import events as e
from domain.refusals import Clash, Invalid, NotAllowed, WrongStage
from domain.terms import AfterRefusal
from tests.domain.acts import (
    APPEALABLE,
    COMPLETE,
    FINAL,
    IN_HAND,
    OFFICER,
    REFUSED,
    RETURNED,
    applicant,
    changed_hands,
    end_appeal_term,
    ended,
    file,
    later,
    pay,
    propose,
    refuse,
    withdraw,
)
from tests.domain.made_up import LAW, a_story_of, made_up
from tests.domain.story import Act, a_sale, given


def test_a_refusal_names_its_grounds_their_law_and_the_way_to_appeal() -> None:
    story = given(a_sale(), *IN_HAND).when(refuse("tax_unpaid", "restricted", reason="See the letter."))
    story.then("ClaimKept", "CaseRefused", "RefundDue")
    refused = story.the(e.CaseRefused)
    sources = {g.code: g.source.law for g in story.terms.grounds}
    assert refused.law == [sources["tax_unpaid"], sources["restricted"]]
    assert refused.served_after["due"] == "2026-11-30"
    assert story.now.stage == "refused"
    assert story.now.decided is not None
    assert story.now.decided["explanation"] == "See the letter."


def test_what_the_parties_could_not_know_before_they_paid_gives_the_fee_back() -> None:
    story = given(a_sale(), *IN_HAND).when(refuse("restricted"))
    story.then("ClaimKept", "CaseRefused", "RefundDue")
    assert story.now.fee is not None
    back = story.the(e.RefundDue)
    assert (back.reason, back.amount) == ("refused", story.now.fee["amount"])


@pytest.mark.parametrize("meanwhile", [changed_hands, ended])
def test_a_car_that_was_sold_or_scrapped_since_it_was_filed_gives_the_fee_back(meanwhile: Act) -> None:
    """The house had looked at the filing, and let it in: nobody could know before they paid (rules.md 36)."""
    story = given(a_sale(), *IN_HAND, meanwhile, later(days=1)).when(refuse("tax_unpaid", "not_the_owner"))
    story.then("ClaimKept", "CaseRefused", "RefundDue")
    assert story.the(e.RefundDue).reason == "refused"
    assert story.now.kept == 0


def test_on_another_ground_or_where_the_register_says_what_it_said_the_fee_is_kept() -> None:
    """An officer may doubt the owner for a paper that the register does not have."""
    given(a_sale(), *IN_HAND).when(refuse("not_the_owner")).then("ClaimKept", "CaseRefused")
    given(a_sale(), *IN_HAND, changed_hands).when(refuse("tax_unpaid")).then("ClaimKept", "CaseRefused")


def test_other_grounds_keep_the_fee_and_that_is_not_settled_law() -> None:
    story = given(a_sale(), *IN_HAND).when(refuse("tax_unpaid"))
    story.then("ClaimKept", "CaseRefused")
    assert "after_refusal" in story.terms.unconfirmed


@pytest.mark.parametrize("gives_back", [True, False])
def test_the_law_may_give_the_fee_back_on_every_ground(
    monkeypatch: pytest.MonkeyPatch, *, gives_back: bool
) -> None:
    rule = AfterRefusal(gives_back=gives_back, source=LAW)
    story = given(a_story_of(made_up(monkeypatch, after_refusal=rule)), *IN_HAND)
    story.when(refuse("tax_unpaid")).then("ClaimKept", "CaseRefused", *["RefundDue"] * gives_back)
    assert "after_refusal" not in story.terms.unconfirmed


def test_the_list_of_grounds_is_closed() -> None:
    story = given(a_sale(), *IN_HAND).when(refuse("tax_unpaid", "bad_mood"))
    story.then_refused(Invalid, "unknown_ground", "/grounds/1")


def test_there_is_no_refusal_without_a_ground() -> None:
    given(a_sale(), *IN_HAND).when(refuse()).then_refused(Invalid, "ground_missing", "/grounds")


def test_a_case_is_refused_by_who_has_it() -> None:
    given(a_sale(), *COMPLETE).when(refuse("tax_unpaid")).then_refused(NotAllowed, "not_assigned_to_you")


def test_what_is_refused_is_not_refused_again_on_other_grounds() -> None:
    given(a_sale(), *REFUSED).when(refuse("tax_unpaid", seen=3)).then()
    given(a_sale(), *REFUSED).when(refuse("restricted")).then_refused(WrongStage)


def test_a_proposal_of_approval_can_still_end_in_a_refusal() -> None:
    given(a_sale(), *IN_HAND, propose(OFFICER)).when(refuse("tax_unpaid")).then("ClaimKept", "CaseRefused")


def test_a_case_that_waits_for_an_answer_is_not_refused() -> None:
    given(a_sale(), *RETURNED).when(refuse("tax_unpaid")).then_refused(WrongStage)


def test_a_refusal_gives_no_fee_back() -> None:
    assert given(a_sale(), *REFUSED).now.refunds == {}


# --- the appeal term --------------------------------------------------------------------------------------


def test_what_a_refused_case_claimed_is_held_until_nobody_can_appeal() -> None:
    story = given(a_sale(), *REFUSED)
    (claim,) = story.claims.values()
    assert claim.holder == story.case_id
    given(story, later(days=60)).when(end_appeal_term()).then()
    given(story, *APPEALABLE).when(end_appeal_term()).then("ClaimReleased", "AppealTermEnded")
    assert [claim.holder for claim in story.claims.values()] == [None]
    assert story.now.is_appeal_term_over


def test_the_appeal_term_ends_once() -> None:
    given(a_sale(), *REFUSED, *FINAL).when(end_appeal_term()).then()


def test_after_the_appeal_term_the_car_can_be_sold_again() -> None:
    story = given(a_sale(), *REFUSED, *FINAL)
    again = a_sale(at=story.at)
    again.case_id, again.entries, again.claims = "case-2", story.entries, story.claims
    again.when(file()).then("ClaimTaken", "CaseFiled", "FeeAssessed")


def test_before_that_nobody_else_can_and_who_was_refused_files_again_at_once() -> None:
    """The new case takes over what the old one holds, in the same append (rules.md 17)."""
    story = given(a_sale(), *REFUSED)
    refused, seller = story.case_id, story.request["person_p1"]
    story.case, story.case_id = None, "case-2"
    story.request = {**story.request, "person_p1": "human-another"}
    other = file(by=lambda _: replace(applicant(story), persons={"KZ": "human-another"}))
    story.when(other).then_refused(Clash, "claim_kept")
    assert story.refusal is not None
    assert story.refusal.values == {"until": date(2027, 3, 1)}
    story.request = {**story.request, "person_p1": seller}
    story.when(file()).then("ClaimTaken", "CaseFiled", "FeeAssessed")
    (claim,) = story.claims.values()
    assert (claim.holder, claim.people) == ("case-2", ())
    assert refused != "case-2"


def test_nobody_ends_the_appeal_term_but_the_clock() -> None:
    given(a_sale(), *REFUSED, *APPEALABLE).when(end_appeal_term(OFFICER)).then_refused(NotAllowed)


def test_what_was_withdrawn_has_no_appeal_term() -> None:
    given(a_sale(), file(), pay(), withdraw(), later(days=400)).when(end_appeal_term()).then()
