"""Births that read anew: corrections, and fathers who are entered; who asks, who is asked, what stays."""

from typing import Any, Final

from domain.claim import Claim
from domain.lookup_keys import claim_key
from domain.procedures.birth_certificate import BIRTHS
from domain.refusals import Clash
from tests.domain.acts import (
    OFFICER,
    SECOND,
    approve,
    as_human,
    assign,
    bring,
    consent,
    decline,
    file,
    pay,
    propose,
)
from tests.domain.story import Story, a_story, given
from tests.examples import person

NOTHING: Final = dict.fromkeys(
    (
        "surname",
        "given_names",
        "patronymic",
        "other_spelling",
        "sex",
        "born_on",
        "born_at",
        "place",
        "mother",
        "father",
        "mother_nationality",
        "father_nationality",
    )
)
MOTHER, STRANGER, FATHER = (person("KZ", n) for n in (711, 712, 713))


def a_correction(anew: dict[str, Any] | None = None, *, by: dict[str, Any] = MOTHER, **members: Any) -> Story:
    """Of a birth that stands in the register; by the mother, where nobody else is named."""
    relation = "mother" if by is MOTHER else "other"
    named: dict[str, Any] = {"applicant": by, "relation": relation, "mother": MOTHER, "because": "court"}
    story = a_story("KZ", "birth_correction", **named, anew={**NOTHING, **(anew or {})}, **members)
    (key,) = story.keys_of_entries
    content = {**story.entry.content, "father": person("KZ", 714)}
    story.entries[key] = story.entries[key]._replace(content=content)
    return story


def an_acknowledgement(basis: str = "joint_application", **members: Any) -> Story:
    """The mother files of a child without a father."""
    named: dict[str, Any] = {
        "applicant": MOTHER,
        "relation": "mother",
        "mother": MOTHER,
        "father": FATHER,
        "basis": basis,
    }
    story = a_story("KZ", "paternity_acknowledgement", **{**named, **members})
    content = {**story.entry.content, "father": None, "fatherhood": "none", "father_nationality": None}
    (key,) = story.keys_of_entries
    story.entries[key] = story.entries[key]._replace(content=content)
    return story


def filed(story: Story) -> Story:
    kinds = (
        ["court_decision"] if "court" in (story.request.get("because"), story.request.get("basis")) else []
    )
    return given(story, file(as_human(story.request["applicant"]), evidence=[bring(kind) for kind in kinds]))


def corrected(story: Story) -> dict[str, Any]:
    """What the entry says after two have decided."""
    given(filed(story), assign(OFFICER), propose(), approve(SECOND))
    return dict(story.entry.content)


def test_a_name_reads_anew_and_everything_else_stays() -> None:
    story = a_correction({"given_names": "Aijan"})
    before = dict(story.entry.content)
    after = corrected(story)
    assert after["child"] == {**before["child"], "given_names": "Aijan"}
    assert {**after, "child": None} == {**before, "child": None}


def test_a_patronymic_is_struck_out() -> None:
    story = a_correction(struck=["patronymic"])
    assert story.entry.content["child"]["patronymic"] is not None
    assert corrected(story)["child"]["patronymic"] is None


def test_a_father_is_corrected_and_the_mother_stays() -> None:
    after = corrected(a_correction({"father": FATHER}))
    assert after["father"]["surname"] == "Example 713"
    assert after["mother"]["surname"] == "Example 711"


def test_a_day_is_corrected_and_nobody_else_is_entered_by_the_new_one() -> None:
    story = a_correction({"born_on": "2026-11-19"})
    born_on, number = story.entry.content["child"]["born_on"], MOTHER["personal_number"]["number"]
    before, taken = (
        claim_key("birth", "delivery", "KZ", number, day, "1") for day in (born_on, "2026-11-19")
    )
    story.claims[before] = Claim(holder=story.entry.entry, is_settled=True)
    after = corrected(story)
    assert after["child"]["born_on"] == "2026-11-19"
    assert story.claims[taken].holder == story.entry.entry
    assert story.claims[before].holder is None, "a sister may have been born that day"


def test_what_makes_another_birth_of_it_is_not_approved() -> None:
    """Neither the day nor the paper stays: there is none."""
    story = a_correction({"born_on": "2026-11-19"})
    (key,) = story.keys_of_entries
    content = {**story.entry.content, "medical_certificate": None}
    story.entries[key] = story.entries[key]._replace(content=content)
    given(filed(story), assign(OFFICER), propose())
    story.when(approve(SECOND)).then_refused(Clash, "another_birth")


def test_what_a_stranger_files_is_looked_at_and_keeps_no_mother_out() -> None:
    strangers = filed(a_correction({"given_names": "Aijan"}, by=STRANGER))
    assert "not_in_the_entry" in strangers.now.warnings
    theirs = {key for key, claim in strangers.claims.items() if not claim.is_settled}
    mothers = filed(a_correction({"given_names": "Aijan"}))
    hers = {key for key, claim in mothers.claims.items() if not claim.is_settled}
    assert theirs
    assert hers
    assert theirs.isdisjoint(hers)
    assert "not_in_the_entry" not in mothers.now.warnings


def test_two_changes_of_one_birth_are_kept_apart() -> None:
    """A correction and an acknowledgement that the mother files claim the same."""
    correction = a_correction({"given_names": "Aijan"})
    child = correction.request["child"]
    acknowledgement = an_acknowledgement(child=child)
    claims = [each.offer.procedure.claims(each.request) for each in (correction, acknowledgement)]
    assert claims[0] == claims[1]


def test_what_reads_so_already_is_said_to_who_judges() -> None:
    story = a_correction({"sex": "female"})
    assert story.entry.content["child"]["sex"] == "female"
    assert "reads_so_already" in filed(story).now.warnings


def test_a_correction_is_paid_by_the_document() -> None:
    story = a_correction({"given_names": "Aijan"}, documents=3)
    story.request["because"] = "mistake"
    given(story, file(as_human(MOTHER)))
    assert story.now.fee
    assert story.now.fee["amount"] == 5_175_00
    given(story, pay())
    assert story.now.stage == "in_review"


# --- fathers ------------------------------------------------------------------------------------------------------


def test_the_father_consents_and_is_entered() -> None:
    story = filed(an_acknowledgement(surname="Example", patronymic="Fictional"))
    assert [story.now.parties[party] for party in story.now.consents_asked] == ["father"]
    given(story, consent("p3"), assign(OFFICER), approve(OFFICER))
    content = story.entry.content
    assert content["father"]["surname"] == "Example 713"
    assert content["fatherhood"] == "joint_application"
    assert (content["child"]["surname"], content["child"]["patronymic"]) == ("Example", "Fictional")


def test_nobody_is_made_a_father_without_a_word_of_his_own_or_of_a_court() -> None:
    for basis, asked in (
        ("joint_application", ["father"]),
        ("fathers_application", ["father"]),
        ("court", []),
    ):
        story = filed(an_acknowledgement(basis))
        assert [story.now.parties[party] for party in story.now.consents_asked] == asked


def test_the_mother_is_asked_where_he_files_with_her_and_stops_him_where_he_files_alone() -> None:
    named: dict[str, Any] = {"applicant": FATHER, "relation": "father"}
    story = filed(an_acknowledgement(**named))
    assert [story.now.parties[party] for party in story.now.consents_asked] == ["mother"]
    alone = filed(an_acknowledgement("fathers_application", **named))
    assert alone.now.consents_asked == []
    given(alone, decline("p2"))
    assert alone.now.stage == "withdrawn"


def test_a_court_enters_a_father_over_the_one_who_is_there() -> None:
    story = an_acknowledgement("court")
    given(filed(story), assign(OFFICER), approve(OFFICER))
    assert story.entry.content["fatherhood"] == "court"


def test_an_entry_that_has_a_father_is_seen_by_who_judges() -> None:
    story = an_acknowledgement()
    (key,) = story.keys_of_entries
    content = {**story.entry.content, "father": STRANGER, "fatherhood": "marriage"}
    story.entries[key] = story.entries[key]._replace(content=content)
    assert "has_a_father" in filed(story).now.warnings


def test_births_of_all_former_contents_read_whole_after_a_change() -> None:
    story = a_correction({"given_names": "Aijan"})
    (key,) = story.keys_of_entries
    first = ("child", "mother", "father", "medical_certificate")
    old = {name: story.entry.content[name] for name in first}
    story.entries[key] = story.entries[key]._replace(content=old)
    after = corrected(story)
    assert set(after) == set(BIRTHS.content.model_fields)
    assert after["kind"] == "live"
