"""The auditor over HTTP: the log of the own country verified, and cases replayed, without a personal value."""

import json
from typing import Any

import pytest

from infra.house import provider_of
from infra.verification import verify_folder
from tests.infra.tampering import flipped, opened, part
from tests.town.caller import good, problem
from tests.town.people import Town
from tests.town.served import ServedTown

AUDITOR = "kz-auditor"
SALE = ("KZ", "car_sale")


def replayed(town: Town, case: str, **asked: str) -> dict[str, Any]:
    return good(town.as_(AUDITOR).get(f"/v1/audit/cases/{case}", **asked))


# --- verification -----------------------------------------------------------------------------------------


def test_the_auditor_has_the_log_of_their_country_verified(town: Town) -> None:
    """That one and no other, the sealed parts included; and the report says whose word it is."""
    town.take_to("approved", *SALE)
    report = good(town.as_(AUDITOR).get("/v1/audit/verification"))
    assert report["ok"]
    assert report["failures"] == []
    assert report["logs"].keys() == {"KZ"}
    assert report["logs"]["KZ"]["events"] == town.house.countries["KZ"].log.size()
    assert report["logs"]["KZ"]["disclosures"] > 0
    assert any("yourself" in sentence for sentence in report["not_covered"])
    assert good(town.as_("tr-auditor").get("/v1/audit/verification"))["logs"].keys() == {"TR"}


def test_what_was_tampered_with_is_reported_and_not_hidden(new_town: Town) -> None:
    """The house says of itself that its log does not hold."""
    case = new_town.take_to("in_review", *SALE)
    with opened(new_town.house.countries["KZ"].log.path) as log:
        row = log.row(case, 1)
        log.write(row, flipped(row.state, part(row, "signature")))
    report = good(new_town.as_(AUDITOR).get("/v1/audit/verification"))
    assert not report["ok"]
    first = report["failures"][0]
    assert (first["log"], first["stream"], first["version"]) == ("KZ", case, 1)
    assert first["check"] in ("form", "signature")


@pytest.mark.parametrize(
    "nobody", ["kz-citizen-1", "kz-vehicle-registration-officer-1", "kz-treasury", "kz-vehicle-register"]
)
def test_only_an_auditor_has_logs_verified(town: Town, nobody: str) -> None:
    status, _ = problem(town.as_(nobody).get("/v1/audit/verification"))
    assert status in (403, 404)


# --- replay -----------------------------------------------------------------------------------------------


def test_the_auditor_sees_a_case_as_it_stood(town: Town) -> None:
    """By a version, by a moment, and now: each step with its signature."""
    case = town.take_to("approved", *SALE)
    now = replayed(town, case)
    assert now["state"]["stage"] == "approved"
    assert {step["signature"] for step in now["steps"]} == {"holds"}
    assert replayed(town, case, as_of="1")["state"]["stage"] == "filed"
    moment = now["steps"][2]["time"]
    assert replayed(town, case, as_of=moment)["as_of"]["version"] >= 3
    assert replayed(town, case, as_of=moment)["as_of"]["version"] < len(now["steps"])


def test_a_replay_over_http_holds_nothing_personal(town: Town) -> None:
    """Nobody's name, number, car or text; not even to an auditor."""
    case = town.take_to("approved", *SALE)
    request = town.read(case)["request"]
    found = json.dumps(replayed(town, case), ensure_ascii=False)
    secrets = [
        request["seller"]["given_names"],
        request["seller"]["personal_number"]["number"],
        request["buyer"]["personal_number"]["number"],
        request["vehicle"]["vin"],
    ]
    assert [secret for secret in secrets if secret in found] == []


def test_a_replay_is_recorded_where_the_parties_see_it(new_town: Town) -> None:
    case = new_town.file(*SALE)
    replayed(new_town, case)
    new_town.settle()
    (reading,) = good(new_town.as_("kz-citizen-1").get("/v1/my/accesses", country="KZ"))["items"]
    assert (reading["role"], reading["stream"]) == ("auditor", case)
    assert "replay" in reading["purpose"]


@pytest.mark.parametrize("wrong", ["0", "99", "yesterday", "2026-02-30"])
def test_what_is_no_version_and_no_moment_is_refused(town: Town, wrong: str) -> None:
    case = town.file(*SALE)
    answer = town.as_(AUDITOR).get(f"/v1/audit/cases/{case}", as_of=wrong)
    assert problem(answer) == (400, "as_of_wrong")


@pytest.mark.parametrize("day", ["9999-12-31", "9999-12-31T23:59:59Z", "9000-01-01t05:00:00z"])
def test_a_moment_is_named_as_far_as_the_calendar_goes_in_large_and_small_letters(
    town: Town, day: str
) -> None:
    case = town.file(*SALE)
    assert replayed(town, case, as_of=day)["as_of"]["version"] == town.read(case)["version"]


def test_before_it_was_filed_there_was_no_case(town: Town) -> None:
    case = town.file(*SALE)
    for moment in ("2020-01-01T00:00:00Z", "2020-01-01"):
        answer = town.as_(AUDITOR).get(f"/v1/audit/cases/{case}", as_of=moment)
        assert problem(answer) == (404, "not_found")


@pytest.mark.parametrize("nobody", ["tr-auditor", "kz-citizen-1", "kz-vehicle-registration-officer-1"])
def test_nobody_else_replays(town: Town, nobody: str) -> None:
    case = town.file(*SALE)
    status, _ = problem(town.as_(nobody).get(f"/v1/audit/cases/{case}"))
    assert status in (403, 404)


def test_a_case_that_cannot_be_read_is_not_replayed(new_town: Town) -> None:
    case = new_town.file(*SALE)
    new_town.settle()
    with opened(new_town.house.countries["KZ"].log.path) as log:
        row = log.row(case, 1)
        log.write(row, row.state[:300] + row.state[310:])
    answer = new_town.as_(AUDITOR).get(f"/v1/audit/cases/{case}")
    assert problem(answer) == (409, "history_broken")


# --- a feed, from outside ---------------------------------------------------------------------------------


def test_a_house_is_verified_from_outside_by_its_feeds(served_town: ServedTown) -> None:
    """With the addresses and the root certificates: signatures, links, positions, the tree, and the heads."""
    served_town.take_to("approved", *SALE)
    place = served_town.settings.data
    files = verify_folder(place)
    provider = provider_of(served_town.settings)
    report = verify_folder(
        place,
        feed=served_town.settings.base_url,
        token_of=lambda code: provider.mint(f"{code.lower()}-auditor"),
    )
    assert report["failures"] == []
    assert report["logs"]["KZ"] == files["logs"]["KZ"]
    assert any("sealed parts" in sentence for sentence in report["not_covered"])
