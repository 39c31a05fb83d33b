"""A sale is under appeal, and the car is sold on: who buys hears of it, and the appeal can be won all the same."""

from typing import Any

import pytest

from tests.api.test_amendments import act, in_green, path_of, seen
from tests.api.test_life_of_a_case import appealed
from tests.domain.test_amendments import as_owner
from tests.town.caller import good, new_key, problem
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("KZ")

SALE = ("KZ", "car_sale")
REGISTRY = "kz-vehicle-register"
SELLER, BUYER, THIRD, FOURTH = (f"kz-citizen-{n}" for n in (1, 2, 3, 4))
FIRST, SECOND = "kz-vehicle-registration-officer-1", "kz-vehicle-registration-officer-2"
APPEALS, JUDGE, TREASURY = "kz-interior-ministry-appeal-officer-1", "kz-court-judge", "kz-treasury"
WON = {"outcome": "annulled", "reason": "The signature is another's."}


def under_appeal(town: Town) -> str:
    case = town.take_to("completed", *SALE)
    appealed(town, case, SELLER, "I never sold it.")
    return case


def resale(town: Town, case: str, by: str, to: str) -> dict[str, Any]:
    request = {**town.read(case)["request"], "seller": person(by), "buyer": person(to)}
    return {"country": "KZ", "procedure": "car_sale", "request": request}


def obstacles(town: Town, case: str, by: str, to: str) -> list[str]:
    """What a seller hears before they file."""
    found: list[str] = good(town.as_(by).post("/v1/estimates", resale(town, case, by, to)))["obstacles"]
    return found


def filed(town: Town, case: str, by: str, to: str) -> str:
    again = good(town.as_(by).post("/v1/cases", resale(town, case, by, to), key=new_key()))["case"]
    of = town.read(again, to)["request_hash"]
    good(town.as_(to).post(f"/v1/cases/{again}/consents", {"answer": "give", "of": of}))
    paid = {"statement": town.statement(town.read(again, by))}
    good(town.as_(TREASURY).post(f"/v1/cases/{again}/payments", paid))
    good(town.judge(FIRST, again, "assignments"))
    return str(again)


def queued(town: Town, who: str, case: str) -> list[str]:
    (row,) = [each for each in good(town.as_(who).get("/v1/queue"))["items"] if each["case"] == case]
    found: list[str] = row["obstacles"]
    return found


def test_who_buys_what_is_under_appeal_hears_it_before_they_consent_and_the_officer_before_they_decide(
    town: Town,
) -> None:
    case = under_appeal(town)
    estimate = good(town.as_(BUYER).post("/v1/estimates", resale(town, case, BUYER, THIRD)))
    assert estimate["obstacles"] == ["under_appeal"]
    again = filed(town, case, BUYER, THIRD)
    for who in (BUYER, THIRD, FIRST):
        assert town.read(again, who)["obstacles"] == ["under_appeal"]
    assert queued(town, FIRST, again) == ["under_appeal"]
    good(town.judge(APPEALS, case, "appeal-decisions", {"outcome": "upheld", "reason": "They signed it."}))
    for who in (BUYER, THIRD, FIRST):
        assert town.read(again, who)["obstacles"] == []
    assert queued(town, FIRST, again) == []


def test_the_appeal_is_won_and_what_was_registered_since_stands_until_a_court_decides(town: Town) -> None:
    case = under_appeal(town)
    assert town.read(case, APPEALS)["obstacles"] == []
    again = filed(town, case, BUYER, THIRD)
    good(town.judge(FIRST, again, "proposals", {}))
    good(town.judge(SECOND, again, "approvals", {}))
    assert town.read(case, APPEALS)["obstacles"] == ["entry_changed_since"]
    assert queued(town, APPEALS, case) == ["entry_changed_since"]
    assert town.read(case, SELLER)["obstacles"] == ["entry_changed_since"]
    good(town.judge(APPEALS, case, "appeal-decisions", WON))
    path = path_of(town, case)
    stood = seen(town, path, JUDGE)
    assert stood["content"]["owner"] == as_owner(person(THIRD))
    for who in (SELLER, BUYER):
        shown = town.read(case, who)
        assert (shown["stage"], shown["fits"], shown["amendments"][0]["left"]) == (
            "completed",
            [],
            [path.rpartition("/")[2]],
        )
        (step,) = [each for each in shown["next"] if each["who"] == "you"]
        assert (step["what"], "You may turn to" in step["sentence"]) == ("court_left", True)
    told = [each["sentence"] for each in good(town.as_(FIRST).get(f"/v1/cases/{case}/history"))["events"]]
    assert any("over that a court decides, where none has" in each for each in told)
    said = {"of": stood["newest_change"], "content": {**stood["content"], "owner": as_owner(person(SELLER))}}
    good(act(town, JUDGE, path, "corrections", {**said, "reason": "Judgement of 3 March."}))
    assert seen(town, path)["content"]["owner"] == as_owner(person(SELLER))
    report = good(town.as_("kz-auditor").get("/v1/audit/verification"))
    assert report["failures"] == []


def given_by_a_court(town: Town, case: str, to: str) -> str:
    """The entry, which a court corrected: the car is theirs."""
    path = path_of(town, case)
    found = seen(town, path, JUDGE)
    content = {**found["content"], "owner": as_owner(person(to))}
    said = {"of": found["newest_change"], "content": content, "reason": "Judgement of 3 March."}
    good(act(town, JUDGE, path, "corrections", said))
    return path


def test_two_officers_do_not_undo_what_a_court_decided(town: Town) -> None:
    path = given_by_a_court(town, town.take_to("completed", *SALE), THIRD)
    found = seen(town, path)
    said = {"of": found["newest_change"], "reason": "Our error."}
    content = {**found["content"], "owner": as_owner(person(BUYER))}
    for what, body in (
        ("correction-proposals", {**said, "content": content}),
        ("annulment-proposals", said),
    ):
        assert problem(act(town, FIRST, path, what, body)) == (409, "court_decided")


def test_an_appeal_that_is_won_does_not_undo_it_either(town: Town) -> None:
    case = under_appeal(town)
    path = given_by_a_court(town, case, THIRD)
    assert town.read(case, APPEALS)["obstacles"] == ["entry_changed_since"]
    assert queued(town, APPEALS, case) == ["entry_changed_since"]
    good(town.judge(APPEALS, case, "appeal-decisions", WON))
    assert seen(town, path)["content"]["owner"] == as_owner(person(THIRD))
    for who in (SELLER, BUYER, FIRST):
        assert "court_left" not in awaited(town, case, who), "what was left is what a court decided"
    assert sentence(town, SELLER, case, "entry_left").startswith("A court has decided over what")
    assert good(town.as_("kz-auditor").get("/v1/audit/verification"))["failures"] == []


def test_who_bought_it_on_and_lost_before_a_court_does_not_win_it_back_by_an_appeal(town: Town) -> None:
    case = under_appeal(town)
    again = filed(town, case, BUYER, THIRD)
    good(town.judge(FIRST, again, "proposals", {}))
    good(town.judge(SECOND, again, "approvals", {}))
    good(town.judge(APPEALS, case, "appeal-decisions", WON))
    path = given_by_a_court(town, case, SELLER)
    change = town.change(REGISTRY, "KZ", path.rpartition("/")[2])
    assert change is not None
    receipt = town.receipt("KZ", REGISTRY, "vehicles", change)
    good(town.as_(REGISTRY).post("/v1/feeds/kz/receipts", {"receipts": [receipt]}))
    good(
        town.as_(THIRD).post(
            f"/v1/cases/{again}/appeals", {"of": town.read(again, THIRD)["ending"]["of"], "reason": "I paid."}
        )
    )
    good(town.judge(APPEALS, again, "appeal-decisions", WON))
    assert seen(town, path)["content"]["owner"] == as_owner(person(SELLER))


def test_who_has_the_car_by_now_decides_no_appeal_over_it(town: Town) -> None:
    case = under_appeal(town)
    given_by_a_court(town, case, APPEALS)
    for outcome in ("upheld", "annulled"):
        said = {"outcome": outcome, "reason": "It is mine."}
        assert problem(town.judge(APPEALS, case, "appeal-decisions", said)) == (403, "party_to_this_case")


def test_a_judge_whose_car_it_is_annuls_nothing_by_the_case(town: Town) -> None:
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    found = seen(town, path)
    said = {"of": found["newest_change"], "reason": "It is the judge's."}
    content = {**found["content"], "owner": as_owner(person(JUDGE))}
    good(act(town, FIRST, path, "correction-proposals", {**said, "content": content}))
    good(act(town, SECOND, path, "corrections", {"of": seen(town, path)["proposal"]["event"]}))
    assert problem(town.judge(JUDGE, case, "annulments", {"reason": "No."})) == (403, "party_to_this_case")


def offered_to(town: Town, case: str, buyer: str) -> str:
    """The car is being sold on to them, and they have said yes."""
    again = good(town.as_(BUYER).post("/v1/cases", resale(town, case, BUYER, buyer), key=new_key()))["case"]
    of = town.read(again, BUYER)["request_hash"]
    good(town.as_(buyer).post(f"/v1/cases/{again}/consents", {"answer": "give", "of": of}))
    return str(again)


def test_who_is_about_to_buy_it_decides_no_appeal_over_it(town: Town) -> None:
    case = under_appeal(town)
    again = offered_to(town, case, APPEALS)
    for outcome in ("upheld", "annulled"):
        said = {"outcome": outcome, "reason": "I buy it."}
        assert problem(town.judge(APPEALS, case, "appeal-decisions", said)) == (403, "party_to_this_case")
    good(town.judge(BUYER, again, "withdrawals"))
    good(town.judge(APPEALS, case, "appeal-decisions", WON))
    assert good(town.as_("kz-auditor").get("/v1/audit/verification"))["failures"] == []


def test_a_judge_who_is_about_to_buy_it_annuls_nothing_by_the_case_or_the_entry(town: Town) -> None:
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    offered_to(town, case, JUDGE)
    assert problem(town.judge(JUDGE, case, "annulments", {"reason": "No."})) == (403, "party_to_this_case")
    said = {"of": seen(town, path)["newest_change"], "reason": "No."}
    assert problem(act(town, JUDGE, path, "annulments", said)) == (403, "party_to_this_case")


def test_an_arrest_is_shown_to_who_decides_the_appeal_and_to_the_parties(town: Town) -> None:
    case = under_appeal(town)
    path = path_of(town, case)
    arrest = {"kind": "arrest", "reference": None}
    good(town.as_("kz-bailiffs-officer").post(f"{path}/restrictions", arrest))
    assert town.read(case, APPEALS)["obstacles"] == ["restricted:arrest"]
    assert queued(town, APPEALS, case) == ["restricted:arrest"]
    assert town.read(case, SELLER)["obstacles"] == ["restricted"]
    refused = town.judge(APPEALS, case, "appeal-decisions", WON)
    assert problem(refused) == (409, "entry_restricted")


def test_who_loses_the_car_by_anothers_appeal_is_told_the_truth_and_which_court_is_open(town: Town) -> None:
    case = under_appeal(town)
    good(town.judge(APPEALS, case, "appeal-decisions", WON))
    (step,) = [each for each in town.read(case, BUYER)["next"] if each["what"] == "court_annulled"]
    assert step["sentence"].startswith("What was registered was annulled. You may turn to the court: ")
    assert "court" not in {each["what"] for each in town.read(case, SELLER)["next"] if each["who"] == "you"}
    of = {"of": town.read(case, BUYER)["ending"]["of"], "reason": "I paid."}
    refused = town.as_(BUYER).post(f"/v1/cases/{case}/appeals", of)
    assert problem(refused) == (409, "annulled_already")
    assert "time to appeal" not in refused.json()["detail"]
    told = {who: notices(town, who, case) for who in (SELLER, BUYER)}
    assert "annulled_court" in told[BUYER]
    assert {"annulled", "annulled_court"}.isdisjoint(told[SELLER])
    assert "appeal_annulled" in told[SELLER]


def notices(town: Town, who: str, case: str) -> list[str]:
    items = good(town.as_(who).get("/v1/my/notices", country="KZ", limit=100))["items"]
    return [each["what"] for each in items if each["case"] == case]


def test_who_buys_what_a_registry_objected_to_or_an_officer_wants_corrected_hears_it_too(town: Town) -> None:
    """Nobody has to wait for it; but nobody pays without knowing."""
    case = town.take_to("approved", *SALE)
    path = path_of(town, case)
    objection = town.objection("KZ", REGISTRY, "vehicles", seen(town, path)["newest_change"], "plate_unknown")
    good(town.as_(REGISTRY).post("/v1/feeds/kz/objections", {"objections": [objection]}))
    estimate = good(town.as_(BUYER).post("/v1/estimates", resale(town, case, BUYER, THIRD)))
    assert estimate["obstacles"] == ["entry_objected"]
    said = {"of": seen(town, path)["newest_change"], "reason": "The clerk took the wrong plate."}
    good(act(town, FIRST, path, "annulment-proposals", said))
    estimate = good(town.as_(BUYER).post("/v1/estimates", resale(town, case, BUYER, THIRD)))
    assert estimate["obstacles"] == ["entry_objected", "amendment_proposed"]
    again = filed(town, case, BUYER, THIRD)
    for who in (BUYER, THIRD, FIRST):
        assert town.read(again, who)["obstacles"] == ["entry_objected", "amendment_proposed"]
    assert queued(town, FIRST, again) == ["entry_objected", "amendment_proposed"]


def test_once_the_proposal_is_dropped_nobody_hears_of_it(town: Town) -> None:
    """An officer took the wrong car; the second one says no, and finds nothing of it in the queue any more."""
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    said = {"of": seen(town, path)["newest_change"], "reason": "Another car was meant."}
    good(act(town, FIRST, path, "annulment-proposals", said))
    assert obstacles(town, case, BUYER, THIRD) == ["amendment_proposed"]
    no = {"of": seen(town, path)["proposal"]["event"], "reason": "It is the right car."}
    version = good(act(town, SECOND, path, "dropped-proposals", no))["version"]
    found = seen(town, path)
    assert (found["proposal"], found["version"]) == (None, version)
    assert obstacles(town, case, BUYER, THIRD) == []
    waiting = good(town.as_(SECOND).get("/v1/queue", waits_for="annulment"))["items"]
    assert [each for each in waiting if path.endswith(each["entry"])] == []
    assert problem(act(town, SECOND, path, "annulments", {"of": no["of"]})) == (409, "amendment_not_proposed")
    assert good(town.as_("kz-auditor").get("/v1/audit/verification"))["failures"] == []


def won_after_it_was_sold_on(town: Town) -> tuple[str, str]:
    """The seller wins; by then the car is the third's. The first sale, and the second."""
    case = under_appeal(town)
    again = filed(town, case, BUYER, THIRD)
    approved(town, again)
    good(town.judge(APPEALS, case, "appeal-decisions", WON))
    return case, again


def approved(town: Town, case: str) -> None:
    good(town.judge(FIRST, case, "proposals", {}))
    good(town.judge(SECOND, case, "approvals", {}))


def given_to(town: Town, case: str, who: str) -> None:
    """A court says whose the car is."""
    path = path_of(town, case)
    stood = seen(town, path, JUDGE)
    said = {"of": stood["newest_change"], "content": {**stood["content"], "owner": as_owner(person(who))}}
    good(act(town, JUDGE, path, "corrections", {**said, "reason": "Judgement of 3 March."}))


def test_who_buys_what_a_won_appeal_left_hears_of_it_until_a_court_has_decided(town: Town) -> None:
    case, _ = won_after_it_was_sold_on(town)
    assert obstacles(town, case, THIRD, FOURTH) == ["court_may_decide"]
    third = filed(town, case, THIRD, FOURTH)
    for who in (THIRD, FOURTH, FIRST):
        assert town.read(third, who)["obstacles"] == ["court_may_decide"]
    assert queued(town, FIRST, third) == ["court_may_decide"]
    given_to(town, case, SELLER)
    for who in (THIRD, FOURTH, FIRST):
        assert town.read(third, who)["obstacles"] == ["not_the_owner"]
    assert queued(town, FIRST, third) == ["not_the_owner"]
    assert obstacles(town, case, SELLER, FOURTH) == []


def test_so_does_each_who_buys_it_after_them(town: Town) -> None:
    case, _ = won_after_it_was_sold_on(town)
    approved(town, filed(town, case, THIRD, FOURTH))
    assert obstacles(town, case, FOURTH, BUYER) == ["court_may_decide"]
    given_to(town, case, SELLER)
    assert obstacles(town, case, SELLER, FOURTH) == []
    approved(town, filed(town, case, SELLER, FOURTH))
    assert obstacles(town, case, FOURTH, BUYER) == [], "a court has decided, whoever bought it from there"


def test_while_the_appeal_is_open_each_of_them_hears_of_that(town: Town) -> None:
    case = under_appeal(town)
    approved(town, filed(town, case, BUYER, THIRD))
    assert obstacles(town, case, THIRD, FOURTH) == ["under_appeal"]
    third = filed(town, case, THIRD, FOURTH)
    for who in (THIRD, FOURTH, FIRST):
        assert town.read(third, who)["obstacles"] == ["under_appeal"]
    assert queued(town, FIRST, third) == ["under_appeal"]
    good(town.judge(APPEALS, case, "appeal-decisions", {"outcome": "upheld", "reason": "They signed it."}))
    assert obstacles(town, case, THIRD, FOURTH) == []


def test_what_a_court_annulled_reads_as_the_court_says(town: Town) -> None:
    """The sale that was appealed against is how it reads again: by a court, which knew of the appeal."""
    case, again = won_after_it_was_sold_on(town)
    path = path_of(town, case)
    said = {"of": seen(town, path, JUDGE)["newest_change"], "reason": "Judgement of 3 March."}
    good(act(town, JUDGE, path, "annulments", said))
    assert seen(town, path)["content"]["owner"] == as_owner(person(BUYER))
    assert obstacles(town, case, BUYER, FOURTH) == []
    assert "court_left" not in awaited(town, case, SELLER)
    assert town.read(again, THIRD)["amendments"][0]["what"] == "annulment"


def test_a_car_that_a_court_gave_back_before_the_appeal_was_won_is_in_no_doubt_also_once_it_is_sold(
    town: Town,
) -> None:
    """One answer for who buys it and for who buys it from them: the court has decided."""
    case = under_appeal(town)
    given_to(town, case, SELLER)
    good(town.judge(APPEALS, case, "appeal-decisions", WON))
    assert obstacles(town, case, SELLER, FOURTH) == []
    again = filed(town, case, SELLER, FOURTH)
    for who in (SELLER, FOURTH, FIRST):
        assert town.read(again, who)["obstacles"] == []
    approved(town, again)
    assert obstacles(town, case, FOURTH, THIRD) == []
    for who in (SELLER, BUYER, FIRST):
        assert "court_left" not in awaited(town, case, who)
    assert "registered since" not in sentence(town, SELLER, case, "entry_left")


def test_nor_is_it_while_that_appeal_is_open(town: Town) -> None:
    case = under_appeal(town)
    given_to(town, case, SELLER)
    assert obstacles(town, case, SELLER, FOURTH) == []
    approved(town, filed(town, case, SELLER, FOURTH))
    assert obstacles(town, case, FOURTH, THIRD) == []


def test_an_office_that_annuls_for_its_own_error_has_decided_nothing(town: Town) -> None:
    case, _ = won_after_it_was_sold_on(town)
    path = path_of(town, case)
    good(act(town, FIRST, path, "annulment-proposals", {"of": newest(town, path), "reason": "Another car."}))
    assert obstacles(town, case, THIRD, FOURTH) == ["court_may_decide", "amendment_proposed"]
    good(act(town, SECOND, path, "annulments", {"of": seen(town, path)["proposal"]["event"]}))
    assert seen(town, path)["content"]["owner"] == as_owner(person(BUYER))
    assert obstacles(town, case, BUYER, FOURTH) == ["court_may_decide"]
    assert "court_left" in awaited(town, case, SELLER)


def test_once_a_court_has_decided_nobody_is_told_that_it_has_to(town: Town) -> None:
    case, _ = won_after_it_was_sold_on(town)
    for who in (SELLER, BUYER, FIRST):
        assert "court_left" in awaited(town, case, who)
    for who in (SELLER, BUYER):
        assert sentence(town, who, case, "entry_left").endswith(
            "stays as it reads until a court decides over it."
        )
    given_to(town, case, SELLER)
    for who in (SELLER, BUYER, FIRST, "kz-auditor"):
        assert {"court_left", "court_annulled"}.isdisjoint(awaited(town, case, who))
    for who in (SELLER, BUYER):
        assert sentence(town, who, case, "entry_left").startswith("A court has decided over what")
    assert town.read(case, SELLER)["amendments"][0]["left"], "what the annulment left stays told"


def newest(town: Town, path: str) -> str:
    return str(seen(town, path)["newest_change"])


def awaited(town: Town, case: str, who: str) -> set[str]:
    return {each["what"] for each in town.read(case, who)["next"]}


def sentence(town: Town, who: str, case: str, what: str) -> str:
    items = good(town.as_(who).get("/v1/my/notices", country="KZ", limit=100))["items"]
    (found,) = [each for each in items if (each["case"], each["what"]) == (case, what)]
    return str(found["sentence"])


# --- after a won appeal the entry is amended again --------------------------------------------------------------


def by_two_officers(town: Town, case: str, to: str) -> None:
    """They say that the car is this one's, and that the entry was their error."""
    path = path_of(town, case)
    stood = seen(town, path)
    content = {**stood["content"], "owner": as_owner(person(to))}
    said = {"of": stood["newest_change"], "content": content, "reason": "We took the wrong car."}
    good(act(town, FIRST, path, "correction-proposals", said))
    good(act(town, SECOND, path, "corrections", {"of": seen(town, path)["proposal"]["event"]}))


def mine(town: Town, case: str, who: str) -> list[tuple[str, str]]:
    """What the caller is told that they may do themselves."""
    return [(each["what"], each["sentence"]) for each in town.read(case, who)["next"] if each["who"] == "you"]


def told_of_entries(town: Town, who: str) -> list[tuple[str, str]]:
    town.settle()
    items = good(town.as_(who).get("/v1/my/notices", country="KZ", limit=100))["items"]
    return [(each["what"], each["sentence"]) for each in items if each["entry"]]


def test_once_a_court_gave_the_car_to_who_lost_the_appeal_nobody_is_told_that_it_is_open(town: Town) -> None:
    case = under_appeal(town)
    good(town.judge(APPEALS, case, "appeal-decisions", WON))
    assert "court_annulled" in awaited(town, case, BUYER)
    given_to(town, case, BUYER)
    for who in (SELLER, BUYER, FIRST, "kz-auditor"):
        assert not any(what.startswith("court") for what in awaited(town, case, who))
    what, said = told_of_entries(town, SELLER)[0]
    assert what == "entry_left_out_by_court"
    assert said.startswith("A court decided over something")
    assert "you may turn to the court: " in said
    assert "office" not in said


def test_who_lost_their_appeal_and_has_it_by_a_court_is_not_told_to_turn_to_one(town: Town) -> None:
    case = under_appeal(town)
    good(town.judge(APPEALS, case, "appeal-decisions", {"outcome": "upheld", "reason": "They signed it."}))
    assert "court" in awaited(town, case, SELLER)
    given_to(town, case, SELLER)
    assert "court" not in awaited(town, case, SELLER)


def test_who_won_and_lost_it_again_by_two_officers_is_told_of_the_court_and_who_has_it_is_not(
    town: Town,
) -> None:
    case = under_appeal(town)
    good(town.judge(APPEALS, case, "appeal-decisions", WON))
    by_two_officers(town, case, BUYER)
    ((what, said),) = mine(town, case, SELLER)
    assert what == "court_alone"
    assert said.startswith("The office corrected or annulled what had been registered for you")
    assert mine(town, case, BUYER) == []
    assert [each["what"] for each in town.read(case, BUYER)["next"]] == []
    assert awaited(town, case, FIRST) == {"court_alone"}
    of = {"of": town.read(case, SELLER)["ending"]["of"], "reason": "I won."}
    refused = town.as_(SELLER).post(f"/v1/cases/{case}/appeals", of)
    assert problem(refused) == (409, "annulled_already")
    what, said = told_of_entries(town, SELLER)[0]
    assert what == "entry_left_out_by_office"
    assert "you may turn to the court: " in said
    given_to(town, case, SELLER)
    for who in (SELLER, BUYER, FIRST):
        assert awaited(town, case, who) == set(), "a court has decided"


def test_who_is_given_it_back_by_the_office_too_has_nothing_left_to_ask(town: Town) -> None:
    case = under_appeal(town)
    good(town.judge(APPEALS, case, "appeal-decisions", WON))
    by_two_officers(town, case, BUYER)
    town.settle()
    path = path_of(town, case)
    stood = seen(town, path)
    content = {**stood["content"], "owner": as_owner(person(SELLER))}
    said = {"of": stood["newest_change"], "content": content, "reason": "It was right."}
    third = "kz-vehicle-registration-supervisor"
    good(act(town, third, path, "correction-proposals", said))
    good(act(town, FIRST, path, "corrections", {"of": seen(town, path)["proposal"]["event"]}))
    assert [what for what, _ in mine(town, case, SELLER)] == []
    assert [what for what, _ in mine(town, case, BUYER)] == ["court_alone"]


def test_where_the_office_mends_another_thing_who_lost_the_appeal_still_has_the_court(town: Town) -> None:
    case = under_appeal(town)
    good(town.judge(APPEALS, case, "appeal-decisions", WON))
    path = path_of(town, case)
    stood = seen(town, path)
    said = {"of": stood["newest_change"], "content": in_green(stood), "reason": "It is green."}
    good(act(town, FIRST, path, "correction-proposals", said))
    good(act(town, SECOND, path, "corrections", {"of": seen(town, path)["proposal"]["event"]}))
    assert [what for what, _ in mine(town, case, BUYER)] == ["court_annulled"]
    assert mine(town, case, SELLER) == []
