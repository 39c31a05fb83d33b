"""The table of who read what is verified with its log: an edit breaks the chain, a cut tail lacks a head of the log."""

import sqlite3
from contextlib import closing
from typing import Final

import pytest

from domain import events as e
from domain.authorities import access_of
from domain.decision import LEAD, SYSTEM_ACTOR, Decision
from infra.desk.desk import Append, new_cause
from infra.operations.ticking import record_access_head
from infra.verification import Report, Source, verify_folder, verify_logs
from tests.infra.one_country import OneCountry

SAID: Final = {
    "at": "2026-11-23T09:00:00.000000Z",
    "stream": "case",
    "reader": "officer",
    "role": "officer",
    "authority": "kz-vehicle-registration",
    "purpose": "work on the case",
    "basis": "competence",
    "concerned": "somebody",
}
SWAPPED: Final = """UPDATE accesses SET number = 20 WHERE number = 2;
    UPDATE accesses SET number = 2 WHERE number = 3; UPDATE accesses SET number = 3 WHERE number = 20"""
CUT: Final = "DELETE FROM accesses WHERE number > "
TRIGGERS: Final = "DROP TRIGGER accesses_are_never_changed; DROP TRIGGER accesses_are_never_deleted;"


@pytest.fixture
def read(kazakhstan: OneCountry) -> OneCountry:
    """Five readings, after three and after five of which the head was put into the log."""
    for n in range(1, 6):
        kazakhstan.accesses.record(**SAID | {"reader": f"officer {n}"}).result()
        if n in {3, 5}:
            record_access_head(kazakhstan.country)
    return kazakhstan


def verified(country: OneCountry) -> Report:
    table = country.folder / "accesses.sqlite"
    root = country.keyring.root
    return verify_logs([Source(log="KZ", path=country.log.path, root_certificate=root, accesses=table)])


def tampered(country: OneCountry, statement: str) -> list[tuple[str, int | None]]:
    """What a verification says after somebody with another tool had the file: (check, row)."""
    with closing(sqlite3.connect(country.folder / "accesses.sqlite", isolation_level=None)) as door:
        door.executescript(TRIGGERS + statement)
    return [(failure.check, failure.version) for failure in verified(country).failures]


def test_what_nobody_touched_verifies_also_by_the_folder(read: OneCountry) -> None:
    assert verified(read).ok
    report = verify_folder(read.place)
    assert report["ok"]
    assert not any("the table of who read what" in sentence for sentence in report["not_covered"])


def test_readings_that_no_head_tells_of_yet_are_no_failure(read: OneCountry) -> None:
    read.accesses.record(**SAID).result()
    assert verified(read).ok


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE accesses SET purpose = 'x' WHERE number = 2", 2),
        ("UPDATE accesses SET concerned = 'another' WHERE number = 4", 4),
        ("UPDATE accesses SET purpose = x'00' WHERE number = 1", 1),
        ("DELETE FROM accesses WHERE number = 3", 3),
        ("UPDATE accesses SET number = -2 WHERE number = 2", 1),
        (SWAPPED, 2),
    ],
    ids=["a purpose", "whom it concerned", "bytes", "taken out", "moved before", "two of them swapped"],
)
def test_a_row_that_is_not_what_it_was_is_named(read: OneCountry, statement: str, row: int) -> None:
    assert tampered(read, statement) == [("accesses", row)]


@pytest.mark.parametrize(("number", "head"), [(4, 5), (1, 3), (0, 3)], ids=["a row", "most", "all"])
def test_a_tail_that_was_cut_lacks_the_head_that_the_log_holds(
    read: OneCountry, number: int, head: int
) -> None:
    assert tampered(read, CUT + str(number)) == [("accesses", head)]


def test_a_chain_that_was_made_anew_has_other_heads(read: OneCountry) -> None:
    """Without the row of a nosy officer, and each hash right again."""
    kept = [row for row in read.accesses.since(0, 10) if row.reader != "officer 2"]
    assert tampered(read, "DELETE FROM accesses") == [("accesses", 3)]
    for row in (*kept, kept[-1]):
        said = {name: getattr(row, name) for name in SAID}
        read.accesses.record(**said).result()
    failures = verified(read).failures
    assert [(failure.check, failure.version) for failure in failures] == [("accesses", 3)]
    assert failures[0].index > 0  # where the log says so


def test_a_second_head_of_as_many_rows_is_none_of_this_table(read: OneCountry) -> None:
    """Whoever makes the chain anew cannot put its head over the one that the log holds, with the seal that may."""

    def again(append: Append) -> None:
        stream = append.load(read.country.ids.access(), "access")
        said = e.AccessHeadRecorded(count=5, head="A" * 43)
        decision = Decision(authority=access_of("KZ"), actor=SYSTEM_ACTOR, events=[(LEAD, said)])
        append.sign(decision, stream, {}, new_cause())

    read.desk.have(again).result()
    assert [(failure.check, failure.version) for failure in verified(read).failures] == [("accesses", 5)]


def test_a_table_that_cannot_be_read_is_a_failure_and_one_that_is_not_there_is_said(read: OneCountry) -> None:
    """Who gives an auditor the log alone is not told that it is broken."""
    read.close()
    table = read.folder / "accesses.sqlite"
    table.write_bytes(b"no database at all" * 100)
    assert [failure.check for failure in verified(read).failures] == ["accesses"]
    table.unlink()
    report = verify_folder(read.place)
    assert report["ok"]
    assert any("the table of who read what" in sentence for sentence in report["not_covered"])
