"""What a registry looks at before it applies an event of an entry: whose business it is, and what stops it."""

from typing import Any

import pytest

from consumers.feed.checks import Event, Wrong
from consumers.registry.entries import Row, must_be_signed_by_its_office

OFFICE, COMPANIES = "kz-vehicle-registration", "kz-registration-of-companies"
CHANGED, ENDED = "entry.EntryChanged.v1", "entry.EntryEnded.v1"
CAR: Row = {"register": "vehicles", "until": None, "restrictions": {}}
ARRESTED: Row = {**CAR, "restrictions": {"r1": {"kind": "arrest", "since": "2026-11-01T09:00:00.000000Z"}}}


def event(kind: str, authority: str, **said: Any) -> Event:
    stated = {"register": "vehicles", "title": "sale", **said}
    payload = {"data": {name: value for name, value in stated.items() if value}, "authority": authority}
    time = "2026-12-01T09:00:00.000000Z"
    return Event(
        id="", stream="s", seq=2, type=kind, time=time, log_index=7, payload=payload, jws="of.the.office"
    )


def check(row: Row | None, found: Event) -> None:
    must_be_signed_by_its_office("KZ", row, found)


@pytest.mark.parametrize("kind", [CHANGED, ENDED, "entry.EntryCreated.v1", "entry.EntryAnnulled.v1"])
def test_an_office_writes_only_into_registers_that_the_law_gives_it(kind: str) -> None:
    check(CAR, event(kind, OFFICE))
    with pytest.raises(Wrong, match="does not name") as wrong:
        check(CAR, event(kind, COMPANIES))
    assert wrong.value.kind == "office"


def test_an_erasure_or_a_restriction_is_of_the_register_in_which_the_entry_stands() -> None:
    for kind in ("entry.PersonalDataErased.v1", "entry.RestrictionPlaced.v1"):
        with pytest.raises(Wrong, match="does not name"):
            check(CAR, event(kind, COMPANIES, register=None, title=None))
    check(CAR, event("entry.RestrictionPlaced.v1", "kz-bailiffs", register=None, title=None))


def test_what_is_under_an_arrest_is_not_changed() -> None:
    for kind in (CHANGED, ENDED):
        with pytest.raises(Wrong, match="arrest") as wrong:
            check(ARRESTED, event(kind, OFFICE))
        assert wrong.value.kind == "reach"
    with pytest.raises(Wrong, match="arrest"):
        check(ARRESTED, event(ENDED, OFFICE, title="expiry"))
    check({**ARRESTED, "until": "2026-11-30"}, event(ENDED, OFFICE, title="expiry"))


def test_an_event_of_no_entry_of_this_registry_is_nobody_s_business_here() -> None:
    check(None, event("entry.RestrictionPlaced.v1", "kz-police", register=None))
