"""What a log promises, whatever engine keeps it; each engine joins by a line in ``ENGINES``."""

import multiprocessing
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import chain, product
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import given
from hypothesis import strategies as st

from infra.formats.envelope import Signed
from infra.log.event_store import MOST_AT_ONCE, Conflict, Log, Unavailable
from infra.log.reading import Reader
from infra.runtime.sqlite_file import begin_write

SPAWN = multiprocessing.get_context("spawn")
Open = Callable[[], Log]


COLUMNS = ("log_index", "originator_id", "originator_version", "topic", "state")


def sqlite(folder: Path) -> Log:
    return Log(folder / "log.sqlite", patience_s=2.0)


ENGINES: dict[str, Callable[[Path], Log]] = {"sqlite": sqlite}


@pytest.fixture(params=sorted(ENGINES))
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same log again and again, as several processes would."""
    logs: list[Log] = []

    def open_() -> Log:
        logs.append(ENGINES[request.param](tmp_path))
        return logs[-1]

    yield open_
    for log in logs:
        log.close()


@pytest.fixture
def log(opened: Open) -> Log:
    return opened()


def event(stream: str, seq: int, state: bytes = b"jws") -> Signed:
    return Signed(stream, seq, "case.CaseCompleted.v1", state, "hash")


def append(log: Log, *events: Signed) -> None:
    with log.writing() as under_lock:
        under_lock.append(under_lock.size(), events, {})


def stream_id(n: int) -> str:
    return str(uuid.UUID(int=n))


A, B = stream_id(1), stream_id(2)


# --- order ------------------------------------------------------------------------------------------------


def test_positions_are_given_from_0_on_without_gaps(log: Log) -> None:
    """They are the leaves of the log's tree."""
    append(log, event(A, 1), event(B, 1))
    append(log, event(A, 2))
    assert log.size() == 3
    assert [(row[0], row[1], row[2]) for row in log.since(0, 10)] == [(0, A, 1), (1, B, 1), (2, A, 2)]


def test_a_refused_append_leaves_no_gap(log: Log) -> None:
    append(log, event(A, 1))
    with pytest.raises(Conflict):
        append(log, event(B, 1), event(A, 1))
    append(log, event(B, 1))
    assert [row[0] for row in log.since(0, 10)] == [0, 1]


def test_a_log_is_read_on_from_a_position_some_events_at_a_time(log: Log) -> None:
    append(log, *(event(A, n) for n in range(1, 8)))
    assert [row[0] for row in log.since(2, 3)] == [2, 3, 4]
    assert log.since(7, 3) == []
    assert log.at(6) == (6, A, 7, "case.CaseCompleted.v1", b"jws")
    assert log.at(7) is None


@given(names=st.lists(st.text(), unique=True), parts=st.integers(1, 9))
def test_every_event_falls_to_one_part_with_all_of_its_stream(names: list[str], parts: int) -> None:
    """Also where somebody wrote a stream into the file whose id is none."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE stored_events ({', '.join(COLUMNS)})")
        rows = [(n, name, seq, "t", b"") for n, (seq, name) in enumerate(product((1, 2), names))]
        connection.executemany("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?)", rows)
        found = [Reader(connection).part(0, len(rows), part, parts) for part in range(parts)]
    assert sorted(chain.from_iterable(found)) == rows
    homes = [{row[1] for row in part} for part in found]
    assert sum(map(len, homes)) == len(names)


def test_a_stream_is_read_oldest_first_and_several_at_once(log: Log) -> None:
    append(log, event(B, 1), event(A, 1), event(B, 2), event(A, 2))
    assert [row[2] for row in log.stream(A)] == [1, 2]
    assert [(row[1], row[2]) for row in log.streams([A, B])] == [(A, 1), (A, 2), (B, 1), (B, 2)]
    newest = log.newest(B)
    assert newest is not None
    assert newest[2] == 2
    assert log.newest(stream_id(3)) is None
    assert (log.holds(A), log.holds(stream_id(3))) == (True, False)


# --- all or nothing ---------------------------------------------------------------------------------------


def test_an_append_that_fails_in_the_middle_was_never_there(log: Log) -> None:
    def fail() -> None:
        with log.writing() as under_lock:
            under_lock.append(0, [event(A, 1)], {})
            under_lock.append(1, [], {"key": (b"mac", A, 1)})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert log.size() == 0
    assert log.answer("key") is None


def test_a_version_is_given_once_so_that_a_chain_cannot_fork(opened: Open) -> None:
    one, other = opened(), opened()
    append(one, event(A, 1, b"one"))
    with pytest.raises(Conflict):
        append(other, event(A, 1, b"other"))
    assert [row[4] for row in one.stream(A)] == [b"one"]


def test_a_part_is_taken_back_and_the_rest_stays(log: Log) -> None:
    """An import that is refused, in a transaction with others."""
    with log.writing() as under_lock:
        under_lock.append(0, [event(A, 1)], {})
        under_lock.begin_part()
        under_lock.append(1, [event(B, 1)], {})
        assert under_lock.holds(B)
        under_lock.undo_part()
        under_lock.append(1, [event(A, 2)], {})
    assert [(row[1], row[2]) for row in log.since(0, 10)] == [(A, 1), (A, 2)]


def test_ahead_of_the_lock_and_under_it_one_appends_at_the_next_position_or_not_at_all(log: Log) -> None:
    with pytest.raises(Conflict), log.writing() as under_lock:
        under_lock.append(1, [event(A, 1)], {})
    with pytest.raises(Conflict):
        log.append(1, [event(A, 1)], {})
    assert log.size() == 0


def test_more_than_one_statement_takes_is_appended_at_once_too(log: Log) -> None:
    many = [event(A, n + 1) for n in range(MOST_AT_ONCE)]
    log.append(0, many, {"key": (b"mac", A, 1)})
    with pytest.raises(Conflict):
        log.append(0, many, {"another": (b"mac", A, 1)})
    assert (log.size(), log.answer("key"), log.answer("another")) == (MOST_AT_ONCE, (b"mac", A, 1), None)


def test_under_the_lock_one_reads_what_one_wrote_and_nobody_else_does(opened: Open) -> None:
    writer, reader = opened(), opened()
    with writer.writing() as under_lock:
        under_lock.append(0, [event(A, 1)], {})
        assert [row[0] for row in under_lock.stream(A)] == [0]
        assert under_lock.size() == 1
        assert reader.size() == 0
        assert reader.stream(A) == []
    assert reader.size() == 1


def test_the_streams_that_others_appended_to_are_known(log: Log) -> None:
    append(log, event(A, 1))
    append(log, event(B, 1), event(B, 2))
    with log.writing() as under_lock:
        assert under_lock.streams_since(1) == [B]
        assert sorted(under_lock.streams_since(0)) == [A, B]


# --- many writers -----------------------------------------------------------------------------------------


def write_many(folder: Path, engine: str, n: int, count: int) -> None:
    """One process: appends events one by one to a stream of its own, beside others."""
    with closing(ENGINES[engine](folder)) as mine:
        for seq in range(1, count + 1):
            append(mine, event(stream_id(n), seq))


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_of_processes_that_write_at_once_none_loses_anything(engine: str, tmp_path: Path) -> None:
    """They open a log that is not there yet, all at the same time, and each appends as fast as it can."""
    writers = [
        SPAWN.Process(target=write_many, args=(tmp_path, engine, n, 150), daemon=True) for n in range(1, 4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    with closing(ENGINES[engine](tmp_path)) as found:
        rows = found.since(0, 1000)
    assert [row[0] for row in rows] == list(range(450))
    for n in range(1, 4):
        assert [row[2] for row in rows if row[1] == stream_id(n)] == list(range(1, 151))


def test_readers_do_not_wait_for_a_writer(opened: Open) -> None:
    writer, reader = opened(), opened()
    append(writer, event(A, 1))
    with writer.writing() as under_lock:
        under_lock.append(1, [event(A, 2)], {})
        read: list[int] = []
        reading = threading.Thread(target=lambda: read.extend((reader.size(), writer.size())))
        reading.start()
        reading.join(1)
        assert read == [1, 1]


def test_a_lock_that_does_not_come_in_time_is_said_and_nothing_was_written(tmp_path: Path) -> None:
    patient, impatient = Log(tmp_path / "log.sqlite"), Log(tmp_path / "log.sqlite", patience_s=0.05)
    with closing(patient), closing(impatient):
        with patient.writing() as under_lock:
            under_lock.append(0, [event(A, 1)], {})
            with pytest.raises(Unavailable):
                append(impatient, event(B, 1))
        append(impatient, event(B, 1))
        assert [row[1] for row in patient.since(0, 10)] == [A, B]


# --- durable, and never changed ---------------------------------------------------------------------------


def test_the_connection_that_writes_syncs_fully(log: Log) -> None:
    """2 is FULL; the write-ahead log is synced at each commit."""
    assert log.pragma("synchronous") == 2
    assert log.pragma("journal_mode") == "wal"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stored_events SET state = x'00'",
        "DELETE FROM stored_events",
        "UPDATE stored_events SET log_index = 9",
    ],
)
def test_the_file_itself_refuses_to_change_or_delete_an_event(log: Log, statement: str) -> None:
    """Also for whoever opens it with another tool, as long as the triggers stand."""
    append(log, event(A, 1))
    with closing(sqlite3.connect(log.path)) as anybody, pytest.raises(sqlite3.IntegrityError, match="never"):
        anybody.execute(statement)
    assert log.stream(A)[0][4] == b"jws"


def test_what_was_written_is_there_for_whoever_opens_the_log_next(opened: Open) -> None:
    first = opened()
    append(first, event(A, 1))
    first.close()
    assert opened().size() == 1


def test_a_full_disk_is_said_and_reads_go_on_and_it_works_again(log: Log) -> None:
    """SQLite's own limit stands in for the disk here; a real one is filled in ``tests/test_disk_full.py``."""
    append(log, event(A, 1))
    pages = log.pragma("page_count")
    log.pragma(f"max_page_count = {pages}")
    with pytest.raises(Unavailable):
        append(log, event(A, 2, bytes(100_000)))
    assert [row[2] for row in log.stream(A)] == [1]
    log.pragma("max_page_count = 1000000")
    append(log, event(A, 2))
    assert log.size() == 2


def test_a_probe_writes_nothing_that_means_anything(log: Log) -> None:
    with log.writing() as under_lock:
        under_lock.probe()
    assert log.size() == 0


def test_a_closed_log_says_so(log: Log) -> None:
    log.close()
    for use in (log.size, lambda: append(log, event(A, 1)), log.checkpoint):
        with pytest.raises(Unavailable):
            use()


# --- answers ----------------------------------------------------------------------------------------------


def test_an_answer_is_kept_under_its_key_with_what_it_answers(log: Log) -> None:
    with log.writing() as under_lock:
        under_lock.append(0, [event(A, 1)], {"key": (b"m" * 32, A, 1)})
        assert under_lock.answer("key") == (b"m" * 32, A, 1)
    assert log.answer("key") == (b"m" * 32, A, 1)
    assert log.answer("other") is None


def test_after_an_erasure_nothing_of_the_body_is_left_in_any_file(log: Log) -> None:
    """The key and the stream stay: a repeat is answered 410."""
    macs = [bytes([65 + n % 26]) * 31 + bytes([n]) for n in range(200)]
    for n, mac in enumerate(macs):
        with log.writing() as under_lock:
            under_lock.append(0, [], {f"key-{n}": (mac, stream_id(n % 2), 1)})
    with log.writing() as under_lock:
        under_lock.forget_bodies(stream_id(0))
    log.checkpoint()
    assert log.answer("key-0") == (None, stream_id(0), 1)
    assert log.answer("key-1") == (macs[1], stream_id(1), 1)
    raw = b"".join(path.read_bytes() for path in log.path.parent.iterdir())
    assert [mac for mac in macs[::2] if mac in raw] == []
    assert all(mac in raw for mac in macs[1::2])


# --- the library's own tools ------------------------------------------------------------------------------


def test_the_librarys_ways_in_and_out_work_on_the_same_events(log: Log) -> None:
    """It counts what it calls notifications from 1; positions count from 0."""
    stored = [StoredEvent(A, n, "case.CaseCompleted.v1", b"jws") for n in (1, 2)]
    assert list(log.insert_events(stored)) == [1, 2]
    assert log.max_notification_id() == 2
    assert list(log.select_events(A)) == stored
    notified = log.select_notifications(start=2, limit=10)
    assert [(n.id, n.originator_id, n.originator_version) for n in notified] == [(2, A, 2)]
    assert log.select_notifications(start=1, limit=10, inclusive_of_start=False) == notified
    assert log.select_notifications(start=1, limit=10, topics=["case.CaseFiled.v1"]) == []
    assert len(log.select_notifications(start=None, limit=1, stop=2)) == 1


def test_answers_alone_are_kept_only_where_nobody_appended_first(log: Log) -> None:
    """Somebody else may have erased what they are about."""
    append(log, event(A, 1))
    with pytest.raises(Conflict):
        log.append(0, [], {"key": (b"mac", A, 1)})
    assert log.answer("key") is None
    log.append(1, [], {"key": (b"mac", A, 1)})
    log.append(1, [event(A, 2)], {"another": (b"mac", A, 2)})
    assert log.answer("key") == (b"mac", A, 1)
    assert log.answer("another") == (b"mac", A, 2)


def hold_again_and_again(path: Path, started: Any, ended: Any) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        while not ended.is_set():
            begin_write(connection, 5)
            started.set()
            time.sleep(0.05)  # decides and signs, with the lock in its hands
            connection.execute("ROLLBACK")
            time.sleep(0.003)  # answers


def test_beside_a_busy_writer_an_append_ahead_of_the_lock_comes_in_soon(opened: Open) -> None:
    """SQLite's own waiting would sleep a tenth of a second at last, and find the lock taken each time."""
    log = opened()
    started, ended = SPAWN.Event(), SPAWN.Event()
    busy = SPAWN.Process(target=hold_again_and_again, args=(log.path, started, ended), daemon=True)
    busy.start()
    try:
        assert started.wait(30)
        began = time.monotonic()
        for n in range(10):
            log.append(n, [event(A, n + 1)], {})
        assert time.monotonic() - began < 5
    finally:
        ended.set()
        busy.join(30)
    assert log.size() == 10
