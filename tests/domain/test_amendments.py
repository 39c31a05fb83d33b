"""Corrections and annulments: by two officers for an error of their office, by the court, on appeal."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from domain import events as e
from domain.awaited import awaited
from domain.case import Stage
from domain.claim import FREE
from domain.commands import Command
from domain.entry import Status, has_court_decided
from domain.lifecycle import fits
from domain.offers import offers
from domain.refusals import Clash, Invalid, NotAllowed, Refusal, Stale, Unknown, WrongStage
from domain.signers import signers_of_case
from domain.visibility import shown, watched
from tests.domain.acts import (
    APPEALED,
    APPROVED,
    COMPLETED,
    FILED,
    JUDGE,
    OFFICER,
    REGISTRY,
    SECOND,
    SUPERVISOR,
    acknowledge,
    annul,
    annul_as_a_court,
    annul_result,
    appeal,
    applicant,
    approve,
    assign,
    changed_hands,
    correct,
    correct_as_a_court,
    decide_appeal,
    drop_proposal,
    ended,
    erase,
    erase_entry,
    expire,
    later,
    lift,
    object_to,
    office,
    party,
    propose_annulment,
    propose_correction,
    restrict,
    serve,
    stranger,
    until,
)
from tests.domain.made_up import a_story_of, made_up, not_offered
from tests.domain.story import Act, Story, Who, a_birth, a_sale, given, in_the_way

IN_ERROR = "entry_changed_since"
BIRTH_REGISTERED = (*FILED, assign(), approve(OFFICER))
TR_JUDGE = office("court", "judge", authority="tr-court")


def seller(story: Story) -> Any:
    return as_owner(story.request["seller"])


def as_owner(person: Mapping[str, Any]) -> dict[str, Any]:
    """As an entry names a party: without who acted for it."""
    return {name: value for name, value in person.items() if name != "acts_by"}


# --- corrections ------------------------------------------------------------------------------------------


def test_an_error_of_the_office_is_corrected_by_two_of_its_officers() -> None:
    story = given(a_sale(), *COMPLETED, propose_correction())
    change, version = story.entry.changes[-1], story.now.version
    story.when(correct()).then("EntryCorrected", "ResultCorrected")
    corrected, told = story.the(e.EntryCorrected), story.the(e.ResultCorrected)
    assert story.entry.content["vehicle"]["colour"] == "green"
    assert story.entry.content["owner"] == as_owner(story.request["buyer"]), "all else stays"
    assert (corrected.of, told.of, told.entry) == (change, change, story.entry.entry)
    assert (corrected.law, corrected.rule) == (story.terms.amendments.source.law, "entry.amend:officer")  # type: ignore[union-attr]
    assert (corrected.reason, told.reason, told.officer_person) == ("It is green.",) * 2 + (
        "human-officer-2",
    )
    assert (story.now.stage, story.now.version) == (Stage.COMPLETED, version + 1)
    assert (story.entry.title, story.entry.status, story.entry.proposal) == ("sale", "active", None)
    assert story.entry.changes[-2:] == [change, story.last[0].hash]
    assert story.last[0].hash in story.now.effects, "the registry answers for it, too"


OLD, NEW = "kz-traffic-police", "kz-vehicle-registration"


@pytest.fixture
def another_office(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the 8th of December on the law names another office for sales, and so for the register."""
    sale = offers()["KZ", "car_sale"]
    terms = sale.terms[-1]
    rows = (replace(terms, authority=OLD), replace(terms, since=date(2026, 12, 8)))
    monkeypatch.setitem(offers(), ("KZ", "car_sale"), replace(sale, terms=rows))
    not_offered(monkeypatch, "KZ", "car_transfer")


@pytest.mark.usefixtures("another_office")
def test_what_a_former_office_wrote_is_corrected_by_the_one_that_keeps_the_register_today() -> None:
    first, second = (office("officer", f"new-{n}", authority=NEW) for n in (1, 2))
    story = given(a_sale(), *COMPLETED)
    assert story.entry.authority == OLD
    story.when(propose_correction(first)).then_refused(Unknown)
    given(story, until("2026-12-09"))
    for proposal in (propose_annulment(first), propose_correction(first)):
        story.when(proposal)
        assert [each.authority for each in story.last] == [NEW], "in its own name, and by its own seal"
    story.when(correct(second)).then("EntryCorrected", "ResultCorrected")
    assert {each.authority for each in story.last} == {NEW}
    assert all(
        NEW in signers_of_case("KZ", "car_sale", story.now.terms, f"case.{name}.v1")
        for name in ("ResultCorrected", "ResultAnnulled")
    )
    assert NEW not in signers_of_case("KZ", "car_sale", story.now.terms, "case.CaseRefused.v1")


@pytest.mark.usefixtures("another_office")
def test_an_office_annuls_its_own_change_also_when_another_one_keeps_the_register_by_then() -> None:
    """The newest change is whose error it is."""
    first, second = (office("officer", f"old-{n}", authority=OLD) for n in (1, 2))
    story = given(a_sale(), *COMPLETED, until("2026-12-09"), propose_annulment(first))
    story.when(annul(second)).then("EntryAnnulled", "ResultAnnulled")
    assert {each.authority for each in story.last} == {OLD}


def test_a_party_finds_what_became_of_the_result() -> None:
    story = given(a_sale(), *COMPLETED, propose_correction(), correct())
    (amendment,) = shown(story.now, "p2")["amendments"]
    assert (amendment["what"], amendment["entry"], amendment["reason"]) == (
        "correction",
        story.entry.entry,
        "It is green.",
    )
    assert watched(story.now)["amendments"] == [{**amendment, "reason": None}]


@pytest.mark.parametrize(
    ("who", "refusal", "code"),
    [
        (OFFICER, NotAllowed, "four_eyes"),
        (office("officer", "login-2", person="human-officer-1"), NotAllowed, "four_eyes"),
        (office("supervisor", "login-2", person="human-officer-1"), NotAllowed, "four_eyes"),
        (office("officer", "officer-9", person=None), NotAllowed, "officer_without_person"),
        (office("officer", "officer-9", authority="kz-police"), Unknown, None),
        (office("court", "judge-2", authority="kz-other"), Unknown, None),
        (REGISTRY, NotAllowed, None),
        (stranger, Unknown, None),
        (applicant, NotAllowed, "party_to_this_case"),
        (party("p2"), NotAllowed, "party_to_this_case"),
    ],
)
def test_nobody_else_corrects(who: Who, refusal: type[Refusal], code: str | None) -> None:
    story = given(a_sale(), *COMPLETED, propose_correction())
    story.when(correct(who)).then_refused(refusal, code)
    assert story.entry.proposal is not None


@pytest.mark.parametrize("act", [propose_correction, propose_annulment])
def test_a_court_needs_no_proposal(act: Callable[[Who], Act]) -> None:
    """It says so by itself; a proposal is the first of two acts of an office."""
    story = given(a_sale(), *COMPLETED)
    story.when(act(JUDGE)).then_refused(NotAllowed, "court_needs_no_proposal")
    story.when(act(office("court", "judge-2", authority="kz-other"))).then_refused(Unknown)
    story.when(act(office("court", authority="kz-court", person=story.now.persons["p1"])))
    story.then_refused(NotAllowed, "party_to_this_case")


def test_a_party_who_is_an_officer_amends_nothing_of_theirs() -> None:
    """Not even where nobody filed: whoever stands in the entry is kept out."""
    story = a_sale()
    owner = office("officer", "officer-7", person=given(a_sale(), *FILED).now.persons["p1"])
    given(story).when(propose_correction(owner)).then_refused(NotAllowed, "party_to_this_case")


def test_nobody_corrects_a_thing_into_their_own_name_nor_into_that_of_a_company_of_theirs() -> None:
    """Neither who proposes it, nor who confirms it, nor a court."""
    story = given(a_sale(), *COMPLETED)
    mine = as_owner(story.request["seller"])
    content = {**story.entry.content, "owner": mine}
    me = office("officer", "officer-7", person=story.now.persons["p1"])
    story.when(propose_correction(me, content=content)).then_refused(NotAllowed, "party_to_this_case")
    story.when(correct_as_a_court(office("court", authority="kz-court", person=story.now.persons["p1"])))
    story.then_refused(NotAllowed, "party_to_this_case")
    given(story, propose_correction(content=content)).when(correct(me))
    story.then_refused(NotAllowed, "party_to_this_case")


def test_the_seller_who_is_an_officer_does_not_annul_the_sale_that_they_regret() -> None:
    story = given(a_sale(), *COMPLETED)
    me = office("officer", "officer-7", person=story.now.persons["p1"])
    story.when(propose_annulment(me)).then_refused(NotAllowed, "party_to_this_case")


def test_what_is_restricted_goes_to_nobody_else_by_a_correction_of_an_office() -> None:
    story = given(a_sale(), *COMPLETED, restrict("arrest"))
    content = {**story.entry.content, "owner": as_owner(story.request["seller"])}
    story.when(propose_correction(content=content)).then_refused(Clash, "entry_restricted")
    story.when(propose_correction()).then("CorrectionProposed")  # of another colour it is still whose it was
    story.when(correct_as_a_court(content=content)).then("EntryCorrected", "ResultCorrected")


@pytest.mark.parametrize("kind", ["lien", "wanted"])
def test_a_court_is_stopped_by_what_it_may_not_lift(kind: str) -> None:
    """The law lets it lift an arrest: a lien is lifted first, by whoever placed it."""
    story = given(a_sale(), *COMPLETED, restrict(kind))
    content = {**story.entry.content, "owner": as_owner(story.request["seller"])}
    story.when(correct_as_a_court(content=content)).then_refused(Clash, "entry_restricted")
    story.when(annul_as_a_court()).then_refused(Clash, "entry_restricted")
    story.when(annul_result()).then_refused(Clash, "entry_restricted")
    story.when(correct_as_a_court()).then("EntryCorrected", "ResultCorrected")  # of another colour


def test_who_has_no_number_is_another_owner_by_their_name() -> None:
    story = given(a_sale(), *COMPLETED)
    nobody = {**as_owner(story.request["seller"]), "personal_number": None, "document": None}
    unnumbered = {**story.entry.content, "owner": nobody}
    given(story, propose_correction(content=unnumbered), correct(), restrict("arrest"))
    other = {**unnumbered, "owner": {**nobody, "surname": "Another"}}
    story.when(propose_correction(content=other)).then_refused(Clash, "entry_restricted")


def test_a_restriction_of_since_stops_what_was_proposed_of_an_imported_entry_too() -> None:
    story = given(a_sale(), propose_annulment(), restrict("arrest"))
    story.when(annul()).then_refused(Clash, "entry_restricted")


@pytest.mark.parametrize("authority", [None, "kz-police", "kz-other"])
def test_no_office_is_a_court_by_what_it_calls_its_people(authority: str | None) -> None:
    """Whoever was granted that: the law names one court."""
    story = given(a_sale(), *COMPLETED)
    judge = office("court", "judge", authority=authority or story.terms.authority)
    for act in (correct_as_a_court(judge), annul_as_a_court(judge), annul_result(judge)):
        story.when(act).then_refused(Unknown)


def test_who_ever_proposed_an_amendment_of_a_change_does_not_confirm_one() -> None:
    story = given(a_sale(), *COMPLETED, propose_correction(OFFICER), propose_annulment(SECOND))
    story.when(annul(OFFICER)).then_refused(NotAllowed, "four_eyes")
    story.when(annul(SUPERVISOR)).then("EntryAnnulled", "ResultAnnulled")


def test_what_was_proposed_is_confirmed_and_nothing_else() -> None:
    story = given(a_sale(), *COMPLETED, propose_correction())
    story.when(annul()).then_refused(Clash, "amendment_not_proposed")
    story.when(correct(proposal="hash-of-nothing")).then_refused(Clash, "amendment_not_proposed")
    story.when(correct(proposal=None, reason="I say so.")).then_refused(NotAllowed, "amendment_is_proposed")


def test_without_a_proposal_no_officer_amends() -> None:
    story = given(a_sale(), *COMPLETED)
    story.when(correct()).then_refused(Clash, "amendment_not_proposed")
    story.when(annul()).then_refused(Clash, "amendment_not_proposed")


def test_an_amendment_is_bound_to_the_version_that_was_seen() -> None:
    story = given(a_sale(), *COMPLETED)
    old = story.entry.version - 1
    for act in (
        propose_correction(expected=old),
        propose_annulment(expected=old),
        correct_as_a_court(expected=old),
        annul_as_a_court(expected=old),
    ):
        story.when(act).then_refused(Stale)
    given(story, propose_correction()).when(correct(expected=story.entry.version - 1)).then_refused(Stale)


def test_only_the_newest_change_is_amended() -> None:
    story = given(a_sale(), *COMPLETED)
    first = story.entry.changes[0]
    for act in (propose_correction(of=first), propose_annulment(of=first)):
        story.when(act).then_refused(Clash, IN_ERROR)
    for act in (correct_as_a_court(of=first), annul_as_a_court(of=first)):
        story.when(act).then_refused(Clash, IN_ERROR)


def test_a_correction_says_something_else_of_the_same_car() -> None:
    story = given(a_sale(), *COMPLETED)
    story.when(propose_correction(content=story.entry.content)).then_refused(Clash, "nothing_to_correct")
    vehicle = {**story.entry.content["vehicle"], "vin": "TAMGA303Z00000000"}
    other_car = {**story.entry.content, "vehicle": vehicle}
    refused = story.when(propose_correction(content=other_car))
    refused.then_refused(Invalid, "key_not_corrected", "/content")


def test_the_same_act_again_is_done_already() -> None:
    """Also with the version that was seen then: its answer was lost."""
    story = given(a_sale(), *COMPLETED)
    proposed, confirmed = propose_correction(expected=2), correct()
    asked = propose_correction()(story)
    assert asked is not None
    story.when(lambda _: asked).then("CorrectionProposed")
    story.when(lambda _: asked).then()
    again = confirmed(story)
    assert again is not None
    story.when(lambda _: again).then("EntryCorrected", "ResultCorrected")
    story.when(lambda _: again).then()
    story.when(proposed).then_refused(Stale)


def test_a_court_that_gives_another_reason_says_something_else() -> None:
    """What it said first stands, and the second is refused, not taken for the first."""
    story = given(a_sale(), *COMPLETED, annul_result())
    story.when(annul_result()).then()
    colleague = office("court", "judge-2", authority="kz-court")
    story.when(annul_result(colleague, seen=1)).then_refused(Stale)
    story.when(annul_result(reason="Decided on appeal.")).then_refused(WrongStage)
    story = given(a_sale(), *COMPLETED)
    first, other = annul_as_a_court()(story), annul_as_a_court(reason="Decided on appeal.")(story)
    story.when(lambda _: first).then("EntryAnnulled", "ResultAnnulled")
    story.when(lambda _: first).then()
    story.when(lambda _: other).then_refused(Stale)


def test_a_change_since_makes_a_proposal_void() -> None:
    story = given(a_sale(), *COMPLETED, propose_correction())
    proposal = story.entry.proposal
    assert proposal is not None
    given(story, again_by_the_office)
    assert story.entry.proposal is None
    story.when(correct(proposal=proposal["event"]))
    story.then_refused(Clash, "amendment_not_proposed")


def test_the_court_corrects_by_itself() -> None:
    story = given(a_sale(), *COMPLETED).when(correct_as_a_court()).then("EntryCorrected", "ResultCorrected")
    corrected = story.the(e.EntryCorrected)
    assert (corrected.proposal, corrected.rule) == (None, "entry.amend:court")
    assert {recorded.authority for recorded in story.last} == {"kz-court"}
    story.when(correct_as_a_court(reason=None, content={**story.entry.content, "owner": seller(story)}))
    story.then_refused(Invalid, "missing", "/reason")


def test_what_was_imported_is_corrected_too_and_no_case_hears_of_it() -> None:
    story = given(a_sale(), propose_correction()).when(correct()).then("EntryCorrected")
    assert story.last[0].lead is None
    assert story.entry.written_by is None


def test_a_birth_that_is_corrected_is_claimed_as_it_reads_now() -> None:
    """Who the mother is was typed wrong: the same birth cannot be registered by either number."""
    story = given(a_birth(), *BIRTH_REGISTERED)
    content = story.entry.content
    number = {"number": "10000000146"}
    mother = {**content["mother"], "personal_number": {**content["mother"]["personal_number"], **number}}
    before = {key for key, claim in story.claims.items() if claim.holder == story.entry.entry}
    story.when(correct_as_a_court(TR_JUDGE, content={**content, "mother": mother}))
    assert story.refusal is None
    assert "ClaimReleased" in story.names
    assert "ClaimSettled" in story.names
    after = {key for key, claim in story.claims.items() if claim.holder == story.entry.entry}
    assert len(after) == len(before)
    assert after != before


def test_no_birth_is_corrected_to_a_day_that_has_not_come() -> None:
    story = given(a_birth(), *BIRTH_REGISTERED)
    content = story.entry.content
    tomorrow = (story.at + timedelta(days=2)).date().isoformat()
    act = correct_as_a_court(
        TR_JUDGE, content={**content, "child": {**content["child"], "born_on": tomorrow}}
    )
    story.when(act).then_refused(Invalid, "in_the_future", "/content/child/born_on")


# --- annulments -------------------------------------------------------------------------------------------


def test_a_sale_that_is_annulled_gives_the_car_back() -> None:
    story = given(a_sale(), *COMPLETED, propose_annulment())
    story.when(annul()).then("EntryAnnulled", "ResultAnnulled")
    annulled = story.the(e.EntryAnnulled)
    assert (annulled.reads, annulled.title, annulled.of) == ("active", "annulment", story.entry.changes[-2])
    assert story.entry.change == story.entry.changes[0]
    assert story.entry.content["owner"] == seller(story)
    assert story.entry.status == Status.ACTIVE
    assert story.now.is_annulled
    assert "AnnulResult" not in fits(story.now)
    assert "LodgeAppeal" not in fits(story.now)


def test_a_birth_that_is_annulled_counts_no_more_and_may_be_registered_anew() -> None:
    story = given(a_birth(), *BIRTH_REGISTERED)
    assert any(claim.holder == story.entry.entry for claim in story.claims.values())
    story.when(annul_as_a_court(TR_JUDGE))
    assert {"EntryAnnulled", "ResultAnnulled", "ClaimReleased"} == {*story.names}
    assert story.entry.status == Status.ANNULLED
    assert all(claim == FREE for claim in story.claims.values())
    again = a_birth()
    again.entries, again.claims = story.entries, story.claims
    given(again, *BIRTH_REGISTERED)
    assert again.entry.status == Status.ACTIVE


def test_an_annulment_is_also_possible_before_the_registry_has_answered() -> None:
    story = given(a_sale(), *APPROVED, object_to(), propose_annulment()).when(annul())
    story.then("EntryAnnulled", "ResultAnnulled")
    assert (story.now.stage, story.now.open_objections, story.now.ending) == (Stage.COMPLETED, [], None)
    given(story).when(acknowledge()).then("ReceiptRecorded")
    story.when(acknowledge()).then()


def test_a_correction_ends_the_objection_of_a_registry_and_its_receipt_completes_the_case() -> None:
    story = given(a_sale(), *APPROVED, object_to(), propose_correction(), correct())
    assert story.now.open_objections == []
    assert story.now.stage == Stage.APPROVED
    story.when(acknowledge()).then("ReceiptRecorded", "CaseCompleted")


def test_the_receipt_of_what_was_corrected_counts_as_well_and_each_once() -> None:
    story = given(a_sale(), *APPROVED)
    first = story.entry.changes[-1]
    given(story, propose_correction(), correct())
    story.when(acknowledge(event=first)).then("ReceiptRecorded", "CaseCompleted")
    assert "RecordReceipt" in fits(story.now)
    story.when(acknowledge()).then("ReceiptRecorded")
    for event in (first, story.entry.changes[-1]):
        story.when(acknowledge(event=event)).then()
    assert {"RecordReceipt", "RecordObjection"}.isdisjoint(fits(story.now))  # nothing is left to answer


def test_where_no_law_of_the_register_lets_anybody_amend_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    not_offered(monkeypatch, "KZ", "car_transfer")
    story = given(
        a_story_of(made_up(monkeypatch, procedure={"name": "car_sale"}, amendments=None)), *COMPLETED
    )
    for act in (propose_correction(), propose_annulment(), annul(), correct()):
        story.when(act).then_refused(Clash, "no_amendments")


def test_an_office_annuls_nothing_that_is_restricted_and_a_court_does() -> None:
    story = given(a_sale(), *COMPLETED, restrict("arrest"))
    story.when(propose_annulment()).then_refused(Clash, "entry_restricted")
    story.when(annul_as_a_court()).then("EntryAnnulled", "ResultAnnulled")
    assert story.entry.restrictions, "it stands, on whoever has the car"


def test_after_an_annulment_what_reads_now_is_annulled_next_whoever_wrote_it() -> None:
    story = given(a_sale(), *COMPLETED, propose_annulment(), annul())
    assert (story.entry.change, story.entry.written_by) == (story.entry.changes[0], None)
    story.when(annul_as_a_court()).then("EntryAnnulled")
    assert (story.entry.status, story.entry.content["owner"]) == (Status.ANNULLED, seller(story))


def test_one_former_reading_is_known_and_what_lies_further_back_is_said_to_be_unknown() -> None:
    story = given(a_sale())
    for owner in ("seller", "buyer"):
        content = {**story.entry.content, "owner": as_owner(story.request[owner])}
        story.happened(
            (story.key, e.EntryChanged(register="vehicles", content_version=2, title="sale", content=content))
        )
    given(story, annul_as_a_court()).when(annul_as_a_court()).then_refused(Clash, "former_reading_unknown")


def test_what_nobody_could_confirm_is_not_proposed() -> None:
    story = given(a_sale(), *COMPLETED, changed_hands, propose_annulment(), annul())
    story.when(propose_annulment()).then_refused(Clash, "former_reading_unknown")
    story.when(propose_correction()).then("CorrectionProposed")


# --- what a court decided -----------------------------------------------------------------------------------


def again_by_the_office(story: Story) -> None:
    """An ordinary change."""
    register, entry = story.offer.procedure.registers[0], story.entry
    changed = e.EntryChanged(
        register=register.name,
        content_version=register.content_version,
        title=entry.title,
        content=entry.content,
    )
    story.happened((story.key, changed))


decided = pytest.mark.parametrize(
    "decide", [correct_as_a_court(), annul_as_a_court()], ids=["corrects", "annuls"]
)


@decided
def test_what_a_court_decided_is_no_error_of_an_office(decide: Act) -> None:
    story = given(a_sale(), *COMPLETED, decide)
    for proposal in (propose_correction(content=in_blue(story)), propose_annulment()):
        story.when(proposal).then_refused(Clash, "court_decided")
    given(story, again_by_the_office)
    story.when(propose_correction(content=in_blue(story))).then("CorrectionProposed")


def test_what_is_proposed_in_error_an_officer_drops_and_nothing_comes_of_it() -> None:
    """The one who proposed it, or a second one, who says no."""
    for by in (OFFICER, SECOND):
        story = given(a_sale(), *COMPLETED, propose_annulment())
        dropped = drop_proposal(by)(story)
        story.when(as_it_was(dropped)).then("ProposalDropped")
        assert story.entry.proposal is None
        story.when(annul()).then_refused(Clash, "amendment_not_proposed")
        story.when(drop_proposal(by)).then_refused(Clash, "amendment_not_proposed")
        story.when(as_it_was(dropped)).then()
        given(story, propose_annulment())
        story.when(drop_proposal(by, expected=1)).then_refused(Stale)


def as_it_was(command: Command | None) -> Act:
    """Sent again, whatever happened since."""
    return lambda _: command


def test_what_was_dropped_is_proposed_anew_and_confirmed_by_whoever_had_proposed_it_before() -> None:
    """Two people have said yes then."""
    story = given(a_sale(), *COMPLETED, propose_annulment(OFFICER), drop_proposal(SECOND))
    given(story, propose_annulment(SECOND))
    story.when(annul(SECOND)).then_refused(NotAllowed, "four_eyes")
    story.when(annul(OFFICER)).then("EntryAnnulled", "ResultAnnulled")


def test_nobody_drops_what_was_proposed_before_it_or_works_elsewhere() -> None:
    story = given(a_sale(), *COMPLETED, propose_annulment())
    first: Any = story.entry.proposal
    given(story, propose_correction(SECOND))
    story.when(drop_proposal(of=first["event"])).then_refused(Clash, "amendment_not_proposed")
    story.when(drop_proposal(JUDGE)).then_refused(NotAllowed)
    story.when(drop_proposal(applicant)).then_refused(NotAllowed)
    story.when(drop_proposal(stranger)).then_refused(Unknown)


def in_blue(story: Story) -> dict[str, Any]:
    content = dict(story.entry.content)
    return {**content, "vehicle": {**content["vehicle"], "colour": "blue"}}


@decided
def test_what_was_proposed_of_it_all_the_same_nobody_confirms(decide: Act) -> None:
    """It was taken before the house asked so."""
    story = given(a_sale(), *COMPLETED, decide)
    about: Any = {
        "register": "vehicles",
        "of": story.entry.change,
        "rule": "entry.propose:officer",
        "reason": "Our error.",
        "officer_person": "human-officer-1",
    }
    content: Any = {"content_version": 2, "content": in_blue(story)}
    for proposed, confirm in (
        (e.CorrectionProposed(**about, **content), correct()),
        (e.AnnulmentProposed(**about), annul()),
    ):
        story.happened((story.key, proposed))
        story.when(confirm).then_refused(Clash, "court_decided")


def test_a_court_amends_what_a_court_decided() -> None:
    story = given(a_sale(), *COMPLETED, correct_as_a_court())
    story.when(correct_as_a_court(content=in_blue(story))).then("EntryCorrected", "ResultCorrected")
    story.when(annul_as_a_court()).then("EntryAnnulled", "ResultAnnulled")


def test_what_comes_back_by_an_annulment_is_the_courts_again_where_it_was() -> None:
    story = given(
        a_sale(), *COMPLETED, correct_as_a_court(), again_by_the_office, propose_annulment(), annul()
    )
    story.when(propose_correction(content=in_blue(story))).then_refused(Clash, "court_decided")


def test_an_end_by_itself_leaves_it_the_courts_and_one_that_an_office_wrote_does_not() -> None:
    story = holding_until(date(2026, 11, 24))
    given(story, correct_as_a_court(), later(hours=35), expire())
    assert story.entry.title == "expiry"
    story.when(propose_annulment()).then_refused(Clash, "court_decided")
    story = given(a_sale(), *COMPLETED, correct_as_a_court(), ended)
    story.when(propose_annulment()).then("AnnulmentProposed")


def test_an_appeal_that_is_won_leaves_what_a_court_decided_since() -> None:
    """The decision counts no more, as where the car was sold on; the car stays with whom the court gave it to."""
    story = given(a_sale(), *COMPLETED, serve(), appeal(), correct_as_a_court())
    assert in_the_way(story) == [IN_ERROR]
    stood = story.entry
    story.when(decide_appeal("annulled", "It was not the owner."))
    story.then("ResultAnnulled", "AppealDecided", "AppealTermEnded")
    assert (story.the(e.ResultAnnulled).entries, story.entry) == ([], stood)
    assert story.now.amendments[-1]["left"] == [stood.entry]
    assert courts(story) == [("p1", "court_left"), ("p2", "court_left")]


def test_so_it_does_where_a_court_took_back_what_came_after() -> None:
    story = given(a_birth(), *BIRTH_REGISTERED, acknowledge(), serve(), appeal(party="p1"))
    given(story, again_by_the_office, annul_as_a_court(TR_JUDGE))
    assert story.entry.depth == 0, "how it read before is known: it was not there"
    story.when(decide_appeal("annulled", "It is another's."))
    story.then("ResultAnnulled", "AppealDecided", "AppealTermEnded")
    assert story.entry.status == "active"


# --- what is annulled for good ------------------------------------------------------------------------------


def test_what_is_annulled_for_good_is_not_corrected() -> None:
    story = given(a_sale(), propose_annulment()).when(annul()).then("EntryAnnulled")
    assert story.entry.status == Status.ANNULLED
    for act in (annul_as_a_court(), correct_as_a_court(), propose_correction(), propose_annulment()):
        story.when(act).then_refused(Clash, "entry_annulled")


def test_the_court_annuls_what_a_case_wrote() -> None:
    story = given(a_sale(), *COMPLETED)
    story.when(annul_result(OFFICER)).then_refused(NotAllowed, "court_annuls")
    story.when(annul_result(JUDGE)).then("EntryAnnulled", "ResultAnnulled")
    assert story.the(e.ResultAnnulled).rule == "case.annul:court"
    story.when(annul_result(JUDGE)).then()
    assert story.now.is_annulled


def test_what_was_changed_since_is_not_annulled_with_the_case_that_wrote_it() -> None:
    story = given(a_sale(), *COMPLETED)
    change = e.EntryChanged(register="vehicles", content_version=2, title="sale", content=story.entry.content)
    story.happened((story.key, change))
    story.when(annul_result(JUDGE)).then_refused(Clash, IN_ERROR)


def test_the_court_annuls_also_when_the_people_of_the_case_are_erased() -> None:
    story = given(a_sale(), *COMPLETED, later(days=2000), erase())
    story.when(annul_as_a_court()).then("EntryAnnulled", "ResultAnnulled")


def test_what_is_erased_is_not_amended() -> None:
    story = given(a_sale(), *COMPLETED, ended, propose_correction(), later(days=5000), erase_entry())
    proposal = story.entry.proposal
    assert proposal is not None
    assert (proposal["content"], proposal["reason"], story.entry.before) == (None, None, None)
    assert [person for _, person in proposal["proposers"]] == [None]
    for act in (
        annul_as_a_court(),
        correct_as_a_court(),
        correct(),
        propose_correction(),
        propose_annulment(),
    ):
        story.when(act).then_refused(Clash, "entry_erased")


def test_an_appeal_annuls_what_was_written() -> None:
    story = given(a_sale(), *COMPLETED, serve(), appeal())
    story.when(decide_appeal("annulled", "It was not the owner."))
    assert {*story.names} == {"EntryAnnulled", "AppealDecided", "ResultAnnulled", "AppealTermEnded"}
    assert (story.now.stage, story.now.is_annulled) == (Stage.COMPLETED, True)
    assert story.entry.content["owner"] == seller(story)
    assert {recorded.authority for recorded in story.last} == {story.terms.appeals.authority}


def test_who_never_sold_the_car_wins_the_appeal_also_where_it_was_sold_on() -> None:
    """The decision counts no more; who has the car by now is for a court, and the log says no more than that."""
    story = given(a_sale(), *COMPLETED, serve(), appeal())
    assert in_the_way(story) == []
    given(story, changed_hands)
    assert in_the_way(story) == [IN_ERROR]
    stood = story.entry
    story.when(decide_appeal("annulled", "It was not the owner."))
    story.then("ResultAnnulled", "AppealDecided", "AppealTermEnded")
    assert story.the(e.ResultAnnulled).entries == []
    assert (story.now.is_annulled, story.entry) == (True, stood)
    (annulment,) = shown(story.now, "p1")["amendments"]
    assert (annulment["what"], annulment["left"]) == ("annulment", [stood.entry])
    assert {"LodgeAppeal", "AnnulResult", "RecordReceipt"}.isdisjoint(fits(story.now))


def test_the_appeal_is_won_also_where_nobody_knows_how_the_entry_read_before() -> None:
    story = given(a_sale(), *COMPLETED, serve(), appeal(), changed_hands, annul_as_a_court())
    assert in_the_way(story) == [IN_ERROR]
    story.when(decide_appeal("annulled", "It was not the owner."))
    story.then("ResultAnnulled", "AppealDecided", "AppealTermEnded")


def test_over_what_an_appeal_left_a_court_decides_by_what_it_says_after_the_case_wrote_it() -> None:
    """What it said before the sale, it said of another one; and an error of an office is no matter of it."""
    story = given(a_sale(), *COMPLETED, serve(), appeal(), changed_hands)
    assert story.now.left == []
    given(story, later(hours=1), decide_appeal("annulled", "It was not the owner."))
    assert story.now.left == [story.entry.entry]
    assert not is_decided(story)
    given(story, later(hours=1), changed_hands, propose_correction(), correct(written_by=None))
    assert not is_decided(story)
    given(story, later(hours=1), correct_as_a_court(content=of_the_seller(story), written_by=None))
    assert is_decided(story)
    given(story, later(hours=1), changed_hands)
    assert is_decided(story), "who had it by the court may sell it"


def is_decided(story: Story) -> bool:
    """Whether a court has decided over what was left."""
    assert story.now.left == [story.entry.entry]
    return has_court_decided(story.entry, story.now.wrote_at or "")


def test_what_a_court_said_before_the_appeal_was_won_it_has_said() -> None:
    story = given(a_sale(), *COMPLETED, serve(), appeal(), correct_as_a_court())
    given(story, later(hours=1), decide_appeal("annulled", "It was not the owner."))
    assert is_decided(story)
    given(story, later(hours=1), changed_hands)
    assert is_decided(story), "who had it by the court may sell it"


def of_the_seller(story: Story) -> dict[str, Any]:
    return {**story.entry.content, "owner": seller(story)}


def test_an_entry_that_was_corrected_since_is_taken_back_on_appeal() -> None:
    story = given(a_sale(), *COMPLETED, serve(), appeal(), propose_correction(), correct())
    assert in_the_way(story) == []
    story.when(decide_appeal("annulled", "It was not the owner."))
    assert "EntryAnnulled" in story.names
    assert story.now.amendments[-1]["left"] == []


def test_who_loses_what_they_had_has_the_court_and_no_appeal_here() -> None:
    """Whoever asked for it has what they want, and a court that annulled is the court."""
    story = given(a_sale(), *COMPLETED, appeal(), decide_appeal("annulled", "It was not the owner."))
    assert courts(story) == [("p2", "court_annulled")]
    story.when(appeal("p2")).then_refused(Clash, "annulled_already")
    assert courts(given(a_sale(), *COMPLETED, propose_annulment(), annul())) == [
        ("p1", "court_alone"),
        ("p2", "court_alone"),
    ]
    story = given(a_sale(), *COMPLETED, annul_result(JUDGE))
    assert courts(story) == []
    story.when(appeal()).then_refused(Clash, "annulled_already")
    lost = (
        appeal("p2"),
        decide_appeal("upheld"),
        appeal(),
        decide_appeal("annulled", "It was not the owner."),
    )
    assert courts(given(a_sale(), *COMPLETED, *lost)) == [], "both had asked for it"
    left = given(a_sale(), *COMPLETED, appeal(), changed_hands, decide_appeal("annulled", "No."))
    assert courts(left) == [("p1", "court_left"), ("p2", "court_left")]


def courts(story: Story) -> list[tuple[str, str]]:
    """Who may turn to the court, and as what."""
    return [(each.who, each.what) for each in awaited(story.now) if each.office == "kz-court"]


def test_an_appeal_annuls_nothing_that_is_restricted() -> None:
    story = given(a_sale(), *COMPLETED, serve(), appeal(), restrict("arrest"))
    story.when(decide_appeal("annulled", "It was not the owner.")).then_refused(Clash, "entry_restricted")


def test_who_decides_an_appeal_is_told_that_what_was_written_is_restricted() -> None:
    story = given(a_sale(), *COMPLETED, serve(), appeal(), restrict("arrest"))
    assert in_the_way(story) == ["restricted:arrest"]
    given(story, lift(office("restricting_officer", "bailiff-1", authority="kz-bailiffs")))
    assert in_the_way(story) == []
    given(story, restrict("arrest", restriction="restriction-2"), changed_hands)
    assert in_the_way(story) == [IN_ERROR], "what is left as it is, nothing stops"


def test_while_an_appeal_is_open_who_decides_it_annuls() -> None:
    story = given(a_sale(), *COMPLETED, serve(), appeal())
    story.when(annul_as_a_court()).then_refused(WrongStage)


def test_a_refusal_is_not_annulled() -> None:
    story = given(a_sale(), *APPEALED).when(decide_appeal("annulled", "No."))
    story.then_refused(Invalid, "outcome_does_not_fit", "/outcome")


# --- ends by themselves -----------------------------------------------------------------------------------


def holding_until(day: date) -> Story:
    story = a_sale()
    (key,) = story.keys_of_entries
    changed = e.EntryChanged(
        register="vehicles",
        content_version=2,
        title="sale",
        content=story.entry.content,
        until=day.isoformat(),
    )
    given(story, *FILED)
    story.happened((key, changed))
    return story


def test_the_clock_ends_what_holds_no_longer_after_its_last_day() -> None:
    story = holding_until(date(2026, 11, 24))
    story.when(expire()).then()
    given(story, later(hours=24)).when(expire()).then()  # 14:00 in Almaty, on the last day
    given(story, later(hours=11)).when(expire()).then("EntryEnded")
    assert (story.entry.status, story.entry.title) == (Status.ENDED, "expiry")
    story.when(expire()).then()


def test_only_the_clock_does() -> None:
    holding_until(date(2026, 11, 22)).when(expire(OFFICER)).then_refused(NotAllowed, "only_the_clock")
