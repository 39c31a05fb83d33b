"""The read models of one country in a SQLite file: rows and position in one transaction.

The port promises:
- the rows and the position that they were folded to are written together, or not at all;
- a generation under construction stands beside the live one and takes its place in one transaction;
- after ``scrub`` nothing of what was deleted or overwritten before is in the file or its write-ahead log;
- a file of another version of the read models is emptied, to be folded anew;
- any number of processes may read and write: writers wait for one another, readers never wait.

    Unavailable    the read models cannot be read or written now
"""

import fcntl
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from domain.refusals import Unready
from infra.read_models.tables import Generation, indexes, shape
from infra.read_models.transaction import BUILDER, NEXT, Transaction, Unavailable, Where, unavailable
from infra.runtime.sqlite_file import PATIENCE_S, Connections, create, empty_log, to_its_end, transaction
from projections import Row

__all__ = ["NEXT", "ReadModels", "Transaction", "Unavailable"]

REBUILD_PATIENCE_S: Final = 120  # scrubbing writes the whole file anew meanwhile
LOOK_S: Final = 0.002
# What a power cut takes is folded again from the log: no need to wait for the disk.
_PRAGMAS: Final = ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON")
SCRUBBED: Final = "scrubbed"  # a source whose position is the number of erasures at the last scrubbing
Answer = TypeVar("Answer")


class ReadModels:
    """The read models of a country."""

    def __init__(self, path: Path) -> None:
        """Open the file, or create it; raises Unavailable."""
        self.path = path
        self._generations = {"": Generation(""), NEXT: Generation(NEXT)}
        self._seen = 0
        self._looked_at = 0.0
        self._connections = Connections(path, *_PRAGMAS)
        with _plainly():
            self._open(path)

    @contextmanager
    def writing(self, suffix: str = "", patience_s: float = PATIENCE_S) -> Iterator[Transaction]:
        """A transaction on a generation (``NEXT``: the one under construction)."""
        with _plainly(), self._connections.one() as connection, transaction(connection, patience_s):
            yield Transaction(connection, self._generations[suffix])

    @contextmanager
    def rebuilding(self) -> Iterator[int]:
        """A new generation from nothing, and the number of who builds it; raises Unready while another process
        builds one. Where it breaks off, the next scrubbing takes away what is left.
        """
        with self._turn() as is_ours:
            if not is_ours:
                raise Unready("rebuilt_elsewhere")
            builder = secrets.randbits(62)
            with self.writing(NEXT) as transaction:
                transaction.create()
                transaction.move_to(builder, source=BUILDER)
            yield builder

    @contextmanager
    def helping(self, builder: int) -> Iterator[Transaction]:
        """A transaction on the generation that this builder builds; raises Unready where another has begun one since.

        A helper may live on when its builder was killed.
        """
        with self.writing(NEXT, REBUILD_PATIENCE_S) as transaction:
            if not transaction.is_built_by(builder):
                raise Unready("rebuild_over")
            yield transaction

    @contextmanager
    def reading(self, suffix: str = "") -> Iterator[Transaction]:
        """A generation at one moment."""
        with _plainly(), self._connections.one() as connection:
            connection.execute("BEGIN")
            with to_its_end(connection):
                yield Transaction(connection, self._generations[suffix])

    def switch(self, transaction: Transaction) -> None:
        """Put the generation that the transaction writes in place of the live one, at its end."""
        for live, made in zip(self._generations[""].names, self._generations[NEXT].names, strict=True):
            transaction.connection.execute(f"DROP TABLE {live}")
            transaction.connection.execute(f"ALTER TABLE {made} RENAME TO {live}")
        for statement in indexes():
            transaction.connection.execute(statement)

    def position(self, source: str = "log") -> int:
        """How many events (or accesses) of the source the live rows have seen."""
        return self._select(lambda transaction: transaction.position(source))

    def has_seen(self, index: int) -> bool:
        """Whether the live rows show the event at this position; however many ask, the file is read now and
        then.
        """
        now = time.monotonic()
        if index >= self._seen and now - self._looked_at >= LOOK_S:
            self._looked_at = now
            self._seen = self.position()
        return index < self._seen

    def rows(self, view: str, where: Where | None = None, **page: Any) -> list[Row]:
        """Live rows, decoded: ``where`` equals, and ``page`` as ``Transaction.rows``."""
        return self._select(lambda transaction: transaction.rows(view, where, **page))

    def one(self, view: str, key: str) -> Row | None:
        """The live row under this key."""
        return self._select(lambda transaction: transaction.load(view, [key]).get(key))

    def parked(self) -> dict[str, tuple[int, int, str]]:
        """The streams that are set aside: stream -> (seq, index, why)."""
        return self._select(lambda transaction: transaction.parked())

    def digests(self) -> dict[str, Any]:
        """SHA-256 over the canonical rows of each read model, with position and number of erasures; one
        moment.
        """
        return self._select(lambda transaction: transaction.digests())

    def is_scrubbed(self) -> bool:
        """Whether nothing was erased since the last scrubbing, and no rebuild left anything behind."""
        with self.reading() as transaction:
            if transaction.erasures() != transaction.position(SCRUBBED):
                return False
            if not transaction.is_beside_another():
                return True
        with self._turn() as is_ours:
            return not is_ours  # else somebody builds it

    def scrub(self) -> None:
        """Write the file anew without what was deleted; raises Unavailable while a reader holds the old
        pages. What a rebuild left behind that was killed is deleted before.

        Overwriting (``secure_delete``) would not do: where SQLite moves rows between half-empty pages, copies
        stay in their unused space.
        """
        with self._turn() as is_ours:
            if is_ours:
                with self.writing() as transaction:
                    transaction.drop_other()
        erasures = self._select(lambda transaction: transaction.erasures())
        with _plainly(), self._connections.one() as connection:
            connection.execute("VACUUM")
            if not empty_log(connection):
                raise Unavailable("a reader still holds the write-ahead log")
        with self.writing() as transaction:
            transaction.move_to(erasures, source=SCRUBBED)

    def close(self) -> None:
        """Give back the file."""
        self._connections.close()

    def _select(self, what: Callable[[Transaction], Answer]) -> Answer:
        with self.reading() as transaction:
            return what(transaction)

    @contextmanager
    def _turn(self) -> Iterator[bool]:
        """The turn of who builds a generation; False: somebody else has it."""
        with _plainly():
            lock = self.path.with_suffix(".rebuild").open("wb")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_ours = True
            except BlockingIOError:
                is_ours = False
            yield is_ours

    def _open(self, path: Path) -> None:
        live = self._generations[""]
        version = f"PRAGMA user_version = {shape(live)}"
        create(path, (*live.schema, *indexes(), version))
        if self._version() == shape(live):
            return
        with self.writing() as transaction:
            if self._version() != shape(live):
                transaction.create()
                transaction.connection.execute(version)

    def _version(self) -> int:
        with self._connections.one() as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _plainly() -> Iterator[None]:
    """Say the errors of SQLite and of the system in the words of this port."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise unavailable(error) from None
