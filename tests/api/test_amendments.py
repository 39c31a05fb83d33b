"""Corrections and annulments over HTTP: what an office wrote in error, and what a court decides of it."""

import json
from functools import partial
from typing import Any, Final

import pytest

from infra.formats.signing import open_disclosure
from tests.domain.test_amendments import as_owner
from tests.town.caller import good, new_key, problem
from tests.town.people import Town, person

SALE: Final = ("KZ", "car_sale")
BIRTH: Final = ("TR", "birth_certificate")
SELLER, BUYER, STRANGER = "kz-citizen-1", "kz-citizen-2", "kz-citizen-3"
FIRST, SECOND = "kz-vehicle-registration-officer-1", "kz-vehicle-registration-officer-2"
JUDGE, REGISTRY = "kz-court-judge", "kz-vehicle-register"
APPEALS: Final = "kz-interior-ministry-appeal-officer-1"
WHY: Final = "It is green."
CHANGED: Final = {
    "vehicle": {"colour": "green"},
    "child": {"born_at": "03:21"},
}


def amended(town: Town) -> None:
    """One of each, for the walk through everything."""
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    good(propose(town, path))
    good(confirm(town, path, SECOND, "corrections"))
    said = {"of": seen(town, path)["newest_change"], "reason": WHY}
    good(act(town, FIRST, path, "annulment-proposals", said))
    good(act(town, FIRST, path, "dropped-proposals", {**said, "of": seen(town, path)["proposal"]["event"]}))
    good(act(town, FIRST, path, "annulment-proposals", said))
    good(confirm(town, path, SECOND, "annulments"))
    case = town.take_to("completed", *SALE)
    good(town.judge(JUDGE, case, "annulments", {"reason": WHY}))


def path_of(town: Town, case: str) -> str:
    (written,) = town.read(case, SELLER if case and town.read(case)["country"] == "KZ" else None)["entries"]
    return f"/v1/registers/{written['register']}/entries/{written['entry']}"


def seen(town: Town, path: str, who: str = FIRST) -> dict[str, Any]:
    return good(town.as_(who).read(path))


def act(town: Town, who: str, path: str, what: str, body: dict[str, Any]) -> Any:
    return town.as_(who).post(f"{path}/{what}", body, seen=seen(town, path)["version"])


def in_green(found: dict[str, Any]) -> dict[str, Any]:
    content = found["content"]
    return {**content, "vehicle": {**content["vehicle"], "colour": "green"}}


def propose(town: Town, path: str, who: str = FIRST) -> Any:
    found = seen(town, path)
    said = {"of": found["newest_change"], "content": in_green(found), "reason": WHY}
    return act(town, who, path, "correction-proposals", said)


def confirm(town: Town, path: str, who: str, what: str) -> Any:
    return act(town, who, path, what, {"of": seen(town, path)["proposal"]["event"]})


def annul_all(town: Town, path: str) -> None:
    """A court takes back all that an entry says, so that it holds no more."""
    while (found := seen(town, path))["status"] == "active":
        said = {"of": found["newest_change"], "reason": WHY}
        good(act(town, JUDGE, path, "annulments", said))


def test_an_error_of_the_office_is_corrected_and_everybody_is_told(town: Town) -> None:
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    proposed = good(propose(town, path))
    assert seen(town, path)["proposal"]["reason"] == WHY
    assert problem(confirm(town, path, FIRST, "corrections")) == (403, "four_eyes")
    said, key = {"of": seen(town, path)["proposal"]["event"]}, new_key()
    ask = partial(town.as_(SECOND).post, f"{path}/corrections", said, seen=proposed["version"], key=key)
    done = good(ask())
    assert (done["case"], done["version"]) == (case, proposed["version"] + 1)
    assert good(ask()) == done, "its answer was lost"
    assert good(town.as_(SECOND).post(f"{path}/corrections", said, seen=proposed["version"])) == done
    found = seen(town, path)
    assert found["version"] == proposed["version"] + 1
    assert (found["content"]["vehicle"]["colour"], found["proposal"], found["status"]) == (
        "green",
        None,
        "active",
    )
    for who in (SELLER, BUYER):
        (amendment,) = town.read(case, who)["amendments"]
        assert (amendment["what"], amendment["reason"]) == ("correction", WHY)
        told = good(town.as_(who).get("/v1/my/notices", country="KZ"))["items"]
        assert any(each["what"] == "corrected_by_office" and each["case"] == case for each in told)
    story = [each["sentence"] for each in town.history(case)]
    assert any("corrected by an officer" in sentence for sentence in story)


def test_whoever_amends_goes_on_with_the_version_that_is_answered(town: Town) -> None:
    """It is the entry's, also where the case that wrote it hears of the amendment; that of the case is another."""
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    good(propose(town, path))
    answer = confirm(town, path, SECOND, "corrections")
    assert answer.headers["ETag"] == f'"{good(answer)["version"]}"'
    said = {"of": seen(town, path)["newest_change"], "reason": WHY}
    answer = town.as_(FIRST).post(f"{path}/annulment-proposals", said, seen=answer.headers["ETag"])
    said = {"of": seen(town, path)["proposal"]["event"]}
    answer = town.as_(SECOND).post(f"{path}/annulments", said, seen=good(answer)["version"])
    assert good(answer)["version"] == seen(town, path)["version"]


def test_whose_car_an_office_annulled_is_told_of_the_court_and_of_the_fee(town: Town) -> None:
    """Before the registry has answered, too; what the office did is its own error by its own words alone."""
    case = town.take_to("approved", *SALE)
    path = path_of(town, case)
    said = {"of": seen(town, path)["newest_change"], "reason": WHY}
    good(act(town, FIRST, path, "annulment-proposals", said))
    good(confirm(town, path, SECOND, "annulments"))
    court = "you may turn to the court: a court of the Republic of Kazakhstan."
    town.settle()
    for who in (SELLER, BUYER):
        found = good(town.as_(who).get("/v1/my/notices", country="KZ"))["items"]
        (told,) = (n for n in found if (n["case"], n["what"]) == (case, "annulled_by_office"))
        assert told["sentence"].endswith(court)
        (step,) = town.read(case, who)["next"]
        assert (step["who"], step["what"], step["office"]) == ("you", "court_alone", "kz-court")
        assert step["sentence"].endswith(court)
        kept = [n["sentence"] for n in found if (n["case"], n["what"]) == (case, "fee_kept")]
        assert len(kept) == (who == SELLER)
        assert town.read(case, who)["amendments"][0]["unconfirmed"] == ["after_annulment"]


def test_a_court_that_annuls_hears_the_version_of_the_entry(town: Town) -> None:
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    said = {"of": seen(town, path)["newest_change"], "reason": "Judgement of 5 March."}
    done = good(act(town, JUDGE, path, "annulments", said))
    assert (done["case"], done["version"]) == (case, seen(town, path)["version"])


def test_the_registry_answers_for_the_correction_too(town: Town) -> None:
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    good(propose(town, path))
    good(confirm(town, path, SECOND, "corrections"))
    version = town.read(case, FIRST)["version"]
    town.acknowledge(case)
    assert town.read(case, FIRST)["version"] == version + 1
    town.acknowledge(case)
    assert town.read(case, FIRST)["version"] == version + 1


def test_a_sale_that_is_annulled_gives_the_car_back_and_the_seller_sells_it_again(town: Town) -> None:
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    request = town.read(case, SELLER)["request"]
    good(
        act(
            town, FIRST, path, "annulment-proposals", {"of": seen(town, path)["newest_change"], "reason": WHY}
        )
    )
    good(confirm(town, path, SECOND, "annulments"))
    assert seen(town, path)["content"]["owner"] == as_owner(request["seller"])
    assert [each["what"] for each in town.read(case, BUYER)["amendments"]] == ["annulment"]
    again = {"country": "KZ", "procedure": "car_sale", "request": request, "evidence": []}
    good(town.as_(SELLER).post("/v1/cases", again, key=new_key()))


def test_the_court_corrects_and_annuls_by_itself_and_nobody_else_does(town: Town) -> None:
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    found = seen(town, path, JUDGE)
    said = {"of": found["newest_change"], "content": in_green(found), "reason": "Judgement of 3 March."}
    assert problem(act(town, FIRST, path, "corrections", said)) == (403, "amendment_is_proposed")
    for what, body in (
        ("correction-proposals", said),
        ("annulment-proposals", {"of": said["of"], "reason": said["reason"]}),
    ):
        assert problem(act(town, JUDGE, path, what, body)) == (403, "court_needs_no_proposal")
    good(act(town, JUDGE, path, "corrections", said))
    assert seen(town, path)["content"]["vehicle"]["colour"] == "green"
    why = {"reason": "Judgement of 4 March."}
    assert problem(town.judge(FIRST, case, "annulments", why)) == (403, "court_annuls")
    good(town.judge(JUDGE, case, "annulments", why))
    assert seen(town, path)["content"]["owner"] == as_owner(town.read(case, SELLER)["request"]["seller"])


@pytest.mark.parametrize(
    "who", [SELLER, BUYER, STRANGER, REGISTRY, "kz-police-officer", "tr-court-judge", APPEALS]
)
def test_who_does_not_work_with_the_register_amends_nothing(town: Town, who: str) -> None:
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    found = seen(town, path)
    said = {"of": found["newest_change"], "reason": WHY}
    for what, body in (
        ("annulments", said),
        ("annulment-proposals", said),
        ("corrections", {**said, "content": in_green(found)}),
        ("correction-proposals", {**said, "content": in_green(found)}),
    ):
        assert act(town, who, path, what, body).status_code in {403, 404}
    assert seen(town, path)["version"] == found["version"]


def test_what_is_wrong_is_named_and_changes_nothing(town: Town) -> None:
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    found = seen(town, path)
    said = {"of": found["newest_change"], "content": in_green(found), "reason": WHY}
    old = {**said, "of": "A" * 43}
    assert problem(act(town, FIRST, path, "correction-proposals", old)) == (409, "entry_changed_since")
    stale = town.as_(FIRST).post(f"{path}/correction-proposals", said, seen=found["version"] - 1)
    assert problem(stale) == (412, "stale_version")
    unbound = town.as_(FIRST).post(f"{path}/correction-proposals", said)
    assert problem(unbound) == (428, "if_match_missing")
    same = {**said, "content": found["content"]}
    assert problem(act(town, FIRST, path, "correction-proposals", same)) == (409, "nothing_to_correct")
    wrong = {**said, "content": {**found["content"], "vehicle": {"vin": "O"}}}
    refused = act(town, FIRST, path, "correction-proposals", wrong)
    assert refused.status_code == 422
    assert all(each["pointer"].startswith("/content/vehicle") for each in refused.json()["errors"])
    half = {"of": found["newest_change"], "reason": WHY}
    assert act(town, JUDGE, path, "corrections", half).json()["errors"][0]["pointer"] == "/content"
    assert problem(act(town, SECOND, path, "corrections", {"of": "A" * 43})) == (
        409,
        "amendment_not_proposed",
    )
    assert seen(town, path)["version"] == found["version"]


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_a_wrong_vin_is_named_in_a_correction_as_it_is_in_a_filing(town: Town, language: str) -> None:
    """In the words of the procedure that writes to the register."""
    path = path_of(town, town.take_to("completed", *SALE))
    found = seen(town, path)
    vehicle = found["content"]["vehicle"]
    small = {**vehicle, "vin": vehicle["vin"].lower()}
    said = {
        "of": found["newest_change"],
        "content": {**found["content"], "vehicle": small},
        "reason": WHY,
    }
    filing = town.filing(*SALE)
    filing["request"]["vehicle"]["vin"] = filing["request"]["vehicle"]["vin"].lower()
    headers = {"Content-Type": "application/json", "Accept-Language": language}
    asked = (
        (FIRST, f"{path}/correction-proposals", said, {"If-Match": f'"{found["version"]}"'}),
        (SELLER, "/v1/cases", filing, {"Idempotency-Key": new_key()}),
    )
    (corrected,), (filed,) = (
        town.as_(who)
        .send("POST", where, content=json.dumps(body).encode(), headers={**headers, **more})
        .json()["errors"]
        for who, where, body, more in asked
    )
    assert corrected["code"] == "vin_not_normal"
    assert corrected["detail"] == filed["detail"] != corrected["code"]


def test_who_is_in_the_entry_does_not_see_what_offices_propose(town: Town) -> None:
    case = town.take_to("completed", *SALE)
    path = path_of(town, case)
    good(propose(town, path))
    mine = good(town.as_(BUYER).get(path))
    assert (mine["proposal"], mine["newest_change"]) == (None, None)


def annulled_on_appeal(town: Town, case: str) -> None:
    of = town.read(case, SELLER)["ending"]["of"]
    good(town.as_(SELLER).post(f"/v1/cases/{case}/services", {"of": of}))
    good(town.as_(SELLER).post(f"/v1/cases/{case}/appeals", {"of": of, "reason": "I was forced."}))
    said = {"outcome": "annulled", "reason": "The signature is another's."}
    assert good(town.judge(APPEALS, case, "appeal-decisions", said))["stage"] == "completed"


def test_what_is_annulled_on_appeal_the_registry_answers_too(town: Town) -> None:
    """It objects, and applies it later: both are about this event, which the case wrote with its appeal's decision."""
    case = town.take_to("completed", *SALE)
    annulled_on_appeal(town, case)
    town.settle()
    (written,) = town.read(case)["entries"]
    event = str(town.change(REGISTRY, "KZ", written["entry"]))
    no = town.objection("KZ", REGISTRY, "vehicles", event, "owner_unknown")
    for what, said in (("objection", no), ("receipt", town.receipt("KZ", REGISTRY, "vehicles", event))):
        body = {f"{what}s": [said]}
        (answer,) = good(town.as_(REGISTRY).post(f"/v1/feeds/kz/{what}s", body))[f"{what}s"]
        assert (answer["status"], answer["case"]) == ("recorded", case)
    assert town.read(case)["objections"] == []


def test_a_completed_case_is_annulled_on_appeal(town: Town) -> None:
    case = town.take_to("completed", *SALE)
    annulled_on_appeal(town, case)
    found = seen(town, path_of(town, case))
    assert found["content"]["owner"] == as_owner(town.read(case, SELLER)["request"]["seller"])


def test_a_birth_that_is_annulled_may_be_registered_anew(town: Town) -> None:
    case = town.take_to("approved", *BIRTH)
    filed = town.read(case)
    good(town.judge("tr-court-judge", case, "annulments", {"reason": "Another child was meant."}))
    assert town.stage(case) == "completed"
    body = {"country": "TR", "procedure": "birth_certificate", "request": filed["request"], "evidence": []}
    again = good(town.as_("tr-citizen-1").post("/v1/cases", body, key=new_key()))
    assert again["stage"] != "refused"


@pytest.mark.parametrize("law", [SALE, BIRTH], ids=["sale", "birth"])
def test_the_keyed_id_of_who_proposed_serves_the_house_alone(town: Town, law: tuple[str, str]) -> None:
    """Their office says who they are, by its own id of them."""
    mine: dict[str, Any] = {"mother": person("tr-citizen-2")} if law == BIRTH else {}
    case = town.take_to("completed", *law, **mine)
    path, officer = path_of(town, case), town.officer(case)
    found = seen(town, path, officer)
    place = "child" if mine else "vehicle"
    content = {**found["content"], place: {**found["content"][place], **CHANGED[place]}}
    said = {"of": found["newest_change"], "content": content, "reason": WHY}
    good(town.as_(officer).post(f"{path}/correction-proposals", said, seen=found["version"]))
    said = {"of": found["newest_change"], "reason": WHY}
    good(town.as_(officer).post(f"{path}/annulment-proposals", said, seen=found["version"] + 1))
    for who in ("tr-citizen-2" if mine else BUYER, officer):
        told = good(town.as_(who).read(f"{path}/history"))["events"][-2:]
        named = [{open_disclosure(text)[0] for text in event["disclosures"]} for event in told]
        assert [event["type"].split(".")[1] for event in told] == ["CorrectionProposed", "AnnulmentProposed"]
        assert named[0] >= {"reason", place}
        assert named[1] == {"reason"}
        assert "officer_person" not in named[0]


def test_nobody_amends_in_favour_of_a_company_that_they_head(town: Town) -> None:
    """The register of companies knows whom they are; the one who proposes heads nothing."""
    head = {"person": person(SECOND), "may_act": "alone", "since": "2020-01-01", "until": None}
    company = {"number": "EXAMPLE-KZ-71", "names": ["Example 71"], "heads": [head], "struck_off_on": None}
    town.import_entries("KZ", "companies", [company])
    path = path_of(town, town.take_to("completed", *SALE))
    found = seen(town, path)
    owner = {"country": "KZ", "number": "EXAMPLE-KZ-71", "name": "Example 71"}
    said = {"of": found["newest_change"], "content": {**found["content"], "owner": owner}, "reason": WHY}
    refused = act(town, SECOND, path, "correction-proposals", said)
    assert problem(refused) == (403, "party_to_this_case")
    good(act(town, FIRST, path, "correction-proposals", said))
    assert problem(confirm(town, path, SECOND, "corrections")) == (403, "party_to_this_case")


def test_an_erasure_of_nobody_is_asked_again(town: Town) -> None:
    """Whoever filters a list down to nobody does not mean everybody."""
    case = town.take_to("withdrawn", *SALE)
    officer = town.as_("kz-data-protection-officer")
    said = {"basis": "The retention has ended.", "whose": []}
    assert problem(officer.post(f"/v1/cases/{case}/erasures", said)) == (422, "invalid_request")
