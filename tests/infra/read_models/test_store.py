"""Read models: rows come back as they were written, page by page, and nothing deleted stays in the file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from domain.case import Case
from domain.refusals import Unready
from infra.read_models.store import NEXT, ReadModels, Unavailable
from infra.read_models.tables import Generation, members, shape
from projections import Row, Tally, Turn, View, key_column, tallies, turns
from projections import views as all_views


@pytest.fixture
def read_models(tmp_path: Path) -> Iterator[ReadModels]:
    found = ReadModels(tmp_path / "read_models.sqlite")
    yield found
    found.close()


def every_view() -> list[View | Tally | Turn]:
    return [*all_views(), *turns(), *tallies()]


def queued(n: int, due: str = "2026-12-01", authority: str = "office", **more: Any) -> Row:
    """A row of the work queue."""
    row: Row = {
        "case": f"case-{n:03d}",
        "reason": "assignment",
        "is_foremost": 1,
        "since": "2026-11-23",
        "authority": authority,
        "procedure": "car_sale",
        "place": due,
        "due": due,
        "stage": "in_review",
        "officer": None,
        "is_proposed": 0,
        "warnings": [],
        "flags": [],
        "waits_for": ["assignment"],
        "stands_still_since": None,
        "filed_at": "2026-11-23",
        "version": n,
    }
    return row | more


def fill(read_models: ReadModels, rows: list[Row]) -> None:
    with read_models.writing() as transaction:
        transaction.write("work_queue", rows)


def test_a_row_comes_back_as_it_was_written(read_models: ReadModels) -> None:
    """Texts in every script, numbers, nulls, and JSON of any shape."""
    row = queued(1, warnings=["late:officer", {"näme": [1, None, True]}], officer="Оғуз")
    fill(read_models, [row])
    assert read_models.one("work_queue", "case-001") == row
    assert read_models.rows("work_queue") == [row]
    assert read_models.one("work_queue", "case-002") is None


def test_a_row_takes_the_place_of_the_one_under_its_key_and_can_be_dropped(read_models: ReadModels) -> None:
    fill(read_models, [queued(1), queued(2)])
    fill(read_models, [queued(1, stage="returned")])
    assert [row["stage"] for row in read_models.rows("work_queue")] == ["returned", "in_review"]
    with read_models.writing() as transaction:
        transaction.delete("work_queue", ["case-001", "case-777"])
    assert [row["case"] for row in read_models.rows("work_queue")] == ["case-002"]


def test_pages_follow_one_another_without_gap_or_repeat(read_models: ReadModels) -> None:
    """Nearest deadline first; among equals by case."""
    fill(read_models, [queued(n, due=f"2026-12-{1 + n % 3:02d}") for n in range(20)])
    found: list[Row] = []
    after: list[Any] = []
    while page := read_models.rows("work_queue", order=("due", "case"), after=after, limit=3):
        found += page
        after = [page[-1]["due"], page[-1]["case"]]
    assert [(row["due"], row["case"]) for row in found] == sorted((r["due"], r["case"]) for r in found)
    assert len({row["case"] for row in found}) == 20


def test_rows_are_chosen_by_one_value_or_by_several(read_models: ReadModels) -> None:
    fill(read_models, [queued(n, authority=f"office-{n % 4}") for n in range(8)])
    chosen = read_models.rows("work_queue", {"authority": "office-1"})
    assert [row["case"] for row in chosen] == ["case-001", "case-005"]
    chosen = read_models.rows("work_queue", {"authority": ["office-1", "office-2"], "version": 5})
    assert [row["case"] for row in chosen] == ["case-005"]
    chosen = read_models.rows("work_queue", up_to={"version": 2}, order=("version",))
    assert [row["version"] for row in chosen] == [0, 1, 2]


def test_rows_are_chosen_by_several_columns_at_once(read_models: ReadModels) -> None:
    """And what stands in them is told once."""
    sales = [queued(n, officer=who) for n, who in enumerate(("a", "a", "b"))]
    fill(read_models, [*sales, queued(3, officer="a", procedure="birth_certificate")])
    who = ("officer", "procedure")
    with read_models.reading() as seen:
        found = seen.distinct("work_queue", who, {"authority": "office"})
        assert sorted(found) == [("a", "birth_certificate"), ("a", "car_sale"), ("b", "car_sale")]
        chosen = seen.rows("work_queue", {who: [("a", "birth_certificate"), ("b", "car_sale")]})
        assert [row["version"] for row in chosen] == [2, 3]
        assert seen.rows("work_queue", {who: []}) == []


def test_rows_are_chosen_by_what_they_lack_and_by_what_a_bound_leaves_out(read_models: ReadModels) -> None:
    fill(read_models, [queued(0, officer="o"), queued(1), {**queued(2), "due": None}])
    assert [row["version"] for row in read_models.rows("work_queue", {"officer": None})] == [1, 2]
    chosen = read_models.rows("work_queue", not_up_to={"due": "2026-12-01"})
    assert [row["version"] for row in chosen] == [2]
    assert len(read_models.rows("work_queue", not_up_to={"due": "2026-11-30"})) == 3


def test_rows_are_counted_by_a_column(read_models: ReadModels) -> None:
    fill(read_models, [queued(n, reason=f"r{n % 2}", due=f"2026-12-0{n + 1}") for n in range(5)])
    with read_models.reading() as seen:
        assert seen.counts("work_queue", "reason", {"authority": "office"}) == {"r0": 3, "r1": 2}
        assert seen.counts("work_queue", "reason", up_to={"due": "2026-12-02"}) == {"r0": 1, "r1": 1}
        assert seen.counts("work_queue", "reason", {"authority": "another"}) == {}


def test_a_column_that_is_none_never_gets_into_a_statement(read_models: ReadModels) -> None:
    for asked in (
        {"where": {"authority\" = '' --": "x"}},
        {"order": ("1; DROP TABLE x",)},
        {"up_to": {"x": 1}},
    ):
        with pytest.raises(KeyError):
            read_models.rows("work_queue", **asked)


def test_many_keys_are_looked_up_at_once(read_models: ReadModels) -> None:
    fill(read_models, [queued(n) for n in range(900)])
    with read_models.writing() as transaction:
        found = transaction.load("work_queue", [f"case-{n:03d}" for n in range(1000)])
    assert len(found) == 900


def test_a_batch_that_fails_has_written_nothing(read_models: ReadModels) -> None:
    def fail() -> None:
        with read_models.writing() as transaction:
            transaction.write("work_queue", [queued(1)])
            transaction.move_to(7)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert read_models.rows("work_queue") == []
    assert read_models.position() == 0


def test_positions_of_log_and_accesses_are_apart_and_erasures_add_up(read_models: ReadModels) -> None:
    with read_models.writing() as transaction:
        transaction.move_to(7, erasures=1)
        transaction.move_to(3, source="accesses")
        transaction.move_to(9, erasures=2)
    assert (read_models.position(), read_models.position("accesses")) == (9, 3)
    digests = read_models.digests()
    assert (digests["position"], digests["erasures"], digests["accesses"]) == (9, 3, 3)
    assert read_models.has_seen(8)
    assert not read_models.has_seen(9)


def test_a_digest_depends_on_the_rows_and_on_nothing_else(read_models: ReadModels, tmp_path: Path) -> None:
    """Not on the order in which they were written, nor on what was there before."""
    with closing_read_models(tmp_path / "other.sqlite") as other:
        fill(read_models, [queued(1), queued(2)])
        fill(other, [queued(2, stage="returned")])
        assert read_models.digests() != other.digests()
        fill(other, [queued(1)])
        fill(other, [queued(2)])
        assert read_models.digests() == other.digests()


def closing_read_models(path: Path) -> closing[ReadModels]:
    return closing(ReadModels(path))


def test_a_reader_sees_the_old_rows_until_the_batch_is_whole(read_models: ReadModels) -> None:
    """And does not wait for it."""
    fill(read_models, [queued(1)])
    with read_models.writing() as transaction:
        transaction.write("work_queue", [queued(2)])
        assert [row["case"] for row in read_models.rows("work_queue")] == ["case-001"]
    assert len(read_models.rows("work_queue")) == 2


def test_two_processes_write_by_turns(read_models: ReadModels, tmp_path: Path) -> None:
    with closing_read_models(tmp_path / "read_models.sqlite") as other:
        for n in range(10):
            fill((read_models, other)[n % 2], [queued(n)])
        assert len(other.rows("work_queue")) == 10


# --- generations ------------------------------------------------------------------------------------------


def test_a_new_generation_takes_the_place_of_the_live_one_at_once(read_models: ReadModels) -> None:
    fill(read_models, [queued(1)])
    with read_models.rebuilding():
        with read_models.writing(NEXT) as transaction:
            transaction.write("work_queue", [queued(2), queued(3)])
            transaction.move_to(5)
        assert [row["case"] for row in read_models.rows("work_queue")] == ["case-001"]
        with read_models.writing(NEXT) as transaction:
            read_models.switch(transaction)
    assert [row["case"] for row in read_models.rows("work_queue")] == ["case-002", "case-003"]
    assert read_models.position() == 5
    fill(read_models, [queued(4)])
    assert len(read_models.rows("work_queue")) == 3


def test_who_helped_a_rebuild_that_was_killed_writes_nothing_into_the_next(read_models: ReadModels) -> None:
    with read_models.rebuilding() as killed, read_models.helping(killed) as transaction:
        transaction.write("work_queue", [queued(1)])
    with read_models.rebuilding() as builder:
        with pytest.raises(Unready), read_models.helping(killed) as transaction:
            transaction.write("work_queue", [queued(2)])
        with read_models.helping(builder) as transaction:
            transaction.write("work_queue", [queued(3)])
            read_models.switch(transaction)
    with pytest.raises(Unready), read_models.helping(builder):
        pass
    assert [row["case"] for row in read_models.rows("work_queue")] == ["case-003"]


def test_what_is_counted_is_added_up_whoever_writes_it_first(read_models: ReadModels) -> None:
    row = {"key": "2026-01/a/b", "month": "2026-01", "authority": "a", "type": "b"}
    for count in (2, 40):
        with read_models.writing() as transaction:
            transaction.write("statistics", [{**row, "count": count}])
    assert read_models.rows("statistics") == [{**row, "count": 42}]


def test_a_page_uses_its_index_also_after_a_switch(read_models: ReadModels, tmp_path: Path) -> None:
    with read_models.rebuilding(), read_models.writing(NEXT) as transaction:
        read_models.switch(transaction)
    with closing(sqlite3.connect(tmp_path / "read_models.sqlite")) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM work_queue WHERE authority = 'x' AND is_foremost = 1"
            ' ORDER BY place, "case" LIMIT 9'
        ).fetchall()
    declared = {"_".join((v.name, *columns)) for v in every_view() for columns in v.indexes}
    assert declared <= names
    assert "work_queue_authority_is_foremost_place_case" in plan[0][3]


def test_a_file_of_another_version_is_emptied_to_be_folded_anew(
    read_models: ReadModels, tmp_path: Path
) -> None:
    """A column more, or another member of a state: what is in the file would not be understood."""
    fill(read_models, [queued(1)])
    with read_models.writing() as transaction:
        transaction.move_to(7)
    with closing(sqlite3.connect(tmp_path / "read_models.sqlite", isolation_level=None)) as connection:
        connection.execute("ALTER TABLE work_queue ADD COLUMN older TEXT")
        connection.execute("CREATE TABLE a_view_of_old (x)")
        connection.execute("PRAGMA user_version = 1")
    with closing_read_models(tmp_path / "read_models.sqlite") as other:
        assert other.position() == 0
        assert other.rows("work_queue") == []
        fill(other, [queued(2)])
    with closing_read_models(tmp_path / "read_models.sqlite") as again:
        assert len(again.rows("work_queue")) == 1


def test_the_shape_of_a_file_follows_from_its_tables_and_states() -> None:
    one = shape(Generation(""))
    assert one == shape(Generation("")) != shape(Generation(NEXT))
    assert 0 < one < 2**31
    assert {"former", "former.said", "former.people"} <= set(members(Case)), "and from what these consist of"


def test_every_read_model_has_a_key_and_indexes_on_columns_of_its_own() -> None:
    for view in every_view():
        assert view.columns[key_column(view)] == "text"
        assert {column for columns in view.indexes for column in columns} <= set(view.columns)
        assert view.name not in {"positions", "parked"}


def test_each_family_has_one_view_that_keeps_its_state() -> None:
    kept = [view.family for view in all_views() if view.keeps]
    assert sorted(kept) == ["case", "competence", "entry", "mandate", "notice"]
    assert all(view.columns["state"] == "state" for view in all_views() if view.keeps)


# --- nothing stays ----------------------------------------------------------------------------------------


def test_what_was_deleted_is_in_no_file_after_a_scrubbing(read_models: ReadModels, tmp_path: Path) -> None:
    """Overwriting is not enough: SQLite leaves copies where it moved rows between half-empty pages."""
    secret = "Şirin-Gülşen"
    for round_ in range(3):
        for first in range(0, 900, 50):
            fill(
                read_models,
                [queued(n, officer=secret * (1 + (n * 7 + round_) % 60)) for n in range(first, first + 50)],
            )
    fill(read_models, [queued(n, officer="x" * (n % 700)) for n in range(900)])
    with read_models.writing() as transaction:
        transaction.move_to(1, erasures=1)
    assert not read_models.is_scrubbed()
    read_models.scrub()
    assert read_models.is_scrubbed()
    for path in tmp_path.iterdir():
        assert secret.encode() not in path.read_bytes()


def test_a_scrubbing_waits_for_nobody_long(read_models: ReadModels, tmp_path: Path) -> None:
    fill(read_models, [queued(1)])
    with closing(sqlite3.connect(tmp_path / "read_models.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM work_queue").fetchone()
        with read_models.writing() as transaction:
            transaction.move_to(1, erasures=1)
        with pytest.raises(Unavailable):
            read_models.scrub()
        assert not read_models.is_scrubbed()
        reader.execute("COMMIT")
    read_models.scrub()
    assert read_models.is_scrubbed()


def test_what_a_rebuild_left_behind_is_taken_away_by_the_next_scrubbing(
    read_models: ReadModels, tmp_path: Path
) -> None:
    """It broke off, or was killed; who is erased since would be readable in what it had folded."""
    fill(read_models, [queued(1)])
    with suppress(KeyboardInterrupt), read_models.rebuilding() as builder:
        with read_models.helping(builder) as transaction:
            transaction.write("work_queue", [queued(1, officer="Şirin")])
        raise KeyboardInterrupt
    assert not read_models.is_scrubbed()
    read_models.scrub()
    assert read_models.is_scrubbed()
    assert read_models.one("work_queue", "case-001") == queued(1)
    for path in tmp_path.iterdir():
        assert "Şirin".encode() not in path.read_bytes()


def test_a_scrubbing_leaves_a_rebuild_alone_that_goes_on(read_models: ReadModels) -> None:
    with read_models.rebuilding() as builder:
        with read_models.helping(builder) as transaction:
            transaction.write("work_queue", [queued(2)])
        assert read_models.is_scrubbed()
        read_models.scrub()
        with read_models.helping(builder) as transaction:
            read_models.switch(transaction)
    assert read_models.rows("work_queue") == [queued(2)]


def test_the_file_lies_where_it_should_whatever_the_folder_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "a?b#c%20d e"
    folder.mkdir()
    with closing(ReadModels(folder / "read_models.sqlite")) as read_models:
        fill(read_models, [queued(1)])
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    assert (folder / "read_models.sqlite").stat().st_size


def test_an_error_of_the_engine_is_said_without_the_values_of_a_statement(
    read_models: ReadModels, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "read_models.sqlite", isolation_level=None)) as connection:
        connection.execute("ALTER TABLE work_queue RENAME TO elsewhere")
    with pytest.raises(Unavailable) as error:
        fill(read_models, [queued(1, officer="Şirin")])
    assert "Şirin" not in str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize("value", [b"not json", b"\xff", None, b""])
def test_a_value_that_nobody_here_wrote_is_damage_too(read_models: ReadModels, value: Any) -> None:
    """Whoever reads the row hears how it is mended; the other rows are read as before."""
    fill(read_models, [queued(1), queued(2)])
    with read_models.writing() as transaction:
        transaction.connection.execute(
            "UPDATE work_queue SET warnings = ? WHERE \"case\" = 'case-001'", (value,)
        )
    with pytest.raises(Unavailable, match=r"work_queue cannot be read.*delete read_models\.sqlite"):
        read_models.one("work_queue", "case-001")
    assert read_models.one("work_queue", "case-002") == queued(2)


def test_a_damaged_file_says_how_it_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "read_models.sqlite"
    with closing(ReadModels(path)) as read_models:
        fill(read_models, [queued(1)])
    path.write_bytes(b"rubbish" * 4096)
    with pytest.raises(Unavailable, match=r"damaged: stop, delete read_models\.sqlite"):
        ReadModels(path)
    for each in tmp_path.glob("read_models.sqlite*"):
        each.unlink()
    with closing(ReadModels(path)) as read_models:
        fill(read_models, [queued(1)])
