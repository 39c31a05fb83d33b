"""Numbers that the house gives: counted in a series for each register, prefix and year, sealed in the entry."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain import events as e
from domain.claim import Claim
from domain.entry import Entry
from domain.facts import Facts
from domain.lookup_keys import Key, claim_key
from domain.procedures.car_sale import VEHICLES
from domain.register import Change, Create, Effect
from domain.terms import Numbering, number_series
from tests.domain.acts import APPROVED, PROPOSED, acknowledge, approve
from tests.domain.made_up import a_story_of, car, car_of, made_up
from tests.domain.story import Story, folded, forgotten, given, imported
from tests.domain.test_lifecycle import must_see

BY_THE_HOUSE = Numbering(prefix="KZ-", digits=6)
OF_2026 = claim_key("number", "vehicles", "KZ-2026-")
MakeUp = Callable[..., Story]


@pytest.fixture
def make_up(monkeypatch: pytest.MonkeyPatch) -> MakeUp:
    """A car is registered, and the house numbers it."""

    def story(*effects: Callable[[Facts], tuple[Effect, ...]], **law: Any) -> Story:
        return a_story_of(made_up(monkeypatch, *effects, **{"numbers": {"vehicles": BY_THE_HOUSE}, **law}))

    return story


def test_the_approval_gives_the_number(make_up: MakeUp) -> None:
    story = given(make_up(), *PROPOSED).when(approve())
    story.then("EntryCreated", "NumberGiven", "EntryNumbered", "ClaimSettled", "CaseApproved")
    assert story.entry.number == "KZ-2026-000001"
    assert story.the(e.NumberGiven) == e.NumberGiven(kind="number", holder=story.entry.entry, taken=1)
    assert story.the(e.EntryNumbered).of is None
    assert story.now.entries == [{"register": "vehicles", "entry": story.entry.entry}]
    assert folded(story.log, story.entry.entry) == story.entry


def test_the_number_is_sealed_in_the_entry_and_falls_with_it(make_up: MakeUp) -> None:
    story = given(make_up(), *APPROVED)
    (numbered,) = (r for r in story.log if isinstance(r.event, e.EntryNumbered))
    assert numbered.owners == {"number": "entry"}
    without = [forgotten(r, numbered.keys.values()) if r is numbered else r for r in story.log]
    left = folded(without, story.entry.entry)
    assert isinstance(left, Entry)
    assert left._replace(keys=[]) == story.entry._replace(number=None, keys=[])


def test_the_next_one_gets_the_next(make_up: MakeUp) -> None:
    story = make_up()
    story.claims[OF_2026] = Claim(taken=41)
    assert given(story, *APPROVED).entry.number == "KZ-2026-000042"
    assert story.claims[OF_2026] == Claim(taken=42)


def test_the_year_is_that_of_the_day_on_which_it_is_given(make_up: MakeUp) -> None:
    """Filed in November, approved when it is the new year in Almaty, and still the old one elsewhere."""
    story = given(make_up(), *PROPOSED)
    story.claims[OF_2026] = Claim(taken=41)
    story.at = datetime(2026, 12, 31, 19, tzinfo=UTC)
    assert given(story, approve()).entry.number == "KZ-2027-000001"
    assert story.claims[OF_2026] == Claim(taken=41)


def test_a_series_may_go_on_over_the_years(make_up: MakeUp) -> None:
    story = make_up(numbers={"vehicles": Numbering(prefix="V", digits=3, is_yearly=False)})
    story.claims[claim_key("number", "vehicles", "V")] = Claim(taken=1233)
    assert given(story, *APPROVED).entry.number == "V1234"


def test_a_register_that_numbers_by_itself_is_not_asked_twice(make_up: MakeUp) -> None:
    """The registry's reference is its own business where the house gives the number."""
    story = given(make_up(), *APPROVED)
    story.when(acknowledge(number="A-17")).then("ReceiptRecorded", "CaseCompleted")
    assert story.entry.number == "KZ-2026-000001"


def repainted(facts: Facts) -> tuple[Effect, ...]:
    return (Change(register=VEHICLES, key=car_of(facts), title="repaint", content=lambda old: old),)


def test_what_is_changed_keeps_its_number_and_gets_one_where_it_has_none(make_up: MakeUp) -> None:
    story = make_up(repainted)
    imported(story, car(Facts(story.request, story.at.date())))
    given(story, *PROPOSED).when(approve())
    story.then("EntryChanged", "NumberGiven", "EntryNumbered", "ClaimReleased", "CaseApproved")
    again = Story(story.offer, story.request, story.at, case_id="case-2", entries=story.entries)
    again.keys, again.heads, again.claims = story.keys, story.heads, story.claims
    given(again, *PROPOSED).when(approve()).then("EntryChanged", "ClaimReleased", "CaseApproved")
    assert again.entry.number == "KZ-2026-000001"


def twins(facts: Facts) -> tuple[Effect, ...]:
    content = car(facts)
    vin = content["vehicle"]["vin"]
    other = {**content, "vehicle": {**content["vehicle"], "vin": f"{vin[:-1]}9"}}
    return tuple(
        Create(register=VEHICLES, key=VEHICLES.key(each), title="registration", content=each)
        for each in (content, other)
    )


def test_two_entries_of_one_decision_have_two_numbers(make_up: MakeUp) -> None:
    story = given(make_up(twins), *APPROVED)
    assert [story.entries[key].number for key in story.keys_of_entries] == [
        "KZ-2026-000001",
        "KZ-2026-000002",
    ]
    assert story.claims[OF_2026] == Claim(taken=2)


def test_a_series_that_was_not_loaded_is_a_fault(make_up: MakeUp) -> None:
    story = given(make_up(), *PROPOSED)
    command = approve()(story)
    assert command is not None
    assert OF_2026 in story.situation(command).ids
    must_see(story, command)


def test_nothing_is_counted_where_the_register_numbers(make_up: MakeUp) -> None:
    story = given(make_up(numbers={"vehicles": "register"}), *APPROVED)
    assert OF_2026 not in story.claims
    assert story.entry.number is None


def test_the_last_number_of_a_million_costs_what_the_first_did(make_up: MakeUp) -> None:
    story = make_up()
    story.claims[OF_2026] = Claim(taken=999_999)
    assert given(story, *APPROVED).entry.number == "KZ-2026-1000000"


@for_all(
    prefixes=st.lists(st.sampled_from(["", "A-", "A-2026-", "B"]), min_size=2, max_size=2),
    days=st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 31)), min_size=2, max_size=2),
    counts=st.lists(st.integers(1, 10_000), min_size=2, max_size=2),
    yearly=st.lists(st.booleans(), min_size=2, max_size=2),
)
def test_one_number_is_given_by_one_series_only(
    prefixes: list[str], days: list[date], counts: list[int], yearly: list[bool]
) -> None:
    """Two laws of one register, with as many digits: the same number means the same place in the same series."""
    one, other = (
        (Numbering(prefix=p, digits=5, is_yearly=y), day, n)
        for p, day, n, y in zip(prefixes, days, counts, yearly, strict=True)
    )
    if one[0].number(*one[1:]) == other[0].number(*other[1:]):
        assert place(*one) == place(*other)


def place(numbering: Numbering, day: date, count: int) -> tuple[Key, int]:
    return number_series(numbering, "vehicles", day), count
