"""Replay: a case as it stood, step by step, from the log alone."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.offers import offer, terms_hash
from domain.persons import itself
from infra.keys.keyring import Keyring
from infra.verification import NoSuchStream, Unreplayable, WrongMoment, replay
from tests.infra.past import OFFICE, Past
from tests.infra.tampering import copy_of, opened, signed_again

Replayed = dict[str, Any]


def replayed(made: Past, case: str, as_of: str | None = None, *, with_personal: bool = True) -> Replayed:
    """As somebody who has the files, the root, and perhaps the key store."""
    country = made.country()
    key_of = country.vault.get if with_personal else None
    return replay(
        country.log.path, country.code, case, as_of, key_of=key_of, root_certificate=country.keyring.root
    )


def sold(made: Past, as_of: str | None = None, **more: Any) -> Replayed:
    return replayed(made, made.cases["sold"], as_of, **more)


# --- as of when -------------------------------------------------------------------------------------------


def test_without_a_moment_the_case_is_replayed_to_its_end(made: Past) -> None:
    """All of it: the last state is the one that the desk came to."""
    found = sold(made)
    assert found["state"]["stage"] == "completed"
    assert found["state"] == json.loads(json.dumps(made.states["sold"]._asdict()))
    assert [step["version"] for step in found["steps"]] == list(range(1, 13))


@pytest.mark.parametrize(
    ("version", "stage", "last"),
    [
        (1, "filed", "case.CaseFiled.v1"),
        (5, "in_review", "case.DecisionTermStarted.v1"),
        (7, "returned", "case.InformationRequested.v1"),
        (10, "approved", "case.CaseApproved.v1"),
    ],
)
def test_a_version_is_the_case_after_so_many_events(made: Past, version: int, stage: str, last: str) -> None:
    found = sold(made, str(version))
    assert (found["state"]["stage"], found["state"]["version"]) == (stage, version)
    assert len(found["steps"]) == version
    assert found["steps"][-1]["type"] == last
    assert found["as_of"]["version"] == version


def test_a_moment_is_everything_up_to_it_and_nothing_after(made: Past) -> None:
    """The very moment of an event includes it; a microsecond before does not."""
    steps = sold(made)["steps"]
    moment = steps[5]["time"]  # assigned, asked, answered, proposed and approved at one moment
    assert sold(made, moment)["as_of"]["version"] == 10
    before = datetime.fromisoformat(moment) - timedelta(microseconds=1)
    assert sold(made, before.isoformat())["as_of"]["version"] == 5


def test_a_moment_may_be_told_in_any_zone(made: Past) -> None:
    """Midnight in Almaty is the evening before in Greenwich."""
    assert sold(made, "2026-03-03T13:59:59+05:00") == sold(made, "2026-03-03T08:59:59Z")
    assert sold(made, "2026-03-03T08:59:59Z")["state"]["stage"] == "filed"


@pytest.mark.parametrize("wrong", ["0", "13", "-1", "yesterday", "2026-02-30", "2026-03-03T08:00:00", ""])
def test_what_is_no_moment_and_no_version_is_refused(made: Past, wrong: str) -> None:
    with pytest.raises(WrongMoment):
        sold(made, wrong)


def test_before_it_was_filed_there_is_no_case(made: Past) -> None:
    with pytest.raises(NoSuchStream):
        sold(made, "2026-01-01T00:00:00Z")


def test_a_day_is_its_end_in_the_country(made: Past) -> None:
    """In Almaty the day is over at 19 o'clock in Greenwich."""
    assert sold(made, "2026-03-03") == sold(made, "2026-03-03T18:59:59.999999Z")
    assert sold(made, "2026-03-03")["state"]["stage"] == "in_review"
    assert sold(made, "2026-03-02")["state"]["stage"] == "filed"


def test_only_cases_and_entries_are_replayed(made: Past) -> None:
    """Neither what is not there, nor a stream of another kind."""
    for stream in ("00000000-0000-8000-8000-000000000000", made.country().ids.keys()):
        with pytest.raises(NoSuchStream):
            replayed(made, stream)


# --- an entry ---------------------------------------------------------------------------------------------


def test_an_entry_is_replayed_as_a_case_is(made: Past) -> None:
    """Whose car it was on a day: before it was sold, and after; each step signed."""
    entry = made.states["sold"].entries[0]["entry"]
    found = replayed(made, entry)
    assert (found["entry"], found["country"], found["personal"]) == (entry, "KZ", "shown")
    assert [step["type"] for step in found["steps"]] == ["entry.EntryCreated.v1", "entry.EntryChanged.v1"]
    assert {step["signature"] for step in found["steps"]} == {"holds"}
    assert found["state"]["content"]["owner"] == itself(made.states["sold"].request["buyer"])
    before = replayed(made, entry, "2026-03-03")
    assert before["state"]["content"]["owner"] == itself(made.states["sold"].request["seller"])
    assert before["as_of"]["version"] == 1
    assert replayed(made, entry, "1")["state"] == before["state"]
    with pytest.raises(NoSuchStream):
        replayed(made, entry, "2026-03-01")


def test_of_an_entry_too_who_may_not_see_gets_no_personal_value(made: Past) -> None:
    entry = made.states["sold"].entries[0]["entry"]
    shown = json.dumps(replayed(made, entry, with_personal=False), ensure_ascii=False)
    for secret in ("Aigül", "711007418731", "XTA210990Y2766389"):
        assert secret in json.dumps(replayed(made, entry), ensure_ascii=False)
        assert secret not in shown


# --- what each step says ----------------------------------------------------------------------------------


def test_each_step_says_who_when_under_which_terms_with_which_key(made: Past) -> None:
    """The approval: the second officer, by the office's seal, with the events that it led to."""
    found = sold(made)
    proposed, approved = found["steps"][8], found["steps"][9]
    assert approved["actor"]["role"] == "officer"
    assert approved["actor"] != proposed["actor"]
    assert approved["authority"] == OFFICE
    assert approved["time"] == "2026-03-04T09:00:00.000500Z"
    assert approved["key"] == made.retired[0].kid
    assert len(approved["effects"]) == 2
    assert {step["terms"] for step in found["steps"]} == {"2026-01-01"}
    assert {step["law"] for step in found["steps"]} == {found["terms"]["law"]}
    assert approved["cause"].startswith("cmd:")


def test_the_terms_are_those_that_the_case_names(made: Past) -> None:
    """By their first day, and by the hash that was signed with it; what is unconfirmed is said."""
    offered = offer("KZ", "car_sale")
    assert offered is not None
    terms = sold(made)["terms"]
    row = offered.since("2026-01-01")
    assert terms["sha256"] == terms_hash(row)
    assert terms["law"] == row.source.law
    assert terms["is_here"]
    assert "times.decide" in terms["unconfirmed"]


def test_a_key_that_was_retired_later_still_holds_for_what_it_signed(made: Past) -> None:
    """Every signature is looked at, with the keys of that place in the log."""
    assert {step["signature"] for step in sold(made)["steps"]} == {"holds"}
    assert {step["signature"] for step in replayed(made, made.cases["waiting"])["steps"]} == {"holds"}


# --- personal values --------------------------------------------------------------------------------------


def test_who_may_not_see_gets_no_personal_value(made: Past) -> None:
    """Neither in the state nor in a step; the law, the amounts and the days are public."""
    found = sold(made, with_personal=False)
    shown = json.dumps(found, ensure_ascii=False)
    assert found["personal"] == "withheld"
    keyed = made.states["sold"].request["person_p2"]
    for secret in ("Aigül", "711007418731", "XTA210990Y2766389", "It is white", keyed):
        assert secret in json.dumps(sold(made), ensure_ascii=False)
        assert secret not in shown
    assert found["state"]["fee"]["amount"] == 648_700


def test_what_was_erased_is_not_there_for_anybody(made: Past) -> None:
    """Also as of a day on which it was: the keys are gone."""
    found = replayed(made, made.cases["withdrawn"], "1")
    assert found["personal"] == "shown"
    assert found["state"]["request"]["seller"] is None
    assert found["steps"][0]["data"]["request"]["buyer"] is None
    assert found["state"]["request"]["new_plates"] is False


def test_the_file_alone_is_enough(made: Past, tmp_path: Path) -> None:
    """A copy of the log, without keys, certificates or a house."""
    copy = copy_of(made.country().log.path, tmp_path / "log.sqlite")
    found = replay(copy, "KZ", made.cases["sold"], "3")
    assert found["state"]["consents"] == {"p2": found["state"]["request_hash"]}
    assert "signature" not in found["steps"][0]


# --- what was tampered with -------------------------------------------------------------------------------


def test_a_step_that_nobody_authorised_says_so(made: Past, tmp_path: Path) -> None:
    """Somebody signs the erasure anew with a key that is retired: the replay shows it."""
    country = made.country()
    copy = copy_of(country.log.path, tmp_path / "log.sqlite")
    with opened(copy) as log:
        row = next(r for r in log.rows() if r.stream == made.cases["withdrawn"] and "Erased" in r.type)
        log.write(row, signed_again(row, made.retired[0]))
    root = Keyring(country.keyring.folder).root
    *before, erased = replay(copy, "KZ", made.cases["withdrawn"], root_certificate=root)["steps"]
    assert {step["signature"] for step in before} == {"holds"}
    assert "retired" in erased["signature"]


def test_what_cannot_be_read_cannot_be_replayed(made: Past, tmp_path: Path) -> None:
    copy = copy_of(made.country().log.path, tmp_path / "log.sqlite")
    with opened(copy) as log:
        row = log.row(made.cases["sold"], 3)
        log.write(row, row.state[:300] + row.state[310:])
    with pytest.raises(Unreplayable):
        replay(copy, "KZ", made.cases["sold"])
