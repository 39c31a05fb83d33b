"""The hospitals tell of a birth, signed: what that spares the parents, what an officer sees of it, and nobody else."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from domain.authorities import BIRTH_NOTICE, NOTICES
from infra.formats.canonical import encode
from infra.verification import verify_folder
from tests.notified import (
    FATHER,
    FIRST,
    HOSPITALS,
    MOTHER,
    SECOND,
    STRANGER,
    declared,
    drawn,
    file,
    lacks_report,
    law_with,
    married,
    seen_by,
    send,
    signed,
    tell,
    told,
    warned,
)
from tests.town.caller import good, new_key, problem
from tests.town.fixtures import Furnished, inside
from tests.town.people import Town, person


@pytest.fixture(scope="module")
def town(furnished: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with law_with(), inside(furnished("TR"), tmp_path_factory.mktemp("told")) as found:
        yield found


# --- what it spares ---------------------------------------------------------------------------------------


def test_a_mother_whose_hospital_told_of_the_birth_needs_no_report(town: Town) -> None:
    request = drawn(town)
    assert lacks_report(file(town, request))
    answer = send(town, signed(town, told(request)))
    assert (answer.status_code, answer.json()["case"], answer.json()["version"]) == (201, None, 1)
    assert "location" not in answer.headers
    case = good(file(town, request))["case"]
    town.settle()
    assert warned(seen_by(town, FIRST, case)) == ["notified"]


def test_a_father_who_names_that_mother_needs_none_either(town: Town) -> None:
    request = drawn(town)
    tell(town, request)
    father = {**request, "applicant": person(FATHER), "father": person(FATHER), "relation": "father"}
    assert file(town, father, FATHER).status_code == 201


@pytest.mark.parametrize("mother", [FATHER, None])
def test_of_a_notice_about_others_nobody_learns_anything(town: Town, mother: str | None) -> None:
    """Whoever knows the number of a certificate hears the same as if there were no notice: also one who guesses."""
    request = drawn(town)
    tell(town, request)
    others = {**request, "applicant": person(STRANGER), "relation": "other"}
    without = {**others, "mother": person(mother) if mother else None, "mother_unknown_because": "Not known."}
    guessed, never_told = file(town, others, STRANGER), file(town, drawn(town, **_as_stranger()), STRANGER)
    assert lacks_report(guessed)
    assert lacks_report(file(town, without, STRANGER))
    assert _without_ids(guessed) == _without_ids(never_told)


def _as_stranger() -> dict[str, Any]:
    return {"applicant": person(STRANGER), "relation": "other"}


def _without_ids(answer: httpx2.Response) -> Any:
    return {name: value for name, value in answer.json().items() if name != "instance"}


def test_a_restated_request_is_spared_the_report_too_or_loses_that_with_its_notice(town: Town) -> None:
    request = drawn(town)
    tell(town, request)
    case = good(file(town, request))["case"]
    good(town.judge(FIRST, case, "assignments"))
    anew = {**request, "child": {**request["child"], "given_names": "Defne"}}
    unknown = {**anew, "medical_certificate": {**anew["medical_certificate"], "number": "DR-none"}}
    town.ask(case)
    assert lacks_report(restated(town, case, unknown))
    assert good(restated(town, case, anew))["stage"] == "in_review"


def restated(town: Town, case: str, request: dict[str, Any]) -> httpx2.Response:
    of = good(town.as_(MOTHER).get(f"/v1/cases/{case}"))["request_hash"]
    return town.as_(MOTHER).post(
        f"/v1/cases/{case}/amendments", {"of": of, "request": request, "evidence": []}
    )


# --- what an officer sees -----------------------------------------------------------------------------------


def test_an_officer_sees_what_differs_and_who_has_the_case_reads_the_notice(town: Town) -> None:
    request = drawn(town)
    tell(town, request)
    sex = "male" if request["child"]["sex"] == "female" else "female"
    case = good(file(town, {**request, "child": {**request["child"], "sex": sex}}))["case"]
    town.settle()
    shown = seen_by(town, FIRST, case)
    assert warned(shown) == ["notice_differs:sex"]
    assert (shown["notice"]["differs"], shown["notice"]["said"]) == (["sex"], None)
    good(town.judge(FIRST, case, "assignments"))
    town.settle()
    assert seen_by(town, FIRST, case)["notice"]["said"]["child"]["sex"] == request["child"]["sex"]
    assert seen_by(town, SECOND, case)["notice"]["said"] is None
    mine = good(town.as_(MOTHER).get(f"/v1/cases/{case}"))
    assert (mine["notice"], mine["warnings"], mine["obstacles"]) == (None, [], [])
    history = good(town.as_(MOTHER).get(f"/v1/cases/{case}/history"))
    assert "noti" not in json.dumps([event["data"]["warnings"] for event in history["events"][:1]])


def test_whom_a_notice_names_sees_that_it_was_read(town: Town) -> None:
    """Also where the request names another mother."""
    request = drawn(town)
    tell(town, request, mother={**person("tr-citizen-4")})
    body = {"country": "TR", "procedure": "birth_certificate", "request": request}
    report = {"kind": "birth_report", **town.upload(town.as_(MOTHER), "TR")}
    case = good(town.as_(MOTHER).post("/v1/cases", {**body, "evidence": [report]}, key=new_key()))["case"]
    good(town.judge(FIRST, case, "assignments"))
    town.settle()
    assert warned(seen_by(town, FIRST, case)) == ["notice_differs:mother"]
    town.settle()
    read = good(town.as_("tr-citizen-4").get("/v1/my/accesses", country="TR"))["items"]
    assert any(each["purpose"] == "work on the case" for each in read)


def test_a_notice_that_comes_after_the_request_is_seen_as_well(town: Town) -> None:
    request = drawn(town)
    report = {"kind": "birth_report", **town.upload(town.as_(MOTHER), "TR")}
    body = {"country": "TR", "procedure": "birth_certificate", "request": request, "evidence": [report]}
    case = good(town.as_(MOTHER).post("/v1/cases", body, key=new_key()))["case"]
    assert warned(seen_by(town, FIRST, case)) == ["not_notified"]
    tell(town, request)
    town.settle()
    assert warned(seen_by(town, FIRST, case)) == ["notified"]


# --- twice, otherwise, twins --------------------------------------------------------------------------------


def test_the_same_statement_is_answered_again_and_a_later_one_counts_instead(town: Town) -> None:
    request = drawn(town)
    first = signed(town, told(request))
    notice = good(send(town, first))
    assert good(send(town, first)) == notice
    town.travel(seconds=5)
    other = {**request["child"], "sex": "undetermined"}
    again = tell(town, {**request, "child": other})
    assert (again["notice"], again["version"]) == (notice["notice"], 2)
    assert good(send(town, first))["version"] == 2  # it comes too late to count
    case = good(file(town, request))["case"]
    town.settle()
    assert warned(seen_by(town, FIRST, case)) == ["notice_differs:sex"]


def test_twins_have_a_notice_each(town: Town) -> None:
    drawn_one = drawn(town)
    first, second = ({**drawn_one, "child": {**drawn_one["child"], "order": order}} for order in (11, 12))
    assert tell(town, first)["notice"] != tell(town, second)["notice"]
    assert [file(town, each).status_code for each in (first, second)] == [201, 201]


def test_a_number_is_the_same_however_it_is_typed(town: Town) -> None:
    request = drawn(town)
    notice = tell(town, request)
    typed = request["medical_certificate"]["number"].lower().replace("-", " ")
    certificate = {**request["medical_certificate"], "number": typed}
    town.travel(seconds=1)
    assert tell(town, {**request, "medical_certificate": certificate})["notice"] == notice["notice"]
    assert file(town, {**request, "medical_certificate": certificate}).status_code == 201


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [MOTHER, FIRST, "tr-treasury", "tr-birth-register", "tr-auditor"])
def test_nobody_else_tells_of_births(town: Town, who: str) -> None:
    """They hear that there is nothing here, whatever they send."""
    statement = signed(town, told(drawn(town)))
    assert problem(send(town, statement, who)) == (404, "not_found")
    assert problem(town.as_(who).post("/v1/notices", {"wrong": 1})) == (404, "not_found")


@pytest.mark.parametrize(
    ("authority", "typ"),
    [("tr-treasury", BIRTH_NOTICE), (HOSPITALS, "tamga-payment+jwt"), ("tr-civil-registry", BIRTH_NOTICE)],
)
def test_what_the_hospitals_did_not_sign_is_no_notice(town: Town, authority: str, typ: str) -> None:
    seal = town.keyring("TR").newest(authority)
    assert seal is not None
    said = {"v": 1, "log": town.keyring("TR").origin, "made_at": "2026-11-23T04:00:00.000000Z"}
    answer = send(town, seal.sign(typ, encode({**said, **told(drawn(town))})))
    assert problem(answer) == (422, "invalid_request")
    assert answer.json()["errors"][0]["code"] == "not_signed_by_hospitals"


def test_a_statement_that_was_altered_is_none(town: Town) -> None:
    head, _, signature = signed(town, told(drawn(town))).split(".")
    other = signed(town, told(drawn(town))).split(".")[1]
    answer = send(town, f"{head}.{other}.{signature}")
    assert answer.json()["errors"][0]["code"] == "not_signed_by_hospitals"


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"log": "log.az.example/v1"}, "/statement/log", "other_log"),
        ({"number": "?"}, "/statement/number", "no_letter_or_digit"),
        ({"number": None}, "/statement/number", "not_text"),
        ({"weight": 3}, "/statement/weight", "unknown_member"),
        ({"order": 0}, "/statement/order", "too_small"),
        ({"kind": "twin"}, "/statement/kind", "not_in_list"),
        ({"v": 2}, "/statement/v", "too_great"),
        ({"made_at": "2026-11-23T04:00:00Z"}, "/statement/made_at", "wrong_form"),
        ({"made_at": "2026-11-23T25:00:00.000000Z"}, "/statement/made_at", "not_a_moment"),
        ({"made_at": "2036-11-23T04:00:00.000000Z"}, "/statement/made_at", "in_the_future"),
        ({"issued_on": "2036-01-01"}, "/statement/issued_on", "in_the_future"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_what_is_wrong_in_a_statement_is_told(
    town: Town, changes: dict[str, Any], pointer: str, code: str
) -> None:
    answer = send(town, signed(town, {**told(drawn(town)), **changes}))
    assert answer.status_code == 422, answer.text
    (wrong,) = answer.json()["errors"]
    assert (wrong["pointer"], wrong["code"]) == (pointer, code)


def test_nobody_is_born_tomorrow_or_elsewhere(town: Town) -> None:
    """By the clocks of the country: in the evening of the Monday it is Tuesday nowhere in Türkiye."""
    request = drawn(town)
    tomorrow = (town.now() + timedelta(days=1)).date().isoformat()
    for child, pointer, code in (
        ({**request["child"], "born_on": tomorrow}, "/statement/child/born_on", "in_the_future"),
        (
            {**request["child"], "born_on": town.now().date().isoformat(), "born_at": "23:59"},
            "/statement/child/born_on",
            "in_the_future",
        ),
        (
            {**request["child"], "place": {**request["child"]["place"], "country": "AZ"}},
            "/statement/child/place/country",
            "born_elsewhere",
        ),
    ):
        answer = send(town, signed(town, told({**request, "child": child})))
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]


def test_no_mother_is_born_tomorrow(town: Town) -> None:
    later = (town.now() + timedelta(days=3)).date().isoformat()
    answer = send(town, signed(town, told(drawn(town, mother={**person("tr-citizen-4"), "born_on": later}))))
    (wrong,) = answer.json()["errors"]
    assert (wrong["pointer"], wrong["code"]) == ("/statement/mother/born_on", "in_the_future")


# --- what is kept -------------------------------------------------------------------------------------------


def test_a_notice_is_signed_by_its_keeper_and_nothing_in_it_is_in_clear(town: Town) -> None:
    request = drawn(town, mother={**person("tr-citizen-4"), "surname": "Gülşehirli"})
    notice = tell(town, request)
    (row,) = town.house.countries["TR"].log.stream(notice["notice"])
    assert row[3] == "notice.BirthNotified.v1"
    town.settle()
    stores = ("log", "feed", "accesses", "vault")
    files = [path for each in stores for path in (town.settings.data / "tr").glob(f"{each}.sqlite*")]
    assert {path.name for path in files} >= {"log.sqlite", "vault.sqlite"}
    for secret in ("Gülşehirli", request["medical_certificate"]["number"], notice_statement(town, request)):
        assert [path.name for path in files if secret.encode() in path.read_bytes()] == []


def notice_statement(town: Town, request: dict[str, Any]) -> str:
    """A part of what was signed, that says who the mother is."""
    return signed(town, told(request)).split(".")[1][-400:-300]


def test_a_notice_that_leaves_out_what_goes_without_saying_verifies(town: Town) -> None:
    """The setting of a place is a hospital where nobody says another one, as in the example of the documentation."""
    said = told(drawn(town))
    said["child"]["place"].pop("setting", None)
    good(send(town, signed(town, said)))
    town.settle()
    assert verify_folder(town.settings.data, with_keys=True, processes=0)["failures"] == []


def test_a_log_with_notices_verifies_and_says_what_it_could_not_look_at(town: Town) -> None:
    tell(town, drawn(town))
    town.settle()
    assert verify_folder(town.settings.data, with_keys=True, processes=0)["failures"] == []
    without = verify_folder(town.settings.data, processes=0)
    assert any("hospitals signed what a notice says" in each for each in without["not_covered"])


def test_where_the_law_lets_no_hospital_file_a_declaration_is_refused(town: Town) -> None:
    answer = send(town, signed(town, declared(married(town))))
    assert problem(answer) == (409, "declared_by_parents")


def test_the_keeper_of_notices_signs_nothing_else() -> None:
    assert NOTICES == ("notice.*",)
