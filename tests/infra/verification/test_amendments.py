"""Who amended alone is looked at again: an office that holds its own valid seal is no court by that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain import commands as c
from domain.lookup_keys import entry_key
from infra.desk.desk import new_cause
from infra.formats.canonical import b64url, sha256
from infra.formats.envelope import split
from tests.infra.past import OFFICE, VINS, Past, past
from tests.infra.tampering import Stored, copy_of, opened, signed_again
from tests.infra.verification.copied import Case

COURT, BODY = "kz-court", "kz-interior-ministry"


def entry_of(made: Past) -> str:
    return made.country().ids.stream(entry_key("vehicles", "vin", VINS[2]))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """A judge annulled the registration of the third car."""
    with past(tmp_path_factory.mktemp("annulled")) as it:
        rows = it.country().log.stream(entry_of(it))
        asked = c.AnnulEntry(
            by=it.actor(f"{COURT}-judge"),
            cause=new_cause(),
            country="KZ",
            register="vehicles",
            entry=entry_of(it),
            expected=len(rows),
            of=b64url(sha256(split(rows[-1][4])[0])),
            written_by=None,
            proposal=None,
            reason="The papers were false.",
        )
        it.country().desk.ask(asked).result()
        yield it


@pytest.fixture
def case(made: Past, tmp_path: Path) -> Case:
    folder = made.country().folder
    log = copy_of(folder / "log.sqlite", tmp_path / "log.sqlite")
    return Case(made, log, copy_of(folder / "vault.sqlite", tmp_path / "vault.sqlite"))


def signed_by(case: Case, office: str, by: str = "", **changes: Any) -> list[str]:
    """The checks that the annulment fails, signed by this office with its valid seal; ``by`` somebody else there."""
    with opened(case.log) as log:
        row: Stored = log.row(entry_of(case.past), 2)
        said = {**row.payload["data"], **changes}
        actor = row.payload["actor"]
        if by:
            (held,) = case.past.actor(by).competences
            actor = {"id": held.office_id, "role": held.role}
        signed = signed_again(row, case.seal_of(office), authority=office, actor=actor, data=said)
        log.write(row, signed + row.sealed)
    return [
        each.check
        for each in case.verified(with_keys=False).failures  # its boxes open with what was signed first
        if (each.stream, each.version) == (row.stream, row.version)
    ]


def test_the_court_that_the_law_names_annuls_alone(case: Case) -> None:
    assert signed_by(case, COURT) == []
    assert signed_by(case, COURT, rule="entry.amend:court:kin") == []


@pytest.mark.parametrize("rule", ["entry.amend:court", "entry.amend:court:kin"])
def test_no_other_office_is_a_court(case: Case, rule: str) -> None:
    assert signed_by(case, OFFICE, rule=rule) == ["amendment"]


def test_an_office_does_not_annul_with_one_pair_of_eyes(case: Case) -> None:
    assert signed_by(case, OFFICE, rule="entry.amend:officer") == ["amendment"]


def test_whoever_decides_appeals_needs_no_second_but_an_appeal(case: Case) -> None:
    officer = f"{BODY}-appeal-officer-1"
    assert signed_by(case, BODY, officer, rule="case.decide_appeal:appeal_officer") == ["basis"]
