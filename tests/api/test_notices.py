"""What people were told: each party finds what is theirs, newest first, in words, and nobody else's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from projections import acts_for_others
from tests.api.test_amendments import act, confirm, in_green, path_of, propose, seen
from tests.api.test_companies import consented as founding_consented
from tests.api.test_companies import filed as founded
from tests.api.test_companies import head, registered
from tests.api.test_counter import yes
from tests.api.test_life_of_a_case import APPEALS, amended, appealed, opened, refused
from tests.api.test_parents import FATHER, a_child, consented, entry_of_birth, filed
from tests.examples import person as anybody
from tests.founders import founding_is_offered
from tests.town.caller import good, new_key, problem
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("KZ", "TR")

SALE = ("KZ", "car_sale")
BIRTH = ("TR", "birth_certificate")
SELLER, BUYER, THIRD, STRANGER = (f"kz-citizen-{n}" for n in (1, 2, 3, 4))
MOTHER = BUYER
OFFICER, SECOND = "kz-vehicle-registration-officer-1", "kz-vehicle-registration-officer-2"
BAILIFF, JUDGE = "kz-bailiffs-officer", "kz-court-judge"


def notices(town: Town, who: str, case: str | None = None, **of: str) -> list[dict[str, Any]]:
    answer = town.as_(who).get("/v1/my/notices", **{"country": "KZ", "limit": 100, **of})
    found: list[dict[str, Any]] = good(answer)["items"]
    return [each for each in found if case in (None, each["case"])]


def told(town: Town, who: str, case: str, **of: str) -> list[str]:
    return [each["what"] for each in notices(town, who, case, **of)]


def test_each_party_finds_what_it_was_told_newest_first(town: Town) -> None:
    case = town.take_to("returned", *SALE)
    question, fee = notices(town, SELLER, case)
    assert (question["what"], fee["what"]) == ("question", "fee_due")
    assert question["until"] == town.read(case)["questions"][0]["answer_until"]["due"]
    assert (question["procedure"], question["unconfirmed"]) == ("car_sale", True)
    assert question["sentence"].startswith("An officer asked you something")
    assert question["sentence"].endswith("That day stands on no confirmed law yet.")
    assert [each["what"] for each in notices(town, BUYER, case)] == ["consent_asked"]


def test_both_are_told_how_it_ended_and_no_day_that_is_none_of_theirs(town: Town) -> None:
    """The day of the law's fiction is none by which anybody has to do something."""
    case = town.take_to("refused", *SALE)
    for who in (SELLER, BUYER):
        newest = next(each for each in notices(town, who, case) if each["what"] == "refused")
        assert (newest["until"], "You may appeal" in newest["sentence"]) == (None, True)
    assert "refund_due" in {each["what"] for each in notices(town, SELLER, case)}


def test_a_case_that_lapses_by_itself_is_told(new_town: Town) -> None:
    case = new_town.file(*SALE)
    new_town.travel(days=40)
    new_town.tick()
    assert notices(new_town, BUYER, case)[0]["what"] == "lapsed"


def test_nobody_finds_anybody_elses_and_nothing_personal_stands_there(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    assert notices(town, "kz-citizen-3", case) == []
    assert notices(town, "kz-vehicle-registration-officer-1") == []
    text = town.as_(SELLER).get("/v1/my/notices", country="KZ").text
    for somebody in (person(SELLER), person(BUYER)):
        assert somebody["personal_number"]["number"] not in text
        assert somebody["surname"] not in text
    assert problem(town.anybody.get("/v1/my/notices", country="KZ")) == (401, "no_token")
    assert problem(town.as_(SELLER).get("/v1/my/notices")) == (400, "country_missing")


def test_the_pages_lead_on_without_gap_or_repeat(new_town: Town) -> None:
    for _ in range(2):
        new_town.take_to("refused", *SALE)
    seen, path = [], "/v1/my/notices?country=KZ&limit=1"
    while path:
        answer = new_town.as_(SELLER).send("GET", path)
        seen += good(answer)["items"]
        path = answer.links.get("next", {}).get("url") or ""
    assert seen == notices(new_town, SELLER)
    assert [each["at"] for each in seen] == sorted((each["at"] for each in seen), reverse=True)


def test_what_was_told_of_an_erased_case_is_gone(new_town: Town) -> None:
    case = new_town.take_to("withdrawn", *SALE)
    assert notices(new_town, SELLER, case)
    new_town.travel(days=500)
    erased = new_town.as_("kz-data-protection-officer").post(
        f"/v1/cases/{case}/erasures", {"basis": "its time has come"}
    )
    assert erased.is_success, erased.text
    assert notices(new_town, SELLER, case) == []


@pytest.mark.parametrize("outcome", ["upheld", "set_aside"])
def test_both_are_told_how_an_appeal_was_decided_and_that_one_was_taken_back(
    town: Town, outcome: str
) -> None:
    case = refused(town)
    of = appealed(town, case, SELLER)["appeals"][0]["of"]
    good(town.as_(SELLER).post(f"/v1/cases/{case}/appeals", {"answer": "take_back", "of": of}))
    assert notices(town, BUYER, case)[0]["what"] == "appeal_taken_back"
    appealed(town, case, BUYER)
    good(town.judge(APPEALS, case, "appeal-decisions", {"outcome": outcome, "reason": "We looked."}))
    for who in (SELLER, BUYER):
        assert f"appeal_{outcome}" in {each["what"] for each in notices(town, who, case)}


def test_who_is_told_that_nothing_is_needed_hears_that_it_may_be_wrong_and_files_again(
    new_town: Town,
) -> None:
    """A supervisor declares still born whom the mother says to be alive."""
    mother, supervisor = "tr-citizen-1", "tr-civil-registry-supervisor"
    filing = new_town.filing(*BIRTH, mother=person(mother), father=None)
    case = good(new_town.as_(mother).post("/v1/cases", filing, key=new_key()))["case"]
    good(new_town.judge(supervisor, case, "assignments"))
    good(
        new_town.judge(
            supervisor, case, "exemptions", {"exemption": "still_born", "reason": "I was told so."}
        )
    )
    newest = notices(new_town, mother, case, country="TR")[0]
    assert newest["what"] == "not_needed_otherwise"
    assert newest["sentence"].endswith("If that is wrong, it may be filed again.")
    (step,) = new_town.read(case, mother)["next"]
    assert (step["who"], step["what"]) == ("you", "filing")
    assert step["sentence"].endswith("If that is wrong, you may file the same again.")
    assert new_town.as_(mother).post("/v1/cases", filing, key=new_key()).is_success


# --- of parties who change ----------------------------------------------------------------------------------


def for_another_buyer(town: Town, case: str, buyer: dict[str, Any]) -> None:
    shown = town.read(case, SELLER)
    said = {"of": shown["request_hash"], "request": {**shown["request"], "buyer": buyer}}
    good(town.as_(SELLER).post(f"/v1/cases/{case}/amendments", said))


def test_a_buyer_who_is_replaced_keeps_what_they_were_told_and_hears_that_they_are_asked_no_more(
    town: Town,
) -> None:
    """And the new one hears what is told from their own coming on, and nothing of before."""
    case = amended(town)
    assert told(town, BUYER, case) == ["request_amended", "consent_asked"]
    for_another_buyer(town, case, person(THIRD))
    assert told(town, BUYER, case) == ["left_out", "request_amended", "consent_asked"]
    assert notices(town, BUYER, case)[0]["sentence"].startswith("The request was restated without you")
    assert told(town, THIRD, case) == ["consent_asked"]
    town.withdraw(case)
    assert told(town, BUYER, case)[0] == "left_out"
    assert told(town, THIRD, case) == ["withdrawn", "consent_asked"]


def test_so_does_who_acts_for_the_buyer(town: Town) -> None:
    """A parent by a paper, and then the other one; the buyer stays the buyer."""
    case = town.file(*SALE, buyer=represented(THIRD))
    assert told(town, THIRD, case) == ["consent_asked"]
    for_another_buyer(town, case, represented(STRANGER))
    assert told(town, THIRD, case) == ["left_out", "consent_asked"]
    assert told(town, STRANGER, case) == ["consent_asked"]


def represented(by: str) -> dict[str, Any]:
    """A child of whom the register knows nothing, and who acts for it."""
    return {**anybody("KZ", 3_900, born_on="2015-03-01"), "acts_by": {"as": "parent", "person": person(by)}}


# --- of one's own time to appeal ------------------------------------------------------------------------------


def test_who_opens_what_ended_the_case_hears_until_when_they_may_appeal(town: Town) -> None:
    case = refused(town)
    shown = opened(town, case, SELLER)
    newest = notices(town, SELLER, case)[0]
    assert newest["what"] == "may_appeal"
    assert newest["until"] == shown["served"]["p1"]["appeal_until"]["due"]
    assert newest["unconfirmed"] == shown["served"]["p1"]["appeal_until"]["unconfirmed"]
    assert newest["sentence"].startswith("From now on you may appeal")
    assert "may_appeal" not in told(town, BUYER, case), "they have not opened it"


def test_who_opens_nothing_hears_it_when_the_law_takes_it_as_read(new_town: Town) -> None:
    case = refused(new_town)
    opened(new_town, case, SELLER)
    new_town.set_clock(new_town.now().fromisoformat(new_town.read(case)["ending"]["served_after"]["until"]))
    new_town.travel(hours=1)
    new_town.tick()
    newest = notices(new_town, BUYER, case)[0]
    assert newest["what"] == "may_appeal"
    assert newest["until"] == new_town.read(case)["served"]["p2"]["appeal_until"]["due"]
    assert not newest["unconfirmed"], "the law names three months"
    assert not newest["sentence"].endswith("That day stands on no confirmed law yet.")
    assert told(new_town, SELLER, case).count("may_appeal") == 1


def test_what_was_told_of_a_time_to_appeal_stays_as_it_was_told(town: Town) -> None:
    """What they were served with was set aside, and the next notice says so."""
    case = refused(town)
    until = opened(town, case, SELLER)["served"]["p1"]["appeal_until"]["due"]
    appealed(town, case, SELLER)
    good(town.judge(APPEALS, case, "appeal-decisions", {"outcome": "set_aside", "reason": "We looked."}))
    (begun,) = [each for each in notices(town, SELLER, case) if each["what"] == "may_appeal"]
    assert begun["until"] == until
    assert "appeal_set_aside" in told(town, SELLER, case)


# --- what was told, as it was told ------------------------------------------------------------------------------


def test_a_day_that_moves_later_is_told_anew_and_the_old_notice_is_not_rewritten(new_town: Town) -> None:
    """Amended days later: the new notices name the new days, the first ones those of the filing."""
    case = new_town.file(*SALE)
    first = {who: notices(new_town, who, case) for who in (SELLER, BUYER)}
    new_town.travel(days=3)
    shown = new_town.read(case)
    request = {**shown["request"], "new_plates": not shown["request"]["new_plates"]}
    amendment = {"of": shown["request_hash"], "request": request}
    good(new_town.as_(SELLER).post(f"/v1/cases/{case}/amendments", amendment))
    for who, what in ((SELLER, "fee_due"), (BUYER, "request_amended")):
        newest, *before = notices(new_town, who, case)
        assert (newest["what"], before) == (what, first[who])
        assert newest["until"] > before[0]["until"]


# --- of fees ------------------------------------------------------------------------------------------------------


def test_a_fee_that_is_provisional_is_not_said_to_be_due(new_town: Town) -> None:
    """The unit of the new year has no value yet: nobody can pay by a day, and nothing lapses."""
    new_town.set_clock(datetime(new_town.now().year + 1, 1, 5, 5, tzinfo=UTC))
    case = new_town.file(*SALE)
    (notice,) = notices(new_town, SELLER, case)
    assert (notice["what"], notice["until"]) == ("fee_provisional", None)
    assert "provisional" in notice["sentence"]
    (fee,) = [each for each in told_as_a_story(new_town, case) if "fee" in each]
    assert "provisional" in fee
    assert "An officer has to assess it" in fee
    assert "The last day" not in fee


def told_as_a_story(town: Town, case: str) -> list[str]:
    answer = good(town.as_(SELLER).get(f"/v1/cases/{case}/history"))
    return [event["sentence"] for event in answer["events"]]


# --- of entries -----------------------------------------------------------------------------------------------


def a_car(town: Town) -> str:
    """The address of a car of the seller that came by an import, and that nobody sells."""
    vehicle = town.filing(*SALE)["request"]["vehicle"]
    vin = {"kind": "vin", "parts": [vehicle["vin"]], "purpose": "a test"}
    entry = good(town.as_(OFFICER).post("/v1/registers/vehicles/searches", vin))["entry"]
    return f"/v1/registers/vehicles/entries/{entry}"


def of_entry(town: Town, who: str, path: str, **of: str) -> list[str]:
    entry = path.rpartition("/")[2]
    return [each["what"] for each in notices(town, who, **of) if each["entry"] == entry]


def test_an_owner_hears_that_their_car_is_restricted_as_long_as_it_is(town: Town) -> None:
    path = a_car(town)
    (live,) = good(town.as_(BAILIFF).post(f"{path}/restrictions", {"kind": "arrest"}))["restrictions"]
    town.settle()
    newest = notices(town, SELLER)[0]
    assert (newest["what"], newest["entry"]) == ("entry_restricted", path.rpartition("/")[2])
    assert (newest["case"], newest["procedure"], newest["register"]) == (None, None, "vehicles")
    assert newest["sentence"].startswith("An authority forbade to dispose of something")
    assert of_entry(town, BUYER, path) == []
    assert town.as_(BAILIFF).delete(f"{path}/restrictions/{live['id']}").is_success
    town.settle()
    assert "entry_restricted" not in of_entry(town, SELLER, path)


def test_an_owner_hears_that_a_car_is_corrected_that_no_case_of_theirs_wrote(town: Town) -> None:
    path = a_car(town)
    good(propose(town, path))
    good(confirm(town, path, SECOND, "corrections"))
    town.settle()
    assert of_entry(town, SELLER, path) == ["entry_corrected"]
    annulled = a_car(town)
    of = good(town.as_(JUDGE).read(annulled))["newest_change"]
    good(act(town, JUDGE, annulled, "annulments", {"of": of, "reason": "There is no such car."}))
    town.settle()
    assert of_entry(town, SELLER, annulled) == ["entry_annulled"]


def test_whom_a_case_tells_of_it_hears_it_once(town: Town) -> None:
    """And whoever else the entry names by then, by the entry."""
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    good(propose(town, path))
    good(confirm(town, path, SECOND, "corrections"))
    town.settle()
    assert (told(town, BUYER, case)[0], of_entry(town, BUYER, path)) == ("corrected_by_office", [])
    found = good(town.as_(JUDGE).read(path))
    content = {**in_green(found), "owner": {**person(THIRD)}}
    content["vehicle"]["colour"] = "blue"
    said = {"of": found["newest_change"], "content": content, "reason": "Judgement of 3 March."}
    good(act(town, JUDGE, path, "corrections", said))
    town.settle()
    assert of_entry(town, THIRD, path) == ["entry_corrected"]


def test_the_pages_lead_through_cases_and_entries_in_one_order(new_town: Town) -> None:
    for _ in range(2):
        new_town.take_to("refused", *SALE)
        good(new_town.as_(BAILIFF).post(f"{a_car(new_town)}/restrictions", {"kind": "arrest"}))
    new_town.settle()
    seen, path = [], "/v1/my/notices?country=KZ&limit=1"
    while path:
        answer = new_town.as_(SELLER).send("GET", path)
        seen += good(answer)["items"]
        path = answer.links.get("next", {}).get("url") or ""
    assert seen == notices(new_town, SELLER)
    assert [each["what"] for each in seen].count("entry_restricted") == 2
    assert [each["at"] for each in seen] == sorted((each["at"] for each in seen), reverse=True)


def test_a_father_whom_a_court_writes_into_a_birth_hears_it_once(town: Town) -> None:
    """No case of his tells it; the mother, who told the birth, hears it by the case."""
    mother, father = "tr-citizen-1", "tr-citizen-2"
    case = town.take_to("completed", *BIRTH, mother=person(mother), father=None)
    path = path_of(town, case)
    found = good(town.as_("tr-court-judge").read(path))
    content = {**found["content"], "father": person(father)}
    said = {"of": found["newest_change"], "content": content, "reason": "Judgement of 3 March."}
    good(town.as_("tr-court-judge").post(f"{path}/corrections", said, seen=found["version"]))
    town.settle()
    assert of_entry(town, father, path, country="TR") == ["entry_corrected"]
    assert told(town, mother, case, country="TR")[0] == "corrected"
    assert of_entry(town, mother, path, country="TR") == []


def without_the_owner(town: Town, path: str, who: str = JUDGE) -> None:
    """A court writes that the car is another one's."""
    found = good(town.as_(who).read(path))
    content = {**found["content"], "owner": person(THIRD)}
    said = {"of": found["newest_change"], "content": content, "reason": "Judgement of 3 March."}
    good(act(town, who, path, "corrections", said))
    town.settle()


def test_whom_a_correction_takes_out_of_an_entry_hears_it_once_and_keeps_it(town: Town) -> None:
    path = a_car(town)
    without_the_owner(town, path)
    newest = notices(town, SELLER)[0]
    assert (newest["what"], newest["entry"]) == ("entry_left_out_by_court", path.rpartition("/")[2])
    assert newest["sentence"].startswith("A court decided over something that a register said")
    assert of_entry(town, THIRD, path) == ["entry_corrected"]
    found = seen(town, path, JUDGE)
    again = {"of": found["newest_change"], "content": in_green(found), "reason": "Judgement of 4 March."}
    good(act(town, JUDGE, path, "corrections", again))
    town.settle()
    assert of_entry(town, SELLER, path) == ["entry_left_out_by_court"]
    assert of_entry(town, THIRD, path) == ["entry_corrected"]


def test_whom_the_case_tells_that_it_was_corrected_does_not_hear_it_by_the_entry(town: Town) -> None:
    """The buyer is no owner any more; whoever the court named, and who was no party, hears when that is annulled."""
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    without_the_owner(town, path)
    assert (told(town, BUYER, case)[0], of_entry(town, BUYER, path)) == ("corrected", [])
    good(town.judge(JUDGE, case, "annulments", {"reason": "Judgement of 4 March."}))
    town.settle()
    assert of_entry(town, THIRD, path) == ["entry_left_out_by_court"]
    assert (told(town, BUYER, case)[0], of_entry(town, BUYER, path)) == ("annulled", [])


def test_whoever_is_named_when_a_restriction_ends_hears_that_it_ended(town: Town) -> None:
    """Once, and whoever has the car later does not."""
    path = a_car(town)
    (live,) = good(town.as_(BAILIFF).post(f"{path}/restrictions", {"kind": "arrest"}))["restrictions"]
    assert town.as_(BAILIFF).delete(f"{path}/restrictions/{live['id']}").is_success
    town.settle()
    assert of_entry(town, SELLER, path) == ["entry_restriction_lifted"]
    without_the_owner(town, path)
    assert of_entry(town, SELLER, path) == ["entry_left_out_by_court", "entry_restriction_lifted"]
    assert of_entry(town, THIRD, path) == ["entry_corrected"]


# --- of those for whom one acts ---------------------------------------------------------------------------------


def test_a_parent_finds_what_the_child_was_told_of_its_cases_and_of_its_entries(town: Town) -> None:
    child = a_child(town)
    case = good(filed(town, buyer=child))
    birth = entry_of_birth(town, MOTHER, child)
    assert told(town, MOTHER, case["case"], birth=birth) == ["consent_asked"]
    assert told(town, MOTHER, case["case"]) == [], "it is the child's"
    good(consented(town, case, MOTHER))
    town.withdraw(case["case"])
    assert told(town, MOTHER, case["case"], birth=birth)[0] == "withdrawn"
    stranger = town.as_(STRANGER).get("/v1/my/notices", country="KZ", birth=birth)
    assert problem(stranger) == (404, "not_found")


def test_a_parent_finds_no_more_of_who_is_of_age(new_town: Town) -> None:
    child = a_child(new_town, born_on="2008-12-20")
    good(filed(new_town, buyer=child))
    birth = entry_of_birth(new_town, MOTHER, child)
    assert notices(new_town, MOTHER, birth=birth)
    new_town.travel(days=30)
    late = new_town.as_(MOTHER).get("/v1/my/notices", country="KZ", birth=birth)
    assert problem(late) == (404, "not_found")


def test_who_acts_by_a_mandate_finds_what_the_party_was_told_as_long_as_it_lives(town: Town) -> None:
    case = town.take_to("returned", *SALE)
    until = (town.now() + timedelta(days=30)).date().isoformat()
    body = {"country": "KZ", "principal": person(BUYER), "representative": person(THIRD), "until": until}
    mandate = good(town.as_(BUYER).post("/v1/mandates", body))["mandate"]
    town.settle()
    assert told(town, THIRD, case, mandate=mandate) == told(town, BUYER, case) == ["consent_asked"]
    assert told(town, THIRD, case) == []
    asked = {"country": "KZ", "mandate": mandate}
    assert problem(town.as_(SELLER).get("/v1/my/notices", **asked)) == (404, "not_found")
    town.end_mandate(BUYER, mandate)
    town.settle()
    assert problem(town.as_(THIRD).get("/v1/my/notices", **asked)) == (404, "not_found")


def in_their_name(town: Town, who: str, case: str, **of: str) -> list[str]:
    """What somebody is told that others did for them, oldest first."""
    return [what for what in reversed(told(town, who, case, **of)) if what in acts_for_others.CODES]


def test_whoever_one_acts_for_is_told_what_was_done_in_their_name(town: Town) -> None:
    """Who does it by the mandate is not told their own acts; nobody is told of what they do by themselves."""
    until = (town.now() + timedelta(days=30)).date().isoformat()
    people = {"principal": person(SELLER), "representative": person(THIRD), "further": ["withdraw"]}
    mandate = good(town.as_(SELLER).post("/v1/mandates", {"country": "KZ", **people, "until": until}))
    by = {"acting": {"as": "mandate", "mandate": mandate["mandate"]}}
    case = good(town.as_(THIRD).post("/v1/cases", {**town.filing(*SALE), **by}, key=new_key()))["case"]
    shown = good(town.as_(THIRD).get(f"/v1/cases/{case}"))
    for_a_cent = {**shown["request"], "price": {"amount": 1, "currency": "KZT"}}
    said = {"of": shown["request_hash"], "request": for_a_cent, **by}
    good(town.as_(THIRD).post(f"/v1/cases/{case}/amendments", said))
    town.consent(case)
    good(town.judge(THIRD, case, "withdrawals", by))
    town.settle()
    newest = notices(town, SELLER, case)[0]
    assert in_their_name(town, SELLER, case) == ["filed_for_you", "amended_for_you", "withdrawn_for_you"]
    assert (newest["case"], newest["procedure"], newest["until"]) == (case, "car_sale", None)
    assert notices(town, SELLER, case)[-1]["sentence"] == (
        "This request was filed in your name, by somebody who acts for you."
    )
    assert in_their_name(town, BUYER, case) == in_their_name(town, THIRD, case) == []
    assert told(town, THIRD, case, mandate=mandate["mandate"])[0] == "withdrawn"
    assert in_their_name(town, THIRD, case, mandate=mandate["mandate"]) == []
    town.end_mandate(SELLER, mandate["mandate"])
    town.settle()


def test_what_one_parent_did_for_the_child_the_other_one_is_told(town: Town) -> None:
    child = a_child(town)
    case = good(filed(town, buyer=child))
    birth = entry_of_birth(town, MOTHER, child)
    good(consented(town, case, MOTHER))
    town.settle()
    assert in_their_name(town, FATHER, case["case"], birth=birth) == ["consented_for_you"]
    assert in_their_name(town, MOTHER, case["case"], birth=birth) == []


def test_what_an_officer_took_down_at_the_counter_is_told(town: Town) -> None:
    case = town.file(*SALE)
    good(town.as_(OFFICER).post(f"/v1/cases/{case}/consents", yes(town, case)))
    town.settle()
    assert in_their_name(town, BUYER, case) == ["consented_for_you"]
    assert in_their_name(town, SELLER, case) == []


def for_others(town: Town, who: str, **more: int) -> list[tuple[str, str]]:
    """As what somebody acts for whom they find beside their own notices, and where these are asked for."""
    town.settle()
    answer = good(town.as_(who).get("/v1/my/notices", country="KZ", **more))
    return [(each["as"], each["address"]) for each in answer["for_others"]]


def test_who_acts_for_others_is_told_beside_their_own_where_to_ask(new_town: Town) -> None:
    """By a mandate, from the first thing that its giver was told until the mandate is over."""
    until = (new_town.now() + timedelta(days=30)).date().isoformat()
    body = {"country": "KZ", "principal": person(BUYER), "representative": person(THIRD), "until": until}
    mandate = good(new_town.as_(BUYER).post("/v1/mandates", body))["mandate"]
    assert for_others(new_town, THIRD) == [], "nothing was told"
    case = new_town.take_to("returned", *SALE)
    ((as_, address),) = for_others(new_town, THIRD)
    assert as_ == "mandate"
    (notice,) = good(new_town.as_(THIRD).send("GET", address))["items"]
    assert (notice["case"], notice["what"]) == (case, "consent_asked")
    (shown,) = good(new_town.as_(THIRD).get("/v1/my/notices", country="KZ"))["for_others"]
    assert shown["at"] == notice["at"]
    assert for_others(new_town, BUYER) == for_others(new_town, SELLER) == []
    of_theirs = good(new_town.as_(THIRD).get("/v1/my/notices", country="KZ", mandate=mandate))
    assert of_theirs["for_others"] == []
    new_town.end_mandate(BUYER, mandate)
    assert for_others(new_town, THIRD) == []


def test_so_is_a_parent_and_who_heads_a_company_on_the_first_page_alone(new_town: Town) -> None:
    child = a_child(new_town, born_on="2008-12-20")
    good(filed(new_town, buyer=child))
    company = {"number": "EXAMPLE-KZ-82", "names": ["Example 82"], "heads": [head()], "struck_off_on": None}
    new_town.import_entries("KZ", "companies", [company])
    good(filed(new_town, buyer={"country": "KZ", "number": "EXAMPLE-KZ-82", "name": "Example 82"}))
    birth = entry_of_birth(new_town, MOTHER, child)
    addresses = dict(for_others(new_town, MOTHER))
    assert addresses == {
        "head": "/v1/my/notices?country=KZ&company=EXAMPLE-KZ-82",
        "parent": f"/v1/my/notices?country=KZ&birth={birth}",
    }
    for address in addresses.values():
        found = good(new_town.as_(MOTHER).send("GET", address))
        assert [each["what"] for each in found["items"]] == ["consent_asked"]
    for _ in range(2):
        new_town.file(*SALE)
    first = new_town.as_(MOTHER).get("/v1/my/notices", country="KZ", limit=1)
    assert len(good(first)["for_others"]) == len(addresses)
    assert good(new_town.as_(MOTHER).send("GET", first.links["next"]["url"]))["for_others"] == []
    new_town.travel(days=30)
    assert [as_ for as_, _ in for_others(new_town, MOTHER)] == ["head"], "the child is of age"


# --- by the made-up law, under which companies found companies ----------------------------------------------


@pytest.fixture
def offered() -> Iterator[None]:
    with founding_is_offered():
        yield


the_law = pytest.mark.usefixtures("offered")


@the_law
def test_who_heads_a_company_finds_what_it_was_told_and_no_longer(new_town: Town) -> None:
    """By naming it, or because the request names them."""
    company = registered(new_town, head(until=new_town.now().date().isoformat()))
    named = {**company, "acts_by": {"as": "head", "person": person(BUYER)}}
    case = str(good(founded(new_town, named))["case"])
    assert told(new_town, BUYER, case, company=company["number"]) == ["consent_asked"]
    assert told(new_town, BUYER, case) == ["consent_asked"]
    new_town.travel(days=1)
    late = new_town.as_(BUYER).get("/v1/my/notices", country="KZ", company=company["number"])
    assert problem(late) == (404, "not_found")
    assert told(new_town, BUYER, case) == []


@the_law
def test_what_one_head_did_for_the_company_the_other_one_is_told(new_town: Town) -> None:
    company = registered(new_town, head(), head(STRANGER))
    case = good(founded(new_town, company))
    good(founding_consented(new_town, case, BUYER))
    new_town.settle()
    for who, acts in ((STRANGER, ["consented_for_you"]), (BUYER, [])):
        assert in_their_name(new_town, who, str(case["case"]), company=company["number"]) == acts
        assert for_others(new_town, who) == [
            ("head", f"/v1/my/notices?country=KZ&company={company['number']}")
        ]


@the_law
def test_a_mandate_tells_of_the_procedures_for_which_it_is(town: Town) -> None:
    sale, founding = town.file(*SALE), str(good(founded(town, person(BUYER)))["case"])
    until = (town.now() + timedelta(days=30)).date().isoformat()
    people = {"principal": person(BUYER), "representative": person(THIRD)}
    body = {"country": "KZ", **people, "until": until, "procedures": ["car_sale"]}
    mandate = good(town.as_(BUYER).post("/v1/mandates", body))["mandate"]
    town.settle()
    assert told(town, BUYER, founding) == ["consent_asked"]
    assert told(town, THIRD, sale, mandate=mandate) == ["consent_asked"]
    assert told(town, THIRD, founding, mandate=mandate) == []
    town.end_mandate(BUYER, mandate)
