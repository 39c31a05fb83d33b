"""A registry may say no: the officer sees it, the case waits, and the register's receipt ends it."""

from typing import Any

import pytest

from domain import events as e
from domain.lifecycle import fits
from domain.procedures import registers
from domain.procedures.car_sale import VEHICLES
from domain.refusals import Clash, NotAllowed, WrongStage
from domain.visibility import shown
from projections import work_queue
from tests.domain.acts import (
    APPROVED,
    COMPLETED,
    IN_HAND,
    OFFICER,
    TREASURY,
    acknowledge,
    asked_by,
    erase,
    later,
    object_to,
    until,
)
from tests.domain.made_up import a_story_of, made_up
from tests.domain.story import Story, a_sale, folded, given, imported, text
from tests.domain.test_effects import PLATES, plate, without_plate


def test_a_registry_that_cannot_apply_a_decision_says_why_and_the_case_waits() -> None:
    story = given(a_sale(), *APPROVED, later(days=1)).when(object_to()).then("ObjectionRecorded")
    said = story.the(e.ObjectionRecorded)
    assert (said.register, said.entry, said.event) == (
        "vehicles",
        story.entry.entry,
        story.entry.changes[-1],
    )
    assert (said.code, said.objection) == ("plate_unknown", "signed.by.registry")
    assert story.now.stage == "approved"
    assert fits(story.now) == ("RecordReceipt", "RecordObjection", "AnnulResult")
    assert folded(story.log, story.case_id) == story.now


def test_the_officer_finds_it_in_the_queue_and_the_parties_in_their_case() -> None:
    story = given(a_sale(), *APPROVED, later(days=1), object_to())
    row = next(iter(work_queue.PROJECTION.shown(story.now)), None)
    assert row is not None
    assert (row["stage"], row["flags"], row["since"]) == ("approved", ["plate_unknown"], text(story.at))
    (objection,) = shown(story.now, "p1")["objections"]
    assert (objection["code"], objection["entry"]) == ("plate_unknown", story.entry.entry)


def test_its_receipt_ends_the_objection_and_completes_the_case() -> None:
    story = given(a_sale(), *APPROVED, object_to()).when(acknowledge())
    story.then("ReceiptRecorded", "CaseCompleted")
    assert (story.now.open_objections, shown(story.now, None)["objections"]) == ([], [])
    assert work_queue.PROJECTION.shown(story.now) == []
    story.when(object_to()).then()  # sent again, as it was on its way


def test_the_same_objection_twice_is_ignored_and_another_reason_is_another_one() -> None:
    story = given(a_sale(), *APPROVED, object_to()).when(object_to()).then()
    story.when(object_to(code="owner_unknown")).then("ObjectionRecorded")
    assert [objection["code"] for objection in story.now.open_objections] == [
        "plate_unknown",
        "owner_unknown",
    ]


def test_what_was_applied_cannot_be_objected_to() -> None:
    given(a_sale(), *COMPLETED).when(object_to()).then_refused(Clash, "receipt_recorded")


@pytest.mark.parametrize(
    "wrong",
    [{"authority": "kz-police"}, {"register": "plates"}, {"event": "hash-1"}],
    ids="".join,
)
def test_an_objection_to_something_else_is_refused(wrong: dict[str, Any]) -> None:
    story = given(a_sale(), *APPROVED)
    story.when(object_to(**wrong)).then_refused(Clash, "objection_does_not_match")


@pytest.mark.parametrize("who", [OFFICER, TREASURY])
def test_only_a_registry_objects(who: Any) -> None:
    given(a_sale(), *APPROVED).when(asked_by(who, object_to())).then_refused(NotAllowed)


def test_there_is_nothing_to_object_to_before_the_decision() -> None:
    story = given(a_sale(), *IN_HAND)
    story.when(object_to()).then_refused(Clash, "objection_does_not_match")
    assert not isinstance(story.refusal, WrongStage)


def test_one_register_objects_and_the_other_one_applies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The case waits for both; each speaks for itself."""
    story = two_registers(monkeypatch)
    new, old = (story.entries[key] for key in story.keys_of_entries)
    story.when(object_to(entry=old, authority="kz-vehicle-register")).then_refused(Clash)
    given(story, object_to(entry=old)).when(acknowledge(entry=new)).then("ReceiptRecorded")
    assert [objection["entry"] for objection in story.now.open_objections] == [old.entry]
    story.when(acknowledge(entry=old)).then("ReceiptRecorded", "CaseCompleted")


def two_registers(patch: pytest.MonkeyPatch) -> Story:
    patch.setitem(registers(), "plates", PLATES)
    writes = {"registers": (VEHICLES, PLATES)}
    law: dict[str, Any] = {"registries": {"plates": "kz-plate-register"}}
    story = a_story_of(made_up(patch, without_plate, procedure=writes, **law))
    imported(story, {"vehicle": {**story.request["vehicle"], "plate": "001 AAA 02"}}, PLATES)
    given(story, *APPROVED)
    assert story.entries[plate(story)].status == "ended"
    return story


def test_an_objection_is_heard_of_a_case_whose_people_are_erased() -> None:
    story = given(a_sale(), *COMPLETED, until("2040-01-01"), erase())
    story.when(object_to()).then_refused(Clash)
