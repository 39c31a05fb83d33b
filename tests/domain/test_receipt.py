"""The receipt: a case is completed when the register that holds the entry says that it applied it."""

from typing import Any

import pytest

from domain.refusals import Clash, NotAllowed, Unknown, WrongStage
from tests.domain.acts import (
    APPROVED,
    COMPLETED,
    DATA_PROTECTION,
    FILED,
    OFFICER,
    PROPOSED,
    REGISTRY,
    TREASURY,
    acknowledge,
    applicant,
    approve,
    assign,
    erase,
    later,
    stranger,
)
from tests.domain.story import Who, a_birth, a_sale, given


def test_the_receipt_completes_the_case() -> None:
    story = given(a_sale(), *APPROVED).when(acknowledge()).then("ReceiptRecorded", "CaseCompleted")
    assert (story.now.stage, story.now.receipts) == (
        "completed",
        {story.entry.changes[-1]: story.entry.entry},
    )
    assert story.last[0].actor["role"] == "registry"


def test_a_birth_is_completed_by_its_register_too() -> None:
    story = given(a_birth(), *FILED, assign(), approve(OFFICER))
    story.when(acknowledge()).then("ReceiptRecorded", "CaseCompleted")


def test_the_same_receipt_twice_is_ignored() -> None:
    given(a_sale(), *COMPLETED).when(acknowledge()).then()


def test_the_same_receipt_is_ignored_also_when_somebody_is_forgotten() -> None:
    given(a_sale(), *COMPLETED, later(days=500), erase("buyer")).when(acknowledge()).then()
    given(a_sale(), *COMPLETED, later(days=500), erase(by=DATA_PROTECTION)).when(acknowledge()).then()


@pytest.mark.parametrize(
    "wrong",
    [
        {"register": "births"},
        {"authority": "kz-police"},
        {"event": "hash-0"},  # the entry as it was imported
        {"event": "hash-of-something-else"},
    ],
)
def test_a_receipt_about_something_else_completes_nothing(wrong: dict[str, Any]) -> None:
    given(a_sale(), *APPROVED).when(acknowledge(REGISTRY, **wrong)).then_refused(
        Clash, "receipt_does_not_match"
    )


def test_a_receipt_for_the_freed_claim_is_none() -> None:
    """Only the change of the entry counts, though the case names all that was appended with it."""
    story = given(a_sale(), *APPROVED)
    (claim,) = set(story.now.effects) - set(story.entry.changes)
    story.when(acknowledge(event=claim)).then_refused(Clash, "receipt_does_not_match")


def test_nothing_is_received_before_it_was_decided() -> None:
    given(a_sale(), *PROPOSED).when(acknowledge()).then_refused(Clash, "receipt_does_not_match")


@pytest.mark.parametrize(
    ("who", "refusal"),
    [(applicant, NotAllowed), (OFFICER, NotAllowed), (TREASURY, NotAllowed), (stranger, Unknown)],
)
def test_only_a_registry_says_that_it_applied(who: Who, refusal: type[NotAllowed | Unknown]) -> None:
    given(a_sale(), *APPROVED).when(acknowledge(who)).then_refused(refusal)


def test_a_later_sale_does_not_make_the_receipt_of_the_first_wrong() -> None:
    story = given(a_sale(), *APPROVED)
    change = story.entry.changes[-1]
    again = a_sale(seller=story.request["buyer"], buyer=story.request["seller"])
    again.entries, again.claims, again.log = story.entries, story.claims, story.log
    again.case_id, again.heads = "case-2", story.heads
    given(again, *APPROVED)
    story.entries = again.entries
    assert story.entry.changes[-1] != change
    story.when(acknowledge(event=change)).then("ReceiptRecorded", "CaseCompleted")
    again.entries = story.entries
    again.when(acknowledge(event=change)).then_refused(Clash, "receipt_does_not_match")


def test_a_completed_case_takes_no_other_receipt() -> None:
    story = given(a_sale(), *COMPLETED)
    story.now.effects.append("hash-0")
    story.when(acknowledge(event="hash-0")).then_refused(WrongStage)
