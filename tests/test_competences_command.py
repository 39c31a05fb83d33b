"""``tamga competences``: what whoever runs the house grants and ends, beside a house that serves and without one."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tamga
from tests.town.caller import good, problem
from tests.town.fixtures import Furnished, served
from tests.town.people import person
from tests.town.served import ServedTown

OFFICE = "kz-vehicle-registration"
CITIZEN = "kz-citizen-3"
MACHINE = ("--issuer", "https://id.example", "--subject", "a-machine")


@pytest.fixture(scope="module")
def beside(furnished: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedTown]:
    """A house that serves in a process of its own."""
    with served(furnished("KZ"), tmp_path_factory.mktemp("served")) as town:
        yield town


def number() -> str:
    found = person(CITIZEN)["personal_number"]
    return f"{found['country']}:{found['number']}"


def competences(town: ServedTown, *words: str) -> Any:
    return json.loads(town.run("competences", *words, "--json"))


@pytest.mark.slow
def test_a_house_that_serves_sees_at_once_what_is_granted_and_ended_beside_it(beside: ServedTown) -> None:
    assert problem(beside.as_(CITIZEN).get("/v1/queue")) == (404, "not_found")
    held = competences(
        beside, "grant", "KZ", OFFICE, "officer", "--number", number(), "--procedure", "car_sale"
    )
    assert (held["role"], held["procedures"], held["is_person_known"]) == ("officer", ["car_sale"], True)
    assert number().partition(":")[2] not in json.dumps(held)
    good(beside.as_(CITIZEN).get("/v1/queue"))
    assert held in competences(beside, "list", "KZ", OFFICE)
    ended = competences(beside, "end", "KZ", held["competence"])
    assert (ended["competence"], ended["is_ended"]) == (held["competence"], True)
    assert problem(beside.as_(CITIZEN).get("/v1/queue")) == (404, "not_found")
    assert held["competence"] not in [c["competence"] for c in competences(beside, "list", "KZ")]
    assert ended in competences(beside, "list", "KZ", "--all")
    assert json.loads(beside.run("audit", "verify", "--json"))["ok"]


@pytest.mark.slow
def test_machines_are_granted_here_since_any_day_and_once(beside: ServedTown) -> None:
    asked = ("grant", "KZ", "kz-treasury", "treasury", *MACHINE, "--since", "2019-05-01")
    first, again = competences(beside, *asked), competences(beside, *asked)
    assert first == again
    assert (first["since"], first["is_person_known"]) == ("2019-05-01", False)
    ended = competences(beside, "end", "KZ", first["competence"], "--last-day", "2999-12-31")
    assert (ended["until"], ended["is_ended"]) == ("2999-12-31", False)


# --- without a house that serves ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(furnished: Furnished) -> Path:
    return furnished("KZ").data


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, tamga.__file__, "competences", *words],
        env={"TAMGA_DATA": str(folder), "TAMGA_COUNTRIES": "KZ"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("grant", "KZ", OFFICE, "king", *MACHINE), 1, "/role: This is none of the roles"),
        (("grant", "KZ", OFFICE, "officer", *MACHINE, "--procedure", "x"), 1, "/procedures/0: "),
        (("grant", "KZ", OFFICE, "officer", *MACHINE, "--until", "2020-01-01"), 1, "/until: "),
        (("grant", "KZ", OFFICE, "officer"), 2, "say who it is"),
        (("grant", "KZ", OFFICE, "officer", "--issuer", "https://id.example"), 2, "--issuer and --subject"),
        (("grant", "KZ", OFFICE, "officer", "--number", "KZ:12"), 2, "KZ:790101300011"),
        (("grant", "KZ", OFFICE, "officer", *MACHINE, "--since", "soon"), 2, "2026-11-30"),
        (("grant", "KZ", "tr-civil-registry", "officer", *MACHINE), 2, "begin with kz-"),
        (("grant", "KZ", "The Office", "officer", *MACHINE), 2, "kz-vehicle-registration"),
        (("grant", "TR", "tr-civil-registry", "officer", *MACHINE), 2, "TR is not kept here"),
        (("end", "KZ", "nothing"), 2, "has no such competence"),
        (("list", "XX"), 2, "XX is not a member country"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_and_changes_nothing(
    folder: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    done = run(folder, *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_who_may_act_is_a_table_for_people(folder: Path) -> None:
    heading, *lines = run(folder, "list", "KZ", OFFICE).stdout.splitlines()
    assert heading.split() == ["competence", "authority", "role", "office_id", "procedures", "since", "until"]
    assert {line.split()[2] for line in lines} == {
        "officer",
        "supervisor",
        "personnel_officer",
        "restricting_officer",
    }


def test_the_machines_of_a_development_house_stand_in_no_log(folder: Path) -> None:
    roles = {found["role"] for found in json.loads(run(folder, "list", "KZ", "--json").stdout)}
    assert roles.isdisjoint({"treasury", "registry"})
    assert {"auditor", "data_protection_officer"} <= roles
