"""At the counter an officer acts for who cannot sign in: with the signed paper, and never as a judge of the case."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.examples import unnumbered
from tests.town.caller import good, new_key, problem
from tests.town.people import Town

SALE = ("KZ", "car_sale")
BIRTH = ("TR", "birth_certificate")
OFFICE, CIVIL = "kz-vehicle-registration", "tr-civil-registry"
SELLER, BUYER, STRANGER = "kz-citizen-1", "kz-citizen-2", "kz-citizen-4"
FIRST, SECOND = f"{OFFICE}-officer-1", f"{OFFICE}-officer-2"
SUPERVISOR = f"{OFFICE}-supervisor"
BRIEF = {"case", "stage", "version", "fits"}


def with_paper(town: Town, officer: str, country: str = "KZ") -> dict[str, Any]:
    """What an officer says who has the signed paper."""
    signed = b"%PDF-1.4\n" + new_key().encode() + b"\n%%EOF\n"
    return {"as": "counter", "on_paper": town.upload(town.as_(officer), country, signed)}


def yes(town: Town, case: str, officer: str = FIRST, **more: Any) -> dict[str, Any]:
    """The consent of the buyer, who is before this officer."""
    of = town.read(case, SELLER)["request_hash"]
    return {"answer": "give", "of": of, "party": "p2", "acting": with_paper(town, officer), **more}


@pytest.fixture
def sale(town: Town) -> str:
    """A sale to somebody from elsewhere, who has no number."""
    return town.file(*SALE, buyer=unnumbered(7))


def test_who_cannot_sign_in_consents_before_an_officer(town: Town, sale: str) -> None:
    answer = town.as_(FIRST).post(f"/v1/cases/{sale}/consents", yes(town, sale))
    assert good(answer).keys() == BRIEF
    assert town.read(sale, SELLER)["consents"] == [{"party": "p2", "role": "buyer", "answer": "given"}]
    (*_, given) = town.history(sale)
    assert given["actor"]["role"] == "officer"
    assert given["actor"]["for"] == {"party": "p2", "as": "counter"}
    assert given["disclosures"] == []


def test_the_signed_paper_is_there_for_officers_and_for_no_other_party(town: Town, sale: str) -> None:
    good(town.as_(FIRST).post(f"/v1/cases/{sale}/consents", yes(town, sale)))
    town.settle()
    (paper,) = town.read(sale, SECOND)["evidence"]
    assert paper["kind"] == "signed_paper"
    assert (
        town.as_(SECOND)
        .get(f"/v1/cases/{sale}/evidence/{paper['id']}")
        .content.startswith(b"%PDF-1.4\ntest-")
    )
    assert paper["party"] == "p2"
    shown = town.read(sale, SECOND)
    assert shown["warnings"][-1] == "at_counter"
    assert shown["timeline"][-1]["for"] == {"party": "p2", "as": "counter"}
    assert town.read(sale, SELLER)["evidence"] == []
    assert problem(town.as_(SELLER).get(f"/v1/cases/{sale}/evidence/{paper['id']}")) == (404, "not_found")


def test_without_a_paper_there_is_no_consent(town: Town, sale: str) -> None:
    for acting, code in (
        ({"as": "counter"}, "paper_missing"),
        ({"as": "counter", "on_paper": None}, "paper_missing"),
        ({**with_paper(town, SECOND)}, "evidence_unknown"),
    ):
        refused = town.as_(FIRST).post(f"/v1/cases/{sale}/consents", {**yes(town, sale), "acting": acting})
        assert refused.status_code == 422
        (place,) = refused.json()["errors"]
        assert place["code"] == code
        assert place["pointer"].startswith("/acting/on_paper")
    assert town.stage(sale) == "filed"


def test_the_same_consent_again_is_that_consent(town: Town, sale: str) -> None:
    said = yes(town, sale)
    first = good(town.as_(FIRST).post(f"/v1/cases/{sale}/consents", said))
    kept = sum(1 for _ in (town.house.countries["KZ"].folder / "evidence").rglob("*"))
    assert good(town.as_(FIRST).post(f"/v1/cases/{sale}/consents", said)) == first
    gone = {**said, "acting": {"as": "counter", "on_paper": {**said["acting"]["on_paper"], "id": sale}}}
    assert good(town.as_(FIRST).post(f"/v1/cases/{sale}/consents", gone)) == first
    assert sum(1 for _ in (town.house.countries["KZ"].folder / "evidence").rglob("*")) == kept


@pytest.mark.parametrize("answer", ["give", "decline"])
def test_a_paper_stands_for_one_act_and_not_for_another_in_another_case(
    town: Town, sale: str, answer: str
) -> None:
    """Whatever was signed in the first: here somebody said no."""
    said = yes(town, sale, answer=answer)
    done = good(town.as_(FIRST).post(f"/v1/cases/{sale}/consents", said))
    other = town.file(*SALE, buyer=unnumbered(11))
    again = {**yes(town, other), "acting": said["acting"]}
    refused = town.as_(FIRST).post(f"/v1/cases/{other}/consents", again)
    assert problem(refused) == (422, "invalid_request")
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("/acting/on_paper", "paper_used")
    ]
    assert town.stage(other) == "filed"
    assert good(town.as_(FIRST).post(f"/v1/cases/{sale}/consents", said)) == done, "its answer was lost"


def test_a_paper_by_which_nothing_came_to_be_may_be_brought_again(town: Town, sale: str) -> None:
    said = yes(town, sale)
    old = town.as_(FIRST).post(f"/v1/cases/{sale}/consents", {**said, "of": "A" * 43})
    assert problem(old) == (409, "consent_over_old_request")
    good(town.as_(FIRST).post(f"/v1/cases/{sale}/consents", said))


def test_of_two_acts_at_once_by_one_paper_one_is_done(town: Town, sale: str) -> None:
    cases = [sale, *(town.file(*SALE, buyer=unnumbered(n)) for n in (12, 13))]
    paper = with_paper(town, FIRST)
    said = [(f"/v1/cases/{case}/consents", {**yes(town, case), "acting": paper}) for case in cases]
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda each: town.as_(FIRST).post(*each), said))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422]


def test_nobody_else_is_the_counter_nor_hears_whether_a_paper_is_there(town: Town, sale: str) -> None:
    for who, heard in ((SELLER, (403, "party_to_this_case")), (STRANGER, (404, "not_found"))):
        said = {**yes(town, sale), "acting": {"as": "counter", "on_paper": {"id": sale, "sha256": "A" * 43}}}
        assert problem(town.as_(who).post(f"/v1/cases/{sale}/consents", said)) == heard
    body = {**town.filing(*SALE), "acting": with_paper(town, STRANGER)}
    refused = town.as_(STRANGER).post("/v1/cases", body, key=new_key())
    assert problem(refused) == (403, "not_at_the_counter")


def test_who_was_at_the_counter_takes_no_part_in_the_decision(town: Town, sale: str) -> None:
    good(town.as_(FIRST).post(f"/v1/cases/{sale}/consents", yes(town, sale)))
    town.pay(sale)
    assert problem(town.judge(FIRST, sale, "assignments")) == (403, "acted_at_counter")
    good(town.judge(SECOND, sale, "assignments"))
    good(town.judge(SECOND, sale, "proposals"))
    assert problem(town.judge(FIRST, sale, "approvals")) == (403, "acted_at_counter")
    assert problem(town.judge(FIRST, sale, "refusals", {"grounds": ["tax_unpaid"], "reason": "Open."})) == (
        403,
        "acted_at_counter",
    )
    good(town.judge(SUPERVISOR, sale, "approvals"))
    assert town.stage(sale) == "approved"


def test_a_birth_is_told_at_the_counter_by_a_mother_without_a_number(town: Town) -> None:
    """The officer is answered where the case stands; a colleague registers the birth."""
    nobody = unnumbered(8)
    officer, colleague = f"{CIVIL}-officer-1", f"{CIVIL}-officer-2"
    body = town.filing(*BIRTH, applicant=nobody, mother=nobody)
    body |= {"acting": with_paper(town, officer, "TR")}
    answer = town.as_(officer).post("/v1/cases", body, key=new_key())
    filed = good(answer)
    assert answer.status_code == 201
    assert filed.keys() == BRIEF
    case = filed["case"]
    town.settle()
    assert "cannot_sign_in:applicant" in town.read(case, colleague)["warnings"]
    assert [piece["kind"] for piece in town.read(case, colleague)["evidence"]] == ["signed_paper"]
    good(town.judge(colleague, case, "assignments"))
    asked = {"question": "What is the father's name?"}
    good(town.judge(colleague, case, "information-requests", asked))
    of = town.read(case, colleague)["questions"][0]["of"]
    said = {"of": of, "answer": "She did not say.", "acting": with_paper(town, officer, "TR")}
    assert good(town.as_(officer).post(f"/v1/cases/{case}/information", said)).keys() == BRIEF
    taken_back = {"acting": with_paper(town, officer, "TR")}
    assert good(town.judge(officer, case, "withdrawals", taken_back))["stage"] == "withdrawn"


def test_a_filing_at_the_counter_is_made_once(town: Town) -> None:
    nobody, officer = unnumbered(9), f"{CIVIL}-officer-1"
    body = town.filing(*BIRTH, applicant=nobody, mother=nobody)
    without = {**body, "acting": {"as": "counter"}}
    assert problem(town.as_(officer).post("/v1/cases", without, key=new_key())) == (422, "invalid_request")
    body |= {"acting": with_paper(town, officer, "TR")}
    key = new_key()
    first = good(town.as_(officer).post("/v1/cases", body, key=key))
    assert good(town.as_(officer).post("/v1/cases", body, key=key)) == first


def test_an_officer_of_another_office_is_not_the_counter_of_this_one(town: Town, sale: str) -> None:
    said = yes(town, sale, "kz-bailiffs-officer")
    refused = town.as_("kz-bailiffs-officer").post(f"/v1/cases/{sale}/consents", said)
    assert problem(refused)[0] == 404
