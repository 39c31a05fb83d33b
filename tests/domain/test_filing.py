"""Filing: the law of the day, the claim, the fee, and who may file what."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.commands import FileCase
from domain.country import Source
from domain.decisions.filing import brought
from domain.facts import Facts
from domain.offers import terms_hash
from domain.refusals import Clash, Differs, Fault, Invalid, Named, NotOffered
from domain.terms import Requirement
from tests.domain.acts import (
    COMPLETED,
    FILED,
    OFFICER,
    REGISTRY,
    TREASURY,
    approve,
    ask_for_opinion,
    assign,
    bring,
    file,
    give_opinion,
    party,
    restrict,
    stranger,
)
from tests.domain.made_up import a_story_of, made_up
from tests.domain.story import MONDAY, Story, Who, a_birth, a_sale, given
from tests.examples import person, unnumbered

LAW = Source(law="Law of the tests", confirmed=True)
AN_HOUR_BEFORE_2018_IN_ALMATY = datetime(2017, 12, 31, 17, tzinfo=UTC)  # six hours ahead of UTC then
AN_HOUR_AFTER = datetime(2017, 12, 31, 19, tzinfo=UTC)


# --- what follows -----------------------------------------------------------------------------------------


def test_a_sale_takes_the_car_and_is_told_its_fee() -> None:
    story = a_sale().when(file()).then("ClaimTaken", "CaseFiled", "FeeAssessed")
    case = story.now
    assert case.stage == "filed"
    assert case.parties == {"p1": "seller", "p2": "buyer"}
    assert (case.consents_asked, case.consents) == (["p2"], {})
    assert case.consent_until is not None
    assert case.fee is not None
    assert (case.fee["amount"], case.fee["currency"]) == (18_597_00, "KZT")
    assert case.fee["due"] is not None
    assert case.fee["due"]["due"] == "2026-12-07"
    assert story.last[-1].actor == {"id": "p1", "role": "applicant"}
    assert next(iter(story.claims.values())).holder == story.case_id


def test_what_costs_nothing_and_asks_nobody_is_in_review_at_once() -> None:
    """No receipt over zero: whatever completes the case moves it, the filing included (rules.md 14)."""
    story = a_birth().when(file())
    story.then("ClaimTaken", "CaseFiled", "FeeAssessed", "DecisionTermStarted")
    assert story.now.stage == "in_review"
    assert story.now.decision_due is not None
    assert story.now.fee is not None
    assert (story.now.fee["amount"], story.now.fee["due"]) == (0, None)


def test_the_case_names_the_law_of_its_day_once_and_for_all() -> None:
    story = given(a_sale(), *FILED)
    assert story.now.terms == story.terms.since.isoformat()
    assert story.last[1].event.terms_sha256 == terms_hash(story.terms)  # type: ignore[union-attr]


# --- which law --------------------------------------------------------------------------------------------


def test_before_its_first_day_a_law_offers_nothing() -> None:
    a_sale(at=AN_HOUR_AFTER).when(file()).then("ClaimTaken", "CaseFiled", "FeeAssessed")
    story = a_sale()
    story.at = AN_HOUR_BEFORE_2018_IN_ALMATY
    story.when(file()).then_refused(NotOffered, "not_offered")


@pytest.mark.parametrize(("country", "procedure"), [("TR", "toll"), ("KZ", "toll"), ("XX", "car_sale")])
def test_what_a_country_has_no_terms_for_is_not_offered_there(country: str, procedure: str) -> None:
    a_sale().when(file(country=country, procedure=procedure)).then_refused(NotOffered, "not_offered")


# --- who --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [party("buyer"), OFFICER, stranger, TREASURY, REGISTRY])
def test_nobody_files_in_the_name_of_another(who: Who) -> None:
    where = "/request/seller/personal_number"
    a_sale().when(file(by=who)).then_refused(Invalid, "not_the_applicant", where)


def test_nobody_sells_to_themselves() -> None:
    same = person("KZ", 1)
    story = a_sale(seller=same, buyer=same)
    story.when(file()).then_refused(Invalid, "same_person", "/request/buyer/personal_number")


def test_the_same_filing_twice_is_one_case() -> None:
    """The repeat under its key never comes here; what does come is another request under the same id."""
    given(a_sale(), *FILED).when(file()).then_refused(Differs, "already_filed")


# --- the car ----------------------------------------------------------------------------------------------


def test_a_car_is_sold_by_its_registered_owner_only() -> None:
    story = a_sale(seller=person("KZ", 1))
    story.request |= {"seller": person("KZ", 77), "person_p1": "human-77"}
    story.when(file()).then_refused(Clash, "not_the_owner")


def test_a_car_that_nobody_knows_is_refused_in_the_same_words() -> None:
    """Whether a VIN is in the register is not to be found out by filing."""
    known, unknown = a_sale(), a_sale()
    known.request |= {"seller": person("KZ", 77), "person_p1": "human-77"}
    unknown.entries.clear()
    refusals = [story.when(file()).refusal for story in (known, unknown)]
    assert str(refusals[0]) == str(refusals[1])


def test_a_car_has_one_open_sale() -> None:
    story = given(a_sale(), *FILED)
    story.case, story.case_id = None, "case-2"
    story.when(file()).then_refused(Clash, "claim_taken")


def test_after_the_sale_the_buyer_sells_the_car_on() -> None:
    story = given(a_sale(), *COMPLETED)
    buyer = story.request["buyer"]
    again = a_sale(seller=buyer, buyer=person("KZ", 99))
    again.entries, again.claims = story.entries, story.claims
    again.when(file()).then("ClaimTaken", "CaseFiled", "FeeAssessed")


def test_a_restriction_does_not_forbid_to_ask() -> None:
    """It may be lifted before the decision; what counts is the moment of transfer (rules.md 9)."""
    given(a_sale(), restrict("arrest")).when(file()).then("ClaimTaken", "CaseFiled", "FeeAssessed")


def test_a_vin_whose_check_digit_does_not_fit_is_said_to_the_officer() -> None:
    assert given(a_sale(), *FILED).now.warnings == ["vin_check_digit"]
    right = a_sale(vehicle={"vin": "1M8GDM9AXKP042788", "plate": None})
    assert given(right, *FILED).now.warnings == []


def test_a_number_that_looks_odd_is_said_to_the_officer() -> None:
    """Uzbekistan's number tells a date of birth; one that is no day is not refused (rules.md 24)."""
    story = given(a_sale(buyer=person("UZ", 5)), *FILED)
    assert story.now.warnings == ["vin_check_digit", "person_number_date"]


def test_a_buyer_from_elsewhere_is_named_by_a_passport_and_owns_the_car_afterwards() -> None:
    """They have a keyed id of their own; that they cannot sign in to consent is said."""
    story = given(a_sale(buyer=unnumbered()), *FILED)
    assert story.now.warnings == ["vin_check_digit", "cannot_sign_in:buyer"]
    assert story.now.persons["p2"] == "human-document-1-passport-XX-ex000000"
    story = given(a_sale(buyer=unnumbered()), *COMPLETED)
    assert story.entry.content["owner"] == unnumbered()


def test_who_only_lacks_a_number_like_the_owner_is_not_the_owner() -> None:
    """A register that names the owner by a passport: whoever has none of its kind does not sell that car."""
    for seller, owner in [(unnumbered(1), unnumbered(2)), (person("KZ", 1), unnumbered(1))]:
        story = a_sale(seller=seller)
        held = story.entry.content["vehicle"]
        story.entries[story.key] = story.entry._replace(content={"vehicle": held, "owner": owner})
        story.when(file()).then_refused(Clash, "not_the_owner")


def test_nobody_is_born_on_a_day_that_has_not_begun() -> None:
    """A year or a month that has begun is taken: nobody says which of its days it was."""
    for born_on in ("2026-11-24", "2026-12", "2027"):
        story = a_sale(buyer={**person("KZ", 2), "born_on": born_on})
        story.when(file()).then_refused(Invalid, "in_the_future", "/request/buyer/born_on")
    for born_on in ("2026-11", "2026"):
        story = given(a_sale(buyer={**person("KZ", 2), "born_on": born_on}), file())
        assert "birth_day_unknown:buyer" in story.now.warnings


# --- the birth --------------------------------------------------------------------------------------------


def test_a_birth_in_the_register_is_not_registered_again() -> None:
    story = given(a_birth(), *FILED, assign(), approve(OFFICER))
    story.case, story.case_id = None, "case-2"
    story.when(file()).then_refused(Clash, "entry_exists")


def test_a_birth_with_an_open_request_waits() -> None:
    story = given(a_birth(), *FILED)
    story.case, story.case_id = None, "case-2"
    story.when(file()).then_refused(Clash, "claim_taken")


def test_a_birth_that_was_registered_is_not_told_by_mouth_a_second_time() -> None:
    story = given(a_birth(), *FILED, assign(), approve(OFFICER))
    told = a_birth(medical_certificate=None)
    told.entries, told.claims = story.entries, story.claims
    told.when(file()).then_refused(Clash, "entry_exists")


def _another_birth(story: Story, **changes: dict[str, Any]) -> Story:
    changed: dict[str, Any] = {name: {**story.request[name], **more} for name, more in changes.items()}
    other = a_birth(**changed)
    other.entries, other.claims = story.entries, story.claims
    return other


def test_twins_have_one_certificate_and_an_order() -> None:
    story = given(a_birth(), *FILED)
    twin = _another_birth(story, child={"order": 2, "given_names": "Second"})
    twin.when(file()).then("ClaimTaken", "CaseFiled", "FeeAssessed", "DecisionTermStarted")


def test_a_hospital_is_the_same_however_its_name_is_typed() -> None:
    """By the rules of Turkish: İ and i are one letter, I and ı another (rules.md 25)."""
    first = {"issuer": "Şehir Hastanesi İzmir", "city": "İzmir", "number": "TR-1", "issued_on": "2026-11-20"}
    story = given(a_birth(medical_certificate=first), *FILED, assign(), approve(OFFICER))
    paper = {**first, "issuer": "ŞEHİR  HASTANESİ İZMİR", "city": "izmir", "number": "tr 1"}
    other = _beside(story, a_birth(1, medical_certificate=paper))
    given(other, file(), assign()).when(approve(OFFICER)).then_refused(Clash, "entry_exists")


def _beside(story: Story, other: Story) -> Story:
    """Another request in the same country."""
    other.entries, other.claims, other.case_id = story.entries, story.claims, "case-2"
    return other


def test_nobody_has_to_invent_a_mother_or_a_father() -> None:
    story = a_birth(
        mother=None,
        father=None,
        medical_certificate=None,
        relation="guardian",
        applicant=person("TR", 3),
    )
    story.request["mother_unknown_because"] = None
    story.when(file()).then("ClaimTaken", "CaseFiled", "FeeAssessed", "DecisionTermStarted")
    assert story.now.warnings == [
        "mother_missing_without_reason",
        "told_by_mouth",
        "applicant_is_no_parent",
        "investigation_needed",
    ]


def test_who_says_to_be_the_mother_and_is_not_named_so_is_said_to_the_officer() -> None:
    story = a_birth(relation="mother", applicant=person("TR", 3))
    assert given(story, file()).now.warnings == ["applicant_is_not_that_parent"]
    mother = person("TR", 1)
    assert given(a_birth(relation="mother", applicant=mother, mother=mother), *FILED).now.warnings == []


def test_a_parent_younger_than_the_child_is_said_to_the_officer() -> None:
    """Never a refusal; of a year, too, where no day of it would do."""
    mother = person("TR", 1, born_on="2026-11-21")
    father = {**person("TR", 2), "born_on": "2019"}
    told = a_birth(relation="relative", applicant=person("TR", 3), mother=mother, father=father)
    assert given(told, file()).now.warnings == [
        "applicant_is_no_parent",
        "parent_too_young:mother",
        "parent_too_young:father",
        "not_of_age:mother",
        "is_a_minor:father",
    ]


def test_a_parent_who_is_a_minor_is_said_to_the_officer_also_where_they_do_nothing() -> None:
    """Whose consent the law asks then, the officer looks for; a day later she is of age."""
    day = datetime(2026, 11, 23, 9, tzinfo=UTC).date()
    for born_on, said in (("2008-11-24", ["is_a_minor:mother"]), ("2008-11-23", [])):
        father, mother = person("TR", 2), person("TR", 1, born_on=born_on)
        told = a_birth(relation="father", applicant=father, mother=mother, father=father)
        assert told.at.date() == day
        assert given(told, *FILED).now.warnings == said


def test_one_person_in_both_places_of_a_parent_is_said_to_the_officer() -> None:
    both = person("TR", 1)
    story = given(a_birth(relation="relative", applicant=both, mother=both, father=both), *FILED)
    assert story.now.warnings == ["mother_and_father_are_one"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"fatherhood": None}, ["fatherhood_unsaid"]),
        ({"fatherhood": "none"}, ["fatherhood_unsaid"]),
        ({"fatherhood": "marriage", "father": None}, ["fatherhood_without_father"]),
        ({"fatherhood": "marriage_ended"}, ["marriage_end_unknown"]),
        (
            {"fatherhood": "marriage_ended", "marriage_ended_on": "2026-11-22"},
            ["marriage_ended_after_birth"],
        ),
    ],
)
def test_by_what_a_father_is_known_is_said_or_the_officer_hears_that_it_is_not(
    said: dict[str, Any], told: list[str]
) -> None:
    warnings = given(a_birth(**said), file()).now.warnings
    assert [code for code in warnings if "father" in code or "marriage" in code] == told


def test_a_man_who_is_named_as_the_father_by_nothing_is_asked() -> None:
    story = given(a_birth(fatherhood=None), file())
    assert [story.now.parties[party] for party in story.now.consents_asked] == ["father"]
    father = person("TR", 3)
    by_him = a_birth(fatherhood=None, relation="father", applicant=father, father=father)
    assert given(by_him, file()).now.consents_asked == []


def test_a_birth_without_any_paper_is_told_by_mouth_whatever_the_form_says() -> None:
    """Law 5490, article 15: it is entered after the inquiry; of a foundling there is another record."""
    by_mouth = given(a_birth(medical_certificate=None, oral_statement=False), file(), assign())
    by_mouth.when(approve(OFFICER)).then_refused(Clash, "investigation_missing")


def test_a_child_with_the_number_of_a_parent_is_said_to_the_officer() -> None:
    mother = person("TR", 1)
    story = given(a_birth(mother=mother, child_number=mother["personal_number"]), *FILED)
    assert story.now.warnings == ["childs_number_is_a_parents"]


@pytest.mark.parametrize("path", ["medical_certificate/issued_on", "marriage_ended_on"])
def test_what_no_clock_on_earth_has_reached_is_not_told_of_a_birth(path: str) -> None:
    """A certificate of the next day may come from where that day has begun."""
    story = a_birth()
    beside = story.request
    *within, member = path.split("/")
    for name in within:
        beside = beside[name]
    today = MONDAY.date()
    beside[member] = str(today + timedelta(days=2))
    story.when(file()).then_refused(Invalid, "in_the_future", f"/request/{path}")
    beside[member] = str(today)
    story.when(file()).then("ClaimTaken", "CaseFiled", "FeeAssessed", "DecisionTermStarted")


def test_a_mother_without_a_number_is_found_again_by_her_document() -> None:
    """However it is typed; so a birth told by mouth is registered once (rules.md 26)."""
    mother = unnumbered(born_on="1999", surname=None)
    father = person("TR", 4)
    by_mouth: dict[str, Any] = {
        "relation": "father",
        "applicant": father,
        "father": father,
        "medical_certificate": None,
    }
    story = given(a_birth(mother=mother, **by_mouth), file())
    assert story.now.warnings == ["told_by_mouth", "one_name:mother", "investigation_needed"]
    typed = {**mother, "document": {**mother["document"], "number": "ex-000000"}}
    _beside(story, a_birth(mother=typed, **by_mouth)).when(file()).then_refused(Clash, "claim_taken")


INQUIRED = (
    ask_for_opinion("tr-health-directorate", investigation="oral_statement"),
    give_opinion(authority="tr-health-directorate"),
)


def test_a_mother_known_by_name_only_keeps_nobody_out_before_the_entry() -> None:
    """Two of one name may give birth on one day; in the register the names are all there is."""
    mother = unnumbered(document=None, born_on=None)
    father = person("TR", 4)
    asked: dict[str, Any] = {"relation": "father", "applicant": father, "father": father, "mother": mother}
    story = given(a_birth(**asked), file())
    assert [key.parts[0] for key in story.claims] == ["birth_told_by"]
    assert story.now.warnings == ["birth_day_unknown:mother", "known_by_name_only:mother"]
    told = given(a_birth(**asked, medical_certificate=None), file(), assign(), *INQUIRED, approve(OFFICER))
    settled = [key.parts[1:4] for key, claim in told.claims.items() if claim.is_settled]
    assert settled == [("mother_by_name", "example 0 fictional", "example 4")]


def test_a_foundling_with_one_name_has_it_in_either_member() -> None:
    """And is registered once, whoever tells of it."""
    asked: dict[str, Any] = {
        "kind": "foundling",
        "mother": None,
        "father": None,
        "medical_certificate": None,
        "relation": "guardian",
    }
    story = a_birth(**asked, applicant=person("TR", 3))
    child = story.request["child"]
    story.request["child"] = {**child, "surname": None, "given_names": "Umut"}
    given(story, file())
    assert "one_name:child" in story.now.warnings
    given(story, assign(), approve(OFFICER))
    anew = a_birth(
        **asked, applicant=person("TR", 4), child={**child, "surname": "Umut", "given_names": None}
    )
    again = _beside(story, anew)
    given(again, file(), assign()).when(approve(OFFICER)).then_refused(Clash, "entry_exists")


@for_all(
    st.none() | st.dates(date(1900, 1, 1), date(2026, 11, 23)),
    st.sampled_from([4, 7, 10]),
    st.sampled_from(["surname", "given_names", ""]),
    st.sampled_from([person("TR", 7), unnumbered(), unnumbered(document=None)]),
)
def test_no_parent_is_refused_for_what_is_not_known_of_them(
    born: date | None, known: int, missing: str, parent: dict[str, Any]
) -> None:
    born_on = born.isoformat()[:known] if born else None
    told = {name: None if name == missing else value for name, value in parent.items()}
    story = a_birth(mother={**told, "born_on": born_on}).when(file())
    assert story.refusal is None
    assert story.now.request["mother"]["born_on"] == born_on


@pytest.mark.parametrize(
    ("born_on", "warnings"),
    [
        ("2026-10-22", []),
        ("2026-10-21", ["late:evidence"]),
        ("1950-01-01", ["late:evidence", "over_18_years"]),
    ],
)
def test_a_late_birth_is_always_taken(born_on: str, warnings: list[str]) -> None:
    """After thirty days, which may end on a Saturday, more is asked; nobody is refused (rules.md 12)."""
    parents: dict[str, Any] = {"mother": person("TR", 1, born_on="1920-01-01"), "father": None}
    story = a_birth(relation="relative", **parents)
    story.request["child"] = {**story.request["child"], "born_on": born_on}
    story.when(file())
    assert story.now.warnings == warnings


def test_a_birth_of_tomorrow_has_not_happened() -> None:
    story = a_birth()
    story.request["child"] = {**story.request["child"], "born_on": "2026-11-24"}
    story.when(file()).then_refused(Invalid, "in_the_future", "/request/child/born_on")


def _born_on_the_24th(at: str, place: str) -> Story:
    """Told in Türkiye at that moment."""
    story = a_birth()
    story.at = datetime.fromisoformat(at)
    child = story.request["child"]
    day = {"born_on": "2026-12-24", "born_at": None}
    story.request["child"] = {**child, **day, "place": {**child["place"], "country": place}}
    return story.when(file(evidence=[bring("foreign_birth_document")]))


def test_a_birth_has_happened_by_the_clock_of_the_place_where_it_happened() -> None:
    """At 21:30 in Ankara it is half past midnight in Bishkek (rules.md 38); and of what is no member, nobody knows."""
    for place in ("KG", "NZ"):
        assert _born_on_the_24th("2026-12-23T18:30:00+00:00", place).now.stage == "in_review"
    for at, place in (
        ("2026-12-23T18:30:00+00:00", "TR"),
        ("2026-12-23T17:59:00+00:00", "KG"),
        ("2026-12-23T09:30:00+00:00", "NZ"),
    ):
        story = _born_on_the_24th(at, place)
        story.then_refused(Invalid, "in_the_future", "/request/child/born_on")


def test_a_birth_of_later_today_is_refused_by_the_minute() -> None:
    """By the clock of the place, where the form says the time; where it does not, any time of today may be meant."""
    for born_at, is_taken in (("12:00", True), ("12:01", False), (None, True)):
        story = a_birth(at=datetime(2026, 11, 23, 9, tzinfo=UTC))  # noon in Ankara
        story.request["child"] = {**story.request["child"], "born_on": "2026-11-23", "born_at": born_at}
        story.when(file())
        if is_taken:
            assert story.refusal is None
        else:
            story.then_refused(Invalid, "in_the_future", "/request/child/born_at")


@for_all(st.dates(date(1800, 1, 1), date(3000, 12, 31)))  # as the form lets them in
def test_every_day_of_birth_is_taken_or_refused_in_words(day: date) -> None:
    story = a_birth()
    story.request["child"] = {**story.request["child"], "born_on": day.isoformat()}
    story.when(file())
    assert (story.refusal is None) == (day <= date(2026, 11, 23))


# --- evidence ---------------------------------------------------------------------------------------------


def test_evidence_that_nobody_asks_for_is_refused() -> None:
    story = a_birth()
    story.when(file(evidence=[bring("birth_report"), bring("selfie")]))
    story.then_refused(Invalid, "evidence_not_asked", "/evidence/1/kind")


def test_where_no_evidence_is_asked_for_none_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    story = a_story_of(made_up(monkeypatch, evidence=()))
    story.when(file(evidence=[bring("selfie")]))
    story.then_refused(Invalid, "no_evidence_asked", "/evidence/0/kind")
    story.when(file()).then("ClaimTaken", "CaseFiled", "FeeAssessed")


def test_evidence_stands_in_the_case() -> None:
    story = given(a_birth(), file(evidence=[bring("birth_report")]))
    assert [a["id"] for a in story.now.evidence or ()] == ["evidence-1"]


def test_evidence_that_the_law_requires_is_named_when_it_is_missing() -> None:
    story = a_birth()
    asked = Requirement("birth_report", LAW)
    terms = replace(story.terms, evidence=(asked,))
    command = file()(story)
    assert isinstance(command, FileCase)
    facts = Facts(story.request, MONDAY.date())
    with pytest.raises(Invalid) as caught:
        brought(command, terms, facts)
    assert caught.value.errors == (
        Fault("/evidence", "evidence_missing", {"kind": Named("evidence", "birth_report")}),
    )
    with_it = replace(command, evidence=(bring("birth_report"),))
    assert brought(with_it, terms, facts) == [bring("birth_report")]
