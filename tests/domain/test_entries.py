"""Entries: restricted by the authority that the law names, changed by decisions, forgotten in time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain import events as e
from domain.commands import Command, PlaceRestriction
from domain.offers import offers
from domain.refusals import Clash, Invalid, NotAllowed, Refusal, Unknown
from tests.domain.acts import (
    APPROVED,
    AUDITOR,
    DATA_PROTECTION,
    FILED,
    OFFICER,
    REGISTRY,
    SUPERVISOR,
    applicant,
    approve,
    assign,
    ended,
    erase_entry,
    later,
    lift,
    office,
    restrict,
    stranger,
)
from tests.domain.story import Act, Story, Who, a_birth, a_sale, folded, forgotten, given, stream_of

BAILIFF = office("restricting_officer", "bailiff", authority="kz-bailiffs")
POLICE = office("restricting_officer", "police", authority="kz-police")
COURT = office("court", "judge", authority="kz-court")
YEARS_LATER = later(days=5000)

# --- restrictions -----------------------------------------------------------------------------------------


def test_the_authority_that_the_law_names_restricts_and_signs() -> None:
    story = given(a_sale()).when(restrict("arrest", BAILIFF, reference="order 17")).then("RestrictionPlaced")
    assert story.last[0].authority == "kz-bailiffs"
    assert story.last[0].actor == {"id": "bailiff", "role": "restricting_officer"}
    assert story.the(e.RestrictionPlaced).law == story.terms.restrictions[0].source.law
    (live,) = story.entry.restrictions.values()
    assert (live["kind"], live["authority"]) == ("arrest", "kz-bailiffs")


@pytest.mark.parametrize(
    ("kind", "who", "refusal"),
    [
        ("wanted", BAILIFF, NotAllowed),  # the police does that
        ("arrest", OFFICER, NotAllowed),  # works with the register, and may not
        ("arrest", REGISTRY, NotAllowed),
        ("arrest", stranger, Unknown),
        ("arrest", applicant, Unknown),
        ("arrest", DATA_PROTECTION, NotAllowed),
        ("arrest", office("restricting_officer", authority="kz-bailiffs", until=date(2026, 1, 1)), Unknown),
        ("arrest", office("restricting_officer", authority="kz-bailiffs", country="KG"), Unknown),
    ],
)
def test_nobody_else_does(kind: str, who: Who, refusal: type[Refusal]) -> None:
    given(a_sale()).when(restrict(kind, who)).then_refused(refusal)


def test_a_kind_that_the_law_does_not_know_is_refused_to_those_who_may_know() -> None:
    story = given(a_sale()).when(restrict("hidden", BAILIFF))
    story.then_refused(Invalid, "unknown_restriction", "/kind")
    story.when(restrict("hidden", stranger)).then_refused(Unknown)


def test_a_register_without_restrictions_knows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    births = offers()["TR", "birth_certificate"]
    free = tuple(replace(row, restrictions=()) for row in births.terms)
    monkeypatch.setitem(offers(), ("TR", "birth_certificate"), replace(births, terms=free))
    for other in ("birth_correction", "paternity_acknowledgement"):  # they write to it, too
        monkeypatch.delitem(offers(), ("TR", other))
    story = given(a_birth(), *FILED, assign(), approve(OFFICER))
    story.when(restrict("arrest", OFFICER)).then_refused(Invalid, "no_restrictions")


def test_the_same_restriction_twice_is_ignored() -> None:
    given(a_sale(), restrict("arrest")).when(restrict("arrest")).then()


def test_the_same_arrest_by_the_same_officer_is_placed_once() -> None:
    """Whose answer was lost asks again, under another id or the same one."""
    story = given(a_sale(), restrict("arrest", BAILIFF, "restriction-1", reference="W12"))
    story.when(restrict("arrest", BAILIFF, "restriction-2", reference="W12")).then()
    story.when(restrict("arrest", BAILIFF, "restriction-1", reference="W12")).then()
    story.when(restrict("arrest", BAILIFF, "restriction-2", reference="W13")).then("RestrictionPlaced")
    colleague = office("restricting_officer", "bailiff-2", authority="kz-bailiffs")
    story.when(restrict("arrest", colleague, "restriction-3", reference="W12")).then("RestrictionPlaced")


def test_what_was_lifted_is_placed_anew_but_not_by_the_act_that_had_placed_it() -> None:
    story = given(a_sale(), restrict("arrest", BAILIFF, reference="W12"), lift(BAILIFF))
    story.when(restrict("arrest", BAILIFF, reference="W12")).then()  # the answer to the first came late
    story.when(restrict("arrest", BAILIFF, "restriction-2", reference="W12")).then("RestrictionPlaced")


@pytest.mark.parametrize("who", [BAILIFF, COURT])
def test_who_lifted_a_restriction_has_lifted_it(who: Who) -> None:
    """Asked again, nothing follows; for everybody else there is none."""
    story = given(a_sale(), restrict("arrest", BAILIFF), lift(who)).when(lift(who)).then()
    others = office("restricting_officer", "bailiff-2", authority="kz-bailiffs")
    for other in (others, POLICE, OFFICER, applicant):
        story.when(lift(other)).then_refused(Unknown)


def test_a_restriction_is_lifted_by_who_placed_it() -> None:
    story = given(a_sale(), restrict("arrest"))
    story.when(lift(POLICE)).then_refused(NotAllowed, "other_authority")
    story.when(lift(stranger)).then_refused(Unknown)
    story.when(lift(BAILIFF)).then("RestrictionLifted")
    assert story.entry.restrictions == {}
    story.when(lift(POLICE)).then_refused(Unknown)


def test_the_court_that_the_law_names_lifts_what_another_office_placed() -> None:
    """In its own name and by its own rule; whoever placed it has nothing left to lift (rules.md 40)."""
    story = given(a_sale(), restrict("arrest", BAILIFF)).when(lift(COURT)).then("RestrictionLifted")
    assert story.last[0].authority == "kz-court"
    assert story.last[0].actor == {"id": "judge", "role": "court"}
    assert story.the(e.RestrictionLifted).kind == "arrest"
    assert story.the(e.RestrictionLifted).rule == "entry.lift:court"
    assert story.entry.restrictions == {}
    story.when(lift(BAILIFF)).then_refused(Unknown)


def test_what_the_law_gives_to_no_court_its_own_office_lifts() -> None:
    story = given(a_sale(), restrict("lien"), restrict("wanted", restriction="restriction-2"))
    story.when(lift(COURT)).then_refused(NotAllowed, "other_authority")
    assert story.refusal is not None
    assert story.refusal.values == {"authority": "kz-pledge-registry"}
    story.when(lift(COURT, "restriction-2")).then_refused(NotAllowed, "other_authority")
    story.when(lift(office("restricting_officer", authority="kz-pledge-registry"))).then("RestrictionLifted")


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (OFFICER, NotAllowed),  # works with the register
        (SUPERVISOR, NotAllowed),
        (POLICE, NotAllowed),
        (REGISTRY, NotAllowed),
        (office("court", authority="kz-appeal-court"), Unknown),  # no court that the law names
        (office("court", authority="kz-court", country="TR"), Unknown),
        (office("court", authority="kz-court", until=date(2026, 1, 1)), Unknown),
        (office("officer", authority="kz-court"), Unknown),  # the law gives the court judges alone
        (applicant, Unknown),
    ],
)
def test_no_other_office_lifts_what_the_court_may(who: Who, refusal: type[Refusal]) -> None:
    story = given(a_sale(), restrict("arrest")).when(lift(who)).then_refused(refusal)
    assert len(story.entry.restrictions) == 1


def test_a_court_places_nothing() -> None:
    given(a_sale()).when(restrict("arrest", COURT)).then_refused(NotAllowed, "other_authority")


def test_a_court_lifts_by_the_law_of_the_day_on_which_it_lifts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where that names none any more, the office that placed it lifts it."""
    story = given(a_sale(), restrict("arrest", BAILIFF))
    kinds = tuple(replace(each, court=None) for each in story.terms.restrictions)
    anew = replace(story.terms, since=story.at.date() + timedelta(days=30), restrictions=kinds)
    law = replace(story.offer, terms=(*story.offer.terms, anew))
    monkeypatch.setitem(offers(), ("KZ", "car_sale"), law)
    monkeypatch.delitem(offers(), ("KZ", "car_transfer"))
    given(story, later(days=40)).when(lift(COURT)).then_refused(NotAllowed, "other_authority")
    story.when(lift(BAILIFF)).then("RestrictionLifted")


def test_a_court_that_the_law_names_for_a_restriction_alone_works_with_the_register(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It corrects nothing there: what it may not lift, it is told whose it is."""
    story = given(a_sale(), restrict("arrest"), restrict("lien", restriction="restriction-2"))
    law = replace(story.offer, terms=(replace(story.terms, amendments=None),))
    monkeypatch.setitem(offers(), ("KZ", "car_sale"), law)
    story.when(lift(COURT, "restriction-2")).then_refused(NotAllowed, "other_authority")
    story.when(lift(COURT)).then("RestrictionLifted")


def test_an_entry_that_is_not_there_cannot_be_restricted() -> None:
    story = a_sale()
    story.entries.clear()
    story.when(restrict("arrest")).then_refused(Unknown)


def test_an_entry_of_another_register_is_not_there() -> None:
    def in_births(story: Story) -> Command:
        command = restrict("arrest")(story)
        assert isinstance(command, PlaceRestriction)
        return replace(command, register="births")

    given(a_sale()).when(in_births).then_refused(Unknown)


# --- erasure ----------------------------------------------------------------------------------------------


def test_an_entry_is_forgotten_when_its_retention_has_ended() -> None:
    story = (
        given(a_sale(), ended, later(days=3000)).when(erase_entry()).then_refused(Clash, "retention_not_over")
    )
    assert "2036-11-24" in str(story.refusal)
    given(story, YEARS_LATER).when(erase_entry()).then("PersonalDataErased")
    assert story.entry.content == {"vehicle": None, "owner": None, "share": None, "co_owners": None}
    assert story.entry.is_erased
    story.when(erase_entry()).then()
    story.when(erase_entry(basis="a judgement")).then_refused(Clash, "erased_already")


def test_an_entry_that_holds_is_kept_however_old_it_is() -> None:
    """Also for the officer: a car that is on the register can be sold."""
    given(a_sale(), YEARS_LATER).when(erase_entry()).then_refused(Clash, "entry_holds")


def test_the_retention_runs_from_the_last_change() -> None:
    story = given(a_sale(), later(days=3600), _sold_on, ended, later(days=100))
    story.when(erase_entry()).then_refused(Clash, "retention_not_over")


def test_former_owners_are_forgotten_too() -> None:
    """Each owner has a key of their own: none of them is left."""
    story = given(a_sale(), *APPROVED, ended, YEARS_LATER)
    owners = {r.keys["owner"] for r in story.log if "owner" in r.keys}
    assert len(owners) == 2
    story.when(erase_entry())
    assert owners <= set(story.the(e.PersonalDataErased).keys)


def test_what_the_law_keeps_for_good_is_never_forgotten() -> None:
    story = given(a_birth(), *FILED, assign(), approve(OFFICER), ended, YEARS_LATER)
    story.when(erase_entry()).then_refused(Clash, "kept_for_good")


def test_an_entry_under_a_restriction_is_not_forgotten() -> None:
    given(a_sale(), restrict("arrest"), ended, YEARS_LATER).when(erase_entry()).then_refused(
        Clash, "restricted_entry_stays"
    )


@pytest.mark.parametrize(
    ("who", "refusal"), [(OFFICER, NotAllowed), (AUDITOR, NotAllowed), (stranger, Unknown)]
)
def test_only_the_data_protection_officer_erases(who: Who, refusal: type[Refusal]) -> None:
    given(a_sale(), ended, YEARS_LATER).when(erase_entry(who)).then_refused(refusal)


def test_what_comes_after_an_erasure_can_be_erased_too() -> None:
    story = given(
        a_sale(), ended, YEARS_LATER, erase_entry(), restrict("arrest", reference="17"), lift(BAILIFF)
    )
    story.when(erase_entry()).then("PersonalDataErased")


@for_all(st.lists(st.sampled_from(["sale", "restrict", "lift", "end", "erase"]), max_size=6))
def test_an_entry_reads_the_same_whether_its_keys_went_before_or_after(steps: list[str]) -> None:
    acts: dict[str, Act] = {"restrict": restrict("arrest"), "lift": lift(BAILIFF), "erase": erase_entry()}
    story = a_sale()
    for step in steps:
        if step == "sale":
            _sold_on(story)
        elif step == "end":
            ended(story)
        else:
            given(story, YEARS_LATER).when(acts[step])
    gone = [key for r in story.log if isinstance(r.event, e.PersonalDataErased) for key in r.event.keys]
    rebuilt = folded([forgotten(r, gone) for r in story.log], stream_of(story.key))
    assert rebuilt == story.entry


def _sold_on(story: Story) -> None:
    register = story.offer.procedure.registers[0]
    content = {**story.entry.content, "owner": story.request["buyer"]}
    version = register.content_version
    changed = e.EntryChanged(register=register.name, content_version=version, title="court", content=content)
    story.happened((story.key, changed))
