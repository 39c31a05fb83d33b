"""What somebody with the disk in their hands can do to a country's log: small changes, made straight in the file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from infra.formats.boxes import DataKey, open_box, seal_box, split_sealed
from infra.formats.canonical import b64url, encode, from_b64url, sha256
from infra.formats.envelope import payload_of, split
from infra.formats.signing import EVENT, Seal

TRIGGERS = ("events_are_never_changed", "events_are_never_deleted")
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


class Stored(NamedTuple):
    """A row of the log."""

    place: int
    stream: str
    version: int
    type: str
    state: bytes

    @property
    def jws(self) -> str:
        return split(self.state)[0].decode("ascii")

    @property
    def sealed(self) -> bytes:
        return split(self.state)[1]

    @property
    def payload(self) -> dict[str, Any]:
        return payload_of(split(self.state)[0])


class Opened:
    """A log's file, its triggers gone."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._do = connection.execute

    def rows(self) -> list[Stored]:
        return [Stored(*row) for row in self._do("SELECT * FROM stored_events ORDER BY log_index")]

    def row(self, stream: str, version: int) -> Stored:
        return next(row for row in self.rows() if (row.stream, row.version) == (stream, version))

    def write(self, row: Stored, state: bytes) -> None:
        """Another content for this row."""
        self._do("UPDATE stored_events SET state = ? WHERE log_index = ?", (state, row.place))

    def rename(self, row: Stored, **columns: object) -> None:
        """Other columns for this row."""
        for name, value in columns.items():
            self._do(f"UPDATE stored_events SET {name} = ? WHERE log_index = ?", (value, row.place))  # noqa: S608

    def rename_stream(self, stream: str, name: str) -> None:
        self._do("UPDATE stored_events SET originator_id = ? WHERE originator_id = ?", (name, stream))

    def delete(self, row: Stored, *, closing_the_gap: bool) -> None:
        """Take a row out; and let all later ones move up, or not."""
        self._do("DELETE FROM stored_events WHERE log_index = ?", (row.place,))
        if closing_the_gap:
            self._do("UPDATE stored_events SET log_index = -log_index WHERE log_index > ?", (row.place,))
            self._do("UPDATE stored_events SET log_index = -log_index - 1 WHERE log_index < 0")

    def move_up(self, first: int, by: int = 1) -> None:
        """Every row from this position on stands so much later."""
        self._do("UPDATE stored_events SET log_index = -log_index - 1 WHERE log_index >= ?", (first,))
        self._do("UPDATE stored_events SET log_index = -log_index - 1 + ? WHERE log_index < 0", (by,))

    def insert(self, row: Stored) -> None:
        """Add a row at its place; all later ones move up."""
        self.move_up(row.place)
        self._do("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?)", row)

    def keep(self, *rows: Stored) -> None:
        """Take out all but these, and what is sealed in them: so much a recipient has."""
        places = {row.place for row in rows}
        for row in self.rows():
            if row.place in places:
                self.write(row, row.jws.encode("ascii"))
            else:
                self.delete(row, closing_the_gap=False)

    def swap_versions(self, one: Stored, other: Stored) -> None:
        """Each row says that it is the other version."""
        self.rename(one, originator_version=-1)
        self.rename(other, originator_version=one.version)
        self.rename(one, originator_version=other.version)

    def swap_places(self, one: Stored, other: Stored) -> None:
        """Each row stands where the other stood."""
        self.rename(one, log_index=-1)
        self.rename(other, log_index=one.place)
        self.rename(one._replace(place=-1), log_index=other.place)

    def swap_contents(self, one: Stored, other: Stored) -> None:
        self.write(one, other.state)
        self.write(other, one.state)

    def without_uniqueness(self) -> None:
        """The same table, but any row may stand in it."""
        self._do(
            "CREATE TABLE loose (log_index INTEGER PRIMARY KEY, originator_id, originator_version, topic, state)"
        )
        self._do("INSERT INTO loose SELECT * FROM stored_events")
        self._do("DROP TABLE stored_events")
        self._do("ALTER TABLE loose RENAME TO stored_events")

    def append(self, *rows: Stored) -> None:
        """Add rows at the end of the log."""
        end = self._do("SELECT max(log_index) + 1 FROM stored_events").fetchone()[0]
        for n, row in enumerate(rows, start=end):
            self._do("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?)", row._replace(place=n))


@contextmanager
def opened(log: Path) -> Iterator[Opened]:
    """The file, to be changed; what was changed is there when the block ends."""
    with closing(sqlite3.connect(log)) as connection:
        for trigger in TRIGGERS:
            connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        yield Opened(connection)
        connection.commit()


def copy_of(database: Path, copy: Path) -> Path:
    """A copy of a SQLite file that is in use."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def flipped(raw: bytes, place: int) -> bytes:
    """The bytes with the lowest bit of one of them turned."""
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


def part(row: Stored, name: str) -> int:
    """The place of some byte in the middle of the header, payload, signature or sealed part."""
    first, second = row.jws.index("."), row.jws.rindex(".")
    ends = {
        "header": (0, first),
        "payload": (first + 1, second),
        "signature": (second + 1, len(row.jws)),
        "sealed part": (len(row.jws), len(row.state)),
    }
    begin, end = ends[name]
    return (begin + end) // 2


def with_high_s(row: Stored) -> bytes:
    """The twin of the signature, which verifies as well."""
    text, _, last = row.jws.rpartition(".")
    raw = from_b64url(last)
    s = _ORDER - int.from_bytes(raw[32:], "big")
    return f"{text}.{b64url(raw[:32] + s.to_bytes(32, 'big'))}".encode() + row.sealed


def with_stray_bits(row: Stored) -> bytes:
    """The same signature, written with another last letter."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = alphabet[alphabet.index(row.jws[-1]) + 1]
    return f"{row.jws[:-1]}{other}".encode() + row.sealed


def signed_again(row: Stored, by: Seal, *, without: object = None, **members: object) -> bytes:
    """The event with other members, ``without`` one of its own, signed by this seal: where nothing is personal."""
    wanted = {name: value for name, value in {**row.payload, **members}.items() if name != without}
    return by.sign(EVENT, encode(wanted)).encode("ascii")


def sealed_again(row: Stored, key: DataKey, *, but: int) -> bytes:
    """The event with one disclosure less in the box of this key: only who has the key can do that."""
    event_hash = sha256(row.jws.encode("ascii"))
    found = b""
    for box in split_sealed(row.sealed):
        if box.key_id != key.id:
            found += box.key_id + box.nonce + len(box.ciphertext).to_bytes(4, "big") + box.ciphertext
            continue
        texts = open_box(key.secret, event_hash, box)
        del texts[but]
        found += seal_box(key, event_hash, texts, box.nonce)
    return row.jws.encode("ascii") + b"\x01" + found


def blanked(row: Stored) -> bytes:
    """The event with all its boxes in place, and nothing but zeros in them."""
    heads = (
        b.key_id + b.nonce + len(b.ciphertext).to_bytes(4, "big") + bytes(len(b.ciphertext))
        for b in split_sealed(row.sealed)
    )
    return row.jws.encode("ascii") + b"\x01" + b"".join(heads)
