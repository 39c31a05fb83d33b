"""One decision, several registers: what it creates, changes and ends, what becomes of claims, who has to answer."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import pytest

from domain import events as e
from domain.claim import FREE, Claim
from domain.decisions.situation import NotSeen
from domain.entry import Entry
from domain.events import Personal
from domain.facts import Facts
from domain.forms import Form
from domain.lookup_keys import Key, claim_key, entry_key
from domain.procedures import registers
from domain.procedures.car_sale import VEHICLES, SoldVehicle
from domain.refusals import Clash
from domain.register import Change, Create, Effect, End, Register
from domain.seen import as_seen
from tests.domain.acts import APPROVED, PROPOSED, acknowledge, approve, file, later
from tests.domain.made_up import SALE, a_story_of, car, car_of, vin_of
from tests.domain.made_up import made_up as made_up_law
from tests.domain.story import MONDAY, Story, as_filed, folded, forgotten, given, imported, stream_of
from tests.examples import example_entry, example_request

MakeUp = Callable[..., Story]


class PlateEntry(Form):
    """Which plate a car has: a made-up register."""

    vehicle: Annotated[SoldVehicle, Personal("entry")]


def plate_of(vin: str) -> Key:
    return entry_key("plates", "vin", vin)


def claim_of(vin: str) -> Key:
    return claim_key("plate", vin)


PLATES = Register(
    name="plates",
    content=PlateEntry,
    content_version=1,
    key=lambda content: plate_of(content["vehicle"]["vin"]),
    claims=lambda content: (claim_of(content["vehicle"]["vin"]),),
)


def without_plate(facts: Facts) -> tuple[Effect, ...]:
    """The car comes into its register, and its old plate is over: one entry created, one ended."""
    vin = vin_of(facts)
    sale = claim_key("vehicle_sale", vin)
    return (
        Create(
            register=VEHICLES, key=car_of(facts), title="registration", content=car(facts), settles=(sale,)
        ),
        End(register=PLATES, key=plate_of(vin), title="return", frees=(claim_of(vin),)),
    )


@pytest.fixture
def make_up(monkeypatch: pytest.MonkeyPatch) -> MakeUp:
    """A procedure that is filed like a sale, and does what a test says, for a car that has a plate."""

    def made_up(effects: Callable[[Facts], tuple[Effect, ...]], **law: Any) -> Story:
        writes = {"registers": (VEHICLES, PLATES)}
        law = {"registries": {"plates": "kz-plate-register"}, **law}
        monkeypatch.setitem(registers(), "plates", PLATES)
        story = a_story_of(made_up_law(monkeypatch, effects, procedure=writes, **law))
        imported(story, {"vehicle": {**story.request["vehicle"], "plate": "001 AAA 02"}}, PLATES)
        return story

    return made_up


def plate(story: Story) -> Key:
    return plate_of(story.request["vehicle"]["vin"])


# --- what follows -------------------------------------------------------------------------------------------


def test_one_decision_creates_an_entry_and_ends_one_in_another_register(make_up: MakeUp) -> None:
    story = given(make_up(without_plate), *PROPOSED).when(approve())
    story.then("EntryCreated", "EntryEnded", "ClaimSettled", "ClaimReleased", "CaseApproved")
    new, old = story.entries[story.key], story.entries[plate(story)]
    assert (new.register, new.status, new.title) == ("vehicles", "active", "registration")
    assert (old.register, old.status, old.title) == ("plates", "ended", "return")
    assert old.content["vehicle"]["plate"] == "001 AAA 02", "what it said stays"
    written = [{"register": entry.register, "entry": entry.entry} for entry in (new, old)]
    assert story.the(e.CaseApproved).entries == story.now.entries == written
    assert folded(story.log, old.entry) == old


def test_what_the_case_held_is_the_new_entrys_and_what_the_old_entry_held_is_free(make_up: MakeUp) -> None:
    story = given(make_up(without_plate), *APPROVED)
    vin = story.request["vehicle"]["vin"]
    assert story.claims[claim_key("vehicle_sale", vin)] == Claim(stream_of(story.key), is_settled=True)
    assert story.claims[claim_of(vin)] == FREE


def test_a_claim_that_the_old_entry_does_not_hold_is_left_alone(make_up: MakeUp) -> None:
    story = given(make_up(without_plate), *PROPOSED)
    other = claim_of(story.request["vehicle"]["vin"])
    story.claims[other] = Claim("entry-of-another", is_settled=True)
    given(story, approve())
    assert story.claims[other] == Claim("entry-of-another", is_settled=True)


def test_a_decision_that_does_nothing_to_a_claim_of_an_entry_leaves_it_there(make_up: MakeUp) -> None:
    def change(facts: Facts) -> tuple[Effect, ...]:
        return (
            Change(
                register=PLATES,
                key=plate_of(vin_of(facts)),
                title="repaint",
                content=lambda old: {"vehicle": {**old["vehicle"], "plate": "002 BBB 02"}},
            ),
        )

    story = given(make_up(change), *APPROVED)
    assert story.entry.content["vehicle"]["plate"] == "002 BBB 02"
    assert story.claims[claim_of(story.request["vehicle"]["vin"])].is_settled


def test_an_entry_has_an_end_where_the_law_gives_it_one_and_a_check_sees_it(make_up: MakeUp) -> None:
    """A permit for a year, counted from the day of the decision; a change says its end anew."""

    def permitted(facts: Facts) -> tuple[Effect, ...]:
        until = facts.day.replace(year=facts.day.year + 1)
        key = car_of(facts)
        return (Create(register=VEHICLES, key=key, title="permit", content=car(facts), until=until),)

    story = given(make_up(permitted), *PROPOSED, later(days=1), approve())
    assert (story.entry.status, story.entry.until) == ("active", "2027-11-24")
    assert as_seen(story.entry, MONDAY.date()).until == date(2027, 11, 24)
    content: dict[str, Any] = {"content": story.entry.content, "content_version": 1, "register": "vehicles"}
    story.happened((story.key, e.EntryChanged(title="court", **content)))
    assert story.entry.until is None


# --- who has to answer --------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_old_first", [False, True])
def test_a_case_is_completed_when_every_register_has_answered(
    make_up: MakeUp,
    is_old_first: bool,  # noqa: FBT001
) -> None:
    story = given(make_up(without_plate), *APPROVED)
    both = [story.entries[key] for key in story.keys_of_entries]
    first, last = both[::-1] if is_old_first else both
    story.when(acknowledge(entry=first)).then("ReceiptRecorded")
    assert (story.now.stage, story.now.receipts) == ("approved", {first.changes[-1]: first.entry})
    story.when(acknowledge(entry=first)).then()
    story.when(acknowledge(entry=last)).then("ReceiptRecorded", "CaseCompleted")
    assert story.now.receipts == {entry.changes[-1]: entry.entry for entry in both}


def test_a_registry_answers_for_its_own_register_only(make_up: MakeUp) -> None:
    story = given(make_up(without_plate), *APPROVED)
    new, old = (story.entries[key] for key in story.keys_of_entries)
    wrong: list[tuple[Entry, dict[str, Any]]] = [
        (old, {"authority": "kz-vehicle-register"}),
        (new, {"authority": "kz-plate-register"}),
        (old, {"register": "vehicles", "authority": "kz-vehicle-register"}),
    ]
    for entry, said in wrong:
        story.when(acknowledge(entry=entry, **said)).then_refused(Clash, "receipt_does_not_match")


def test_a_register_numbers_its_entry_with_its_receipt_where_the_law_says_so(make_up: MakeUp) -> None:
    """Kept sealed in the entry; what has ended gets none."""
    story = given(make_up(without_plate, numbers={"vehicles": "register", "plates": "register"}), *APPROVED)
    new, old = (story.entries[key] for key in story.keys_of_entries)
    story.when(acknowledge(entry=old)).then("ReceiptRecorded")
    story.when(acknowledge(entry=new)).then_refused(Clash, "number_missing")
    story.when(acknowledge(entry=new, number="A-17")).then(
        "EntryNumbered", "ReceiptRecorded", "CaseCompleted"
    )
    assert story.entry.number == "A-17"
    assert story.entry.changes == new.changes, "a number is no change that a receipt is about"
    numbered = story.last[0]
    assert numbered.owners == {"number": "entry"}
    assert folded(
        [*story.log[:-3], forgotten(numbered, numbered.keys.values())], new.entry
    ) == story.entry._replace(number=None, keys=new.keys, content=story.entry.content)


def test_a_number_that_the_law_does_not_ask_for_is_not_kept(make_up: MakeUp) -> None:
    story = given(make_up(without_plate), *APPROVED)
    story.when(acknowledge(number="A-17")).then("ReceiptRecorded")
    assert story.entry.number is None


# --- what has to be there -----------------------------------------------------------------------------------


def test_what_is_to_be_ended_must_be_there(make_up: MakeUp) -> None:
    story = given(make_up(without_plate), *PROPOSED)
    del story.entries[plate(story)]
    story.when(approve()).then_refused(Clash, "entry_missing")


def test_what_has_ended_is_not_ended_again(make_up: MakeUp) -> None:
    story = given(make_up(without_plate), *PROPOSED)
    story.happened((plate(story), e.EntryEnded(register="plates", title="lost")))
    story.when(approve()).then_refused(Clash, "entry_missing")


def test_what_is_to_be_created_must_not_be_there_when_it_is_filed(make_up: MakeUp) -> None:
    story = make_up(without_plate)
    imported(story, example_entry(story.offer, story.request), VEHICLES)
    story.when(file()).then_refused(Clash, "entry_exists")


def test_what_has_ended_begins_again_in_the_same_place(make_up: MakeUp) -> None:
    """A car that was deregistered comes back: its stream goes on, with all that was there before."""
    story = make_up(without_plate)
    imported(story, example_entry(story.offer, story.request), VEHICLES)
    story.happened((story.key, e.EntryEnded(register="vehicles", title="export")))
    before = story.entry
    given(story, *APPROVED)
    assert (story.entry.status, story.entry.version) == ("active", before.version + 1)
    assert story.entry.changes[:-1] == before.changes
    assert story.entry.content["owner"] == story.request["buyer"]
    assert folded(story.log, story.entry.entry) == story.entry


def test_a_car_that_has_ended_is_nobodys_to_sell() -> None:
    offer = SALE
    story = Story(offer, as_filed(offer, example_request(offer, today=MONDAY.date())))
    imported(story, example_entry(offer, story.request))
    story.happened((story.key, e.EntryEnded(register="vehicles", title="export")))
    story.when(file()).then_refused(Clash, "not_the_owner")


def test_a_restriction_on_any_of_the_entries_stops_the_whole_decision(make_up: MakeUp) -> None:
    story = given(make_up(without_plate), *PROPOSED)
    placed: dict[str, Any] = {"kind": "arrest", "law": "of the tests", "rule": "x", "reference": None}
    story.happened((plate(story), e.RestrictionPlaced(restriction="restriction-1", **placed)))
    story.when(approve()).then_refused(Clash, "entry_restricted")
    assert story.entries[plate(story)].status == "active"


def test_an_entry_that_is_known_only_on_the_day_of_the_decision_is_a_fault(make_up: MakeUp) -> None:
    """It was not loaded: it never reads as not there."""

    def by_day(facts: Facts) -> tuple[Effect, ...]:
        key = entry_key("vehicles", "day", facts.day.isoformat())
        return (Create(register=VEHICLES, key=key, title="registration", content=car(facts)),)

    story = given(make_up(by_day), *PROPOSED)
    story.at = story.at.replace(day=24)
    with pytest.raises(NotSeen):
        story.when(approve())
