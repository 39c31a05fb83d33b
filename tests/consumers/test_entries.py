"""What a registry looks at before it applies an event of an entry: whose business it is, and what stops it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from consumers.feed.checks import Event, Wrong
from consumers.registry.entries import Row, after, must_be_signed_by_its_office, must_fit_the_row

OFFICE, COMPANIES = "kz-vehicle-registration", "kz-company-registration"
COURT = "kz-court"
PLACED, LIFTED = "entry.RestrictionPlaced.v1", "entry.RestrictionLifted.v1"
CHANGED, ENDED = "entry.EntryChanged.v1", "entry.EntryEnded.v1"
CREATED, ANNULLED, CORRECTED = "entry.EntryCreated.v1", "entry.EntryAnnulled.v1", "entry.EntryCorrected.v1"
OWNER = {"owner": {"personal_number": {"country": "KZ", "number": "711007418731"}}}
OTHER = {"owner": {"personal_number": {"country": "KZ", "number": "870602353112"}}}
CAR: Row = {"register": "vehicles", "status": "active", "until": None, "content": OWNER, "restrictions": {}}
ARRESTED: Row = {**CAR, "restrictions": {"r1": {"kind": "arrest", "since": "2026-11-01T09:00:00.000000Z"}}}


def event(name: str, authority: str, **said: Any) -> Event:
    is_by_two = (
        name in (CORRECTED, ANNULLED) and authority != COURT
    )  # CAR is a row of before: it knows no proposals
    stated = {"register": "vehicles", "title": "sale", "proposal": "p" if is_by_two else None, **said}
    role = "court" if authority == COURT else "officer"
    payload = {
        "data": {name: value for name, value in stated.items() if value},
        "authority": authority,
        "actor": {"id": "o1", "role": role},
        "lead": {"stream": "c", "seq": 9, "to": ["KZ"]},
    }
    time = "2026-12-01T09:00:00.000000Z"
    return Event(
        id="", stream="s", seq=2, type=name, time=time, log_index=7, payload=payload, jws="of.the.office"
    )


def check(row: Row | None, found: Event, personal: Mapping[str, Any] = OWNER) -> None:
    must_be_signed_by_its_office("KZ", row, found)
    must_fit_the_row("KZ", row, found, personal)


@pytest.mark.parametrize("kind", [CHANGED, ENDED, CREATED, ANNULLED])
def test_an_office_writes_only_into_registers_that_the_law_gives_it(kind: str) -> None:
    car = {**CAR, "status": "ended"} if kind == CREATED else CAR
    check(car, event(kind, OFFICE))
    with pytest.raises(Wrong, match="does not name") as wrong:
        check(car, event(kind, COMPANIES))
    assert wrong.value.kind == "office"


def test_an_erasure_or_a_restriction_is_of_the_register_in_which_the_entry_stands() -> None:
    for kind in ("entry.PersonalDataErased.v1", "entry.RestrictionPlaced.v1"):
        with pytest.raises(Wrong, match="does not name"):
            check(CAR, event(kind, COMPANIES, register=None, title=None))
    check(CAR, restricting(PLACED, "kz-bailiffs"))


def test_what_is_under_an_arrest_is_not_changed() -> None:
    for kind in (CHANGED, ENDED):
        with pytest.raises(Wrong, match="arrest") as wrong:
            check(ARRESTED, event(kind, OFFICE))
        assert wrong.value.kind == "reach"
    with pytest.raises(Wrong, match="arrest"):
        check(ARRESTED, event(ENDED, OFFICE, title="expiry"))
    check({**ARRESTED, "until": "2026-11-30"}, event(ENDED, OFFICE, title="expiry"))


def test_what_is_under_an_arrest_is_neither_taken_back_nor_given_to_others() -> None:
    check(ARRESTED, event(CORRECTED, OFFICE), OWNER)
    for kind, personal in ((CORRECTED, OTHER), (ANNULLED, OWNER)):
        with pytest.raises(Wrong, match="arrest") as wrong:
            check(ARRESTED, event(kind, OFFICE), personal)
        assert wrong.value.kind == "reach"
        check(ARRESTED, event(kind, COURT), personal)  # it lifts arrests
        check(CAR, event(kind, OFFICE), personal)


def test_an_entry_is_changed_by_a_decision_and_ends_after_its_last_day() -> None:
    def alone(name: str, title: str) -> Event:
        found = event(name, OFFICE, title=title)
        return replace(found, payload={n: value for n, value in found.payload.items() if n != "lead"})

    for until, name, title in (
        (None, CHANGED, "sale"),
        (None, ENDED, "expiry"),
        ("2026-12-01", ENDED, "expiry"),
    ):
        with pytest.raises(Wrong, match="nothing leads"):
            check({**CAR, "until": until}, alone(name, title))
    check({**CAR, "until": "2026-11-30"}, alone(ENDED, "expiry"))


PROPOSED: Row = {
    **CAR,
    "proposals": [
        {"event": "first", "leads_to": CORRECTED, "officer": "o2"},
        {"event": "newest", "leads_to": CORRECTED, "officer": "o3"},
    ],
}


def test_what_is_amended_was_proposed_by_another_officer() -> None:
    check(PROPOSED, event(CORRECTED, OFFICE, proposal="newest"))
    mine = {**PROPOSED, "proposals": [{**each, "officer": "o1"} for each in PROPOSED["proposals"][:1]]}
    for row, kind, proposal in (
        (PROPOSED, CORRECTED, "first"),  # another one was proposed since
        (PROPOSED, ANNULLED, "newest"),  # to correct it
        (PROPOSED, CORRECTED, None),
        (mine, CORRECTED, "first"),
        ({**PROPOSED, "proposals": []}, CORRECTED, "newest"),
    ):
        with pytest.raises(Wrong, match="nothing leads") as wrong:
            check(row, event(kind, OFFICE, proposal=proposal))
        assert wrong.value.kind == "basis"


def test_who_amends_alone_is_the_court_of_the_register_or_decides_appeals() -> None:
    for kind in (CORRECTED, ANNULLED):
        check(PROPOSED, event(kind, COURT))
    ministry = event(ANNULLED, "kz-interior-ministry")
    check(PROPOSED, event(ANNULLED, "kz-interior-ministry", proposal=None))
    alone = {name: value for name, value in ministry.payload.items() if name != "lead"}
    judge = {**alone, "data": {**alone["data"], "proposal": None}}
    with pytest.raises(Wrong, match="nothing leads"):
        check(PROPOSED, replace(ministry, payload=judge))


def test_what_a_court_decided_is_amended_by_a_court_alone() -> None:
    """Until an ordinary change; a row of before does not know it."""
    judged = after({**PROPOSED, "entry": "s"}, event(CORRECTED, COURT, content_version=2), OWNER)
    assert judged is not None
    row = {**judged, "proposals": PROPOSED["proposals"]}
    by_two = event(CORRECTED, OFFICE, proposal="newest")
    with pytest.raises(Wrong, match="no court"):
        check(row, by_two)
    with pytest.raises(Wrong, match="no court"):
        check(row, event(ANNULLED, "kz-interior-ministry", proposal=None))
    check(row, event(CORRECTED, COURT))
    changed = event(CHANGED, OFFICE, content_version=2)
    changed.payload["data"]["until"] = None
    sold = after(row, changed, OWNER)
    assert sold is not None
    check({**sold, "proposals": PROPOSED["proposals"]}, by_two)
    check(PROPOSED, by_two)


def test_a_row_keeps_what_was_proposed_of_its_newest_change() -> None:
    there = after({**PROPOSED, "entry": "s", "proposals": []}, proposing("o2"), {})
    assert there is not None
    assert there["proposals"] == [{"event": "", "leads_to": CORRECTED, "officer": "o2"}]
    for kind in (CHANGED, CORRECTED, ANNULLED, ENDED):
        told = event(kind, OFFICE, content_version=2, reads="active")
        told.payload["data"]["until"] = None
        row = after(there, told, OWNER)
        assert row is not None
        assert row["proposals"] == []
    dropped = after(there, event("entry.ProposalDropped.v1", OFFICE), {})
    assert dropped is not None
    assert dropped["proposals"] == [], "nobody agrees to what was dropped"
    assert after({**CAR, "entry": "s"}, proposing("o2"), {}) == {**CAR, "entry": "s"}, "a row of before"


def proposing(officer: str) -> Event:
    found = event("entry.CorrectionProposed.v1", OFFICE)
    return replace(found, payload={**found.payload, "actor": {"id": officer, "role": "officer"}})


def restricting(kind: str, authority: str, name: str = "r1", what: str = "arrest") -> Event:
    return event(kind, authority, register=None, title=None, restriction=name, kind=what, law="-")


def test_a_restriction_is_placed_by_the_office_of_its_kind_and_lifted_by_it_or_its_court() -> None:
    check(CAR, restricting(PLACED, "kz-bailiffs"))
    check(CAR, restricting(PLACED, "kz-police", what="wanted"))
    check(ARRESTED, restricting(LIFTED, "kz-bailiffs"))
    check(ARRESTED, restricting(LIFTED, COURT))
    wrong = (
        (CAR, restricting(PLACED, "kz-police")),
        (ARRESTED, restricting(PLACED, "kz-pledge-registry", what="lien")),  # it lives, as an arrest
        (ARRESTED, restricting(LIFTED, "kz-police")),
        (ARRESTED, restricting(LIFTED, "kz-bailiffs", "r2")),
    )
    for row, found in wrong:
        with pytest.raises(Wrong) as refused:
            check(row, found)
        assert refused.value.kind == "restriction"


def test_what_an_import_places_is_of_one_kind_and_nobody_else_of_the_house_places_any() -> None:
    elsewhere = restricting(PLACED, OFFICE, what="registered_elsewhere")
    by_import = {"id": "import", "role": "system"}
    for found, actor, is_right in (
        (elsewhere, by_import, True),
        (elsewhere, {"id": "o1", "role": "officer"}, True),
        (elsewhere, {"id": "tamga", "role": "system"}, False),
        (restricting(PLACED, "kz-bailiffs"), by_import, False),
    ):
        told = replace(found, payload={**found.payload, "actor": actor})
        if is_right:
            check(CAR, told)
            continue
        with pytest.raises(Wrong, match="no import's to place"):
            check(CAR, told)


def test_a_row_keeps_who_placed_what_is_live() -> None:
    """Under former law: who placed it then lifts it."""
    row = after({**CAR, "entry": "s"}, restricting(PLACED, "kz-prosecutors"), {})
    assert row is not None
    check(row, restricting(LIFTED, COURT))
    with pytest.raises(Wrong):
        must_fit_the_row("KZ", row, restricting(LIFTED, "kz-bailiffs"), {})
    must_fit_the_row("KZ", row, restricting(LIFTED, "kz-prosecutors"), {})


def test_what_is_there_is_not_created_again_and_what_is_not_is_not_changed() -> None:
    with pytest.raises(Wrong, match="created again"):
        check(CAR, event(CREATED, OFFICE))
    for kind in (CHANGED, ENDED):
        with pytest.raises(Wrong, match="not there"):
            check({**CAR, "status": "ended"}, event(kind, OFFICE))


def test_an_event_of_no_entry_of_this_registry_is_nobody_s_business_here() -> None:
    check(None, event("entry.RestrictionPlaced.v1", "kz-police", register=None))
