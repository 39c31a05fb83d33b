"""Consents: each party answers the request as it stands; a yes may be taken back until a proposal."""

import pytest

from domain.refusals import Clash, NotAllowed, Unknown, WrongStage
from tests.domain.acts import (
    COMPLETE,
    CONSENTED,
    FILED,
    IN_HAND,
    OFFICER,
    PROPOSED,
    RETURNED,
    after,
    ask,
    asked_by,
    consent,
    decline,
    lapse,
    later,
    pay,
    revoke,
    stranger,
    until,
)
from tests.domain.story import Act, a_birth, a_sale, given


def test_the_last_consent_completes_what_is_paid() -> None:
    story = given(a_sale(), *FILED, pay()).when(consent()).then("ConsentGiven", "DecisionTermStarted")
    assert story.now.stage == "in_review"
    assert story.last[0].actor == {"id": "p2", "role": "buyer"}


def test_a_consent_alone_does_not_complete_what_is_unpaid() -> None:
    assert given(a_sale(), *FILED).when(consent()).then("ConsentGiven").now.stage == "filed"


def test_the_same_consent_twice_is_ignored() -> None:
    given(a_sale(), *CONSENTED).when(consent()).then()
    given(a_sale(), *PROPOSED).when(consent()).then()


def test_a_consent_answers_the_request_as_it_stands() -> None:
    given(a_sale(), *FILED).when(consent(of="hash-of-older")).then_refused(Clash, "consent_over_old_request")


def test_only_those_who_are_asked_consent() -> None:
    given(a_sale(), *FILED).when(consent("p1")).then_refused(NotAllowed, "consent_not_asked")
    given(a_birth(), *FILED).when(consent("p2")).then_refused(NotAllowed, "consent_not_asked")


def test_a_no_ends_the_case_and_frees_the_car() -> None:
    story = given(a_sale(), *FILED).when(decline())
    story.then("ClaimReleased", "ConsentDeclined", "CaseWithdrawn")
    assert story.now.stage == "withdrawn"
    assert story.now.decided is not None
    assert (story.now.decided["reason"], story.now.decided["by"]) == ("consent_declined", "p2")
    assert next(iter(story.claims.values())).holder is None


def test_a_no_gives_back_what_was_paid() -> None:
    story = given(a_sale(), *FILED, pay()).when(decline())
    story.then("ClaimReleased", "ConsentDeclined", "CaseWithdrawn", "RefundDue")


def test_the_same_no_twice_is_ignored() -> None:
    given(a_sale(), *FILED, decline()).when(decline()).then()


def test_a_yes_that_became_a_no_is_not_answered_as_a_yes() -> None:
    given(a_sale(), *CONSENTED, decline()).when(consent()).then_refused(WrongStage)


def test_after_a_no_there_is_nothing_to_agree_to() -> None:
    given(a_sale(), *FILED, decline()).when(consent()).then_refused(WrongStage)


@pytest.mark.parametrize("stage", [CONSENTED, COMPLETE, IN_HAND, RETURNED])
def test_a_yes_is_taken_back_until_an_approval_is_proposed(stage: tuple[Act, ...]) -> None:
    story = given(a_sale(), *stage, later(days=1)).when(revoke()).then("ConsentRevoked")
    assert (story.now.stage, story.now.consents) == ("filed", {})
    assert (story.now.stands_still_since is None) == (story.now.decision_due is None)


def test_after_the_proposal_a_yes_stands() -> None:
    given(a_sale(), *PROPOSED).when(revoke()).then_refused(Clash, "consent_stands")


def test_a_question_voids_the_proposal_and_a_yes_can_be_taken_back_again() -> None:
    given(a_sale(), *PROPOSED, ask()).when(revoke()).then("ConsentRevoked")


def test_what_was_not_given_cannot_be_taken_back() -> None:
    given(a_sale(), *FILED).when(revoke()).then()


def test_a_new_yes_brings_the_case_back_into_review_without_the_days_in_between() -> None:
    """The clock stood still (rules.md 6): nobody gains a term by it, and nobody loses a day."""
    story = given(a_sale(), *IN_HAND, until("2026-11-24"), revoke(), until("2026-11-30")).when(consent())
    story.then("ConsentGiven", "DecisionTermStarted")
    assert story.now.decision_due is not None
    assert (story.now.decision_due["start"][:10], story.now.decision_due["due"]) == (
        "2026-11-23",
        "2026-12-03",
    )
    assert len(story.now.decision_due["stops"]) == 1
    assert story.now.officer == "officer-1"


def test_who_takes_a_yes_back_has_the_whole_time_to_consent_again() -> None:
    """No citizen's date gets shorter: the case does not lapse the moment after."""
    first = given(a_sale(), *COMPLETE)
    late = given(first, after(lambda c: c.consent_until), revoke()).when(lapse())
    late.then()
    assert late.now.stage == "filed"
    given(late, after(lambda c: c.consent_until)).when(lapse()).then("ClaimKept", "CaseLapsed", "RefundDue")


def test_an_officer_does_not_consent_and_a_stranger_hears_of_nothing() -> None:
    given(a_sale(), *FILED).when(asked_by(OFFICER, consent())).then_refused(NotAllowed, "not_allowed")
    given(a_sale(), *FILED).when(asked_by(stranger, consent())).then_refused(Unknown, "not_found")
