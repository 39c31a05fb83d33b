"""Whatever happens to a case on its way, over HTTP: restated, prolonged, served, appealed against, set aside, not
needed.
"""

from datetime import date
from typing import Any, Final

import pytest

from infra.development import treasury
from infra.formats.canonical import from_b64url
from tests.town.caller import good, new_key, problem, until
from tests.town.people import A_PDF, Town, person

SALE: Final = ("KZ", "car_sale")
BIRTH: Final = ("TR", "birth_certificate")
SELLER, BUYER, STRANGER = "kz-citizen-1", "kz-citizen-2", "kz-citizen-3"
FIRST, SECOND = "kz-vehicle-registration-officer-1", "kz-vehicle-registration-officer-2"
SUPERVISOR = "kz-vehicle-registration-supervisor"
APPEALS, COLLEAGUE = (f"kz-interior-ministry-appeal-officer-{n}" for n in (1, 2))
NO: Final = {"grounds": ["tax_unpaid"], "reason": "The tax of last year is open."}


def lived(town: Town) -> None:
    """One of each, for the walk through everything."""
    case = amended(town)
    town.complete(case)
    town.assign(case)
    good(town.judge(FIRST, case, "extensions", {"reason": "The file is at the archive."}))
    case = refused(town)
    opened(town, case, SELLER)
    appealed(town, case, SELLER)
    appealed(town, case, BUYER, "So is mine.")  # who else may appeal would keep the time open
    good(town.judge(APPEALS, case, "appeal-decisions", {"outcome": "upheld", "reason": "It is open."}))
    case = refused(town)
    good(town.as_(SELLER).post(f"/v1/cases/{case}/waivers", {}))
    not_needed(town)
    town.take_to("approved", *BIRTH)
    thought_again(town)
    case = refused(town)
    lodged = appealed(town, case, BUYER, "I had bought it.")
    back = {"answer": "take_back", "of": lodged["appeals"][0]["of"]}
    good(town.as_(BUYER).post(f"/v1/cases/{case}/appeals", back))
    paid_in_time(town)


def thought_again(town: Town) -> None:
    """A yes, taken back, and a no."""
    case = town.file(*SALE)
    of = town.read(case, SELLER)["request_hash"]
    for said in ("give", "revoke", "decline"):
        good(town.as_(BUYER).post(f"/v1/cases/{case}/consents", {"answer": said, "of": of}))


def paid_in_time(town: Town) -> None:
    """In two parts; the treasury says so when the case has lapsed."""
    case = town.file(*SALE)
    shown = town.read(case, SELLER)
    good(town.as_(BUYER).post(f"/v1/cases/{case}/consents", {"answer": "give", "of": shown["request_hash"]}))
    in_time = town.now()
    town.travel(days=25)
    until(lambda: town.read(case, SELLER)["stage"] == "lapsed", "the clock")
    fee = shown["fee"]
    for part in (1_000, fee["amount"] - 1_000):
        what = ("KZ", case, part, fee["currency"], new_key(), in_time)
        paid = treasury.treasury(town.keyring("KZ"), *what)
        good(town.as_("kz-treasury").post(f"/v1/cases/{case}/payments", {"statement": paid}))
    assert town.read(case, SELLER)["stage"] == "in_review"


def amended(town: Town) -> str:
    case = town.file(*SALE)
    shown = town.read(case, SELLER)
    request = {**shown["request"], "new_plates": not shown["request"]["new_plates"]}
    said = {"of": shown["request_hash"], "request": request}
    good(town.as_(SELLER).post(f"/v1/cases/{case}/amendments", said))
    return case


def refused(town: Town) -> str:
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    good(town.judge(FIRST, case, "refusals", NO))
    return case


def opened(town: Town, case: str, who: str) -> dict[str, Any]:
    of = town.read(case, who)["ending"]["of"]
    return good(town.as_(who).post(f"/v1/cases/{case}/services", {"of": of}))


def appealed(
    town: Town, case: str, who: str, reason: str = "The tax is paid.", **more: str
) -> dict[str, Any]:
    of = town.read(case, who)["ending"]["of"]
    return good(town.as_(who).post(f"/v1/cases/{case}/appeals", {"of": of, "reason": reason, **more}))


def not_needed(town: Town) -> str:
    body = town.filing(*BIRTH)
    body["request"]["kind"] = "still_born"
    case = str(good(town.as_("tr-citizen-1").post("/v1/cases", body, key=new_key()))["case"])
    officer = town.officer(case)
    told = town.read(case, officer)
    assert "exempt:still_born" in told["warnings"]
    if told["officer"] is None:
        good(town.judge(officer, case, "assignments"))
    said = {"exemption": "still_born", "reason": None}
    assert good(town.judge(officer, case, "exemptions", said))["stage"] == "not_needed"
    return case


# --- restated -------------------------------------------------------------------------------------------------


def test_a_seller_corrects_the_plates_and_pays_the_difference_and_the_buyer_agrees_anew(town: Town) -> None:
    case = town.file(*SALE)
    before = town.read(case, SELLER)
    good(town.as_(BUYER).post(f"/v1/cases/{case}/consents", {"answer": "give", "of": before["request_hash"]}))
    request = {**before["request"], "new_plates": not before["request"]["new_plates"]}
    said = {"of": before["request_hash"], "request": request}
    key = new_key()
    seller = town.as_(SELLER)
    after = good(seller.post(f"/v1/cases/{case}/amendments", said, key=key))
    assert after["request"]["new_plates"] == request["new_plates"]
    assert after["fee"]["amount"] != before["fee"]["amount"]
    assert [consent["answer"] for consent in after["consents"]] == ["open"]
    assert good(seller.post(f"/v1/cases/{case}/amendments", said, key=key))["version"] == after["version"]
    assert good(seller.post(f"/v1/cases/{case}/amendments", said))["version"] == after["version"]
    older = {"answer": "give", "of": before["request_hash"]}
    assert problem(town.as_(BUYER).post(f"/v1/cases/{case}/consents", older)) == (
        409,
        "consent_over_old_request",
    )


def test_what_is_wrong_in_an_amendment_is_named_and_changes_nothing(town: Town) -> None:
    case = town.file(*SALE)
    before = town.read(case, SELLER)
    path, seller = f"/v1/cases/{case}/amendments", town.as_(SELLER)
    wrong = {**before["request"], "vehicle": {**before["request"]["vehicle"], "vin": "O"}}
    refused = seller.post(path, {"of": before["request_hash"], "request": wrong})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith("/request/vehicle/vin")
    same = {"of": before["request_hash"], "request": before["request"]}
    assert problem(seller.post(path, same)) == (422, "invalid_request")
    assert problem(town.as_(STRANGER).post(path, same)) == (404, "not_found")
    assert problem(town.as_(BUYER).post(path, same)) == (403, "party_to_this_case")
    assert town.read(case, SELLER)["version"] == before["version"]


def test_a_question_stays_to_be_answered_when_a_party_thinks_again_and_agrees_again(town: Town) -> None:
    """No time begins anew, and what the officer asked is not lost."""
    case = town.take_to("returned", *SALE)
    before = town.read(case, FIRST)
    path, of = f"/v1/cases/{case}/consents", before["request_hash"]
    for said in ("revoke", "give"):
        good(town.as_(BUYER).post(path, {"answer": said, "of": of}))
    after = town.read(case, FIRST)
    assert (after["stage"], after["questions"]) == ("returned", before["questions"])
    assert after["decision_due"] == before["decision_due"]
    town.answer(case)
    assert town.read(case, FIRST)["stage"] == "in_review"


def test_who_declined_has_agreed_to_nothing_whatever_they_say_again(town: Town) -> None:
    case = town.file(*SALE)
    path, of = f"/v1/cases/{case}/consents", town.read(case, SELLER)["request_hash"]
    for said in ("give", "decline"):
        good(town.as_(BUYER).post(path, {"answer": said, "of": of}))
    again = town.as_(BUYER).post(path, {"answer": "give", "of": of})
    assert problem(again) == (409, "wrong_stage")
    assert town.stage(case) == "withdrawn"


# --- the end, and what follows ------------------------------------------------------------------------------


def test_reading_a_refusal_serves_nothing_and_opening_it_starts_the_time_to_appeal(town: Town) -> None:
    case = refused(town)
    seen = town.read(case, SELLER)
    assert seen["served"] == {}
    assert "ServeDecision" in seen["fits"]
    served = opened(town, case, SELLER)
    assert served["served"]["p1"]["how"] == "opened"
    assert served["appeal_until"]["rule"] == "3 months"
    assert opened(town, case, SELLER)["version"] == served["version"]
    town.travel(days=8)
    town.tick()
    assert town.read(case, SELLER)["served"]["p2"]["how"] == "presumed"


def test_an_appeal_is_read_and_decided_by_who_the_law_names_and_others_decide_anew(town: Town) -> None:
    case = refused(town)
    assert problem(town.as_(APPEALS).get(f"/v1/cases/{case}")) == (404, "not_found")
    opened(town, case, SELLER)
    appealed(town, case, SELLER)
    seen = town.read(case, APPEALS)
    assert seen["appeals"][0]["reason"] == "The tax is paid."
    said = {"outcome": "set_aside", "reason": "It was paid."}
    assert problem(town.judge(FIRST, case, "appeal-decisions", said)) == (403, "not_allowed")
    assert good(town.judge(APPEALS, case, "appeal-decisions", said))["stage"] == "in_review"
    assert problem(town.as_(APPEALS).get(f"/v1/cases/{case}")) == (404, "not_found")
    assert problem(town.judge(FIRST, case, "assignments")) == (403, "judged_before")
    good(town.judge(SECOND, case, "assignments"))
    good(town.judge(SECOND, case, "proposals", {}))
    assert problem(town.judge(FIRST, case, "approvals", {})) == (403, "judged_before")
    assert good(town.judge(SUPERVISOR, case, "approvals", {}))["stage"] == "approved"


@pytest.mark.parametrize("outcome", ["upheld", "set_aside"])
def test_the_same_decision_of_an_appeal_is_answered_again_to_who_gave_it_and_to_nobody_else(
    town: Town, outcome: str
) -> None:
    """Its answer was lost (rules.md 21). A colleague decides nothing by repeating it, and an office that does not
    decide appeals hears what it would hear of any.
    """
    case = refused(town)
    for who in (SELLER, BUYER):
        appealed(town, case, who)
    said = {"outcome": outcome, "reason": "It is as it is."}
    path, seen = f"/v1/cases/{case}/appeal-decisions", int(town.read(case)["version"])
    given = good(town.as_(APPEALS).post(path, said, seen=seen))
    again = town.as_(APPEALS).post(path, said, seen=seen)
    assert (good(again)["version"], again.status_code) == (given["version"], 200)
    assert problem(town.as_(COLLEAGUE).post(path, said, seen=seen))[0] == 412
    assert problem(town.as_(COLLEAGUE).post(path, said, seen=given["version"])) == (409, "wrong_stage")
    for who in (FIRST, SUPERVISOR):
        assert problem(town.as_(who).post(path, said, seen=seen)) == (403, "not_allowed")
    for who in (SELLER, BUYER):
        assert problem(town.as_(who).post(path, said, seen=seen)) == (403, "party_to_this_case")
    for who in (STRANGER, "tr-population-directorate-appeal-officer-1", "kz-police-officer"):
        assert problem(town.as_(who).post(path, said, seen=seen)) == (404, "not_found")
    assert town.read(case)["version"] == given["version"]


def test_an_appeal_is_taken_back_by_who_lodged_it(town: Town) -> None:
    case = refused(town)
    lodged = appealed(town, case, BUYER, "I had bought it.")
    back = {"answer": "take_back", "of": lodged["appeals"][0]["of"]}
    path = f"/v1/cases/{case}/appeals"
    assert problem(town.as_(SELLER).post(path, back)) == (403, "not_as_that_party")
    assert good(town.as_(BUYER).post(path, back))["stage"] == "refused"
    assert problem(town.as_(BUYER).post(path, {**back, "reason": "no"})) == (422, "invalid_request")


@pytest.mark.parametrize("buyer", [BUYER, STRANGER])
def test_who_was_refused_sells_the_car_again_at_once_to_whomever(town: Town, buyer: str) -> None:
    """The new request takes over what the old one holds, once (rules.md 17)."""
    case = refused(town)
    request = {**town.read(case)["request"], "buyer": person(buyer)}
    body = {"country": "KZ", "procedure": "car_sale", "request": request}
    again = good(town.as_(SELLER).post("/v1/cases", body, key=new_key()))["case"]
    assert (town.stage(again), town.stage(case)) == ("filed", "refused")
    assert problem(town.as_(SELLER).post("/v1/cases", body, key=new_key())) == (409, "claim_yours")


def test_nobody_else_takes_what_is_held_for_who_was_refused(town: Town) -> None:
    """They hear until when (rules.md 17), who say to be the father as well; what a relative files it does not touch."""
    father, another = "tr-citizen-1", "tr-citizen-4"
    case = town.take_to("refused", *BIRTH)
    request = {**town.read(case, father)["request"], "applicant": person(another), "father": person(another)}
    body = {"country": "TR", "procedure": "birth_certificate", "request": request}
    held = town.as_(another).post("/v1/cases", body, key=new_key())
    assert problem(held) == (409, "claim_kept")
    told = {**body, "request": {**request, "father": person(father), "relation": "relative"}}
    assert town.as_(another).post("/v1/cases", told, key=new_key()).status_code == 201


def test_while_an_appeal_is_open_nobody_is_told_a_day_after_which_they_may_file(new_town: Town) -> None:
    """The last day that was told before is over, and the appeal is not decided."""
    father, another = "tr-citizen-1", "tr-citizen-4"
    case = new_town.take_to("refused", *BIRTH)
    request = {
        **new_town.read(case, father)["request"],
        "applicant": person(another),
        "father": person(another),
    }
    body = {"country": "TR", "procedure": "birth_certificate", "request": request}

    def asked() -> Any:
        return new_town.as_(another).post("/v1/cases", body, key=new_key())

    assert "until" in asked().json()["detail"]
    appealed(new_town, case, father, "He was born here.", party="p1")
    for days in (0, 75):
        new_town.travel(days=days)
        new_town.tick()
        assert problem(asked()) == (409, "claim_appealed")
    assert "20" not in asked().json()["detail"]
    upheld = {"outcome": "upheld", "reason": "No proof was brought."}
    good(new_town.judge("tr-population-directorate-appeal-officer-1", case, "appeal-decisions", upheld))
    assert asked().status_code == 201


def test_a_yes_that_comes_too_late_is_told_which_day_has_passed_though_the_clock_has_not_come(
    new_town: Town,
) -> None:
    case = new_town.file(*SALE)
    asked = new_town.read(case, BUYER)
    new_town.travel(days=40)
    yes = {"answer": "give", "of": asked["request_hash"]}
    refused = new_town.as_(BUYER).post(f"/v1/cases/{case}/consents", yes)
    assert problem(refused) == (409, "time_is_over")
    day = date.fromisoformat(asked["consent_until"]["due"])
    assert f"{day:%B} {day.day}, {day.year}" in refused.json()["detail"]
    assert new_town.read(case, BUYER)["version"] == asked["version"]
    new_town.tick()
    assert new_town.read(case, SELLER)["stage"] == "lapsed"


def test_an_answer_that_comes_too_late_is_none(new_town: Town) -> None:
    case = new_town.take_to("returned", *SALE)
    new_town.travel(days=60)
    said = {"of": new_town.read(case, SELLER)["questions"][-1]["of"], "answer": "Yesterday."}
    refused = new_town.as_(SELLER).post(f"/v1/cases/{case}/information", said)
    assert problem(refused) == (409, "time_is_over")


def test_a_lapse_is_undone_by_money_that_was_there_in_time(town: Town) -> None:
    paid_in_time(town)


def test_a_paper_that_came_with_an_appeal_is_there_for_who_decides_it(new_town: Town) -> None:
    """Also a day later, when what nobody filed goes; until it is erased with the case."""
    town = new_town
    case = refused(town)
    opened(town, case, SELLER)
    paper = {"kind": "receipt", **town.upload(town.as_(SELLER), "KZ")}
    said = {"of": town.read(case, SELLER)["ending"]["of"], "reason": "It is paid.", "evidence": [paper]}
    good(town.as_(SELLER).post(f"/v1/cases/{case}/appeals", said))
    town.travel(days=1, minutes=1)
    town.tick()
    (piece,) = town.read(case, APPEALS)["evidence"]
    path = f"/v1/cases/{case}/evidence/{piece['id']}"
    assert town.as_(APPEALS).get(path).content == A_PDF
    good(town.judge(APPEALS, case, "appeal-decisions", {"outcome": "upheld", "reason": "It is open."}))
    for _ in range(3):
        town.travel(days=200)
        town.tick()
    folder = town.settings.data / "kz" / "evidence" / "kept"
    assert len(list(folder.iterdir())) == 1
    erased = {"basis": "its time has come"}
    good(town.as_("kz-data-protection-officer").post(f"/v1/cases/{case}/erasures", erased))
    until(lambda: not list(folder.iterdir()), "the paper to be gone")


def test_a_stillbirth_is_told_and_not_registered(town: Town) -> None:
    case = not_needed(town)
    seen = town.read(case, "tr-citizen-1")
    assert (seen["decision"]["kind"], seen["decision"]["exemption"]) == ("not_needed", "still_born")


@pytest.mark.parametrize("what", ["extensions", "exemptions"])
def test_a_party_prolongs_nothing_and_needs_an_officer_for_an_exemption(town: Town, what: str) -> None:
    case = town.take_to("in_review", *SALE)
    said = {"extensions": {"reason": "I need time."}, "exemptions": {"exemption": "still_born"}}[what]
    assert problem(town.judge(SELLER, case, what, said)) == (403, "party_to_this_case")


def test_the_time_to_decide_is_prolonged_and_the_parties_see_why(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    before = town.read(case, SELLER)["decision_due"]["due"]
    good(town.judge(FIRST, case, "extensions", {"reason": "The file is at the archive."}))
    seen = town.read(case, SELLER)
    assert seen["decision_due"]["due"] > before
    assert seen["extensions"][0]["reason"] == "The file is at the archive."
    assert problem(town.judge(FIRST, case, "extensions", {"reason": "Once more."})) == (
        409,
        "extended_already",
    )


# --- once more, and once more with something else -----------------------------------------------------------


def test_a_party_has_one_appeal_at_a_time_and_nothing_that_was_brought_is_lost(town: Town) -> None:
    """Sent again it is that one; with more it is refused until the first is taken back."""
    case = refused(town)
    opened(town, case, SELLER)
    path = f"/v1/cases/{case}/appeals"
    paper, more = (
        {"kind": kind, **town.upload(town.as_(SELLER), "KZ")} for kind in ("receipt", "tax_certificate")
    )
    said = {"of": town.read(case)["ending"]["of"], "reason": "It is paid.", "evidence": [paper]}
    good(town.as_(SELLER).post(path, said))
    assert len(good(town.as_(SELLER).post(path, said))["appeals"]) == 1
    assert "LodgeAppeal" not in town.read(case)["fits"]
    for other in ({"evidence": [paper, more]}, {"reason": "I never had the letter."}):
        assert problem(town.as_(SELLER).post(path, said | other)) == (409, "appeal_open")
    shown = town.read(case)
    assert [piece["kind"] for piece in shown["evidence"]] == ["receipt"]
    back = {"answer": "take_back", "of": shown["appeals"][0]["of"]}
    assert good(town.as_(SELLER).post(path, back))["stage"] == "refused"
    again = said | {"reason": "I never had the letter.", "evidence": [more]}
    shown = good(town.as_(SELLER).post(path, again))
    assert (shown["stage"], [piece["kind"] for piece in shown["evidence"]]) == (
        "appealed",
        ["receipt", "tax_certificate"],
    )
    appealed(town, case, BUYER)
    good(town.judge(APPEALS, case, "appeal-decisions", {"outcome": "upheld", "reason": "It is open."}))
    ends = [(each["party"], each["outcome"]) for each in town.read(case)["appeals"]]
    assert ends == [("p1", None), ("p1", "upheld"), ("p2", "upheld")]


def test_another_note_is_another_proposal_and_none_is_lost(town: Town) -> None:
    """The same is there already, whatever was seen; an approval is given once."""
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    seen = int(town.read(case, FIRST)["version"])
    path = f"/v1/cases/{case}/proposals"
    for note, at in (("Papers seen.", seen), ("Papers seen.", seen), ("Papers seen.", seen + 1)):
        assert good(town.as_(FIRST).post(path, {"note": note}, seen=at))["version"] == seen + 1
    assert problem(town.as_(FIRST).post(path, {"note": "One is missing."}, seen=seen)) == (
        412,
        "stale_version",
    )
    good(town.judge(FIRST, case, "proposals", {"note": "One is missing."}))
    proposed = [step for step in town.read(case, FIRST)["timeline"] if step["what"] == "ApprovalProposed"]
    assert len(proposed) == 2
    told = good(town.as_(SECOND).get(f"/v1/cases/{case}/history"))["events"]
    shown = [from_b64url(each).decode() for step in told for each in step["disclosures"]]
    assert [note for note in ("Papers seen.", "One is missing.") if any(note in each for each in shown)] == [
        "Papers seen.",
        "One is missing.",
    ]
    good(town.judge(SECOND, case, "approvals", {"note": "So be it."}))
    assert good(town.judge(SECOND, case, "approvals", {"note": "So be it."}))["stage"] == "approved"
    assert problem(town.judge(SECOND, case, "approvals", {"note": "Or not."})) == (409, "wrong_stage")
    assert "So be it." not in town.as_(SELLER).get(f"/v1/cases/{case}").text


def test_an_answer_that_brings_more_the_second_time_is_another_answer(town: Town) -> None:
    case = town.take_to("returned", *SALE)
    path = f"/v1/cases/{case}/information"
    paper, more = ({"kind": kind, **town.upload(town.as_(SELLER), "KZ")} for kind in ("receipt", "letter"))
    said = {"of": town.read(case)["questions"][-1]["of"], "answer": "Yesterday.", "evidence": [paper]}
    for _ in range(2):
        good(town.as_(SELLER).post(path, said))
    assert problem(town.as_(SELLER).post(path, said | {"evidence": [paper, more]})) == (409, "answer_differs")
    assert [piece["kind"] for piece in town.read(case)["evidence"]] == ["receipt"]
