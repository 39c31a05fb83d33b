"""The keys of personal data: what is destroyed here can never be read again.

The keys stand in one SQLite file of their own, apart from the events, each wrapped (RFC 3394) by the
country's key-encryption key. What the file system, its snapshots and backups keep of deleted blocks is
outside of this module.

The port promises:
- a key that `take` hands out is durable (full sync), and handed out once, also where several processes share
  the file;
- `take` waits for the disk only when the pool is empty: keys are made ahead, in the background, a batch a
  transaction;
- a key that `destroy` returned from is unknown to every process at its next `get`, and its wrapped bytes are
  neither in the file nor in its write-ahead log; destroying twice is destroying once;
- a disk that is full or locked raises Unavailable and loses nothing: the next call tries again.
Everything may be called from any thread.

    Unavailable    the key store cannot be used at this moment; try again
    Unreadable     a wrapped key is not what this key made: wrong key, or altered
"""

import os
import sqlite3
import threading
from collections import deque
from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from infra.formats.boxes import DataKey, Unreadable
from infra.runtime.sqlite_file import connect, create, empty_log, said_as, transaction

MOST_AT_ONCE = 5_000  # keys asked for in one statement
BATCH = 256  # keys made in one transaction
LOW = BATCH // 2  # keys left in the pool when the next batch is begun


class Unavailable(Exception):
    """The key store cannot be read or written at this moment (disk full, locked, closed); nothing is lost."""


@dataclass(frozen=True, slots=True)
class KeyStore:
    """Where a country's key store is, and the key-encryption key (32 bytes) that unwraps it."""

    path: Path
    kek: bytes

    def __repr__(self) -> str:
        return f"KeyStore({self.path})"


class Vault:
    """The key store of one country: take a new key, get one by its id, destroy some for ever."""

    def __init__(self, path: Path, kek: bytes) -> None:
        """Open or create the file; `kek`: 32 bytes. Raises Unreadable where another kek wrapped its keys."""
        self.key_store = KeyStore(path, kek)
        with _plainly():
            create(path, (_SCHEMA,))
            self._writer, self._reader = connect(path, _SCRUBBED), connect(path, _SCRUBBED)
        self._writing = threading.Lock()
        self._reading = threading.Lock()
        self._lock = threading.Lock()  # guards the four below
        self._changed = threading.Condition(self._lock)
        self._pool: deque[DataKey] = deque()
        self._is_refilling = False
        self._is_closed = False
        self._failure: Unavailable | None = None
        try:
            self._refuse_other_kek()
        except BaseException:
            self.close()
            raise

    def take(self) -> DataKey:
        """A key that nobody has used yet, already durable. Raises Unavailable when none can be made."""
        with self._lock:  # as the condition does, in two thirds of the time
            if len(self._pool) <= LOW and not self._is_refilling:
                self._begin_refill()
            while not self._pool:
                if not self._is_refilling:
                    if self._failure:
                        raise Unavailable(str(self._failure)) from self._failure
                    self._begin_refill()
                if self._is_refilling:
                    self._changed.wait()
            return self._pool.popleft()

    def get(self, key_id: bytes) -> bytes | None:
        """The secret (32 bytes) of a key, None where it was destroyed or never was here.

        Nothing is cached: a look into the file takes 5 us, to ask whether a cache still holds takes 3.
        """
        try:
            with self._reading:
                rows = self._reader.execute(_GET, (key_id,)).fetchall()
        except sqlite3.Error as error:
            raise Unavailable(f"{_TROUBLE}: {error}") from error
        return self._unwrap(rows[0][0]) if rows else None

    def get_all(self, key_ids: Collection[bytes]) -> dict[bytes, bytes]:
        """The secrets of those keys that exist, by id: one look into the file, where many are needed.

        Raises Unreadable where one of them is altered.
        """
        found: dict[bytes, bytes] = {}
        wanted = list(key_ids)
        for n in range(0, len(wanted), MOST_AT_ONCE):
            chunk = wanted[n : n + MOST_AT_ONCE]
            marks = ", ".join("?" * len(chunk))
            statement = f"SELECT id, wrapped FROM data_keys WHERE id IN ({marks}) AND {_LIVES}"  # noqa: S608 - marks only
            try:
                with self._reading:
                    rows = self._reader.execute(statement, chunk).fetchall()
            except sqlite3.Error as error:
                raise Unavailable(f"{_TROUBLE}: {error}") from error
            found |= {key_id: self._unwrap(wrapped) for key_id, wrapped in rows}
        return found

    def destroy(self, key_ids: Iterable[bytes]) -> None:
        """Overwrite keys: their wrapped bytes are nowhere in the file then. After Unavailable call again."""
        with self._writing, _plainly():
            with transaction(self._writer):
                self._writer.executemany(_DESTROY, [(key_id,) for key_id in key_ids])
            is_empty = empty_log(self._writer)
        if not is_empty:
            raise Unavailable(
                "the keys are overwritten, but a reader holds the write-ahead log that shows them"
            )

    def close(self) -> None:
        """Give back the file. Keys of the pool that nobody took stay behind, wrapped and of no use."""
        with self._changed:
            while self._is_refilling:
                self._changed.wait()
            self._is_closed = True
            self._pool.clear()
        with self._writing, self._reading:
            self._writer.close()
            self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin_refill(self) -> None:
        if self._is_closed:
            raise Unavailable("the key store is closed")
        self._is_refilling = True
        self._failure = None
        try:
            threading.Thread(target=self._refill, name="vault-refill", daemon=True).start()
        except RuntimeError as error:  # the system gives no more threads
            self._is_refilling = False
            self._failure = Unavailable(f"keys cannot be made: {error}")

    def _refill(self) -> None:
        keys: list[DataKey] = []
        failure: Unavailable | None = Unavailable("the making of keys was interrupted")
        try:
            keys = self._make_keys()
            failure = None
        except Unavailable as error:
            failure = error
        finally:
            with self._changed:
                self._pool.extend(keys)
                self._failure = failure
                self._is_refilling = False
                self._changed.notify_all()

    def _make_keys(self) -> list[DataKey]:
        chance = os.urandom(48 * BATCH)
        keys = [DataKey(chance[n : n + 16], chance[n + 16 : n + 48]) for n in range(0, 48 * BATCH, 48)]
        rows = [(key.id, aes_key_wrap(self.key_store.kek, key.secret)) for key in keys]
        with self._writing, _plainly(), transaction(self._writer):
            self._writer.executemany("INSERT INTO data_keys (id, wrapped) VALUES (?, ?)", rows)
        return keys

    def _unwrap(self, wrapped: bytes) -> bytes:
        try:
            return aes_key_unwrap(self.key_store.kek, wrapped)
        except (InvalidUnwrap, TypeError) as error:
            raise Unreadable("a key of the store was not wrapped by this key-encryption key") from error

    def _refuse_other_kek(self) -> None:
        with _plainly():
            rows = self._reader.execute(_ANY).fetchall()
        for (wrapped,) in rows:
            self._unwrap(wrapped)


_SCHEMA = (
    "CREATE TABLE data_keys (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, wrapped BLOB NOT NULL)"
)
# A key is destroyed by writing zeros of the same length over it, its row stays. Deleting the row would not
# do: when SQLite moves rows between half-empty pages it leaves copies in their unused space, whatever
# `secure_delete` says. Rows are only appended and never change their size, so none is ever moved.
_DESTROY = "UPDATE data_keys SET wrapped = zeroblob(40) WHERE id = ?"
_LIVES = "wrapped <> zeroblob(40)"
_GET = f"SELECT wrapped FROM data_keys WHERE id = ? AND {_LIVES}"  # noqa: S608 - our own words
_ANY = f"SELECT wrapped FROM data_keys WHERE {_LIVES} LIMIT 1"  # noqa: S608 - our own words
_SCRUBBED = "secure_delete = ON"
_TROUBLE = "the key store cannot be used"


def _plainly() -> AbstractContextManager[None]:
    return said_as(Unavailable, _TROUBLE)
