"""Checkpoints and their signatures (C2SP signed-note, tlog-checkpoint, tlog-cosignature); stores and sends nothing.

Unused in the house until its logs are witnessed.
"""

import base64
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from typing import NamedTuple

from infra.formats.canonical import sha256
from infra.formats.signing import ed25519_verify


class Algorithm(IntEnum):
    """What a key signs: whole notes of its own log, or checkpoints of other logs, with the time."""

    LOG = 0x01
    COSIGNATURE = 0x04


class NoteKey(NamedTuple):
    """The public key (Ed25519, 32 bytes) of a log or a witness, with the name under which it signs."""

    name: str
    algorithm: Algorithm
    public_key: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature line names its key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public_key)[:4]


class Checkpoint(NamedTuple):
    """What a log says of itself: its origin, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


class BadNote(ValueError):
    """Not a note, or not one that these keys signed; the message says which rule it breaks."""


def vkey(key: NoteKey) -> str:
    """A public key as verifiers want it in their settings: name, id and key in one line."""
    return f"{key.name}+{key.id.hex()}+{_base64(bytes([key.algorithm]) + key.public_key)}"


def key_of(text: str) -> NoteKey:
    """The key in a vkey; raises BadNote."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    raw = _from_base64(encoded)
    if len(raw) != _KEY_BYTES + 1 or raw[0] not in set(Algorithm) or not _is_name(name):
        raise BadNote("is not the vkey of an Ed25519 log or witness")
    key = NoteKey(name, Algorithm(raw[0]), raw[1:])
    if key.id.hex() != key_id:
        raise BadNote("is a vkey whose key id does not fit")
    return key


def checkpoint_of(text: str) -> Checkpoint:
    """The checkpoint in a note's text, strictly: three lines, without extensions; raises BadNote."""
    origin, _, rest = text.partition("\n")
    size, _, encoded = rest.partition("\n")
    if not size.isdecimal() or not size.isascii() or not encoded.endswith("\n"):
        raise BadNote("is not a checkpoint: origin, size and root, each on its line")
    found = Checkpoint(origin, int(size), _from_base64(encoded[:-1]))
    if not origin or len(found.root) != _HASH_BYTES or found.text != text:
        raise BadNote("is a checkpoint in another form than the one we know")
    return found


def sign_note(text: str, key: NoteKey, sign: Callable[[bytes], bytes]) -> str:
    """The signed note of a log over a text that ends in a newline; `sign` is Ed25519 with its key."""
    if not _is_text(text):
        raise BadNote("a note's text has no control characters, and ends in a newline")
    return f"{text}\n{_line(key, sign(text.encode()))}"


def cosign(note: str, key: NoteKey, sign: Callable[[bytes], bytes], time: int) -> str:
    """The note with a witness's line below; `time`: Unix seconds. The witness has verified it before."""
    text, _, _ = note.rpartition("\n\n")
    signature = sign(_cosigned(f"{text}\n", time))
    return note + _line(key, time.to_bytes(8, "big") + signature)


def verify_note(note: str, keys: Iterable[NoteKey]) -> tuple[str, Mapping[NoteKey, int | None]]:
    """The text of a note, and which keys signed it (a witness: at which Unix second); raises BadNote.

    Lines of unknown keys are passed over; a false line of a known key spoils the note, as does none of a
    known key.
    """
    text, gap, block = note.rpartition("\n\n")
    text += "\n"
    if not gap or not _is_text(text) or not block.endswith("\n"):
        raise BadNote("is not a text, an empty line and lines with signatures")
    known = {(key.name, key.id): key for key in keys}
    signed: dict[NoteKey, int | None] = {}
    for line in block[:-1].split("\n"):
        name, key_id, payload = _parted(line)
        key = known.get((name, key_id))
        if key is not None:
            signed[key] = _time_of(text, key, payload)
    if not signed:
        raise BadNote("bears no signature of a key that we know")
    return text, signed


_HASH_BYTES = 32
_KEY_BYTES = 32
_KEY_ID_BYTES = 4
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
_DASH = "\u2014 "


def _line(key: NoteKey, payload: bytes) -> str:
    return f"{_DASH}{key.name} {_base64(key.id + payload)}\n"


def _parted(line: str) -> tuple[str, bytes, bytes]:
    dash, name, encoded = line[:2], *line[2:].partition(" ")[::2]
    raw = _from_base64(encoded)
    if dash != _DASH or not _is_name(name) or len(raw) <= _KEY_ID_BYTES:
        raise BadNote("has a line that is not a signature")
    return name, raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:]


def _time_of(text: str, key: NoteKey, payload: bytes) -> int | None:
    """When this witness signed, None for a log; refuses a signature that is not the key's."""
    time = None
    message = text.encode()
    if key.algorithm is Algorithm.COSIGNATURE:
        time, payload = int.from_bytes(payload[:_TIME_BYTES], "big"), payload[_TIME_BYTES:]
        message = _cosigned(text, time)
    if len(payload) != _SIGNATURE_BYTES or not ed25519_verify(key.public_key, payload, message):
        raise BadNote(f"bears a signature of {key.name} that is not its own")
    return time


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _is_text(text: str) -> bool:
    return text.endswith("\n") and not any(letter < " " and letter != "\n" for letter in text)


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(letter.isspace() for letter in name)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _from_base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text)
    except ValueError as error:
        raise BadNote("holds what is not base64") from error
    if _base64(raw) != text:
        raise BadNote("holds base64 in another form than the one we know")
    return raw
