"""A file is whole or not there; who waits for its write lock gets it, however busy another writer is."""

import multiprocessing
import sqlite3
import time
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from infra.runtime.sqlite_file import Connections, begin_write, connect, create, said_as, transaction

SPAWN = multiprocessing.get_context("spawn")
SCHEMA = ("CREATE TABLE things (name TEXT)", "INSERT INTO things VALUES ('first')")


def test_a_file_is_made_once_with_its_schema_and_a_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    create(path, SCHEMA)
    create(path, SCHEMA)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM things").fetchall() == [("first",)]
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert [p.name for p in tmp_path.iterdir()] == ["new.sqlite"]


def test_a_file_that_cannot_be_made_whole_is_not_made(tmp_path: Path) -> None:
    """Nothing half made is ever taken for whole, and nothing of it is left."""
    with pytest.raises(sqlite3.Error):
        create(tmp_path / "new.sqlite", (*SCHEMA, "CREATE NONSENSE"))
    assert list(tmp_path.iterdir()) == []


def test_only_its_owner_may_read_a_file(tmp_path: Path) -> None:
    create(tmp_path / "new.sqlite", SCHEMA)
    assert (tmp_path / "new.sqlite").stat().st_mode & 0o777 == 0o600


def write_without_pause(path: Path, started: Event, ended: Event) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        while not ended.is_set():
            begin_write(connection, 5)
            connection.execute("INSERT INTO things VALUES ('busy')")
            started.set()
            time.sleep(0.01)  # decides and signs, with the lock in its hands
            connection.execute("COMMIT")


def test_beside_a_writer_without_pause_the_lock_comes_soon(tmp_path: Path) -> None:
    """SQLite's own waiting would sleep longer and longer, and find the lock taken each time."""
    path = tmp_path / "busy.sqlite"
    create(path, SCHEMA)
    started, ended = SPAWN.Event(), SPAWN.Event()
    busy = SPAWN.Process(target=write_without_pause, args=(path, started, ended), daemon=True)
    busy.start()
    try:
        assert started.wait(30)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for _ in range(5):
                begin_write(connection, 30)
                connection.execute("COMMIT")
    finally:
        ended.set()
        busy.join(30)
    assert busy.exitcode == 0


def test_a_lock_that_does_not_come_is_an_error_in_time_and_waiting_goes_on_as_before(tmp_path: Path) -> None:
    path = tmp_path / "held.sqlite"
    create(path, SCHEMA)
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as holder,
        closing(sqlite3.connect(path, isolation_level=None)) as waiting,
    ):
        begin_write(holder, 5)
        waiting.execute("PRAGMA busy_timeout = 1234")
        began = time.monotonic()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            begin_write(waiting, 0.05)
        assert time.monotonic() - began < 2
        assert waiting.execute("PRAGMA busy_timeout").fetchone() == (1234,)
        holder.execute("ROLLBACK")
        begin_write(waiting, 0.05)
        waiting.execute("ROLLBACK")


class Away(Exception):
    """The error of a store."""


def break_off(connection: sqlite3.Connection) -> None:
    with transaction(connection):
        connection.execute("INSERT INTO things VALUES ('half')")
        raise ZeroDivisionError


def test_a_transaction_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    create(path, SCHEMA)
    with closing(connect(path)) as connection:
        with pytest.raises(ZeroDivisionError):
            break_off(connection)
        with transaction(connection):
            connection.execute("INSERT INTO things VALUES ('second')")
        assert connection.execute("SELECT name FROM things").fetchall() == [("first",), ("second",)]


def test_the_disk_is_waited_for_unless_a_store_says_that_it_needs_not_be(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    create(path, SCHEMA)
    with closing(connect(path)) as durable, closing(connect(path, "synchronous = NORMAL")) as made_again:
        assert durable.execute("PRAGMA synchronous").fetchone() == (2,)
        assert made_again.execute("PRAGMA synchronous").fetchone() == (1,)


def test_an_error_is_said_in_the_words_of_the_store_and_names_no_path(tmp_path: Path) -> None:
    with (
        closing(connect(tmp_path / "empty.sqlite")) as connection,
        pytest.raises(Away, match=r"^things cannot be kept: no such table: things$"),
        said_as(Away, "things cannot be kept"),
    ):
        connection.execute("INSERT INTO things VALUES ('lost')")
    with (
        pytest.raises(Away, match=r"^things cannot be kept: No such file or directory$"),
        said_as(Away, "things cannot be kept"),
    ):
        (tmp_path / "nowhere").read_bytes()


def test_a_connection_with_a_transaction_that_nobody_ended_is_given_to_nobody(
    tmp_path: Path,
) -> None:
    connections = Connections(tmp_path / "x.sqlite")
    with connections.one() as left:
        left.execute("BEGIN")
    with connections.one() as other:
        assert (other is left, other.in_transaction) == (False, False)
    with connections.one() as again:
        assert again is other
    connections.close()
