"""What of a case each person sees: who filed and who decides see all, another party its own."""

import json

from domain.lifecycle import fits
from domain.parties import is_keyed
from domain.visibility import shown, visible_whose, watched
from tests.domain.acts import (
    COMPLETED,
    FILED,
    IN_HAND,
    PROPOSED,
    REFUSED,
    WITHDRAWN,
    answer,
    ask,
    bring,
    erase,
    file,
    later,
    pay,
)
from tests.domain.story import a_birth, a_sale, given
from tests.examples import person, unnumbered


def test_who_filed_sees_what_they_wrote() -> None:
    story = given(a_sale(), *FILED)
    seen = shown(story.now, "p1")
    assert seen["you_are"] == "seller"
    assert seen["request"] == {n: v for n, v in story.request.items() if not is_keyed(n)}


def test_an_officer_sees_all_and_the_warnings() -> None:
    story = given(a_sale(), *FILED)
    seen = shown(story.now, None)
    assert seen["request"]["buyer"] == story.request["buyer"]
    assert (seen["warnings"], seen["you_are"]) == (["vin_check_digit"], None)
    assert shown(story.now, "p1")["warnings"] == []


def test_another_party_is_named_never_numbered() -> None:
    story = given(a_sale(), *FILED)
    seen = shown(story.now, "p2")
    seller = story.request["seller"]
    assert seen["request"]["buyer"] == story.request["buyer"]
    assert seen["request"]["seller"] == {
        "surname": seller["surname"],
        "given_names": seller["given_names"],
    }
    assert seen["request"]["vehicle"] == story.request["vehicle"]
    assert seller["personal_number"]["number"] not in json.dumps(seen)


def test_what_is_about_a_child_and_is_no_name_is_not_shown_to_the_father() -> None:
    story = given(a_birth(), *FILED)
    seen = shown(story.now, "p3")
    assert seen["you_are"] == "father"
    assert seen["request"]["medical_certificate"] is None
    assert set(seen["request"]["child"]) == {"surname", "given_names"}


def test_one_human_in_two_roles_sees_the_parts_of_both() -> None:
    guardian = person("TR", 99)
    story = given(a_birth(mother=guardian, father=guardian), *FILED)
    assert visible_whose(story.now, "p2") == {"mother", "father", "case"}


def test_who_has_one_name_is_called_by_it_and_their_document_is_nobodys_business() -> None:
    story = given(a_birth(mother=unnumbered(surname=None, given_names="Suharni")), *FILED)
    assert shown(story.now, "p3")["request"]["mother"] == {"given_names": "Suharni"}


def test_people_in_a_list_are_named_too() -> None:
    story = given(a_sale(), *FILED)
    request = {**story.now.request, "witnesses": [person("KZ", 9), "a note"]}
    owners = {**story.now.owners, "witnesses": "seller"}
    case = story.now._replace(request=request, owners=owners)
    assert shown(case, "p2")["request"]["witnesses"] == [
        {"surname": "Example 9", "given_names": "Fictional"},
        None,
    ]


def test_keyed_ids_of_people_and_keys_of_evidence_serve_the_house_alone() -> None:
    story = given(a_birth(), file(evidence=[bring("birth_report")]))
    for party in (None, "p1", "p2"):
        seen = json.dumps(shown(story.now, party))
        assert "human-" not in seen
        assert "key-evidence" not in seen


def test_nobody_sees_which_person_decided() -> None:
    for stage in (PROPOSED, COMPLETED, REFUSED):
        for party in (None, "p1", "p2"):
            assert "human-officer" not in json.dumps(shown(given(a_sale(), *stage).now, party))


def test_a_refusal_is_shown_with_its_reasons() -> None:
    seen = shown(given(a_sale(), *REFUSED).now, "p1")
    assert seen["decision"]["grounds"] == ["tax_unpaid"]
    assert seen["decision"]["explanation"] == "The tax of last year is open."
    assert seen["decision"]["law"]
    assert seen["ending"]["served_after"]["due"] == "2026-11-30"


def test_an_auditor_sees_the_grounds_of_a_refusal_and_nobodys_words() -> None:
    seen = watched(given(a_sale(), *REFUSED).now)
    assert seen["decision"]["grounds"] == ["tax_unpaid"]
    assert seen["decision"]["explanation"] is None
    withdrawn = watched(given(a_sale(), *WITHDRAWN).now)
    assert withdrawn["decision"]["reason"] == "applicant"


def test_what_is_open_is_shown() -> None:
    story = given(a_sale(), *FILED, pay(10**8))
    seen = shown(story.now, "p1")
    assert seen["consents"] == [{"party": "p2", "role": "buyer", "answer": "open"}]
    (refund,) = seen["refunds"]
    assert refund["reason"] == "too_much"
    assert seen["fits"] == list(fits(story.now, ["p1"]))
    assert "WithdrawCase" in seen["fits"]
    assert shown(story.now, None)["fits"] == list(fits(story.now))
    story = given(a_sale(), *IN_HAND, ask(), answer())
    assert shown(story.now, "p1")["questions"][0]["answer"] == "Yesterday."


def test_what_is_erased_is_shown_as_nothing() -> None:
    story = given(a_sale(), *COMPLETED, later(days=5000), erase())
    seen = shown(story.now, None)
    assert seen["request"] == {
        "seller": None,
        "buyer": None,
        "co_sellers": [],
        "co_buyers": [],
        "shares": None,
        "spouses": [],
        "vehicle": None,
        "price": None,
        "new_plates": True,
        "plate_choice": "ordinary",
        "is_moped": False,
        "contract_signed_on": "2026-11-20",
        "bought_in_marriage": None,
    }
    assert seen["erased"] == ["buyer", "case", "seller"]
    assert seen["evidence"] == []


def test_what_is_shown_is_json() -> None:
    for stage in (FILED, PROPOSED, COMPLETED, REFUSED):
        seen = shown(given(a_sale(), *stage).now, "p2")
        assert json.loads(json.dumps(seen)) == seen
