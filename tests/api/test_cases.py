"""A case from filing to its end, as the people in it see it over HTTP."""

from datetime import datetime

import pytest

from domain.offers import offers
from tests.examples import unnumbered
from tests.town.caller import good, new_key, problem
from tests.town.people import Town, person

OFFERS = sorted(offers())
SALE = ("KZ", "car_sale")
BIRTH = ("TR", "birth_certificate")
SELLER, BUYER, STRANGER = "kz-citizen-1", "kz-citizen-2", "kz-citizen-4"
OFFICE = "kz-vehicle-registration"
FIRST, SECOND, SUPERVISOR = f"{OFFICE}-officer-1", f"{OFFICE}-officer-2", f"{OFFICE}-supervisor"


# --- the way of every procedure ---------------------------------------------------------------------------


@pytest.mark.parametrize(("country", "procedure"), OFFERS)
def test_every_procedure_goes_from_filing_to_approval(town: Town, country: str, procedure: str) -> None:
    """Filed by the applicant, complete with consents and fee, decided by as many officers as the law asks."""
    case = town.take_to("approved", country, procedure)
    shown = town.read(case)
    assert shown["decision"]["kind"] == "approved"
    assert shown["entries"]
    assert shown["timeline"][0]["what"] == "CaseFiled"
    assert [step["version"] for step in shown["timeline"]] == list(range(1, shown["version"] + 1))


@pytest.mark.parametrize(("country", "procedure"), OFFERS)
@pytest.mark.parametrize("end", ["refused", "withdrawn", "returned"])
def test_every_procedure_comes_to_its_other_ends(town: Town, country: str, procedure: str, end: str) -> None:
    town.take_to(end, country, procedure)


# --- filing -----------------------------------------------------------------------------------------------


def test_what_is_filed_has_an_address_a_version_and_a_hash(town: Town) -> None:
    """201 with Location and ETag; the same answer is read under the address."""
    body = town.filing(*SALE)
    answer = town.as_(SELLER).post("/v1/cases", body, key=new_key())
    assert answer.status_code == 201
    case = answer.json()
    assert answer.headers["location"] == f"/v1/cases/{case['case']}"
    assert answer.headers["etag"] == f'"{case["version"]}"'
    read = town.as_(SELLER).get(answer.headers["location"])
    assert (read.json(), read.headers["etag"]) == (case, answer.headers["etag"])
    assert case["request"] == body["request"]
    assert case["fee"]["amount"] > 0
    assert case["consents"] == [{"party": "p2", "role": "buyer", "answer": "open"}]
    assert case["you_are"] == "seller"


def test_a_repeat_gets_the_same_answer_also_after_the_case_went_on(town: Town) -> None:
    """The answer to a filing is what it was, not what became of it."""
    body, key = town.filing(*SALE), new_key()
    first = town.as_(SELLER).post("/v1/cases", body, key=key)
    town.consent(first.json()["case"])
    again = town.as_(SELLER).post("/v1/cases", body, key=key)
    quoted = town.as_(SELLER).post("/v1/cases", body, key=f'"{key}"')
    for repeat in (again, quoted):
        assert (repeat.status_code, repeat.headers["etag"]) == (201, first.headers["etag"])
        assert repeat.json() == first.json()


def test_a_car_is_not_sold_twice_at_once(town: Town) -> None:
    body = town.filing(*SALE)
    case = good(town.as_(SELLER).post("/v1/cases", body, key=new_key()))["case"]
    again = town.as_(SELLER).post("/v1/cases", body, key=new_key())
    assert (problem(again), again.json()["case"]) == ((409, "claim_yours"), case)
    assert case in again.json()["detail"]


def test_a_parent_is_shown_the_way_to_the_open_case_and_a_stranger_is_not(town: Town) -> None:
    """The father told the birth, and the mother tells it again; who says to be the father hears of no case."""
    case = town.file("TR", "birth_certificate")
    request = town.read(case, "tr-citizen-1")["request"]
    body = {"country": "TR", "procedure": "birth_certificate"}
    told = {"applicant": request["mother"], "relation": "mother"}
    clash = town.whoever(request["mother"]).post(
        "/v1/cases", {**body, "request": request | told}, key=new_key()
    )
    assert (problem(clash), clash.json()["case"]) == ((409, "claim_yours"), case)
    stranger = {"applicant": person("tr-citizen-4"), "father": person("tr-citizen-4")}
    asked = {**body, "request": request | stranger}
    clash = town.as_("tr-citizen-4").post("/v1/cases", asked, key=new_key())
    assert (problem(clash), clash.json().get("case")) == ((409, "claim_taken"), None)
    assert case not in clash.text


def test_whoever_writes_an_amount_beyond_all_bounds_hears_of_the_bound(town: Town) -> None:
    """And not to write it as text, which is refused as well."""
    body = town.filing(*SALE)
    body["request"]["price"]["amount"] = 2**53
    (place,) = town.as_(SELLER).post("/v1/cases", body, key=new_key()).json()["errors"]
    assert place["code"] == "number_too_large"
    assert str(2**53 - 1) in place["detail"]
    body["request"]["price"]["amount"] = 2**53 - 1
    good(town.as_(SELLER).post("/v1/cases", body, key=new_key()))


def test_who_is_not_the_registered_owner_cannot_sell(town: Town) -> None:
    body = town.filing(*SALE)
    body["request"] |= {"seller": person(BUYER), "buyer": person(SELLER)}
    assert problem(town.as_(BUYER).post("/v1/cases", body, key=new_key())) == (409, "not_the_owner")


def test_a_car_is_sold_to_somebody_with_one_name_and_a_passport(town: Town) -> None:
    """Each case of theirs has their one keyed id; the officer is told what it means for them."""
    buyer = unnumbered(surname=None, given_names="Suharni", born_on="1980")
    case = town.file(*SALE, buyer=buyer)
    assert town.read(case, SELLER)["request"]["buyer"] == {**buyer, "acts_by": None}
    assert set(town.read(case, FIRST)["warnings"]) == {
        "vin_check_digit",
        "one_name:buyer",
        "cannot_sign_in:buyer",
        "birth_day_unknown:buyer",
    }


# --- who sees what ----------------------------------------------------------------------------------------


def test_each_party_sees_its_own_part_and_of_others_the_name(town: Town) -> None:
    """The applicant wrote the request; the buyer reads their own part; the officer all of it, with the warnings."""
    case = town.file(*SALE)
    seller, buyer = town.read(case, SELLER)["request"], town.read(case, BUYER)["request"]
    officer = town.read(case, FIRST)
    assert seller == officer["request"]
    assert buyer["buyer"] == seller["buyer"]
    assert buyer["seller"] == {n: seller["seller"][n] for n in ("surname", "given_names")}
    assert officer["you_are"] is None
    assert officer["warnings"] == ["vin_check_digit"]
    assert town.read(case, BUYER)["warnings"] == []


@pytest.mark.parametrize("nobody", [STRANGER, "tr-civil-registry-officer-1", "kz-bailiffs-officer"])
def test_others_see_nothing(town: Town, nobody: str) -> None:
    case = town.file(*SALE)
    assert problem(town.as_(nobody).get(f"/v1/cases/{case}")) == (404, "not_found")


def test_ones_own_cases_are_listed_newest_first_page_by_page(new_town: Town) -> None:
    """Link leads through them all, and keeps what was asked; the buyer finds the case among theirs too."""
    filed = [new_town.file(*SALE) for _ in range(5)]
    citizen = new_town.as_(SELLER)
    found, path = [], "/v1/cases?country=KZ&limit=2"
    while path:
        answer = citizen.send("GET", path)
        found += [item["case"] for item in good(answer)["items"]]
        path = answer.links.get("next", {}).get("url") or ""
    assert found == filed[::-1]
    assert len(good(new_town.as_(BUYER).get("/v1/cases", country="KZ"))["items"]) == 5
    assert good(new_town.as_(STRANGER).get("/v1/cases", country="KZ"))["items"] == []
    assert good(citizen.get("/v1/cases", country="TR"))["items"] == []
    assert problem(citizen.get("/v1/cases")) == (400, "country_missing")


# --- consents ---------------------------------------------------------------------------------------------


def test_a_consent_given_twice_is_given_once(town: Town) -> None:
    case = town.file(*SALE)
    said = {"answer": "give", "of": town.read(case)["request_hash"]}
    first = town.as_(BUYER).post(f"/v1/cases/{case}/consents", said)
    again = town.as_(BUYER).post(f"/v1/cases/{case}/consents", said)
    assert good(first) == good(again)


def test_a_consent_is_taken_back_until_something_is_proposed(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    back = {"answer": "revoke", "of": town.read(case)["request_hash"]}
    assert good(town.as_(BUYER).post(f"/v1/cases/{case}/consents", back))["stage"] == "filed"
    town.consent(case)
    town.assign(case)
    good(town.judge(FIRST, case, "proposals"))
    assert problem(town.as_(BUYER).post(f"/v1/cases/{case}/consents", back)) == (409, "consent_stands")


def test_who_declines_ends_the_case_and_frees_the_car(town: Town) -> None:
    body = town.filing(*SALE)
    case = good(town.as_(SELLER).post("/v1/cases", body, key=new_key()))
    no = {"answer": "decline", "of": case["request_hash"]}
    assert good(town.as_(BUYER).post(f"/v1/cases/{case['case']}/consents", no))["stage"] == "withdrawn"
    assert town.as_(SELLER).post("/v1/cases", body, key=new_key()).status_code == 201


# --- money ------------------------------------------------------------------------------------------------


def test_a_machine_hears_that_it_was_done_and_nothing_of_the_case(town: Town) -> None:
    case = town.file(*SALE)
    shown = town.read(case)
    said = {"statement": town.statement(shown, reference="the-first")}
    answer = town.as_("kz-treasury").post(f"/v1/cases/{case}/payments", said)
    assert good(answer) == {
        "case": case,
        "stage": "filed",
        "version": shown["version"] + 1,
        "fits": town.read(case, FIRST)["fits"],
        "payment": town.house.countries["KZ"].ids.payment("the-first"),
        "other_cases": [],
        "refunds_due": [],
    }
    assert answer.headers["etag"] == f'"{shown["version"] + 1}"'


def test_a_payment_said_twice_is_paid_once(town: Town) -> None:
    case = town.file(*SALE)
    said = {"statement": town.statement(town.read(case))}
    answers = [good(town.as_("kz-treasury").post(f"/v1/cases/{case}/payments", said)) for _ in range(2)]
    assert answers[0] == answers[1]
    assert town.read(case)["paid"] == town.read(case)["fee"]["amount"]


def test_money_that_is_too_much_or_too_late_goes_back(town: Town) -> None:
    """Money that came is a fact; what is too much is due back, and the treasury's statement settles it."""
    case = town.file(*SALE)
    fee, reference = town.read(case)["fee"]["amount"], new_key()
    town.pay(case, fee + 500, reference=reference)
    assert town.read(case)["refunds"] == [{"amount": 500, "reason": "too_much", "paid_back": 0}]
    treasury, path = town.as_("kz-treasury"), f"/v1/cases/{case}/refunds"

    def back(amount: int) -> dict[str, str]:
        return {"statement": town.statement(town.read(case), amount, reference=reference, is_refund=True)}

    good(treasury.post(path, back(499)))
    good(treasury.post(path, back(1)))
    assert town.read(case)["refunds"][0]["paid_back"] == 500
    town.withdraw(case)
    town.pay(case, 100)
    assert [r["reason"] for r in town.read(case)["refunds"]] == ["withdrawn", "withdrawn"]


def test_a_fee_that_is_certain_is_not_assessed_anew(town: Town) -> None:
    case = town.file(*SALE)
    before = town.read(case)
    assert good(town.judge(FIRST, case, "assessments"))["version"] == before["version"]


# --- officers ---------------------------------------------------------------------------------------------


def test_the_same_act_gets_its_answer_again_whatever_it_saw(town: Town) -> None:
    """Whoever lost the answer asks again, with the version they had (rules.md 21)."""
    case = town.take_to("in_review", *SALE)
    seen, officer = town.read(case)["version"], town.as_(FIRST)
    first = good(officer.post(f"/v1/cases/{case}/assignments", {}, seen=seen))
    again = good(officer.post(f"/v1/cases/{case}/assignments", {}, seen=seen))
    assert first == again


def test_a_supervisor_gives_the_case_to_an_officer(town: Town) -> None:
    """By the officer's id within the authority; an id of nobody is told to officers only."""
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    me = town.read(case)["officer"]
    other = town.take_to("in_review", *SALE)
    good(town.judge(SUPERVISOR, other, "assignments", {"officer": me}))
    assert town.read(other)["officer"] == me
    nobody = {"officer": "00000000-0000-4000-8000-000000000000"}
    wrong = town.judge(SUPERVISOR, other, "assignments", nobody)
    assert wrong.json()["errors"][0]["code"] == "unknown_officer"
    seen = town.read(other)["version"]
    hidden = town.as_(STRANGER).post(f"/v1/cases/{other}/assignments", nobody, seen=seen)
    assert problem(hidden) == (404, "not_found")


def test_two_people_decide(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    assert problem(town.judge(SECOND, case, "approvals")) == (409, "not_proposed")
    good(town.judge(FIRST, case, "proposals", {"note": "All papers are there."}))
    assert problem(town.judge(FIRST, case, "approvals")) == (403, "four_eyes")
    assert good(town.judge(SECOND, case, "approvals"))["stage"] == "approved"


def test_every_conflict_says_where_the_case_stands_and_what_fits(town: Town) -> None:
    """Whichever code it has: an office hears of all that fits, a party of what it can do itself."""
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    early = town.judge(SECOND, case, "approvals")
    assert problem(early) == (409, "not_proposed")
    assert (early.json()["stage"], early.json()["fits"]) == ("in_review", town.read(case, FIRST)["fits"])
    asked = town.take_to("returned", *SALE)
    old = town.as_(SELLER).post(f"/v1/cases/{asked}/information", {"of": "A" * 43, "answer": "x"})
    assert problem(old) == (409, "answers_old_question")
    assert (old.json()["stage"], old.json()["fits"]) == ("returned", town.read(asked)["fits"])
    over = town.judge(FIRST, asked, "approvals")
    assert problem(over) == (409, "wrong_stage")
    assert over.json()["fits"] == town.read(asked, FIRST)["fits"]


def test_a_refusal_is_on_grounds_of_the_law(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    made_up = town.judge(FIRST, case, "refusals", {"grounds": ["weather"], "reason": "It rains."})
    assert [e["pointer"] for e in made_up.json()["errors"]] == ["/grounds/0"]
    no = {"grounds": ["tax_unpaid"], "reason": "The tax of last year is open."}
    good(town.judge(FIRST, case, "refusals", no))
    refused = town.read(case)
    assert refused["decision"]["grounds"] == ["tax_unpaid"]
    assert refused["ending"]["served_after"]["rule"] == "7 calendar_days, not moved"
    assert refused["decision"]["explanation"] == no["reason"]


def test_a_command_says_where_the_case_stands_and_a_partys_own_act_what_it_sees(town: Town) -> None:
    """Nobody reads a person's data through an answer, unrecorded; who wants to see the case reads it."""
    case = town.take_to("in_review", *SALE)
    assigned = good(town.judge(FIRST, case, "assignments"))
    seen = town.read(case, FIRST)
    assert assigned == {name: seen[name] for name in ("case", "stage", "version", "fits")}
    assert good(town.judge("kz-citizen-1", case, "withdrawals")) == town.read(case)


def test_a_question_stops_the_clock_and_its_answer_starts_it(town: Town) -> None:
    """The answer names the question; said twice it is said once, and another answer is refused."""
    case = town.take_to("returned", *SALE)
    shown = town.read(case)
    of, path = shown["questions"][0]["of"], f"/v1/cases/{case}/information"
    seller = town.as_(SELLER)
    assert problem(town.as_(BUYER).post(path, {"of": of, "answer": "x"}))[0] == 403
    assert problem(seller.post(path, {"of": "A" * 43, "answer": "x"})) == (409, "answers_old_question")
    answers = [good(seller.post(path, {"of": of, "answer": "Yesterday."})) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["stage"] == "in_review"
    assert len(answers[0]["decision_due"]["stops"]) == 1
    assert problem(seller.post(path, {"of": of, "answer": "Today."})) == (409, "answer_differs")


def test_an_officer_does_not_decide_the_case_of_another(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    others = town.judge(SECOND, case, "proposals")
    assert problem(others) == (403, "not_assigned_to_you")
    assert "POST /v1/cases/…/assignments" in others.json()["detail"], "it says how one takes a case"
    good(town.judge(SECOND, case, "assignments"))
    good(town.judge(SECOND, case, "proposals"))


# --- the ends ---------------------------------------------------------------------------------------------


def test_what_is_not_paid_lapses_by_the_clock(new_town: Town) -> None:
    case = new_town.file(*SALE)
    new_town.consent(case)
    new_town.travel(days=30)
    new_town.tick()
    shown = new_town.read(case)
    assert (shown["stage"], shown["decision"]["reason"]) == ("lapsed", "unpaid")


def test_erasure_leaves_the_case_without_the_people(new_town: Town) -> None:
    """Only when law and time allow it; afterwards nothing can be repeated, and the case says that it is erased."""
    body, key = new_town.filing(*SALE), new_key()
    case = str(good(new_town.as_(SELLER).post("/v1/cases", body, key=key))["case"])
    new_town.withdraw(case)
    officer, path = new_town.as_("kz-data-protection-officer"), f"/v1/cases/{case}/erasures"
    why = {"basis": "the retention of the case has ended"}
    assert problem(officer.post(path, why)) == (409, "retention_not_over")
    new_town.travel(days=400)
    assert problem(officer.post(path, {**why, "whose": ["aunt"]}))[0] == 422
    good(officer.post(path, why))
    erased = new_town.read(case, "kz-data-protection-officer")
    public = {"plate_choice", "contract_signed_on"}
    left = {name: value for name, value in erased["request"].items() if name not in public}
    assert all(each in (None, True, False, []) for each in left.values())
    assert problem(new_town.as_(SELLER).get(f"/v1/cases/{case}")) == (404, "not_found")
    again = new_town.as_(SELLER).post("/v1/cases", body, key=key)
    assert problem(again) == (410, "erased")
    assert again.json()["case"] == case


# --- the history ------------------------------------------------------------------------------------------


def test_the_history_shows_the_signed_events_and_what_one_may_read_of_them(town: Town) -> None:
    """The hash chain is there for all; the disclosures are one's own; an auditor gets none."""
    case = town.take_to("in_review", *SALE)

    def names(reader: str) -> set[str]:
        events = good(town.as_(reader).get(f"/v1/cases/{case}/history"))["events"]
        assert [e["version"] for e in events] == list(range(1, len(events) + 1))
        assert all(e["sd_jwt"] == "~".join([e["jws"], *e["disclosures"], ""]) for e in events)
        return {name for e in events for name in map(disclosed, e["disclosures"])}

    assert {"seller", "buyer", "price"} <= names(SELLER)
    assert "buyer" in names(BUYER)
    assert "seller" not in names(BUYER)
    assert {"seller", "buyer"} <= names(FIRST)
    assert names("kz-auditor") == set()


def disclosed(text: str) -> str:
    from infra.formats.signing import open_disclosure  # noqa: PLC0415

    return open_disclosure(text)[0]


def test_moments_are_moments(town: Town) -> None:
    """UTC, with six digits of microseconds: as text they sort as they happened."""
    shown = town.read(town.take_to("approved", *SALE))
    moments = [step["at"] for step in shown["timeline"]]
    assert moments == sorted(moments)
    assert all(len(m) == 27 and m.endswith("Z") and datetime.fromisoformat(m) for m in moments)


def test_head_is_what_get_says_without_the_body(town: Town) -> None:
    case = town.file(*SALE)
    head = town.as_(SELLER).send("HEAD", f"/v1/cases/{case}")
    get = town.as_(SELLER).get(f"/v1/cases/{case}")
    assert (head.status_code, head.headers["etag"], head.content) == (200, get.headers["etag"], b"")
    assert town.anybody.send("HEAD", "/livez").status_code == 200
