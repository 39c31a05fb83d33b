"""A mandate over HTTP: given, used, ended; nobody learns of another's, and nothing is done by one that is over."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.town.caller import good, new_key, problem
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("KZ", "TR")

SELLER, BUYER, OTHER, STRANGER = (f"kz-citizen-{n}" for n in (1, 2, 3, 4))
OFFICE = "kz-vehicle-registration"
SALE = ("KZ", "car_sale")


def of(principal: str, representative: str = OTHER, **more: Any) -> dict[str, Any]:
    """The body of a mandate for the next months."""
    return {
        "country": "KZ",
        "principal": person(principal),
        "representative": person(representative),
        "until": "2027-06-30",
        **more,
    }


@pytest.fixture
def mandates(town: Town) -> Iterator[list[tuple[str, str]]]:
    """(who gave it, its id) of those that the test gives; they are ended afterwards, as the town is shared."""
    given: list[tuple[str, str]] = []
    yield given
    for principal, mandate in given:
        town.end_mandate(principal, mandate)


@pytest.fixture
def give(town: Town, mandates: list[tuple[str, str]]) -> Any:
    """Give a mandate: what is answered."""

    def given(principal: str, representative: str = OTHER, **more: Any) -> dict[str, Any]:
        until = (town.now() + timedelta(days=90)).date().isoformat()
        answer = town.as_(principal).post("/v1/mandates", of(principal, representative, until=until, **more))
        assert answer.status_code == 201, answer.text
        mandates.append((principal, answer.json()["mandate"]))
        return good(answer)

    return given


def by(mandate: dict[str, Any]) -> dict[str, Any]:
    """How an act says by what it is done."""
    return {"as": mandate["as"], "mandate": mandate["mandate"]}


# --- given, shown, ended ----------------------------------------------------------------------------------


def test_both_see_it_and_it_names_the_other_without_a_number(town: Town, give: Any) -> None:
    mandate = give(SELLER, procedures=["car_sale"], further=["withdraw"])
    town.settle()
    for who, side in ((SELLER, "principal"), (OTHER, "representative")):
        answer = town.as_(who).get("/v1/my/mandates", country="KZ")
        (shown,) = [m for m in good(answer)["items"] if m["mandate"] == mandate["mandate"]]
        assert shown["you_are"] == side
        assert shown["is_live"]
        assert shown["principal"]["surname"] == "Example"
        assert person(SELLER)["personal_number"]["number"] not in answer.text
        assert person(OTHER)["personal_number"]["number"] not in answer.text


def test_the_same_mandate_again_is_answered_again(town: Town, give: Any) -> None:
    first = give(SELLER)
    assert give(SELLER) == first
    other = town.as_(SELLER).post("/v1/mandates", of(SELLER, procedures=["car_sale"]))
    assert problem(other) == (409, "mandate_exists")


def test_nobody_learns_of_the_mandates_of_others(town: Town, give: Any) -> None:
    mandate = give(SELLER)["mandate"]
    town.settle()
    assert good(town.as_(STRANGER).get("/v1/my/mandates", country="KZ"))["items"] == []
    for who in (STRANGER, BUYER, f"{OFFICE}-officer-1", "kz-treasury", "tr-citizen-1"):
        refused = town.as_(who).delete(f"/v1/mandates/{mandate}", seen=1)
        nothing = town.as_(who).delete(f"/v1/mandates/{uuid4()}", seen=1)
        assert problem(refused) == problem(nothing) == (404, "not_found")
    refused = town.as_(STRANGER).post(
        "/v1/cases",
        {**town.filing(*SALE), "acting": {"as": "mandate", "mandate": mandate}},
        key=new_key(),
    )
    unknown = town.as_(STRANGER).post(
        "/v1/cases",
        {**town.filing(*SALE), "acting": {"as": "mandate", "mandate": str(uuid4())}},
        key=new_key(),
    )
    assert problem(refused) == problem(unknown) == (422, "invalid_request")
    assert refused.json()["errors"] == unknown.json()["errors"]


def test_a_mandate_is_given_by_people_for_themselves(town: Town) -> None:
    assert problem(town.as_("kz-treasury").post("/v1/mandates", of(SELLER))) == (403, "mandates_by_people")
    refused = town.as_(STRANGER).post("/v1/mandates", of(SELLER))
    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("/principal/personal_number", "principal_is_another")
    ]
    assert problem(town.anybody.post("/v1/mandates", of(SELLER)))[0] == 401


@pytest.mark.parametrize("who", [SELLER, OTHER])
def test_either_ends_it_and_twice_is_once(town: Town, give: Any, who: str) -> None:
    mandate = give(SELLER)
    for _ in range(2):
        answer = town.as_(who).delete(f"/v1/mandates/{mandate['mandate']}", seen=mandate["version"])
        assert (answer.status_code, answer.content) == (204, b"")
    town.settle()
    (shown,) = good(town.as_(SELLER).get("/v1/my/mandates", country="KZ"))["items"]
    assert not shown["is_live"]
    assert shown["ended_by"] == ("principal" if who == SELLER else "representative")


def test_an_end_that_is_sent_again_does_not_end_the_next_mandate(town: Town, give: Any) -> None:
    """It has the same id, so an end says which version it saw; the answer to the first may be lost."""
    first = give(SELLER)
    path, representative = f"/v1/mandates/{first['mandate']}", town.as_(OTHER)
    assert problem(representative.delete(path)) == (428, "if_match_missing")
    for _ in range(2):
        assert representative.delete(path, seen=first["version"]).status_code == 204
    second = give(SELLER, procedures=["car_sale"])
    assert second["mandate"] == first["mandate"]
    late = representative.delete(path, seen=first["version"])
    assert (problem(late), late.json()["version"]) == ((412, "stale_version"), second["version"])
    town.settle()
    (shown,) = good(town.as_(SELLER).get("/v1/my/mandates", country="KZ"))["items"]
    assert shown["is_live"]
    assert representative.delete(path, seen=second["version"]).status_code == 204
    assert representative.delete(path, seen=first["version"]).status_code == 204  # nothing stands


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"until": "2026-02-30"}, "/until", "no_such_day"),
        ({"until": "2099-01-01"}, "/until", "mandate_too_long"),
        ({"since": "2020-01-01"}, "/since", "day_is_over"),
        ({"procedures": ["marriage"]}, "/procedures/0", "unknown_procedure"),
        ({"further": ["sell"]}, "/further/0", None),
        ({"representative": person(SELLER)}, "/representative", "mandate_to_oneself"),
        ({"more": 1}, "/more", None),
    ],
)
def test_what_is_wrong_is_named_by_its_place(
    town: Town, more: dict[str, Any], pointer: str, code: str | None
) -> None:
    refused = town.as_(SELLER).post("/v1/mandates", {**of(SELLER), **more})
    assert refused.status_code == 422, refused.text
    (fault,) = refused.json()["errors"]
    assert fault["pointer"] == pointer
    assert code in (None, fault["code"])


def test_what_is_not_kept_or_no_member_is_said(town: Town) -> None:
    for country, code in (("UZ", "not_kept_here"), ("DE", "not_a_member")):
        refused = town.as_(SELLER).post("/v1/mandates", {**of(SELLER), "country": country})
        assert problem(refused)[1] == code


# --- acting by it -----------------------------------------------------------------------------------------


def test_a_car_is_sold_and_bought_by_who_has_a_mandate(town: Town, give: Any) -> None:
    sells, buys = give(SELLER, further=["withdraw"]), give(BUYER, STRANGER)
    body = {**town.filing(*SALE), "acting": by(sells)}
    filed = good(town.as_(OTHER).post("/v1/cases", body, key=new_key()))
    path = f"/v1/cases/{filed['case']}"
    assert filed["acts_for"] == [{"party": "p1", "as": "mandate"}]
    assert filed["timeline"][0]["for"] == {"party": "p1", "as": "mandate"}

    seen = good(town.as_(STRANGER).get(path))
    assert seen["you_are"] == "buyer"
    assert seen["request"]["seller"].keys() == {"surname", "given_names"}
    said = {"answer": "give", "of": filed["request_hash"], "acting": by(buys)}
    consented = good(town.as_(STRANGER).post(f"{path}/consents", said))
    assert consented["consents"][0]["answer"] == "given"
    revoked = {**said, "answer": "revoke"}
    assert problem(town.as_(STRANGER).post(f"{path}/consents", revoked)) == (403, "mandate_does_not_reach")

    history = good(town.as_(OTHER).get(f"{path}/history"))["events"]
    assert history[0]["actor"] == {"id": "a1", "role": "applicant", "for": {"party": "p1", "as": "mandate"}}
    assert sells["mandate"] not in str(history)
    withdrawn = town.as_(OTHER).post(f"{path}/withdrawals", {"acting": by(sells)}, seen=consented["version"])
    assert good(withdrawn)["stage"] == "withdrawn"


@pytest.mark.parametrize("said", [True, False])
@pytest.mark.parametrize("who", [BUYER, OTHER])
def test_what_a_filing_answers_is_the_case_as_they_read_it(
    town: Town, give: Any, who: str, *, said: bool
) -> None:
    """Whoever files it by a mandate, a party or not; and no act is told that the mandate keeps back."""
    mandate = give(SELLER, who)
    body = town.filing(*SALE) | ({"acting": by(mandate)} if said else {})
    filed = good(town.as_(who).post("/v1/cases", body, key=new_key()))
    assert {"party": "p1", "as": "mandate"} in filed["acts_for"]
    assert "WithdrawCase" not in filed["fits"]
    town.settle()
    assert filed == good(town.as_(who).get(f"/v1/cases/{filed['case']}"))


def test_what_an_act_answers_a_party_with_a_mandate_is_the_case_as_they_read_it(
    town: Town, give: Any
) -> None:
    give(SELLER, BUYER)
    case = town.file(*SALE)
    said = {"answer": "give", "of": town.read(case)["request_hash"]}
    answer = good(town.as_(BUYER).post(f"/v1/cases/{case}/consents", said))
    assert [each["party"] for each in answer["acts_for"]] == ["p2", "p1"]
    town.settle()
    assert answer == good(town.as_(BUYER).get(f"/v1/cases/{case}"))


def test_an_ended_mandate_does_nothing_and_shows_nothing(town: Town, give: Any) -> None:
    mandate = give(BUYER)
    case = town.file(*SALE)
    path = f"/v1/cases/{case}"
    assert good(town.as_(OTHER).get(path))["you_are"] == "buyer"
    said = {"answer": "give", "of": town.read(case)["request_hash"], "acting": by(mandate)}
    assert (
        town.as_(BUYER).delete(f"/v1/mandates/{mandate['mandate']}", seen=mandate["version"]).status_code
        == 204
    )
    assert problem(town.as_(OTHER).post(f"{path}/consents", said)) == (404, "not_found")
    for what in ("", "/history"):
        assert problem(town.as_(OTHER).get(path + what)) == (404, "not_found")
    assert town.read(case)["consents"][0]["answer"] == "open"


def test_who_filed_by_a_mandate_that_is_over_sees_the_case_no_more(town: Town, give: Any) -> None:
    mandate = give(SELLER)
    body, key = {**town.filing(*SALE), "acting": by(mandate)}, new_key()
    filed = good(town.as_(OTHER).post("/v1/cases", body, key=key))
    assert good(town.as_(OTHER).post("/v1/cases", body, key=key)) == filed
    assert (
        town.as_(SELLER).delete(f"/v1/mandates/{mandate['mandate']}", seen=mandate["version"]).status_code
        == 204
    )
    assert problem(town.as_(OTHER).get(f"/v1/cases/{filed['case']}")) == (404, "not_found")
    again = good(town.as_(OTHER).post("/v1/cases", body, key=key))  # it is on the disk: that much is said
    assert {**again, "fits": []} == {name: filed[name] for name in ("case", "stage", "version")} | {
        "fits": []
    }
    assert good(town.as_(SELLER).get(f"/v1/cases/{filed['case']}"))["you_are"] == "seller"


def test_a_mandate_for_births_sells_no_car(town: Town, mandates: list[tuple[str, str]]) -> None:
    """A mandate of one country says nothing in another, and one for a procedure nothing of others."""
    until = (town.now() + timedelta(days=30)).date().isoformat()
    parent, agent = "tr-citizen-1", "tr-citizen-3"
    body = {
        "country": "TR",
        "principal": person(parent),
        "representative": person(agent),
        "procedures": ["birth_certificate"],
        "further": ["withdraw"],
        "until": until,
    }
    mandate = good(town.as_(parent).post("/v1/mandates", body))
    mandates.append((parent, mandate["mandate"]))
    seller = person(parent)
    sale = {**town.filing(*SALE, seller=seller), "acting": by(mandate)}
    refused = town.as_(agent).post("/v1/cases", sale, key=new_key())
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("/acting/mandate", "mandate_does_not_hold")
    ]
    birth = good(
        town.as_(agent).post(
            "/v1/cases", {**town.filing("TR", "birth_certificate"), "acting": by(mandate)}, key=new_key()
        )
    )
    withdrawn = town.as_(agent).post(f"/v1/cases/{birth['case']}/withdrawals", {}, seen=birth["version"])
    assert good(withdrawn)["stage"] == "withdrawn"


def test_two_at_once_end_it_and_act_by_it(town: Town, give: Any) -> None:
    """Either the consent came first and counts, or the end did and there is none: never half of either."""
    for _ in range(10):
        mandate = give(BUYER)
        case = town.file(*SALE)
        said = {"answer": "give", "of": town.read(case)["request_hash"], "acting": by(mandate)}
        with ThreadPoolExecutor(2) as both:
            acted = both.submit(town.as_(OTHER).post, f"/v1/cases/{case}/consents", said)
            path, seen = f"/v1/mandates/{mandate['mandate']}", mandate["version"]
            ended = both.submit(town.as_(BUYER).delete, path, seen=seen)
        assert ended.result().status_code == 204
        is_given = town.read(case)["consents"][0]["answer"] == "given"
        assert acted.result().status_code == (200 if is_given else 404)
        assert problem(town.as_(OTHER).post(f"/v1/cases/{case}/consents", said)) == (404, "not_found")


def test_who_has_a_mandate_finds_the_cases_that_it_is_for(town: Town, give: Any) -> None:
    mandate = give(BUYER, procedures=["car_sale"])["mandate"]
    case = town.file(*SALE)
    town.settle()
    mine = {"country": "KZ", "mandate": mandate, "limit": 100}
    assert case in [each["case"] for each in good(town.as_(OTHER).get("/v1/cases", **mine))["items"]]
    assert case not in [
        each["case"] for each in good(town.as_(OTHER).get("/v1/cases", country="KZ"))["items"]
    ]
    for who in (STRANGER, BUYER):
        assert problem(town.as_(who).get("/v1/cases", **mine)) == (404, "not_found")
    town.end_mandate(BUYER, mandate)
    assert problem(town.as_(OTHER).get("/v1/cases", **mine)) == (404, "not_found")


# --- who judges -------------------------------------------------------------------------------------------


def test_an_officer_with_a_mandate_of_a_party_is_kept_out_in_each_role(town: Town, give: Any) -> None:
    """By the number of the human, whatever the mandate is for; also as the one to whom a case is given."""
    officer, supervisor = f"{OFFICE}-officer-1", f"{OFFICE}-supervisor"
    case = town.take_to("in_review", *SALE)
    mandate = give(BUYER, officer, procedures=["car_sale"])
    seen = int(town.read(case)["version"])
    for what in ("assignments", "proposals", "approvals"):
        refused = town.as_(officer).post(f"/v1/cases/{case}/{what}", {}, seen=seen)
        assert problem(refused) == (403, "party_to_this_case"), what
    assert (
        town.as_(BUYER).delete(f"/v1/mandates/{mandate['mandate']}", seen=mandate["version"]).status_code
        == 204
    )
    good(town.judge(officer, case, "assignments"))
    mine = str(town.read(case)["officer"])
    give(BUYER, officer)
    refused = town.judge(supervisor, case, "assignments", {"officer": mine})
    assert problem(refused) == (403, "officer_is_party")


def test_an_officer_who_filed_for_a_party_judges_it_no_more_when_the_mandate_is_over(
    town: Town, give: Any
) -> None:
    officer = f"{OFFICE}-officer-1"
    mandate = give(SELLER, officer)
    body = {**town.filing(*SALE), "acting": by(mandate)}
    case = str(good(town.as_(officer).post("/v1/cases", body, key=new_key()))["case"])
    assert (
        town.as_(SELLER).delete(f"/v1/mandates/{mandate['mandate']}", seen=mandate["version"]).status_code
        == 204
    )
    town.complete(case)
    refused = town.as_(officer).post(
        f"/v1/cases/{case}/assignments", {}, seen=int(town.read(case)["version"])
    )
    assert problem(refused) == (403, "party_to_this_case")
    good(town.judge(f"{OFFICE}-officer-2", case, "assignments"))


def test_an_officer_with_a_mandate_of_a_party_is_not_at_the_counter_for_it(town: Town, give: Any) -> None:
    officer = f"{OFFICE}-officer-1"
    give(SELLER, officer)
    paper = {"as": "counter", "on_paper": town.upload(town.as_(officer), "KZ")}
    refused = town.as_(officer).post("/v1/cases", {**town.filing(*SALE), "acting": paper}, key=new_key())
    assert problem(refused) == (403, "party_to_this_case")


# --- what is left of it -----------------------------------------------------------------------------------


def test_a_log_with_mandates_verifies_and_its_rows_are_made_again(town: Town, give: Any) -> None:
    mandate = give(SELLER)
    good(town.as_(OTHER).post("/v1/cases", {**town.filing(*SALE), "acting": by(mandate)}, key=new_key()))
    assert (
        town.as_(SELLER).delete(f"/v1/mandates/{mandate['mandate']}", seen=mandate["version"]).status_code
        == 204
    )
    town.settle()
    assert good(town.as_("kz-auditor").get("/v1/audit/verification"))["ok"]
    kazakhstan = town.house.countries["KZ"]
    before = kazakhstan.read_models.digests()
    kazakhstan.follower.rebuild()
    assert kazakhstan.read_models.digests() == before


def test_a_stream_of_another_kind_is_no_mandate_and_a_mandate_no_case(town: Town, give: Any) -> None:
    mandate, case = give(SELLER)["mandate"], town.file(*SALE)
    keys = town.house.countries["KZ"].ids.keys()
    for stream in (case, keys):
        assert problem(town.as_(SELLER).delete(f"/v1/mandates/{stream}", seen=1)) == (404, "not_found")
    for stream in (mandate, keys):
        refused = town.as_(SELLER).post(f"/v1/cases/{stream}/withdrawals", {}, seen=1)
        assert problem(refused) == (404, "not_found")
        assert problem(town.as_(SELLER).get(f"/v1/cases/{stream}")) == (404, "not_found")


def test_whoever_acts_by_nothing_any_more_hears_of_their_filing_nothing_that_an_office_may_do(
    town: Town, give: Any
) -> None:
    mandate = give(SELLER)
    body, key = {**town.filing(*SALE), "acting": by(mandate)}, new_key()
    filed = good(town.as_(OTHER).post("/v1/cases", body, key=key))
    town.as_(SELLER).delete(f"/v1/mandates/{mandate['mandate']}", seen=mandate["version"])
    again = town.as_(OTHER).post("/v1/cases", body, key=key)
    assert again.status_code == 201
    assert good(again) == {**{name: filed[name] for name in ("case", "stage", "version")}, "fits": []}


def test_whoever_acts_by_a_mandate_is_told_what_a_party_may_do(town: Town, give: Any) -> None:
    """As the party is, not as an office is."""
    mandate, case = give(SELLER), town.take_to("in_review", *SALE)
    body = {"acting": by(mandate), "of": "h" * 43, "answer": "Yesterday."}
    refused = town.as_(OTHER).post(f"/v1/cases/{case}/information", body)
    assert problem(refused) == (409, "wrong_stage")
    assert refused.json()["fits"] == good(town.as_(OTHER).get(f"/v1/cases/{case}"))["fits"]
    again = {"acting": by(mandate), **amended_again(town, case)}
    refused = town.as_(OTHER).post(f"/v1/cases/{case}/amendments", again)
    assert problem(refused) == (409, "wrong_stage")
    assert refused.json()["fits"] == good(town.as_(OTHER).get(f"/v1/cases/{case}"))["fits"]


def amended_again(town: Town, case: str) -> dict[str, Any]:
    shown = town.read(case, SELLER)
    return {"of": shown["request_hash"], "request": {**shown["request"], "new_plates": False}}
