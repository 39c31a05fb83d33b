"""Births over HTTP: who claims what, who is asked, what a clash tells whom (rules.md 26)."""

from datetime import date, timedelta
from itertools import count
from typing import Any, Final

import httpx2
import pytest

from infra.verification import verify_folder
from tests.examples import unnumbered
from tests.town.caller import good, new_key, problem, until
from tests.town.people import Town
from tests.town.people import person as resident

pytestmark = pytest.mark.countries("TR")

MOTHER: Final = "tr-citizen-1"
FATHER: Final = "tr-citizen-2"
STRANGER: Final = "tr-citizen-3"
OTHER: Final = "tr-citizen-4"
OFFICER: Final = "tr-civil-registry-supervisor"  # who decides on late births, too
SECOND: Final = "tr-civil-registry-officer-1"
REGISTRY: Final = "tr-birth-register"
EXPECTED_HERE: Final = {
    "late:evidence",
    "not_notified",
    "another_birth_of_mother",
}  # one mother has all of these children
_DAYS: Final = count(1)


def born() -> str:
    """A day of this autumn on which nobody of these tests was born yet."""
    return (date(2026, 11, 20) - timedelta(days=next(_DAYS))).isoformat()


def told_by(town: Town, who: str, relation: str, day: str, **changes: Any) -> dict[str, Any]:
    """What this resident files of the child of mother and father."""
    request = town.request("TR", "birth_certificate")
    request["child"] |= {"born_on": day}
    request["medical_certificate"] |= {"issued_on": day}
    named = {
        "applicant": resident(who),
        "relation": relation,
        "mother": resident(MOTHER),
        "father": resident(FATHER),
    }
    return request | named | changes


def filed(town: Town, who: str, request: dict[str, Any]) -> httpx2.Response:
    body = {"country": "TR", "procedure": "birth_certificate", "request": request, "evidence": []}
    return town.as_(who).post("/v1/cases", body, key=new_key())


def agreed(town: Town, who: str, case: str) -> dict[str, str]:
    return {"answer": "give", "of": town.read(case, who)["request_hash"]}


def decline(town: Town, who: str, case: str) -> httpx2.Response:
    said = {"answer": "decline", "of": town.read(case, who)["request_hash"]}
    return town.as_(who).post(f"/v1/cases/{case}/consents", said)


def paid(town: Town, case: str) -> None:
    """The card of a late birth, where this is one and it is not paid yet."""
    shown = town.read(case, OFFICER)
    if shown["fee"]["amount"] > shown["paid"]:
        said = {"statement": town.statement(shown)}
        good(town.as_("tr-treasury").post(f"/v1/cases/{case}/payments", said))


def approved(town: Town, case: str) -> httpx2.Response:
    paid(town, case)
    good(town.judge(OFFICER, case, "assignments"))
    return town.judge(OFFICER, case, "approvals")


# --- strangers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("relation", ["relative", "guardian", "authority", "other"])
@pytest.mark.parametrize("more", [{}, {"medical_certificate": None}], ids=["certificate", "by mouth"])
@pytest.mark.parametrize("parent", ["mother", "father"])
def test_a_stranger_never_keeps_a_parent_out(
    town: Town, relation: str, more: dict[str, Any], parent: str
) -> None:
    day = born()
    good(filed(town, STRANGER, told_by(town, STRANGER, relation, day, **more)))
    who = {"mother": MOTHER, "father": FATHER}[parent]
    assert filed(town, who, told_by(town, who, parent, day)).status_code == 201


@pytest.mark.parametrize("parent", ["mother", "father"])
def test_whoever_invents_the_other_parent_keeps_nobody_out(town: Town, parent: str) -> None:
    """A stranger files as one parent, and names the true other one; they are found out by an officer."""
    day = born()
    invented = {parent: resident(STRANGER)}
    answer = filed(town, STRANGER, told_by(town, STRANGER, parent, day, **invented))
    if parent == "mother":
        assert answer.status_code == 201
        assert filed(town, MOTHER, told_by(town, MOTHER, "mother", day)).status_code == 201
        return
    case = good(answer)["case"]
    assert problem(filed(town, MOTHER, told_by(town, MOTHER, "mother", day))) == (409, "claim_yours")
    good(decline(town, MOTHER, case))
    assert town.read(case, MOTHER)["stage"] == "withdrawn"
    assert filed(town, MOTHER, told_by(town, MOTHER, "mother", day)).status_code == 201


def test_a_stranger_learns_nothing_of_what_is_open_or_registered(town: Town) -> None:
    """Did the woman with this number bear a child on that day? The answer is the same in each case."""
    nothing, opened, registered = born(), born(), born()
    good(filed(town, MOTHER, told_by(town, MOTHER, "mother", opened)))
    request = told_by(town, MOTHER, "mother", registered)
    good(approved(town, good(filed(town, MOTHER, request))["case"]))
    same_paper = {"medical_certificate": request["medical_certificate"]}
    answers = [
        filed(town, STRANGER, told_by(town, STRANGER, "relative", day, **more))
        for day, more in ((nothing, {}), (opened, {}), (registered, same_paper))
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    told = [{name: answer.json()[name] for name in ("stage", "warnings", "consents")} for answer in answers]
    assert told[0] == told[1] == told[2]
    for answer in answers:
        warned = set(town.read(answer.json()["case"], OFFICER)["warnings"]) - EXPECTED_HERE
        assert warned == {"applicant_is_no_parent", "surname_form"}


def test_a_stranger_does_not_hear_that_the_registry_objected_to_the_entry_of_a_parent(town: Town) -> None:
    """That would say that there is one; the officer hears so at once."""
    day = born()
    case = good(filed(town, MOTHER, told_by(town, MOTHER, "mother", day)))["case"]
    good(approved(town, case))
    (written,) = town.read(case, MOTHER)["entries"]
    event = until(lambda: town.change(REGISTRY, "TR", written["entry"]), "the feed")
    said = {"objections": [town.objection("TR", REGISTRY, "births", event, "number_unknown")]}
    (answer,) = good(town.as_(REGISTRY).post("/v1/feeds/tr/objections", said))["objections"]
    assert answer["status"] == "recorded", answer
    town.settle()
    case = good(filed(town, STRANGER, told_by(town, STRANGER, "relative", day)))["case"]
    town.settle()
    assert town.read(case, STRANGER)["obstacles"] == []
    assert town.read(case, OFFICER)["obstacles"] == ["entry_exists"]


def test_a_stranger_tells_of_a_child_once(town: Town) -> None:
    """What they claim is their own word, so a second one is shown the way to the first."""
    request = told_by(town, STRANGER, "relative", born())
    case = good(filed(town, STRANGER, request))["case"]
    clash = filed(town, STRANGER, request)
    assert (problem(clash), clash.json()["case"]) == ((409, "claim_yours"), case)


def test_a_hospital_tells_of_each_child_of_a_day(town: Town) -> None:
    day = born()
    for mother in (MOTHER, FATHER, OTHER):
        request = told_by(town, STRANGER, "other", day, mother=resident(mother), father=None)
        assert filed(town, STRANGER, request).status_code == 201


def test_the_mother_is_asked_by_a_stranger_and_the_father_where_none_is_named(town: Town) -> None:
    case = good(filed(town, STRANGER, told_by(town, STRANGER, "relative", born())))["case"]
    assert [each["role"] for each in town.read(case, STRANGER)["consents"]] == ["mother"]
    asked = told_by(town, STRANGER, "relative", born(), mother=None, mother_unknown_because="Nobody knows.")
    case = good(filed(town, STRANGER, asked))["case"]
    assert [each["role"] for each in town.read(case, STRANGER)["consents"]] == ["father"]


def test_nobody_is_asked_where_no_parent_can_file_and_it_is_said(town: Town) -> None:
    why = {"parents_cannot_because": "Both are in hospital."}
    shown = good(filed(town, STRANGER, told_by(town, STRANGER, "relative", born(), **why)))
    assert (shown["stage"], shown["consents"]) == ("in_review", [])


def test_both_parents_of_a_joint_application_say_who_the_father_is(town: Town) -> None:
    joint = {"fatherhood": "joint_application"}
    shown = good(filed(town, MOTHER, told_by(town, MOTHER, "mother", born(), **joint)))
    assert (shown["stage"], [each["role"] for each in shown["consents"]]) == ("filed", ["father"])
    shown = good(filed(town, FATHER, told_by(town, FATHER, "father", born(), **joint)))
    assert (shown["stage"], [each["role"] for each in shown["consents"]]) == ("filed", ["mother"])


@pytest.mark.parametrize("because", [None, "The mother is in hospital."])
def test_what_a_stranger_told_is_approved_once_and_keeps_its_delivery_and_its_certificate(
    town: Town, because: str | None
) -> None:
    day = born()
    first, second = (
        told_by(town, who, "relative", day, parents_cannot_because=because) for who in (STRANGER, OTHER)
    )
    cases = [good(filed(town, who, request))["case"] for who, request in ((STRANGER, first), (OTHER, second))]
    if because is None:
        for case in cases:
            said = {"answer": "give", "of": town.read(case, MOTHER)["request_hash"]}
            good(town.as_(MOTHER).post(f"/v1/cases/{case}/consents", said))
    good(approved(town, cases[0]))
    assert problem(approved(town, cases[1])) == (409, "entry_exists")
    assert problem(filed(town, MOTHER, told_by(town, MOTHER, "mother", day))) == (409, "entry_exists")
    paper = {"medical_certificate": first["medical_certificate"]}
    twin = told_by(town, MOTHER, "mother", born(), **paper)
    twin["child"] |= {"place": first["child"]["place"]}
    case = good(filed(town, MOTHER, twin))["case"]
    assert problem(approved(town, case)) == (409, "entry_exists")


# --- mother and father ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "then"), [((MOTHER, "mother"), (FATHER, "father")), ((FATHER, "father"), (MOTHER, "mother"))]
)
def test_a_child_told_by_both_parents_is_one_case(
    town: Town, first: tuple[str, str], then: tuple[str, str]
) -> None:
    """By mouth or by a paper; the second one is shown the way, and asked whether it is a twin."""
    day = born()
    case = good(filed(town, first[0], told_by(town, *first, day)))["case"]
    clash = filed(town, then[0], told_by(town, *then, day, medical_certificate=None))
    assert (problem(clash), clash.json()["case"]) == ((409, "claim_yours"), case)
    assert case in clash.json()["detail"]
    assert "twin" in clash.json()["detail"]
    twin = told_by(town, *then, day)
    twin["child"] |= {"order": 2}
    assert filed(town, then[0], twin).status_code == 201


def test_a_father_whom_the_open_case_does_not_name_is_not_shown_the_way(town: Town) -> None:
    """The mother named nobody: who says to be the father waits, and learns of no case."""
    day = born()
    case = good(filed(town, MOTHER, told_by(town, MOTHER, "mother", day, father=None)))["case"]
    clash = filed(town, STRANGER, told_by(town, STRANGER, "father", day, father=resident(STRANGER)))
    assert (problem(clash), clash.json().get("case")) == ((409, "claim_taken"), None)
    assert case not in clash.text


def test_the_mother_stops_what_another_one_filed_until_it_is_decided_and_files_herself(town: Town) -> None:
    day = born()
    claimed = told_by(town, STRANGER, "father", day, father=resident(STRANGER))
    case = good(filed(town, STRANGER, claimed))["case"]
    paid(town, case)
    shown = town.read(case, MOTHER)
    assert (shown["stage"], shown["consents"]) == ("in_review", [])
    assert "DeclineConsent" in shown["fits"]
    assert "DeclineConsent" not in town.read(case, STRANGER)["fits"]
    good(town.judge(OFFICER, case, "assignments"))
    good(decline(town, MOTHER, case))
    assert town.read(case, MOTHER)["stage"] == "withdrawn"
    mine = good(filed(town, MOTHER, told_by(town, MOTHER, "mother", day)))["case"]
    good(approved(town, mine))
    assert problem(decline(town, MOTHER, mine)) == (403, "consent_not_asked")


def test_what_was_decided_the_mother_stops_no_more(town: Town) -> None:
    claimed = told_by(town, FATHER, "father", born())
    case = good(filed(town, FATHER, claimed))["case"]
    good(approved(town, case))
    assert decline(town, MOTHER, case).status_code == 409
    assert town.read(case, MOTHER)["stage"] == "approved"


# --- certificates ---------------------------------------------------------------------------------------------


def of_hospital(town: Town, who: str, city: str, number: str | None) -> dict[str, Any]:
    day = born()
    paper = {"issuer": "Devlet Hastanesi", "city": None, "number": number, "issued_on": day}
    request = told_by(town, who, "mother", day, medical_certificate=paper, mother=resident(who), father=None)
    request["child"]["place"] |= {"country": "TR", "city": city}
    return request


def test_hospitals_of_one_name_in_two_towns_keep_their_children_apart(town: Town) -> None:
    cases = [
        good(filed(town, who, of_hospital(town, who, city, "2026/17")))["case"]
        for who, city in ((MOTHER, "Bolu"), (FATHER, "Kars"))
    ]
    for case in cases:
        good(approved(town, case))


def test_in_one_town_one_certificate_is_of_one_child_which_the_officer_meets(town: Town) -> None:
    cases = [
        good(filed(town, who, of_hospital(town, who, city, number)))["case"]
        for who, city, number in ((MOTHER, "Iğdır", "2026/18"), (FATHER, "IĞDIR", "2026 / 18"))
    ]
    good(approved(town, cases[0]))
    assert problem(approved(town, cases[1])) == (409, "entry_exists")


@pytest.mark.parametrize("number", ["123/456", "№ 000123", "АБ-123", "12", "tr-2026-x", None])
def test_the_number_of_a_certificate_is_as_it_stands_there_or_none(town: Town, number: str | None) -> None:
    case = good(filed(town, MOTHER, of_hospital(town, MOTHER, "Ordu", number)))["case"]
    assert town.read(case, MOTHER)["request"]["medical_certificate"]["number"] == number
    good(approved(town, case))


def test_papers_without_a_number_keep_nobody_out(town: Town) -> None:
    for who in (MOTHER, FATHER):
        good(approved(town, good(filed(town, who, of_hospital(town, who, "Rize", None)))["case"]))


def test_a_mother_without_papers_is_told_by_the_father_and_registered_once(town: Town) -> None:
    mother = unnumbered(document=None, born_on=None, surname="Adsız")
    day = born()
    request = told_by(town, FATHER, "father", day, mother=mother)
    case = good(filed(town, FATHER, request))["case"]
    assert problem(filed(town, FATHER, request)) == (409, "claim_yours")
    good(approved(town, case))
    assert problem(filed(town, FATHER, request)) == (409, "entry_exists")


def test_who_files_as_a_parent_and_is_another_one_is_a_stranger(town: Town) -> None:
    request = told_by(town, STRANGER, "mother", born())
    shown = good(filed(town, STRANGER, request))
    warned = set(town.read(shown["case"], OFFICER)["warnings"]) - EXPECTED_HERE
    assert warned == {"applicant_is_not_that_parent", "surname_form"}
    assert [each["role"] for each in shown["consents"]] == ["mother"]


# --- corrected ------------------------------------------------------------------------------------------------


def corrected(town: Town, entry: str, **changes: Any) -> None:
    """By two of the office that wrote it."""
    path = f"/v1/registers/births/entries/{entry}"
    seen = good(town.as_(OFFICER).read(path))
    content = {**seen["content"], **changes}
    said = {"of": seen["newest_change"], "reason": "A number was typed wrong.", "content": content}
    good(town.as_(OFFICER).post(f"{path}/correction-proposals", said, seen=seen["version"]))
    town.settle()
    seen = good(town.as_(SECOND).read(path))
    said = {"of": seen["proposal"]["event"]}
    good(town.as_(SECOND).post(f"{path}/corrections", said, seen=seen["version"]))
    town.settle()


def entered(town: Town, who: str, request: dict[str, Any]) -> None:
    good(approved(town, good(filed(town, who, request))["case"]))
    town.settle()


def found(town: Town, mother: str, day: str) -> dict[str, Any]:
    """The one entry by which an officer finds the child that this mother bore."""
    number = resident(mother)["personal_number"]["number"]
    said = {"kind": "delivery", "parts": ["TR", number, day, "1"], "purpose": "a wrong mother"}
    answer: dict[str, Any] = good(town.as_(OFFICER).post("/v1/registers/births/searches", said))
    return answer


def acknowledged(town: Town, day: str, mother: str) -> httpx2.Response:
    """A man says that he is the father of the child whom this mother bore."""
    child = {"country": "TR", "surname": "Örnek", "given_names": "Ada", "born_on": day, "order": 1}
    request = town.request("TR", "paternity_acknowledgement")
    request |= {
        "applicant": resident(mother),
        "relation": "mother",
        "mother": resident(mother),
        "father": resident(FATHER),
        "child": {**request["child"], **child},
    }
    body = {"country": "TR", "procedure": "paternity_acknowledgement", "request": request, "evidence": []}
    return town.as_(mother).post("/v1/cases", body, key=new_key())


def test_where_a_wrong_mother_was_corrected_each_mother_has_her_own_child(town: Town) -> None:
    """The other one may have borne a child that day, too; and hers is found by her own number alone."""
    day = born()
    wrong = told_by(town, FATHER, "father", day, mother=resident(OTHER))
    entered(town, FATHER, wrong)
    first = found(town, OTHER, day)["entry"]
    corrected(town, first, mother=resident(MOTHER))
    assert found(town, MOTHER, day)["entry"] == first
    corrected_at = found(town, MOTHER, day)["version"]
    assert problem(filed(town, MOTHER, told_by(town, MOTHER, "mother", day))) == (409, "entry_exists")
    paper = {"medical_certificate": {**wrong["medical_certificate"], "number": "99-OTHER"}}
    own = told_by(town, OTHER, "mother", day, mother=resident(OTHER), father=None, fatherhood="none", **paper)
    entered(town, OTHER, own)
    assert found(town, OTHER, day)["entry"] != first
    assert problem(filed(town, OTHER, own)) == (409, "entry_exists")
    case = good(acknowledged(town, day, OTHER))["case"]
    good(town.as_(FATHER).post(f"/v1/cases/{case}/consents", agreed(town, FATHER, case)))
    good(approved(town, case))
    town.settle()
    assert found(town, OTHER, day)["content"]["father"]["surname"] == resident(FATHER)["surname"]
    assert found(town, MOTHER, day)["version"] == corrected_at
    assert verify_folder(town.settings.data, with_keys=True, processes=0)["failures"] == []
