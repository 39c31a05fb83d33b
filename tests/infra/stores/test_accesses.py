"""Who read what: durable before the bytes leave, in one chain, whoever writes, and never changed."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from domain.access import Access
from domain.refusals import Unready
from infra.formats.canonical import NotCanonical, b64url
from infra.stores.accesses import GENESIS, Accesses, Unavailable, chained, first_break

READING = {
    "at": "2026-11-23T09:00:00.000000Z",
    "stream": "case",
    "reader": "officer",
    "role": "officer",
    "authority": "kz-vehicle-registration",
    "purpose": "work on the case",
    "basis": "competence",
    "concerned": "somebody",
}


@pytest.fixture
def accesses(tmp_path: Path) -> Iterator[Accesses]:
    found = Accesses(tmp_path / "accesses.sqlite")
    yield found
    found.close()


def test_a_reading_is_in_the_file_when_its_future_is_done(accesses: Accesses, tmp_path: Path) -> None:
    accesses.record(**READING).result()
    with closing(sqlite3.connect(tmp_path / "accesses.sqlite")) as anybody:
        assert anybody.execute("SELECT number, purpose FROM accesses").fetchall() == [(1, "work on the case")]


def test_readings_are_numbered_from_1_and_chained(accesses: Accesses) -> None:
    """h(0) is 32 zero bytes; each hash covers the one before and the whole row."""
    assert b64url(bytes(32)) == GENESIS
    for n in range(5):
        accesses.record(**READING | {"reader": f"officer {n}"}).result()
    rows = accesses.since(0, 10)
    assert [row.number for row in rows] == [1, 2, 3, 4, 5]
    assert rows[0].hash == chained(GENESIS, asdict(rows[0]))
    assert first_break(rows) is None
    assert accesses.head() == (5, rows[-1].hash)
    assert accesses.since(3, 1) == [rows[3]]
    assert first_break(rows[2:], rows[1].hash) is None


@pytest.mark.parametrize(
    "column", [name for name in asdict(Access(number=1, hash="", **READING)) if name != "hash"]
)
def test_a_row_that_was_changed_breaks_the_chain(accesses: Accesses, column: str) -> None:
    for _ in range(3):
        accesses.record(**READING).result()
    rows = accesses.since(0, 10)
    changed: dict[str, Any] = {column: 7 if column == "number" else "another"}
    rows[1] = replace(rows[1], **changed)
    assert first_break(rows) == 2


def test_a_row_that_was_taken_out_or_put_in_breaks_the_chain(accesses: Accesses) -> None:
    for n in range(4):
        accesses.record(**READING | {"reader": f"officer {n}"}).result()
    rows = accesses.since(0, 10)
    assert first_break([rows[0], *rows[2:]]) == 2
    assert first_break([rows[1], rows[0], *rows[2:]]) == 1
    forged = replace(rows[1], hash=chained(rows[0].hash, asdict(replace(rows[1], reader="nobody"))))
    assert first_break([rows[0], forged, *rows[2:]]) == 2


def test_many_at_once_share_the_commit_and_each_is_there_once(accesses: Accesses) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = [
            pool.submit(lambda reading: accesses.record(**reading).result(), READING | {"reader": str(n)})
            for n in range(200)
        ]
    assert all(future.exception() is None for future in done)
    rows = accesses.since(0, 1000)
    assert {row.reader for row in rows} == {str(n) for n in range(200)}
    assert first_break(rows) is None


def test_several_processes_write_one_chain(accesses: Accesses, tmp_path: Path) -> None:
    with closing(Accesses(tmp_path / "accesses.sqlite")) as other:
        futures = [(accesses, other)[n % 2].record(**READING) for n in range(100)]
        assert [future.result() for future in futures] == [None] * 100
    rows = accesses.since(0, 1000)
    assert (len(rows), first_break(rows)) == (100, None)


@pytest.mark.parametrize("statement", ["UPDATE accesses SET reader = 'nobody'", "DELETE FROM accesses"])
def test_the_file_itself_refuses_to_forget(accesses: Accesses, tmp_path: Path, statement: str) -> None:
    accesses.record(**READING).result()
    with (
        closing(sqlite3.connect(tmp_path / "accesses.sqlite")) as anybody,
        pytest.raises(sqlite3.IntegrityError, match="never"),
    ):
        anybody.execute(statement)


def test_a_reading_that_is_not_whole_is_refused_and_spoils_no_other(accesses: Accesses) -> None:
    """A member missing or too many, a text that cannot be hashed: whoever asks hears it at once."""
    for wrong in ({"role": "officer"}, READING | {"number": "9"}, {**READING, "hash": "x"}):
        with pytest.raises(TypeError):
            accesses.record(**wrong)
    with pytest.raises(NotCanonical):
        accesses.record(**READING | {"purpose": "half a pair \ud800"})
    accesses.record(**READING).result()
    assert accesses.head()[0] == 1


def test_what_cannot_be_recorded_must_not_be_read(accesses: Accesses, tmp_path: Path) -> None:
    """The future raises; when the file can be written again, the chain goes on."""
    accesses.record(**READING).result()
    with closing(sqlite3.connect(tmp_path / "accesses.sqlite", isolation_level=None)) as holder:
        holder.execute("CREATE TRIGGER no BEFORE INSERT ON accesses BEGIN SELECT RAISE(ABORT, 'no'); END")
        with pytest.raises(Unavailable):
            accesses.record(**READING).result()
        holder.execute("DROP TRIGGER no")
    accesses.record(**READING).result()
    rows = accesses.since(0, 10)
    assert (len(rows), first_break(rows)) == (2, None)


def test_a_closed_table_takes_nothing_and_leaves_nobody_waiting(accesses: Accesses) -> None:
    recorded = accesses.record(**READING)
    accesses.close()
    assert recorded.result(0) is None
    with pytest.raises(Unready):
        accesses.record(**READING).result(5)
